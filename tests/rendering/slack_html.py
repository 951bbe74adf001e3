"""Block Kit as HTML, as wide and about as high as Slack's app shows it on a phone."""

from __future__ import annotations

import html
import re
from typing import Any

Block = dict[str, Any]

CSS = """
body { margin: 0; font: 15px/22px Lato, "Liberation Sans", Arial, sans-serif; color: #1d1c1d; background: #fff }
.message { padding: 8px 12px 8px 56px; overflow-wrap: break-word }
.author { font-weight: 900; margin-bottom: 2px }
.header { font-size: 18px; font-weight: 700; line-height: 24px; margin: 4px 0 8px }
.section, .rich { margin: 4px 0 8px; white-space: pre-wrap }
.context { font-size: 13px; line-height: 18px; color: #616061; margin: 4px 0 8px }
.context span { margin-right: 6px }
.fields { display: grid; grid-template-columns: 1fr; gap: 8px }
.actions { margin: 4px 0 8px; display: flex; flex-wrap: wrap; gap: 8px }
.button, .select { border: 1px solid #bbb; border-radius: 4px; padding: 0 12px; font: bold 14px/34px "Liberation Sans",
  Arial, sans-serif; max-width: 100%; box-sizing: border-box; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap }
.select { font-weight: 400; min-width: 140px }
.select::after { content: " \\25BE"; color: #616061 }
.table { overflow-x: auto; max-width: 100% }
table { border-collapse: collapse; font-size: 14px; line-height: 20px }
td { border: 1px solid #ddd; padding: 6px 8px; min-width: 72px; max-width: 160px; vertical-align: top }
pre { margin: 4px 0; padding: 8px; border: 1px solid #ddd; font: 12px/18px "Liberation Mono", monospace;
  overflow-x: auto; white-space: pre-wrap }
ul { margin: 0; padding-left: 22px }
.chart { height: 200px; border: 1px solid #ddd }
hr { border: 0; border-top: 1px solid #ddd; margin: 12px 0 }
a { color: #1264a3 }
"""


def page(blocks: list[Block], *, author: bool = True) -> str:
    """A message of these blocks as a page."""
    return f'<meta charset="utf-8"><style>{CSS}</style>{message(blocks, author=author)}'


def message(blocks: list[Block], *, author: bool = True) -> str:
    """A message of these blocks, for a page with CSS."""
    name = '<div class="author">framework-bot</div>' if author else ""
    return f'<div class="message">{name}{"".join(map(_block, blocks))}</div>'


def _block(block: Block) -> str:  # noqa: C901, PLR0911 - one for each kind of block
    match block["type"]:
        case "header":
            return f'<div class="header">{_text(block["text"])}</div>'
        case "section":
            text = _text(block["text"]) if "text" in block else ""
            fields = "".join(f"<div>{_text(field)}</div>" for field in block.get("fields", ()))
            accessory = f'<div class="actions">{_element(block["accessory"])}</div>' if "accessory" in block else ""
            return f'<div class="section">{text}<div class="fields">{fields}</div></div>{accessory}'
        case "context":
            return f'<div class="context">{"".join(f"<span>{_text(e)}</span>" for e in block["elements"])}</div>'
        case "actions" | "context_actions":
            return f'<div class="actions">{"".join(map(_element, block["elements"]))}</div>'
        case "input":
            return f'<div class="section"><b>{_text(block["label"])}</b></div>{_element(block["element"])}'
        case "divider":
            return "<hr>"
        case "rich_text":
            return f'<div class="rich">{"".join(map(_rich, block["elements"]))}</div>'
        case "table":
            rows = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in block["rows"])
            return f'<div class="table"><table>{rows}</table></div>'
        case "data_visualization":
            return f'<div class="chart">{html.escape(block["title"])}</div>'
        case "markdown":
            return f'<div class="section">{html.escape(block["text"])}</div>'
    raise AssertionError(f"no picture of a block of the kind {block['type']}")


def _element(element: Block) -> str:
    match element["type"]:
        case "button":
            return f'<span class="button">{_text(element["text"])}</span>'
        case "feedback_buttons":
            sides = ("positive_button", "negative_button")
            return "".join(f'<span class="button">{_text(element[side]["text"])}</span>' for side in sides)
        case "overflow":
            return '<span class="button">...</span>'
        case "radio_buttons" | "checkboxes":
            return "".join(f"<div>( ) {_text(option['text'])}</div>" for option in element["options"])
        case "plain_text_input":
            return '<span class="select">&nbsp;</span>'
    return f'<span class="select">{_text(element["placeholder"]) if "placeholder" in element else "Choose"}</span>'


def _text(text: Block) -> str:
    return html.escape(text["text"]) if text["type"] == "plain_text" else _mrkdwn(text["text"])


def _mrkdwn(text: str) -> str:
    """Slack's own mark-up, in which &, < and > are escaped already."""
    if text.startswith("```"):
        return f"<pre>{text.strip('`').strip()}</pre>"
    linked = re.sub(r"<(https?:[^|>]*)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    linked = re.sub(r"<(https?:[^|>]*)>", r'<a href="\1">\1</a>', linked)
    bold = re.sub(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])", r"<b>\1</b>", linked)
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", bold)


def _rich(element: Block) -> str:
    match element["type"]:
        case "rich_text_list":
            return f"<ul>{''.join(f'<li>{_rich(item)}</li>' for item in element['elements'])}</ul>"
    return "".join(map(_run, element["elements"]))


def _run(part: Block) -> str:
    text = html.escape(part.get("text") or part.get("url", ""))
    if part["type"] == "link":
        text = f'<a href="{html.escape(part["url"])}">{text}</a>'
    return f"<b>{text}</b>" if part.get("style", {}).get("bold") else text


def _cell(cell: Block) -> str:
    if cell["type"] == "raw_text":
        return html.escape(cell["text"])
    return "".join(map(_rich, cell["elements"]))
