"""The script of a month: who says what, where and when, and what they think of the answer. The same for each seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cases import Case, read_cases
from bot.curation.days import Days
from bot.desk import Place
from tests.month import chatter
from tests.month.people import Tenant, personal, tenants
from tests.month.saying import typed
from tests.month.topics import TOPICS, Topic

SEED = 7_041_776

START = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 30
PERIOD = Days(START.date(), (START + timedelta(days=DAYS - 1)).date())

CASES = Path(__file__).parents[1] / "cases"

_REST = (("in scope", 0.80), ("small talk", 0.07), ("code help", 0.06), ("daily", 0.04), ("once", 0.03))
"""What the questions beside the planted ones are, as shares."""

PERSONAL = 0.06
"""Share of the questions that have something personal in them."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One message to the bot."""

    number: int
    at: datetime
    tenant: Tenant
    user: str
    place: Place
    text: str
    topic: str
    """What it is about: a planted topic, "entry: <id>" for a question whose answer is known, else a theme."""
    secret: str = ""
    """The part of the text that must never be kept."""


def cases() -> list[Case]:
    """The labelled questions that may not fare worse."""
    return [case for name in ("chat", "follow-ups", "forum") for case in read_cases(CASES / f"{name}.jsonl")]


def month(
    questions: int, *, topics: Sequence[Topic] = TOPICS, days: int = DAYS, private: float = PERSONAL
) -> tuple[Saying, ...]:
    """So many `questions` in order of time, the planted ones among them, however many those are.

    `private` is the share (0..1) that has something personal in it.
    """
    rng = random.Random(SEED)
    where = tenants(rng)
    said = [(topic.name, wording) for topic in topics for wording in _askings(topic)]
    rest = _rest(rng)
    said += [next(rest) for _ in range(questions - len(said))]
    moments = sorted(START + timedelta(seconds=rng.randrange(days * 86_400)) for _ in said)
    rng.shuffle(said)
    return tuple(
        _saying(number, at, topic, wording, where, rng, private)
        for number, (at, (topic, wording)) in enumerate(zip(moments, said, strict=True))
    )


def _askings(topic: Topic) -> Iterator[str]:
    """Each wording at least once, the first ones more often."""
    for number in range(topic.times):
        yield topic.asked[number % len(topic.asked)]


def _rest(rng: random.Random) -> Iterator[tuple[str, str]]:
    # A follow-up says little without what went before it.
    known = [(f"entry: {case.label}", case.question) for case in cases() if case.in_scope and not case.after]
    themed = {
        "small talk": [("small talk", text) for text in chatter.SMALL_TALK],
        "code help": _themes(chatter.CODE_HELP),
        "daily": _themes(chatter.DAILY),
    }
    once = iter(rng.sample(chatter.ONCE, len(chatter.ONCE)))
    kinds, shares = zip(*_REST, strict=True)
    while True:
        (kind,) = rng.choices(kinds, shares)
        if kind == "once":
            if (text := next(once, None)) is not None:
                yield f"once: {text}", text
        else:
            yield rng.choice(known if kind == "in scope" else themed[kind])


def _themes(themes: dict[str, str]) -> list[tuple[str, str]]:
    return [(f"theme: {name}", text) for name, texts in themes.items() for text in texts.splitlines()]


def _saying(
    number: int, at: datetime, topic: str, wording: str, where: Sequence[Tenant], rng: random.Random, private: float
) -> Saying:
    tenant = rng.choice(where)
    user = rng.choice(tenant.people)
    text, secret = typed(wording, rng), ""
    if rng.random() < private:
        ending, secret = personal(rng, tenant)
        text += ending
    return Saying(number, at, tenant, user, tenant.place(rng, number, user), text, topic, secret)
