"""Actions as buttons carry them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import handlers
from bot.chat.actions import ACTIONS, LONGEST, button, expand, pack, unpack
from bot.chat.incoming import Action

assert handlers  # which declare the actions

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, TEXT)
def test_fields_of_any_text_survive_up_to_hashing(owner, entry):
    packed = pack(Action("show", (owner, entry)))
    found = unpack(packed)
    assert len(packed) <= LONGEST
    assert tuple(expand(field, [owner, entry]) for field in found.fields) == (owner, entry)


@given(st.lists(TEXT, max_size=4))
def test_an_action_of_any_number_of_fields_survives(entries):
    packed = pack(Action("share", tuple(entries)))
    assert len(packed) <= LONGEST
    assert [expand(field, entries) for field in unpack(packed).fields] == entries


@given(st.text() | st.binary() | st.none() | st.integers())
def test_garbage_is_no_action_and_never_raises(given):
    assert unpack(given) is None or unpack(given).name in ACTIONS


@given(st.text(st.characters(exclude_categories=[])))
def test_no_text_raises_after_a_known_beginning(rest):
    for beginning in ("2:show:", "2:move:", "1|show|", "1|helpful|", "f1:e:", "f1:t:", "2:"):
        found = unpack(beginning + rest)
        assert found is None or found.name in ACTIONS


def test_half_a_surrogate_pair_can_be_packed():
    assert unpack(pack(Action("show", ("", "\ud800")))) is not None


@pytest.mark.parametrize(
    "packed", ["2:show", "2:show:a", "2:show:a:b:c", "2:no-such:a", "3:show:a:b", "2", "", "2:help:x"]
)
def test_another_number_of_fields_another_name_or_version_is_no_action(packed):
    assert unpack(packed) is None


def test_an_unknown_hash_stays_as_it_is():
    assert expand("~0123456789abcdef", ["a", "b"]) == "~0123456789abcdef"


def test_a_text_that_looks_like_a_hash_is_none():
    assert unpack(pack(Action("share", ("~x",)))).fields == ("~x",)


def test_a_step_of_the_recommendation_fits_with_the_longest_names():
    token = f"1.x10.{'a' * 40}.0000.abcdefgh"
    assert len(token) <= 80
    packed = pack(Action("move", ("pick-" + "x" * 26, token)))
    assert unpack(packed).fields == ("pick-" + "x" * 26, token)


def test_what_does_not_fit_even_hashed_is_refused():
    with pytest.raises(ValueError, match="do not fit"):
        pack(Action("share", tuple("x" * 50 for _ in range(10))))


def test_an_action_is_declared_by_its_handler():
    assert [unpack(f"2:vote{':y' * count}") is not None for count in range(5)] == [False, False, False, True, False]
    assert all(unpack(f"2:share{':y' * count}") is not None for count in range(5))
    assert {"help", "set"} <= set(ACTIONS)
    assert button("help").label == "Help"


OLD = {
    "1|show|compare.mobile": Action("show", ("", "compare.mobile")),
    "1|none|a|b": Action("none_fits", ("",)),
    "1|share|a|b": Action("share", ("a", "b")),
    "1|helpful|compare.mobile|v1": Action("vote", ("y", "compare.mobile", "v1")),
    "1|unhelpful|compare.mobile|v1": Action("vote", ("n", "compare.mobile", "v1")),
    "1|start": Action("start", ("",)),
    "1|topics": Action("topics", ("", "", "0")),
    "1|help": Action("help"),
    "1|privacy": Action("privacy"),
    "1|set|follow_ups|on": Action("set", ("", "follow_ups", "on")),
    "1|forget": Action("forget"),
    "1|compare": Action("compare"),
    "f1:e:q7zm2pab:compare.mobile": Action("show", ("q7zm2pab", "compare.mobile")),
    "f1:c:q7zm2pab:compare.mobile": Action("choose", ("q7zm2pab", "compare.mobile")),
    "f1:n:q7zm2pab": Action("none_fits", ("q7zm2pab",)),
    "f1:v:y:compare.mobile": Action("vote", ("y", "compare.mobile", "")),
    "f1:s:compare.mobile": Action("share", ("compare.mobile",)),
    "f1:b:q7zm2pab": Action("start", ("q7zm2pab",)),
    "f1:m:pick-mobile:1.0..0000.": Action("move", ("pick-mobile", "1.0..0000.")),
    "f1:w:1.0..0000.": Action("words", ("1.0..0000.",)),
    "f1:o:1.0..0000.": Action("share_outcome", ("1.0..0000.",)),
    "f1:t:q7zm2pab:2:compare": Action("topics", ("q7zm2pab", "compare", "2")),
    "f1:d:q7zm2pab": Action("forget"),
}


@pytest.mark.parametrize(("packed", "action"), OLD.items(), ids=OLD)
def test_buttons_of_version_0_1_lead_on(packed, action):
    assert unpack(packed) == action


@pytest.mark.parametrize("packed", ["1|show", "1|gone|x", "f1:e:q7zm2pab", "f1:z", "1|", "f1:", "1|helpful|a"])
def test_old_buttons_that_cannot_be_read_are_no_action(packed):
    assert unpack(packed) is None
