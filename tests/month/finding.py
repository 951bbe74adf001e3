"""What the report makes of the month: which topics it finds, and how much of what it shows is worth looking at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.curation.clustering import Cluster
from bot.curation.report import Report
from bot.feedback import MOST_QUESTION
from bot.storage.masking import masked
from tests.month.playing import Exchange
from tests.month.topics import NEW, TOPICS, Topic

LEAST = 3
"""Times asked from which a cluster counts."""

MOSTLY = 0.5
"""More than this share of something is most of it."""

Kept = Mapping[str, Counter[str]]
"""Text as it is kept -> topic -> how often."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the askings of one planted topic."""

    topic: Topic
    asked: int
    kept: int
    """Askings that reached the curators."""
    misled: int
    """Askings that got an answer that does not answer them."""
    small_talk: int
    """Askings that were surely taken for small talk, of which no words are kept."""
    cluster: Cluster | None
    """The cluster that it is found by."""
    covered: float
    """Share of the kept askings in the cluster that has most of them."""

    @property
    def reachable(self) -> bool:
        """Whether enough was kept for a cluster."""
        return self.kept >= LEAST


@dataclass(frozen=True, slots=True)
class Findings:
    """How good the report is."""

    fates: tuple[Fate, ...]
    shown: tuple[tuple[Cluster, str], ...]
    """Clusters of LEAST and more, each with the topic that most of it is about, "" where there is none."""

    @property
    def recall(self) -> float:
        """Share of the planted topics that are found."""
        return _share(fate.cluster is not None for fate in self.fates)

    @property
    def recall_of_reachable(self) -> float:
        """The same of those that were kept often enough."""
        return _share(fate.cluster is not None for fate in self.fates if fate.reachable)

    @property
    def precision(self) -> float:
        """Share of the open clusters that are about one planted topic or one known entry."""
        return _share(_gap(topic) for cluster, topic in self.shown if cluster.standing == "open")

    @property
    def purity(self) -> float:
        """Share of all clusters that are about one thing, whatever it is."""
        return _share(bool(topic) for _, topic in self.shown)


def findings(report: Report, exchanges: Sequence[Exchange], topics: Sequence[Topic] = TOPICS) -> Findings:
    """What `report` tells of the `exchanges` it was made from."""
    kept = _kept(exchanges)
    large = [cluster for cluster in report.clusters if cluster.count >= LEAST]
    return Findings(
        fates=tuple(_fate(topic, exchanges, large, kept) for topic in topics),
        shown=tuple((cluster, _topic(cluster, kept)) for cluster in large),
    )


def _kept(exchanges: Iterable[Exchange]) -> Kept:
    found: dict[str, Counter[str]] = {}
    for exchange in exchanges:
        if exchange.kept:
            text = masked(exchange.saying.text, MOST_QUESTION)
            found.setdefault(text, Counter())[exchange.saying.topic] += 1
    return found


def _fate(topic: Topic, exchanges: Iterable[Exchange], clusters: Iterable[Cluster], kept: Kept) -> Fate:
    own = [exchange for exchange in exchanges if exchange.saying.topic == topic.name]
    reached = sum(exchange.kept for exchange in own)
    best, most = None, 0
    for cluster in clusters:
        there = _about(cluster, kept)[topic.name]
        if there > most:
            best, most = cluster, there
    covered = most / reached if reached else 0.0
    found = best if best is not None and covered > MOSTLY and _topic(best, kept) == topic.name else None
    return Fate(
        topic=topic,
        asked=len(own),
        kept=reached,
        misled=sum(one.outcome == "answer" and one.entry not in topic.wanted for one in own),
        small_talk=sum(one.outcome == "social" and not one.open for one in own),
        cluster=found,
        covered=covered,
    )


def _about(cluster: Cluster, kept: Kept) -> Counter[str]:
    total: Counter[str] = Counter()
    for text in cluster.questions:
        total.update(kept[text])
    return total


def _topic(cluster: Cluster, kept: Kept) -> str:
    ((topic, most),) = _about(cluster, kept).most_common(1)
    return topic if most > MOSTLY * cluster.count else ""


def _gap(topic: str) -> bool:
    return topic.startswith("entry: ") or topic in _PLANTED


_PLANTED = {topic.name for topic in TOPICS}


def _share(facts: Iterable[bool]) -> float:
    known = list(facts)
    return sum(known) / len(known) if known else 0.0


def calls_for(topic: Topic) -> str:
    """The kind of proposal that is right for `topic`."""
    return "entry" if NEW in topic.wanted else "phrasings"
