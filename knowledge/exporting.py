"""Knowledge -> files that people and programs take elsewhere, and an exact account of what they do not carry.

What a form carries is not promised but tried: the file is read back the way an import reads it, and
compared with what it was made from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from knowledge.errors import KnowledgeError, Problem
from knowledge.exchange import csv_entries, csv_writing, json_document, proof, staging, tsv, yaml_folder
from knowledge.exchange.content import Content, held, part, whole
from knowledge.exchange.intake import Intake
from knowledge.exchange.losses import Losses, losses
from knowledge.loading import Loaded, read_folder

Form = Literal["yaml", "json", "csv", "tsv"]

FORMS: tuple[Form, ...] = get_args(Form)
"""yaml is a folder with a file for each entry; the others are one file."""


@dataclass(frozen=True, slots=True)
class _File:
    """How a form that is one file is written, and read back."""

    text: Callable[[Content], bytes]
    read: Callable[[Path], Intake]


_FILES: Mapping[Form, _File] = {
    "json": _File(json_document.text, json_document.read),
    "csv": _File(csv_writing.text, csv_entries.read),
    "tsv": _File(tsv.text, tsv.read),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did."""

    entries: int
    phrasings: int
    losses: Losses
    """What the form could not carry."""
    elsewhere: tuple[str, ...]
    """Ids that exported entries name as related and that are not exported."""
    written: bool
    """False where `strict` kept an export with losses from being written."""


def form_of(out: Path) -> Form:
    """The form that a name stands for: that of its ending, else yaml."""
    ending = out.suffix.lower().removeprefix(".")
    return next((form for form in _FILES if form == ending), "yaml")


def export(
    found: Loaded,
    out: Path,
    *,
    form: Form = "yaml",
    only: Collection[str] | None = None,
    strict: bool = False,
    force: bool = False,
) -> Exported:
    """Write what was loaded, or of it `only` the entries with these ids and the sources they name, to `out`.

    What is there already is refused, unless by `force`: that replaces a file, and adds to a folder.
    By `strict` nothing is written that would lose something. Raises KnowledgeError where it cannot be
    written.
    """
    refused = _occupied(out, form, force=force)
    if refused is not None:
        raise KnowledgeError([refused])
    content = whole(found) if only is None else part(found, only)
    with staging.staging(out) as place:
        if form == "yaml":
            staged, back = _folder(content, out, place)
        else:
            staged, back = _file(content, place, _FILES[form])
        lost = losses(content, back)
        written = not (strict and lost)
        if written:
            staging.settle(staged, out)
    related = {name for entry in content.entries.values() for name in entry.related}
    return Exported(
        entries=len(content.entries),
        phrasings=sum(len(entry.phrasings) for entry in content.entries.values()),
        losses=lost,
        elsewhere=tuple(sorted(related - content.entries.keys())),
        written=written,
    )


def _folder(content: Content, out: Path, place: Path) -> tuple[Path, Content]:
    """The folder as it will stand at `out`, and what reading it gives."""
    staged = place / "content"
    staging.write(staged, yaml_folder.texts(content))
    refused = proof.problems(staged, out, (), None)
    if refused:
        raise KnowledgeError(refused)
    return staged, held(read_folder(staged, placed=False))


def _file(content: Content, place: Path, form: _File) -> tuple[Path, Content]:
    """The file as it will stand at its place, and what reading it gives."""
    staged = place / "content"
    staged.write_bytes(form.text(content))
    return staged, form.read(staged).content


def _occupied(out: Path, form: Form, *, force: bool) -> Problem | None:
    """Why nothing is to be written to `out`."""
    if form == "yaml":
        return _no_folder(out, force=force)
    if out.is_dir():
        return Problem(out, 0, "", f"is a folder, and {form} is one file", "name a file")
    if out.exists() and not force:
        return Problem(out, 0, "", "is there already", "name another file, or say --force")
    return None


def _no_folder(out: Path, *, force: bool) -> Problem | None:
    if out.suffix.lower() in {".yaml", ".yml"} or (out.exists() and not out.is_dir()):
        return Problem(out, 0, "", "is a file, and yaml is a folder with a file for each entry", "name a folder")
    if out.exists() and any(out.iterdir()) and not force:
        return Problem(out, 0, "", "holds something already", "name a new or empty folder, or say --force")
    return None
