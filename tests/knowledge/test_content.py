"""The shipped content: every check that needs no bot passes, and it carries the whole of the article."""

from __future__ import annotations

import re
from datetime import date

import pytest

from knowledge.checks import examine
from knowledge.folder import content_files
from knowledge.schema import FOLDER

CONTENT = FOLDER / "content"

IDS = """
    overview.pytorch overview.tensorflow history.pytorch history.tensorflow strengths.pytorch strengths.tensorflow
    weaknesses.pytorch weaknesses.tensorflow use-cases.pytorch use-cases.tensorflow
    compare.overall compare.computation-graph compare.api compare.debugging compare.community compare.deployment
    compare.scalability compare.model-serving compare.mobile compare.visualization
    choose.overall choose.research choose.production choose.mobile choose.large-scale choose.community
    choose.beginner choose.nlp choose.computer-vision
    beyond.performance beyond.other-frameworks beyond.keras beyond.jax beyond.learning beyond.popularity beyond.jobs
    beyond.who-uses beyond.licensing beyond.versions beyond.migration beyond.convert-models beyond.onnx
    beyond.huggingface beyond.lightning beyond.llm beyond.pretrained-models beyond.rl beyond.sklearn beyond.languages
    beyond.cloud beyond.internals beyond.tf1-tf2 beyond.tf-apis beyond.torch-compile beyond.torchserve-status
    beyond.tflite-litert beyond.executorch beyond.edge beyond.tensorflow-js beyond.gpu-cuda beyond.gpu-amd
    beyond.apple-silicon beyond.tpu beyond.windows decline.code-help decline.off-topic
"""
"""Ids that other people's links, buttons and overlays rely on: they stay."""


@pytest.fixture(scope="module")
def report():
    # The day of the last check of everything: content does not go stale while a test is written.
    return examine(CONTENT, today=date(2026, 11, 30))


def test_it_has_no_error(report):
    assert [str(problem) for problem in report.errors] == []


def test_it_carries_the_whole_of_the_article(report):
    assert report.coverage.missing == ()
    assert report.coverage.percent == 100


def test_every_promised_id_is_there(report):
    assert set(IDS.split()) - report.knowledge.entries.keys() == set()


def test_every_answer_has_a_day_and_sources(report):
    answers = [entry for entry in report.knowledge.entries.values() if entry.kind == "answer"]

    assert [entry.id for entry in answers if entry.checked_on is None or not entry.answer.sources] == []


def test_every_answer_says_what_it_is_for(report):
    answers = [entry for entry in report.knowledge.entries.values() if entry.kind == "answer"]

    assert [entry.id for entry in answers if entry.scope is None] == []


def test_no_file_names_the_host_of_a_package_registry():
    hosts = re.compile(r"[\w-]+(?:\.[\w-]+)+")
    registries = ("pypi", "npm", "pythonhost")

    named = {
        host
        for file in content_files(CONTENT)
        for host in hosts.findall(file.read_text(encoding="utf-8").lower())
        if any(label.startswith(registries) for label in host.split("."))
    }
    assert named == set()
