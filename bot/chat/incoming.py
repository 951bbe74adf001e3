"""What arrives from a platform, parsed: a message, a command, a pressed button or a submitted form.

Ids are the platform's own. Nothing here knows a platform; `Place.platform` is only a name to store things under.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.storage.records import ChannelKind, tenant_of

Address = Literal["direct", "mention", "reply", "overheard"]
"""How a message addresses the bot. direct: nobody else reads it. reply: it answers one of the bot's messages.
overheard: not at all."""

Rights = Literal["none", "unknown", "channel", "all"]
"""What somebody may change in a place that others share. none: nothing, such as a guest. unknown: the platform does not
say, so that a change is announced to everybody there. channel: they manage the channel. all: they manage the whole
workspace or server."""

Surface = Literal["message", "modal", "home"]
"""Where a button was pressed: in a message, in a modal, or on a start page that one person sees."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happens."""

    platform: str
    team: str | None
    """Workspace, organisation or server; None in a direct message that belongs to none."""
    channel: str
    kind: ChannelKind
    thread: str | None = None
    """The conversation that all messages here belong to (a thread, a direct message channel), unique within the
    platform; None in a channel, where a conversation is the message that is replied to."""

    @property
    def tenant(self) -> str:
        """The name under which data of this place is stored and deleted."""
        return tenant_of(self.platform, self.team)

    @property
    def direct(self) -> bool:
        """Whether the bot and one person are alone here."""
        return self.kind == "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Incoming:
    place: Place
    user: str
    """The person's id, unique within the tenant."""
    key: str | None = None
    """The same for each delivery of the same thing, unique over all platforms; None where deliveries are never
    repeated, or cannot be identified."""
    rights: Rights | Callable[[], Awaitable[Rights]] = "none"
    """What the person may change here, or how to find that out. Nothing, where the platform does not state it."""
    lacks: Callable[[], Awaitable[str]] | None = None
    """Finds what the bot was not granted of what the settings offer, and how to grant it; "" where nothing."""

    async def known_rights(self) -> Rights:
        """What the person may change here, as the platform says it."""
        return self.rights if isinstance(self.rights, str) else await self.rights()


MENTION_ADDED = 24 * 3600
"""Seconds after a message was written in which a mention that is added by editing it is answered: for less time than
it is stored which messages were answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(_Incoming):
    """Something somebody wrote. `text` has no platform notation and no mention of the bot."""

    text: str
    address: Address
    attached: tuple[str, ...] = ()
    """Other words that came with it, such as a forwarded message, the most telling first."""
    automated: bool = False
    """Whether a workflow wrote it, which sees nothing private, and which an answer may set off again."""
    reply_to: str | None = None
    """Id of the message that this one replies to, in a place without a thread of its own."""
    starts_thread: bool = False
    """Whether its place's thread begins with this message, so that nothing was said before."""
    others_addressed: bool = False
    """Whether it mentions or replies to somebody else."""
    earlier: Callable[[], Awaitable[tuple[str, ...]]] | None = None
    """Reads the message that a mention in a thread, or as a reply, is about: its text and what is attached; () where
    it cannot be read. None where nothing was said before."""
    flow_token: str | None = None
    """The state of the guided recommendation whose question it replies to."""
    edits: str = ""
    """The `key` of the message of which this is a later form; "" for a new message. Its own key is another one."""

    @property
    def conversation(self) -> str | None:
        """What the message continues; None where it starts a conversation."""
        if self.starts_thread:
            return None
        return self.place.thread or self.reply_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(_Incoming):
    """A command by name, with its options. `text` is what follows it, or the message it was applied to."""

    name: str
    text: str = ""
    attached: tuple[str, ...] = ()
    """Other words of the message it was applied to, as in `Message`."""
    options: Mapping[str, str] = field(default_factory=dict)
    earlier: Callable[[], Awaitable[tuple[str, ...]]] | None = None
    """Reads what the message it was applied to is about, as in `Message`."""
    private: bool | None = None
    """Who sees the answer: as the person said, else (None) as the channel is set."""
    in_message: bool = False
    """Whether it was given as a message rather than by the platform's own form of commands."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does: the name of an action and its fields. See `bot.chat.actions`."""

    name: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(_Incoming):
    """A button pressed or an option chosen. `action` None: it cannot be read (any more)."""

    action: Action | None
    message: str = ""
    """Id of the message with the button, the same at each press; "" where there is none."""
    private: bool = False
    """Whether one person only sees that message."""
    surface: Surface = "message"
    question_url: Callable[[], Awaitable[str]] | None = None
    """Finds the address of the message that was answered; "" where there is none. None where it was no message."""

    @property
    def alone(self) -> bool:
        """Whether nobody else sees where it was pressed."""
        return self.private or self.place.direct or self.surface != "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmission(Press):
    """A form sent in. `values` are by input name, empty where nothing was filled in; `action` is the form's own."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The first value of an input, or ""."""
        return next(iter(self.values.get(name, ())), "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion(_Incoming):
    """A message was deleted, by whom is not known. `deleted` is the key that it had."""

    deleted: str
    user: str = ""


Incoming = Message | Command | Press | Deletion
"""A FormSubmission is a Press."""
