"""The slash commands, the entries in a message's menu, the words of the help screen that name them, and registering
them with Discord: at the start only where they have changed."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import discord
from discord import app_commands

from adapters.discord.components import MOST_OPTIONS
from adapters.discord.parse import PLATFORM, earlier_of, parse_command, sources
from adapters.discord.responses import error_summary, respond
from bot.chat.capabilities import Capabilities
from bot.chat.dispatcher import Dispatcher
from bot.chat.events import begin_request
from bot.chat.service import FAILED
from bot.storage.errors import StoreUnavailable
from bot.storage.key_value import KeyValue
from bot.storage.records import tenant_of

Interaction = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]

INSTALLS = app_commands.AppInstallationType(guild=True, user=True)
CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)

OUTDATED = (
    "Your Discord still shows an older form of this command. Reload Discord (Ctrl+R; on a phone, close the app and "
    "open it again), then try once more."
)

_LONGEST_QUESTION = 2_000
_LONGEST_NAMES = 200
_LONGEST_CHOICE = 100

_HELP = (
    "/ask answers a question; topics that I know appear while you type",
    "/compare sets frameworks side by side in one respect",
    "/recommend asks a few questions and recommends a framework",
    "/topics lists what I know",
    "/privacy says what I keep, and deletes it",
    "/settings is for those who manage the channel",
    "In the menu of a message, under Apps, Answer this answers what somebody wrote",
    "Save as answer next to it, /teach, /answers and /teachers are for those who teach me the server's own answers",
    "You can also mention me or write to me directly",
    'Reply to one of my answers to go on from it: "and for mobile?", "why?", "the second one"',
)

_SCREENS = {
    "topics": "What I can tell you about",
    "help": "What I can do",
    "privacy": "What I keep about you, and how to delete it",
}
"""Description of each command that takes no options, by its name."""

_log = logging.getLogger(__name__)


def capabilities(*, listening: bool) -> Capabilities:
    """What Discord can do. `listening`: messages that do not address the bot arrive with their words."""
    return Capabilities(
        name=PLATFORM,
        help=_HELP,
        settings_command="/settings",
        private_replies=False,
        forms_follow_forms=False,
        deletes=True,
        reads_channels=listening,
    )


class BotCommands(app_commands.CommandTree[Any]):
    """Every command."""

    def __init__(self, client: discord.Client, dispatcher: Dispatcher) -> None:
        super().__init__(client, allowed_installs=INSTALLS, allowed_contexts=CONTEXTS)
        self._dispatcher = dispatcher
        self._add_questions()
        self._add_settings()
        self._add_teaching()

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """The first that we learn of a command or a suggestion, in its own task."""
        del interaction
        begin_request()
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """What comes before a command is served: options of another form, a command of another version."""
        outdated = isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch)
        (_log.info if outdated else _log.error)("a command failed: %s", error_summary(error))
        if interaction.type is discord.InteractionType.autocomplete or interaction.response.is_done():
            return
        self._dispatcher.failed += not outdated
        with suppress(discord.HTTPException):
            await interaction.response.send_message(OUTDATED if outdated else FAILED, ephemeral=True)

    async def _serve(self, interaction: Interaction, name: str, text: str = "", **more: Any) -> None:
        await respond(interaction, parse_command(interaction, name, text, **more))

    def _suggesting(self, field: str) -> Callable[[Interaction, str], Coroutine[Any, Any, Choices]]:
        """What discord.py calls for suggestions while somebody types into an option."""

        async def suggest(interaction: Interaction, typed: str) -> Choices:
            tenant = tenant_of("discord", str(interaction.guild_id) if interaction.guild_id else None)
            found = self._dispatcher.chat.suggest(field, typed, tenant, MOST_OPTIONS)
            short = [one for one in found if len(one.entry) <= _LONGEST_CHOICE]
            return [app_commands.Choice(name=one.label, value=one.entry) for one in short]

        return suggest

    def _add_questions(self) -> None:
        @self.command(name="ask", description="Ask about choosing and comparing machine-learning frameworks")
        @app_commands.describe(
            question="Your question, or a topic from the list", private="Whether only you see the answer"
        )
        @app_commands.autocomplete(question=self._suggesting("topic"))
        async def ask(
            interaction: Interaction,
            question: app_commands.Range[str, 1, _LONGEST_QUESTION],
            private: bool | None = None,  # noqa: FBT001 - Discord's own form
        ) -> None:
            await self._serve(interaction, "ask", question, private=private)

        @self.context_menu(name="Answer this")
        async def answer_this(interaction: Interaction, message: discord.Message) -> None:
            text, *attached = sources(message)
            await self._serve(interaction, "answer", text, attached=tuple(attached))

        @self.command(name="compare", description="Set frameworks side by side in one respect")
        @app_commands.describe(
            aspect="In which respect",
            frameworks="Which ones, with commas between them; all where left out",
            private="Whether only you see the answer",
        )
        @app_commands.autocomplete(aspect=self._suggesting("aspect"), frameworks=self._suggesting("frameworks"))
        async def compare(
            interaction: Interaction,
            aspect: app_commands.Range[str, 1, _LONGEST_NAMES],
            frameworks: app_commands.Range[str, 0, _LONGEST_NAMES] = "",
            private: bool | None = None,  # noqa: FBT001 - Discord's own form
        ) -> None:
            options = {"aspect": aspect, "frameworks": frameworks}
            await self._serve(interaction, "compare", private=private, options=options)

        @self.command(name="recommend", description="A few questions that lead to a recommendation")
        @app_commands.describe(
            situation="What you have and want, in your own words; the rest is asked",
            private="Whether only you see the questions and the answer",
        )
        async def recommend(
            interaction: Interaction,
            situation: app_commands.Range[str, 0, _LONGEST_QUESTION] = "",
            private: bool | None = None,  # noqa: FBT001 - Discord's own form
        ) -> None:
            await self._serve(interaction, "recommend", situation, private=private)

        async def screen(interaction: Interaction) -> None:
            assert interaction.command is not None  # noqa: S101 - discord.py calls it for a command
            await self._serve(interaction, interaction.command.name)

        for name, description in _SCREENS.items():
            self.command(name=name, description=description)(screen)

    def _add_settings(self) -> None:
        @self.command(name="settings", description="How I behave in this channel or server")
        @app_commands.default_permissions(manage_channels=True)
        @app_commands.allowed_installs(guilds=True, users=False)
        @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
        @app_commands.rename(
            follow_ups="follow-ups", keep_words="keep-words", ask_here="ask-here", keep_threads="keep-threads"
        )
        @app_commands.describe(
            answers="Who sees the answer to a command",
            follow_ups="Whether I answer in my threads without being mentioned",
            unasked="Whether I answer questions nobody asked me, where I am very sure",
            keep_words="Whether questions I could not answer may be kept for my editors",
            ask_here="Whether people are asked in this channel what I cannot answer",
            keep_threads="Whether I keep for 30 days where that was asked, to answer there later",
            where="This channel, or the whole server",
        )
        @app_commands.choices(
            answers=[
                app_commands.Choice(name="only the person who asked", value="private"),
                app_commands.Choice(name="everybody in the channel", value="channel"),
            ],
            where=[
                app_commands.Choice(name="this channel", value="channel"),
                app_commands.Choice(name="the whole server", value="server"),
            ],
        )
        async def settings(  # noqa: PLR0917 - the options
            interaction: Interaction,
            answers: str | None = None,
            follow_ups: bool | None = None,  # noqa: FBT001 - Discord's own form
            unasked: bool | None = None,  # noqa: FBT001
            keep_words: bool | None = None,  # noqa: FBT001
            ask_here: bool | None = None,  # noqa: FBT001
            keep_threads: bool | None = None,  # noqa: FBT001
            where: str = "channel",
        ) -> None:
            switches = {
                "follow_ups": follow_ups,
                "passive": unasked,
                "keep_words": keep_words,
                "ask_channel": ask_here,
                "keeps_threads": keep_threads,
            }
            options = {"where": where} | {
                name: "on" if on else "off" for name, on in switches.items() if on is not None
            }
            if answers is not None:
                options["visibility"] = answers
            await self._serve(interaction, "settings", options=options)

    def _add_teaching(self) -> None:
        @self.command(name="teach", description="Teach me an answer of this server's own")
        @app_commands.describe(question="A question that it answers")
        async def teach(interaction: Interaction, question: app_commands.Range[str, 0, _LONGEST_NAMES] = "") -> None:
            await self._serve(interaction, "teach", question)

        @self.command(name="answers", description="This server's own answers")
        @app_commands.describe(search="Words to look for, also in what I come with")
        async def answers(interaction: Interaction, search: app_commands.Range[str, 0, _LONGEST_NAMES] = "") -> None:
            await self._serve(interaction, "answers", search)

        @self.command(name="teachers", description="Who may teach me here")
        async def teachers(interaction: Interaction) -> None:
            await self._serve(interaction, "teachers")

        @self.context_menu(name="Save as answer")
        async def save_as_answer(interaction: Interaction, message: discord.Message) -> None:
            text, *attached = sources(message)
            await self._serve(interaction, "save", text, attached=tuple(attached), earlier=earlier_of(message))

        in_servers = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
        for command in (teach, answers, teachers, save_as_answer):
            command.allowed_contexts = in_servers
            command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)


def payload(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """The commands in the form in which they are registered."""
    return [command.to_dict(tree) for command in tree.get_commands()]


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Changes exactly when the commands do."""
    return hashlib.blake2s(json.dumps(payload(tree), sort_keys=True).encode()).hexdigest()


async def sync(
    tree: app_commands.CommandTree[Any], marks: KeyValue, guild: int | None = None, *, remove: bool = False
) -> int:
    """Register the commands, everywhere or in one server; how many. The client must be logged in.

    `remove`: the server is to have none of its own, so that only those registered everywhere show there.

    Raises discord.HTTPException. Works also while the store is away: what was registered is not remembered then.
    """
    where = discord.Object(guild) if guild is not None else None
    if where is not None and not remove:
        tree.copy_global_to(guild=where)
    registered = await tree.sync(guild=where)
    if where is None:
        try:
            await marks.put(_mark(tree), fingerprint(tree))
        except StoreUnavailable:
            _log.info("the commands are registered, but the store is away, so this is not remembered")
    return len(registered)


async def sync_if_changed(tree: app_commands.CommandTree[Any], marks: KeyValue) -> bool:
    """Register the commands where they differ from those last registered; whether it did. Only logs what fails."""
    try:
        if await marks.get(_mark(tree)) == fingerprint(tree):
            return False
    except StoreUnavailable:
        _log.info("the store is away, so the commands are left as they are")
        return False
    try:
        await sync(tree, marks)
    except discord.HTTPException as error:
        _log.error("the commands could not be registered: %s, code %s", error.status, error.code)
        return False
    _log.info("the commands have changed and were registered")
    return True


async def command_mentions(tree: app_commands.CommandTree[Any]) -> dict[str, str]:
    """The slash commands registered everywhere, as Discord shows them to click: {"ask": "</ask:ID>"}. Empty where they
    cannot be read."""
    try:
        registered = await tree.fetch_commands()
    except discord.HTTPException as error:
        _log.info("the ids of the commands could not be read: %s", error.status)
        return {}
    return {one.name: one.mention for one in registered if one.type is discord.AppCommandType.chat_input}


def _mark(tree: app_commands.CommandTree[Any]) -> str:
    return f"discord commands {tree.client.application_id}"
