"""The limit checker sees what Slack would refuse; each case once within and once beyond."""

from __future__ import annotations

import pytest

from adapters.slack.blockkit import actions, context, header, option, plain, table
from tests.slack_double.limits import block_problems, message_problems, option_problems, view_problems


def button(text, value, action):
    return {"type": "button", "text": plain(text), "value": value, "action_id": action}


def section(length):
    return {"type": "section", "text": {"type": "plain_text", "text": "x" * length}}


def titled(length):
    return {"type": "header", "text": plain("x" * length)}


def raw(text):
    return {"type": "raw_text", "text": text}


def radio(count):
    options = [option(f"o{number}", f"v{number}") for number in range(count)]
    return {"type": "actions", "elements": [{"type": "radio_buttons", "action_id": "r", "options": options}]}


def chart(name, points=1):
    data = [{"label": f"{name}{number}", "value": 1} for number in range(points)]
    axis = {"categories": [point["label"] for point in data]}
    return {
        "type": "data_visualization",
        "title": "Points",
        "chart": {"type": "bar", "series": [{"name": "Points", "data": data}], "axis_config": axis},
    }


BEYOND = {
    "text of a section": ("message", [section(3_000)], [section(3_001)]),
    "blocks of a message": ("message", [section(1)] * 50, [section(1)] * 51),
    "blocks of a view": ("home", [section(1)] * 100, [section(1)] * 101),
    "no block at all": ("message", [section(1)], []),
    "header": ("message", [titled(150)], [titled(151)]),
    "elements of a context": (
        "message",
        [{"type": "context", "elements": [plain("x")] * 10}],
        [{"type": "context", "elements": [plain("x")] * 11}],
    ),
    "label of a button": (
        "message",
        actions([{**button("x", "v", "a"), "text": plain("x" * 75)}]),
        actions([{**button("x", "v", "a"), "text": plain("x" * 76)}]),
    ),
    "value of a button": (
        "message",
        actions([button("x", "v" * 2_000, "a")]),
        actions([button("x", "v" * 2_001, "a")]),
    ),
    "the same action twice": (
        "message",
        actions([button("x", "v", "a"), button("x", "v", "b")]),
        actions([button("x", "v", "a"), button("x", "v", "a")]),
    ),
    "the same block id twice": (
        "message",
        [{**section(1), "block_id": "a"}, {**section(1), "block_id": "b"}],
        [{**section(1), "block_id": "a"}] * 2,
    ),
    "a long block id": ("message", [{**section(1), "block_id": "a" * 255}], [{**section(1), "block_id": "a" * 256}]),
    "fields": (
        "message",
        [{"type": "section", "fields": [plain("x" * 2_000)] * 10}],
        [{"type": "section", "fields": [plain("x")] * 11}],
    ),
    "text of a field": (
        "message",
        [{"type": "section", "fields": [plain("x" * 2_000)]}],
        [{"type": "section", "fields": [plain("x" * 2_001)]}],
    ),
    "rows of a table": (
        "message",
        [{"type": "table", "rows": [[raw("x")]] * 100}],
        [{"type": "table", "rows": [[raw("x")]] * 101}],
    ),
    "columns of a table": (
        "message",
        [{"type": "table", "rows": [[raw("x")] * 20]}],
        [{"type": "table", "rows": [[raw("x")] * 21]}],
    ),
    "an empty cell": ("message", [{"type": "table", "rows": [[raw("x")]]}], [{"type": "table", "rows": [[raw(" ")]]}]),
    "characters of a table": (
        "message",
        [{"type": "table", "rows": [[raw("x" * 10_000)]]}],
        [{"type": "table", "rows": [[raw("x" * 10_001)]]}],
    ),
    "a ragged table": (
        "message",
        [{"type": "table", "rows": [[raw("x")], [raw("x")]]}],
        [{"type": "table", "rows": [[raw("x")], [raw("x")] * 2]}],
    ),
    "two tables": ("message", [table([["a"]])], [table([["a"]]), table([["a"]])]),
    "a table in a modal": ("home", [table([["a"]])], None),
    "options of a list": ("message", [radio(10)], [radio(11)]),
    "charts": ("message", [chart("a")] * 2, [chart("a")] * 3),
    "categories of a chart": ("message", [chart("a", 20)], [chart("a", 21)]),
    "a name in a chart": ("message", [chart("a" * 19)], [chart("a" * 20)]),
}  # fmt: skip


@pytest.mark.parametrize(("surface", "within", "beyond"), BEYOND.values(), ids=BEYOND.keys())
def test_a_limit(surface, within, beyond):
    assert list(block_problems(within, surface)) == []
    where = "modal" if beyond is None else surface
    assert list(block_problems(within if beyond is None else beyond, where)) != []


@pytest.mark.parametrize("kind", ["table", "data_visualization", "context_actions", "alert", "input"])
def test_private_messages_take_only_the_plain_kinds(kind):
    assert list(block_problems([{"type": kind, "elements": []}], "private")) != []


def test_descriptions_and_values_of_options_have_limits_the_sdk_does_not_check():
    assert option_problems([{**option("x", "v" * 150), "description": plain("d")}]) == []
    assert option_problems([option("x", "v" * 151)]) != []
    assert option_problems([{**option("x", "v"), "description": plain("d" * 76)}]) != []
    assert option_problems([option("x", "v")] * 2) != []


def test_a_message_needs_words_next_to_its_blocks():
    assert message_problems({"text": "Hello", "blocks": [section(1)]}) == []
    assert message_problems({"text": " ", "blocks": [section(1)]}) != []


def test_a_modal_needs_a_short_title_and_a_form_needs_a_button():
    modal = {"type": "modal", "title": plain("x" * 24), "blocks": [section(1)]}
    field = {"type": "input", "label": plain("l"), "element": {"type": "plain_text_input", "action_id": "a"}}
    assert view_problems(modal) == []
    assert view_problems({**modal, "title": plain("x" * 25)}) != []
    assert view_problems({**modal, "blocks": [field]}) != []
    assert view_problems({**modal, "blocks": [field], "submit": plain("Send")}) == []
    assert view_problems({**modal, "blocks": [{**field, "dispatch_action": True}]}) != []
    assert view_problems({**modal, "private_metadata": "x" * 3_001}) != []
    assert view_problems({"type": "home", "title": plain("x"), "blocks": [section(1)]}) != []


def test_what_the_helpers_make_is_within_the_limits_however_long_it_is():
    blocks = [
        header("x" * 500),
        *actions([button("y" * 75, "v", f"a{n}") for n in range(40)]),
        *context([plain("z")] * 30),
    ]
    assert list(block_problems(blocks, "message")) == []
