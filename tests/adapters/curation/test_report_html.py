"""The report as a page: proper, needing nothing else, and readable by everybody."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.curation.charts import CHART_STYLE, Bar, chart
from adapters.curation.html import page
from adapters.curation.sections import MOST_WORDINGS
from bot.curation.clustering import Cluster
from bot.curation.days import Days
from bot.curation.gathering import Material
from bot.curation.judged import Judged, Remark
from bot.curation.report import Report, Stale, build
from bot.curation.shares import Share, Trend
from bot.curation.traffic import Shown, traffic
from bot.feedback import Total
from bot.reply import Candidate
from bot.storage.retention import Retention
from tests.bot.small_knowledge import bot
from tests.web_reading.page import proper

NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)
NASTY = "<script>alert('x')</script> & \"quoted\" <b>bold</b> </main>"


def cluster(text=NASTY, *, count=2, standing="open", others=(), terms=("opacus",)):
    return Cluster(
        representative=text,
        questions=(text, *others),
        count=count,
        terms=terms,
        nearest=Candidate("choose.mobile", 0.31),
        why=(f'no phrasing of it has "{text}"',),
        first_seen=NOW - timedelta(days=3),
        last_seen=NOW,
        standing=standing,
        platforms=(("slack", count),),
        earlier=1,
    )


def filled(text=NASTY):
    """A report that has something of everything."""
    return Report(
        period=Days(date(2026, 11, 3), date(2026, 11, 9)),
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
                helpful=Share(1, 4),
                unhelpful=Share(3, 4),
                remarks=(Remark(helpful=False, reason=text, suggested=text, given_at=NOW),),
                suggested=((text, 1),),
            ),
        ),
        clusters=(
            cluster(text, others=("another wording",)),
            cluster(f"refused {text}", standing="refused"),
            cluster(f"answered {text}", standing="answered"),
        ),
        singles=(cluster(text, count=1),),
        stale=(Stale("choose.mobile", text, date(2026, 1, 1), 312, 40),),
        stale_after=180,
        unasked=("beyond.jax", text),
        answers=5,
        caveats=(f"Something about {text}.",),
    )


@pytest.fixture(scope="module")
def empty():
    """A report on a service that nobody has asked anything."""
    days = Days(date(2026, 11, 3), date(2026, 11, 9))
    return build(Material(period=days, now=NOW, retention=Retention()), bot())


def without_charts(text):
    return re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)


def charts(text):
    return [ET.fromstring(drawn) for drawn in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def words(text):
    return " ".join(text.split())


def test_it_is_proper_with_something_of_everything():
    shown = proper(without_charts(page(filled("plain words"))))
    assert shown.language == "en"
    assert shown.title == "Report on 2026-11-03 to 2026-11-09 (7 days) - framework-bot"
    assert [words for level, words in shown.headings if level == 2] == [
        "How it ended",
        "Asked and not answered",
        "Turned down on purpose",
        "Answered by today's knowledge",
        "Asked once",
        "What people thought of the answers",
        "Most shown",
        "Checked more than 180 days ago",
        "Never asked for in this time",
    ]


def test_the_sections_can_be_jumped_to():
    shown = proper(without_charts(page(filled("plain words"))))
    assert list(shown.links.values()) == [
        f"#{name}" for name in "ended open refused answered once judged shown stale unasked".split()
    ]


def test_clusters_have_the_numbers_that_propose_takes():
    shown = proper(without_charts(page(filled("plain words"))))
    numbered = [words for level, words in shown.headings if level == 3 and words[0].isdigit()]
    assert numbered == ["1. “plain words”", "2. “refused plain words”", "3. “answered plain words”"]


def test_each_section_is_named_by_its_heading():
    text = page(filled("plain words"))
    for name in re.findall(r'<section aria-labelledby="([a-z-]+)">', text):
        assert f'<h2 id="{name}">' in text
    assert text.count("<section") == 9


def test_an_empty_store_gives_a_proper_page_without_charts(empty):
    text = page(empty)
    assert "Nothing was asked" in proper(text).text
    assert "<svg" not in text
    assert "Never asked" not in text


def test_what_people_typed_is_shown_and_never_run():
    text = page(filled())
    assert not re.search(r"<(script|b)\b", text)
    assert text.count("</main>") == 1
    shown = proper(without_charts(text))
    assert words(NASTY) in words(shown.text)


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=60)
def test_whatever_was_typed_the_page_stays_proper(text):
    written = page(filled(text))
    proper(without_charts(written))
    assert charts(written)
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
    assert f'content="{policy.replace(chr(39), "&#x27;")}"' in text
    assert ' style="' not in text


class TestCharts:
    def test_each_has_a_name_a_description_and_its_table(self):
        text = page(filled("plain words"))
        for drawn in charts(text):
            title, about = drawn[0], drawn[1]
            assert (title.tag, about.tag) == ("title", "desc")
            assert drawn.attrib["role"] == "img"
            assert drawn.attrib["aria-labelledby"] == f"{title.attrib['id']} {about.attrib['id']}"
            assert title.text
            assert about.text
        assert (
            len(re.findall(r"</figcaption></figure><div class=\"wide\"[^>]*><table>", text)) == len(charts(text)) == 4
        )

    def test_the_table_has_the_figures_of_the_chart(self):
        text = page(filled("plain words"))
        assert '<th scope="row">answered</th><td class="figures">40</td><td class="figures">30</td>' in text
        assert "Of 49 asked: answered 40, choices offered 0, not known 9." in text

    def test_bars_are_as_long_as_their_values(self):
        drawn = ET.fromstring(chart("c", "T", "D", [Bar("one", 4, "4", 8), Bar("two", 2, "2", 0)]))
        bars = [float(one.attrib["width"]) for one in drawn.iter("rect") if one.attrib["class"] == "bar"]
        marks = [float(one.attrib["x1"]) for one in drawn.iter("line")]
        assert bars == [150.0, 75.0]
        assert marks == [298.5, 1.5]

    def test_bars_of_nothing_are_drawn_too(self):
        assert ET.fromstring(chart("c", "T", "D", [Bar("one", 0, "0")])).attrib["viewBox"] == "0 0 300 38"

    def test_they_fit_the_narrowest_phone_and_take_their_colours_from_the_page(self):
        drawn = ET.fromstring(chart("c", "T", "D", [Bar("w" * 90, 1, "1")]))
        assert float(drawn.attrib["viewBox"].split()[2]) <= 320
        assert len(next(drawn.iter("text")).text) <= 30
        assert re.findall(r"(?:fill|stroke):([^;}]+)", CHART_STYLE)
        assert all(one.startswith("var(--") for one in re.findall(r"(?:fill|stroke):([^;}]+)", CHART_STYLE))


class TestPhones:
    def test_the_page_is_as_wide_as_the_screen(self):
        assert 'content="width=device-width, initial-scale=1"' in page(filled())

    def test_nothing_has_a_fixed_width(self):
        style = page(filled()).partition("<style>")[2].partition("</style>")[0]
        assert re.findall(r"(?<![a-z-])width:(?!100%)[^;}]+", style) == []

    def test_wide_tables_scroll_by_themselves_and_by_key(self):
        text = page(filled())
        assert text.count("<table>") == len(
            re.findall(r'<div class="wide" role="region" aria-label="[^"]+" tabindex="0"', text)
        )

    def test_it_is_dark_where_the_reader_wants_it_dark(self):
        assert "@media (prefers-color-scheme:dark)" in page(filled())


def test_many_wordings_are_folded_away_and_cut():
    others = tuple(f"wording {number}" for number in range(MOST_WORDINGS + 4))
    report = replace(filled("plain words"), clusters=(cluster("plain words", count=99, others=others),))
    text = page(report)
    assert f"<details><summary>{MOST_WORDINGS + 5} wordings</summary>" in text
    assert "And 5 more wordings." in text


def test_it_is_the_same_for_the_same_report():
    assert page(filled()) == page(filled())
