"""Suggestions while somebody types."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.comparing import Suggestions
from bot.retrieval.autocomplete import LONGEST_LABEL, Suggester
from knowledge.model import Entry, KnowledgeBase, Statement


def entry(name, title, *phrasings, related=(), kind="answer"):
    return Entry(
        id=name,
        title=title,
        phrasings=phrasings or (title,),
        answer=Statement(text="x"),
        related=related,
        kind=kind,
    )


def knowledge(*entries):
    return KnowledgeBase(version="1", entries={one.id: one for one in entries}, sources={})


SMALL = knowledge(
    entry("a.debugging", "Debugging", "is tensorflow harder to debug", "step through a model", related=("a.mobile",)),
    entry("a.mobile", "Mobile support", "android and ios runtimes", "tensorflow on a phone"),
    entry("a.speed", "Speed and memory", "which one is faster", "training throughput", related=("a.mobile",)),
    entry("social.hello", "Hello", "hello there", kind="social"),
)
SUGGESTER = Suggester(SMALL)


def found(text, limit=25):
    return [one.entry for one in SUGGESTER.suggest(text, limit)]


def test_nothing_typed_gives_the_topics_most_others_lead_to():
    assert found("") == ["a.mobile", "a.debugging", "a.speed"]
    assert found("  ?!") == found("")


def test_a_word_that_is_not_finished_is_enough():
    assert found("deb")[0] == "a.debugging"
    assert found("mob") == ["a.mobile"]


def test_a_phrasing_leads_to_its_entry_and_is_shown():
    [first, *_] = SUGGESTER.suggest("android runt")
    assert first.entry == "a.mobile"
    assert first.label == "Mobile support: android and ios runtimes"


@pytest.mark.parametrize("typed", ["debuging", "debugign", "dbugging", "ebugging", "edbugging", "debbuging", "debugg"])
def test_a_typo_is_read_as_what_was_meant(typed):
    assert found(typed)[0] == "a.debugging"


def test_a_typo_in_a_word_still_being_typed_is_tolerated():
    assert "a.mobile" in found("tensrofl on a pho")


def test_short_words_are_taken_as_they_are():
    assert found("iso") == []


def test_the_more_of_the_words_the_better():
    assert found("tensorflow phone")[0] == "a.mobile"
    assert found("tensorflow debug")[0] == "a.debugging"


def test_what_is_not_about_the_subject_suggests_nothing():
    assert found("quux frobnicate") == []


def test_small_talk_is_no_topic():
    assert found("hello") == []


def test_an_entry_is_suggested_once():
    names = found("tensorflow")
    assert len(names) == len(set(names))


def test_no_more_than_asked_for():
    assert len(found("", 2)) == 2


def test_only_the_entries_chosen_are_suggested():
    some = Suggester(SMALL, among=["a.speed"])
    assert [one.entry for one in some.suggest("")] == ["a.speed"]


def test_an_entry_is_found_by_its_title_or_id_in_any_case():
    assert SUGGESTER.entry(" mobile SUPPORT ") == "a.mobile"
    assert SUGGESTER.entry("a.speed") == "a.speed"
    assert SUGGESTER.entry("mobile") is None


def test_labels_are_cut_between_words():
    long = Suggester(knowledge(entry("a.x", "Title", "word " * 60)))
    [one] = long.suggest("word")
    assert len(one.label) <= LONGEST_LABEL
    assert one.label.endswith("word...")


@given(st.text(max_size=300))
def test_whatever_is_typed_gives_choices_twice_the_same(text):
    once = SUGGESTER.suggest(text)
    assert once == SUGGESTER.suggest(text)
    assert all(1 <= len(one.label) <= LONGEST_LABEL for one in once)
    assert once == Suggester(SMALL).suggest(text)


def test_a_word_that_stands_everywhere_still_suggests():
    many = Suggester(
        knowledge(*(entry(f"a.{n}", f"Topic {n}", *(f"what is {n} {m}" for m in range(20))) for n in range(600)))
    )
    assert len(many.suggest("what is")) == 25
    assert many.suggest("what is 599 7")[0].entry == "a.599"
    assert len(many.suggest("t")) == 25


async def test_nothing_is_suggested_before_all_is_ready():
    suggestions = Suggestions(lambda: SimpleNamespace(knowledge=SMALL))
    assert suggestions.suggest("mobile") == ()
    assert suggestions.entry("Mobile support") is None
    await suggestions.prepare()
    assert [one.entry for one in suggestions.suggest("mobile")] == ["a.mobile"]
    assert suggestions.entry("Mobile support") == "a.mobile"


async def test_a_new_knowledge_base_takes_over_when_it_is_ready():
    current = SimpleNamespace(knowledge=SMALL)
    suggestions = Suggestions(lambda: current, among=lambda known: known.entries)
    await suggestions.prepare()
    current = SimpleNamespace(knowledge=knowledge(entry("a.mobile", "Mobile"), entry("b.new", "Novelty")))
    assert suggestions.suggest("debugging") == (), "an entry that is gone is not suggested"
    async with asyncio.timeout(10):
        while not suggestions.suggest("novelty"):
            await asyncio.sleep(0.01)
