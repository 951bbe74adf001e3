"""The phrasing index."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.dialog.answering import Bot
from bot.retrieval import vectorizer
from bot.retrieval.index import build, extend, make_parser
from knowledge.model import Entry, Vocabulary
from tests.bot.small_knowledge import ENTRIES, KNOWLEDGE, TELLING, entry, knowledge, with_entry


@pytest.fixture(scope="module")
def index():
    return build(KNOWLEDGE, make_parser(KNOWLEDGE))


def vectors(index):
    """Entry -> its vector."""
    found = {name: {} for name in index.entries}
    features = list(index.idf)
    made = index.postings.vectors()
    for number, feature, weight in zip(made.entries, made.features, made.weights, strict=True):
        found[index.entries[number]][features[feature]] = weight
    return found


def top(bot, text):
    return [match.entry for match, _ in bot.match(bot.parse(text))]


def test_every_phrasing_leads_to_its_own_entry_word_for_word(index):
    parser = make_parser(KNOWLEDGE)
    for one in ENTRIES:
        for phrasing in one.phrasings:
            assert index.entries[index.exact[parser.parse(phrasing).normalised]] == one.id


def test_of_two_entries_with_one_phrasing_the_first_has_it():
    twice = knowledge(entry("a", "open the door"), entry("b", "Open the door!"))
    assert build(twice, make_parser(twice)).exact == {"open the door": 0}


def test_a_phrasing_without_words_is_nobodys():
    emoji = knowledge(entry("a", "🙂", "smile"))
    assert set(build(emoji, make_parser(emoji)).exact) == {"smile"}


def test_a_rare_word_weighs_more_than_a_common_one(index):
    assert index.idf["pizza"] > index.idf["what"]


def test_of_words_as_frequent_the_one_that_more_entries_have_weighs_less():
    own = [[f"{word} {n}{row}" for n in range(4)] for row, word in enumerate(("rent", "rent", "spot"))]
    own[2] = ["spot 02", *(f"spot {n}{row}" for row in (3, 4) for n in range(4))][:4]
    made = knowledge(*(entry(f"e{row}", *texts, title="") for row, texts in enumerate(own)))
    idf = build(made, make_parser(made)).idf
    assert idf["rent"] < idf["spot"]


def test_a_word_nobody_wrote_weighs_as_much_as_any_word_of_the_knowledge(index):
    assert index.unknown_idf >= max(weight for feature, weight in index.idf.items() if feature[0].isalnum())


def test_a_pair_of_words_that_occurs_once_counts_for_nothing(index):
    assert "^what is" in index.idf
    assert "^pizza in" not in index.idf


def test_every_entry_has_a_vector_of_length_one(index):
    for vector in vectors(index).values():
        assert math.isclose(math.hypot(*vector.values()), 1.0, abs_tol=0.05)


def test_an_entry_leans_towards_what_it_is_declared_to_be_about():
    asked = ("phones please", "production please")
    shape = (entry("a", *asked), entry("b", *asked))
    leaning = (replace(shape[0], about=("mobile",)), replace(shape[1], about=("production",)))
    for one, concept in zip(leaning, ("#mobile", "#production"), strict=True):
        plain, declared = (knowledge(*found) for found in (shape, leaning))
        before = vectors(build(plain, make_parser(plain)))[one.id][concept]
        assert vectors(build(declared, make_parser(declared)))[one.id][concept] > before


def test_the_titles_words_are_known_too(index):
    assert "debugging" in vectors(index)["compare.debugging"]


def test_an_entry_whose_phrasings_say_nothing_does_no_harm():
    silent = knowledge(entry("a", "🙂", title="🙂"), entry("b", "what is jax"))
    assert top(Bot(silent), "what is jax")[0] == "b"


def test_progress_counts_the_phrasings():
    calls = []
    build(KNOWLEDGE, make_parser(KNOWLEDGE), progress=lambda *both: calls.append(both))
    total = sum(len(one.phrasings) for one in ENTRIES)
    assert calls[-1] == (total, total)
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})


def test_knowledge_too_large_to_be_reweighted_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch, index):
    monkeypatch.setattr(vectorizer, "LARGEST", 0)
    summed = build(KNOWLEDGE, make_parser(KNOWLEDGE))
    assert summed.postings != index.postings
    bot = Bot(KNOWLEDGE, index=summed)
    for text in ("debug the training code", "phones, the best choice", "is tensorflow good", "serving websites"):
        assert top(bot, text)[0] == top(Bot(KNOWLEDGE, index=index), text)[0]


def test_a_teams_entry_goes_on_top_of_large_knowledge_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vectorizer, "LARGEST", 0)
    bot = extended(entry("team.cluster", "how do I book the gpu cluster"))
    assert top(bot, "how do I book the gpu cluster")[0] == "team.cluster"
    assert top(bot, "what is jax")[0] == "beyond.jax"


# What adding an entry does to the others.

UNRELATED = st.text("xyzqv", min_size=4, max_size=7).filter(lambda word: len(set(word)) > 1)
"""Words of letters that hardly occur in ours."""


@given(st.lists(st.lists(UNRELATED, min_size=2, max_size=6), min_size=1, max_size=6))
@trying(max_examples=15)
def test_an_unrelated_entry_leaves_other_answers_where_they_are(phrasings):
    before = Bot(KNOWLEDGE)
    after = Bot(with_entry(KNOWLEDGE, entry("zz.unrelated", *map(" ".join, phrasings), title="Xyzzy")))
    for text in ("how do I debug training code", "phones, the best choice", "is tensorflow good", "large website"):
        assert top(after, text)[0] == top(before, text)[0]


@given(st.lists(st.lists(UNRELATED, min_size=2, max_size=6), min_size=1, max_size=6))
@trying(max_examples=15)
def test_a_teams_entry_leaves_the_vectors_below_it_as_they_are_to_the_digit(phrasings):
    base = build(KNOWLEDGE, make_parser(KNOWLEDGE))
    taller = with_entry(KNOWLEDGE, entry("zz.unrelated", *map(" ".join, phrasings)))
    after = vectors(extend(base, KNOWLEDGE, taller, make_parser(taller)))
    assert {name: after[name] for name in base.entries} == vectors(base)


def extended(*entries: Entry, hide=(), vocabulary: Vocabulary = KNOWLEDGE.vocabulary):
    """A bot over the small knowledge with a team's entries on top, its index extended and not rebuilt."""
    kept = {name: one for name, one in KNOWLEDGE.entries.items() if name not in hide}
    taller = replace(KNOWLEDGE, entries={**kept, **{one.id: one for one in entries}}, vocabulary=vocabulary)
    base = build(KNOWLEDGE, make_parser(KNOWLEDGE))
    return Bot(replace(taller, calibration=TELLING), index=extend(base, KNOWLEDGE, taller, make_parser(taller)))


def test_a_teams_entry_is_found_by_its_phrasings_and_by_words_like_them():
    bot = extended(entry("team.cluster", "how do I book the gpu cluster", "reserve a node for training"))
    assert top(bot, "how do I book the gpu cluster")[0] == "team.cluster"
    assert top(bot, "booking a node of the cluster")[0] == "team.cluster"


def test_a_teams_entry_takes_over_a_phrasing():
    bot = extended(entry("team.jax", "what is jax"))
    assert top(bot, "what is jax")[0] == "team.jax"


def test_an_entry_that_a_team_replaced_is_found_by_the_new_phrasings_alone():
    bot = extended(entry("beyond.jax", "who runs our jax cluster", frameworks=("jax",)))
    assert bot.index.entries[bot.index.exact["who runs our jax cluster"]] == "beyond.jax"
    assert "tell me about jax" not in bot.index.exact


def test_an_entry_that_a_team_hides_is_not_found():
    bot = extended(entry("team.cluster", "book the cluster"), hide=("beyond.jax",))
    assert "beyond.jax" not in top(bot, "what is jax")
    assert "beyond.jax" not in bot.index.entries


def test_extended_and_rebuilt_find_the_same_phrasings():
    added = entry("team.cluster", "book the cluster", "reserve a node")
    taller = with_entry(KNOWLEDGE, added)
    grown, built = extended(added).index, build(taller, make_parser(taller))
    assert (grown.entries, grown.exact) == (built.entries, built.exact)


# Phrasings that a team adds to an entry below.


def added_to(name, *phrasings):
    own = KNOWLEDGE.entries[name]
    return replace(own, phrasings=(*own.phrasings, *phrasings))


def test_an_entry_is_found_by_phrasings_that_a_team_adds_and_by_words_like_them():
    bot = extended(added_to("choose.mobile", "runtime for our warehouse scanners"))
    assert top(bot, "Runtime for our warehouse scanners!")[0] == "choose.mobile"
    assert top(bot, "what do the scanners in the warehouse run")[0] == "choose.mobile"
    assert top(bot, "best choice for phones")[0] == "choose.mobile"


def test_the_entry_leans_towards_them_as_much_as_towards_its_own():
    own = KNOWLEDGE.entries["choose.mobile"].phrasings
    before = vectors(build(KNOWLEDGE, make_parser(KNOWLEDGE)))["choose.mobile"]
    once, twice = (
        vectors(extended(added_to("choose.mobile", *further)).index)["choose.mobile"]
        for further in (["handheld scanners"], ["handheld scanners", "handheld printers"])
    )
    assert 0 < once["handheld"] < twice["handheld"]
    assert before["phones"] > once["phones"] > twice["phones"]
    known = vectors(extended(added_to("choose.mobile", own[1])).index)["choose.mobile"]
    assert known["phones"] > before["phones"]


def test_one_phrasing_more_changes_an_entry_of_many_but_little():
    many = entry("choose.mobile", *(f"phones number{number}" for number in range(20)), frameworks=("pytorch",))
    below = with_entry(KNOWLEDGE, many)
    taller = with_entry(below, replace(many, phrasings=(*many.phrasings, "handheld scanners")))
    base = build(below, make_parser(below))
    before, after = (vectors(one)[many.id] for one in (base, extend(base, below, taller, make_parser(taller))))
    assert after["phones"] > 0.9 * before["phones"]
    assert 0 < after["handheld"] < 0.3


def test_phrasings_that_a_team_adds_leave_the_other_vectors_as_they_are_to_the_digit(index):
    after = vectors(extended(added_to("choose.mobile", "handheld scanners")).index)
    others = {name for name in index.entries if name != "choose.mobile"}
    assert {name: after[name] for name in others} == {name: vectors(index)[name] for name in others}


def test_an_entry_that_was_changed_in_other_ways_is_read_again():
    bot = extended(replace(added_to("beyond.jax", "handheld scanners"), title="Nothing like it"))
    assert "handheld" in vectors(bot.index)["beyond.jax"]
    assert bot.index.phrasings[bot.index.entries.index("beyond.jax")].scales[-1] > 0
    assert "nothing" in vectors(bot.index)["beyond.jax"]


def test_extended_by_phrasings_and_rebuilt_find_the_same_ones():
    more = added_to("choose.mobile", "runtime for our scanners")
    grown, built = extended(more).index, build(*((k := with_entry(KNOWLEDGE, more)), make_parser(k)))
    assert (grown.entries, grown.exact) == (built.entries, built.exact)
