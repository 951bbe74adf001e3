"""The curator's guide: complete, and what it shows works."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from knowledge.checks import RULES, check
from knowledge.files import REGISTERS
from knowledge.model import (
    Article,
    ArticleClaim,
    ArticleView,
    Calibration,
    Cell,
    Entry,
    Source,
    Statement,
    Term,
    Vocabulary,
    Watch,
)
from knowledge.overlay import load_both
from knowledge.schema import FOLDER, schemas

GUIDE = (FOLDER / "README.md").read_text(encoding="utf-8")
CONTENT = FOLDER / "content"


def rows(heading):
    """The first cells of the first table below `heading`."""
    below = GUIDE.split(f"\n{heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    return re.findall(r"^\| `([^`]+)`", table[0], re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("### Entry", Entry),
        ("### Statement", Statement),
        ("### Watch", Watch),
        ("### Cell", Cell),
        ("### Article view", ArticleView),
        ("### Source", Source),
        ("### Vocabulary", Vocabulary),
        ("### Term", Term),
        ("### Article", Article),
        ("### Claim of the article", ArticleClaim),
        ("## Calibration", Calibration),
    ],
)
def test_every_field_of_the_model_is_in_its_table(heading, kind):
    assert rows(heading) == [field.name for field in fields(kind)]


def test_every_check_is_in_the_table():
    assert rows("## Checks") == [*RULES, "found", "length"]


def test_every_file_with_a_name_of_its_own_is_in_the_table():
    assert set(rows("## What a folder holds")) - {"*.jsonl"} == REGISTERS.keys()


def test_every_schema_is_in_the_mapping():
    mapping = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)

    assert {Path(name).name for name in json.loads(mapping[1])["yaml.schemas"]} == {*schemas()}


def test_every_link_within_the_guide_leads_somewhere():
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= anchors


def test_the_worked_example_loads_over_the_shipped_content_and_raises_no_problem(tmp_path):
    example = re.search(r"```yaml\n(id: team\.gpu-cluster\n.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / "gpu-cluster.yaml").write_text(example[1], encoding="utf-8")

    loaded = load_both(CONTENT, tmp_path)

    assert "team.gpu-cluster" in loaded.knowledge.entries
    problems = check(loaded, today=date(2026, 11, 22))
    assert (
        [str(problem) for problem in problems if problem.file.is_relative_to(tmp_path)]
        == [
            # The article knows nothing of a team's cluster; the example leaves one statement to the team's word.
        ]
    )


def test_the_hide_and_vocabulary_examples_load(tmp_path):
    blocks = re.findall(r"  ```yaml\n(.*?)  ```", GUIDE, re.DOTALL)
    hide = next(block for block in blocks if "- beyond." in block)
    vocabulary = next(block for block in blocks if "tools:" in block)
    (tmp_path / "hide.yaml").write_text(hide, encoding="utf-8")
    (tmp_path / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")

    loaded = load_both(CONTENT, tmp_path)

    assert loaded.hidden == {"beyond.jobs", "beyond.popularity"}
    assert any("phone runtime" in term.aliases for term in loaded.knowledge.vocabulary.tools)
