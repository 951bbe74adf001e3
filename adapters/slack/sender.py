"""Shows views in Slack: whole, within its limits, and with simpler blocks where it refuses the rich ones.

An answer has the hash of its delivery in its metadata, so that it can be found: see `Sender.was_posted`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blockkit import Block, escaped, pages
from adapters.slack.render import form_modal, home, modal, render
from adapters.slack.target import Origin, Target
from adapters.slack.workspaces import Workspaces
from bot.chat.dispatcher import PostRefusedError
from bot.chat.screens import notice
from bot.chat.view import Form, Outgoing, View
from bot.storage.masking import digest

TOO_LATE = "That took too long, so nothing was opened. Please try again."

_INVALID_TOKEN = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})

_FINAL = _INVALID_TOKEN | {
    "cannot_dm_bot", "cannot_reply_to_message", "channel_not_found", "ekm_access_denied", "is_archived",
    "cant_delete_message", "cant_update_message", "edit_window_closed", "message_not_found", "messages_tab_disabled",
    "missing_scope", "msg_too_long", "no_permission", "not_allowed_token_type",
    "not_in_channel", "org_login_required", "restricted_action", "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel", "restricted_action_thread_locked",
    "restricted_action_thread_only_channel", "team_access_not_granted", "thread_locked", "user_disabled",
    "user_is_bot", "user_not_found", "user_not_in_channel", "user_not_visible", "users_not_found",
}  # fmt: skip
"""Errors of Slack's that stay, however often a message is sent."""

_BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments"})
"""Slack does not take the blocks, such as a kind that this workspace's Slack does not know yet."""

_EXPIRED = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired"})
_OVERTAKEN = frozenset({"hash_conflict", "not_found", "view_not_found"})
"""The modal was changed or closed meanwhile."""

LOOKUP_TIMEOUT = 5.0
"""Seconds that looking for an answer may take."""

_LOOKED_AT = 15
"""Messages after the question that are looked at: as many as Slack shows a new app at once."""

_SUMMARY = 3_000

_log = logging.getLogger(__name__)


class ResponseUrlError(Exception):
    """A response_url did not take a message."""


class Sender:
    """Sends to one Slack app's workspaces. Raises PostRefusedError, or what failed."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

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
                await self._open(target, modal(view), on_top=outgoing.is_notice)
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
        """Whether we answered the delivery `key` in the thread of `target`, as far as Slack lets us see.

        Only for a question whose process died before it marked the delivery done: reading a thread needs a scope that
        a workspace may not grant, and new apps may do it once a minute.
        """
        client = await self._workspaces.client(target.origin, retries=False)
        if client is None:
            return False
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                found = await client.conversations_replies(
                    channel=target.channel or "",
                    ts=target.root or "",
                    oldest=target.message_ts,
                    limit=_LOOKED_AT,
                    include_all_metadata=True,
                )
        except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            reason = error.response.get("error") if isinstance(error, SlackApiError) else type(error).__name__
            _log.info("whether a question was answered cannot be seen: %s", reason)
            return False
        ours = {target.origin.bot_user, self._workspaces.bot_user} - {None}
        wanted = delivery_metadata(key).items()
        messages = found.get("messages")
        for message in messages if isinstance(messages, list) else []:
            metadata = message.get("metadata") if isinstance(message, Mapping) and message.get("user") in ours else None
            if isinstance(metadata, Mapping) and wanted <= metadata.items():  # Slack may add to the metadata
                return True
        return False

    async def _post(self, target: Target, view: View, metadata: dict[str, Any] | None) -> list[str]:
        """For everybody there, in the thread of the message that is answered."""
        if target.response_url is not None and not target.in_message:  # a command: no membership needed
            await self._respond(target.response_url, view, target.thread_ts, in_channel=True)
            return []
        try:
            with self._refusals(target.origin):
                return await self._post_messages(target, view, metadata=metadata)
        except PostRefusedError as error:
            if target.response_url is None:
                raise
            _log.info("posting through the response_url: %s", error)  # such as where we are no member
            await self._respond(target.response_url, view, target.thread_ts, in_channel=True)
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
            ts = replaced
            for page in shown:
                answer = await client.chat_postMessage(
                    channel=channel,
                    thread_ts=target.root,
                    text=text,
                    blocks=page,
                    metadata=metadata if page is shown[-1] else None,
                    unfurl_links=False,
                    unfurl_media=False,
                )
                ts = answer.get("ts")
            return [target.origin.thread(channel, ts) or ""]

        try:
            return await send(render(view, "message"))
        except SlackApiError as error:
            if error.response.get("error") not in _BLOCKS_REFUSED:
                raise
            _log.warning("Slack refused the blocks of a message, so it is sent with simpler ones")
            return await send(render(view, "private"))

    async def _post_ephemeral(self, target: Target, view: View) -> None:
        """For the person alone: an ephemeral message, or a direct one where there is no channel."""
        if target.response_url is not None:
            await self._respond(target.response_url, view, target.thread_ts)
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
                _log.info("editing through the response_url: %s", error.response.get("error"))
            else:
                return
        if target.response_url is None:
            await self._post_ephemeral(target, view)
        else:
            await self._respond(target.response_url, view, None, replaces=True)

    async def _respond(
        self, url: str, view: View, thread_ts: str | None, *, in_channel: bool = False, replaces: bool = False
    ) -> None:
        """Answer a command or a button through the address that came with it: no membership needed."""
        client = self._workspaces.webhook(url)
        if client is None:
            raise PostRefusedError("the address to answer at is not Slack's")
        for number, page in enumerate(pages(render(view, "private"))):
            body: dict[str, Any] = {
                "text": _summary(view),
                "blocks": page,
                "response_type": "in_channel" if in_channel else "ephemeral",
                "replace_original": replaces and number == 0,
                "unfurl_links": False,
                "unfurl_media": False,
            }
            if thread_ts is not None:
                body["thread_ts"] = thread_ts
            response = await client.send_dict(body)
            if response.status_code != 200:
                raise ResponseUrlError(str(response.status_code))

    async def _open(self, target: Target, view: Block, *, on_top: bool = False) -> None:
        """In the modal that was pressed, in its place or `on_top` of it; elsewhere in a new one."""
        client = await self._client(target.origin, retries=False)
        try:
            if target.view_id is None or target.home:
                await client.views_open(trigger_id=target.trigger_id or "", view=view)
                return
            if on_top:
                try:
                    await client.views_push(trigger_id=target.trigger_id or "", view=view)
                except SlackApiError as error:
                    if error.response.get("error") != "push_limit_reached":
                        raise
                else:
                    return
            await client.views_update(view_id=target.view_id, hash=target.view_hash, view=view)
        except SlackApiError as error:
            code = error.response.get("error")
            if code not in _EXPIRED | _OVERTAKEN:
                raise
            _log.info("a modal was not shown: %s", code)
            if code in _EXPIRED and target.response_url is not None:
                await self._respond(target.response_url, notice(TOO_LATE), target.thread_ts)

    async def _client(self, origin: Origin, *, retries: bool = True) -> AsyncWebClient:
        client = await self._workspaces.client(origin, retries=retries)
        if client is None:
            raise PostRefusedError("the app is not installed there")
        return client

    @contextmanager
    def _refusals(self, origin: Origin) -> Iterator[None]:
        """Turns errors that stay into PostRefusedError."""
        try:
            yield
        except SlackApiError as error:
            code = str(error.response.get("error"))
            if code in _INVALID_TOKEN:
                self._workspaces.forget(origin.tenant)
            if code not in _FINAL:
                raise
            raise PostRefusedError(code) from None


def delivery_metadata(key: str) -> dict[str, Any]:
    """The metadata of the message that answers the delivery `key`: only a hash, without words and ids."""
    return {"event_type": "framework_bot_answer", "event_payload": {"delivery": digest(key)}}


def _summary(view: View) -> str:
    """What notifications and screen readers say."""
    return escaped(view.summary)[:_SUMMARY]
