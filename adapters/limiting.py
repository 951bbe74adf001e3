"""How often somebody may ask: per person, per channel, and per workspace or server.

Windows move: of any 60 seconds, say, 20 questions are taken. Only what is taken counts, so that
whoever goes on asking is let in again as soon as the oldest question is 60 seconds old, and nobody is
locked out. A question is whatever is looked up: a mention, a direct message, a command with a
question, words typed into the guided recommendation. What shows something that stands ready, a
button, a page of help, counts apart as a click, of which CLICKS are taken for each question.

All of it is in this process's memory: a flood can be turned away before an acknowledgement, without
network or database, and each replica counts for itself. It stays bounded: a window goes with its
last entry, and of each kind there are MOST at the most, of which the one unused for longest goes.
"""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from limits import RateLimitItemPerSecond
from limits.storage import MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter

from adapters.rates import UNBOUNDED, Rate
from bot.desk import Place
from bot.storage.bounded import Bounded

Act = Literal["question", "click"]
"""What somebody does: ask, or press something whose answer stands ready."""

Bound = Literal["user", "channel", "tenant"]

CLICKS = 6
"""Clicks that are taken for each question."""

MOST = 100_000
"""Windows of one kind that are kept."""

NOTICES = Rate(30, 60)
"""How many people of one workspace or server are told to wait; beyond that we would be the flood."""

_QUIET = 60, 3_600
"""Seconds until somebody may be told again, at least and at most; in between it is as long as the window."""

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
        """What to tell whoever has to wait."""
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
        self._questions = {name: _Windows(rate, clock) for name, rate in bounded.items()}
        self._clicks = {
            name: _Windows(Rate(rate.count * CLICKS, rate.seconds), clock) for name, rate in bounded.items()
        }
        self._told = {
            name: _Windows(Rate(1, min(max(rate.seconds, _QUIET[0]), _QUIET[1])), clock)
            for name, rate in bounded.items()
        }
        self._notices = _Windows(NOTICES, clock)
        self._decided: Bounded[str, Admission] = Bounded(_MOST_DELIVERIES)
        self.refused: Counter[str] = Counter(dict.fromkeys(bounded, 0))
        """How often each bound turned something away since the start."""

    @property
    def kept(self) -> int:
        """How many windows are in memory."""
        kinds = (*self._questions.values(), *self._clicks.values(), *self._told.values(), self._notices)
        return sum(windows.kept for windows in kinds)

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
        """What to tell somebody who was refused; None where they have been told, once in a window.

        `aloud`: the whole channel would read it, so that of what holds for the channel it is told once.
        """
        if admission.bound is None:
            return None
        keys = _keys(admission.place, admission.user)
        channel = keys["channel"]
        whom = channel if aloud and admission.bound != "user" else keys.get("user", channel)
        home = keys.get("tenant", channel)
        if any(told.wait(whom) for told in self._told.values()) or self._notices.wait(home):
            return None
        self._told[admission.bound].count(whom)
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


class _Windows:
    """One rate, with a window for each key."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._clock = clock
        self._item = RateLimitItemPerSecond(rate.count, rate.seconds)
        self._memory = _Memory(clock)
        self._strategy = MovingWindowRateLimiter(self._memory)

    @property
    def kept(self) -> int:
        """How many windows there are."""
        return len(self._memory)

    def wait(self, key: str) -> int:
        """Whole seconds until another one fits into the window of `key`; 0 where it does."""
        if self._strategy.test(self._item, key):
            return 0
        return max(1, math.ceil(self._strategy.get_window_stats(self._item, key).reset_time - self._clock()))

    def count(self, key: str) -> None:
        """One more, where it fits."""
        self._strategy.hit(self._item, key)


class _Memory(Storage, MovingWindowSupport):
    """Where the windows of one rate are kept.

    Instead of the library's own, which goes by the wall clock, looks through all windows in a thread of
    its own with each entry, and never lets go of a name.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        # When the entries of each key end, oldest first. The keys are in the order of their newest entries: as all
        # entries last equally long, that is also the order in which windows end.
        self._ends: dict[str, list[float]] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Enter `amount` for `expiry` seconds, where no more than `limit` come together."""
        now = self._clock()
        ends = self._current(key, now)
        if len(ends) + amount > limit:
            return False
        ends += [now + expiry] * amount
        self._ends.pop(key, None)
        self._ends[key] = ends
        self._forget(now)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest entry was made, and how many there are."""
        del limit
        now = self._clock()
        ends = self._current(key, now)
        return (ends[0] - expiry if ends else now), len(ends)

    def get(self, key: str) -> int:
        """How many entries there are."""
        return len(self._current(key, self._clock()))

    def get_expiry(self, key: str) -> float:
        """When the newest entry ends."""
        now = self._clock()
        return max(self._current(key, now)[-1:], default=now)

    def clear(self, key: str) -> None:
        """Forget one window."""
        self._ends.pop(key, None)

    def reset(self) -> int:
        """Forget all windows; how many there were."""
        kept = len(self)
        self._ends.clear()
        return kept

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Enter `amount` whatever the limit; how many entries there are."""
        self.acquire_entry(key, sys.maxsize, expiry, amount)
        return self.get(key)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Nothing that can fail."""
        return ()

    def _current(self, key: str, now: float) -> list[float]:
        """When the entries end that still count."""
        ends = self._ends.get(key, [])
        ended = next((number for number, end in enumerate(ends) if end > now), len(ends))
        del ends[:ended]
        return ends

    def _forget(self, now: float) -> None:
        """Let go of windows that have ended, and of the oldest beyond what is kept."""
        while self._ends:
            oldest = next(iter(self._ends))
            ends = self._ends[oldest]
            if ends and ends[-1] > now and len(self._ends) <= MOST:
                return
            del self._ends[oldest]


def _keys(place: Place, user: str | None) -> dict[Bound, str]:
    """Whose windows count, each name with its platform and workspace.

    Who belongs to no workspace or server, as in Discord's direct messages, shares none with others.
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
