"""The bot's tokens in workspaces, encrypted as a whole with keys that can be replaced, and OAuth states."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import select, update

from bot.storage.database import Database
from bot.storage.errors import KeysUnusable
from bot.storage.masking import digest
from bot.storage.records import Clock
from bot.storage.schema import installations, oauth_states

LIFETIME = timedelta(minutes=10)
"""How long an OAuth state is valid."""

_HINT = (
    "set TOKEN_ENCRYPTION_KEYS to one or more keys, newest first, separated by commas; make one with: "
    "framework-bot keys new"
)
_STATES = b"framework-bot oauth states 1"
"""What the key of states is derived for."""

_STAMP, _NONCE = 6, 16
"""Bytes of a state's time in seconds and of its random part, before the 32 of its signature."""

_ALL = select(installations).order_by(installations.c.id)

_BOT = ""
"""In place of a user's pseudonym: the row is the bot's own."""


def new_key() -> str:
    """A random encryption key."""
    return Fernet.generate_key().decode("ascii")


class Cipher:
    """Fernet: encrypts with the first key and decrypts with any. Raises KeysUnusable where a key is malformed."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._keys = [Fernet(key.strip()) for key in keys]
        except ValueError:
            raise KeysUnusable(f"an encryption key is malformed: {_HINT}") from None

    def require_key(self) -> None:
        if not self._keys:
            raise KeysUnusable(f"no encryption key: {_HINT}")

    def encrypt(self, text: str) -> str:
        self.require_key()
        return self._keys[0].encrypt(text.encode()).decode("ascii")

    def decrypt(self, sealed: str) -> tuple[int, str]:
        """The key that fits, 0 for the newest, and the text. Raises KeysUnusable where none does."""
        for number, key in enumerate(self._keys):
            with suppress(InvalidToken):
                return number, key.decrypt(sealed.encode()).decode()
        raise KeysUnusable(
            "a stored token cannot be decrypted with any of TOKEN_ENCRYPTION_KEYS: add the key it was encrypted with"
        )


@dataclass(frozen=True, slots=True)
class Seals:
    """How many installations are encrypted with the newest key, and how many with an older one."""

    newest: int
    older: int
    unreadable: tuple[str, ...]
    """Tenants of those that no key decrypts."""


class Installations:
    """The bot's token in each workspace or organisation, by its ids (None where the platform gives none)."""

    def __init__(self, database: Database, clock: Clock, cipher: Cipher) -> None:
        self._database, self._clock, self._cipher = database, clock, cipher

    async def save(self, enterprise: str | None, team: str | None, data: Mapping[str, Any], *, tenant: str) -> None:
        """Store `data` (JSON) encrypted, in place of what was stored. Raises KeysUnusable where there is no key."""
        key = {"enterprise": enterprise or "", "team": team or "", "user_hash": _BOT}
        row = {
            "tenant": tenant,
            "sealed": self._cipher.encrypt(json.dumps({"for": [*key.values()], "data": dict(data)})),
            "installed_at": self._clock(),
        }
        await self._database.write(self._database.upsert(installations, key, row), {**key, **row})

    async def bot(self, enterprise: str | None, team: str | None) -> dict[str, Any] | None:
        """What was saved. Raises KeysUnusable where no key decrypts it."""
        key = installations.c
        wanted = _ALL.where(key.enterprise == (enterprise or ""), key.team == (team or ""), key.user_hash == _BOT)
        for row in await self._database.read(wanted):
            found: dict[str, Any] = json.loads(self._cipher.decrypt(row["sealed"])[1])
            if found["for"] != [row["enterprise"], row["team"], row["user_hash"]]:
                raise KeysUnusable("a stored token belongs to another installation: delete the row and install again")
            return dict(found["data"])
        return None

    async def installed_since(self, tenant: str, moment: datetime) -> bool:
        """Whether the app was installed at `tenant` (again) after `moment`."""
        newer = (installations.c.tenant == tenant) & (installations.c.installed_at > moment)
        return bool(await self._database.read(select(installations.c.id).where(newer).limit(1)))

    async def rotate(self) -> int:
        """Encrypt everything with the newest key, so that older ones can be dropped; how many installations.

        Safe while others work. Leaves what no key decrypts. Raises KeysUnusable where there is no key.
        """
        self._cipher.require_key()
        renewed = 0
        for row in await self._database.read(_ALL):
            with suppress(KeysUnusable):
                renewal = self._cipher.encrypt(self._cipher.decrypt(row["sealed"])[1])
                # Only what was read: an installation saved meanwhile is encrypted with the newest key already.
                same = (installations.c.id == row["id"]) & (installations.c.sealed == row["sealed"])
                await self._database.write(update(installations).where(same).values(sealed=renewal))
                renewed += 1
        await self._database.vacuum()  # an older key may be known to others: nothing it decrypts may stay in the file
        return renewed

    async def seals(self) -> Seals:
        """Which keys everything is encrypted with. Raises KeysUnusable where there is no key."""
        self._cipher.require_key()
        fitting, unreadable = [], []
        for row in await self._database.read(_ALL):
            try:
                fitting.append(self._cipher.decrypt(row["sealed"])[0])
            except KeysUnusable:
                unreadable.append(row["tenant"])
        return Seals(fitting.count(0), len(fitting) - fitting.count(0), tuple(unreadable))


class OAuthStates:
    """OAuth states of installations in progress. They are signed, so that beginning one stores nothing; any replica
    with one of the same keys takes what another issued, and a state that was used is stored until it is too old."""

    def __init__(self, database: Database, clock: Clock, keys: Sequence[str]) -> None:
        """`keys`: those that encrypt installations, newest first; states are signed with keys derived from them."""
        self._database, self._clock = database, clock
        self._keys = tuple(hmac.digest(key.strip().encode(), _STATES, "sha256") for key in keys)
        self._use = database.insert(oauth_states).on_conflict_do_nothing().returning(oauth_states.c.state)

    def issue(self) -> str:
        """A new state, valid for ten minutes. Raises KeysUnusable where there is no key."""
        if not self._keys:
            raise KeysUnusable(f"no encryption key: {_HINT}")
        content = int(self._clock().timestamp()).to_bytes(_STAMP, "big") + secrets.token_bytes(_NONCE)
        return urlsafe_b64encode(content + hmac.digest(self._keys[0], content, "sha256")).decode("ascii")

    async def consume(self, state: str) -> bool:
        """Whether `state` was issued, is still valid and is used for the first time."""
        try:
            raw = urlsafe_b64decode(state)
        except ValueError:
            return False
        content, signature = raw[: _STAMP + _NONCE], raw[_STAMP + _NONCE :]
        if not any(hmac.compare_digest(hmac.digest(key, content, "sha256"), signature) for key in self._keys):
            return False
        expires = datetime.fromtimestamp(int.from_bytes(content[:_STAMP], "big"), UTC) + LIFETIME
        if expires <= self._clock():
            return False
        row = {"state": digest(content.hex()), "expires_at": expires}
        async with self._database.writing() as connection:
            return (await connection.execute(self._use, row)).first() is not None
