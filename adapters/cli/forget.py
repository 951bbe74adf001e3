"""Delete the data of people, Slack workspaces and Discord servers, permanently.

examples:
  framework-bot forget --user slack:U024BE7LH
  framework-bot forget --user slack:U024BE7LH --yes
  framework-bot forget --workspace T024BE7LD --guild 80351110224678912 --yes

Without --yes it only counts what would be deleted. Run it with the settings of the service. A person's
rows carry a pseudonym made with the service's secrets, and can only be found with these. Questions are
stored without their author, so they cannot be found by person: they are deleted with their workspace
or server, or when their time is over.

Removing the app from a workspace or a server also deletes everything of it. While the app is there,
new messages are stored again. A workspace's token is deleted here; Slack itself is not notified. Data
of workspaces in which an organisation installed the app is stored under the organisation's id (E...).

You may run it while the service runs, and repeat it at any time. After {seconds:.0f} seconds it makes a second
pass, for what a running service was still writing. A service that was cut off from the database
writes what it has buffered when the database is back: run this again then. Backups, and rows that
PostgreSQL has not yet vacuumed, are for you to delete.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from adapters.cli.options import NOT_VACUUMED, on_store
from adapters.cli.output import CommandError, columns, counted, exit_code
from adapters.server.settings import load_settings
from bot.storage.records import tenant_of
from bot.storage.resilience import INTERVAL, TIME_LIMIT
from bot.storage.store import Store
from bot.storage.tenants import KeyCoverage, Tenants

SECOND_PASS = INTERVAL + TIME_LIMIT + 1.0
"""Seconds until the second pass: by then a running service has written the counts it had buffered."""

_NO_SECRETS = (
    "no secret is set, and a person's rows can only be found with the secrets of the service: run this with its "
    "settings, which are FRAMEWORK_BOT_PRIVACY_KEY or else its tokens and keys; nothing was deleted"
)
_OTHER_SECRETS = (
    "the service makes pseudonyms with other secrets than those set here, so that none of a person's rows can be "
    "found: run this with the settings of the service; nothing was deleted"
)
_MISSING_SECRETS = (
    "pseudonyms were lately also made with {missing} not set here, and rows stored under them were not found: run this "
    "again with the settings that the service had then, or with the earlier secret as FRAMEWORK_BOT_PRIVACY_KEY"
)
_UNUSED = (
    "nothing was found, and no service has used this database lately: check that DATABASE_URL is the service's own"
)
_AFTER_TENANT = {
    "slack": (
        "The workspace's token was deleted here, and Slack is not notified. A running service may still use it for a "
        "minute, and as long as the app is in the workspace new messages are stored again: remove it there under "
        "Manage apps."
    ),
    "discord": (
        "As long as the bot is in the server new messages are stored again: remove it there under Integrations."
    ),
}

_DISCORD_ID = "in Discord, switch on Developer Mode under Advanced, right-click"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: a person, a Slack workspace or organisation, or a Discord server, by the platform's id."""

    kind: Literal["user", "workspace", "server"]
    platform: str
    id: str

    def __str__(self) -> str:
        return f"user {self.platform}:{self.id}" if self.kind == "user" else f"{self.kind} {self.id}"

    async def count(self, tenants: Tenants) -> Mapping[str, int]:
        """How many rows `delete` would delete, by table."""
        if self.kind == "user":
            return await tenants.count_user(self.platform, self.id)
        return await tenants.count_tenant(tenant_of(self.platform, self.id))

    async def delete(self, tenants: Tenants) -> Mapping[str, int]:
        """Delete the rows; how many, by table."""
        if self.kind == "user":
            return await tenants.forget_user(self.platform, self.id)
        return await tenants.forget_tenant(tenant_of(self.platform, self.id))


Rows = Sequence[tuple[Subject, Mapping[str, int]]]
"""Rows by table, of each subject."""


def person(text: str) -> Subject:
    """Parses slack:U024BE7LH or discord:80351110224678912. Raises ArgumentTypeError with the remedy."""
    found = re.fullmatch(r"slack:([UW][A-Z0-9]{1,20})|discord:(\d{15,21})", text, re.ASCII)
    if found is None:
        raise argparse.ArgumentTypeError(
            "must be slack:USER or discord:USER with the platform's own id, such as slack:U024BE7LH or "
            "discord:80351110224678912; in Slack, open the person's profile, press the three dots, then Copy member "
            f"ID; {_DISCORD_ID} the person, then Copy User ID"
        )
    return Subject("user", text.partition(":")[0], found[1] or found[2])


def workspace(text: str) -> Subject:
    """Parses T024BE7LD or, of an organisation, E024BE7LD. Raises ArgumentTypeError with the remedy."""
    if not re.fullmatch(r"[TE][A-Z0-9]{1,20}", text, re.ASCII):
        raise argparse.ArgumentTypeError(
            "must be the id of a Slack workspace or organisation, such as T024BE7LD or E024BE7LD: it is in the "
            "address of the workspace in a browser, https://app.slack.com/client/T..."
        )
    return Subject("workspace", "slack", text)


def server(text: str) -> Subject:
    """Parses 80351110224678912. Raises ArgumentTypeError with the remedy."""
    if not re.fullmatch(r"\d{15,21}", text, re.ASCII):
        raise argparse.ArgumentTypeError(
            "must be the id of a Discord server, a number of 15 to 21 digits such as 80351110224678912: "
            f"{_DISCORD_ID} the server, then Copy Server ID"
        )
    return Subject("server", "discord", text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    whom = parser.add_argument_group("whose data, each as often as you like")
    for option, metavar, parse, what in (
        ("--user", "PLATFORM:ID", person, "a person, as slack:U024BE7LH or discord:80351110224678912"),
        ("--workspace", "ID", workspace, "a Slack workspace or organisation, as T024BE7LD or E024BE7LD"),
        ("--guild", "ID", server, "a Discord server, as 80351110224678912"),
    ):
        whom.add_argument(option, dest="whom", metavar=metavar, type=parse, action="append", help=what)
    parser.add_argument("--yes", action="store_true", help="delete; else it is only counted")
    parser.add_argument("--once", action="store_true", help="no second pass: no service is running")
    parser.set_defaults(misused=parser.error)
    parser.epilog = (parser.epilog or "").format(seconds=SECOND_PASS)


def run(arguments: argparse.Namespace) -> int:
    """Count or delete; 0, or 1 where it may not be all. Raises CommandError or SettingsError where it cannot."""
    subjects: tuple[Subject, ...] = tuple(dict.fromkeys(arguments.whom or ()))
    if not subjects:
        arguments.misused("name whose data to delete: --user, --workspace or --guild")
    settings = load_settings()
    people = any(subject.kind == "user" for subject in subjects)
    if people and not settings.privacy_secrets:
        raise CommandError(_NO_SECRETS)
    found, coverage = on_store(settings, partial(_count, subjects=subjects))
    if people and coverage.missing and not coverage.at_hand:
        raise CommandError(_OTHER_SECRETS)
    problems = list(_doubts(found, coverage))
    if not arguments.yes:
        print("\n".join([*report(found, "would be deleted"), "Add --yes to delete it permanently."]))
        return exit_code(problems)
    deleted, not_vacuumed = on_store(settings, partial(_delete, subjects=subjects, once=arguments.once))
    platforms = {subject.platform for subject in subjects if subject.kind != "user"}
    notes = (text for platform, text in _AFTER_TENANT.items() if platform in platforms)
    print("\n".join([*report(deleted, "deleted"), *notes]))
    problems += [NOT_VACUUMED] if not_vacuumed else []
    return exit_code(problems)


def report(rows: Rows, done: str) -> Iterator[str]:
    """How many rows of each subject, and in which tables."""
    for subject, by_table in rows:
        if not any(by_table.values()):
            yield f"{subject}: no data found."
            continue
        yield f"{subject}: {counted(sum(by_table.values()), 'row')} {done}."
        yield from columns(((f"  {table}", count) for table, count in sorted(by_table.items()) if count), right=(1,))


async def _count(store: Store, subjects: Sequence[Subject]) -> tuple[Rows, KeyCoverage]:
    """The rows of each subject, and whether all of them can be found."""
    found = [(subject, await subject.count(store.tenants)) for subject in subjects]
    return found, await store.pseudonym_keys.coverage()


async def _delete(store: Store, subjects: Sequence[Subject], *, once: bool) -> tuple[Rows, bool]:
    """What was deleted, and whether its bytes may still be in the file."""
    deleted: dict[Subject, Counter[str]] = {subject: Counter() for subject in subjects}
    for second in (False,) if once else (False, True):
        if second:
            await asyncio.sleep(SECOND_PASS)
        for subject, rows in deleted.items():
            rows.update(await subject.delete(store.tenants))
    return list(deleted.items()), store.database.vacuum_pending


def _doubts(found: Rows, coverage: KeyCoverage) -> Iterator[str]:
    """Why there may be more than was found."""
    if coverage.missing and any(subject.kind == "user" for subject, _ in found):
        yield _MISSING_SECRETS.format(missing=counted(coverage.missing, "secret"))
    rows = sum(sum(by_table.values()) for _, by_table in found)
    if not coverage.missing and not coverage.at_hand and not rows:
        yield _UNUSED
