"""`framework-bot serve`: run the platforms that have credentials."""

from __future__ import annotations

import argparse
import asyncio
import difflib
import logging
import os
import sys
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from adapters.cli.output import CommandError
from adapters.server.setting_values import SettingProblem, SettingsError, export_cache
from adapters.server.settings import Settings, load_settings

MISCONFIGURED = 2
"""Exit code where only a change of the settings helps: a supervisor need not restart it."""

DESCRIPTION = "Serve every chat platform that has credentials, until SIGTERM or Ctrl-C."

EPILOG = """\
examples:
  framework-bot serve
  PORT=8080 LOG_LEVEL=debug framework-bot serve

/healthz and /readyz on HOST:PORT show its state, /metrics its figures; the log goes to standard
error. Exit code 2 means that a setting is missing or wrong.

settings, from the environment, a .env file or a folder of secrets:
{settings}
"""

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

_OWN = "FRAMEWORK_BOT_"

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments, but a help text that lists the settings."""
    listed = (f"  {setting.name}\n      {setting.help}" for setting in described())
    parser.epilog = EPILOG.format(settings="\n".join(listed))


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped; 0, or MISCONFIGURED. Raises CommandError or KnowledgeError where it cannot start."""
    del arguments
    try:
        settings = load_settings()
        if not any(mode.on for mode in settings.modes.values()):
            reasons = (f"  {title}: {mode.explanation}" for title, mode in settings.modes.items())
            return _refuse(NOTHING_TO_SERVE.format(reasons="\n".join(reasons)))
        _serve(settings)
    except SettingsError as error:
        return _refuse(*map(str, error.problems))
    return 0


def _serve(settings: Settings) -> None:
    from adapters.server.service import serve

    prepare(settings)
    run_until_stopped(serve(settings))


def prepare(settings: Settings) -> None:
    """Set up the log and the cache of this process, and report names that look like settings and are none."""
    from adapters.server.logs import configure, secrets_of

    configure(settings.log_level, secrets_of(settings))
    for problem in unknown_names():
        _log.warning("%s", problem)
    export_cache(settings.framework_bot_cache)


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run a service. Raises CommandError where it cannot start."""
    from adapters.web.application import ListenError
    from bot.storage.errors import StoreError

    try:
        _run(work)
    except (StoreError, ListenError) as error:
        raise CommandError(str(error)) from None


def _run(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop, which takes a fifth less processor time for each event, where it exists."""
    if sys.platform == "win32":
        asyncio.run(work)
    else:
        import uvloop

        uvloop.run(work)


def _refuse(*reasons: str) -> int:
    for reason in reasons:
        print(f"framework-bot: {reason}", file=sys.stderr)
    return MISCONFIGURED


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting as documented."""

    name: str
    help: str
    default: str
    """As written, empty where there is none."""
    secret: bool


def described() -> tuple[SettingInfo, ...]:
    """Every setting, in the order of their groups, for the documentation and `--help`."""
    return tuple(
        SettingInfo(
            name=name.upper(),
            help=" ".join((field.description or "").split()),
            default=_written(field.default),
            secret="SecretStr" in str(field.annotation),
        )
        for name, field in Settings.model_fields.items()
    )


def _written(default: object) -> str:
    """A default as an operator would write it."""
    if default is None or default == ():
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def unknown_names(names: Iterable[str] | None = None) -> tuple[SettingProblem, ...]:
    """Names that look like a setting and are none, each with the setting that was probably meant.

    `names`: those of the environment where left out. Other programs' variables are ignored.
    """
    known = [name.upper() for name in Settings.model_fields]
    problems = []
    for name in sorted({name.upper() for name in (os.environ if names is None else names)} - set(known)):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
        if near and name.startswith((_OWN, "SLACK_", "DISCORD_")):
            problems.append(SettingProblem(name, f"is not a setting: did you mean {near[0]}?"))
        elif name.startswith(_OWN):
            problems.append(SettingProblem(name, "is not a setting: remove it"))
    return tuple(problems)
