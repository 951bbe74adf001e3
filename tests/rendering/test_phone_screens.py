"""What a reader sees first fits one screen of a phone, on Slack and Discord, as a real browser lays it out.

Pictures go to the folder that RENDERINGS names, where it is set.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pytest

from adapters.discord.components import layout
from adapters.discord.render import render as render_discord
from adapters.slack.render import render as render_slack
from bot.chat.answers import reply_view
from bot.chat.flow import UNDERSTOOD, flow_view
from bot.chat.view import View
from bot.dialog.answering import Bot, Thresholds
from bot.dialog.question import Question
from bot.dialog.reply import Reply
from bot.dialog.text_renderer import plain_text
from bot.recommendation.flow import Flow
from knowledge.recommendation import SKIPPED
from tests.rendering import discord_html, slack_html
from tests.rendering.browser import Measured, chromium

PHONE, TABLET = 375, 700
SCREEN = 620
"""Pixels of a phone's screen between the bars of the app."""

OWNER = "abcdefgh"
SEVERAL = "what is keras? and what is jax?"
DOUBTFUL = "something about phones"

COMPARED = ("pytorch vs jax on TPUs", "pytorch vs tensorflow vs jax vs keras, which is easiest to debug?")


@dataclass(frozen=True)
class Platform:
    """How a platform shows a view. `rendered` gives its messages, each as the platform's own components."""

    css: str
    rendered: Callable[[View, bool], Sequence[list[dict[str, Any]]]]
    """Given a view and whether one person sees it."""
    drawn: Callable[[list[dict[str, Any]]], str]
    deletes: bool = False


PLATFORMS = {
    "Discord": Platform(
        discord_html.CSS,
        lambda view, _: [layout(page).to_components() for page in render_discord(view)],
        discord_html.message,
        deletes=True,
    ),
    "Slack": Platform(
        slack_html.CSS,
        lambda view, private: [render_slack(view, "private" if private else "message")],
        slack_html.message,
    ),
}


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def replies(shipped) -> dict[str, Reply]:
    """What is shown first, by name: every entry as the longest answer to some of its phrasings, two and three things at
    once (the longest there are), comparisons, and choices."""
    found = {}
    for entry in shipped.knowledge.entries.values():
        given = (shipped.answer(Question(phrasing)) for phrasing in entry.phrasings[::8])
        own = [reply for reply in given if reply.entries == (entry.id,) and len(reply.frameworks) <= 2]
        own.append(shipped.show(entry.id))
        found[entry.id] = max(own, key=lambda reply: len(plain_text(reply.blocks)))
    longest = sorted(found, key=lambda name: -len(plain_text(shipped.show(name).blocks)))
    found["two"] = shipped.answer(Question(SEVERAL))
    assert len(found["two"].entries) == 2
    found |= {f"longest-{count}": shipped.show(*longest[:count]) for count in (2, 3)}
    for number, question in enumerate(COMPARED):
        found[f"compared-{number}"] = shipped.answer(Question(question))
    unsure = Bot(shipped.knowledge, index=shipped.index, thresholds=Thresholds(answer=1.0, choices=0.0))
    found["choices"] = unsure.answer(Question(DOUBTFUL))
    assert found["choices"].outcome == "choices"
    found["declined"] = shipped.answer(Question("zorblax quuxification of the frimble"))
    return found


@pytest.fixture(scope="module", params=PLATFORMS)
def messages(request, replies, shipped) -> tuple[str, dict[str, list[list[dict[str, Any]]]]]:
    """The name of a platform, and its messages for each reply, for each step of the recommendation and its outcome."""
    platform = PLATFORMS[request.param]
    views = {}
    for name, reply in replies.items():
        views[name] = reply_view(reply, shipped, OWNER, deletable=platform.deletes)
        views[f"{name}-private"] = reply_view(reply, shipped, OWNER, shareable=True)
    flow = Flow.of(shipped.knowledge)
    assert flow is not None
    for number in range(4):
        given = {
            question.id: question.options[min(number, len(question.options) - 1)].id
            for question in flow.rules.questions
        }
        views[f"outcome-{number}"] = flow_view(flow, flow.finished(given), OWNER)
        views[f"outcome-{number}-private"] = flow_view(flow, flow.finished(given), OWNER, shareable=True)
    return request.param, {
        name: list(platform.rendered(view, name.endswith("-private"))) for name, view in views.items()
    }


def measured(browser, messages, width: int) -> dict[str, Measured]:
    name, shown = messages
    platform = PLATFORMS[name]
    drawn = {key: platform.drawn(rendered[0]) for key, rendered in shown.items()}
    return browser.measure_each(platform.css, drawn, width, pictures=name.lower())


def test_each_is_one_message(messages):
    _, shown = messages
    assert {name: len(rendered) for name, rendered in shown.items() if len(rendered) != 1} == {}


def test_each_fits_a_phone_and_nothing_reaches_beyond_its_edge(browser, messages, record_property):
    found = measured(browser, messages, PHONE)
    heights = {name: one.height for name, one in found.items()}
    record_property("height", f"median {median(heights.values())}, most {max(heights.values())}")
    assert {name: height for name, height in heights.items() if height > SCREEN} == {}
    assert {name: one.overflow for name, one in found.items() if one.overflow} == {}


@pytest.fixture(scope="module")
def different(shipped) -> dict[tuple[Any, ...], tuple[str, Reply]]:
    """The answers to all phrasings, each that looks different once, with a phrasing that leads to it."""
    entries = [entry for entry in shipped.knowledge.entries.values() if entry.kind == "answer"]
    found: dict[tuple[Any, ...], tuple[str, Reply]] = {}
    for phrasing in (one for entry in entries for one in entry.phrasings):
        reply = shipped.answer(Question(phrasing))
        if reply.outcome == "answer" and len(reply.entries) < 3:
            found.setdefault((reply.entries, reply.frameworks, reply.blocks), (phrasing, reply))
    return found


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_answer_to_every_phrasing_fits_a_phone(browser, shipped, different, name):
    platform = PLATFORMS[name]
    drawn: dict[str, str] = {}
    for phrasing, reply in different.values():
        for private in (False, True):
            view = reply_view(reply, shipped, OWNER, deletable=platform.deletes and not private, shareable=private)
            [message] = platform.rendered(view, private)
            drawn.setdefault(platform.drawn(message), f"{phrasing} ({len(drawn)})")
    found = browser.measure_each(platform.css, {text: html for html, text in drawn.items()}, PHONE, pictures="")
    assert {text: one for text, one in found.items() if one.height > SCREEN or one.overflow} == {}


def combined(shipped: Bot) -> Iterator[tuple[str, View, View]]:
    """Answers to two and three things at once, some of all that there can be."""
    names = [entry.id for entry in shipped.knowledge.entries.values() if entry.kind == "answer"]
    chosen = random.Random(620)
    for count in (2, 3):
        for _ in range(150):
            asked = tuple(chosen.sample(names, count))
            reply = shipped.show(*asked)
            yield "+".join(asked), reply_view(reply, shipped, OWNER), reply_view(reply, shipped, OWNER, shareable=True)


def outcomes(flow: Flow) -> Iterator[tuple[str, View, View]]:
    """Outcomes of the recommendation, with what was taken from somebody's words: where every way through the questions
    leads, and some of all others."""
    questions = [
        (question.id, [*(option.id for option in question.options), SKIPPED]) for question in flow.rules.questions
    ]
    chosen = random.Random(375)
    states = [flow.finished({name: chosen.choice(options) for name, options in questions}) for _ in range(400)]
    for state in (*states, *(flow.finished(given) for given, _ in flow.advisor.paths())):
        public, private = (flow_view(flow, state, OWNER, hint=UNDERSTOOD, shareable=alone) for alone in (False, True))
        yield str(state.given), public, private


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize("what", ["several things", "a recommendation"])
def test_several_things_and_every_recommendation_fit_a_phone(browser, shipped, name, what):
    platform, flow = PLATFORMS[name], Flow.of(shipped.knowledge)
    assert flow is not None
    drawn: dict[str, str] = {}
    for text, public, private in combined(shipped) if what == "several things" else outcomes(flow):
        for view, alone in ((public, False), (private, True)):
            [message] = platform.rendered(view, alone)
            drawn.setdefault(platform.drawn(message), f"{text} {'private' if alone else ''}")
    found = browser.measure_each(platform.css, {text: html for html, text in drawn.items()}, PHONE, pictures="")
    assert {text: one for text, one in found.items() if one.height > SCREEN or one.overflow} == {}


def test_on_a_wide_screen_nothing_reaches_beyond_its_edge(browser, messages):
    found = measured(browser, messages, TABLET)
    assert {name: one.overflow for name, one in found.items() if one.overflow} == {}
