"""The pages as text: proper HTML, whatever is served, and nothing on them that is not so."""

from __future__ import annotations

import itertools
from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.privacy import kept, span, told
from adapters.web.document import Document
from adapters.web.headers import POLICY
from adapters.web.landing import EXAMPLE, example_of, landing_page
from adapters.web.look import DARK, LIGHT
from adapters.web.markup import Html, element, joined, link, paragraph
from adapters.web.operator import NOBODY, Operator
from adapters.web.privacy import privacy_page
from adapters.web.reply import reply_html
from adapters.web.served import Served
from adapters.web.support import support_page
from bot.question import Question
from bot.reply import (
    ArticleNote,
    Choice,
    Choices,
    Claim,
    Comparison,
    Heading,
    NextStep,
    Prose,
    Renamed,
    Reply,
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)
from bot.storage.retention import Retention
from bot.storage.schema import metadata
from tests.web_reading.page import proper, read

INVITATION = "https://discord.example/oauth2/authorize?client_id=1&scope=bot"
SERVED = [
    Served(slack=slack, discord=discord, listening=discord, retention=Retention(words=timedelta(days=days)))
    for slack, discord, days in itertools.product(("off", "socket", "http", "oauth-http"), (False, True), (0, 1, 90))
]

TOLD = {
    "deliveries": "Which messages were answered",
    "threads": "Which entries were last shown in a conversation",
    "channels": "What was chosen under settings",
    "feedback": "Whether an answer was helpful",
    "unanswered": "Questions that found no sure answer",
    "tallies": "How often each entry was shown",
    "installations": "The token with which the bot writes",
    "oauth_states": "A random number while somebody installs",
}
"""How the page tells of each table."""

NOBODYS = {"marks"}
"""Tables that hold nothing of anybody."""


def words_of(text):
    return " ".join(text.split())


@pytest.mark.parametrize("served", SERVED)
def test_every_page_is_proper_whatever_is_served(served):
    for page in (
        landing_page(Document(), served, Html()),
        privacy_page(Document(), served),
        support_page(Document(Operator("A Name", "help@bot.example")), served),
    ):
        assert proper(page).language == "en"


@given(st.text(max_size=60), st.text(alphabet="<>&\"'/ab=", max_size=30))
def test_what_is_not_markup_is_escaped_wherever_it_is_put(one, other):
    page = Document(Operator(one + other)).page("T" + other, paragraph(one), element("p", other, title=one + other))
    assert read(page).problems == []
    assert unescape(paragraph(other)) == f"<p>{other}</p>"
    assert "<" not in joined(other)
    assert "<" not in element("p", title=other)[1:-4]
    assert '"' not in element("p", title=other).removeprefix('<p title="').removesuffix('"></p>')


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_leads_somewhere_and_runs_nothing(address):
    with pytest.raises(ValueError, match="links to pages"):
        link(address, "x")


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_stands_out_from_what_it_stands_on(palette):
    read_on = [(palette.paper, palette.link)]  # a button
    for ground in (palette.paper, palette.soft):
        read_on += [(colour, ground) for colour in (palette.ink, palette.quiet, palette.link, palette.alert)]
    assert [pair for pair in read_on if contrast(*pair) < 4.5] == []
    assert contrast(palette.line, palette.paper) >= 3


def contrast(one, other):
    """As WCAG 2 reckons it."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_policy_allows_the_style_sheet_of_the_page():
    page = Document().page("T")
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in POLICY
    assert "unsafe" not in POLICY


class TestLanding:
    def test_slack_can_be_added_only_where_any_workspace_can(self):
        for served in SERVED:
            links = read(landing_page(Document(), served, Html())).links
            assert ("Add to Slack" in links) == (served.slack == "oauth-http")
        assert links["Add to Slack"] == "/slack/install"

    def test_discord_can_be_added_once_the_link_is_known(self):
        links = read(landing_page(Document(), Served(discord=True, invitation=lambda: INVITATION), Html())).links
        assert links["Add to Discord"] == INVITATION
        before = read(landing_page(Document(), Served(discord=True), Html()))
        assert "Add to Discord" not in before.links
        assert "once it is connected to Discord" in before.text
        assert "Discord" not in read(landing_page(Document(), Served(slack="http"), Html())).text

    def test_it_leads_to_privacy_and_support(self):
        links = read(landing_page(Document(), Served(slack="http"), Html())).links
        assert {"/privacy", "/support"} <= set(links.values())

    def test_the_example_is_the_bots_own_answer_in_full(self, shipped):
        reply = shipped.answer(Question(EXAMPLE))
        page = proper(landing_page(Document(), Served(slack="http"), example_of(shipped)))
        shown = words_of(page.text)
        assert EXAMPLE in shown
        for block in reply.blocks:
            if isinstance(block, Sources):
                assert all(note.title in shown for note in block.notes)
                assert {note.url for note in block.notes if note.url} <= set(page.links.values())
            if isinstance(block, SinceThen):
                assert all(claim.text in shown for claim in block.claims)
        [short] = [block for block in reply.blocks if isinstance(block, ShortAnswer)]
        assert f"{short.claim.text} (our judgement)" in shown

    def test_where_the_knowledge_has_no_answer_there_is_no_example(self, shipped, monkeypatch):
        monkeypatch.setattr("adapters.web.landing.EXAMPLE", "zorblax quuxly")
        assert example_of(shipped) == ""
        assert "An example" not in landing_page(Document(), Served(slack="http"), example_of(shipped))


class TestReply:
    CLAIM = Claim("A claim <b>", "J", (1,), date(2026, 1, 2))
    BLOCKS = (
        Heading("A heading"),
        ShortAnswer(CLAIM),
        ArticleNote("It says this.", "outdated", (1,)),
        ArticleNote("says nothing.", None),
        Comparison((Side("PyTorch", "Old view", CLAIM), Side("JAX", None, CLAIM)), ("MXNet",)),
        SinceThen((CLAIM,)),
        Renamed(Claim("It is called otherwise.")),
        Prose("Some prose."),
        NextStep("Do that."),
        Sources((SourceNote(1, "A source", "https://source.example", "2025", date(2026, 1, 2)),)),
        Choices("Which?", (Choice("a.b", "This one"),), none_of_these=True, flow=True),
    )

    def shown(self, *blocks):
        reply = Reply("answer", (), 1.0, (), (), blocks, "", "v")
        return proper(Document().page("T", element("h2", "Reply"), reply_html(reply, level=3)))

    def test_every_kind_of_block_is_shown(self):
        text = words_of(self.shown(*self.BLOCKS).text)
        for expected in (
            "A heading", "A claim <b> (our judgement)", "2026-01-02", "It says this.", "Out of date.", "says nothing.",
            "PyTorch", "Old view", "Says nothing on it.", "Not covered here: MXNet.", "Good to know",
            "Renamed: It is called otherwise.", "Some prose.", "Next: Do that.", "A source, 2025; checked 2026-01-02",
            "Which?", "This one", "None of these", "Guided recommendation",
        ):  # fmt: skip
            assert expected in text

    def test_a_number_leads_to_its_source_and_the_source_to_its_page(self):
        links = self.shown(*self.BLOCKS).links
        assert links["Source 1[1]"] == "#source-1"
        assert links["A source"] == "https://source.example"

    def test_a_source_that_cannot_be_opened_is_no_link(self):
        odd = replace(self.BLOCKS[9].notes[0], url="javascript:alert(1)")
        assert "javascript" not in str(self.shown(Sources((odd,))).links)

    def test_every_answer_of_the_knowledge_makes_a_proper_page(self, shipped):
        for entry in shipped.knowledge.entries:
            self.shown(*shipped.show(entry).blocks)


class TestPrivacy:
    def test_every_table_is_told_of(self):
        assert {table.name for table in metadata.sorted_tables} == {*TOLD, *NOBODYS}
        page = words_of(read(privacy_page(Document(), Served(slack="oauth-http"))).text)
        assert [words for words in TOLD.values() if words not in page] == []
        assert len(kept(Retention(), installs=True)) == len(TOLD)

    def test_the_times_are_those_that_are_set(self):
        chosen = Retention(timedelta(days=33), timedelta(days=7), timedelta(hours=49), timedelta(days=365))
        page = words_of(read(privacy_page(Document(), Served(slack="http", retention=chosen))).text)
        assert "long numbers masked: 33 days." in page
        assert "Masking finds no names" in page
        assert "turned back: 33 days, then the vote alone until 365 days have passed." in page
        assert "without its words: 7 days after the last of them." in page
        assert "answered twice: about 49 hours." in page
        assert "without who asked: 365 days." in page

    def test_where_no_words_are_kept_it_says_so_and_a_vote_is_tied_for_a_day(self):
        none = Retention(words=timedelta(0))
        page = words_of(read(privacy_page(Document(), Served(slack="http", retention=none))).text)
        assert "No words at all are kept" in page
        assert "Questions that found no sure answer" not in page
        assert "Masking" not in page
        assert "turned back: 1 day, then" in page

    def test_platforms_show_the_same_statements(self):
        from adapters.discord.help import privacy_pages
        from adapters.slack.guide import privacy_blocks

        for retention in (Retention(), Retention(words=timedelta(0))):
            lines = told(retention)
            slack = str(privacy_blocks(retention))
            discord = str(privacy_pages("0" * 8, listening=False, retention=retention))
            assert [line for line in lines if line not in slack or line not in discord] == []

    @pytest.mark.parametrize("served", SERVED)
    def test_it_tells_how_to_delete_on_what_is_served_and_on_nothing_else(self, served):
        page = words_of(read(privacy_page(Document(), served)).text)
        assert ("In Slack: /framework privacy" in page) == served.on_slack
        assert ("In Discord: /privacy" in page) == served.discord
        assert ("cookies, but one" in page) == (served.slack == "oauth-http")
        assert ("In Discord channels that switched that on" in page) == served.listening

    def test_a_collector_of_errors_is_told_of(self):
        assert "services that collect them" not in privacy_page(Document(), Served(slack="http"))
        assert "services that collect them" in privacy_page(Document(), Served(slack="http", reports=True))

    @pytest.mark.parametrize(
        ("time", "words"),
        [
            (timedelta(days=1), "1 day"), (timedelta(hours=48), "2 days"), (timedelta(hours=26), "26 hours"),
            (timedelta(minutes=10), "10 minutes"), (timedelta(minutes=90), "90 minutes"),
        ],
    )  # fmt: skip
    def test_a_span_is_told_in_its_largest_whole_unit(self, time, words):
        assert span(time) == words


class TestOperator:
    def test_whoever_runs_it_is_named_and_can_be_written_to(self):
        page = read(support_page(Document(Operator("Ann & Bob <Ltd>", "help+bot@bot.example")), Served(slack="http")))
        assert "run by Ann & Bob <Ltd>." in page.text
        assert page.links["help+bot@bot.example"] == "mailto:help+bot@bot.example"

    def test_a_page_to_reach_them_on_is_linked(self):
        page = read(support_page(Document(Operator("Ann", "https://bot.example/help?a=1&b")), Served(slack="http")))
        assert page.links["https://bot.example/help?a=1&b"] == "https://bot.example/help?a=1&b"

    def test_where_nobody_is_named_it_says_so_plainly(self):
        for page in (support_page(Document(), Served(slack="http")), privacy_page(Document(), Served(slack="http"))):
            assert NOBODY in page
            assert "They have given no address" in page
