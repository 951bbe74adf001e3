"""Why a question was not answered, and what today's knowledge does with it."""

from __future__ import annotations

import re

import pytest
from questions import all_saved, saved

from bot.dialog.answering import Bot, Thresholds
from bot.dialog.question import Question
from bot.insights.clusters import MOST_LISTED, clusters
from tests.bot.small_knowledge import ENTRIES, bot, entry


@pytest.fixture(scope="module")
def small() -> Bot:
    """A bot that knows little, so that few words are common."""
    return bot()


class TestWhyItWasNotAnswered:
    def test_words_that_no_phrasing_has_are_named(self, small):
        asked = all_saved(["opacus on an android phone", "android phone with opacus"])
        (cluster,) = clusters(asked, small).clusters
        assert cluster.nearest is not None
        assert cluster.nearest.entry == "choose.mobile"
        assert 'no phrasing of any entry has "opacus"' in cluster.why

    def test_words_that_only_other_entries_have_are_distinguished(self):
        base = bot(*ENTRIES, entry("beyond.zebras", "zebras in the savannah", "a herd of zebras"))
        asked = all_saved(["what is good about tensorflow, herd", "what is good about tensorflow with a herd"])
        (cluster,) = clusters(asked, base).clusters
        assert cluster.nearest is not None
        assert cluster.nearest.entry == "strengths.tensorflow"
        assert 'no phrasing of it has "herd"' in cluster.why

    def test_the_confidence_is_given_with_the_threshold(self):
        base = bot(thresholds=Thresholds(answer=0.97, choices=0.5))
        found = clusters(all_saved(["what is jax opacus"]), base).singles[0]
        assert found.nearest is not None
        assert found.nearest.entry == "beyond.jax"
        assert found.why[-1] == f"confidence {found.nearest.confidence:.2f}, below the threshold of 0.97 for an answer"

    def test_where_nothing_is_near_it_says_so(self, small):
        (found,) = clusters([saved("zzyzx quux")], small).singles
        assert (found.nearest, found.why) == (None, ("no entry has any of its words",))

    def test_the_nearest_is_an_answer_and_no_refusal(self, small):
        (found,) = clusters([saved("tell me a joke about android phones please android")], small).singles
        assert found.nearest is not None
        assert found.nearest.entry == "choose.mobile"

    def test_of_many_the_newest_are_listed(self, small):
        asked = [saved(f"zebra{number}x quux{number}", after=-number) for number in range(MOST_LISTED + 1)]
        found = clusters(asked, small).singles
        assert [one.representative for one in found] == [one.text for one in asked[:-1]]


class TestStatus:
    def test_what_nothing_answers_is_open(self, small):
        assert clusters([saved("opacus")], small).singles[0].status == "open"

    def test_what_the_knowledge_answers_by_now_is_answered(self, small):
        wordings = ("opacus", "what is opacus", "opacus please")
        now = bot(*ENTRIES, entry("tools.opacus", *wordings))
        (before,) = clusters(all_saved(wordings), small).clusters
        (after,) = clusters(all_saved(wordings), now).clusters
        assert (before.status, after.status) == ("open", "answered")
        assert after.nearest is not None
        assert after.nearest.entry == "tools.opacus"
        assert after.why == ("today's knowledge answers it with tools.opacus",)

    def test_what_is_declined_with_confidence_is_refused(self, small):
        (found,) = clusters([saved("tell me a joke")], small).singles
        assert found.status == "refused"
        assert found.why == ("is declined on purpose: decline.off-topic (0.99)",)

    def test_a_doubtful_refusal_leaves_it_open(self):
        base = bot(thresholds=Thresholds(answer=0.6, choices=0.3))
        (found,) = clusters([saved("tell me a joke about opacus")], base).singles
        assert base.answer(Question("tell me a joke about opacus")).entries == ("decline.off-topic",)
        assert found.status == "open"

    def test_how_often_a_wording_was_asked_decides(self, small):
        asked = [saved("tell me a joke"), *[saved("joke opacus jokes zebra")] * 3]
        assert clusters(asked, small).clusters[0].status == "open"
        asked = [*[saved("tell me a joke")] * 3, saved("joke opacus jokes zebra")]
        assert clusters(asked, small).clusters[0].status == "refused"


class TestRefusals:
    UNKNOWN_TO_IT = ("how do I do QAT here", "does anybody do QAT here", "QAT here, anybody?")
    KNOWN_TO_IT = ("the printer is jammed", "printer jammed again", "our printer on floor three is jammed")

    @pytest.mark.parametrize(("texts", "status"), [(UNKNOWN_TO_IT, "open"), (KNOWN_TO_IT, "refused")])
    def test_a_refusal_is_meant_where_it_has_phrasings_about_what_the_questions_share(self, shipped, texts, status):
        assert {shipped.answer(Question(text)).outcome for text in texts} == {"decline"}
        (cluster,) = clusters(all_saved(texts), shipped).clusters
        assert cluster.status == status

    def test_a_refusal_that_is_not_meant_is_a_reason(self, shipped):
        texts = ("what do you think about QAT", "what are your thoughts on QAT", "what do you say about QAT")
        (cluster,) = clusters(all_saved(texts), shipped).clusters
        expected = r"is declined by decline\.ml-theory \(0\.\d\d\), which has no phrasing about it"
        assert re.fullmatch(expected, cluster.why[0])
