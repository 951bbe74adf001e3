"""The alerts and the dashboard: they go by metrics that there are; alerts lead to a place in the runbook."""

from __future__ import annotations

import json
import re

import pytest

from adapters.server import monitoring as counted
from tests.deploy.files import DEPLOY, ROOT, anchors, documents, text_of

RULES = [rule for group in documents("prometheus/alerts.yaml")[0]["groups"] for rule in group["rules"]]
NAMES = re.compile(r"\bframework_bot_\w+")
SAMPLES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}

one_by_one = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])


@pytest.fixture
async def metrics(ask):
    """The names of everything that can be asked for."""
    _, body = await ask("/metrics")
    families = dict(re.findall(r"^# TYPE (\S+) (\w+)$", body, re.MULTILINE))
    return {
        name.removesuffix("_total") + ending if kind == "counter" else name + ending
        for name, kind in families.items()
        for ending in SAMPLES[kind]
    }


def test_each_alert_has_a_name_of_its_own():
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"FrameworkBot[A-Z]\w+", name) for name in names)


@one_by_one
def test_an_alert_says_how_bad_it_is_and_what_it_means(rule):
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["expr"].count("(") == rule["expr"].count(")")


@one_by_one
def test_an_alert_leads_to_a_place_in_the_runbook(rule):
    file, _, place = rule["annotations"]["runbook"].partition("#")
    assert (DEPLOY / file).is_file()
    assert place in anchors(file)


async def test_every_metric_that_is_named_exists(metrics):
    places = ("prometheus/alerts.yaml", "grafana/dashboard.json", "runbook.md", "README.md")
    named = {place: set(NAMES.findall(text_of(place))) for place in places}
    assert all(named.values())
    known = metrics | {name.removesuffix("_bucket") for name in metrics if name.endswith("_bucket")}
    assert {place: names - known for place, names in named.items() if names - known} == {}


async def test_every_label_that_is_named_exists(ask):
    _, body = await ask("/metrics")
    labelled = set(re.findall(r"[{,](\w+)=\"", body))
    grouped = [group for rule in RULES for group in re.findall(r"by \(([^)]*)\)", rule["expr"])]
    used = {label.strip() for group in grouped for label in group.split(",")}
    used |= {label for rule in RULES for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])}
    assert used - labelled == {"instance"}  # which Prometheus adds


PANELS = json.loads(text_of("grafana/dashboard.json"))["panels"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_shows_something_by_labels_that_exist(panel):
    source = (ROOT / counted.__file__).read_text(encoding="utf-8")
    assert panel["targets"]
    for target in panel["targets"]:
        expression, legend = target["expr"], target["legendFormat"]
        grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
        shown = set(re.findall(r"\{\{(\w+)\}\}", legend))
        used = grouped | shown | set(re.findall(r"[{,](\w+)=\"", expression))
        assert {label for label in used if f'"{label}"' not in source} <= {"instance", "job", "le"}
        assert not grouped or shown <= grouped
        assert expression.count("(") == expression.count(")")


def test_no_two_panels_share_an_id_or_a_place():
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len({*places}) == len({panel["id"] for panel in PANELS}) == len(PANELS)
