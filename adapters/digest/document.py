"""A week in a few lines for those who look after the answers, the same on every platform.

What was asked is named by the words that questions share, not by anybody's wording: a message in a chat stays
after the question itself was deleted. The commands at the end show the wordings, for as long as they are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from adapters.curation import phrases
from adapters.terminal.figures import counted
from adapters.terminal.printable import one_line
from bot.curation.clustering import Cluster
from bot.curation.days import Days
from bot.curation.judged import Judged
from bot.curation.report import Report

MOST_CLUSTERS = 5
MOST_ENTRIES = 3
"""Entries of each kind that are named."""

OFTEN = 3
"""Times shown from which on an entry that was checked too long ago is named."""

LONGEST = 240
"""Characters of a line."""

_MOST_CAVEATS = 2
_MOST_WHY = 2


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading, as plain text."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What to tell. Plain text throughout: whoever shows it escapes it."""

    title: str
    summary: str
    """All of it in one line, for a notification."""
    figures: tuple[str, ...]
    sections: tuple[Section, ...]
    commands: tuple[str, ...]
    """What to run next, to be copied as it is."""
    quiet: bool
    """Whether there is nothing to tell: nothing asked, nothing judged."""


def week(last: date) -> Days:
    """The seven days up to `last`, which belongs to them."""
    return Days(last - timedelta(days=6), last)


def digest(report: Report) -> Digest:
    """The report in a few lines."""
    found = phrases.numbered(report, "open")
    figures = report.traffic
    unhelpful = [one for one in report.judged if one.unhelpful.part]
    stale = [one for one in report.stale if one.shown >= OFTEN]
    sections = (
        Section(phrases.HEADINGS["open"], tuple(_cluster(*one) for one in found[:MOST_CLUSTERS])),
        Section("Judged unhelpful", tuple(_judged(one) for one in unhelpful[:MOST_ENTRIES])),
        Section(
            f"Asked often, checked more than {report.stale_after} days ago",
            tuple(
                f"{phrases.entry(one.entry, one.title)}: checked on {one.checked_on}, "
                f"shown {counted(one.shown, 'time')}"
                for one in stale[:MOST_ENTRIES]
            ),
        ),
    )
    return Digest(
        title=f"Questions, {report.period.since} to {report.period.last}",
        summary=(
            f"{figures.asked.now:,} asked, {phrases.part(figures.answered)} answered, "
            f"{counted(len(found), 'topic')} asked and not answered"
        ),
        figures=tuple(one_line(line, LONGEST) for line in _figures(report, len(found))),
        sections=tuple(
            Section(one.title, tuple(one_line(line, LONGEST) for line in one.lines)) for one in sections if one.lines
        ),
        commands=tuple(_commands(report)),
        quiet=not (figures.asked.now or report.judged or report.clusters or report.singles),
    )


def _figures(report: Report, topics: int) -> Iterator[str]:
    figures = report.traffic
    yield f"{figures.asked.now:,} asked (the week before: {figures.asked.before:,}, {phrases.change(figures.asked)})"
    yield (
        f"{phrases.part(figures.answered)} answered of what the knowledge is there for "
        f"(the week before: {phrases.part(figures.answered_before)})"
    )
    yield f"{counted(topics, 'topic')} asked more than once and not answered"
    yield f"Of {phrases.whose(report)}"
    yield from (f"Note: {caveat}" for caveat in report.caveats[:_MOST_CAVEATS])


def _cluster(number: int, cluster: Cluster) -> str:
    words = ", ".join(cluster.terms) or "no telling word in common"
    told = f"{number}: {one_line(words, 80)}; {counted(cluster.count, 'time')}; nearest {phrases.nearest(cluster)}"
    return "; ".join((told, *cluster.why[:_MOST_WHY]))


def _judged(one: Judged) -> str:
    told = f"{phrases.entry(one.entry, one.title)}: {one.unhelpful.part} of {one.unhelpful.whole} not helpful"
    if not one.suggested:
        return told
    return f"{told}; wanted instead: {', '.join(f'{name} ({count})' for name, count in one.suggested[:MOST_ENTRIES])}"


def _commands(report: Report) -> Iterator[str]:
    """The same days and the same workspace, so that the clusters have the same numbers."""
    of_whom = f" --tenant {report.tenant}" if report.tenant is not None else ""
    period = f"--since {report.period.since} --until {report.period.last}{of_whom}"
    yield f"framework-bot report {period}"
    yield f"framework-bot propose {period}"
