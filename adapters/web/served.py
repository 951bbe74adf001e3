"""What this service serves, as its pages need to know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.plans import SlackMode
from adapters.settings import Settings
from bot.storage.retention import Retention


def _nowhere() -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The platforms, and what is kept."""

    slack: SlackMode = "off"
    discord: bool = False
    listening: bool = False
    """Whether messages on Discord that are not for the bot can be read, in channels that ask for it."""
    invitation: Callable[[], str | None] = _nowhere
    """The address that adds the bot to a Discord server; None while it is not known."""
    retention: Retention = field(default_factory=Retention)
    reports: bool = False
    """Whether errors or timings are sent to services that collect them."""

    @classmethod
    def of(cls, settings: Settings, invitation: Callable[[], str | None] = _nowhere) -> Served:
        """As the settings say."""
        return cls(
            slack=settings.slack.mode,
            discord=settings.discord.on,
            listening=settings.discord_message_content,
            invitation=invitation,
            retention=Retention(words=settings.words_kept),
            reports=settings.sentry_dsn is not None or settings.otel_exporter_otlp_endpoint is not None,
        )

    @property
    def on_slack(self) -> bool:
        """Whether Slack is served."""
        return self.slack != "off"

    @property
    def anywhere_on_slack(self) -> bool:
        """Whether any workspace can install the app."""
        return self.slack == "oauth-http"

    @property
    def names(self) -> str:
        """The platforms in words."""
        found = [name for name, on in (("Slack", self.on_slack), ("Discord", self.discord)) if on]
        return " and ".join(found) or "chat"
