"""Rate limits: questions per person, per channel, and per workspace or server, in sliding windows.

Only what is admitted counts, so that somebody who goes on asking is admitted again as soon as the oldest question has
left the window, and nobody is locked out. A question is whatever is looked up: a mention, a direct message, a command
with a question, words typed into the guided recommendation. Showing something that is ready (a button, the help)
counts separately as a click, of which CLICKS are admitted for each question.

Everything is in this process's memory: a flood is refused before an acknowledgement, without network or database, and
each replica counts for itself. Memory is bounded: a window goes with its last entry, and at most MOST of each kind are
kept.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.chat.incoming import Place
from bot.storage.bounded_dict import BoundedDict


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` times within any `seconds`; a count of 0 stands for no limit."""

    count: int
    seconds: int

    @property
    def bounded(self) -> bool:
        """Whether there is a limit at all."""
        return self.count > 0

    def __str__(self) -> str:
        unit = next(name for name, seconds in UNITS.items() if seconds == self.seconds)
        return f"{self.count}/{unit}" if self.bounded else "off"


UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}

UNBOUNDED = Rate(0, 1)

Act = Literal["question", "click"]
"""What somebody does: ask, or press something whose answer stands ready."""

Bound = Literal["user", "channel", "tenant"]

CLICKS = 6
"""Clicks that are taken for each question."""

MOST = 100_000
"""Windows of one kind that are kept."""

NOTICES = Rate(30, 60)
"""How many people of one workspace or server get a notice; more would be a flood of our own."""

_QUIET = 60, 3_600
"""Seconds until the next notice to the same person, at least and at most; in between, the length of the window."""

_MOST_DELIVERIES = 10_000

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether to go on; if not, for how long to wait and why."""

    place: Place
    user: str | None
    act: Act
    bound: Bound | None = None
    """Which bound was reached; None where there is nothing to wait for."""
    wait: int = 0
    """Whole seconds until the next one is taken, if nobody else is faster; 0 where there is nothing to wait for."""

    @property
    def granted(self) -> bool:
        """Whether to go on."""
        return self.bound is None

    @property
    def words(self) -> str:
        """What to say to somebody who has to wait."""
        many = f"a lot of {self.act}s"
        why = f"That is {many} at once." if self.bound == "user" else f"There have been {many} here just now."
        return f"{why} I can take the next one in {_spelled(self.wait)}."


class Limiter:
    """Counts what is asked, and says who has to wait. Ids are kept in memory, and only while they count."""

    def __init__(
        self,
        *,
        user: Rate = UNBOUNDED,
        channel: Rate = UNBOUNDED,
        tenant: Rate = UNBOUNDED,
        clock: Clock = time.monotonic,
    ) -> None:
        """How many questions are taken from one person, in one channel and in one workspace or server."""
        rates: Mapping[Bound, Rate] = {"user": user, "channel": channel, "tenant": tenant}
        bounded = {name: rate for name, rate in rates.items() if rate.bounded}
        self._questions = {name: Windows(rate, clock) for name, rate in bounded.items()}
        self._clicks = {name: Windows(Rate(rate.count * CLICKS, rate.seconds), clock) for name, rate in bounded.items()}
        self._notified = {
            name: Windows(Rate(1, min(max(rate.seconds, _QUIET[0]), _QUIET[1])), clock)
            for name, rate in bounded.items()
        }
        self._notices = Windows(NOTICES, clock)
        self._decided: BoundedDict[str, Admission] = BoundedDict(_MOST_DELIVERIES)
        self.refused: Counter[str] = Counter(dict.fromkeys(bounded, 0))
        """How often each bound turned something away since the start."""

    def admit(self, place: Place, user: str | None, act: Act = "question", *, once: str | None = None) -> Admission:
        """Whether to do what `user` asks for at `place`, which then counts; what is refused does not.

        `user` is None for what nobody asked for: it counts for the place alone. `once` names a delivery:
        when it comes again it has been counted, and is decided as before.
        """
        decided = self._decided.get(once) if once is not None else None
        if decided is not None:
            return decided
        admission = self._decide(place, user, act)
        if once is not None:
            self._decided.put(once, admission)
        return admission

    def notice(self, admission: Admission, *, aloud: bool = False) -> str | None:
        """What to say to somebody who was refused; None after the first time in a window.

        `aloud`: the whole channel reads it, so that a limit of the channel is announced once for all.
        """
        if admission.bound is None:
            return None
        keys = _keys(admission.place, admission.user)
        channel = keys["channel"]
        whom = channel if aloud and admission.bound != "user" else keys.get("user", channel)
        home = keys.get("tenant", channel)
        if any(windows.wait(whom) for windows in self._notified.values()) or self._notices.wait(home):
            return None
        self._notified[admission.bound].count(whom)
        self._notices.count(home)
        return admission.words

    def _decide(self, place: Place, user: str | None, act: Act) -> Admission:
        kept = self._questions if act == "question" else self._clicks
        counted = {name: (kept[name], key) for name, key in _keys(place, user).items() if name in kept}
        waits = {name: windows.wait(key) for name, (windows, key) in counted.items()}
        longest = max(waits, key=waits.__getitem__, default=None)
        if longest is not None and waits[longest]:
            self.refused[longest] += 1
            return Admission(place, user, act, longest, waits[longest])
        for windows, key in counted.values():
            windows.count(key)
        return Admission(place, user, act)


class Windows:
    """The sliding windows of one rate, one for each key: when each counted event leaves its window, oldest first."""

    def __init__(self, rate: Rate, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._rate = rate
        # In the order of their newest entries. As all entries last equally long, windows also end in this order.
        self._ends: dict[str, deque[float]] = {}

    def wait(self, key: str) -> int:
        """Whole seconds until another one fits into the window of `key`; 0 where it does now."""
        now = self._clock()
        ends = self._current(key, now)
        return 0 if len(ends) < self._rate.count else max(1, math.ceil(ends[0] - now))

    def count(self, key: str) -> None:
        """Enter one more into the window of `key`."""
        now = self._clock()
        ends = self._current(key, now)
        ends.append(now + self._rate.seconds)
        self._ends.pop(key, None)
        self._ends[key] = ends
        while self._ends:
            oldest = next(iter(self._ends))
            kept = self._ends[oldest]
            if kept and kept[-1] > now and len(self._ends) <= MOST:
                break
            del self._ends[oldest]

    def _current(self, key: str, now: float) -> deque[float]:
        ends = self._ends.get(key) or deque()
        while ends and ends[0] <= now:
            ends.popleft()
        return ends


def _keys(place: Place, user: str | None) -> dict[Bound, str]:
    """Whose windows count, each name with its platform and workspace.

    Who belongs to no workspace or server, as in some direct messages, shares none with others.
    """
    keys: dict[Bound, str] = {} if user is None else {"user": f"{place.tenant}/{user}"}
    keys["channel"] = f"{place.tenant}/{place.channel}"
    if place.team is not None:
        keys["tenant"] = place.tenant
    return keys


def _spelled(seconds: int) -> str:
    """20 -> "20 seconds", 3_700 -> "2 hours": never less than it takes."""
    unit, length = ("second", 1) if seconds <= 90 else ("minute", 60) if seconds <= 5_400 else ("hour", 3_600)
    count = math.ceil(seconds / length)
    return f"{count} {unit}{'' if count == 1 else 's'}"
