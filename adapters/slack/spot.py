"""Where something was pressed, and the ways to answer there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.slack.parse import Body, Origin, kind_of, place
from bot.desk import Place


@dataclass(frozen=True, slots=True)
class Spot:
    """A message, a modal or the Home tab with something pressed in it, or a command that was given."""

    channel: str | None = None
    message_ts: str | None = None
    thread_ts: str | None = None
    private: bool = False
    """Whether only one person sees the message."""
    response_url: str | None = None
    trigger: str | None = None
    """Opens a modal, once and within three seconds."""
    view_id: str | None = None
    view_hash: str | None = None
    home: bool = False

    @property
    def in_modal(self) -> bool:
        """Whether it was in a modal."""
        return self.view_id is not None and not self.home

    @property
    def root(self) -> str | None:
        """The message that a thread started from here hangs on."""
        return self.thread_ts or self.message_ts

    def place(self, origin: Origin) -> Place:
        """Where it is, as the desk knows it; what is private has no conversation to follow up."""
        if self.channel is None:
            return place(origin, origin.user, "direct")
        if self.private or self.message_ts is None:
            return place(origin, self.channel, "command")
        return place(origin, self.channel, kind_of(self.channel, in_thread=True), self.root)


def spot(body: Body) -> Spot:
    """Where an interaction or a command comes from."""
    container, view, message = _part(body, "container"), _part(body, "view"), _part(body, "message")
    channel = _part(body, "channel").get("id") or container.get("channel_id") or body.get("channel_id")
    return Spot(
        channel=_text(channel),
        message_ts=_text(container.get("message_ts") or message.get("ts")),
        thread_ts=_text(container.get("thread_ts") or message.get("thread_ts")),
        private=bool(container.get("is_ephemeral")),
        response_url=_text(body.get("response_url")),
        trigger=_text(body.get("trigger_id")),
        view_id=_text(view.get("id")),
        view_hash=_text(view.get("hash")),
        home=view.get("type") == "home",
    )


def _part(body: Body, name: str) -> Body:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
