"""What the encoder says about each entry: how likely it is, and how near its nearest phrasing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.encoder.embeddings import SCALE
from bot.encoder.encoder import Encoder
from bot.language.text import essence, plain
from knowledge.model import KnowledgeBase

if TYPE_CHECKING:
    from numpy.typing import NDArray

NONE = "none"
"""The encoder's label for what no entry answers."""

SHARPNESS = 20.0
"""How sharply the nearness of phrasings decides between entries that the encoder was not trained on."""

NEAR = 0.5
"""Cosine at which a phrasing of such an entry is as likely meant as not."""

REFUSED = 0.2
"""How much nearer than an entry of a team a refusal's phrasing must be."""

LEAST = 1e-6
"""Chances below this one are alike."""

_DIGITS = 3
"""Decimals that count: the last bits of another processor do not decide."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the encoder says about a message, by entry number."""

    odds: NDArray[np.float64]
    """Log-probability of each entry."""
    nearest: NDArray[np.float64]
    """Cosine to the entry's nearest phrasing."""
    none: float
    """Log-probability that no entry answers it."""
    added: NDArray[np.bool_]
    """Which entries the encoder was not trained on, where it was trained on others."""

    def likely(self) -> list[int]:
        """The entries, the likeliest first."""
        return [int(number) for number in np.argsort(-self.odds, kind="stable")]


class Meanings:
    """The entries of one knowledge base as the encoder sees them."""

    def __init__(self, knowledge: KnowledgeBase, encoder: Encoder, vectors: NDArray[np.int8]) -> None:
        """`vectors`: the embeddings of `texts_of` these entries."""
        self._encoder = encoder
        self._texts: Sequence[str] = texts_of(knowledge)
        phrasings = sum(len(entry.phrasings) + 1 for entry in knowledge.entries.values())
        self._vectors = vectors[:phrasings].astype(np.float32)
        self._statements = dict(zip(self._texts[phrasings:], vectors[phrasings:], strict=True))
        self._starts = np.cumsum([0, *(len(entry.phrasings) + 1 for entry in knowledge.entries.values())])[:-1]
        labels = {label: number for number, label in enumerate(encoder.labels)}
        self._answers = np.array([entry.kind == "answer" for entry in knowledge.entries.values()])
        self._label = np.array([labels.get(entry, -1) for entry in knowledge.entries])
        self._none = labels[NONE]

    def likeness(self, text: str) -> Likeness:
        """What the encoder says about this text."""
        meaning = self._encoder.meaning(text)
        cosines = self._vectors @ (meaning.embedding / SCALE)
        nearest = np.maximum.reduceat(cosines, self._starts).astype(np.float64)
        chances = np.exp(meaning.odds.astype(np.float64))
        # Entries that the encoder was not trained on, a team's, share by nearness with the shipped ones. Refusals must
        # be far nearer: what is near to a team's phrasing is theirs, however much of it is off our subject.
        own = self._label < 0
        compared = np.where(own | self._answers, nearest, nearest - REFUSED)
        powers = np.exp(SHARPNESS * (compared - compared.max()))
        shares = powers / max(powers.sum(), 1e-9)
        if not own.all():
            shares = np.where(own, shares / (1 + np.exp(SHARPNESS * (NEAR - nearest))), 0.0)
            shares += np.where(own, 0.0, chances[self._label] * (1 - shares.sum()))
        odds = np.log(np.maximum(shares, LEAST))
        none = math.log(max(0.0 if own.all() else chances[self._none] * (1 - shares[own].sum()), LEAST))
        return Likeness(np.round(odds, _DIGITS), np.round(nearest, _DIGITS), round(none, _DIGITS), own & ~own.all())

    def nearness(self, text: str, statements: Sequence[str]) -> list[float]:
        """The cosine (-1..1) of each of these entries' statements to the text."""
        asked = self._encoder.meaning(text).embedding / SCALE
        return [round(float(self._statements[one].astype(np.float32) @ asked), _DIGITS) for one in statements]

    def nearest_phrasing(self, text: str, number: int) -> str:
        """The phrasing of this entry that is nearest to the text."""
        start, end = int(self._starts[number]), int([*self._starts, len(self._vectors)][number + 1])
        cosines = self._vectors[start:end] @ self._encoder.meaning(text).embedding
        return self._texts[start + int(cosines.argmax())]


def texts_of(knowledge: KnowledgeBase) -> list[str]:
    """The texts whose embeddings `Meanings` needs, in its order: each entry's phrasings and title, then what was stated
    since the article."""
    entries = knowledge.entries.values()
    phrasings = [essence(plain(text)) for entry in entries for text in (*entry.phrasings, entry.title)]
    return [*phrasings, *dict.fromkeys(one.text for entry in entries for one in entry.since)]
