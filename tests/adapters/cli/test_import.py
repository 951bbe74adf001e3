"""`framework-bot import`."""

from __future__ import annotations

import pytest


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "faq.tsv"
    file.write_text(
        "when do you open\topening\tWe open at nine.\nopening hours\topening\nwhere are you\tplace\tBy the lake.\n"
    )
    return file


def test_a_table_becomes_knowledge_that_answers(run, table, tmp_path):
    out = tmp_path / "faq"
    outcome = run("import", table, "--out", out)
    assert outcome.code == 0
    assert outcome.out.startswith("2 entries with 3 phrasings.\n")
    assert run("ask", "opening hours", "--knowledge", out).out == "We open at nine.\n"


def test_a_table_imported_anew_is_answered_from_at_once(run, table, tmp_path):
    out = tmp_path / "faq"
    run("import", table, "--out", out)
    assert run("ask", "opening hours", "--knowledge", out).out == "We open at nine.\n"
    table.write_text(table.read_text().replace("nine", "noon"))
    run("import", table, "--out", out)
    assert run("ask", "opening hours", "--knowledge", out).out == "We open at noon.\n"


def test_phrasings_under_several_labels_are_pointed_out(run, table, tmp_path):
    table.write_text(table.read_text() + "where are you\topening\n")
    told = run("import", table, "--out", tmp_path / "faq").out
    assert "1 phrasing under several labels, so that none can be told from it:\n- where are you: " in told


def test_a_malformed_line_is_named_and_nothing_written(run, table, tmp_path):
    table.write_text("no tab\n")
    outcome = run("import", table, "--out", tmp_path / "faq")
    assert outcome.code == 1
    assert f"{table}:1: has no tab -> write phrasing, tab, label" in outcome.err
    assert not (tmp_path / "faq").exists()


def test_a_folder_that_holds_something_else_is_left_alone_unless_forced(run, table, pets):
    assert "say --force" in run("import", table, "--out", pets).err
    assert run("import", table, "--out", pets, "--force").code == 0


def test_a_table_that_is_not_there_is_named(run, tmp_path):
    outcome = run("import", tmp_path / "gone.tsv", "--out", tmp_path / "faq")
    assert outcome.code == 1
    assert "gone.tsv: cannot be read" in outcome.err
