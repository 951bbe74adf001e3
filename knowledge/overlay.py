"""A team's own folder on top of another: it adds entries, replaces those with the same id, hides others, and
adds phrasings to those that stay.

Its sources.yaml adds to the register and wins where a key is in both. Its vocabulary.yaml adds terms,
and adds names to the terms that are there. Its calibration.yaml and recommendation.yaml, if it has any,
stand in for the others.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from knowledge.additions import misplaced, with_phrasings
from knowledge.errors import KnowledgeError, Problem
from knowledge.files import FolderReader
from knowledge.folder import ARTICLE, CALIBRATION, HIDE, PHRASINGS, RECOMMENDATION, VOCABULARY
from knowledge.loading import Loaded, Progress, load_with_places, read_folder
from knowledge.model import KnowledgeBase, Term, Vocabulary
from knowledge.phrasing import normal_form
from knowledge.references import did_you_mean

_KINDS = ("frameworks", "tools", "concepts")


def load_with_overlay(folder: Path, overlay: Path, *, progress: Progress | None = None) -> KnowledgeBase:
    """The knowledge in `folder` with the team's `overlay` on top. Raises KnowledgeError with every problem found."""
    return load_both(folder, overlay, progress=progress).knowledge


def load_both(folder: Path, overlay: Path, *, progress: Progress | None = None) -> Loaded:
    """As `load_with_overlay`, and where each entry stands. `progress` counts each folder's files by themselves."""
    try:
        base = load_with_places(folder, progress=progress)
    except KnowledgeError as error:
        problems = [*error.problems, *_own_problems(overlay)]
        raise KnowledgeError(problems) from error
    reader = _read(overlay, under=folder, progress=progress)
    knowledge = lay(reader, base.knowledge, overlay)
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
        frozenset(reader.hidden),
    )


def lay_over(
    base: KnowledgeBase, overlay: Path, *, under: Path | None = None, progress: Progress | None = None
) -> KnowledgeBase:
    """`overlay` on top of knowledge that is loaded already: reads the overlay's files alone.

    The same as `load_with_overlay` on the folder that `base` came from, in a fraction of the time.
    `under` is that folder, which the overlay must lie outside of. Raises KnowledgeError with every
    problem found.
    """
    return lay(_read(overlay, under=under, progress=progress), base, overlay)


def _read(overlay: Path, *, under: Path | None = None, progress: Progress | None = None) -> FolderReader:
    if under is not None and overlay.resolve().is_relative_to(under.resolve()):
        mend = "move it to a place of its own, so that its entries are not read twice"
        raise KnowledgeError([Problem(overlay, 0, "", f"the overlay lies inside the knowledge folder {under}", mend)])
    return read_folder(overlay, progress=progress)


def _own_problems(overlay: Path) -> list[Problem]:
    """What is wrong with the overlay by itself, told in one go with what is wrong below it."""
    try:
        return read_folder(overlay).problems
    except KnowledgeError as error:
        return error.problems


def lay(reader: FolderReader, base: KnowledgeBase, overlay: Path) -> KnowledgeBase:
    sources = {**base.sources, **reader.sources}
    reader.require_sources(sources)
    _check_hidden(reader, base)
    if PHRASINGS in reader.registers:
        place = reader.registers[PHRASINGS]
        reader.problems += misplaced(reader.further, place, below=base.entries, own=reader.places, hidden=reader.hidden)
    vocabulary = _merged(reader, base.vocabulary)
    if ARTICLE in reader.registers:
        mend = "remove it: what the article says does not change"
        reader.problems.append(Problem(reader.registers[ARTICLE].file, 0, "", "has no place in an overlay", mend))
    entries = {name: entry for name, entry in {**base.entries, **reader.entries}.items() if name not in reader.hidden}
    if not entries and not reader.problems:
        reader.problems.append(Problem(overlay, 0, "", "hides every entry", f"leave some out of {HIDE}"))
    if reader.problems:
        raise KnowledgeError(reader.problems)
    return replace(
        base,
        version=hashlib.sha256(f"{base.version}\0{reader.version}".encode()).hexdigest()[:12],
        entries=with_phrasings(entries, reader.further),
        sources=sources,
        vocabulary=vocabulary,
        calibration=reader.calibration if CALIBRATION in reader.registers else base.calibration,
        recommendation=reader.recommendation if RECOMMENDATION in reader.registers else base.recommendation,
    )


def _check_hidden(reader: FolderReader, base: KnowledgeBase) -> None:
    for number, name in enumerate(reader.hidden):
        place = reader.registers[HIDE]
        if name in reader.entries:
            given = reader.places[name]
            message = f'"{name}" is hidden here and given in {given.file}:{given.line("id")}'
            mend = "an entry with the same id already replaces the other: take it off this list"
        elif name not in base.entries:
            message = f'"{name}" is not an entry'
            mend = did_you_mean(name, base.entries, "name the id of an entry below the overlay")
        else:
            continue
        reader.problems.append(Problem(place.file, place.line(number), str(number), message, mend))


def _merged(reader: FolderReader, base: Vocabulary) -> Vocabulary:
    """The terms of both: a term with a known id adds its names to the one there."""
    kinds = {term.id: kind for kind in _KINDS for term in _terms(base, kind)}
    merged: dict[str, tuple[Term, ...]] = {}
    for kind in _KINDS:
        terms = {term.id: term for term in _terms(base, kind)}
        for number, term in enumerate(_terms(reader.vocabulary, kind)):
            if kinds.get(term.id, kind) != kind:
                place = reader.registers[VOCABULARY]
                reader.problems.append(
                    Problem(
                        place.file,
                        place.line(kind, number, "id"),
                        f"{kind}.{number}.id",
                        f'"{term.id}" stands under {kinds[term.id]} in the knowledge below',
                        f"put it under {kinds[term.id]}, or give it another id",
                    )
                )
            terms[term.id] = _joined(terms[term.id], term) if term.id in terms else term
        merged[kind] = tuple(terms.values())
    own = {normal_form(name) for kind in _KINDS for term in _terms(reader.vocabulary, kind) for name in _names(term)}
    return replace(
        base,
        frameworks=merged["frameworks"],
        tools=merged["tools"],
        concepts=merged["concepts"],
        subject=_both(base.subject, reader.vocabulary.subject),
        # What the team has a term for is no longer somebody else's subject.
        elsewhere=tuple(
            name for name in _both(base.elsewhere, reader.vocabulary.elsewhere) if normal_form(name) not in own
        ),
        abbreviations={**base.abbreviations, **reader.vocabulary.abbreviations},
    )


def _names(term: Term) -> tuple[str, ...]:
    return (term.name, *term.aliases, *term.former, *term.misspellings)


def _terms(vocabulary: Vocabulary, kind: str) -> tuple[Term, ...]:
    terms: tuple[Term, ...] = getattr(vocabulary, kind)
    return terms


def _joined(base: Term, top: Term) -> Term:
    return replace(
        base,
        name=top.name,
        aliases=_both(base.aliases, top.aliases),
        former=_both(base.former, top.former),
        misspellings=_both(base.misspellings, top.misspellings),
        part_of=_both(base.part_of, top.part_of),
        note=top.note or base.note,
        sources=_both(base.sources, top.sources),
    )


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
