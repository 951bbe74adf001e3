"""Which unanswered questions belong together."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import PLANTED, START, TOPIC_OF, all_saved, saved

from bot.dialog.answering import Bot
from bot.insights.clusters import clusters, link
from bot.storage.masking import masked
from tests.bot.small_knowledge import bot


@pytest.fixture(scope="module")
def small() -> Bot:
    """A bot that knows little, so that few words are common."""
    return bot()


def together(texts, base):
    """Groups of texts, each sorted, of those that were put together with others."""
    return {frozenset(cluster.questions) for cluster in clusters(all_saved(texts), base).clusters}


def everything(found):
    return [*found.clusters, *found.singles]


class TestWhatBelongsTogether:
    @pytest.mark.parametrize(
        "texts",
        [
            ("quantization in pytorch?", "does tf have better quantization"),
            ("quantize a small net", "is quantisation any good", "quantized training"),
            ("state of the art leaderboard", "SOTA leaderboard where"),
            ("federated learning", "who uses federated stuff"),
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
            ("I looked in the wiki: yoga", "I looked in the wiki: jenkins", "I looked in the wiki: protein folding"),
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

    def test_planted_topics_are_found_among_unrelated_questions(self, shipped):
        found = clusters(all_saved(TOPIC_OF), shipped)
        right = wrong = 0
        for cluster in everything(found):
            for one, other in combinations(cluster.questions, 2):
                same = TOPIC_OF[one] == TOPIC_OF[other] is not None
                right, wrong = right + same, wrong + (not same)
        planted = Counter(TOPIC_OF.values())
        pairs = sum(planted[topic] * (planted[topic] - 1) // 2 for topic in PLANTED)
        assert right / (right + wrong) >= 0.9
        assert right / pairs >= 0.7
        recovered = {topic for topic in PLANTED if any(_is_about(topic, cluster) for cluster in found.clusters)}
        assert len(recovered) >= len(PLANTED) - 1

    def test_a_large_topic_stays_one_cluster(self, shipped):
        asks = ("is {} any good", "{} in pytorch", "tf and {}", "who maintains {}", "{} for our startup", "why no {}")
        names = ("opacus", "opacus dp-sgd", "opacus epsilon", "opacus accounting", "opacus on slurm", "opacus noise")
        texts = [ask.format(name) for ask in asks for name in names]
        largest = clusters(all_saved(texts), shipped).clusters[0]
        assert len(largest.questions) >= 0.9 * len(texts)


def _is_about(topic, cluster):
    own = sum(TOPIC_OF[text] == topic for text in cluster.questions)
    return own >= 3 and own / len(cluster.questions) >= 0.6


class TestACluster:
    def test_every_repetition_counts_and_every_wording_is_named_once(self, small):
        asked = [saved("opacus?", after=5), saved("is opacus good", after=1), saved("opacus?", after=9)]
        (cluster,) = clusters(asked, small).clusters
        assert (cluster.count, cluster.questions) == (3, ("opacus?", "is opacus good"))

    def test_one_wording_asked_twice_is_a_cluster(self, small):
        found = clusters([saved("zebras"), saved("zebras", after=1)], small)
        assert [(one.count, one.questions) for one in found.clusters] == [(2, ("zebras",))]
        assert found.singles == ()

    def test_the_representative_is_the_wording_most_like_the_others(self, small):
        texts = ["opacus epsilon budget", "opacus budget", "opacus epsilon", "opacus and a toaster in my kitchen"]
        (cluster,) = clusters(all_saved(texts), small).clusters
        assert cluster.representative == "opacus epsilon budget"

    def test_it_says_when_it_was_asked(self, small):
        asked = [saved("opacus", after=5), saved("opacus?", after=90), saved("opacus!", after=7)]
        (cluster,) = clusters(asked, small).clusters
        assert (cluster.first_seen, cluster.last_seen) == (START + timedelta(minutes=5), START + timedelta(minutes=90))

    def test_its_terms_are_words_as_people_write_them(self, shipped):
        texts = ["distillation in torch", "distillation of nets", "distilled stuff, distillation"]
        (cluster,) = clusters(all_saved(texts), shipped).clusters
        assert cluster.terms == ("distillation",)

    def test_a_misspelt_word_is_no_term(self, shipped):
        (cluster,) = clusters(all_saved(["opacus library", "opacus noise", "oapcus noise"]), shipped).clusters
        assert "oapcus" not in cluster.terms

    def test_the_most_asked_comes_first(self, small):
        asked = [*[saved("zebras")] * 2, *[saved("opacus")] * 3, saved("opacus?")]
        assert [one.count for one in clusters(asked, small).clusters] == [4, 2]

    def test_single_questions_are_apart_the_newest_first(self, small):
        found = clusters([saved("zebras", after=1), saved("opacus", after=2)], small)
        assert [one.representative for one in found.singles] == ["opacus", "zebras"]
        assert found.clusters == ()

    def test_nothing_gives_nothing(self, small):
        found = clusters([], small)
        assert (found.clusters, found.singles) == ((), ())


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
    asked = all_saved(texts)
    mixed = chance.sample(asked, len(asked))
    found = clusters(asked, small)
    assert clusters(mixed, small) == found
    assert sorted(text for one in everything(found) for text in one.questions) == sorted(set(texts))
    assert sum(one.count for one in everything(found)) == len(texts)
    assert all(one.representative in one.questions for one in everything(found))
    assert all(one.count == 1 for one in found.singles)
    assert all(one.count > 1 for one in found.clusters)


def test_ties_do_not_depend_on_the_order(small):
    names = [f"zebra{letter}x" for letter in "abcdefghijk"]
    ring = [f"{one} {other}" for one, other in zip(names, [*names[1:], names[0]], strict=True)]
    found = {clusters(all_saved(ring), small).clusters}
    for turn in range(1, len(ring)):
        asked = all_saved(ring)
        found.add(clusters(asked[turn:] + asked[:turn], small).clusters)
    assert len(found) == 1


def test_another_knowledge_base_leads_to_other_reasons_and_the_same_texts(small):
    texts = list(TOPIC_OF)[:20]
    other = Bot(replace(small.knowledge, entries=dict(list(small.knowledge.entries.items())[:3])))
    listed = [
        sorted(text for one in everything(clusters(all_saved(texts), base)) for text in one.questions)
        for base in (small, other)
    ]
    assert listed == [sorted(texts)] * 2


def unit(**weights):
    norm = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / norm for term, weight in weights.items()}


class TestLinking:
    def test_vectors_that_share_a_term_are_linked(self):
        assert link([unit(a=1, b=1), unit(c=1), unit(a=1, d=0.5)], {*"abcd"}) == [[0, 2], [1]]

    def test_a_term_that_is_not_distinctive_links_nothing(self):
        assert link([unit(common=5, a=1), unit(common=5, b=1)], {*"ab"}) == [[0], [1]]

    def test_vectors_that_share_too_little_are_not_linked(self):
        assert link([unit(a=1, b=5), unit(a=1, c=5)], {*"abc"}) == [[0], [1]]

    def test_every_vector_counts_in_the_centroid(self):
        first, second, third = unit(a=1, b=1), unit(b=1, c=1), unit(c=1, d=3)
        assert link([first, *[second] * 9, third], {*"abcd"}) == [[*range(11)]]
        assert link([*[first] * 9, second, third], {*"abcd"}) == [[*range(10)], [10]]

    def test_the_length_of_a_centroid_does_not_count(self):
        pair = [unit(a=1, b=1), unit(a=1, c=1)]
        assert link([*pair, unit(a=0.19, d=0.98)], {"a"}) == [[0, 1, 2]]
        assert link([*pair, unit(a=0.17, d=0.98)], {"a"}) == [[0, 1], [2]]

    def test_a_vector_joins_the_nearest_group(self):
        vectors = [*[unit(a=1)] * 2, *[unit(b=1)] * 2, unit(a=1, b=2, c=3), unit(a=2, b=1, d=3)]
        assert link(vectors, {*"ab"}) == [[0, 1, 5], [2, 3, 4]]

    def test_a_large_group_of_one_term_is_found(self):
        vectors = [unit(a=1, **{f"own{number}": 0.8}) for number in range(300)]
        assert link(vectors, {"a"}) == [[*range(300)]]

    def test_equal_vectors_are_linked_by_whatever_they_have(self):
        assert link([unit(common=1), unit(a=1), unit(common=1)], {"a"}) == [[0, 2], [1]]

    @pytest.mark.parametrize("vectors", [[], [{}], [{}, {}]])
    def test_empty_vectors_are_linked_with_nothing(self, vectors):
        assert link(vectors, {*"abc"}) == [[number] for number in range(len(vectors))]

    @given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.1, 1), max_size=4), max_size=20))
    def test_each_is_in_one_group_and_the_groups_are_in_order(self, weights):
        vectors = [unit(**one) if one else {} for one in weights]
        found = link(vectors, {*"abcdefgh"})
        assert sorted(chain.from_iterable(found)) == list(range(len(vectors)))
        assert found == sorted(sorted(group) for group in found)
