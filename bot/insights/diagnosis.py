"""Diagnosis of unanswered questions: what comes nearest in today's knowledge, and what it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal

from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.dialog.reply import Candidate, Reply
from bot.insights.terms import terms_of

Status = Literal["open", "refused", "answered"]
"""open: nothing answers it. refused: an entry declines it with confidence, and has phrasings about it. answered:
today's knowledge answers it."""

SURE = 0.8
"""Confidence (0..1) from which a refusal counts as meant. The bot refuses with less, because a wrong answer would be
worse; whether that was right is for a curator to see."""

WORDINGS = 5
"""Wordings of a cluster that are put to today's bot; the majority decides its status."""


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
        tried = [(self._bot.answer(Question(text)), count) for text, count in wordings[:WORDINGS]]
        matches = self._bot.match(self._bot.parse(typical))
        nearest = next((Candidate(match.entry, sure) for match, sure in matches if not match.refuses), None)
        status = _majority(tried)
        reasons: list[str] = []
        if status != "open":
            reply = next(reply for reply, _ in tried if _status(reply) == status)
            entry, confidence = reply.entries[0], reply.confidence
            if status == "answered":
                return Candidate(entry, confidence), (f"today's knowledge answers it with {entry}",), status
            if not terms or not self._terms_of(entry).isdisjoint(terms):
                what = "is taken for small talk" if reply.outcome == "social" else "is declined on purpose"
                return nearest, (f"{what}: {entry} ({confidence:.2f})",), status
            # The wording was declined, not the subject: the refusal has no phrasing about what these questions share.
            reasons.append(f"is declined by {entry} ({confidence:.2f}), which has no phrasing about it")
        return nearest, (*reasons, *self._reasons(nearest, terms)), "open"

    def _reasons(self, nearest: Candidate | None, terms: Mapping[str, str]) -> Iterator[str]:
        """Why the nearest entry is not enough for questions that share these terms."""
        if nearest is None:
            yield "no entry has any of its words"
            return
        own, threshold = self._terms_of(nearest.entry), self._bot.thresholds.answer
        nowhere = [f'"{name}"' for term, name in terms.items() if term not in self._known]
        not_here = [f'"{name}"' for term, name in terms.items() if term in self._known and term not in own]
        if nowhere:
            yield f"no phrasing of any entry has {_listed(nowhere)}"
        if not_here:
            yield f"no phrasing of it has {_listed(not_here)}"
        if nearest.confidence < threshold:
            yield f"confidence {nearest.confidence:.2f}, below the threshold of {threshold:.2f} for an answer"

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


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence: a, b or c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
