"""The policy: answer, offer a choice, or decline; and the bot as a whole.

`Bot` is the port every adapter talks to: a Question goes in, a Reply comes out. It keeps no state
between calls and is safe to share between threads and tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import conversation
from bot.composition import Composer, choices
from bot.confidence import confidences
from bot.index import Index, build, known_words
from bot.lexicon import Lexicon
from bot.matching import Match, Matcher
from bot.question import Question, Turn, readable_part
from bot.reading import Reader, Reading
from bot.reply import Block, Candidate, Choice, Choices, Outcome, Prose, Reply
from knowledge.model import Calibration, Entry, KnowledgeBase

MOST_CANDIDATES = 5
MOST_CHOICES = 3
MOST_PARTS = 3

_NOTHING_READ = (
    "I can't find any words to go on. Ask in a sentence, such as: PyTorch or TensorFlow for a mobile app?"
)
_UNKNOWN = "I don't know that one. I answer questions on choosing and comparing machine-learning frameworks."
_UNKNOWN_ELSEWHERE = "I don't know that one."
_UNSURE = "I'm not sure what you mean. Did you mean:"
_NEAREST = "The nearest I can answer:"
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
                f"thresholds must satisfy 0 <= choices <= answer <= 1, got choices {self.choices} and answer {self.answer}"
            )


class Bot:
    """Answers questions from one knowledge base."""

    def __init__(
        self, knowledge: KnowledgeBase, *, index: Index | None = None, thresholds: Thresholds | None = None
    ) -> None:
        self.knowledge = knowledge
        self.reader = Reader(Lexicon(knowledge.vocabulary), known_words(knowledge) if index is None else index.words)
        self.index = index or build(knowledge, self.reader)
        self.calibration: Calibration = knowledge.calibration
        self.thresholds = thresholds or Thresholds(
            self.calibration.answer_threshold, self.calibration.choices_threshold
        )
        self._matcher = Matcher(knowledge, self.index, self.reader.spelling)

    def answer(self, question: Question) -> Reply:
        """The reply to one utterance. Never fails, whatever the text; deterministic for a knowledge version."""
        reading = self.reader.read(readable_part(question.text))
        if not reading.normalised:
            return self._reply("social", (), 1.0, (), [Prose(_NOTHING_READ)], ("nothing to read",))
        if question.turn is not None:
            follow_up = self._follow_up(reading, question.turn)
            if follow_up is not None:
                return follow_up
        matches = self.match(reading)
        parts = self._parts(question, reading)
        if len(parts) > 1:
            return self._answer_with(parts, reading, matches, 0.0)
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
        if not matches:
            return self._unknown(reading, matches)
        best, confidence = matches[0]
        entry = self.knowledge.entries[best.entry]
        if entry.kind != "answer":
            if confidence >= self.thresholds.choices:
                return self._answer_with([best.entry], reading, matches, confidence)
            return self._unknown(reading, matches)
        if confidence >= self.thresholds.answer:
            return self._answer_with([best.entry], reading, matches, confidence)
        if confidence >= self.thresholds.choices:
            offered = self._offered(matches)
            blocks: list[Block] = [Choices(_UNSURE, offered, none_of_these=True)]
            return self._reply("choices", tuple(o.entry for o in offered), confidence, matches, blocks, self._why(reading, best))
        return self._unknown(reading, matches)

    def _answer_with(
        self, names: Sequence[str], reading: Reading, matches: Sequence[tuple[Match, float]], confidence: float
    ) -> Reply:
        composer = Composer(self.knowledge)
        entries = [self.knowledge.entries[name] for name in names]
        blocks: list[Block] = []
        for entry in entries:
            blocks += composer.entry(entry, frameworks=reading.frameworks, heading=len(entries) > 1)
        blocks[2:2] = composer.renamed(self.reader.lexicon.terms[name][0] for name in reading.former)
        blocks += composer.sources()
        for entry in entries[:1]:
            blocks += composer.related(entry, leave_out=names)
        outcome: Outcome = {"answer": "answer", "decline": "decline", "social": "social"}[entries[0].kind]  # type: ignore[assignment]
        top = dict((match.entry, chance) for match, chance in matches)
        sure = min((top[name] for name in names if name in top), default=confidence) or confidence
        why = next((self._why(reading, match) for match, _ in matches if match.entry == names[0]), ())
        return self._reply(outcome, tuple(names), sure, matches, blocks, why)

    def _unknown(self, reading: Reading, matches: Sequence[tuple[Match, float]]) -> Reply:
        subject = bool(self.knowledge.vocabulary.frameworks)
        blocks: list[Block] = [Prose(_UNKNOWN if subject else _UNKNOWN_ELSEWHERE)]
        offered = self._offered(matches) if reading.frameworks or reading.concepts else ()
        if offered:
            blocks.append(Choices(_NEAREST, offered, flow=subject))
        why = self._why(reading, matches[0][0]) if matches else ("nothing in the knowledge base resembles it",)
        return self._reply("decline", (), matches[0][1] if matches else 0.0, matches, blocks, why)

    def _offered(self, matches: Sequence[tuple[Match, float]]) -> tuple[Choice, ...]:
        names = [match.entry for match, _ in matches if self.knowledge.entries[match.entry].kind == "answer"]
        return choices(self.knowledge, names[:MOST_CHOICES])

    def _follow_up(self, reading: Reading, turn: Turn) -> Reply | None:
        said = reading.normalised
        if conversation.refuses(said, turn):
            return self._reply("decline", (), 1.0, (), [Prose(_NONE_FITS)], ("none of the choices",))
        name = conversation.picked(said, turn)
        if name is None and conversation.asks_why(said, turn):
            name = turn.answered[0]
        if name is None:
            name = conversation.continued(reading, turn, self.knowledge)
        if name is None or name not in self.knowledge.entries:
            return None
        matches = self.match(reading)
        if matches and matches[0][0].exact:
            return None
        return self._answer_with([name], reading, (), 0.9)

    def _parts(self, question: Question, reading: Reading) -> list[str]:
        """The entries of the several things asked, where each is found for sure; else nothing."""
        return []

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

    def _reply(
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
