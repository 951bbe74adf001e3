"""`framework-bot check`."""

from __future__ import annotations

import pytest

from adapters.cli.check import found_entry, reply_length
from bot.dialog.answering import Bot
from knowledge.loading import load

SOURCES = """\
guide:
  title: A guide
  url: https://example.org/guide
  dated: May 2026
  seen: 2026-05-01
other:
  title: Another page of it
  url: https://example.org/guide
  seen: 2026-05-01
second:
  title: B
  url: https://example.org/b
  seen: 2026-05-01
"""


def test_knowledge_without_errors_passes(run, pets):
    outcome = run("check", "--knowledge", pets)
    assert outcome.code == 0
    assert "3 entries" in outcome.out
    assert outcome.out.splitlines()[-1].startswith("0 errors, ")


def test_errors_are_reported_by_file_line_and_field_and_fail(run, pets):
    text = (pets / "pets.yaml").read_text().replace("title: Cats", "title: Cats\n  related: [pets.kat]")
    (pets / "pets.yaml").write_text(text)
    outcome = run("check", "--knowledge", pets)
    assert outcome.code == 1
    assert f'error: {pets}/pets.yaml:3: related.0: "pets.kat" is not another entry -> ' in outcome.out
    assert outcome.out.splitlines()[-1].startswith("1 error, ")


def test_files_that_cannot_be_loaded_fail(run, pets):
    (pets / "pets.yaml").write_text("- id: [")
    outcome = run("check", "--knowledge", pets)
    assert outcome.code == 1
    assert "pets.yaml:1: is not YAML" in outcome.out


def test_an_overlay_is_checked_with_what_it_lies_on(run, pets, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.yaml").write_text("id: own.a\ntitle: A\nphrasings: [aaa]\nrelated: [pets.kat]\nanswer: {text: A}\n")
    outcome = run("check", "--knowledge", pets, "--overlay", own)
    assert outcome.code == 1
    assert "a.yaml:4: related.0" in outcome.out


def test_links_lists_every_address_once_and_nothing_else(run, pets):
    (pets / "sources.yaml").write_text(SOURCES)
    outcome = run("check", "--links", "--knowledge", pets)
    assert (outcome.code, outcome.out) == (0, "https://example.org/b\nhttps://example.org/guide\n")


def test_links_of_files_that_cannot_be_loaded_fail(run, pets):
    (pets / "pets.yaml").write_text("- id: [")
    outcome = run("check", "--links", "--knowledge", pets)
    assert outcome.code == 1
    assert "is not YAML" in outcome.out


@pytest.mark.parametrize(
    ("asked", "found"), [("what is a cat", "pets.cat"), ("hello there", "social.hello"), ("qqqq wwww", None)]
)
def test_a_question_finds_the_entry_its_reply_shows(pets, asked, found):
    assert found_entry(Bot(load(pets)), asked) == found


def test_the_length_of_a_reply_leaves_out_what_becomes_buttons(pets):
    short = reply_length(Bot(load(pets)), "pets.cat")
    text = (pets / "pets.yaml").read_text().replace("title: Cats", "title: Cats\n  related: [pets.dog]")
    (pets / "pets.yaml").write_text(text)
    assert reply_length(Bot(load(pets)), "pets.cat") == short == len("Cats sleep a lot.")


def test_details_too_long_for_a_message_are_an_error(run, pets):
    since = "".join(f'\n  - {{text: "{str(number) * 340}"}}' for number in range(6))
    sides = "".join(f'\n  s{number}: {{today: {{text: "{str(number) * 340}"}}}}' for number in range(6))
    (pets / "long.yaml").write_text(
        f"id: pets.long\ntitle: Long\nphrasings: [long one]\nanswer: {{text: Long}}\nsince: {since}\ncells: {sides}\n"
    )
    outcome = run("check", "--knowledge", pets)
    assert outcome.code == 1
    assert "long.yaml:4: answer: the reply as text is " in outcome.out


def test_checking_writes_nothing(run, pets):
    before = sorted(file.name for file in pets.iterdir())
    run("check", "--knowledge", pets)
    assert sorted(file.name for file in pets.iterdir()) == before
