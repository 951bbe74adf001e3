"""Replies as views: an answer with its buttons, choices, and the forms that follow a vote."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.actions import button
from bot.chat.screens import ways_on
from bot.chat.view import Button, Buttons, Form, Menu, SelectInput, TextInput, View, ViewBlock, Vote
from bot.dialog.answering import Bot
from bot.dialog.reply import Choices, Reply, SourceLine, Text
from bot.storage.records import MOST_REASON
from knowledge.model import Entry

THANKS = "Thank you. I am glad it helped."
THANKS_REASON = "Thank you. The people who write my answers will see that."
SUGGESTED = "You say that this topic would have been right: {}"
NOTHING_SAID = "You left the form empty, so your vote stays as it was."
UNKNOWN_TOPIC = "I do not know that topic any more, so nothing was changed. Press the button again for those I know."

_MASKED = "Names, links and numbers are masked before anything is kept."
_MOST_OPTIONS = 25


def reply_view(
    reply: Reply,
    bot: Bot,
    owner: str,
    *,
    shareable: bool = False,
    votes: bool = True,
    deletable: bool = False,
    page: str = "",
    people: Sequence[Button] = (),
) -> View:
    """A reply, short. Its buttons carry `owner`, the mark of the person who asked.

    `shareable`: one person sees it and others could. `votes`: it can be voted on. `deletable`: a button deletes it.
    `page`: the address of its page. `people`: ways to ask people, where there is no answer.
    """
    blocks: list[ViewBlock] = [
        _with_page(block, page) if page and isinstance(block, SourceLine) else block
        for block in reply.blocks
        if not isinstance(block, Choices)
    ]
    asked = [block for block in reply.blocks if isinstance(block, Choices)]
    if reply.outcome == "answer":
        more = [button("details", owner, ",".join(reply.frameworks), *reply.entries)] if reply.details else []
        more += [button("share", *reply.entries)] if shareable else []
        more += [button("start", owner)] if any(block.flow for block in asked) else []
        more += [button("delete", owner)] if deletable else []
        blocks += _controls(reply, more, asked, owner, votes=votes)
    elif reply.outcome == "decline" and not asked:
        blocks.append(Buttons((*people, *ways_on(owner, flow=bot.knowledge.recommendation is not None))))
    else:
        for block in asked:
            blocks += _choices(block, owner, people)
    return View(tuple(blocks), reply.summary)


def details_view(reply: Reply, owner: str, *, in_place: bool, shareable: bool = False) -> View:
    """The rest of an answer: after the answer itself where it takes its place, else alone. `shareable`: in place of an
    answer that one person sees and others could."""
    short = [block for block in reply.blocks if not isinstance(block, Choices | SourceLine)] if in_place else []
    asked = [block for block in reply.blocks if isinstance(block, Choices)]
    more = [button("share", *reply.entries)] if shareable else []
    below = _controls(reply, more, asked, owner, votes=in_place) if in_place else []
    return View((*short, *reply.details, *below), reply.summary, "private")


def nearby(bot: Bot, entry: str, most: int = _MOST_OPTIONS) -> list[Entry]:
    """What may have been meant where `entry` was not: what it leads to, then what is most like it."""
    known = bot.knowledge.entries
    own = known.get(entry)
    if own is None:
        return []
    like = (match.entry for match, _ in bot.match(bot.parse(own.title)))
    names = dict.fromkeys((*own.related, *like))
    found = [known[name] for name in names if name in known and name != entry]
    return [one for one in found if one.kind == "answer"][:most]


def reason_form(bot: Bot, answer: str, entry: str, version: str) -> Form:
    """What was wrong with `entry` as the answer in the message `answer`."""
    options = tuple((one.id, one.title) for one in nearby(bot, entry))
    words = TextInput("words", "What was wrong or missing?", MOST_REASON, _MASKED, multiline=True)
    right = SelectInput("right", "Which topic would have been right?", options, search="topic")
    inputs = (words, right) if options else (words,)
    return Form("Not helpful", inputs, "Send", button("reason", answer, entry, version).action)


def _with_page(line: SourceLine, page: str) -> SourceLine:
    """The small line with a link to the answer's page: the words on further sources, so that it takes no more room."""
    words = f"and {line.more} more" if line.more else "page"
    return SourceLine(line.text, (*line.links, (words, page)))


def _choices(block: Choices, owner: str, people: Sequence[Button]) -> list[ViewBlock]:
    """A choice is shown in place of the question which one is meant."""
    buttons = [button("choose", owner, one.entry, label=one.label, style="primary") for one in block.options]
    if block.none_of_these:
        buttons.append(button("none_fits", owner))
    if block.flow:
        buttons.append(button("start", owner))
    buttons += people
    return [Text(block.prompt, strong=True), Buttons(tuple(buttons))]


def _controls(
    reply: Reply, more: Sequence[Button], asked: Sequence[Choices], owner: str, *, votes: bool
) -> list[ViewBlock]:
    """What stands below an answer: buttons for the rest of it and for votes, and a menu of what is related."""
    fields = (reply.entries[0], reply.knowledge_version)
    blocks: list[ViewBlock] = [Buttons(tuple(more))] if more else []
    if votes:
        blocks.append(
            Vote(button("vote", "y", *fields, label="Helpful"), button("vote", "n", *fields, label="Not helpful"))
        )
    related = [button("show", owner, one.entry, label=one.label) for block in asked for one in block.options]
    return [*blocks, *([Menu("Related", tuple(related))] if related else [])]
