"""Slack and Discord, each as the service sees a platform."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from adapters.health import Part
from adapters.supervision import Figures, RefusedForGood

if TYPE_CHECKING:  # each is loaded only where it is served
    from adapters.discord.service import DiscordAdapter
    from adapters.slack.app import SlackAdapter

_log = logging.getLogger(__name__)


class SlackPlatform:
    """Slack; it connects again by itself, and returns where it is refused."""

    def __init__(self, adapter: SlackAdapter) -> None:
        self._adapter = adapter

    def part(self) -> Part:
        """How it is."""
        state = self._adapter.state
        return Part("ready") if state.ready else Part("not ready", state.reason)

    def figures(self) -> Figures:
        """The same in numbers."""
        slack = self._adapter
        return Figures(in_flight=slack.in_flight, failed=slack.failed, refused=slack.refused)

    async def run(self) -> None:
        """Serve."""
        await self._adapter.run()
        raise RefusedForGood(self._adapter.state.reason)

    async def stop_intake(self) -> None:
        """Leave events for Slack to deliver again."""
        self._adapter.stop_intake()

    async def drain(self, seconds: float) -> None:
        """Wait for answers under way."""
        if left := await self._adapter.drain(seconds):
            _log.warning("Slack: %d answers were not finished in time", left)

    async def close(self) -> None:
        """Close the connection."""
        await self._adapter.close()


class DiscordPlatform:
    """Discord; a connection that ended cannot be used again, so each run has one of its own."""

    def __init__(self, make: Callable[[], DiscordAdapter]) -> None:
        self._make = make
        self._adapter = make()
        self._used = False

    def part(self) -> Part:
        """How it is."""
        state = self._adapter.state
        return Part("ready") if state.ready else Part("not ready", state.reason)

    @property
    def adapter(self) -> DiscordAdapter:
        """The connection as of now."""
        return self._adapter

    def invitation(self) -> str | None:
        """The address that adds the bot to a server; None while it is not known."""
        return self._adapter.invitation

    def figures(self) -> Figures:
        """The same in numbers."""
        state = self._adapter.state
        latency = state.latency if math.isfinite(state.latency) else None
        return Figures(in_flight=state.in_flight, failed=state.failed, latency=latency)

    async def run(self) -> None:
        """Serve."""
        from adapters.discord.failures import RefusedError  # noqa: PLC0415 - not without Discord

        if self._used:
            self._adapter = self._make()
        self._used = True
        try:
            await self._adapter.run()
        except RefusedError as error:
            raise RefusedForGood(str(error)) from None

    async def stop_intake(self) -> None:
        """Leave the gateway."""
        await self._adapter.stop_intake()

    async def drain(self, seconds: float) -> None:
        """Wait for answers under way."""
        if not await self._adapter.drain(seconds):
            _log.warning("Discord: %d answers were not finished in time", self._adapter.state.in_flight)

    async def close(self) -> None:
        """Close the connection."""
        await self._adapter.close()
