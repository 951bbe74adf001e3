"""What the curators' tools make of a scripted month; the whole month is measured with `make month`."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from curation_ground import written

from adapters.cli import main
from adapters.terminal.check import probe
from bot.assembly import SHIPPED
from bot.curation.decision import decide
from bot.curation.target import Target
from bot.feedback import MOST_QUESTION
from bot.storage.masking import masked
from bot.store import Retention
from tests.month.playing import Clock, gathered, play, purge
from tests.month.proposing import Watched, is_right, outcomes
from tests.month.script import PERIOD, cases, month
from tests.month.topics import TOPICS

PROPOSED = ("gpu booking", "handhelds")
"""Found topics that a change is made for here; each takes some seconds."""

FEW = tuple(topic for topic in TOPICS if topic.name in ("data loaders", "handhelds"))

SOME_DAYS = 8


@pytest.fixture(scope="module")
def proposed(played_month):
    fates = [fate for fate in played_month.found.fates if fate.topic.name in PROPOSED]
    ground = Watched(Target(SHIPPED), today=PERIOD.after, probe=probe, cases=cases()[::12])
    return outcomes(fates, ground, played_month.material.notes)


class TestWhatTheReportFinds:
    def test_most_planted_topics_of_which_words_were_kept_are_found(self, played_month):
        assert played_month.found.recall_of_reachable >= 0.7
        assert played_month.found.recall >= 0.6

    def test_most_of_what_it_shows_as_open_is_worth_looking_at(self, played_month):
        assert played_month.found.precision >= 0.8

    def test_nearly_every_cluster_is_about_one_thing(self, played_month):
        assert played_month.found.purity >= 0.9

    def test_topics_that_nobody_answers_mostly_reach_it(self, played_month):
        fates = played_month.found.fates
        lost = sum(fate.misled + fate.small_talk for fate in fates)
        assert lost / sum(fate.asked for fate in fates) <= 0.4


class TestWhatIsProposed:
    def test_it_is_often_of_the_right_kind(self, played_month, shipped):
        found = [fate for fate in played_month.found.fates if fate.cluster is not None]
        notes = played_month.material.notes
        right = [fate for fate in found if is_right(decide(fate.cluster, shipped, notes), fate.topic)]
        assert len(right) >= 0.35 * len(found)

    def test_each_change_passes_the_check(self, proposed):
        assert len(proposed) == len(PROPOSED)
        assert all(one.proposal.changes for one in proposed)
        assert [one.proposal.errors for one in proposed] == [()] * len(PROPOSED)

    def test_wordings_that_nobody_said_are_found_more_often_and_none_less(self, proposed):
        assert not any(one.lowers for one in proposed)
        assert sum(one.raises for one in proposed) >= len(PROPOSED) - 1

    def test_no_labelled_question_fares_worse(self, proposed):
        assert not any(one.harm for one in proposed)


class TestItsFigures:
    def test_the_traffic_is_what_the_script_counted(self, played_month):
        exchanges, traffic = played_month.played.exchanges, played_month.report.traffic
        assert traffic.asked.now == len(exchanges)
        assert {name: trend.now for name, trend in traffic.endings} == _endings(exchanges)
        platforms = Counter(one.saying.place.platform for one in exchanges)
        assert {one.platform: one.asked.now for one in traffic.platforms} == platforms

    def test_the_votes_are_the_last_ones_of_each_person(self, played_month):
        votes = Counter((one.entry, one.helpful) for one in played_month.played.votes.values())
        told = {
            (one.entry, helpful): count
            for one in played_month.report.judged
            for helpful, count in ((True, one.helpful.part), (False, one.helpful.whole - one.helpful.part))
            if count
        }
        assert told == votes

    def test_every_question_that_was_kept_is_in_one_place(self, played_month):
        report = played_month.report
        told = Counter()
        for one in (*report.clusters, *report.singles):
            told[one.count] += 1
            assert len(set(one.questions)) == len(one.questions)
        assert sum(count * number for count, number in told.items()) == len(_kept_texts(played_month.played))

    async def test_they_are_the_same_on_each_database(self, url, shipped):
        clock = Clock()
        played = await play(month(100, topics=FEW), url, shipped, clock=clock)
        clock.now = PERIOD.ends
        material = await gathered(url, clock)
        assert sum(total.asked for total in material.totals) == 100
        assert sorted(question.text for question in material.questions) == sorted(_kept_texts(played))
        assert sum(one.helpful + one.unhelpful for one in material.votes) == len(played.votes)


class TestWhatIsNotKept:
    async def test_no_person_and_nothing_past_its_time_while_the_service_runs(self, url, shipped, everything):
        retention, clock = Retention(words=timedelta(days=2)), Clock()
        sayings = month(100, topics=FEW, days=SOME_DAYS, private=0.5)
        secrets = {part for one in sayings for part in (one.user, one.place.channel, one.secret) if part}
        looks = []

        def look(now):
            there = everything()
            looks.append(now)
            assert [secret for secret in secrets if secret in there] == []
            over = now - retention.words
            newer = "\n".join(masked(one.text, MOST_QUESTION) for one in sayings if one.at > over)
            old = {masked(one.text, MOST_QUESTION) for one in sayings if one.at <= over} - {""}
            assert [text for text in old if text not in newer and _telling(text) and text in there] == []

        played = await play(sayings, url, shipped, clock=clock, retention=retention, watch=look)
        assert len(looks) >= 4 * (SOME_DAYS - 1)
        assert _kept_texts(played)

    async def test_what_was_answered_or_is_of_a_place_without_words_is_not_there(self, url, shipped, everything):
        played = await play(month(100, topics=FEW, days=SOME_DAYS, private=0.5), url, shipped, clock=Clock())
        there, kept = everything(), "\n".join(_kept_texts(played))
        others = [masked(one.saying.text, MOST_QUESTION) for one in played.exchanges if not one.kept]
        assert [text for text in others if _telling(text) and text not in kept and text in there] == []
        assert all(text in there for text in _kept_texts(played))

    async def test_after_retention_counts_are_left_and_no_word_and_nobody(self, url, shipped, everything, kept_rows):
        clock = Clock()
        played = await play(month(100, topics=FEW, days=SOME_DAYS, private=0.5), url, shipped, clock=clock)
        assert played.reasons
        clock.now += Retention().words + timedelta(hours=1)
        await purge(url, clock)
        there, rows = everything(), kept_rows()
        assert [text for text in _kept_texts(played) if _telling(text) and text in there] == []
        assert [text for text in played.reasons if text in there] == []
        assert [secret for secret in played.secrets if secret in there] == []
        assert {row["user_hash"] for table in rows.values() for row in table if "user_hash" in row} == {None}
        assert len(rows["feedback"]) == len(played.votes)
        assert sum(row["asked"] for row in rows["tallies"]) == 100

        clock.now += Retention().counts
        await purge(url, clock)
        rows = kept_rows()
        assert {table for table, found in rows.items() if found} <= {"alembic_version", "channels", "marks"}

    def test_what_is_written_for_curators_has_masked_words_only(self, played_month, tmp_path, monkeypatch, capsys):
        monkeypatch.setenv("DATABASE_URL", played_month.url)
        monkeypatch.chdir(tmp_path)
        when = ("--since", str(PERIOD.since), "--until", str(PERIOD.last))
        written(small := tmp_path / "small")

        assert main(["report", *when, "--html", "report.html"]) == 0
        assert main(["propose", *when, "--knowledge", str(small), "--all", "--out", "patches"]) == 0
        told = capsys.readouterr()
        assert main(["report", *when, "--json"]) == 0
        document = capsys.readouterr().out
        files = [tmp_path / "report.html", *sorted((tmp_path / "patches").iterdir())]
        assert len(files) > 5
        everything = "\n".join([told.out, told.err, document, *(file.read_text("utf-8") for file in files)])
        assert [secret for secret in played_month.played.secrets if secret in everything] == []

        report = json.loads(document)
        questions = {text for one in (*report["clusters"], *report["singles"]) for text in one["questions"]}
        assert questions == set(_kept_texts(played_month.played))


def _endings(exchanges):
    names = {"answer": "answered", "choices": "offered", "social": "social"}
    counted = Counter(names.get(one.outcome, "refused" if one.entry else "unknown") for one in exchanges)
    return {name: counted[name] for name in ("answered", "offered", "unknown", "refused", "social")}


def _kept_texts(played):
    return [masked(one.saying.text, MOST_QUESTION) for one in played.exchanges if one.kept]


def _telling(text):
    """Whether a text cannot stand in a database by chance, as "hello" may."""
    return len(text) >= 16
