"""A proposal tried out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from curation_ground import ground, written

from bot.answering import Thresholds
from bot.cases import Case
from bot.curation.target import Target
from bot.curation.trial import tried

GOOD = ("runtime for scanners in the warehouse", "handhelds in a depot")
HARMFUL = "a large website that is to run for years"
HELD_OUT = ("which runtime do warehouse scanners need", "depot handhelds")
GUARDS = (Case("A large website that is to run for years?", "choose.production"), Case("lab work", "choose.research"))


@pytest.fixture(scope="module")
def on(tmp_path_factory):
    folder = written(tmp_path_factory.mktemp("trial"))
    return ground(Target(folder), cases=GUARDS, thresholds=Thresholds(answer=0.4, choices=0.1))


def trial(on, *phrasings, held_out=HELD_OUT):
    before = on.bot.knowledge
    own = before.entries["choose.mobile"]

    def change(further):
        return replace(before, entries={**before.entries, own.id: replace(own, phrasings=(*own.phrasings, *further))})

    return tried(change, own.id, phrasings, held_out, on)


def test_what_gets_better_is_counted_apart_from_what_was_put_in(on):
    found = trial(on, *GOOD)
    assert found.phrasings == GOOD
    assert (found.asked.total, found.asked.right_after) == (2, 2)
    assert [shift.case.question for shift in found.held_out.better] == list(HELD_OUT)
    assert (found.mends, found.breaks, found.guard.total) == (2, 0, 2)
    assert found.dropped == ()


def test_a_phrasing_that_spoils_another_answer_is_dropped(on):
    found = trial(on, GOOD[0], HARMFUL, GOOD[1])
    assert found.phrasings == GOOD
    assert (found.mends, found.breaks) == (2, 0)
    (dropped,) = found.dropped
    assert dropped.wording == HARMFUL
    assert dropped.why == 'would spoil the answer to "A large website that is to run for years?"'


def test_the_last_phrasing_is_kept_and_what_it_breaks_is_told(on):
    found = trial(on, HARMFUL, held_out=())
    assert found.phrasings == (HARMFUL,)
    assert (found.mends, found.breaks) == (0, 1)
    assert [shift.case for shift in found.worse] == [GUARDS[0]]


def test_nothing_held_out_is_nothing_mended(on):
    assert trial(on, *GOOD, held_out=()).mends == 0
