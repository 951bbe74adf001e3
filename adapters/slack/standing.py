"""Whether an answer stands in Slack already: each carries a mark, and this looks for it.

Only for a question whose answerer died before noting that it was answered. What Slack keeps is nobody's state:
reading it is a favour that a workspace may not grant, and that new apps get once a minute.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.parse import Said
from bot.storage.pseudonyms import digest

EVENT_TYPE = "framework_bot_answer"

MOST_READ = 15
"""Messages after the question that are looked at: as many as Slack shows a new app at once."""

PATIENCE = 5.0
"""Seconds that a look may take."""

_log = logging.getLogger(__name__)


def mark(key: str) -> dict[str, Any]:
    """The metadata of the message that answers the delivery `key`. No words and no ids in it, only a hash."""
    return {"event_type": EVENT_TYPE, "event_payload": {"delivery": digest(key)}}


async def stands(client: AsyncWebClient, said: Said, authors: Collection[str]) -> bool:
    """Whether an answer to `said` by one of `authors`, which are us, stands in its thread.

    False also where Slack does not let us see: without the scope, too often, or while it is away.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            found = await client.conversations_replies(
                channel=said.channel, ts=said.root, oldest=said.ts, limit=MOST_READ, include_all_metadata=True
            )
    except SlackApiError as error:
        _log.info("whether a question was answered cannot be seen: %s", error.response.get("error"))
        return False
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        _log.info("whether a question was answered cannot be seen: %s", type(error).__name__)
        return False
    messages = found.get("messages")
    wanted = mark(said.key)
    return any(
        isinstance(message, Mapping) and message.get("user") in authors and _is(message.get("metadata"), wanted)
        for message in (messages if isinstance(messages, list) else [])
    )


def _is(metadata: object, wanted: Mapping[str, Any]) -> bool:
    """Whether it is the mark `wanted`; Slack may add to it."""
    return isinstance(metadata, Mapping) and all(metadata.get(name) == value for name, value in wanted.items())
