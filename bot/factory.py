"""Bot factory: from a knowledge folder (and a team's overlay) to a ready Bot, compiled once and cached."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.dialog.answering import Bot, Thresholds
from bot.encoder.embeddings import embeddings_of
from bot.encoder.encoder import MODEL, shipped_encoder
from bot.retrieval.index import Index, Progress, build, extend, make_parser
from bot.retrieval.meanings import Meanings
from bot.retrieval.phrasing_columns import PhrasingIndex
from bot.retrieval.postings import Postings
from knowledge import snapshot
from knowledge.model import KnowledgeBase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = Path(__file__).parent.parent / "knowledge" / "content"
"""The knowledge that comes with the package."""

MOST_ENCODED = 50_000
"""Phrasings up to which the encoder is used: a thousand take a second, once, and 1.5 MB."""

FORMAT = 3
"""Raised when the compiled form changes in a way that the fingerprint of its code does not show."""

Watch = Callable[[str], Progress | None]
"""Called with the name of what is counted; returns what is called with (done, in all), or None."""

_CODE = (Path(snapshot.__file__).parent, *(Path(__file__).parent / name for name in ("language", "retrieval")))


def assemble(
    folder: Path = SHIPPED,
    *,
    overlay: Path | None = None,
    thresholds: Thresholds | None = None,
    encoder: bool = True,
    watch: Watch = lambda what: None,  # noqa: ARG005 - no progress is shown
) -> Bot:
    """The bot for `folder`, with `overlay` on top. Raises KnowledgeError where the files are wrong.

    The compiled form is cached in the user's cache directory and used until a file changes. `watch` reports the
    progress of compiling. `encoder`: whether the sentence encoder is used where it can run.
    """
    key = _key(folder, overlay)
    path = _cache_directory() / f"{_name(folder, overlay)}.json"
    match snapshot.read(path, key, (*snapshot.KINDS, Index, PhrasingIndex, Postings)):
        case {"knowledge": KnowledgeBase() as knowledge, "index": Index() as index}:
            meanings = _meanings(knowledge) if encoder else None
            return Bot(knowledge, index=index, thresholds=thresholds, meanings=meanings)
    knowledge, index = _compile(folder, overlay, watch)
    snapshot.write(path, key, {"knowledge": knowledge, "index": index})
    bot = Bot(knowledge, index=index, thresholds=thresholds, meanings=_meanings(knowledge, watch) if encoder else None)
    bot.prepare()
    return bot


def with_encoder(knowledge: KnowledgeBase, *, index: Index | None = None) -> Bot:
    """The bot for knowledge that was loaded otherwise, with the encoder where it runs here."""
    return Bot(knowledge, index=index, meanings=_meanings(knowledge))


def _meanings(knowledge: KnowledgeBase, watch: Watch = lambda what: None) -> Callable[[], Meanings] | None:  # noqa: ARG005
    """Makes what the encoder knows of the entries; None where it does not run, or the phrasings are too many."""
    encoder = shipped_encoder()
    if encoder is None or sum(len(entry.phrasings) for entry in knowledge.entries.values()) > MOST_ENCODED:
        return None

    def embed(texts: Sequence[str]) -> NDArray[np.int8]:
        path = _cache_directory() / f"embeddings-{snapshot.fingerprint([MODEL])[:16]}.npz"
        return embeddings_of(texts, encoder, path, watch("phrasings encoded"))

    def make() -> Meanings:
        return Meanings(knowledge, encoder, embed)

    return make


def _compile(folder: Path, overlay: Path | None, watch: Watch) -> tuple[KnowledgeBase, Index]:
    """The knowledge and its index."""
    if overlay is None:
        from knowledge.loading import load  # noqa: PLC0415 - brings in pydantic and YAML, needed only to compile

        knowledge = load(folder, progress=watch("files read"))
        return knowledge, build(knowledge, make_parser(knowledge), progress=watch("phrasings read"))
    from knowledge.overlay import lay_over  # noqa: PLC0415 - as above

    base = assemble(folder, encoder=False, watch=watch)
    knowledge = lay_over(base.knowledge, overlay, progress=watch("files read"))
    return knowledge, index_over(base, knowledge, progress=watch("phrasings read"))


def index_over(below: Bot, knowledge: KnowledgeBase, *, progress: Progress | None = None) -> Index:
    """The index of `knowledge`, an overlay on that of `below`: extended from its index where the vocabularies agree."""
    parser = make_parser(knowledge)
    if knowledge.vocabulary != below.knowledge.vocabulary:
        return build(knowledge, parser, progress=progress)
    return extend(below.index, below.knowledge, knowledge, parser, progress=progress)


def _key(folder: Path, overlay: Path | None) -> str:
    """Identifies the files and the code that a snapshot was compiled from."""
    from knowledge.folder import content_files  # noqa: PLC0415 - as above

    files = [*content_files(folder), *(content_files(overlay) if overlay is not None else ())]
    code = sorted(file for place in _CODE for file in place.glob("*.py"))
    return f"{FORMAT}:{snapshot.fingerprint(files)}:{snapshot.fingerprint(code)}"


def _name(folder: Path, overlay: Path | None) -> str:
    places = f"{folder.resolve()}\0{overlay.resolve() if overlay is not None else ''}"
    return hashlib.sha256(places.encode()).hexdigest()[:16]


def _cache_directory() -> Path:
    """FRAMEWORK_BOT_CACHE, else the platform's cache directory of this user."""
    chosen = os.environ.get("FRAMEWORK_BOT_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path  # noqa: PLC0415 - 20 ms, and only without the setting

    return user_cache_path("framework-bot")
