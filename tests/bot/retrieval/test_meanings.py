"""What the encoder says about entries."""

from __future__ import annotations

import math

import pytest

from bot.encoder.embeddings import embeddings_of
from bot.encoder.encoder import shipped_encoder
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
