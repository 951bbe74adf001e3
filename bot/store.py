"""The store: everything that is kept, in one database.

    async with Store.open("sqlite:///bot.sqlite3") as store:
        if (await store.deliveries.claim(event, tenant)).ours:
            ...

Every method is one short transaction. Where the database does not answer it raises StoreUnavailable;
`bot.storage.resilience.ResilientStore` is the same store for those who must answer all the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from bot.storage.channels import Channels, ChannelSettings
from bot.storage.cipher import Cipher
from bot.storage.clock import Clock, utc_now
from bot.storage.database import PATIENCE, Database
from bot.storage.deliveries import Claim, Deliveries
from bot.storage.errors import KeysUnusable, StoreError, StoreTooNew, StoreUnavailable
from bot.storage.feedback import FeedbackRecords
from bot.storage.hiding import HidingSecrets
from bot.storage.installations import Installations
from bot.storage.marks import Marks
from bot.storage.migration import migrate
from bot.storage.oauth import OAuthStates
from bot.storage.pseudonyms import Pseudonyms
from bot.storage.retention import Retention
from bot.storage.tallies import Tallies
from bot.storage.tenants import Tenants
from bot.storage.threads import Threads
from bot.storage.unanswered import UnansweredQuestions

__all__ = [
    "ChannelSettings",
    "Claim",
    "KeysUnusable",
    "Retention",
    "Store",
    "StoreError",
    "StoreTooNew",
    "StoreUnavailable",
]


class Store:
    """What is kept, by concept. Made without touching the database; `prepare` does that."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock = utc_now,
        retention: Retention | None = None,
        secrets: Sequence[str] = (),
        encryption_keys: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        """`secrets` hide users, threads and answers (newest first); `encryption_keys` seal tokens (newest first).

        `patience` is how many seconds a transaction may take. Raises ValueError where `url` is no
        database address, KeysUnusable where an encryption key is malformed.
        """
        kept = retention or Retention()
        pseudonyms = Pseudonyms(secrets)
        database = Database(url, patience=patience)
        self._database = database
        self.clock = clock
        self.deliveries = Deliveries(database, clock)
        self.threads = Threads(database, clock, pseudonyms, kept.threads)
        self.channels = Channels(database, clock)
        self.feedback = FeedbackRecords(database, clock, pseudonyms, kept)
        self.unanswered = UnansweredQuestions(database, clock, kept)
        self.tallies = Tallies(database, clock)
        self.installations = Installations(database, clock, pseudonyms, Cipher(encryption_keys))
        self.oauth_states = OAuthStates(database, clock)
        self.marks = Marks(database, clock)
        self.hiding_secrets = HidingSecrets(database, clock, pseudonyms, kept)
        self.tenants = Tenants(database, clock, pseudonyms, kept)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        *,
        clock: Clock = utc_now,
        retention: Retention | None = None,
        secrets: Sequence[str] = (),
        encryption_keys: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> AsyncIterator[Store]:
        """The store at `url`, its tables up to date, closed at the end."""
        store = cls(
            url,
            clock=clock,
            retention=retention,
            secrets=secrets,
            encryption_keys=encryption_keys,
            patience=patience,
        )
        try:
            await store.prepare()
            yield store
        finally:
            await store.close()

    async def prepare(self) -> None:
        """Bring the tables up to date. Many may do so at once; one does the work.

        Raises StoreUnavailable, or StoreTooNew where a newer version has been here.
        """
        await migrate(self._database)

    def together(self) -> AbstractAsyncContextManager[None]:
        """Whatever is written within, by one task, is one transaction; it is undone as a whole on an error."""
        return self._database.together()

    async def ping(self, patience: float = 1.0) -> None:
        """Raises StoreUnavailable where the database does not answer within `patience` seconds."""
        await self._database.ping(patience)

    @property
    def untidy(self) -> bool:
        """Whether bytes of rows deleted here may still stand in the database's file; deleting again tries again."""
        return self._database.untidy

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()
