"""Two processes on one database while things go wrong: what was answered never, and what more than once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.load.capacity import settled
from tests.load.events import asked, channel_of
from tests.load.hostile import Hostile
from tests.load.line import Line
from tests.load.posts import Posts
from tests.load.processes import Process
from tests.load.sender import Replica, deliver
from tests.slack_double.loopback import DEADLINE

UNACKNOWLEDGED = 0.1
"""Share of the events whose first acknowledgement goes missing, so that Slack delivers again what was answered.
Slack never delivers twice unasked: each further delivery is a redelivery, and is numbered as one."""

NEAR = 0.5
"""Seconds before a kill, or around an outage, in which a post counts as made then."""

UNNOTED = 0.5
"""Seconds of answers that a process has posted but not noted when it is killed."""

Act = Callable[[], Awaitable[object]]


@dataclass
class Sent:
    """One event, and the outcome of each try to deliver it."""

    channel: str
    began: float
    tries: list[tuple[float, str]] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        return self.tries[-1][1] == "200"


@dataclass
class Faults:
    """The outcome of a run."""

    events: int
    tries: int
    posts: int
    seconds: float
    scale: float
    lost: list[str] = field(default_factory=list)
    """Events that were acknowledged, so that Slack does not send them again, and never answered."""
    given_up: list[str] = field(default_factory=list)
    """Events that were never answered because none of the four tries was acknowledged: Slack knows, and gives up."""
    given_up_statuses: dict[str, int] = field(default_factory=dict)
    """What their tries met. 503: a process is overloaded or does not know. no answer: it is down, or has no time."""
    late: float = 0.0
    """Seconds, the most that an event was sent after it was due: the run itself had no processor."""
    doubled: list[str] = field(default_factory=list)
    """Events with more than one post, and when: in an outage, when a process was killed, or neither."""
    statuses: dict[str, int] = field(default_factory=dict)
    happened: list[tuple[float, str]] = field(default_factory=list)
    """Seconds from the start, and what."""
    outages: list[tuple[float, float]] = field(default_factory=list)
    """From when the line broke until both processes had written what waited."""
    hostile: dict[str, int] = field(default_factory=dict)
    looks: int = 0
    """How often a process looked whether another had posted the answer."""

    @property
    def passed(self) -> bool:
        """Everything answered, and nothing doubled."""
        return not self.lost and not self.given_up and not self.doubled


class FaultRun:
    """One run. `scale` divides Slack's waiting times, and the bot's 60 seconds until a claim is stale with them."""

    def __init__(
        self, processes: Sequence[Process], line: Line, posts: Posts, chosen: list[str], *, scale: float, seed: int = 1
    ) -> None:
        self._processes = processes
        self._replicas = [Replica(process.name, process.port) for process in processes]
        self._line, self._posts, self._chosen, self._scale = line, posts, chosen, scale
        self._random = random.Random(seed)
        self._sent: list[Sent] = []
        self._outages: list[tuple[float, float]] = []
        self._happened: list[tuple[float, str]] = []
        self._began = 0.0
        self._late = 0.0
        self._starting = {process.name: asyncio.Lock() for process in processes}
        """Held from a kill until the process is back: on a busy machine the next kill of it waits for that."""

    async def run(self, events: int, per_second: float, *, calm: bool = False) -> Faults:
        """Send `events` at a rate, and let things go wrong on the way. `calm`: only a kill and a cut."""
        seconds = events / per_second
        self._began = began = time.monotonic()
        hostile = Hostile([process.port for process in self._processes])
        async with asyncio.TaskGroup() as group:
            attacking = group.create_task(hostile.run(0 if calm else 20))
            script = group.create_task(self._script(seconds, calm=calm))
            async with asyncio.TaskGroup() as deliveries:
                for number, (payload, _) in enumerate(zip(asked(self._chosen), range(events), strict=False)):
                    await asyncio.sleep(max(began + number / per_second - time.monotonic(), 0))
                    self._late = max(self._late, time.monotonic() - began - number / per_second)
                    self._send(deliveries, payload)
            await script
            attacking.cancel()
        for replica in self._replicas:
            replica.close()
        await settled(self._posts, {sent.channel for sent in self._sent}, within=15)
        await asyncio.sleep(1)
        await self._posts.look()
        found = self._found(time.monotonic() - self._began)
        found.hostile = dict(hostile.came)
        found.looks = await self._posts.looks()
        return found

    def _send(self, group: asyncio.TaskGroup, payload: dict[str, Any]) -> None:
        sent = Sent(channel_of(payload), time.monotonic())
        self._sent.append(sent)
        one, other = self._random.sample(self._replicas, 2)
        order = [one, other, one, other]  # a redelivery goes wherever the balancer's next turn is
        unacknowledged = None
        if self._random.random() < UNACKNOWLEDGED:
            # The connection broke at once, or later; or Slack waited its three seconds for an answer that got lost.
            unacknowledged = self._random.choice((0.0, self._random.uniform(0, 0.5), self._random.uniform(1, DEADLINE)))
            if self._random.random() < 0.5:
                order = [one, one, other, one]
        group.create_task(self._deliver(sent, payload, order, unacknowledged))

    async def _deliver(
        self, sent: Sent, payload: dict[str, Any], order: list[Replica], unacknowledged: float | None
    ) -> None:
        sent.tries = await deliver(payload, order, self._scale, unacknowledged=unacknowledged)

    async def _script(self, seconds: float, *, calm: bool) -> None:
        one, other = self._processes
        wait = 10 / self._scale
        plan: list[tuple[float, str, Act]] = [
            (0.20, f"kill -9 of {one.name}, started again at once", lambda: self._restart(one)),
            (0.40, "database cut off", lambda: self._outage("cut", 0.07 * seconds)),
        ]
        if not calm:
            plan += [
                (0.08, "429 storm, half of the posts", lambda: self._posts.trouble(0.5, "429", wait)),
                (0.15, "storm over", lambda: self._posts.trouble(0)),
                (0.28, f"kill -9 of {other.name} between posting and noting it", lambda: self._die_unnoted(other)),
                (0.56, "database hangs", lambda: self._outage("hung", 0.07 * seconds)),
                (0.72, "429 storm, half of the posts", lambda: self._posts.trouble(0.5, "429", wait)),
                (0.76, f"kill -9 of {other.name} in the storm", lambda: self._restart(other)),
                (0.81, "storm over", lambda: self._posts.trouble(0)),
                (0.85, "5xx for a third of the posts", lambda: self._posts.trouble(0.3, "500")),
                (0.90, "connections of a third of the posts cut", lambda: self._posts.trouble(0.3, "drop")),
                (0.94, "posts take 1.5 s", lambda: self._posts.trouble(1.0, "slow", 1.5)),
                (0.98, "Slack is well", lambda: self._posts.trouble(0)),
            ]
        async with asyncio.TaskGroup() as acts:
            for share, name, act in sorted(plan, key=lambda step: step[0]):
                await asyncio.sleep(max(self._began + share * seconds - time.monotonic(), 0))
                self._note(name)
                acts.create_task(_done(act))

    async def _restart(self, process: Process) -> None:
        async with self._starting[process.name]:
            await process.kill()
            await process.start()
            await process.ready()
        self._note(f"{process.name} is back")

    async def _die_unnoted(self, process: Process) -> None:
        """Kill it when it has posted and cannot note it: too short for anybody to find the store away."""
        await self._posts.trouble(1.0, "slow", UNNOTED)
        await asyncio.sleep(UNNOTED)
        self._line.set("hung")
        await asyncio.sleep(1.2 * UNNOTED)
        await process.kill()
        self._line.set("up")
        await self._posts.trouble(0)
        await self._restart(process)

    async def _outage(self, state: Any, seconds: float) -> None:
        began = time.monotonic()
        self._line.set(state)
        await asyncio.sleep(seconds)
        self._line.set("up")
        self._note("database reachable")
        stores: list[dict[str, Any]] = [{}]
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                while not all(store.get("status") == "ready" and not store["waiting"] for store in stores):
                    await asyncio.sleep(0.1)
                    stores = [(await process.parts()).get("store", {}) for process in self._processes]
        self._note("both processes have their store again")
        self._outages.append((began, time.monotonic()))

    def _note(self, what: str) -> None:
        self._happened.append((time.monotonic() - self._began, what))

    def _found(self, seconds: float) -> Faults:
        posts = self._posts.by_channel
        every = [came for sent in self._sent for _, came in sent.tries]
        found = Faults(
            events=len(self._sent),
            tries=len(every),
            posts=sum(len(posts.get(sent.channel, ())) for sent in self._sent),
            seconds=seconds,
            scale=self._scale,
            late=self._late,
            statuses=dict(Counter(every)),
            happened=self._happened,
            outages=[(start - self._began, end - self._began) for start, end in self._outages],
        )
        given_up: Counter[str] = Counter()
        for sent in self._sent:
            made = sorted(posts.get(sent.channel, ()))
            if not made:
                (found.lost if sent.acknowledged else found.given_up).append(self._described(sent))
                given_up.update(came for _, came in sent.tries if not sent.acknowledged)
            elif len(made) > 1:
                when = " (in an outage)" * self._in_outage(made) + " (at a kill)" * self._at_kill(made)
                found.doubled.append(f"{self._described(sent)}{when}")
        found.given_up_statuses = dict(given_up)
        return found

    def _described(self, sent: Sent) -> str:
        """When it was sent, the outcome of each try, and who posted: seconds from the start."""
        tries = ", ".join(f"{at - self._began:.2f}: {came}" for at, came in sent.tries)
        made = ", ".join(f"{at - self._began:.2f} {name}" for at, name in self._posts.by_channel.get(sent.channel, ()))
        return f"{sent.channel} tries {tries} posts {made or 'none'}"

    def _in_outage(self, made: Sequence[tuple[float, str]]) -> bool:
        return any(start - NEAR <= at <= end + NEAR for start, end in self._outages for at, _ in made)

    def _at_kill(self, made: Sequence[tuple[float, str]]) -> bool:
        kills = [(process.name, at) for process in self._processes for at in process.killed_at]
        return any(name == killed and at - NEAR <= when <= at for when, name in made[:-1] for killed, at in kills)


async def _done(act: Act) -> None:
    await act()
