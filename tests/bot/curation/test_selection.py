"""Which wordings become phrasings."""

from __future__ import annotations

import pytest
from curation_ground import written

from bot.answering import Bot, Thresholds
from bot.curation.selection import MOST_CHARACTERS, LeftOut, Selector
from knowledge.loading import load

CLEAN = (
    "runtime for scanners in the warehouse",
    "what do handhelds in a depot need",
    "barcode readers that classify parcels",
    "forklift terminals, which library",
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory):
    knowledge = load(written(tmp_path_factory.mktemp("selection")))
    return Bot(knowledge, thresholds=Thresholds(answer=0.8, choices=0.1))


@pytest.fixture(scope="module")
def select(bot):
    return Selector(bot).select


def test_half_of_the_usable_wordings_become_phrasings_and_the_others_are_held_out(select):
    found = select(CLEAN, "choose.mobile", 5)
    assert (found.phrasings, found.held_out, found.left_out) == (CLEAN[:2], CLEAN[2:], ())


def test_of_an_odd_number_the_larger_half(select):
    assert select(CLEAN[:3], "choose.mobile", 5).phrasings == CLEAN[:2]
    assert select(CLEAN[:1], "choose.mobile", 5) == select(CLEAN[:1], "choose.mobile", 5)
    assert select(CLEAN[:1], "choose.mobile", 5).held_out == ()


def test_no_more_than_asked_for(select):
    assert select(CLEAN, "choose.mobile", 1).phrasings == CLEAN[:1]


def test_one_that_says_what_a_chosen_one_says_gives_way_to_the_next(select):
    wordings = (CLEAN[0], "the runtime for the warehouse scanners, please", *CLEAN[1:])
    found = select(wordings, "choose.mobile", 5)
    assert found.phrasings == CLEAN[:3]
    assert found.held_out == (wordings[1], CLEAN[3])


@pytest.mark.parametrize(
    ("wording", "why"),
    [
        ("can [mention] tell me which scanner runtime", "has something masked in it"),
        ("see [link] on warehouse runtimes", "has something masked in it"),
        ("warehouse " * 12 + "x", "is too long"),
        ("we have many handhelds ... which runtime do they need", "is too long"),
        ("scanners??", "is too short"),
        ("best choice for an Android app?", "is a phrasing already"),
        ("which one in PRODUCTION", "is a phrasing of choose.production"),
        ("the best choices for android app", 'says the same as "best choice for an android app", which is one'),
        ("large websites, serving", 'says the same as "serving a large website" of choose.production'),
    ],
)
def test_what_cannot_be_a_phrasing_is_left_out_with_the_reason(select, wording, why):
    assert len(wording) <= MOST_CHARACTERS or why == "is too long"
    found = select((wording, *CLEAN), "choose.mobile", 5)
    assert found.left_out == (LeftOut(wording, why),)
    assert found.phrasings == CLEAN[:2]


def test_a_new_entry_leaves_every_other_its_phrasings(select):
    assert select(("best choice for an Android app?",), "", 5).left_out[0].why == "is a phrasing of choose.mobile"


def test_what_is_masked_or_too_long_is_still_measured_on(select):
    masked = "can [mention] tell me which scanner runtime"
    assert masked in select((masked, *CLEAN), "choose.mobile", 5).held_out


def test_code_is_neither_put_in_nor_measured_on(select):
    code = "ValueError: warehouse scanner has no runtime"
    found = select((code, *CLEAN), "choose.mobile", 5)
    assert found.left_out == (LeftOut(code, "has code in it"),)
    assert code not in found.held_out


@pytest.mark.parametrize(
    ("stray", "why"),
    [
        ("we run it in production on large websites", "is answered with choose.production"),
        ("which one in production?", "is a phrasing of choose.production"),
        ("tell me a joke", "is a phrasing of decline.jokes"),
    ],
)
def test_nor_is_what_belongs_to_another_entry(select, stray, why):
    found = select((stray, *CLEAN), "choose.mobile", 5)
    assert found.left_out == (LeftOut(stray, why),)
    assert stray not in found.held_out


def test_what_the_entry_answers_already_is_measured_on_alone(select):
    known = "phones and an android camera app, which one is best for those"
    found = select((known, *CLEAN), "choose.mobile", 5)
    assert found.left_out == (LeftOut(known, "is answered already"),)
    assert known in found.held_out


def test_what_is_turned_down_today_may_become_a_phrasing(select):
    refused = "something funny about warehouse scanners"
    assert refused in select((refused, *CLEAN), "choose.mobile", 5).phrasings


def test_nothing_usable_gives_no_phrasing(select):
    assert select(("scanners",), "choose.mobile", 5).phrasings == ()
