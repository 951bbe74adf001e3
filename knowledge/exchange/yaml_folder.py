"""Knowledge as a folder of YAML files in the form that people write by hand, one entry a file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from knowledge.exchange.content import REGISTERS, Content, registers
from knowledge.exchange.whereabouts import file_of
from knowledge.files import ENTRY
from knowledge.model import Entry

WIDTH = 100
"""Columns after which a line is broken, where it can be."""

_FIRST = ("id", "title", "kind", "off_subject", "frameworks", "about")
"""An entry begins with these and ends with _LAST: short fields where they are seen, the long list between them."""

_LAST = ("next_step", "related", "sources", "checked_on")

_ONE_LINE = frozenset(
    "frameworks about related claims sources aliases former misspellings part_of elsewhere sides leading".split()
)
"""Lists of names, which stand in one line; phrasings and statements take a line each."""

_BEFORE_BREAK = re.compile(rb" +\n")
"""The library leaves a space where it breaks a line, which says nothing and which editors mark."""


def texts(content: Content) -> Iterator[tuple[str, bytes]]:
    """Path within the folder and bytes of every file."""
    for name, value in registers(content):
        yield name, _text(REGISTERS[name].dump_python(value, exclude_defaults=True))
    for name, entry in content.entries.items():
        yield file_of(name), _text(_in_order(entry))


def _in_order(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = ENTRY.dump_python(entry, exclude_defaults=True)
    rest = [key for key in values if key not in _FIRST and key not in _LAST]
    return {key: values[key] for key in (*_FIRST, *rest, *_LAST) if key in values}


def _text(values: Mapping[str, Any]) -> bytes:
    yaml = YAML()
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.BytesIO()
    yaml.dump(_styled(values), stream)
    return _BEFORE_BREAK.sub(b"\n", stream.getvalue())


def _styled(value: Any, key: str = "") -> Any:
    """`value` as it is to be written: lists of names in one line, and in quotes whatever might be taken for a sign.

    Of other text the library knows by itself when it needs quotes. In double quotes line breaks and
    control characters are escaped, and so kept.
    """
    if isinstance(value, Mapping):
        return CommentedMap({_styled(name): _styled(item, name) for name, item in value.items()})
    if isinstance(value, list | tuple):
        items = CommentedSeq(_styled(item) for item in value)
        if key in _ONE_LINE and all(isinstance(item, str) for item in value):
            items.fa.set_flow_style()
        return items
    if isinstance(value, str) and not (value[:1].isalnum() and value.isprintable()):
        return DoubleQuotedScalarString(value)
    return value
