"""What a cluster calls for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from curation_ground import cluster, written

from bot.answering import Bot, Thresholds
from bot.curation.decision import decide, settled
from bot.feedback import Note
from bot.reply import Candidate
from knowledge.loading import load

SCANNERS = ("runtime for scanners in the warehouse", "warehouse scanners, which runtime", "a runtime for a scanner")


@pytest.fixture(scope="module")
def bot(tmp_path_factory):
    return Bot(load(written(tmp_path_factory.mktemp("decision"))), thresholds=Thresholds(answer=0.9, choices=0.3))


def note(entry, suggested):
    return Note(entry, False, None, suggested, "v", datetime(2026, 11, 21, tzinfo=UTC))


def near(bot, confidence, entry="choose.mobile", wordings=SCANNERS):
    return cluster(bot, *wordings, nearest=Candidate(entry, confidence))


def test_an_entry_that_is_near_and_comes_first_for_most_wordings_wants_phrasings(bot):
    decision = decide(near(bot, 0.5), bot)
    assert (decision.kind, decision.entry) == ("phrasings", "choose.mobile")
    assert 'choose.mobile ("Mobile") is near (0.50, answers start at 0.90)' in decision.reasons[0]
    assert "3 of 3 wordings lead to it first" in decision.reasons[0]
    assert decision.reasons[-1] == "not sure enough"


def test_where_no_entry_comes_near_a_new_one_is_wanted(bot):
    assert decide(near(bot, 0.29), bot).kind == "entry"
    assert "near is 0.30 and more" in decide(near(bot, 0.29), bot).reasons[0]


def test_where_choices_start_low_an_entry_must_be_nearer_than_that(bot):
    easy = Bot(bot.knowledge, index=bot.index, thresholds=Thresholds(answer=0.9, choices=0.01))
    assert decide(near(easy, 0.2), easy).kind == "entry"
    assert decide(near(easy, 0.25), easy).kind == "phrasings"


def test_where_nothing_matches_at_all_a_new_one_is_wanted(bot):
    decision = decide(cluster(bot, *SCANNERS, nearest=None), bot)
    assert (decision.kind, decision.entry, decision.reasons) == ("entry", "", ("not sure enough",))


def test_an_entry_that_only_few_of_the_wordings_lead_to_is_not_meant(bot):
    mixed = (SCANNERS[0], "what do banks do", "papers on it", "advantages of what")
    decision = decide(near(bot, 0.5, wordings=mixed), bot)
    assert decision.kind == "entry"
    assert "only 1 of 4 wordings lead to it first" in decision.reasons[0]


def test_what_is_turned_down_on_purpose_calls_for_nothing(bot):
    decision = decide(cluster(bot, "a joke about scanners", standing="refused", why=("is turned down",)), bot)
    assert (decision.kind, decision.reasons) == ("none", ("it is out of scope", "is turned down"))


def test_what_is_answered_by_now_calls_for_nothing(bot):
    decision = decide(cluster(bot, *SCANNERS, standing="answered", why=("today's knowledge answers it",)), bot)
    assert (decision.kind, decision.reasons) == ("none", ("today's knowledge answers it",))


def test_what_people_said_was_meant_comes_before_what_is_near(bot):
    asked = near(bot, 0.5, wordings=("best phones for serving", "android app or phones for years of serving"))
    assert decide(asked, bot).entry == "choose.mobile"
    notes = [note("choose.mobile", "choose.production")] * 2
    decision = decide(asked, bot, notes)
    assert (decision.kind, decision.entry) == ("phrasings", "choose.production")
    assert decision.reasons[0] == ('2 people who were shown something else meant choose.production ("Production")')


def test_it_also_comes_before_a_refusal(bot):
    asked = cluster(bot, "tell me a joke", "a joke on production", standing="refused", nearest=None)
    assert decide(asked, bot).kind == "none"
    assert decide(asked, bot, [note("decline.jokes", "choose.production")]).entry == "choose.production"


@pytest.mark.parametrize(
    "given",
    [
        note("choose.research", "choose.production"),
        note("choose.mobile", "strengths.pytorch"),
        note("choose.mobile", "gone.away"),
        note("choose.mobile", None),
        note("choose.mobile", "choose.mobile"),
    ],
    ids=["shown elsewhere", "no wording leads there", "gone", "no suggestion", "the same"],
)
def test_a_note_that_has_nothing_to_do_with_the_cluster_counts_for_nothing(bot, given):
    asked = near(bot, 0.5, wordings=("phones in production", "serving from a phone in production"))
    assert decide(asked, bot, [given]) == decide(asked, bot)


def test_the_more_frequent_suggestion_counts_and_of_equals_the_first_by_name(bot):
    asked = near(bot, 0.5, wordings=("phones in production or research", "which one for phones in research"))
    one, other = note("choose.mobile", "choose.production"), note("choose.mobile", "choose.research")
    assert decide(asked, bot, [other, one]).entry == "choose.production"
    assert decide(asked, bot, [one, other, other]).entry == "choose.research"


def test_somebody_may_decide_otherwise(bot):
    assert settled("choose.research", bot).entry == "choose.research"
    assert settled(None, bot).kind == "entry"
    with pytest.raises(KeyError):
        settled("gone.away", bot)


def test_it_is_the_same_every_time(bot):
    asked = near(bot, 0.5)
    assert decide(asked, bot) == decide(replace(asked), bot)
