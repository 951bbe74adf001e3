"""Discord behind the port that every platform is tested through, see tests/contract/port.py."""

from __future__ import annotations

import copy
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import simcord.interactions
from simcord.builders import ChannelHandle
from simcord.env import Env
from simcord.http import router
from simcord.results import InteractionResult, ResponseMessage

from adapters.discord.app import ClientOptions, FrameworkClient
from adapters.discord.commands import capabilities
from adapters.discord.components import FURTHER
from adapters.discord.responses import edit_message
from bot.chat.dispatcher import Dispatcher
from bot.chat.service import ChatService
from bot.dialog.answering import Bot
from bot.teaching.tenant_bots import TenantBots
from tests.contract.port import ChatOptions, Shown
from tests.discord_double.scene import SECRET, Scene, walk

LONGEST_MESSAGE = 2_000
"""Characters: more than that, a person cannot send."""

_MARKUP = re.compile(r"^(?:#+|-#|```) ?|[\\*]|\]\(<\S+>\)", re.MULTILINE)

MOST_FOLLOWUPS = 5
"""Messages after the first that a user-installed app may send."""

_OPTIONS = {
    "visibility": "answers",
    "follow_ups": "follow-ups",
    "passive": "unasked",
    "keep_words": "keep-words",
    "where": "where",
}
"""The options of /settings by what they set."""

_SUGGESTED = {"topic": ("ask", "question"), "aspect": ("compare", "aspect"), "frameworks": ("compare", "frameworks")}


@dataclass(frozen=True)
class _Handle:
    """A button, or an option of a menu, in a message."""

    channel: int
    message: int
    custom_id: str
    value: str | None


@dataclass(frozen=True)
class _Form:
    opened: InteractionResult

    @property
    def components(self) -> list[dict[str, Any]]:
        return [label["component"] for label in self.opened.modal["components"]]

    @property
    def fields(self) -> list[str]:
        return list(dict.fromkeys(one["custom_id"].partition(FURTHER)[0] for one in self.components))

    @property
    def values(self) -> dict[str, Any]:
        """What its fields hold at first."""
        return {
            one["custom_id"]: one.get("value") or [str(user["id"]) for user in one.get("default_values", ())]
            for one in self.components
        }

    def filled_in(self, values: Mapping[str, Any], people: Mapping[str, Any]) -> dict[str, Any]:
        """The values by the fields as Discord shows them; a menu takes a list, and only what it offers. `people` by
        their ids."""
        found: dict[str, Any] = {}
        for one in self.components:
            value = values.get(one["custom_id"].partition(FURTHER)[0], self.values[one["custom_id"]])
            chosen = [value] if isinstance(value, str) else value
            if one["type"] == discord.ComponentType.user_select.value:
                found[one["custom_id"]] = [people[name] for name in chosen]
            elif "options" not in one:
                found[one["custom_id"]] = value or ""
            elif offered := [name for name in chosen if name in [option["value"] for option in one["options"]]]:
                found[one["custom_id"]] = offered
        return found


class DiscordUnderTest:
    """A server with a channel and a thread, and the direct messages of two people; one of them manages the channel."""

    name = "discord"
    capabilities = capabilities(listening=True)
    lacks = frozenset({"direct teams", "real time", "unknown rights"})

    def __init__(self, env: Env, bot: Bot, options: ChatOptions) -> None:
        self._bot = bot
        self._options = options
        self._env = env
        self._scene = Scene(env)
        self._people = {"ann": self._scene.manager(server=True), "bob": self._scene.bob}
        self._thread: ChannelHandle | None = None
        self._events: dict[str, discord.Message] = {}

    @property
    def chat(self) -> ChatService:
        """The chat service of the client that runs now."""
        return self._env.bot.dispatcher.chat

    async def say(
        self,
        text: str,
        *,
        who: str = "ann",
        where: str = "direct",
        mention: bool = False,
        reply_to: str | None = None,
        event: str | None = None,
        others: bool = False,
        forwarded: str = "",
    ) -> list[Shown]:
        """A message."""
        channel = await self._place(where, who)
        before = max(self._messages(channel), default=0)
        again = self._events.get(event) if event is not None else None
        if again is not None:
            await self._env.bot.on_message(again)
            await self._env.settle()
            return self._since(channel, before)
        words = f"<@{self._env.bot.user.id}> {text}" if mention else text
        if others:
            words = f"<@{self._scene.ann.id}> {words}"
        # Discord sends no message without a word: a mention is the least there can be.
        words = words[:LONGEST_MESSAGE] if words.strip() else f"<@{self._env.bot.user.id}>"
        person = self._people[who]
        replied = self._message(reply_to) if reply_to else None
        if forwarded:  # on Discord nothing is said with it
            elsewhere = self._scene.guild.create_text_channel("elsewhere")
            reference = _reference(await self._scene.bob.send(elsewhere, forwarded))
            if where == "direct":
                sent = await person.user.send_dm("", reference={**reference, "type": 1})
            else:
                source = self._message(f"{reference['channel_id']}:{reference['message_id']}")
                sent = await person.forward(source, channel)
        elif where == "direct":
            sent = await person.user.send_dm(words, reference=_reference(replied))
        else:
            sent = await person.send(channel, words, reply_to=replied)
        if event is not None:
            self._events[event] = sent
        return self._since(channel, before)

    async def change(self, event: str, text: str) -> list[Shown]:
        """A message with other words; what of ours in its channel is not as before."""
        sent = self._events[event]
        before = self._ours(sent.channel.id)
        mentioned = f"<@{self._env.bot.user.id}> " if self._env.bot.user in sent.mentions else ""
        await self._env.advance_time(1)
        await self._writer(sent).edit(sent, mentioned + text)
        changed = [one for number, one in self._ours(sent.channel.id).items() if before.get(number) != one]
        return [self._shown(ResponseMessage(self._env, one), replaced=one.id in before) for one in changed]

    async def retract(self, event: str) -> list[Shown]:
        """A message is deleted."""
        sent = self._events[event]
        before = self._ours(sent.channel.id)
        await self._writer(sent).delete(sent)
        return [Shown("", deleted=True) for _ in before.keys() - self._ours(sent.channel.id).keys()]

    def _writer(self, sent: discord.Message) -> Any:
        person = next(one for one in self._people.values() if one.id == sent.author.id)
        return person if sent.guild is not None else person.user

    def _ours(self, channel: int) -> dict[int, Any]:
        found = self._env.backend.messages.get(channel, {}).items()
        return {number: copy.deepcopy(one) for number, one in found if one.author_id == self._env.bot.user.id}

    async def command(
        self,
        name: str,
        text: str = "",
        *,
        who: str = "ann",
        where: str = "channel",
        options: Mapping[str, str] | None = None,
        private: bool | None = None,
    ) -> list[Shown]:
        """A slash command, or "answer" from the menu of a message that somebody wrote."""
        person, channel = self._people[who], await self._place(where, who)
        given: dict[str, Any] = dict(options or {})
        if name == "answer":
            message = await self._scene.bob.send(channel, text)
            return self._of(await person.context_menu(channel, "Answer this", message))
        if name == "save":
            asked = given.get("question")
            question = await self._scene.bob.send(channel, asked) if asked else None
            message = await self._scene.bob.send(channel, text, reply_to=question)
            return self._of(await person.context_menu(channel, "Save as answer", message))
        if name in ("teach", "answers") and text:
            given["question" if name == "teach" else "search"] = text
        if name == "settings":
            given = {_OPTIONS[key]: {"on": True, "off": False}.get(value, value) for key, value in given.items()}
            await self._let_use_settings(who)
        if name == "ask":
            given["question"] = text
        if private is not None and name in ("ask", "compare", "recommend"):
            given["private"] = private
        if where == "direct":
            return self._of(await person.user.slash(name, **given))
        return self._of(await person.slash(channel, name, **given))

    async def press(self, button: _Handle, *, who: str = "ann") -> list[Shown]:
        """A button, or an option of a menu."""
        person = self._actor(who, button.channel)
        message = ResponseMessage(self._env, self._env.backend.get_message(button.channel, button.message))
        if button.value is None:
            result = await person.click(message, custom_id=button.custom_id)
        else:
            result = await person.select(message, [button.value], custom_id=button.custom_id)
        return self._of(result)

    async def press_packed(self, packed: str, *, who: str = "ann", where: str = "channel") -> list[Shown]:
        """A button of a message that is there already."""
        channel = await self._place(where, who)
        message = self._scene.posted(packed, channel=channel.id)
        return await self.press(_Handle(channel.id, message.id, packed, None), who=who)

    async def submit(self, form: _Form, values: Mapping[str, str], *, who: str = "ann") -> list[Shown]:
        """A form, filled in."""
        person = self._actor(who, form.opened._interaction.channel_id)
        people = {str(one.id): one for one in self._people.values()}
        return self._of(await person.submit_modal(form.opened, form.filled_in(values, people)))

    async def suggest(self, field: str, typed: str) -> list[str]:
        """The labels shown while somebody types."""
        command, option = _SUGGESTED[field]
        person = self._people["ann"]
        return [one["name"] for one in await person.autocomplete(self._scene.channel, command, option, typed)]

    async def edit(self, answer: Any, view: Any) -> None:
        """By editing the message."""
        await edit_message(self._env.bot, int(answer.channel), int(answer.message), view)

    def now_shown(self, message: str) -> str:
        """Its components."""
        return self._shown(self._message(message)).text

    def person(self, who: str) -> str:
        """Their id."""
        return str(self._people[who].id)

    def latest(self, label: str = "") -> Shown:
        """The newest message of ours."""
        me = self._env.bot.user.id
        found = [one for channel in self._env.backend.messages.values() for one in channel.values()]
        ours = [ResponseMessage(self._env, one) for one in found if one.author_id == me]
        posted = [self._shown(one) for one in sorted(ours, key=lambda one: one.id) if not one.ephemeral]
        return [one for one in posted if not label or label in one.buttons][-1]

    def posts(self) -> int:
        """All messages of ours that are there."""
        me = self._env.bot.user.id
        return sum(one.author_id == me for channel in self._env.backend.messages.values() for one in channel.values())

    def grant(self, who: str, rights: str) -> None:
        """By a role; the person is somebody new."""
        self._people[who] = self._scene.bob if rights == "none" else self._scene.manager(server=rights == "all")

    def fail_next_post(self, *, final: bool) -> None:
        """The next message or response fails."""
        status, code = (403, 50013) if final else (503, 0)
        self._env.inject_error("POST", "/[ci][hn]*/*", status=status, code=code)

    async def restart(self) -> None:
        """Another process takes over: only the store and the secret are shared."""
        await self._env.restart_bot(_client(self._bot, self._options))

    async def _place(self, where: str, who: str) -> ChannelHandle:
        if where == "direct":
            return self._people[who].user.dm_channel
        if where == "thread":
            if self._thread is None:
                self._thread = await self._scene.thread()
            return self._thread
        return self._scene.channel

    async def _let_use_settings(self, who: str) -> None:
        """A server can let people use the command who do not manage the channel."""
        [settings] = [one for one in await self._env.bot.tree.fetch_commands() if one.name == "settings"]
        self._scene.guild.set_command_permissions(settings, {self._people[who]: True})

    def _actor(self, who: str, channel: int) -> Any:
        person = self._people[who]
        return person.user if channel == person.user.dm_channel.id else person

    def _messages(self, channel: ChannelHandle) -> Mapping[int, Any]:
        return self._env.backend.messages.get(channel.id, {})

    def _message(self, handle: str) -> ResponseMessage:
        channel, message = map(int, handle.split(":"))
        return ResponseMessage(self._env, self._env.backend.get_message(channel, message))

    def _since(self, channel: ChannelHandle, before: int) -> list[Shown]:
        me = self._env.bot.user.id
        found = (one for number, one in self._messages(channel).items() if number > before and one.author_id == me)
        return [self._shown(ResponseMessage(self._env, one)) for one in found]

    def _of(self, result: InteractionResult) -> list[Shown]:
        """What an interaction led to."""
        if result.modal is not None:
            labels = result.modal["components"]
            text = "\n".join(filter(None, (one.get(name) for one in labels for name in ("label", "description"))))
            return [Shown(text, {}, private=True, replaced=False, message="", form=_Form(result))]
        interaction = result._interaction
        kind = getattr(interaction.response_kind, "value", None)
        if self._is_gone(interaction):
            return [Shown("", deleted=True)]
        found = []
        if kind == "update":
            source = self._env.backend.get_message(interaction.channel_id, interaction.source_message_id)
            found.append(self._shown(ResponseMessage(self._env, source), replaced=True))
        elif result.response is not None:
            found.append(self._shown(result.response))
        return [*found, *map(self._shown, result.followups[:MOST_FOLLOWUPS])]

    def _is_gone(self, interaction: Any) -> bool:
        """Whether the message that was pressed was deleted."""
        messages = self._env.backend.messages.get(interaction.channel_id, {})
        source = interaction.source_message_id
        return source is not None and source not in messages

    def _shown(self, message: ResponseMessage, *, replaced: bool = False) -> Shown:
        texts, handles = [message.content], {}
        for one in walk(message.components):
            if one.get("content"):
                texts.append(one["content"])
            options = one.get("options", ())
            for option in options:
                handles[option["label"]] = self._handle(message, one["custom_id"], option["value"])
            if "custom_id" in one and not options:
                handles[one["label"]] = self._handle(message, one["custom_id"])
        text = _MARKUP.sub("", "\n".join(filter(None, texts)))
        handle = f"{message.channel_id}:{message.id}"
        reference = message._message.reference or {}
        below = f"{reference['channel_id']}:{reference['message_id']}" if reference else ""
        return Shown(text, handles, private=message.ephemeral, replaced=replaced, message=handle, below=below)

    def _handle(self, message: ResponseMessage, custom_id: str, value: str | None = None) -> _Handle:
        return _Handle(message.channel_id, message.id, custom_id, value)


def _give_oldest_first() -> None:
    """Give the oldest messages after one, as Discord does, where simcord gives the newest."""
    routes = router._ROUTES["GET"]
    place = next(n for n, (path, _) in enumerate(routes) if path == ["channels", "{channel_id}", "messages"])
    path, newest = routes[place]

    def history(ctx: Any) -> Any:
        if "after" not in ctx.params:
            return newest(ctx)
        limit, ctx.params["limit"] = int(ctx.params.get("limit", 50)), 1_000
        return newest(ctx)[-limit:]

    routes[place] = (path, history)


_give_oldest_first()


@asynccontextmanager
async def discord_opening(bot: Bot, options: ChatOptions) -> AsyncIterator[DiscordUnderTest]:
    """Starts Discord; the server installed the bot."""
    original = simcord.interactions.base_payload

    def with_owner(backend: Any, **what: Any) -> Any:
        record, payload = original(backend, **what)
        kind, owner = ("0", what["guild_id"]) if what["guild_id"] is not None else ("1", what["user_id"])
        payload["authorizing_integration_owners"] = {kind: str(owner)}
        return record, payload

    simcord.interactions.base_payload = with_owner
    env = Env(_client(bot, options))
    try:
        await env.start()
        yield DiscordUnderTest(env, bot, options)
    finally:
        await env.shutdown()
        simcord.interactions.base_payload = original


def _client(bot: Bot, options: ChatOptions) -> FrameworkClient:
    chat = ChatService(
        lambda: bot,
        options.store,
        capabilities(listening=True),
        secrets=[SECRET],
        limiter=options.limiter,
        observers=options.observers,
        bots=TenantBots(lambda: bot, options.store),
    )
    return FrameworkClient(Dispatcher(chat), options.store, ClientOptions(shard_count=1, listening=True))


def _reference(message: ResponseMessage | discord.Message | None) -> Any:
    if message is None:
        return None
    channel = message.channel.id if isinstance(message, discord.Message) else message.channel_id
    return {"channel_id": str(channel), "message_id": str(message.id)}
