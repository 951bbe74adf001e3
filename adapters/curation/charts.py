"""Bar charts as SVG inside a page, each with the table of its figures.

A chart is drawn for the narrowest phone and grows with the page, so that its words stay readable.
Colours come from the page's palette; what they tell is also told in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.terminal.printable import one_line
from adapters.web.markup import Html, element, joined

CHART_STYLE = """
.chart{max-width:26rem;width:100%;height:auto;display:block}
.chart text{font:13px system-ui,sans-serif;fill:var(--ink)}
.bar{fill:var(--link)}
.was{stroke:var(--alert);stroke-width:3}
.ground{fill:var(--soft)}
figure{margin:1rem 0}
figcaption{color:var(--quiet)}
.figures{text-align:right;white-space:nowrap}
"""

_WIDTH, _ROW, _BAR = 300, 38, 14
_LABEL = 30
"""Characters of a label that fit beside its figure."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its length, what stands beside it, and the length it had before, where that is known."""

    label: str
    value: float
    told: str
    before: float | None = None


def chart(name: str, title: str, description: str, bars: Sequence[Bar]) -> Html:
    """The bars below each other. `name` is unique on the page; `description` says what is to be seen."""
    most = max([1.0, *(one.value for one in bars), *(one.before or 0.0 for one in bars)])
    rows = [_row(number, bar, most) for number, bar in enumerate(bars)]
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-about"),
        *rows,
        class_="chart",
        viewBox=f"0 0 {_WIDTH} {_ROW * len(bars)}",
        role="img",
        aria_labelledby=f"{name}-title {name}-about",
    )


def _row(number: int, bar: Bar, most: float) -> Html:
    top = number * _ROW
    parts = [
        element("text", one_line(bar.label, _LABEL), x="0", y=str(top + 14)),
        element("text", bar.told, x=str(_WIDTH), y=str(top + 14), text_anchor="end"),
        _block(top, _WIDTH, "ground"),
        _block(top, bar.value / most * _WIDTH, "bar"),
    ]
    if bar.before is not None:
        at = f"{min(max(bar.before / most * _WIDTH, 1.5), _WIDTH - 1.5):.1f}"
        parts.append(element("line", x1=at, x2=at, y1=str(top + 17), y2=str(top + 37), class_="was"))
    return joined(*parts)


def _block(top: int, width: float, kind: str) -> Html:
    return element("rect", x="0", y=str(top + 20), width=f"{width:.1f}", height=str(_BAR), rx="2", class_=kind)


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Html:
    """A table whose first column names each row and whose others are figures; it scrolls by itself on a phone."""
    first, *others = head
    header = element(
        "tr",
        element("th", first, scope="col"),
        *(element("th", name, scope="col", class_="figures") for name in others),
    )
    body = [
        element("tr", element("th", row[0], scope="row"), *(element("td", cell, class_="figures") for cell in row[1:]))
        for row in rows
    ]
    whole = element("table", element("caption", caption), element("thead", header), element("tbody", *body))
    return element("div", whole, class_="wide", role="region", aria_label=caption, tabindex="0")


def figure(drawn: Html, legend: str, figures: Html) -> Html:
    """A chart with what its marks mean, and its table."""
    return joined(element("figure", drawn, element("figcaption", legend)), figures)
