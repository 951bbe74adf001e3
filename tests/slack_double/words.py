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


def prose(blocks):
    """All that is written in blocks but for what can be pressed, as a person reads it."""
    kept = [{**block, "elements": [], "accessory": None} if block["type"] in _PRESSED else block for block in blocks]
    texts = words([{**block, "accessory": None} for block in kept]).replace(":warning: ", "")
    return texts.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("*", "")


def presses(blocks):
    """The action that Slack sends for each button and option, by its label."""
    found = {}
    for block in blocks:
        for element in [*block.get("elements", []), *([block["accessory"]] if block.get("accessory") else [])]:
            base = {"action_id": element.get("action_id"), "block_id": block.get("block_id", "b")}
            base["type"] = element.get("type")
            sides = [element.get(name) for name in ("positive_button", "negative_button")]
            for button in [element, *filter(None, sides)]:
                if isinstance(button.get("value"), str):
                    found[button["text"]["text"]] = {**base, "value": button["value"]}
            for option in element.get("options", []):
                found[option["text"]["text"]] = {**base, "selected_option": option, "value": None}
    return found


def pressed(blocks, label):
    """The action that Slack sends when the button or option with this label is pressed."""
    found = presses(blocks)
    assert label in found, f"nothing called {label!r} in {words(blocks)!r}"
    return found[label]


_PRESSED = ("actions", "context_actions")
