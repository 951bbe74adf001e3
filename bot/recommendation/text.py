"""The outcome of the guided recommendation as the blocks of a reply, and as JSON for scripts.

First what fits a phone screen, like any answer; the details hold all that the rules found, with its sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from bot.dialog.composition import short_title, spelled
from bot.dialog.reply import Block, Bullets, Chart, Small, SourceLine, Sources, Text
from bot.dialog.text_renderer import ARTICLE_DATE, article_name, supported
from bot.recommendation.outcome import Outcome, OutcomeNote, RankedFramework, Reason, Verdict
from knowledge.fields import Confidence
from knowledge.recommendation import MAX_SHORT

MOST_REASONS = 3
MOST_BARS = 3
MOST_LINKS = 1

LONGEST_STEP = 105
"""Characters of a next step that is shown whole."""

_CLAUSE = re.compile(r".{20,}?(?=[.;:] )")
"""The first clause of a text, which can be said alone."""

_Support = tuple[tuple[int, ...], Confidence | None]
"""The sources of a statement by number, and its confidence."""


def outcome_blocks(outcome: Outcome) -> tuple[Block, ...]:
    """What is shown first, on a phone's screen: the name, the chart, three reasons, one caution and the next step in
    short, and what it rests on."""
    reasons = outcome.ranking[0].reasons[:MOST_REASONS]
    cautions = list(islice(_cautions(outcome), 1))
    statements = [*((reason.refs, reason.confidence) for reason in reasons), *(support for _, support in cautions)]
    return (
        Text(_headline(outcome), strong=True),
        Chart("Points by framework", tuple((place.name, place.points) for place in outcome.ranking[:MOST_BARS])),
        *([Bullets(tuple(map(_short, reasons)))] if reasons else []),
        *(Text(caution, "changed") for caution, _ in cautions),
        *(Text(f"Next: {_clause(step.text, LONGEST_STEP)}") for step in outcome.next_steps[:1]),
        _source_line(outcome, statements),
    )


def outcome_details(outcome: Outcome) -> tuple[Block, ...]:
    """The rest: the answers, every reason and remark, the article's view, what would change it, all sources."""
    return tuple(_details(outcome))


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome for scripts. `framework` is an id everywhere, `name` how it is written."""
    values = asdict(outcome)
    del values["given"], values["article_dated"]
    return {
        "answers": {given.question: given.option for given in outcome.given},
        **values,
        "ranking": [
            {
                "framework": place.framework,
                "name": place.name,
                "points": place.points,
                "reasons": list(map(_reason_json, place.reasons)),
                "cautions": list(map(_reason_json, place.cautions)),
            }
            for place in outcome.ranking
        ],
        "article": _verdict_json(outcome.article),
        "today": _verdict_json(outcome.today),
        "contradictions": list(map(_note_json, outcome.contradictions)),
        "notes": list(map(_note_json, outcome.notes)),
        "sources": [{**asdict(source), "seen": source.seen.isoformat()} for source in outcome.sources],
    }


def _headline(outcome: Outcome) -> str:
    first, *others = [place.name for place in outcome.ranking]
    if not any(given.option for given in outcome.given):
        return f"Recommendation: {first}. You skipped every question, so this is the general advice."
    if outcome.level:
        return f"Recommendation: {first}, level with {' and '.join(name for name in outcome.level if name != first)}."
    return f"Recommendation: {first}, ahead of {others[0]}." if others else f"Recommendation: {first}."


def _cautions(outcome: Outcome) -> Iterator[tuple[str, _Support]]:
    """What may speak against it, most important first."""
    for note in (*outcome.notes, *outcome.contradictions):
        yield f"Know this first: {_short(note)}", (note.refs, note.confidence)
    for reason in outcome.ranking[0].cautions:
        yield f"But: {_short(reason)}", (reason.refs, reason.confidence)
    for change in outcome.would_change:
        yield f"It would be {change.name} if {change.condition}.", ((), None)


def _short(said: Reason | OutcomeNote) -> str:
    """A reason or remark in short: its own short form, or as much of it as fits."""
    return said.short or _clause(said.text, MAX_SHORT)


def _clause(text: str, longest: int) -> str:
    """A text of at most `longest` characters; of a longer one its first clause."""
    clause = _CLAUSE.match(text) if len(text) > longest else None
    return f"{clause[0]}." if clause is not None else text


def _source_line(outcome: Outcome, shown: Sequence[_Support]) -> Block:
    """Whether the article picks another one and anything rests on judgement, the day of the oldest check, and the
    sources of what is shown."""
    article = f"differs from {article_name(outcome.article_dated)}, which picks {outcome.article.name}"
    other = article if outcome.agree is False else ""
    judgement = "partly our judgement" if any(confidence == "J" for _, confidence in shown) else ""
    checked = f"checked {spelled(min(one.seen for one in outcome.sources))}" if outcome.sources else ""
    text = " · ".join(filter(None, (other, judgement, checked)))
    by_number = {source.number: source for source in outcome.sources}
    first = dict.fromkeys(number for refs, _ in shown for number in refs)
    links = {short_title(by_number[one].title): url for one in first if (url := by_number[one].url) is not None}
    kept = tuple(links.items())[:MOST_LINKS]
    return SourceLine(text[:1].upper() + text[1:], kept, len(outcome.sources) - len(kept))


def _details(outcome: Outcome) -> Iterator[Block]:
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
    for place in outcome.ranking:
        yield from _place(place)
    yield _article(outcome)
    conditions: dict[str, list[str]] = {}
    for change in outcome.would_change:
        conditions.setdefault(change.name, []).append(f"if {change.condition}")
    if conditions:
        lines = tuple(f"{name}, {'; or '.join(found)}." for name, found in conditions.items())
        yield Bullets(lines, "One other answer would make it")
    else:
        yield Text("No single other answer would put another one first.")
    if outcome.next_steps:
        yield Bullets(tuple(step.text for step in outcome.next_steps), "Next")
    if outcome.sources:
        yield Sources(outcome.sources)


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
    return supported(note.text, note.confidence, note.refs)


def _reason_json(reason: Reason) -> dict[str, Any]:
    return {
        "text": reason.text,
        "entry": reason.entry,
        "basis": reason.basis,
        "framework": reason.framework or None,
        "points": reason.points,
        "confidence": reason.confidence,
        "sources": list(reason.refs),
    }


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "framework": verdict.framework,
        "name": verdict.name,
        "reasons": list(map(_reason_json, verdict.reasons)),
        "others": list(map(_reason_json, verdict.others)),
    }


def _note_json(note: OutcomeNote) -> dict[str, Any]:
    return {"text": note.text, "entry": note.entry, "confidence": note.confidence, "sources": list(note.refs)}
