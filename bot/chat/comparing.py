"""Comparing frameworks by an aspect: which entries compare, which frameworks a text names, the form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.chat.actions import button
from bot.chat.view import Form, SelectInput
from bot.language.lexicon import Lexicon
from bot.language.text import words
from bot.retrieval.autocomplete import Suggestion
from knowledge.model import KnowledgeBase, Term

MOST_NAMED = 5
_LONGEST = 100

_SEPARATOR = re.compile(r"[,;/&+\n]|\b(?:and|or|vs|versus)\b", re.IGNORECASE)
_UNKNOWN = "Left out, as I do not know a framework of that name: {}."
_BEYOND = f"Left out, as I compare {MOST_NAMED} at most: {{}}."


def aspects(knowledge: KnowledgeBase) -> list[str]:
    """The entries that hold a comparison."""
    return [entry.id for entry in knowledge.entries.values() if entry.kind == "answer" and entry.cells]


def compared(knowledge: KnowledgeBase) -> list[Term]:
    """The frameworks that comparisons cover, those covered most often first."""
    count = {term.id: 0 for term in knowledge.vocabulary.frameworks}
    for entry in knowledge.entries.values():
        for name in entry.cells:
            if name in count:
                count[name] += 1
    known = [term for term in knowledge.vocabulary.frameworks if count[term.id]]
    return sorted(known, key=lambda term: -count[term.id])


def named(knowledge: KnowledgeBase, text: str) -> list[Term]:
    """The frameworks that a text names, each once, in order, at most MOST_NAMED."""
    return _named(Lexicon(knowledge.vocabulary), text)[:MOST_NAMED]


def left_out(knowledge: KnowledgeBase, text: str) -> str:
    """What is said of the names in a list of frameworks that are not compared; "" where all are."""
    lexicon = Lexicon(knowledge.vocabulary)
    unknown = [name for part in _SEPARATOR.split(text) if (name := part.strip()) and not _named(lexicon, name)]
    beyond = [term.name for term in _named(lexicon, text)[MOST_NAMED:]]
    said = [_UNKNOWN.format(", ".join(dict.fromkeys(unknown)))] if unknown else []
    return " ".join([*said, *([_BEYOND.format(", ".join(beyond))] if beyond else [])])


def compare_form(knowledge: KnowledgeBase) -> Form:
    """Which aspect, and which frameworks."""
    entries = knowledge.entries
    aspect = SelectInput(
        "aspect",
        "What to compare by",
        tuple((name, entries[name].title) for name in aspects(knowledge)),
        search="aspect",
        required=True,
    )
    frameworks = SelectInput(
        "frameworks",
        "Which ones",
        tuple((term.name, term.name) for term in compared(knowledge)),
        hint="Without any, all are shown.",
        multiple=True,
    )
    return Form("Compare frameworks", (aspect, frameworks), "Compare", button("compare").action)


def suggested(knowledge: KnowledgeBase, typed: str, limit: int) -> list[Suggestion]:
    """Ways to go on with a list of frameworks: each as the whole list, so that choosing one keeps the others."""
    begun, comma, last = typed.rpartition(",")
    before = named(knowledge, begun) if comma else []
    wanted = last.strip().casefold()
    taken = {term.id for term in before}
    fitting = [term for term in compared(knowledge) if term.id not in taken and _fits(term, wanted)]
    whole = named(knowledge, typed)
    lists = [[*before, term] for term in fitting]
    if len(whole) > len(before) and whole not in lists:
        lists.insert(0, whole)
    if not typed.strip() or (whole and not comma):
        start = whole or compared(knowledge)[:1]
        ids = {term.id for term in start}
        lists += [[*start, term] for term in compared(knowledge) if term.id not in ids]
    labels = dict.fromkeys(_label(terms) for terms in lists)
    return [Suggestion(label, label) for label in labels if len(label) <= _LONGEST][:limit]


def _named(lexicon: Lexicon, text: str) -> list[Term]:
    found = lexicon.find(words(text))
    return list({name.term.id: name.term for name in found if name.kind == "framework"}.values())


def _fits(term: Term, wanted: str) -> bool:
    spellings = (term.name, term.id, *term.aliases, *term.misspellings)
    return any(name.casefold().startswith(wanted) for name in spellings)


def _label(terms: Sequence[Term]) -> str:
    return ", ".join(term.name for term in terms)
