"""A team's own folder on top of another: it adds, replaces and hides entries, and adds phrasings to those that stay.

Its sources.yaml adds to the register and wins where a key is in both. Its vocabulary.yaml adds terms, and
adds names to known terms. Its calibration.yaml and recommendation.yaml replace the ones below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError, Problem, did_you_mean
from knowledge.fields import FieldPath
from knowledge.files import FolderReader
from knowledge.folder import ARTICLE, CALIBRATION, HIDE, PHRASINGS, RECOMMENDATION
from knowledge.loading import Loaded, Progress, load_with_places, read_folder
from knowledge.model import KnowledgeBase, Term, Vocabulary
from knowledge.text import fingerprint, normal_form


def load_both(folder: Path, overlay: Path | None, *, progress: Progress | None = None) -> Loaded:
    """The knowledge in `folder` with the team's `overlay`, if there is one, on top, and the place of each entry.

    `progress` counts the files of each folder separately. Raises KnowledgeError with every problem found in
    `folder`, or, where that is sound, in `overlay`.
    """
    if overlay is None:
        return load_with_places(folder, progress=progress)
    base = load_with_places(folder, progress=progress)
    reader = read_folder(overlay, progress=progress)
    knowledge = _lay(reader, base.knowledge, overlay)
    registers = dict(base.registers)
    for name, place in reader.registers.items():
        registers[name] = (place, *registers.get(name, ()))
    places = {**base.places, **reader.places}
    return Loaded(
        knowledge,
        {name: places[name] for name in knowledge.entries},
        registers,
        base.article,
        overlay,
        frozenset(reader.entries),
        frozenset(reader.hide),
        folder,
    )


def lay_over(base: KnowledgeBase, overlay: Path, *, progress: Progress | None = None) -> KnowledgeBase:
    """`overlay` on top of knowledge that is loaded already: reads only the overlay's files.

    The same as `load_both` on the folder that `base` came from, in a fraction of the time. Raises KnowledgeError
    with every problem found.
    """
    return _lay(read_folder(overlay, progress=progress), base, overlay)


def _lay(reader: FolderReader, base: KnowledgeBase, overlay: Path) -> KnowledgeBase:
    sources = {**base.sources, **reader.sources}
    reader.require_sources(sources)
    vocabulary = _merged(base.vocabulary, reader.vocabulary)
    entries = {name: entry for name, entry in {**base.entries, **reader.entries}.items() if name not in reader.hide}
    reader.problems += _misplaced(reader, base)
    if not entries and not reader.problems:
        reader.problems.append(Problem(overlay, 0, "", "hides every entry", f"leave some out of {HIDE}"))
    if reader.problems:
        raise KnowledgeError(reader.problems)
    for name, added in reader.phrasings.items():
        entries[name] = replace(entries[name], phrasings=(*entries[name].phrasings, *added))
    return replace(
        base,
        version=fingerprint(f"{base.version}\0{reader.version}"),
        entries=entries,
        sources=sources,
        vocabulary=vocabulary,
        calibration=reader.calibration if CALIBRATION in reader.registers else base.calibration,
        recommendation=reader.recommendation if RECOMMENDATION in reader.registers else base.recommendation,
    )


def _misplaced(reader: FolderReader, base: KnowledgeBase) -> Iterator[Problem]:
    """What hide.yaml, phrasings.yaml and article.yaml may not hold in an overlay."""
    named: list[tuple[str, str, FieldPath]] = [(HIDE, name, (number,)) for number, name in enumerate(reader.hide)]
    named += [(PHRASINGS, name, (name,)) for name in reader.phrasings]
    for file, name, path in named:
        own = reader.places.get(name)
        if own is not None:
            message = f'"{name}" is an entry of the overlay itself ({own.file}:{own.line("id")})'
            hint = "take it off here: an own entry replaces the one below, and has its phrasings itself"
        elif name not in base.entries:
            message = f'"{name}" is not an entry'
            hint = did_you_mean(name, base.entries, "name the id of an entry below the overlay")
        elif file == PHRASINGS and name in reader.hide:
            message, hint = f'"{name}" is hidden here', f"take it off {HIDE}, or remove its phrasings"
        else:
            continue
        yield reader.registers[file].problem(path, message, hint)
    if ARTICLE in reader.registers:
        hint = "remove it: what the article says does not change"
        yield Problem(reader.registers[ARTICLE].file, 0, "", "has no place in an overlay", hint)


def _merged(base: Vocabulary, top: Vocabulary) -> Vocabulary:
    """The terms of both: a term with a known id adds its names to the one below."""
    own = {
        normal_form(name) for term in top.terms for name in (term.name, *term.aliases, *term.former, *term.misspellings)
    }
    return Vocabulary(
        frameworks=_merged_terms(base.frameworks, top.frameworks),
        tools=_merged_terms(base.tools, top.tools),
        concepts=_merged_terms(base.concepts, top.concepts),
        subject=_both(base.subject, top.subject),
        # What the team has a term for is no longer another subject.
        elsewhere=tuple(name for name in _both(base.elsewhere, top.elsewhere) if normal_form(name) not in own),
        abbreviations={**base.abbreviations, **top.abbreviations},
        topics=_both(base.topics, top.topics),
    )


def _merged_terms(base: tuple[Term, ...], top: tuple[Term, ...]) -> tuple[Term, ...]:
    terms = {term.id: term for term in base}
    for term in top:
        below = terms.get(term.id, term)
        lists = ("aliases", "former", "misspellings", "part_of", "sources")
        names: dict[str, Any] = {name: _both(getattr(below, name), getattr(term, name)) for name in lists}
        terms[term.id] = replace(term, note=term.note or below.note, **names)
    return tuple(terms.values())


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
