"""`framework-bot keys`: make, replace and check the keys that seal Slack tokens."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.settings import Settings
from adapters.terminal.figures import counted
from adapters.upkeep.opening import opened, settings_at_hand
from adapters.upkeep.problems import UNTIDY, told
from bot.storage.cipher import new_key
from bot.storage.installations import Seals

_DESCRIPTION = "Look after TOKEN_ENCRYPTION_KEYS, which seal the tokens of the Slack workspaces that installed the app."

_EPILOG = """\
examples:
  framework-bot keys new
  framework-bot keys rotate
  framework-bot keys check

To replace a key, while the service runs:
  1. "keys new" prints a key. Put it in front of the others in TOKEN_ENCRYPTION_KEYS, with a comma
     between, and restart every process of the service: it seals with the first and opens with any.
  2. "keys rotate", with the same setting, seals everything with the new key.
  3. Take the old key out as soon as "keys check" says that it may go, and restart once more.

Where FRAMEWORK_BOT_PRIVACY_KEY is not set, the first key also hides who gave feedback, and an old one
is needed for as long as that is kept; "keys check" says until when.
"""

_MOST_NAMED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot keys` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("new", help="print a new key")
    actions.add_parser("rotate", help="seal every installation with the newest key")
    actions.add_parser("check", help="tell which keys the installations are sealed with, and which may go")


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0, or 1 where something cannot be opened. Raises CommandError where there is no key or no database."""
    if arguments.action == "new":
        print(new_key())
        return 0
    settings = settings_at_hand()
    state = asyncio.run(_looked_after(settings, rotate=arguments.action == "rotate"))
    print("\n".join(report(state, keys=len(settings.keys))))
    return told([*_lost(state.seals.unreadable), *([UNTIDY] if state.untidy else [])])


@dataclass(frozen=True, slots=True)
class State:
    """How the seals are now."""

    seals: Seals
    renewed: int | None
    """How many installations were just sealed anew; None where nobody asked for that."""
    needed_until: datetime | None
    """Until when an older key is needed to find what people gave; None where it is not."""
    untidy: bool
    """Whether what older keys open may still stand in the database's file."""


def report(state: State, *, keys: int) -> Iterator[str]:
    """What is sealed with what, and which of `keys` keys may go."""
    seals, older_keys = state.seals, keys > 1
    if state.renewed is not None:
        yield f"{counted(state.renewed, 'installation')} sealed anew."
    yield (
        f"{counted(seals.newest, 'installation')} sealed with the newest key, {seals.older:,} with an older one, "
        f"{len(seals.unreadable):,} with none at hand."
    )
    if seals.older:
        yield 'Seal them with the newest key: run "framework-bot keys rotate".'
    elif older_keys and state.needed_until is not None:
        yield (
            f"Keep the older keys until {state.needed_until:%d %B %Y}: FRAMEWORK_BOT_PRIVACY_KEY was not set, so one "
            "of them also hid who gave feedback, and only with it can somebody's feedback be found and deleted."
        )
    elif older_keys and not seals.unreadable:
        yield (
            "The older keys may go from TOKEN_ENCRYPTION_KEYS, once every process of the service has been restarted "
            "with the newest in front."
        )


def _lost(tenants: Sequence[str]) -> Iterator[str]:
    """What to do about installations that cannot be opened."""
    if tenants:
        more = f" and {len(tenants) - _MOST_NAMED:,} more" if len(tenants) > _MOST_NAMED else ""
        yield (
            f"no key at hand opens the token of {', '.join(tenants[:_MOST_NAMED])}{more}: add the key that sealed it "
            "to TOKEN_ENCRYPTION_KEYS and rotate again; where that key is lost, the app has to be installed there anew"
        )


async def _looked_after(settings: Settings, *, rotate: bool) -> State:
    async with opened(settings) as store:
        renewed = (await store.installations.rotate()).renewed if rotate else None
        return State(
            await store.installations.seals(),
            renewed,
            await store.hiding_secrets.needed_until(settings.keys[1:]),
            store.untidy,
        )
