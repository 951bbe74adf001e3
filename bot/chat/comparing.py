"""Comparing frameworks by an aspect: which entries compare, which frameworks a text names, the form; and suggestions
while somebody types."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable

from bot.chat.actions import button
from bot.chat.view import Form, SelectInput
from bot.dialog.answering import Bot
from bot.language.lexicon import Lexicon
from bot.language.text import words
from bot.retrieval.autocomplete import MOST, Suggester, Suggestion
from knowledge.model import KnowledgeBase, Term

MOST_NAMED = 5
_LONGEST = 100

_SEPARATOR = re.compile(r"[,;/&+\n]|\b(?:and|or|vs|versus)\b", re.IGNORECASE)


class Suggestions:
    """A suggester that is rebuilt in a thread when the knowledge changes; until then the one before serves."""

    def __init__(
        self, bot: Callable[[], Bot], *, among: Callable[[KnowledgeBase], Iterable[str]] | None = None
    ) -> None:
        """`among` gives the entries to suggest; all that answer where left out."""
        self._bot = bot
        self._among = among
        self._ready: Suggester | None = None
        self._building: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Build it for the knowledge base as of now, where that has not been done."""
        knowledge = self._bot().knowledge
        if self._ready is None or self._ready.knowledge is not knowledge:
            among = None if self._among is None else self._among(knowledge)
            self._ready = await asyncio.to_thread(Suggester, knowledge, among=among)

    def suggest(self, text: str, limit: int = MOST) -> tuple[Suggestion, ...]:
        """As `Suggester.suggest`; nothing before the first is ready. Needs a running event loop."""
        knowledge = self._bot().knowledge
        outdated = self._ready is None or self._ready.knowledge is not knowledge
        if outdated and (self._building is None or self._building.done()):
            self._building = asyncio.create_task(self.prepare())
        if self._ready is None:
            return ()
        return tuple(one for one in self._ready.suggest(text, limit) if one.entry in knowledge.entries)

    def entry(self, title: str) -> str | None:
        """The entry of exactly this title or id, in any case."""
        return self._ready.entry(title) if self._ready is not None else None


def aspects(knowledge: KnowledgeBase) -> list[str]:
    """The entries that hold a comparison."""
    return [entry.id for entry in knowledge.entries.values() if entry.kind == "answer" and entry.cells]


def compared(knowledge: KnowledgeBase) -> list[Term]:
    """The frameworks that comparisons cover, those covered most often first."""
    count = Counter(name for entry in knowledge.entries.values() for name in entry.cells)
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
    found = (
        ("do not know a framework of that name", dict.fromkeys(unknown)),
        (f"compare {MOST_NAMED} at most", beyond),
    )
    return " ".join(f"Left out, as I {why}: {', '.join(names)}." for why, names in found if names)


def compare_form(knowledge: KnowledgeBase) -> Form:
    """Which aspect, and which frameworks."""
    titles = tuple((name, knowledge.entries[name].title) for name in aspects(knowledge))
    names = tuple((term.name, term.name) for term in compared(knowledge))
    aspect = SelectInput("aspect", "What to compare by", titles, search="aspect", required=True)
    frameworks = SelectInput("frameworks", "Which ones", names, hint="Without any, all are shown.", multiple=True)
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
    labels = dict.fromkeys(", ".join(term.name for term in terms) for terms in lists)
    return [Suggestion(label, label) for label in labels if len(label) <= _LONGEST][:limit]


def _named(lexicon: Lexicon, text: str) -> list[Term]:
    found = lexicon.find(words(text))
    return list({name.term.id: name.term for name in found if name.kind == "framework"}.values())


def _fits(term: Term, wanted: str) -> bool:
    spellings = (term.name, term.id, *term.aliases, *term.misspellings)
    return any(name.casefold().startswith(wanted) for name in spellings)
