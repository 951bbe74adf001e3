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


def content_files(folder: Path) -> list[Path]:
    """The files of a knowledge folder in a fixed order, without hidden files and folders."""
    return sorted(
        path
        for suffix in SUFFIXES
        for path in folder.rglob(f"*{suffix}")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


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
