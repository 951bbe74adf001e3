"""The guided recommendation -> pages: a question, where it leads, or that it was stopped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from adapters.discord import ids
from adapters.discord.markup import bold, escaped, fenced, small
from adapters.discord.page import Button, Page, Picture, Row, Tone
from adapters.discord.paging import Part, paged
from adapters.discord.render import SHARE, entry_rows, rows_of, short, source_parts
from bot.plain import ARTICLE_DATE
from bot.recommendation.flow import BACK, CANCEL, NEXT, RESTART, SKIP, Step, Stopped
from bot.recommendation.outcome import Outcome, Ranked
from bot.recommendation.text import article_text, changes_text, chart, note_text, reason_text

MOST_FURTHER = 4
"""Buttons that lead on from an outcome."""


def step_pages(step: Step, token: str, *, notice: str = "") -> tuple[Page, ...]:
    """A question with its options as buttons; `notice` is told first."""
    lines = [Part(escaped(notice), "changed")] if notice else []
    lines.append(Part(f"## Step {step.number} of {step.of}: {escaped(step.topic)}", leads=True))
    lines.append(Part(escaped(step.text)))
    if step.help:
        lines.append(Part(escaped(step.help)))
    for option in step.options:
        told = f": {escaped(option.description)}" if option.description else ""
        chosen = " (chosen before)" if option.chosen else ""
        lines.append(Part(f"- {bold(option.label)}{told}{chosen}"))
    if step.answered:
        lines.append(Part(small(escaped("; ".join(f"{topic}: {label}" for topic, label in step.answered)))))
    options = [
        Button(short(option.label), ids.move(option.action, token), "primary" if option.chosen else "secondary")
        for option in step.options
    ]
    moves = [Button("Skip", ids.move(SKIP, token))]
    if step.can_go_back:
        moves.insert(0, Button("Back", ids.move(BACK, token)))
    if step.chosen is not None:
        moves.append(Button("Keep and go on", ids.move(NEXT, token), "primary"))
    others = (
        Button("In your own words", ids.words(token)),
        Button("Start again", ids.move(RESTART, token)),
        Button("Cancel", ids.move(CANCEL, token)),
    )
    return paged(lines, [*rows_of(options), tuple(moves), others])


def stopped_pages(stopped: Stopped, token: str, *, notice: str = "") -> tuple[Page, ...]:
    """That it was stopped, and the ways on."""
    lines = [Part(escaped(notice), "changed")] if notice else []
    buttons = (Button("Go on", ids.move(NEXT, token), "primary"), Button("Start again", ids.move(RESTART, token)))
    return paged([*lines, Part(escaped(stopped.text))], [buttons])


def outcome_pages(
    outcome: Outcome,
    token: str,
    *,
    titles: Mapping[str, str],
    owner: str = "",
    notice: str = "",
    picture: Picture | None = None,
    shareable: bool = False,
) -> tuple[Page, ...]:
    """The recommendation with its reasons; `titles` are the labels of entries by id. Without a token only to read."""
    parts = [Part(escaped(notice), "changed")] if notice else []
    parts += _outcome(outcome, picture)
    rows: list[Row] = entry_rows(list(_further(outcome, titles)), owner)
    if token:
        ways = [Button("Back", ids.move(BACK, token)), Button("Start again", ids.move(RESTART, token))]
        if shareable:
            ways.append(Button(SHARE, ids.share_outcome(token)))
        rows.append(tuple(ways))
    return paged(parts, rows)


def _outcome(outcome: Outcome, picture: Picture | None) -> Iterator[Part]:
    first = outcome.ranking[0]
    yield Part(f"## Recommendation: {escaped(first.name)}", leads=True)
    given = "; ".join(f"{given.topic}: {given.label}" for given in outcome.given if given.option)
    yield Part(small(escaped(given or "You skipped every question, so this is the general advice.")), picture=picture)
    if picture is None:
        yield Part(fenced(chart(outcome.ranking).replace("`", "'").split("\n")))
    if outcome.level:
        names = escaped(", ".join(outcome.level))
        yield Part(f"Level on points: {names}. Then the more usual one stands first; any of them will do.")
    yield from _list("Know this first", map(note_text, outcome.notes), "changed")
    yield from _list("Your answers pull apart", map(note_text, outcome.contradictions), "changed")
    for place in outcome.ranking:
        yield from _place(place)
    yield from _article(outcome)
    changes = changes_text(outcome.would_change)
    yield from _list("One other answer would make it", changes)
    if not changes:
        yield Part("No single other answer would put another one first.")
    yield from _list("Next", (step.text for step in outcome.next_steps))
    yield from source_parts(outcome.sources)


def _place(place: Ranked) -> Iterator[Part]:
    if not place.reasons and not place.cautions:
        return
    points = "point" if place.points == 1 else "points"
    yield Part(f"### {escaped(place.name)}, {place.points} {points}", leads=True)
    for reason in place.reasons:
        told = f" (the article, {ARTICLE_DATE}; still holds)" if reason.basis == "article" else ""
        yield Part(f"- {escaped(reason_text(reason))}{told}")
    for caution in place.cautions:
        yield Part(f"- But: {escaped(reason_text(caution).removeprefix('+0 '))}")


def _article(outcome: Outcome) -> Iterator[Part]:
    agree = {True: ", as we do today", False: f"; today it is {outcome.today.name}", None: ""}[outcome.agree]
    tone: Tone = "changed" if outcome.agree is False else "plain"
    yield Part(f"{bold(article_text(outcome.article) + agree)}:", tone, leads=True)
    for reason in outcome.article.reasons:
        yield Part(f"- {escaped(reason.text)}{_numbers(reason.refs)}", tone)
    for reason in outcome.article.others:
        yield Part(f"- Yet: {escaped(reason.text)}{_numbers(reason.refs)}", tone)


def _numbers(refs: Iterable[int]) -> str:
    told = "".join(f"[{number}]" for number in refs)
    return f" {told}" if told else ""


def _list(title: str, lines: Iterable[str], tone: Tone = "plain") -> Iterator[Part]:
    found = list(lines)
    if found:
        yield Part(f"**{title}**", tone, leads=True)
        yield from (Part(f"- {escaped(line)}", tone) for line in found)


def _further(outcome: Outcome, titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Entries worth reading next: what the next steps and the strongest reasons rest on."""
    first = outcome.ranking[0]
    found = dict.fromkeys((*(step.entry for step in outcome.next_steps), *(reason.entry for reason in first.reasons)))
    known = [name for name in found if name in titles]
    yield from ((name, titles[name]) for name in known[:MOST_FURTHER])
