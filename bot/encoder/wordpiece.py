"""WordPiece: text as the token numbers that the encoder was trained on (uncased BERT)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

PADDING, UNKNOWN, START, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"

MOST_TOKENS = 48
"""Tokens of a message that are read, the two around it included. Of a longer one the end is kept: the question comes
last."""

LONGEST_WORD = 60
"""Characters of a word that is looked up; a longer one is unknown."""

_PIECE = re.compile(r"\w+|[^\w\s]")


class WordPiece:
    """Splits words greedily into the longest pieces of a vocabulary. The same as the tokeniser of BERT, but for scripts
    without spaces, which are not split into characters."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """`vocabulary`: the pieces by number; those inside a word begin with "##"."""
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._numbers[UNKNOWN]

    def numbers(self, text: str) -> list[int]:
        """The tokens of text, between those of its start and its end; at most MOST_TOKENS."""
        found: list[int] = []
        for word in _PIECE.findall(_folded(text)):
            found += self._pieces(word)
        return [self._numbers[START], *found[2 - MOST_TOKENS :], self._numbers[END]]

    def _pieces(self, word: str) -> list[int]:
        pieces: list[int] = []
        start = 0
        while start < len(word) <= LONGEST_WORD:
            for end in range(len(word), start, -1):
                number = self._numbers.get(("##" if start else "") + word[start:end])
                if number is not None:
                    pieces.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return pieces or [self._unknown]


def _folded(text: str) -> str:
    """Text in lower case, without accents; "_" apart from words, as BERT has it."""
    if text.isascii():
        return text.lower().replace("_", " _ ")
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(one for one in decomposed if unicodedata.category(one) != "Mn").replace("_", " _ ")
