"""A file of entries -> a knowledge folder: a table, YAML, JSON Lines, or what an export wrote.

The file is read whole before anything is written, and what would be written is proved by the loader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from knowledge.errors import KnowledgeError, Problem
from knowledge.exchange import csv_entries, entry_files, json_document, json_lines, proof, staging, tsv, yaml_folder
from knowledge.exchange.content import Content
from knowledge.exchange.intake import MOST_PROBLEMS, MOST_SKIPPED, Intake, Progress, Shared, shared_phrasings
from knowledge.exchange.json_lines import SHARD_BYTES
from knowledge.exchange.staging import MARK
from knowledge.model import KnowledgeBase
from knowledge.references import missing_sources

__all__ = ["MARK", "SHARD_BYTES", "Imported", "Shared", "import_file", "import_tsv"]

EDITED = (".yaml", ".yml", ".json")
"""Forms whose entries become YAML files, as people write them; those of the others become JSON Lines."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    entries: int
    phrasings: int
    duplicates: int
    """Phrasings left out because their entry has the same already, apart from case and punctuation."""
    blank_lines: int
    shared: tuple[Shared, ...]
    """Phrasings kept under more than one label."""
    shortened: Mapping[str, str]
    """Ids that could not be the label itself, which is longer than 80 characters, with that label."""
    files: tuple[Path, ...]
    unknown: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Columns that are not known and were left out, with the lines on which they hold something."""
    completed: tuple[str, ...] = ()
    """Ids of entries that keep, of the entry below them, what the table has no column for."""
    replaced: tuple[str, ...] = ()
    """Ids of entries that stand in whole for an entry below them."""
    skipped: tuple[Problem, ...] = ()
    """What is wrong with the rows and entries that were left out."""


def import_tsv(
    file: Path, out: Path, *, progress: Progress | None = None, force: bool = False, skip_bad: bool = False
) -> Imported:
    """As `import_file`, of a file that is read as the plain table, whatever it is called."""
    before = staging.own_files(out, force=force)
    intake = tsv.read(file, most=_most(skip_bad=skip_bad), progress=progress)
    return _import(file, intake, out, before, json_lines.texts, force=force, skip_bad=skip_bad)


def import_file(
    file: Path,
    out: Path,
    *,
    below: KnowledgeBase | None = None,
    progress: Progress | None = None,
    force: bool = False,
    skip_bad: bool = False,
) -> Imported:
    """Make the knowledge folder `out` from `file`, read as its ending says. The same file gives the same bytes.

    `below` is the knowledge that `out` will be laid over: entries may name its sources, and a table's
    row for one of its entries leaves alone what the table has no column for.

    A folder that an earlier import wrote is written anew, and what else was put there stays. Any other
    folder that holds something is refused, unless by `force`. Raises KnowledgeError with everything
    that is wrong in the file, and then writes nothing; by `skip_bad` the rest of it is written.
    """
    before = staging.own_files(out, force=force)
    try:
        intake = _read(file, below, _most(skip_bad=skip_bad), progress)
    except OSError as error:
        raise KnowledgeError([_unreadable(file, error)]) from error
    texts = yaml_folder.texts if file.suffix.lower() in EDITED else json_lines.texts
    return _import(file, intake, out, before, texts, below=below, force=force, skip_bad=skip_bad)


def _most(*, skip_bad: bool) -> int:
    return MOST_SKIPPED if skip_bad else MOST_PROBLEMS


def _read(file: Path, below: KnowledgeBase | None, most: int, progress: Progress | None) -> Intake:
    suffix = file.suffix.lower()
    if suffix == ".csv":
        return csv_entries.read(file, below=below, most=most, progress=progress)
    if suffix == ".json":
        return json_document.read(file, most=most)
    if suffix in {".yaml", ".yml", ".jsonl"}:
        return entry_files.read(file)
    return tsv.read(file, most=most, progress=progress)


def _import(
    file: Path,
    intake: Intake,
    out: Path,
    before: tuple[str, ...],
    texts: Callable[[Content], Iterator[tuple[str, bytes]]],
    *,
    below: KnowledgeBase | None = None,
    force: bool,
    skip_bad: bool,
) -> Imported:
    content, sourceless = _sourced(file, intake, below)
    problems = [*intake.problems, *sourceless]
    if not content.entries and not problems:
        problems.append(Problem(file, 0, "", "holds no entries", "add some, or name another file"))
    if problems and not (skip_bad and content.entries and not intake.stopped):
        raise KnowledgeError(problems)
    with staging.staging(out) as place:
        staged = place / "content"
        names = staging.write(staged, texts(content))
        (staged / MARK).write_bytes(staging.mark(names, intake.shortened))
        refused = [*_taken(out, names, before, force=force), *proof.problems(staged, out, before, below)]
        if refused:
            raise KnowledgeError(refused)
        staging.settle(staged, out, before)
    labels = intake.shortened
    return Imported(
        entries=len(content.entries),
        phrasings=sum(len(entry.phrasings) for entry in content.entries.values()),
        duplicates=intake.duplicates,
        blank_lines=intake.blank_lines,
        shared=shared_phrasings((labels.get(name, name), entry.phrasings) for name, entry in content.entries.items()),
        shortened=labels,
        files=tuple(out / name for name in names),
        unknown=intake.unknown,
        completed=tuple(name for name in intake.completed if name in content.entries),
        replaced=tuple(
            name for name in content.entries if below and name in below.entries and name not in intake.completed
        ),
        skipped=tuple(problems),
    )


def _sourced(file: Path, intake: Intake, below: KnowledgeBase | None) -> tuple[Content, list[Problem]]:
    """The content without the entries that name a source nobody has, and what is wrong with those."""
    shared = {*intake.content.sources, *(below.sources if below is not None else ())}
    found = list(_sourceless(file, intake, shared))
    bad = {name for name, _ in found}
    entries = {name: entry for name, entry in intake.content.entries.items() if name not in bad}
    return replace(intake.content, entries=entries), [problem for _, problem in found]


def _sourceless(file: Path, intake: Intake, shared: set[str]) -> Iterator[tuple[str, Problem]]:
    mend = "describe it under the entry's own sources, or import over the knowledge that has it"
    for name, entry in intake.content.entries.items():
        place = intake.places.get(name)
        for path, key in missing_sources(entry, shared):
            line = place.line(*path) if place is not None else 0
            field = ".".join(str(step) for step in chain(() if place is not None else (name,), path))
            yield name, Problem(file, line, field, f'"{key}" is not a source', mend)


def _taken(out: Path, names: tuple[str, ...], before: tuple[str, ...], *, force: bool) -> Iterator[Problem]:
    """Files that are there already, and that no earlier import wrote."""
    for name in names:
        if not (force or name in before or json_lines.is_shard(name)) and (out / name).exists():
            yield Problem(out / name, 0, "", "is there already, and no import wrote it", "move it, or say --force")


def _unreadable(file: Path, error: OSError) -> Problem:
    return Problem(file, 0, "", f"cannot be read: {error.strerror}", "name a readable file")
