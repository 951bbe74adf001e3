"""Phrasings put into files by a program: what was there stays to the byte, and what comes out says what was meant."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from knowledge.editing import item, lines_of, scalar, with_further_phrasings, with_phrasings
from knowledge.errors import KnowledgeError
from knowledge.schema import FOLDER

FILE = Path("a.yaml")

BLOCK = """\
# what it is about
id: a.b   # never changes
title: 'A, B'
phrasings:
  - one  # the first
  - "two: with a colon"
  - three that goes on and on until it has to be carried over into the next line of the file
    because it is so long

  # and the last
  - four
answer: {text: Yes.}
"""

ANY = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" ")).map(
    lambda text: " ".join(text.split())
)


def loaded(text):
    return YAML(typ="safe").load(text)


def added_lines(before, after):
    """What a diff shows as added, where it shows nothing as removed."""
    lines = [line for line in difflib.ndiff(lines_of(before), lines_of(after)) if line[0] in "+-"]
    assert all(line.startswith("+ ") for line in lines), lines
    return [line[2:] for line in lines]


def test_they_follow_the_last_one_and_nothing_else_changes():
    after = with_phrasings(BLOCK, "a.b", ["five", "six: seven"], file=FILE)

    assert added_lines(BLOCK, after) == ["  - five\n", '  - "six: seven"\n']
    assert loaded(after)["phrasings"][3:] == ["four", "five", "six: seven"]


def test_the_indentation_is_the_lists_own():
    text = "id: a\nphrasings:\n- one\nanswer: {text: Yes.}\n"

    assert added_lines(text, with_phrasings(text, "a", ["two"], file=FILE)) == ["- two\n"]


def test_a_long_one_is_carried_over_as_its_neighbours_are():
    words = "a question of so many words that it does not fit on one single line of a hundred characters at all"
    after = with_phrasings(BLOCK, "a.b", [words], file=FILE)

    assert [len(line.rstrip()) <= 100 for line in added_lines(BLOCK, after)] == [True, True]
    assert loaded(after)["phrasings"][-1] == words


def test_of_a_list_of_entries_only_the_one_meant_is_extended():
    text = (
        "- id: a\n  phrasings:\n    - one\n- id: b\n  phrasings:\n    - one\n    - two\n- id: c\n  phrasings: [one]\n"
    )
    after = with_phrasings(text, "b", ["three"], file=FILE)

    assert [entry["phrasings"] for entry in loaded(after)] == [["one"], ["one", "two", "three"], ["one"]]
    assert added_lines(text, after) == ["    - three\n"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("phrasings: [one, two ] # few\n", 'phrasings: [one, two, "a, b", three ] # few\n'),
        ("phrasings: [one,\n  two,\n]\n", 'phrasings: [one,\n  two, "a, b", three,\n]\n'),
    ],
)
def test_a_list_in_brackets_is_extended_within_them(before, after):
    assert with_phrasings(f"id: a\n{before}", "a", ["a, b", "three"], file=FILE) == f"id: a\n{after}"


def test_a_folded_text_at_the_end_stays_whole():
    text = "id: a\nphrasings:\n  - one\n  - >-\n    two\n    three\nanswer: {text: Yes.}\n"

    assert loaded(with_phrasings(text, "a", ["four"], file=FILE))["phrasings"] == ["one", "two three", "four"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_are_the_files_own(end):
    text = BLOCK.replace("\n", end)
    after = with_phrasings(text, "a.b", ["five " * 30], file=FILE)

    assert after.count("\n") == after.count(end) > text.count(end)


def test_a_file_that_does_not_end_its_last_line_gets_that_end_too():
    text = "id: a\nphrasings:\n  - one"

    assert with_phrasings(text, "a", ["two"], file=FILE) == "id: a\nphrasings:\n  - one\n  - two\n"


@pytest.mark.parametrize(
    "text",
    [
        "id: a\nphrasings: &all [one]\nabout: *all\n",
        "- id: a\n  phrasings: &all\n    - one\n- id: b\n  phrasings: *all\n",
    ],
    ids=["within an entry", "between entries"],
)
def test_what_would_change_something_else_is_left_to_a_person(text):
    with pytest.raises(KnowledgeError, match=r"a\.yaml: is written in a way .* -> add them by hand"):
        with_phrasings(text, "a", ["two"], file=FILE)


def test_an_entry_that_is_not_there_is_left_to_a_person():
    with pytest.raises(KnowledgeError, match="by hand"):
        with_phrasings(BLOCK, "a.c", ["two"], file=FILE)


def test_every_shipped_entry_can_be_extended_by_added_lines_alone():
    for file in sorted((FOLDER / "content").glob("*/*.yaml"))[::6]:
        text = file.read_text(encoding="utf-8")
        entry = loaded(text)["id"]
        assert added_lines(text, with_phrasings(text, entry, ["one thing more"], file=file)) == ["  - one thing more\n"]


# phrasings.yaml


def test_the_first_ones_of_an_overlay_make_the_file():
    text = with_further_phrasings("", "a.b", ["one", "two: three"], file=FILE)

    assert text.startswith("# ")
    assert loaded(text) == {"a.b": ["one", "two: three"]}


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("# ours\na.b:\n  - one  # yes\nc.d: [x]\n", ["  - two\n"]),
        ("# ours\nc.d: [x]\n", ["a.b:\n", "  - two\n"]),
        ("c.d:\n- x\n", ["a.b:\n", "  - two\n"]),
    ],
    ids=["an entry that has some", "another entry", "no indentation"],
)
def test_further_ones_are_added_lines(before, added):
    after = with_further_phrasings(before, "a.b", ["two"], file=FILE)

    assert added_lines(before, after) == added
    assert loaded(after)["a.b"][-1] == "two"


def test_a_file_whose_last_line_has_no_end_is_no_hindrance():
    assert with_further_phrasings("c.d: [x]", "a.b", ["two"], file=FILE) == "c.d: [x]\na.b:\n  - two\n"


@pytest.mark.parametrize("text", ["{c.d: [x]}\n", "- c.d\n", "a: [\n"])
def test_a_file_of_another_form_is_left_to_a_person(text):
    with pytest.raises(KnowledgeError, match="by hand"):
        with_further_phrasings(text, "a.b", ["two"], file=FILE)


# Single values


@given(ANY)
def test_any_text_reads_as_it_was_meant(text):
    assert loaded(f"- {scalar(text)}\n- {item(text, '')[2:]}\n") == [text, text]
    assert loaded(f"[{scalar(text, within_brackets=True)}, {scalar(text, within_brackets=True)}]") == [text, text]


def test_quotation_marks_stand_only_where_they_are_needed():
    assert scalar("what's up, doc?") == "what's up, doc?"
    assert scalar("a, b", within_brackets=True) == '"a, b"'
    assert scalar("12") == '"12"'
