"""The bot of each workspace that has answers of its own: loaded ahead where there are few, else when it is first asked
there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.dialog.answering import Bot
from bot.storage.bounded_dict import BoundedDict
from bot.storage.errors import StoreUnavailable
from bot.storage.own_answers import AskedQuestions, OwnAnswers
from bot.storage.records import Teaching
from bot.storage.repeating import repeat
from bot.storage.resilience import ResilientStore
from bot.teaching.own_knowledge import bot_over

MOST_LOADED = 8
"""Workspaces whose bots are in memory at once, each with 50 entries 7 MB, and 13 MB once much was asked there; the one
asked longest ago leaves."""

POLL = 2.0
"""Seconds between two looks for changes that other processes made."""

MISSED = timedelta(days=30)
MOST_MISSED = 1_000
"""How long ago a question without an answer was asked that is answered now, and how many are looked at."""

LOADING = 1.5
"""Seconds that a question waits for its workspace's bot; without it the shipped knowledge answers."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Loaded:
    bot: Bot
    below: Bot
    version: int
    day: date


class TenantBots:
    """One for all platforms of a process."""

    def __init__(self, below: Callable[[], Bot], store: ResilientStore, *, most: int = MOST_LOADED) -> None:
        """`below` gives the bot of the shipped knowledge as of now."""
        self._below, self._store = below, store.store
        self.answers: OwnAnswers = store.store.own_answers
        """What workspaces taught. Its methods raise StoreUnavailable."""
        self.asked: AskedQuestions = store.store.asked_questions
        """Questions that wait for an answer from people. Its methods raise StoreUnavailable."""
        self._versions: dict[str, Teaching] = {}
        self._most = most
        self._begun: set[tuple[str, int]] = set()
        """The workspaces, each at a version, that were loaded ahead or are now."""
        self._loaded: BoundedDict[str, _Loaded] = BoundedDict(most)
        self._loading: dict[str, asyncio.Task[None]] = {}

    async def missed(self, tenant: str) -> list[str]:
        """What was asked in the last 30 days and not answered, masked, the newest first. Raises StoreUnavailable."""
        now = self._store.clock()
        found = await self._store.unanswered.between(now - MISSED, now, tenant=tenant, limit=MOST_MISSED)
        return list(dict.fromkeys(one.text for one in found))

    async def leave_out(self, tenant: str, questions: Sequence[str]) -> None:
        """Delete questions without an answer. Raises StoreUnavailable."""
        await self._store.unanswered.remove(tenant, questions)

    @property
    def tenants(self) -> tuple[str, ...]:
        """Those that have taught or chosen something, as far as it is known."""
        return tuple(self._versions)

    def settings(self, tenant: str) -> Teaching:
        """How a workspace teaches, as far as it is known: from memory, at most POLL seconds old."""
        return self._versions.get(tenant, Teaching())

    @property
    def today(self) -> date:
        """The day by which answers are in use or not."""
        return self._store.clock().date()

    def now(self, tenant: str) -> Bot:
        """The bot as far as it is loaded: without waiting, perhaps without the newest changes."""
        found = self._loaded.get(tenant)
        if found is None or tenant not in self._versions:
            return self._below()
        self._loaded.put(tenant, found)  # the newest now
        return found.bot

    async def of(self, tenant: str) -> Bot:
        """The bot with the changes known so far; waits for at most LOADING seconds while it is made."""
        if tenant in self._versions and not self.is_current(tenant):
            await asyncio.wait({self._load(tenant)}, timeout=LOADING)
        return self.now(tenant)

    async def changed(self, tenant: str) -> Bot:
        """The bot right after a change, however long it takes to make. Raises StoreUnavailable."""
        self._versions[tenant] = await self.answers.settings(tenant)
        await self._load(tenant)
        return self.now(tenant)

    async def watch(self) -> None:
        """Follow changes of other processes, until cancelled."""
        await repeat(self._look, POLL, "looking for what was taught")

    async def _look(self) -> None:
        self._versions = await self.answers.versions()
        self._loaded.discard_where(lambda tenant, _: tenant not in self._versions)
        # Load ahead one workspace at each look, and each version once, where all of them stay in memory.
        few = len(self._versions) <= self._most
        wanted = {(tenant, taught.version) for tenant, taught in self._versions.items()} if few else set()
        self._begun &= wanted
        if waiting := sorted(wanted - self._begun):
            self._begun.add(waiting[0])
            self._load(waiting[0][0])

    def is_current(self, tenant: str) -> bool:
        """Whether `now` gives the bot with all changes that are known."""
        found = self._loaded.get(tenant)
        return (
            found is not None
            and found.below is self._below()
            and found.version >= self._versions[tenant].version
            and found.day == self.today
        )

    def _load(self, tenant: str) -> asyncio.Task[None]:
        task = self._loading.get(tenant)
        if task is None:  # one for all who ask at the same time
            task = self._loading[tenant] = asyncio.create_task(self._make(tenant))
            task.add_done_callback(lambda _: self._loading.pop(tenant, None))
        return task

    async def _make(self, tenant: str) -> None:
        below, day = self._below(), self.today
        try:
            version, answers = await self.answers.current(tenant)
            bot = await asyncio.to_thread(bot_over, below, answers, day) if answers else below
        except StoreUnavailable:
            return
        except Exception as error:  # noqa: BLE001 - the shipped knowledge answers
            _log.error("the answers of a workspace could not be loaded: %s", type(error).__name__)
            return
        self._loaded.put(tenant, _Loaded(bot, below, version, day))
