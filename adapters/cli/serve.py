"""Serve every chat platform that has credentials, until SIGTERM or Ctrl-C.

examples:
  framework-bot serve
  PORT=8080 LOG_LEVEL=debug framework-bot serve

/healthz and /readyz on HOST:PORT show its state, /metrics its figures; the log goes to standard
error. Exit code 2 means that a setting is missing or wrong.

settings, from the environment, a .env file or a folder of secrets:
{settings}
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager

from adapters.cli.output import CommandError
from adapters.server.setting_values import SettingsError, export_cache
from adapters.server.settings import Settings, load_settings

MISCONFIGURED = 2
"""Exit code where only a change of the settings helps: a supervisor need not restart it."""

NOTHING_TO_SERVE = """\
no platform has its credentials, so there is nothing to serve.
{reasons}
Set one of these:
  Discord                        DISCORD_TOKEN
  Slack, Socket Mode             SLACK_BOT_TOKEN, SLACK_APP_TOKEN
  Slack, HTTP                    SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET
  Slack, HTTP, for any workspace SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET, TOKEN_ENCRYPTION_KEYS
Or try it in a browser, without any: framework-bot web"""
"""What `serve` says where every platform is off; `reasons` has a line for each."""

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments, but a help text that lists the settings."""
    listed = (f"  {name}\n      {help_text}" for name, help_text in described().items())
    parser.epilog = (parser.epilog or "").format(settings="\n".join(listed))


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped; 0, or MISCONFIGURED. Raises CommandError or KnowledgeError where it cannot start."""
    del arguments
    try:
        settings = load_settings()
        if any(mode.on for mode in settings.modes.values()):
            from adapters.server.service import running

            serve(settings, running)
            return 0
        reasons = (f"  {title}: {mode.reason}" for title, mode in settings.modes.items())
        problems = [NOTHING_TO_SERVE.format(reasons="\n".join(reasons))]
    except SettingsError as error:
        problems = [*error.problems]
    for problem in problems:
        print(f"framework-bot: {problem}", file=sys.stderr)
    return MISCONFIGURED


def serve(settings: Settings, service: Callable[[Settings], AbstractAsyncContextManager[object]]) -> None:
    """Run a service until it is stopped, with the log and the cache of this process set up.

    Names that look like settings and are none are logged. Raises CommandError where it cannot start.
    """
    from adapters.server.logs import configure, secrets_of
    from adapters.server.service import until_stopped
    from adapters.web.application import ListenError
    from bot.storage.errors import StoreError

    configure(settings.log_level, secrets_of(settings))
    for name in unknown_names(os.environ):
        _log.warning("%s is not a setting; framework-bot serve --help lists them", name)
    export_cache(settings.framework_bot_cache)
    work = until_stopped(service(settings))
    try:
        if sys.platform == "win32":
            asyncio.run(work)
        else:  # uvloop takes a fifth less processor time for each event
            import uvloop

            uvloop.run(work)
    except (StoreError, ListenError) as error:
        raise CommandError(str(error)) from None


def described() -> dict[str, str]:
    """What every setting is, by its name, for the documentation and `--help`."""
    fields = Settings.model_fields.items()
    return {name.upper(): " ".join((field.description or "").split()) for name, field in fields}


def unknown_names(names: Iterable[str]) -> list[str]:
    """Those of `names` that look like a setting of ours and are none. Other programs' variables are ignored."""
    own = {name.upper() for name in names if name.upper().startswith("FRAMEWORK_BOT_")}
    return sorted(own - described().keys())
