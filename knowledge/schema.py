"""JSON Schema of the knowledge files, so that editors complete them and mark mistakes while typing.

`python -m knowledge.schema` writes the files beside this one. They are generated from the model: the
text under each of its fields is what an editor shows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from knowledge.article import Article
from knowledge.fields import FurtherPhrasings
from knowledge.model import Calibration, Entry, Source, Vocabulary
from knowledge.recommendation import RecommendationRules

FOLDER = Path(__file__).parent

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that editors understand fully; what is generated reads the same in it."""

_ADAPTERS: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "entry": ("An entry of framework-bot's knowledge, or a list of them", TypeAdapter(Entry | list[Entry])),
    "sources": ("The shared sources, by key", TypeAdapter(dict[str, Source])),
    "vocabulary": ("The names and words of the subject", TypeAdapter(Vocabulary)),
    "calibration": ("How evidence becomes confidence", TypeAdapter(Calibration)),
    "recommendation": ("The rules of the guided recommendation", TypeAdapter(RecommendationRules)),
    "article": ("What the article says, claim by claim", TypeAdapter(Article)),
    "hide": ("Ids of the entries that an overlay hides", TypeAdapter(list[str])),
    "phrasings": ("Phrasings that an overlay adds to entries below it, by their ids", TypeAdapter(FurtherPhrasings)),
}


def schemas() -> dict[str, str]:
    """File name -> the schema's text."""
    return {f"{name}.schema.json": _text(title, adapter) for name, (title, adapter) in _ADAPTERS.items()}


def write(folder: Path = FOLDER) -> None:
    """Write every schema into `folder`."""
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


def _text(title: str, adapter: TypeAdapter[Any]) -> str:
    found = {"$schema": DIALECT, **adapter.json_schema(), "title": title}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
