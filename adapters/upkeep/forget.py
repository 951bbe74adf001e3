"""`framework-bot forget`: delete what is kept of people, workspaces and servers."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from adapters.settings import Settings
from adapters.terminal.errors import CommandError
from adapters.terminal.figures import columns, counted
from adapters.upkeep.opening import opened, settings_at_hand
from adapters.upkeep.problems import UNTIDY, told
from adapters.upkeep.subjects import Person, Subject, Tenant, person, server, workspace
from bot.storage.hiding import Coverage
from bot.storage.resilience import PATIENCE, TENDING
from bot.storage.tenants import Tenants

AFTERWARDS = TENDING + PATIENCE + 1.0
"""Seconds until looking once more: by then a running service has written the counts it had gathered."""

_DESCRIPTION = "Delete what is kept of people, Slack workspaces and Discord servers, for good."

_EPILOG = f"""\
examples:
  framework-bot forget --user slack:U024BE7LH
  framework-bot forget --user discord:80351110224678912 --dry-run
  framework-bot forget --workspace T024BE7LD --guild 80351110224678912 --yes

Run it with the settings of the service. A person's rows carry a stand-in made with the service's
secrets, and only whoever has these finds them. Questions are kept without who asked them, so they
cannot be found by person: they go with their workspace or server, or when their time is over.

Removing the app from a workspace or a server deletes everything of it too, and is what ends it: while
the app is there, new messages are kept anew. A workspace's token is forgotten here; Slack itself is
told nothing. Where an organisation installed the app, its workspaces are kept under its id (E...).

It may be run while the service runs, and again at any time. After {AFTERWARDS:.0f} seconds it looks once more, for
what a running service was still writing; one that was cut off from the database writes what it held
back when it is back, so run it again then. Backups, and what PostgreSQL has not yet vacuumed, are yours.
"""

_UNFINDABLE = (
    "no secret is set, and a person's rows are found only with the secrets of the service: run this with its "
    "settings, which are FRAMEWORK_BOT_PRIVACY_KEY or else its tokens and keys; nothing was deleted"
)
_OTHER_SECRETS = (
    "the service hides people with other secrets than those set here, so that none of a person's rows can be found: "
    "run this with the settings of the service; nothing was deleted"
)
_SOME_SECRETS = (
    "people were lately also hidden with {missing} not set here, and what was kept under them was not found: "
    "run this again with the settings that the service had then, or with the earlier secret as "
    "FRAMEWORK_BOT_PRIVACY_KEY"
)
_UNUSED = (
    "nothing was found, and no service has used this database lately: check that DATABASE_URL is the service's own"
)
_SLACK = (
    "A workspace's token is forgotten here, and Slack is not told. A running service may still use it for a minute, "
    "and as long as the app is in the workspace new messages are kept anew: remove it there under Manage apps."
)
_DISCORD = "As long as the bot is in the server new messages are kept anew: remove it there under Integrations."

Found = Sequence[tuple[Subject, Mapping[str, int]]]
"""Rows by table, of each subject."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot forget` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    whom = parser.add_argument_group("whom, as often as you like")
    for option, metavar, read, what in (
        ("--user", "PLATFORM:ID", person, "somebody, as slack:U024BE7LH or discord:80351110224678912"),
        ("--workspace", "ID", workspace, "a Slack workspace or organisation, as T024BE7LD or E024BE7LD"),
        ("--guild", "ID", server, "a Discord server, as 80351110224678912"),
    ):
        whom.add_argument(option, dest="whom", metavar=metavar, type=read, action="append", help=what)
    parser.add_argument("--dry-run", action="store_true", help="only count what would be deleted")
    parser.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    parser.add_argument("--once", action="store_true", help="do not look once more: no service is running")
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Forget; 0, or 1 where it may not be all. Raises CommandError where it cannot be done."""
    subjects: tuple[Subject, ...] = tuple(dict.fromkeys(arguments.whom or ()))
    if not subjects:
        arguments.misused("say whom to forget: --user, --workspace or --guild")
    if not (arguments.yes or arguments.dry_run or _on_a_terminal()):
        raise CommandError("there is no terminal to ask on: say --yes to delete, or --dry-run to count")
    settings = settings_at_hand()
    people = any(isinstance(subject, Person) for subject in subjects)
    if people and not settings.privacy_secrets:
        raise CommandError(_UNFINDABLE)
    found, coverage = asyncio.run(_found(settings, subjects))
    if people and coverage.missing and not coverage.at_hand:
        raise CommandError(_OTHER_SECRETS)
    problems = list(_doubts(found, coverage))
    if arguments.dry_run or not arguments.yes:
        print("\n".join(report(found, "would be deleted")))
    if not arguments.dry_run:
        if _any(found) and not (arguments.yes or _confirmed()):
            print("Nothing was deleted.")
            return 1
        gone, untidy = asyncio.run(_forgotten(settings, subjects, once=arguments.once))
        print("\n".join([*report(gone, "deleted"), *_notes(subjects)]))
        problems += [UNTIDY] if untidy else []
    return told(problems)


def report(found: Found, done: str) -> Iterator[str]:
    """How many rows of each subject, and in which tables."""
    for subject, kept in found:
        if not any(kept.values()):
            yield f"{subject}: nothing was kept."
            continue
        yield f"{subject}: {counted(sum(kept.values()), 'row')} {done}."
        tables = [(f"  {table}", f"{number:,}") for table, number in sorted(kept.items()) if number]
        yield from columns(tables, right=(1,))


async def _found(settings: Settings, subjects: Sequence[Subject]) -> tuple[Found, Coverage]:
    """What is kept, and whether all of it can be found."""
    async with opened(settings) as store:
        found = [(subject, await subject.kept(store.tenants)) for subject in subjects]
        return found, await store.hiding_secrets.coverage()


async def _forgotten(settings: Settings, subjects: Sequence[Subject], *, once: bool) -> tuple[Found, bool]:
    """What was deleted, and whether its bytes may still be in the file."""
    gone: dict[Subject, Counter[str]] = {subject: Counter() for subject in subjects}
    async with opened(settings) as store:
        await _forget_each(gone, store.tenants)
        if not once:
            if sys.stderr.isatty():
                print(f"Looking once more in {AFTERWARDS:.0f} seconds ...", file=sys.stderr)
            await asyncio.sleep(AFTERWARDS)
            await _forget_each(gone, store.tenants)
        return list(gone.items()), store.untidy


async def _forget_each(gone: Mapping[Subject, Counter[str]], tenants: Tenants) -> None:
    for subject, rows in gone.items():
        rows.update(await subject.forget(tenants))


def _doubts(found: Found, coverage: Coverage) -> Iterator[str]:
    """Why there may be more than was found."""
    if coverage.missing and any(isinstance(subject, Person) for subject, _ in found):
        yield _SOME_SECRETS.format(missing=counted(coverage.missing, "secret"))
    if not coverage.missing and not coverage.at_hand and not _any(found):
        yield _UNUSED


def _notes(subjects: Sequence[Subject]) -> Iterator[str]:
    """What deleting here does not do."""
    platforms = {subject.platform for subject in subjects if isinstance(subject, Tenant)}
    if "slack" in platforms:
        yield _SLACK
    if "discord" in platforms:
        yield _DISCORD


def _any(found: Found) -> bool:
    return any(sum(kept.values()) for _, kept in found)


def _on_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _confirmed() -> bool:
    print("Delete all of this for good? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
