"""Checks of the vocabulary: one meaning for every name, and every id that is used is one it has."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.case import TERM_KINDS, Case
from knowledge.errors import Problem
from knowledge.model import Term
from knowledge.phrasing import normal_form
from knowledge.references import did_you_mean


def names_mean_one_term(case: Case) -> Iterator[Problem]:
    """No name, alias, former name, misspelling or abbreviation stands for two terms; no id stands twice.

    Nor is a framework or a tool among what belongs elsewhere; a concept may share a word with it.
    """
    owners: dict[str, Term] = {}
    ids: set[str] = set()
    for term in _terms(case):
        if term.id in ids:
            yield case.at_term(term, "id", f'"{term.id}" is the id of two terms', "give one of them another id")
        ids.add(term.id)
        for field in ("name", "aliases", "former", "misspellings"):
            names = (term.name,) if field == "name" else getattr(term, field)
            for name in names:
                owner = owners.setdefault(normal_form(name), term)
                if owner is not term:
                    message = f'"{name}" also stands for {owner.id}'
                    yield case.at_term(term, field, message, "leave it to one of the two")
    for short, long in case.vocabulary.abbreviations.items():
        named = owners.get(normal_form(short))
        if named is not None and owners.get(normal_form(long)) is not named:
            message = f'"{short}" is also an abbreviation, which is read as "{long}"'
            yield case.at_term(named, "aliases", message, "keep one of the two")
    for name in case.vocabulary.elsewhere:
        named = owners.get(normal_form(name))
        if named is not None and named not in case.vocabulary.concepts:
            message = f'"{name}" stands for {named.id}'
            yield case.at_vocabulary(("elsewhere",), message, "it is ours: take it off this list")


def ids_are_in_the_vocabulary(case: Case) -> Iterator[Problem]:
    """The frameworks, cells and concepts that entries name, and what terms are part of, exist."""
    vocabulary = case.vocabulary
    known = {kind: {term.id for term in getattr(vocabulary, kind)} for kind in TERM_KINDS}
    if not any(known.values()):
        return
    for entry in case.entries:
        named = [(("frameworks", number), name, "frameworks") for number, name in enumerate(entry.frameworks)]
        named += [(("about", number), name, "concepts") for number, name in enumerate(entry.about)]
        for path, name, kind in named:
            if name not in known[kind]:
                yield case.at(entry, path, f'"{name}" is not in the vocabulary', _mend(name, known[kind], kind))
        for name in entry.cells:
            if name not in known["frameworks"]:
                mend = _mend(name, known["frameworks"], "frameworks")
                yield case.at(entry, ("cells", name), f'"{name}" is not in the vocabulary', mend)
    everything = set().union(*known.values())
    for term in _terms(case):
        for name in term.part_of:
            if name not in everything:
                mend = did_you_mean(name, everything, "name the id of a term")
                yield case.at_term(term, "part_of", f'"{name}" is not in the vocabulary', mend)


def _mend(name: str, known: set[str], kind: str) -> str:
    return did_you_mean(name, known, f"add it to the vocabulary's {kind}")


def _terms(case: Case) -> tuple[Term, ...]:
    vocabulary = case.vocabulary
    return (*vocabulary.frameworks, *vocabulary.tools, *vocabulary.concepts)
