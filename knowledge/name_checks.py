"""Checks of names: one meaning for each vocabulary name, and only known ids and topics."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.check_context import CheckContext
from knowledge.errors import Problem, did_you_mean
from knowledge.fields import FieldPath
from knowledge.folder import VOCABULARY
from knowledge.model import TERM_KINDS, Term
from knowledge.text import normal_form


def names_mean_one_term(context: CheckContext) -> Iterator[Problem]:
    """No name, alias, former name, misspelling or abbreviation means two terms; no id is used twice.

    No framework or tool is on the list of what belongs elsewhere; a concept may share a word with it.
    """
    owners: dict[str, Term] = {}
    ids: set[str] = set()
    for term in context.vocabulary.terms:
        if term.id in ids:
            yield context.at_term(term, "id", f'"{term.id}" is the id of two terms', "give one of them another id")
        ids.add(term.id)
        for field in ("name", "aliases", "former", "misspellings"):
            names = (term.name,) if field == "name" else getattr(term, field)
            for name in names:
                owner = owners.setdefault(normal_form(name), term)
                if owner is not term:
                    yield context.at_term(term, field, f'"{name}" also means {owner.id}', "leave it to one of the two")
    for short, long in context.vocabulary.abbreviations.items():
        named = owners.get(normal_form(short))
        if named is not None and owners.get(normal_form(long)) is not named:
            message = f'"{short}" is also an abbreviation, which is read as "{long}"'
            yield context.at_term(named, "aliases", message, "leave it to one of the two")
    for name in context.vocabulary.elsewhere:
        named = owners.get(normal_form(name))
        if named is not None and named not in context.vocabulary.concepts:
            message = f'"{name}" means {named.id}'
            place = context.loaded.registers[VOCABULARY][0]
            yield place.problem(("elsewhere",), message, "it is ours: take it off this list")


def ids_are_in_the_vocabulary(context: CheckContext) -> Iterator[Problem]:
    """The frameworks, cells and concepts that entries name, and what terms are part of, exist."""
    known = {kind: {term.id for term in getattr(context.vocabulary, kind)} for kind in TERM_KINDS}
    everything = set().union(*known.values())
    if not everything:
        return
    for entry in context.entries:
        named: list[tuple[FieldPath, str, str]]
        named = [(("frameworks", number), name, "frameworks") for number, name in enumerate(entry.frameworks)]
        named += [(("about", number), name, "concepts") for number, name in enumerate(entry.about)]
        named += [(("cells", name), name, "frameworks") for name in entry.cells]
        for path, name, kind in named:
            if name not in known[kind]:
                hint = did_you_mean(name, known[kind], f"add it to the vocabulary's {kind}")
                yield context.at(entry, path, f'"{name}" is not in the vocabulary', hint)
    for term in context.vocabulary.terms:
        for name in term.part_of:
            if name not in everything:
                hint = did_you_mean(name, everything, "name the id of a term")
                yield context.at_term(term, "part_of", f'"{name}" is not in the vocabulary', hint)


def topics_are_listed(context: CheckContext) -> Iterator[Problem]:
    """The topics that entries name are on the vocabulary's list, if it has one."""
    listed = context.vocabulary.topics
    for entry in context.entries if listed else ():
        if entry.topic is not None and entry.topic not in listed:
            hint = did_you_mean(entry.topic, listed, "add it to the vocabulary's topics")
            severity = context.severity(entry)
            yield context.at(entry, ("topic",), f'"{entry.topic}" is not among the topics', hint, severity)
