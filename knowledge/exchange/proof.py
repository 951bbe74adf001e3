"""Whether what is about to be written loads, together with what stays beside it: asked of the loader itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from knowledge.errors import KnowledgeError, Problem
from knowledge.files import FolderReader
from knowledge.folder import content_files
from knowledge.model import KnowledgeBase
from knowledge.overlay import lay


def problems(staged: Path, out: Path, gone: Collection[str], below: KnowledgeBase | None) -> list[Problem]:
    """What the loader will find wrong in `out` that it does not find today.

    `staged` holds what will be brought there, `gone` names what will be gone from it. `below` is the
    knowledge that `out` will be laid over; None where it is to stand alone.
    """
    new = content_files(staged)
    replaced = {file.relative_to(staged).as_posix() for file in new} | {*gone}
    staying = [file for file in content_files(out) if file.relative_to(out).as_posix() not in replaced]
    before = _found(out, _placed(staying, out), below) if staying else []
    after = _found(out, [*_placed(staying, out), *_placed(new, staged)], below)
    return [_moved(problem, staged, out) for problem in after if problem not in before]


def _placed(files: Iterable[Path], folder: Path) -> list[tuple[Path, bool]]:
    return [(file, file.parent == folder) for file in files]


def _found(out: Path, files: Iterable[tuple[Path, bool]], below: KnowledgeBase | None) -> list[Problem]:
    reader = FolderReader(placed=False)
    for file, at_top in files:
        reader.read(file, at_top=at_top)
    if below is None:
        reader.require_sources(reader.sources)
    else:
        try:
            lay(reader, below, out)
        except KnowledgeError as error:
            return error.problems
    return reader.problems


def _moved(problem: Problem, staged: Path, out: Path) -> Problem:
    """The problem as seen once the files are in place."""
    file = out / problem.file.relative_to(staged) if problem.file.is_relative_to(staged) else problem.file
    return replace(problem, file=file, message=problem.message.replace(str(staged), str(out)))
