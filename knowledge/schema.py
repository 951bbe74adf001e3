"""JSON Schema of the knowledge files, with which editors complete them and mark mistakes.

`python -m knowledge.schema` writes the schemas next to this file. They are generated from the model: the
docstring of each field is what an editor shows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from knowledge import recommendation
from knowledge.files import REGISTERS
from knowledge.folder import ARTICLE, CALIBRATION, HIDE, PHRASINGS, RECOMMENDATION, SOURCES, VOCABULARY
from knowledge.model import Entry

FOLDER = Path(__file__).parent

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that all editors support; the generated schemas mean the same in it."""

_ADAPTERS: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "entry": ("An entry of framework-bot's knowledge, or a list of them", TypeAdapter(Entry | list[Entry])),
    "sources": ("The shared sources, by key", REGISTERS[SOURCES]),
    "vocabulary": ("The names and words of the subject", REGISTERS[VOCABULARY]),
    "calibration": ("How evidence becomes confidence", REGISTERS[CALIBRATION]),
    "recommendation": ("The rules of the guided recommendation", REGISTERS[RECOMMENDATION]),
    "article": ("What the article says, claim by claim", REGISTERS[ARTICLE]),
    "hide": ("Ids of the entries that an overlay hides", REGISTERS[HIDE]),
    "phrasings": ("Phrasings that an overlay adds to entries below it, by their ids", REGISTERS[PHRASINGS]),
}


def schemas() -> dict[str, str]:
    """Schema by file name."""
    found = {}
    for name, (title, adapter) in _ADAPTERS.items():
        schema = {"$schema": DIALECT, **adapter.json_schema(), "title": title}
        _explain_inherited(schema.get("$defs", {}))
        found[f"{name}.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return found


def _explain_inherited(definitions: Mapping[str, Any]) -> None:
    """Add the help of inherited fields: pydantic reads only that of a class's own."""
    for name, definition in definitions.items():
        for base in getattr(recommendation, name, object).__mro__[1:-1]:
            for field, inherited in TypeAdapter(base).json_schema()["properties"].items():
                if "description" in inherited:
                    definition["properties"][field].setdefault("description", inherited["description"])


def write(folder: Path = FOLDER) -> None:
    """Write every schema into `folder`."""
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
