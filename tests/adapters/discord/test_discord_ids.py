"""What buttons carry: read back as written, by one kind only, whatever it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord import ids
from adapters.discord.components import KINDS
from adapters.discord.limits import LONGEST_CUSTOM_ID
from bot.recommendation.flow import BACK, CANCEL, NEXT, PICK, RESTART, SKIP, Flow
from bot.recommendation.token import owner_mark
from tests.discord_double.scene import SECRET

OWNER = owner_mark("discord:123456789012345678", SECRET)
ENTRY = "x" * 80


def kinds_of(custom_id):
    return [kind.kind for kind in KINDS if re.fullmatch(kind.__discord_ui_compiled_template__, custom_id)]


@pytest.mark.parametrize(
    ("kind", "custom_id"),
    [
        ("related", ids.related(ENTRY, OWNER)),
        ("choice", ids.choice(ENTRY, OWNER)),
        ("none_fits", ids.none_fits(OWNER)),
        ("vote", ids.vote("y", ENTRY)),
        ("vote", ids.vote("n", "")),
        ("share", ids.share(ENTRY)),
        ("begin", ids.begin(OWNER)),
        ("move", ids.move("skip", "1.0..0000.")),
        ("words", ids.words("t" * 80)),
        ("share_outcome", ids.share_outcome("t" * 80)),
        ("topics", ids.topics("", 0, OWNER)),
        ("topics", ids.topics("g" * 60, 9_999, OWNER)),
        ("pick", ids.pick(OWNER)),
        ("forget", ids.forget(OWNER)),
        ("reason", ids.reason(2**64 - 1, ENTRY)),
    ],
)
def test_every_button_fits_and_is_read_by_its_kind_alone(kind, custom_id):
    assert len(custom_id) <= LONGEST_CUSTOM_ID
    assert kinds_of(custom_id) == [kind]


def test_every_move_of_the_flow_fits_beside_its_state(shipped):
    flow = Flow(shipped.knowledge)
    longest = {q.id: q.options[-1].id for q in flow.rules.questions}
    token = flow.token(flow.finished(longest), OWNER)
    actions = [PICK + option.id for q in flow.rules.questions for option in q.options]
    for action in (*actions, NEXT, BACK, SKIP, RESTART, CANCEL):
        assert len(ids.move(action, token)) <= LONGEST_CUSTOM_ID
        assert kinds_of(ids.move(action, token)) == ["move"]


def test_the_longest_move_there_can_be_fits():
    """24 characters of an option's id, and a state of ten answers."""
    token = f"1.x10.{'a' * 40}.0000.{'b' * 8}"
    assert len(ids.move(PICK + "o" * 24, token)) <= LONGEST_CUSTOM_ID


@given(st.one_of(st.text(min_size=1, max_size=100), st.from_regex(r"\Af[0-9]:[a-z]:[a-z0-9:.]{0,90}\Z")))
def test_whatever_comes_back_is_read_by_exactly_one_kind(custom_id):
    assert len(kinds_of(custom_id)) == 1


@pytest.mark.parametrize(
    "custom_id", ["f0:e:aaaa:x", "f2:n:", "F1:n:", " f1:n:", "f1:n:\n", "f1:e:aaaa:x y", "anything"]
)
def test_another_version_is_an_older_button(custom_id):
    assert kinds_of(custom_id) == ["older"]


def test_the_state_of_the_flow_is_found_in_its_buttons():
    assert ids.token_in(ids.move("pick-research", "1.0..0000.")) == "1.0..0000."
    assert ids.token_in(ids.words("1.0..0000.")) == "1.0..0000."
    assert ids.token_in(ids.none_fits(OWNER)) is None
