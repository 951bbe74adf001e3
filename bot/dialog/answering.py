"""The policy: answer, offer a choice, or decline; and the bot as a whole.

`Bot` is the port every adapter talks to: a Question goes in, a Reply comes out. It keeps no state
between calls and is safe to share between threads and tasks.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from bot.dialog import follow_ups
from bot.dialog.composition import Composer, choices
from bot.dialog.question import Question, Turn, are_apart, conjuncts, questions, readable_part
from bot.dialog.reply import Block, Bullets, Candidate, Choice, Choices, Comparison, Outcome, Reply, Sources, Text
from bot.language.lexicon import Lexicon
from bot.language.query import Query, QueryParser
from bot.language.text import plain, sentences
from bot.retrieval.confidence import calibration_of, confidences, ranked
from bot.retrieval.index import Index, build, make_parser
from bot.retrieval.meanings import Meanings
from bot.retrieval.ranking import Match, Matcher
from knowledge.model import Entry, KnowledgeBase

STARTERS = ("choose.overall", "compare.overall", "choose.beginner")
"""What is offered where nothing is near."""

THANKS = "social.thanks"
"""The entry that answers a thank-you."""

MOST_CANDIDATES = 5
MOST_CHOICES = 3

CLEAR, POSSIBLE = 0.95, 0.5
"""Confidence up to which the entry found second is shown too, and from which it is: measured on 1,640 answers, it is
shown with 6 % of them, and is right for three in five of those."""

POINTING = frozenset("it this that these those they them one ones".split())
"""Words that point at something: at the start of a conversation, at nothing that was said."""

MOST_POINTING = 8
"""Words of a question that does so."""

LIKELY = 0.08
"""The encoder's probability of the likeliest answer from which it is asked what such a question means."""

NEAR = {"social": 0.45, "decline": 0.3}
"""The cosine (-1..1) of the nearest phrasing from which small talk or a refusal may be meant. Below it a message has
words that nobody knows, or is about something else, as nearly all of 183 labelled ones that were taken for small
talk."""

SAME_WORD = 0.7
"""The same for a message of one word, small talk and refusals alike: both are often as near as .67 to a name that
nobody knows ("grafana")."""

FOLLOW_UP_CONFIDENCE = 0.9
"""Confidence of a follow-up: it is read by rule, and the rules are right nine times in ten."""

_NOTHING_READ = "I can't find any words to go on. Ask in a sentence, such as: PyTorch or TensorFlow for a mobile app?"
_ENGLISH_ONLY = "I only understand English so far. Ask me, for example: PyTorch or TensorFlow for a mobile app?"
_UNKNOWN = "I don't know that one. I answer questions on choosing and comparing machine-learning frameworks."
_UNKNOWN_ELSEWHERE = "I don't know that one."
_UNSURE = "I'm not sure what you mean. Did you mean:"
_NEAREST = "The nearest I can answer:"
_ASK_INSTEAD = "Most people start with:"
_STOPPED = "All right. I will be quiet here until somebody mentions me."
_WELCOME = "You're welcome."
_NONE_FITS = "Then I don't have an answer for you yet. Put it in other words, or look at the topics I know."


Matches = Sequence[tuple[Match, float]]
"""Entries, best first, with the confidence of each."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence (0..1) from which an answer is given, and from which choices are offered.

    Raises ValueError where one is out of 0..1, or choices stand above answers.
    """

    answer: float
    choices: float

    def __post_init__(self) -> None:
        if not 0 <= self.choices <= self.answer <= 1:
            raise ValueError(
                "thresholds must satisfy 0 <= choices <= answer <= 1,"
                f" got choices {self.choices} and answer {self.answer}"
            )


def utc_today() -> date:
    """The day by which a bot tells how old a claim is, unless it is given another."""
    return datetime.now(tz=UTC).date()


class Bot:
    """Answers questions from one knowledge base."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        *,
        index: Index | None = None,
        thresholds: Thresholds | None = None,
        meanings: Callable[[], Meanings] | None = None,
        today: Callable[[], date] | None = None,
    ) -> None:
        """`meanings`: makes what the encoder needs to know of the entries, when first needed; None: by words alone.
        `today`: the day from which the age of claims is counted; that of the clock where left out."""
        self.knowledge = knowledge
        self.parser = QueryParser(Lexicon(knowledge.vocabulary), index.words) if index else make_parser(knowledge)
        self.index = index or build(knowledge, self.parser)
        self.calibration = fitted = calibration_of(knowledge, encoder=meanings is not None)
        self.thresholds = thresholds or Thresholds(fitted.answer_threshold, fitted.choices_threshold)
        self._terms = {term.id: term for term in knowledge.vocabulary.terms}
        self._today = today or utc_today
        self._matcher = Matcher(knowledge, self.index)
        self._meanings = None if meanings is None else lru_cache(maxsize=1)(meanings)

    def answer(self, question: Question) -> Reply:
        """The reply to one utterance. Never fails, whatever the text; deterministic for a knowledge version,
        but for the marks that details give to claims with age."""
        reading = self.parser.parse(readable_part(question.text))
        act = follow_ups.act(question.text, reading.normalised)
        if act is not None and (reply := self._act(act, question.turn)) is not None:
            return reply
        if not reading.normalised:
            return self._reply("social", [Text(_NOTHING_READ)], ("nothing to read",))
        matches = self.match(reading)
        if question.turn is not None:
            follow_up = self._follow_up(reading, question.turn, matches)
            if follow_up is not None:
                return follow_up
        return self._several(question, reading, matches) or self._decide(reading, matches)

    def show(self, *entries: str, frameworks: tuple[str, ...] = ()) -> Reply:
        """The reply that a button carrying `entries` leads to, on these frameworks (by vocabulary id) where any are
        named; a refusal where none of the entries exists any more."""
        known = [entry for entry in entries if entry in self.knowledge.entries]
        if not known:
            return self._reply("decline", [Text("That topic is no longer in the knowledge base.")], (), confidence=0.0)
        if len(known) == 1:
            return self._answer_with(known[0], Query(frameworks=frameworks), (), 1.0)
        cells = {name: self.knowledge.entries[name].cells for name in known}
        parts = {name: Query(frameworks=tuple(filter(own.__contains__, frameworks))) for name, own in cells.items()}
        return self._answer_parts(parts, frameworks, (), 1.0)

    def compare(self, frameworks: Sequence[str]) -> tuple[list[tuple[Entry, Comparison]], list[Block]]:
        """What entries say of frameworks (by vocabulary id) next to each other, those that cover most of them first,
        and the sources of it all. Of several frameworks, an entry says something of two at least."""
        composer, named = self._composer(), set(frameworks)
        found = [one for one in self.knowledge.entries.values() if len(named & one.cells.keys()) >= min(2, len(named))]
        found.sort(key=lambda entry: -len(named & entry.cells.keys()))
        return [(entry, composer.comparison(entry, frameworks)) for entry in found], composer.sources(found)

    def headlines(self, entries: Iterable[str]) -> dict[str, str]:
        """A digest of the headlines of each of these entries that exists, by id: another one for other words."""
        known = {name: self.knowledge.entries[name] for name in entries if name in self.knowledge.entries}
        said = {name: (entry.headline or entry.answer.text, *entry.headlines.items()) for name, entry in known.items()}
        return {name: hashlib.sha256(repr(words).encode()).hexdigest() for name, words in said.items()}

    def parse(self, text: str) -> Query:
        """The query in a message."""
        return self.parser.parse(readable_part(text))

    def match(self, reading: Query) -> list[tuple[Match, float]]:
        """Ranked entries with the confidence of each."""
        found = ranked(self.matches(reading), self.calibration)
        pairs = zip(found, confidences(found, reading, self.calibration), strict=True)
        return sorted(pairs, key=lambda pair: (not pair[0].exact, -pair[1], -pair[0].nearest, pair[0].entry))

    def _composer(self, reading: Query | None = None) -> Composer:
        """The composer of an answer to `reading`; by words alone where that is a phrasing, word for word, as then the
        encoder has not been needed so far."""
        today = self._today()
        if self._meanings is None or reading is None or reading.normalised in self.index.exact:
            return Composer(self.knowledge, self._terms, today=today)
        return Composer(self.knowledge, self._terms, self._meanings().nearness, today=today)

    @property
    def meanings(self) -> Meanings | None:
        """What the encoder knows of the entries; None by words alone."""
        return self._meanings() if self._meanings is not None else None

    @property
    def has_encoder(self) -> bool:
        """Whether the sentence encoder runs next to the index."""
        return self._meanings is not None

    def prepare(self) -> None:
        """Load what is otherwise loaded with the first question; takes a while where phrasings were never encoded."""
        if self._meanings is not None:
            self._meanings().likeness("")

    def matches(self, reading: Query) -> list[Match]:
        """The candidates with the evidence for each. The encoder is not asked where the message is a phrasing, word for
        word, nor where most of it is in another script: it was trained on English."""
        ascii_part = reading.text.encode("ascii", "ignore")
        known = reading.normalised in self.index.exact or 2 * len(ascii_part) < len(reading.text)
        likeness = self._meanings().likeness(reading.text) if self._meanings and not known else None
        return self._matcher.rank(reading, likeness)

    def _decide(self, reading: Query, matches: Matches) -> Reply:
        answers = [pair for pair in matches if not pair[0].refuses]
        best, confidence = answers[0] if answers else (None, 0.0)
        contested = bool(matches) and matches[0][0].refuses and not (best is not None and best.added)
        sure = confidence >= self.thresholds.answer or self._between_siblings(answers)
        subject = self._subject(reading, best.entry if best is not None else "")
        if best is not None and sure and not contested:
            about = self.knowledge.entries[best.entry].about
            is_on_it = best.exact or not set(about).isdisjoint(reading.concepts)
            name = best.entry if is_on_it else subject or best.entry
            neighbour = self._neighbour(answers) if name == best.entry else None
            return self._answer_with(name, reading, matches, confidence, neighbour)
        is_short = len(reading.normalised.split()) <= follow_ups.LONGEST_FOLLOW_UP
        is_near = not contested and any(match.entry == subject for match, _ in answers[:MOST_CHOICES])
        is_exact = bool(matches) and matches[0][0].exact
        if subject is not None and (is_short or is_near) and not reading.cues and not is_exact:
            return self._answer_with(subject, reading, matches, self.thresholds.answer)
        refusals = (pair for pair in matches if pair[0].refuses and not self._is_far(pair[0], reading))
        if contested and (first := next(refusals, None)) is not None:
            refusal, refused = first
            if not refusal.exact and (meant := self._pointed_at(reading, answers)):
                return self._doubtful(reading, meant[0], meant)
            if refusal.exact or (refused >= self.thresholds.choices > confidence):
                return self._answer_with(refusal.entry, reading, matches, refused)
        if best is None or confidence < self.thresholds.choices:
            return self._unknown(reading, matches)
        return self._doubtful(reading, answers[0], matches)

    def _is_far(self, match: Match, reading: Query) -> bool:
        """Whether nothing of a refusal, or of small talk, is near to the message."""
        near = NEAR[self.knowledge.entries[match.entry].kind] if " " in reading.normalised else SAME_WORD
        return self.has_encoder and not match.exact and match.nearest < near

    @staticmethod
    def _pointed_at(reading: Query, answers: Matches) -> Matches:
        """The answers that "is it any good on mobile" may mean, the likeliest by the encoder first: of a short question
        that points at something which was not said. None where none is likely."""
        said = reading.normalised.split()
        if len(said) > MOST_POINTING or POINTING.isdisjoint(said):
            return []
        likely = sorted(answers, key=lambda pair: (-pair[0].odds, pair[0].entry))
        return likely if likely and likely[0][0].share and math.exp(likely[0][0].odds) >= LIKELY else []

    def _subject(self, reading: Query, found: str) -> str | None:
        """The entry on the subject of a tool that the query names and that is known by name only: of "is ultralytics
        any good" the one on computer vision, not one that merely mentions the tool. None where there is no such tool.
        `found` is the entry that was found."""
        tools = [self._terms[tool] for tool in reading.tools]
        subjects = [concept for tool in tools for concept in self.parser.lexicon.concepts_of(tool)]
        entries = (follow_ups.entry_on(concept, found, subjects, self.knowledge) for concept in subjects)
        return next((one for one in entries if one is not None), None)

    def _doubtful(self, reading: Query, best: tuple[Match, float], matches: Matches) -> Reply:
        """The question which of a few answers is meant, of which one is the `best`."""
        offered = self._offered(matches)
        blocks: list[Block] = [Choices(_UNSURE, offered, none_of_these=True)]
        names = tuple(option.entry for option in offered)
        return self._reply("choices", blocks, self._why(reading, best[0]), matches, best[1], names)

    def _between_siblings(self, answers: Matches) -> bool:
        """Whether the doubt is only which of two entries on one topic is meant, such as choose.mobile and
        compare.mobile, or one that was split from the other: either does, so the chance that one of them is right
        decides."""
        if len(answers) < 2:
            return False
        (first, chance), (second, other) = answers[:2]
        topics = [match.entry.partition(".")[2] for match in (first, second)]
        whole = [self.knowledge.entries[match.entry].split_from or match.entry for match in (first, second)]
        related = topics[0] == topics[1] != "" or whole[0] == whole[1]
        return related and 1 - (1 - chance) * (1 - other) >= self.thresholds.answer

    def _neighbour(self, answers: Matches) -> Entry | None:
        """The entry that may be meant just as well as the first of these answers; None where one is clearly meant."""
        if len(answers) < 2 or answers[0][1] > CLEAR or answers[1][1] < POSSIBLE:
            return None
        return self.knowledge.entries[answers[1][0].entry]

    def _answer_with(
        self, name: str, reading: Query, matches: Matches, confidence: float, neighbour: Entry | None = None
    ) -> Reply:
        composer, entry = self._composer(reading), self.knowledge.entries[name]
        blocks = [*composer.short(entry, reading, neighbour), *composer.related(entry)]
        why = next((self._why(reading, match) for match, _ in matches if match.entry == name), ())
        return self._shown(composer, {name: reading}, blocks, why, reading.frameworks, matches, confidence)

    def _answer_parts(
        self, asked: Mapping[str, Query], frameworks: tuple[str, ...], matches: Matches, confidence: float
    ) -> Reply:
        """The answers to several things asked: the entry of each, with its own part of the message."""
        composer, pairs = self._composer(), [(self.knowledge.entries[name], part) for name, part in asked.items()]
        blocks = [*composer.parts(pairs), *composer.related(pairs[0][0], leave_out=asked)]
        why = (f"asked together: {', '.join(asked)}",)
        return self._shown(composer, asked, blocks, why, frameworks, matches, confidence)

    def _shown(  # noqa: PLR0917 - what is shown, then how it was found
        self,
        composer: Composer,
        asked: Mapping[str, Query],
        blocks: Sequence[Block],
        why: tuple[str, ...],
        frameworks: tuple[str, ...],
        matches: Matches = (),
        confidence: float = FOLLOW_UP_CONFIDENCE,
    ) -> Reply:
        """A reply that shows entries, with what was asked of each: `blocks` first, then their details and sources."""
        entries = [self.knowledge.entries[name] for name in asked]
        details = [
            block
            for entry, part in zip(entries, asked.values(), strict=True)
            for block in composer.details(entry, part.frameworks, part.former, heading=len(asked) > 1)
        ]
        rest = (*details, *composer.sources(entries)) if details else ()
        more = {"details": rest, "frameworks": frameworks}
        return self._reply(entries[0].kind, blocks, why, matches, confidence, tuple(asked), **more)

    def _act(self, act: follow_ups.Act, turn: Turn | None) -> Reply | None:
        """The reply to a dialogue act; None where there is nothing that it could refer to."""
        if act.name == "stop":
            return self._reply("social", [Text(_STOPPED)], ("stop",), ends_conversation=True)
        if act.name == "thanks":
            known = THANKS in self.knowledge.entries
            return self.show(THANKS) if known else self._reply("social", [Text(_WELCOME)], ("thanks",))
        if turn is None:
            return None
        if act.name == "correction":
            return self._corrected(act.about, turn)
        entries = [self.knowledge.entries[name] for name in turn.answered if name in self.knowledge.entries]
        if not entries:
            return None
        composer = self._composer()
        # Of several answers it is not kept which was about which.
        asked = Query(frameworks=turn.frameworks if len(entries) == 1 else ())
        blocks = composer.about(entries, act, asked)
        parts, why = {entry.id: asked for entry in entries}, (f"asked: {act.name}",)
        reply = self._shown(composer, parts, blocks, why, turn.frameworks)
        return replace(reply, details=()) if act.name == "more" else reply

    def _corrected(self, meant: str, turn: Turn) -> Reply:
        """What was meant instead: one of the choices, the question before about something else, or a new question."""
        reading = self.parser.parse(meant)
        matches = self.match(reading)
        name = follow_ups.picked(reading.normalised, turn)
        if name is not None and name in self.knowledge.entries:
            return self._answer_with(name, reading, matches, FOLLOW_UP_CONFIDENCE)
        reply = self._continued(reading, turn, matches, corrects=True) or self._decide(reading, matches)
        if reply.outcome == "answer" or reading.frameworks or not turn.frameworks:
            return reply
        # Not enough by itself: it stood next to the frameworks that were asked about. That makes it ours, not sure.
        again = self.parser.parse(" ".join((meant, *(self._terms[name].name for name in turn.frameworks))))
        answers = [pair for pair in self.match(again) if not pair[0].refuses]
        if not answers or answers[0][1] < self.thresholds.choices:
            return reply
        return self._doubtful(again, answers[0], answers)

    def _continued(self, reading: Query, turn: Turn, matches: Matches, *, corrects: bool = False) -> Reply | None:
        """The reply to "and for mobile?" or "what about JAX?": of the same entry, only that framework's side."""
        name = follow_ups.continued(reading, turn, self.knowledge, corrects=corrects)
        if name is None or name not in self.knowledge.entries:
            return None
        entry = self.knowledge.entries[name]
        if not reading.frameworks:
            reading = replace(reading, frameworks=tuple(one for one in turn.frameworks if one in entry.cells))
        elif name in turn.answered and any(framework in entry.cells for framework in reading.frameworks):
            composer, named = self._composer(), reading.frameworks
            blocks, why = composer.sides(entry, named), (f"asked: {', '.join(named)}",)
            return self._shown(composer, {name: Query(frameworks=named)}, blocks, why, named, matches)
        return self._answer_with(name, reading, matches, FOLLOW_UP_CONFIDENCE)

    def _unknown(self, reading: Query, matches: Matches) -> Reply:
        subject = bool(self.knowledge.vocabulary.frameworks)
        foreign = not reading.normalised.isascii() and not matches
        words = _ENGLISH_ONLY if subject and foreign else _UNKNOWN if subject else _UNKNOWN_ELSEWHERE
        blocks: list[Block] = [Text(words)]
        near = self._offered(matches) if reading.frameworks or reading.concepts else ()
        prompt, offered = (_NEAREST, near) if near else (_ASK_INSTEAD, choices(self.knowledge, STARTERS))
        if offered:
            blocks.append(Choices(prompt, offered, flow=self.knowledge.recommendation is not None))
        why = self._why(reading, matches[0][0]) if matches else ("nothing in the knowledge base resembles it",)
        return self._reply("decline", blocks, why, matches, matches[0][1] if matches else 0.0)

    def _offered(self, matches: Matches) -> tuple[Choice, ...]:
        names = [match.entry for match, _ in matches if self.knowledge.entries[match.entry].kind == "answer"]
        return choices(self.knowledge, names[:MOST_CHOICES])

    def _follow_up(self, reading: Query, turn: Turn, matches: Matches) -> Reply | None:
        """The reply to an utterance that leans on the previous turn; None where it stands on its own."""
        said = reading.normalised
        if follow_ups.refuses(said, turn):
            return self._reply("decline", [Text(_NONE_FITS)], ("none of the choices",), matches)
        name = follow_ups.picked(said, turn)
        if name is not None and name in self.knowledge.entries:
            return self._answer_with(name, reading, matches, FOLLOW_UP_CONFIDENCE)
        return None if matches and matches[0][0].exact else self._continued(reading, turn, matches)

    def _several(self, question: Question, whole: Query, matches: Matches) -> Reply | None:
        """The answers to the several things asked, each as sure as an answer must be; None where one thing was asked,
        or where the message as a whole is rather for a refusal.

        A part such as "and for production?" is read as a follow-up of the part before it.
        """
        if not matches or matches[0][0].exact or matches[0][0].refuses:
            return None
        said = sentences(plain(readable_part(question.text)))
        for pieces in (questions(said), conjuncts(said)):
            if not pieces:
                continue
            readings = [self.parser.parse(piece) for piece in pieces]
            leaning = [follow_ups.is_bare(reading) for reading in readings]
            if not are_apart(pieces, leaning):
                continue
            found: dict[str, Query] = {}
            lowest = 1.0
            for reading, bare in zip(readings, leaning, strict=True):
                name, confidence = self._part(reading, list(found), leaning=bare)
                if confidence < self.thresholds.answer:
                    break
                found.setdefault(name, reading)
                lowest = min(lowest, confidence)
            else:
                if len(found) > 1:
                    return self._answer_parts(found, whole.frameworks, matches, lowest)
        return None

    def _part(self, reading: Query, before: Sequence[str], *, leaning: bool) -> tuple[str, float]:
        """The entry of one piece, and how sure that is: of a bare "production" after a piece that was found, or of a
        question."""
        matches = self.match(reading)
        name, confidence = (matches[0][0].entry, matches[0][1]) if matches else ("", 0.0)
        if before and leaning:
            follows = follow_ups.on_topic(before[-1], reading, self.knowledge)
            if follows is not None and name and follows.partition(".")[2] == name.partition(".")[2]:
                return follows, confidence
        known = name and self.knowledge.entries[name].kind == "answer"
        return (name, confidence) if known else ("", 0.0)

    def _why(self, reading: Query, match: Match) -> tuple[str, ...]:
        """Why this entry, for --explain and for the logs: ids, single words, and a phrasing of the knowledge."""
        reasons = ["same words as a phrasing"] if match.exact else []
        reasons += [
            f"matched: {asked}" if asked == known else f"matched: {asked} ~ {known}" for asked, known in match.matched
        ]
        reasons += [f"read {typed} as {read}" for typed, read in reading.corrections]
        reasons += [f"ruled out: {name}" for name in reading.negated]
        if self._meanings is None:
            reasons.append("by words alone: the encoder is off")
        elif match.nearest:
            number = self.index.entries.index(match.entry)
            nearest = self._meanings().nearest_phrasing(reading.text, number)
            reasons.append(f"encoder: likelihood {math.exp(match.odds):.2f}, {match.nearest:.2f} near to: {nearest}")
        reasons.append(f"coverage {match.coverage:.2f}, agreement {match.agreement:.2f}, score {match.score:.2f}")
        return tuple(reasons)

    def _reply(  # noqa: PLR0917 - what is shown, then how it was found
        self,
        outcome: Outcome,
        blocks: Sequence[Block],
        reasons: tuple[str, ...],
        matches: Matches = (),
        confidence: float = 1.0,
        entries: tuple[str, ...] = (),
        **more: Any,
    ) -> Reply:
        """A reply; `more` as in `Reply`."""
        return Reply(
            outcome=outcome,
            entries=entries,
            confidence=confidence,
            candidates=tuple(Candidate(match.entry, chance) for match, chance in matches[:MOST_CANDIDATES]),
            reasons=reasons,
            blocks=tuple(blocks),
            summary=_summary(blocks, entries),
            knowledge_version=self.knowledge.version,
            **more,
        )


def turn_after(reply: Reply) -> Turn:
    """What the next utterance of the thread may refer to."""
    offered = next((block.options for block in reversed(reply.blocks) if isinstance(block, Choices)), ())
    answered = reply.entries if reply.outcome == "answer" else ()
    return Turn(answered, tuple(option.entry for option in offered), reply.frameworks if answered else ())


def _summary(blocks: Sequence[Block], entries: Sequence[str]) -> str:
    """One line that stands for the whole reply in a notification: of several answers their headlines, else the headline
    and what comes next."""
    lines: list[str] = []
    headlines: list[str] = []
    for block in blocks:
        match block:
            case Text(text, strong=strong):
                lines.append(text)
                headlines += [text] if strong else []
            case Bullets(items):
                lines += items
            case Sources(notes):
                lines += [f"Sources: {'; '.join(note.title for note in notes)}"]
            case Choices(prompt, options) if not lines:
                lines.append(f"{prompt} {'; '.join(option.label for option in options)}")
            case _:
                pass
    return " ".join(headlines if len(entries) > 1 and headlines else lines[: 2 if entries else 1])
