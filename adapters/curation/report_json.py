"""The report in the form that scripts read."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from bot.curation.clustering import Cluster
from bot.curation.judged import Judged
from bot.curation.report import Report
from bot.curation.shares import Share
from bot.curation.traffic import Traffic

_KEYED = {Cluster: {"platforms", "outcomes"}, Judged: {"suggested"}, Traffic: {"endings"}}
"""Fields that hold (name, figure) pairs, and become objects."""


def as_json(report: Report) -> dict[str, Any]:
    """Every figure and every question of the report. Days and times are in ISO 8601; shares come with their value."""
    document: dict[str, Any] = _plain(report)
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # and every datetime is one
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if not is_dataclass(value):
        return value
    keyed = _KEYED.get(type(value), set())
    found = {}
    for field in fields(value):
        held = getattr(value, field.name)
        found[field.name] = {key: _plain(one) for key, one in held} if field.name in keyed else _plain(held)
    if isinstance(value, Share):
        return {**found, "value": value.value, "at_least": value.at_least}
    return found
