"""The port through which every platform is held to the same rules.

To add a platform, write a `PlatformUnderTest` over its real adapter, and name it and what opens it in conftest.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

import pytest

from bot.chat.capabilities import Capabilities
from bot.chat.events import Observer
from bot.chat.incoming import Rights
from bot.chat.rate_limit import Limiter
from bot.chat.service import ChatService
from bot.chat.view import View
from bot.dialog.answering import Bot
from bot.dialog.text_renderer import plain_text
from bot.storage.records import ShownAnswer
from bot.storage.resilience import ResilientStore

Who = Literal["ann", "bob"]
Where = Literal["direct", "channel", "thread"]


@dataclass(frozen=True)
class Shown:
    """One message, or one form, that somebody was shown."""

    text: str
    """All words, without markup; the labels of buttons may be left out."""
    buttons: Mapping[str, Any] = field(default_factory=dict)
    """Label -> what `PlatformUnderTest.press` takes: every button and menu option."""
    private: bool = False
    """Whether only the person who acted sees it."""
    replaced: bool = False
    """Whether it took the place of the message that was pressed, or of what was shown before an edit."""
    message: str = ""
    """Names the message for `say(reply_to=...)`; "" where that is unknown."""
    below: str = ""
    """The message that it replies to or whose thread it is in, comparable with `message` and `below` of others."""
    deleted: bool = False
    """Whether a message is gone, and nothing is shown."""
    form: Any = None
    """The form that was opened instead of a message: `fields` are the names of its inputs, `values` what they hold."""


@dataclass(frozen=True)
class ChatOptions:
    """What a platform's chat is built with, apart from the bot."""

    store: ResilientStore
    limiter: Limiter | None = None
    observers: Sequence[Observer] = ()


class PlatformUnderTest(Protocol):
    """One channel, one direct message and one thread of a platform, with two people who can act in them.

    What it lacks raises NotImplementedError, and its name is in `lacks`, so that rules that `needs` it are skipped.
    """

    name: str
    capabilities: ClassVar[Capabilities]
    lacks: ClassVar[frozenset[str]]
    chat: ChatService

    async def say(
        self,
        text: str,
        *,
        who: Who = "ann",
        where: Where = "direct",
        mention: bool = False,
        reply_to: str | None = None,
        event: str | None = None,
        others: bool = False,
        forwarded: str = "",
    ) -> list[Shown]:
        """What is shown because of a message.

        `where` "thread": the one thread; it exists from its first message on. `mention`: the bot is mentioned.
        `reply_to`: a `Shown.message`. `others`: another person is mentioned too. The same `event` twice is the same
        message, delivered a second time. `forwarded`: what somebody else wrote, passed on with it.
        """

    async def change(self, event: str, text: str) -> list[Shown]:
        """What is shown, in its place, because the message of an `event` has another text from now on."""

    async def retract(self, event: str) -> list[Shown]:
        """What is shown, or no longer (`Shown.deleted`), because the message of an `event` was deleted."""

    async def command(
        self,
        name: str,
        text: str = "",
        *,
        who: Who = "ann",
        where: Where = "channel",
        options: Mapping[str, str] | None = None,
        private: bool | None = None,
    ) -> list[Shown]:
        """What is shown because of a command. No rule needs `options` or `private`: not every platform has them.

        "save" saves a message as an answer; its option "question" is what that message replies to.
        """

    async def press(self, button: Any, *, who: Who = "ann") -> list[Shown]:
        """What is shown because of a button or menu option, given as in `Shown.buttons`."""

    async def press_packed(self, packed: str, *, who: Who = "ann", where: Where = "channel") -> list[Shown]:
        """What is shown because of a button that carries `packed`, as an old message may hold it."""

    async def submit(self, form: Any, values: Mapping[str, Any], *, who: Who = "ann") -> list[Shown]:
        """What is shown because a form was sent, filled in with `values`; the other fields hold what they held."""

    async def suggest(self, field: str, typed: str) -> list[str]:
        """The labels shown while somebody types into a field ("topic", "aspect", "frameworks")."""

    async def edit(self, answer: ShownAnswer, view: View) -> None:
        """As the platform does it: see `bot.chat.background`."""

    def person(self, who: Who) -> str:
        """Somebody's id."""

    def now_shown(self, message: str) -> str:
        """The words in a message (a `Shown.message`), as everybody sees them now."""

    def latest(self, label: str = "") -> Shown:
        """The last message that the bot posted for others to see, wherever that was; the last with such a button."""

    def posts(self) -> int:
        """How many messages the bot has posted so far."""

    def grant(self, who: Who, rights: Rights) -> None:
        """What the platform says of somebody's rights from now on. At first Ann has all, and Bob none."""

    def fail_next_post(self, *, final: bool) -> None:
        """Let the next post fail once: for good (no permission), or in passing (an error of the server)."""


Opening = Callable[[Bot, ChatOptions], AbstractAsyncContextManager[PlatformUnderTest]]
"""Starts a platform over a bot, and ends it afterwards."""


needs = pytest.mark.needs
"""Names what a rule is about, so that it is skipped where a platform lacks that: one of `Capabilities`, or of `lacks`:

"edits", "channels" (and others in them), "redelivery", "store", "failures" (of posting), "old buttons",
"unknown rights" (it always tells them), "channel rights" (it never tells who manages a channel), "suggestions",
"forwarding", "earlier messages" (that it can read), "editing" (of messages that nobody pressed), "details" (as a
button), "real time" (its double has a clock of its own), "teaching", "direct teams" (that a direct message belongs to a
workspace)."""


def lacking(platform: type[PlatformUnderTest], surfaces: Iterable[str]) -> list[str]:
    """Those of `surfaces` that a platform does not have."""
    capabilities = platform.capabilities
    given = {
        "forms": capabilities.forms,
        "settings": bool(capabilities.settings_command),
        "private replies": capabilities.private_replies,
        "deletes": capabilities.deletes,
        "reading channels": capabilities.reads_channels,
    }
    return [one for one in dict.fromkeys(surfaces) if one in platform.lacks or not given.get(one, True)]


def words(shown: Sequence[Shown]) -> str:
    """All words that were shown, with single blanks between them."""
    return " ".join(" ".join([one.text, *one.buttons]) for one in shown)


def answers(bot: Bot, shown: Sequence[Shown], entry: str) -> bool:
    """Whether an entry is what was shown: its headline, or the one on a framework that was named."""
    said = squeezed(words(shown))
    headlines = (plain_text(bot.show(entry).blocks[:1]), *bot.knowledge.entries[entry].headlines.values())
    return any(squeezed(headline) in said for headline in headlines)


def squeezed(text: str) -> str:
    """The letters and digits of a text, whatever its markup, line breaks and dashes."""
    return "".join(character for character in text if character.isalnum())
