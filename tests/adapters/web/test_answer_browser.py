"""The pages that answer in a real browser: they fit, break no word, are accessible, and work with and without scripts.

They come from `framework-bot web` in a process of its own, with its real headers.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.rendering.browser import BROKEN_WORDS, chromium

ROOT = Path(__file__).parents[3]
WIDTHS = (375, 768, 900, 1280)
PAGES = {
    "landing": "/",
    "ask": "/ask",
    "asked": "/ask?q=pytorch+or+tf+for+phones",
    "choices": "/ask?q=is+it+any+good+on+mobile",
    "declined": "/ask?q=zorblax",
    "answer": "/answers/choose.mobile",
    "answer with a table": "/answers/compare.overall",
    "no answer": "/answers/choose.mobil",
    "compare": "/compare?frameworks=pytorch,tensorflow,jax,keras",
    "compare form": "/compare",
    "topics": "/topics",
    "privacy": "/privacy",
    "support": "/support",
}
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def address(cache, shipped, tmp_path_factory):
    """Where the pages are."""
    home = tmp_path_factory.mktemp("home")
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FRAMEWORK_BOT_CACHE": str(cache), "HOME": str(home),
        "FRAMEWORK_BOT_WEB_LIMIT": "off",
    }  # fmt: skip
    command = [sys.executable, "-m", "adapters.cli.main", "web", "--port", "0"]
    with subprocess.Popen(command, env=environment, cwd=home, stdout=subprocess.PIPE, text=True) as process:
        yield re.search(r"http://[\w.:]+", process.stdout.readline())[0]
        process.terminate()


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found.page.context.browser


@pytest.fixture
def show(browser, address):
    """Opens a page at a width; `scripts`: whether scripts run."""
    contexts = []

    def show(path, width=1280, *, scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(address + path)
        return page

    yield show
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_does_not_scroll_sideways_and_breaks_no_word(show, name):
    page = show(PAGES[name])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        assert page.evaluate(BROKEN_WORDS, "body") == [], width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(show, name):
    page = show(PAGES[name])
    page.evaluate(AXE)
    for width, colours in ((375, "light"), (1280, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=colours)
        found = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", RULES)
        wrong = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]
        assert wrong == [], (width, colours)
        assert len(found["passes"]) > 10


@pytest.mark.parametrize("name", PAGES)
def test_a_browser_finds_nothing_wrong_with_a_page_nor_with_what_it_loads(show, name):
    problems = show(PAGES[name]).problems
    assert [one for one in problems if "404" not in one or name != "no answer"] == []


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_the_form_asks_and_asks_on(show, shipped, scripts):
    page = show("/ask", scripts=scripts)
    page.get_by_label("Your question").fill("pytorch or tf for phones")
    page.get_by_role("button", name="Ask").click()
    headline = shipped.knowledge.entries["choose.mobile"].headline
    assert headline in page.get_by_role("figure", name="In Slack").inner_text()
    assert headline in page.get_by_role("figure", name="In Discord").inner_text()
    page.get_by_label("Ask on").fill("why?")
    page.keyboard.press("Enter")
    page.get_by_text("Because:").first.wait_for()
    page.get_by_role("link", name="Start over").click()
    assert page.url.endswith("/ask")


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_frameworks_are_chosen_and_compared(show, scripts):
    page = show("/compare", scripts=scripts)
    page.get_by_label("PyTorch").check()
    page.get_by_label("JAX").check()
    page.get_by_role("button", name="Compare").click()
    assert page.get_by_role("heading", level=1).inner_text() == "PyTorch and JAX compared"
    assert page.get_by_role("columnheader", name="JAX").count() == 1


def test_while_somebody_types_topics_are_suggested_and_the_arrows_reach_them(show):
    page = show("/ask")
    page.get_by_label("Your question").press_sequentially("debugin")
    suggestions = page.locator("#suggestions a")
    suggestions.first.wait_for()
    assert "suggestions" in page.get_by_role("status").inner_text()
    page.keyboard.press("ArrowDown")
    assert suggestions.first.evaluate("one => one === document.activeElement")
    page.keyboard.press("Escape")
    assert page.locator("#suggestions").is_hidden()
    page.get_by_label("Your question").press_sequentially("g")
    suggestions.first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask?entry=*")
    assert page.get_by_role("figure").count() == 2


@pytest.mark.parametrize("key", ["ArrowDown", "Escape"])
def test_suggestions_that_come_after_a_key_was_pressed_change_nothing(show, key):
    page = show("/ask")
    question = page.get_by_label("Your question")
    question.press_sequentially("debugin")
    suggestions = page.locator("#suggestions a")
    suggestions.first.wait_for()
    page.wait_for_load_state("networkidle")
    held = []
    page.route("**/suggestions*", lambda route, request: held.append(route))
    with page.expect_request("**/suggestions*") as asked:
        question.press_sequentially("g")
    page.keyboard.press(key)
    before = page.locator("#suggestions").inner_html()
    held[0].continue_()
    asked.value.response().finished()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert page.locator("#suggestions").inner_html() == before
    focused = suggestions.first if key == "ArrowDown" else question
    assert focused.evaluate("one => one === document.activeElement")


def test_chats_are_side_by_side_where_there_is_room_and_one_below_the_other_on_a_phone(show):
    for width, beside in ((1280, True), (375, False)):
        first, second = (one.bounding_box() for one in show(PAGES["asked"], width).get_by_role("figure").all())
        assert (first["y"] == second["y"]) == beside


def test_on_a_phone_each_side_of_a_comparison_is_named_and_stays_a_table(show):
    page = show(PAGES["compare"], 375)
    cell = page.get_by_role("cell").first
    named = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert named.startswith('"PyTorch')
    assert page.get_by_role("table").count() == 1
    assert cell.bounding_box()["width"] > 300


def test_on_paper_an_answer_has_its_address_and_those_of_its_sources_and_no_form(show):
    page = show(PAGES["answer"])
    page.emulate_media(media="print")
    assert page.get_by_text("/answers/choose.mobile", exact=True).is_visible()
    assert page.get_by_role("textbox").count() == page.get_by_role("searchbox").count() == 0
    link = page.locator("ol a").first
    assert link.evaluate("one => getComputedStyle(one, '::after').content").startswith('" (https://')


def test_a_script_that_somebody_put_into_a_page_would_not_run(show, address):
    page = show("/ask")
    run = "const one = document.createElement('script'); one.textContent = 'window.ran = 1'; document.body.append(one)"
    page.evaluate(run)
    assert page.evaluate("window.ran") is None
    with urlopen(f"{address}/ask") as answer:
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
