"""Pages onto Discord: as the answer to a command or a press, in place of a message, or below one.

Where Discord refuses the components, the same words go out as plain text, so that an answer gets
through on whatever does not know components V2.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import Any

import discord

from adapters.discord.components import classic, files, layout
from adapters.discord.page import Page
from adapters.discord.paging import contents

MOST_FOLLOWUPS = 5
"""Messages after the first that a user-installed app may send."""

_REFUSED = 400

_log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]


async def respond(interaction: Interaction, pages: Sequence[Page], *, private: bool) -> int | None:
    """Show the pages as the answer to a command or a press; the id of the last message where it is known."""
    first, rest = pages[0], pages[1:]
    try:
        sent = await interaction.response.send_message(view=layout(first), files=files(first), ephemeral=private)
    except discord.HTTPException as error:
        if not _is_refused(error):
            raise
        return await _respond_in_words(interaction, pages, private=private)
    last = await _follow(interaction, rest, private=private)
    return last or sent.message_id


async def replace(interaction: Interaction, pages: Sequence[Page]) -> int | None:
    """Show the pages in place of the message whose button was pressed; its id, or that of the last one."""
    message = interaction.message
    private = message is not None and message.flags.ephemeral
    first, rest = pages[0], pages[1:]
    try:
        if message is not None and not message.flags.components_v2:
            await interaction.response.edit_message(
                content=None, embeds=[], view=layout(first), attachments=files(first)
            )
        else:
            await interaction.response.edit_message(view=layout(first), attachments=files(first))
    except discord.HTTPException as error:
        if not _is_refused(error):
            raise
        return await _respond_in_words(interaction, pages, private=private)
    last = await _follow(interaction, rest, private=private)
    return last or (message.id if message is not None else None)


async def complete(interaction: Interaction, pages: Sequence[Page]) -> None:
    """Show the pages where the answer was promised for later."""
    first, rest = pages[0], pages[1:]
    await interaction.edit_original_response(view=layout(first), attachments=files(first))
    await _follow(interaction, rest, private=True)


async def reply(message: discord.Message, pages: Sequence[Page]) -> discord.Message:
    """Show the pages below `message`, without calling anybody; the last message sent.

    The nonce is the same whoever answers, so that of two processes Discord shows one.
    """
    sent: discord.Message | None = None
    for number, page in enumerate(pages):
        sent = await _send(message, page, number)
    if sent is None:
        raise ValueError("nothing to show")
    return sent


async def _send(message: discord.Message, page: Page, number: int) -> discord.Message:
    try:
        return await _post(message, number, view=layout(page), files=files(page))
    except discord.HTTPException as error:
        if not _is_refused(error):
            raise
    pieces = contents(page)
    sent = None
    for place, piece in enumerate(pieces):
        view = classic(page) if place == len(pieces) - 1 else None
        extra: dict[str, Any] = {"view": view} if view is not None else {}
        sent = await _post(message, f"{number}.{place}", content=piece, suppress_embeds=True, **extra)
    assert sent is not None  # noqa: S101 - a page has text
    return sent


async def _post(message: discord.Message, number: object, **what: Any) -> discord.Message:
    """Answer `message`; without the reference where it was deleted meanwhile."""
    reference = message.to_reference(fail_if_not_exists=False)
    nonce = nonce_of(message.id, number)
    return await message.channel.send(reference=reference, mention_author=False, nonce=nonce, **what)


def nonce_of(message: int | str, number: object) -> str:
    """The nonce of part `number` of the answer to a message: the same in every process, at most 25 characters."""
    return hashlib.blake2s(f"{message}:{number}".encode(), digest_size=12).hexdigest()


async def _follow(interaction: Interaction, pages: Sequence[Page], *, private: bool) -> int | None:
    last = None
    for page in pages[:MOST_FOLLOWUPS]:
        sent = await interaction.followup.send(view=layout(page), files=files(page), ephemeral=private, wait=True)
        last = sent.id
    return last


async def _respond_in_words(interaction: Interaction, pages: Sequence[Page], *, private: bool) -> int | None:
    _log.warning("Discord refused the components of an answer; it went out as plain text")
    pieces = [(piece, page) for page in pages for piece in contents(page)]
    last = None
    for number, (piece, page) in enumerate(pieces[: MOST_FOLLOWUPS + 1]):
        ends = number + 1 == len(pieces) or pieces[number + 1][1] is not page
        view = classic(page) if ends else None
        extra: dict[str, Any] = {"view": view} if view is not None else {}
        if number == 0:
            sent = await interaction.response.send_message(piece, ephemeral=private, suppress_embeds=True, **extra)
            last = sent.message_id
        else:
            message = await interaction.followup.send(
                piece, ephemeral=private, suppress_embeds=True, wait=True, **extra
            )
            last = message.id
    return last


def _is_refused(error: discord.HTTPException) -> bool:
    """Whether it is the form of the message that Discord does not take."""
    return error.status == _REFUSED and error.code not in _ANSWERED


_ANSWERED = {40060}
"""Already acknowledged: by another process, or a moment ago."""
