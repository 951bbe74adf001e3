"""What holds on every platform, whatever arrives: odd input, buttons, screens."""

from __future__ import annotations

import re
import unicodedata

import pytest

from bot.chat.actions import pack
from bot.chat.incoming import Action
from tests.contract.port import answers, needs, words

KNOWN = "compare.overall"
GONE = "compare.something-removed-long-ago"

ODD = {
    "empty": "",
    "blanks": " \t ",
    "10,000 characters": "why " * 2_500,
    "10,000 characters without a blank": "x" * 10_000,
    "emoji only": "\N{GRINNING FACE}\N{ROCKET}\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
    "right to left": "ما هو الأفضل للهاتف المحمول؟",
    "turned around": "\u202epytorch\u202c \u2067tensorflow\u2069",
    "null bytes": "a\x00b\x00",
    "binary": bytes(range(256)).decode("latin-1"),
    "broken characters": "\udcff\ud800",
    "stacked accents": "Z" + "\N{COMBINING GRAVE ACCENT}" * 3_000,
    "escape sequences": "\x1b[2J\x1b]0;title\x07\x9b31m",
    "markup": "<b>*_~`|||</b> [x](y) {{7*7}} ${x} %s %n",
    "mentions": "<!channel> <@U123> @everyone @here <@&1> <#1>",
}

PINGS = ("<!channel", "<!here", "<!everyone", "<@", "@everyone", "@here")


def assert_presentable(shown) -> None:
    """Something is said, in words, within bounds, and nothing in it works on the platform or the screen."""
    shown = words(shown)
    assert any(character.isalpha() for character in shown)
    assert len(shown) < 12_000
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not [c for c in shown if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
    assert not [ping for ping in PINGS if ping in shown]
    assert "Traceback" not in shown
    assert not re.search(r"[A-Za-z]Error\b|Error:", shown)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
async def test_whatever_arrives_gets_a_clear_reply(platform, text):
    assert_presentable(await platform.say(text))


async def test_an_empty_message_gets_how_to_ask(platform):
    assert "Ask in a sentence" in " ".join(words(await platform.say("")).split())


async def test_an_unknown_question_is_not_answered_with_another_ones_answer(platform, shipped):
    shown = await platform.say("zorblax quuxification of the frimble")
    assert_presentable(shown)
    entries = shipped.knowledge.entries.values()
    assert not [one.id for one in entries if one.kind == "answer" and answers(shipped, shown, one.id)]


@pytest.mark.parametrize("text", ["what is pytorch", "1", "why?", "/help", "none of these"])
async def test_nothing_said_first_thing_fails_for_want_of_a_conversation(platform, text):
    assert_presentable(await platform.say(text))


# Buttons.


def show(entry: str) -> str:
    return pack(Action("show", ("", entry)))


async def test_a_button_shows_its_entry(platform, shipped):
    shown = await platform.say(shipped.knowledge.entries[KNOWN].phrasings[0])
    titles = {shipped.knowledge.entries[name].title: name for name in shipped.knowledge.entries[KNOWN].related}
    label = next(label for label in shown[-1].buttons if label in titles)
    assert answers(shipped, await platform.press(shown[-1].buttons[label]), titles[label])


async def test_every_entry_can_be_shown(platform, shipped):
    for entry in shipped.knowledge.entries:
        shown = await platform.press_packed(show(entry))
        assert_presentable(shown)
        assert answers(shipped, shown, entry), entry


@pytest.mark.parametrize("entry", [GONE, "", "x" * 5_000, "../../etc/passwd", "\x00\x1b[2J", "<!channel>"])
async def test_a_button_that_leads_nowhere_any_more_is_refused_kindly(platform, entry):
    shown = await platform.press_packed(show(entry))
    assert_presentable(shown)
    assert "no longer" in words(shown)


@pytest.mark.parametrize("packed", ["x", "2:", "2:no-such-action:x", "9:show::a", "2:show", "2:move:next:", "\x00"])
async def test_a_button_that_cannot_be_read_is_refused_kindly(platform, packed):
    assert_presentable(await platform.press_packed(packed))


async def test_a_stale_button_does_not_end_the_conversation(platform, shipped):
    await platform.press_packed(show(GONE), where="direct")
    assert answers(shipped, await platform.say(shipped.knowledge.entries[KNOWN].phrasings[0]), KNOWN)


@needs("old buttons")
async def test_two_clicks_are_both_served_also_where_nothing_tells_them_apart(platform, shipped):
    shown = await platform.say(shipped.knowledge.entries[KNOWN].phrasings[0])
    titles = {entry.title for entry in shipped.knowledge.entries.values()}
    labels = [label for label in shown[-1].buttons if label in titles][:2]
    for label in (*labels, *labels):
        assert_presentable(await platform.press(shown[-1].buttons[label]))


# Screens.

SCREENS = {
    "help": "How to ask me",
    "topics": "Pick a group",
    "privacy": "What I keep",
    "recommend": "Step 1 of",
}


@pytest.mark.parametrize(("name", "says"), SCREENS.items(), ids=SCREENS.keys())
async def test_each_screen_has_its_command(platform, name, says):
    shown = await platform.command(name)
    assert_presentable(shown)
    assert says in words(shown)


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("form", ["{}", "{}!", " {} ", "/{}"])
async def test_a_message_of_one_word_is_a_command(platform, name, form):
    said = form.format(name.capitalize())
    assert SCREENS[name] in words(await platform.say(said))


@needs("settings", "channels")
async def test_the_settings_show_what_holds_and_a_button_changes_it(platform):
    shown = await platform.command("settings")
    assert "What I do in this channel" in words(shown)
    assert "● Only when mentioned" in shown[-1].buttons
    (changed,) = await platform.press(shown[-1].buttons["○ Also without a mention"])
    (again,) = await platform.command("settings")
    for one in (changed, again):
        assert {"○ Only when mentioned", "● Also without a mention"} <= set(one.buttons)


async def test_a_group_of_topics_lists_them_and_one_can_be_chosen(platform, shipped):
    shown = await platform.command("topics", where="direct")
    group = next(label for label in shown[-1].buttons if label == "Comparing")
    listed = await platform.press(shown[-1].buttons[group])
    title = shipped.knowledge.entries[KNOWN].title
    assert answers(shipped, await platform.press(listed[-1].buttons[title]), KNOWN)


@needs("suggestions")
async def test_suggestions_find_topics_by_their_phrasings(platform, shipped):
    await platform.chat.prepare()
    title = shipped.knowledge.entries["beyond.cloud"].title
    assert "sagemaker" not in title.lower()
    assert any(label.startswith(title) for label in await platform.suggest("topic", "sagemaker"))
