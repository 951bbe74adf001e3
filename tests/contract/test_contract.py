"""What holds on every platform, whatever arrives."""

from __future__ import annotations

import re
import unicodedata

import pytest

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


def assert_presentable(shown: str) -> None:
    """Something is said, in words, within bounds, and nothing in it works on the platform or the screen."""
    assert any(character.isalpha() for character in shown)
    assert len(shown) < 12_000
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not [c for c in shown if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
    assert not [ping for ping in PINGS if ping in shown]
    assert "Traceback" not in shown
    assert not re.search(r"[A-Za-z]Error\b|Error:", shown)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
async def test_whatever_arrives_gets_a_clear_reply(adapter, text):
    assert_presentable(await adapter.say(text))


async def test_an_empty_message_is_told_how_to_ask(adapter):
    assert "Ask in a sentence" in " ".join((await adapter.say("")).split())


async def test_an_unknown_question_is_not_answered_with_somebody_elses_answer(adapter, shipped):
    shown = await adapter.say("zorblax quuxification of the frimble")
    assert_presentable(shown)
    squeezed = "".join(shown.split())
    answers = [entry.answer.text for entry in shipped.knowledge.entries.values() if entry.kind == "answer"]
    assert not [answer for answer in answers if "".join(answer.split()) in squeezed]


async def test_a_button_shows_its_entry(adapter, shipped):
    answer = shipped.knowledge.entries[KNOWN].answer.text
    assert "".join(answer.split()) in "".join((await adapter.press(KNOWN)).split())


@pytest.mark.parametrize("entry", [GONE, "", "x" * 5_000, "../../etc/passwd", "\x00\x1b[2J", "<!channel>"])
async def test_a_button_that_leads_nowhere_any_more_is_refused_kindly(adapter, entry):
    shown = await adapter.press(entry)
    assert_presentable(shown)
    assert "no longer" in shown


async def test_a_stale_button_does_not_end_the_conversation(adapter, shipped):
    await adapter.press(GONE)
    phrasing = shipped.knowledge.entries[KNOWN].phrasings[0]
    assert "".join(shipped.knowledge.entries[KNOWN].answer.text.split()) in "".join(
        (await adapter.say(phrasing)).split()
    )


async def test_the_same_event_twice_never_gives_two_different_replies(adapter, shipped):
    """A second delivery is shown nothing more, or the same again."""
    phrasing = shipped.knowledge.entries[KNOWN].phrasings[0]
    first = await adapter.say(phrasing, event="E1")
    assert await adapter.say(phrasing, event="E1") in ("", first)


@pytest.mark.parametrize("text", ["what is pytorch", "1", "why?", "/help", "none of these"])
async def test_nothing_said_first_thing_fails_for_want_of_a_conversation(adapter, text):
    assert_presentable(await adapter.say(text))


async def test_every_entry_can_be_shown(adapter, shipped):
    for entry in shipped.knowledge.entries:
        assert_presentable(await adapter.press(entry))
