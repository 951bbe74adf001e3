"""What the encoder says about each entry: how likely it is, and how near its nearest phrasing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from bot.encoder.encoder import SCALE, Encoder
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
        self,
        knowledge: KnowledgeBase,
        encoder: Encoder,
        embed: Callable[[Sequence[str]], NDArray[np.int8]],
        below: Meanings | None = None,
    ) -> None:
        """`embed` gives the embeddings of texts, one a row, each times SCALE. What `below` has of entries that are the
        same there is shared with it."""
        self._encoder, self._below = encoder, below
        self._entries = entries = knowledge.entries
        places = below.places(knowledge) if below is not None else {}
        own = [entry for name, entry in entries.items() if name not in places]
        count = below.count if below is not None else 0
        places |= {entry.id: number for number, entry in enumerate(own, start=count)}
        self._places = np.array([places[name] for name in entries], dtype=np.int64)
        """By entry: its number below, or that among its own entries, which are counted from there on."""
        self._texts = [essence(plain(text)) for entry in own for text in (*entry.phrasings, entry.title)]
        self._starts = [0, *accumulate(len(entry.phrasings) + 1 for entry in own)]
        known: dict[str, NDArray[np.int8]] = below.statements if below is not None else {}
        stated = [*dict.fromkeys(one.text for entry in own for one in entry.since if one.text not in known)]
        vectors = embed([*self._texts, *stated])
        self._vectors = vectors[: len(self._texts)]
        self.statements: dict[str, NDArray[np.int8]] = known | dict(
            zip(stated, vectors[len(self._texts) :], strict=True)
        )
        labels = {label: number for number, label in enumerate(encoder.labels)}
        self._label = np.array([labels.get(entry, -1) for entry in entries])
        self._none = labels[NONE]
        self._answers = np.array([entry.kind == "answer" for entry in entries.values()])

    def over(self, knowledge: KnowledgeBase) -> Meanings:
        """The same for knowledge on top of this one: only texts that are new are encoded."""
        return Meanings(knowledge, self._encoder, self._encoder.remembered, self)

    def places(self, knowledge: KnowledgeBase) -> dict[str, int]:
        """The numbers of the entries that are the same in other knowledge, by id."""
        numbered = enumerate(self._entries.items())
        return {name: number for number, (name, entry) in numbered if knowledge.entries.get(name) == entry}

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    def likeness(self, text: str) -> Likeness:
        """What the encoder says about this text."""
        meaning = self._encoder.meaning(text)
        asked = (meaning.embedding / SCALE).astype(np.float32)
        chances = np.exp(meaning.odds.astype(np.float64))

        def nearest(number: int) -> float:
            return round(float(np.vecdot(self.phrasings(number)[1], asked).max()), _DIGITS)

        own = self._label < 0
        added: tuple[int, ...] = ()
        shares, none = np.where(own, 0.0, chances[self._label]), chances[self._none]
        if own.any():
            near = np.round(self.every_nearest(asked), _DIGITS)
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
        return [round(float(self.statements[one].astype(np.float32) @ asked), _DIGITS) for one in statements]

    def nearest_phrasing(self, text: str, number: int) -> str:
        """The phrasing of this entry that is nearest to the text."""
        texts, vectors = self.phrasings(number)
        return texts[int((vectors @ self._encoder.meaning(text).embedding).argmax())]

    @cached_property
    def _unpacked(self) -> NDArray[np.float32]:
        """The embeddings as floats, four times the memory: once, for all the knowledge that is on top of this."""
        return self._vectors.astype(np.float32)

    def every_nearest(self, asked: NDArray[np.float32], *, unpacked: bool = False) -> NDArray[np.float64]:
        """The cosine of every entry's nearest phrasing. `vecdot` takes one thread, where a matrix product would wait
        for all processors."""
        vectors = self._unpacked if unpacked else self._vectors.astype(np.float32)
        own = np.maximum.reduceat(np.vecdot(vectors, asked), self._starts[:-1]) if self._texts else ()
        below = self._below.every_nearest(asked, unpacked=True) if self._below is not None else ()
        return np.concatenate([below, own])[self._places]

    def phrasings(self, number: int) -> tuple[Sequence[str], NDArray[np.float32]]:
        """An entry's phrasings and their embeddings, times SCALE. Kept as bytes: a quarter of the memory."""
        place = int(self._places[number])
        if self._below is not None:
            if place < self._below.count:
                return self._below.phrasings(place)
            place -= self._below.count
        start, end = self._starts[place : place + 2]
        return self._texts[start:end], self._vectors[start:end].astype(np.float32)
