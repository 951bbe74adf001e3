"""Messages on their way to Slack: whole, within its limits, and in a simpler form where it refuses the rich one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.blockkit import Block, escaped, pages
from adapters.slack.patience import retry_handlers
from adapters.slack.spot import Spot
from adapters.slack.workspaces import sdk_log

_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments"})
"""Slack does not take the blocks, such as a kind that this workspace's Slack does not know yet."""

_MOST_SUMMARY = 3_000

_log = logging.getLogger(__name__)


class Unreachable(Exception):  # noqa: N818 - named for what happened
    """Slack took a message from nobody: too slow, away, or it refused."""


@dataclass(frozen=True, slots=True)
class Message:
    """What to show. `simple` makes it of the blocks that stand everywhere."""

    summary: str
    blocks: Sequence[Block]
    simple: Callable[[], Sequence[Block]]

    @property
    def text(self) -> str:
        """What notifications and screen readers say."""
        return escaped(self.summary)[:_MOST_SUMMARY]


class Outbox:
    """Sends messages. Raises SlackApiError or Unreachable where Slack does not take one."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._handlers = retry_handlers()

    async def post(
        self,
        client: AsyncWebClient,
        channel: str,
        message: Message,
        thread_ts: str | None = None,
        *,
        mark: Mapping[str, Any] | None = None,
    ) -> None:
        """Post into a channel, a thread, or to a user. `mark`: metadata of the last part, so of a whole message."""
        kept: dict[str, Any] = {"channel": channel, "unfurl_links": False, "unfurl_media": False}
        if thread_ts is not None:
            kept["thread_ts"] = thread_ts

        async def send(blocks: Sequence[Block]) -> None:
            *first, last = pages(blocks)
            for page in first:
                await client.chat_postMessage(**kept, text=message.text, blocks=page)
            marked: dict[str, Any] = {"metadata": mark} if mark is not None else {}
            await client.chat_postMessage(**kept, **marked, text=message.text, blocks=last)

        await _rich_or_simple(send, message)

    async def whisper(
        self, client: AsyncWebClient, channel: str, user: str, message: Message, thread_ts: str | None = None
    ) -> None:
        """Show something to one person in a channel, where no response_url is at hand."""
        for page in pages(message.simple()):
            await client.chat_postEphemeral(
                channel=channel, user=user, text=message.text, blocks=page, thread_ts=thread_ts
            )

    async def respond(
        self,
        url: str,
        message: Message,
        *,
        in_channel: bool = False,
        replace: bool = False,
        thread_ts: str | None = None,
    ) -> None:
        """Answer a command or a click through the address that came with it: no membership needed."""
        client = AsyncWebhookClient(url, session=self._session, retry_handlers=list(self._handlers), logger=sdk_log)
        for number, page in enumerate(pages(message.simple())):
            body: dict[str, Any] = {
                "text": message.text,
                "blocks": page,
                "response_type": "in_channel" if in_channel else "ephemeral",
                "replace_original": replace and number == 0,
                "unfurl_links": False,
                "unfurl_media": False,
            }
            if thread_ts is not None:
                body["thread_ts"] = thread_ts
            response = await client.send_dict(body)
            if response.status_code != 200:
                raise Unreachable(f"a response_url answered {response.status_code}")

    async def edit(self, client: AsyncWebClient | None, spot: Spot, message: Message) -> None:
        """Put `message` in the place of the one that was pressed."""
        if client is not None and spot.channel and spot.message_ts and not spot.private:
            where, when = spot.channel, spot.message_ts

            async def send(blocks: Sequence[Block]) -> None:
                first, *further = pages(blocks)
                await client.chat_update(channel=where, ts=when, text=message.text, blocks=first)
                for page in further:
                    await client.chat_postMessage(
                        channel=where, thread_ts=spot.root, text=message.text, blocks=page, unfurl_links=False
                    )

            try:
                await _rich_or_simple(send, message)
            except SlackApiError as error:
                if not spot.response_url:
                    raise
                _log.info("editing by the other way: %s", error.response.get("error"))
            else:
                return
        if spot.response_url:
            await self.respond(spot.response_url, message, replace=True)


async def _rich_or_simple(send: Callable[[Sequence[Block]], Any], message: Message) -> None:
    try:
        await send(message.blocks)
    except SlackApiError as error:
        if error.response.get("error") not in _REFUSED:
            raise
        _log.warning("Slack refused the blocks of a message, so it goes out in a simpler form")
        await send(message.simple())
