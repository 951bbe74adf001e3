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


def test_a_table_imported_again_is_answered_from_at_once(run, table, tmp_path):
    out = tmp_path / "faq"
    run("import", table, "--out", out)
    assert run("ask", "opening hours", "--knowledge", out).out == "We open at nine.\n"
    table.write_text(table.read_text().replace("nine", "noon"))
    run("import", table, "--out", out)
    assert run("ask", "opening hours", "--knowledge", out).out == "We open at noon.\n"


def test_questions_with_answers_in_a_spreadsheet_become_knowledge_that_answers(run, tmp_path):
    sheet = tmp_path / "faq.csv"
    sheet.write_text("Question;Answer;Owner\nwhen do you open;We open at nine.;me\nopening hours;We open at nine.;\n")
    out = tmp_path / "faq"
    outcome = run("import", sheet, "--out", out)
    assert outcome.code == 0
    assert outcome.out == (
        "1 entry with 2 phrasings.\n"
        "1 column not known and left out: Owner\n"
        f'Try it: framework-bot ask "..." --knowledge {out}\n'
    )
    assert run("ask", "opening hours", "--knowledge", out).out == "We open at nine.\n"


def test_a_first_line_that_is_no_heading_is_pointed_out(run, table, tmp_path):
    notice = "The first line was read as a row: it names no column (phrasing or question, label, title, answer).\n"
    assert notice in run("import", table, "--out", tmp_path / "faq").out
    table.write_text("question\tlabel\nwhere\tplace\n")
    assert notice not in run("import", table, "--out", tmp_path / "faq").out


def test_a_malformed_line_is_named_and_nothing_written(run, table, tmp_path):
    table.write_text("no tab\n")
    outcome = run("import", table, "--out", tmp_path / "faq")
    assert outcome.code == 1
    assert f"{table}:1: label: is missing -> write the label after a tab" in outcome.err
    assert not (tmp_path / "faq").exists()


def test_a_table_is_imported_next_to_entries_of_the_folder(run, table, pets):
    assert run("import", table, "--out", pets).code == 0
    assert run("ask", "what is a cat", "--knowledge", pets).out == "Cats sleep a lot.\n"
    assert run("ask", "opening hours", "--knowledge", pets).out == "We open at nine.\n"


def test_an_id_that_another_file_has_is_refused_and_the_folder_stays_as_it_was(run, table, pets):
    table.write_text("tell me of cats\tpets.cat\n")
    outcome = run("import", table, "--out", pets)
    assert outcome.code == 1
    assert f'{pets}/pets.yaml:1: id: "pets.cat" is in the table too -> ' in outcome.err
    assert run("ask", "what is a cat", "--knowledge", pets).out == "Cats sleep a lot.\n"


def test_what_is_wrong_with_other_files_of_the_folder_is_reported(run, table, pets):
    (pets / "more.yml").write_text("id: pets.more\n")
    assert f"warning: {pets}/more.yml: is not read" in run("import", table, "--out", pets).out


def test_a_table_that_is_not_there_is_named(run, tmp_path):
    outcome = run("import", tmp_path / "gone.tsv", "--out", tmp_path / "faq")
    assert outcome.code == 1
    assert "gone.tsv: cannot be read" in outcome.err
