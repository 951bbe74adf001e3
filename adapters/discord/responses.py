"""Shows what the chat layer gives: as the answer to an interaction, below a message, or as a direct message.

Where Discord refuses the components, the same words go out as plain text, so that an answer gets through.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import discord

from adapters.discord.components import classic, files, layout, modal
from adapters.discord.pages import Page, contents
from adapters.discord.render import render
from bot.chat.dispatcher import Dispatcher, Post, PostRefusedError
from bot.chat.incoming import Incoming
from bot.chat.view import Form, Outgoing, View

DEFER_AFTER = 1.5
"""Seconds after which an interaction is acknowledged without its answer: Discord gives up after three."""

MOST_FOLLOWUPS = 5
"""Messages after the first that a user-installed app may send."""

MALFORMED = 400
REFUSED = (403, 404)
"""No permission, no such channel or message, an interaction that is too old (code 10062)."""

ANSWERED_ALREADY = 40060
NO_REPLY = 160002
"""A reply needs the permission to read the message history."""

_log = logging.getLogger(__name__)


async def respond(
    dispatcher: Dispatcher, interaction: discord.Interaction[Any], incoming: Incoming, mentions: Mapping[str, str]
) -> None:
    """Answer an interaction; acknowledge it in time where that takes long. Never raises. `mentions`: see `render`."""
    response = _Response(interaction, mentions)
    deferring = asyncio.create_task(response.defer_later())
    try:
        await dispatcher.serve(incoming, response.post)
    finally:
        deferring.cancel()


def below(message: discord.Message, mentions: Mapping[str, str]) -> Post:
    """Posts below `message`, without notifying anybody. `mentions`: see `render`."""
    posts = 0

    async def post(outgoing: Outgoing) -> list[str]:
        nonlocal posts
        posts += 1  # what is said when the first post failed is another message
        reference: discord.MessageReference | None = message.to_reference(fail_if_not_exists=False)

        async def send(number: str, **what: Any) -> str:
            nonlocal reference
            nonce = nonce_of(f"{message.id}:{posts}", number)
            if reference is not None:
                what |= {"reference": reference, "mention_author": False}
            try:
                sent = await message.channel.send(nonce=nonce, **what)
            except discord.HTTPException as error:
                if error.code != NO_REPLY or reference is None:
                    raise
                reference = None
                del what["reference"], what["mention_author"]
                return await send(number, **what)
            return str(sent.id)

        try:
            assert isinstance(outgoing.view, View)  # noqa: S101 - no form can be opened from a message
            return await _send_pages(render(outgoing.view, mentions), send)
        except discord.HTTPException as error:
            raise _final(error) or error from None

    return post


async def send_direct_message(client: discord.Client, user: int, view: View, key: str) -> None:
    """Write to somebody. `key` is an idempotency key: what is sent twice within minutes shows once.

    Raises PostRefusedError where Discord does not allow it, or what failed.
    """
    try:
        channel = await client.create_dm(discord.Object(user))

        async def send(number: str, **what: Any) -> str:
            return str((await channel.send(nonce=nonce_of(key, number), **what)).id)

        await _send_pages(render(view), send)
    except discord.HTTPException as error:
        raise _final(error) or error from None


async def edit_message(client: discord.Client, channel: int, message: int, view: View) -> None:
    """Show `view` in place of one of our messages. Raises PostRefusedError where Discord does not allow it, or what
    failed."""
    try:
        shown = layout(render(view)[0])
        await client.get_partial_messageable(channel).get_partial_message(message).edit(view=shown)
    except discord.HTTPException as error:
        raise _final(error) or error from None


def nonce_of(key: str, number: str) -> str:
    """The nonce of part `number` of what `key` names: the same in every process, at most 25 characters."""
    return hashlib.blake2s(f"{key}:{number}".encode(), digest_size=12).hexdigest()


def error_summary(error: BaseException) -> str:
    """The kind of error, and Discord's code for it; its text may quote a message."""
    if isinstance(error, discord.HTTPException):
        return f"{type(error).__name__} {error.status}, code {error.code}"
    return type(error).__name__


class _Response:
    """The answer to one interaction."""

    def __init__(self, interaction: discord.Interaction[Any], mentions: Mapping[str, str]) -> None:
        self._interaction = interaction
        self._mentions = mentions
        self._lock = asyncio.Lock()
        self._promised = False
        """Whether Discord shows that an answer is to come, which the next message takes the place of."""

    async def defer_later(self) -> None:
        """Acknowledge the interaction where that has not happened after a while."""
        await asyncio.sleep(DEFER_AFTER)
        response = self._interaction.response
        async with self._lock:
            if response.is_done():
                return
            with suppress(discord.HTTPException):
                if self._interaction.type is discord.InteractionType.application_command:
                    await response.defer(ephemeral=True, thinking=True)
                    self._promised = True
                else:
                    await response.defer()

    async def post(self, outgoing: Outgoing) -> list[str]:
        """Show it; the ids of the messages."""
        async with self._lock:
            try:
                return await self._show(outgoing.view, outgoing.also_deleted)
            except discord.HTTPException as error:
                raise _final(error) or error from None

    async def _show(self, view: View | Form, also_deleted: Sequence[str]) -> list[str]:
        if isinstance(view, Form):
            await self._interaction.response.send_modal(modal(view))
            return []
        if view.mode == "delete":
            return await self._delete(also_deleted)
        pages, shown = render(view, self._mentions)[: MOST_FOLLOWUPS + 1], list[str]()
        message = self._interaction.message
        private = view.audience == "private"
        if view.mode == "replace" and message is not None:
            private = message.flags.ephemeral
            try:
                await self._replace(message, pages[0])
            except discord.HTTPException as error:
                if not _is_malformed(error):
                    raise
            else:
                pages, shown = pages[1:], [str(message.id)]

        async def send(_number: str, **what: Any) -> str:
            return await self._send(private=private, **what)

        return shown + await _send_pages(pages, send)

    async def _delete(self, also_deleted: Sequence[str]) -> list[str]:
        """Delete the message that was pressed, and these."""
        if not self._interaction.response.is_done():
            await self._interaction.response.defer()
        await self._interaction.delete_original_response()
        channel = self._interaction.client.get_partial_messageable(self._interaction.channel_id)
        for part in also_deleted:
            with suppress(discord.NotFound, discord.Forbidden):  # gone already, or not ours to delete any more
                await channel.get_partial_message(int(part)).delete()
        return []

    async def _replace(self, message: discord.Message, page: Page) -> None:
        # The first three are what a message without components V2 may still have.
        what: dict[str, Any] = {"content": None, "embeds": [], "attachments": [], "view": layout(page)}
        if message.flags.components_v2:
            del what["content"], what["embeds"]
        if self._interaction.response.is_done():
            await self._interaction.edit_original_response(**what)
        else:
            await self._interaction.response.edit_message(**what)

    async def _send(self, *, private: bool, **what: Any) -> str:
        interaction = self._interaction
        if not interaction.response.is_done():
            sent = await interaction.response.send_message(ephemeral=private, **what)
            return str(sent.message_id)
        if self._promised:
            self._promised = False
            if "files" in what:
                what["attachments"] = what.pop("files")
            return str((await interaction.edit_original_response(**what)).id)
        return str((await interaction.followup.send(ephemeral=private, wait=True, **what)).id)


_Send = Callable[..., Awaitable[str]]
"""Sends one message, by its number among those of one answer and what discord.py's `send` takes; its id."""


async def _send_pages(pages: Sequence[Page], send: _Send) -> list[str]:
    sent: list[str] = []
    for number, page in enumerate(pages):
        try:
            sent.append(await send(str(number), view=layout(page), **_attached(page)))
        except discord.HTTPException as error:
            if not _is_malformed(error):
                raise
            _log.warning("Discord refused the components of an answer; it goes out as plain text")
            pieces = contents(page)
            for place, piece in enumerate(pieces):
                view = {"view": classic(page)} if place == len(pieces) - 1 else {}
                attached = _attached(page) if place == len(pieces) - 1 else {}
                sent.append(await send(f"{number}.{place}", content=piece, **view, **attached))
    return sent


def _attached(page: Page) -> dict[str, list[discord.File]]:
    """The files of a page, as discord.py's `send` takes them."""
    found = files(page)
    return {"files": found} if found else {}


def _is_malformed(error: discord.HTTPException) -> bool:
    """Whether it is the form of the message that Discord does not take."""
    return error.status == MALFORMED and error.code != ANSWERED_ALREADY


def _final(error: discord.HTTPException) -> PostRefusedError | None:
    """What to raise for a post that Discord would not take later either; None for anything else."""
    if error.status in REFUSED or error.code == ANSWERED_ALREADY:
        return PostRefusedError(str(error.code))
    return None
