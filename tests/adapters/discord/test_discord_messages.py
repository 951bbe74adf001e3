"""Messages: mentions, direct messages, replies, threads, and what nobody asked."""

from __future__ import annotations

import pytest

from adapters.discord.failures import SORRY
from adapters.discord.showing import nonce_of
from tests.discord_double.scene import said, shown

MENTION = "<@{}> {}"


def answer_of(shipped, entry):
    return said(shipped.knowledge.entries[entry].answer.text)


def exactly(shipped, entry):
    return shipped.knowledge.entries[entry].phrasings[0]


def mention(scene, text):
    return MENTION.format(scene.env.bot.user.id, text)


async def test_a_mention_is_answered_below_the_message(scene, shipped):
    message = await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    assert answer_of(shipped, "compare.debugging") in said(scene.last())
    [sent] = posts(scene)
    assert sent["message_reference"]["message_id"] == message.id


async def test_an_answer_carries_a_nonce_that_every_process_makes_alike(scene, shipped):
    message = await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    [sent] = posts(scene)
    assert sent["enforce_nonce"] is True
    assert sent["nonce"] == nonce_of(message.id, 0)
    assert len(sent["nonce"]) <= 25


async def test_an_answer_calls_nobody(scene):
    await scene.ann.send(scene.channel, mention(scene, "@everyone @here <@1> <@&2> which one"))
    [sent] = posts(scene)
    assert sent["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert "@everyone" not in scene.last()


async def test_a_mention_without_words_tells_how_to_ask(scene):
    await scene.ann.send(scene.channel, mention(scene, ""))
    assert "Ask in a sentence" in scene.last()


async def test_messages_that_are_not_to_the_bot_are_left_alone(scene, shipped):
    await scene.ann.send(scene.channel, exactly(shipped, "compare.debugging"))
    await scene.ann.send(scene.channel, "@everyone " + exactly(shipped, "compare.debugging"))
    assert posts(scene) == []


async def test_other_bots_are_left_alone(scene, shipped):
    webhook = scene.guild.create_webhook(scene.channel)
    await webhook.send(mention(scene, exactly(shipped, "compare.debugging")))
    robot = scene.guild.add_member(scene.env.create_user("robot", bot=True))
    await robot.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    assert posts(scene) == []


async def test_a_direct_message_is_answered_and_followed_up(simcord_env, shipped):
    dora = simcord_env.create_user("dora")
    await dora.send_dm("which is better for research?")
    await dora.send_dm("and for mobile?")
    text = shown(last_of(simcord_env, dora.dm_channel))
    assert "obile" in text
    await dora.send_dm("why?")
    assert shown(last_of(simcord_env, dora.dm_channel)) != ""


async def test_a_thank_you_does_not_end_the_subject(simcord_env, shipped):
    dora = simcord_env.create_user("dora")
    for text in (exactly(shipped, "compare.debugging"), "thanks", "why?"):
        await dora.send_dm(text)
    assert answer_of(shipped, "compare.debugging") in said(shown(last_of(simcord_env, dora.dm_channel)))


async def test_a_reply_to_an_answer_is_read_with_it(scene, shipped):
    await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    await scene.ann.send(scene.channel, mention(scene, "why?"), reply_to=scene.raw_last())
    assert answer_of(shipped, "compare.debugging") in said(scene.last())
    await scene.bob.send(scene.channel, mention(scene, "why?"), reply_to=scene.raw_last())
    assert answer_of(shipped, "compare.debugging") in said(scene.last())


async def test_a_reply_to_the_answer_of_a_command_is_read_with_it(scene, shipped):
    asked = await scene.ann.slash(scene.channel, "ask", question="compare.debugging", private=False)
    await scene.ann.send(scene.channel, mention(scene, "why?"), reply_to=asked.response)
    assert answer_of(shipped, "compare.debugging") in said(scene.last())


async def test_a_conversation_goes_on_after_a_restart(scene, make, shipped):
    await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    answer = scene.raw_last()
    await scene.env.restart_bot(make())
    await scene.ann.send(scene.channel, mention(scene, "why?"), reply_to=answer)
    assert answer_of(shipped, "compare.debugging") in said(scene.last())


async def test_without_a_reply_there_is_nothing_to_follow_up(scene, shipped):
    await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    await scene.ann.send(scene.channel, mention(scene, "why?"))
    assert answer_of(shipped, "compare.debugging") not in said(scene.last())


async def test_in_a_thread_everything_belongs_together(scene, shipped):
    thread = await scene.thread()
    await scene.ann.send(thread, mention(scene, exactly(shipped, "compare.debugging")))
    await scene.ann.send(thread, mention(scene, "why?"))
    assert answer_of(shipped, "compare.debugging") in said(shown(last_of(scene.env, thread)))


@pytest.mark.shape(listening=True)
async def test_follow_ups_in_a_thread_need_no_mention_where_the_channel_wants_that(scene, store, shipped):
    await store.channels.change(f"discord:{scene.guild.id}", str(scene.channel.id), follow_ups=True)
    thread = await scene.thread()
    await scene.ann.send(thread, "why?")
    assert posts(scene, thread) == []
    await scene.ann.send(thread, mention(scene, exactly(shipped, "compare.debugging")))
    await scene.ann.send(thread, "why?")
    assert len(posts(scene, thread)) == 2


@pytest.mark.shape(listening=True)
async def test_what_nobody_asked_is_answered_only_where_wanted_and_sure(scene, store, shipped):
    question = exactly(shipped, "compare.debugging")
    await scene.ann.send(scene.channel, question)
    assert posts(scene) == []
    await store.channels.change(f"discord:{scene.guild.id}", str(scene.channel.id), passive=True)
    await scene.ann.send(scene.channel, "zorblax quuxification of the frimble")
    assert posts(scene) == []
    await scene.ann.send(scene.channel, question)
    assert answer_of(shipped, "compare.debugging") in said(scene.last())


async def test_a_step_of_the_recommendation_is_answered_by_replying_to_it(scene):
    step = await scene.ann.slash(scene.channel, "recommend", private=False)
    await scene.ann.send(scene.channel, mention(scene, "research papers"), reply_to=step.response)
    assert "Step 2 of" in scene.last()
    assert "Goal: Research" in scene.last()


async def test_somebody_elses_step_is_not_answered_by_my_reply(scene):
    step = await scene.ann.slash(scene.channel, "recommend", private=False)
    await scene.bob.send(scene.channel, mention(scene, "research papers"), reply_to=step.response)
    assert "Step 2 of" not in scene.last()


async def test_the_same_message_delivered_twice_is_answered_once(scene, make, shipped):
    await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    [received] = [message for message in scene.channel.history() if message.author.id == scene.ann.id]
    await scene.env.bot.on_message(received)
    await make()._messages.receive(received)
    assert len(posts(scene)) == 1


async def test_refused_components_become_plain_text(scene, shipped):
    scene.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    texts = [message.content for message in scene.channel.history() if message.author.bot]
    assert answer_of(shipped, "compare.debugging") in said("".join(texts))
    assert all(len(text) <= 2_000 for text in texts)


async def test_a_message_that_cannot_be_answered_gets_an_apology(scene, shipped, monkeypatch):
    monkeypatch.setattr(scene.env.bot._counter, "ask", lambda *_: 1 / 0)
    await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    assert scene.channel.last_message.content == SORRY


async def test_no_permission_to_write_is_no_error(scene, shipped, caplog):
    scene.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=None)
    await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_what_somebody_wrote_is_in_no_log(scene, caplog, monkeypatch):
    caplog.set_level("INFO")
    monkeypatch.setattr(scene.env.bot._counter, "ask", lambda text, *_: {}[text])
    await scene.ann.send(scene.channel, mention(scene, "my secret question"))
    await scene.ann.slash(scene.channel, "ask", question="my secret question")
    assert caplog.records
    assert "secret question" not in caplog.text


async def test_removal_from_a_server_deletes_what_was_kept_of_it(scene, store, shipped):
    await scene.ann.slash(scene.channel, "ask", question="zorblax quuxification of the frimble")
    await scene.ann.slash(scene.channel, "ask", question="compare.debugging", private=False)
    scene.env.backend.remove_guild(scene.guild.id)
    await scene.env.settle()
    gone = await store.store.tenants.forget_tenant(f"discord:{scene.guild.id}")
    assert set(gone.values()) == {0}


async def test_messages_are_left_alone_while_stopping(scene, shipped):
    scene.env.bot.accepting = False
    await scene.ann.send(scene.channel, mention(scene, exactly(shipped, "compare.debugging")))
    assert posts(scene) == []


def posts(scene, channel=None):
    path = f"/channels/{(channel or scene.channel).id}/messages"
    return [entry.json for entry in scene.env.http_requests if entry.method == "POST" and entry.path == path]


def last_of(env, channel):
    messages = env.backend.messages[channel.id]
    return messages[max(messages)].components
