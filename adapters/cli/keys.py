"""Manage TOKEN_ENCRYPTION_KEYS, which encrypt the tokens of the Slack workspaces that installed the app.

examples:
  framework-bot keys new
  framework-bot keys rotate
  framework-bot keys check

To replace a key, while the service runs:
  1. "keys new" prints a key. Put it in front of the others in TOKEN_ENCRYPTION_KEYS, with a comma
     between, and restart every process of the service: it encrypts with the first and decrypts with any.
  2. "keys rotate", with the same setting, encrypts everything with the new key.
  3. Remove the old key when "keys check" says so, and restart once more.

Where FRAMEWORK_BOT_PRIVACY_KEY is not set, the first key also makes the pseudonyms of people who gave
feedback, and an old one is needed as long as that is stored; "keys check" says until when.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from adapters.cli.options import NOT_VACUUMED, on_store
from adapters.cli.output import counted, exit_code
from adapters.server.settings import load_settings
from bot.storage.installations import Seals, new_key
from bot.storage.store import Store

_MAX_NAMED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("new", help="print a new key")
    actions.add_parser("rotate", help="encrypt every installation with the newest key")
    actions.add_parser("check", help="show which keys the installations use, and which can be removed")


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0, or 1 where a token cannot be decrypted. Raises CommandError where there is no key or no database."""
    if arguments.action == "new":
        print(new_key())
        return 0
    settings = load_settings()
    return on_store(settings, partial(_rotate_or_check, keys=settings.keys, rotate=arguments.action == "rotate"))


async def _rotate_or_check(store: Store, *, keys: Sequence[str], rotate: bool) -> int:
    if rotate:
        print(f"{counted(await store.installations.rotate(), 'installation')} encrypted again.")
    seals = await store.installations.seals()
    needed_until = await store.pseudonym_keys.needed_until(keys[1:])
    print("\n".join(report(seals, needed_until, older_keys=len(keys) > 1)))
    return exit_code([*_lost(seals.unreadable), *([NOT_VACUUMED] if store.database.vacuum_pending else [])])


def report(seals: Seals, needed_until: datetime | None, *, older_keys: bool) -> Iterator[str]:
    """What is encrypted with what, and which keys can be removed.

    `needed_until`: until when an older key is needed to find people's feedback; None where it is not.
    """
    yield (
        f"{counted(seals.newest, 'installation')} encrypted with the newest key, {seals.older:,} with an older one, "
        f"{len(seals.unreadable):,} with none of these keys."
    )
    if seals.older:
        yield 'Encrypt them with the newest key: run "framework-bot keys rotate".'
    elif older_keys and needed_until is not None:
        yield (
            f"Keep the older keys until {needed_until:%d %B %Y}: FRAMEWORK_BOT_PRIVACY_KEY was not set, so one "
            "of them also made pseudonyms, and only with it can a person's feedback be found and deleted."
        )
    elif older_keys and not seals.unreadable:
        yield (
            "The older keys can be removed from TOKEN_ENCRYPTION_KEYS, once every process of the service has been "
            "restarted with the newest in front."
        )


def _lost(tenants: Sequence[str]) -> Iterator[str]:
    """What to do about installations that cannot be decrypted."""
    if tenants:
        more = f" and {len(tenants) - _MAX_NAMED:,} more" if len(tenants) > _MAX_NAMED else ""
        yield (
            f"none of these keys decrypts the token of {', '.join(tenants[:_MAX_NAMED])}{more}: add the key that "
            "encrypted it to TOKEN_ENCRYPTION_KEYS and rotate again; if that key is lost, install the app there again"
        )
