"""Embeddings are computed once."""

from __future__ import annotations

import numpy as np
import pytest

from bot.encoder.embeddings import embeddings_of
from bot.encoder.encoder import SCALE, Encoder
from bot.language.text import essence, plain

TEXTS = ["has my canary escaped", "what is a teapot", "who paints fences"]


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


def test_what_comes_with_the_package_is_as_the_encoder_has_it(encoder, tmp_path, shipped):
    texts = [essence(plain(entry.phrasings[0])) for entry in shipped.knowledge.entries.values()][:40]
    found = embeddings_of(texts, encoder, tmp_path / "kept.npz")
    assert encoder.asked == []
    assert ((found / SCALE) * encoder.embeddings(texts)).sum(axis=1).min() > 0.98


def test_hardly_any_shipped_phrasing_is_computed_at_the_first_start(encoder, tmp_path, shipped):
    entries = shipped.knowledge.entries.values()
    texts = [essence(plain(text)) for entry in entries for text in (*entry.phrasings, entry.title)]
    embeddings_of(texts, encoder, tmp_path / "kept.npz")
    assert len(encoder.asked) < len(texts) / 10  # more: `make embeddings`


def test_what_comes_with_the_package_is_not_written_again(encoder, tmp_path, shipped):
    phrasing = essence(plain(shipped.knowledge.entries["compare.debugging"].phrasings[0]))
    embeddings_of([phrasing, TEXTS[0]], encoder, tmp_path / "kept.npz")
    with np.load(tmp_path / "kept.npz") as kept:
        assert len(kept["keys"]) == 1
