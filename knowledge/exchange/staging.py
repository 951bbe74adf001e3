"""Writing whole or not at all: into a hidden folder first, and from there into place."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import KnowledgeError, Problem

MARK = "import.json"
"""Stands in a folder that an import wrote, so that the next one knows which files are its own."""

_KIND = "framework-bot import of a table"
_OWN = re.compile(r"(?:[a-z0-9_][a-z0-9_-]*/)?[a-z0-9][a-z0-9.-]*\.(?:yaml|jsonl)")


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A hidden folder on the file system of `out`, gone afterwards. What cannot be written raises KnowledgeError."""
    beside = out if out.is_dir() else out.absolute().parent
    try:
        beside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".framework-bot-", dir=beside, ignore_cleanup_errors=True) as place:
            yield Path(place)
    except OSError as error:
        problem = Problem(out, 0, "", f"cannot be written: {error.strerror}", "choose another place")
        raise KnowledgeError([problem]) from error


def own_files(out: Path, *, force: bool) -> tuple[str, ...]:
    """The files of an earlier import in `out`. Raises KnowledgeError where it is not a folder to write into."""
    if not out.exists():
        return ()
    if not out.is_dir():
        raise KnowledgeError([Problem(out, 0, "", "is a file, not a folder", "name another folder")])
    try:
        mark = json.loads((out / MARK).read_bytes())
        if mark["kind"] == _KIND:
            return tuple(name for name in mark["files"] if _OWN.fullmatch(name))
    except (OSError, ValueError, TypeError, KeyError):
        pass
    if not force and any(out.iterdir()):
        message = "holds something already that no import wrote"
        raise KnowledgeError([Problem(out, 0, "", message, "name a new or empty folder, or say --force")])
    return ()


def mark(files: Iterable[str], shortened: Mapping[str, str]) -> bytes:
    """The mark of an import that wrote `files`."""
    content = {"kind": _KIND, "files": [*files], "shortened": dict(shortened)}
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def write(folder: Path, texts: Iterable[tuple[str, bytes]]) -> tuple[str, ...]:
    """Make `folder` and put the files into it; their paths."""
    folder.mkdir()
    written = []
    for name, content in texts:
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        written.append(name)
    return tuple(written)


def settle(staged: Path, out: Path, before: Iterable[str] = ()) -> None:
    """Bring a staged file or folder to `out`, in one step where there is no such folder yet.

    Of a folder that is there, the files are replaced one by one; those that `before` names and that
    nothing replaced go. Raises KnowledgeError for a file that a link would lead out of the folder.
    """
    if not (staged.is_dir() and out.exists()):
        staged.replace(out)
        return
    names = [file.relative_to(staged).as_posix() for file in staged.rglob("*") if file.is_file()]
    astray = [name for name in names if not _within(out, name)]
    if astray:
        mend = "name another folder, or remove the link"
        raise KnowledgeError([Problem(out / name, 0, "", "lies outside, by way of a link", mend) for name in astray])
    for name in names:
        (out / name).parent.mkdir(exist_ok=True)
        (staged / name).replace(out / name)
    for name in before:
        if name not in names and _within(out, name):
            file = out / name
            file.unlink(missing_ok=True)
            if file.parent != out and file.parent.is_dir() and not any(file.parent.iterdir()):
                file.parent.rmdir()


def _within(out: Path, name: str) -> bool:
    return (out / name).parent.resolve().is_relative_to(out.resolve())
