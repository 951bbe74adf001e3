"""How much was asked, how it ended, and which entries were shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.curation.shares import Share, Trend
from bot.feedback import Total

Ending = Literal["answered", "offered", "unknown", "refused", "social"]
"""answered: with an entry. offered: as choices. unknown: nothing was known. refused: turned down on purpose by
an entry. social: small talk."""

ENDINGS: tuple[Ending, ...] = ("answered", "offered", "unknown", "refused", "social")

_SEEKING: frozenset[Ending] = frozenset({"answered", "offered", "unknown"})
"""Endings of what the knowledge base is there for."""


@dataclass(frozen=True, slots=True)
class OnPlatform:
    """What was asked on one platform."""

    platform: str
    asked: Trend
    answered: Share
    """Answers, among what was answered, offered or unknown."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was asked. A topic opened with a button counts as asked too."""

    asked: Trend
    endings: tuple[tuple[Ending, Trend], ...]
    """Each ending, in the order of ENDINGS."""
    answered: Share
    """Answers, among what was answered, offered or unknown."""
    answered_before: Share
    platforms: tuple[OnPlatform, ...]
    """The most asked first."""

    @property
    def unanswered(self) -> int:
        """Questions whose words may have been kept: offered, unknown or refused."""
        return sum(trend.now for ending, trend in self.endings if ending in ("offered", "unknown", "refused"))


@dataclass(frozen=True, slots=True)
class Shown:
    """How often an entry was the first that was shown as an answer."""

    entry: str
    title: str | None
    """None where the entry is no longer in the knowledge."""
    times: Trend


def traffic(now: Sequence[Total], before: Sequence[Total]) -> Traffic:
    """The figures of both periods."""
    ended, ended_before = _by_ending(now), _by_ending(before)
    platforms = {total.platform for total in (*now, *before)}
    each = [
        OnPlatform(
            platform,
            Trend(_asked(own := _on(now, platform)), _asked(_on(before, platform))),
            _answered(_by_ending(own)),
        )
        for platform in platforms
    ]
    return Traffic(
        asked=Trend(_asked(now), _asked(before)),
        endings=tuple((ending, Trend(ended[ending], ended_before[ending])) for ending in ENDINGS),
        answered=_answered(ended),
        answered_before=_answered(ended_before),
        platforms=tuple(sorted(each, key=lambda one: (-one.asked.now, -one.asked.before, one.platform))),
    )


def ending_of(total: Total) -> Ending:
    """How these ended. What an entry declined was turned down on purpose."""
    match total.outcome:
        case "answer":
            return "answered"
        case "choices":
            return "offered"
        case "social":
            return "social"
        case _:
            return "refused" if total.entry else "unknown"


def times_shown(totals: Iterable[Total]) -> Counter[str]:
    """How often each entry was the first one of an answer."""
    shown: Counter[str] = Counter()
    for total in totals:
        if total.entry and ending_of(total) == "answered":
            shown[total.entry] += total.asked
    return shown


def _by_ending(totals: Iterable[Total]) -> Counter[Ending]:
    ended: Counter[Ending] = Counter()
    for total in totals:
        ended[ending_of(total)] += total.asked
    return ended


def _answered(ended: Counter[Ending]) -> Share:
    return Share(ended["answered"], sum(ended[ending] for ending in _SEEKING))


def _asked(totals: Iterable[Total]) -> int:
    return sum(total.asked for total in totals)


def _on(totals: Iterable[Total], platform: str) -> list[Total]:
    return [total for total in totals if total.platform == platform]
