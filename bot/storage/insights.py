"""What curators learn from: feedback, unanswered questions, and counts by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, func, insert, select

from bot.dialog.reply import Candidate
from bot.storage.channels import settings_in
from bot.storage.database import Repository, Row, as_record, as_row
from bot.storage.masking import single_line
from bot.storage.records import Feedback, Note, StoredQuestion, Tally, Total, Unanswered, Votes
from bot.storage.schema import NAME, feedback, tallies, unanswered

MOST_CANDIDATES = 10
"""Candidates that are stored of a question."""


class FeedbackRecords(Repository):
    """One vote a user and answer."""

    async def record_all(self, given: Sequence[tuple[Feedback, datetime]]) -> None:
        """Store votes and when each was given, in place of the same user's earlier one on the same answer.

        A reason is left out where the channel, its tenant or the retention allows no words.
        """
        key = ("user_hash", "answer")
        latest = self._database.upsert(feedback, key, {*feedback.c.keys()} - {*key, "id"})
        async with self._database.writing():
            settings = await settings_in(self._database, [(vote.tenant, vote.channel) for vote, _ in given])
            rows = [
                as_row(
                    feedback,
                    vote,
                    user_hash=self._pseudonyms.user(vote.platform, vote.user),
                    answer=self._pseudonyms.answer(vote.answer),
                    reason=vote.reason if chosen.keep_words and self._retention.words else None,
                    suggested=vote.suggested or None,
                    given_at=at,
                )
                for (vote, at), chosen in zip(given, settings, strict=True)
            ]
            # In one order, so that replicas cannot deadlock; sorting is stable, so that the later of two comes last.
            rows.sort(key=itemgetter(*key))
            await self._database.write(latest, rows)

    async def votes(self, since: datetime, until: datetime, *, tenant: str | None = None) -> tuple[Votes, ...]:
        """The votes on each entry from `since` to before `until`, by entry id."""
        entry = feedback.c.entry
        helpful = func.count().filter(feedback.c.helpful.is_(True)).label("helpful")
        unhelpful = func.count().filter(feedback.c.helpful.is_(False)).label("unhelpful")
        counted = select(entry, helpful, unhelpful).where(_within(feedback.c.given_at, since, until, tenant))
        return await self._database.read_as(Votes, counted.group_by(entry).order_by(entry))

    async def notes(
        self, since: datetime, until: datetime, *, tenant: str | None = None, limit: int = 1_000
    ) -> tuple[Note, ...]:
        """Votes with a reason or a suggestion, newest first."""
        worded = feedback.c.reason.is_not(None) | feedback.c.suggested.is_not(None)
        wanted = select(feedback).where(_within(feedback.c.given_at, since, until, tenant), worded)
        return await self._database.read_as(Note, wanted.order_by(feedback.c.id.desc()).limit(limit))


class UnansweredQuestions(Repository):
    """Questions without their authors, for as long as words are stored."""

    async def record_all(self, asked: Sequence[tuple[Unanswered, datetime]]) -> None:
        """Store questions and when each was asked, except where words may not be stored or masking left none."""
        since = self._clock() - self._retention.words
        worded = [(question, at) for question, at in asked if question.text and at > since]
        async with self._database.writing():
            settings = await settings_in(
                self._database, [(question.tenant, question.channel) for question, _ in worded]
            )
            stored = [one for one, chosen in zip(worded, settings, strict=True) if chosen.keep_words]
            if stored:
                # With RETURNING all rows go in one statement.
                rows = [_row(question, at) for question, at in stored]
                await self._database.write(insert(unanswered).returning(unanswered.c.id), rows)

    async def between(
        self, since: datetime, until: datetime, *, tenant: str | None = None, limit: int = 10_000
    ) -> tuple[StoredQuestion, ...]:
        """Questions from `since` to before `until`, newest first."""
        period = _within(unanswered.c.asked_at, since, until, tenant)
        wanted = select(unanswered).where(period).order_by(unanswered.c.id.desc()).limit(limit)
        return tuple(
            as_record(StoredQuestion, row, candidates=tuple(Candidate(**one) for one in row["candidates"]))
            for row in await self._database.read(wanted)
        )

    async def remove(self, tenant: str, texts: Sequence[str]) -> None:
        """Delete what a workspace asked in these words."""
        await self._database.write(
            delete(unanswered).where(unanswered.c.tenant == tenant, unanswered.c.text.in_(texts))
        )
        await self._database.vacuum()


def _row(question: Unanswered, asked_at: datetime) -> Row:
    candidates = [
        {"entry": single_line(candidate.entry, NAME), "confidence": candidate.confidence}
        for candidate in question.candidates[:MOST_CANDIDATES]
    ]
    return as_row(unanswered, question, candidates=candidates, asked_at=asked_at)


class Tallies(Repository):
    """Counts by day (UTC), tenant, platform, outcome and entry."""

    async def add_all(self, counts: Sequence[tuple[date, Tally, int]]) -> None:
        """Add counts to those of their days, in one transaction."""
        # Always in one order, so that replicas cannot deadlock.
        ordered = sorted(counts, key=lambda item: (item[0], astuple(item[1])))
        rows = [as_row(tallies, tally, day=day, asked=count) for day, tally, count in ordered]
        new = self._database.insert(tallies)
        added = new.on_conflict_do_update(
            index_elements=list(tallies.primary_key.columns), set_={"asked": tallies.c.asked + new.excluded.asked}
        )
        if rows:
            await self._database.write(added, rows)

    async def between(self, since: date, until: date, *, tenant: str | None = None) -> tuple[Total, ...]:
        """Totals from the day `since` to before the day `until`, the most asked first."""
        asked = func.sum(tallies.c.asked).label("asked")
        kinds = (tallies.c.platform, tallies.c.outcome, tallies.c.entry)
        wanted = select(*kinds, asked).where(_within(tallies.c.day, since, until, tenant))
        return await self._database.read_as(Total, wanted.group_by(*kinds).order_by(asked.desc(), *kinds))


def _within(column: Column[Any], since: date, until: date, tenant: str | None) -> ColumnElement[bool]:
    """Rows of a period, and of one tenant where it is given."""
    period = (column >= since) & (column < until)
    return period if tenant is None else period & (column.table.c.tenant == tenant)
