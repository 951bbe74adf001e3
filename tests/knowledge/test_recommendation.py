"""The recommendation rules as content: what the loader takes, and what it says of what it does not take."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import snapshot
from knowledge.errors import KnowledgeError
from knowledge.loading import load
from knowledge.model import KnowledgeBase

ENTRY = """\
id: choose.overall
title: Which one
phrasings: [which one]
answer:
  text: It depends.
  sources: [editors]
"""

RULES = """\
candidates:
  - {id: pytorch, name: PyTorch, entry: choose.overall}
  - {id: jax, name: JAX, entry: choose.overall}
questions:
  - id: goal
    topic: Goal
    text: What for?
    options:
      - {id: research, label: Research, if_so: it were research}
      - {id: learning, label: Learning, if_so: it were learning}
silence: {text: It depends., entry: choose.overall}
article:
  - {claim: C-1, framework: pytorch, points: 2, text: Research., entry: choose.overall, when: [{goal: research}]}
today:
  - framework: pytorch
    points: 1
    text: The usual one.
    entry: choose.overall
    sources: [editors]
  - framework: jax
    points: 2
    text: For research.
    entry: choose.overall
    sources: [editors]
    when: [{goal: research}]
next_steps:
  - {entry: choose.overall, text: Try it.}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.yaml").write_text("editors: {title: us, seen: 2026-11-22}\n")
    (tmp_path / "entry.yaml").write_text(ENTRY)
    (tmp_path / "recommendation.yaml").write_text(RULES)
    return tmp_path


def broken(folder: Path, before: str, after: str) -> str:
    """The problem that this change of the rules leads to."""
    assert before in RULES
    (folder / "recommendation.yaml").write_text(RULES.replace(before, after, 1))
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    (problem,) = caught.value.problems
    return str(problem).removeprefix(f"{folder}/")


def test_the_rules_are_part_of_the_knowledge_base(folder):
    rules = load(folder).recommendation
    assert rules is not None
    assert [candidate.name for candidate in rules.candidates] == ["PyTorch", "JAX"]
    assert rules.today[1].when == ({"goal": "research"},)


def test_a_folder_without_the_file_has_no_rules(folder):
    (folder / "recommendation.yaml").unlink()
    assert load(folder).recommendation is None


def test_the_rules_come_back_from_a_snapshot_as_they_were(folder, tmp_path):
    knowledge = load(folder)
    snapshot.write(tmp_path / "kept.json", "key", {"knowledge": knowledge})
    kept = snapshot.read(tmp_path / "kept.json", "key", snapshot.KINDS)
    assert kept is not None
    revived = kept["knowledge"]
    assert isinstance(revived, KnowledgeBase)
    assert revived.recommendation == knowledge.recommendation


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "when: [{goal: research}]}",
            "when: [{aim: research}]}",
            'recommendation.yaml:13: article.0.when.0.aim: "aim" is not a question -> use one of goal',
        ),
        (
            "    when: [{goal: research}]",
            "    when: [{goal: reserch}]",
            'recommendation.yaml:25: today.1.when.0.goal: "reserch" is no option of goal -> use learning or research',
        ),
        (
            "framework: jax",
            "framework: jaxx",
            'recommendation.yaml:20: today.1.framework: "jaxx" is not a candidate -> use one of pytorch, jax',
        ),
        (
            "{entry: choose.overall, text: Try it.}",
            "{entry: choose.overall, leading: [torch]}",
            'recommendation.yaml:27: next_steps.0.leading.0: "torch" is not a candidate -> use one of pytorch, jax',
        ),
        (
            "      - {id: learning, label: Learning, if_so: it were learning}\n",
            "",
            "recommendation.yaml:8: questions.0.options: leaves nothing to choose between -> name two or more",
        ),
        (
            "id: learning",
            "id: research",
            'recommendation.yaml:10: questions.0.options.1.id: "research" is taken -> give one of them another id',
        ),
        (
            "id: learning",
            "id: skipped",
            'recommendation.yaml:10: questions.0.options.1.id: "skipped" means "not answered" -> use another id',
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_reported_with_line_and_hint(folder, before, after, problem):
    assert broken(folder, before, after) == problem


def test_two_candidates_with_one_id_are_reported(folder):
    (folder / "recommendation.yaml").write_text(
        RULES.replace("id: jax, name", "id: pytorch, name").replace("framework: jax", "framework: pytorch")
    )
    with pytest.raises(KnowledgeError, match=r':3: candidates\.1\.id: "pytorch" is taken'):
        load(folder)


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("points: 1", "points: 0", "today.0.points"),
        ("points: 1", "points: 6", "today.0.points"),
        ("    sources: [editors]\n", "    sources: []\n", "today.0.sources"),
        ("label: Research", f"label: {'x' * 76}", "questions.0.options.0.label"),
        ("topic: Goal", "subject: Goal", "questions.0"),
    ],
)
def test_what_a_platform_could_not_show_or_nobody_could_check_is_refused(folder, before, after, field):
    (folder / "recommendation.yaml").write_text(RULES.replace(before, after, 1))
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert all(problem.field.startswith(field) for problem in caught.value.problems)


def test_editors_are_reported_what_a_field_is_for():
    from knowledge.schema import schemas

    assert "Completes" in schemas()["recommendation.schema.json"]
