"""The systems that are compared: ours, and what one would otherwise take off the shelf.

Each is built from phrasings by entry, answers one question (`one`, for speed), and ranks entries
with its own score (`ranked`, for quality). None is tuned to a data set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from bot.dialog.answering import Bot
from bot.dialog.question import Question
from knowledge.model import Entry, KnowledgeBase, Statement

OURS = "framework-bot"
WRATIO = "rapidfuzz WRatio"
TOKEN_SET = "rapidfuzz token_set_ratio"
BM25 = "bm25s"
LOGISTIC = "TF-IDF, logistic regression"
SVC = "TF-IDF, LinearSVC"
MINILM = "MiniLM, nearest phrasing"
WORDS = "framework-bot, words alone"
FAST = (OURS, WRATIO, TOKEN_SET, BM25)
"""What speed is compared with; ours by words alone, as with a corpus this large."""

NAMES = (OURS, WORDS, WRATIO, TOKEN_SET, BM25, LOGISTIC, SVC, MINILM)

_DEEP = 60
"""Phrasings a fuzzy ranking looks at, so that three different entries are among them."""


class System(Protocol):
    """What is compared."""

    def one(self, question: str) -> str | None:
        """The entry found first, if any."""

    def ranked(self, question: str, most: int) -> list[tuple[str, float]]:
        """The best entries with the system's own score, best first."""


class Ours:
    """The whole bot: what it measures includes parsing, policy and the reply in full."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    def one(self, question: str) -> str | None:
        """See System."""
        candidates = self.bot.answer(Question(question)).candidates
        return candidates[0].entry if candidates else None

    def ranked(self, question: str, most: int) -> list[tuple[str, float]]:
        """See System."""
        return [(one.entry, one.confidence) for one in self.bot.answer(Question(question)).candidates[:most]]


class Fuzzy:
    """`process.extractOne` over all phrasings.

    They are put through default_process once, here, rather than with every question: the same
    scores, and the least time that a caller can get from it.
    """

    def __init__(
        self, entries: Sequence[str], phrasings: Sequence[Sequence[str]], scorer: Callable[..., float]
    ) -> None:
        from rapidfuzz import process, utils

        self._process = process
        self._scorer = scorer
        self._normal = utils.default_process
        self._texts = [utils.default_process(text) for own in phrasings for text in own]
        self._owners = [entry for entry, own in zip(entries, phrasings, strict=True) for _ in own]

    def one(self, question: str) -> str | None:
        """See System."""
        found = self._process.extractOne(self._normal(question), self._texts, scorer=self._scorer, processor=None)
        return self._owners[found[2]]

    def ranked(self, question: str, most: int) -> list[tuple[str, float]]:
        """See System. An entry's score is that of its best phrasing."""
        found = self._process.extract(
            self._normal(question), self._texts, scorer=self._scorer, processor=None, limit=_DEEP
        )
        best: dict[str, float] = {}
        for _, score, number in found:
            best.setdefault(self._owners[number], score)
        return list(best.items())[:most]


class Bm25:
    """bm25s as its README shows it: English stop words, one document an entry, its phrasings in a row."""

    def __init__(self, entries: Sequence[str], phrasings: Sequence[Sequence[str]]) -> None:
        import bm25s

        self._tokenize: Any = bm25s.tokenize
        self._entries = list(entries)
        self._retriever: Any = bm25s.BM25()
        documents = ["\n".join(own) for own in phrasings]
        self._retriever.index(bm25s.tokenize(documents, show_progress=False), show_progress=False)

    def one(self, question: str) -> str | None:
        """See System."""
        return next((entry for entry, _ in self.ranked(question, 1)), None)

    def ranked(self, question: str, most: int) -> list[tuple[str, float]]:
        """See System."""
        tokens = self._tokenize([question], show_progress=False)
        if not tokens.vocab:
            return []
        numbers, scores = self._retriever.retrieve(
            tokens, k=min(most, len(self._entries)), show_progress=False, n_threads=0
        )
        return [
            (self._entries[number], float(score))
            for number, score in zip(numbers[0], scores[0], strict=True)
            if score > 0
        ]


class Linear:
    """TF-IDF over words and letters with a linear classifier of scikit-learn, as its user guide shows it."""

    def __init__(self, entries: Sequence[str], phrasings: Sequence[Sequence[str]], model: Any, scores: str) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline, make_union

        features = make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
        )
        self._pipeline: Any = make_pipeline(features, model)
        self._scores = scores
        labelled = [(text, entry) for entry, own in zip(entries, phrasings, strict=True) for text in own]
        self._pipeline.fit([text for text, _ in labelled], [entry for _, entry in labelled])

    def one(self, question: str) -> str | None:
        """See System."""
        return str(self._pipeline.predict([question])[0])

    def ranked(self, question: str, most: int) -> list[tuple[str, float]]:
        """See System."""
        found = getattr(self._pipeline, self._scores)([question])[0]
        return sorted(zip(map(str, self._pipeline.classes_), map(float, found), strict=True), key=lambda one: -one[1])[
            :most
        ]


class Nearest:
    """The published all-MiniLM-L6-v2 (8 bits): an entry's score is the cosine of its nearest phrasing."""

    def __init__(self, entries: Sequence[str], phrasings: Sequence[Sequence[str]]) -> None:
        from bot.encoder.encoder import Encoder

        self._encoder = Encoder()
        self._owners = [entry for entry, own in zip(entries, phrasings, strict=True) for _ in own]
        self._vectors = self._encoder.embeddings([text for own in phrasings for text in own])

    def one(self, question: str) -> str | None:
        """See System."""
        return self.ranked(question, 1)[0][0]

    def ranked(self, question: str, most: int) -> list[tuple[str, float]]:
        """See System."""
        cosines = self._vectors @ self._encoder.embeddings([question])[0]
        best: dict[str, float] = {}
        for number in cosines.argsort()[::-1].tolist():
            best.setdefault(self._owners[number], float(cosines[number]))
            if len(best) == most:
                break
        return list(best.items())


def plain_knowledge(entries: Sequence[str], titles: Sequence[str], phrasings: Sequence[Sequence[str]]) -> KnowledgeBase:
    """A knowledge base without a vocabulary, as an imported FAQ is."""
    return KnowledgeBase(
        version="bench",
        entries={
            entry: Entry(id=entry, title=title[:75], phrasings=tuple(own), answer=Statement(text=title))
            for entry, title, own in zip(entries, titles, phrasings, strict=True)
        },
        sources={},
    )


def rival(name: str, entries: Sequence[str], phrasings: Sequence[Sequence[str]]) -> System:
    """One of the others by name. Raises ValueError for an unknown name."""
    if name == BM25:
        return Bm25(entries, phrasings)
    if name == MINILM:
        return Nearest(entries, phrasings)
    if name in (LOGISTIC, SVC):
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import LinearSVC

        logistic = name == LOGISTIC
        model = LogisticRegression(C=10, max_iter=1_000) if logistic else LinearSVC()
        return Linear(entries, phrasings, model, "predict_proba" if logistic else "decision_function")
    from rapidfuzz import fuzz

    scorers = {WRATIO: fuzz.WRatio, TOKEN_SET: fuzz.token_set_ratio}
    if name not in scorers:
        raise ValueError(f"no such system: {name}")
    return Fuzzy(entries, phrasings, scorers[name])


def rivals_of(knowledge: KnowledgeBase, names: Iterable[str]) -> dict[str, System]:
    """The others over the phrasings of a knowledge base."""
    own = [entry.phrasings for entry in knowledge.entries.values()]
    return {name: rival(name, tuple(knowledge.entries), own) for name in names}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a head: words flush left, figures flush right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, tuple("-" * width for width in widths), *rows):
        cells = [
            cell.rjust(width) if body[:1].isdigit() or body[:1] in "-+" else cell.ljust(width)
            for cell, body, width in zip(row, rows[0], widths, strict=True)
        ]
        print("  ".join(cells).rstrip())
