"""Which unanswered questions belong together."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_questions import PLANTED, START, TOPIC_OF, all_kept, kept

from bot.answering import Bot, Thresholds
from bot.curation.clustering import EXAMINED, clusters
from bot.question import Question
from bot.reply import Candidate
from bot.storage.masking import masked
from tests.bot.small_knowledge import ENTRIES, bot, entry


@pytest.fixture(scope="module")
def small() -> Bot:
    """A bot that knows little, so that few words are common."""
    return bot()


def together(texts, base):
    """Groups of texts, each sorted, of those that were put together with others."""
    return {frozenset(cluster.questions) for cluster in clusters(all_kept(texts), base).clusters}


def everything(found):
    return [*found.clusters, *found.singles]


class TestWhatBelongsTogether:
    @pytest.mark.parametrize(
        "texts",
        [
            ("quantization in pytorch?", "does tf have better quantization"),
            ("quantize a small net", "is quantisation any good", "quantized training"),
            ("quantization aware training", "how do I do QAT"),
            ("federated learning", "who uses federated stuff", "fedrated learning"),
            ("time series toolkit", "best framework for timeseries"),
            ("is there a certification", "how much does the certificate cost"),
            ("LABELLING tools", "labeled boxes"),
            ("Opacus!!", "opacus"),
        ],
    )
    def test_wordings_of_one_topic_meet(self, shipped, texts):
        assert together([*texts, "why is jenkins red", "meetup in berlin"], shipped) == {frozenset(texts)}

    def test_a_topic_is_found_through_a_wording_in_between(self, shipped):
        texts = ("opacus for torch", "opacus epsilon budget", "epsilon budget accounting")
        assert together(texts, shipped) == {frozenset(texts)}

    @pytest.mark.parametrize(
        "texts",
        [
            ("best pizza with pytorch", "best chess with pytorch", "best dentist with pytorch"),
            ("how do I use opacus with tensorflow", "how do I use fpga boards with tensorflow"),
            ("hey folks, any thoughts on mojo?", "hey folks, any thoughts on slurm?"),
            ("is there a good tool for invoices", "is there a good tool for yoga"),
            ("the model and its code", "code with the data", "train on data"),
        ],
    )
    def test_common_words_put_nothing_together(self, shipped, texts):
        assert together(texts, shipped) == set()

    def test_what_was_masked_puts_nothing_together(self, shipped):
        private = (
            "https://example.com/a ann@example.com /home/ann/x 123456789012 <@U024BE7LH> sk-abcdefgh12345678",
            "opacus {}",
            "jenkins {}",
        )
        texts = [masked(one.format(private[0]), 500) for one in private]
        assert all(mask in texts[1] for mask in ("[link]", "[email]", "[path]", "[number]", "[mention]", "[secret]"))
        assert together(texts, shipped) == set()

    def test_letters_of_other_words_are_no_abbreviation(self, shipped):
        assert together(["how do I do QAT", "quite a toaster", "quit at that"], shipped) == set()

    def test_planted_topics_are_found_among_unrelated_questions(self, shipped):
        found = clusters(all_kept(TOPIC_OF), shipped)
        right = wrong = 0
        for cluster in everything(found):
            for one, other in combinations(cluster.questions, 2):
                same = TOPIC_OF[one] == TOPIC_OF[other] is not None
                right, wrong = right + same, wrong + (not same)
        planted = Counter(TOPIC_OF.values())
        pairs = sum(planted[topic] * (planted[topic] - 1) // 2 for topic in PLANTED)
        assert right / (right + wrong) >= 0.75
        assert right / pairs >= 0.6
        recovered = {topic for topic in PLANTED if any(_tells_of(topic, cluster) for cluster in found.clusters)}
        assert len(recovered) >= len(PLANTED) - 1

    def test_a_large_topic_stays_one_cluster(self, shipped):
        asks = ("is {} any good", "{} in pytorch", "tf and {}", "who maintains {}", "{} for our startup", "why no {}")
        names = ("opacus", "opacus dp-sgd", "opacus epsilon", "opacus accounting", "opacus on slurm", "opacus noise")
        texts = [ask.format(name) for ask in asks for name in names]
        largest = clusters(all_kept(texts), shipped).clusters[0]
        assert len(largest.questions) >= 0.9 * len(texts)


def _tells_of(topic, cluster):
    own = sum(TOPIC_OF[text] == topic for text in cluster.questions)
    return own >= 3 and own / len(cluster.questions) >= 0.6


class TestWhatAClusterTells:
    def test_every_repetition_counts_and_every_wording_is_named_once(self, small):
        asked = [kept("opacus?", after=5), kept("is opacus good", after=1), kept("opacus?", after=9)]
        (cluster,) = clusters(asked, small).clusters
        assert (cluster.count, cluster.questions) == (3, ("opacus?", "is opacus good"))

    def test_one_wording_asked_twice_is_a_cluster(self, small):
        found = clusters([kept("zebras"), kept("zebras", after=1)], small)
        assert [(one.count, one.questions) for one in found.clusters] == [(2, ("zebras",))]
        assert found.singles == ()

    def test_the_representative_is_the_wording_most_like_the_others(self, small):
        texts = ["opacus epsilon budget", "opacus budget", "opacus epsilon", "opacus and a toaster in my kitchen"]
        (cluster,) = clusters(all_kept(texts), small).clusters
        assert cluster.representative == "opacus epsilon budget"

    def test_it_says_when_and_where_it_was_asked(self, small):
        asked = [kept("opacus", after=5), kept("opacus?", after=90, platform="discord"), kept("opacus!", after=7)]
        (cluster,) = clusters(asked, small).clusters
        assert (cluster.first_seen, cluster.last_seen) == (START + timedelta(minutes=5), START + timedelta(minutes=90))
        assert cluster.platforms == (("slack", 2), ("discord", 1))

    def test_it_says_how_each_ended(self, small):
        (cluster,) = clusters([kept("opacus"), kept("opacus?", outcome="choices"), kept("opacus")], small).clusters
        assert cluster.outcomes == (("decline", 2), ("choices", 1))

    def test_its_terms_are_words_as_people_write_them(self, shipped):
        texts = ["quantization in torch", "quantization of nets", "quantized stuff, quantization"]
        (cluster,) = clusters(all_kept(texts), shipped).clusters
        assert cluster.terms == ("quantization",)

    def test_a_misspelt_word_is_no_term(self, shipped):
        (cluster,) = clusters(all_kept(["opacus library", "opacus noise", "oapcus noise"]), shipped).clusters
        assert "oapcus" not in cluster.terms

    def test_the_most_asked_comes_first(self, small):
        asked = [*[kept("zebras")] * 2, *[kept("opacus")] * 3, kept("opacus?")]
        assert [one.count for one in clusters(asked, small).clusters] == [4, 2]

    def test_single_questions_are_kept_apart_the_newest_first(self, small):
        found = clusters([kept("zebras", after=1), kept("opacus", after=2)], small)
        assert [one.representative for one in found.singles] == ["opacus", "zebras"]
        assert found.clusters == ()

    def test_nothing_gives_nothing(self, small):
        found = clusters([], small)
        assert (found.clusters, found.singles) == ((), ())


class TestTheTimeBefore:
    def test_it_is_counted_and_not_listed(self, small):
        earlier = [kept("opacus please"), kept("opacus please"), kept("zebras")]
        (cluster,) = clusters([kept("opacus?")], small, earlier=earlier).clusters
        assert (cluster.count, cluster.earlier, cluster.questions) == (1, 2, ("opacus?",))

    def test_what_was_only_asked_then_is_left_out(self, small):
        found = clusters([kept("opacus")], small, earlier=[kept("zebras"), kept("zebras")])
        assert [one.representative for one in everything(found)] == ["opacus"]

    def test_a_wording_of_then_brings_others_together(self, shipped):
        asked = all_kept(["quantization aware training", "how do I do QAT on int8"])
        earlier = [kept("int8 quantization aware training")]
        assert len(clusters(asked, shipped, earlier=earlier).clusters) == 1


class TestWhyItWasNotAnswered:
    def test_words_that_no_phrasing_has_are_named(self, small):
        asked = all_kept(["opacus on an android phone", "android phone with opacus"])
        (cluster,) = clusters(asked, small).clusters
        assert cluster.nearest is not None
        assert cluster.nearest.entry == "choose.mobile"
        assert 'no phrasing of any entry has "opacus"' in cluster.why

    def test_words_that_only_other_entries_have_are_told_apart(self):
        base = bot(*ENTRIES, entry("beyond.zebras", "zebras in the savannah", "a herd of zebras"))
        asked = all_kept(["what is good about tensorflow, herd", "what is good about tensorflow with a herd"])
        (cluster,) = clusters(asked, base).clusters
        assert cluster.nearest is not None
        assert cluster.nearest.entry == "strengths.tensorflow"
        assert 'no phrasing of it has "herd"' in cluster.why

    def test_the_confidence_is_told_with_what_it_takes(self):
        base = bot(thresholds=Thresholds(answer=0.97, choices=0.5))
        found = clusters(all_kept(["what is jax opacus"]), base).singles[0]
        assert found.nearest is not None
        assert found.nearest.entry == "beyond.jax"
        assert found.why[-1] == f"confidence {found.nearest.confidence:.2f}, below the 0.97 that an answer takes"

    def test_an_entry_about_another_framework_is_told(self):
        named = entry("tools.opacus", "opacus privacy budgets", "what does opacus cost", frameworks=("pytorch",))
        base = bot(*ENTRIES, named)
        found = clusters([kept("what does opacus cost in tensorflow")], base).singles[0]
        assert found.nearest is None or found.nearest.entry != "tools.opacus"
        assert any(one.startswith("tools.opacus comes near (") and "PyTorch only" in one for one in found.why)

    def test_what_was_asked_beyond_an_entry_is_told(self):
        named = entry("tools.opacus", "opacus privacy budgets", "what does opacus cost", frameworks=("pytorch",))
        base = bot(*ENTRIES, named, thresholds=Thresholds(answer=0.99, choices=0.1))
        found = clusters([kept("opacus privacy budgets in pytorch or jax")], base).singles[0]
        assert "it is not about all of what was asked: JAX" in found.why

    def test_two_entries_that_are_as_near_are_told(self):
        twins = [entry(f"tools.{name}", "opacus privacy budgets", f"{name} zebra") for name in ("one", "other")]
        base = bot(*ENTRIES, *twins, thresholds=Thresholds(answer=0.99, choices=0.9))
        found = clusters([kept("privacy budgets with opacus")], base).singles[0]
        assert found.nearest is not None
        assert any(one.startswith("tools.o") and "comes as near" in one for one in found.why)

    def test_where_nothing_is_near_that_is_told(self, small):
        (found,) = clusters([kept("zzyzx quux")], small).singles
        assert (found.nearest, found.why) == (None, ("no entry has anything of it",))

    def test_the_nearest_is_an_answer_and_no_refusal(self, small):
        (found,) = clusters([kept("tell me a joke about android phones please android")], small).singles
        assert found.nearest is not None
        assert found.nearest.entry == "choose.mobile"

    def test_beyond_so_many_only_what_came_nearest_then_is_told(self, small):
        asked = [kept(f"zebra{number}x quux{number}", after=-number) for number in range(EXAMINED)]
        candidates = (Candidate("gone.away", 0.4), Candidate("decline.off-topic", 0.3), Candidate("beyond.jax", 0.2))
        oldest = kept("opacus", after=-EXAMINED, candidates=candidates)
        found = clusters([*asked, oldest], small).singles
        assert len(found) == EXAMINED + 1
        assert (found[-1].representative, found[-1].nearest, found[-1].why) == (
            "opacus",
            Candidate("beyond.jax", 0.2),
            (),
        )


class TestStanding:
    def test_what_nothing_answers_is_open(self, small):
        assert clusters([kept("opacus")], small).singles[0].standing == "open"

    def test_what_the_knowledge_answers_by_now_is_told(self, small):
        wordings = ("opacus", "what is opacus", "opacus please")
        now = bot(*ENTRIES, entry("tools.opacus", *wordings))
        (before,) = clusters(all_kept(wordings), small).clusters
        (after,) = clusters(all_kept(wordings), now).clusters
        assert (before.standing, after.standing) == ("open", "answered")
        assert after.nearest is not None
        assert after.nearest.entry == "tools.opacus"
        assert after.why == ("today's knowledge answers it with tools.opacus",)

    def test_what_is_turned_down_for_sure_is_told(self, small):
        (found,) = clusters([kept("tell me a joke")], small).singles
        assert found.standing == "refused"
        assert found.why == ("is turned down on purpose: decline.off-topic (0.99)",)

    def test_a_doubtful_refusal_leaves_it_open(self):
        base = bot(thresholds=Thresholds(answer=0.6, choices=0.3))
        (found,) = clusters([kept("tell me a joke about opacus")], base).singles
        assert base.answer(Question("tell me a joke about opacus")).entries == ("decline.off-topic",)
        assert found.standing == "open"

    def test_how_often_a_wording_was_asked_decides(self, small):
        asked = [kept("tell me a joke"), *[kept("joke opacus jokes zebra")] * 3]
        assert clusters(asked, small).clusters[0].standing == "open"
        asked = [*[kept("tell me a joke")] * 3, kept("joke opacus jokes zebra")]
        assert clusters(asked, small).clusters[0].standing == "refused"


_WORD = st.sampled_from(
    [
        *"opacus mojo slurm quantization quantizaton QAT pytorch tf zebra the how jax c++ 5090 joke".split(),
        "İ",
        "ß",
        "能",
    ]
)
_TEXT = st.lists(_WORD, min_size=1, max_size=6).map(" ".join) | st.text(min_size=1, max_size=40)


@given(st.lists(_TEXT, max_size=14), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_every_question_is_in_one_place_whatever_was_typed_and_in_whatever_order(small, texts, chance):
    asked = all_kept(texts)
    mixed = chance.sample(asked, len(asked))
    found = clusters(asked, small)
    assert clusters(mixed, small) == found
    assert sorted(text for one in everything(found) for text in one.questions) == sorted(set(texts))
    assert sum(one.count for one in everything(found)) == len(texts)
    assert all(one.representative in one.questions for one in everything(found))
    assert all(one.count == 1 for one in found.singles)
    assert all(one.count > 1 for one in found.clusters)


@given(st.lists(_TEXT, max_size=8), st.lists(_TEXT, max_size=8))
@settings(max_examples=30)
def test_what_was_asked_before_is_counted_wherever_it_belongs(small, texts, before):
    found = everything(clusters(all_kept(texts), small, earlier=all_kept(before)))
    assert sorted(text for one in found for text in one.questions) == sorted(set(texts))
    assert sum(one.earlier for one in found) <= len(before)
    same = [text for text in before if text in texts]
    assert sum(one.earlier for one in found) >= len(same)


def test_ties_do_not_depend_on_the_order(small):
    names = [f"zebra{letter}x" for letter in "abcdefghijk"]
    ring = [f"{one} {other}" for one, other in zip(names, [*names[1:], names[0]], strict=True)]
    found = {clusters(all_kept(ring), small).clusters}
    for turn in range(1, len(ring)):
        asked = all_kept(ring)
        found.add(clusters(asked[turn:] + asked[:turn], small).clusters)
    assert len(found) == 1


def test_another_knowledge_base_leads_to_other_reasons_and_the_same_texts(small):
    texts = list(TOPIC_OF)[:20]
    other = Bot(replace(small.knowledge, entries=dict(list(small.knowledge.entries.items())[:3])))
    listed = [
        sorted(text for one in everything(clusters(all_kept(texts), base)) for text in one.questions)
        for base in (small, other)
    ]
    assert listed == [sorted(texts)] * 2
