"""Who asks, and where: ids in the platforms' own forms, and the personal things that people type."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.desk import Place
from bot.feedback import ChannelKind, Platform

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_FIRST = "marta joao priya wei oluwaseun ingrid tomas yuki fatima lars chloe dmitri amina pedro sunniva".split()
_LAST = "kowalczyk ferreira raman zhang adeyemi solberg novak tanaka haddad lindqvist moreau volkov diallo".split()
_HOSTS = "northmill-labs.example brightharbour.example quietforge.example teal-otter.example".split()

PEOPLE_EACH = 30
"""People of a tenant."""

CHANNELS_EACH = 5


@dataclass(frozen=True, slots=True)
class Tenant:
    """A workspace or a server, with its people and channels."""

    platform: Platform
    team: str
    people: tuple[str, ...]
    channels: tuple[str, ...]
    keeps_words: bool = True
    """Whether it lets the words of its questions be kept."""

    def place(self, rng: random.Random, number: int, user: str) -> Place:
        """Somewhere to ask; one in five asks in a thread, some alone with the bot."""
        kind: ChannelKind = rng.choice(("channel", "channel", "channel", "thread", "direct"))
        channel = f"D{user[1:]}" if kind == "direct" else rng.choice(self.channels)
        thread = f"{channel}:1790{number:06}.{rng.randrange(1_000_000):06}" if kind == "thread" else None
        return Place(self.platform, self.team, channel, kind, thread)


def tenants(rng: random.Random) -> tuple[Tenant, ...]:
    """Three workspaces and two servers; one of the workspaces wants no words kept."""
    slack = [
        Tenant(
            "slack",
            f"T{_code(rng)}",
            tuple(f"U{_code(rng)}" for _ in range(PEOPLE_EACH)),
            tuple(f"C{_code(rng)}" for _ in range(CHANNELS_EACH)),
            keeps_words=number < 2,
        )
        for number in range(3)
    ]
    discord = [
        Tenant(
            "discord",
            _snowflake(rng),
            tuple(_snowflake(rng) for _ in range(PEOPLE_EACH)),
            tuple(_snowflake(rng) for _ in range(CHANNELS_EACH)),
        )
        for _ in range(2)
    ]
    return (*slack, *discord)


def personal(rng: random.Random, tenant: Tenant) -> tuple[str, str]:
    """Something personal that ends a question, and the part of it that must never be kept."""
    first, last, host = rng.choice(_FIRST), rng.choice(_LAST), rng.choice(_HOSTS)
    address = f"{first}.{last}{rng.randrange(100)}@{host}"
    page = f"{host}/runs/{rng.randrange(10_000)}-{last}"
    other = rng.choice(tenant.people)
    digits = f"{rng.randrange(1_000_000, 9_999_999)}"
    number = f"+44 20 7{digits[:3]} {digits[3:]}"
    mention = f"<@{other}>" if tenant.platform == "slack" else f"<@!{other}>"
    mail = f"<mailto:{address}|{address}>" if tenant.platform == "slack" and rng.random() < 0.5 else address
    return rng.choice(
        (
            (f", write to {mail}", address),
            (f", see https://{page}", page),
            (f", call me: {number}", number),
            (f" cc {mention}", other),
            (f" (my id is {other})", other),
        )
    )


def _code(rng: random.Random) -> str:
    return f"0{''.join(rng.choice(_LETTERS) for _ in range(8))}{rng.randrange(10)}"


def _snowflake(rng: random.Random) -> str:
    return str(rng.randrange(10**17, 9 * 10**18))
