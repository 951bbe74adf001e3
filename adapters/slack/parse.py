"""Slack's payloads into what we work with. Pure: nothing here waits or calls Slack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.desk import Place
from bot.feedback import ChannelKind, tenant_of

Body = Mapping[str, Any]

MOST_READ = 12_000
"""Characters of a message that are looked at; a question is read to 2,000."""

_SPOKEN = (None, "file_share", "thread_broadcast")
"""Subtypes of messages in which somebody says something; the others are edits, deletions, joins and the like."""

_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,20})(?:\|[^<>]*)?>")
_CHANNEL = re.compile(r"<#[A-Z0-9]{1,20}(?:\|([^<>]*))?>")
_SPECIAL = re.compile(r"<![^<>]*>")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^<>|]*)(?:\|([^<>]*))?>")

Addressed = Literal["mention", "direct", "overheard"]
"""Whether the bot was spoken to, and how."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who speaks, and for which installation. Ids are Slack's own."""

    enterprise: str | None
    team: str | None
    """None where a whole organisation installed the app."""
    user: str
    bot_user: str | None = None

    @property
    def tenant(self) -> str:
        """Under which name data of this installation is kept."""
        return tenant_of("slack", self.team or self.enterprise)

    @property
    def person(self) -> str:
        """A name for the user that no other workspace's user has."""
        return f"{self.tenant}:{self.user}"


@dataclass(frozen=True, slots=True)
class Said:
    """A message somebody wrote."""

    origin: Origin
    text: str
    channel: str
    ts: str
    thread_ts: str | None
    kind: ChannelKind
    addressed: Addressed
    mentions: frozenset[str]
    """Users it mentions."""

    @property
    def root(self) -> str:
        """The message that a reply's thread hangs on."""
        return self.thread_ts or self.ts

    @property
    def key(self) -> str:
        """The same for every delivery of this message, whichever subscription brought it."""
        return f"slack:{self.origin.tenant}:{self.channel}:{self.ts}"

    @property
    def place(self) -> Place:
        """Where it was said, as the desk knows it."""
        return place(self.origin, self.channel, self.kind, self.root)


def place(origin: Origin, channel: str, kind: ChannelKind, root: str | None = None) -> Place:
    """A place in Slack; `root` is the message that starts the thread."""
    thread = f"{origin.team or origin.enterprise}:{channel}:{root}" if root else None
    return Place("slack", origin.team or origin.enterprise, channel, kind, thread)


def said(body: Body) -> Said | None:
    """The message of an event; None where nobody is to be answered: bots, edits, deletions, ourselves."""
    event = body.get("event")
    if not isinstance(event, Mapping):
        return None
    origin = origin_of(body, str(event.get("user") or ""))
    channel, ts = event.get("channel"), event.get("ts")
    if not origin.user or not isinstance(channel, str) or not isinstance(ts, str) or _is_nobodys(event, origin):
        return None
    raw = str(event.get("text") or "")[:MOST_READ]
    thread = event.get("thread_ts")
    thread_ts = thread if isinstance(thread, str) and thread != ts else None
    mentions = frozenset(_MENTION.findall(raw))
    return Said(
        origin=origin,
        text=readable(raw),
        channel=channel,
        ts=ts,
        thread_ts=thread_ts,
        kind=kind_of(channel, str(event.get("channel_type") or ""), in_thread=thread_ts is not None),
        addressed=_addressed(event, channel),
        mentions=mentions,
    )


def origin_of(body: Body, user: str) -> Origin:
    """Who sends a payload of any kind. The installation it was sent to counts, not the sender's own workspace."""
    granted = body.get("authorizations")
    first: Body = granted[0] if isinstance(granted, list) and granted and isinstance(granted[0], Mapping) else {}
    source = first or body
    team, enterprise = _id(source, "team"), _id(source, "enterprise")
    if not first and team is None:
        team = _id(body, "user", "team_id") if isinstance(body.get("user"), Mapping) else None
    if str(source.get("is_enterprise_install")).lower() == "true" and enterprise is not None:
        team = None
    bot_user = first.get("user_id") if first.get("is_bot") else None
    return Origin(enterprise, team, user, bot_user if isinstance(bot_user, str) else None)


def presser(body: Body) -> Origin:
    """Who pressed, chose or submitted something, or gave a command."""
    user = body.get("user")
    name = user.get("id") if isinstance(user, Mapping) else body.get("user_id")
    return origin_of(body, str(name or ""))


def kind_of(channel: str, channel_type: str = "", *, in_thread: bool = False) -> ChannelKind:
    """What kind of place a channel is, no more exact than it is kept."""
    if channel_type == "im" or (not channel_type and channel.startswith("D")):
        return "direct"
    if channel_type == "mpim":
        return "group"
    return "thread" if in_thread else "channel"


def readable(text: str) -> str:
    """Slack's own notation as a person would type it: no mentions, links by their words, no entities."""
    without = _SPECIAL.sub(" ", _CHANNEL.sub(lambda hit: hit[1] or " ", _MENTION.sub(" ", text)))
    worded = _LINK.sub(lambda hit: hit[2] or hit[1], without)
    return worded.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def word(text: str) -> str:
    """`text` as the name of a command: a single word, without what one puts around it."""
    return text.strip().strip("/!.?\"'").casefold()


def _is_nobodys(event: Body, origin: Origin) -> bool:
    if event.get("subtype") not in _SPOKEN or event.get("bot_id") or event.get("bot_profile"):
        return True
    return bool(event.get("edited") or event.get("hidden")) or origin.user in (origin.bot_user, "USLACKBOT")


def _addressed(event: Body, channel: str) -> Addressed:
    if event.get("type") == "app_mention":
        return "mention"
    return "direct" if kind_of(channel, str(event.get("channel_type") or "")) == "direct" else "overheard"


def _id(source: Body, name: str, key: str = "id") -> str | None:
    """ "team": {"id": ...} or "team_id": ..., whichever is there."""
    part = source.get(name)
    found = part.get(key) if isinstance(part, Mapping) else source.get(f"{name}_id")
    return found if isinstance(found, str) and found else None
