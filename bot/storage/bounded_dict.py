"""A dictionary that never grows beyond a size."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class BoundedDict(dict[K, V]):
    """A dictionary of at most `most` values, in the order they were `put`; beyond that the oldest is dropped."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self.dropped = 0
        """How many values were dropped for lack of room."""

    def put(self, key: K, value: V) -> None:
        """Store `value` as the newest."""
        self.pop(key, None)
        self[key] = value
        if len(self) > self._most:
            del self[next(iter(self))]
            self.dropped += 1

    def discard_where(self, unwanted: Callable[[K, V], bool]) -> None:
        for key in [key for key, value in self.items() if unwanted(key, value)]:
            del self[key]
