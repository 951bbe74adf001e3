"""What Discord accepts in one message, as its documentation states it, checked on the payload itself.

discord.py checks the number of components only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MOST_COMPONENTS = 40
"""Components of a message, nested ones included."""

MOST_TEXT = 4_000
"""Characters over all texts of a message."""

MOST_CONTENT = 2_000
"""Characters of a message without components V2."""

MOST_BUTTONS = 5
MOST_OPTIONS = 25
LONGEST_CUSTOM_ID = 100
LONGEST_LABEL = 80
LONGEST_OPTION = 100
LONGEST_PLACEHOLDER = 150
LONGEST_TITLE = 45

_SELECT, _TEXT = 3, 10

Component = Mapping[str, Any]


def excesses(components: Iterable[Component]) -> list[str]:
    """What Discord would refuse in a message of these components; nothing where all is well."""
    top = list(components)
    found = list(_walk(top))
    text = sum(len(component.get("content", "")) for component in found if component["type"] == _TEXT)
    problems = [problem for component in found for problem in _of_one(component)]
    if not top:
        problems.append("the message is empty")
    if len(found) > MOST_COMPONENTS:
        problems.append(f"{len(found)} components")
    if text > MOST_TEXT:
        problems.append(f"{text} characters of text")
    ids = [component["custom_id"] for component in found if "custom_id" in component]
    problems += [f"custom_id {name!r} twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    return problems


def form_excesses(modal: Component) -> list[str]:
    """What Discord would refuse in a modal."""
    fields = modal["components"]
    problems = [] if 1 <= len(fields) <= 5 else [f"{len(fields)} fields"]
    if not 1 <= len(modal["title"]) <= LONGEST_TITLE:
        problems.append(f"a title of {len(modal['title'])} characters")
    for field in fields:
        if not 1 <= len(field["label"]) <= LONGEST_TITLE:
            problems.append(f"a label of {len(field['label'])} characters")
        if len(field.get("description") or "") > LONGEST_OPTION:
            problems.append("a description too long")
        if field["component"]["type"] == _SELECT:
            problems += _select(field["component"])
    names = [field["component"]["custom_id"] for field in fields]
    return problems + ["a name twice"] * (len(set(names)) < len(names))


def _walk(components: Iterable[Component]) -> Iterator[Component]:
    for component in components:
        yield component
        yield from _walk(component.get("components", ()))
        accessory = component.get("accessory")
        if accessory is not None:
            yield from _walk([accessory])


def _of_one(component: Component) -> Iterator[str]:  # noqa: C901 - one case a kind of component
    name = component.get("custom_id")
    if name is not None and not 1 <= len(name) <= LONGEST_CUSTOM_ID:
        yield f"custom_id of {len(name)} characters"
    match component["type"]:
        case 1:
            yield from _row(component.get("components", ()))
        case 2:
            if not 1 <= len(component.get("label") or "") <= LONGEST_LABEL:
                yield f"button label of {len(component.get('label') or '')} characters"
            if (name is None) == (component.get("url") is None):
                yield "a button needs a custom_id or an address, and only one of them"
        case 3:
            yield from _select(component)
        case 9:
            if not 1 <= len(component.get("components", ())) <= 3:
                yield "a section holds 1 to 3 texts"
        case 10:
            if not component.get("content", "").strip():
                yield "an empty text"
        case 17:
            if not component.get("components"):
                yield "an empty container"


def _row(children: Iterable[Component]) -> Iterator[str]:
    kinds = [child["type"] for child in children]
    if not kinds:
        yield "an empty row"
    if _SELECT in kinds and len(kinds) > 1:
        yield "a select shares its row"
    if len(kinds) > MOST_BUTTONS:
        yield f"{len(kinds)} buttons in a row"


def _select(component: Component) -> Iterator[str]:
    options = component.get("options", ())
    if not 1 <= len(options) <= MOST_OPTIONS:
        yield f"a select of {len(options)} options"
    if len(component.get("placeholder") or "") > LONGEST_PLACEHOLDER:
        yield "a placeholder too long"
    values = [option["value"] for option in options]
    if len(values) != len(set(values)):
        yield "a value twice in a select"
    for option in options:
        for part in ("label", "value", "description"):
            text = option.get(part)
            if text is not None and not 1 <= len(text) <= LONGEST_OPTION:
                yield f"option {part} of {len(text)} characters"
