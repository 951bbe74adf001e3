"""What observers of the desk are told, and that nobody's answer depends on them."""

from __future__ import annotations

import pytest
from small_knowledge import bot

from bot.desk import Desk, Place
from bot.feedback import Feedback
from bot.question import Question
from bot.storage.resilience import ResilientStore
from bot.store import Store

BOT = bot()
PLACE = Place("slack", "T1", "C1", "command")


class Notebook:
    """Writes down what it is told."""

    def __init__(self):
        self.told = []

    def answered(self, platform, seconds):
        self.told.append(("answered", platform, seconds > 0))

    def exchanged(self, platform, reply):
        self.told.append(("exchanged", platform, reply.entries))

    def shown(self, platform, seconds):
        self.told.append(("shown", platform, seconds))

    def judged(self, platform, *, helpful):
        self.told.append(("judged", platform, helpful))


class Broken:
    """Fails whatever it is told."""

    def __getattr__(self, name):
        raise ValueError("my words")


@pytest.fixture
async def store(tmp_path):
    async with ResilientStore.open(Store(f"sqlite:///{tmp_path / 'bot.sqlite3'}"), every=3_600) as store:
        yield store


@pytest.fixture
def notebook():
    return Notebook()


@pytest.fixture
def desk(store, notebook):
    return Desk(lambda: BOT, store, [Broken(), notebook])


def judgement(**more):
    return Feedback(
        platform="slack",
        tenant="slack:T1",
        user="U1",
        answer="a",
        entry="e",
        helpful=False,
        knowledge_version="v",
        **more,
    )


async def test_a_question_is_told_once_with_its_time_and_its_reply(desk, notebook):
    reply = await desk.ask("what is good about pytorch", PLACE)
    assert notebook.told == [("answered", "slack", True), ("exchanged", "slack", reply.entries)]


async def test_a_question_answered_first_and_kept_later_is_told_once(desk, notebook):
    reply = desk.answer(Question("what is good about pytorch"), "discord")
    await desk.keep(reply, PLACE)
    assert notebook.told == [("answered", "discord", True), ("exchanged", "slack", reply.entries)]


async def test_what_a_button_shows_is_an_exchange_without_a_question(desk, notebook):
    await desk.show("strengths.pytorch", PLACE)
    assert notebook.told == [("exchanged", "slack", ("strengths.pytorch",))]


@pytest.mark.parametrize("words", [{"reason": "too short"}, {"suggested": "choose.mobile"}])
async def test_a_judgement_is_told_and_not_again_for_the_words_that_follow(desk, notebook, words):
    await desk.judge(judgement())
    await desk.judge(judgement(**words))
    assert notebook.told == [("judged", "slack", False)]


async def test_an_observer_that_fails_fails_no_answer_and_is_told_of_without_its_words(desk, notebook, caplog):
    assert (await desk.ask("what is good about pytorch", PLACE)).outcome == "answer"
    desk.observer.shown("slack", 0.5)
    assert notebook.told[-1] == ("shown", "slack", 0.5)
    assert "observing failed in Broken: ValueError" in caplog.text
    assert "my words" not in caplog.text
