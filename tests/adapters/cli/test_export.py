"""`framework-bot export`, and `framework-bot import` of what it wrote."""

from __future__ import annotations

import json

import pytest

RICH = """\
id: pets.fish
title: Fish
phrasings: [tell me about fish]
answer: {text: Fish swim.}
since: [{text: Some fly.}]
related: [pets.cat]
"""


@pytest.fixture
def rich(pets):
    (pets / "fish.yaml").write_text(RICH)
    return pets


def test_yaml_is_a_knowledge_folder_that_answers(run, rich, tmp_path):
    out = tmp_path / "copy"
    outcome = run("export", "--out", out, "--knowledge", rich)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == (f"4 entries with 6 phrasings in {out}.\nCheck it: framework-bot check --knowledge {out}\n")
    assert run("ask", "what is a cat", "--knowledge", out).out == "Cats sleep a lot.\n"


def test_csv_is_imported_again_and_answers(run, rich, tmp_path):
    outcome = run("export", "--out", tmp_path / "copy.csv", "--knowledge", rich)
    assert outcome.out.endswith(f"Read it back: framework-bot import {tmp_path / 'copy.csv'} --out DIR\n")
    outcome = run("import", tmp_path / "copy.csv", "--out", tmp_path / "back")
    assert outcome.out.startswith("4 entries with 6 phrasings.\n")
    assert run("ask", "what is a cat", "--knowledge", tmp_path / "back").out == "Cats sleep a lot.\n"


def test_a_hyphen_is_standard_output_as_json_or_csv_and_nothing_else(run, rich):
    outcome = run("export", "--out", "-", "--knowledge", rich)
    assert [entry["id"] for entry in json.loads(outcome.out)["entries"]][:2] == ["pets.fish", "pets.cat"]
    outcome = run("export", "--out", "-", "--format", "csv", "--knowledge", rich)
    assert outcome.out.replace("\r\n", "\n").startswith(
        '"phrasing","label","title","answer"\n"tell me about fish","pets.fish","Fish","Fish swim."\n'
    )
    outcome = run("export", "--out", "-", "--format", "yaml", "--knowledge", rich)
    assert outcome.code == 1
    assert "yaml is a folder" in outcome.err


def test_the_format_may_be_said_apart_from_the_name(run, rich, tmp_path):
    run("export", "--out", tmp_path / "copy", "--format", "json", "--knowledge", rich)
    assert json.loads((tmp_path / "copy").read_text())["entries"][0]["id"] == "pets.fish"


def test_an_overlay_is_part_of_it(run, rich, tmp_path):
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "hide.yaml").write_text("- pets.dog\n")
    run("export", "--out", tmp_path / "copy.json", "--knowledge", rich, "--overlay", tmp_path / "top")
    assert "pets.dog" not in (tmp_path / "copy.json").read_text()


def test_a_folder_that_is_read_itself_is_no_place_for_a_copy(run, rich):
    outcome = run("export", "--out", rich / "copy", "--knowledge", rich)
    assert outcome.code == 1
    assert "which would read it twice" in outcome.err


def test_what_is_there_already_is_kept(run, rich, tmp_path):
    (tmp_path / "copy.json").write_text("mine")
    outcome = run("export", "--out", tmp_path / "copy.json", "--knowledge", rich)
    assert outcome.code == 1
    assert "is there already" in outcome.err
    assert (tmp_path / "copy.json").read_text() == "mine"


def test_broken_knowledge_is_reported_and_nothing_written(run, rich, tmp_path):
    (rich / "broken.yaml").write_text("title: x")
    assert "broken.yaml:1: id: is missing" in run("export", "--out", tmp_path / "copy", "--knowledge", rich).err
    assert not (tmp_path / "copy").exists()
