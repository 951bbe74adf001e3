"""Phrasings, taken out of the knowledge for the test."""

from __future__ import annotations

from dataclasses import replace

import pytest
from curation_ground import written

from bot.cases import Case
from bot.curation import regression
from bot.curation.regression import withheld, without
from knowledge.loading import load


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory):
    return load(written(tmp_path_factory.mktemp("regression")))


def test_one_of_ten_phrasings_of_each_answer_is_asked(knowledge):
    own = knowledge.entries["choose.mobile"]
    long = replace(own, phrasings=tuple(f"number {number}" for number in range(25)))
    asked = withheld(replace(knowledge, entries={**knowledge.entries, own.id: long}))
    assert [case.question for case in asked if case.label == own.id] == ["number 2", "number 12", "number 22"]
    assert {case.label for case in asked} == {
        entry.id for entry in knowledge.entries.values() if entry.kind == "answer"
    }


def test_never_more_than_so_many_spread_over_all(knowledge, monkeypatch):
    monkeypatch.setattr(regression, "MOST", 2)
    assert [case.label for case in withheld(knowledge)] == ["choose.mobile", "choose.research"]


def test_what_is_asked_is_taken_out_and_nothing_else(knowledge):
    cases = withheld(knowledge)
    left = without(knowledge, cases)
    for name, entry in knowledge.entries.items():
        out = {case.question for case in cases if case.label == name}
        assert left.entries[name].phrasings == tuple(one for one in entry.phrasings if one not in out)
        assert replace(left.entries[name], phrasings=entry.phrasings) == entry


def test_an_entry_keeps_its_only_phrasing(knowledge):
    only = replace(knowledge.entries["choose.mobile"], phrasings=("which one",))
    small = replace(knowledge, entries={only.id: only})
    assert without(small, [Case("which one", only.id)]) == small


def test_an_entry_that_is_gone_is_no_matter(knowledge):
    assert without(knowledge, [Case("which one", "gone.away")]) == knowledge


def test_knowledge_of_a_few_phrasings_has_nothing_to_ask(knowledge):
    only = replace(knowledge.entries["choose.mobile"], phrasings=("which one",))
    assert withheld(replace(knowledge, entries={only.id: only})) == ()
