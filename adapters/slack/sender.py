"""Shows views in Slack: whole, within its limits, and with simpler blocks where it refuses the rich ones.

A message has a hash in its metadata, an answer that of its delivery, so that it can be found: see `Sender.was_posted`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from secrets import token_hex
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.platform import NotTaken
from adapters.slack.blockkit import Block, escaped, pages
from adapters.slack.errors import code_of, is_final, meaning
from adapters.slack.render import form_modal, home, modal, render
from adapters.slack.target import Origin, Target
from adapters.slack.workspaces import RateLimitRetryHandler, Workspaces
from bot.chat.dispatcher import PostRefusedError
from bot.chat.screens import notice
from bot.chat.view import Form, Outgoing, View
from bot.storage.masking import digest

TOO_LATE = "That took too long, so nothing was opened. Please try again."

LOOKUP_TIMEOUT = 5.0
"""Seconds that looking for an answer may take."""

_LOOKED_AT = 15
"""Messages after the question that are looked at: as many as Slack shows a new app at once."""

SHOWING = 1.0
"""Seconds until Slack shows a message that it took, to a call that looks for it."""

TRIES = 3
"""How often a message is posted where Slack neither takes nor refuses it."""

_SUMMARY = 3_000

_log = logging.getLogger(__name__)


class ResponseUrlError(Exception):
    """A response_url did not take a message."""


_FAILURES = (SlackApiError, ResponseUrlError, aiohttp.ClientError, OSError, TimeoutError)
"""What calling Slack raises."""


class Sender:
    """Sends to one Slack app's workspaces. Raises PostRefusedError, or what failed."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self.not_taken: NotTaken = Counter()

    async def show(self, target: Target, outgoing: Outgoing, *, metadata: dict[str, Any] | None = None) -> list[str]:
        """Show something where it belongs; the messages it became, as far as Slack names them.

        `metadata` is put on the last message, and so on a whole answer.
        """
        view = outgoing.view
        with self._refusals(target.origin):
            if isinstance(view, Form):
                await self._open(target, form_modal(view, target.form_metadata(view)))
            elif target.home and target.trigger_id is None:
                await (await self._client(target.origin)).views_publish(user_id=target.origin.user, view=home(view))
            elif target.view_id is not None or (target.channel is None and target.trigger_id is not None):
                # A notice leaves what is open below it.
                await self._open(target, modal(view), note=view if outgoing.is_notice else None)
            elif view.mode == "delete":
                for message in outgoing.also_deleted:
                    client = await self._client(target.origin)
                    await client.chat_delete(channel=target.channel or "", ts=message.rpartition(":")[2])
            elif outgoing.replaces:
                return await self._post_messages(target, view, replaced=outgoing.replaces[-1].rpartition(":")[2])
            elif view.mode == "replace":
                await self._replace(target, view)
            elif view.audience == "channel":
                await self._post(replace(target, message_ts=None, thread_ts=None), view, None)
            elif view.audience == "private":
                await self._post_ephemeral(target, view)
            else:
                return await self._post(target, view, metadata)
        return []

    async def send_direct(self, origin: Origin, view: View) -> None:
        """A direct message to the user of `origin`."""
        with self._refusals(origin):
            await self._post(Target(origin=origin, channel=origin.user), view, None)

    async def was_posted(self, target: Target, key: str) -> bool:
        """Whether we answered the delivery `key` in the thread of `target`, as far as Slack lets us see."""
        client = await self._workspaces.client(target.origin, retries=False)
        return client is not None and await self._find(client, target, delivery_metadata(key)) is not None

    async def _find(self, client: AsyncWebClient, target: Target, metadata: Mapping[str, Any]) -> str | None:
        """The ts of our message with this metadata; None where there is none, as far as Slack lets us see.

        Only where nobody can tell otherwise whether it was posted: reading a channel needs a scope that a workspace may
        not grant, and new apps may do it once a minute.
        """
        looked_at: dict[str, Any] = {"channel": target.channel or "", "limit": _LOOKED_AT, "include_all_metadata": True}
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                found = await (
                    client.conversations_replies(**looked_at, ts=target.root, oldest=target.message_ts)
                    if target.root
                    else client.conversations_history(**looked_at)
                )
        except _FAILURES as error:
            _log.info("whether a message was posted cannot be seen: %s", code_of(error))
            return None
        ours = {target.origin.bot_user, self._workspaces.bot_user} - {None}
        messages = found.get("messages")
        for message in messages if isinstance(messages, list) else []:
            if not isinstance(message, Mapping) or (ours and message.get("user") not in ours):
                continue
            seen = message.get("metadata")
            if isinstance(seen, Mapping) and metadata.items() <= seen.items():  # Slack may add to the metadata
                return str(message.get("ts") or "")
        return None

    async def _post(self, target: Target, view: View, metadata: dict[str, Any] | None) -> list[str]:
        """For everybody there, in the thread of the message that is answered."""
        if target.response_url is not None and not target.in_message:  # a command: no membership needed
            await self._respond(target, view, in_channel=True)
            return []
        try:
            return await self._post_messages(target, view, metadata=metadata)
        except (SlackApiError, PostRefusedError) as error:
            if target.response_url is None or meaning(error) == "passing":
                raise
            if isinstance(error, SlackApiError):
                self._note(error, target.origin)  # such as where we are no member
            await self._respond(target, view, in_channel=True)
            return []

    async def _post_messages(
        self, target: Target, view: View, *, metadata: dict[str, Any] | None = None, replaced: str | None = None
    ) -> list[str]:
        """In the thread of `target`, the first one in place of the message `replaced`; the thread of the last one."""
        client = await self._client(target.origin)
        channel = target.channel or target.origin.user
        text = _summary(view)

        async def send(blocks: Sequence[Block]) -> list[str]:
            shown = pages(blocks)
            if replaced is not None:
                await client.chat_update(channel=channel, ts=replaced, text=text, blocks=shown.pop(0))
            ts: str | None = replaced
            for page in shown:
                marked = metadata if page is shown[-1] else None
                ts = await self._post_once(client, target, marked or delivery_metadata(token_hex()), text, page)
            return [target.origin.thread(channel, ts) or ""]

        try:
            return await send(render(view, "message"))
        except SlackApiError as error:
            if meaning(error) != "blocks":
                raise
            _log.warning("Slack refused the blocks of a message, so it is sent with simpler ones")
            return await send(render(view, "private"))

    async def _post_once(
        self, client: AsyncWebClient, target: Target, metadata: dict[str, Any], text: str, blocks: list[Block]
    ) -> str | None:
        """Post a message; its ts. Slack may have taken one that it answered with an error of its own, or not at all:
        so look for it by its `metadata`, which no other message has, before it is posted again."""
        once = copy(client)  # but again where Slack asks for that
        once.retry_handlers = [one for one in client.retry_handlers if isinstance(one, RateLimitRetryHandler)]
        tries = 0
        while True:
            tries += 1
            try:
                answer = await once.chat_postMessage(
                    channel=target.channel or target.origin.user,
                    thread_ts=target.root,
                    text=text,
                    blocks=blocks,
                    metadata=metadata,
                    unfurl_links=False,
                    unfurl_media=False,
                )
            except _FAILURES as error:
                if meaning(error) != "unclear":
                    raise
                await asyncio.sleep(SHOWING * tries)
                if (found := await self._find(once, target, metadata)) is not None:
                    return found
                if tries == TRIES:
                    raise
                self._note(error, target.origin)
            else:
                return answer.get("ts")

    async def _post_ephemeral(self, target: Target, view: View) -> None:
        """For the person alone: an ephemeral message, or a direct one where there is no channel."""
        if target.response_url is not None:
            await self._respond(target, view)
        elif target.channel is None:
            await self._post_messages(target, view)
        else:
            client = await self._client(target.origin)
            for page in pages(render(view, "private")):
                await client.chat_postEphemeral(
                    channel=target.channel,
                    user=target.origin.user,
                    text=_summary(view),
                    blocks=page,
                    thread_ts=target.thread_ts,
                )

    async def _replace(self, target: Target, view: View) -> None:
        """In place of the message that was pressed."""
        if target.in_message and target.channel is not None:
            try:
                await self._post_messages(target, view, replaced=target.message_ts)
            except SlackApiError as error:
                if target.response_url is None:
                    raise
                _log.info("editing through the response_url: %s", code_of(error))
            else:
                return
        if target.response_url is None:
            await self._post_ephemeral(target, view)
        else:
            await self._respond(target, view, replaces=True)

    async def _respond(self, target: Target, view: View, *, in_channel: bool = False, replaces: bool = False) -> None:
        """Answer a command or a button through the address that came with it: no membership needed."""
        client = self._workspaces.webhook(target.response_url or "")
        if client is None:
            raise PostRefusedError("the address to answer at is not Slack's")
        for number, page in enumerate(pages(render(view, "private"))):
            body = {
                "text": _summary(view),
                "blocks": page,
                "response_type": "in_channel" if in_channel else "ephemeral",
                "replace_original": replaces and number == 0,
                "thread_ts": None if replaces else target.thread_ts,  # the SDK leaves None out
                "unfurl_links": False,
                "unfurl_media": False,
            }
            response = await client.send_dict(body)
            if response.status_code != 200:
                raise ResponseUrlError(str(response.status_code))

    async def _open(self, target: Target, view: Block, *, note: View | None = None) -> None:
        """In the modal that was pressed, in its place or, a `note`, on top of it; elsewhere in a new one. Where it is
        too late for that, the person gets a message."""
        client = await self._client(target.origin, retries=False)
        try:
            if target.view_id is None or target.home:
                await client.views_open(trigger_id=target.trigger_id or "", view=view)
                return
            if note is not None:
                try:
                    await client.views_push(trigger_id=target.trigger_id or "", view=view)
                except SlackApiError as error:
                    if code_of(error) != "push_limit_reached":
                        raise
                else:
                    return
            await client.views_update(view_id=target.view_id, hash=target.view_hash, view=view)
        except SlackApiError as error:
            if meaning(error) not in ("expired", "overtaken"):
                raise
            _log.info("a modal was not shown: %s", code_of(error))
            if meaning(error) == "expired":
                await self._post_ephemeral(target, note or notice(TOO_LATE))

    async def _client(self, origin: Origin, *, retries: bool = True) -> AsyncWebClient:
        client = await self._workspaces.client(origin, retries=retries)
        if client is None:
            raise PostRefusedError("the app is not installed there")
        return client

    @contextmanager
    def _refusals(self, origin: Origin) -> Iterator[None]:
        """Counts what failed, and turns what stays so into PostRefusedError."""
        try:
            yield
        except _FAILURES as error:
            self._note(error, origin)
            if is_final(error):
                raise PostRefusedError(code_of(error)) from None
            raise

    def _note(self, error: Exception, origin: Origin) -> None:
        """Something was not taken."""
        code, kind = code_of(error), "final" if is_final(error) else "passing"
        self.not_taken[code, kind] += 1
        _log.warning("Slack did not take a message: %s (%s)", code, kind)
        if meaning(error) == "token":
            self._workspaces.doubt(origin.tenant)


def delivery_metadata(key: str) -> dict[str, Any]:
    """The metadata of the message that answers the delivery `key`: only a hash, without words and ids."""
    return {"event_type": "framework_bot_answer", "event_payload": {"delivery": digest(key)}}


def _summary(view: View) -> str:
    """What notifications and screen readers say."""
    return escaped(view.summary)[:_SUMMARY]
