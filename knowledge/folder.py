"""What belongs to a knowledge folder: which files are read, and which names have a meaning of their own."""

from __future__ import annotations

from pathlib import Path

SOURCES = "sources.yaml"
VOCABULARY = "vocabulary.yaml"
CALIBRATION = "calibration.yaml"
RECOMMENDATION = "recommendation.yaml"
ARTICLE = "article.yaml"
HIDE = "hide.yaml"
PHRASINGS = "phrasings.yaml"

RESERVED = {SOURCES, VOCABULARY, CALIBRATION, RECOMMENDATION, ARTICLE, HIDE, PHRASINGS}
"""File names at the top of a knowledge folder that hold no entries."""

SUFFIXES = (".yaml", ".jsonl")
"""Entries are written by hand as YAML, and by programs as JSON Lines: one entry object a line."""


def content_files(folder: Path) -> list[Path]:
    """The files of a knowledge folder in a fixed order; hidden ones are passed over."""
    return sorted(
        path
        for suffix in SUFFIXES
        for path in folder.rglob(f"*{suffix}")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
