"""phrasings.yaml: what an overlay adds to the phrasings of entries below it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from knowledge.checks import check
from knowledge.errors import KnowledgeError
from knowledge.loading import load
from knowledge.overlay import lay_over, load_both
from knowledge.phrasing_checks import phrasings_find_their_entry
from knowledge.schema import FOLDER

TODAY = date(2026, 2, 1)
FURTHER = "compare.debugging:\n  - watch it fail\n  - poke at a tensor\n"


def refused(base, top):
    with pytest.raises(KnowledgeError) as caught:
        load_both(base.path, top.path)
    (problem,) = caught.value.problems
    return problem.file.name, problem.line, problem.field, problem.message, problem.hint


def reported(base, top, **more):
    return [
        (problem.rule, problem.severity, problem.file.name, problem.line, problem.field)
        for problem in check(load_both(base.path, top.path), today=TODAY, **more)
    ]


def test_they_follow_the_entrys_own_and_change_nothing_else(base, top):
    top.write("phrasings.yaml", FURTHER)
    below = load(base.path)

    found = load_both(base.path, top.path).knowledge

    own = below.entries["compare.debugging"]
    assert found.entries == {
        **below.entries,
        "compare.debugging": replace(own, phrasings=(*own.phrasings, "watch it fail", "poke at a tensor")),
    }


def test_laying_over_loaded_knowledge_gives_the_same_as_loading_both(base, top):
    top.write("phrasings.yaml", FURTHER)

    assert lay_over(load(base.path), top.path) == load_both(base.path, top.path).knowledge


def test_the_version_distinguishes_them(base, top):
    top.write("phrasings.yaml", FURTHER)
    before = load_both(base.path, top.path).knowledge.version
    top.change("phrasings.yaml", "watch it fail", "watch it run")

    assert load_both(base.path, top.path).knowledge.version != before


def test_space_around_a_phrasing_is_no_part_of_it(base, top):
    top.write("phrasings.yaml", 'compare.debugging: ["  watch it fail  "]\n')

    assert load_both(base.path, top.path).knowledge.entries["compare.debugging"].phrasings[-1] == "watch it fail"


def test_an_unknown_entry_is_refused_with_what_was_meant(base, top):
    top.write("phrasings.yaml", "history.tensorflow: [olden times]\ncompare.debuging: [watch it fail]\n")

    assert refused(base, top) == (
        "phrasings.yaml",
        2,
        "compare.debuging",
        '"compare.debuging" is not an entry',
        'did you mean "compare.debugging"?',
    )


def test_an_entry_that_the_overlay_hides_is_refused(base, top):
    top.write("hide.yaml", "- compare.debugging\n")
    top.write("phrasings.yaml", FURTHER)

    file, line, _, message, hint = refused(base, top)
    assert (file, line, message) == ("phrasings.yaml", 1, '"compare.debugging" is hidden here')
    assert "hide.yaml" in hint


def test_an_entry_of_the_overlay_itself_is_refused_with_its_place(base, top, entry):
    top.write("ours.yaml", "# ours\n" + entry("compare.debugging"))
    top.write("phrasings.yaml", FURTHER)

    file, line, _, message, hint = refused(base, top)
    assert (file, line) == ("phrasings.yaml", 1)
    assert hint == "take it off here: an own entry replaces the one below, and has its phrasings itself"
    assert "ours.yaml:2" in message


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("- watch it fail\n", 1, "", "must be a mapping"),
        ("# a list is wanted\ncompare.debugging: watch it fail\n", 2, "compare.debugging", "must be a list"),
        ("compare.debugging:\n  - fine\n  - 7\n", 3, "compare.debugging.1", "must be text"),
        ("compare.debugging: []\n", 1, "compare.debugging", "at least 1 item"),
        ('compare.debugging:\n  - fine\n  - ""\n', 3, "compare.debugging.1", "at least 1 character"),
    ],
)
def test_a_malformed_file_is_reported_by_line_and_field(base, top, text, line, field, message):
    top.write("phrasings.yaml", text)

    found = refused(base, top)
    assert found[:3] == ("phrasings.yaml", line, field)
    assert message in found[3]


def test_they_have_no_place_below(base):
    base.write("phrasings.yaml", FURTHER)

    with pytest.raises(KnowledgeError, match=r"phrasings\.yaml: is read in an overlay only"):
        load(base.path)


# The checks report them in the file that has them.


def test_sound_ones_raise_no_problem(base, top):
    top.write("phrasings.yaml", FURTHER)

    assert reported(base, top) == []


def test_one_that_another_entry_has_is_an_error_here_whichever_comes_first(base, top):
    top.write("phrasings.yaml", "compare.debugging: [how old is TF]\nhistory.tensorflow: [pdb or tfdbg]\n")

    assert reported(base, top) == [
        ("phrasing-shared", "error", "phrasings.yaml", 1, "compare.debugging.0"),
        ("phrasing-shared", "error", "phrasings.yaml", 2, "history.tensorflow.0"),
    ]


def test_a_clash_names_the_place_of_the_other(base, top):
    top.write("phrasings.yaml", "compare.debugging: [how old is TF]\nhistory.tensorflow: [watch it fail]\n")
    top.write("ours.yaml", "id: team.a\ntitle: A\nphrasings: [watch it fail]\nanswer: {text: A.}\n")

    messages = [problem.message for problem in check(load_both(base.path, top.path), today=TODAY)]
    assert any("history.tensorflow" in message and "history.yaml:7)" in message for message in messages)
    assert any("phrasings.yaml:2)" in message or "ours.yaml:3)" in message for message in messages)


def test_one_that_comes_close_to_another_entrys_is_a_warning_here(base, top):
    top.write("phrasings.yaml", "compare.debugging:\n  - the origin and the milestone\n")

    assert reported(base, top) == [("phrasing-close", "warning", "phrasings.yaml", 2, "compare.debugging.0")]


def test_one_that_does_not_find_its_entry_is_reported_here(base, top):
    top.write("phrasings.yaml", FURTHER)
    entries = load(base.path).entries.values()
    owners = {phrasing: entry.id for entry in entries for phrasing in entry.phrasings}

    assert reported(base, top, rules={"found": partial(phrasings_find_their_entry, find=owners.get)}) == [
        ("found", "error", "phrasings.yaml", 2, "compare.debugging.0"),
        ("found", "error", "phrasings.yaml", 3, "compare.debugging.1"),
    ]


def test_the_guides_example_loads(tmp_path):
    guide = (FOLDER / "README.md").read_text(encoding="utf-8")
    (example,) = [
        block for block in re.findall(r"  ```yaml\n(.*?)  ```", guide, re.DOTALL) if "choose.mobile:" in block
    ]
    (tmp_path / "phrasings.yaml").write_text(example, encoding="utf-8")

    found = load_both(FOLDER / "content", tmp_path).knowledge.entries["choose.mobile"]

    assert found.phrasings[-1] == "can our scanner app classify parcels offline"
