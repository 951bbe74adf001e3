"""Text as tokens. What is expected is what the tokeniser of BERT makes of the same text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.encoder.encoder import LONGEST_WORD, MOST_TOKENS, VOCABULARY, WordPiece

PIECES = VOCABULARY.read_text(encoding="utf-8").splitlines()
TOKENISER = WordPiece(PIECES)


def pieces(text):
    return [PIECES[number] for number in TOKENISER.numbers(text)][1:-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what's torch.compile", "what ' s torch . com ##pile"),
        ("PyTorch for mobile?", "p ##yt ##or ##ch for mobile ?"),
        ("naïve café", "naive cafe"),
        ("tf_keras's fit()", "t ##f _ ke ##ras ' s fit ( )"),
        ("c++ & c#", "c + + & c #"),
    ],
)
def test_words_are_split_as_bert_splits_them(text, expected):
    assert pieces(text) == expected.split()


def test_a_text_begins_and_ends_with_a_mark():
    numbers = TOKENISER.numbers("torch")
    assert (PIECES[numbers[0]], PIECES[numbers[-1]]) == ("[CLS]", "[SEP]")


def test_of_a_long_text_the_end_is_read():
    assert pieces("one " * 100 + "two")[-1] == "two"
    assert len(TOKENISER.numbers("one " * 100)) == MOST_TOKENS


@pytest.mark.parametrize("word", ["日本語", "x" * (LONGEST_WORD + 1)])
def test_what_has_no_pieces_is_unknown(word):
    assert pieces(f"torch {word}") == ["torch", "[UNK]"]


@given(st.text(st.characters()))
def test_no_text_fails(text):
    assert 2 <= len(TOKENISER.numbers(text)) <= MOST_TOKENS
