"""Which platforms are served and how, as the settings that are there decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SlackMode = Literal["socket", "http", "oauth-http", "off"]
"""socket: one workspace, no public address. http: one workspace, signed requests. oauth-http: any workspace."""


@dataclass(frozen=True, slots=True)
class SlackPlan:
    """How Slack is served, and why so."""

    mode: SlackMode
    reason: str
    incomplete: bool = False
    """Whether it is off although some of its settings are there."""

    @property
    def told(self) -> str:
        """The reason, with whether it is only half of what it takes."""
        return _told(self.reason, incomplete=self.incomplete)


@dataclass(frozen=True, slots=True)
class DiscordPlan:
    """Whether Discord is served, and why so."""

    on: bool
    reason: str
    incomplete: bool = False
    """Whether it is off although some of its settings are there."""

    @property
    def told(self) -> str:
        """The reason, with whether it is only half of what it takes."""
        return _told(self.reason, incomplete=self.incomplete)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettingsPresent:
    """Which of Slack's settings are there."""

    bot_token: bool
    app_token: bool
    signing_secret: bool
    client_id: bool
    client_secret: bool
    encryption_keys: bool


def slack_plan(there: SlackSettingsPresent) -> SlackPlan:
    """An app token asks for Socket Mode; a client id for installation by anyone; else one workspace over HTTP."""
    if there.app_token:
        if not there.bot_token:
            return _half("SLACK_APP_TOKEN is set, but SLACK_BOT_TOKEN is not")
        return SlackPlan("socket", "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are set")
    if there.client_id or there.client_secret:
        return _for_anyone(there)
    match there.bot_token, there.signing_secret:
        case True, True:
            return SlackPlan("http", "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are set")
        case True, False:
            one_of = "SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP)"
            reason = f"SLACK_BOT_TOKEN is set, but neither {one_of}"
        case False, True:
            reason = "SLACK_SIGNING_SECRET is set, but SLACK_BOT_TOKEN is not"
        case _:
            return SlackPlan("off", "SLACK_BOT_TOKEN is not set")
    return _half(reason)


def discord_plan(*, token: bool, others: Sequence[str] = ()) -> DiscordPlan:
    """On with a token; without one, `others` are the names of Discord's settings that are there all the same."""
    if token:
        return DiscordPlan(on=True, reason="DISCORD_TOKEN is set")
    if others:
        are = "are" if len(others) > 1 else "is"
        return DiscordPlan(on=False, reason=f"{_listed(others)} {are} set, but DISCORD_TOKEN is not", incomplete=True)
    return DiscordPlan(on=False, reason="DISCORD_TOKEN is not set")


def _for_anyone(there: SlackSettingsPresent) -> SlackPlan:
    needed = {
        "SLACK_CLIENT_ID": there.client_id,
        "SLACK_CLIENT_SECRET": there.client_secret,
        "SLACK_SIGNING_SECRET": there.signing_secret,
        "TOKEN_ENCRYPTION_KEYS": there.encryption_keys,
    }
    missing = [name for name, present in needed.items() if not present]
    if missing:
        return _half(f"to let any workspace install the app, also set {_listed(missing)}")
    return SlackPlan("oauth-http", "SLACK_CLIENT_ID is set, so any workspace can install the app")


def _half(reason: str) -> SlackPlan:
    return SlackPlan("off", reason, incomplete=True)


def _told(reason: str, *, incomplete: bool) -> str:
    return f"only half set up: {reason}" if incomplete else reason


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
