"""What a person reads in a message, and what its buttons carry."""

from __future__ import annotations


def _walk(part):
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from _walk(value)
    elif isinstance(part, list):
        for value in part:
            yield from _walk(value)


def words(blocks):
    """All that is written in blocks."""
    return "\n".join(part["text"] for part in _walk(blocks) if isinstance(part.get("text"), str))


def values(blocks):
    """The values of all buttons and options, by their words."""
    return {
        part["text"]["text"]: part["value"]
        for part in _walk(blocks)
        if isinstance(part.get("text"), dict) and isinstance(part.get("value"), str)
    }


def kinds(blocks):
    """The types of blocks, in order."""
    return [block["type"] for block in blocks]


def pressed(blocks, label):
    """The action that Slack sends when the button or option with this label is pressed."""
    for block in blocks:
        for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
            base = {"action_id": element.get("action_id"), "block_id": block.get("block_id", "b")}
            if element.get("text", {}) and isinstance(element["text"], dict) and element["text"].get("text") == label:
                return {**base, "type": "button", "value": element["value"]}
            for option in element.get("options", []):
                if option["text"]["text"] == label:
                    return {**base, "type": element["type"], "selected_option": option, "value": None}
    raise AssertionError(f"nothing called {label!r} in {words(blocks)!r}")
