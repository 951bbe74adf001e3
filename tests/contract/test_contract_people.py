"""What holds on every platform where people are asked what the bot cannot answer, and where it answers later."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.actions import pack
from bot.chat.background import Returns
from bot.chat.incoming import Action
from bot.chat.own_answers import NOT_A_TEACHER
from bot.chat.people import HERE, NO_LONGER, NOBODY, NOT_ASKED_ABOUT, NOT_PASSED_ON, PASSED_ON_BEFORE, THERE
from bot.chat.teaching import SUGGESTED
from bot.storage.records import OwnAnswer
from tests.bot.small_knowledge import bot
from tests.contract.port import needs, words

pytestmark = needs("forms", "teaching", "channels", "store")

QUESTION = "who may book the zebra cluster"
LIKE_IT = "hi, booking the zebra cluster?"
LONG = "which of the people in research who work on weekends may book the zebra cluster for a night of training"
OTHER = "where is the key of the bicycle shed"
ANSWER = "Everybody in research, in the calendar."

ASK = "Ask our people"
HERE_ON = "○ In this channel"
KEEPING = "○ Keep it 30 days, and answer there"


@pytest.fixture
async def platform(start):
    """Each platform in turn, with little knowledge, so that a workspace's bot is made quickly."""
    return await start(bot=bot())


@pytest.fixture
async def people(platform):
    """Each platform that can, with Ann managing all of it, and the one channel named for asking people."""
    await chosen(platform, HERE_ON)
    return platform


@pytest.fixture
async def keeping(platform):
    """The same, where it is kept where questions were asked instead."""
    await chosen(platform, KEEPING)
    return platform


async def chosen(platform, label):
    [screen] = await platform.command("settings")
    return await platform.press(screen.buttons[label])


async def asked(platform, text=QUESTION, **how):
    """What shows that there is no answer."""
    how = {"who": "bob", "where": "channel", "mention": True} | how
    return (await platform.say(text, **how))[-1]


def later(platform):
    return Returns(platform.chat, platform.chat.bots, pace=0)


async def taught(platform, answer_button):
    """A teacher answers a question that was passed on."""
    [opened] = await platform.press(answer_button)
    assert opened.form is not None, opened.text
    return opened, await platform.submit(opened.form, {"questions": opened.form.values["questions"], "answer": ANSWER})


async def taught_elsewhere(platform, store, *phrasings):
    """Somebody teaches in another process."""
    [tenant] = await store.store.own_answers.versions()
    answer = OwnAnswer(entry="own.cluster", title="Zebra cluster", phrasings=phrasings or (QUESTION,), text=ANSWER)
    await store.store.own_answers.save(platform.capabilities.name, tenant, "U9", [answer])
    await followed(platform)


async def followed(platform):
    """What `TenantBots.watch` does between two pauses."""
    platform.chat.bots._versions = await platform.chat.bots.answers.versions()


def is_below(found, question):
    """Whether a message is in the thread of a question, or replies to what was said to it."""
    return bool(found.below) and found.below in (question.below, question.message)


# Asking people.


async def test_nobody_can_be_asked_where_no_channel_was_named(platform):
    assert ASK not in (await asked(platform)).buttons


async def test_a_question_is_passed_on_with_who_asked_and_a_link_to_where(people):
    shown = await asked(people)
    said = await people.press(shown.buttons[ASK], who="bob")
    assert HERE in words(said)
    post = people.latest("Answer")
    assert "asks our people: " in post.text
    assert QUESTION in post.text
    assert list(post.buttons) == ["Answer"]
    assert not post.private


@pytest.mark.parametrize("text", ["what is jax", "hello"])
async def test_what_has_an_answer_needs_nobody(people, text):
    assert ASK not in (await asked(people, text)).buttons


async def test_a_question_is_passed_on_once(people):
    shown = await asked(people)
    await people.press(shown.buttons[ASK], who="bob")
    post = people.latest("Answer")
    assert PASSED_ON_BEFORE in words(await people.press(shown.buttons[ASK], who="ann"))
    assert people.latest("Answer") == post


async def test_nothing_in_a_question_that_was_passed_on_notifies_anybody(people):
    shown = await asked(people, f"{QUESTION}, @everyone <!channel> @here?")
    await people.press(shown.buttons[ASK], who="bob")
    assert not [one for one in ("@everyone", "<!channel>", "@here") if one in people.latest().text]


@pytest.mark.parametrize("where", ["channel", "thread", pytest.param("direct", marks=needs("direct teams"))])
async def test_what_a_teacher_answers_comes_where_it_was_asked_once(people, where):
    shown = await asked(people, where=where, mention=where != "direct")
    await people.press(shown.buttons[ASK], who="bob")
    opened, _ = await taught(people, people.latest("Answer").buttons["Answer"])
    assert opened.form.values["questions"] == QUESTION
    both = later(people)
    assert [await both.post(), await both.post(), await later(people).post()] == [1, 0, 0]
    found = people.latest()
    assert ANSWER in found.text
    assert QUESTION in found.text
    assert is_below(found, shown)


async def test_the_answer_comes_also_where_the_teacher_words_the_question_anew(people):
    shown = await asked(people)
    await people.press(shown.buttons[ASK], who="bob")
    [opened] = await people.press(people.latest("Answer").buttons["Answer"])
    await people.submit(opened.form, {"questions": "reserving nodes for a night", "answer": ANSWER})
    await followed(people)
    assert await later(people).post() == 1
    assert is_below(people.latest(), shown)


async def test_what_one_person_alone_saw_is_answered_where_people_were_asked(people):
    [shown] = await people.command("ask", QUESTION, who="bob")
    assert shown.private
    assert THERE in words(await people.press(shown.buttons[ASK], who="bob"))
    post = people.latest()
    await taught(people, post.buttons["Answer"])
    assert await later(people).post() == 1
    found = people.latest()
    assert found.below == post.message
    assert ANSWER in found.text


async def test_who_may_not_teach_answers_nothing(people):
    shown = await asked(people)
    await people.press(shown.buttons[ASK], who="bob")
    refused = await people.press(people.latest("Answer").buttons["Answer"], who="bob")
    assert words(refused).startswith(NOT_A_TEACHER)


async def test_a_question_that_was_answered_is_no_longer_to_be_answered(people):
    shown = await asked(people)
    await people.press(shown.buttons[ASK], who="bob")
    answer = people.latest("Answer").buttons["Answer"]
    await taught(people, answer)
    await later(people).post()
    assert NO_LONGER in words(await people.press(answer))


async def test_a_long_question_is_known_to_another_process_from_the_store(people):
    shown = await asked(people, LONG)
    people.chat.passed_on.pop(LONG)
    await people.press(shown.buttons[ASK], who="bob")
    assert LONG in people.latest().text


async def test_where_no_words_are_kept_a_form_asks_for_a_question_that_is_no_longer_known(people):
    await people.command("settings")
    await chosen(people, "○ Keep no words")
    shown = await asked(people, LONG)
    people.chat.passed_on.pop(LONG)
    [opened] = await people.press(shown.buttons[ASK], who="bob")
    said = await people.submit(opened.form, {"question": QUESTION}, who="bob")
    assert HERE in words(said)
    assert QUESTION in people.latest().text


async def test_a_channel_that_takes_no_post_leaves_the_question_to_be_asked_again(people):
    shown = await asked(people)
    people.fail_next_post(final=True)
    assert NOT_PASSED_ON in words(await people.press(shown.buttons[ASK], who="bob"))
    assert HERE in words(await people.press(shown.buttons[ASK], who="bob"))


async def test_a_channel_that_is_no_longer_named_gets_no_question(people):
    shown = await asked(people)
    await chosen(people, "○ Not in this channel")
    assert NOBODY in words(await people.press(shown.buttons[ASK], who="bob"))
    assert ASK not in (await asked(people)).buttons


@pytest.mark.parametrize(("name", "label"), [("ask_channel", HERE_ON), ("keeps_threads", KEEPING)])
@needs("settings")
async def test_who_may_not_teach_changes_nothing_of_it(platform, name, label):
    shown = await platform.press_packed(pack(Action("set", ("channel", name, "on"))), who="bob")
    assert words(shown).startswith(NOT_A_TEACHER)
    [screen] = await platform.command("settings")
    assert label in screen.buttons


# Answering later.


@pytest.mark.parametrize("text", [QUESTION, LIKE_IT])
@pytest.mark.parametrize("where", ["channel", "thread"])
async def test_who_asked_before_gets_the_answer_too_once(keeping, store, where, text):
    shown = await asked(keeping, text, where=where)
    await taught_elsewhere(keeping, store, QUESTION, "booking the zebra cluster")
    returns = later(keeping)
    assert [await returns.post(), await returns.post(), await later(keeping).post()] == [1, 0, 0]
    found = keeping.latest()
    assert ANSWER in found.text
    assert is_below(found, shown)


async def test_who_asked_something_else_gets_nothing(keeping, store):
    await asked(keeping, OTHER)
    await taught_elsewhere(keeping, store)
    assert await later(keeping).post() == 0


async def test_nothing_is_kept_of_where_somebody_asked_unless_the_workspace_wants_that(people, store):
    await asked(people)
    await taught_elsewhere(people, store)
    assert await later(people).post() == 0


async def test_a_direct_message_is_never_kept(keeping, store):
    await asked(keeping, where="direct", mention=False)
    await asked(keeping)
    [tenant] = await store.store.own_answers.versions()
    assert len(await store.store.asked_questions.waiting(tenant)) == 1
    assert not any(await store.store.asked_questions.waiting(f"{keeping.capabilities.name}:direct") or ())


async def test_what_one_person_alone_saw_is_not_kept(keeping, store):
    [shown] = await keeping.command("ask", QUESTION, who="bob", where="thread")
    assert shown.private
    await taught_elsewhere(keeping, store)
    assert await later(keeping).post() == 0


async def test_of_two_processes_one_answers_later(keeping, store):
    for _ in range(2):
        await asked(keeping)
    await taught_elsewhere(keeping, store)
    posts = keeping.posts()
    both = await asyncio.gather(later(keeping).post(), later(keeping).post())
    assert sum(both) == 2
    assert keeping.posts() == posts + 2


async def test_what_could_not_be_posted_in_passing_is_posted_at_the_next_look(keeping, store, monkeypatch):
    await asked(keeping)
    await taught_elsewhere(keeping, store)
    returns, post_to, posts = later(keeping), keeping.chat.post_to, keeping.posts()

    async def failing(*_):
        raise ConnectionResetError

    monkeypatch.setattr(keeping.chat, "post_to", failing)
    assert await returns.post() == 0
    monkeypatch.setattr(keeping.chat, "post_to", post_to)
    assert await returns.post() == 1
    assert keeping.posts() == posts + 1


async def test_what_the_platform_refuses_for_good_is_not_tried_again(keeping, store):
    await asked(keeping)
    await taught_elsewhere(keeping, store)
    keeping.fail_next_post(final=True)
    returns, posts = later(keeping), keeping.posts()
    assert [await returns.post(), await later(keeping).post()] == [0, 0]
    assert keeping.posts() == posts


async def test_what_was_asked_goes_with_the_workspace(keeping, store):
    await asked(keeping)
    [tenant] = await store.store.own_answers.versions()
    assert (await store.forget_tenant(tenant))["asked_questions"] == 1
    assert await later(keeping).post() == 0


# Questions without an answer, for those who teach.

MISSED = ["answer_missed", "same_as", "not_for_us"]


async def pressed(platform, name, who="ann", question=QUESTION):
    return await platform.press_packed(pack(Action(name, (question,))), who=who)


@pytest.mark.parametrize("name", MISSED)
async def test_who_may_not_teach_does_nothing_with_a_missed_question(people, name):
    await asked(people)
    assert words(await pressed(people, name, "bob")).startswith(NOT_A_TEACHER)


@pytest.mark.parametrize("name", MISSED)
async def test_what_nobody_asked_here_is_nothing_to_do(people, name):
    assert NO_LONGER in words(await pressed(people, name))


async def test_a_missed_question_is_answered_with_what_was_asked_alike(people):
    for text in (QUESTION, "who books the zebra cluster", OTHER):
        await asked(people, text)
    [opened] = await pressed(people, "answer_missed")
    assert opened.form.values["questions"].splitlines()[0] == QUESTION
    assert OTHER not in opened.form.values["questions"]
    await people.submit(opened.form, {"questions": QUESTION, "answer": ANSWER})
    assert ANSWER in (await asked(people)).text


async def test_a_missed_question_is_added_to_an_answer_that_there_is(people, store):
    await asked(people, "is jax any good for zebras")
    [opened] = await pressed(people, "same_as", question="is jax any good for zebras")
    await people.submit(opened.form, {"questions": "is jax any good for zebras", "instead": "beyond.jax"})
    [tenant] = await store.store.own_answers.versions()
    _, [saved] = await store.store.own_answers.current(tenant)
    assert (saved.entry, saved.kind, saved.phrasings) == ("beyond.jax", "phrasings", ("is jax any good for zebras",))


async def test_a_question_that_is_not_for_the_workspace_is_deleted(people):
    await asked(people)
    assert NOT_ASKED_ABOUT in words(await pressed(people, "not_for_us"))
    assert NO_LONGER in words(await pressed(people, "answer_missed"))


# Suggestions of people who may not teach.


async def suggested(people, **values):
    """Bob writes an answer; the form, and what he is shown."""
    [opened] = await people.command("teach", QUESTION, who="bob")
    assert opened.form is not None, opened.text
    return opened, await people.submit(opened.form, {"questions": QUESTION, "answer": ANSWER, **values}, who="bob")


async def test_who_may_not_teach_suggests_and_a_teacher_saves_it(people):
    _, said = await suggested(people)
    assert SUGGESTED in words(said)
    post = people.latest("Open the form again")
    assert "suggests an answer to: " in post.text
    assert ANSWER in post.text
    [opened] = await people.press(post.buttons["Open the form again"])
    await people.submit(opened.form, {"questions": opened.form.values["questions"], "answer": ANSWER})
    assert ANSWER in words(await people.say(QUESTION, where="channel", mention=True))


async def test_a_suggestion_teaches_nothing_by_itself(people):
    await suggested(people)
    assert ANSWER not in words(await people.say(QUESTION, where="channel", mention=True))


async def test_a_suggestion_that_notifies_everybody_is_not_posted(people):
    _, said = await suggested(people, answer="Ask @channel.")
    assert "would notify everybody" in words(said)
    with pytest.raises(IndexError):  # there is none
        people.latest("Open the form again")


async def test_nobody_suggests_where_no_channel_was_named(platform):
    [said] = await platform.command("teach", QUESTION, who="bob")
    assert (said.form, NOT_A_TEACHER in said.text) == (None, True)
