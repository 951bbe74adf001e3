"""The sources of an answer in a CSV table: a line of each source column is one source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from knowledge.exchange.cells import lines
from knowledge.exchange.csv_reading import Row
from knowledge.model import Source
from knowledge.references import did_you_mean

COLUMNS = ("source_key", "source_title", "source_url", "source_seen", "source_dated")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadCellError(ValueError):
    """A cell cannot be what its column says. `message` and `mend` are those of a Problem."""

    def __init__(self, column: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message
        self.mend = mend


@dataclass(slots=True)
class Sources:
    """The sources that an entry's answer names."""

    keys: list[str] = field(default_factory=list)
    own: dict[str, Any] = field(default_factory=dict)
    """Those that the row itself describes, by key, as the model validates them."""


def read(row: Row, *, own: Mapping[str, Source], shared: Mapping[str, Source]) -> Sources:
    """The sources on a row. `own` and `shared` are those that a key alone may name. Raises BadCellError."""
    found = Sources()
    cells = [lines(row.cells[column].text) if column in row.cells else [] for column in COLUMNS]
    for texts in zip_longest(*cells, fillvalue=""):
        key, title, url, seen, dated = (text.strip() for text in texts)
        if not (title or url or seen or dated):
            if key:
                _require(key, {**shared, **own})
                found.keys.append(key)
            continue
        source = {"title": title or url, "seen": _seen(row, seen), "url": url or None, "dated": dated or None}
        key = key or _free(found, own)
        found.keys.append(key)
        known = shared.get(key)
        if known is None or any(getattr(known, name) != value for name, value in source.items()):
            found.own[key] = source
    return found


def day(column: str, text: str) -> date:
    """The day in a cell. Raises BadCellError."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    mend = "write the day as YYYY-MM-DD; in a spreadsheet, give the column the format Text first"
    raise BadCellError(column, f'is "{text[:40]}", not a day', mend)


def _seen(row: Row, seen: str) -> date:
    if seen:
        return day("source_seen", seen)
    if "checked_on" in row.cells:
        return day("checked_on", row.cells["checked_on"].text.strip())
    raise BadCellError("source_seen", "is empty", "write the day on which somebody looked at the source, as YYYY-MM-DD")


def _require(key: str, known: Mapping[str, Source]) -> None:
    if key not in known:
        mend = did_you_mean(
            key, known, "give its title and the day it was seen, or import over the knowledge that has it"
        )
        raise BadCellError("source_key", f'"{key}" is not a source', mend)


def _free(found: Sources, own: Mapping[str, Source]) -> str:
    """A key for a source that the table gives none."""
    number = 1
    while f"source-{number}" in found.own or f"source-{number}" in own:
        number += 1
    return f"source-{number}"
