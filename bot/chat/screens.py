"""The screens next to the answers: help, topics, settings, privacy, notices. Functions from state to View."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.chat import privacy
from bot.chat.actions import button
from bot.chat.capabilities import Capabilities
from bot.chat.view import AskField, Button, Buttons, DoneBy, Menu, Search, Setting, Style, View, ViewBlock
from bot.dialog.reply import Bullets, Heading, Small, Text
from bot.storage.records import ChannelSettings, Retention
from knowledge.model import Entry, KnowledgeBase

STARTERS = (
    ("choose.overall", "Which framework should we use?"),
    ("compare.overall", "How do PyTorch and TensorFlow differ?"),
    ("choose.beginner", "Which one is best for a beginner?"),
    ("choose.mobile", "Which one for a phone app?"),
)
"""The questions of the start page: the entries that answer them, and how they are asked."""

MENU_SIZE = 25
"""Topics in one menu."""

MOST_GROUPS = 20
_GLIMPSE = 3
_ENDING = re.compile(r"(?<=...)(?:e|es|ing)$")
_ALL = "Topics"

_ABOUT = (
    "I answer questions on choosing and comparing machine-learning frameworks, PyTorch and TensorFlow above all. My "
    "answers are written by people and carry their sources and dates; I make nothing up."
)


_READS_NOTHING = (
    "This copy of me was not started to read other messages, so the first two choices have no effect until its "
    "operator allows it."
)
_READS = "In channels where it was switched on with {}, I also read other messages, to answer what I am sure about."


def notice(text: str, *buttons: Button) -> View:
    """A few words, with buttons below them."""
    return View((Text(text), *((Buttons(buttons),) if buttons else ())), text, "private")


def ways_on(owner: str, *, flow: bool) -> tuple[Button, ...]:
    """Where to go from a dead end."""
    start = (button("start", owner),) if flow else ()
    return (button("topics", owner, "", "0"), *start, button("help"))


def help_view(capabilities: Capabilities, owner: str, *, flow: bool, compares: bool) -> View:
    """How to ask."""
    start = (button("start", owner, style="primary"),) if flow else ()
    compare = (button("compare"),) if compares and capabilities.forms else ()
    buttons = Buttons((*start, button("topics", owner, "", "0"), *compare, button("privacy")))
    blocks = (Heading("How to ask me"), Text(_ABOUT), Bullets(capabilities.help), buttons)
    return View(blocks, "Ask me about choosing a machine-learning framework.", "private")


def home_view(
    knowledge: KnowledgeBase, capabilities: Capabilities, owner: str, *, curating: Sequence[ViewBlock] = ()
) -> View:
    """The start page of one person: a field to ask in, good questions, a search, and what curators need to know."""
    starters = tuple(button("show", owner, name, label=text) for name, text in STARTERS if name in knowledge.entries)
    flow = (button("start", owner, style="primary"),) if knowledge.recommendation is not None else ()
    blocks: tuple[ViewBlock, ...] = (
        Heading("Ask me"),
        Text(_ABOUT),
        AskField("pytorch or jax on TPUs?"),
        *((Text("For example:", strong=True), Buttons(starters)) if starters else ()),
        *((Search("Search all topics"),) if capabilities.search else ()),
        Buttons((*flow, button("topics", owner, "", "0"), button("help"), button("privacy"))),
        *curating,
    )
    return View(blocks, "Ask me about choosing a machine-learning framework.", "private")


def privacy_view(capabilities: Capabilities, retention: Retention) -> View:
    """What is stored, for how long, and how to delete it."""
    if capabilities.privacy:
        return View((Heading("What I keep"), Text(capabilities.privacy)), capabilities.privacy, "private")
    delete = button(
        "forget", style="danger", confirm="Everything you gave me as feedback, in all channels, is deleted for good."
    )
    blocks: list[ViewBlock] = [
        Heading("What I keep"),
        Bullets(privacy.lines(retention)),
        Text(f"{privacy.UNASKED} {privacy.NO_OTHER_USE} {privacy.WHO_READS}"),
        Text(f"{privacy.REMOVAL} {privacy.NO_AUTHOR}"),
        Buttons((delete,)),
    ]
    if capabilities.reads_channels and capabilities.settings_command:
        blocks.insert(3, Text(_READS.format(capabilities.settings_command)))
    return View(tuple(blocks), "What I keep, for how long, and how to have it deleted.", "private")


def topics_view(knowledge: KnowledgeBase, owner: str, group: str = "", page: int = 0, *, search: bool = False) -> View:
    """The topics of a group, MENU_SIZE at a time from `page` (from 0) on; the groups where none is named."""
    known = topic_groups(knowledge)
    find: tuple[ViewBlock, ...] = (Search("Search all topics"),) if search else ()
    if len(known) == 1:
        group = next(iter(known))
    if group not in known:
        count = sum(map(len, known.values()))
        lines = tuple(f"{name}: {_glimpse(entries)}" for name, entries in known.items())
        buttons = [button("topics", owner, name, "0", label=name) for name in list(known)[:MOST_GROUPS]]
        text = Text(f"{count} topics. Pick a group, or just ask.")
        blocks = (Heading("Topics"), text, *find, Bullets(lines), Buttons(tuple(buttons)))
        return View(blocks, "The topics I know.", "private")
    entries = known[group]
    last = (len(entries) - 1) // MENU_SIZE
    page = min(max(page, 0), last)
    shown = entries[page * MENU_SIZE : (page + 1) * MENU_SIZE]
    menu = Menu("Choose a topic", tuple(button("show", owner, one.id, label=one.title) for one in shown))
    moves = [button("topics", owner, "", "0", label="All groups")] if len(known) > 1 else []
    if page:
        moves.append(button("topics", owner, group, str(page - 1), label="Earlier topics"))
    if page < last:
        moves.append(button("topics", owner, group, str(page + 1), label="More topics"))
    first = page * MENU_SIZE + 1
    text = Text(f"Topics {first} to {first + len(shown) - 1} of {len(entries)}.")
    rows = (menu, *((Buttons(tuple(moves)),) if moves else ()))
    return View((Heading(group), text, *find, *rows), "The topics I know.", "private")


def page_number(field: str) -> int:
    """The page that a field of an action names; the first (0) where it names none."""
    return int(field) if field.isascii() and field.isdigit() and len(field) <= 4 else 0


def topic_groups(knowledge: KnowledgeBase) -> dict[str, tuple[Entry, ...]]:
    """The entries that answer, by topic: in the vocabulary's order, then what it does not list. Within a topic, and
    among topics that are not listed, what people ask for in the most ways comes first."""
    found: dict[str, list[Entry]] = {name: [] for name in knowledge.vocabulary.topics}
    answers = [entry for entry in knowledge.entries.values() if entry.kind == "answer"]
    for entry in sorted(answers, key=lambda one: -len(one.phrasings)):
        group, dot, _ = entry.id.partition(".")
        found.setdefault(entry.topic or (group.replace("-", " ").capitalize() if dot else _ALL), []).append(entry)
    return {name: tuple(entries) for name, entries in found.items() if entries}


def group_named(knowledge: KnowledgeBase, text: str) -> str:
    """The group of topics that is meant: by its name, or by the beginning of one name only, apart from an ending
    ("compare" for "Comparing"); "" where there is none."""
    wanted = text.strip().casefold()
    known = topic_groups(knowledge)
    for beginning in filter(None, (wanted, _ENDING.sub("", wanted))):
        found = [name for name in known if name.casefold().startswith(beginning)]
        exact = [name for name in found if name.casefold() == beginning]
        if exact or len(found) == 1:
            return (exact or found)[0]
    return ""


_SETTINGS: tuple[tuple[str, str, tuple[tuple[str, str], tuple[str, str]]], ...] = (
    ("follow_ups", "Follow-ups in threads", (("off", "Only when mentioned"), ("on", "Also without a mention"))),
    ("passive", "Questions nobody asked me", (("off", "Stay silent"), ("on", "Answer where I am very sure"))),
    ("visibility", "Answers to commands", (("private", "Only for who asks"), ("channel", "For everyone"))),
    ("keep_words", "Questions I could not answer", (("off", "Keep no words"), ("on", "Keep, masked, for editors"))),
)
"""Name, title, and the values with how each is called."""

TEACHING = (
    ("ask_channel", "Ask our people", (("off", "Not in this channel"), ("on", "In this channel"))),
    (
        "keeps_threads",
        "Questions that are answered later",
        (("off", "Do not keep where they were asked"), ("on", "Keep it 30 days, and answer there")),
    ),
)
"""The same of how a workspace teaches."""


def settings_view(
    settings: ChannelSettings,
    capabilities: Capabilities,
    where: str,
    *,
    saved: bool = False,
    lacks: str = "",
    teaching: Mapping[str, bool] | None = None,
) -> View:
    """What holds in the channel, or (`where` "server") where a channel has not chosen otherwise. `lacks`: why some of
    it has no effect. `teaching`: which of TEACHING are on, where there is such a thing."""
    title = "What I do in this channel" if where == "channel" else "What I do where a channel has not chosen otherwise"
    blocks: list[ViewBlock] = [Heading(title), *((Text("Saved."),) if saved else ())]
    for name, topic, values in (*_SETTINGS, *(TEACHING if teaching else ())):
        chosen = _chosen((teaching or {}).get(name, getattr(settings, name, False)))
        buttons = (_state(where, name, value, label, chosen=value == chosen) for value, label in values)
        blocks.append(Setting(topic, tuple(buttons)))
    if note := (lacks or capabilities.join_hint) if capabilities.reads_channels else _READS_NOTHING:
        blocks.append(Small(note))
    return View(tuple(blocks), title + ".", "private")


def _state(where: str, name: str, value: str, label: str, *, chosen: bool) -> Button:
    style: Style = "primary" if chosen else "plain"
    return button("set", where, name, value, label=f"{'●' if chosen else '○'} {label}", style=style, chosen=chosen)


def _chosen(value: object) -> str:
    """The value of a setting by the name that it has here."""
    return value if isinstance(value, str) else "on" if value else "off"


def change_view(user: str, changes: Mapping[str, object]) -> View:
    """What everybody in a channel sees when `user` changes its settings."""
    chosen = [(title, dict(values)[_chosen(changes[name])]) for name, title, values in _SETTINGS if name in changes]
    change = "; ".join(f"{title}: {value}" for title, value in chosen)
    said = DoneBy(user, change, did="changed how I behave in this channel.")
    return View((said,), f"The settings of this channel were changed. {change}", "channel")


def setting_change(name: str, value: str) -> dict[str, object] | None:
    """A choice as `Channels.change` takes it; None where there is no such setting."""
    if name not in {known for known, *_ in (*_SETTINGS, *TEACHING)}:
        return None
    if name == "visibility":
        return {name: "channel" if value == "channel" else "private"}
    return {name: value == "on"}


def _glimpse(entries: Sequence[Entry]) -> str:
    named = "; ".join(entry.title for entry in entries[:_GLIMPSE])
    rest = len(entries) - _GLIMPSE
    return f"{named}; {rest} more" if rest > 0 else named
