"""Knowledge -> a YAML folder, a JSON document or a CSV table, to take elsewhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from knowledge.errors import KnowledgeError
from knowledge.files import ENTRY, REGISTERS
from knowledge.folder import ARTICLE, CALIBRATION, HIDE, PHRASINGS, RECOMMENDATION, SOURCES, VOCABULARY, save
from knowledge.loading import Loaded, id_clashes
from knowledge.model import SOURCE_KEY, Calibration, Entry, KnowledgeBase, Vocabulary, statements
from knowledge.tables import COLUMNS, guarded
from knowledge.text import id_of, marked_id, one_line

Form = Literal["yaml", "json", "csv"]

FORMS: tuple[Form, ...] = get_args(Form)
"""yaml is a folder with a file for each entry; the others are one file."""

FORMAT = 1
"""Raised when the JSON document changes in a way that its readers must know."""

_ONE_LINE = frozenset(
    "frameworks about related claims sources aliases former misspellings part_of elsewhere sides leading".split()
)
"""Lists of names, which are written in one line."""

_WORD = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_GROUP_AND_TOPIC = re.compile(rf"({_WORD})\.({_WORD}(?:\.{_WORD})*)")


def form_of(out: Path) -> Form:
    """The form that a file's ending names, else yaml."""
    return next((form for form in FORMS if out.suffix.lower() == f".{form}"), "yaml")


def part_of(found: Loaded, names: Collection[str]) -> Loaded:
    """These entries and their sources, without the other files."""
    entries = {name: entry for name, entry in found.knowledge.entries.items() if name in names}
    used = {key for entry in entries.values() for _, statement in statements(entry) for key in statement.sources}
    used |= {SOURCE_KEY for entry in entries.values() if entry.article}
    knowledge = KnowledgeBase(
        version=found.knowledge.version,
        entries=entries,
        sources={key: source for key, source in found.knowledge.sources.items() if key in used},
    )
    return Loaded(knowledge, found.places)


def export_folder(found: Loaded, out: Path, *, force: bool = False) -> None:
    """Write a knowledge folder, a file for each entry.

    A folder that holds something is refused, unless by `force`, which adds to it and replaces files of the
    same names. Raises KnowledgeError where it cannot be written.
    """
    if out.suffix.lower() in {".yaml", ".yml"} or (out.exists() and not out.is_dir()):
        raise KnowledgeError.at(out, "is a file, and yaml is a folder with a file for each entry", "name a folder")
    if out.is_dir() and any(out.iterdir()) and not force:
        raise KnowledgeError.at(out, "holds something already", "name a new or empty folder, or add --force")
    entries = {out / _file_of(name): entry for name, entry in found.knowledge.entries.items()}
    written = {entry.id: (file, 0) for file, entry in entries.items()}
    errors = [clash for clash in id_clashes(out, written, replaced=entries.keys()) if clash.severity == "error"]
    if errors:
        raise KnowledgeError(errors)
    values = {out / name: value for name, value in _registers(found)}
    values |= {file: ENTRY.dump_python(entry, exclude_defaults=True) for file, entry in entries.items()}
    for file, value in values.items():
        save(file, _yaml(value))


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


def export_file(found: Loaded, out: Path, form: Form, *, force: bool = False) -> None:
    """Write one file. One that is there already is refused, unless by `force`. Raises KnowledgeError."""
    if out.is_dir():
        raise KnowledgeError.at(out, f"is a folder, and {form} is one file", "name a file")
    if out.exists() and not force:
        raise KnowledgeError.at(out, "is there already", "name another file, or add --force")
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


def _file_of(name: str) -> str:
    """The path of an entry within its folder: "compare.api" is in compare/api.yaml.

    Any other id gives what is readable of it and a fingerprint, so that none leads out of the folder and no
    two to one file.
    """
    parts = _GROUP_AND_TOPIC.fullmatch(name)
    if parts:
        return f"{parts[1]}/{parts[2]}.yaml"
    return f"_others/{marked_id(id_of(name), name)}.yaml"


def _yaml(values: Mapping[str, Any] | Sequence[str]) -> bytes:
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.BytesIO()
    yaml.dump(_styled(values), stream)
    return re.sub(rb" +\n", b"\n", stream.getvalue())  # the library leaves a space where it breaks a line


def _styled(value: Any, key: str = "") -> Any:
    """`value` with lists of names in one line, and with quotes around text that begins with a sign.

    The library knows by itself when other text needs quotes. Double quotes preserve line breaks and control
    characters.
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
