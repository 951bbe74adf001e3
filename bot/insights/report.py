"""The report: what people asked and did not get, and what else needs a curator's attention.

`gather` reads the material of a period from the store, and `build` makes a report of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from bot.dialog.answering import Bot
from bot.insights.clusters import MOST_LISTED, Cluster, Clusters, clusters
from bot.storage.records import Note, Retention, StoredQuestion, Total, Votes
from bot.storage.store import Store
from knowledge.model import Entry, overdue, statements

MOST_QUESTIONS = 10_000
"""Unanswered questions that are read, the newest ones."""

MOST_NOTES = 1_000
"""Reasons and suggestions that are read, the newest ones."""

FEW_QUESTIONS = 30
"""Questions below which the report warns that shares and trends mean little."""

FRESHNESS = "freshness"
"""The key value under which the service stores what its weekly check of facts found: `checked_at` and `lines`."""

Ending = Literal["answered", "offered", "unknown", "refused", "social"]
"""answered: with an entry. offered: as choices. unknown: nothing was known. refused: declined on purpose by an
entry. social: small talk."""

ENDINGS: Mapping[Ending, str] = {
    "answered": "answered",
    "offered": "choices offered",
    "unknown": "not known",
    "refused": "declined on purpose",
    "social": "small talk",
}
"""How each ending is called in a report."""

_OUTCOMES: Mapping[str, Ending] = {"answer": "answered", "choices": "offered", "social": "social"}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days (UTC), from `since` to `last`, both included."""

    since: date
    last: date

    def __str__(self) -> str:
        return f"{self.since} (1 day)" if self.count == 1 else f"{self.since} to {self.last} ({self.count:,} days)"

    @property
    def count(self) -> int:
        """How many days, 1 or more."""
        return (self.last - self.since).days + 1

    @property
    def after(self) -> date:
        """The day after the last."""
        return self.last + timedelta(days=1)

    @property
    def times(self) -> tuple[datetime, datetime]:
        """When the first day begins, and when the last day is over."""
        return datetime.combine(self.since, time(), UTC), datetime.combine(self.after, time(), UTC)

    @property
    def before(self) -> Period:
        """As many days right before."""
        return Period(self.since - timedelta(days=self.count), self.since - timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What was asked and how answers were rated in a period, and how much was asked in the one before."""

    period: Period
    now: datetime
    """When it was read."""
    retention: Retention
    tenant: str | None = None
    """The one workspace or server it is about; None for all."""
    totals: tuple[Total, ...] = ()
    totals_before: tuple[Total, ...] = ()
    votes: tuple[Votes, ...] = ()
    notes: tuple[Note, ...] = ()
    """The newest first."""
    questions: tuple[StoredQuestion, ...] = ()
    """Unanswered ones, the newest first."""
    changed: tuple[str, ...] = ()
    """What the service's last check found of the facts outside that claims rest on; empty where all hold."""


async def gather(
    store: Store, period: Period, *, now: datetime, retention: Retention, tenant: str | None = None
) -> Material:
    """Read the material. Raises StoreUnavailable."""
    before = period.before
    return Material(
        period=period,
        now=now,
        retention=retention,
        tenant=tenant,
        totals=await store.tallies.between(period.since, period.after, tenant=tenant),
        totals_before=await store.tallies.between(before.since, before.after, tenant=tenant),
        votes=await store.feedback.votes(*period.times, tenant=tenant),
        notes=await store.feedback.notes(*period.times, tenant=tenant, limit=MOST_NOTES),
        questions=await store.unanswered.between(*period.times, tenant=tenant, limit=MOST_QUESTIONS),
        changed=tuple(json.loads(await store.key_values.get(FRESHNESS) or "{}").get("lines", ())),
    )


@dataclass(frozen=True, slots=True)
class Trend:
    """A count now, and in the period before."""

    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, as a percentage; "-" of nothing."""

    part: int
    whole: int

    def __str__(self) -> str:
        return f"{self.part / self.whole * 100:.1f} %" if self.whole else "-"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was asked. A topic opened with a button counts as asked too."""

    asked: Trend
    endings: tuple[tuple[Ending, Trend], ...]
    """Each ending, in the order of ENDINGS."""
    answered: Share
    """Answers, among what was answered, offered or unknown: refusals and small talk are no failures."""
    answered_before: Share


@dataclass(frozen=True, slots=True)
class Shown:
    """How often an entry was the first that was shown as an answer. `title`: None where it no longer exists."""

    entry: str
    title: str | None
    times: Trend


@dataclass(frozen=True, slots=True)
class Judged:
    """How an entry was rated: "" for replies that showed none. `title`: None where it no longer exists."""

    entry: str
    title: str | None
    helpful: int
    unhelpful: int
    remarks: tuple[Note, ...]
    """The newest first."""

    @property
    def votes(self) -> int:
        return self.helpful + self.unhelpful


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry of which a statement was checked too long ago for its kind."""

    entry: str
    title: str
    checked_on: date
    """When the oldest of those statements was checked."""
    shown: int
    """How often it was shown in the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report."""

    period: Period
    tenant: str | None
    made_at: datetime
    knowledge_version: str
    traffic: Traffic
    shown: tuple[Shown, ...]
    """Entries that were shown, the most frequent first."""
    judged: tuple[Judged, ...]
    """Entries that were rated, those with the most unhelpful votes first."""
    clusters: tuple[Cluster, ...]
    """What was asked more than once and not answered: what is open first, and the most asked first."""
    singles: tuple[Cluster, ...]
    """What was asked once and not answered: what is open first, and the newest first."""
    stale: tuple[Stale, ...]
    """The most shown first."""
    changed: tuple[str, ...] = ()
    """As in the material."""
    caveats: tuple[str, ...]
    """What this report cannot tell, in sentences."""

    @property
    def scope(self) -> str:
        """Whose questions it covers."""
        return f"only {self.tenant}" if self.tenant is not None else "all workspaces and servers"


def build(material: Material, bot: Bot) -> Report:
    """The report. Pure: the same material and the same knowledge give the same report."""
    titles = {name: entry.title for name, entry in bot.knowledge.entries.items()}
    answers = [entry for entry in bot.knowledge.entries.values() if entry.kind == "answer"]
    figures = traffic(material.totals, material.totals_before)
    found = clusters(material.questions, bot)
    shown, shown_before = _times_shown(material.totals), _times_shown(material.totals_before)
    judged = [_judged(vote, material.notes, titles.get(vote.entry)) for vote in material.votes]
    return Report(
        period=material.period,
        tenant=material.tenant,
        made_at=material.now,
        knowledge_version=bot.knowledge.version,
        traffic=figures,
        shown=tuple(
            Shown(name, titles.get(name), Trend(times, shown_before[name]))
            for name, times in sorted(shown.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        judged=tuple(sorted(judged, key=lambda one: (-one.unhelpful, one.helpful, one.entry))),
        clusters=_open_first(found.clusters),
        singles=_open_first(found.singles),
        stale=_stale(answers, shown, material.now.date()),
        changed=material.changed,
        caveats=tuple(_caveats(material, figures, found)),
    )


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 entry", "2,000 entries"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def entry_label(entry: str, title: str | None) -> str:
    """An entry's id and title, and a note where there is no such entry."""
    if title is not None:
        return f"{entry} ({title})"
    return f"{entry} (no longer in the knowledge)" if entry else "replies without an entry"


def nearest_label(cluster: Cluster) -> str:
    """The nearest entry with its confidence."""
    return f"{cluster.nearest.entry} ({cluster.nearest.confidence:.2f})" if cluster.nearest else "no entry"


def traffic(now: Sequence[Total], before: Sequence[Total]) -> Traffic:
    """The figures of both periods."""
    ended, ended_before = _ended(now), _ended(before)
    return Traffic(
        asked=Trend(ended.total(), ended_before.total()),
        endings=tuple((ending, Trend(ended[ending], ended_before[ending])) for ending in ENDINGS),
        answered=_answered(ended),
        answered_before=_answered(ended_before),
    )


def _ended(totals: Iterable[Total]) -> Counter[Ending]:
    """How often each ending was counted."""
    ended: Counter[Ending] = Counter()
    for total in totals:
        ended[_OUTCOMES.get(total.outcome) or ("refused" if total.entry else "unknown")] += total.asked
    return ended


def _answered(ended: Counter[Ending]) -> Share:
    return Share(ended["answered"], ended["answered"] + ended["offered"] + ended["unknown"])


def _times_shown(totals: Iterable[Total]) -> Counter[str]:
    """How often each entry was the first one of an answer."""
    shown: Counter[str] = Counter()
    for total in totals:
        if total.entry and total.outcome == "answer":
            shown[total.entry] += total.asked
    return shown


def _judged(votes: Votes, notes: Sequence[Note], title: str | None) -> Judged:
    own = tuple(note for note in notes if note.entry == votes.entry)
    return Judged(votes.entry, title, votes.helpful, votes.unhelpful, own)


def _open_first(found: Iterable[Cluster]) -> tuple[Cluster, ...]:
    return tuple(sorted(found, key=lambda one: ("open", "refused", "answered").index(one.status)))


def _stale(answers: Iterable[Entry], shown: Counter[str], today: date) -> tuple[Stale, ...]:
    found = []
    for entry in answers:
        days = [overdue(entry, statement, today) for _, statement in statements(entry)]
        oldest = min((day for day in days if day is not None), default=None)
        if oldest is not None:
            found.append(Stale(entry.id, entry.title, oldest, shown[entry.id]))
    return tuple(sorted(found, key=lambda one: (-one.shown, one.checked_on, one.entry)))


def _caveats(material: Material, figures: Traffic, found: Clusters) -> Iterator[str]:
    """What a reader could misunderstand without it."""
    period, retention, now = material.period, material.retention, material.now
    if period.times[1] > now:
        yield "The last day is not over yet."
    asked = figures.asked.now
    if not asked:
        yield "Nothing was asked in this period, as far as it was counted."
    elif asked < FEW_QUESTIONS:
        yield f"With {asked} asked, shares and trends mean little."
    words_since = (now - retention.words).date()
    if not retention.words:
        yield "No questions are saved (FRAMEWORK_BOT_RETENTION_DAYS is 0), so none can be shown."
    elif period.since < words_since:
        yield f"Questions and reasons from before {words_since} have been deleted."
    if MOST_LISTED in (len(found.clusters), len(found.singles)):
        yield f"Of what was asked more than once, and of what was asked once, at most {MOST_LISTED} are listed each."
    saved = len(material.questions)
    if saved == MOST_QUESTIONS:
        yield f"There are more unanswered questions than the newest {MOST_QUESTIONS:,}, which this report covers."
        return
    unanswered = sum(trend.now for ending, trend in figures.endings if ending in ("offered", "unknown", "refused"))
    if saved < unanswered:
        yield (
            f"The words of {saved:,} of {unanswered:,} unanswered questions are saved: channels can opt out, and "
            "topics opened with a button have none."
        )
