"""Discord, as the service supervises it and as its pages describe it."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from adapters.discord.service import DiscordAdapter, RefusedError
from adapters.platform import OwnFigure, PartStatus, PlatformFigures, PlatformRefusedError
from adapters.web.site import PlatformInfo

_log = logging.getLogger(__name__)


class DiscordPlatform:
    """A `Platform`: a connection that ended cannot be used again, so each run has its own."""

    name = "discord"
    title = "Discord"

    def __init__(self, make: Callable[[], DiscordAdapter]) -> None:
        self._make = make
        self._adapter = make()
        self._used = False

    @property
    def adapter(self) -> DiscordAdapter:
        """The current connection."""
        return self._adapter

    def invitation(self) -> str | None:
        """The address that adds the bot to a server; None while it is not known."""
        return self._adapter.invitation

    def status(self) -> PartStatus:
        """For readiness."""
        state = self._adapter.state
        return PartStatus("ready") if state.ready else PartStatus("not ready", state.reason)

    def figures(self) -> PlatformFigures:
        """For metrics."""
        state = self._adapter.state
        latency = OwnFigure("latency_seconds", "Time between a heartbeat to Discord and its answer.", state.latency)
        own = (latency,) if math.isfinite(state.latency) else ()
        return PlatformFigures(in_flight=state.in_flight, failed=state.failed, own=own)

    async def run(self) -> None:
        """Serve."""
        if self._used:
            self._adapter = self._make()
        self._used = True
        try:
            await self._adapter.run()
        except RefusedError as error:
            raise PlatformRefusedError(str(error)) from None

    async def stop_intake(self) -> None:
        """Leave the gateway."""
        await self._adapter.stop_intake()

    async def drain(self, seconds: float) -> None:
        """Wait for answers under way."""
        if not await self._adapter.drain(seconds):
            _log.warning("Discord: %d answers were not finished in time", self._adapter.state.in_flight)

    async def close(self) -> None:
        """Disconnect."""
        await self._adapter.close()


def discord_info(invitation: Callable[[], str | None], *, reads_all: bool) -> PlatformInfo:
    """What the pages say. `reads_all`: messages that are not for the bot reach it, in channels that ask for it."""
    return PlatformInfo(
        title="Discord",
        how_to_ask=(
            "`/ask` answers a question, and lists what it knows while you type.",
            "`/compare` sets frameworks side by side.",
            "`/recommend` asks a few questions and recommends a framework.",
            "Mention the bot, reply to it, or write to it directly.",
            "On any message, under Apps: Answer this.",
        ),
        reads=(
            "In Discord channels that switched that on, other messages too, to answer in the same way."
            if reads_all
            else ""
        ),
        deletion="`/privacy`, then Delete my data, deletes every vote of yours, on all servers.",
        deletion_note=(
            "Direct messages on Discord belong to no server: what is kept of them goes when its time is over."
        ),
        silent=(
            "In Discord it needs the permissions to view the channel, to send messages (in threads, too), "
            "and to read the message history, without which Discord lets nobody reply to a message."
        ),
        install=invitation,
        no_install="The link that adds it to a Discord server is shown once it is connected to Discord.",
    )
