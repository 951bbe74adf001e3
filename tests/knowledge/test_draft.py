"""Drafts: what is still to be written is told, and claims nothing yet."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.checks import check
from knowledge.loading import load_with_places

HISTORY = "overview/history.yaml"
ANSWER = "  text: Google released TensorFlow in 2015.\n  confidence: H\n  sources: [readme]\n"


@pytest.fixture
def told(base):
    def told():
        found = check(load_with_places(base.path), today=date(2026, 2, 1))
        return [(problem.rule, problem.severity, problem.line, problem.field) for problem in found]

    return told


def test_an_answer_that_is_still_to_be_written_is_a_warning_and_needs_no_source(base, told):
    base.change(HISTORY, ANSWER, '  text: "To be written: soon."\n')

    assert told() == [("unwritten", "warning", 14, "answer.text")]


def test_so_is_anything_else_that_readers_see(base, told):
    base.change(HISTORY, "checked_on:", 'next_step: "To be written: a step."\nchecked_on:')

    assert [(rule, field) for rule, _, _, field in told()] == [("unwritten", "next_step")]


def test_a_draft_may_have_few_phrasings(base, told):
    base.change(HISTORY, "  - how old is tf\n", "")
    assert [(rule, severity) for rule, severity, _, _ in told()] == [("phrasing-few", "error")]

    base.change(HISTORY, ANSWER, '  text: "To be written: soon."\n')
    assert {(rule, severity) for rule, severity, _, _ in told()} == {
        ("phrasing-few", "warning"),
        ("unwritten", "warning"),
    }


def test_what_is_written_beside_a_draft_needs_its_source(base, told):
    base.change(HISTORY, ANSWER, '  text: "To be written: soon."\n')
    base.change(HISTORY, "    confidence: H\n    sources: [readme]\n", "")

    assert [rule for rule, _, _, _ in told()] == ["unwritten", "source"]
