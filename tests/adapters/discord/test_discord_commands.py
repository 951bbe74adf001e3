"""Commands, as a person gives them, and in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import discord
import pytest
from simcord.backend.models.message import Poll, PollAnswer
from simcord.results import to_discord_message

from adapters.discord import responses
from adapters.discord.commands import OUTDATED
from bot.chat.rate_limit import Limiter, Rate
from bot.chat.service import FAILED, STOPPING, STORE_AWAY
from bot.chat.settings import NOT_ALLOWED
from bot.storage.errors import StoreUnavailable
from bot.storage.records import Retention, tenant_of
from tests.discord_double.scene import said, shown, walk

ENTRY = "compare.debugging"


def answer_of(shipped, entry=ENTRY):
    return said(shipped.show(entry).blocks[0].text)


def words(result):
    return shown(result.response.components)


async def test_ask_answers_in_the_first_response_without_deferring(scene, shipped):
    question = shipped.knowledge.entries["compare.mobile"].phrasings[0]
    result = await scene.ann.slash(scene.channel, "ask", question=question)
    assert not result.deferred
    assert answer_of(shipped, "compare.mobile") in said(words(result))


async def test_ask_shows_a_topic_chosen_from_the_list(scene, shipped):
    result = await scene.ann.slash(scene.channel, "ask", question=ENTRY)
    assert answer_of(shipped) in said(words(result))


@pytest.mark.parametrize(("private", "seen_by_one"), [(None, True), (True, True), (False, False)])
async def test_ask_is_as_private_as_it_was_asked_for(scene, private, seen_by_one):
    given = {} if private is None else {"private": private}
    result = await scene.ann.slash(scene.channel, "ask", question=ENTRY, **given)
    assert result.ephemeral is seen_by_one
    assert ("Show everyone" in words(result)) is seen_by_one


async def test_ask_in_a_direct_message_needs_no_privacy(simcord_env, shipped):
    result = await simcord_env.create_user("dora").slash("ask", question=ENTRY)
    assert not result.ephemeral
    assert answer_of(shipped) in said(words(result))
    assert "Show everyone" not in words(result)


async def test_a_server_that_did_not_install_the_bot_is_not_where_data_is_stored(scene, store, installed_by):
    installed_by["server"] = False
    await scene.ann.slash(scene.channel, "ask", question=ENTRY)
    await store.maintain()
    assert (await store.store.tenants.forget_tenant(scene.tenant))["tallies"] == 0
    assert (await store.store.tenants.forget_tenant(tenant_of("discord", None)))["tallies"] == 1


@pytest.mark.parametrize(
    ("command", "option", "typed", "value"),
    [
        ("ask", "question", "debuging in tensorfl", ENTRY),
        ("compare", "aspect", "debug", ENTRY),
        ("compare", "frameworks", "pytorch, te", "PyTorch, TensorFlow"),
    ],
)
async def test_options_are_suggested_while_they_are_typed(scene, command, option, typed, value):
    choices = await scene.ann.autocomplete(scene.channel, command, option, typed)
    assert value in [choice["value"] for choice in choices]


async def test_suggestions_are_within_discords_limits(scene):
    for command, option in (("ask", "question"), ("compare", "aspect"), ("compare", "frameworks")):
        choices = await scene.ann.autocomplete(scene.channel, command, option, "")
        assert 1 < len(choices) <= 25
        assert all(1 <= len(choice[part]) <= 100 for choice in choices for part in ("name", "value"))


async def test_compare_shows_only_the_frameworks_named(scene):
    result = await scene.ann.slash(scene.channel, "compare", aspect="compare.mobile", frameworks="jax, torch")
    text = words(result)
    assert text.index("- JAX:") < text.index("- PyTorch:")
    assert "TensorFlow:" not in text


async def test_compare_takes_any_words(scene):
    result = await scene.ann.slash(scene.channel, "compare", aspect="zorblax", frameworks="@everyone")
    assert result.acknowledged
    assert "@everyone" not in words(result)


async def test_recommend_topics_help_and_privacy_show_their_screens(scene, shipped):
    topics = sum(entry.kind == "answer" for entry in shipped.knowledge.entries.values())
    for name, text in {
        "recommend": "Step 1 of", "topics": f"{topics} topics", "help": "How to ask me", "privacy": "What I keep",
    }.items():  # fmt: skip
        result = await scene.ann.slash(scene.channel, name)
        assert result.ephemeral
        assert text in words(result)


async def test_help_names_every_command(scene):
    text = words(await scene.ann.slash(scene.channel, "help"))
    names = {command.name for command in scene.env.bot.tree.get_commands()}
    assert all(name in text for name in names - {"help"})


async def test_the_commands_of_the_help_can_be_clicked(scene):
    await scene.env.bot._syncing
    text = words(await scene.ann.slash(scene.channel, "help"))
    registered = {one.name: one for one in await scene.env.bot.tree.fetch_commands()}
    for name in ("ask", "compare", "recommend", "topics", "privacy", "settings"):
        assert f"- </{name}:{registered[name].id}> " in text


@pytest.mark.served(retention=Retention(words=timedelta(days=7)))
async def test_privacy_says_how_long_this_service_keeps_words(scene):
    assert "7 days" in words(await scene.ann.slash(scene.channel, "privacy"))


async def test_settings_are_for_those_who_manage_the_channel(scene):
    assert "settings" not in scene.ann.available_commands(scene.channel)
    assert "settings" in scene.manager().available_commands(scene.channel)


async def test_settings_refuse_others_whom_the_server_lets_use_the_command_once(scene, store, caplog):
    [settings] = [one for one in await scene.env.bot.tree.fetch_commands() if one.name == "settings"]
    scene.guild.set_command_permissions(settings, {scene.ann: True})
    result = await scene.ann.slash(scene.channel, "settings", answers="channel")
    assert result.ephemeral
    assert words(result) == NOT_ALLOWED
    assert result.followups == []
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_settings_change_what_holds_in_the_channel(scene, store):
    options = {"answers": "channel", "follow-ups": True, "unasked": True, "keep-words": False}
    result = await scene.manager().slash(scene.channel, "settings", **options)
    assert "● For everyone" in words(result)
    now = await store.store.channels.settings(scene.tenant, str(scene.channel.id))
    assert (now.visibility, now.follow_ups, now.passive, now.keep_words) == ("channel", True, True, False)


async def test_settings_of_the_whole_server_hold_in_its_channels(scene, store):
    await scene.manager(server=True).slash(scene.channel, "settings", answers="channel", where="server")
    now = await store.store.channels.settings(scene.tenant, "another channel")
    assert now.visibility == "channel"


async def test_settings_without_options_only_show(scene):
    text = words(await scene.manager().slash(scene.channel, "settings"))
    assert "What I do in this channel" in text
    assert "Saved" not in text
    assert "not started to read other messages" in text


async def test_a_setting_is_changed_by_its_button(scene, store):
    manager = scene.manager()
    shown_settings = await manager.slash(scene.channel, "settings")
    await manager.click(shown_settings.response, label="○ For everyone")
    now = await store.store.channels.settings(scene.tenant, str(scene.channel.id))
    assert now.visibility == "channel"
    assert "Saved" in words(shown_settings)


async def test_the_state_that_holds_is_marked_and_coloured(scene):
    shown_settings = await scene.manager().slash(scene.channel, "settings", **{"follow-ups": True})
    pressable = [one for one in walk(shown_settings.response.components) if one["type"] == 2]
    marked = {one["label"][2:] for one in pressable if one["label"].startswith("●")}
    assert marked == {"Also without a mention", "Stay silent", "Only for who asks", "Keep, masked, for editors"}
    assert {one["label"][2:] for one in pressable if one["style"] == discord.ButtonStyle.primary.value} == marked
    assert len(pressable) == 2 * len(marked)


async def test_settings_that_cannot_be_saved_say_so_once(scene, store, monkeypatch):
    async def away(*_args, **_changes):
        raise StoreUnavailable("gone")

    monkeypatch.setattr(store.channels, "change", away)
    result = await scene.manager().slash(scene.channel, "settings", answers="channel")
    assert words(result) == STORE_AWAY
    assert result.followups == []


def test_an_interaction_is_acknowledged_well_before_discord_gives_up():
    assert responses.DEFER_AFTER <= 2


async def test_what_takes_long_is_acknowledged_in_time_and_answered_in_its_place(scene, store, monkeypatch):
    change = store.channels.change

    async def slow(*args, **changes):
        await asyncio.sleep(0.3)
        return await change(*args, **changes)

    monkeypatch.setattr(responses, "DEFER_AFTER", 0.1)
    monkeypatch.setattr(store.channels, "change", slow)
    result = await scene.manager().slash(scene.channel, "settings", answers="channel")
    [first] = [one.json for one in scene.env.http_requests if one.path.endswith("/callback")]
    assert first == {"type": 5, "data": {"flags": 64}}
    assert "● For everyone" in words(result)
    assert result.ephemeral
    assert result.followups == []


async def test_answer_this_answers_what_somebody_wrote(scene, shipped):
    message = await scene.bob.send(scene.channel, shipped.knowledge.entries[ENTRY].phrasings[0])
    result = await scene.ann.context_menu(scene.channel, "Answer this", message)
    assert result.ephemeral
    assert answer_of(shipped) in said(words(result))


async def test_answer_this_reads_what_an_app_says_in_an_embed(scene, shipped):
    question = shipped.knowledge.entries[ENTRY].phrasings[0]
    webhook = scene.guild.create_webhook(scene.channel)
    for embed in (
        discord.Embed(title=question),
        discord.Embed(title="New request", description=question),
        discord.Embed(title="New request").add_field(name="Question", value=question),
    ):
        message = await webhook.send("From the form:", embed=embed)
        result = await scene.ann.context_menu(scene.channel, "Answer this", message)
        assert answer_of(shipped) in said(words(result))


async def test_answer_this_reads_a_forwarded_message(scene, shipped):
    elsewhere = scene.guild.create_text_channel("elsewhere")
    theirs = await scene.bob.send(elsewhere, shipped.knowledge.entries[ENTRY].phrasings[0])
    passed_on = await scene.bob.forward(theirs, scene.channel)
    result = await scene.ann.context_menu(scene.channel, "Answer this", passed_on)
    assert answer_of(shipped) in said(words(result))


async def test_answer_this_reads_components_and_the_question_of_a_poll(scene, shipped):
    question = shipped.knowledge.entries[ENTRY].phrasings[0]
    text = {"type": 10, "content": question}
    box = {"type": 17, "components": [text]}
    backend, flags = scene.env.backend, discord.MessageFlags(components_v2=True).value
    by_app = backend.create_message(scene.channel.id, scene.env.bot.user.id, components=[box], flags=flags)
    poll = Poll(
        question=question, answers=[PollAnswer(1, "yes"), PollAnswer(2, "no")], expiry="2027-01-01T00:00:00+00:00"
    )
    polled = backend.create_message(scene.channel.id, scene.bob.id, poll=poll)
    for one in (by_app, polled):
        message = to_discord_message(scene.env, one)
        result = await scene.ann.context_menu(scene.channel, "Answer this", message)
        assert answer_of(shipped) in said(words(result))


async def test_answer_this_needs_no_words(scene):
    message = await scene.bob.send(scene.channel, "", attachments=[("cat.txt", b"meow")])
    result = await scene.ann.context_menu(scene.channel, "Answer this", message)
    assert "Ask in a sentence" in words(result)


async def test_a_command_that_fails_says_so_and_nothing_of_why(scene, shipped, monkeypatch):
    monkeypatch.setattr(shipped, "show", lambda *_: 1 / 0)
    result = await scene.ann.slash(scene.channel, "ask", question=ENTRY)
    assert words(result) == FAILED
    assert result.ephemeral
    assert scene.env.bot.dispatcher.failed == 1


async def test_a_command_of_another_version_says_how_to_get_the_new_one(scene, caplog):
    removed = scene.env.bot.tree.remove_command("topics")
    scene.env.bot.tree.add_command(removed, guild=scene.env.bot.get_guild(scene.guild.id))
    scene.env.bot.tree.clear_commands(guild=scene.env.bot.get_guild(scene.guild.id))
    result = await scene.ann.slash(scene.channel, "topics")
    assert result.response.content == OUTDATED
    assert "Ctrl+R" in OUTDATED
    assert result.ephemeral
    assert [type(error) for error in scene.env.errors] == [discord.app_commands.CommandNotFound]
    assert scene.env.bot.dispatcher.failed == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_command_that_came_too_late_fails_quietly(scene, caplog):
    scene.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    result = await scene.ann.slash(scene.channel, "ask", question=ENTRY)
    assert not result.acknowledged
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_refused_components_become_plain_text(scene, shipped):
    scene.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035)
    result = await scene.ann.slash(scene.channel, "ask", question=ENTRY)
    texts = [result.response.content, *(followup.content for followup in result.followups)]
    assert answer_of(shipped) in said("".join(texts))
    assert all(len(text) <= 2_000 for text in texts)


async def test_while_stopping_a_command_is_asked_to_come_again(scene):
    scene.env.bot.dispatcher.open = False
    result = await scene.ann.slash(scene.channel, "help")
    assert result.ephemeral
    assert words(result) == STOPPING


async def test_every_command_but_what_is_a_servers_own_works_for_servers_and_for_people_everywhere(scene):
    servers = {"settings", "teach", "answers", "teachers", "Save as answer"}
    for command in scene.env.bot.tree.get_commands():
        payload = command.to_dict(scene.env.bot.tree)
        if command.name in servers:
            assert payload["integration_types"] == [0]
            assert payload["contexts"] == [0]
        else:
            assert payload["integration_types"] == [0, 1], command.name
            assert payload["contexts"] == [0, 1, 2], command.name


class TestFlood:
    @pytest.fixture
    def limiter(self):
        return Limiter(user=Rate(1, 60))

    async def test_each_command_too_many_is_refused_in_private(self, scene):
        await scene.ann.slash(scene.channel, "ask", question=ENTRY, private=False)
        for _ in range(3):
            refused = await scene.ann.slash(scene.channel, "ask", question=ENTRY, private=False)
            assert refused.ephemeral
            assert "a lot of questions" in words(refused)

    async def test_suggestions_while_typing_do_not_count(self, scene):
        for _ in range(20):
            assert await scene.ann.autocomplete(scene.channel, "ask", "question", "debug")
        assert "How to ask me" in words(await scene.ann.slash(scene.channel, "help"))


async def test_settings_of_the_whole_server_need_the_permission_to_manage_it(scene, store):
    result = await scene.manager().slash(scene.channel, "settings", answers="channel", where="server")
    assert "Only people who manage the whole server" in words(result)
    assert (await store.store.channels.settings(scene.tenant, "another channel")).visibility == "private"
