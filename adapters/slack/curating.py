"""Curators in Slack: the weekly digest as a direct message, and the section on their Home tab."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.curators import Curator
from adapters.digest.audience import scope_in_slack
from adapters.digest.document import Digest, week
from adapters.digest.making import Digests
from adapters.digest.sending import UnreachableError
from adapters.slack.blockkit import Block, bullets, header, label, sections
from adapters.slack.conversations import DISMISSED, HOPELESS
from adapters.slack.intake import Intake
from adapters.slack.outbox import Outbox
from adapters.slack.pages import alike
from adapters.slack.parse import Origin
from adapters.slack.workspaces import Workspaces
from bot.storage.errors import StoreUnavailable

PATIENCE = 1.0
"""Seconds that a Home tab waits for its figures."""

NOT_YET = "The figures of this week are being put together. Open this tab again in a moment."
AWAY = "The records cannot be reached just now, so there are no figures. Everything below works."

_NEXT = "How to go on, in a shell with the settings of the service:"

_NOBODY = HOPELESS | {
    "cannot_dm_bot", "messages_tab_disabled", "no_permission", "not_allowed_token_type", "user_disabled",
    "user_is_bot", "user_not_found", "user_not_visible", "users_not_found",
}  # fmt: skip
"""Slack will not take a message to this person however often it is sent."""

_log = logging.getLogger(__name__)


def digest_blocks(digest: Digest) -> list[Block]:
    """A digest, all of it plain text: well within one message."""
    blocks = [header(digest.title), *bullets(digest.figures)]
    for section in digest.sections:
        blocks += [label(section.title), *bullets(section.lines)]
    return [*blocks, label(_NEXT), *sections("\n".join(digest.commands))]


class Readiness(Protocol):
    """How the connection to Slack is."""

    @property
    def ready(self) -> bool:
        """Whether Slack is served and connected."""


class Slack(Protocol):
    """What a courier needs of the Slack that is served."""

    intake: Intake
    workspaces: Workspaces

    @property
    def state(self) -> Readiness:
        """The connection as of now."""


class SlackCourier:
    """Writes to curators directly, each with the token of their own workspace."""

    def __init__(self, slack: Slack, session: aiohttp.ClientSession) -> None:
        self._slack = slack
        self._outbox = Outbox(session)

    @property
    def ready(self) -> bool:
        """Whether Slack is served and connected."""
        return self._slack.state.ready

    async def deliver(self, curator: Curator, digest: Digest, key: str) -> None:
        """Tell one curator. Raises UnreachableError where Slack does not let us, or what failed."""
        del key
        organisation = curator.team is not None and curator.team.startswith("E")
        enterprise, team = (curator.team, None) if organisation else (None, curator.team)
        origin = Origin(enterprise, team, curator.user)
        async with self._slack.intake.calling.of(origin.tenant):
            client = await self._slack.workspaces.client(origin)
            if client is None:
                raise LookupError("the app is not installed there, or the store is away")
            try:
                await self._outbox.post(client, curator.user, alike(digest.summary, digest_blocks(digest)))
            except SlackApiError as error:
                reason = str(error.response.get("error"))
                if reason in DISMISSED:
                    self._slack.workspaces.forget(origin.tenant)
                if reason not in _NOBODY:
                    raise
                raise UnreachableError(f"Slack says {reason}") from None


class CuratorsHome:
    """The part of the Home tab that curators alone see."""

    def __init__(self, curators: Sequence[Curator], digests: Digests, *, many_workspaces: bool) -> None:
        self._curators = curators
        self._digests = digests
        self._many_workspaces = many_workspaces

    async def blocks(self, origin: Origin) -> list[Block]:
        """What `origin` sees: nothing unless they are a curator there. Waits for a moment at the most."""
        seen = scope_in_slack(self._curators, origin.user, origin.tenant, many_workspaces=self._many_workspaces)
        if seen is None:
            return []
        try:
            async with asyncio.timeout(PATIENCE):
                digest = await self._digests.of(seen.tenant, week(self._digests.now.date()))
        except TimeoutError:
            return _instead(NOT_YET)
        except StoreUnavailable:
            return _instead(AWAY)
        except Exception as error:  # noqa: BLE001 - the rest of the tab does not fail for it
            _log.error("the figures for a curator could not be made: %s", type(error).__name__)
            return _instead(NOT_YET)
        return [*digest_blocks(digest), {"type": "divider"}]


def _instead(words: str) -> list[Block]:
    return [header("For curators"), *sections(words), {"type": "divider"}]
