"""The weekly digest as a direct message on Discord."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import discord

from adapters.curators import Curator
from adapters.digest.document import LONGEST, Digest
from adapters.digest.sending import UnreachableError
from adapters.discord.components import layout
from adapters.discord.failures import summary
from adapters.discord.markup import bold, escaped, fenced
from adapters.discord.page import Page
from adapters.discord.paging import Part, paged
from adapters.discord.showing import nonce_of
from adapters.terminal.printable import one_line

if TYPE_CHECKING:
    from adapters.discord.service import DiscordAdapter

_SHORTER = (LONGEST, 160, 110, 70)
"""Characters of a line, until all of it fits into one message."""


def digest_page(digest: Digest) -> Page:
    """A digest in one message, its lines shorter where that takes it."""
    for longest in _SHORTER[:-1]:
        found = paged(_parts(digest, longest))
        if len(found) == 1:
            return found[0]
    return paged(_parts(digest, _SHORTER[-1]))[0]


class DiscordCourier:
    """Writes to curators directly."""

    def __init__(self, adapter: Callable[[], DiscordAdapter]) -> None:
        """`adapter` gives the connection as of now."""
        self._adapter = adapter

    @property
    def ready(self) -> bool:
        """Whether Discord is served and connected."""
        return self._adapter().state.ready

    async def deliver(self, curator: Curator, digest: Digest, key: str) -> None:
        """Tell one curator. Raises UnreachableError where Discord does not let us, or what failed."""
        client = self._adapter().client
        with client.work.one():
            try:
                channel = await client.create_dm(discord.Object(int(curator.user)))
                # The same nonce whoever sends it, so that of two close together Discord shows one.
                await channel.send(view=layout(digest_page(digest)), nonce=nonce_of(key, 0))
            except discord.HTTPException as error:
                if error.status not in (400, 403, 404):
                    raise
                raise UnreachableError(summary(error)) from None


def _parts(digest: Digest, longest: int) -> Iterator[Part]:
    yield Part(f"## {escaped(digest.title)}", leads=True)
    yield from (_line(line, longest) for line in digest.figures)
    for section in digest.sections:
        yield Part(bold(section.title), leads=True)
        yield from (_line(line, longest) for line in section.lines)
    yield Part("**How to go on, in a shell with the settings of the service**", leads=True)
    yield Part(fenced(line.replace("`", "'") for line in digest.commands))


def _line(text: str, longest: int) -> Part:
    return Part(f"- {escaped(one_line(text, longest))}")
