"""Messages: how they address the bot, and how answers are posted below them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import aiohttp
import discord
import pytest

from adapters.discord import render, responses
from adapters.discord.parse import parse_message
from adapters.discord.responses import nonce_of
from bot.chat.incoming import MENTION_ADDED
from bot.chat.rate_limit import Limiter, Rate
from bot.chat.service import FAILED
from bot.dialog.question import Question, Turn
from bot.dialog.text_renderer import plain_text
from tests.discord_double.scene import said, shown

ENTRY = "compare.debugging"


def answer_of(shipped, entry=ENTRY):
    return said(shipped.show(entry).blocks[0].text)


def reason_of(shipped):
    """How what "why?" says after an answer begins."""
    return said(plain_text(shipped.answer(Question("why?", Turn((ENTRY,)))).blocks[:1]))


@pytest.fixture
def question(shipped):
    return shipped.knowledge.entries[ENTRY].phrasings[0]


def mention(scene, text):
    return f"<@{scene.env.bot.user.id}> {text}"


def posts(scene, channel=None):
    path = f"/channels/{(channel or scene.channel).id}/messages"
    return [entry.json for entry in scene.env.http_requests if entry.method == "POST" and entry.path == path]


def last_of(env, channel):
    messages = env.backend.messages[channel.id]
    return shown(messages[max(messages)].components)


@pytest.fixture
def no_pauses(monkeypatch):
    monkeypatch.setattr(responses, "PAUSES", (0.0, 0.0))


@pytest.fixture
def heard(scene, monkeypatch):
    """What the chat layer is given."""
    heard = []
    chat = scene.env.bot.dispatcher.chat
    original = chat.handle

    async def handle(incoming):
        heard.append(incoming)
        return await original(incoming)

    monkeypatch.setattr(chat, "handle", handle)
    return heard


async def test_a_mention_is_answered_below_the_message(scene, shipped, question):
    message = await scene.ann.send(scene.channel, mention(scene, question))
    assert answer_of(shipped) in said(scene.last())
    [sent] = posts(scene)
    assert sent["message_reference"]["message_id"] == message.id


async def test_an_answer_carries_a_nonce_that_every_process_makes_alike(scene, question):
    message = await scene.ann.send(scene.channel, mention(scene, question))
    [sent] = posts(scene)
    assert sent["enforce_nonce"] is True
    assert sent["nonce"] == nonce_of(f"{message.id}:1", "0")
    assert len(sent["nonce"]) <= 25


async def test_an_answer_notifies_nobody(scene):
    await scene.ann.send(scene.channel, mention(scene, "@everyone @here <@1> <@&2> which one"))
    [sent] = posts(scene)
    assert sent["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert "@everyone" not in scene.last()


async def test_the_words_come_without_discords_notation(scene, heard):
    await scene.ann.send(scene.channel, mention(scene, f"which <:fire:123456789> for <@{scene.bob.id}> and <#1>?"))
    assert heard[0].text.split() == ["which", "for", "and", "?"]


@pytest.mark.served(listening=True)
async def test_a_mention_of_the_bots_own_role_is_one_of_the_bot(scene, heard):
    me = scene.env.bot.user.id
    role = scene.guild.create_role("bot", mentionable=True)
    scene.env.bot.get_guild(scene.guild.id).get_role(role.id).tags = discord.RoleTags({"bot_id": str(me)})
    await scene.ann.send(scene.channel, f"<@&{role.id}> which one?")
    assert [(one.address, one.text, one.others_addressed) for one in heard] == [("mention", "which one?", False)]


async def test_a_mention_of_the_bots_own_role_is_answered_where_its_words_are_withheld(scene):
    me = scene.env.bot.user.id
    role = scene.guild.create_role("bot", mentionable=True)
    scene.env.bot.get_guild(scene.guild.id).get_role(role.id).tags = discord.RoleTags({"bot_id": str(me)})
    await scene.ann.send(scene.channel, f"<@&{role.id}> which one?")
    assert "Ask in a sentence" in scene.last()


async def test_a_mention_that_is_added_by_editing_is_answered_once(scene, shipped, question):
    message = await scene.ann.send(scene.channel, question)
    assert posts(scene) == []
    for words in (mention(scene, question), mention(scene, question + "?")):
        await scene.ann.edit(message, words)
    [sent] = posts(scene)
    assert sent["message_reference"]["message_id"] == message.id
    assert answer_of(shipped) in said(scene.last())


@pytest.mark.served(listening=True)
async def test_an_edit_without_a_mention_is_not_answered(scene, store, question):
    await store.channels.change(scene.tenant, str(scene.channel.id), passive=True)
    message = await scene.ann.send(scene.channel, "hello")
    await scene.ann.edit(message, question)
    assert posts(scene) == []


async def test_an_update_by_discord_itself_is_not_answered(scene, question):
    """Such as of an old message that is pinned, or of what a link leads to."""
    scene.env.bot.dispatcher.open = False
    message = await scene.ann.send(scene.channel, mention(scene, question))
    scene.env.bot.dispatcher.open = True
    before = len(posts(scene))
    await scene.env.bot.on_raw_message_edit(discord.RawMessageUpdateEvent(updated(message), message))
    assert len(posts(scene)) == before
    message._edited_timestamp = message.created_at
    await scene.env.bot.on_raw_message_edit(discord.RawMessageUpdateEvent(updated(message), message))
    assert len(posts(scene)) == before + 1


def updated(message):
    """What an update says of a message."""
    return {"id": str(message.id), "channel_id": str(message.channel.id)}


async def test_a_mention_that_is_added_a_day_later_is_not_answered(scene, question):
    message = await scene.ann.send(scene.channel, mention(scene, question))
    message._edited_timestamp = message.created_at + timedelta(seconds=MENTION_ADDED + 1)
    me = scene.env.bot.user.id
    assert parse_message(message, me, listening=False) is None
    message._edited_timestamp = message.created_at + timedelta(seconds=MENTION_ADDED)
    assert parse_message(message, me, listening=False) is not None


async def test_messages_that_do_not_address_the_bot_are_left_alone(scene, heard, question):
    await scene.ann.send(scene.channel, question)
    await scene.ann.send(scene.channel, "@everyone " + question)
    assert heard == []


async def test_other_bots_are_left_alone(scene, heard, question):
    webhook = scene.guild.create_webhook(scene.channel)
    await webhook.send(mention(scene, question))
    robot = scene.guild.add_member(scene.env.create_user("robot", bot=True))
    await robot.send(scene.channel, mention(scene, question))
    assert heard == []


async def test_a_direct_message_is_answered_and_followed_up(simcord_env, shipped, question):
    dora = simcord_env.create_user("dora")
    await dora.send_dm(question)
    await dora.send_dm("why?")
    assert reason_of(shipped) in said(last_of(simcord_env, dora.dm_channel))


async def test_a_reply_with_a_ping_goes_on_from_the_answer(scene, shipped, question):
    await scene.ann.send(scene.channel, mention(scene, question))
    await scene.bob.send(scene.channel, mention(scene, "why?"), reply_to=scene.raw_last())
    assert reason_of(shipped) in said(scene.last())


async def test_a_reply_to_any_message_of_an_answer_goes_on_from_it(scene, shipped, monkeypatch, question):
    monkeypatch.setattr(render, "MOST_CONTENT", 200)
    scene.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    await scene.ann.send(scene.channel, mention(scene, question))
    answers = [message for message in scene.channel.history() if message.author.bot]
    assert len(answers) > 1
    for one in answers:
        await scene.ann.send(scene.channel, mention(scene, "why?"), reply_to=one)
        assert reason_of(shipped) in said(scene.last())


@pytest.mark.parametrize("listening", [True, False])
async def test_a_reply_without_a_ping_is_one_too_where_its_words_arrive(scene, question, listening):
    me = scene.env.bot.user.id
    await scene.ann.send(scene.channel, mention(scene, question))
    for words in ("why?", ""):
        reply = await scene.ann.send(scene.channel, words, reply_to=scene.raw_last(), attachments=[("x.txt", b"x")])
        reply.mentions.clear()
        parsed = parse_message(reply, me, listening=listening)
        if words:
            assert (parsed.address, parsed.others_addressed) == ("reply", False)
        else:
            assert parsed is None


async def test_a_reply_to_the_answer_of_a_command_goes_on_from_it(scene, shipped):
    asked = await scene.ann.slash(scene.channel, "ask", question=ENTRY, private=False)
    await scene.ann.send(scene.channel, mention(scene, "why?"), reply_to=asked.response)
    assert reason_of(shipped) in said(scene.last())


async def test_a_conversation_goes_on_after_a_restart(scene, make, shipped, question):
    await scene.ann.send(scene.channel, mention(scene, question))
    answer = scene.raw_last()
    await scene.env.restart_bot(make())
    await scene.ann.send(scene.channel, mention(scene, "why?"), reply_to=answer)
    assert reason_of(shipped) in said(scene.last())


async def test_in_a_thread_everything_belongs_together(scene, shipped, question):
    thread = await scene.thread()
    await scene.ann.send(thread, mention(scene, question))
    await scene.ann.send(thread, mention(scene, "why?"))
    assert reason_of(shipped) in said(last_of(scene.env, thread))


@pytest.mark.served(listening=True)
async def test_a_thread_is_followed_up_where_the_channel_wants_that(scene, store, question):
    await store.channels.change(scene.tenant, str(scene.channel.id), follow_ups=True)
    thread = await scene.thread()
    await scene.ann.send(thread, "why?")
    assert posts(scene, thread) == []
    await scene.ann.send(thread, mention(scene, question))
    await scene.ann.send(thread, "why?")
    assert len(posts(scene, thread)) == 2


@pytest.mark.served(listening=True)
async def test_a_question_that_nobody_was_asked_is_answered_where_wanted(scene, store, shipped, question):
    await scene.ann.send(scene.channel, question)
    assert posts(scene) == []
    await store.channels.change(scene.tenant, str(scene.channel.id), passive=True)
    await scene.ann.send(scene.channel, question)
    assert answer_of(shipped) in said(scene.last())


@pytest.mark.served(listening=True)
@pytest.mark.parametrize("words", ["thoughts?", "^", "can you answer this?", ""])
async def test_a_mention_without_a_topic_answers_the_message_it_replies_to_and_says_so(scene, shipped, question, words):
    theirs = await scene.bob.send(scene.channel, question)
    await scene.ann.send(scene.channel, mention(scene, words), reply_to=theirs)
    assert answer_of(shipped) in said(scene.last())
    assert "On the message you replied to" in scene.last()


@pytest.mark.served(listening=True)
async def test_a_mention_without_a_topic_in_a_thread_answers_the_message_it_started_from(scene, shipped, question):
    channel = scene.env.bot.get_channel(scene.channel.id)
    first = await scene.bob.send(scene.channel, question)
    await (await channel.fetch_message(first.id)).create_thread(name="a thread")
    [thread] = scene.channel.threads
    await scene.ann.send(thread, mention(scene, "any ideas?"))
    assert answer_of(shipped) in said(last_of(scene.env, thread))
    assert "On the first message here" in last_of(scene.env, thread)


@pytest.mark.served(listening=True)
async def test_a_mention_with_a_topic_is_answered_itself(scene, shipped, question):
    theirs = await scene.bob.send(scene.channel, question)
    await scene.ann.send(scene.channel, mention(scene, "and what is jax?"), reply_to=theirs)
    assert answer_of(shipped, "beyond.jax") in said(scene.last())
    assert "On the" not in scene.last()


@pytest.mark.served(listening=True)
@pytest.mark.parametrize("how", ["mention", "role", "everyone", "reply"])
async def test_it_is_known_when_others_are_addressed(scene, heard, question, how):
    theirs = await scene.bob.send(scene.channel, "hello")
    role = scene.guild.create_role("people", mentionable=True)
    everyone = scene.guild.create_role("may ping", permissions=discord.Permissions(mention_everyone=True))
    loud = scene.guild.add_member(scene.env.create_user("loud"), roles=[everyone])
    words = {"mention": f"<@{scene.bob.id}>", "role": f"<@&{role.id}>", "everyone": "@everyone", "reply": ""}[how]
    await loud.send(scene.channel, f"{words} {question}", reply_to=theirs if how == "reply" else None)
    assert [one.others_addressed for one in heard] == [False, True]


async def test_a_reply_to_somebody_else_addresses_them_also_without_a_ping(scene, question):
    theirs = await scene.bob.send(scene.channel, "hello")
    reply = await scene.ann.send(scene.channel, question, reply_to=theirs)
    reply.mentions.clear()
    parsed = parse_message(reply, scene.env.bot.user.id, listening=True)
    assert (parsed.address, parsed.others_addressed) == ("overheard", True)


@pytest.mark.served(listening=True)
async def test_the_first_message_of_a_post_in_a_forum_starts_its_thread(scene, heard):
    thread = await scene.thread()
    client = scene.env.bot
    message = await scene.ann.send(thread, "which one?")
    message.id = thread.id
    await client.on_message(message)
    assert [one.starts_thread for one in heard] == [False, True]


TITLE = "which framework for production"


@pytest.mark.parametrize("body", ["", "thoughts?", "what would you pick?", "We are five people and know Keras well."])
async def test_a_post_is_read_with_its_title(scene, shipped, body):
    thread = await scene.thread(TITLE)
    message = await scene.ann.send(thread, mention(scene, body))
    message.id = thread.id
    await scene.env.bot.on_message(message)
    answer = last_of(scene.env, thread)
    assert answer_of(shipped, "choose.production") in said(answer)
    assert "came with your message" not in answer


async def test_a_post_whose_title_asks_nothing_is_answered_by_its_words(scene, shipped):
    thread = await scene.thread("Help needed, as soon as possible")
    message = await scene.ann.send(thread, mention(scene, TITLE))
    message.id = thread.id
    await scene.env.bot.on_message(message)
    assert answer_of(shipped, "choose.production") in said(last_of(scene.env, thread))


@pytest.mark.served(listening=True)
@pytest.mark.parametrize(("body", "read"), [("", TITLE), ("what is jax", "what is jax")])
async def test_a_post_to_nobody_is_read_by_its_title_where_it_has_no_words(scene, body, read):
    thread = await scene.thread(TITLE)
    message = await scene.ann.send(thread, body, attachments=[("x.txt", b"x")])
    message.id = thread.id
    parsed = parse_message(message, scene.env.bot.user.id, listening=True)
    assert (parsed.address, parsed.text) == ("overheard", read)


@pytest.mark.served(listening=True)
async def test_a_mention_without_a_topic_in_a_post_answers_its_title(scene, shipped, monkeypatch):
    thread = await scene.thread(TITLE)
    first = await scene.ann.send(thread, "Any ideas?")
    first.id = thread.id

    async def fetched(*_):
        return first

    monkeypatch.setattr(discord.Thread, "fetch_message", fetched)
    monkeypatch.setattr(discord.TextChannel, "fetch_message", fetched)
    await scene.bob.send(thread, mention(scene, "thoughts?"))
    assert answer_of(shipped, "choose.production") in said(last_of(scene.env, thread))


@pytest.mark.served(listening=True)
async def test_a_mention_without_a_topic_answers_a_forwarded_message_it_replies_to(scene, shipped, question):
    elsewhere = scene.guild.create_text_channel("elsewhere")
    passed_on = await scene.bob.forward(await scene.ann.send(elsewhere, question), scene.channel)
    await scene.ann.send(scene.channel, mention(scene, ""), reply_to=passed_on)
    assert answer_of(shipped) in said(scene.last())


async def test_a_step_of_the_recommendation_is_answered_by_a_reply_to_it(scene):
    step = await scene.ann.slash(scene.channel, "recommend", private=False)
    await scene.ann.send(scene.channel, mention(scene, "research papers"), reply_to=step.response)
    assert "Step 2 of" in scene.last()
    assert "Goal: Research" in scene.last()


async def test_the_same_message_delivered_twice_is_answered_once(scene, make, question):
    await scene.ann.send(scene.channel, mention(scene, question))
    [received] = [message for message in scene.channel.history() if message.author.id == scene.ann.id]
    await scene.env.bot.on_message(received)
    assert len(posts(scene)) == 1


async def test_refused_components_become_plain_text(scene, shipped, question):
    scene.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    await scene.ann.send(scene.channel, mention(scene, question))
    answers = [message for message in scene.channel.history() if message.author.bot]
    assert answer_of(shipped) in said("".join(message.content for message in answers))
    assert all(len(message.content) <= 2_000 for message in answers)
    assert len({sent["nonce"] for sent in posts(scene)}) == len(posts(scene))


async def test_where_a_reply_is_refused_the_answer_goes_without_the_reference(scene, shipped, question):
    scene.env.inject_error("POST", "/channels/*/messages", status=400, code=160002)
    await scene.ann.send(scene.channel, mention(scene, question))
    first, second = posts(scene)
    assert "message_reference" in first
    assert "message_reference" not in second
    assert first["nonce"] == second["nonce"]
    assert answer_of(shipped) in said(scene.last())


async def test_a_message_that_cannot_be_answered_gets_an_apology(scene, shipped, monkeypatch, question):
    monkeypatch.setattr(shipped, "answer", lambda *_: 1 / 0)
    await scene.ann.send(scene.channel, mention(scene, question))
    assert scene.last() == FAILED
    assert scene.env.bot.dispatcher.failed == 1


async def test_a_message_that_could_not_be_taken_is_sent_again_with_its_nonce(scene, shipped, question, no_pauses):
    scene.env.inject_error("POST", "/channels/*/messages", status=503, times=2)
    await scene.ann.send(scene.channel, mention(scene, question))
    assert len(posts(scene)) == 3
    assert len({sent["nonce"] for sent in posts(scene)}) == 1
    assert answer_of(shipped) in said(scene.last())


async def test_a_message_whose_connection_broke_is_sent_again(scene, shipped, question, monkeypatch, no_pauses):
    original, sent = discord.abc.Messageable.send, []

    async def broken(*args, **what):
        sent.append(what["nonce"])
        if len(sent) == 1:
            raise aiohttp.ServerDisconnectedError
        return await original(*args, **what)

    monkeypatch.setattr(discord.abc.Messageable, "send", broken)
    await scene.ann.send(scene.channel, mention(scene, question))
    assert len(sent) == 2
    assert answer_of(shipped) in said(scene.last())


async def test_an_apology_is_not_taken_for_the_answer_that_failed(scene, question, no_pauses):
    scene.env.inject_error("POST", "/channels/*/messages", status=503, times=3)
    await scene.ann.send(scene.channel, mention(scene, question))
    *tried, last = posts(scene)
    assert last["nonce"] not in [sent["nonce"] for sent in tried]
    assert scene.last() == FAILED
    assert scene.env.bot.not_taken == {("503", "passing"): 1}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, 50013), (403, 50001), (404, 10003), (404, 10008), (403, 99999), (400, 50083), (400, 160005),
        (400, 200000), (400, 240000), (400, 50024), (401, 50027),
    ],
)  # fmt: skip
async def test_a_final_refusal_is_counted_and_neither_tried_again_nor_an_error(
    scene, store, caplog, question, status, code
):
    caplog.set_level("INFO")
    scene.env.inject_error("POST", "/channels/*/messages", status=status, code=code, times=None)
    await scene.ann.send(scene.channel, mention(scene, question))
    assert len(posts(scene)) == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert f"refused: {code}" in caplog.text
    assert scene.env.bot.not_taken == {(str(code), "final"): 1}
    assert scene.env.bot.dispatcher.failed == 0
    await store.maintain()
    assert (await store.store.tenants.forget_tenant(scene.tenant))["tallies"] == 0


async def test_what_a_code_of_the_table_means_does_not_depend_on_its_status(scene, question, caplog):
    scene.env.inject_error("POST", "/channels/*/messages", status=403, code=40333)
    await scene.ann.send(scene.channel, mention(scene, question))
    assert scene.env.bot.not_taken == {("40333", "passing"): 1}
    assert "403, code 40333" in caplog.text
    assert scene.last() == FAILED


async def test_what_somebody_wrote_is_in_no_log(scene, shipped, caplog, monkeypatch):
    caplog.set_level("INFO")
    monkeypatch.setattr(shipped, "answer", lambda question: {}[question.text])
    await scene.ann.send(scene.channel, mention(scene, "my secret question"))
    await scene.ann.slash(scene.channel, "ask", question="my secret question")
    assert caplog.records
    assert "secret question" not in caplog.text


async def test_removal_from_a_server_deletes_what_was_stored_of_it(scene, store):
    await scene.ann.slash(scene.channel, "ask", question="zorblax quuxification of the frimble")
    await scene.ann.slash(scene.channel, "ask", question=ENTRY, private=False)
    scene.env.backend.remove_guild(scene.guild.id)
    await scene.env.settle()
    gone = await store.store.tenants.forget_tenant(scene.tenant)
    assert set(gone.values()) == {0}


async def edited(scene, message, text):
    await scene.env.advance_time(1)
    await scene.ann.edit(message, text)


def answered(scene):
    return [message for message in scene.channel.history() if message.author.bot]


async def test_an_answer_in_several_messages_is_replaced_and_removed_with_all_of_them(
    scene, shipped, monkeypatch, question
):
    monkeypatch.setattr(render, "MOST_TEXT", 120)
    asked = await scene.ann.send(scene.channel, mention(scene, question))
    before = answered(scene)
    assert len(before) > 1
    monkeypatch.undo()
    await edited(scene, asked, mention(scene, "what is jax"))
    (one,) = answered(scene)
    assert one.id == before[0].id
    assert answer_of(shipped, "beyond.jax") in said(shown([part.to_dict() for part in one.components]))
    await scene.ann.delete(asked)
    assert answered(scene) == []


async def test_what_discord_itself_adds_to_a_message_does_not_answer_it_again(scene, question):
    asked = await scene.ann.send(scene.channel, mention(scene, question))
    [received] = [message for message in scene.channel.history() if message.id == asked.id]
    before = len(scene.env.http_requests)
    await scene.env.bot.on_raw_message_edit(SimpleNamespace(message=received))
    assert [entry for entry in scene.env.http_requests[before:] if entry.method in ("PATCH", "POST")] == []


async def test_an_answer_that_is_gone_does_not_come_back_by_editing_the_question(scene, question):
    asked = await scene.ann.send(scene.channel, mention(scene, question))
    [answer] = answered(scene)
    scene.env.backend.delete_message(scene.channel.id, answer.id)
    await edited(scene, asked, mention(scene, "what is jax"))
    assert answered(scene) == []
    assert scene.env.bot.not_taken == {("10008", "final"): 1}


class TestFlood:
    @pytest.fixture
    def limiter(self):
        return Limiter(user=Rate(2, 60))

    async def test_a_flood_of_mentions_is_refused_once_aloud(self, scene, question):
        for _ in range(6):
            await scene.ann.send(scene.channel, mention(scene, question))
        assert len(posts(scene)) == 3
        answers = [message for message in scene.channel.history() if message.author.bot]
        assert "That is a lot of questions at once" in str(answers[-1].components[0].to_dict())
