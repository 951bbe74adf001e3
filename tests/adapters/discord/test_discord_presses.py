"""Buttons and menus, as a person presses them: their own, other people's, and those of another time."""

from __future__ import annotations

import re

import pytest

from adapters.discord import ids
from adapters.discord.failures import SORRY
from adapters.discord.help import NOT_YOURS
from bot.recommendation.flow import Flow
from bot.recommendation.token import owner_mark
from bot.reply import Choice, Choices, Reply
from bot.storage.errors import StoreUnavailable
from tests.discord_double.scene import SECRET, buttons, said, shown


def mark(actor):
    return owner_mark(f"discord:{actor.id}", SECRET)


def answer_of(shipped, entry):
    return said(shipped.knowledge.entries[entry].answer.text)


async def test_a_related_button_answers_beside_what_is_there(scene, shipped):
    message = scene.posted(ids.related("compare.debugging", mark(scene.ann)))
    result = await scene.ann.click(message, label="button 0")
    assert not result.ephemeral
    assert answer_of(shipped, "compare.debugging") in said(shown(result.response.components))


async def test_a_related_button_of_a_private_answer_answers_in_private(scene):
    asked = await scene.ann.slash(scene.channel, "ask", question="compare.mobile", private=True)
    related = next(i for i in buttons(asked.response.components).values() if re.fullmatch(ids.RELATED, i))
    assert (await scene.ann.click(asked.response, custom_id=related)).ephemeral


async def test_other_peoples_clicks_are_answered_in_private(scene, shipped):
    message = scene.posted(ids.related("compare.debugging", mark(scene.ann)))
    result = await scene.bob.click(message, label="button 0")
    assert result.ephemeral
    assert answer_of(shipped, "compare.debugging") in said(shown(result.response.components))


async def test_a_choice_is_replaced_by_its_answer(scene, shipped):
    message = scene.posted(ids.choice("compare.debugging", mark(scene.ann)), ids.none_fits(mark(scene.ann)))
    await scene.ann.click(message, label="button 0")
    assert answer_of(shipped, "compare.debugging") in said(scene.last())
    assert "button 1" not in scene.last()


async def test_somebody_elses_choice_stays_and_answers_in_private(scene, shipped):
    message = scene.posted(ids.choice("compare.debugging", mark(scene.ann)))
    result = await scene.bob.click(message, label="button 0")
    assert result.ephemeral
    assert answer_of(shipped, "compare.debugging") in said(shown(result.response.components))


async def test_did_you_mean_is_offered_as_buttons_with_none_of_these(scene, monkeypatch):
    unsure = Reply(
        outcome="choices",
        entries=("compare.mobile",),
        confidence=0.3,
        candidates=(),
        reasons=(),
        blocks=(
            Choices("Did you mean:", (Choice("compare.mobile", "Mobile support"),), none_of_these=True, flow=True),
        ),
        summary="",
        knowledge_version="1",
    )
    monkeypatch.setattr(scene.env.bot._counter, "ask", lambda *_: unsure)
    result = await scene.ann.slash(scene.channel, "ask", question="hm", private=False)
    assert list(buttons(result.response.components)) == ["Mobile support", "None of these", "Help me choose"]


async def test_none_of_these_ends_the_choices(scene):
    message = scene.posted(ids.none_fits(mark(scene.ann)))
    await scene.ann.click(message, label="button 0")
    assert "Put it in other words" in scene.last()


async def test_none_of_these_is_for_whoever_asked(scene):
    message = scene.posted(ids.none_fits(mark(scene.ann)))
    result = await scene.bob.click(message, label="button 0")
    assert result.ephemeral
    assert "button 0" in shown(message_components(scene, message))


async def test_a_judgement_is_kept_once_a_person_and_can_be_changed(scene, store):
    message = scene.posted(ids.vote("y", "compare.mobile"), ids.vote("n", "compare.mobile"))
    for label in ("button 0", "button 0", "button 1"):
        assert (await scene.ann.click(message, label=label)).ephemeral
    await scene.bob.click(message, label="button 0")
    votes = await votes_of(store)
    assert votes == {"compare.mobile": (1, 1)}


async def test_a_judgement_is_thanked_for_also_while_the_store_is_away(scene, store, monkeypatch):
    async def away(*_args, **_more):
        raise StoreUnavailable("gone")

    monkeypatch.setattr(store.store.feedback, "record", away)
    message = scene.posted(ids.vote("y", "compare.mobile"))
    result = await scene.ann.click(message, label="button 0")
    assert "Thank you" in shown(result.response.components)
    assert store.feedback.waiting == 1


async def test_sharing_shows_a_private_answer_to_the_channel(scene, shipped):
    asked = await scene.ann.slash(scene.channel, "ask", question="compare.debugging", private=True)
    result = await scene.ann.click(asked.response, label="Share in channel")
    assert not result.ephemeral
    assert answer_of(shipped, "compare.debugging") in said(shown(result.response.components))


async def test_topics_lead_to_a_group_and_to_an_answer(scene, shipped):
    topics = await scene.ann.slash(scene.channel, "topics")
    await scene.ann.click(topics.response, label="Compare")
    menu = buttons(topics.response.components)["Choose a topic"]
    result = await scene.ann.select(topics.response, ["compare.debugging"], custom_id=menu)
    assert answer_of(shipped, "compare.debugging") in said(shown(result.response.components))


async def test_a_large_group_is_listed_in_pages(scene):
    topics = await scene.ann.slash(scene.channel, "topics")
    await scene.ann.click(topics.response, label="Beyond")
    assert "Topics 1 to 25 of" in shown(topics.response.components)
    await scene.ann.click(topics.response, label="More topics")
    assert "Topics 26 to" in shown(topics.response.components)
    await scene.ann.click(topics.response, label="Earlier topics")
    assert "Topics 1 to 25 of" in shown(topics.response.components)


@pytest.mark.parametrize(
    "custom_id", ["f0:e:owner:compare.mobile", "f2:x:1", "show|7", "f1:zz", "f1:e:BAD:compare.mobile", "x" * 100]
)
async def test_an_old_or_damaged_button_leads_to_a_fresh_start(scene, custom_id):
    result = await scene.ann.click(scene.posted(custom_id), label="button 0")
    assert result.ephemeral
    assert "no longer work" in shown(result.response.components)
    assert {"Help me choose", "Topics"} <= set(buttons(result.response.components))
    started = await scene.ann.click(result.response, label="Help me choose")
    assert "Step 1 of" in shown(started.response.components)


async def test_a_button_of_an_entry_that_is_gone_says_so(scene):
    result = await scene.ann.click(scene.posted(ids.related("compare.gone", mark(scene.ann))), label="button 0")
    assert "no longer in the knowledge base" in shown(result.response.components)


async def test_a_press_is_served_by_another_process_after_a_restart(scene, make, shipped):
    asked = await scene.ann.slash(scene.channel, "ask", question="compare.mobile", private=False)
    related = next(i for i in buttons(asked.response.components).values() if re.fullmatch(ids.RELATED, i))
    entry = re.fullmatch(ids.RELATED, related)["entry"]
    await scene.env.restart_bot(make())
    result = await scene.ann.click(asked.response, custom_id=related)
    assert answer_of(shipped, entry) in said(shown(result.response.components))


async def test_a_press_that_fails_says_so(scene, monkeypatch):
    monkeypatch.setattr(scene.env.bot._counter, "show", lambda _entry: 1 / 0)
    message = scene.posted(ids.related("compare.mobile", mark(scene.ann)))
    result = await scene.ann.click(message, label="button 0")
    assert result.response.content == SORRY


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060)])
async def test_a_press_that_came_too_late_or_twice_fails_quietly(scene, caplog, status, code):
    scene.env.inject_error("POST", "/interactions/*/callback", status=status, code=code)
    message = scene.posted(ids.related("compare.mobile", mark(scene.ann)))
    result = await scene.ann.click(message, label="button 0")
    assert not result.acknowledged
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_no_press_is_served_while_stopping(scene):
    scene.env.bot.accepting = False
    message = scene.posted(ids.related("compare.mobile", mark(scene.ann)))
    assert not (await scene.ann.click(message, label="button 0")).acknowledged


async def test_the_recommendation_goes_from_the_first_question_to_a_chart(scene, shipped):
    flow = Flow(shipped.knowledge)
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    for question in flow.rules.questions:
        assert question.text in shown(result.response.components)
        await scene.ann.click(result.response, label=question.options[0].label)
    text = shown(result.response.components)
    outcome = flow.outcome(flow.finished({q.id: q.options[0].id for q in flow.rules.questions}))
    assert f"Recommendation: {outcome.ranking[0].name}" in text
    assert "Bar chart of the ranking. 1. " in text
    [picture] = result.response.attachments
    assert picture.filename == "ranking.png"


async def test_the_recommendation_goes_back_skips_restarts_and_stops(scene):
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    steps = []
    for label in ("Skip", "Skip", "Back", "Start again", "Cancel", "Go on"):
        await scene.ann.click(result.response, label=label)
        steps.append(re.search(r"Step \d|Stopped", shown(result.response.components))[0])
    assert steps == ["Step 2", "Step 3", "Step 2", "Step 1", "Stopped", "Step 1"]


async def test_the_recommendation_goes_on_after_a_restart_in_another_process(scene, make):
    result = await scene.ann.slash(scene.channel, "recommend", private=False)
    await scene.ann.click(result.response, label="Research")
    await scene.env.restart_bot(make())
    await scene.ann.click(result.response, label="Skip")
    text = shown(result.response.components)
    assert "Step 3 of" in text
    assert "Goal: Research" in text


async def test_other_people_cannot_answer_my_questions(scene):
    result = await scene.ann.slash(scene.channel, "recommend", private=False)
    other = await scene.bob.click(result.response, label="Skip")
    assert other.ephemeral
    assert NOT_YOURS in shown(other.response.components)
    assert "Step 1 of" in shown(result.response.components)
    own = await scene.bob.click(other.response, label="Help me choose")
    assert own.ephemeral
    assert "Step 1 of" in shown(own.response.components)


async def test_a_step_of_other_rules_says_so_and_goes_on(scene, shipped):
    flow = Flow(shipped.knowledge)
    token = flow.token(flow.start({"goal": "research"}), mark(scene.ann)).replace(f".{flow.version}.", ".0000.")
    await scene.ann.click(scene.posted(ids.move("skip", token)), label="button 0")
    assert "have changed since" in scene.last()
    assert "Goal: Research" in scene.last()


async def test_a_recommendation_is_shared_with_the_channel(scene, shipped):
    flow = Flow(shipped.knowledge)
    token = flow.token(flow.finished({"goal": "research"}), mark(scene.ann))
    result = await scene.ann.click(scene.posted(ids.share_outcome(token)), label="button 0")
    assert not result.ephemeral
    assert "Recommendation: " in shown(result.response.components)
    assert "Start again" not in buttons(result.response.components)


async def test_a_question_can_be_answered_in_ones_own_words(scene):
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    form = await scene.ann.click(result.response, label="In your own words")
    assert form.modal["title"] == "In your own words"
    await scene.ann.submit_modal(form, {"answer": "research papers"})
    assert "Goal: Research" in shown(result.response.components)


async def test_a_form_sent_after_a_restart_is_still_read(scene, make):
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    form = await scene.ann.click(result.response, label="In your own words")
    await scene.env.restart_bot(make())
    await scene.ann.submit_modal(form, {"answer": "research papers"})
    assert "Goal: Research" in shown(result.response.components)


async def test_words_that_fit_no_option_are_asked_back(scene):
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    form = await scene.ann.click(result.response, label="In your own words")
    await scene.ann.submit_modal(form, {"answer": "zorblax @everyone"})
    text = shown(result.response.components)
    assert "Step 1 of" in text
    assert "@everyone" not in text


async def test_a_form_that_fails_says_so(scene, monkeypatch):
    result = await scene.ann.slash(scene.channel, "recommend", private=True)
    form = await scene.ann.click(result.response, label="In your own words")
    monkeypatch.setattr(Flow, "hear", lambda *_: 1 / 0)
    sent = await scene.ann.submit_modal(form, {"answer": "research"})
    assert SORRY in [sent.response.content if sent.response else "", *(f.content for f in sent.followups)]


async def test_a_knowledge_base_without_rules_recommends_nothing(scene, monkeypatch):
    monkeypatch.setattr(type(scene.env.bot._counter), "flow", property(lambda _self: None))
    result = await scene.ann.slash(scene.channel, "recommend")
    assert "no guided recommendation" in shown(result.response.components)


def message_components(scene, message):
    return scene.env.backend.get_message(scene.channel.id, message.id).components


async def votes_of(store):
    from datetime import UTC, datetime, timedelta

    since = datetime.now(UTC) - timedelta(days=1)
    found = await store.store.feedback.votes(since, since + timedelta(days=2))
    return {vote.entry: (vote.helpful, vote.unhelpful) for vote in found}
