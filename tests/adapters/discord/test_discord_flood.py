"""Who asks too often is told so once, and then left without an answer; others are not."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from adapters.discord import ids
from adapters.discord.client import FrameworkClient, Shape
from adapters.discord.work import MOST_IN_FLIGHT
from adapters.limiting import CLICKS, Limiter
from adapters.rates import Rate
from bot.recommendation.token import owner_mark
from tests.discord_double.scene import SECRET, shown

MOST = 3
TOO_MANY = "That is a lot of questions at once. I can take the next one in 60 seconds."
QUESTION = "compare.debugging"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def simcord_bot(desk, store, clock, request):
    mark = request.node.get_closest_marker("shape")
    shape = Shape(shard_count=1, **(mark.kwargs if mark is not None else {}))
    limiter = Limiter(user=Rate(MOST, 60), channel=Rate(2 * MOST, 60), clock=clock)
    return FrameworkClient(desk, store, SECRET, shape, limiter=limiter)


@pytest.fixture
def question(shipped):
    return shipped.knowledge.entries[QUESTION].phrasings[0]


def answers(scene, channel=None):
    """What the bot has posted."""
    posted = scene.env.backend.messages[(channel or scene.channel).id].values()
    return [shown(message.components) for message in posted if message.author_id == scene.env.bot.user.id]


async def mention(scene, who, text, times, channel=None):
    for _ in range(times):
        await who.send(channel or scene.channel, f"<@{scene.env.bot.user.id}> {text}")


async def test_a_flood_of_mentions_is_told_once_to_wait_and_others_are_answered(scene, question, clock):
    await mention(scene, scene.ann, question, MOST + 20)
    assert len(answers(scene)) == MOST + 1
    assert answers(scene)[-1] == TOO_MANY
    await mention(scene, scene.bob, question, 1)
    assert len(answers(scene)) == MOST + 2
    clock.now += 60
    await mention(scene, scene.ann, question, 1)
    assert len(answers(scene)) == MOST + 3


async def test_in_another_server_the_same_person_is_answered(scene, question):
    await mention(scene, scene.ann, question, MOST + 5)
    elsewhere = scene.env.create_guild()
    channel = elsewhere.create_text_channel("general")
    await mention(scene, elsewhere.add_member(scene.ann.user), question, 1, channel)
    [answer] = answers(scene, channel)
    assert answer != TOO_MANY


async def test_what_holds_for_a_channel_is_told_there_once(scene, question):
    people = [scene.guild.add_member(scene.env.create_user(f"user{number}")) for number in range(6)]
    for who in people:
        await mention(scene, who, question, 2)
    assert len(answers(scene)) == 2 * MOST + 1
    assert "There have been a lot of questions here" in answers(scene)[-1]


async def test_commands_are_told_in_private_once_and_then_left(scene):
    for _ in range(MOST):
        assert (await scene.ann.slash(scene.channel, "ask", question=QUESTION, private=False)).acknowledged
    told = await scene.ann.slash(scene.channel, "compare", aspect=QUESTION, private=False)
    assert told.ephemeral
    assert shown(told.response.components) == TOO_MANY
    assert not (await scene.ann.slash(scene.channel, "ask", question=QUESTION)).acknowledged
    assert len(answers(scene)) == MOST + 1


async def test_help_and_buttons_are_there_for_who_has_asked_a_lot(scene, question):
    await mention(scene, scene.ann, question, MOST + 1)
    assert "What I can do" in shown((await scene.ann.slash(scene.channel, "help")).response.components)
    mine = owner_mark(f"discord:{scene.ann.id}", SECRET)
    pressed = await scene.ann.click(scene.posted(ids.related("compare.mobile", mine)), label="button 0")
    assert pressed.acknowledged


async def test_presses_are_bounded_too(scene):
    message = scene.posted(ids.topics("", 0, owner_mark(f"discord:{scene.bob.id}", SECRET)))
    results = [await scene.ann.click(message, label="button 0") for _ in range(MOST * CLICKS + 5)]
    assert [result.acknowledged for result in results].count(True) == MOST * CLICKS + 1
    assert "a lot of clicks" in shown(results[MOST * CLICKS].response.components)


async def test_suggestions_while_typing_do_not_count(scene):
    for _ in range(MOST * CLICKS + 5):
        assert await scene.ann.autocomplete(scene.channel, "ask", "question", "debug")
    assert (await scene.ann.slash(scene.channel, "help")).acknowledged


async def test_words_in_the_form_of_the_recommendation_are_a_question(scene, question):
    result = await scene.ann.slash(scene.channel, "recommend")
    form = await scene.ann.click(result.response, label="In your own words")
    await mention(scene, scene.ann, question, MOST)
    sent = await scene.ann.submit_modal(form, {"answer": "research papers"})
    assert shown(sent.response.components) == TOO_MANY


@pytest.mark.shape(listening=True)
async def test_what_nobody_asked_counts_for_the_channel_and_is_left_out_in_silence(scene, store, question):
    await store.channels.change(f"discord:{scene.guild.id}", str(scene.channel.id), passive=True)
    for _ in range(2 * MOST + 5):
        await scene.ann.send(scene.channel, question)
    assert len(answers(scene)) == 2 * MOST
    assert not any("a lot of questions" in answer for answer in answers(scene))


async def test_a_server_with_all_it_may_have_in_flight_leaves_room_for_others(scene, question):
    work = scene.env.bot.work
    with ExitStack() as busy:
        while work.has_room(str(scene.guild.id)):
            busy.enter_context(work.one(str(scene.guild.id)))
        assert work.in_flight == MOST_IN_FLIGHT // 2
        await mention(scene, scene.ann, question, 1)
        assert answers(scene) == []
        await scene.ann.user.send_dm(question)
        assert len(answers(scene, scene.ann.user.dm_channel)) == 1
    await mention(scene, scene.ann, question, 1)
    assert len(answers(scene)) == 1
    assert work.in_flight == 0
