"""The pages as text: proper HTML, whatever is served, and nothing on them that is not so."""

from __future__ import annotations

import itertools
import re
from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.app import discord_info
from adapters.discord.commands import capabilities
from adapters.slack.manifest import CAPABILITIES as SLACK_CAPABILITIES
from adapters.slack.oauth import slack_info
from adapters.web.pages import (
    EXAMPLE,
    POLICY,
    STYLE,
    Operator,
    Pages,
    SiteInfo,
    example_answer,
    landing_page,
    markdown,
    privacy_page,
    safe_address,
    support_page,
)
from bot.chat.privacy import kept, lines, span
from bot.chat.screens import privacy_view
from bot.dialog.question import Question
from bot.dialog.reply import (
    Bullets,
    Chart,
    Choice,
    Choices,
    Code,
    Comparison,
    ComparisonRow,
    Heading,
    Small,
    SourceLine,
    SourceNote,
    Sources,
    Text,
)
from bot.storage.records import Retention
from bot.storage.schema import metadata
from tests.web_reading.page import proper, read

INVITATION = "https://discord.example/oauth2/authorize?client_id=1&scope=bot"


def site(slack="off", *, discord=False, reads_all=False, invitation=lambda: None, **about):
    """What the pages say of a service. `slack`: its mode."""
    platforms = [slack_info(anyone_installs=slack == "oauth-http")] if slack != "off" else []
    platforms += [discord_info(invitation, reads_all=reads_all)] if discord else []
    return SiteInfo(platforms=platforms, **about)


SERVED = [
    (slack, discord, site(slack, discord=discord, reads_all=discord, retention=Retention(words=timedelta(days=days))))
    for slack, discord, days in itertools.product(("off", "socket", "http", "oauth-http"), (False, True), (0, 1, 90))
]
every_service = pytest.mark.parametrize(("slack", "discord", "info"), SERVED)

STATED = {
    "deliveries": "Which messages were answered",
    "threads": "Which entries were last shown in a conversation",
    "channels": "What was chosen under settings",
    "feedback": "Whether an answer was helpful",
    "unanswered": "Questions that found no sure answer",
    "tallies": "How often each entry was shown",
    "shown_answers": "In which message of a channel each answer was posted",
    "asked_questions": "Questions that somebody passed on with Ask our people",
    "own_answers": "The answers that a workspace or server taught the bot",
    "teaching": "Who may teach",
    "installations": "The token with which the bot writes",
    "oauth_states": "A random number while somebody installs",
}
"""What the page says about each table."""

IMPERSONAL = {"marks"}
"""Tables that hold nothing of anybody."""


def words_of(text):
    return " ".join(text.split())


@every_service
def test_every_page_is_proper_whatever_is_served(slack, discord, info):
    for page in (
        landing_page(Pages(), info),
        privacy_page(Pages(), info),
        support_page(Pages(Operator("A Name", "help@bot.example")), info),
    ):
        assert proper(page).language == "en"


@given(st.text(max_size=60), st.text(alphabet="<>&\"'/ab=`[]()", max_size=30))
def test_whatever_is_put_into_a_page_is_escaped(one, other):
    text = one + other
    happened = {"title": "T" + other, "text": one, "actions": ((f"to {other}", "/" + other),), "notes": (text,)}
    page = Pages(Operator(text)).render("notice.html", **happened)
    assert read(page).problems == []
    plain = re.sub(r"</?code>", "", markdown(other))
    assert "<" not in plain


def test_code_and_links_of_a_text_are_marked_up():
    html = markdown("Try `/ask <it>`; see [it](https://x.example), not [this](/support).")
    assert html == 'Try <code>/ask &lt;it&gt;</code>; see <a href="https://x.example">it</a>, not [this](/support).'


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " java\nscript:x", "data:text/html,x", "vbscript:x"]
)
def test_a_link_leads_somewhere_and_runs_nothing(address):
    with pytest.raises(ValueError, match="never links to"):
        safe_address(address)


@pytest.mark.parametrize("number", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_background(number):
    colours = dict(re.findall(r"--(\w+):(#\w{6})", STYLE.split("prefers-color-scheme:dark")[number]))
    read_on = [(colours["paper"], colours["link"])]  # a button
    for ground in (colours["paper"], colours["soft"]):
        read_on += [(colours[name], ground) for name in ("ink", "quiet", "link", "alert")]
    assert [pair for pair in read_on if contrast(*pair) < 4.5] == []
    assert contrast(colours["line"], colours["paper"]) >= 3


def contrast(one, other):
    """As WCAG 2 reckons it."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_policy_allows_the_stylesheet_of_the_page():
    page = Pages().render("notice.html", title="T", text="x")
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in POLICY
    assert "unsafe" not in POLICY


def test_words_break_only_where_they_do_not_fit_and_wide_tables_scroll_by_themselves():
    assert "overflow-wrap:anywhere" not in STYLE  # it lets table columns shrink below their longest word
    assert ".wide,pre{overflow-x:auto}" in STYLE


class TestLanding:
    @every_service
    def test_slack_can_be_added_only_where_any_workspace_can(self, slack, discord, info):
        links = read(landing_page(Pages(), info)).links
        assert links.get("Add to Slack") == ("/slack/install" if slack == "oauth-http" else None)

    def test_discord_can_be_added_once_the_link_is_known(self):
        links = read(landing_page(Pages(), site(discord=True, invitation=lambda: INVITATION))).links
        assert links["Add to Discord"] == INVITATION
        before = read(landing_page(Pages(), site(discord=True)))
        assert "Add to Discord" not in before.links
        assert "once it is connected to Discord" in before.text
        assert "Discord" not in read(landing_page(Pages(), site("http"))).text

    def test_it_leads_to_privacy_and_support(self):
        links = read(landing_page(Pages(), site("http"))).links
        assert {"/privacy", "/support"} <= set(links.values())

    def test_the_example_is_the_bots_own_short_answer_and_no_more(self, shipped):
        reply = shipped.answer(Question(EXAMPLE))
        page = proper(landing_page(Pages(), site("http"), example_answer(shipped)))
        shown = words_of(page.text)
        assert EXAMPLE in shown
        for block in reply.blocks:
            match block:
                case SourceLine(text, links, more):
                    assert words_of(text) in shown
                    assert set(links) <= set(page.links.items())
                    assert f"and {more} more" in shown
                case Text(text) | Heading(text) | Small(text):
                    assert words_of(text) in shown
                case Bullets(items):
                    assert all(words_of(item) in shown for item in items)
        assert "[1]" not in shown

    def test_where_the_knowledge_has_no_answer_there_is_no_example(self, shipped, monkeypatch):
        monkeypatch.setattr("adapters.web.pages.EXAMPLE", "zorblax quuxly")
        assert example_answer(shipped) == ()
        assert "An example" not in landing_page(Pages(), site("http"), example_answer(shipped))


class TestReply:
    SOURCES = Sources((SourceNote(1, "A source", "https://source.example", "2025", date(2026, 1, 2)),))
    BLOCKS = (
        Heading("A heading"),
        Text("A claim <b> (our judgement) [1]", strong=True),
        Text("Renamed: it is called otherwise.", "changed"),
        Comparison((ComparisonRow("PyTorch", "A view", "Old view"), ComparisonRow("JAX", "Another")), ("MXNet",)),
        Bullets(("This changed.",), "Good to know", "changed"),
        Small("Some small print."),
        SourceLine("Checked today", (("a link", "https://link.example"),), 7),
        SourceLine("", (("another link", "https://link.example"),)),
        Code("framework-bot report"),
        Chart("Points", (("PyTorch", 3), ("JAX", 1))),
        SOURCES,
        Choices("Which?", (Choice("a.b", "This one"),)),
    )

    def shown(self, *blocks):
        return proper(landing_page(Pages(), site("http"), blocks))

    def test_every_kind_of_block_is_shown(self):
        text = words_of(self.shown(*self.BLOCKS).text)
        for expected in (
            "A heading", "A claim <b> (our judgement) [1]", "Renamed: it is called otherwise.", "PyTorch", "A view",
            "Old view", "Another", "Says nothing on it.", "Not covered here: MXNet.", "Good to know", "This changed.",
            "Some small print.", "Checked today · a link · and 7 more another link", "framework-bot report",
            "Points", "A source, 2025; checked 2026-01-02",
            "Which?", "This one",
        ):  # fmt: skip
            assert expected in text

    def test_a_comparison_without_the_article_has_no_column_for_it(self):
        page = self.shown(Comparison((ComparisonRow("PyTorch", "A view"),)))
        assert "The article" not in page.text

    def test_a_source_leads_to_its_page(self):
        assert self.shown(*self.BLOCKS).links["A source"] == "https://source.example"

    def test_a_link_that_would_run_something_is_refused(self):
        odd = replace(self.SOURCES.notes[0], url="javascript:alert(1)")
        with pytest.raises(ValueError, match="never links to"):
            self.shown(Sources((odd,)))

    def test_every_answer_of_the_knowledge_makes_a_proper_page(self, shipped):
        for entry in shipped.knowledge.entries:
            self.shown(*shipped.show(entry).blocks)


class TestPrivacy:
    def test_every_table_is_mentioned(self):
        assert {table.name for table in metadata.sorted_tables} == {*STATED, *IMPERSONAL}
        page = words_of(read(privacy_page(Pages(), site("oauth-http"))).text)
        assert [words for words in STATED.values() if words not in page] == []
        stored = [*kept(Retention()), *slack_info(anyone_installs=True).installing]
        assert len(stored) == len(STATED)

    def test_the_times_are_those_that_are_set(self):
        chosen = Retention(timedelta(days=33), timedelta(days=7), timedelta(hours=49), timedelta(days=365))
        page = words_of(read(privacy_page(Pages(), site("http", retention=chosen))).text)
        assert "long numbers masked: 33 days." in page
        assert "Masking finds no names" in page
        assert "turned back: 33 days, then the vote alone until 365 days have passed." in page
        assert "without its words: 7 days after the last of them." in page
        assert "answered twice: about 49 hours." in page
        assert "without who asked: 365 days." in page

    def test_where_no_words_are_kept_it_says_so_and_a_vote_is_tied_for_a_day(self):
        none = Retention(words=timedelta(0))
        page = words_of(read(privacy_page(Pages(), site("http", retention=none))).text)
        assert "No words at all are kept" in page
        assert "Questions that found no sure answer" not in page
        assert "Masking" not in page
        assert "turned back: 1 day, then" in page

    @pytest.mark.parametrize("retention", [Retention(), Retention(words=timedelta(0))])
    def test_platforms_show_the_same_statements(self, retention):
        said = lines(retention)
        page = words_of(read(privacy_page(Pages(), site("http", retention=retention))).text)
        assert [line for line in said if line not in page] == []
        for able in (SLACK_CAPABILITIES, capabilities(listening=True)):
            items = [item for block in privacy_view(able, retention).blocks if isinstance(block, Bullets)
                     for item in block.items]  # fmt: skip
            assert items == list(said)

    @every_service
    def test_it_says_how_to_delete_on_what_is_served_and_on_nothing_else(self, slack, discord, info):
        page = words_of(read(privacy_page(Pages(), info)).text)
        assert ("In Slack: /framework privacy" in page) == (slack != "off")
        assert ("In Discord: /privacy" in page) == discord
        assert ("cookies, but one" in page) == (slack == "oauth-http")
        assert ("In Discord channels that switched that on" in page) == discord

    def test_a_collector_of_errors_is_mentioned(self):
        assert "services that collect them" not in privacy_page(Pages(), site("http"))
        assert "services that collect them" in privacy_page(Pages(), site("http", monitored=True))

    @pytest.mark.parametrize(
        ("time", "words"),
        [
            (timedelta(days=1), "1 day"), (timedelta(hours=48), "2 days"), (timedelta(hours=26), "26 hours"),
            (timedelta(minutes=10), "10 minutes"), (timedelta(minutes=90), "90 minutes"),
        ],
    )  # fmt: skip
    def test_a_span_is_reported_in_its_largest_whole_unit(self, time, words):
        assert span(time) == words


class TestOperator:
    def test_the_operator_is_named_and_can_be_written_to(self):
        page = read(support_page(Pages(Operator("Ann & Bob <Ltd>", "help+bot@bot.example")), site("http")))
        assert "run by Ann & Bob <Ltd>." in page.text
        assert page.links["help+bot@bot.example"] == "mailto:help+bot@bot.example"

    def test_a_page_to_reach_them_on_is_linked(self):
        page = read(support_page(Pages(Operator("Ann", "https://bot.example/help?a=1&b")), site("http")))
        assert page.links["https://bot.example/help?a=1&b"] == "https://bot.example/help?a=1&b"

    def test_other_words_are_shown_as_they_are(self):
        page = read(support_page(Pages(Operator("Ann", "the channel <ask @ann>")), site("http")))
        assert "You reach them here: the channel <ask @ann>." in page.text

    def test_where_nobody_is_named_it_says_so_plainly(self):
        for page in (support_page(Pages(), site("http")), privacy_page(Pages(), site("http"))):
            assert "the people who run this server" in page
            assert "They have given no address" in page
