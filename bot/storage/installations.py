"""Slack installations, sealed as a whole: tokens, and who installed it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update

from bot.storage.cipher import Cipher
from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.errors import KeysUnusable
from bot.storage.masking import tidied
from bot.storage.pseudonyms import Pseudonyms
from bot.storage.schema import NAME, installations

_BOT = ""
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Rotation:
    """What came of sealing everything anew."""

    renewed: int
    """How many installations were."""
    unreadable: tuple[str, ...]
    """Tenants of those that no key opens."""


@dataclass(frozen=True, slots=True)
class Seals:
    """How many installations are sealed with the newest key, and how many with an older one."""

    newest: int
    older: int
    unreadable: tuple[str, ...]
    """Tenants of those that no key opens."""


class Installations:
    """What Slack gave us for each workspace or organisation, by its ids (None where Slack gives none)."""

    def __init__(self, database: Database, clock: Clock, pseudonyms: Pseudonyms, cipher: Cipher) -> None:
        self._database = database
        self._clock = clock
        self._pseudonyms = pseudonyms
        self._cipher = cipher

    async def save(
        self, enterprise: str | None, team: str | None, data: Mapping[str, Any], *, tenant: str, user: str | None = None
    ) -> None:
        """Keep `data` (JSON) sealed, in place of what was there: the bot's, or that of the `user` who installed it.

        Raises KeysUnusable where there is no key to seal with.
        """
        place = _place(enterprise, team)
        who = self._who(user)
        insert = self._database.insert(installations).values(
            tenant=tidied(tenant, NAME),
            enterprise=place[0],
            team=place[1],
            user_hash=who,
            sealed=self._cipher.seal(json.dumps({"for": [*place, who], "data": dict(data)})),
            installed_at=self._clock(),
        )
        kept = insert.on_conflict_do_update(
            index_elements=[installations.c.enterprise, installations.c.team, installations.c.user_hash],
            set_={name: insert.excluded[name] for name in ("tenant", "sealed", "installed_at")},
        )
        async with self._database.writing() as connection:
            await connection.execute(kept)

    async def bot(self, enterprise: str | None, team: str | None) -> dict[str, Any] | None:
        """What was saved for the bot. Raises KeysUnusable where no key opens it."""
        return await self._find(enterprise, team, installations.c.user_hash == _BOT)

    async def installation(
        self, enterprise: str | None, team: str | None, user: str | None = None
    ) -> dict[str, Any] | None:
        """What was saved for `user`, or else by whoever installed it last."""
        if user is None:
            return await self._find(enterprise, team, installations.c.user_hash != _BOT)
        stand_ins = self._pseudonyms.every_user("slack", user)
        return await self._find(enterprise, team, installations.c.user_hash.in_(stand_ins))

    async def delete_bot(self, enterprise: str | None, team: str | None) -> None:
        """Forget what was saved for the bot."""
        await self._delete(enterprise, team, installations.c.user_hash == _BOT)

    async def delete_installation(self, enterprise: str | None, team: str | None, user: str | None = None) -> None:
        """Forget what was saved for `user`, or for everyone who installed it."""
        if user is None:
            await self._delete(enterprise, team, installations.c.user_hash != _BOT)
        else:
            stand_ins = self._pseudonyms.every_user("slack", user)
            await self._delete(enterprise, team, installations.c.user_hash.in_(stand_ins))

    async def rotate(self) -> Rotation:
        """Seal everything with the newest key, so that older ones can be dropped. Safe while others work.

        Raises KeysUnusable where there is no key.
        """
        self._cipher.require_key()
        renewed, unreadable = 0, []
        async for number, tenant, sealed in self._every():
            try:
                renewal = self._cipher.renew(sealed)
            except KeysUnusable:
                unreadable.append(tenant)
                continue
            # Only what was read: an installation saved meanwhile is sealed with the newest key already.
            same = (installations.c.id == number) & (installations.c.sealed == sealed)
            async with self._database.writing() as connection:
                await connection.execute(update(installations).where(same).values(sealed=renewal))
            renewed += 1
        await self._database.tidy()  # an older key may have become known: nothing it opens is to stay in the file
        return Rotation(renewed, tuple(unreadable))

    async def seals(self) -> Seals:
        """Which keys everything is sealed with. Raises KeysUnusable where there is no key."""
        self._cipher.require_key()
        found = [(tenant, self._cipher.key_of(sealed)) async for _, tenant, sealed in self._every()]
        return Seals(
            newest=sum(key == 0 for _, key in found),
            older=sum(bool(key) for _, key in found),
            unreadable=tuple(tenant for tenant, key in found if key is None),
        )

    async def count(self) -> int:
        """How many workspaces and organisations have the bot."""
        async with self._database.reading() as connection:
            bots = select(func.count()).select_from(installations).where(installations.c.user_hash == _BOT)
            return await connection.scalar(bots) or 0

    async def _every(self) -> AsyncIterator[tuple[int, str, str]]:
        """Number, tenant and sealed text of every installation, read in batches."""
        last = 0
        while True:
            async with self._database.reading() as connection:
                columns = (installations.c.id, installations.c.tenant, installations.c.sealed)
                batch = select(*columns).where(installations.c.id > last).order_by(installations.c.id).limit(_BATCH)
                rows = (await connection.execute(batch)).all()
            if not rows:
                return
            for row in rows:
                last = row.id
                yield row.id, row.tenant, row.sealed

    async def _find(self, enterprise: str | None, team: str | None, which: Any) -> dict[str, Any] | None:
        place = _place(enterprise, team)
        latest = (
            select(installations.c.sealed, installations.c.user_hash)
            .where(installations.c.enterprise == place[0], installations.c.team == place[1], which)
            .order_by(installations.c.installed_at.desc(), installations.c.id.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(latest)).first()
        if row is None:
            return None
        opened = json.loads(self._cipher.open(row.sealed))
        if opened["for"] != [*place, row.user_hash]:
            raise KeysUnusable("a stored token belongs to another installation: delete the row and install again")
        data: dict[str, Any] = opened["data"]
        return data

    async def _delete(self, enterprise: str | None, team: str | None, which: Any) -> None:
        place = _place(enterprise, team)
        there = (installations.c.enterprise == place[0]) & (installations.c.team == place[1])
        async with self._database.writing() as connection:
            await connection.execute(delete(installations).where(there, which))

    def _who(self, user: str | None) -> str:
        return _BOT if user is None else self._pseudonyms.user("slack", user)


def _place(enterprise: str | None, team: str | None) -> tuple[str, str]:
    return tidied(enterprise or "", NAME), tidied(team or "", NAME)
