"""A real, headless Chromium, and what it measures of a page. Skipped where there is none, except in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


_EACH = """() => [...document.querySelectorAll(".message")].map(message => {
    const inside = [message, ...message.querySelectorAll("pre, .table")];
    const over = Math.max(...inside.map(one => one.scrollWidth - one.clientWidth));
    return [message.getBoundingClientRect().height, over];
})"""
"""The height of each message, and how far it, its code or its tables reach beyond their right edge."""


BROKEN_WORDS = """selector => {
    const broken = [];
    for (const element of document.querySelectorAll(selector)) {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            if (!walker.currentNode.parentElement.checkVisibility()) continue;
            for (const word of walker.currentNode.data.matchAll(/[^\\s\\/\\]-]+/g)) {
                const range = document.createRange();
                range.setStart(walker.currentNode, word.index);
                range.setEnd(walker.currentNode, word.index + word[0].length);
                const lines = new Set([...range.getClientRects()].map(one => Math.round(one.top)));
                if (lines.size > 1) broken.push(word[0]);
            }
        }
    }
    return broken;
}"""
"""The words on a page, in what a selector finds, that begin on one line and end on another. Where words are joined by a
hyphen or a slash, or a reference ends, a line may end too."""


@dataclass(frozen=True)
class Measured:
    """Pixels. `overflow`: how far something reaches beyond the right edge."""

    height: int
    overflow: int


class Browser:
    """Shows pages at a width and measures them; pictures go to RENDERINGS, where that is set."""

    def __init__(self, page) -> None:
        self._page = page
        folder = os.environ.get("RENDERINGS")
        self._pictures = Path(folder) if folder else None
        if self._pictures is not None:
            self._pictures.mkdir(parents=True, exist_ok=True)

    def measure(self, content: str, width: int, *, name: str = "") -> Measured:
        """How high a page is at a width. `name` is that of its picture."""
        self._page.set_viewport_size({"width": width, "height": 620})
        self._page.set_content(content)
        height, reach = self._page.evaluate(
            "[document.documentElement.getBoundingClientRect().height, document.documentElement.scrollWidth]"
        )
        if name and self._pictures is not None:
            self._page.screenshot(path=self._pictures / f"{name}-{width}.png", full_page=True)
        return Measured(round(height), max(round(reach) - width, 0))

    def measure_each(self, css: str, messages: Mapping[str, str], width: int, *, pictures: str) -> dict[str, Measured]:
        """Messages by name, stacked on one page and measured one by one. `pictures` begins the names of their pictures;
        "" for none."""
        self._page.set_viewport_size({"width": width, "height": 620})
        self._page.set_content(f'<meta charset="utf-8"><style>{css}</style>{"".join(messages.values())}')
        found = self._page.evaluate(_EACH)
        assert len(found) == len(messages)
        if pictures and self._pictures is not None:
            for key, message in messages.items():
                self._page.evaluate("message => { document.body.innerHTML = message }", message)
                self._page.screenshot(path=self._pictures / f"{pictures}-{key}-{width}.png", full_page=True)
        return {
            key: Measured(round(height), max(round(over), 0))
            for key, (height, over) in zip(messages, found, strict=True)
        }

    @property
    def page(self):
        """The page itself, for whatever else it takes."""
        return self._page


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium: install the package chromium")
        pytest.skip("no Chromium here: install the package chromium, or set CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        try:
            yield Browser(browser.new_page())
        finally:
            browser.close()
