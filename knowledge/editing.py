"""Phrasings put into knowledge files by a program, and not a byte changed beside them.

Writing a parsed file anew would wrap lines and move comments that somebody set by hand. So lines are
put in where the parser says that a list ends, and the result is parsed to see that it says what was
meant and nothing else.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from knowledge.errors import KnowledgeError, Problem

WIDTH = 100
"""Characters of a line from which on a text without quotation marks is carried over into the next."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FIRST_LINE = "# Further phrasings of entries below this overlay, by their ids."


def lines_of(text: str) -> list[str]:
    """The lines of a file, each with its end; only line feeds end one."""
    return _LINE.findall(text)


def with_phrasings(text: str, entry: str, phrasings: Sequence[str], *, file: Path) -> str:
    """The text of an entry file with `phrasings` after those that `entry` has.

    Raises KnowledgeError, which names `file`, where a program cannot do that.
    """

    def find(root: Node) -> Node | None:
        items = root.value if isinstance(root, SequenceNode) else [root]
        own = next((item for item in items if _scalar_at(item, "id") == entry), None)
        return None if own is None else _value_at(own, "phrasings")

    def expected(document: Any) -> Any:
        for item in document if isinstance(document, list) else [document]:
            if item["id"] == entry:
                item["phrasings"] = [*item["phrasings"], *phrasings]
        return document

    return _extended(text, find, phrasings, expected, file)


def with_further_phrasings(text: str, entry: str, phrasings: Sequence[str], *, file: Path) -> str:
    """The text of a phrasings.yaml, which may be empty, with `phrasings` of `entry` added.

    Raises KnowledgeError, which names `file`, where a program cannot do that.
    """
    document = _load(text, file) or {}
    if not isinstance(document, dict):
        raise _by_hand(file)
    if entry in document:

        def expected(document: Any) -> Any:
            return {**document, entry: [*document[entry], *phrasings]}

        return _extended(text, lambda root: _value_at(root, entry), phrasings, expected, file)
    end = _line_end(text)
    start = text if not text or text.endswith("\n") else text + end
    added = [f"{scalar(entry)}:", *(item(phrasing, "  ") for phrasing in phrasings)]
    result = start + "".join(line.replace("\n", end) + end for line in (added if text else [_FIRST_LINE, *added]))
    _must_say(result, {**document, entry: [*phrasings]}, file)
    return result


def item(text: str, indent: str) -> str:
    """`text` as an item of a list, without the line's end."""
    written = scalar(text)
    room = WIDTH - len(indent) - 2
    if written == text and len(text) > room:
        wrapped = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
        carried = f"\n{indent}  ".join(wrapped)
        written = carried if _reads(f"- {carried}".replace(f"\n{indent}", "\n"), [text]) else quoted(text)
    return f"{indent}- {written}"


def scalar(text: str, *, within_brackets: bool = False) -> str:
    """`text` as a YAML value on one line, in quotation marks where it needs them."""
    line = f"[{text}]" if within_brackets else f"- {text}"
    return text if _reads(line, [text]) else quoted(text)


def quoted(text: str) -> str:
    """`text` in double quotation marks."""
    return json.dumps(text, ensure_ascii=False)


def _extended(
    text: str,
    find: Callable[[Node], Node | None],
    added: Sequence[str],
    expected: Callable[[Any], Any],
    file: Path,
) -> str:
    """The text with `added` at the end of the list that `find` gives, where it then reads as `expected`."""
    meant = expected(_load(text, file))
    found = find(YAML().compose(text))
    if not isinstance(found, SequenceNode) or not found.value:
        raise _by_hand(file)
    result = _in_flow(text, found, added) if found.flow_style else _in_block(text, found, added)
    _must_say(result, meant, file)
    return result


def _in_block(text: str, found: SequenceNode, added: Sequence[str]) -> str:
    """Items on lines of their own after the last one."""
    lines, end = lines_of(text), _line_end(text)
    mark = found.value[-1].end_mark
    at = mark.line if mark.column == 0 else mark.line + 1
    if not lines[at - 1].endswith("\n"):
        lines[at - 1] += end
    indent = " " * found.start_mark.column
    lines[at:at] = [item(phrasing, indent).replace("\n", end) + end for phrasing in added]
    return "".join(lines)


def _in_flow(text: str, found: SequenceNode, added: Sequence[str]) -> str:
    """Items within the brackets, after the last one."""
    lines = lines_of(text)
    mark = found.value[-1].end_mark
    line = lines[mark.line]
    more = "".join(f", {scalar(phrasing, within_brackets=True)}" for phrasing in added)
    lines[mark.line] = line[: mark.column] + more + line[mark.column :]
    return "".join(lines)


def _value_at(node: Node, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if isinstance(name, ScalarNode) and name.value == key), None)


def _scalar_at(node: Node, key: str) -> str | None:
    found = _value_at(node, key)
    return str(found.value) if isinstance(found, ScalarNode) else None


def _line_end(text: str) -> str:
    first = next(iter(lines_of(text)), "")
    return "\r\n" if first.endswith("\r\n") else "\n"


def _load(text: str, file: Path) -> Any:
    try:
        return YAML(typ="safe").load(text)
    except YAMLError as error:
        raise _by_hand(file) from error


def _reads(text: str, meant: Any) -> bool:
    try:
        return bool(YAML(typ="safe").load(text) == meant)
    except (YAMLError, ValueError):
        return False


def _must_say(text: str, meant: Mapping[str, Any] | list[Any], file: Path) -> None:
    if not _reads(text, meant):
        raise _by_hand(file)


def _by_hand(file: Path) -> KnowledgeError:
    message = "is written in a way that a program cannot add phrasings to"
    return KnowledgeError([Problem(file, 0, "", message, "add them by hand")])
