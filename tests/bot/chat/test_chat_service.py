"""What the chat does with what arrives, over a small bot and a real database."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.incoming import Action, FormSubmission
from bot.chat.rate_limit import Limiter, Rate
from bot.chat.service import STORE_AWAY, ChatService
from bot.chat.view import DoneBy, Form
from bot.dialog.answering import Thresholds
from bot.recommendation.token import owner_mark
from bot.storage.address import sqlite_address
from bot.storage.records import Total
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.bot.chat_scene import (
    BOT,
    CAPABILITIES,
    CHANNEL,
    DIRECT,
    NOW,
    THREAD,
    buttons,
    command,
    exchange,
    message,
    overheard,
    pressed,
    text,
)
from tests.bot.small_knowledge import ANSWERS_ALL, DECLINES_ALL, OFFERS_ALL, with_thresholds

SHY = with_thresholds(BOT, DECLINES_ALL)
CHOOSY = with_thresholds(BOT, OFFERS_ALL)
ELSEWHERE = replace(THREAD, thread="C1:99.5")


def chat_of(bot, store, **capabilities):
    return ChatService(lambda: bot, store, replace(CAPABILITIES, **capabilities), secrets=["a secret"])


async def entries(chat, incoming, *ids):
    """The entries that are shown because of it."""
    outgoing = await exchange(chat, incoming, *ids)
    return outgoing.reply.entries


async def unanswered(store):
    return await store.store.unanswered.between(NOW - timedelta(days=1), NOW + timedelta(days=1))


async def counted(store):
    await (store.maintain if hasattr(store, "maintain") else store.tend)()
    return await store.store.tallies.between(NOW.date(), NOW.date() + timedelta(days=1))


# What a message continues.


async def test_a_follow_up_is_read_with_the_threads_previous_turn(chat):
    await exchange(chat, message("what to use in production"))
    assert await entries(chat, message("and for phones?")) == ("choose.mobile",)


async def test_another_thread_is_another_conversation(chat):
    await exchange(chat, message("what is good about pytorch"))
    assert await entries(chat, message("why?", ELSEWHERE)) == ()
    assert await entries(chat, message("why?")) == ("strengths.pytorch",)


async def test_in_a_channel_a_conversation_is_the_message_replied_to(chat):
    await exchange(chat, message("what is good about pytorch", CHANNEL), "m1", "m2")
    assert await entries(chat, message("why?", CHANNEL)) == ()
    for one in ("m1", "m2"):
        assert await entries(chat, message("why?", CHANNEL, reply_to=one), one) == ("strengths.pytorch",)


async def test_a_message_that_starts_a_thread_continues_nothing(chat):
    await exchange(chat, message("what is good about pytorch"))
    assert await entries(chat, message("why?", starts_thread=True)) == ()


async def test_threads_of_two_platforms_with_one_name_are_two(chat):
    await exchange(chat, message("what is jax"))
    assert await entries(chat, message("why?", replace(THREAD, platform="other"))) == ()


# Which words of a message count.

JAX, PRODUCTION, NOTHING = "what is jax", "what to use in production", "zorblax quuxification of the frimble"


@pytest.mark.parametrize(
    ("said", "attached", "answered"),
    [
        (JAX, (PRODUCTION,), "beyond.jax"),
        ("", (PRODUCTION,), "choose.production"),
        ("thoughts?", (PRODUCTION, JAX), "choose.production"),
        (NOTHING, (PRODUCTION,), "choose.production"),
        (NOTHING, (NOTHING[::-1], PRODUCTION), "choose.production"),
        (f"what would you use?\n> {PRODUCTION}", (JAX,), "choose.production"),
        ("", ("thoughts?", f"```{PRODUCTION}```"), "choose.production"),
    ],
)
async def test_the_first_words_that_have_an_answer_are_answered(chat, said, attached, answered):
    for incoming in (message(said, DIRECT), message(said, CHANNEL), command("answer", text=said)):
        assert (await entries(chat, replace(incoming, attached=attached)))[0] == answered


async def test_where_no_words_have_an_answer_the_first_with_a_topic_are_declined(chat, store):
    await exchange(chat, message("thoughts?", attached=(NOTHING, "another frimble of the quux")))
    await store.maintain()
    assert [one.text for one in await unanswered(store)] == [NOTHING]


async def test_an_earlier_message_whose_words_are_withheld_is_not_what_a_mention_asks(chat):
    async def withheld():
        return ("",)

    with_one, without = [message("thoughts?", CHANNEL, earlier=one) for one in (withheld, None)]
    assert text(await exchange(chat, with_one)) == text(await exchange(chat, without))


async def test_only_some_of_the_many_words_that_came_with_a_message_are_tried(chat, monkeypatch):
    asked, answer = [], chat.answer
    monkeypatch.setattr(chat, "answer", lambda question: asked.append(question.text) or answer(question))
    await exchange(chat, message(NOTHING, attached=tuple(f"{NOTHING} {number}" for number in range(50))))
    assert len(asked) == 5


async def test_what_came_with_a_message_does_not_follow_up_on_the_turn_before(chat):
    await exchange(chat, message("what is good about pytorch"))
    assert await entries(chat, message("why?", attached=(NOTHING,))) == ("strengths.pytorch",)
    assert await entries(chat, message("thoughts?", attached=("why?",))) == ()


async def test_the_answer_to_a_workflow_is_for_everybody_and_a_refusal_is_not_said(store):
    chat = ChatService(lambda: SHY, store, CAPABILITIES, secrets=["a"], limiter=Limiter(user=Rate(1, 60)))
    asked = message(JAX, CHANNEL, automated=True)
    assert (await exchange(chat, asked)).view.audience == "thread"
    assert chat.admit(asked).granted
    refused = chat.admit(asked)
    assert not refused.granted
    assert chat.refusal(asked, refused) is None


async def test_what_was_offered_can_be_picked(store):
    chat = chat_of(CHOOSY, store)
    offered = await exchange(chat, message("good choice of training for phones"))
    assert await entries(chat, message("the second one")) == (offered.reply.entries[1],)


async def test_a_thank_you_does_not_end_the_subject(chat):
    await exchange(chat, message("what to use in production"))
    assert (await exchange(chat, message("hello"))).reply.outcome == "social"
    assert await entries(chat, message("and for phones?")) == ("choose.mobile",)


async def test_what_a_button_showed_to_all_can_be_followed_up(chat):
    shown = await exchange(chat, message("what is jax", DIRECT))
    await exchange(chat, pressed(buttons(shown)["Helpful"], DIRECT))
    show = replace(buttons(shown)["Helpful"], action=replace(buttons(shown)["Helpful"].action, name="show"))
    await exchange(chat, pressed(replace(show, action=replace(show.action, fields=("", "strengths.pytorch"))), DIRECT))
    assert await entries(chat, message("and tensorflow?", DIRECT)) == ("strengths.tensorflow",)


async def test_what_one_person_saw_is_not_what_the_thread_continues(chat):
    await exchange(chat, message("what to use in production"))
    await exchange(chat, command("ask", THREAD, text="what is good about pytorch", private=True))
    assert await entries(chat, message("and for phones?")) == ("choose.mobile",)


async def test_a_turn_outlives_the_process(chat, store, file):
    await exchange(chat, message("what to use in production"))
    await counted(store)
    again = Store(sqlite_address(file), secrets=["a secret"], clock=lambda: NOW)
    async with ResilientStore.open(again, every=3_600) as other:
        assert await entries(chat_of(BOT, other), message("and for phones?")) == ("choose.mobile",)


async def test_the_turn_stored_is_ids_alone(chat, store, file):
    await exchange(chat, message("what is good about pytorch for zanzibar"))
    await counted(store)
    with closing(sqlite3.connect(file)) as connection:
        stored = str(connection.execute("SELECT * FROM threads").fetchall())
    assert "strengths.pytorch" in stored
    assert "zanzibar" not in stored
    assert "17.5" not in stored


async def test_the_bot_is_the_one_of_the_moment(store):
    bots = [BOT]
    chat = ChatService(lambda: bots[-1], store, CAPABILITIES)
    assert (await exchange(chat, message("best choice among phones"))).reply.outcome == "answer"
    bots.append(SHY)
    assert (await exchange(chat, message("best choice among phones"))).reply.outcome == "decline"


# What is stored of an exchange.


async def test_a_question_that_is_declined_is_stored_for_the_curators(store):
    shown = await exchange(chat_of(SHY, store), message("tensorflow on a telescope"))
    (stored,) = await unanswered(store)
    assert (stored.text, stored.outcome, stored.platform, stored.channel_kind) == (
        "tensorflow on a telescope", "decline", "chat", "thread"
    )  # fmt: skip
    assert stored.candidates == shown.reply.candidates
    assert (stored.knowledge_version, stored.asked_at) == ("small", NOW)


async def test_a_question_that_got_choices_is_stored_too(store):
    await exchange(chat_of(CHOOSY, store), message("good choice of training for phones"))
    assert [stored.outcome for stored in await unanswered(store)] == ["choices"]


async def test_what_was_doubtfully_taken_for_small_talk_is_stored_too(store):
    easy = with_thresholds(BOT, Thresholds(answer=0.9, choices=0.1))
    assert await entries(chat_of(easy, store), message("telescope hello")) == ("social.greeting",)
    assert [stored.outcome for stored in await unanswered(store)] == ["social"]


@pytest.mark.parametrize("said", ["what is jax", "hello", ""])
async def test_no_words_are_stored_of_what_was_answered_or_small_talk(chat, store, said):
    assert (await exchange(chat, message(said))).reply.outcome in {"answer", "social"}
    assert await unanswered(store) == ()


async def test_what_is_stored_names_nobody(chat, store, file):
    said = "hey <@U012AB3CD>, ann@example.com at https://intra.example.com/x says qwertz +49 170 1234567"
    await exchange(chat, message(said))
    (stored,) = await unanswered(store)
    assert stored.text == "hey [mention], [email] at [link] says qwertz [number]"
    everything = b"".join(path.read_bytes() for path in file.parent.glob("bot.sqlite3*"))
    assert b"U012AB3CD" not in everything
    assert b"ann@example.com" not in everything


async def test_a_channel_that_stores_no_words_stores_none(chat, store):
    await store.channels.change("chat:T1", "C1", keep_words=False)
    await exchange(chat, message("qwertz asdfgh"))
    assert await unanswered(store) == ()


async def test_every_reply_is_counted_by_its_outcome_and_entry(chat, store):
    await exchange(chat, message("what is jax"))
    await exchange(chat, message("What is JAX?", ELSEWHERE))
    await exchange(chat, command("ask", text="choose.mobile"))
    await exchange(chat, message("qwertz asdfgh", DIRECT))
    assert set(await counted(store)) == {
        Total("chat", "answer", "beyond.jax", 2),
        Total("chat", "answer", "choose.mobile", 1),
        Total("chat", "decline", "", 1),
    }


async def test_nothing_is_stored_of_what_was_not_posted(chat, store):
    assert await chat.handle(message("qwertz asdfgh")) is not None
    assert await unanswered(store) == ()
    assert await counted(store) == ()


async def test_data_of_a_place_belongs_to_its_team_or_to_nobodys():
    assert (THREAD.tenant, DIRECT.tenant) == ("chat:T1", "chat:direct")


# Messages that address nobody.


async def test_what_nobody_asked_is_answered_only_where_it_is_sure(store):
    await store.channels.change("chat:T1", "C1", passive=True)
    chat = chat_of(with_thresholds(BOT, ANSWERS_ALL), store)
    assert (await chat.handle(overheard("what is jax", CHANNEL))).reply.entries == ("beyond.jax",)
    for said in ("good pizza among phones", "hello", "", "qwertz"):
        assert await chat.handle(overheard(said, CHANNEL)) is None


async def test_what_nobody_asked_gets_no_answer_in_a_thread_of_others(chat, store):
    await store.channels.change("chat:T1", "C1", passive=True)
    assert await chat.handle(overheard("what is jax")) is None
    assert await chat.handle(overheard("what is jax", starts_thread=True)) is not None


async def test_deciding_whether_it_is_for_us_stores_nothing(chat, store):
    await store.channels.change("chat:T1", "C1", passive=True, follow_ups=True)
    for said in ("qwertz asdfgh", "what is jax"):
        await chat.handle(overheard(said, CHANNEL))
    assert await unanswered(store) == ()
    assert await counted(store) == ()


async def test_in_a_thread_of_ours_a_question_with_a_sure_answer_is_answered(chat, store):
    await store.channels.change("chat:T1", "C1", follow_ups=True)
    await exchange(chat, message("what to use in production"))
    assert (await chat.handle(overheard("and for phones?", user="U1"))).reply.entries == ("choose.mobile",)
    for said in ("and for phones", "we use it on phones", "+1", "qwertz?", "hello"):
        assert await chat.handle(overheard(said, user="U1")) is None, said
    assert await chat.handle(overheard("and for phones?", user="U1", others_addressed=True)) is None
    assert await chat.handle(overheard("and for phones?", ELSEWHERE, user="U1")) is None
    assert await chat.handle(overheard("and for phones?", user="U2")) is None


async def test_who_was_asked_back_may_answer_without_a_question_mark(store):
    await store.channels.change("chat:T1", "C1", follow_ups=True)
    chat = chat_of(CHOOSY, store)
    offered = await exchange(chat, message("good choice of training for phones"))
    chat = chat_of(BOT, store)
    second = await chat.handle(overheard("the second one", user="U1"))
    assert second.reply.entries == (offered.reply.entries[1],)


# Commands.


@pytest.mark.parametrize("word", ["help", "Topics!", "/privacy", " settings "])
async def test_a_message_of_one_word_is_a_command(chat, word):
    assert (await chat.handle(message(word, DIRECT))).reply is None


async def test_a_command_that_opens_a_form_lists_topics_where_a_message_cannot(chat):
    assert isinstance((await chat.handle(command("compare"))).view, Form)
    assert "Topics" in text(await chat.handle(message("compare", DIRECT)))


@pytest.mark.parametrize("aspect", ["compare.debugging", "debugging"])
@pytest.mark.parametrize(
    ("frameworks", "said"),
    [
        ("PyTorch, Zorblax and frimble", "Left out, as I do not know a framework of that name: Zorblax, frimble."),
        ("zorblax", "Left out, as I do not know a framework of that name: zorblax."),
        ("tf vs. py torch", ""),
        ("", ""),
    ],
)
async def test_a_comparison_says_which_names_it_leaves_out(chat, aspect, frameworks, said):
    shown = await chat.handle(command("compare", options={"aspect": aspect, "frameworks": frameworks}))
    assert shown.reply.entries == ("compare.debugging",)
    assert text(shown).partition("Both stop")[0].strip() == said


async def test_a_comparison_says_which_frameworks_are_too_many(store, shipped):
    names = "PyTorch, TensorFlow, JAX, Keras, MXNet, scikit-learn"
    options = {"aspect": "compare.mobile", "frameworks": names}
    shown = await chat_of(shipped, store).handle(command("compare", options=options))
    assert "Left out, as I compare 5 at most: scikit-learn." in text(shown)


async def test_what_is_typed_on_the_start_page_is_answered_for_the_person_alone(chat, store):
    typed = FormSubmission(
        place=CHANNEL, user="U1", action=Action("ask"), surface="home", values={"question": (" what is jax ",)}
    )
    shown = await exchange(chat, typed)
    assert shown.reply.entries == ("beyond.jax",)
    assert (shown.view.audience, shown.view.mode) == ("private", "new")
    assert [total.outcome for total in await counted(store)] == ["answer"]


async def test_what_cannot_be_answered_on_the_start_page_is_stored_for_the_curators(store):
    typed = {"question": ("how do I fold paper planes",)}
    await exchange(
        chat_of(SHY, store),
        FormSubmission(place=CHANNEL, user="U1", action=Action("ask"), surface="home", values=typed),
    )
    assert [one.text for one in await unanswered(store)] == ["how do I fold paper planes"]


async def test_an_empty_field_on_the_start_page_asks_for_words(chat):
    for typed in ({}, {"question": ("  ",)}):
        shown = await chat.handle(FormSubmission(place=CHANNEL, user="U1", action=Action("ask"), values=typed))
        assert (text(shown), shown.reply) == ("Type a question first.", None)


async def test_what_is_typed_on_the_start_page_counts_as_a_question(store):
    limited = ChatService(lambda: BOT, store, CAPABILITIES, limiter=Limiter(user=Rate(1, 60)))
    typed = FormSubmission(place=DIRECT, user="U1", action=Action("ask"), values={"question": ("what is jax",)})
    assert [limited.admit(typed).granted for _ in range(2)] == [True, False]


async def test_comparing_where_no_form_can_be_opened_lists_the_group_of_comparisons(shipped, store):
    listed = await chat_of(shipped, store, forms=False).handle(command("compare"))
    assert text(listed).startswith("Comparing")


async def test_without_forms_no_button_opens_one(store):
    chat = chat_of(BOT, store, forms=False)
    shown = await exchange(chat, message("what is jax", CHANNEL))
    voted = await exchange(chat, pressed(buttons(shown)["Not helpful"]))
    assert "Say what was wrong" not in buttons(voted)
    compare = buttons(await chat_of(BOT, store).handle(command("help")))["Compare frameworks"]
    assert "no longer works" in text(await chat.handle(pressed(compare)))


async def test_the_answer_to_a_command_is_seen_as_the_channel_has_chosen_or_the_person_says(chat, store):
    ask = command("ask", text="what is jax")
    assert (await chat.handle(ask)).view.audience == "private"
    assert (await chat.handle(replace(ask, private=False))).view.audience == "thread"
    await store.channels.change("chat:T1", "C1", visibility="channel")
    assert (await chat.handle(ask)).view.audience == "thread"
    assert (await chat.handle(replace(ask, private=True))).view.audience == "private"


@pytest.mark.parametrize(("found", "url"), [("https://chat.example/q/17", "https://chat.example/q/17"), ("", "")])
async def test_what_is_shared_says_who_shared_it_what_it_answers_and_links_to_the_question(chat, found, url):
    async def question_url():
        return found

    shown = await exchange(chat, command("ask", text="choose.mobile", private=True))
    press = pressed(buttons(shown)["Show everyone"], THREAD, private=True, message="m9", question_url=question_url)
    shared = await exchange(chat, press)
    titles = " / ".join(chat.bot.knowledge.entries[name].title for name in shown.reply.entries)
    assert shared.view.blocks[0] == DoneBy("U1", titles, url)


@pytest.mark.parametrize("same_process", [True, False])
async def test_an_answer_is_shared_once_whichever_process_is_asked(chat, store, same_process):
    shown = await exchange(chat, command("ask", text="choose.mobile", private=True))
    press = pressed(buttons(shown)["Show everyone"], private=True, message="m9")
    assert (await exchange(chat, press)).reply is not None
    again = await exchange(chat if same_process else chat_of(BOT, store), press)
    assert text(again) == "You have shared this already."
    other = replace(press, message="m10")
    assert (await exchange(chat_of(BOT, store), other)).reply is not None


async def test_of_two_processes_that_share_at_once_one_does(chat, store):
    shown = await exchange(chat, command("ask", text="choose.mobile", private=True))
    press = pressed(buttons(shown)["Show everyone"], private=True, message="m9")
    both = await asyncio.gather(chat.handle(press), chat_of(BOT, store).handle(press))
    assert sorted(one.reply is not None for one in both) == [False, True]


async def test_the_parts_of_an_answer_are_deleted_together_whichever_process_is_asked(store):
    asker, other = (chat_of(BOT, store, deletes=True) for _ in range(2))
    shown = await exchange(asker, message("what is jax", CHANNEL), "m1", "m2", "m3")
    press = pressed(buttons(shown)["Delete"], message="m3")
    gone = await other.handle(press)
    assert (gone.view.mode, gone.also_deleted) == ("delete", ("m1", "m2"))
    single = await exchange(asker, message("what is jax", CHANNEL), "m4")
    assert (await other.handle(pressed(buttons(single)["Delete"], message="m4"))).also_deleted == ()


async def test_what_a_command_asked_is_shared_without_a_link(chat):
    shown = await exchange(chat, command("ask", text="choose.mobile", private=True))
    shared = await exchange(chat, pressed(buttons(shown)["Show everyone"], private=True, message="m9"))
    assert (shared.view.blocks[0].user, shared.view.blocks[0].url) == ("U1", "")


async def test_only_who_may_manage_a_channel_changes_its_settings(chat, store):
    refused = await chat.handle(command("settings", options={"passive": "on"}, rights="none"))
    assert "Only people who manage" in text(refused)
    assert not (await store.channels.settings("chat:T1", "C1")).passive
    await chat.handle(command("settings", options={"passive": "on"}))
    assert (await store.channels.settings("chat:T1", "C1")).passive


async def test_what_holds_for_the_server_holds_where_a_channel_has_not_chosen(chat, store):
    await chat.handle(command("settings", options={"where": "server", "passive": "on"}))
    assert (await store.channels.settings("chat:T1", "C9")).passive


# Votes.


async def votes(store):
    found = await store.store.feedback.votes(NOW - timedelta(days=1), NOW + timedelta(days=1))
    return [(vote.entry, vote.helpful, vote.unhelpful) for vote in found]


async def test_a_vote_is_stored(chat, store):
    shown = await exchange(chat, message("what is jax", CHANNEL))
    await exchange(chat, pressed(buttons(shown)["Helpful"]))
    assert await votes(store) == [("beyond.jax", 1, 0)]


async def test_a_vote_on_an_entry_that_is_gone_is_not_stored(chat, store):
    shown = await exchange(chat, message("what is jax", CHANNEL))
    gone = buttons(shown)["Helpful"]
    gone = replace(gone, action=replace(gone.action, fields=("y", "gone.away", "v")))
    assert "no longer works" in text(await exchange(chat, pressed(gone)))
    assert await votes(store) == []


# While the database is away.


@pytest.fixture
def blocked(tmp_path):
    """A database whose folder cannot be made, for as long as a file is in its place."""
    in_place = tmp_path / "blocked"
    in_place.touch()
    return in_place, Store(sqlite_address(in_place / "bot.sqlite3"), secrets=["a secret"], clock=lambda: NOW)


async def test_an_answer_does_not_fail_with_the_database(blocked):
    async with ResilientStore.open(blocked[1], every=3_600) as store:
        assert not store.state.available
        chat = chat_of(BOT, store)
        assert await entries(chat, message("what to use in production")) == ("choose.production",)
        assert await entries(chat, message("and for phones?")) == ("choose.mobile",)
        assert (await exchange(chat, message("qwertz asdfgh"))).reply.outcome == "decline"


async def test_what_cannot_be_saved_says_so(blocked):
    async with ResilientStore.open(blocked[1], every=3_600) as store:
        chat = chat_of(BOT, store)
        assert text(await chat.handle(command("settings", options={"passive": "on"}))) == STORE_AWAY
        privacy = await chat.handle(command("privacy"))
        assert text(await chat.handle(pressed(buttons(privacy)["Delete my data"]))) == STORE_AWAY


async def test_what_waited_is_stored_once_the_database_is_back(blocked):
    in_place, late = blocked
    async with ResilientStore.open(late, every=3_600) as store:
        await exchange(chat_of(BOT, store), message("qwertz asdfgh"))
        assert store.state.waiting > 0
        in_place.unlink()
        await counted(store)
        assert [stored.text for stored in await unanswered(store)] == ["qwertz asdfgh"]


async def test_what_cannot_be_stored_of_an_answer_fails_nothing_and_quotes_nobody(chat, store, monkeypatch, caplog):
    def broken(_):
        raise ValueError("my words")

    monkeypatch.setattr(store.tallies, "count", broken)
    await exchange(chat, message("what is jax"))
    assert "could not be stored: ValueError" in caplog.text
    assert "my words" not in caplog.text


# Marks on buttons, which everybody in a channel can read.


async def test_marks_are_made_with_a_key_for_them_alone(store):
    secret = "the secret that hides people"
    chat = ChatService(lambda: BOT, store, CAPABILITIES, secrets=[secret, "an older one"])
    asked = command("help", user="U1")
    person = f"{CHANNEL.tenant}:U1"
    assert chat.owner(asked) != owner_mark(person, secret.encode())
    assert chat.owns(chat.owner(asked), asked)
    assert not chat.owns(chat.owner(asked), command("help", user="U2"))
    older = ChatService(lambda: BOT, store, CAPABILITIES, secrets=["an older one"])
    assert chat.owns(older.owner(asked), asked)


async def test_buttons_from_before_that_key_still_know_their_owner(store):
    secret = "the secret that hides people"
    chat = ChatService(lambda: BOT, store, CAPABILITIES, secrets=[secret])
    mark = owner_mark(f"{CHANNEL.tenant}:U1", secret.encode())
    assert chat.owns(mark, command("help", user="U1"))
    assert not chat.owns(mark, command("help", user="U2"))
