"""The encoder at run time: onnxruntime on one thread, loaded when first needed.

Where onnxruntime or the model is missing there is no encoder, and matching goes by words alone.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL = Path(__file__).parent / "encoder.onnx"
VOCABULARY = MODEL.with_name("vocabulary.txt")
LABELS = MODEL.with_name("labels.json")

WIDTH = 384
"""Numbers of an embedding."""

SCALE = 127
"""Embeddings are kept as whole numbers: this times their value. A cosine is then right to 0.005."""

REMEMBERED = 50_000
"""Phrasings of workspaces whose embedding is remembered: 40 MB."""

CACHED = 2_000
"""Texts whose meaning is remembered: 4 MB."""

PADDING, UNKNOWN, START, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"

MOST_TOKENS = 48
"""Tokens of a message that are read, the two around it included. Of a longer one the end is kept: the question comes
last."""

LONGEST_WORD = 60
"""Characters of a word that is looked up; a longer one is unknown."""

_PIECE = re.compile(r"\w+|[^\w\s]")


class WordPiece:
    """Text -> the token numbers that the encoder was trained on (uncased BERT).

    Splits words greedily into the longest pieces of a vocabulary. The same as the tokeniser of BERT, but for scripts
    without spaces, which are not split into characters.
    """

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


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the encoder makes of a text."""

    embedding: NDArray[np.float32]
    """Length 1; its product with another's is their cosine similarity."""
    odds: NDArray[np.float32]
    """Log-probability of each label."""


class Encoder:
    """Text -> Meaning. Safe to share between threads; the same text gives the same result on one kind of machine."""

    def __init__(self) -> None:
        self.labels: tuple[str, ...] = tuple(json.loads(LABELS.read_text(encoding="utf-8")))
        """Ids of entries, and "none"."""
        self.meaning = lru_cache(maxsize=CACHED)(self._meaning)
        self._scaled = lru_cache(maxsize=REMEMBERED)(self._scaled_embedding)

    def embeddings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The embeddings of many texts, one a row, on all processors. Each is computed by itself: in a batch, the
        rounding to 8 bits would depend on what else is in it."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(self._embedding, texts))
        return np.array(found, dtype=np.float32).reshape(len(texts), WIDTH)

    def remembered(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """The embedding of each text times SCALE, one a row. The last REMEMBERED are not computed again. On one
        processor: the others answer questions meanwhile."""
        return np.frombuffer(b"".join(map(self._scaled, texts)), dtype=np.int8).reshape(len(texts), WIDTH)

    def _scaled_embedding(self, text: str) -> bytes:
        return np.round(self._embedding(text) * SCALE).astype(np.int8).tobytes()

    def _embedding(self, text: str) -> NDArray[np.float32]:
        (found,) = self._session.run(["embedding"], self._inputs(text))
        return found[0]  # type: ignore[no-any-return]

    def _inputs(self, text: str) -> dict[str, NDArray[np.int64]]:
        tokens = np.array([self._pieces.numbers(text)], dtype=np.int64)
        return {"tokens": tokens, "present": np.ones_like(tokens)}

    def _meaning(self, text: str) -> Meaning:
        embedding, odds = self._session.run(None, self._inputs(text))
        shifted = odds[0] - odds[0].max()
        return Meaning(embedding[0], shifted - np.log(np.exp(shifted).sum()))

    @cached_property
    def _pieces(self) -> WordPiece:
        return WordPiece(VOCABULARY.read_text(encoding="utf-8").splitlines())

    @cached_property
    def _session(self) -> Any:
        # Otherwise the library gives the machine an id, on disk, and sends its maker what it is used for.
        os.environ.update(ORT_DISABLE_TELEMETRY="1", ORT_TELEMETRY_DISABLED="1")
        import onnxruntime  # noqa: PLC0415 - 80 ms, and 60 MB

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The graph was optimised when it was exported, which saves half of the time to load it.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        return onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def shipped_encoder() -> Encoder | None:
    """The encoder that comes with the package; None where it cannot run here."""
    return Encoder() if find_spec("onnxruntime") is not None and MODEL.exists() else None
