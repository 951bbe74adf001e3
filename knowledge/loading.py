"""A knowledge folder -> an immutable KnowledgeBase, or errors that name file, line, field and hint.

The folder holds, all optional, the reserved files of knowledge/folder.py and, in any sub-folder, entry
files: YAML with one entry or a list of them, or JSON Lines with one a line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import KnowledgeError, Problem
from knowledge.files import FolderReader, Location
from knowledge.folder import HIDE, PHRASINGS, content_files
from knowledge.model import Article, KnowledgeBase

Progress = Callable[[int, int], None]
"""Called with (done, total), such as files read."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A knowledge base together with the place of each entry in the files."""

    knowledge: KnowledgeBase
    places: Mapping[str, Location]
    registers: Mapping[str, tuple[Location, ...]] = field(default_factory=dict)
    """The parsed reserved files by file name, an overlay's first."""
    article: Article | None = None
    """What the article says, where the folder lists it."""
    overlay: Path | None = None
    """The team's folder on top, if there is one."""
    overlaid: frozenset[str] = frozenset()
    """Ids of the entries that come from the overlay."""
    hidden: frozenset[str] = frozenset()
    """Ids of the entries that the overlay hides."""
    folder: Path | None = None
    """What the overlay is on."""


def load(folder: Path, *, progress: Progress | None = None) -> KnowledgeBase:
    """The knowledge in `folder`. Raises KnowledgeError with every problem found."""
    return load_with_places(folder, progress=progress).knowledge


def load_with_places(folder: Path, *, progress: Progress | None = None) -> Loaded:
    """As `load`, with the place of each entry."""
    reader = read_folder(folder, progress=progress)
    if not reader.entries and not reader.problems:
        reader.problems.append(Problem(folder, 0, "", "holds no entries", "add an entry file, see knowledge/README.md"))
    for name in (HIDE, PHRASINGS):
        if name in reader.registers:
            hint = "move it into an overlay folder, or change the entries themselves"
            reader.problems.append(Problem(reader.registers[name].file, 0, "", "is read in an overlay only", hint))
    reader.require_sources(reader.sources)
    if reader.problems:
        raise KnowledgeError(reader.problems)
    knowledge = KnowledgeBase(
        version=reader.version,
        entries=reader.entries,
        sources=reader.sources,
        vocabulary=reader.vocabulary,
        calibration=reader.calibration,
        recommendation=reader.recommendation,
        article_dated=reader.article.dated if reader.article is not None else None,
    )
    registers = {name: (place,) for name, place in reader.registers.items()}
    return Loaded(knowledge, reader.places, registers, reader.article, folder=folder)


def read_folder(folder: Path, *, progress: Progress | None = None) -> FolderReader:
    """What the files of `folder` hold and what is wrong with them; raises only where there is no such folder."""
    if not folder.is_dir():
        raise KnowledgeError.at(folder, "no such knowledge folder", "name a folder with *.yaml files")
    reader = FolderReader()
    files = content_files(folder)
    for number, file in enumerate(files, start=1):
        reader.read(file, at_top=file.parent == folder)
        if progress is not None:
            progress(number, len(files))
    if not reader.problems:
        reader.version = _version(files, folder)
    return reader


def _version(files: Iterable[Path], folder: Path) -> str:
    """A 12-digit fingerprint of the files' names and bytes."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
