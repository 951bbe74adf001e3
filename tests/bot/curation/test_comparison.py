"""How the same questions fare before and after a change."""

from __future__ import annotations

import pytest
from curation_ground import written

from bot.answering import Bot, Thresholds
from bot.cases import NONE, Case
from bot.curation.comparison import ask, compare
from bot.evaluation import Judged
from knowledge.loading import load

RIGHT = ("answer", ("a",), ("a", "b"))
OFFERED = ("choices", (), ("b", "a"))
OFFERED_OTHERS = ("choices", (), ("b", "c"))
NOTHING = ("decline", (), ("a",))
WRONG = ("answer", ("b",), ("b", "a"))
SOCIAL = ("social", (), ())


def judged(case, got):
    outcome, shown, found = got
    return Judged(case, outcome, shown, found, 0.5)


def moved(label, old, new, **more):
    case = Case("q", label, **more)
    found = compare([judged(case, old)], [judged(case, new)])
    return len(found.better) - len(found.worse), found.right_before, found.right_after


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (OFFERED, RIGHT),
        (NOTHING, OFFERED),
        (OFFERED_OTHERS, OFFERED),
        (WRONG, NOTHING),
        (WRONG, RIGHT),
        (WRONG, OFFERED_OTHERS),
        (SOCIAL, RIGHT),
    ],
)
def test_of_a_question_in_scope(worse, better):
    assert moved("a", worse, better)[0] == 1
    assert moved("a", better, worse)[0] == -1
    assert moved("a", worse, worse)[0] == 0


def test_nothing_and_choices_without_the_right_one_are_the_same():
    assert moved("a", NOTHING, OFFERED_OTHERS)[0] == 0


@pytest.mark.parametrize(("worse", "better"), [(WRONG, OFFERED), (OFFERED, NOTHING), (WRONG, SOCIAL)])
def test_of_a_question_out_of_scope(worse, better):
    assert moved(NONE, worse, better)[0] == 1
    assert moved(NONE, better, worse)[0] == -1


def test_an_alternative_is_right_and_so_is_declining_where_it_would_do():
    assert moved("a", NOTHING, WRONG, alt=frozenset({"b"})) == (1, 0, 1)
    assert moved("a", NOTHING, RIGHT, alt=frozenset({NONE})) == (0, 1, 1)


def test_what_is_right_is_counted():
    assert moved("a", NOTHING, RIGHT) == (1, 0, 1)
    assert moved(NONE, NOTHING, WRONG) == (-1, 1, 0)


def test_asking_gives_what_each_case_gets(tmp_path):
    bot = Bot(load(written(tmp_path)), thresholds=Thresholds(answer=0.9, choices=0.1))
    cases = [Case("which one for phones", "choose.mobile"), Case("tell me a joke", NONE)]
    assert [(one.case, one.outcome) for one in ask(bot, cases)] == [(cases[0], "answer"), (cases[1], "decline")]
