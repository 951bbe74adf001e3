"""One YAML or JSON Lines file with entries, as a knowledge folder holds them."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent, CollectionStartEvent

from knowledge.errors import Problem
from knowledge.exchange.content import held
from knowledge.exchange.intake import Intake, too_large
from knowledge.files import FolderReader

MAX_YAML = 5_000_000
"""Bytes of a YAML file: a larger one takes minutes to read, and nobody wrote it by hand."""


def read(file: Path) -> Intake:
    """The entries of the file, with their places. Raises OSError where it cannot be read."""
    reader = FolderReader(placed=True)
    refused = too_large(file) or (_refused(file) if file.suffix.lower() != ".jsonl" else None)
    if refused is None:
        reader.read(file, at_top=False)
    else:
        reader.problems.append(refused)
    return Intake(content=held(reader), problems=tuple(reader.problems), places=reader.places)


def _refused(file: Path) -> Problem | None:
    """Why a YAML file is not to be read: a few lines that name one another can stand for more than memory holds."""
    if file.stat().st_size > MAX_YAML:
        mend = "split it, or write one JSON object a line into a .jsonl file"
        return Problem(file, 0, "", f"is over {MAX_YAML // 1_000_000} MB", mend)
    anchors = set()
    try:
        for event in YAML(typ="safe").parse(file.read_bytes()):
            if isinstance(event, CollectionStartEvent) and event.anchor is not None:
                anchors.add(event.anchor)
            elif isinstance(event, AliasEvent) and event.anchor in anchors:
                message = f'repeats a list or mapping by its name, "*{event.anchor}"'
                return Problem(file, event.start_mark.line + 1, "", message, "write it out")
    except (YAMLError, ValueError):
        pass  # the loader says what is wrong with it
    return None
