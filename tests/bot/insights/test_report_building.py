"""What a report says, from what was gathered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from questions import saved

from bot.insights.report import MOST_QUESTIONS, Material, Period, Share, Trend, build, gather
from bot.storage.records import Feedback, Note, Retention, Tally, Total, Unanswered, Votes
from knowledge.model import MAX_AGE, Statement
from tests.bot.small_knowledge import bot, entry
from tests.storing import add, opened, record

PERIOD = Period(date(2026, 11, 2), date(2026, 11, 8))
NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def small():
    return bot()


def material(**more):
    return Material(**{"period": PERIOD, "now": NOW, "retention": Retention(), **more})


def note(entry="beyond.jax", *, helpful=False, reason=None, suggested=None):
    return Note(entry, helpful, reason, suggested, "small", NOW)


class TestPeriod:
    def test_both_ends_belong_to_them(self):
        assert (PERIOD.count, PERIOD.after) == (7, date(2026, 11, 9))
        assert PERIOD.times == (datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC))

    def test_as_many_come_right_before(self):
        assert PERIOD.before == Period(date(2026, 10, 26), date(2026, 11, 1))
        assert Period(PERIOD.last, PERIOD.last).before == Period(date(2026, 11, 7), date(2026, 11, 7))


class TestFigures:
    def test_there_is_no_share_of_nothing(self):
        assert str(Share(0, 0)) == "-"
        assert str(Share(7, 12)) == "58.3 %"


class TestTraffic:
    def test_questions_are_counted_by_how_they_ended(self, small):
        now = [
            Total("slack", "answer", "beyond.jax", 8),
            Total("discord", "answer", "choose.mobile", 1),
            Total("slack", "choices", "beyond.jax", 2),
            Total("slack", "decline", "", 1),
            Total("slack", "decline", "decline.code-help", 5),
            Total("slack", "social", "social.greeting", 7),
        ]
        figures = build(material(totals=now, totals_before=(Total("slack", "answer", "x", 4),)), small).traffic
        assert figures.asked == Trend(24, 4)
        assert dict(figures.endings) == {
            "answered": Trend(9, 4),
            "offered": Trend(2, 0),
            "unknown": Trend(1, 0),
            "refused": Trend(5, 0),
            "social": Trend(7, 0),
        }

    def test_refusals_and_small_talk_are_no_failures(self, small):
        now = [
            Total("slack", "answer", "x", 3),
            Total("slack", "decline", "", 1),
            Total("slack", "decline", "decline.off-topic", 50),
            Total("slack", "social", "social.greeting", 50),
        ]
        assert build(material(totals=now), small).traffic.answered == Share(3, 4)

    def test_entries_shown_are_those_that_answered(self, small):
        now = [
            Total("slack", "answer", "beyond.jax", 2),
            Total("discord", "answer", "beyond.jax", 2),
            Total("slack", "answer", "gone.away", 3),
            Total("slack", "choices", "choose.mobile", 9),
            Total("slack", "decline", "decline.off-topic", 9),
        ]
        shown = build(material(totals=now, totals_before=[Total("slack", "answer", "beyond.jax", 1)]), small).shown
        assert [(one.entry, one.title, one.times) for one in shown] == [
            ("beyond.jax", "About beyond.jax", Trend(4, 1)),
            ("gone.away", None, Trend(3, 0)),
        ]


class TestJudgements:
    def test_the_most_unhelpful_votes_come_first_then_the_fewest_helpful(self, small):
        votes = [Votes("a.once", 0, 1), Votes("b.often", 30, 70), Votes("c.well", 99, 1), Votes("d.twice", 0, 2)]
        judged = build(material(votes=votes), small).judged
        assert [one.entry for one in judged] == ["b.often", "d.twice", "a.once", "c.well"]
        assert (judged[0].helpful, judged[0].unhelpful, judged[0].votes) == (30, 70, 100)

    def test_reasons_and_suggestions_belong_to_their_entry(self, small):
        notes = [
            note(reason="too old", suggested="choose.mobile"),
            note(suggested="choose.mobile"),
            note(suggested="beyond.litert"),
            note("choose.mobile", helpful=True, reason="thanks"),
        ]
        votes = [Votes("beyond.jax", 0, 3), Votes("choose.mobile", 1, 0)]
        jax, mobile = build(material(votes=votes, notes=notes), small).judged
        assert [(one.reason, one.suggested) for one in jax.remarks] == [
            ("too old", "choose.mobile"),
            (None, "choose.mobile"),
            (None, "beyond.litert"),
        ]
        assert [one.reason for one in mobile.remarks] == ["thanks"]

    def test_an_entry_that_is_gone_has_no_title(self, small):
        judged = build(material(votes=[Votes("gone.away", 1, 2), Votes("", 0, 3)]), small).judged
        assert {one.entry: one.title for one in judged} == {"gone.away": None, "": None}


class TestQuestions:
    def test_what_is_open_comes_before_what_was_declined(self, small):
        asked = [*[saved("tell me a joke")] * 5, *[saved("opacus")] * 2, saved("best pizza in town"), saved("zebras")]
        report = build(material(questions=asked), small)
        assert [(one.representative, one.status) for one in report.clusters] == [
            ("opacus", "open"),
            ("tell me a joke", "refused"),
        ]
        assert [one.representative for one in report.singles] == ["zebras", "best pizza in town"]


class TestStaleEntries:
    def test_what_was_checked_long_ago_is_listed_the_most_shown_first(self):
        old, older, new = date(2025, 5, 1), date(2025, 4, 1), date(2026, 11, 1)
        base = bot(
            entry("a.old", "zebra one", checked_on=old),
            entry("b.older", "zebra two", checked_on=older),
            entry("c.new", "zebra three", checked_on=new),
            entry("d.part", "zebra four", checked_on=new, since=(Statement(text="Since.", checked_on=older),)),
            entry("e.refusal", "zebra five", checked_on=old, kind="decline"),
            entry("f.undated", "zebra six", checked_on=None),
        )
        report = build(material(totals=[Total("slack", "answer", "a.old", 3)]), base)
        assert [(one.entry, one.checked_on, one.shown) for one in report.stale] == [
            ("a.old", old, 3),
            ("b.older", older, 0),
            ("d.part", older, 0),
        ]

    def test_the_age_is_that_of_the_checks(self):
        base = bot(
            entry("a.recent", "zebra one", checked_on=NOW.date() - MAX_AGE["judgement"]),
            entry("b.old", "zebra two", checked_on=NOW.date() - MAX_AGE["judgement"] - timedelta(days=1)),
        )
        report = build(material(), base)
        assert [one.entry for one in report.stale] == ["b.old"]


class TestCaveats:
    def caveats(self, small, **more):
        return " ".join(build(material(**more), small).caveats)

    def asked(self, count):
        return (Total("slack", "answer", "beyond.jax", count),)

    def test_there_are_none_where_all_is_well(self, small):
        assert build(material(totals=self.asked(100), totals_before=self.asked(100)), small).caveats == ()

    def test_an_empty_store_is_called_that(self, small):
        report = build(material(), small)
        assert report.caveats == ("Nothing was asked in this period, as far as it was counted.",)
        assert (report.clusters, report.singles, report.judged, report.shown) == ((), (), (), ())
        assert report.traffic.answered.whole == 0

    def test_small_numbers_get_a_warning(self, small):
        assert "With 29 asked" in self.caveats(small, totals=self.asked(29))

    def test_a_day_that_is_not_over_is_mentioned(self, small):
        assert "not over yet" in self.caveats(small, now=PERIOD.times[1] - timedelta(hours=1), totals=self.asked(99))

    def test_words_that_are_deleted_are_named(self, small):
        found = self.caveats(small, retention=Retention(words=timedelta(days=3)), totals=self.asked(99))
        assert found == "Questions and reasons from before 2026-11-06 have been deleted."

    def test_a_service_that_saves_no_questions_says_so(self, small):
        found = self.caveats(small, retention=Retention(words=timedelta(0)), totals=self.asked(99))
        assert found.startswith("No questions are saved (FRAMEWORK_BOT_RETENTION_DAYS is 0)")

    def test_unanswered_questions_without_words_are_counted(self, small):
        totals = [Total("slack", "decline", "", 30), Total("slack", "choices", "beyond.jax", 10)]
        assert "The words of 1 of 40 unanswered" in self.caveats(small, totals=totals, questions=[saved("opacus")])

    def test_more_questions_than_are_read_are_mentioned(self, small):
        asked = [saved("opacus")] * MOST_QUESTIONS
        assert "than the newest 10,000" in self.caveats(small, totals=self.asked(99), questions=asked)


@pytest.fixture
async def store(tmp_path):
    async with opened(f"sqlite:///{tmp_path / 'store.sqlite3'}", clock=lambda: NOW) as store:
        yield store


class TestGathering:
    async def fill(self, store, day, tenant, text):
        at = datetime(2026, 11, day, 23, 59, tzinfo=UTC) if day > 1 else datetime(2026, 11, 1, tzinfo=UTC)
        await add(store.tallies, {Tally(tenant, "slack", "decline"): 1}, day=at.date())
        asked = {"platform": "slack", "tenant": tenant, "knowledge_version": "small"}
        await record(
            store.unanswered,
            Unanswered(**asked, channel_kind="channel", text=text, outcome="decline", candidates=()),
            at=at,
        )
        await record(
            store.feedback,
            Feedback(**asked, user="U1", answer=text, entry="beyond.jax", helpful=False, reason=text),
            at=at,
        )

    async def test_it_reads_the_period_and_the_one_before(self, store):
        for day, text in ((1, "before"), (2, "first day"), (8, "last day"), (9, "after")):
            await self.fill(store, day, "slack:T1", text)
        found = await gather(store, PERIOD, now=NOW, retention=Retention())
        assert [one.text for one in found.questions] == ["last day", "first day"]
        assert [one.reason for one in found.notes] == ["last day", "first day"]
        assert found.votes == (Votes("beyond.jax", 0, 2),)
        assert (found.totals, found.totals_before) == (
            (Total("slack", "decline", "", 2),),
            (Total("slack", "decline", "", 1),),
        )

    async def test_it_reads_one_tenant_alone(self, store):
        for tenant in ("slack:T1", "slack:T2"):
            await self.fill(store, 3, tenant, f"in {tenant}")
            await self.fill(store, 1, tenant, f"before in {tenant}")
        found = await gather(store, PERIOD, now=NOW, retention=Retention(), tenant="slack:T2")
        assert [one.text for one in found.questions] == ["in slack:T2"]
        assert [one.reason for one in found.notes] == ["in slack:T2"]
        assert [one.asked for one in (*found.totals, *found.totals_before)] == [1, 1]
        assert found.votes == (Votes("beyond.jax", 0, 1),)
