"""Everything that is rendered fits what Slack takes: over the whole knowledge base and every step of the flow."""

from __future__ import annotations

import itertools
import random
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock

from adapters.slack.blockkit import escaped, link, pages, parted
from adapters.slack.flow import Flows
from adapters.slack.guide import help_blocks, privacy_blocks, settings_blocks
from adapters.slack.limits import block_problems, message_problems, option_problems, view_problems
from adapters.slack.outbox import Message
from adapters.slack.parse import Origin
from adapters.slack.render_flow import flow_blocks
from adapters.slack.render_reply import reply_blocks
from adapters.slack.render_views import answer_view, compare_view, flow_view, home_view, reason_view
from adapters.slack.topics import suggestions, topic_blocks
from adapters.slack.values import decode
from bot.question import Question, Turn
from bot.recommendation.flow import Flow
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
from bot.storage.channels import ChannelSettings
from bot.storage.retention import Retention
from tests.slack_double.words import kinds, values, words

SURFACES = ("message", "private", "modal", "home")
UNKNOWN_TO_SDK = ("data_visualization",)
ME = Origin(None, "T1", "U1")


def assert_fits(blocks, surface):
    """Our own checker finds nothing, and neither does the SDK's for the blocks it has classes for."""
    assert list(block_problems(blocks, surface)) == []
    for block in blocks:
        if block["type"] not in UNKNOWN_TO_SDK:
            parsed = SdkBlock.parse(block)
            parsed.validate_json()
            for element in getattr(parsed, "elements", None) or []:
                if hasattr(element, "validate_json"):
                    element.validate_json()


@pytest.mark.parametrize("surface", SURFACES)
def test_every_entry_fits_on_every_surface(bot, surface):
    for entry in bot.knowledge.entries.values():
        assert_fits(reply_blocks(bot.show(entry.id), surface, title=entry.title), surface)


@pytest.mark.parametrize("surface", SURFACES)
def test_every_word_of_every_entry_is_shown(bot, surface):
    for name in bot.knowledge.entries:
        reply = bot.show(name)
        shown = words(reply_blocks(reply, surface))
        for text in texts(reply.blocks):
            assert text in shown or escaped(text) in shown


def test_what_is_drawn_once_is_shown_again_to_each_as_a_list_of_their_own(bot):
    first, second = (reply_blocks(bot.show("compare.mobile"), "message") for _ in range(2))
    assert first == second
    assert all(one is other for one, other in zip(first, second, strict=True))
    first.append({"type": "divider"})
    assert reply_blocks(bot.show("compare.mobile"), "message") == second


def test_a_comparison_is_a_table_in_a_message_and_fields_where_no_table_can_stand(bot):
    reply = bot.show("compare.debugging")
    assert "table" in kinds(reply_blocks(reply, "message"))
    assert "table" not in kinds(reply_blocks(reply, "private"))
    assert any("fields" in block for block in reply_blocks(reply, "private"))


def test_only_the_first_of_several_comparisons_is_a_table(bot):
    both = bot.show("compare.debugging"), bot.show("compare.api")
    reply = replace(both[0], blocks=both[0].blocks + both[1].blocks)
    assert kinds(reply_blocks(reply, "message")).count("table") == 1
    assert_fits(reply_blocks(reply, "message"), "message")


def test_an_outdated_view_of_the_article_is_told_in_words(bot):
    verdicts = {e.article.verdict: e.id for e in bot.knowledge.entries.values() if e.article}
    shown = words(reply_blocks(bot.show(verdicts["partly"]), "message"))
    assert "Changed since the article" in shown
    assert "Partly out of date." in shown
    assert "Changed since the article" not in words(reply_blocks(bot.show(verdicts["holds"]), "message"))


def test_buttons_carry_ids_of_entries_that_exist(bot):
    for name in bot.knowledge.entries:
        for value in values(reply_blocks(bot.show(name), "message")).values():
            press = decode(value)
            assert press is not None
            if press.verb == "show":
                assert press.first in bot.knowledge.entries


def test_the_top_level_text_is_the_answer(bot):
    reply = bot.show("compare.debugging")
    message = Message(reply.summary, reply_blocks(reply, "message"), list)
    assert message.text.startswith(escaped(reply.blocks[0].claim.text)[:100])
    assert message_problems({"text": message.text, "blocks": message.blocks}) == []


def test_choices_have_a_way_out_and_no_reply_is_a_dead_end(bot):
    offered = Choices("Did you mean:", (Choice("compare.api", "API"),), none_of_these=True, flow=True)
    reply = replace(bot.show("compare.api"), outcome="choices", blocks=(offered,))
    assert list(values(reply_blocks(reply, "message"))) == ["API", "None of these", "Guided recommendation"]
    for text in ("zorblax quuxification", "", "thanks"):
        assert values(reply_blocks(bot.answer(Question(text)), "message"))
    refused = bot.answer(Question("none of these", Turn(offered=("compare.api",))))
    assert "Browse topics" in values(reply_blocks(refused, "message"))


@pytest.fixture(scope="module")
def flow(bot):
    return Flow(bot.knowledge)


@pytest.fixture(scope="module")
def token(flow):
    return flow.token(flow.start(), "abcdefgh")


class TestFlow:
    @pytest.mark.parametrize("surface", ["message", "private", "modal"])
    def test_every_step_fits_with_every_answer_and_shows_all_its_options(self, flow, token, surface):
        for number, question in enumerate(flow.rules.questions):
            for option in question.options:
                state = replace(flow.start({question.id: option.id}), position=number)
                step = flow.view(state)
                blocks = flow_blocks(step, token, surface, notice="Something first.")
                assert_fits(blocks, surface)
                for shown in step.options:
                    assert shown.label in words(blocks)
                    assert (shown.description or "") in words(blocks)

    @pytest.mark.parametrize("surface", ["message", "private", "modal"])
    def test_outcomes_fit_and_tell_all_of_it(self, flow, token, surface):
        chance = random.Random(7)
        every = [[*(o.id for o in question.options), "skipped"] for question in flow.rules.questions]
        alike = [
            {q.id: row[n % len(row)] for q, row in zip(flow.rules.questions, every, strict=True)} for n in range(8)
        ]
        mixed = [
            {q.id: chance.choice(row) for q, row in zip(flow.rules.questions, every, strict=True)} for _ in range(60)
        ]
        for answers in [*alike, *mixed]:
            outcome = flow.outcome(flow.finished(answers))
            blocks = flow_blocks(outcome, token, surface)
            assert_fits(blocks, surface)
            shown = words(blocks)
            for text in texts((outcome.ranking, outcome.article, outcome.notes, outcome.contradictions, outcome.level)):
                assert text in shown or escaped(text) in shown
            for thing in outcome.next_steps:
                assert thing.text in shown
            for change in outcome.would_change:
                assert change.condition in shown

    def test_the_ranking_is_a_chart_and_its_table_says_the_same(self, flow, token):
        outcome = flow.outcome(flow.finished({"goal": "production"}))
        blocks = flow_blocks(outcome, token, "message")
        chart = next(block for block in blocks if block["type"] == "data_visualization")
        drawn = {point["label"]: point["value"] for point in chart["chart"]["series"][0]["data"]}
        table = next(block for block in blocks if block["type"] == "table")
        rows = {row[0]["elements"][0]["elements"][0]["text"]: row[1]["text"] for row in table["rows"][1:]}
        assert {name: str(points) for name, points in drawn.items()} == rows

    def test_a_name_too_long_for_the_chart_leaves_the_table(self, flow, token):
        outcome = flow.outcome(flow.finished({"goal": "production"}))
        longer = replace(outcome.ranking[0], name="A framework with quite a name")
        blocks = flow_blocks(replace(outcome, ranking=(longer, *outcome.ranking[1:])), token, "message")
        assert "data_visualization" not in kinds(blocks)
        assert_fits(blocks, "message")

    def test_the_longest_token_and_every_button_fit(self, flow):
        state = flow.finished({question.id: question.options[-1].id for question in flow.rules.questions})
        blocks = flow_blocks(flow.view(state), "x" * 80, "message")
        assert_fits(blocks, "message")

    def test_no_block_keeps_its_id_from_step_to_step(self, bot):
        flows = Flows(lambda: bot, ["secret"])
        first = flows.start(ME, "message")
        token = next(block["block_id"] for block in first.blocks if "block_id" in block).split("|")[2]
        second = flows.pressed(token, "skip", ME, "message")
        ids = [{block["block_id"] for block in m.blocks if "block_id" in block} for m in (first, second)]
        assert not ids[0] & ids[1]

    def test_the_last_mark_of_an_owner_counts_also_after_the_secret_was_replaced(self, bot):
        token = next(
            block["block_id"]
            for block in Flows(lambda: bot, ["old"]).start(ME, "message").blocks
            if "block_id" in block
        ).split("|")[2]
        assert Flows(lambda: bot, ["new", "old"]).pressed(token, "skip", ME, "message") is not None


class TestPages:
    def test_the_home_tab_fits(self, bot):
        assert view_problems(home_view(bot.knowledge, flow=True)) == []

    def test_the_forms_fit(self, bot):
        assert view_problems(compare_view(bot.knowledge)) == []
        assert view_problems(reason_view({"entry": "x" * 80, "answer": "y" * 80, "version": "z", "channel": "C"})) == []

    def test_every_answer_fits_in_a_modal_with_its_way_back(self, bot):
        for entry in bot.knowledge.entries.values():
            assert view_problems(answer_view(bot.show(entry.id), title=entry.title, flow=True, compared=True)) == []

    def test_every_step_fits_in_a_modal(self, bot):
        assert view_problems(flow_view(Flows(lambda: bot, ["s"]).start(ME, "modal").blocks)) == []

    @pytest.mark.parametrize("surface", ["message", "private"])
    def test_the_pages_fit(self, bot, surface):
        assert_fits(help_blocks(flow=True), surface)
        assert_fits(privacy_blocks(Retention()), surface)
        assert_fits(privacy_blocks(Retention(words=timedelta(0))), surface)
        assert_fits(topic_blocks(bot.knowledge), surface)
        for setting in (ChannelSettings(), ChannelSettings(True, True, "channel", False)):
            assert_fits(settings_blocks(setting, notice="Saved."), surface)

    @pytest.mark.parametrize("typed", ["", "m", "mobile", "MOBIEL", "x" * 3_000, "<!channel>", "\x00"])
    def test_suggestions_fit_whatever_is_typed(self, bot, typed):
        assert option_problems(suggestions(list(bot.knowledge.entries.values()), typed)) == []

    def test_suggestions_bear_with_a_typo(self, bot):
        found = suggestions(list(bot.knowledge.entries.values()), "debuging")
        assert found[0]["text"]["text"] == bot.knowledge.entries["compare.debugging"].title


ANY_TEXT = st.text(max_size=400)
CONFIDENCES = st.sampled_from(["H", "M", "L", "J", None])
CLAIMS = st.builds(Claim, ANY_TEXT, CONFIDENCES, st.tuples(st.integers(1, 9)), st.none() | st.dates())
ADDRESSES = st.none() | ANY_TEXT | st.just("https://x.org/a|b>?c=d e")
SOURCES = st.builds(
    SourceNote, st.integers(1, 99), ANY_TEXT, ADDRESSES, st.none() | ANY_TEXT, st.just(date(2026, 1, 1))
)
SIDES = st.builds(Side, ANY_TEXT, st.none() | ANY_TEXT, CLAIMS)
OPTIONS = st.builds(Choice, st.text("abc.", max_size=80), ANY_TEXT)


def some(parts, most, **more):
    return st.lists(parts, min_size=1, max_size=most, **more).map(tuple)


BLOCKS = st.one_of(
    st.builds(Heading, ANY_TEXT),
    st.builds(ShortAnswer, CLAIMS),
    st.builds(ArticleNote, ANY_TEXT, st.sampled_from(["holds", "partly", "outdated", None])),
    st.builds(Comparison, some(SIDES, 40), some(ANY_TEXT, 3)),
    st.builds(SinceThen, some(CLAIMS, 12)),
    st.builds(Renamed, CLAIMS),
    st.builds(Prose, st.text(max_size=8_000)),
    st.builds(NextStep, ANY_TEXT),
    st.builds(Sources, some(SOURCES, 25)),
    st.builds(Choices, ANY_TEXT, some(OPTIONS, 12, unique_by=lambda c: c.entry), st.booleans(), st.booleans()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=12), st.sampled_from(SURFACES))
def test_whatever_a_team_writes_into_its_entries_fits(blocks, surface):
    reply = Reply("answer", ("a.b",), 1.0, (), (), tuple(blocks), "", "v")
    most = 50 if surface in ("message", "private") else 100
    for page in pages(reply_blocks(reply, surface), most):
        assert list(block_problems(page, surface)) == []


@pytest.mark.parametrize("text", ["word " * 2_000, "x" * 9_000, "line\n" * 2_000], ids=["words", "one word", "lines"])
def test_a_text_too_long_for_one_section_takes_several(text):
    reply = Reply("decline", (), 0.0, (), (), (Prose(text),), "", "v")
    blocks = reply_blocks(reply, "message")
    assert list(block_problems(blocks, "message")) == []
    assert kinds(blocks).count("section") == len(text) // 3_000 + (len(text) % 3_000 > 0)


@given(st.text(max_size=9_000), st.integers(10, 3_000))
def test_a_long_text_is_parted_without_losing_a_word(text, most):
    found = list(parted(text, most))
    assert all(len(part) <= most for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text(max_size=200))
def test_no_link_can_be_broken_out_of(text):
    made = link("https://example.org/a?b=c&d=" + text, text)
    assert made.count("<") == made.count(">") == made.count("|") - text.count("|") == 1
    assert "<!" not in link(None, text)


def test_a_script_address_is_no_link():
    assert link("javascript:alert(1)", "Title") == "Title"


def texts(part):
    """Every text that stands in a part of a document, as far as people read it."""
    if isinstance(part, SourceNote):
        yield part.title
    elif is_dataclass(part):
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name in ("text", "article", "framework", "label", "name") and isinstance(value, str):
                if field.name != "framework" or isinstance(part, Side):
                    yield value
            else:
                yield from texts(value)
    elif isinstance(part, tuple):
        yield from itertools.chain.from_iterable(map(texts, part))
