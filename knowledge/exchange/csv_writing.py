"""Entries as a CSV table (RFC 4180) that spreadsheets open: an entry a row, its phrasings line by line in one cell."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping

from knowledge.exchange.cells import LONGEST, guarded, in_lines, one_line
from knowledge.exchange.columns import COLUMNS, PHRASINGS
from knowledge.exchange.content import Content
from knowledge.model import Entry, Source


def text(content: Content) -> bytes:
    """The table, with the mark by which spreadsheets know UTF-8. Every cell stands in quotes."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for entry in content.entries.values():
        for row in _rows(content, entry):
            writer.writerow([guarded(row.get(column, "")) for column in COLUMNS])
    return codecs.BOM_UTF8 + stream.getvalue().encode()


def _rows(content: Content, entry: Entry) -> Iterator[Mapping[str, str]]:
    """The entry's row, and where its phrasings do not fit into one cell, rows with its id and the rest of them."""
    first, *more = _parts(entry)
    sources = [source for key in entry.answer.sources if (source := content.source(entry, key)) is not None]
    yield {
        "id": entry.id,
        "title": entry.title,
        "kind": entry.kind,
        "off_subject": "true" if entry.off_subject else "",
        PHRASINGS: first,
        "answer": entry.answer.text,
        "confidence": entry.answer.confidence,
        "source_key": in_lines(entry.answer.sources),
        **_columns(sources),
        "frameworks": _named(entry.frameworks),
        "about": _named(entry.about),
        "next_step": entry.next_step or "",
        "related": _named(entry.related),
        "checked_on": str(entry.checked_on or ""),
    }
    for part in more:
        yield {"id": entry.id, PHRASINGS: part}


def _columns(sources: list[Source]) -> Mapping[str, str]:
    """The sources' own columns: each a line of the cell, blank where a source lacks it."""
    return {
        "source_title": in_lines(source.title for source in sources),
        "source_url": in_lines(source.url or "" for source in sources),
        "source_seen": in_lines(str(source.seen) for source in sources),
        "source_dated": in_lines(source.dated or "" for source in sources),
    }


def _named(names: tuple[str, ...]) -> str:
    return ", ".join(one_line(name) for name in names)


def _parts(entry: Entry) -> Iterator[str]:
    part: list[str] = []
    size = 0
    for phrasing in entry.phrasings:
        line = len(guarded("\n" + one_line(phrasing)))
        if part and size + line > LONGEST:
            yield in_lines(part)
            part, size = [], 0
        part.append(phrasing)
        size += line
    yield in_lines(part)
