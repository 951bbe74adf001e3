"""From a knowledge folder (and a team's overlay) to a ready Bot, compiled once and kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from bot.answering import Bot, Thresholds
from bot.index import Index, Progress, build, extend, make_reader
from bot.phrasings import PackedPhrasings, Phrasings
from bot.spelling import Letters
from knowledge import snapshot
from knowledge.model import KnowledgeBase

SHIPPED = Path(__file__).parent.parent / "knowledge" / "content"
"""The knowledge that comes with the package."""

FORMAT = 1
"""Raised when the compiled form changes in a way that its own code's fingerprint does not show."""

Watch = Callable[[str], Progress | None]
"""Asked, with the name of what is counted, for a callable that is told (done, in all); None where nobody watches."""

_CODE = (Path(snapshot.__file__).parent, Path(__file__).parent)


def assemble(
    folder: Path = SHIPPED,
    *,
    overlay: Path | None = None,
    thresholds: Thresholds | None = None,
    watch: Watch = lambda what: None,  # noqa: ARG005 - nobody watches
) -> Bot:
    """The bot for `folder`, with `overlay` on top. Raises KnowledgeError where the files are wrong.

    The compiled form is kept in the user's cache directory and used again until a file changes.
    `watch` is told how far compiling has come.
    """
    key = _key(folder, overlay)
    path = _cache_directory() / f"{_name(folder, overlay)}.json"
    kept = snapshot.read(path, key, (*snapshot.KINDS, Index, Letters, Phrasings, PackedPhrasings))
    if isinstance(kept, dict):
        knowledge, index = kept.get("knowledge"), kept.get("index")
        if isinstance(knowledge, KnowledgeBase) and isinstance(index, Index):
            return Bot(knowledge, index=index, thresholds=thresholds)
    knowledge, index = _compile(folder, overlay, watch)
    snapshot.write(path, key, {"knowledge": knowledge, "index": index})
    return Bot(knowledge, index=index, thresholds=thresholds)


def _compile(folder: Path, overlay: Path | None, watch: Watch) -> tuple[KnowledgeBase, Index]:
    """The knowledge and its index; an overlay's is made from that of the folder below it, where their words agree."""
    if overlay is None:
        from knowledge.loading import load  # noqa: PLC0415 - brings in pydantic and YAML, needed only to compile

        knowledge = load(folder, progress=watch("files read"))
        return knowledge, build(knowledge, make_reader(knowledge), progress=watch("phrasings read"))
    from knowledge.overlay import lay_over  # noqa: PLC0415 - as above

    base = assemble(folder, watch=watch)
    knowledge = lay_over(base.knowledge, overlay, under=folder, progress=watch("files read"))
    return knowledge, index_over(base, knowledge, progress=watch("phrasings read"))


def index_over(below: Bot, knowledge: KnowledgeBase, *, progress: Progress | None = None) -> Index:
    """The index of `knowledge`, which is laid over that of `below`: made from its index, where their words agree."""
    reader = make_reader(knowledge)
    if knowledge.vocabulary != below.knowledge.vocabulary:
        return build(knowledge, reader, progress=progress)
    return extend(below.index, below.knowledge, knowledge, reader, progress=progress)


def _key(folder: Path, overlay: Path | None) -> str:
    """What a snapshot is good for: these files, compiled by this code."""
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
