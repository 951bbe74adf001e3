"""The pages in a real browser, from the width of a phone to that of a desk."""

from __future__ import annotations

import pytest

from adapters.discord.app import discord_info
from adapters.slack.oauth import slack_info
from adapters.web.pages import Operator, Pages, SiteInfo, example_answer, landing_page, privacy_page, support_page
from bot.dialog.reply import Chart, Code, Comparison, ComparisonRow
from tests.rendering.browser import BROKEN_WORDS, chromium

WIDTHS = (375, 900, 1280)

WIDEST = (
    Comparison(
        (
            ComparisonRow("TensorFlow Lite", "A sentence that is long enough to wrap. " * 5, "A view of it. " * 9),
            ComparisonRow("PyTorch Lightning", "x" * 90),
        )
    ),
    Chart("Points", (("PyTorch with ExecuTorch", 30), ("JAX", 1))),
    Code("framework-bot report " + "--since 2026-11-01 " * 6),
)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def written(shipped):
    """Every page by its name."""
    pages = Pages(Operator("Example Ltd", "https://example.com/" + "a-long-address/" * 6))
    invitation = "https://discord.example/oauth2/authorize?client_id=1&scope=bot"
    platforms = [slack_info(anyone_installs=True), discord_info(lambda: invitation, reads_all=True)]
    info = SiteInfo(platforms=platforms)
    return {
        "landing": landing_page(pages, info, example_answer(shipped)),
        "widest": landing_page(pages, info, WIDEST),
        "privacy": privacy_page(pages, info),
        "support": support_page(pages, info),
        "error": pages.render(
            "notice.html",
            title="There is no such page",
            text="There is nothing at this address.",
            actions=(("Start", "/"),),
        ),
    }


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["landing", "widest", "privacy", "support", "error"])
def test_a_page_does_not_scroll_sideways_and_breaks_no_word_of_a_table_header(browser, written, name, width):
    assert browser.measure(written[name], width, name=name).overflow == 0
    assert browser.page.evaluate(BROKEN_WORDS, "th") == []
    assert browser.page.locator("h1").is_visible()
