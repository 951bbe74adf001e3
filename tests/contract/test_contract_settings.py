"""Who may change how the bot behaves, on every platform; and who learns of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.actions import pack
from bot.chat.incoming import Action
from bot.chat.settings import KEEP_WORDS_NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED_EVERYWHERE
from bot.storage.records import utc_now
from tests.contract.port import needs, words


def setting(name: str, value: str, where: str = "channel") -> str:
    return pack(Action("set", (where, name, value)))


async def holds(platform, label: str, **how) -> bool:
    """Whether the settings show a state as the one that is on."""
    platform.grant("ann", "all")
    (shown,) = await platform.command("settings", **how)
    return f"● {label}" in shown.buttons


CHANGES = [
    ("passive", "on", "Answer where I am very sure"),
    ("follow_ups", "on", "Also without a mention"),
    ("visibility", "channel", "For everyone"),
    ("keep_words", "off", "Keep no words"),
]

PARTIAL_RIGHTS = [pytest.param(rights, marks=needs(f"{rights} rights")) for rights in ("unknown", "channel")]


@pytest.mark.parametrize(("name", "value", "label"), CHANGES, ids=[name for name, *_ in CHANGES])
@needs("settings", "channels")
async def test_who_manages_nothing_changes_nothing(platform, name, value, label):
    platform.grant("bob", "none")
    shown = await platform.press_packed(setting(name, value), who="bob")
    assert words(shown).startswith(NOT_ALLOWED)
    assert not await holds(platform, label)


@pytest.mark.parametrize("rights", [pytest.param("channel", marks=needs("channel rights")), "all"])
@pytest.mark.parametrize(("name", "value", "label"), CHANGES, ids=[name for name, *_ in CHANGES])
@needs("settings", "channels")
async def test_who_manages_the_channel_changes_it_and_nobody_else_is_told(platform, rights, name, value, label):
    platform.grant("ann", rights)
    (shown,) = await platform.press_packed(setting(name, value))
    assert "Saved." in words([shown])
    assert await holds(platform, label)


@pytest.mark.parametrize(("name", "value", "label"), CHANGES, ids=[name for name, *_ in CHANGES])
@needs("settings", "channels", "unknown rights")
async def test_where_the_platform_does_not_say_who_manages_a_channel_everybody_learns_who_changed_what(
    platform, name, value, label
):
    platform.grant("bob", "unknown")
    (screen,) = await platform.command("settings", who="bob")
    shown = await platform.press(screen.buttons[f"○ {label}"], who="bob")
    [public] = [one for one in shown if not one.private]
    assert "changed how I behave in this channel" in words([public])
    assert "bob" in public.text.lower()
    assert label in public.text
    assert "Saved." in words([one for one in shown if one.private])
    assert await holds(platform, label)


@pytest.mark.parametrize("rights", ["none", *PARTIAL_RIGHTS])
@needs("settings", "channels")
async def test_what_holds_everywhere_is_for_those_who_manage_all_of_it(platform, rights):
    platform.grant("bob", rights)
    shown = await platform.press_packed(setting("passive", "on", "server"), who="bob")
    assert words(shown).startswith(NOT_ALLOWED if rights == "none" else NOT_ALLOWED_EVERYWHERE)
    assert not await holds(platform, "Answer where I am very sure")
    shown = await platform.press_packed(setting("passive", "on", "server"))
    assert "Saved." in words(shown)
    assert await holds(platform, "Answer where I am very sure")


@pytest.mark.parametrize("rights", PARTIAL_RIGHTS)
@needs("settings", "channels")
async def test_words_are_kept_again_only_where_who_manages_all_of_it_says_so(platform, rights):
    platform.grant("bob", rights)
    await platform.press_packed(setting("keep_words", "off"), who="bob")
    shown = await platform.press_packed(setting("keep_words", "on"), who="bob")
    assert words(shown).startswith(KEEP_WORDS_NOT_ALLOWED)
    assert await holds(platform, "Keep no words")
    await platform.press_packed(setting("keep_words", "on"))
    assert await holds(platform, "Keep, masked, for editors")


@needs("settings", "channels")
async def test_what_holds_with_the_bot_alone_is_for_the_person_to_choose(platform):
    for value, label in (("off", "Keep no words"), ("on", "Keep, masked, for editors")):
        shown = await platform.press_packed(setting("keep_words", value), who="bob", where="direct")
        assert f"● {label}" in shown[-1].buttons


# What comes with a button and is stored.


@pytest.mark.parametrize(
    ("entry", "version"),
    [("", "0123456789ab"), ("none", "0123456789ab"), ("compare.overall", "made up"), ("compare.overall", "é" * 9)],
)
@needs("old buttons", "store")
async def test_a_vote_on_what_was_never_answered_is_not_counted(platform, store, entry, version):
    shown = await platform.press_packed(pack(Action("vote", ("y", entry, version))))
    assert "no longer works" in words(shown)
    assert await stored(store) == 0


@pytest.mark.parametrize("version", ["", "0123456789ab"])
@needs("old buttons", "store")
async def test_a_vote_on_an_answer_of_an_earlier_version_counts(platform, store, version):
    await platform.press_packed(pack(Action("vote", ("y", "compare.overall", version))))
    assert await stored(store) == 1


async def stored(store) -> int:
    """How many votes there are."""
    now = utc_now()
    found = await store.store.feedback.votes(now - timedelta(days=1), now + timedelta(days=1))
    return sum(vote.helpful + vote.unhelpful for vote in found)
