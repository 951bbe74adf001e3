"""`framework-bot demo`: what it makes is read by the commands that it is for."""

from __future__ import annotations

import json
import re

import pytest

from adapters.cli import demo


@pytest.fixture
def filled(run, set_up, tmp_path):
    """A demo database, with the settings that it printed."""
    outcome = run("demo", tmp_path / "demo.sqlite3")
    assert outcome.code == 0
    address, key = re.fullmatch(r"export DATABASE_URL=(\S+) FRAMEWORK_BOT_PRIVACY_KEY=(\w+)\n", outcome.out).groups()
    set_up(DATABASE_URL=address, FRAMEWORK_BOT_PRIVACY_KEY=key)
    return outcome


@pytest.mark.usefixtures("filled")
def test_a_report_shows_every_question_of_it_open_ones_and_votes(run):
    report = json.loads(run("report", "--json").out)
    assert report["traffic"]["asked"]["now"] == sum(map(len, demo._ASKED.values()))
    assert report["clusters"] or report["singles"]
    assert report["judged"]


@pytest.mark.usefixtures("filled")
def test_a_person_of_it_can_be_forgotten(run):
    assert re.search(r"user slack:U0DEMO1: [1-9] rows? deleted", run(
        "forget", "--user", "slack:U0DEMO1", "--yes", "--once"
    ).out)  # fmt: skip


def test_a_file_that_is_there_is_left_alone(run, tmp_path):
    (tmp_path / "mine.sqlite3").write_text("mine")
    outcome = run("demo", tmp_path / "mine.sqlite3")
    assert (outcome.code, outcome.err) == (1, f"framework-bot: {tmp_path / 'mine.sqlite3'}: File exists\n")
    assert (tmp_path / "mine.sqlite3").read_text() == "mine"
