"""Who sends something in Slack, and where its answer goes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.chat.actions import pack
from bot.chat.incoming import Place
from bot.chat.view import Form
from bot.storage.records import ChannelKind, tenant_of


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sends something, and for which installation of the app. Ids are Slack's own."""

    enterprise: str | None
    team: str | None
    """None where a whole organisation installed the app."""
    user: str
    bot_user: str | None = None
    """The bot's own user there, where the payload names it."""

    @classmethod
    def installed(cls, installation: str | None, user: str = "") -> Origin:
        """Somebody of the workspace, or of the organisation, with this id."""
        organisation = installation is not None and installation.startswith("E")
        return cls(installation, None, user) if organisation else cls(None, installation, user)

    @property
    def tenant(self) -> str:
        """The name under which data of this installation is stored."""
        return tenant_of("slack", self.team or self.enterprise)

    def place(self, channel: str | None, kind: ChannelKind, root: str | None = None) -> Place:
        """A place of this installation, with the user alone where there is no channel. `root`: the message that its
        thread begins with."""
        if channel is None:
            return Place("slack", self.team or self.enterprise, self.user, "direct")
        return Place("slack", self.team or self.enterprise, channel, kind, self.thread(channel, root))

    def thread(self, channel: str, root: str | None) -> str | None:
        """The name of a thread, unique within Slack."""
        return f"{self.team or self.enterprise}:{channel}:{root}" if root else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where an answer goes: the message, modal, Home tab or command that it answers, and the ways to get there."""

    origin: Origin
    channel: str | None = None
    message_ts: str | None = None
    thread_ts: str | None = None
    ephemeral: bool = False
    """Whether only one person sees that message."""
    response_url: str | None = None
    trigger_id: str | None = None
    """Opens a modal, once and within three seconds."""
    view_id: str | None = None
    view_hash: str | None = None
    home: bool = False

    @property
    def root(self) -> str | None:
        """The message that a thread started from here begins with."""
        return self.thread_ts or self.message_ts

    @property
    def in_message(self) -> bool:
        """Whether it is a message that others may see too."""
        return self.message_ts is not None and not self.ephemeral

    @property
    def place(self) -> Place:
        """For the chat layer. What one person sees has no conversation to continue."""
        if self.channel is None or not self.in_message:
            return self.origin.place(self.channel, "command")
        return self.origin.place(self.channel, kind_of(self.channel, in_thread=True), self.root)

    def form_metadata(self, form: Form) -> str:
        """What a form opened from here carries in its private_metadata: its action, and the way back."""
        metadata = {
            "action": pack(form.action),
            "in_place": form.in_place,
            "channel": self.channel,
            "message_ts": self.message_ts,
            "thread_ts": self.thread_ts,
            "ephemeral": self.ephemeral,
            "response_url": self.response_url,
        }
        return json.dumps({name: value for name, value in metadata.items() if value})


def kind_of(channel: str, channel_type: object = None, *, in_thread: bool = False) -> ChannelKind:
    """What kind of place a channel is; an "im" is a direct message with the bot."""
    if channel_type == "im" or (not channel_type and channel.startswith("D")):
        return "direct"
    if channel_type == "mpim":
        return "group"
    return "thread" if in_thread else "channel"
