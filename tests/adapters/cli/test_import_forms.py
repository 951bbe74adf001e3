"""`framework-bot import` of a spreadsheet, and over other knowledge."""

from __future__ import annotations

import pytest


@pytest.fixture
def sheet(tmp_path):
    """A spreadsheet as a team writes it."""
    file = tmp_path / "faq.csv"
    file.write_text(
        "Label;Question;Answer;Owner;Notes;Since\n"
        "opening;when do you open;We open at nine.;me;;\n"
        "opening;opening hours;;me;x;\n"
        "place;where are you;By the lake.;you;;yesterday\n"
    )
    return file


def test_a_spreadsheet_becomes_knowledge_that_answers(run, sheet, tmp_path):
    out = tmp_path / "faq"
    outcome = run("import", sheet, "--out", out)
    assert outcome.code == 0
    assert outcome.out == (
        "2 entries with 3 phrasings.\n"
        "3 columns not known and left out:\n- Owner: lines 2-4\n- Notes: line 3\n- Since: line 4\n"
        f'Try it: framework-bot ask "..." --knowledge {out}\n'
    )
    assert run("ask", "opening hours", "--knowledge", out).out == "We open at nine.\n"


def test_a_bad_row_is_told_and_nothing_written_unless_it_is_to_be_skipped(run, sheet, tmp_path):
    sheet.write_text(sheet.read_text() + ";lost;\n")
    told = f"{sheet}:5: Label: is empty -> write the id of the entry, or delete the row\n"

    outcome = run("import", sheet, "--out", tmp_path / "faq")
    assert (outcome.code, outcome.err) == (1, told)
    assert not (tmp_path / "faq").exists()

    outcome = run("import", sheet, "--out", tmp_path / "faq", "--skip-bad")
    assert (outcome.code, outcome.err) == (0, told)
    assert "1 mistake told above; what has one is left out." in outcome.out


def test_over_other_knowledge_it_becomes_an_overlay(run, pets, tmp_path):
    sheet = tmp_path / "cats.csv"
    sheet.write_text("id,phrasings\npets.cat,purr\n")
    outcome = run("import", sheet, "--out", tmp_path / "top", "--as-overlay", "--knowledge", pets)
    assert "1 entry known to the knowledge below: what the table has no column for stays as it is there." in outcome.out
    assert f"--overlay {tmp_path / 'top'}" in outcome.out
    words = ("--knowledge", pets, "--overlay", tmp_path / "top")
    assert run("ask", "purr", *words).out == "Cats sleep a lot.\n"


def test_without_an_overlay_no_knowledge_is_named(run, sheet, pets, tmp_path):
    outcome = run("import", sheet, "--out", tmp_path / "faq", "--knowledge", pets)
    assert outcome.code == 1
    assert "say --as-overlay too" in outcome.err


def test_an_overlay_does_not_lie_inside_what_it_lies_over(run, sheet, pets):
    outcome = run("import", sheet, "--out", pets / "top", "--as-overlay", "--knowledge", pets)
    assert outcome.code == 1
    assert "which would read it twice" in outcome.err
