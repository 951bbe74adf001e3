"""Installations under way: a state that was issued is good once, and not for long."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, insert

from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.pseudonyms import digest
from bot.storage.schema import oauth_states

LIFETIME = timedelta(minutes=10)


class OAuthStates:
    """States of OAuth installations; any replica may consume what another issued."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def issue(self) -> str:
        """A new state, good for ten minutes."""
        state = secrets.token_urlsafe(32)
        async with self._database.writing() as connection:
            await connection.execute(
                insert(oauth_states).values(state=digest(state), expires_at=self._clock() + LIFETIME)
            )
        return state

    async def consume(self, state: str) -> bool:
        """Whether `state` was issued, is not too old and was not consumed before. Consumes it."""
        used = (
            delete(oauth_states)
            .where(oauth_states.c.state == digest(state), oauth_states.c.expires_at > self._clock())
            .returning(oauth_states.c.state)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(used)).first() is not None
