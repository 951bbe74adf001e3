"""Entries into the blocks of a reply: first what fits a phone screen, then the details.

First: the headline, one or two more sentences, at most two bullets that fit the question, and a small line with what
changed, the day it was checked and up to three sources. The details hold the comparison, what changed, the view of the
article that the knowledge started from, and all sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from bot.dialog.follow_ups import CHOICE, Act
from bot.dialog.reply import (
    Block,
    Bullets,
    Choice,
    Choices,
    Comparison,
    ComparisonRow,
    Heading,
    Markdown,
    Small,
    SourceLine,
    SourceNote,
    Sources,
    Text,
    Tone,
)
from bot.dialog.text_renderer import article_name, plain_text, supported
from bot.language.query import Query
from bot.language.text import sentences, words
from knowledge.fields import MAX_HEADLINE
from knowledge.model import SOURCE_KEY, Entry, KnowledgeBase, Statement, Term, overdue

MOST_RELATED = 4

MOST_BULLETS = 2
MOST_LINKS = 3

SHORT = 600
"""Characters of an answer to one thing; bullets that would go beyond are left to the details."""

SHORT_BODY = 450
"""Characters of a team's own answer that are shown first."""

SHORT_PARTS = 1_000
"""Characters of an answer to several things."""

MANY = 3
SHORT_MANY = 550
"""From MANY things on, what comes after the headlines is left to the details from these characters on: the gaps between
paragraphs take a phone's screen too."""

NEAR = 0.6
"""Nearness to the question, by meaning and by words, from which a statement is shown with the answer."""

_LONGEST_LINK = 34
_LONGEST_BULLET = 200

_SAID_BEFORE = 0.6
"""Share of a text's telling words from which another text says it already."""

_DATED = re.compile(r"\b(?:19|20)\d\d\b")
_REPLACED = re.compile(
    r"replac|successor|succeeds|supersed|\binstead\b|t(?:ook|akes) over|\bmove\b|moved to|renamed|became|lives on as"
    r"|now (?:called|part)",
    re.IGNORECASE,
)

_CHANGED = {"holds": "", "partly": "Partly changed", "outdated": "Changed"}
_NO_SOURCE = "This one rests on our judgement, not on a source."
_PUBLISHER = re.compile(r"[:,(]| on ")
"""What ends the publisher's name at the beginning of a source's title."""

_VERDICT_WORDS = {"holds": "Still holds.", "partly": "Partly out of date.", "outdated": "Out of date."}

_COMMON = frozenset(
    "the a an and or of to in on for with is are was were be it its this that these those as at by from not no than"
    " what which who when where why how do does did can could should would will has have i we you my our your me us"
    " use using used one better best vs versus there any so if but about into more most".split()
)
"""Words that say nothing about which statement answers a question."""


class Composer:
    """Writes the blocks of one reply, numbering the sources of its details as statements first need them."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        terms: Mapping[str, Term],
        nearness: Callable[[str, Sequence[str]], Sequence[float]] = lambda asked, statements: (),  # noqa: ARG005
        *,
        today: date = date.min,
    ) -> None:
        """`terms`: the vocabulary by id. `nearness`: how near each of some statements is to what was asked (-1..1);
        nothing where only words can tell. `today`: the day from which the age of claims is counted."""
        self._knowledge = knowledge
        self._article = article_name(knowledge.article_dated)
        self._terms = terms
        self._nearness = nearness
        self._today = today
        self._numbers: dict[tuple[str, str], SourceNote] = {}

    # what is shown first

    def short(self, entry: Entry, query: Query, neighbour: Entry | None = None) -> list[Block]:
        """An entry as the answer to `query`: at most SHORT characters. `neighbour`: another entry that may be meant
        just as well, whose headline is the last bullet."""
        if entry.kind != "answer":
            return [Text(entry.answer.text)]
        if entry.body is not None:
            return [Markdown(_begun(entry.body)), *self._source_line([entry], [])]
        headline, support = self.headline(entry, query)
        said = f"{headline} {support}"
        notes = self._renamed(query.former, said)
        blocks: list[Block] = [Text(headline, strong=True), *notes]
        compared = sum(name in entry.cells for name in query.frameworks)
        below = self._source_line([entry], [], query.former)
        room = SHORT - len(plain_text([*blocks, *below])) - len(" · weak sources") - 1
        bullets = self._bullets(entry, query, " ".join([said, *(note.text for note in notes)]))
        if neighbour is not None and compared < MOST_BULLETS:
            also = f"{neighbour.title}: {self.headline(neighbour, query)[0]}"
            bullets = [*bullets[: MOST_BULLETS - 1], (neighbour.answer, also)]
        # The sides of a comparison that was asked for come before the second sentence.
        kept_free = sum(len(text) + 3 for _, text in bullets) if compared > 1 else 0
        if support and len(support) < room - kept_free:
            blocks.append(Text(support))
            room -= len(support) + 1
        chosen: list[tuple[Statement, str]] = []
        for statement, text in bullets:
            if len(text) + 3 <= room:
                chosen.append((statement, text))
                room -= len(text) + 3
        if chosen:
            blocks.append(Bullets(tuple(text for _, text in chosen)))
        return [*blocks, *self._source_line([entry], [statement for statement, _ in chosen], query.former)]

    def parts(self, asked: Sequence[tuple[Entry, Query]]) -> list[Block]:
        """Several things asked, with the entry that answers each: a paragraph each, at most SHORT_PARTS characters."""
        said = [self.headline(entry, query) for entry, query in asked]
        below = self._source_line([entry for entry, _ in asked], [], [name for _, one in asked for name in one.former])
        room = (SHORT_PARTS if len(asked) < MANY else SHORT_MANY) - len(plain_text(below))
        room -= sum(len(headline) + 2 for headline, _ in said)
        blocks: list[Block] = []
        for (_, query), (headline, support) in zip(asked, said, strict=True):
            blocks.append(Text(headline, strong=True))
            for block in (*self._renamed(query.former, f"{headline} {support}"), *([Text(support)] if support else ())):
                if len(block.text) < room:
                    blocks.append(block)
                    room -= len(block.text) + 1
        return [*blocks, *below]

    def sides(self, entry: Entry, frameworks: Sequence[str]) -> list[Block]:
        """What an entry says of these frameworks, at least one of which it compares, and no more."""
        cells = {name: entry.cells[name].today for name in frameworks if name in entry.cells}
        missing = [name for name in frameworks if name not in cells]
        texts = [f"{self._name(name)}: {cell.text}" for name, cell in cells.items()]
        return [
            *(Text(text, strong=len(texts) == 1) for text in texts),
            *([Text(f"I have nothing on {self._names(missing)} here.")] if missing else []),
            *self._source_line([entry], list(cells.values())),
        ]

    def about(self, entries: Sequence[Entry], act: Act, query: Query) -> list[Block]:
        """What is asked of an answer to `query` that was just given: only what that answer did not say.

        At most SHORT characters, unless the sources or more were asked for.
        """
        headlines = [self.headline(entry, query) for entry in entries]
        stated = [(entry.answer, text) for entry, pair in zip(entries, headlines, strict=True) for text in pair if text]
        known = [(one, one.text) for entry in entries for one in (*entry.since, entry.answer)]
        match act.name:
            case "shorter":
                return [Text(headline, strong=True) for headline, _ in headlines]
            case "sources":
                self._number_all(entries)
                return self.sources(entries) if self._numbers else [Text(_NO_SOURCE)]
            case "publisher":
                return self._publisher(entries, act.about)
            case "more":
                details = [block for entry in entries for block in self.details(entry, heading=len(entries) > 1)]
                return [*details, *self.sources(entries)] if details else [Text("That is all I have.")]
            case "date":
                found = _distinct(_saying(_DATED, [*stated, *known]))
                first = "The dates that I have:" if found else "I have no date for that."
            case "replacement":
                found = _distinct(_saying(_REPLACED, [*stated, *known]))
                first = "What replaced it:" if found else "I have nothing on what replaced it."
            case _:
                found = _distinct(known, _telling(" ".join(text for _, text in stated)))
                first = "Because:" if found else "I have no more reasons than that."
        names = _telling(" ".join(map(self._name, query.frameworks)))
        found.sort(key=lambda one: not names & _telling(one[1]))
        found = [(statement, _trimmed(text)) for statement, text in found[:MOST_BULLETS]]
        while True:
            bullets = [Bullets(tuple(text for _, text in found))] if found else []
            blocks = [Text(first), *bullets, *self._source_line(entries, [statement for statement, _ in found])]
            if len(plain_text(blocks)) <= SHORT or not found:
                return blocks
            found.pop()

    def _publisher(self, entries: Iterable[Entry], name: str) -> list[Block]:
        """Whether an answer rests on what somebody published: by the beginning of a source's title, and its address."""
        self._number_all(entries)
        wanted = [" ".join(words(part)) for part in re.split(r"\b(?:or|and)\b", name)]
        hits = []
        for (_, key), note in self._numbers.items():
            by = "article" if key == SOURCE_KEY else " ".join(words(f"{_PUBLISHER.split(note.title)[0]} {note.url}"))
            if any(f" {one} " in f" {by} " for one in wanted if one):
                hits.append(note)
        notes = hits or list(self._numbers.values())
        if not notes:
            return [Text(f"No. {_NO_SOURCE}", strong=True)]
        count = len(self._numbers)
        first = f"Yes: {len(hits)} of {count} sources." if hits else "No, none of its sources is. It rests on:"
        return [Text(first, strong=True), Bullets(tuple(note.title for note in notes[:MOST_LINKS]))]

    def headline(self, entry: Entry, query: Query) -> tuple[str, str]:
        """The headline and what supports it, for this query: that of the one thing it names, where there is one."""
        names = (*query.frameworks, *query.tools)
        own = [*(name for name in names if name in entry.headlines), *_beside(entry, query)]
        if len(own) == 1:
            return entry.headlines[own[0]], ""
        if entry.headline is not None:
            headline, support = entry.headline, entry.support or ""
        else:
            headline, support = _first_sentence(entry.answer.text)
        # What was called by a former name gets a note of its own.
        rest = [name for name in names if name not in query.former or not self._terms[name].note]
        missing = [one for one in rest if not self._covers(entry, one) and not self._has_counterpart(entry, one)]
        if missing and entry.kind == "answer":
            headline = f"I have nothing on {self._names(missing)}{self._in_general(entry, missing)}: {headline}"
        return headline, support

    def _renamed(self, former: Iterable[str], said: str) -> list[Text]:
        """A note for each term (by id) that was called by a former name, unless `said` says it."""
        notes = (self._terms[name].note for name in former)
        return [Text(note, "changed") for note in notes if note and not _is_said(note, _telling(said))]

    def _covers(self, entry: Entry, name: str) -> bool:
        """Whether an entry says anything about a framework or tool: by its name, or by what its name adds to that of
        what it is part of, such as "session" of tf.Session."""
        term = self._terms.get(name)
        if term is None or any(name in own for own in (entry.about, entry.cells, entry.headlines, entry.frameworks)):
            return True
        spoken = _telling(" ".join(_texts(entry)))
        larger = [self._terms[one] for one in term.part_of if one in self._terms]
        left_out = _telling(" ".join(text for one in larger for text in (one.name, *one.aliases)))
        own = (_telling(text) - left_out for text in (term.name, *term.aliases, *term.former))
        return any(one <= spoken for one in own)

    def _has_counterpart(self, entry: Entry, name: str) -> bool:
        """Whether a related entry says of a framework what this one says of its own, such as strengths: of what makes
        one better than the other, one side is the answer."""
        related = filter(None, map(self._knowledge.entries.get, entry.related))
        return any(other.about == entry.about and other.frameworks == (name,) for other in related)

    def _in_general(self, entry: Entry, missing: Sequence[str]) -> str:
        """How an entry goes on that says nothing about these names: with what it is about of the concepts that they
        belong to, where there is one, as in "; on LLMs in general"."""
        concepts = [one for name in missing for one in self._terms[name].part_of if one in entry.about]
        if not concepts:
            return " here. In general"
        name = self._terms[concepts[0]].name
        lowered = name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"
        return f"; on {lowered} in general"

    def _bullets(self, entry: Entry, query: Query, said: str) -> list[tuple[Statement, str]]:
        """Statements that answer the query: the sides of the frameworks it names, then, up to two in all, what is
        nearest to its words."""
        cells = [name for name in query.frameworks if name in entry.cells] if not _beside(entry, query) else []
        found = [(entry.cells[name].today, f"{self._name(name)}: {entry.cells[name].today.text}") for name in cells]
        asked = _telling(query.normalised) - _telling(" ".join(map(self._name, query.frameworks)))
        known = _telling(said)
        room = query.text and len(cells) < MOST_BULLETS
        cosines = self._nearness(query.text, [one.text for one in entry.since]) if room else ()
        scored = []
        for number, statement in enumerate(entry.since):
            own = _telling(statement.text)
            nearness = sum(map(len, asked & own)) / (len(own) + 8) + (cosines[number] if cosines else 0.0)
            if nearness > (NEAR if cosines else 0.0) and not _is_said(statement.text, known):
                scored.append((-nearness, number, statement))
        found += [(statement, statement.text) for _, _, statement in sorted(scored, key=lambda one: one[:2])]
        return found[: max(MOST_BULLETS, len(cells))]

    def _source_line(
        self, entries: Sequence[Entry], chosen: Sequence[Statement], former: Iterable[str] = ()
    ) -> list[Block]:
        """The small line of what rests on these entries, statements and notes on former names."""
        verdicts = [entry.article.verdict for entry in entries if entry.article is not None]
        changed = _CHANGED[max(verdicts, key=("holds", "partly", "outdated").index, default="holds")]
        statements = [*(entry.answer for entry in entries), *chosen]
        judgement = "our judgement" if any(one.confidence == "J" and one.sources for one in statements) else ""
        weak = "weak sources" if any(one.confidence == "L" for one in statements) else ""
        since = f"{changed} since {self._article}" if changed else ""
        due = [day for entry in entries if (day := entry.review_on) is not None and day <= self._today]
        review = f"review due since {spelled(min(due))}" if due else ""
        text = " · ".join(part for part in (since, judgement, weak, self._checked(entries), review) if part)
        rests = [(entry, one) for entry in entries for one in (entry.answer, *_cells(entry), *entry.since)]
        rests.sort(key=lambda pair: 0 if pair[1] is pair[0].answer else 1 if pair[1] in chosen else 2)
        cited = [self._knowledge.source(entry, key) for entry, one in rests for key in one.sources if key != SOURCE_KEY]
        cited += [self._knowledge.sources[key] for name in former for key in self._terms[name].sources]
        links: dict[str, str] = {}
        for source in cited:
            if source.url is not None:
                links.setdefault(short_title(source.title), source.url)
        shown = tuple(links.items())[:MOST_LINKS]
        article = any(entry.article is not None for entry in entries) and SOURCE_KEY in self._knowledge.sources
        more = len({source.title for source in cited}) + article - len(shown)
        return [SourceLine(text[:1].upper() + text[1:], shown, more)] if text or cited else []

    @staticmethod
    def _checked(entries: Iterable[Entry]) -> str:
        days = [day for entry in entries if (day := entry.answer.checked_on or entry.checked_on) is not None]
        return f"checked {spelled(min(days))}" if days else ""

    # the details

    def details(
        self, entry: Entry, frameworks: Sequence[str] = (), former: Iterable[str] = (), *, heading: bool = False
    ) -> list[Block]:
        """The rest of an entry; where `frameworks` are named, of its comparison only theirs. `former` are the terms (by
        id) that were called by a former name. Nothing where the headline and what supports it are all there is."""
        if entry.kind != "answer":
            return []
        blocks: list[Block] = [Heading(entry.title)] if heading else []
        if entry.body is not None:
            return [*blocks, Markdown(entry.body)] if _begun(entry.body) != entry.body.strip() else []
        blocks.append(Text(self._statement(entry, entry.answer)))
        renamed = [(term.note, term.sources) for name in former if (term := self._terms[name]).note]
        for note, keys in renamed:
            blocks += [Text(supported(note or "", None, [self._number(None, key) for key in keys]), "changed")]
        if entry.cells:
            blocks.append(self.comparison(entry, frameworks))
        if since := tuple(self._statement(entry, one) for one in entry.since):
            blocks.append(Bullets(since, "What changed, and matters"))
        if entry.article is not None and SOURCE_KEY in self._knowledge.sources:
            verdict = entry.article.verdict
            text = supported(entry.article.text, None, [self._number(entry, SOURCE_KEY)])
            tone: Tone = "plain" if verdict == "holds" else "changed"
            blocks.append(Text(f"What {self._article} said: {text} {_VERDICT_WORDS[verdict]}", tone))
        if entry.next_step:
            blocks.append(Text(f"Next: {entry.next_step}"))
        bare = len(blocks) == 1 + heading and not entry.answer.sources
        return [] if bare and " ".join(self.headline(entry, Query())).strip() == entry.answer.text else blocks

    def sources(self, entries: Iterable[Entry]) -> list[Block]:
        """The sources numbered so far, and the day of the oldest check."""
        blocks: list[Block] = [Sources(tuple(self._numbers.values()))] if self._numbers else []
        checked = self._checked(entries)
        return [*blocks, *([Small(f"Last {checked}.")] if checked else [])]

    def related(self, entry: Entry, *, leave_out: Iterable[str] = ()) -> list[Block]:
        """Where to go from here; small talk leads nowhere."""
        if entry.kind == "social":
            return []
        left_out = {entry.id, *leave_out}
        options = choices(self._knowledge, [other for other in entry.related if other not in left_out][:MOST_RELATED])
        # Entries that answer "what should we use?" lead on to the guided recommendation.
        flow = self._knowledge.recommendation is not None and CHOICE in entry.about
        return [Choices("Related:", options, flow=flow)] if options or flow else []

    def _statement(self, entry: Entry, statement: Statement) -> str:
        confidence = statement.confidence if statement.sources else None
        old = overdue(entry, statement, self._today)
        age = f"not checked since {spelled(old)}" if old is not None else ""
        return supported(statement.text, confidence, [self._number(entry, key) for key in statement.sources], age)

    def comparison(self, entry: Entry, frameworks: Sequence[str]) -> Comparison:
        """The sides of an entry's comparison: of these frameworks, or of all where it has none of them."""
        asked = {name: entry.cells[name] for name in frameworks if name in entry.cells} or entry.cells
        rows = (
            ComparisonRow(self._name(name), self._statement(entry, cell.today), cell.article)
            for name, cell in asked.items()
        )
        missing = (self._name(name) for name in frameworks if name not in entry.cells)
        return Comparison(tuple(rows), tuple(missing))

    def _name(self, term: str) -> str:
        """How a framework's or tool's name is written."""
        known = self._terms.get(term)
        return known.name if known is not None else term

    def _names(self, terms: Sequence[str]) -> str:
        """ "PyTorch, JAX and Keras"."""
        *first, last = map(self._name, terms)
        return f"{', '.join(first)} and {last}" if first else last

    def _number(self, entry: Entry | None, key: str) -> int:
        """The number of a source that an entry, or the vocabulary, rests on."""
        owner = entry.id if entry is not None and key in entry.sources else ""
        note = self._numbers.get((owner, key))
        if note is None:
            source = self._knowledge.sources[key] if entry is None else self._knowledge.source(entry, key)
            note = SourceNote(len(self._numbers) + 1, source.title, source.url, source.dated, source.seen)
            self._numbers[owner, key] = note
        return note.number

    def _number_all(self, entries: Iterable[Entry]) -> None:
        """Number every source of these entries."""
        for entry in entries:
            self.details(entry)


def choices(knowledge: KnowledgeBase, entries: Iterable[str]) -> tuple[Choice, ...]:
    """Choices for the ids that the knowledge base has."""
    return tuple(Choice(name, knowledge.entries[name].title) for name in entries if name in knowledge.entries)


def _first_sentence(text: str) -> tuple[str, str]:
    """A headline, and the sentences after it that fit as its support, of an answer that has no headline of its own."""
    first, *rest = sentences(text) or [text]
    if len(first) > MAX_HEADLINE:
        return f"{first[: MAX_HEADLINE - 4].rpartition(' ')[0]} ...", ""
    support = ""
    for sentence in rest:
        if len(support) + 1 + len(sentence) > MAX_HEADLINE:
            break
        support = f"{support} {sentence}".strip()
    return first, support


def _beside(entry: Entry, query: Query) -> list[str]:
    """The concepts that a query names instead of what the entry is about, and for which it has a headline: Linux, in
    the entry on Windows."""
    instead = not set(query.concepts).intersection(entry.about)
    return [name for name in query.concepts if instead and name in entry.headlines]


def _cells(entry: Entry) -> Iterable[Statement]:
    return (cell.today for cell in entry.cells.values())


def _texts(entry: Entry) -> Iterable[str]:
    yield from (entry.title, entry.headline or "", entry.support or "", entry.answer.text)
    yield from (statement.text for statement in (*entry.since, *_cells(entry)))


@lru_cache(maxsize=4_000)
def _telling(text: str) -> frozenset[str]:
    """The words of a text that say what it is about, without endings that do not matter."""
    return frozenset(re.sub(r"(?:ing|ed|es|s)$", "", word) for word in words(text) if word not in _COMMON)


def _is_said(text: str, known: frozenset[str]) -> bool:
    """Whether a text of which `known` are the telling words says most of this one too."""
    own = _telling(text)
    return len(own & known) >= _SAID_BEFORE * len(own)


_Said = tuple[Statement, str]
"""A statement, and the part of its text that is shown."""


def _saying(wanted: re.Pattern[str], said: Iterable[_Said]) -> list[_Said]:
    """The sentences in which something wanted occurs."""
    return [(one, sentence) for one, text in said for sentence in sentences(text) if wanted.search(sentence)]


def _distinct(said: Iterable[_Said], known: frozenset[str] = frozenset()) -> list[_Said]:
    """What is neither said by a text with the telling words `known` nor by one before it."""
    found: list[_Said] = []
    texts = [known]
    for statement, text in said:
        if not any(_is_said(_trimmed(text), before) for before in texts):
            found.append((statement, text))
            texts.append(_telling(text))
    return found


def _trimmed(text: str) -> str:
    """A text as a bullet: whole where it is short, else up to the end of a sentence or of a word."""
    if len(text) <= _LONGEST_BULLET:
        return text
    cut = text[:_LONGEST_BULLET]
    return f"{cut.rpartition('. ')[0]}." if ". " in cut[60:] else f"{cut.rpartition(' ')[0]} ..."


def short_title(title: str) -> str:
    """A source's title as a link of a small line: up to its first break, or to the last word that fits."""
    first = re.split(r"[:,(]", title)[0].strip()
    if 6 <= len(first) <= _LONGEST_LINK:
        return first
    return title if len(title) <= _LONGEST_LINK else title[: _LONGEST_LINK - 2].rpartition(" ")[0] + " ..."


def _begun(body: str) -> str:
    """As much of a team's answer as is shown first: whole, or up to the end of a line or a word."""
    text = body.strip()
    if len(text) <= SHORT_BODY:
        return text
    begun = text[:SHORT_BODY]
    line = begun.rpartition("\n")[0].rstrip()
    return f"{line if len(line) > SHORT_BODY // 2 else begun.rpartition(' ')[0]} …"


def spelled(day: date) -> str:
    """22 Nov 2026."""
    return f"{day.day} {day:%b %Y}"
