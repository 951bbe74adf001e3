"""The report as a page: proper, needing nothing else, and readable by everybody."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cli.report import ON_PAGE, page
from bot.dialog.reply import Candidate
from bot.insights.clusters import Cluster
from bot.insights.report import Judged, Material, Period, Report, Shown, Stale, Trend, build, traffic
from bot.storage.records import Note, Retention, Total
from tests.bot.small_knowledge import bot
from tests.web_reading.page import proper

NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)
NASTY = "<script>alert('x')</script> & \"quoted\" <b>bold</b> </main>"


def cluster(text=NASTY, *, count=2, status="open", others=(), terms=("opacus",)):
    return Cluster(
        representative=text,
        questions=(text, *others),
        count=count,
        terms=terms,
        nearest=Candidate("choose.mobile", 0.31),
        why=(f'no phrasing of it has "{text}"',),
        first_seen=NOW - timedelta(days=3),
        last_seen=NOW,
        status=status,
    )


def filled(text=NASTY):
    """A report that has something of everything."""
    return Report(
        period=Period(date(2026, 11, 3), date(2026, 11, 9)),
        tenant=f"slack:{text}",
        made_at=NOW,
        knowledge_version=text,
        traffic=traffic(
            [Total("slack", "answer", "choose.mobile", 40), Total("discord", "decline", "", 9)],
            [Total("slack", "answer", "choose.mobile", 30), Total("slack", "choices", "choose.mobile", 3)],
        ),
        shown=(Shown("choose.mobile", text, Trend(40, 30)), Shown("gone.away", None, Trend(1, 0))),
        judged=(
            Judged(
                entry=text,
                title=text,
                helpful=1,
                unhelpful=3,
                remarks=(Note(text, False, text, text, text, NOW),),
            ),
        ),
        clusters=(
            cluster(text, others=("another wording",)),
            cluster(f"refused {text}", status="refused"),
            cluster(f"answered {text}", status="answered"),
        ),
        singles=(cluster(text, count=1),),
        stale=(Stale("choose.mobile", text, date(2026, 1, 1), 40),),
        caveats=(f"Something about {text}.",),
    )


@pytest.fixture(scope="module")
def empty():
    """A report on a service that nobody has asked anything."""
    period = Period(date(2026, 11, 3), date(2026, 11, 9))
    return build(Material(period=period, now=NOW, retention=Retention()), bot())


def words(text):
    return " ".join(text.split())


def test_it_is_proper_with_something_of_everything():
    shown = proper(page(filled("plain words")))
    assert shown.language == "en"
    assert shown.title == "Report on 2026-11-03 to 2026-11-09 (7 days) - framework-bot"
    assert [words for level, words in shown.headings if level == 2] == [
        "How it ended",
        "Asked and not answered",
        "Declined on purpose",
        "Answered by today's knowledge",
        "Asked once",
        "What people thought of the answers",
        "Most shown",
        "Due for a check",
    ]


def test_the_sections_can_be_jumped_to():
    shown = proper(page(filled("plain words")))
    assert list(shown.links.values()) == [
        f"#{name}" for name in "ended open refused answered once judged shown stale".split()
    ]


def test_clusters_are_numbered():
    shown = proper(page(filled("plain words")))
    numbered = [words for level, words in shown.headings if level == 3 and words[0].isdigit()]
    assert numbered == ['1. "plain words"', '2. "refused plain words"', '3. "answered plain words"']


def test_each_section_is_named_by_its_heading():
    text = page(filled("plain words"))
    for name in re.findall(r'<section aria-labelledby="([a-z-]+)">', text):
        assert f'<h2 id="{name}">' in text
    assert text.count("<section") == 8


def test_an_empty_store_gives_a_proper_page_without_tables(empty):
    text = page(empty)
    assert "Nothing was asked" in proper(text).text
    assert "<table" not in text


def test_what_people_typed_is_shown_and_never_run():
    text = page(filled())
    assert not re.search(r"<(script|b)\b", text)
    assert text.count("</main>") == 1
    shown = proper(text)
    assert words(NASTY) in words(shown.text)


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=60)
def test_whatever_was_typed_the_page_stays_proper(text):
    written = page(filled(text))
    proper(written)
    written.encode()


def test_it_needs_nothing_from_elsewhere():
    text = page(filled())
    assert not re.search(r'\b(?:src|srcset|data|action|poster)="', text)
    assert set(re.findall(r'href="([^"#]*)', text)) == {""}
    assert "url(" not in text
    assert "@import" not in text


def test_its_policy_allows_its_own_style_and_nothing_else():
    text = page(filled())
    style = text.partition("<style>")[2].partition("</style>")[0]
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{hashed}'"
    assert f'content="{policy}"' in text
    assert ' style="' not in text


class TestTables:
    def test_figures_are_in_tables_with_bars(self):
        text = " ".join(page(filled("plain words")).split())
        assert (
            '<th scope="row">answered</th> <td class="figures">40</td> <td class="figures">30</td> '
            '<td aria-hidden="true"><meter max="49" value="40"></meter></td>'
        ) in text
        assert '<th scope="row">choose.mobile (plain words)</th> <td class="figures">2026-01-01</td>' in text

    def test_bars_of_nothing_have_a_length_of_none(self):
        report = filled("plain words")
        text = page(replace(report, shown=(Shown("choose.mobile", "Mobile", Trend(0, 0)),)))
        assert '<meter max="1" value="0"></meter>' in text


class TestPhones:
    def test_the_page_is_as_wide_as_the_screen(self):
        assert 'content="width=device-width, initial-scale=1"' in page(filled())

    def test_nothing_has_a_fixed_width(self):
        style = page(filled()).partition("<style>")[2].partition("</style>")[0]
        # But what only a screen reader reads, and a picture of two lines' height.
        assert re.findall(r"(?<![a-z-])width:(?!100%|1px|2\.1rem)[^;}]+", style) == []

    def test_wide_tables_scroll_by_themselves_and_by_key(self):
        text = page(filled())
        assert text.count("<table>") == len(
            re.findall(r'<div class="wide" role="region" aria-label="[^"]+" tabindex="0"', text)
        )

    def test_it_is_dark_where_the_reader_wants_it_dark(self):
        assert "@media (prefers-color-scheme:dark)" in page(filled())


def test_many_wordings_are_folded_away_and_cut():
    others = tuple(f"wording {number}" for number in range(ON_PAGE.wordings + 4))
    report = replace(filled("plain words"), clusters=(cluster("plain words", count=99, others=others),))
    _, _, folded = page(report).partition("<details>")
    assert f"wording {ON_PAGE.wordings - 1}" in folded
    assert f"wording {ON_PAGE.wordings}" not in folded
    assert "And 4 more wordings." in folded


def test_it_is_the_same_for_the_same_report():
    assert page(filled()) == page(filled())
