"""Shows what the chat layer gives: as the answer to an interaction, below a message, or as a direct message.

Where Discord refuses the components or a file, the same words go out as plain text, so that an answer gets through.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import aiohttp
import discord

from adapters.discord.components import files, layout, modal
from adapters.discord.render import Page, contents, render
from adapters.platform import NotTaken
from bot.chat.dispatcher import Post, PostRefusedError
from bot.chat.incoming import Incoming
from bot.chat.view import Form, Outgoing, View

if TYPE_CHECKING:
    from adapters.discord.app import FrameworkClient

DEFER_AFTER = 1.5
"""Seconds after which an interaction is acknowledged without its answer: Discord gives up after three."""

PAUSES = (1.0, 3.0)
"""Seconds before a message is sent again that could not be taken: by its nonce Discord knows one that it has taken."""

_RETRIED = frozenset({500, 502, 504, 524})
"""Statuses after which discord.py itself has sent it again, five times."""

Verdict = Literal["final", "passing", "form", "reference"]
"""What an error code of Discord's means for the message that it did not take.

final: Discord would not take it later either. passing: it may. Else it takes the same words at once in another form:
as plain text, without components and files, or without the reference to a message."""

# From https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_BY_VERDICT: dict[Verdict, tuple[int, ...]] = {
    # content, accounts, bans; what was answered already; kinds of channels, recipients and threads; moderation
    "final": (
        20009, 40001, 40002, 40007, 50178, 40060, 40094, 50027, 40058, 40067, 50003, 50008, 50009, 50021, 50024, 50095,
        50005, 50007, 50033, 50083, 160005, 160006, 200000, 200001, 240000,
    ),
    # slow mode and limits of writing and editing; what is switched off or overloaded for now; Cloudflare
    "passing": (20016, 20022, 20028, 20029, 30046, 40003, 40062, 40004, 40006, 110001, 130000, 40333),
    "reference": (160002,),  # a reply needs the permission to read the message history
    "form": (40005, 50045, 50046, 50110, 50123, 50146, 400001),  # files
}  # fmt: skip
CODES = {code: verdict for verdict, codes in _BY_VERDICT.items() for code in codes}

_MISSING_PERMISSIONS = 50013

_log = logging.getLogger(__name__)


async def respond(interaction: discord.Interaction[FrameworkClient], incoming: Incoming) -> None:
    """Answer an interaction; acknowledge it in time where that takes long. Never raises."""
    response = _Response(interaction)
    deferring = asyncio.create_task(response.defer_later())
    try:
        await interaction.client.dispatcher.serve(incoming, response.post)
    finally:
        deferring.cancel()


def below(client: FrameworkClient, message: discord.Message | discord.PartialMessage) -> Post:
    """Posts below `message`, without notifying anybody, or in place of what is there."""
    posts = 0

    async def post(outgoing: Outgoing) -> list[str]:
        nonlocal posts
        posts += 1  # what is said when the first post failed is another message
        reference: discord.MessageReference | None = message.to_reference(fail_if_not_exists=False)

        async def send(number: str, **what: Any) -> str:
            nonlocal reference
            what["nonce"] = nonce_of(f"{message.id}:{posts}", number)
            if reference is not None:
                try:
                    return await _sent(message.channel, reference=reference, mention_author=False, **what)
                except discord.HTTPException as error:
                    if verdict(error) != "reference":
                        raise
                    reference = None
            return await _sent(message.channel, **what)

        assert isinstance(outgoing.view, View)  # noqa: S101 - no form can be opened from a message
        assert not isinstance(message.channel, discord.GroupChannel)  # noqa: S101 - no bot is in one
        pages = render(outgoing.view, client.mentions) if outgoing.view.mode != "delete" else ()
        there = [message.channel.get_partial_message(int(i)) for i in (*outgoing.replaces, *outgoing.also_deleted)]
        with _refusals(client.not_taken):
            for one, page in zip(there, pages, strict=False):
                await one.edit(view=layout(page), attachments=files(page))
            await _delete(there[len(pages) :])
            return [str(one.id) for one in there[: len(pages)]] + await _send_pages(pages[len(there) :], send)

    return post


async def send_direct_message(client: FrameworkClient, user: int, view: View, key: str) -> None:
    """Write to somebody. `key` is an idempotency key: what is sent twice within minutes shows once.

    Raises PostRefusedError where Discord does not allow it, or what failed.
    """
    with _refusals(client.not_taken):
        channel = await client.create_dm(discord.Object(user))
    await send_message(client, channel, view, key)


async def send_message(client: FrameworkClient, channel: discord.abc.Messageable, view: View, key: str) -> str:
    """The same in a channel; the id of the first message."""

    async def send(number: str, **what: Any) -> str:
        return await _sent(channel, nonce=nonce_of(key, number), **what)

    with _refusals(client.not_taken):
        return (await _send_pages(render(view), send))[0]


async def edit_message(client: FrameworkClient, channel: int, message: int, view: View) -> None:
    """Show `view` in place of one of our messages. Raises PostRefusedError where Discord does not allow it, or what
    failed."""
    with _refusals(client.not_taken):
        shown = layout(render(view)[0])
        await client.get_partial_messageable(channel).get_partial_message(message).edit(view=shown)


def nonce_of(key: str, number: str) -> str:
    """The nonce of part `number` of what `key` names: the same in every process, at most 25 characters."""
    return hashlib.blake2s(f"{key}:{number}".encode(), digest_size=12).hexdigest()


def verdict(error: discord.HTTPException, *, with_file: bool = False) -> Verdict:
    """What to do after `error`. `with_file`: the message had one, which takes a permission of its own."""
    if with_file and error.code == _MISSING_PERMISSIONS:
        return "form"
    if error.code in CODES:
        return CODES[error.code]
    if error.status in (401, 403, 404, 405):  # no permission, no such channel, an interaction that is too old
        return "final"
    return "form" if error.status == 400 else "passing"


def error_summary(error: BaseException) -> str:
    """The kind of error, and Discord's code for it; its text may quote a message."""
    if isinstance(error, discord.HTTPException):
        return f"{type(error).__name__} {error.status}, code {error.code}"
    return type(error).__name__


class _Response:
    """The answer to one interaction."""

    def __init__(self, interaction: discord.Interaction[FrameworkClient]) -> None:
        self._interaction = interaction
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
            with _refusals(self._interaction.client.not_taken):
                return await self._show(outgoing.view, outgoing.also_deleted)

    async def _show(self, view: View | Form, also_deleted: Sequence[str]) -> list[str]:
        if isinstance(view, Form):
            await self._interaction.response.send_modal(modal(view))
            return []
        if view.mode == "delete":
            return await self._delete(also_deleted)
        pages, shown = render(view, self._interaction.client.mentions), list[str]()
        message = self._interaction.message
        private = view.audience == "private"
        if view.mode == "replace" and message is not None:
            private = message.flags.ephemeral
            try:
                await self._replace(pages[0])
            except discord.HTTPException as error:
                if verdict(error) != "form":
                    raise
            else:
                pages, shown = pages[1:], [str(message.id)]
        return shown + await _send_pages(pages, partial(self._send, private=private))

    async def _delete(self, also_deleted: Sequence[str]) -> list[str]:
        """Delete the message that was pressed, and these."""
        if not self._interaction.response.is_done():
            await self._interaction.response.defer()
        await self._interaction.delete_original_response()
        channel = self._interaction.client.get_partial_messageable(self._interaction.channel_id or 0)
        await _delete([channel.get_partial_message(int(part)) for part in also_deleted])
        return []

    async def _replace(self, page: Page) -> None:
        what: dict[str, Any] = {"attachments": [], "view": layout(page)}
        if self._interaction.response.is_done():
            await self._interaction.edit_original_response(**what)
        else:
            await self._interaction.response.edit_message(**what)

    async def _send(self, _number: str, *, private: bool, **what: Any) -> str:
        interaction = self._interaction
        if not interaction.response.is_done():
            sent = await interaction.response.send_message(ephemeral=private, **what)
            return str(sent.message_id)
        if self._promised:
            self._promised = False
            return str((await interaction.edit_original_response(**what)).id)
        return str((await interaction.followup.send(ephemeral=private, wait=True, **what)).id)


async def _delete(messages: Sequence[discord.PartialMessage]) -> None:
    for one in messages:
        with suppress(discord.NotFound, discord.Forbidden):  # gone already, or not ours to delete any more
            await one.delete()


_Send = Callable[..., Awaitable[str]]
"""Sends one message, by its number among those of one answer and what discord.py's `send` takes; its id."""


async def _send_pages(pages: Sequence[Page], send: _Send) -> list[str]:
    """Send the pages; the ids of the messages."""
    sent: list[str] = []
    for number, page in enumerate(pages):
        found = files(page)
        attached = {"files": found} if found else {}
        try:
            sent.append(await send(str(number), view=layout(page), **attached))
        except discord.HTTPException as error:
            if verdict(error, with_file=bool(found)) != "form":
                raise
            _log.warning("Discord refused an answer's components or file (code %s): plain text goes out", error.code)
            for place, text in enumerate(contents(page)):
                sent.append(await send(f"{number}.{place}", content=text))
    return sent


async def _sent(channel: discord.abc.Messageable, **what: Any) -> str:
    """Send a message, which has a nonce, again where it could not be taken; its id."""
    for pause in PAUSES:
        try:
            return str((await channel.send(**what)).id)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            if isinstance(error, discord.HTTPException) and (error.status < 500 or error.status in _RETRIED):
                raise
            _log.warning("a message is sent again: %s", error_summary(error))
        await asyncio.sleep(pause)
    return str((await channel.send(**what)).id)


@contextmanager
def _refusals(counts: NotTaken) -> Iterator[None]:
    """Counts what Discord does not take, and turns what it would not take later either into PostRefusedError."""
    try:
        yield
    except discord.HTTPException as error:
        final = verdict(error) == "final"
        counts[str(error.code or error.status), "final" if final else "passing"] += 1
        if final:
            raise PostRefusedError(str(error.code)) from None
        _log.warning("Discord did not take a message: %s", error_summary(error))
        raise
