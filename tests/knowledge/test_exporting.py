"""Exports: YAML and JSON carry everything, CSV what an import reads, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.checks import RULES, check
from knowledge.errors import KnowledgeError
from knowledge.exporting import FORMS, export_file, export_folder, form_of, text_of
from knowledge.files import ENTRY, REGISTERS
from knowledge.folder import VOCABULARY
from knowledge.importing import import_table
from knowledge.loading import Loaded, load, load_with_places
from knowledge.model import KnowledgeBase, Vocabulary
from knowledge.overlay import load_both
from knowledge.schema import FOLDER
from knowledge.tables import guarded, unguarded
from knowledge.text import normal_form, one_line

CONTENT = FOLDER / "content"


@pytest.fixture(scope="module")
def shipped_files():
    return load_with_places(CONTENT)


@pytest.fixture
def small(base):
    return load_with_places(base.path)


def export(found, out, form="yaml", **more):
    if form == "yaml":
        export_folder(found, out, **more)
    else:
        export_file(found, out, form, **more)
    return out


def same(one, other):
    """Whether two knowledge bases hold the same; their versions differ with their files."""
    return all(
        getattr(one, part) == getattr(other, part)
        for part in ("entries", "sources", "vocabulary", "calibration", "recommendation")
    )


def messages(loaded):
    """What is wrong with a knowledge folder, but for what depends only on the phrasings."""
    rules = {name: rule for name, rule in RULES.items() if not name.startswith("phrasing")}
    return [problem.message for problem in check(loaded, today=date(2026, 11, 22), rules=rules)]


# YAML


def test_the_shipped_knowledge_comes_back_whole_from_yaml_and_nothing_new_is_wrong_with_it(shipped_files, tmp_path):
    loaded = load_with_places(export(shipped_files, tmp_path / "copy"))

    assert same(loaded.knowledge, shipped_files.knowledge)
    assert loaded.article == shipped_files.article
    assert messages(loaded) == messages(shipped_files)


def test_yaml_is_written_as_people_write_it(small, tmp_path):
    text = (export(small, tmp_path / "out") / "entries" / "compare.debugging.yaml").read_text(encoding="utf-8")

    assert text.startswith(
        "id: compare.debugging\ntitle: Debugging\nframeworks:\n  - pytorch\n  - tensorflow\nabout:\n"
    )
    assert "\nphrasings:\n  - which is easier to debug\n  - breakpoints in a model\n" in text
    assert text.endswith("related:\n  - history.tensorflow\nchecked_on: 2026-01-10\n")


def test_a_scope_goes_into_yaml_and_json_and_not_into_a_table(base, tmp_path):
    base.change("compare/debugging.yaml", "phrasings:\n", "scope: For curators alone.\nphrasings:\n")
    loaded = load_with_places(base.path)

    assert "\nscope: For curators alone.\nphrasings:\n" in (
        export(loaded, tmp_path / "out") / "entries" / "compare.debugging.yaml"
    ).read_text(encoding="utf-8")
    assert json.loads(text_of(loaded, "json"))["entries"][0]["scope"] == "For curators alone."
    assert "For curators alone." not in text_of(loaded, "csv")


def test_with_an_overlay_it_is_the_knowledge_that_the_bot_has(base, top, entry, tmp_path):
    top.write("new.yaml", entry("team.new"))
    top.write("hide.yaml", "- history.tensorflow\n")
    top.write("phrasings.yaml", "compare.debugging: [our debugger]\n")
    both = load_both(base.path, top.path)

    out = export(both, tmp_path / "out")

    assert same(load(out), both.knowledge)
    assert [*load(out).entries] == ["compare.debugging", "team.new"]


def test_a_vocabulary_of_awkward_words_comes_back(top, tmp_path):
    words = ["yes", "1e5", "?0", "a, b", "[x]", "#x", "<<", "a: b", "-", "2026-01-01", "x\u2028y"]
    vocabulary = REGISTERS[VOCABULARY].validate_python(
        {
            "tools": [{"id": f"t{number}", "name": word, "aliases": words} for number, word in enumerate(words)],
            "elsewhere": words,
            "abbreviations": {word: word for word in words},
        }
    )
    top.write("a.yaml", "id: a\ntitle: a\nphrasings: [a]\nanswer: {text: a}\n")

    out = export(loaded_from([*load(top.path).entries.values()], vocabulary), tmp_path / "out")

    assert load(out).vocabulary == vocabulary


# JSON


def test_json_has_everything_in_the_words_of_the_model(shipped_files):
    document = json.loads(text_of(shipped_files, "json"))

    assert [*document] == [
        "format",
        "version",
        "entries",
        "sources",
        "vocabulary",
        "calibration",
        "recommendation",
        "article",
    ]
    entries = [ENTRY.validate_python(values) for values in document["entries"]]
    assert {entry.id: entry for entry in entries} == shipped_files.knowledge.entries
    assert document["version"] == shipped_files.knowledge.version
    for name in ("sources", "vocabulary", "calibration", "recommendation"):
        value = REGISTERS[f"{name}.yaml"].validate_python(document[name])
        assert value == getattr(shipped_files.knowledge, name)
    assert REGISTERS["article.yaml"].validate_python(document["article"]) == shipped_files.article


# CSV


def test_every_shipped_phrasing_and_answer_comes_back_from_csv(shipped_files, tmp_path):
    import_table(export(shipped_files, tmp_path / "all.csv", "csv"), tmp_path / "back")

    def carried(knowledge):
        return [(entry.id, entry.title, entry.phrasings, entry.answer.text) for entry in knowledge.entries.values()]

    assert carried(load(tmp_path / "back")) == carried(shipped_files.knowledge)


def test_csv_has_a_row_for_each_phrasing_and_the_answer_once(small):
    rows = [*csv.DictReader(io.StringIO(text_of(small, "csv"), newline=""))]

    assert len(rows) == 16
    assert rows[8] == {
        "phrasing": "when was tensorflow released",
        "label": "history.tensorflow",
        "title": "History of TensorFlow",
        "answer": "Google released TensorFlow in 2015.",
    }
    assert rows[9] == {
        "phrasing": "who made it at google",
        "label": "history.tensorflow",
        "title": "",
        "answer": "",
    }


def test_hostile_cells_are_text_in_the_file(top):
    top.write("a.yaml", 'id: a.b\ntitle: "=HYPERLINK(1)"\nphrasings: [\'@SUM(1)\', plain]\nanswer: {text: "x;=1"}\n')

    row, _ = csv.DictReader(io.StringIO(text_of(load_with_places(top.path), "csv"), newline=""))
    assert (row["phrasing"], row["title"], row["answer"]) == ("'@SUM(1)", "'=HYPERLINK(1)", "x;'=1")


def test_a_csv_file_is_utf8_with_the_mark_that_spreadsheets_look_for_and_windows_line_ends(small, tmp_path):
    content = export(small, tmp_path / "out.csv", "csv").read_bytes()

    assert content.startswith(b'\xef\xbb\xbf"phrasing","label",')
    assert content.endswith(b'"\r\n')


@given(text=st.text() | st.lists(st.sampled_from("=+-@';\t\r\n x\uff1d")).map("".join))
def test_no_cell_begins_a_formula_and_every_one_comes_back(text):
    cell = guarded(text)

    assert not re.search(r"(\A|[;\t\r\n])[=+\-@\uff1d\uff0b\uff0d\uff20]", cell)
    assert unguarded(cell) == text


# Files and folders


@pytest.mark.parametrize("form", FORMS)
def test_what_is_there_already_stays(small, tmp_path, form):
    out = tmp_path / "there"
    mine = out / "mine.txt" if form == "yaml" else out
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")

    with pytest.raises(KnowledgeError, match="already"):
        export(small, out, form)
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(("name", "form"), [("a.json", "yaml"), ("a.yaml", "yaml"), ("folder", "json")])
def test_a_file_is_no_folder_and_a_folder_no_file(small, tmp_path, name, form):
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "folder").mkdir()

    with pytest.raises(KnowledgeError, match="name a f"):
        export(small, tmp_path / name, form)


def test_a_place_that_cannot_be_written_to_is_named(small, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(KnowledgeError, match="cannot be written"):
        export(small, tmp_path / "file" / "out.json", "json")


@pytest.mark.parametrize(("name", "form"), [("a.csv", "csv"), ("a.JSON", "json"), ("a", "yaml"), ("a.b", "yaml")])
def test_the_ending_says_the_form(name, form):
    assert form_of(Path(name)) == form


# Any entry

_AWKWARD = st.sampled_from(
    "<< = yes no null ~ 1e5 0x1f 2026-11-22 12:30:45 -x #c a:b !!str &a *a | > @x ` % ' \" \\ --- ... ?0 [a {a a,b] "
    "true 0o7 1_000 .inf - : \\N =1+1 +1 -1 @SUM(1) '=1 ''=1 x;=1 x;'-y =cmd|'/C\u0020calc'!A0 a,b;c".split()
) | st.sampled_from(
    [
        "a: b",
        "a #b",
        "a\nb",
        "a\r\nb",
        "\x85",
        "x\u2028y",
        "\ufeff",
        "x\x00y",
        "x\t=1",
        "😀",
        "x " * 60,
        "\x1cx",
        "x\n=1",
    ]
)
_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n")  # no entry holds others
_TEXT = st.text(_CHARACTERS, min_size=1, max_size=170) | _AWKWARD
_NAME = st.text(_CHARACTERS, min_size=1, max_size=80) | _AWKWARD.map(lambda text: text[:80])
_DAY = st.none() | st.dates()
_STATEMENT = st.fixed_dictionaries({"text": _TEXT, "confidence": st.sampled_from("HMLJ"), "checked_on": _DAY})
_SOURCES = st.dictionaries(
    _NAME, st.fixed_dictionaries({"title": _TEXT, "seen": st.dates(), "url": st.none() | _TEXT}), max_size=2
)
_VALUES = st.fixed_dictionaries(
    {
        "id": _NAME,
        "title": _TEXT.map(lambda text: text[:75]),
        "phrasings": st.lists(_TEXT, min_size=1, max_size=5),
        "answer": _STATEMENT,
    },
    optional={
        "kind": st.sampled_from(["answer", "decline", "social"]),
        "off_subject": st.booleans(),
        "since": st.lists(_STATEMENT, max_size=2),
        "cells": st.dictionaries(
            _NAME, st.fixed_dictionaries({"today": _STATEMENT, "article": st.none() | _TEXT}), max_size=2
        ),
        "next_step": _TEXT,
        "scope": _TEXT,
        "frameworks": st.lists(_NAME, max_size=3),
        "related": st.lists(_NAME, max_size=3),
        "checked_on": _DAY,
        "sources": _SOURCES,
    },
)


def _valid(values):
    """The entry; None for text that is nothing once stripped."""
    try:
        entry = ENTRY.validate_python(values)
    except ValidationError:
        return None
    keys = [*entry.sources]
    return ENTRY.validate_python({**values, "answer": {**values["answer"], "sources": keys}})


_ENTRIES = st.lists(_VALUES.map(_valid).filter(bool), min_size=1, max_size=3, unique_by=lambda entry: entry.id)
_ANY = settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])


def loaded_from(entries, vocabulary=None):
    """What would be loaded, of these entries."""
    knowledge = KnowledgeBase(
        version="x",
        entries={entry.id: entry for entry in entries},
        sources={},
        vocabulary=vocabulary or Vocabulary(),
    )
    return Loaded(knowledge, {})


def _emptied(folder):
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    return folder


@_ANY
@given(entries=_ENTRIES)
def test_any_entry_comes_back_from_yaml(tmp_path, entries):
    folder = export(loaded_from(entries), _emptied(tmp_path / "yaml"))

    assert load(folder).entries == {entry.id: entry for entry in entries}


@_ANY
@given(entries=_ENTRIES)
def test_any_entry_comes_back_from_json(entries):
    document = json.loads(text_of(loaded_from(entries), "json"))

    assert [ENTRY.validate_python(values) for values in document["entries"]] == entries


@_ANY
@given(entries=_ENTRIES)
def test_any_export_to_csv_can_be_imported(tmp_path, entries):
    (tmp_path / "any.csv").unlink(missing_ok=True)
    export(loaded_from(entries), tmp_path / "any.csv", "csv")
    problems = []
    try:
        done = import_table(tmp_path / "any.csv", tmp_path / "any")
    except KnowledgeError as error:
        problems = error.problems

    if problems:
        # Text that is white space to Python alone, and ids that are the same in one line.
        assert all(re.search("is empty|is missing|is another one", problem.message) for problem in problems)
    else:
        assert load(tmp_path / "any").entries
        distinct = [{normal_form(one_line(text)) for text in entry.phrasings} for entry in entries]
        assert done.phrasings == sum(map(len, distinct))
