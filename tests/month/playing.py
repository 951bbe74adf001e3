"""The month, played through the real desk and the real store with a clock that moves from message to message."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.answering import Bot
from bot.curation.gathering import Material, gather
from bot.desk import Desk, is_open
from bot.feedback import Feedback
from bot.reply import Reply
from bot.storage.resilience import ResilientStore
from bot.store import Retention, Store
from tests.month.people import personal
from tests.month.script import PERIOD, SEED, START, Saying
from tests.month.topics import NEW, TOPICS

SECRETS = ("a secret that hides users",)

TENDING = timedelta(hours=6)
"""Between two looks after the store; each of them purges."""

WATCH = Callable[[datetime], None]

_WANTED = {topic.name: topic.wanted for topic in TOPICS}


class Clock:
    """A clock that only moves when told to."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Exchange:
    """What somebody said, and what it got."""

    saying: Saying
    outcome: str
    entry: str
    """The first entry of the reply, "" where there is none."""
    open: bool
    """Whether it may have been left without its answer."""

    @property
    def kept(self) -> bool:
        """Whether the words are for the curators."""
        return self.open and self.saying.tenant.keeps_words


@dataclass(slots=True)
class Played:
    """What the script itself counted."""

    exchanges: list[Exchange] = field(default_factory=list)
    votes: dict[tuple[str, str], Feedback] = field(default_factory=dict)
    """The last judgement of each user on each answer."""
    secrets: set[str] = field(default_factory=set)
    """What must never be kept: users, channels, addresses, numbers."""
    reasons: set[str] = field(default_factory=set)
    """What people wrote about answers, as they typed it."""


async def play(
    sayings: Sequence[Saying],
    url: str,
    bot: Bot,
    *,
    clock: Clock,
    retention: Retention | None = None,
    watch: WATCH = lambda now: None,
) -> Played:
    """The month in the store at `url`. `watch` is called at each look after the store, with the time of it."""
    played = Played()
    rng = random.Random(SEED + 1)
    store = Store(url, clock=clock, secrets=SECRETS, retention=retention)
    resilient = ResilientStore(store, patience=60.0)
    try:
        await resilient.tend()
        for tenant in {saying.tenant for saying in sayings}:
            if not tenant.keeps_words:
                await store.channels.change(f"{tenant.platform}:{tenant.team}", keep_words=False)
        desk = Desk(lambda: bot, resilient)
        tended = clock.now
        for saying in sayings:
            while saying.at - tended >= TENDING:
                clock.now = tended = tended + TENDING
                await resilient.tend()
                watch(clock.now)
            clock.now = saying.at
            reply = await desk.ask(saying.text, saying.place)
            entry = reply.entries[0] if reply.entries else ""
            played.exchanges.append(Exchange(saying, reply.outcome, entry, is_open(reply)))
            played.secrets |= {saying.user, saying.place.channel, *filter(None, [saying.secret])}
            for feedback, secret in _judgements(saying, reply, rng):
                await desk.judge(feedback)
                played.votes[feedback.user, feedback.answer] = feedback
                played.secrets |= {feedback.user, *filter(None, [secret])}
                if feedback.reason:
                    played.reasons.add(feedback.reason)
        await resilient.tend()
        assert resilient.state.dropped == 0
        assert resilient.state.waiting == 0
    finally:
        await store.close()
    return played


async def purge(url: str, clock: Clock, retention: Retention | None = None) -> None:
    """What the service does once an hour, at the time of `clock`."""
    async with Store.open(url, clock=clock, secrets=SECRETS, retention=retention) as store:
        await store.tenants.purge()
        assert not store.untidy


async def gathered(url: str, clock: Clock, retention: Retention | None = None) -> Material:
    """What the report is made from, at the time of `clock`."""
    async with Store.open(url, clock=clock, secrets=SECRETS, retention=retention) as store:
        return await gather(store, PERIOD, now=clock(), retention=retention or Retention())


def _judgements(saying: Saying, reply: Reply, rng: random.Random) -> Iterable[tuple[Feedback, str]]:
    """What the person who asked, or somebody who read along, thinks of an answer; some think again."""
    if reply.outcome not in ("answer", "choices"):
        return
    wanted = _wanted(saying.topic)
    right = reply.outcome == "answer" and not wanted.isdisjoint(reply.entries)
    if rng.random() >= (0.15 if right else 0.4):
        return
    user = saying.user if rng.random() < 0.8 else rng.choice(saying.tenant.people)
    helpful = right if rng.random() < 0.9 else not right
    reason, secret = None, ""
    if not helpful and rng.random() < 0.6:
        ending, secret = personal(rng, saying.tenant) if rng.random() < 0.3 else ("", "")
        reason = f"{rng.choice(_REASONS)}{ending}"
    meant = sorted(wanted - {NEW, *reply.entries[:1]})
    suggested = meant[0] if meant and not helpful and rng.random() < 0.5 else None

    def given(*, helpful: bool, **words: str | None) -> Feedback:
        return Feedback(
            platform=saying.place.platform,
            tenant=saying.place.tenant,
            user=user,
            answer=f"{saying.place.channel}:{saying.number}",
            entry=reply.entries[0] if reply.entries else "",
            helpful=helpful,
            knowledge_version=reply.knowledge_version,
            channel=saying.place.channel,
            **words,
        )

    if rng.random() < 0.1:
        yield given(helpful=not helpful), ""
    yield given(helpful=helpful, reason=reason, suggested=suggested), secret


_REASONS = (
    "this is not what I asked",
    "that answers another question",
    "too general for me",
    "nothing about our own set-up in there",
    "half of it is beside the point",
)


def _wanted(topic: str) -> frozenset[str]:
    kind, _, name = topic.partition(": ")
    return _WANTED.get(topic) or (frozenset({name}) if kind == "entry" else frozenset())
