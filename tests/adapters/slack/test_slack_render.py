"""Views as Block Kit: within Slack's limits on every surface, with every word shown, and nothing read as markup."""

from __future__ import annotations

import itertools
import random
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock

from adapters.slack.blockkit import escaped, link, pages, split
from adapters.slack.manifest import CAPABILITIES
from adapters.slack.render import form_modal, home, modal, render
from bot.chat import answers, comparing, flow, screens
from bot.chat.actions import pack, unpack
from bot.chat.answers import reply_view
from bot.chat.incoming import Action
from bot.chat.view import (
    AskField,
    Button,
    Buttons,
    Document,
    DoneBy,
    Form,
    Menu,
    Search,
    SelectInput,
    Setting,
    TextInput,
    View,
    Vote,
)
from bot.dialog.question import Question
from bot.dialog.reply import (
    Bullets,
    Chart,
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
from bot.recommendation.flow import Flow
from bot.recommendation.token import code
from bot.storage.records import ChannelSettings, Retention
from tests.slack_double.limits import block_problems, message_problems, view_problems
from tests.slack_double.words import kinds, presses, values, words

SURFACES = ("message", "private", "modal", "home")
OWNER = "q7zm2pab"


def shown(view, surface):
    """The blocks of a view, after a look at them by our own checker and by the SDK's."""
    blocks = render(view, surface)
    assert list(block_problems(blocks, surface)) == []
    for block in blocks:
        parsed = SdkBlock.parse(block)
        parsed.validate_json()
        for element in getattr(parsed, "elements", None) or []:
            if hasattr(element, "validate_json"):
                element.validate_json()
    return blocks


def view_of(*blocks):
    return View(blocks, "summary")


@pytest.mark.parametrize("surface", SURFACES)
def test_every_word_of_every_entry_is_shown_on_every_surface(bot, surface):
    for entry in bot.knowledge.entries:
        view = reply_view(bot.show(entry), bot, OWNER, shareable=True)
        seen = words(shown(view, surface))
        for text in texts(view.blocks):
            assert text in seen or escaped(text) in seen


def test_every_answer_fits_in_a_modal_with_its_way_back(bot):
    for entry in bot.knowledge.entries:
        view = reply_view(bot.show(entry), bot, OWNER, votes=False)
        again = Buttons((Button("Compare something else", Action("compare")),))
        assert view_problems(modal(replace(view, blocks=(*view.blocks, again)))) == []


def test_the_top_level_text_is_the_answer_and_fits(bot):
    for entry in bot.knowledge.entries:
        view = reply_view(bot.show(entry), bot, OWNER)
        assert message_problems({"text": escaped(view.summary), "blocks": render(view, "message")}) == []


def test_buttons_carry_actions_that_can_be_read_back(bot):
    for entry in bot.knowledge.entries:
        for value in values(render(reply_view(bot.show(entry), bot, OWNER), "message")).values():
            assert unpack(value) is not None


def test_small_talk_and_refusals_fit(bot):
    for text in ("zorblax quuxification", "", "thanks", "what can you do"):
        shown(reply_view(bot.answer(Question(text)), bot, OWNER), "message")


ROWS = (ComparisonRow("PyTorch", "Today this.", "Then that."), ComparisonRow("Keras", "Today so."))


class TestComparison:
    def test_is_a_table_in_a_message_and_fields_where_there_can_be_none(self):
        view = view_of(Comparison(ROWS, ("JAX",)))
        assert kinds(shown(view, "message")) == ["table", "context"]
        for surface in ("private", "modal", "home"):
            blocks = shown(view, surface)
            assert "table" not in kinds(blocks)
            assert [field["text"] for field in blocks[1]["fields"]] == [
                "Today: Today this.",
                "The article (4 Apr 2025): Then that.",
            ]
            assert "Not covered here: JAX." in words(blocks)

    def test_is_a_table_once_a_message(self):
        blocks = shown(view_of(Comparison(ROWS), Comparison(ROWS)), "message")
        assert kinds(blocks).count("table") == 1
        assert any("fields" in block for block in blocks)

    def test_has_a_column_for_the_article_only_where_it_says_something(self):
        [table] = shown(view_of(Comparison(ROWS)), "message")
        assert table["rows"][2][2]["text"] == "Says nothing on it."
        [table] = shown(view_of(Comparison(ROWS[1:])), "message")
        assert len(table["rows"][0]) == 2


CHART = Chart("Points by framework", (("PyTorch", 12), ("Keras", 0)))


class TestChart:
    @pytest.mark.parametrize("surface", SURFACES)
    def test_is_bars_of_text_below_its_title(self, surface):
        [block] = shown(view_of(CHART), surface)
        assert words([block]).startswith("```Points by framework\nPyTorch  ████")


class TestTexts:
    @pytest.mark.parametrize("surface", SURFACES)
    @pytest.mark.parametrize(
        "block",
        [Text("Renamed.", "changed"), Text("Out.", "changed", strong=True), Bullets(("One",), "Title", "changed")],
    )
    def test_what_changed_has_a_sign_before_its_words(self, surface, block):
        [first, *_] = shown(view_of(block), surface)
        assert first["text"]["text"].startswith(":warning: ")
        assert first["text"]["type"] == "mrkdwn" or first["text"]["emoji"]

    def test_bullets_without_a_title_have_the_sign_too(self):
        [block] = shown(view_of(Bullets(("One", "Two"), tone="changed")), "message")
        assert block["text"]["text"] == ":warning: \N{BULLET} One\n\N{BULLET} Two"

    def test_a_title_may_have_no_bullets(self):
        [block] = shown(view_of(Bullets((), "The article is split here")), "message")
        assert block["text"]["text"] == "*The article is split here*"

    def test_a_strong_text_is_bold_unless_it_has_markup_of_its_own(self):
        [bold] = shown(view_of(Text("Use <this>", strong=True)), "message")
        assert bold["text"]["text"] == "*Use &lt;this&gt;*"
        [plain] = shown(view_of(Text("Use `tf.function` *now*", strong=True)), "message")
        assert plain["text"] == {"type": "plain_text", "text": "Use `tf.function` *now*", "emoji": False}

    @pytest.mark.parametrize("surface", SURFACES)
    def test_code_keeps_its_columns_and_cannot_be_broken_out_of(self, surface):
        blocks = shown(view_of(Code("a  b\nc ``` <!channel>")), surface)
        text = words(blocks)
        assert "a  b\nc" in text
        assert text.count("```") == 2
        assert "<!channel>" not in text

    @pytest.mark.parametrize(
        "text", ["word " * 2_000, "x" * 9_000, "line\n" * 2_000], ids=["words", "one word", "lines"]
    )
    def test_a_text_too_long_for_one_section_takes_several(self, text):
        blocks = shown(view_of(Text(text)), "message")
        assert kinds(blocks).count("section") == len(text) // 3_000 + (len(text) % 3_000 > 0)


class TestButtons:
    def test_descriptions_are_listed_before_the_row(self):
        row = Buttons((Button("Phones", Action("help"), description="iOS or Android"), Button("Other", Action("help"))))
        text, actions = shown(view_of(row), "message")
        assert text["text"]["text"] == "\N{BULLET} Phones: iOS or Android"
        assert list(values([actions])) == ["Phones", "Other"]

    def test_more_than_five_take_several_rows(self):
        row = Buttons(tuple(Button(f"B{number}", Action("help")) for number in range(12)))
        assert [len(block["elements"]) for block in shown(view_of(row), "message")] == [5, 5, 2]

    def test_style_and_what_was_chosen_before_are_shown(self):
        row = Buttons((Button("Go", Action("help"), "primary", chosen=True), Button("Stop", Action("help"), "danger")))
        go, stop = shown(view_of(row), "message")[0]["elements"]
        assert (go["style"], go["accessibility_label"]) == ("primary", "Go (chosen before)")
        assert stop["style"] == "danger"

    def test_a_confirmation_is_asked_for(self):
        row = Buttons((Button("Delete my data", Action("forget"), confirm="All of it?"),))
        [button] = shown(view_of(row), "private")[0]["elements"]
        assert button["confirm"]["text"]["text"] == "All of it?"

    def test_a_vote_is_slacks_own_in_a_message_and_two_buttons_elsewhere(self):
        vote = Vote(Button("Helpful", Action("vote", ("y", "a", "1"))), Button("Not", Action("vote", ("n", "a", "1"))))
        for surface in SURFACES:
            blocks = shown(view_of(vote), surface)
            assert kinds(blocks) == ["context_actions" if surface == "message" else "actions"]
            assert set(values(blocks)) == {"Helpful", "Not"}

    def test_a_setting_has_a_button_for_each_state_below_its_title(self):
        states = [Button(label, Action("set", ("channel", "follow_ups", label.lower()))) for label in ("Off", "On")]
        title, row = shown(view_of(Setting("Follow-ups", tuple(states))), "private")
        assert title["text"]["text"] == "*Follow-ups*"
        assert values([row]) == {"Off": "2:set:channel:follow_ups:off", "On": "2:set:channel:follow_ups:on"}

    def test_a_menu_takes_no_row_of_its_own_below_the_buttons_of_a_message(self):
        row = Buttons((Button("Details", Action("help")),))
        menu = Menu("Related", (Button("Debugging", Action("show", ("", "compare.debugging"))),))
        (actions,) = shown(view_of(row, menu), "message")
        assert [element["type"] for element in actions["elements"]] == ["button", "static_select"]

    def test_the_small_line_links_its_sources_and_counts_the_rest(self):
        line = SourceLine("Checked & dated", (("The docs", "https://example.com/a?b=1&c=2"),), 4)
        (context,) = shown(view_of(line), "message")
        assert context["elements"][0]["text"] == (
            "Checked &amp; dated · <https://example.com/a?b=1&amp;c=2|The docs> · and 4 more"
        )

    def test_who_shared_an_answer_is_named_above_it(self):
        (context,) = shown(view_of(DoneBy("U0ANN", "Debugging <b>")), "message")
        assert context["elements"][0]["text"] == "<@U0ANN> shared the answer to: Debugging &lt;b&gt;"

    def test_what_was_asked_is_a_link_to_the_question_where_there_is_one(self):
        (context,) = shown(
            view_of(DoneBy("U0ANN", "Debugging", "https://a.slack.com/archives/C1/p1?x=1&y=2")), "message"
        )
        assert context["elements"][0]["text"] == (
            "<@U0ANN> shared the answer to: <https://a.slack.com/archives/C1/p1?x=1&amp;y=2|Debugging>"
        )

    def test_the_field_to_ask_in_sends_its_question_with_the_enter_key(self):
        (field,) = shown(view_of(AskField("pytorch or jax?")), "home")
        assert field["dispatch_action"]
        assert field["element"]["dispatch_action_config"] == {"trigger_actions_on": ["on_enter_pressed"]}

    def test_a_menu_carries_an_action_for_each_option(self):
        menu = Menu("Choose a topic", (Button("Debugging", Action("show", ("", "compare.debugging"))),))
        assert values(shown(view_of(menu), "private")) == {"Debugging": "2:show::compare.debugging"}

    @pytest.mark.parametrize("surface", SURFACES)
    def test_a_search_asks_from_the_first_letter_on(self, surface):
        [block] = shown(view_of(Search("Search all topics")), surface)
        assert block["elements"][0]["min_query_length"] == 1


class TestForms:
    def test_every_form_of_the_chat_fits(self, bot, flow_):
        forms = [
            comparing.compare_form(bot.knowledge),
            answers.reason_form(bot, "C1.1", "compare.debugging", "v"),
            flow.words_form(flow_, flow_.start(), flow_.token(flow_.start(), OWNER)),
        ]
        for form in forms:
            assert view_problems(form_modal(form, "{}")) == []

    def test_each_opening_has_inputs_of_its_own(self):
        form = Form("Title", (TextInput("words", "What?", 300),), "Send", Action("help"))
        ids = {form_modal(form, "")["blocks"][0]["block_id"] for _ in range(2)}
        assert len(ids) == 2

    def test_inputs_are_shown_with_all_that_is_said_of_them(self):
        options = (("a", "One"), ("b", "Two"))
        inputs = (
            TextInput("words", "What?", 300, "A hint.", multiline=True, required=True),
            SelectInput("one", "Which?", options),
            SelectInput("some", "Which ones?", options, multiple=True),
            SelectInput("found", "Search", options, search="topic"),
            SelectInput("nothing", "No options", ()),
        )
        made = form_modal(Form("A form", inputs, "Send", Action("help")), "kept")
        assert view_problems(made) == []
        assert [block["element"]["type"] for block in made["blocks"]] == [
            "plain_text_input",
            "static_select",
            "multi_static_select",
            "external_select",
        ]
        first = made["blocks"][0]
        assert (first["optional"], first["hint"]["text"], first["element"]["max_length"]) == (False, "A hint.", 300)
        assert made["private_metadata"] == "kept"


@pytest.fixture(scope="module")
def flow_(bot):
    return Flow.of(bot.knowledge)


class TestFlow:
    @pytest.mark.parametrize("surface", ["message", "private", "modal"])
    def test_every_step_fits_with_every_answer_and_shows_all_its_options(self, flow_, surface):
        for number, question in enumerate(flow_.rules.questions):
            for option in question.options:
                state = replace(flow_.start({question.id: option.id}), position=number)
                blocks = shown(flow.flow_view(flow_, state, OWNER, hint="Something first."), surface)
                for offered in flow_.view(state).question.options:
                    assert offered.label in presses(blocks)
                    assert (offered.description or "") in words(blocks)

    @pytest.mark.parametrize("surface", ["message", "private", "modal"])
    def test_outcomes_fit_and_show_all_of_it(self, flow_, surface):
        chance = random.Random(7)
        every = [[*(o.id for o in question.options), "skipped"] for question in flow_.rules.questions]
        for _ in range(40):
            given_ = {q.id: chance.choice(row) for q, row in zip(flow_.rules.questions, every, strict=True)}
            view = flow.flow_view(flow_, flow_.finished(given_), OWNER, shareable=True)
            seen = words(shown(view, surface))
            for text in texts(view.blocks):
                assert text in seen or escaped(text) in seen

    @pytest.mark.parametrize("surface", ["message", "private", "modal"])
    def test_what_is_taken_along_and_another_stack_fit(self, flow_, surface):
        done = flow_.finished({"goal": "production", "background": "tensorflow", "hardware": "tpu"})
        taken = flow.take_along_view(flow_.outcome(done))
        (document,) = [block for block in taken.blocks if isinstance(block, Document)]
        assert document.text.split("\n")[0] in words(shown(taken, surface))
        other = flow.alternative_view(flow_, done, flow_.token(done, OWNER), code("where", "browser"), mine=True)
        assert presses(shown(other, surface)).keys() == {"Take this one", "Keep the first"}


class TestScreens:
    def test_the_home_tab_fits(self, bot):
        assert view_problems(home(screens.home_view(bot.knowledge, CAPABILITIES, OWNER))) == []

    @pytest.mark.parametrize("surface", ["message", "private", "modal"])
    def test_the_screens_fit(self, bot, surface):
        shown(screens.help_view(CAPABILITIES, OWNER, flow=True, compares=True), surface)
        for retention in (Retention(), Retention(words=timedelta(0))):
            shown(screens.privacy_view(CAPABILITIES, retention), surface)
        for group in ("", *screens.topic_groups(bot.knowledge)):
            shown(screens.topics_view(bot.knowledge, OWNER, group, search=True), surface)
        for setting in (ChannelSettings(), ChannelSettings(True, True, "channel", False)):
            shown(screens.settings_view(setting, CAPABILITIES, "channel", saved=True), surface)


ANY_TEXT = st.text(max_size=400)
TONES = st.sampled_from(["plain", "changed"])
ADDRESSES = st.none() | ANY_TEXT | st.just("https://x.org/a|b>?c=d e")
SOURCES = st.builds(
    SourceNote, st.integers(1, 99), ANY_TEXT, ADDRESSES, st.none() | ANY_TEXT, st.just(date(2026, 1, 1))
)
COMPARED = st.builds(ComparisonRow, ANY_TEXT, ANY_TEXT, st.none() | ANY_TEXT)
BUTTON = st.builds(
    Button,
    ANY_TEXT,
    st.builds(lambda entry: Action("show", ("", entry)), st.text("abc.", max_size=80)),
    st.sampled_from(["plain", "primary", "danger"]),
    ANY_TEXT,
    st.booleans(),
    ANY_TEXT,
)


def some(parts, most, **more):
    return st.lists(parts, min_size=1, max_size=most, **more).map(tuple)


BLOCKS = st.one_of(
    st.builds(Heading, ANY_TEXT),
    st.builds(Text, st.text(max_size=8_000), TONES, st.booleans()),
    st.builds(Bullets, st.lists(ANY_TEXT, max_size=12).map(tuple), st.text(min_size=1, max_size=400), TONES),
    st.builds(Small, st.text(max_size=8_000)),
    st.builds(Code, st.text(max_size=8_000)),
    st.builds(Comparison, some(COMPARED, 40), some(ANY_TEXT, 3)),
    st.builds(Chart, ANY_TEXT, some(st.tuples(ANY_TEXT, st.integers(0, 99)), 25)),
    st.builds(Sources, some(SOURCES, 25)),
    st.builds(Buttons, some(BUTTON, 12)),
    st.builds(Menu, ANY_TEXT, some(BUTTON, 25, unique_by=lambda one: pack(one.action))),
    st.builds(Setting, ANY_TEXT, some(BUTTON, 2, unique_by=lambda one: pack(one.action))),
    st.builds(Vote, BUTTON, BUTTON),
    st.builds(Search, ANY_TEXT),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=12), st.sampled_from(SURFACES))
def test_whatever_a_team_writes_into_its_entries_fits(blocks, surface):
    most = 50 if surface in ("message", "private") else 100
    for page in pages(render(view_of(*blocks), surface), most):
        assert list(block_problems(page, surface)) == []


@given(st.text(max_size=9_000), st.integers(10, 3_000))
def test_a_long_text_is_split_without_losing_a_word(text, most):
    found = list(split(text, most))
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
    """Every text in a part of a view, as far as people read it."""
    if isinstance(part, Button | Menu | Vote | Chart):
        return
    if isinstance(part, SourceNote):
        yield part.title
    elif isinstance(part, str):
        yield from filter(None, part.split("\n"))
    elif is_dataclass(part):
        for field in fields(part):
            if field.name not in ("tone", "missing"):
                yield from texts(getattr(part, field.name))
    elif isinstance(part, tuple):
        yield from itertools.chain.from_iterable(map(texts, part))
