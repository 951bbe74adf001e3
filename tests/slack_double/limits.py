"""Slack's own limits: it refuses a whole message for one text that is too long.

The SDK checks some of them and only for the blocks it knows. Every limit below is documented under
https://docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adapters.slack.blockkit import Block, SlackSurface

_EVERYWHERE = frozenset({"section", "header", "context", "actions", "divider", "image", "input", "rich_text"})
_ALLOWED: Mapping[SlackSurface, frozenset[str]] = {
    "message": _EVERYWHERE | {"table", "context_actions", "data_visualization"},
    "private": frozenset({"section", "header", "context", "actions", "divider"}),
    "modal": _EVERYWHERE,
    "home": _EVERYWHERE | {"table"},
}

_MOST_BLOCKS: Mapping[SlackSurface, int] = {"message": 50, "private": 50, "modal": 100, "home": 100}

_VIEW_BYTES = 250_000
_MESSAGE_TEXT = 40_000


def message_problems(message: Mapping[str, Any], surface: SlackSurface = "message") -> list[str]:
    """What Slack would refuse in the arguments of chat.postMessage, or of a response_url."""
    found = list(block_problems(message.get("blocks", ()), surface))
    text = message.get("text", "")
    if not text.strip():
        found.append("text: missing; notifications and screen readers need it")
    if len(text) > _MESSAGE_TEXT:
        found.append(f"text: {len(text)} characters, at most {_MESSAGE_TEXT}")
    return found


def view_problems(view: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse in a modal or a Home tab."""
    surface: SlackSurface = "home" if view.get("type") == "home" else "modal"
    found = list(block_problems(view.get("blocks", ()), surface))
    for name in ("title", "submit", "close"):
        if name in view:
            found += _text(name, view[name], 24, plain=True)
    if surface == "modal" and "title" not in view:
        found.append("title: missing")
    if surface == "home" and view.keys() & {"title", "submit", "close"}:
        found.append("a Home tab has no title, submit or close")
    found += _long("callback_id", view.get("callback_id", ""), 255)
    found += _long("private_metadata", view.get("private_metadata", ""), 3_000)
    has_inputs = any(block.get("type") == "input" for block in view.get("blocks", ()))
    if surface == "modal" and has_inputs and "submit" not in view:
        found.append("submit: missing, though there is an input")  # also where each has dispatch_action
    if len(json.dumps(view).encode()) > _VIEW_BYTES:
        found.append("the view is larger than 250 kB")
    return found


def block_problems(blocks: Sequence[Block], surface: SlackSurface) -> Iterator[str]:
    """What Slack would refuse in a list of blocks."""
    if not 1 <= len(blocks) <= _MOST_BLOCKS[surface]:
        yield f"{len(blocks)} blocks, from 1 to {_MOST_BLOCKS[surface]}"
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name}: used {count} times" for name, count in ids.items() if count > 1)
    kinds = Counter(block.get("type") for block in blocks)
    if kinds["table"] > 1:
        yield f"{kinds['table']} tables, at most 1 a message"
    if kinds["data_visualization"] > 2:
        yield f"{kinds['data_visualization']} charts, at most 2 a message"
    for number, block in enumerate(blocks):
        kind = str(block.get("type"))
        yield from _long(f"block {number}: block_id", block.get("block_id", ""), 255)
        if kind not in _ALLOWED[surface]:
            yield f"block {number}: {kind} cannot be in a {surface}"
            continue
        yield from (f"block {number} ({kind}): {problem}" for problem in _BLOCKS[kind](block))


def _section(block: Block) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "neither text nor fields"
    if "text" in block:
        yield from _text("text", block["text"], 3_000)
    fields = block.get("fields", ())
    if "fields" in block and not 1 <= len(fields) <= 10:
        yield f"{len(fields)} fields, from 1 to 10"
    for field in fields:
        yield from _text("field", field, 2_000)
    if "accessory" in block:
        yield from _element(block["accessory"])


def _header(block: Block) -> Iterator[str]:
    yield from _text("text", block["text"], 150, plain=True)


def _context(block: Block) -> Iterator[str]:
    elements = block["elements"]
    if not 1 <= len(elements) <= 10:
        yield f"{len(elements)} elements, from 1 to 10"
    for element in elements:
        yield from _text("element", element, 3_000)


def _actions(block: Block) -> Iterator[str]:
    yield from _elements(block["elements"], 25)


def _context_actions(block: Block) -> Iterator[str]:
    yield from _elements(block["elements"], 5)


def _divider(block: Block) -> Iterator[str]:
    yield from (f"unknown field {name}" for name in block.keys() - {"type", "block_id"})


def _image(block: Block) -> Iterator[str]:
    if not block.get("alt_text"):
        yield "alt_text: missing"
    yield from _long("alt_text", block.get("alt_text", ""), 2_000)


def _input(block: Block) -> Iterator[str]:
    yield from _text("label", block["label"], 2_000, plain=True)
    if "hint" in block:
        yield from _text("hint", block["hint"], 2_000, plain=True)
    yield from _element(block["element"])


def _rich_text(block: Block) -> Iterator[str]:
    texts = [part.get("text", "") for line in block.get("elements", ()) for part in line.get("elements", ())]
    if not "".join(texts).strip():
        yield "no text"


def _table(block: Block) -> Iterator[str]:
    rows = block["rows"]
    if not 1 <= len(rows) <= 100:
        yield f"{len(rows)} rows, from 1 to 100"
    if len({len(row) for row in rows}) > 1:
        yield "rows of different length"
    if len(block.get("column_settings", ())) > 20:
        yield "settings for more than 20 columns"
    characters = 0
    for row in rows:
        if not 1 <= len(row) <= 20:
            yield f"{len(row)} columns, from 1 to 20"
        for cell in row:
            text = (
                cell.get("text")
                if cell["type"] == "raw_text"
                else "".join(part.get("text", "") for line in cell["elements"] for part in line["elements"])
            )
            characters += len(text or "")
            if not text or not text.strip():
                yield "an empty cell"
    if characters > 10_000:
        yield f"{characters} characters, at most 10,000"


def _data_visualization(block: Block) -> Iterator[str]:
    if not 1 <= len(block["title"]) <= 50:
        yield f"title of {len(block['title'])} characters, from 1 to 50"
    chart = block["chart"]
    axis, series = chart["axis_config"], chart["series"]
    if not 1 <= len(series) <= 6:
        yield f"{len(series)} series, from 1 to 6"
    if len({one["name"] for one in series}) != len(series):
        yield "two series of one name"
    categories = axis["categories"]
    if not 1 <= len(categories) <= 20 or len(set(categories)) != len(categories):
        yield f"{len(categories)} categories, from 1 to 20 different ones"
    for name in (*categories, *(one["name"] for one in series)):
        if not 1 <= len(name) <= 20:
            yield f"a name of {len(name)} characters, from 1 to 20"
    for one in series:
        if [point["label"] for point in one["data"]] != list(categories):
            yield "points that are not the axis's categories"
    for name in ("x_label", "y_label"):
        yield from _long(name, axis.get(name, ""), 50)


_BLOCKS: Mapping[str, Callable[[Block], Iterator[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "divider": _divider,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "table": _table,
    "data_visualization": _data_visualization,
}


def _elements(elements: Sequence[Block], most: int) -> Iterator[str]:
    if not 1 <= len(elements) <= most:
        yield f"{len(elements)} elements, from 1 to {most}"
    ids = Counter(element.get("action_id") for element in elements)
    yield from (f"action_id {name}: used {count} times" for name, count in ids.items() if count > 1)
    for element in elements:
        yield from _element(element)


def _element(element: Block) -> Iterator[str]:
    kind = element["type"]
    if not element.get("action_id"):
        yield f"{kind}: no action_id"
    yield from _long("action_id", element.get("action_id", ""), 255)
    if "placeholder" in element:
        yield from _text("placeholder", element["placeholder"], 150, plain=True)
    yield from _long("accessibility_label", element.get("accessibility_label", ""), 75)
    if kind == "button":
        yield from _button(element)
    elif kind == "feedback_buttons":
        for side in ("positive_button", "negative_button"):
            yield from _button(element[side])
    elif kind in ("radio_buttons", "checkboxes"):
        yield from _options(element["options"], 10)
    elif kind == "overflow":
        yield from _options(element["options"], 5)
    elif kind in ("static_select", "multi_static_select"):
        yield from _options(element["options"], 100)
    initial = element.get("initial_option")
    if initial is not None and "options" in element and initial not in element["options"]:
        yield "initial_option is none of the options"


def _button(element: Block) -> Iterator[str]:
    yield from _text("button", element["text"], 75, plain=True)
    yield from _long("value", element.get("value", ""), 2_000)
    yield from _long("accessibility_label", element.get("accessibility_label", ""), 75)
    confirm = element.get("confirm")
    if confirm:
        yield from _text("confirm title", confirm["title"], 100, plain=True)
        yield from _text("confirm text", confirm["text"], 300)
        for name in ("confirm", "deny"):
            yield from _text(f"confirm {name}", confirm[name], 30, plain=True)


def _options(options: Sequence[Block], most: int) -> Iterator[str]:
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options, from 1 to {most}"
    for option in options:
        yield from _text("option", option["text"], 75)
        yield from _long("option value", option["value"], 150)
        if "description" in option:
            yield from _text("option description", option["description"], 75)
    if len({option["value"] for option in options}) != len(options):
        yield "two options of one value"


def option_problems(options: Sequence[Block]) -> list[str]:
    """What Slack would refuse in the answer to an external select; none at all is allowed."""
    return list(_options(options, 100)) if options else []


def _text(name: str, text: Block, most: int, *, plain: bool = False) -> Iterator[str]:
    if text["type"] != "plain_text" and plain:
        yield f"{name}: must be plain_text"
    if not text["text"].strip():
        yield f"{name}: empty"
    yield from _long(name, text["text"], most)


def _long(name: str, text: str, most: int) -> Iterator[str]:
    if len(text) > most:
        yield f"{name}: {len(text)} characters, at most {most}"
