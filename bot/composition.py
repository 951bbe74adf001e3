"""Entries into reply documents: today's answer first, the article's view by name and date below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.reply import (
    ArticleNote,
    Block,
    Choice,
    Choices,
    Claim,
    Comparison,
    Heading,
    NextStep,
    Prose,
    Renamed,
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)
from knowledge.model import Entry, KnowledgeBase, Statement, Term

ARTICLE = "article"
"""Key of the article in the source register."""

CHOICE = "choice"
"""The concept of entries that answer "what should we use?": they lead on to the guided recommendation."""

MOST_RELATED = 4


class Composer:
    """Writes the blocks of one reply, numbering sources as claims first need them."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._numbers: dict[tuple[str, str], SourceNote] = {}

    def entry(self, entry: Entry, *, frameworks: Sequence[str] = (), heading: bool = False) -> list[Block]:
        """The blocks of one entry; `frameworks` are those asked about, which come first."""
        blocks: list[Block] = [Heading(entry.title)] if heading else []
        if entry.kind != "answer":
            return [*blocks, Prose(entry.answer.text)]
        blocks.append(ShortAnswer(self._claim(entry, entry.answer)))
        if ARTICLE in self._knowledge.sources and (entry.article or entry.answer.sources):
            blocks.append(self._article(entry))
        if entry.cells:
            blocks.append(self._comparison(entry, frameworks))
        if entry.since:
            blocks.append(SinceThen(tuple(self._claim(entry, statement) for statement in entry.since)))
        if entry.next_step:
            blocks.append(NextStep(entry.next_step))
        return blocks

    def renamed(self, terms: Iterable[Term]) -> list[Block]:
        """A note for each thing that was called by a former name."""
        return [
            Renamed(Claim(term.note, "H", tuple(self._shared_number(key) for key in term.sources)))
            for term in terms
            if term.note
        ]

    def sources(self) -> list[Block]:
        """The sources numbered so far, if there are any."""
        return [Sources(tuple(self._numbers.values()))] if self._numbers else []

    def related(self, entry: Entry, *, leave_out: Iterable[str] = ()) -> list[Block]:
        """Where to go from here."""
        left_out = {entry.id, *leave_out}
        options = choices(self._knowledge, [other for other in entry.related if other not in left_out][:MOST_RELATED])
        flow = self._knowledge.recommendation is not None and CHOICE in entry.about
        return [Choices("Related:", options, flow=flow)] if options or flow else []

    def _claim(self, entry: Entry, statement: Statement) -> Claim:
        return Claim(
            statement.text,
            statement.confidence if statement.sources else None,
            tuple(self._number(entry, key) for key in statement.sources),
            statement.checked_on or entry.checked_on,
        )

    def _article(self, entry: Entry) -> Block:
        if entry.article is None:
            return ArticleNote("does not cover this.", None)
        return ArticleNote(entry.article.text, entry.article.verdict, (self._number(entry, ARTICLE),))

    def _comparison(self, entry: Entry, frameworks: Sequence[str]) -> Block:
        asked = [name for name in frameworks if name in entry.cells]
        order = [*asked, *(name for name in entry.cells if name not in asked)]
        return Comparison(
            tuple(
                Side(self.name(name), cell.article, self._claim(entry, cell.today))
                for name in order
                for cell in (entry.cells[name],)
            ),
            tuple(self.name(name) for name in frameworks if name not in entry.cells),
        )

    def name(self, term: str) -> str:
        """How a framework's name is written."""
        return next((known.name for known in self._knowledge.vocabulary.frameworks if known.id == term), term)

    def _number(self, entry: Entry, key: str) -> int:
        owner = entry.id if key in entry.sources else ""
        return self._note(owner, key, entry)

    def _shared_number(self, key: str) -> int:
        return self._note("", key, None)

    def _note(self, owner: str, key: str, entry: Entry | None) -> int:
        note = self._numbers.get((owner, key))
        if note is None:
            source = self._knowledge.sources[key] if entry is None else self._knowledge.source(entry, key)
            note = SourceNote(len(self._numbers) + 1, source.title, source.url, source.dated, source.seen)
            self._numbers[owner, key] = note
        return note.number


def choices(knowledge: KnowledgeBase, entries: Iterable[str]) -> tuple[Choice, ...]:
    """Choices for the ids that the knowledge base has."""
    return tuple(Choice(name, knowledge.entries[name].title) for name in entries if name in knowledge.entries)
