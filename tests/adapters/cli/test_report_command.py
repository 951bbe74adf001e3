"""`framework-bot report`, on a real database."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.cli.main import main
from adapters.cli.report import MOST_DAYS, WIDTH, period_of, text
from bot.dialog.reply import Candidate
from bot.insights.report import Material, Period, build
from bot.storage.records import Feedback, Retention, Tally, Unanswered
from tests.bot.small_knowledge import bot
from tests.storing import add, opened, record

MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)

OPACUS = ("opacus for private training", "is opacus any good", "opacus epsilon budget", "Opacus!")


@dataclass(frozen=True)
class Outcome:
    """What a command line led to."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    """The environment of the test run has no influence."""
    for name in list(os.environ):
        if name.startswith(("FRAMEWORK_BOT_", "SLACK_", "DISCORD_")) and name != "FRAMEWORK_BOT_CACHE":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def url(tmp_path, monkeypatch):
    """The service's database, with its tables and nothing in them."""
    address = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    monkeypatch.setenv("DATABASE_URL", address)

    async def make():
        async with opened(address):
            pass

    asyncio.run(make())
    return address


@pytest.fixture
def ask(url):
    """Saves questions that were asked some days ago and not answered."""

    def ask(*texts, days=1, tenant="slack:T1", platform="slack", outcome="decline", counted=True):
        async def run():
            at = datetime.now(UTC) - timedelta(days=days)
            async with opened(url) as store:
                for text in texts:
                    if counted:
                        await add(store.tallies, {Tally(tenant, platform, outcome): 1}, day=at.date())
                    asked = Unanswered(
                        platform=platform,
                        tenant=tenant,
                        channel_kind="channel",
                        text=text,
                        outcome=outcome,
                        candidates=(Candidate("choose.mobile", 0.3),),
                        knowledge_version="older",
                    )
                    await record(store.unanswered, asked, at=at)

        asyncio.run(run())

    return ask


@pytest.fixture
def judge(url):
    """Saves ratings of an entry."""

    def judge(entry, helpful, unhelpful, *, reason=None, suggested=None):
        async def run():
            async with opened(url, secrets=("a secret",)) as store:
                for number in range(helpful + unhelpful):
                    given = Feedback(
                        platform="slack",
                        tenant="slack:T1",
                        user=f"U{number}",
                        answer=f"{entry} {number}",
                        entry=entry,
                        helpful=number < helpful,
                        knowledge_version="older",
                        reason=None if number < helpful else reason,
                        suggested=None if number < helpful else suggested,
                    )
                    await record(store.feedback, given)

        asyncio.run(run())

    return judge


@pytest.fixture
def count(url):
    """Counts what was asked and answered."""

    def count(entry, times, *, days=1, outcome="answer"):
        async def run():
            day = (datetime.now(UTC) - timedelta(days=days)).date()
            async with opened(url) as store:
                await add(store.tallies, {Tally("slack:T1", "slack", outcome, entry): times}, day=day)

        asyncio.run(run())

    return count


@pytest.fixture
def report(capsys):
    """Runs the command."""

    def report(*words):
        try:
            code = main(["report", *map(str, words)])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return report


@pytest.fixture
def document(report):
    """What --json says."""

    def document(*words):
        outcome = report("--json", *words)
        assert (outcome.code, outcome.err) == (0, "")
        return json.loads(outcome.out)

    return document


class TestPeriod:
    @pytest.mark.parametrize(
        ("since", "until", "first", "last"),
        [
            ("7d", None, date(2026, 11, 3), date(2026, 11, 9)),
            ("1d", None, date(2026, 11, 9), date(2026, 11, 9)),
            ("2w", None, date(2026, 10, 27), date(2026, 11, 9)),
            ("2026-11-01", None, date(2026, 11, 1), date(2026, 11, 9)),
            ("2026-11-09", None, date(2026, 11, 9), date(2026, 11, 9)),
            ("7d", "2026-11-08", date(2026, 11, 2), date(2026, 11, 8)),
            ("2026-10-01", "2026-10-31", date(2026, 10, 1), date(2026, 10, 31)),
            ("2026-10-31", "2026-10-31", date(2026, 10, 31), date(2026, 10, 31)),
        ],
    )
    def test_they_are_whole_ones_and_both_ends_belong_to_them(self, since, until, first, last):
        assert period_of(since, until, MONDAY.date()) == Period(first, last)

    @pytest.mark.parametrize(
        ("since", "until", "message"),
        [
            ("soon", None, "--since: 'soon' is not a day: write it as 7d, 2w or 2026-11-01"),
            ("0d", None, "--since: '0d' is not a day"),
            ("7d", "soon", "--until: 'soon' is not a day: write it as 2026-11-08"),
            ("7d", "2026-11-10", "--until: 2026-11-10 is in the future"),
            ("2026-11-10", None, "--since: 2026-11-10 is after the last day"),
            ("2026-11-05", "2026-11-04", "--since: 2026-11-05 is after the last day"),
            ("9999w", None, f"--since: counts are not saved for more than {MOST_DAYS:,} days"),
            ("0001-01-01", None, f"--since: counts are not saved for more than {MOST_DAYS:,} days"),
            ("7d", "0001-01-01", f"--since: counts are not saved for more than {MOST_DAYS:,} days"),
        ],
    )
    def test_what_is_not_a_period_is_refused_with_the_fix(self, since, until, message):
        with pytest.raises(ValueError, match=r"^--") as refused:
            period_of(since, until, MONDAY.date())
        assert str(refused.value).startswith(message)


class TestText:
    def test_what_was_asked_and_not_answered_comes_with_its_reasons(self, ask, report):
        ask(*OPACUS)
        shown = report()
        assert (shown.code, shown.err) == (0, "")
        assert "Asked and not answered\n----------------------\n" in shown.out
        assert "4 times in 4 wordings; on " in shown.out
        assert "words:   opacus" in shown.out
        assert 'why:     no phrasing of any entry has "opacus"' in shown.out

    def test_clusters_are_numbered_as_in_the_json(self, ask, report):
        ask(*OPACUS, "tell me a joke", "tell me a joke", "tell me a joke", "what is a zebra", "zebra please")
        shown = report().out
        assert re.findall(r'^ {2}(\d+)\. "(.*)"$', shown, re.MULTILINE)[0][0] == "1"
        number = re.findall(r'^ {2}(\d+)\. "tell me a joke"$', shown, re.MULTILINE)
        listed = json.loads(report("--json").out)["clusters"]
        assert listed[int(number[0]) - 1]["representative"] == "tell me a joke"

    def test_no_line_is_wider_than_a_terminal(self, ask, judge, count, report):
        ask(*OPACUS, "why does my toaster " + "really " * 60 + "not work with opacus", "x" * 400, "opacus " + "y" * 300)
        ask(*OPACUS, days=8, platform="discord", tenant="discord:1")
        judge("beyond.gpu-amd", 3, 9, reason="too long ago " * 15, suggested="choose.computer-vision")
        count("beyond.other-frameworks", 12)
        lines = report().out.splitlines()
        assert [line for line in lines if len(line) > WIDTH] == []

    def test_an_empty_store_gives_an_honest_report(self, url, report):
        shown = report()
        assert (shown.code, shown.err) == (0, "")
        assert "Note: Nothing was asked in this period" in shown.out
        assert "Nothing was asked more than once." in shown.out
        assert "%" not in shown.out

    def test_unhelpful_entries_come_with_what_people_wrote(self, judge, report):
        judge("choose.mobile", 1, 3, reason="mail me at ann@example.com", suggested="compare.mobile")
        shown = report().out
        assert re.search(r"^choose\.mobile \(.*\) +1 +3$", shown, re.MULTILINE)
        assert "1 of 4 votes helpful, on 1 entry." in shown
        assert "unhelpful, " in shown
        assert '"mail me at [email]"' in shown
        assert shown.count("wanted compare.mobile") == 3

    def test_what_was_asked_once_is_apart(self, ask, report):
        ask("pytorch for zebras in a toaster", *OPACUS)
        head, _, once = report().out.partition("Asked once\n")
        assert '- "pytorch for zebras in a toaster"' in once
        assert "zebras" not in head

    def test_the_period_before_is_compared_with(self, ask, report):
        ask(*OPACUS)
        ask("opacus please", "opacus, please", days=8)
        assert re.search(r"^asked in all +4 +2$", report().out, re.MULTILINE)

    def test_controls_in_what_was_kept_do_not_reach_the_terminal(self, ask, report):
        ask("opacus \u202eevil", "opacus \x1b[31mred")
        shown = report().out
        assert not {"\u202e", "\x1b"} & set(shown)

    def test_nothing_in_a_report_can_steer_the_terminal(self):
        material = Material(
            period=Period(MONDAY.date(), MONDAY.date()), now=MONDAY, retention=Retention(), tenant="\x1b[2J"
        )
        assert "\x1b" not in text(build(material, bot()))


class TestJson:
    def test_it_has_every_question_and_every_figure(self, ask, judge, count, document):
        ask(*OPACUS, "zebras in a toaster")
        judge("choose.mobile", 1, 3, reason="too old")
        count("choose.mobile", 6)
        found = document()
        assert [(one["count"], one["status"]) for one in found["clusters"]] == [(4, "open")]
        assert sorted(found["clusters"][0]["questions"]) == sorted(OPACUS)
        assert [one["representative"] for one in found["singles"]] == ["zebras in a toaster"]
        assert found["traffic"]["asked"] == {"now": 11, "before": 0}
        assert found["traffic"]["endings"][0] == ["answered", {"now": 6, "before": 0}]
        assert found["traffic"]["answered"] == {"part": 6, "whole": 11}
        assert (found["judged"][0]["helpful"], found["judged"][0]["unhelpful"]) == (1, 3)
        assert found["judged"][0]["remarks"][0]["reason"] == "too old"
        assert found["shown"][0]["entry"] == "choose.mobile"

    def test_days_are_those_asked_for(self, url, document):
        found = document("--since", "2026-11-01", "--until", "2026-11-07")
        assert found["period"] == {"since": "2026-11-01", "last": "2026-11-07"}

    def test_one_tenant_is_reported_alone(self, ask, document):
        ask(*OPACUS)
        ask("zebras in a toaster", tenant="discord:7", platform="discord")
        found = document("--tenant", "discord:7")
        assert found["tenant"] == "discord:7"
        assert found["clusters"] == []
        assert [one["representative"] for one in found["singles"]] == ["zebras in a toaster"]
        assert found["traffic"]["asked"]["now"] == 1

    def test_the_overlay_that_is_served_is_asked(self, ask, document, monkeypatch, tmp_path):
        ask(*OPACUS)
        ours = f"id: team.opacus\ntitle: Opacus\nphrasings: {json.dumps(OPACUS)}\nanswer: {{text: Ask Ann.}}\n"
        (tmp_path / "team").mkdir()
        (tmp_path / "team" / "opacus.yaml").write_text(ours)
        assert document()["clusters"][0]["status"] == "open"
        monkeypatch.setenv("FRAMEWORK_BOT_OVERLAY", str(tmp_path / "team"))
        (answered,) = document()["clusters"]
        assert (answered["status"], answered["nearest"]["entry"]) == ("answered", "team.opacus")

    def test_the_thresholds_that_are_served_count(self, ask, document, monkeypatch):
        ask("which one is better for phones, roughly and opacus", "for phones opacus")
        monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "0.99")
        assert any("below the threshold of 0.99" in why for one in document()["clusters"] for why in one["why"])

    def test_deleted_words_are_mentioned(self, ask, document, monkeypatch):
        ask(*OPACUS)
        monkeypatch.setenv("FRAMEWORK_BOT_RETENTION_DAYS", "3")
        assert any("Questions and reasons from before" in one for one in document()["caveats"])


class TestPrivacy:
    def test_nothing_personal_is_in_any_form_of_it(self, ask, judge, report, tmp_path):
        secrets = ("ann@example.com", "wiki.example.com/ann", "+44 20 7123 4567", "U024BE7LH")
        ask(*(f"opacus {secret}" for secret in ("ann@example.com", "https://wiki.example.com/ann", *secrets[2:])))
        ask("is opacus good, <@U024BE7LH>?")
        judge("choose.mobile", 1, 3, reason="write to ann@example.com or call +44 20 7123 4567")
        forms = (report().out, report("--json", "--html", tmp_path / "report.html").out)
        everything = "\n".join((*forms, (tmp_path / "report.html").read_text(encoding="utf-8")))
        assert everything.count("opacus") > 6
        assert [secret for secret in secrets if secret in everything] == []


class TestPage:
    def test_it_is_written_whole_in_place_of_what_was_there(self, ask, report, tmp_path):
        ask(*OPACUS)
        file = tmp_path / "report.html"
        file.write_text("before")
        shown = report("--html", file)
        assert (shown.code, shown.out, shown.err) == (0, f"Written: {file}\n", "")
        assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
        assert "opacus epsilon budget" in file.read_text(encoding="utf-8")
        assert sorted(path.name for path in tmp_path.iterdir() if "html" in path.name) == ["report.html"]

    def test_only_its_owner_may_read_it(self, ask, report, tmp_path):
        ask(*OPACUS)
        file = tmp_path / "report.html"
        file.touch(0o644)
        report("--html", file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_the_json_can_be_had_with_it(self, ask, document, tmp_path):
        ask(*OPACUS)
        assert document("--html", tmp_path / "report.html")["clusters"]
        assert (tmp_path / "report.html").exists()

    @pytest.mark.parametrize("name", ["nowhere/report.html", ".", "-"])
    def test_a_place_that_cannot_be_is_refused_before_anything_else(self, report, tmp_path, name, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "no address")
        shown = report("--html", name)
        assert shown.code == 1
        assert "name a file in a folder that exists" in shown.err

    def test_a_file_that_cannot_be_written_leaves_what_was_there(self, url, report, tmp_path, monkeypatch):
        file = tmp_path / "report.html"
        file.write_text("before")

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("pathlib.Path.replace", full)
        shown = report("--html", file)
        assert shown.code == 1
        assert "No space left on device; name a file in a folder that you may write to" in shown.err
        assert file.read_text() == "before"
        assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


class TestWhatCanGoWrong:
    @pytest.mark.parametrize(
        "words",
        [("--since", "soon"), ("--until", "never"), ("--tenant", "T1"), ("--since", "2026-11-02", "--nonsense")],
    )
    def test_what_was_mistyped_is_refused_without_a_traceback(self, url, report, words):
        shown = report(*words)
        assert shown.code == 2
        assert "Traceback" not in shown.err
        assert shown.err.startswith("usage: framework-bot")

    def test_a_database_that_is_not_there_is_not_made(self, report, tmp_path, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'mistyped.sqlite3'}")
        shown = report()
        assert (shown.code, shown.out) == (1, "")
        assert "set DATABASE_URL to the one that the service uses" in shown.err
        assert not (tmp_path / "mistyped.sqlite3").exists()

    def test_a_database_that_is_away_is_an_error(self, report, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:hunter2@127.0.0.1:1/none")
        shown = report()
        assert (shown.code, shown.out) == (1, "")
        assert "the database does not answer" in shown.err
        assert "hunter2" not in shown.err

    def test_a_newer_database_is_an_error(self, url, report):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        shown = report()
        assert (shown.code, shown.out) == (1, "")
        assert "newer framework-bot" in shown.err

    def test_settings_that_cannot_be_used_are_named(self, url, report, monkeypatch):
        monkeypatch.setenv("FRAMEWORK_BOT_RETENTION_DAYS", "many")
        shown = report()
        assert shown.code == 1
        assert "FRAMEWORK_BOT_RETENTION_DAYS" in shown.err

    def test_thresholds_that_contradict_the_knowledge_are_named(self, url, report, monkeypatch):
        monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "0.01")
        shown = report()
        assert shown.code == 1
        assert "FRAMEWORK_BOT_CHOICES_THRESHOLD must not be above FRAMEWORK_BOT_ANSWER_THRESHOLD" in shown.err

    def test_no_token_is_needed(self, url, report):
        assert report().code == 0
