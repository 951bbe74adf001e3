"""Knowledge folders: which files are read, which names are reserved, and how a file is written."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from knowledge.errors import KnowledgeError

SOURCES = "sources.yaml"
VOCABULARY = "vocabulary.yaml"
CALIBRATION = "calibration.yaml"
RECOMMENDATION = "recommendation.yaml"
ARTICLE = "article.yaml"
HIDE = "hide.yaml"
PHRASINGS = "phrasings.yaml"

SUFFIXES = (".yaml", ".jsonl")
"""People write entries as YAML, programs as JSON Lines: one entry object a line."""


def visible_files(folder: Path) -> list[Path]:
    """All files and folders in a folder and its sub-folders in a fixed order, but hidden ones. Follows no links."""
    found = (path for path in folder.rglob("*") if not any(part[0] == "." for part in path.relative_to(folder).parts))
    return sorted(path for path in found if path.is_symlink() or not path.is_dir() or not os.access(path, os.R_OK))


def content_files(folder: Path) -> list[Path]:
    """The files of a knowledge folder, and whatever there may be meant as one: `refusal` says what cannot be read."""
    endings = {*SUFFIXES, ".yml"}
    found = visible_files(folder)
    return [file for file in found if file.suffix.lower() in endings or file.is_dir() or not file.exists()]


def refusal(file: Path) -> tuple[str, str] | None:
    """Why one of the `content_files` is not read, and what to do about it; None where it is."""
    if file.is_dir():
        return (
            "is a link to a folder, or a folder without permission, and is not read",
            "link each file, or allow reading it",
        )
    if not file.is_file():
        return ("is not a file" if file.exists() else "is a link that leads nowhere"), "correct it or delete it"
    if file.suffix not in SUFFIXES:
        right = file.with_suffix(".jsonl" if file.suffix.lower() == ".jsonl" else ".yaml")
        return f'is not read: its name ends in "{file.suffix}"', f'rename it to "{right.name}"'
    return None


def write_atomically(file: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file whole or not at all: under a hidden name next to it, then renamed. Raises OSError."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        temporary.touch(mode)
        temporary.write_bytes(content)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def save(file: Path, content: bytes) -> None:
    """Write a file and the folders above it. Raises KnowledgeError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, content)
    except OSError as error:
        raise KnowledgeError.at(file, f"cannot be written: {error.strerror}", "choose another place") from error
