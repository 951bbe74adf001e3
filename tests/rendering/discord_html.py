"""Components V2 as HTML, as wide and about as high as Discord's app shows them on a phone."""

from __future__ import annotations

import html
import re
from typing import Any

Component = dict[str, Any]

CSS = """
body { margin: 0; font: 16px/20px "gg sans", "Liberation Sans", Arial, sans-serif; color: #dbdee1; background: #313338 }
.message { padding: 8px 12px 8px 56px; overflow-wrap: break-word }
.author { font-weight: 600; margin-bottom: 4px }
.container { border: 1px solid #3f4147; border-left: 4px solid #5865f2; border-radius: 8px; padding: 12px;
  margin-bottom: 8px; background: #2b2d31 }
.text + .text, .row { margin-top: 8px }
h2 { font-size: 20px; line-height: 26px; margin: 4px 0 } h3 { font-size: 17px; line-height: 22px; margin: 4px 0 }
small { font-size: 13px; line-height: 17px; color: #949ba4; display: block }
ul { margin: 2px 0; padding-left: 20px }
pre { background: #1e1f22; border-radius: 4px; padding: 8px; margin: 4px 0; font: 13px/17px "Liberation Mono",
  monospace; overflow-x: auto }
.row { display: flex; flex-wrap: wrap; gap: 8px }
.button { background: #4e5058; border-radius: 8px; padding: 0 14px; font: 500 14px/32px "Liberation Sans", Arial,
  sans-serif; max-width: 100%; box-sizing: border-box; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.select { background: #1e1f22; border-radius: 6px; padding: 0 12px; line-height: 42px; width: 100%;
  box-sizing: border-box }
a { color: #00a8fc; text-decoration: none }
"""


def page(components: list[Component], content: str = "") -> str:
    """A message of these components as a page."""
    return f'<meta charset="utf-8"><style>{CSS}</style>{message(components, content)}'


def message(components: list[Component], content: str = "") -> str:
    """A message of these components, for a page with CSS."""
    body = _markdown(content) + "".join(map(_component, components))
    return f'<div class="message"><div class="author">framework-bot</div>{body}</div>'


def _component(component: Component) -> str:  # noqa: PLR0911 - one for each kind of component
    children = "".join(map(_component, component.get("components", ())))
    match component["type"]:
        case 1:
            return f'<div class="row">{children}</div>'
        case 2:
            emoji = (component.get("emoji") or {}).get("name") or ""
            return f'<span class="button">{emoji} {html.escape(component.get("label") or "")}</span>'
        case 3:
            return f'<span class="select">{html.escape(component.get("placeholder") or "Choose")}</span>'
        case 9:
            return f'<div class="text">{children}{_component(component["accessory"])}</div>'
        case 10:
            return f'<div class="text">{_markdown(component["content"])}</div>'
        case 14:
            return "<hr>"
        case 17:
            colour = component.get("accent_color")
            edge = f' style="border-left-color: #{colour:06x}"' if colour is not None else ""
            return f'<div class="container"{edge}>{children}</div>'
    raise AssertionError(f"no picture of a component of the kind {component['type']}")


def _markdown(text: str) -> str:
    parts = re.split(r"```\n?(.*?)```", text, flags=re.DOTALL)
    shown = []
    for number, part in enumerate(parts):
        shown.append(f"<pre>{html.escape(part)}</pre>" if number % 2 else "".join(map(_line, part.split("\n"))))
    return "".join(shown)


def _line(line: str) -> str:
    for mark, tag in (("### ", "h3"), ("## ", "h2"), ("-# ", "small")):
        if line.startswith(mark):
            return f"<{tag}>{_inline(line.removeprefix(mark))}</{tag}>"
    if line.startswith("- "):
        return f"<ul><li>{_inline(line[2:])}</li></ul>"
    return f"<div>{_inline(line)}</div>" if line.strip() else ""


def _inline(text: str) -> str:
    kept: list[str] = []

    def hide(hit: re.Match[str]) -> str:
        kept.append(hit[1])
        return f"\x00{len(kept) - 1}\x00"

    plain = html.escape(re.sub(r"\\([^\w\s])", hide, text), quote=False)
    linked = re.sub(r"\[([^\]]*)\]\(&lt;(.*?)&gt;\)", r'<a href="\2">\1</a>', plain)
    bold = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", linked)
    return re.sub("\x00(\\d+)\x00", lambda hit: html.escape(kept[int(hit[1])]), bold)
