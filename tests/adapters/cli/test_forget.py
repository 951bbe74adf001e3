"""`framework-bot forget`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import subprocess
import sys
import types
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from kept_rows import KEY, PRIVACY_KEY, live

from adapters.cli import forget
from adapters.cli.forget import Subject, person, server, workspace
from adapters.server.settings import load_settings, make_store
from adapters.slack.target import Origin
from adapters.slack.workspaces import FRESH, SlackConfig, Workspaces
from bot.storage.errors import StoreUnavailable
from bot.storage.records import Tally, tenant_of
from bot.storage.resilience import ResilientStore
from bot.storage.tenants import Tenants
from tests.databases import postgresql

ROOT = Path(__file__).parents[3]
ANN = "slack:U024BE7LH"
GUILD = "80351110224678912"
NOW = ("--yes", "--once")

OTHER_PRIVACY_KEY = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"
NEWER_PRIVACY_KEY = "804f51f71254c4081e37e7c887073560f4a6fa6cdad202e9ac67e032c43ed1e1"


@pytest.fixture
def left(with_store):
    """How many rows are kept of a workspace or server, or of somebody."""

    def left(whom):
        subject = person(whom) if ":" in whom else server(whom) if whom.isdigit() else workspace(whom)
        return sum(with_store(lambda store: subject.count(store.tenants)).values())

    return left


def test_of_a_person_every_row_goes_wherever_it_was(run, served, left):
    served("slack:T1", "slack:T2", users=(ANN, "slack:U2"))
    outcome = run("forget", "--user", ANN, *NOW)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"user {ANN}: 2 rows deleted.\n  feedback  2\n"
    assert (left(ANN), left("slack:U2")) == (0, 2)


def test_of_a_workspace_every_row_goes_table_by_table_and_of_no_other(run, served, left):
    served("slack:T024BE7LD", "slack:T2")
    outcome = run("forget", "--workspace", "T024BE7LD", *NOW)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[:7] == [
        "workspace T024BE7LD: 6 rows deleted.",
        "  channels       1",
        "  deliveries     1",
        "  feedback       1",
        "  installations  1",
        "  tallies        1",
        "  threads        1",
    ]
    assert (left("T024BE7LD"), left("T2")) == (0, 6)


def test_of_a_workspace_it_says_that_slack_is_not_notified_and_what_ends_it(run, served):
    served("slack:T1")
    shown = run("forget", "--workspace", "T1", *NOW).out
    assert "Slack is not notified" in shown
    assert "for a minute" in shown
    assert "remove it there" in shown
    assert "Slack" not in run("forget", "--user", ANN, *NOW).out


def test_of_a_server_every_row_goes(run, served, left):
    served(f"discord:{GUILD}", users=(f"discord:{GUILD}",))
    outcome = run("forget", "--guild", GUILD, *NOW)
    assert outcome.out.startswith(f"server {GUILD}: 5 rows deleted.\n")
    assert "As long as the bot is in the server" in outcome.out
    assert left(GUILD) == 0


def test_several_are_forgotten_at_once_each_once(run, served, left):
    served("slack:T1", "slack:E1", f"discord:{GUILD}", users=(ANN, f"discord:{GUILD}"))
    whom = ["--user", ANN, "--workspace", "T1", "--workspace", "E1", "--user", f"discord:{GUILD}", "--user", ANN]
    outcome = run("forget", *whom, "--guild", GUILD, *NOW)
    assert [line for line in outcome.out.splitlines() if "deleted." in line] == [
        f"user {ANN}: 3 rows deleted.",
        "workspace T1: 6 rows deleted.",
        "workspace E1: 6 rows deleted.",
        f"user discord:{GUILD}: 1 row deleted.",
        f"server {GUILD}: 4 rows deleted.",
    ]
    assert sum(map(left, (ANN, "T1", "E1", GUILD))) == 0


def test_forgetting_again_says_that_there_is_no_data(run, served):
    served("slack:T1")
    run("forget", "--user", ANN, *NOW)
    outcome = run("forget", "--user", ANN, *NOW)
    assert (outcome.code, outcome.out, outcome.err) == (0, f"user {ANN}: no data found.\n", "")


def test_without_a_yes_it_counts_and_deletes_nothing(run, served, left):
    served("slack:T1")
    outcome = run("forget", "--user", ANN)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"user {ANN}: 1 row would be deleted.\n  feedback  1\nAdd --yes to delete it permanently.\n"
    assert left(ANN) == 1


@pytest.mark.parametrize(
    ("option", "written", "remedy"),
    [
        ("--user", "U024BE7LH", "such as slack:U024BE7LH"),
        ("--user", "slack:u024be7lh", "such as slack:U024BE7LH"),
        ("--user", "slack:80351110224678912", "Copy member ID"),
        ("--user", "discord:U024BE7LH", "Copy User ID"),
        ("--user", "slack:T1/U024BE7LH", "such as slack:U024BE7LH"),
        ("--user", "discord:80351110224678912\n", "Copy User ID"),
        ("--workspace", "acme", "such as T024BE7LD"),
        ("--workspace", "slack:T024BE7LD", "such as T024BE7LD"),
        ("--workspace", "U024BE7LH", "https://app.slack.com/client/T"),
        ("--guild", "12345", "15 to 21 digits"),
        ("--guild", "discord:80351110224678912", "Copy Server ID"),
    ],
)
def test_an_id_that_is_none_is_refused_with_the_remedy(run, option, written, remedy):
    outcome = run("forget", option, written, *NOW)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"argument {option}: must be" in outcome.err
    assert remedy in outcome.err


def test_ids_of_every_kind_are_read():
    assert person("slack:W012A3CDE") == Subject("user", "slack", "W012A3CDE")
    assert person("discord:80351110224678912") == Subject("user", "discord", GUILD)
    assert workspace("E024BE7LD") == Subject("workspace", "slack", "E024BE7LD")
    with pytest.raises(argparse.ArgumentTypeError):
        server("8035111022467891٢")


def test_it_must_be_said_whom_to_forget(run):
    outcome = run("forget", *NOW)
    assert (outcome.code, outcome.out) == (2, "")
    assert "name whose data to delete" in outcome.err


# Secrets: with others than the service's, a person's rows are there and not found.


def test_without_any_secret_nobody_is_looked_for_and_nothing_is_deleted(run, served, left, set_up):
    served("slack:T1")
    set_up(FRAMEWORK_BOT_PRIVACY_KEY="", TOKEN_ENCRYPTION_KEYS="")
    outcome = run("forget", "--user", ANN, "--workspace", "T1", *NOW)
    assert (outcome.code, outcome.out) == (1, "")
    assert "only be found with the secrets of the service" in outcome.err
    assert left("T1") == 6


def test_a_workspace_is_forgotten_without_any_secret(run, served, left, set_up):
    served("slack:T1")
    set_up(FRAMEWORK_BOT_PRIVACY_KEY="", TOKEN_ENCRYPTION_KEYS="")
    assert run("forget", "--workspace", "T1", *NOW).code == 0
    assert left("T1") == 0


def test_with_other_secrets_than_the_services_it_is_refused(run, served, left, set_up):
    served("slack:T1")
    set_up(FRAMEWORK_BOT_PRIVACY_KEY=OTHER_PRIVACY_KEY)
    outcome = run("forget", "--user", ANN, "--workspace", "T1", *NOW)
    assert (outcome.code, outcome.out) == (1, "")
    assert "other secrets than those set here" in outcome.err
    assert left("T1") == 6


def test_what_an_earlier_secret_hides_is_reported_missing_and_can_be_found_with_it(run, served, set_up, left):
    served("slack:T1")
    set_up(FRAMEWORK_BOT_PRIVACY_KEY=NEWER_PRIVACY_KEY)
    served("slack:T2")
    outcome = run("forget", "--user", ANN, *NOW)
    assert (outcome.code, outcome.out) == (1, f"user {ANN}: 1 row deleted.\n  feedback  1\n")
    assert "also made with 1 secret not set here" in outcome.err
    set_up(FRAMEWORK_BOT_PRIVACY_KEY=PRIVACY_KEY)
    assert left(ANN) == 1
    assert run("forget", "--user", ANN, *NOW).out.startswith(f"user {ANN}: 1 row deleted.")
    assert left(ANN) == 0


def test_counting_tells_of_missing_secrets_too(run, served, set_up):
    served("slack:T1")
    set_up(FRAMEWORK_BOT_PRIVACY_KEY=NEWER_PRIVACY_KEY)
    served("slack:T2")
    outcome = run("forget", "--user", ANN)
    assert outcome.code == 1
    assert "not set here" in outcome.err


# The database: another one, or none.


def test_nothing_found_in_a_database_that_no_service_uses_is_no_success(run, with_store):
    async def nothing(store):
        del store

    with_store(nothing)
    outcome = run("forget", "--workspace", "T1", *NOW)
    assert outcome.code == 1
    assert "no service has used this database lately" in outcome.err


def test_a_database_that_does_not_exist_is_named_and_not_made(run, set_up, tmp_path):
    outcome = run("forget", "--user", ANN, *NOW)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"there is no database at {tmp_path / 'bot.sqlite3'}: set DATABASE_URL" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_away_is_reported_and_nothing_was_done(run, set_up):
    set_up(DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/bot")
    outcome = run("forget", "--user", ANN, *NOW)
    assert (outcome.code, outcome.out) == (1, "")
    assert "does not answer" in outcome.err
    assert "hunter2" not in outcome.err


def test_where_the_database_goes_away_in_the_middle_nothing_half_is_reported(run, served, left, monkeypatch):
    served("slack:T1", "slack:T2")
    as_before = Tenants.forget_tenant

    async def fail_at_the_second(self, tenant):
        if tenant == "slack:T2":
            raise StoreUnavailable("the server closed the connection")
        return await as_before(self, tenant)

    monkeypatch.setattr(Tenants, "forget_tenant", fail_at_the_second)
    outcome = run("forget", "--workspace", "T1", "--workspace", "T2", *NOW)
    assert (outcome.code, outcome.out) == (1, "")
    assert "the database does not answer (the server closed the connection)" in outcome.err
    assert "run the same again" in outcome.err
    monkeypatch.undo()


def test_tables_of_a_newer_version_are_let_alone(run, served, tmp_path):
    served("slack:T1")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    outcome = run("forget", "--user", ANN, *NOW)
    assert (outcome.code, outcome.out) == (1, "")
    assert "newer framework-bot" in outcome.err


def test_a_malformed_setting_is_named(run, set_up):
    set_up(DATABASE_URL="mysql://me:hunter2@db/bot")
    outcome = run("forget", "--user", ANN, *NOW)
    assert (outcome.code, outcome.out) == (1, "")
    assert "DATABASE_URL starts with mysql://" in outcome.err
    assert "hunter2" not in outcome.err


def test_bytes_that_could_not_be_removed_are_reported_once_and_go_the_next_time(run, served, tmp_path):
    served("slack:T0UNUSUAL")
    impatient = "from adapters.cli import main, options; options.TIME_LIMIT = 0.2; exit(main.main())"
    command = [sys.executable, "-c", impatient, "forget", "--workspace", "T0UNUSUAL", *NOW]
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM feedback").fetchall()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 1
        assert "6 rows deleted" in done.stdout
        assert done.stderr.startswith(
            "framework-bot: what was deleted or replaced is gone from the tables, but its bytes"
        )
        assert len(done.stderr.splitlines()) == 1
    assert run("forget", "--workspace", "T0UNUSUAL", *NOW).code == 0
    assert not [path for path in tmp_path.glob("bot.sqlite3*") if b"T0UNUSUAL" in path.read_bytes()]


# Next to a running service.


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, set_up):
    """The settings' database is of each kind in turn."""
    if request.param == "sqlite":
        yield
        return
    with postgresql() as url:
        set_up(DATABASE_URL=url)
        yield


@pytest.fixture
async def service(database):
    """A service's store, tended by hand."""
    async with ResilientStore.open(make_store(load_settings()), every=86_400) as running:
        yield running


async def test_a_process_next_to_the_service_forgets_while_it_goes_on_writing(service):
    await live(service.store, "slack:T1")
    await live(service.store, "slack:T2")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "adapters.cli.main", "forget", "--workspace", "T1", *NOW),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    ending = asyncio.create_task(process.communicate())
    answered = 0
    while not ending.done():
        assert await service.deliveries.claim(f"event {answered}", "slack:T2") == "new"
        answered += 1
        await asyncio.sleep(0.02)
    out, err = await ending
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"workspace T1: 6 rows deleted.\n")
    assert service.state.available
    assert not any((await service.store.tenants.count_tenant("slack:T1")).values())
    assert (await service.store.tenants.count_tenant("slack:T2"))["deliveries"] == answered + 1


async def test_what_a_running_service_was_still_writing_goes_too(service, monkeypatch):
    await live(service.store, "slack:T1")
    service.tallies.count(Tally("slack:T1", "slack", "answer", "another.entry"))
    waited = []

    async def meanwhile(seconds):
        waited.append(seconds)
        await service.maintain()  # which writes the count

    monkeypatch.setattr(forget, "asyncio", types.SimpleNamespace(sleep=meanwhile))
    subjects = [Subject("workspace", "slack", "T1")]
    store = make_store(load_settings())
    await store.prepare()
    ((_, gone),), untidy = await forget._delete(store, subjects, once=False)
    await store.close()
    assert waited == [forget.SECOND_PASS]
    assert (gone["tallies"], gone["threads"], untidy) == (2, 1, False)
    assert not any((await service.store.tenants.count_tenant("slack:T1")).values())


async def test_a_running_service_speaks_with_the_forgotten_token_for_a_minute_at_most(set_up):
    now = 0.0
    async with aiohttp.ClientSession() as session:
        store = make_store(load_settings())
        await store.prepare()
        await live(store, tenant_of("slack", "T1"))
        speaks = Workspaces(session, SlackConfig(mode="oauth-http"), store.installations, clock=lambda: now)
        origin = Origin(enterprise=None, team="T1", user="U1")
        assert await speaks.client(origin) is not None
        await store.tenants.forget_tenant("slack:T1")
        now = FRESH - 1
        assert await speaks.client(origin) is not None
        now = FRESH
        assert await speaks.client(origin) is None
        await store.close()


def test_neither_a_secret_nor_a_token_is_printed(run, served):
    served("slack:T1")
    outcome = run("forget", "--workspace", "T1", "--user", ANN, *NOW)
    for secret in (KEY, PRIVACY_KEY, "xoxb-kept"):
        assert secret not in outcome.out + outcome.err
