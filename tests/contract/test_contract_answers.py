"""What holds on every platform of an answer: short first, the rest on a press; who may share and delete it."""

from __future__ import annotations

import pytest

from tests.contract.port import answers, needs, squeezed, words

ENTRY = "compare.debugging"
TWO_THINGS = "what is keras? and what is jax?"


def detailed(shipped, shown, entry=ENTRY) -> bool:
    """Whether the details of an entry are shown: what changed, and when it was checked."""
    known = shipped.knowledge.entries[entry]
    said = squeezed(words(shown))
    return all(squeezed(one.text) in said for one in known.since) and "Lastchecked" in said


async def test_an_answer_is_one_short_message(platform, shipped):
    [shown] = await platform.say(shipped.knowledge.entries[ENTRY].phrasings[0])
    assert answers(shipped, [shown], ENTRY)
    assert not detailed(shipped, [shown])
    assert len(" ".join(shown.text.split())) < 900


async def test_several_things_asked_are_one_message(platform, shipped):
    [shown] = await platform.say(TWO_THINGS)
    assert answers(shipped, [shown], "beyond.keras")
    assert answers(shipped, [shown], "beyond.jax")
    assert len(" ".join(shown.text.split())) < 1_300


@needs("channels")
async def test_details_in_a_channel_are_for_the_person_who_pressed(platform, shipped):
    [shown] = await platform.say(shipped.knowledge.entries[ENTRY].phrasings[0], where="channel", mention=True)
    for who in ("ann", "bob"):
        pressed = await platform.press(shown.buttons["Details"], who=who)
        assert detailed(shipped, pressed)
        assert all(one.private and not one.replaced for one in pressed)


@needs("details")
async def test_details_in_a_direct_message_take_the_place_of_the_answer(platform, shipped):
    [shown] = await platform.say(shipped.knowledge.entries[ENTRY].phrasings[0])
    pressed = await platform.press(shown.buttons["Details"])
    assert answers(shipped, pressed, ENTRY)
    assert detailed(shipped, pressed)
    assert pressed[0].replaced
    assert "Details" not in words(pressed)


@needs("channels")
async def test_a_private_answer_is_shared_once_with_who_shared_it_and_what_it_answers(platform, shipped):
    private = await platform.command("ask", shipped.knowledge.entries[ENTRY].phrasings[0])
    assert all(one.private for one in private)
    share = private[-1].buttons["Show everyone"]
    public = [one for one in await platform.press(share) if not one.private]
    assert answers(shipped, public, ENTRY)
    assert f"shared the answer to: {shipped.knowledge.entries[ENTRY].title}" in words(public)
    assert "Show everyone" not in public[-1].buttons
    again = await platform.press(share)
    assert "You have shared this already" in words(again)
    assert all(one.private and not one.replaced for one in again)


@needs("channels")
async def test_what_everybody_sees_is_not_shared(platform, shipped):
    for where in ("channel", "direct"):
        shown = await platform.say("what is jax", where=where, mention=where == "channel")
        assert "Show everyone" not in shown[-1].buttons


@needs("channels", "deletes")
async def test_only_the_asker_deletes_an_answer(platform):
    [shown] = await platform.say("what is jax", where="channel", mention=True)
    others = await platform.press(shown.buttons["Delete"], who="bob")
    assert "Only the person who asked" in words(others)
    assert all(one.private and not one.replaced and not one.deleted for one in others)
    [own] = await platform.press(shown.buttons["Delete"])
    assert own.deleted


@pytest.mark.parametrize("said", ["hello", "thanks!", "how are you?", "stop", "who are you"])
async def test_small_talk_has_no_buttons(platform, said):
    [shown] = await platform.say(said)
    assert shown.text.strip()
    assert not shown.buttons


@needs("forms", "channels")
async def test_a_comparison_of_nothing_says_what_to_choose(platform):
    [offered] = await platform.command("help")
    [opened] = await platform.press(offered.buttons["Compare frameworks"])
    said = words(await platform.submit(opened.form, {}))
    assert "Choose what to compare by." in said
    assert "no longer in the knowledge base" not in said
