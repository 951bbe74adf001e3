"""A dictionary that never grows past a size: the oldest makes room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Generic, TypeVar

from bot.storage.errors import StoreUnavailable

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """At most `most` values by key, in the order they were put. `dropped` counts those that had to go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[K, V] = {}
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[K]:
        return iter(list(self._values))

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def get(self, key: K) -> V | None:
        """The value under `key`."""
        return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep `value` as the newest."""
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._most:
            self._values.pop(next(iter(self._values)))
            self.dropped += 1

    def pop(self, key: K) -> V | None:
        """Take the value under `key` out."""
        return self._values.pop(key, None)

    def discard_where(self, unwanted: Callable[[K, V], bool]) -> None:
        """Let go of everything that is unwanted."""
        self._values = {key: value for key, value in self._values.items() if not unwanted(key, value)}


async def flush_one(queue: Bounded[K, V], key: K, write: Callable[[V], Awaitable[object]]) -> None:
    """Write what waits under `key`, and let go of it unless the database is away.

    What cannot be written for another reason would never be, and would hold up all the rest.
    """
    value = queue.get(key)
    if value is None:
        return
    try:
        await write(value)
    except StoreUnavailable:
        raise
    except Exception:
        queue.pop(key)
        raise
    if queue.get(key) is value:
        queue.pop(key)
