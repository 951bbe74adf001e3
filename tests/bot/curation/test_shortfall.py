"""Which refusals are meant, and which come from how something was said."""

from __future__ import annotations

import re

import pytest
from kept_questions import all_kept

from bot.curation.clustering import clusters
from bot.question import Question

SEARCHED = ("I looked in the wiki: yoga", "I looked in the wiki: jenkins", "I looked in the wiki: protein folding")

UNKNOWN_TO_IT = ("how do I do QAT here", "does anybody do QAT here", "QAT here, anybody?")
KNOWN_TO_IT = ("the printer is jammed", "printer jammed again", "our printer on floor three is jammed")


def test_where_people_looked_before_puts_nothing_together(shipped):
    assert clusters(all_kept(SEARCHED), shipped).clusters == ()


@pytest.mark.parametrize(("texts", "standing"), [(UNKNOWN_TO_IT, "open"), (KNOWN_TO_IT, "refused")])
def test_a_refusal_is_meant_where_it_knows_what_the_questions_share(shipped, texts, standing):
    assert {shipped.answer(Question(text)).outcome for text in texts} == {"decline"}
    (cluster,) = clusters(all_kept(texts), shipped).clusters
    assert cluster.standing == standing


def test_a_refusal_that_is_not_meant_is_told(shipped):
    (cluster,) = clusters(all_kept(UNKNOWN_TO_IT), shipped).clusters
    told = r"is turned down by decline\.deictic \(0\.\d\d\), whose phrasings have none of what these share"
    assert re.fullmatch(told, cluster.why[0])
