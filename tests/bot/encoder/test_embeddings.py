"""Embeddings are computed once."""

from __future__ import annotations

import numpy as np
import pytest

from bot.encoder.embeddings import embeddings_of
from bot.encoder.encoder import SCALE, Encoder

TEXTS = ["is keras dead", "what is a tpu", "who uses jax"]


class Counting(Encoder):
    """The encoder, and the texts that it was asked for."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def embeddings(self, texts):
        self.asked += texts
        return super().embeddings(texts)


@pytest.fixture
def encoder():
    return Counting()


def test_embeddings_are_those_of_the_encoder(encoder, tmp_path):
    found = embeddings_of(TEXTS, encoder, tmp_path / "kept.npz")
    assert np.abs(found / SCALE - encoder.embeddings(TEXTS)).max() < 1 / SCALE


def test_what_was_computed_is_not_computed_again(encoder, tmp_path):
    first = embeddings_of(TEXTS, encoder, tmp_path / "kept.npz")
    again = embeddings_of(TEXTS[::-1], encoder, tmp_path / "kept.npz")
    assert encoder.asked == TEXTS
    assert (again == first[::-1]).all()


def test_only_new_texts_are_computed_and_old_ones_stay(encoder, tmp_path):
    embeddings_of(TEXTS[:2], encoder, tmp_path / "kept.npz")
    embeddings_of(TEXTS[2:], encoder, tmp_path / "kept.npz")
    embeddings_of(TEXTS, encoder, tmp_path / "kept.npz")
    assert encoder.asked == TEXTS


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_written_again(encoder, tmp_path, damage):
    (tmp_path / "kept.npz").write_bytes(damage)
    embeddings_of(TEXTS, encoder, tmp_path / "kept.npz")
    embeddings_of(TEXTS, encoder, tmp_path / "kept.npz")
    assert encoder.asked == TEXTS


def test_a_file_that_cannot_be_written_is_done_without(encoder, tmp_path):
    (tmp_path / "file").write_text("")
    assert embeddings_of(TEXTS, encoder, tmp_path / "file" / "kept.npz").shape == (3, 384)


def test_progress_is_counted_over_what_is_missing(encoder, tmp_path):
    embeddings_of(TEXTS[:1], encoder, tmp_path / "kept.npz")
    seen = []
    embeddings_of(TEXTS, encoder, tmp_path / "kept.npz", lambda done, of: seen.append((done, of)))
    assert seen == [(2, 2)]
