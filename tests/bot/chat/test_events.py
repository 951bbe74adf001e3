"""What observers of a chat are notified of, and that nobody's answer depends on them."""

from __future__ import annotations

import pytest

from bot.chat.incoming import FormSubmission
from bot.chat.service import ChatService
from tests.bot.chat_scene import BOT, CAPABILITIES, CHANNEL, DIRECT, buttons, command, exchange, message, pressed


class Notebook:
    """Takes down what it is notified of."""

    def __init__(self):
        self.received = []

    def answered(self, platform, seconds):
        self.received.append(("answered", platform, seconds > 0))

    def exchanged(self, platform, reply, seconds):
        self.received.append(("exchanged", platform, reply.entries, seconds))

    def judged(self, platform, *, helpful):
        self.received.append(("judged", platform, helpful))


class Broken:
    """Always fails."""

    def __getattr__(self, name):
        raise ValueError("my words")


@pytest.fixture
def notebook():
    return Notebook()


@pytest.fixture
def chat(store, notebook):
    return ChatService(lambda: BOT, store, CAPABILITIES, observers=[Broken(), notebook])


async def test_a_question_is_reported_once_with_its_time_and_its_reply(chat, notebook):
    await exchange(chat, message("what is good about pytorch"))
    assert notebook.received == [
        ("answered", "chat", True),
        ("exchanged", "chat", ("strengths.pytorch",), 0.0),
    ]


async def test_an_answer_that_was_not_posted_is_no_exchange(chat, notebook):
    await chat.handle(message("what is good about pytorch"))
    assert notebook.received == [("answered", "chat", True)]


async def test_what_a_command_shows_is_an_exchange_without_a_question(chat, notebook):
    await exchange(chat, command("ask", text="strengths.pytorch"))
    assert [received[0] for received in notebook.received] == ["exchanged"]


async def test_a_screen_is_no_exchange(chat, notebook):
    await exchange(chat, command("help"))
    assert notebook.received == []


async def test_a_vote_is_reported_and_not_again_for_the_words_that_follow(chat, notebook):
    shown = await exchange(chat, message("what is jax", DIRECT))
    voted = await exchange(chat, pressed(buttons(shown)["Not helpful"], DIRECT))
    form = await exchange(chat, pressed(buttons(voted)["Say what was wrong"], DIRECT))
    values = {"words": ("too short",)}
    await exchange(chat, FormSubmission(place=DIRECT, user="U1", action=form.view.action, values=values))
    assert [received for received in notebook.received if received[0] == "judged"] == [("judged", "chat", False)]


async def test_an_observer_that_fails_fails_no_answer_and_is_reported_without_its_words(chat, notebook, caplog):
    assert (await exchange(chat, message("what is good about pytorch", CHANNEL))).reply.outcome == "answer"
    chat.notify(lambda observer: observer.answered("chat", 0.5))
    assert notebook.received[-1] == ("answered", "chat", True)
    assert "the observer Broken failed: ValueError" in caplog.text
    assert "my words" not in caplog.text
