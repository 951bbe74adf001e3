"""Knowledge -> a YAML folder, a JSON document or a CSV table, to take elsewhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from ruamel.yaml import YAML

from knowledge.errors import KnowledgeError
from knowledge.files import ENTRY, REGISTERS
from knowledge.folder import ARTICLE, CALIBRATION, HIDE, PHRASINGS, RECOMMENDATION, SOURCES, VOCABULARY, save
from knowledge.loading import Loaded
from knowledge.model import Calibration, Entry, KnowledgeBase, Vocabulary
from knowledge.tables import COLUMNS, guarded
from knowledge.text import one_line

Form = Literal["yaml", "json", "csv"]

FORMS: tuple[Form, ...] = get_args(Form)
"""yaml is a folder with a file for each entry; the others are one file."""

FORMAT = 1
"""Raised when the JSON document changes in a way that its readers must know."""


def form_of(out: Path) -> Form:
    """The form that a file's ending names, else yaml."""
    return next((form for form in FORMS if out.suffix.lower() == f".{form}"), "yaml")


def export_folder(found: Loaded, out: Path) -> None:
    """Write a knowledge folder, a file for each entry.

    Raises KnowledgeError where there is something already, or it cannot be written.
    """
    if out.suffix.lower() in {".yaml", ".yml"} or (out.exists() and not out.is_dir()):
        raise KnowledgeError.at(out, "is a file, and yaml is a folder with a file for each entry", "name a folder")
    if out.is_dir() and any(out.iterdir()):
        raise KnowledgeError.at(out, "holds something already", "name a new or empty folder")
    values = dict(_registers(found))
    for name, entry in found.knowledge.entries.items():
        values[f"entries/{name}.yaml"] = ENTRY.dump_python(entry, exclude_defaults=True)
    for name, value in values.items():
        save(out / name, _yaml(value))


def export_overlay(
    entries: Iterable[Entry], *, hidden: Sequence[str], phrasings: Mapping[str, Sequence[str]], out: Path
) -> None:
    """Write an overlay folder: a file for each entry, and what it hides and adds. Raises KnowledgeError where there is
    something already, or it cannot be written."""
    own = {entry.id: entry for entry in entries}
    export_folder(Loaded(KnowledgeBase(version="", entries=own, sources={}), {}), out)
    for name, value in ((HIDE, hidden), (PHRASINGS, phrasings)):
        if value:
            save(out / name, _yaml(value))


def export_file(found: Loaded, out: Path, form: Form) -> None:
    """Write one file. Raises KnowledgeError where there is one already, or it cannot be written."""
    if out.is_dir():
        raise KnowledgeError.at(out, f"is a folder, and {form} is one file", "name a file")
    if out.exists():
        raise KnowledgeError.at(out, "is there already", "name another file, or delete it first")
    # Spreadsheets know UTF-8 by its byte order mark.
    save(out, text_of(found, form).encode("utf-8-sig" if form == "csv" else "utf-8"))


def text_of(found: Loaded, form: Form) -> str:
    """`found` as JSON or CSV."""
    if form == "csv":
        return _csv(found.knowledge.entries.values())
    values = {
        "format": FORMAT,
        "version": found.knowledge.version,
        "entries": [
            ENTRY.dump_python(entry, mode="json", exclude_defaults=True) for entry in found.knowledge.entries.values()
        ],
        **{name.removesuffix(".yaml"): value for name, value in _registers(found, mode="json")},
    }
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _csv(entries: Iterable[Entry]) -> str:
    """A row for each phrasing, title and answer on the first one of an entry: what an import reads."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for entry in entries:
        first, *more = entry.phrasings
        writer.writerow(guarded(one_line(cell)) for cell in (first, entry.id, entry.title, entry.answer.text))
        writer.writerows((guarded(one_line(cell)) for cell in (phrasing, entry.id, "", "")) for phrasing in more)
    return stream.getvalue()


def _registers(found: Loaded, mode: Literal["python", "json"] = "python") -> Iterator[tuple[str, Any]]:
    """Name and value of each reserved file that holds something."""
    knowledge = found.knowledge
    values = {
        SOURCES: knowledge.sources,
        VOCABULARY: knowledge.vocabulary,
        CALIBRATION: knowledge.calibration,
        RECOMMENDATION: knowledge.recommendation,
        ARTICLE: found.article,
    }
    for name, value in values.items():
        if value and value not in (Vocabulary(), Calibration()):
            yield name, REGISTERS[name].dump_python(value, mode=mode, exclude_defaults=True)


def _yaml(values: Mapping[str, Any] | Sequence[str]) -> bytes:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.sort_base_mapping_type_on_output = False  # fields in the model's order
    yaml.representer.ignore_aliases = lambda _: True
    stream = io.BytesIO()
    yaml.dump(values, stream)
    return stream.getvalue()
