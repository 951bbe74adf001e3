"""The end of an installation: everything kept for a workspace goes with it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from adapters.slack.intake import Intake
from adapters.slack.parse import Body, origin_of
from adapters.slack.workspaces import Workspaces
from bot.storage.errors import StoreUnavailable
from bot.storage.resilience import ResilientStore

AFTERWARDS = 5.0
"""Seconds to wait for answers under way, which could still write something about the workspace."""

_log = logging.getLogger(__name__)


class Lifecycle:
    """Deletes. In whatever order and however often Slack tells of it."""

    def __init__(self, store: ResilientStore, workspaces: Workspaces, intake: Intake) -> None:
        self._store = store
        self._workspaces = workspaces
        self._intake = intake

    async def ended(self, body: Body) -> bool:
        """The app was removed, or its bot's token revoked: delete all of the tenant. False: tell again."""
        event = body.get("event")
        if not isinstance(event, Mapping):
            return True
        tokens = event.get("tokens")
        if event.get("type") == "tokens_revoked" and not (isinstance(tokens, Mapping) and tokens.get("bot")):
            return True  # of users only, and we keep none of those
        tenant = origin_of(body, "").tenant
        self._workspaces.forget(tenant)
        try:
            await self._store.forget_tenant(tenant)
        except StoreUnavailable:
            return False
        _log.info("a workspace removed the app, and everything of it was deleted")
        self._intake.start(self._sweep(tenant))
        return True

    async def _sweep(self, tenant: str) -> None:
        """Once more, for what was still being written."""
        await self._intake.drain(AFTERWARDS)
        await self._store.forget_tenant(tenant)
