"""What a channel, or a whole workspace or server, has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.reply import Visibility
from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.schema import NAME, channels, feedback, unanswered

_WHOLE_TENANT = ""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What holds in a channel."""

    follow_ups: bool = False
    """Whether the bot answers in its threads without being mentioned."""
    passive: bool = False
    """Whether the bot answers questions nobody asked it, where it is very sure."""
    visibility: Visibility = "private"
    """Who sees the answer to a command."""
    keep_words: bool = True
    """Whether unanswered questions and reasons may be kept for the curators. A tenant's no holds everywhere in it."""


class Changes(TypedDict, total=False):
    """What to change; None goes back to the tenant's choice, or to the default."""

    follow_ups: bool | None
    passive: bool | None
    visibility: Visibility | None
    keep_words: bool | None


class Channels:
    """Settings of channels, each on top of its tenant's."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def settings(self, tenant: str, channel: str | None = None) -> ChannelSettings:
        """What holds in `channel`, or in the tenant as a whole."""
        async with self._database.reading() as connection:
            return await settings_of(connection, tenant, channel)

    async def change(self, tenant: str, channel: str | None = None, **changes: Unpack[Changes]) -> ChannelSettings:
        """Change the choices named, of `channel` or of the tenant as a whole; what holds now.

        When a tenant chooses not to keep words, those kept so far are deleted.
        """
        no_words = not channel and changes.get("keep_words") is False
        where = {"tenant": tidied(tenant, NAME), "channel": tidied(channel or _WHOLE_TENANT, NAME)}
        chosen = {name: value for name, value in changes.items() if name in Changes.__annotations__}
        insert = self._database.insert(channels).values(**where, **chosen, changed_at=self._clock())
        changed = insert.on_conflict_do_update(
            index_elements=[channels.c.tenant, channels.c.channel],
            set_={name: insert.excluded[name] for name in (*chosen, "changed_at")},
        )
        async with self._database.writing() as connection:
            await connection.execute(changed)
            if no_words:
                await connection.execute(delete(unanswered).where(unanswered.c.tenant == where["tenant"]))
                await connection.execute(
                    update(feedback).where(feedback.c.tenant == where["tenant"]).values(reason=None)
                )
            settings = await settings_of(connection, tenant, channel)
        if no_words:
            await self._database.tidy()
        return settings


async def settings_of(connection: AsyncConnection, tenant: str, channel: str | None) -> ChannelSettings:
    """What holds in `channel` of `tenant`, inside a transaction."""
    return (await settings_in(connection, [(tenant, channel)]))[0]


async def settings_in(connection: AsyncConnection, places: Sequence[tuple[str, str | None]]) -> list[ChannelSettings]:
    """What holds in each (tenant, channel), inside a transaction."""
    named = [(tidied(tenant, NAME), tidied(channel or _WHOLE_TENANT, NAME)) for tenant, channel in places]
    tenants = {tenant for tenant, _ in named}
    names = {_WHOLE_TENANT, *(channel for _, channel in named)}
    found = await connection.execute(
        select(channels).where(channels.c.tenant.in_(tenants), channels.c.channel.in_(names))
    )
    rows = {(row.tenant, row.channel): row for row in found}
    return [
        _merged([rows[key] for key in dict.fromkeys(((tenant, _WHOLE_TENANT), (tenant, channel))) if key in rows])
        for tenant, channel in named
    ]


def _merged(rows: Sequence[Row[Any]]) -> ChannelSettings:
    """The tenant's row comes first; a channel's own choices replace it."""
    chosen: dict[str, Any] = {}
    for row in rows:
        own = {name: row._mapping[name] for name in Changes.__annotations__}  # noqa: SLF001 - SQLAlchemy's public way to a row's names
        if chosen.get("keep_words") is False:
            own["keep_words"] = False
        chosen.update({name: value for name, value in own.items() if value is not None})
    return ChannelSettings(**chosen)
