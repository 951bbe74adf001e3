"""What the encoder says about entries."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bot.encoder.embeddings import embeddings_of
from bot.encoder.encoder import Encoder, shipped_encoder
from bot.retrieval.meanings import Meanings
from knowledge.model import Entry, KnowledgeBase, Statement

HOLIDAYS = Entry(
    id="team.holidays",
    title="Holidays",
    phrasings=("how many days of leave do I have", "booking time off"),
    answer=Statement(text="Thirty."),
)
PARKING = Entry(
    id="team.parking",
    title="Parking",
    phrasings=("where can I park my car", "parking permit"),
    answer=Statement(text="Behind the house."),
)


def meanings(knowledge, tmp_path):
    encoder = shipped_encoder()
    return Meanings(knowledge, encoder, lambda texts: embeddings_of(texts, encoder, tmp_path / "kept.npz"))


def knowledge_of(*entries):
    return KnowledgeBase(version="1", entries={entry.id: entry for entry in entries}, sources={})


@pytest.fixture(scope="module")
def faq(tmp_path_factory):
    return meanings(knowledge_of(HOLIDAYS, PARKING), tmp_path_factory.mktemp("faq"))


def test_an_entry_that_nobody_trained_on_is_found_by_its_nearest_phrasing(faq):
    found = faq.likeness("what is my vacation allowance")
    assert found.odds[0] > found.odds[1]
    assert found.nearest(0) > found.nearest(1)


def test_the_likeliest_comes_first(faq):
    assert faq.likeness("somewhere to leave my bicycle").likely(2) == [1, 0]


def test_a_phrasing_is_as_near_as_can_be(faq):
    assert faq.likeness("booking time off").nearest(0) == pytest.approx(1, abs=0.02)


def test_the_nearest_phrasing_is_named(faq):
    assert faq.nearest_phrasing("where do I leave my car", 1) == "where can I park my car"


def test_entries_of_a_team_share_what_is_left_to_those_trained_on(shipped, tmp_path):
    keras = shipped.knowledge.entries["beyond.keras"]
    both = meanings(knowledge_of(keras, HOLIDAYS), tmp_path)
    team, ours = both.likeness("what is my vacation allowance"), both.likeness("is keras still maintained")
    assert team.likely(2) == [1, 0]
    assert ours.likely(2) == [0, 1]
    assert math.exp(ours.odds[0]) + math.exp(ours.odds[1]) + math.exp(ours.none) <= 1.001


def on_top(knowledge):
    """One entry added, one hidden, one with a further phrasing."""
    entries = dict(knowledge.entries)
    entries.pop("beyond.jobs")
    keras = entries["beyond.keras"]
    entries[keras.id] = replace(keras, phrasings=(*keras.phrasings, "is the red snake library any good"))
    return replace(knowledge, entries={**entries, HOLIDAYS.id: HOLIDAYS})


@pytest.mark.parametrize(
    "text", ["what is my vacation allowance", "the red snake library", "pytorch or jax on a phone"]
)
def test_knowledge_on_top_of_other_is_seen_as_it_would_be_alone(shipped, tmp_path, text):
    below = shipped.meanings
    knowledge = on_top(shipped.knowledge)
    over, alone = below.over(knowledge), meanings(knowledge, tmp_path)
    one, other = over.likeness(text), alone.likeness(text)
    assert one.odds == pytest.approx(other.odds, abs=0.011)
    for number in other.likely(6):
        assert one.nearest(number) == pytest.approx(other.nearest(number), abs=0.0011)
        assert over.nearest_phrasing(text, number) == alone.nearest_phrasing(text, number)


def test_knowledge_that_only_hides_entries_encodes_nothing(shipped):
    entries = {name: entry for name, entry in shipped.knowledge.entries.items() if name != "beyond.jobs"}
    over = shipped.meanings.over(replace(shipped.knowledge, entries=entries))
    assert len(over.likeness("what is keras").odds) == len(entries)


class Counting(Encoder):
    """The encoder, and the texts that it encoded."""

    def __init__(self):
        super().__init__()
        self.encoded = []

    def _embedding(self, text):
        self.encoded.append(text)
        return super()._embedding(text)


def test_phrasings_of_an_earlier_version_are_not_encoded_again(tmp_path):
    encoder = Counting()
    below = Meanings(knowledge_of(PARKING), encoder, encoder.remembered)
    below.over(knowledge_of(PARKING, HOLIDAYS))
    encoder.encoded.clear()
    below.over(knowledge_of(PARKING, replace(HOLIDAYS, phrasings=(*HOLIDAYS.phrasings, "sick leave"))))
    assert encoder.encoded == ["sick leave"]
