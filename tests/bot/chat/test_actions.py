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
    for beginning in ("2:show:", "2:move:", "2:vote:", "1|show|", "2:"):
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


@pytest.mark.parametrize("packed", ["1|show|a", "f1:e:q7zm2pab:a", "1:show::a", "2", "2:gone"])
def test_what_other_versions_carried_is_no_action(packed):
    assert unpack(packed) is None
