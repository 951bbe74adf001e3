"""A workspace teaches answers of its own, on every platform with forms."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.chat import teaching
from bot.chat.incoming import Command, Place
from bot.chat.own_answers import NOT_A_MANAGER, NOT_A_TEACHER
from bot.chat.teaching import MEANWHILE, NOT_SAVED
from bot.dialog.question import Question
from bot.dialog.text_renderer import plain_text
from bot.storage.errors import StoreUnavailable
from bot.storage.records import OwnAnswer
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from bot.teaching.tenant_bots import TenantBots
from tests.bot.chat_scene import BOT
from tests.contract.port import answers, needs, words

pytestmark = needs("forms", "teaching")

QUESTION = "who may book the zebra cluster"
OTHER_WORDS = "zebra cluster booking, who may"
SHIPPED = BOT.knowledge.entries["choose.mobile"]
ANSWER = "Everybody in research, in the calendar."


@pytest.fixture
async def teacher(start, monkeypatch):
    """Each platform that has forms and a store, with Ann managing all of it, over little knowledge."""
    monkeypatch.setattr(teaching, "PATIENCE", 60)  # no rule here is about time
    return await start(bot=BOT)


async def saved(platform, text=ANSWER, question=QUESTION, **values):
    """The form of a message that replies to a question, and what saving it shows."""
    [opened] = await platform.command("save", text, options={"question": question})
    return opened, await platform.submit(opened.form, values)


async def answered(platform, text, who="bob"):
    return words(await platform.command("ask", text, who=who))


async def test_a_message_is_saved_as_the_answer_to_what_it_replies_to(teacher):
    opened, shown = await saved(teacher)
    assert (opened.form.values["questions"], opened.form.values["answer"]) == (QUESTION, ANSWER)
    assert "Finds today" in opened.text
    assert "Saved" in words(shown)
    assert ANSWER in await answered(teacher, OTHER_WORDS)


async def test_what_a_question_finds_before_and_after_is_shown(teacher):
    _, shown = await saved(teacher)
    assert "Before: no answer" in words(shown) or "Before: a choice" in words(shown)
    assert f"Now: {QUESTION} (" in words(shown)
    assert "None of the" in words(shown)


async def test_a_known_question_that_is_answered_otherwise_is_shown(teacher):
    asked = f"{SHIPPED.phrasings[0]}\n{SHIPPED.phrasings[1]}"
    _, shown = await saved(teacher, question=SHIPPED.phrasings[0], questions=asked, title="Our phones")
    assert f"{SHIPPED.phrasings[1]} Before: {SHIPPED.title} (" in words(shown)
    assert "Now: Our phones (" in words(shown)


async def test_saving_can_be_tried_and_undone(teacher):
    _, shown = await saved(teacher)
    tried = await teacher.press(shown[-1].buttons["Try it"])
    assert "in the calendar" in words(tried)
    _, shown = await saved(teacher, question="where do we eat", title="Lunch")
    undone = await teacher.press(shown[-1].buttons["Undo"])
    assert "Undone" in words(undone)
    assert "in the calendar" not in await answered(teacher, "where do we eat")
    assert "in the calendar" in await answered(teacher, QUESTION)


async def test_an_answer_is_not_given_in_another_workspace(teacher):
    await saved(teacher)
    place = Place(teacher.capabilities.name, "ELSEWHERE", "C1", "command")
    outgoing = await teacher.chat.handle(Command(place=place, user="U1", name="ask", text=QUESTION))
    assert outgoing.reply.outcome != "answer"
    assert ANSWER in await answered(teacher, QUESTION)


async def test_another_process_answers_what_is_saved_here_until_it_is_undone_or_the_workspace_goes(
    teacher, store, tmp_path
):
    """The other one has a store of its own on the same database, and looks for changes as a service does."""
    async with ResilientStore.open(Store(f"sqlite:///{tmp_path / 'bot.sqlite3'}"), every=3_600) as opened:
        other = TenantBots(lambda: BOT, opened)
        watching = asyncio.create_task(other.watch())
        _, shown = await saved(teacher)
        [tenant] = await store.store.own_answers.versions()

        def said(bot):
            return plain_text(bot.answer(Question(OTHER_WORDS)).blocks)

        async def becomes(there):
            async with asyncio.timeout(60):
                while (
                    ANSWER in plain_text((await other.of(tenant)).answer(Question(OTHER_WORDS)).blocks)
                ) is not there:
                    await asyncio.sleep(0.1)

        await becomes(there=True)
        assert ANSWER not in said(await other.of(f"{tenant}9"))
        await teacher.press(shown[-1].buttons["Undo"])
        await becomes(there=False)
        await saved(teacher, title="Once more")
        await becomes(there=True)
        removed = await store.forget_tenant(tenant)
        assert (removed["own_answers"], removed["teaching"]) == (3, 1)
        await becomes(there=False)
        watching.cancel()


@pytest.mark.parametrize("command", ["teach", "answers", "teachers", "save"])
async def test_who_neither_manages_the_workspace_nor_is_named_teaches_nothing(teacher, command):
    shown = await teacher.command(command, "who may book it" if command == "save" else "", who="bob")
    assert words(shown).startswith(NOT_A_TEACHER)


async def test_a_form_saves_nothing_for_who_may_not_teach_any_more(teacher, store):
    [named] = await teacher.command("teachers")
    await teacher.submit(named.form, {"teachers": [teacher.person("bob")]})
    [opened] = await teacher.command("teach", QUESTION, who="bob")
    await teacher.submit((await teacher.command("teachers"))[0].form, {"teachers": []})
    assert NOT_A_TEACHER in words(await teacher.submit(opened.form, {"answer": ANSWER}, who="bob"))
    assert "in the calendar" not in await answered(teacher, QUESTION)


async def test_a_named_teacher_teaches_and_names_nobody(teacher):
    [opened] = await teacher.command("teachers")
    shown = await teacher.submit(opened.form, {"teachers": [teacher.person("bob")]})
    assert "named besides those who manage all of it: 1" in words(shown)
    [opened] = await teacher.command("teach", QUESTION, who="bob")
    assert "Saved" in words(await teacher.submit(opened.form, {"answer": ANSWER}, who="bob"))
    assert NOT_A_MANAGER in words(await teacher.command("teachers", who="bob"))
    [opened] = await teacher.command("teachers")
    assert opened.form.values["teachers"] == [teacher.person("bob")]
    await teacher.submit(opened.form, {"teachers": []})
    assert words(await teacher.command("teach", QUESTION, who="bob")).startswith(NOT_A_TEACHER)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"answer": "the token is xoxb-123456789012-abcdefghijkl"}, "token"),
        ({"answer": "@channel knows"}, "notify everybody"),
        ({"expires": "tomorrow"}, "YYYY-MM-DD"),
        ({"expires": "2020-01-01"}, "last day is over"),
        ({"link": "javascript:alert(1)"}, "https://"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_the_reason_and_the_form_keeps_its_words(
    teacher, store, values, reason
):
    [opened] = await teacher.command("save", ANSWER, options={"question": ""})
    given = {"questions": "zebra?\nwhere is the zebra", **values}
    form = await refused(teacher, opened.form, given, reason)
    assert await store.store.own_answers.versions() == {}
    assert "Saved" in words(await teacher.submit(form, dict.fromkeys(values, "") | {"answer": ANSWER}))


async def refused(platform, form, given, reason):
    """The form after it was refused for a reason, with what was typed."""
    [shown] = await platform.submit(form, given)
    assert reason in shown.text
    if shown.form is None:  # a button opens it
        [shown] = await platform.press(shown.buttons["Open the form again"])
        assert all(shown.form.values.get(name, value) == value for name, value in given.items())
        return shown.form
    # The modal stays as it is, with what was typed.
    blocks = [
        {**one, "element": {**one["element"], "initial_value": given[one["element"]["action_id"]]}}
        if one.get("element", {}).get("action_id") in given
        else one
        for one in form.view["blocks"]
    ]
    return type(form)({**form.view, "blocks": blocks}, form.fields)


async def test_the_form_keeps_its_words_where_the_store_is_away(teacher, store, monkeypatch):
    [opened] = await teacher.command("teach", QUESTION)

    async def away(*_):
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(store.store.own_answers, "save", away)
        form = await refused(teacher, opened.form, {"answer": ANSWER}, NOT_SAVED)
    assert "Saved" in words(await teacher.submit(form, {}))


async def test_the_second_of_two_teachers_sees_what_the_first_saved_and_loses_nothing(teacher):
    _, shown = await saved(teacher)
    edit = shown[-1].buttons["Edit"]
    [first], [second] = await teacher.press(edit), await teacher.press(edit)
    assert "Saved" in words(await teacher.submit(first.form, {"answer": "Only on Mondays."}))
    [shown] = await teacher.submit(second.form, {"answer": "Only on Fridays."})
    if shown.form is None:
        assert MEANWHILE in shown.text
        [shown] = await teacher.press(shown.buttons["Open the form again"])
    assert shown.form.values["answer"] == "Only on Fridays."
    assert "Only on Mondays." in shown.form.values["theirs"]
    assert "Saved" in words(await teacher.submit(shown.form, {"answer": "On Mondays and Fridays."}))
    assert "On Mondays and Fridays." in await answered(teacher, QUESTION)


async def test_a_wording_is_added_to_a_shipped_answer_instead(teacher, store):
    [opened] = await teacher.command("teach", SHIPPED.phrasings[0])
    assert SHIPPED.title in opened.text
    given = {"questions": "zebra handset", "instead": SHIPPED.id}
    assert "Saved" in words(await teacher.submit(opened.form, given))
    [tenant] = await store.store.own_answers.versions()
    _, [one] = await store.store.own_answers.current(tenant)
    assert (one.entry, one.kind, one.phrasings) == (SHIPPED.id, "phrasings", ("zebra handset",))
    assert answers(teacher.chat.bots.now(tenant), await teacher.command("ask", "zebra handset", who="bob"), SHIPPED.id)


async def test_other_ways_to_ask_are_proposed_and_saved_where_they_are_chosen(teacher):
    [opened] = await teacher.command("teach", "where can we find the zebra clusters")
    assert "variants" in opened.form.fields
    given = {"answer": ANSWER, "variants": ["where can we find the zebra cluster"]}
    await teacher.submit(opened.form, given)
    [listed] = await teacher.command("answers")
    [shown] = await teacher.press(listed.buttons["where can we find the zebra clusters"])
    assert "where can we find the zebra cluster" in shown.text.split("clusters", 2)[-1]


async def test_answers_are_listed_searched_edited_and_deleted(teacher):
    await saved(teacher, title="Zebra cluster")
    await saved(teacher, text="At noon.", question="when is lunch", title="Lunch")
    [listed] = await teacher.command("answers")
    assert "2 answers" in listed.text
    [listed] = await teacher.command("answers", "zebra")
    assert "Lunch" not in listed.buttons
    [shown] = await teacher.press(listed.buttons["Zebra cluster"])
    assert QUESTION in shown.text
    assert "1: " in shown.text
    [opened] = await teacher.press(shown.buttons["Edit"])
    await teacher.submit(opened.form, {"answer": "Only on Mondays.", "expires": "2090-01-31"})
    assert "Only on Mondays." in await answered(teacher, QUESTION)
    [listed] = await teacher.command("answers", "zebra")
    [shown] = await teacher.press(listed.buttons["Zebra cluster"])
    assert "31 Jan 2090" in shown.text
    [gone] = await teacher.press(shown.buttons["Delete"])
    assert "Deleted." in gone.text
    assert "Mondays" not in await answered(teacher, QUESTION)
    [back] = await teacher.press(gone.buttons["Undo"])
    assert "Undone" in back.text
    assert "Only on Mondays." in await answered(teacher, QUESTION)


async def test_more_answers_than_a_menu_holds_are_on_pages(teacher, store):
    await saved(teacher, title="Lunch")
    [tenant] = await store.store.own_answers.versions()
    many = [OwnAnswer(entry=f"own.{n}", title=f"Number {n:02}", phrasings=("zebra",), text="x") for n in range(30)]
    await store.store.own_answers.save("slack", tenant, "U1", many)
    [listed] = await teacher.command("answers")
    assert ("Number 23" in listed.buttons, "Number 29" in listed.buttons) == (True, False)
    [further] = await teacher.press(listed.buttons["More"])
    assert ("Number 23" in further.buttons, "Number 29" in further.buttons) == (False, True)


async def test_phrasings_that_no_field_holds_are_kept_by_an_edit(teacher, store):
    _, shown = await saved(teacher)
    [tenant] = await store.store.own_answers.versions()
    _, [one] = await store.store.own_answers.current(tenant)
    many = tuple(f"{n} {'zebra ' * 48}".strip() for n in range(15))
    await store.store.own_answers.save("slack", tenant, "U1", [replace(one, phrasings=many)])
    [opened] = await teacher.press(shown[-1].buttons["Edit"])
    assert "Saved" in words(await teacher.submit(opened.form, {"answer": "At noon."}))
    _, [one] = await store.store.own_answers.current(tenant)
    assert (one.text, one.phrasings) == ("At noon.", many)


async def test_a_shipped_answer_is_hidden_and_used_again(teacher):
    label = SHIPPED.title
    [listed] = await teacher.command("answers", "mobile")
    [shown] = await teacher.press(listed.buttons[label])
    [hidden] = await teacher.press(shown.buttons["Hide"])
    assert "Hidden" in hidden.text
    assert not answers(BOT, await teacher.command("ask", SHIPPED.phrasings[0], who="bob"), SHIPPED.id)
    [listed] = await teacher.command("answers")
    [shown] = await teacher.press(listed.buttons[f"{label} (hidden)"])
    [again] = await teacher.press(shown.buttons["Use again"])
    assert "Used again" in again.text
    assert answers(BOT, await teacher.command("ask", SHIPPED.phrasings[0], who="bob"), SHIPPED.id)


async def test_what_an_older_button_would_undo_of_somebody_else_is_left(teacher):
    _, shown = await saved(teacher)
    older = shown[-1].buttons["Undo"]
    [opened] = await teacher.press(shown[-1].buttons["Edit"])
    await teacher.submit(opened.form, {"answer": "Only on Mondays."})
    assert "Somebody else changed" in words(await teacher.press(older))
    assert "Only on Mondays." in await answered(teacher, QUESTION)


async def test_an_answer_with_the_title_of_a_deleted_one_is_a_new_one(teacher):
    for text in ("At noon.", "At one."):
        _, shown = await saved(teacher, text=text, question="when is lunch", title="Lunch")
        assert "Saved" in words(shown)
        assert text in await answered(teacher, "when is lunch")
        [listed] = await teacher.command("answers")
        [shown] = await teacher.press(listed.buttons["Lunch"])
        await teacher.press(shown.buttons["Delete"])
