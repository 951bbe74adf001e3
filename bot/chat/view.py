"""What a platform is to show: the blocks of a reply, with buttons, menus and forms between or below them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.chat.incoming import Action, Place
from bot.dialog.reply import Block, Reply
from bot.storage.records import Feedback

Style = Literal["plain", "primary", "danger"]

Audience = Literal["thread", "private", "channel"]
"""Who sees it: everybody in the conversation, the person alone, or everybody in the channel outside of threads."""

Mode = Literal["new", "replace", "delete"]
"""replace: in place of the message (or modal) whose button was pressed. delete: that message goes, nothing comes."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `description` is shown before the buttons; `chosen`: it was chosen before."""

    label: str
    action: Action
    style: Style = "plain"
    description: str = ""
    chosen: bool = False
    confirm: str = ""
    """The question that is asked before it takes effect, where the platform can ask; "" for none."""


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons in a row, or in as many rows as they take."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of 1 to 25 options, each leading to its own action."""

    placeholder: str
    options: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """A field that suggests topics while somebody types, and shows the one chosen; left out where there is none."""

    placeholder: str


@dataclass(frozen=True, slots=True)
class AskField:
    """A field to ask in; left out where there is none. What is typed comes back as a FormSubmission of the action
    "ask", with the value "question"."""

    placeholder: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice of two: its title, and a button for each state, of which one is `chosen`."""

    title: str
    states: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class DoneBy:
    """Small print that says who did what, such as to share the answer to a question, which follows; their name pings
    nobody else."""

    user: str
    what: str
    """The question, or what was changed."""
    url: str = ""
    """Where the question was asked; "" where it was no message, or where that is unknown."""
    did: str = "shared the answer to:"


@dataclass(frozen=True, slots=True)
class Document:
    """A text to keep, as a file where the platform can show one here, else in a fixed-width font."""

    name: str
    """The name of the file, with its ending."""
    text: str


@dataclass(frozen=True, slots=True)
class Vote:
    """Whether an answer was helpful."""

    helpful: Button
    unhelpful: Button


ViewBlock = Block | AskField | Buttons | DoneBy | Document | Menu | Search | Setting | Vote


@dataclass(frozen=True, slots=True)
class TextInput:
    """A field for text of at most `longest` characters."""

    name: str
    label: str
    longest: int
    hint: str = ""
    multiline: bool = False
    required: bool = False
    value: str = ""
    """What it holds at first."""


MOST_PEOPLE = 25


@dataclass(frozen=True, slots=True)
class PeopleInput:
    """A field to choose people in, at most MOST_PEOPLE; at first those whose ids are `chosen`."""

    name: str
    label: str
    chosen: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class SelectInput:
    """A field to choose from (value, label) pairs. Where the platform can search, `search` names the suggestions to
    offer instead (see `ChatService.suggest`)."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    search: str = ""
    hint: str = ""
    multiple: bool = False
    required: bool = False


Input = TextInput | SelectInput | PeopleInput


@dataclass(frozen=True, slots=True)
class Form:
    """A form to fill in. What it leads to is `action`, which comes back with the values."""

    title: str
    inputs: tuple[Input, ...]
    submit: str
    action: Action
    in_place: bool = False
    """Whether what it leads to takes the place of the message it was opened from; else it is shown in place of the
    form, where the platform can."""


@dataclass(frozen=True, slots=True)
class View:
    """One message: blocks from top to bottom. `summary` is all of it in one line, for notifications."""

    blocks: tuple[ViewBlock, ...]
    summary: str
    audience: Audience = "thread"
    mode: Mode = "new"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be shown for something that came in, and what to store once it was: see `ChatService.posted`."""

    place: Place
    user: str
    view: View | Form
    reply: Reply | None = None
    """The reply that the view shows, where it is an answer to something."""
    question: str | None = None
    """What was asked, where it may be stored if the reply leaves it open."""
    feedback: Feedback | None = None
    owner: str = ""
    """The mark of the person who asked, where the view shows a reply."""
    claimed: str = ""
    """The claim under which it is shown once, over all processes; "" for none."""
    also_deleted: tuple[str, ...] = ()
    """Messages that go with the one that is deleted: the other parts of the same answer, or the answer to it."""
    replaces: tuple[str, ...] = ()
    """Messages in whose place it is shown: the answer to an earlier form of the same message."""
    answers: str = ""
    """The key of the message that it answers; "" where it answers none."""
    announcement: View | None = None
    """What everybody in the channel sees of it, in a message of its own."""

    running: str | None = None
    """The state of the guided recommendation whose question it shows; "" where it ends one, None where neither."""

    @property
    def is_seen_by_all(self) -> bool:
        """Whether everybody in the conversation sees it: a message that stays."""
        return isinstance(self.view, View) and (self.view.audience != "private" or self.place.direct)

    @property
    def is_notice(self) -> bool:
        """Whether it says something without doing anything: what is there may stay as it is."""
        new = isinstance(self.view, View) and self.view.mode == "new"
        return new and self.reply is None and self.feedback is None
