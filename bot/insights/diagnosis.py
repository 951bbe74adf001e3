"""Diagnosis of unanswered questions: what comes nearest in today's knowledge, and what it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Literal

from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.dialog.reply import Candidate, Reply
from bot.insights.terms import terms_of, vocabulary_name
from bot.language.query import Query
from bot.retrieval.ranking import Match

Status = Literal["open", "refused", "answered"]
"""open: nothing answers it. refused: an entry declines it with confidence, and has phrasings about it. answered:
today's knowledge answers it."""

SURE = 0.8
"""Confidence (0..1) from which a refusal counts as meant. The bot refuses with less, because a wrong answer would be
worse; whether that was right is for a curator to see."""

WORDINGS = 5
"""Wordings of a cluster that are put to today's bot; the majority decides its status."""

CLOSE = 0.1
"""Difference in confidence up to which neither of two entries is clearly meant."""


class Diagnoser:
    """What one bot makes of questions."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._entries = bot.knowledge.entries
        self._known = terms_of(bot.index.idf)
        self._terms_of = cache(self._phrasings_terms)

    def diagnose(
        self, typical: str, wordings: Sequence[tuple[str, int]], terms: Mapping[str, str]
    ) -> tuple[Candidate | None, tuple[str, ...], Status]:
        """The entry of kind "answer" that comes nearest to the `typical` wording of one question, if any does; why it
        is not enough, or why it is now, in short sentences without a full stop; and the status.

        `wordings`: all of them with how often each was asked, the most frequent first. `terms`: those that they share
        (term -> name).
        """
        typically = self._bot.answer(Question(typical))
        tried = [(self._bot.answer(Question(text)), count) for text, count in wordings[:WORDINGS]]
        status = _majority(tried)
        query = self._bot.parse(typical)
        matches = self._bot.match(query)
        nearest = next((Candidate(match.entry, sure) for match, sure in matches if not match.refuses), None)
        if status == "answered":
            if typically.outcome == "answer":
                nearest = Candidate(typically.entries[0], typically.confidence)
            return nearest, (_answered([reply for reply, _ in tried]),), status
        reasons = list(self._reasons(query, matches, terms))
        if status == "refused":
            refusal = next(reply for reply, _ in tried if _status(reply) == "refused")
            entry = self._refusing(refusal, terms)
            if not terms or not self._terms_of(entry).isdisjoint(terms):
                what = "is taken for small talk" if refusal.outcome == "social" else "is declined on purpose"
                return nearest, (f"{what}: {entry} ({refusal.confidence:.2f})",), status
            # The wording was declined, not the subject: the refusal has no phrasing about what these questions share.
            status = "open"
            reasons.insert(0, f"is declined by {entry} ({refusal.confidence:.2f}), which has no phrasing about it")
        threshold = self._bot.thresholds.answer
        if typically.outcome == "answer":
            reasons.append("is answered in this wording, but not in most others")
        elif nearest is not None and nearest.confidence < threshold:
            reasons.append(f"confidence {nearest.confidence:.2f}, below the threshold of {threshold:.2f} for an answer")
        return nearest, tuple(reasons), status

    def _refusing(self, reply: Reply, terms: Mapping[str, str]) -> str:
        """The refusal that was given, or one as sure that has a phrasing about what the questions share."""
        sure = [one.entry for one in reply.candidates if one.confidence >= self._bot.thresholds.answer]
        refusals = [name for name in sure if self._entries[name].kind != "answer"]
        return next((name for name in refusals if not self._terms_of(name).isdisjoint(terms)), reply.entries[0])

    def first_answer(self, candidates: Sequence[Candidate]) -> Candidate | None:
        """The first candidate that is still an entry of kind "answer"."""
        known = (one for one in candidates if one.entry in self._entries)
        return next((one for one in known if self._entries[one.entry].kind == "answer"), None)

    def _reasons(self, query: Query, matches: Sequence[tuple[Match, float]], terms: Mapping[str, str]) -> Iterator[str]:
        answers = [pair for pair in matches if not pair[0].refuses]
        if not answers:
            yield "no entry has any of its words" if query.normalised else "it has no words"
            yield from self._about_others(query, "")
            return
        match, confidence = answers[0]
        own = self._terms_of(match.entry)
        nowhere = [f'"{name}"' for term, name in terms.items() if term not in self._known]
        not_here = [f'"{name}"' for term, name in terms.items() if term in self._known and term not in own]
        if nowhere:
            yield f"no phrasing of any entry has {_listed(nowhere)}"
        if not_here:
            yield f"no phrasing of it has {_listed(not_here)}"
        yield from self._about_others(query, match.entry)
        if match.agreement < 1:
            subjects = self._entries[match.entry].frameworks
            missing = [vocabulary_name(name, self._bot) for name in query.frameworks if name not in subjects]
            yield f"it is not about all of what was asked: {', '.join(missing)}"
        for other, near in answers[1:2]:
            if confidence - near <= CLOSE <= near:
                yield f"{other.entry} comes as near ({near:.2f})"
        refusal, near = matches[0]
        if refusal.refuses and near > confidence:
            yield f"{refusal.entry}, which declines questions, comes nearer ({near:.2f})"

    def _about_others(self, query: Query, nearest: str) -> Iterator[str]:
        """The entry that would match if it were about the frameworks that were named."""
        if not (query.frameworks or query.negated):
            return
        matches = self._bot.match(replace(query, frameworks=(), negated=()))
        match, confidence = next((pair for pair in matches if not pair[0].refuses), (None, 0.0))
        if match is None or match.entry == nearest or confidence < self._bot.thresholds.choices:
            return
        if subjects := self._entries[match.entry].frameworks:
            names = _listed([vocabulary_name(subject, self._bot) for subject in subjects])
            yield f"{match.entry} comes near ({confidence:.2f}), but is about {names} only"

    def _phrasings_terms(self, entry: str) -> frozenset[str]:
        """The terms of the entry's phrasings."""
        phrasings = self._entries[entry].phrasings
        return terms_of({name for text in phrasings for name in self._bot.parse(text).features})


def _status(reply: Reply) -> Status:
    if reply.outcome == "answer":
        return "answered"
    refused = bool(reply.entries) and reply.outcome in ("decline", "social")
    return "refused" if refused and reply.confidence >= SURE else "open"


def _majority(tried: Sequence[tuple[Reply, int]]) -> Status:
    """The status of most of the times it was asked; open where none has more than half."""
    times: Counter[Status] = Counter()
    for reply, count in tried:
        times[_status(reply)] += count
    common, most = times.most_common(1)[0]
    return common if 2 * most > times.total() else "open"


def _answered(replies: Sequence[Reply]) -> str:
    shown = Counter(reply.entries[0] for reply in replies if reply.outcome == "answer")
    entry = min(shown, key=lambda name: (-shown[name], name))
    of_how_many = f" for {shown.total()} of {len(replies)} wordings tried" if shown.total() < len(replies) else ""
    return f"today's knowledge answers it with {entry}{of_how_many}"


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence: a, b or c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
