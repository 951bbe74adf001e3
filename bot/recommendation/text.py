"""The outcome of the guided recommendation as the blocks of a reply, and as JSON for scripts.

First what fits a phone screen, like any answer; the details hold all that the rules found, with its sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from itertools import islice
from textwrap import wrap
from typing import Any

from bot.dialog.composition import short_title, spelled
from bot.dialog.reply import Block, Bullets, Chart, Small, SourceLine, Sources, Text
from bot.dialog.text_renderer import ARTICLE_DATE, article_name, plain_text, source_details, supported
from bot.recommendation.advisor import WORDS
from bot.recommendation.flow import Flow
from bot.recommendation.outcome import Outcome, OutcomeNote, Picked, RankedFramework, Reason, Verdict
from bot.recommendation.scoring import TRAIN
from bot.recommendation.token import State
from knowledge.recommendation import MAX_SHORT

MOST_BARS = 3
MOST_LINKS = 1

LINE = 33
SMALL_LINE = 44
"""Characters that a line of a phone holds, and one of small print."""

MOST_LINES = 16.6
"""Lines that headline, picks, caution and small print may take, so that all of it stays on a phone's screen."""

_CLAUSE = re.compile(r".{20,}?(?=[.;:] )")
"""The first clause of a text, which can be said alone."""

_Caution = tuple[str, Reason | OutcomeNote | None]
"""What may speak against an outcome, and what of it that is taken from."""

_JSON_NAMES = {"refs": "sources", "if_so": "if"}
_NOT_IN_JSON = {
    "given", "alternatives", "article_dated", "pick", "names", "label", "short", "resolved_by", "resolved_briefly",
}  # fmt: skip
"""Fields, at whatever depth, that scripts know by another name or are not given: a new field of such a name is left out
too."""


def outcome_blocks(outcome: Outcome) -> tuple[Block, ...]:
    """What is shown first, on a phone's screen: the stack, each pick with its reason and runner-up, the ranking, one
    caution in short, and what it rests on. Where that is too much, what tips the runner-ups goes to the details first,
    then a caution that is no contradiction, then the runner-ups, then the last bar."""
    reasons = [picked.reasons[0] for picked in outcome.stack if picked.reasons]
    bars = [(place.name, place.points) for place in outcome.ranking[:MOST_BARS]]
    first = list(islice(_cautions(outcome), 1))
    kept = first if any(note.resolve for note in outcome.contradictions) else []
    alone = {"tips": False, "runner_up": False}
    blocks: tuple[Block, ...] = ()
    for cautions, left_out, shown in (
        (first, {}, bars),
        (kept, {}, bars),
        (kept, {"tips": False}, bars),
        (kept, alone, bars),
        (kept, alone, bars[: MOST_BARS - 1]),
    ):
        blocks = (
            Text(_headline(outcome), strong=True),
            Bullets(tuple(_picked(one, **left_out) for one in outcome.stack)),
            Chart("Points by framework", tuple(shown)),
            *(Text(caution, "changed") for caution, _ in cautions),
            _source_line(outcome, [*reasons, *(said for _, said in cautions if said)]),
        )
        if _lines(blocks) <= MOST_LINES:
            break
    return blocks


def _lines(blocks: Sequence[Block]) -> float:
    """The lines of the text of blocks on a phone, about; small print is lower."""
    lines = 0.0
    for block in blocks:
        match block:
            case Text(text):
                lines += len(wrap(text, LINE))
            case Bullets(items):
                lines += sum(len(wrap(item, LINE)) for item in items)
            case SourceLine():
                lines += 0.85 * len(wrap(plain_text([block]), SMALL_LINE))
    return lines


def stack_text(names: Sequence[str]) -> str:
    """A stack in words: "train in PyTorch, run on vLLM, start with Lightning"."""
    return ", ".join(f"{words} {name}" for words, name in zip(WORDS.values(), names, strict=False))


def next_to(outcome: Outcome, other: Outcome, condition: str) -> tuple[Block, ...]:
    """Another stack next to that of `outcome`: what stays, and what changes with its reason."""
    lines = []
    for now, then in zip(outcome.stack, other.stack, strict=True):
        words = WORDS[now.pick].capitalize()
        if now.id == then.id:
            lines.append(f"{words} {now.name}: stays.")
        else:
            why = f" {_short(then.reasons[0])}" if then.reasons else ""
            lines.append(f"{words} {then.name} instead of {now.name}.{why}")
    return (
        Text(f"If {condition}: {stack_text([one.name for one in other.stack])}.", strong=True),
        Bullets(tuple(lines)),
        Text(f"As you answered: {stack_text([one.name for one in outcome.stack])}."),
    )


def message(outcome: Outcome) -> str:
    """The outcome in a few lines, to share."""
    given = "; ".join(f"{given.topic}: {given.label}" for given in outcome.given if given.option)
    lines = [f"Our stack: {stack_text([one.name for one in outcome.stack])}."]
    lines += [f"- {_picked(one)}" for one in outcome.stack]
    return "\n".join([*lines, f"For: {given}." if given else "Without any answer, as general advice."])


def markdown(outcome: Outcome) -> str:
    """The whole outcome as a Markdown document."""
    parts = [f"# {_headline(outcome)}"]
    for block in (*outcome_blocks(outcome)[1:2], *outcome_details(outcome)):
        match block:
            case Bullets(items, title):
                parts.append("\n".join([*([f"## {title}", ""] if title else []), *(f"- {item}" for item in items)]))
            case Sources(notes):
                titles = (f"[{note.title}]({note.url})" if note.url else note.title for note in notes)
                lines = (
                    f"- [{note.number}] {title}{source_details(note)}"
                    for note, title in zip(notes, titles, strict=True)
                )
                parts.append("\n".join(["## Sources", "", *lines]))
            case _:
                parts.append(plain_text([block]))
    return "\n\n".join(parts) + "\n"


def outcome_details(outcome: Outcome) -> Iterator[Block]:
    """The rest: the answers, every reason and remark, the article's view, what would change it, all sources. Where the
    article picks another framework than we do today, that comes first."""
    if outcome.agree is False:
        yield _article(outcome)
    given = "; ".join(f"{given.topic}: {given.label}" for given in outcome.given if given.option)
    yield Small(given or "You skipped every question, so this is the general advice.")
    yield Text("; ".join(f"{place.name}: {place.points_text}" for place in outcome.ranking) + ".")
    if outcome.level:
        names = ", ".join(outcome.level)
        yield Text(f"Level on points: {names}. Then the more usual one comes first; any of them will do.")
    if outcome.notes:
        yield Bullets(tuple(map(_note, outcome.notes)), "Know this first", "changed")
    if outcome.contradictions:
        yield Bullets(tuple(map(_note, outcome.contradictions)), "Your answers pull apart", "changed")
    yield Bullets(tuple(map(_tipped, outcome.stack)), "The stack")
    for picked in outcome.stack[1:]:
        title = f"{WORDS[picked.pick].capitalize()} {picked.name}, {picked.points} points"
        yield Bullets(tuple(map(_reason, picked.reasons)), title)
    for place in outcome.ranking:
        yield from _place(place)
    if outcome.agree is not False:
        yield _article(outcome)
    yield from _what_would_change(outcome)
    if outcome.next_steps:
        yield Bullets(tuple(step.text for step in outcome.next_steps), "Next")
    if outcome.sources:
        yield Sources(outcome.sources)


def as_document(flow: Flow, state: State) -> dict[str, Any]:
    """The outcome for scripts, with the questions that somebody with these answers is asked, and the next one."""
    given = dict(state.given)
    return {
        **as_json(flow.outcome(state)),
        "next_question": flow.advisor.next_question(given),
        "asked": flow.advisor.asked(given),
    }


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome for scripts. `framework` is an id everywhere, `name` how it is written."""
    values = asdict(outcome, dict_factory=_json)
    stack = {one.pick: picked for one, picked in zip(outcome.stack, values["stack"], strict=True)}
    return {
        "answers": {given.question: given.option for given in outcome.given},
        **values,
        "stack": {TRAIN: None, "run": None, "start": None, **stack},
    }


def _json(fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {
        _JSON_NAMES.get(name, name): value.isoformat() if isinstance(value, date) else value
        for name, value in fields
        if name not in _NOT_IN_JSON and (name != "resolve" or value)
    }


def _headline(outcome: Outcome) -> str:
    first, *others = outcome.stack
    further = "".join(f", {WORDS[one.pick]} {one.name}" for one in others)
    skipped = "" if any(given.option for given in outcome.given) else " You skipped every question: general advice."
    return f"Recommendation: {first.name}{further}.{skipped}"


def _picked(picked: Picked, *, tips: bool = True, runner_up: bool = True) -> str:
    """A pick with its reason, and its runner-up with the one answer that would tip it."""
    reason = f": {_short(picked.reasons[0])}" if picked.reasons else "."
    name = picked.name if any(map(str.isupper, picked.name)) else picked.name[:1].upper() + picked.name[1:]
    if not runner_up:
        return f"{name}{reason}"
    condition = f" if {picked.runner_up.label}" if tips and picked.runner_up.label else ""
    return f"{name}{reason} Else {picked.runner_up.name}{condition}."


def _tipped(picked: Picked) -> str:
    """A pick and its runner-up, with all that would tip it."""
    condition = f", if {picked.runner_up.if_so}" if picked.runner_up.if_so else ""
    return f"{WORDS[picked.pick].capitalize()} {picked.name}; else {picked.runner_up.name}{condition}."


def _cautions(outcome: Outcome) -> Iterator[_Caution]:
    """What may speak against it, most important first."""
    for note in outcome.contradictions:
        if note.resolve:
            yield f"{_short(note)} Smallest change: {note.resolved_briefly}.", note
    for note in (*outcome.notes, *(note for note in outcome.contradictions if not note.resolve)):
        yield f"Know this first: {_short(note)}", note
    for reason in outcome.ranking[0].cautions:
        yield f"But: {_short(reason)}", reason
    for change in outcome.would_change:
        yield f"It would be {change.name} if {change.condition}.", None


def _short(said: Reason | OutcomeNote) -> str:
    """A reason or remark in short: its own short form, or its text, of which the first clause where it is long."""
    clause = _CLAUSE.match(said.text) if len(said.text) > MAX_SHORT else None
    return said.short or (f"{clause[0]}." if clause is not None else said.text)


def _source_line(outcome: Outcome, shown: Sequence[Reason | OutcomeNote]) -> Block:
    """Whether the article picks another one and anything rests on judgement, the day of the oldest check, and the
    sources of what is shown."""
    article = f"differs from {article_name(outcome.article_dated)}, which picks {outcome.article.name}"
    other = article if outcome.agree is False else ""
    judgement = "partly our judgement" if any(said.confidence == "J" for said in shown) else ""
    checked = f"checked {spelled(min(one.seen for one in outcome.sources))}" if outcome.sources else ""
    text = " · ".join(filter(None, (other, judgement, checked)))
    by_number = {source.number: source for source in outcome.sources}
    first = dict.fromkeys((*(number for said in shown for number in said.refs), *by_number))
    links = {short_title(by_number[one].title): url for one in first if (url := by_number[one].url) is not None}
    kept = tuple(links.items())[:MOST_LINKS]
    return SourceLine(text[:1].upper() + text[1:], kept, len(outcome.sources) - len(kept))


def _what_would_change(outcome: Outcome) -> Iterator[Block]:
    conditions: dict[str, list[str]] = {}
    for change in outcome.would_change:
        conditions.setdefault(change.name, []).append(f"if {change.condition}")
    if conditions:
        changes = tuple(f"{name}, {'; or '.join(found)}." for name, found in conditions.items())
        yield Bullets(changes, "One other answer would make it")
    else:
        yield Text("No single other answer would put another framework first.")
    if outcome.alternatives:
        others = tuple(f"If {one.condition}: {stack_text(one.names)}." for one in outcome.alternatives)
        yield Bullets(others, "One other answer would change the stack")


def _place(place: RankedFramework) -> Iterator[Block]:
    if place.reasons or place.cautions:
        lines = [_reason(reason) for reason in place.reasons]
        lines += [f"But: {supported(one.text, one.confidence, one.refs)}" for one in place.cautions]
        yield Bullets(tuple(lines), f"{place.name}, {place.points_text}")


def _article(outcome: Outcome) -> Block:
    article = outcome.article
    agree = {True: ", as we do today", False: f"; today it is {outcome.today.name}", None: ""}[outcome.agree]
    lines = [supported(reason.text, None, reason.refs) for reason in article.reasons]
    lines += [f"Yet: {supported(reason.text, None, reason.refs)}" for reason in article.others]
    return Bullets(tuple(lines), f"{_verdict(article)}{agree}", "changed" if outcome.agree is False else "plain")


def _verdict(article: Verdict) -> str:
    """The article's verdict by name and date."""
    if article.name is not None:
        return f"The article ({ARTICLE_DATE}) would pick {article.name}"
    if any(reason.framework for reason in article.reasons):
        return f"The article ({ARTICLE_DATE}) is split here"
    return f"The article ({ARTICLE_DATE}) does not decide this"


def _reason(reason: Reason) -> str:
    holds = f" (the article, {ARTICLE_DATE}; still holds)" if reason.basis == "article" else ""
    return f"+{reason.points} {supported(reason.text, reason.confidence, reason.refs)}{holds}"


def _note(note: OutcomeNote) -> str:
    change = f" Smallest change: {note.resolved_by}." if note.resolve else ""
    return f"{supported(note.text, note.confidence, note.refs)}{change}"
