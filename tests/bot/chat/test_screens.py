"""Screens as functions of what they show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat import handlers
from bot.chat.actions import pack
from bot.chat.privacy import lines
from bot.chat.screens import (
    MENU_SIZE,
    STARTERS,
    group_named,
    help_view,
    home_view,
    privacy_view,
    setting_change,
    settings_view,
    topic_groups,
    topics_view,
)
from bot.chat.view import AskField, Buttons, Menu, Search, Setting
from bot.dialog.question import Question
from bot.dialog.reply import Heading, Text
from bot.storage.records import ChannelSettings, Retention
from tests.bot.chat_scene import CAPABILITIES
from tests.bot.small_knowledge import KNOWLEDGE, entry, knowledge

assert handlers  # which declare the actions

MANY = knowledge(*(entry(f"one.topic{number:02}", f"phrasing {number}") for number in range(60)), entry("two.a", "x"))


def labels(view):
    return [button.label for block in view.blocks if isinstance(block, Buttons) for button in block.buttons]


def options(view):
    return [option for block in view.blocks if isinstance(block, Menu) for option in block.options]


def test_topics_begin_with_their_groups():
    view = topics_view(KNOWLEDGE, "me")
    assert labels(view)[:3] == ["Compare", "Choose", "Strengths"]
    assert options(view) == []


def ordered(*entries, topics=()):
    """The ids of the entries that answer, by group."""
    base = knowledge(*entries)
    listed = replace(base, vocabulary=replace(base.vocabulary, topics=topics))
    return {name: [one.id for one in found] for name, found in topic_groups(listed).items()}


def test_groups_come_in_the_order_of_the_list_and_those_not_listed_follow():
    found = ordered(
        entry("a.one", "p1", "p2", "p3", topic="Rare"),
        entry("a.two", "p4", topic="Choosing"),
        entry("a.three", "p5", "p6", topic="Comparing"),
        topics=("Comparing", "Empty", "Choosing"),
    )
    assert list(found) == ["Comparing", "Choosing", "Rare"]


def test_within_a_group_what_is_asked_for_in_the_most_ways_comes_first():
    few, many = entry("choose.overall", "p1", topic="T"), entry("choose.b", "p2", "p3", topic="T")
    assert ordered(few, many) == {"T": ["choose.b", "choose.overall"]}


def test_an_entry_without_a_topic_is_found_under_the_first_part_of_its_id():
    assert ordered(entry("in-depth.a", "p1"), entry("b.c", "p2", topic="T"), topics=("T",)) == {
        "T": ["b.c"],
        "In depth": ["in-depth.a"],
    }


def test_the_shipped_topics_are_what_somebody_wants_never_the_first_part_of_an_id(shipped):
    assert list(topic_groups(shipped.knowledge)) == [
        "Choosing", "Comparing", "Hardware", "LLMs and generative AI", "Running and serving", "Learning and jobs",
        "Ecosystem", "About each framework",
    ]  # fmt: skip


def test_every_topic_that_answers_is_in_a_group_and_nothing_else():
    found = {one.id for entries in topic_groups(KNOWLEDGE).values() for one in entries}
    assert found == {one.id for one in KNOWLEDGE.entries.values() if one.kind == "answer"}


def test_a_group_is_a_menu_of_at_most_25_topics_with_a_way_to_the_others():
    pages = [topics_view(MANY, "me", "One", page) for page in range(3)]
    assert [len(options(view)) for view in pages] == [MENU_SIZE, MENU_SIZE, 10]
    assert labels(pages[0]) == ["All groups", "More topics"]
    assert labels(pages[1]) == ["All groups", "Earlier topics", "More topics"]
    assert labels(pages[2]) == ["All groups", "Earlier topics"]
    assert len({pack(option.action) for view in pages for option in options(view)}) == 60


@pytest.mark.parametrize("page", [-1, 99])
def test_a_page_that_does_not_exist_is_the_nearest(page):
    assert options(topics_view(MANY, "me", "One", page))


def test_an_unknown_group_shows_the_groups():
    assert topics_view(MANY, "me", "gone") == topics_view(MANY, "me")


def test_a_single_group_is_shown_at_once():
    one = knowledge(entry("a", "x"), entry("b", "y"))
    assert [option.label for option in options(topics_view(one, "me"))] == ["About a", "About b"]


def test_a_field_to_search_in_is_there_where_the_platform_has_one():
    assert any(isinstance(block, Search) for block in topics_view(MANY, "me", search=True).blocks)
    assert not any(isinstance(block, Search) for block in topics_view(MANY, "me").blocks)


@pytest.mark.parametrize(
    ("typed", "group"),
    [("choose", "Choose"), ("CHO", "Choose"), ("beyond", "Beyond"), ("", ""), ("planes", ""), ("c", "")],
)
def test_a_group_is_named_by_its_beginning(typed, group):
    assert group_named(KNOWLEDGE, typed) == group


@pytest.mark.parametrize(
    ("typed", "group"), [("compare", "Comparing"), ("choose", "Choosing"), ("learning", "Learning and jobs")]
)
def test_the_ending_of_a_group_s_name_does_not_matter(shipped, typed, group):
    assert group_named(shipped.knowledge, typed) == group


# The start page.


def home(shipped, **more):
    return home_view(shipped.knowledge, CAPABILITIES, "me", **more)


def test_the_start_page_has_one_field_to_ask_in_four_questions_and_one_search(shipped):
    blocks = home(shipped).blocks
    assert [type(block).__name__ for block in blocks if isinstance(block, AskField | Search | Menu)] == [
        "AskField",
        "Search",
    ]
    questions = [button for block in blocks if isinstance(block, Buttons) for button in block.buttons][:4]
    assert all(button.label.endswith("?") and button.action.name == "show" for button in questions)
    assert [button.action.fields[1] for button in questions] == [name for name, _ in STARTERS]


def test_each_question_of_the_start_page_leads_to_what_the_bot_answers_to_it(shipped):
    for name, question in STARTERS:
        assert shipped.answer(Question(question)).entries[:1] == (name,), question


def test_the_start_page_asks_only_what_the_knowledge_answers():
    bare = home_view(knowledge(entry("choose.mobile", "x")), replace(CAPABILITIES, search=False), "me")
    assert labels(bare) == ["Which one for a phone app?", "Topics", "Help", "Privacy"]
    assert not any(isinstance(block, Search) for block in bare.blocks)


def test_what_curators_need_comes_last_on_the_start_page(shipped):
    section = (Heading("For you"), Text("3 questions wait."))
    assert home(shipped, curating=section).blocks == (*home(shipped).blocks, *section)


def test_help_says_how_to_ask_here_and_offers_what_there_is():
    full = help_view(CAPABILITIES, "me", flow=True, compares=True)
    assert labels(full) == ["Guided recommendation", "Topics", "Compare frameworks", "Privacy"]
    bare = help_view(replace(CAPABILITIES, forms=False), "me", flow=False, compares=True)
    assert labels(bare) == ["Topics", "Privacy"]


def words(view):
    return str(view.blocks)


def test_privacy_says_all_that_is_stored_and_offers_to_delete_it():
    view = privacy_view(CAPABILITIES, Retention())
    assert all(line in words(view) for line in lines(Retention()))
    (delete,) = [button for block in view.blocks if isinstance(block, Buttons) for button in block.buttons]
    assert (delete.label, delete.style) == ("Delete my data", "danger")
    assert delete.confirm


def test_privacy_where_nothing_is_stored_is_what_the_platform_says():
    view = privacy_view(replace(CAPABILITIES, privacy="Nothing."), Retention())
    assert "Nothing." in words(view)
    assert labels(view) == []


def test_other_messages_are_read_only_where_they_arrive():
    assert "/settings" in words(privacy_view(CAPABILITIES, Retention()))
    assert "/settings" not in words(privacy_view(replace(CAPABILITIES, reads_channels=False), Retention()))


EVERY_SETTING = [ChannelSettings(), ChannelSettings(True, True, "channel", False)]


@pytest.mark.parametrize("settings", EVERY_SETTING)
def test_each_setting_shows_both_its_states_and_which_of_them_is_on(settings):
    rows = settings_of(settings_view(settings, CAPABILITIES, "channel"))
    assert len(rows) == 4
    for row in rows:
        on, off = sorted(row.states, key=lambda state: not state.chosen)
        assert (on.chosen, on.style, on.label[:2]) == (True, "primary", "● ")
        assert (off.chosen, off.style, off.label[:2]) == (False, "plain", "○ ")


def test_another_choice_turns_the_other_state_on():
    before, after = (settings_of(settings_view(one, CAPABILITIES, "channel")) for one in EVERY_SETTING)
    for one, other in zip(before, after, strict=True):
        assert [state.chosen for state in one.states] == [not state.chosen for state in other.states]
        assert [state.label[2:] for state in one.states] == [state.label[2:] for state in other.states]


@pytest.mark.parametrize("settings", EVERY_SETTING)
def test_a_pressed_state_is_the_one_that_is_on_then(settings):
    for number in range(4):
        for state in range(2):
            button = settings_of(settings_view(settings, CAPABILITIES, "channel"))[number].states[state]
            changed = replace(settings, **setting_change(*button.action.fields[1:]))
            shown = settings_of(settings_view(changed, CAPABILITIES, "channel"))
            assert shown[number].states[state].chosen
            others = [row.states for row in settings_of(settings_view(settings, CAPABILITIES, "channel"))]
            assert [row.states for row in shown][:number] == others[:number]


def settings_of(view):
    return [block for block in view.blocks if isinstance(block, Setting)]


def test_what_has_no_effect_yet_says_so():
    assert "have no effect" in words(
        settings_view(ChannelSettings(), replace(CAPABILITIES, reads_channels=False), "channel")
    )
    assert "Invite me." in words(
        settings_view(ChannelSettings(), replace(CAPABILITIES, join_hint="Invite me."), "channel")
    )


def test_an_unknown_setting_changes_nothing():
    assert setting_change("gone", "on") is None
