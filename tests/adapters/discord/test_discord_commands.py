"""Commands, as a person gives them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord.counter import PATIENCE
from adapters.discord.failures import SORRY, STORE_AWAY
from bot.storage.errors import StoreUnavailable
from bot.storage.retention import Retention
from tests.discord_double.scene import buttons, said, shown

TENANT = "discord:{}"


def answer_of(shipped, entry):
    return said(shipped.knowledge.entries[entry].answer.text)


async def test_ask_answers_in_the_first_response_without_deferring(scene, shipped):
    entry = shipped.knowledge.entries["compare.mobile"]
    result = await scene.ann.slash(scene.channel, "ask", question=entry.phrasings[0])
    assert not result.deferred
    assert answer_of(shipped, "compare.mobile") in said(shown(result.response.components))


async def test_ask_shows_a_topic_chosen_from_the_list(scene, shipped):
    result = await scene.ann.slash(scene.channel, "ask", question="compare.debugging")
    assert answer_of(shipped, "compare.debugging") in said(shown(result.response.components))


async def test_ask_is_private_where_nobody_said_otherwise(scene):
    assert (await scene.ann.slash(scene.channel, "ask", question="compare.debugging")).ephemeral


async def test_ask_is_public_where_asked_for(scene):
    result = await scene.ann.slash(scene.channel, "ask", question="compare.debugging", private=False)
    assert not result.ephemeral
    assert "Share in channel" not in shown(result.response.components)


async def test_ask_follows_what_the_channel_has_chosen(scene, store):
    await store.channels.change(TENANT.format(scene.guild.id), str(scene.channel.id), visibility="channel")
    assert not (await scene.ann.slash(scene.channel, "ask", question="compare.debugging")).ephemeral


async def test_ask_answers_in_private_where_the_store_hangs(scene, store, monkeypatch):
    """The acknowledgement does not wait for the database."""

    async def for_ever(*_args):
        await asyncio.sleep(3_600)

    monkeypatch.setattr(store.channels, "settings", for_ever)
    result = await scene.ann.slash(scene.channel, "ask", question="compare.debugging")
    await scene.env.advance_time(PATIENCE)
    assert result.ephemeral
    assert "Debugging" in shown(result.response.components)


async def test_ask_keeps_a_question_that_found_no_answer(scene, store):
    await scene.ann.slash(scene.channel, "ask", question="zorblax quuxification of the frimble")
    since = datetime.now(UTC) - timedelta(days=1)
    kept = await store.store.unanswered.between(since, since + timedelta(days=2))
    assert [question.text for question in kept] == ["zorblax quuxification of the frimble"]


async def test_ask_in_a_direct_message_needs_no_privacy(simcord_env, shipped):
    user = simcord_env.create_user("dora")
    result = await user.slash("ask", question="compare.debugging")
    assert not result.ephemeral
    assert answer_of(shipped, "compare.debugging") in said(shown(result.response.components))


async def test_a_server_that_did_not_install_the_bot_is_not_where_data_is_kept(scene, store, installed_by):
    installed_by["server"] = False
    await scene.ann.slash(scene.channel, "ask", question="compare.debugging")
    await store.tallies.flush()
    assert set(await store.store.tenants.forget_tenant(TENANT.format(scene.guild.id))) >= {"tallies"}
    assert (await store.store.tenants.forget_tenant("discord:direct"))["tallies"] == 1


async def test_autocompletion_tolerates_typos_and_unfinished_words(scene):
    choices = await scene.ann.autocomplete(scene.channel, "ask", "question", "debuging in tensorfl")
    assert "compare.debugging" in [choice["value"] for choice in choices]


async def test_autocompletion_offers_topics_before_anything_is_typed(scene, shipped):
    choices = await scene.ann.autocomplete(scene.channel, "ask", "question", "")
    assert len(choices) == 25
    assert {choice["value"] for choice in choices} <= set(shipped.knowledge.entries)
    assert all(1 <= len(choice["name"]) <= 100 for choice in choices)


async def test_compare_shows_only_the_frameworks_named(scene):
    result = await scene.ann.slash(scene.channel, "compare", aspect="compare.mobile", frameworks="jax, torch")
    text = shown(result.response.components)
    assert text.index("**JAX:**") < text.index("**PyTorch:**")
    assert "**TensorFlow:**" not in text


async def test_compare_says_which_framework_it_does_not_cover(scene):
    result = await scene.ann.slash(scene.channel, "compare", aspect="compare.mobile", frameworks="mxnet, pytorch")
    assert "Not covered here: MXNet." in shown(result.response.components)


async def test_compare_takes_a_title_as_well(scene, shipped):
    result = await scene.ann.slash(scene.channel, "compare", aspect="mobile SUPPORT")
    assert answer_of(shipped, "compare.mobile") in said(shown(result.response.components))


async def test_compare_takes_any_words(scene):
    result = await scene.ann.slash(scene.channel, "compare", aspect="zorblax", frameworks="@everyone")
    assert result.acknowledged
    assert "@everyone" not in shown(result.response.components)


async def test_compare_suggests_comparisons_only(scene, shipped):
    choices = await scene.ann.autocomplete(scene.channel, "compare", "aspect", "")
    assert choices
    assert all(shipped.knowledge.entries[choice["value"]].cells for choice in choices)


async def test_compare_completes_a_list_of_frameworks(scene):
    choices = await scene.ann.autocomplete(scene.channel, "compare", "frameworks", "pytorch, te")
    assert "PyTorch, TensorFlow" in [choice["value"] for choice in choices]


async def test_topics_lists_the_groups(scene):
    result = await scene.ann.slash(scene.channel, "topics")
    assert "Compare" in buttons(result.response.components)


async def test_help_tells_the_commands(scene):
    result = await scene.ann.slash(scene.channel, "help")
    text = shown(result.response.components)
    assert all(f"/{name}" in text for name in ("ask", "compare", "recommend", "topics", "privacy", "settings"))


async def test_privacy_says_nothing_of_listening_where_the_bot_cannot(scene):
    result = await scene.ann.slash(scene.channel, "privacy")
    assert result.ephemeral
    assert "other messages" not in shown(result.response.components)


@pytest.mark.shape(listening=True)
async def test_privacy_tells_of_listening_where_the_bot_does(scene):
    assert "other messages" in shown((await scene.ann.slash(scene.channel, "privacy")).response.components)


@pytest.mark.shape(retention=Retention(words=timedelta(days=7)))
async def test_privacy_tells_how_long_this_service_keeps_words(scene):
    assert "7 days" in shown((await scene.ann.slash(scene.channel, "privacy")).response.components)


async def test_delete_my_data_deletes_my_judgements_and_nobody_elses(scene, store):
    result = await scene.ann.slash(scene.channel, "ask", question="compare.debugging", private=False)
    await scene.ann.click(result.response, label="Helpful")
    await scene.bob.click(result.response, label="Helpful")
    privacy = await scene.ann.slash(scene.channel, "privacy")
    done = await scene.ann.click(privacy.response, label="Delete my data")
    assert "deleted" in shown(done.response.components)
    assert (await store.store.tenants.forget_user("discord", str(scene.ann.id)))["feedback"] == 0
    assert (await store.store.tenants.forget_user("discord", str(scene.bob.id)))["feedback"] == 1


async def test_deleting_while_the_store_is_away_promises_nothing(scene, store, monkeypatch):
    async def away(*_args):
        raise StoreUnavailable("gone")

    privacy = await scene.ann.slash(scene.channel, "privacy")
    monkeypatch.setattr(store, "forget_user", away)
    done = await scene.ann.click(privacy.response, label="Delete my data")
    assert "nothing is deleted yet" in shown(done.response.components)


async def test_settings_are_for_those_who_manage_the_channel(scene):
    assert "settings" not in scene.ann.available_commands(scene.channel)
    assert "settings" in scene.manager().available_commands(scene.channel)


async def test_settings_change_what_holds_in_the_channel(scene, store):
    manager = scene.manager()
    result = await manager.slash(scene.channel, "settings", **{"answers": "channel", "keep-words": False})
    assert "everybody sees it" in shown(result.response.components)
    now = await store.store.channels.settings(TENANT.format(scene.guild.id), str(scene.channel.id))
    assert (now.visibility, now.keep_words, now.passive) == ("channel", False, False)


async def test_settings_of_the_whole_server_hold_in_its_channels(scene, store):
    await scene.manager().slash(scene.channel, "settings", answers="channel", where="server")
    now = await store.store.channels.settings(TENANT.format(scene.guild.id), "another channel")
    assert now.visibility == "channel"


async def test_settings_without_options_only_tell(scene):
    result = await scene.manager().slash(scene.channel, "settings")
    text = shown(result.response.components)
    assert "What holds in this channel" in text
    assert "Saved" not in text


async def test_settings_that_cannot_be_saved_say_so(scene, store, monkeypatch):
    async def away(*_args, **_changes):
        raise StoreUnavailable("gone")

    monkeypatch.setattr(store.channels, "change", away)
    result = await scene.manager().slash(scene.channel, "settings", answers="channel")
    assert result.response.content == STORE_AWAY


async def test_answer_this_answers_what_somebody_wrote(scene, shipped):
    entry = shipped.knowledge.entries["compare.debugging"]
    message = await scene.bob.send(scene.channel, entry.phrasings[0])
    result = await scene.ann.context_menu(scene.channel, "Answer this", message)
    assert result.ephemeral
    assert answer_of(shipped, "compare.debugging") in said(shown(result.response.components))


async def test_answer_this_needs_no_words(scene):
    message = await scene.bob.send(scene.channel, "", attachments=[("cat.txt", b"meow")])
    result = await scene.ann.context_menu(scene.channel, "Answer this", message)
    assert "Ask in a sentence" in shown(result.response.components)


async def test_a_command_that_fails_says_so_and_nothing_of_why(scene, monkeypatch):
    monkeypatch.setattr(scene.env.bot._counter, "show", lambda _entry: 1 / 0)
    result = await scene.ann.slash(scene.channel, "ask", question="compare.debugging")
    assert result.response.content == SORRY
    assert result.ephemeral


async def test_a_command_that_came_too_late_fails_quietly(scene, caplog):
    scene.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    result = await scene.ann.slash(scene.channel, "ask", question="compare.debugging")
    assert not result.acknowledged
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_refused_components_become_plain_text_with_their_buttons(scene, shipped):
    scene.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035)
    result = await scene.ann.slash(scene.channel, "ask", question="compare.debugging")
    texts = [result.response.content, *(followup.content for followup in result.followups)]
    assert answer_of(shipped, "compare.debugging") in said("".join(texts))
    assert all(len(text) <= 2_000 for text in texts)
    last = result.followups[-1] if result.followups else result.response
    assert "Helpful" in buttons(last.components)


async def test_no_command_is_begun_while_stopping(scene):
    scene.env.bot.accepting = False
    assert not (await scene.ann.slash(scene.channel, "help")).acknowledged


async def test_every_command_works_for_servers_and_for_people_everywhere(scene):
    for command in scene.env.bot.tree.get_commands():
        payload = command.to_dict(scene.env.bot.tree)
        if command.name == "settings":
            assert payload["integration_types"] == [0]
            assert payload["contexts"] == [0]
        else:
            assert payload["integration_types"] == [0, 1], command.name
            assert payload["contexts"] == [0, 1, 2], command.name
