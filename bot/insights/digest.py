"""The weekly digest: a report in a few lines, as blocks that every platform renders.

Questions are named by the words they share, not by anybody's wording: a message in a chat stays after the
question itself was deleted. The command at the end shows the wordings, for as long as they are saved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.dialog.answering import Bot
from bot.dialog.reply import Block, Bullets, Code, Heading, Text
from bot.insights.clusters import Cluster
from bot.insights.report import Judged, Period, Report, build, counted, entry_label, gather, nearest_label
from bot.storage.errors import StoreUnavailable
from bot.storage.records import Retention
from bot.storage.resilience import ResilientStore

MOST_CLUSTERS = 5
MOST_ENTRIES = 3
"""Entries of each kind that are named."""

OFTEN = 3
"""Times shown from which an entry that was checked too long ago is named."""

LONGEST = 240
"""Characters of a line."""

FRESH = timedelta(minutes=10)
"""How long a digest is cached."""


_NEXT = "To go on, run this in a shell with the settings of the service:"


@dataclass(frozen=True, slots=True)
class Digest:
    """What to send. Its texts are plain: the platform escapes them."""

    summary: str
    """All of it in one line, for a notification."""
    blocks: tuple[Block, ...]
    clusters: tuple[Cluster, ...]
    """What was asked and not answered, the most asked first."""
    quiet: bool
    """Whether there is nothing to send: nothing asked, nothing rated."""


def week(last: date) -> Period:
    """The seven days up to `last`, which belongs to them."""
    return Period(last - timedelta(days=6), last)


def digest(report: Report) -> Digest:
    """The report in a few lines."""
    clusters = [_cluster(number, one) for number, one in enumerate(report.clusters, start=1) if one.status == "open"]
    unhelpful = [_judged(one) for one in report.judged if one.unhelpful]
    stale = [
        f"{entry_label(one.entry, one.title)}: checked on {one.checked_on}, shown {counted(one.shown, 'time')}"
        for one in report.stale
        if one.shown >= OFTEN
    ]
    sections = {
        "Asked and not answered": clusters[:MOST_CLUSTERS],
        "Rated unhelpful": unhelpful[:MOST_ENTRIES],
        "Shown often, and due for a check": stale[:MOST_ENTRIES],
        "Changed since it was written": list(report.changed),
    }
    lists = (Bullets(tuple(map(_line, lines)), title) for title, lines in sections.items() if lines)
    of_whom = f" --tenant {report.tenant}" if report.tenant is not None else ""
    command = f"framework-bot report --since {report.period.since} --until {report.period.last}{of_whom}"
    return Digest(
        summary=(
            f"{report.traffic.asked.now:,} asked, {report.traffic.answered} answered, "
            f"{counted(len(clusters), 'topic')} asked and not answered"
        ),
        blocks=(
            Heading(f"Questions, {report.period.since} to {report.period.last}"),
            Bullets(tuple(map(_line, _figures(report, len(clusters))))),
            *lists,
            Text(_NEXT),
            Code(command),
        ),
        clusters=tuple(one for one in (*report.clusters, *report.singles) if one.status == "open")[:MOST_CLUSTERS],
        quiet=not (report.traffic.asked.now or report.judged or report.clusters or report.singles or report.changed),
    )


def _figures(report: Report, topics: int) -> Iterator[str]:
    asked, answered = report.traffic.asked, report.traffic.answered
    yield f"{asked.now:,} asked (the week before: {asked.before:,})"
    yield f"{answered} of the questions in scope answered (the week before: {report.traffic.answered_before})"
    yield f"{counted(topics, 'topic')} asked more than once and not answered"
    yield f"Covers {report.scope}"
    yield from (f"Note: {caveat}" for caveat in report.caveats[:2])


def _cluster(number: int, cluster: Cluster) -> str:
    words = _line(", ".join(cluster.terms), 80) or "no word in common"
    found = f"{number}: {words}; {counted(cluster.count, 'time')}; nearest {nearest_label(cluster)}"
    return "; ".join((found, *cluster.why[:2]))


def _judged(one: Judged) -> str:
    return f"{entry_label(one.entry, one.title)}: {one.unhelpful} of {one.votes} not helpful"


def _line(text: str, longest: int = LONGEST) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


class DigestBuilder:
    """Builds digests of one store and one knowledge: off the event loop, one at a time, and cached for FRESH."""

    def __init__(self, bot: Callable[[], Bot], store: ResilientStore, retention: Retention) -> None:
        """`bot` gives the current bot: it is another one after the knowledge was reloaded."""
        self._bot, self._store, self._retention = bot, store, retention
        self._cache: dict[Hashable, tuple[datetime, asyncio.Task[Digest]]] = {}
        self._one = asyncio.Lock()

    @property
    def now(self) -> datetime:
        """The store's time."""
        return self._store.store.clock()

    async def build(self, tenant: str | None, period: Period) -> Digest:
        """The digest of a period, of one workspace or of all. Raises StoreUnavailable.

        A caller that stops waiting does not stop the work: the next caller gets its result.
        """
        bot, now = self._bot(), self.now
        key = (tenant, period, bot.knowledge.version)
        self._cache = {
            key: (since, task)
            for key, (since, task) in self._cache.items()
            if not task.done() or (now - since < FRESH and not task.cancelled() and task.exception() is None)
        }
        if key not in self._cache:
            if not self._store.state.available:
                raise StoreUnavailable(self._store.state.reason)
            task = asyncio.create_task(self._build(tenant, period, bot))
            task.add_done_callback(lambda task: task.cancelled() or task.exception())  # also where nobody waits
            self._cache[key] = now, task
        return await asyncio.shield(self._cache[key][1])

    async def _build(self, tenant: str | None, period: Period, bot: Bot) -> Digest:
        async with self._one:
            store, now = self._store.store, self.now
            material = await gather(store, period, now=now, retention=self._retention, tenant=tenant)
            return digest(await asyncio.to_thread(build, material, bot))
