"""The report as one HTML page that needs nothing else: no script, no file, no network."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from typing import Any

from adapters.curation import phrases
from adapters.curation.charts import CHART_STYLE
from adapters.curation.sections import sections_of
from adapters.terminal.printable import printable
from adapters.web.look import STYLE
from adapters.web.markup import Html, bullets, element, link, paragraph
from bot.curation.report import Report

_STYLE = STYLE + (
    CHART_STYLE
    + """
article{border-top:1px solid var(--line);padding:.25rem 0 .75rem}
summary{cursor:pointer;padding:.35rem 0}
summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
@media print{details>*{display:block}}
"""
).replace("\n", "")

_POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"


def page(report: Report) -> str:
    """The page. Everything that somebody typed is escaped and shown as text."""
    report = _printable(report)
    title = f"Report on {phrases.spell(report.period)}"
    parts = list(sections_of(report))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", f"{title} - framework-bot"),
        element("style", Html(_STYLE)),
    )
    made = report.made_at.isoformat(sep=" ", timespec="minutes")
    body = element(
        "body",
        element(
            "header",
            paragraph("framework-bot, for those who look after its answers"),
            element(
                "nav",
                element("ul", *(element("li", link(f"#{name}", heading)) for name, heading, _ in parts)),
                aria_label="Sections",
            ),
        ),
        element(
            "main",
            element("h1", title),
            paragraph(
                f"Compared with {phrases.spell(report.period.before)}; {phrases.whose(report)}. Days are in UTC."
            ),
            *([bullets(report.caveats)] if report.caveats else []),
            *(
                element("section", element("h2", heading, id=name), inside, aria_labelledby=name)
                for name, heading, inside in parts
            ),
        ),
        element("footer", paragraph(f"Made on {made} with knowledge version {report.knowledge_version}.")),
    )
    return "<!doctype html>\n" + element("html", head, body, lang="en") + "\n"


def _printable(value: Any) -> Any:
    """The same with all text made printable, before any of it becomes markup."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return tuple(map(_printable, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _printable(getattr(value, field.name)) for field in fields(value)})
    return value
