"""A dictionary that never grows beyond a size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class BoundedDict(Generic[K, V]):
    """A dictionary of at most `most` values, in the order they were put; beyond that the oldest is dropped."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[K, V] = {}
        self.dropped = 0
        """How many values were dropped for lack of room."""

    def __len__(self) -> int:
        return len(self._values)

    def values(self) -> Iterator[V]:
        """The values, oldest first."""
        return iter(self._values.values())

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def get(self, key: K) -> V | None:
        return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Store `value` as the newest."""
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._most:
            self._values.pop(next(iter(self._values)))
            self.dropped += 1

    def pop(self, key: K) -> V | None:
        return self._values.pop(key, None)

    def discard_where(self, unwanted: Callable[[K, V], bool]) -> None:
        self._values = {key: value for key, value in self._values.items() if not unwanted(key, value)}
