"""Group commit: writes of several kinds that come while one transaction is under way share the next.

What a transaction costs is then paid once for many answers. Alone, a write is not delayed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from bot.storage.errors import StoreUnavailable
from bot.storage.gathering import Gathering
from bot.storage.link import Link
from bot.store import Store

A = TypeVar("A")
R = TypeVar("R")

Write = Callable[[Sequence[A]], Awaitable[Sequence[R]]]
"""Writes for each of some arguments, and gives a result for each, in order."""


class Group:
    """Writes to a store that may be away."""

    def __init__(self, store: Store, link: Link) -> None:
        self._store = store
        self._link = link
        self._kinds: list[Write[Any, Any]] = []
        self._gathering: Gathering[tuple[int, Any], Any] = Gathering(self._write_all)

    def kind(self, write: Write[A, R]) -> Callable[[A], Awaitable[R]]:
        """`write`, to be called with one argument, for which it raises StoreUnavailable or what is wrong with it.

        Kinds are written in the order in which they were named here: processes that name them in the same
        order never wait for each other in a circle.
        """
        number = len(self._kinds)
        self._kinds.append(write)

        async def one(asked: A) -> R:
            result = await self._gathering((number, asked))
            if isinstance(result, Exception):
                raise result
            return result  # type: ignore[no-any-return]

        return one

    async def _write_all(self, asked: Sequence[tuple[int, Any]]) -> Sequence[Any]:
        """The result for each, or what went wrong with it alone. Raises StoreUnavailable."""
        try:
            return await self._link.attempt(lambda: self._written(asked))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - it is told to whoever brought it, and to nobody else
            if len(asked) == 1:
                return [error]
            return [result for one in asked for result in await self._write_all([one])]

    async def _written(self, asked: Sequence[tuple[int, Any]]) -> list[Any]:
        results: list[Any] = [None] * len(asked)
        async with self._store.together():
            for number, write in enumerate(self._kinds):
                places = [place for place, (kind, _) in enumerate(asked) if kind == number]
                if places:
                    found = await write([asked[place][1] for place in places])
                    for place, result in zip(places, found, strict=True):
                        results[place] = result
        return results
