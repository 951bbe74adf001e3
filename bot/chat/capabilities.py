"""What a platform can do, as the chat layer needs to know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """One platform. `name` is what data is stored under."""

    name: str
    help: tuple[str, ...]
    """How to ask here, a line for each way, for the help screen."""
    settings_command: str = ""
    """How somebody opens the settings, such as "/settings"; "" where there are none."""
    private_replies: bool = True
    """Whether a message in a channel can be answered for its author alone."""
    forms: bool = True
    """Whether forms can be opened."""
    forms_follow_forms: bool = True
    """Whether a form that is sent in can be answered with a form."""
    deletes: bool = False
    """Whether an answer in a channel has a button by which the person who asked deletes it."""
    search: bool = False
    """Whether a field can suggest topics while somebody types."""
    reads_channels: bool = True
    """Whether messages that do not address the bot arrive at all."""
    privacy: str = ""
    """What is said on privacy where the process stores nothing; "" where there is a store."""
    join_hint: str = ""
    """What it takes for the bot to receive a channel's messages, said below the settings; "" where nothing."""
