"""Why a question was not answered: what came nearest in today's knowledge, and what it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.answering import CLEAR_LEAD, Bot
from bot.curation.terms import families
from bot.matching import Match
from bot.question import Question
from bot.reading import Reading
from bot.reply import Candidate, Reply

Standing = Literal["open", "refused", "answered"]
"""open: nothing answers it. refused: an entry surely turns it down, and knows what it is about. answered: today's
knowledge answers it."""

SURE = 0.8
"""Confidence (0..1) from which a refusal is taken to be meant. The bot refuses with less, because an answer would be
worse; whether that was right is for a curator to see."""

ASKED_AGAIN = 5
"""Wordings of a cluster that are put to today's bot; the majority decides how it stands."""

CLOSE = 0.1
"""By how much of confidence two entries differ at the most for neither to be clearly meant."""

_Scored = tuple[Match, float]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How the bot of today does on some wordings of one question."""

    nearest: Candidate | None
    """The entry of kind "answer" that comes nearest to the typical wording; None where none does."""
    why: tuple[str, ...]
    """Why it was not enough, or why it is now: short sentences without a full stop."""
    standing: Standing


class Shortfalls:
    """Examines questions for one bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._numbers = {name: number for number, name in enumerate(bot.index.entries)}
        self._known = families(bot.index.idf)

    def of(self, typical: str, wordings: Sequence[tuple[str, int]], terms: Mapping[str, str]) -> Shortfall:
        """What is to be said of one question.

        `typical` is the wording that stands for it, `wordings` are all of them with how often each was
        asked, the most often first, and `terms` are what they share, with their names.
        """
        typically = self._bot.answer(Question(typical))
        tried = [(self._bot.answer(Question(text)), count) for text, count in wordings[:ASKED_AGAIN]]
        replies = [reply for reply, _ in tried]
        standing = _majority(tried)
        reading = self._bot.read(typical)
        matches = self._bot.match(reading)
        answers = [pair for pair in matches if not pair[0].refuses]
        if standing == "answered":
            nearest = _first(typically, answers)
            return Shortfall(nearest, tuple(_answered(replies)), standing)
        nearest = Candidate(answers[0][0].entry, answers[0][1]) if answers else None
        reasons = list(self._reasons(reading, matches, answers, terms))
        if standing == "refused":
            refusal = next((reply for reply in replies if _standing(reply) == "refused"), replies[0])
            if not terms or self._has_any(refusal.entries[0], terms):
                return Shortfall(nearest, (_refused(refusal),), standing)
            # It was refused for how it was said: what these questions share, the refusal knows nothing of.
            standing = "open"
            knows_none = "whose phrasings have none of what these share"
            reasons.insert(0, f"is turned down by {refusal.entries[0]} ({refusal.confidence:.2f}), {knows_none}")
        reasons.append(self._how_sure(typically, nearest))
        return Shortfall(nearest, tuple(filter(None, reasons)), standing)

    def answer_among(self, candidates: Sequence[Candidate]) -> Candidate | None:
        """The first candidate that is still an entry of kind "answer"."""
        entries = self._bot.knowledge.entries
        return next((one for one in candidates if one.entry in entries and entries[one.entry].kind == "answer"), None)

    def _reasons(
        self, reading: Reading, matches: Sequence[_Scored], answers: Sequence[_Scored], terms: Mapping[str, str]
    ) -> Iterator[str]:
        if not answers:
            yield "no entry has anything of it" if reading.normalised else "there are no words in it to go on"
            yield from self._about_others(reading, "")
            return
        match, _ = answers[0]
        yield from self._missing(match.entry, terms)
        yield from self._about_others(reading, match.entry)
        if match.agreement < 1:
            yield f"it is not about all of what was asked: {', '.join(self._strangers(match.entry, reading))}"
        yield from _rivals(matches, answers)

    def _how_sure(self, reply: Reply, nearest: Candidate | None) -> str:
        threshold = self._bot.thresholds.answer
        if reply.outcome == "answer":
            return "in this wording it is answered, in most others it is not"
        if nearest is None or nearest.confidence >= threshold:
            return ""
        return f"confidence {nearest.confidence:.2f}, below the {threshold:.2f} that an answer takes"

    def _families(self, entry: str) -> frozenset[str]:
        """The terms of the entry's phrasings."""
        return families(self._bot.index.phrasings[self._numbers[entry]].lists)

    def _has_any(self, entry: str, terms: Mapping[str, str]) -> bool:
        return not self._families(entry).isdisjoint(terms)

    def _missing(self, entry: str, terms: Mapping[str, str]) -> Iterator[str]:
        """The words that the entry's phrasings do not have, apart from those that no phrasing at all has."""
        own = self._families(entry)
        nowhere = [f'"{name}"' for term, name in terms.items() if term not in self._known]
        not_here = [f'"{name}"' for term, name in terms.items() if term in self._known and term not in own]
        if nowhere:
            yield f"no phrasing of any entry has {_listed(nowhere)}"
        if not_here:
            yield f"no phrasing of it has {_listed(not_here)}"

    def _about_others(self, reading: Reading, nearest: str) -> Iterator[str]:
        """The entry that would do if it were about what was named."""
        if not (reading.frameworks or reading.negated):
            return
        unnamed = replace(reading, frameworks=(), negated=())
        open_to_all = [pair for pair in self._bot.match(unnamed) if not pair[0].refuses][:1]
        for match, confidence in open_to_all:
            subjects = self._bot.knowledge.entries[match.entry].frameworks
            if match.entry != nearest and subjects and confidence >= self._bot.thresholds.choices:
                names = _listed([self._named(subject) for subject in subjects])
                yield f"{match.entry} comes near ({confidence:.2f}), but is about {names} only"

    def _strangers(self, entry: str, reading: Reading) -> list[str]:
        subjects = self._bot.knowledge.entries[entry].frameworks
        return [self._named(name) for name in reading.frameworks if name not in subjects]

    def _named(self, framework: str) -> str:
        known = self._bot.reader.lexicon.terms.get(framework)
        return known[0].name if known is not None else framework


def _standing(reply: Reply) -> Standing:
    if reply.outcome == "answer":
        return "answered"
    refused = bool(reply.entries) and reply.outcome in ("decline", "social")
    return "refused" if refused and reply.confidence >= SURE else "open"


def _majority(tried: Sequence[tuple[Reply, int]]) -> Standing:
    """What became of most of the times it was asked; open where that is no more than half."""
    times: Counter[Standing] = Counter()
    for reply, count in tried:
        times[_standing(reply)] += count
    common, most = times.most_common(1)[0]
    return common if 2 * most > times.total() else "open"


def _first(reply: Reply, answers: Sequence[_Scored]) -> Candidate | None:
    if reply.outcome == "answer":
        return Candidate(reply.entries[0], reply.confidence)
    return Candidate(answers[0][0].entry, answers[0][1]) if answers else None


def _answered(replies: Sequence[Reply]) -> Iterator[str]:
    shown = Counter(reply.entries[0] for reply in replies if reply.outcome == "answer")
    entry, _ = min(shown.items(), key=lambda pair: (-pair[1], pair[0]))
    answered = sum(shown.values())
    of_how_many = f" for {answered} of {len(replies)} wordings tried" if answered < len(replies) else ""
    yield f"today's knowledge answers it with {entry}{of_how_many}"


def _refused(reply: Reply) -> str:
    what = "is taken for small talk" if reply.outcome == "social" else "is turned down on purpose"
    return f"{what}: {reply.entries[0]} ({reply.confidence:.2f})"


def _rivals(matches: Sequence[_Scored], answers: Sequence[_Scored]) -> Iterator[str]:
    """Entries that come as near as the nearest."""
    match, confidence = answers[0]
    for other, near in answers[1:2]:
        if confidence - near <= CLOSE and near >= CLOSE:
            yield f"{other.entry} comes as near ({near:.2f})"
    for other, near in matches[:1]:
        if other.refuses and match.entry != other.entry and near > confidence - CLEAR_LEAD:
            yield f"{other.entry}, which turns questions down, comes nearer ({near:.2f})"


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence: a, b or c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
