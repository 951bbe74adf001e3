"""What the encoder says about each entry: how likely it is, and how near its nearest phrasing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
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

MOST_ADDED = 3
"""How many of a team's entries are looked at for their nearness alone."""

LEAST = 1e-6
"""Chances below this one are alike."""

_DIGITS = 3
"""Decimals that count: the last bits of another processor do not decide."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the encoder says about a message, by entry number."""

    odds: NDArray[np.float64]
    """Log-probability of each entry."""
    none: float
    """Log-probability that no entry answers it."""
    added: NDArray[np.bool_]
    """Which entries the encoder was not trained on, where it was trained on others."""
    nearest: Callable[[int], float]
    """The cosine (-1..1) to an entry's nearest phrasing."""

    added_nearest: tuple[int, ...] = ()
    """Of the added entries, the few with the nearest phrasings."""

    def likely(self, most: int) -> list[int]:
        """The likeliest entries, `most` of them, then the added entries with the nearest phrasings."""
        likeliest = [int(number) for number in np.argsort(-self.odds, kind="stable")[:most]]
        return list(dict.fromkeys((*likeliest, *self.added_nearest)))


class Meanings:
    """The entries of one knowledge base as the encoder sees them."""

    def __init__(
        self, knowledge: KnowledgeBase, encoder: Encoder, embed: Callable[[Sequence[str]], NDArray[np.int8]]
    ) -> None:
        """`embed` gives the embeddings of texts, one a row, each times SCALE."""
        self._encoder = encoder
        self._texts = _texts(knowledge)
        self._all = vectors = embed(self._texts)
        counts = [len(entry.phrasings) + 1 for entry in knowledge.entries.values()]
        self._starts = [0, *accumulate(counts)]
        self._vectors = vectors[: self._starts[-1]]
        self._statements = dict(zip(self._texts[len(self._vectors) :], vectors[len(self._vectors) :], strict=True))
        labels = {label: number for number, label in enumerate(encoder.labels)}
        self._label = np.array([labels.get(entry, -1) for entry in knowledge.entries])
        self._none = labels[NONE]
        self._answers = np.array([entry.kind == "answer" for entry in knowledge.entries.values()])

    def over(self, knowledge: KnowledgeBase) -> Meanings:
        """The same for knowledge on top of this one: only texts that are new are encoded."""
        known = dict(zip(self._texts, self._all, strict=True))

        def embed(texts: Sequence[str]) -> NDArray[np.int8]:
            new = [text for text in dict.fromkeys(texts) if text not in known]
            known.update(zip(new, np.round(self._encoder.embeddings(new) * SCALE).astype(np.int8), strict=True))
            return np.array([known[text] for text in texts])

        return Meanings(knowledge, self._encoder, embed)

    def likeness(self, text: str) -> Likeness:
        """What the encoder says about this text."""
        meaning = self._encoder.meaning(text)
        asked = meaning.embedding / SCALE
        chances = np.exp(meaning.odds.astype(np.float64))

        def nearest(number: int) -> float:
            return round(float((self._phrasings(number) @ asked).max()), _DIGITS)

        own = self._label < 0
        added: tuple[int, ...] = ()
        shares, none = np.where(own, 0.0, chances[self._label]), chances[self._none]
        if own.any():
            near = np.array([nearest(number) for number in range(len(own))])
            # Entries that the encoder was not trained on share by nearness with the others. Where it was trained on
            # others, these are a team's, and refusals must be far nearer: what is near to a team's phrasing is theirs,
            # however much of it is off our subject.
            compared = np.where(own | self._answers, near, near - REFUSED)
            powers = np.exp(SHARPNESS * (compared - compared.max()))
            by_nearness = powers / powers.sum()
            if own.all():
                shares, none = by_nearness, 0.0
            else:
                by_nearness = np.where(own, by_nearness / (1 + np.exp(SHARPNESS * (NEAR - near))), 0.0)
                left = 1 - by_nearness.sum()
                shares, none = np.where(own, by_nearness, shares * left), none * left
            added = tuple(int(one) for one in np.argsort(-np.where(own, near, -1.0), kind="stable")[:MOST_ADDED])
        odds: NDArray[np.float64] = np.log(np.maximum(shares, LEAST))
        return Likeness(
            np.round(odds, _DIGITS), round(math.log(max(none, LEAST)), _DIGITS), own & ~own.all(), cache(nearest), added
        )

    def nearness(self, text: str, statements: Sequence[str]) -> list[float]:
        """The cosine (-1..1) of each of these entries' statements to the text."""
        asked = self._encoder.meaning(text).embedding / SCALE
        return [round(float(self._statements[one].astype(np.float32) @ asked), _DIGITS) for one in statements]

    def nearest_phrasing(self, text: str, number: int) -> str:
        """The phrasing of this entry that is nearest to the text."""
        cosines = self._phrasings(number) @ self._encoder.meaning(text).embedding
        return self._texts[self._starts[number] + int(cosines.argmax())]

    def _phrasings(self, number: int) -> NDArray[np.float32]:
        """The embeddings of an entry's phrasings, times SCALE. Kept as bytes: a quarter of the memory."""
        start, end = self._starts[number : number + 2]
        return self._vectors[start:end].astype(np.float32)


def _texts(knowledge: KnowledgeBase) -> list[str]:
    """The texts whose embeddings are needed: each entry's phrasings and title, then what was stated since the
    article."""
    entries = knowledge.entries.values()
    phrasings = [essence(plain(text)) for entry in entries for text in (*entry.phrasings, entry.title)]
    return [*phrasings, *dict.fromkeys(one.text for entry in entries for one in entry.since)]
