"""`framework-bot serve`: run the platforms that have credentials."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys

from adapters.setting_list import described, unknown_names
from adapters.settings import Settings, SettingsError, load_settings
from adapters.terminal.errors import CommandError

MISCONFIGURED = 2
"""Exit code where only a change of the settings helps: nobody need start it again before."""

_DESCRIPTION = "Serve Slack, Discord or both, whichever have credentials, until SIGTERM or Ctrl-C."

_EPILOG = """\
examples:
  framework-bot serve
  DISCORD_TOKEN=... framework-bot serve
  PORT=8080 LOG_LEVEL=debug framework-bot serve

/healthz and /readyz on HOST:PORT tell how it is, /metrics what it does; the log goes to standard
error. Exit code 2 means that a setting is missing or wrong.

settings, from the environment, a .env file or a folder of secrets:
{settings}
"""

_NOTHING = """\
no platform has its credentials, so there is nothing to serve.
  Slack: {slack}
  Discord: {discord}
Set one of these:
  Discord                        DISCORD_TOKEN
  Slack, Socket Mode             SLACK_BOT_TOKEN, SLACK_APP_TOKEN
  Slack, HTTP                    SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET
  Slack, HTTP, for any workspace SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET, TOKEN_ENCRYPTION_KEYS"""

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot serve` takes: nothing, but its help lists the settings."""
    parser.description = _DESCRIPTION
    listed = (f"  {setting.name}\n      {setting.help}" for setting in described())
    parser.epilog = _EPILOG.format(settings="\n".join(listed))


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; 0, or MISCONFIGURED. Raises CommandError or KnowledgeError where it cannot start."""
    del arguments
    try:
        settings = load_settings()
        if settings.slack.mode == "off" and not settings.discord.on:
            return _refuse(_NOTHING.format(slack=settings.slack.told, discord=settings.discord.told))
        _serve(settings)
    except SettingsError as error:
        return _refuse(*map(str, error.problems))
    return 0


def _serve(settings: Settings) -> None:
    from adapters.logs import configure, secrets_of  # noqa: PLC0415 - the help needs none of these
    from adapters.service import serve  # noqa: PLC0415
    from bot.storage.errors import StoreError  # noqa: PLC0415

    configure(settings.log_level, secrets_of(settings))
    for problem in unknown_names():
        _log.warning("%s", problem)
    if settings.framework_bot_cache is not None:
        os.environ["FRAMEWORK_BOT_CACHE"] = str(settings.framework_bot_cache)  # also where it was set in a file
    try:
        asyncio.run(serve(settings))
    except StoreError as error:
        raise CommandError(str(error)) from None


def _refuse(*reasons: str) -> int:
    for reason in reasons:
        print(f"framework-bot: {reason}", file=sys.stderr)
    return MISCONFIGURED
