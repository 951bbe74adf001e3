"""The encoder that ships with the package."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.encoder import encoder as module
from bot.encoder.encoder import LABELS, MODEL, VOCABULARY, Encoder, shipped_encoder

ENCODER = Encoder()
ROOT = Path(__file__).parents[3]


def likeness(one, other):
    first, second = ENCODER.embeddings([one, other])
    return float(first @ second)


def test_texts_of_one_meaning_are_nearer_than_those_of_another():
    asked = "how can I run a network on my telephone"
    assert likeness(asked, "deploying models to mobile devices") > likeness(asked, "which books teach statistics") + 0.2


def test_embeddings_have_length_one():
    assert np.linalg.norm(ENCODER.embeddings(["torch", ""]), axis=1) == pytest.approx(1, abs=1e-4)


def test_a_text_means_the_same_alone_and_among_longer_ones():
    alone = ENCODER.meaning("is keras dead").embedding
    among = ENCODER.embeddings(["is keras dead", "a far longer question on what else there is to say " * 3])[0]
    assert (alone == among).all()


def test_the_chances_of_all_labels_add_up():
    assert sum(math.exp(odds) for odds in ENCODER.meaning("is keras dead").odds) == pytest.approx(1, abs=1e-4)


def test_the_likeliest_label_is_what_is_asked():
    odds = ENCODER.meaning("will my telephone app run faster with lite or torch").odds
    assert ENCODER.labels[int(odds.argmax())] in {"compare.mobile", "choose.mobile"}


def test_small_talk_is_no_entry():
    likeliest = ENCODER.labels[int(ENCODER.meaning("the coffee machine is broken again").odds.argmax())]
    assert likeliest == "none" or likeliest.startswith(("decline.", "social."))


def test_without_the_model_there_is_no_encoder(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "MODEL", tmp_path / "none.onnx")
    shipped_encoder.cache_clear()
    try:
        assert shipped_encoder() is None
    finally:
        shipped_encoder.cache_clear()


def test_the_files_are_those_of_the_model_card():
    card = MODEL.with_name("MODEL_CARD.md").read_text(encoding="utf-8")
    for file in (MODEL, VOCABULARY, LABELS):
        assert hashlib.sha256(file.read_bytes()).hexdigest() in card


def test_every_label_is_an_entry_or_none(shipped):
    assert {label for label in ENCODER.labels if label not in shipped.knowledge.entries} == {"none"}


def test_nothing_about_the_machine_is_written_or_sent(tmp_path):
    """The runtime's own telemetry writes an id of the machine before it sends anything."""
    program = "from bot.encoder.encoder import shipped_encoder; shipped_encoder().meaning('which one')"
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], check=True, env={"PATH": os.environ["PATH"], **home})
    assert [*tmp_path.rglob("*")] == []
