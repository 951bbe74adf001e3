"""Buttons, menus and forms, as a person uses them: their own, other people's, and those of another time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord import responses
from bot.chat.actions import button, pack
from bot.chat.flow import take_along_view
from bot.chat.handlers import FORGOTTEN, NOT_YOUR_ANSWER
from bot.chat.incoming import Place
from bot.chat.rate_limit import CLICKS, Limiter, Rate
from bot.chat.recommending import NOT_YOURS, SHARED_BEFORE
from bot.chat.service import FAILED, OLDER, STOPPING, STORE_AWAY
from bot.recommendation.flow import PICK, Flow, Step
from bot.storage.errors import StoreUnavailable
from tests.discord_double.scene import buttons, said, shown, walk

ENTRY, OTHER = "compare.mobile", "compare.debugging"


def packed(name, *fields):
    return pack(button(name, *fields).action)


def answer_of(shipped, entry=OTHER):
    return said(shipped.show(entry).blocks[0].text)


def words(result):
    return shown(result.response.components)


def related(asked, entry):
    """The option of the menu of an answer that leads to `entry`."""
    options = (one for part in walk(asked.response.components) for one in part.get("options", ()))
    return next(one["value"] for one in options if one["value"].endswith(f":{entry}"))


def now(scene, message):
    """What a message shows now."""
    return shown(scene.env.backend.get_message(scene.channel.id, message.id).components)


@pytest.fixture
def notes(store):
    """What was written or suggested with votes."""

    async def notes():
        since = datetime.now(UTC) - timedelta(days=1)
        found = await store.store.feedback.notes(since, since + timedelta(days=2))
        return [(note.entry, note.helpful, note.reason, note.suggested) for note in found]

    return notes


async def test_an_entry_pressed_is_shown_in_private(scene, shipped):
    message = scene.posted(packed("show", scene.mark(scene.ann), OTHER))
    result = await scene.ann.click(message, label="button 0")
    assert result.ephemeral
    assert answer_of(shipped) in said(words(result))
    assert "button 0" in now(scene, message)


async def test_in_a_direct_message_an_entry_is_a_message_of_its_own(simcord_env, shipped):
    dora = simcord_env.create_user("dora")
    asked = await dora.slash("ask", question=ENTRY)
    result = await dora.select(asked.response, [related(asked, "beyond.edge")])
    assert not result.ephemeral
    assert answer_of(shipped, "beyond.edge") in said(words(result))


async def test_choices_are_replaced_by_the_entry_their_owner_chooses(scene, shipped):
    mark = scene.mark(scene.ann)
    message = scene.posted(packed("choose", mark, OTHER), packed("none_fits", mark))
    await scene.ann.click(message, label="button 0")
    assert answer_of(shipped) in said(scene.last())
    assert "button 1" not in scene.last()


async def test_somebody_elses_choices_stay(scene, shipped):
    message = scene.posted(packed("choose", scene.mark(scene.ann), OTHER))
    result = await scene.bob.click(message, label="button 0")
    assert result.ephemeral
    assert answer_of(shipped) in said(words(result))


async def test_a_conversation_goes_on_from_what_took_the_place_of_choices(scene, shipped):
    message = scene.posted(packed("choose", scene.mark(scene.ann), OTHER))
    await scene.ann.click(message, label="button 0")
    mention = f"<@{scene.env.bot.user.id}> why?"
    await scene.ann.send(scene.channel, mention, reply_to=message)
    assert "Because" in said(scene.last())


async def test_a_vote_counts_once_a_person_and_can_be_changed(scene, store):
    message = scene.posted(packed("vote", "y", ENTRY, "0123456789ab"), packed("vote", "n", ENTRY, "0123456789ab"))
    for label in ("button 0", "button 0", "button 1"):
        assert (await scene.ann.click(message, label=label)).ephemeral
    await scene.bob.click(message, label="button 0")
    since = datetime.now(UTC) - timedelta(days=1)
    [votes] = await store.store.feedback.votes(since, since + timedelta(days=2))
    assert (votes.entry, votes.helpful, votes.unhelpful) == (ENTRY, 1, 1)


async def test_sharing_posts_a_private_answer_for_the_channel_with_who_shared_it(scene, shipped):
    asked = await scene.ann.slash(scene.channel, "ask", question=OTHER, private=True)
    result = await scene.ann.click(asked.response, label="Show everyone")
    assert not result.ephemeral
    assert answer_of(shipped) in said(words(result))
    assert f"<@{scene.ann.id}> shared the answer to: {shipped.knowledge.entries[OTHER].title}" in words(result)
    assert "Show everyone" not in words(result)


@pytest.mark.parametrize("refers_to", ["the question", "the answer to it"])
async def test_sharing_links_to_the_message_that_asked(scene, shipped, refers_to):
    question = await scene.ann.send(scene.channel, f"<@{scene.env.bot.user.id}> what is jax")
    message = question if refers_to == "the question" else scene.raw_last()
    shareable = scene.posted(packed("share", OTHER), reply_to=message.id)
    result = await scene.ann.click(shareable, label="button 0")
    link = f"https://discord.com/channels/{question.guild.id}/{scene.channel.id}/{question.id}"
    title = shipped.knowledge.entries[OTHER].title
    assert f"<@{scene.ann.id}> shared the answer to: [{title}](<{link}>)" in words(result)


async def test_an_answer_is_shared_once(scene):
    asked = await scene.ann.slash(scene.channel, "ask", question=OTHER, private=True)
    for ephemeral in (False, True):
        result = await scene.ann.click(asked.response, label="Show everyone")
        assert result.ephemeral is ephemeral
    assert words(result) == SHARED_BEFORE


async def test_details_in_a_server_are_for_the_person_who_pressed(scene, shipped):
    asked = await scene.ann.slash(scene.channel, "ask", question=OTHER, private=False)
    before = now(scene, asked.response)
    for person in (scene.ann, scene.bob):
        result = await person.click(asked.response, label="Details")
        assert result.ephemeral
        assert "**Sources**" in words(result)
        assert said(shipped.knowledge.entries[OTHER].since[0].text) in said(words(result))
    assert now(scene, asked.response) == before


async def test_details_of_a_private_answer_take_its_place_and_it_can_still_be_shared(scene, shipped):
    asked = await scene.ann.slash(scene.channel, "ask", question=OTHER, private=True)
    await scene.ann.click(asked.response, label="Details")
    assert "**Sources**" in words(asked)
    assert answer_of(shipped) in said(words(asked))
    shared = await scene.ann.click(asked.response, label="Show everyone")
    assert not shared.ephemeral


async def test_details_in_a_direct_message_take_the_place_of_the_answer(simcord_env, shipped):
    dora = simcord_env.create_user("dora")
    asked = await dora.slash("ask", question=OTHER)
    result = await dora.click(asked.response, label="Details")
    assert result.followups == []
    assert "**Sources**" in words(asked)
    assert answer_of(shipped) in said(words(asked))
    assert {"Helpful", "Not helpful"} <= set(buttons(asked.response.components))
    assert not {"Details", "Show everyone"} & set(buttons(asked.response.components))


@pytest.mark.parametrize("how", ["mention", "command"])
async def test_the_person_who_asked_can_delete_the_answer(scene, how):
    if how == "command":
        asked = (await scene.ann.slash(scene.channel, "ask", question=OTHER, private=False)).response
    else:
        await scene.ann.send(scene.channel, f"<@{scene.env.bot.user.id}> what is jax")
        asked = scene.raw_last()
    other = await scene.bob.click(asked, label="Delete")
    assert other.ephemeral
    assert words(other) == NOT_YOUR_ANSWER
    assert asked.id in scene.env.backend.messages[scene.channel.id]
    own = await scene.ann.click(asked, label="Delete")
    assert own.followups == []
    assert asked.id not in scene.env.backend.messages[scene.channel.id]


async def test_an_answer_in_several_messages_is_deleted_with_all_of_them(scene):
    parts = [scene.posted(packed("delete", scene.mark(scene.ann))) for _ in range(3)]
    state = scene.env.bot.dispatcher.chat.shared_state
    place = Place("discord", str(scene.guild.id), str(scene.channel.id), "channel")
    await state.answered(place, [str(part.id) for part in parts])
    messages = scene.env.backend.messages[scene.channel.id]
    del messages[parts[0].id]  # somebody deleted a part before
    await scene.ann.click(parts[-1], label="button 0")
    assert not {part.id for part in parts} & messages.keys()


async def test_what_only_one_person_sees_needs_no_button_to_delete_it(scene, simcord_env):
    private = await scene.ann.slash(scene.channel, "ask", question=OTHER, private=True)
    direct = await simcord_env.create_user("dora").slash("ask", question=OTHER)
    assert "Delete" not in {*buttons(private.response.components), *buttons(direct.response.components)}


async def test_an_answer_has_its_buttons_in_one_row(scene):
    asked = await scene.ann.slash(scene.channel, "ask", question=OTHER, private=False)
    rows = [part["components"] for part in walk(asked.response.components) if part["type"] == 1]
    assert [one["label"] for one in rows[0]] == ["Details", "Delete", "Helpful", "Not helpful"]


async def test_topics_lead_to_a_group_a_page_and_an_answer(scene, shipped):
    topics = await scene.ann.slash(scene.channel, "topics")
    await scene.ann.click(topics.response, label="About each framework")
    assert "Topics 1 to 23 of 23" in words(topics)
    await scene.ann.click(topics.response, label="All groups")
    await scene.ann.click(topics.response, label="Comparing")
    menu = buttons(topics.response.components)["Choose a topic"]
    value = packed("show", scene.mark(scene.ann), OTHER)
    result = await scene.ann.select(topics.response, [value], custom_id=menu)
    assert result.ephemeral
    assert answer_of(shipped) in said(words(result))


@pytest.mark.parametrize(
    "custom_id", ["f1:e:owner:compare.mobile", "f1:zz", "f3:m", "2:gone:1", "2:show", "show|7", "\u2603", "x" * 100]
)
async def test_a_button_that_cannot_be_read_leads_to_a_fresh_start(scene, custom_id):
    result = await scene.ann.click(scene.posted(custom_id), label="button 0")
    assert result.ephemeral
    assert OLDER in words(result)
    started = await scene.ann.click(result.response, label="Guided recommendation")
    assert "Step 1 of" in words(started)


async def test_a_press_is_served_by_another_process_after_a_restart(scene, make, shipped):
    asked = await scene.ann.slash(scene.channel, "ask", question=ENTRY, private=False)
    await scene.env.restart_bot(make())
    result = await scene.ann.select(asked.response, [related(asked, "beyond.edge")])
    assert answer_of(shipped, "beyond.edge") in said(words(result))


async def test_views_and_forms_are_not_kept_in_memory(scene):
    step = await scene.ann.slash(scene.channel, "recommend", private=False)
    await scene.ann.click(step.response, label="In your own words")
    await scene.ann.click(step.response, label="Skip")
    await scene.ann.send(scene.channel, f"<@{scene.env.bot.user.id}> topics")
    known = scene.env.bot._connection._view_store
    assert not known._views
    assert not known._synced_message_views
    assert not known._modals


async def test_a_press_that_fails_says_so(scene, shipped, monkeypatch):
    monkeypatch.setattr(shipped, "show", lambda *_: 1 / 0)
    message = scene.posted(packed("show", scene.mark(scene.ann), ENTRY))
    assert words(await scene.ann.click(message, label="button 0")) == FAILED


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060)])
async def test_a_press_that_came_too_late_or_twice_fails_quietly(scene, caplog, status, code):
    scene.env.inject_error("POST", "/interactions/*/callback", status=status, code=code)
    message = scene.posted(packed("show", scene.mark(scene.ann), ENTRY))
    result = await scene.ann.click(message, label="button 0")
    assert not result.acknowledged
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_while_stopping_a_press_is_asked_to_come_again(scene):
    scene.env.bot.dispatcher.open = False
    message = scene.posted(packed("show", scene.mark(scene.ann), ENTRY))
    assert words(await scene.ann.click(message, label="button 0")) == STOPPING


async def test_the_recommendation_goes_from_the_first_question_to_a_chart(scene, shipped):
    flow = Flow(shipped.knowledge)
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    state = flow.start()
    while isinstance(step := flow.view(state), Step):
        assert step.question.text in words(result)
        await scene.ann.click(result.response, label=step.question.options[0].label)
        state = flow.do(state, f"{PICK}{step.question.options[0].id}")
    outcome = flow.outcome(state)
    assert f"Recommendation: {outcome.ranking[0].name}" in words(result)
    assert "█" in words(result)


async def test_a_situation_begins_the_recommendation_with_what_it_says(scene):
    result = await scene.ann.slash(scene.channel, "recommend", situation="images, and we know PyTorch", private=True)
    assert "Kind of work: Images or video" in words(result)
    assert "Your background: Knows PyTorch" in words(result)


async def test_what_is_taken_along_is_a_file(scene, shipped):
    flow = Flow(shipped.knowledge)
    token = flow.token(flow.finished({"domain": "llm"}), scene.mark(scene.ann))
    taken = await scene.ann.click(scene.posted(packed("take_along", token)), label="button 0")
    assert "A message to share:" in words(taken)
    assert [file.filename for file in taken.response.attachments] == ["recommendation.md"]


@pytest.mark.parametrize("code", [50013, 400001])
async def test_where_no_file_may_be_sent_its_text_is_shown(scene, shipped, code):
    flow = Flow(shipped.knowledge)
    state = flow.finished({"domain": "llm"})
    scene.env.inject_error("POST", "/interactions/*/callback", status=403, code=code)
    taken = await scene.ann.click(
        scene.posted(packed("take_along", flow.token(state, scene.mark(scene.ann)))), label="button 0"
    )
    texts = [one.content for one in (taken.response, *taken.followups)]
    assert "A message to share:" in texts[0]
    assert said(take_along_view(flow.outcome(state)).blocks[-1].text) in said("".join(texts))
    assert all(len(text) <= 2_000 for text in texts)
    assert not taken.response.attachments


async def test_the_recommendation_goes_on_after_a_restart_in_another_process(scene, make):
    result = await scene.ann.slash(scene.channel, "recommend", private=False)
    await scene.ann.click(result.response, label="Images or video")
    await scene.env.restart_bot(make())
    await scene.ann.click(result.response, label="Skip")
    assert "Step 3 of" in words(result)
    assert "Kind of work: Images or video" in words(result)


async def test_other_people_cannot_answer_my_questions(scene):
    result = await scene.ann.slash(scene.channel, "recommend", private=False)
    other = await scene.bob.click(result.response, label="Skip")
    assert other.ephemeral
    assert NOT_YOURS in words(other)
    assert "Step 1 of" in words(result)


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_form_is_read_also_after_a_restart(scene, make, restarts):
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    form = await scene.ann.click(result.response, label="In your own words")
    assert form.modal["title"] == "In your own words"
    if restarts:
        await scene.env.restart_bot(make())
    await scene.ann.submit_modal(form, {"answer": "computer vision"})
    assert "Kind of work: Images or video" in words(result)


async def test_a_form_that_fails_says_so(scene, monkeypatch):
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    form = await scene.ann.click(result.response, label="In your own words")
    monkeypatch.setattr(Flow, "interpret", lambda *_: 1 / 0)
    assert words(await scene.ann.submit_modal(form, {"answer": "research"})) == FAILED


async def test_what_was_wrong_with_an_answer_is_stored_with_the_right_topic(scene, notes):
    thanks = await scene.ann.click(scene.posted(packed("vote", "n", ENTRY, "0123456789ab")), label="button 0")
    form = await scene.ann.click(thanks.response, label="Say what was wrong")
    right = form.modal["components"][1]["component"]["options"][0]["value"]
    sent = await scene.ann.submit_modal(form, {"words": "ask ada@example.org", "right": [right]})
    assert sent.ephemeral
    assert await notes() == [(ENTRY, False, "ask [email]", right)]


async def test_a_comparison_is_chosen_in_a_form_from_any_of_its_menus(scene, shipped):
    for name, aspect in (("aspect#1", OTHER), ("aspect#2", "compare.scalability")):
        help_ = await scene.ann.slash(scene.channel, "help")
        form = await scene.ann.click(help_.response, label="Compare frameworks")
        sent = await scene.ann.submit_modal(form, {name: [aspect], "frameworks": ["PyTorch", "TensorFlow"]})
        assert sent.ephemeral
        assert answer_of(shipped, aspect) in said(words(sent))


async def test_a_comparison_leaves_the_message_that_offered_it(scene):
    await scene.ann.send(scene.channel, f"<@{scene.env.bot.user.id}> help")
    offered = scene.raw_last()
    form = await scene.bob.click(offered, label="Compare frameworks")
    sent = await scene.bob.submit_modal(form, {"aspect#1": [OTHER]})
    assert sent.ephemeral
    assert "How to ask me" in now(scene, offered)


async def test_compare_as_a_message_shows_what_can_be_compared(scene):
    await scene.ann.send(scene.channel, f"<@{scene.env.bot.user.id}> compare")
    assert "Choose a topic" in buttons(scene.raw_last().components)


async def test_my_data_is_deleted_and_nobody_elses(scene, store):
    message = scene.posted(packed("vote", "y", ENTRY, "0123456789ab"))
    for person in (scene.ann, scene.bob):
        await person.click(message, label="button 0")
    privacy = await scene.ann.slash(scene.channel, "privacy")
    assert words(await scene.ann.click(privacy.response, label="Delete my data")) == FORGOTTEN
    assert (await store.store.tenants.forget_user("discord", str(scene.ann.id)))["feedback"] == 0
    assert (await store.store.tenants.forget_user("discord", str(scene.bob.id)))["feedback"] == 1


async def test_deleting_while_the_store_is_away_promises_nothing(scene, store, monkeypatch):
    async def away(*_args):
        raise StoreUnavailable("gone")

    privacy = await scene.ann.slash(scene.channel, "privacy")
    monkeypatch.setattr(store, "forget_user", away)
    assert words(await scene.ann.click(privacy.response, label="Delete my data")) == STORE_AWAY


async def test_a_press_that_takes_long_is_acknowledged_in_time_and_answered_in_a_message(scene, store, monkeypatch):
    forget = store.forget_user

    async def slow(*args):
        await asyncio.sleep(0.3)
        return await forget(*args)

    privacy = await scene.ann.slash(scene.channel, "privacy")
    monkeypatch.setattr(responses, "DEFER_AFTER", 0.1)
    monkeypatch.setattr(store, "forget_user", slow)
    result = await scene.ann.click(privacy.response, label="Delete my data")
    assert callbacks(scene)[-1]["type"] == 6
    assert [shown(one.components) for one in result.followups] == [FORGOTTEN]
    assert all(one.ephemeral for one in result.followups)
    assert "What I keep" in words(privacy)


async def test_a_setting_that_takes_long_still_takes_the_place_of_its_message(scene, store, monkeypatch):
    change = store.channels.change

    async def slow(*args, **changes):
        await asyncio.sleep(0.3)
        return await change(*args, **changes)

    manager = scene.manager()
    settings = await manager.slash(scene.channel, "settings")
    monkeypatch.setattr(responses, "DEFER_AFTER", 0.1)
    monkeypatch.setattr(store.channels, "change", slow)
    result = await manager.click(settings.response, label="○ For everyone")
    assert callbacks(scene)[-1]["type"] == 6
    assert "Saved" in words(settings)
    assert result.followups == []


def callbacks(scene):
    return [one.json for one in scene.env.http_requests if one.path.endswith("/callback")]


class TestFlood:
    @pytest.fixture
    def limiter(self):
        return Limiter(user=Rate(1, 60))

    async def test_each_press_too_many_is_refused_in_private(self, scene):
        message = scene.posted(packed("help"))
        results = [await scene.ann.click(message, label="button 0") for _ in range(CLICKS + 2)]
        assert all(result.ephemeral for result in results)
        assert ["a lot of clicks" in words(result) for result in results] == [False] * CLICKS + [True] * 2

    async def test_each_form_too_many_is_refused_in_private(self, scene):
        step = await scene.ann.slash(scene.channel, "recommend")
        form = await scene.ann.click(step.response, label="In your own words")
        await scene.ann.slash(scene.channel, "ask", question=ENTRY)
        sent = await scene.ann.submit_modal(form, {"answer": "research"})
        assert sent.ephemeral
        assert "a lot of questions" in words(sent)
