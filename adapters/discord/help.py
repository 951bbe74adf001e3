"""What the bot says of itself: help, privacy, and buttons of another time. Pure."""

from __future__ import annotations

from adapters.discord import ids
from adapters.discord.page import Button, Page
from adapters.discord.paging import Part, paged
from adapters.discord.render import RECOMMEND
from adapters.privacy import NO_AUTHOR, NO_OTHER_USE, REMOVAL, WHO_READS, told
from bot.storage.retention import Retention

_HELP = (
    (
        "Ask me about choosing and comparing machine-learning frameworks, PyTorch and TensorFlow above all. "
        "My answers are written by people and carry their sources and dates; I make nothing up."
    ),
    "- **/ask** answers a question; a list of what I know appears while you type",
    "- **/compare** sets frameworks side by side in one respect",
    "- **/recommend** asks a few questions and recommends a framework",
    "- **/topics** lists what I know",
    "- **/privacy** tells what I keep, and deletes it",
    "- **/settings** is for those who may manage the channel",
    "- In the menu of a message, under Apps, **Answer this** answers what somebody wrote",
    (
        "You can also mention me or write to me directly. Reply to one of my answers to go on from it: "
        '"and for mobile?", "why?", "the second one".'
    ),
)

_READS = (
    "I read only what is meant for me: commands, messages that mention me or reply to me, messages of which "
    "you choose **Answer this**, and our direct messages. What I keep, and how long:"
)
_CHOICES = f"{REMOVAL} A server can forbid keeping any words, with **/settings**. {NO_AUTHOR}"

_LISTENING = (
    "In channels where it was switched on with **/settings**, I also read other messages, to answer questions "
    "I am sure about. They are not kept."
)

OLDER = (
    "This message is from another version of me, and its buttons no longer work. Ask me again with **/ask**, or "
    "start here:"
)

FORGOTTEN = "Done: what I kept about you is deleted."
NOT_FORGOTTEN = (
    "I cannot reach my records right now, so nothing is deleted yet. I will try again when I can; to be sure, "
    "press the button again later."
)

NOT_YOURS = "These buttons belong to somebody else. Start your own:"


def help_pages(owner: str) -> tuple[Page, ...]:
    """What can be done."""
    return paged([Part("## What I can do"), *(Part(line) for line in _HELP)], [_starts(owner)])


def privacy_pages(owner: str, *, listening: bool, retention: Retention) -> tuple[Page, ...]:
    """What is read and kept; `listening` where messages of channels can be read too."""
    facts = (f"- {line}" for line in told(retention))
    lines = (_READS, *facts, f"{NO_OTHER_USE} {WHO_READS}", _CHOICES, *((_LISTENING,) if listening else ()))
    buttons = (Button("Delete my data", ids.forget(owner), "danger"),)
    return paged([Part("## Privacy"), *(Part(line) for line in lines)], [buttons])


def older_pages(owner: str) -> tuple[Page, ...]:
    """For a button that cannot be read any more."""
    return paged([Part(OLDER)], [_starts(owner)])


def not_yours_pages(owner: str) -> tuple[Page, ...]:
    """For a button of somebody else's guided recommendation."""
    return paged([Part(NOT_YOURS)], [_starts(owner)])


def said_pages(text: str) -> tuple[Page, ...]:
    """One thing said, in our own words."""
    return paged([Part(text)])


def _starts(owner: str) -> tuple[Button, ...]:
    return (Button(RECOMMEND, ids.begin(owner), "primary"), Button("Topics", ids.topics("", 0, owner)))
