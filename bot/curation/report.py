"""The whole report, built from what was gathered and from today's knowledge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.answering import Bot
from bot.curation.clustering import Cluster, clusters
from bot.curation.days import Days
from bot.curation.gathering import MOST_QUESTIONS, Material
from bot.curation.judged import Judged, judged
from bot.curation.shares import Trend
from bot.curation.traffic import Shown, Traffic, times_shown, traffic
from knowledge.case import Limits
from knowledge.model import Entry, KnowledgeBase
from knowledge.references import statements

FEW_QUESTIONS = 30
"""Questions below which shares and trends are said to mean little."""


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry of which something was checked too long ago."""

    entry: str
    title: str
    checked_on: date
    """When the oldest of its statements was checked."""
    age: int
    """In days."""
    shown: int
    """How often it was shown in the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What people asked and did not get, and what else wants a curator's eye."""

    period: Days
    tenant: str | None
    made_at: datetime
    knowledge_version: str
    traffic: Traffic
    shown: tuple[Shown, ...]
    """Entries that were shown, the most often first."""
    judged: tuple[Judged, ...]
    """Entries that were judged, those that surely helped least first."""
    clusters: tuple[Cluster, ...]
    """What was asked more than once and not answered: what is open first, and the most asked first."""
    singles: tuple[Cluster, ...]
    """What was asked once and not answered, ordered alike, then the newest first."""
    stale: tuple[Stale, ...]
    """The most shown first."""
    stale_after: int
    """Days after which what was checked counts as stale."""
    unasked: tuple[str, ...]
    """Entries that nobody was shown or offered first in the period."""
    answers: int
    """Entries of kind "answer" in the knowledge."""
    caveats: tuple[str, ...]
    """What this report cannot tell, in sentences."""


_STANDINGS = ("open", "refused", "answered")


def build(material: Material, bot: Bot, *, limits: Limits | None = None) -> Report:
    """The report. Pure: the same material and the same knowledge give the same report."""
    knowledge = bot.knowledge
    stale_after = (limits or Limits()).stale_after
    figures = traffic(material.totals, material.totals_before)
    found = clusters(material.questions, bot, earlier=material.questions_before)
    shown = times_shown(material.totals)
    first = Counter(total.entry for total in material.totals)
    answers = [entry for entry in knowledge.entries.values() if entry.kind == "answer"]
    return Report(
        period=material.period,
        tenant=material.tenant,
        made_at=material.now,
        knowledge_version=knowledge.version,
        traffic=figures,
        shown=_shown(shown, times_shown(material.totals_before), knowledge),
        judged=judged(material.votes, material.notes, knowledge),
        clusters=_open_first(found.clusters),
        singles=_open_first(found.singles),
        stale=_stale(answers, shown, material.now.date(), stale_after),
        stale_after=stale_after,
        unasked=tuple(entry.id for entry in answers if entry.id not in first),
        answers=len(answers),
        caveats=tuple(_caveats(material, figures)),
    )


def _open_first(found: tuple[Cluster, ...]) -> tuple[Cluster, ...]:
    return tuple(sorted(found, key=lambda one: _STANDINGS.index(one.standing)))


def _shown(now: Counter[str], before: Counter[str], knowledge: KnowledgeBase) -> tuple[Shown, ...]:
    def title(name: str) -> str | None:
        entry = knowledge.entries.get(name)
        return entry.title if entry is not None else None

    order = sorted(now, key=lambda name: (-now[name], name))
    return tuple(Shown(name, title(name), Trend(now[name], before[name])) for name in order)


def _stale(answers: list[Entry], shown: Counter[str], today: date, stale_after: int) -> tuple[Stale, ...]:
    found = []
    for entry in answers:
        days = [statement.checked_on or entry.checked_on for _, statement in statements(entry)]
        oldest = min((day for day in days if day is not None), default=None)
        if oldest is not None and (today - oldest).days > stale_after:
            found.append(Stale(entry.id, entry.title, oldest, (today - oldest).days, shown[entry.id]))
    return tuple(sorted(found, key=lambda one: (-one.shown, -one.age, one.entry)))


def _caveats(material: Material, figures: Traffic) -> Iterator[str]:
    """What a reader would otherwise take for more than it is."""
    period, retention, now = material.period, material.retention, material.now
    if period.ends > now:
        yield "The last day is not over yet."
    asked = figures.asked.now
    if not asked:
        yield "Nothing was asked in this period, as far as it was counted."
    elif asked < FEW_QUESTIONS:
        yield f"With {asked} asked, shares and trends say little."
    counted_since = (now - retention.counts).date()
    if period.since < counted_since:
        yield f"Counts and votes from before {counted_since} are no longer kept."
    if not retention.words:
        yield "No words are kept (FRAMEWORK_BOT_RETENTION_DAYS is 0), so that questions cannot be shown."
    else:
        words_since = (now - retention.words).date()
        if period.since < words_since:
            yield f"Questions and reasons from before {words_since} are no longer kept."
        elif period.before.since < words_since:
            yield f"Of the period before, questions are kept from {words_since} on only: what is new may not be new."
    kept = len(material.questions)
    if kept == MOST_QUESTIONS:
        yield f"There are more unanswered questions than the newest {MOST_QUESTIONS:,}, which are looked at here."
    elif kept < figures.unanswered:
        yield (
            f"The words of {kept:,} of {figures.unanswered:,} unanswered questions are kept: channels may choose that "
            "theirs are not, and topics opened with a button have none."
        )
