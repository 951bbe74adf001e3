"""The policy: answer, offer a choice, or decline; and the bot as a whole.

`Bot` is the port every adapter talks to: a Question goes in, a Reply comes out. It keeps no state
between calls and is safe to share between threads and tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot import conversation, parts
from bot.composition import Composer, choices
from bot.confidence import calibration_of, confidences
from bot.index import Index, build, make_reader
from bot.lexicon import Lexicon
from bot.matching import Match, Matcher
from bot.question import Question, Turn, readable_part
from bot.reading import Reader, Reading
from bot.reply import Block, Candidate, Choice, Choices, Outcome, Prose, Reply
from bot.text import plain, sentences
from knowledge.model import Entry, KnowledgeBase

STARTERS = ("choose.overall", "compare.overall", "choose.beginner")
"""What is offered where nothing is near."""

MOST_CANDIDATES = 5
MOST_CHOICES = 3

CLEAR_LEAD = 0.15
"""By how much (of confidence) a refusal must lead the best answer; closer than that, choices are offered."""

FOLLOW_UP_CONFIDENCE = 0.9
"""Confidence of a follow-up: it is read by rule, and the rules are right nine times in ten."""

COMPOSED = 256
"""Answers whose blocks are kept ready: well under a megabyte."""

_NOTHING_READ = "I can't find any words to go on. Ask in a sentence, such as: PyTorch or TensorFlow for a mobile app?"
_ENGLISH_ONLY = "I only understand English so far. Ask me, for example: PyTorch or TensorFlow for a mobile app?"
_UNKNOWN = "I don't know that one. I answer questions on choosing and comparing machine-learning frameworks."
_UNKNOWN_ELSEWHERE = "I don't know that one."
_UNSURE = "I'm not sure what you mean. Did you mean:"
_NEAREST = "The nearest I can answer:"
_ASK_INSTEAD = "Most people start with:"
_NONE_FITS = "Then I don't have an answer for you yet. Put it in other words, or look at the topics I know."


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


class Bot:
    """Answers questions from one knowledge base."""

    def __init__(
        self, knowledge: KnowledgeBase, *, index: Index | None = None, thresholds: Thresholds | None = None
    ) -> None:
        self.knowledge = knowledge
        self.reader = make_reader(knowledge) if index is None else Reader(Lexicon(knowledge.vocabulary), index.letters)
        self.index = index or build(knowledge, self.reader)
        self.calibration = calibration_of(knowledge)
        self.thresholds = thresholds or Thresholds(
            self.calibration.answer_threshold, self.calibration.choices_threshold
        )
        self._has_flow = knowledge.recommendation is not None
        self._composed = lru_cache(maxsize=COMPOSED)(self._compose)
        self._matcher = Matcher(knowledge, self.index, self.reader.spelling)

    def answer(self, question: Question) -> Reply:
        """The reply to one utterance. Never fails, whatever the text; deterministic for a knowledge version."""
        reading = self.reader.read(readable_part(question.text))
        if not reading.normalised:
            return self._reply("social", (), 1.0, (), [Prose(_NOTHING_READ)], ("nothing to read",))
        matches = self.match(reading)
        if question.turn is not None:
            follow_up = self._follow_up(reading, question.turn, matches)
            if follow_up is not None:
                return follow_up
        several = self._parts(question, matches)
        if several:
            return self._answer_with(several, reading, matches, max(matches[0][1], self.thresholds.answer))
        return self._decide(reading, matches)

    def show(self, entry: str) -> Reply:
        """The reply that a button carrying `entry` leads to; a kind refusal where it no longer exists."""
        if entry not in self.knowledge.entries:
            return self._reply("decline", (), 0.0, (), [Prose("That topic is no longer in the knowledge base.")], ())
        return self._answer_with([entry], Reading(), (), 1.0)

    def read(self, text: str) -> Reading:
        """What is read in a message."""
        return self.reader.read(readable_part(text))

    def match(self, reading: Reading) -> list[tuple[Match, float]]:
        """Ranked entries with the confidence of each."""
        ranked = self._matcher.rank(reading)
        pairs = list(zip(ranked, confidences(ranked, reading, self.calibration), strict=True))
        pairs.sort(key=lambda pair: (not pair[0].exact, -pair[1], pair[0].entry))
        return pairs

    def _decide(self, reading: Reading, matches: Sequence[tuple[Match, float]]) -> Reply:
        answers = [pair for pair in matches if not pair[0].refuses]
        best, confidence = answers[0] if answers else (None, 0.0)
        if matches and matches[0][0].refuses:
            refusal, sure = matches[0]
            if refusal.exact or (sure >= self.thresholds.choices and sure - confidence >= CLEAR_LEAD):
                return self._answer_with([refusal.entry], reading, matches, sure)
        if best is None or confidence < self.thresholds.choices:
            return self._unknown(reading, matches)
        contested = matches[0][0].refuses
        if not contested and (confidence >= self.thresholds.answer or self._between_siblings(answers)):
            return self._answer_with([best.entry], reading, matches, confidence)
        offered = self._offered(matches)
        blocks: list[Block] = [Choices(_UNSURE, offered, none_of_these=True)]
        names = tuple(option.entry for option in offered)
        return self._reply("choices", names, confidence, matches, blocks, self._why(reading, best))

    def _between_siblings(self, answers: Sequence[tuple[Match, float]]) -> bool:
        """Whether the doubt is only which of two entries on one topic is meant, such as choose.mobile and
        compare.mobile: either does, so the chance that one of them is right decides."""
        if len(answers) < 2:
            return False
        (first, chance), (second, other) = answers[:2]
        topics = [name.entry.partition(".")[2] for name in (first, second)]
        return topics[0] == topics[1] and 1 - (1 - chance) * (1 - other) >= self.thresholds.answer

    def _answer_with(
        self, names: Sequence[str], reading: Reading, matches: Sequence[tuple[Match, float]], confidence: float
    ) -> Reply:
        shown = tuple(names)
        blocks = self._composed(shown, reading.frameworks, reading.former)
        outcome: Outcome = self.knowledge.entries[shown[0]].kind
        why = next((self._why(reading, match) for match, _ in matches if match.entry == shown[0]), ())
        return self._reply(outcome, shown, confidence, matches, blocks, why)

    def _compose(
        self, names: tuple[str, ...], frameworks: tuple[str, ...], former: tuple[str, ...]
    ) -> tuple[Block, ...]:
        """The blocks that show these entries to somebody who named `frameworks`, and some terms by a former name."""
        composer = Composer(self.knowledge)
        entries = [self.knowledge.entries[name] for name in names]
        blocks: list[Block] = []
        for entry in entries:
            blocks += composer.entry(entry, frameworks=frameworks, heading=len(entries) > 1)
        blocks[2:2] = composer.renamed(self.reader.lexicon.terms[name][0] for name in former)
        blocks += composer.sources()
        blocks += composer.related(entries[0], leave_out=names)
        return tuple(blocks)

    def _unknown(self, reading: Reading, matches: Sequence[tuple[Match, float]]) -> Reply:
        subject = bool(self.knowledge.vocabulary.frameworks)
        foreign = not reading.normalised.isascii() and not matches
        words = _ENGLISH_ONLY if subject and foreign else _UNKNOWN if subject else _UNKNOWN_ELSEWHERE
        blocks: list[Block] = [Prose(words)]
        near = self._offered(matches) if reading.frameworks or reading.concepts else ()
        if near:
            blocks.append(Choices(_NEAREST, near, flow=self._has_flow))
        elif starters := choices(self.knowledge, STARTERS):
            blocks.append(Choices(_ASK_INSTEAD, starters, flow=self._has_flow))
        why = self._why(reading, matches[0][0]) if matches else ("nothing in the knowledge base resembles it",)
        return self._reply("decline", (), matches[0][1] if matches else 0.0, matches, blocks, why)

    def _offered(self, matches: Sequence[tuple[Match, float]]) -> tuple[Choice, ...]:
        names = [match.entry for match, _ in matches if self.knowledge.entries[match.entry].kind == "answer"]
        return choices(self.knowledge, names[:MOST_CHOICES])

    def _follow_up(self, reading: Reading, turn: Turn, matches: Sequence[tuple[Match, float]]) -> Reply | None:
        """The reply to an utterance that leans on the previous turn; None where it stands on its own."""
        said = reading.normalised
        if conversation.refuses(said, turn):
            return self._reply("decline", (), 1.0, matches, [Prose(_NONE_FITS)], ("none of the choices",))
        name = conversation.picked(said, turn)
        if name is None and conversation.asks_why(said, turn):
            name = turn.answered[0]
        if name is None and not (matches and matches[0][0].exact):
            name = conversation.continued(reading, turn, self.knowledge)
        if name is None or name not in self.knowledge.entries:
            return None
        return self._answer_with([name], reading, matches, FOLLOW_UP_CONFIDENCE)

    def _parts(self, question: Question, matches: Sequence[tuple[Match, float]]) -> list[str]:
        """The entries of the several things asked, each found for sure; nothing where one thing was asked, or
        where the message as a whole is rather for a refusal.

        A part such as "and for production?" is read as a follow-up of the part before it.
        """
        if not matches or matches[0][0].exact or matches[0][0].refuses:
            return []
        said = sentences(plain(readable_part(question.text)))
        for pieces in (parts.questions(said), parts.conjuncts(said)):
            if not pieces:
                continue
            readings = [self.reader.read(piece) for piece in pieces]
            leaning = [conversation.is_bare(reading) for reading in readings]
            if not all(bare or parts.asks(piece) for piece, bare in list(zip(pieces, leaning, strict=True))[1:]):
                continue
            found: list[str] = []
            for reading, bare in zip(readings, leaning, strict=True):
                name = self._part(reading, found, leaning=bare)
                if name is None:
                    break
                if name not in found:
                    found.append(name)
            else:
                if len(found) > 1:
                    return found
        return []

    def _part(self, reading: Reading, before: Sequence[str], *, leaning: bool) -> str | None:
        """The entry of one piece: of a bare "production" after a piece that was found, or of a question."""
        if before and leaning:
            name = conversation.on_topic(before[-1], reading, self.knowledge)
            if name is not None:
                return name
        matches = self.match(reading)
        if not matches or matches[0][1] < self.thresholds.answer:
            return None
        name = matches[0][0].entry
        return name if self.knowledge.entries[name].kind == "answer" else None

    def _why(self, reading: Reading, match: Match) -> tuple[str, ...]:
        """Why this entry, for --explain and for the logs: no more than ids and single words."""
        reasons = ["same words as a phrasing"] if match.exact else []
        reasons += [
            f"matched: {asked}" if asked == known else f"matched: {asked} ~ {known}" for asked, known in match.matched
        ]
        reasons += [f"read {typed} as {read}" for typed, read in reading.corrections]
        reasons += [f"ruled out: {name}" for name in reading.negated]
        reasons.append(f"coverage {match.coverage:.2f}, agreement {match.agreement:.2f}, score {match.score:.2f}")
        return tuple(reasons)

    def _reply(  # noqa: PLR0917 - a reply's parts, in its own order
        self,
        outcome: Outcome,
        entries: tuple[str, ...],
        confidence: float,
        matches: Sequence[tuple[Match, float]],
        blocks: Sequence[Block],
        reasons: tuple[str, ...],
    ) -> Reply:
        return Reply(
            outcome=outcome,
            entries=entries,
            confidence=confidence,
            candidates=tuple(Candidate(match.entry, chance) for match, chance in matches[:MOST_CANDIDATES]),
            reasons=reasons,
            blocks=tuple(blocks),
            summary=_summary(blocks, [self.knowledge.entries[name] for name in entries]),
            knowledge_version=self.knowledge.version,
        )


def turn_after(reply: Reply) -> Turn:
    """What the next utterance of the thread may refer to."""
    offered = next((block.options for block in reversed(reply.blocks) if isinstance(block, Choices)), ())
    answered = reply.entries if reply.outcome == "answer" else ()
    return Turn(answered, tuple(option.entry for option in offered))


def _summary(blocks: Sequence[Block], entries: Sequence[Entry]) -> str:
    """One line that stands for the whole reply in a notification."""
    first = blocks[0]
    if isinstance(first, Prose):
        return first.text
    if isinstance(first, Choices):
        return f"{first.prompt} {'; '.join(option.label for option in first.options)}"
    return " ".join(entry.answer.text for entry in entries)
