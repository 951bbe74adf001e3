"""What --write changes in the files, and what it leaves alone."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.freshness.facts import CheckedFact, facts
from adapters.freshness.revision import revise
from knowledge.loading import load_with_places

TODAY = date(2026, 11, 30)
ENTRY = """\
# what the team pins
id: team.pins   # stable
title: Pinned versions
frameworks: [pytorch]
phrasings: [which versions do we pin]
answer:
  text: {text}  # shown first
  confidence: H
  watch:
    - {{kind: pypi, name: torch, value: "2.14.1"}}   # the wheel
checked_on: 2026-11-22
"""


@pytest.fixture
def revised(tmp_path):
    """Writes an entry, says what was found of its facts, and revises it: what was changed, and the file."""

    def revised(text, found, name="entry.yaml"):
        file = tmp_path / name
        file.write_bytes(text.encode())
        loaded = load_with_places(tmp_path)
        checked = [
            CheckedFact(fact, found.get(fact.name), holds=found.get(fact.name) == fact.value)
            for fact in facts(loaded.knowledge)
        ]
        written = revise(loaded.places, checked, TODAY)
        return written, file.read_bytes().decode()

    return revised


@pytest.mark.parametrize("text", ["2.14.1", '"2.14.1"', "'PyTorch 2.14.1.'", "The newest version of torch is 2.14.1."])
def test_a_sentence_that_says_only_the_value_is_updated_and_dated_and_the_rest_of_the_file_stays(revised, text):
    before = ENTRY.format(text=text)
    written, after = revised(before, {"torch": "2.15.0"})
    assert written == ["team.pins answer"]
    assert after == before.replace("2.14.1", "2.15.0").replace("  watch:", "  checked_on: 2026-11-30\n  watch:")


@pytest.mark.parametrize(
    "text",
    [
        "PyTorch 2.14.1 broke our models.",
        "PyTorch 2.14.1, October 2026.",
        "PyTorch is not at 2.14.1.",
        "PyTorch 2.14.1 and again 2.14.1.",
        "The newest PyTorch.",
    ],
)
def test_a_sentence_that_says_more_is_left_to_a_person(revised, text):
    before = ENTRY.format(text=text)
    assert revised(before, {"torch": "2.15.0"}) == ([], before)


def test_a_value_that_still_holds_gets_the_day_alone(revised):
    before = ENTRY.format(text="2.14.1")
    written, after = revised(before, {"torch": "2.14.1"})
    assert written == ["team.pins answer"]
    assert after == before.replace("  watch:", "  checked_on: 2026-11-30\n  watch:")


def test_the_day_of_the_statement_itself_is_updated(revised):
    before = ENTRY.format(text="2.14.1").replace("  watch:", "  checked_on: 2026-10-01\n  watch:")
    _, after = revised(before, {"torch": "2.15.0"})
    assert after == before.replace("2.14.1", "2.15.0").replace("2026-10-01", "2026-11-30")


def test_what_was_not_checked_is_left_alone(revised):
    before = ENTRY.format(text="2.14.1")
    assert revised(before, {}) == ([], before)


def test_of_two_facts_both_must_have_been_checked(revised):
    before = ENTRY.format(text="PyTorch 2.14.1, JAX 0.12.0").replace(
        "  watch:\n", '  watch:\n    - {kind: pypi, name: jax, value: "0.12.0"}\n'
    )
    assert revised(before, {"torch": "2.15.0"}) == ([], before)
    written, after = revised(before, {"torch": "2.15.0", "jax": "0.12.1"})
    assert written == ["team.pins answer"]
    assert "PyTorch 2.15.0, JAX 0.12.1" in after


IN_ONE_LINE = """\
- id: team.pins
  title: Pinned versions
  phrasings: [which versions do we pin]
  answer: {text: See below.}
  since:
    - {text: "torch 2.14.1", watch: [{kind: pypi, name: torch, value: "2.14.1"}]}
    - watch:
        - kind: pypi
          name: torch
          value: 2.14.1
      text: 2.14.1
"""


def test_any_layout_is_kept(revised):
    written, after = revised(IN_ONE_LINE, {"torch": "2.15.0"})
    assert written == ["team.pins since.0", "team.pins since.1"]
    dated = IN_ONE_LINE.replace("2.14.1", "2.15.0")
    dated = dated.replace('"torch 2.15.0", watch', '"torch 2.15.0", checked_on: 2026-11-30, watch')
    assert after == dated.replace("    - watch:", "    - checked_on: 2026-11-30\n      watch:")


def test_windows_line_ends_are_kept(revised):
    before = ENTRY.format(text="2.14.1").replace("\n", "\r\n")
    _, after = revised(before, {"torch": "2.15.0"})
    assert after.count("\n") == after.count("\r\n") == before.count("\r\n") + 1
    assert '"2.15.0"' in after


def test_a_text_over_several_lines_and_json_lines_are_left_to_a_person(revised):
    folded = ENTRY.format(text=">-\n    PyTorch\n    2.14.1")
    assert revised(folded.replace("  # shown first", ""), {"torch": "2.15.0"})[0] == []
    line = (
        '{"id": "b.c", "title": "A", "phrasings": ["b"], "answer": {"text": "2.14.1",'
        ' "watch": [{"kind": "pypi", "name": "torch", "value": "2.14.1"}]}}\n'
    )
    assert revised(line, {"torch": "2.15.0"}, "lines.jsonl") == ([], line)
