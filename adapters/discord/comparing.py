"""/compare: frameworks side by side in one respect. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.lexicon import Lexicon
from bot.reply import Block, Comparison, Reply
from bot.suggesting import Suggestion
from bot.text import words
from knowledge.model import KnowledgeBase, Term

MOST_NAMED = 5


def aspects(knowledge: KnowledgeBase) -> list[str]:
    """The entries that hold a comparison."""
    return [entry.id for entry in knowledge.entries.values() if entry.cells]


def compared(knowledge: KnowledgeBase) -> list[Term]:
    """The frameworks of which a comparison knows a side, those most often compared first."""
    count = {term.id: 0 for term in knowledge.vocabulary.frameworks}
    for entry in knowledge.entries.values():
        for name in entry.cells:
            if name in count:
                count[name] += 1
    known = [term for term in knowledge.vocabulary.frameworks if count[term.id]]
    return sorted(known, key=lambda term: -count[term.id])


def named(knowledge: KnowledgeBase, text: str) -> list[Term]:
    """The frameworks that a text names, each once, in order."""
    lexicon = Lexicon(knowledge.vocabulary)
    found = (hit.name for hit in lexicon.find(words(text)))
    return list({name.term.id: name.term for name in found if name.kind == "framework"}.values())[:MOST_NAMED]


def narrowed(reply: Reply, frameworks: Sequence[Term]) -> Reply:
    """The reply with only these sides of its comparisons, in this order; as it was where none is named."""
    if not frameworks:
        return reply
    return replace(reply, blocks=tuple(_narrowed(block, [term.name for term in frameworks]) for block in reply.blocks))


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
    return [Suggestion(label, label) for label in labels if len(label) <= 100][:limit]


def _fits(term: Term, wanted: str) -> bool:
    spelled = (term.name, term.id, *term.aliases, *term.misspellings)
    return any(name.casefold().startswith(wanted) for name in spelled)


def _label(terms: Iterable[Term]) -> str:
    return ", ".join(term.name for term in terms)


def _narrowed(block: Block, names: Sequence[str]) -> Block:
    if not isinstance(block, Comparison):
        return block
    sides = {side.framework: side for side in block.sides}
    if not any(name in sides for name in names):
        return replace(block, missing=tuple(names))
    return Comparison(
        tuple(sides[name] for name in names if name in sides), tuple(name for name in names if name not in sides)
    )
