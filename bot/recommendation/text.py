"""The guided recommendation as plain text, with the ranking as bars of characters; and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from bot.plain import ARTICLE_DATE, CONFIDENCE_WORDS, block_lines
from bot.recommendation.flow import Step, Stopped
from bot.recommendation.outcome import Change, Note, Outcome, Ranked, Reason, Verdict
from bot.reply import Block, Prose, SourceNote, Sources

BAR = "\N{FULL BLOCK}"
"""What bars are made of; "#" where a terminal cannot show it."""

BAR_WIDTH = 24
"""Characters of the longest bar."""


def view_text(view: Step | Outcome | Stopped, *, bar: str = BAR) -> str:
    """Whatever `Flow.view` gives, as plain text."""
    match view:
        case Step():
            return step_text(view)
        case Outcome():
            return outcome_text(view, bar=bar)
        case Stopped(text):
            return text


def step_text(step: Step) -> str:
    """A question with its options numbered, the one chosen before marked in words."""
    return "\n".join(_step_lines(step))


def outcome_text(outcome: Outcome, *, bar: str = BAR) -> str:
    """The whole outcome with its sources, without any markup."""
    return "\n".join(line for block in outcome_blocks(outcome, bar=bar) for line in block_lines(block))


def outcome_blocks(outcome: Outcome, *, bar: str = BAR) -> tuple[Block, ...]:
    """The outcome as blocks of a reply, for whatever shows replies: its text, then its sources."""
    return (Prose("\n".join(_outcome_lines(outcome, bar))), Sources(outcome.sources))


def chart(ranking: Iterable[Ranked], *, bar: str = BAR) -> str:
    """The ranking as horizontal bars, the points written beside them."""
    places = tuple(ranking)
    most = max((place.points for place in places), default=0) or 1
    names = max((len(place.name) for place in places), default=0)
    lines: list[str] = []
    for place in places:
        length = max(1, round(place.points * BAR_WIDTH / most)) if place.points else 0
        lines.append(f"{place.name:<{names}}  {(bar * length + ' ').lstrip()}{place.points}")
    return "\n".join(lines)


def reason_text(reason: Reason) -> str:
    """A reason with its points, its standing in words and the numbers of its sources."""
    return f"+{reason.points} {_supported(reason.text, reason.confidence, reason.refs)}"


def note_text(note: Note) -> str:
    """A note with its standing in words and the numbers of its sources."""
    return _supported(note.text, note.confidence, note.refs)


def article_text(article: Verdict) -> str:
    """The article's verdict by name and date, in one sentence."""
    if article.name is not None:
        return f"The article ({ARTICLE_DATE}) would pick {article.name}"
    if any(reason.framework for reason in article.reasons):
        return f"The article ({ARTICLE_DATE}) is split here"
    return f"The article ({ARTICLE_DATE}) does not decide this"


def changes_text(changes: Iterable[Change]) -> list[str]:
    """What would change the outcome, one line a framework: "JAX, if you trained on TPUs; or if ..."."""
    conditions: dict[str, list[str]] = {}
    for change in changes:
        conditions.setdefault(change.name, []).append(f"if {change.condition}")
    return [f"{name}, {'; or '.join(found)}." for name, found in conditions.items()]


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome for scripts. `framework` is an id everywhere, `name` how it is written."""
    return {
        "answers": {given.question: given.option for given in outcome.given},
        "ranking": [
            {
                "framework": place.framework,
                "name": place.name,
                "points": place.points,
                "reasons": [_reason_json(reason) for reason in place.reasons],
                "cautions": [_reason_json(reason) for reason in place.cautions],
            }
            for place in outcome.ranking
        ],
        "level": list(outcome.level),
        "article": _verdict_json(outcome.article),
        "today": _verdict_json(outcome.today),
        "agree": outcome.agree,
        "contradictions": [_note_json(note) for note in outcome.contradictions],
        "notes": [_note_json(note) for note in outcome.notes],
        "would_change": [asdict(change) for change in outcome.would_change],
        "next_steps": [asdict(step) for step in outcome.next_steps],
        "sources": [_source_json(source) for source in outcome.sources],
        "summary": outcome.summary,
        "knowledge_version": outcome.knowledge_version,
    }


def _step_lines(step: Step) -> Iterator[str]:
    yield f"Step {step.number} of {step.of}. {step.text}"
    if step.help:
        yield step.help
    for number, option in enumerate(step.options, start=1):
        description = f" - {option.description}" if option.description else ""
        chosen = " (chosen before)" if option.chosen else ""
        yield f"{number}. {option.label}{description}{chosen}"


def _outcome_lines(outcome: Outcome, bar: str) -> Iterator[str]:
    first = outcome.ranking[0]
    yield f"Recommendation: {first.name}"
    given = "; ".join(f"{given.topic}: {given.label}" for given in outcome.given if given.option)
    yield given or "You skipped every question, so this is the general advice."
    yield ""
    yield chart(outcome.ranking, bar=bar)
    if outcome.level:
        yield f"Level on points: {', '.join(outcome.level)}. Then the more usual one stands first; any of them will do."
    yield from _section("Know this first:", map(note_text, outcome.notes))
    yield from _section("Your answers pull apart:", map(note_text, outcome.contradictions))
    for place in outcome.ranking:
        yield from _place_lines(place)
    yield from _article_lines(outcome)
    changes = changes_text(outcome.would_change)
    yield from _section("One other answer would make it:", changes)
    if not changes:
        yield ""
        yield "No single other answer would put another one first."
    yield from _section("Next:", (step.text for step in outcome.next_steps))


def _place_lines(place: Ranked) -> Iterator[str]:
    if place.reasons or place.cautions:
        yield ""
        yield f"{place.name}, {place.points} {'point' if place.points == 1 else 'points'}:"
        for reason in place.reasons:
            told = f" (the article, {ARTICLE_DATE}; still holds)" if reason.basis == "article" else ""
            yield f"- {reason_text(reason)}{told}"
        yield from (f"- But: {_supported(c.text, c.confidence, c.refs)}" for c in place.cautions)


def _article_lines(outcome: Outcome) -> Iterator[str]:
    yield ""
    agree = {True: ", as we do today", False: f"; today it is {outcome.today.name}", None: ""}[outcome.agree]
    yield f"{article_text(outcome.article)}{agree}:"
    yield from (f"- {_supported(reason.text, None, reason.refs)}" for reason in outcome.article.reasons)
    yield from (f"- Yet: {_supported(reason.text, None, reason.refs)}" for reason in outcome.article.others)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield title
        yield from (f"- {line}" for line in found)


def _supported(text: str, confidence: str | None, refs: Iterable[int]) -> str:
    word = CONFIDENCE_WORDS[confidence] if confidence else ""
    numbers = "".join(f"[{number}]" for number in refs)
    return " ".join(part for part in (text, f"({word})" if word else "", numbers) if part)


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
        "reasons": [_reason_json(reason) for reason in verdict.reasons],
        "others": [_reason_json(reason) for reason in verdict.others],
    }


def _note_json(note: Note) -> dict[str, Any]:
    return {"text": note.text, "entry": note.entry, "confidence": note.confidence, "sources": list(note.refs)}


def _source_json(source: SourceNote) -> dict[str, Any]:
    return {
        "number": source.number,
        "title": source.title,
        "url": source.url,
        "dated": source.dated,
        "seen": source.seen.isoformat(),
    }
