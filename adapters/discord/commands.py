"""The commands: each answers from memory, at once."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str as _

from adapters.discord.comparing import named, narrowed, suggested
from adapters.discord.counter import Counter
from adapters.discord.door import Door
from adapters.discord.failures import apologise, handling
from adapters.discord.help import help_pages, privacy_pages
from adapters.discord.limits import MOST_OPTIONS
from adapters.discord.parse import is_to_the_bot_alone, place_of_interaction
from adapters.discord.preferences import settings_pages
from adapters.discord.recommending import Recommending
from adapters.discord.render import reply_pages
from adapters.discord.serving import Interaction, ServingClient
from adapters.discord.showing import complete, respond
from adapters.discord.topics import topic_pages
from adapters.request import begin_request
from bot.reply import Reply
from bot.storage.channels import Changes
from bot.suggesting import Suggestions

Choices = list[app_commands.Choice[str]]

INSTALLS = app_commands.AppInstallationType(guild=True, user=True)
CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)

_LONGEST_QUESTION = 2_000
_LONGEST_NAMES = 200


class Tree(app_commands.CommandTree[ServingClient]):
    """The tree with its last word on errors."""

    def __init__(self, client: ServingClient, door: Door, **options: Any) -> None:
        """`door` lets commands in. `options` are discord.py's own."""
        super().__init__(client, **options)
        self._door = door

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Nothing new is begun while stopping, or beyond the bounds."""
        begin_request()  # here, where the task of a command or a suggestion first comes to us
        if not interaction.client.accepting:
            return False
        suggesting = interaction.type is discord.InteractionType.autocomplete
        return suggesting or await self._door.admits_command(interaction)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """What no command caught: an option of another form, a command of another version."""
        if interaction.type is discord.InteractionType.autocomplete:
            return
        if isinstance(error, app_commands.CheckFailure) and not interaction.client.accepting:
            return
        await apologise(interaction, error, "command")


class Commands:
    """Adds the commands to a tree and serves them."""

    def __init__(
        self, counter: Counter, recommending: Recommending, suggestions: Suggestions, comparisons: Suggestions
    ) -> None:
        """`comparisons` suggests what can be compared; `suggestions` everything."""
        self._counter = counter
        self._recommending = recommending
        self._suggestions = suggestions
        self._comparisons = comparisons

    def add_to(self, tree: app_commands.CommandTree[ServingClient]) -> None:
        """Declare every command."""
        self._add_ask(tree)
        self._add_compare(tree)
        self._add_flow(tree)
        self._add_about(tree)
        self._add_settings(tree)
        self._add_answer_this(tree)

    def _add_ask(self, tree: app_commands.CommandTree[ServingClient]) -> None:
        @tree.command(name=_("ask"), description=_("Ask about choosing and comparing machine-learning frameworks"))
        @app_commands.rename(question=_("question"), private=_("private"))
        @app_commands.describe(
            question=_("Your question, or a topic from the list"), private=_("Whether only you see the answer")
        )
        async def ask(
            interaction: Interaction,
            question: app_commands.Range[str, 1, _LONGEST_QUESTION],
            private: bool | None = None,  # noqa: FBT001 - Discord's own form
        ) -> None:
            async with handling(interaction, "/ask"):
                entry = question if question in self._counter.bot.knowledge.entries else None
                reply = self._counter.show(entry) if entry is not None else self._counter.ask(question)
                await self._answer(interaction, reply, private=private, text=None if entry else question)

        @ask.autocomplete("question")
        async def topics_like(interaction: Interaction, current: str) -> Choices:
            del interaction
            return _choices(self._suggestions, current)

    def _add_compare(self, tree: app_commands.CommandTree[ServingClient]) -> None:
        @tree.command(name=_("compare"), description=_("Set frameworks side by side in one respect"))
        @app_commands.rename(aspect=_("aspect"), frameworks=_("frameworks"), private=_("private"))
        @app_commands.describe(
            aspect=_("In which respect"),
            frameworks=_("Which ones, with commas between them; all where left out"),
            private=_("Whether only you see the answer"),
        )
        async def compare(
            interaction: Interaction,
            aspect: app_commands.Range[str, 1, _LONGEST_NAMES],
            frameworks: app_commands.Range[str, 0, _LONGEST_NAMES] = "",
            private: bool | None = None,  # noqa: FBT001 - Discord's own form
        ) -> None:
            async with handling(interaction, "/compare"):
                knowledge = self._counter.bot.knowledge
                chosen = named(knowledge, frameworks)
                entry = aspect if aspect in knowledge.entries else self._comparisons.entry(aspect)
                if entry is not None:
                    await self._answer(interaction, narrowed(self._counter.show(entry), chosen), private=private)
                    return
                question = f"{' vs '.join(term.name for term in chosen)} {aspect}".strip()
                await self._answer(interaction, self._counter.ask(question), private=private, text=question)

        @compare.autocomplete("aspect")
        async def aspects_like(interaction: Interaction, current: str) -> Choices:
            del interaction
            return _choices(self._comparisons, current)

        @compare.autocomplete("frameworks")
        async def frameworks_like(interaction: Interaction, current: str) -> Choices:
            del interaction
            found = suggested(self._counter.bot.knowledge, current, MOST_OPTIONS)
            return [app_commands.Choice(name=one.label, value=one.entry) for one in found]

    def _add_flow(self, tree: app_commands.CommandTree[ServingClient]) -> None:
        @tree.command(name=_("recommend"), description=_("A few questions that lead to a recommendation"))
        @app_commands.rename(private=_("private"))
        @app_commands.describe(private=_("Whether only you see the questions and the answer"))
        async def recommend(
            interaction: Interaction,
            private: bool | None = None,  # noqa: FBT001 - Discord's own form
        ) -> None:
            async with handling(interaction, "/recommend"):
                hidden = await self._is_private(interaction, private)
                await self._recommending.begin(interaction, private=hidden)

    def _add_about(self, tree: app_commands.CommandTree[ServingClient]) -> None:
        @tree.command(name=_("topics"), description=_("What I can tell you about"))
        async def topics(interaction: Interaction) -> None:
            async with handling(interaction, "/topics"):
                owner = self._counter.owner(interaction.user.id)
                pages = topic_pages(self._counter.bot.knowledge, owner)
                await respond(interaction, pages, private=not is_to_the_bot_alone(interaction))

        @tree.command(name=_("help"), description=_("What I can do"))
        async def help_(interaction: Interaction) -> None:
            async with handling(interaction, "/help"):
                pages = help_pages(self._counter.owner(interaction.user.id))
                await respond(interaction, pages, private=not is_to_the_bot_alone(interaction))

        @tree.command(name=_("privacy"), description=_("What I keep about you, and how to delete it"))
        async def privacy(interaction: Interaction) -> None:
            async with handling(interaction, "/privacy"):
                owner = self._counter.owner(interaction.user.id)
                pages = privacy_pages(
                    owner, listening=interaction.client.listening, retention=interaction.client.retention
                )
                await respond(interaction, pages, private=True)

    def _add_settings(self, tree: app_commands.CommandTree[ServingClient]) -> None:
        @tree.command(name=_("settings"), description=_("How I behave in this channel or server"))
        @app_commands.default_permissions(manage_channels=True)
        @app_commands.checks.has_permissions(manage_channels=True)
        @app_commands.allowed_installs(guilds=True, users=False)
        @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
        @app_commands.rename(
            answers=_("answers"),
            follow_ups=_("follow-ups"),
            unasked=_("unasked"),
            keep_words=_("keep-words"),
            where=_("where"),
        )
        @app_commands.describe(
            answers=_("Who sees the answer to a command"),
            follow_ups=_("Whether I answer in my threads without being mentioned"),
            unasked=_("Whether I answer questions nobody asked me, where I am very sure"),
            keep_words=_("Whether questions I could not answer may be kept for my editors"),
            where=_("This channel, or the whole server"),
        )
        @app_commands.choices(
            answers=[
                app_commands.Choice(name=_("only whoever asked"), value="private"),
                app_commands.Choice(name=_("everybody in the channel"), value="channel"),
            ],
            where=[
                app_commands.Choice(name=_("this channel"), value="channel"),
                app_commands.Choice(name=_("the whole server"), value="server"),
            ],
        )
        async def settings(  # noqa: PLR0917 - the options
            interaction: Interaction,
            answers: str | None = None,
            follow_ups: bool | None = None,  # noqa: FBT001 - Discord's own form
            unasked: bool | None = None,  # noqa: FBT001
            keep_words: bool | None = None,  # noqa: FBT001
            where: str = "channel",
        ) -> None:
            async with handling(interaction, "/settings"):
                changes: Changes = {}
                if answers is not None:
                    changes["visibility"] = "channel" if answers == "channel" else "private"
                if follow_ups is not None:
                    changes["follow_ups"] = follow_ups
                if unasked is not None:
                    changes["passive"] = unasked
                if keep_words is not None:
                    changes["keep_words"] = keep_words
                await self._settle(interaction, changes, server=where == "server")

        @settings.error
        async def refused(interaction: Interaction, error: app_commands.AppCommandError) -> None:
            if isinstance(error, app_commands.MissingPermissions):
                text = "Only who may manage this channel can change how I behave in it."
                await interaction.response.send_message(text, ephemeral=True)

    def _add_answer_this(self, tree: app_commands.CommandTree[ServingClient]) -> None:
        @tree.context_menu(name=_("Answer this"))
        async def answer_this(interaction: Interaction, message: discord.Message) -> None:
            async with handling(interaction, "Answer this"):
                reply = self._counter.ask(message.content)
                await self._answer(interaction, reply, private=None, text=message.content)

    async def _answer(
        self, interaction: Interaction, reply: Reply, *, private: bool | None, text: str | None = None
    ) -> None:
        """Show a reply, and then remember it."""
        hidden = await self._is_private(interaction, private)
        owner = self._counter.owner(interaction.user.id)
        shareable = hidden and not is_to_the_bot_alone(interaction)
        pages = reply_pages(reply, title=self._counter.title(reply), owner=owner, shareable=shareable)
        message = await respond(interaction, pages, private=hidden)
        place = place_of_interaction(interaction, message=None if hidden else message)
        await self._counter.keep(reply, place, text)

    async def _is_private(self, interaction: Interaction, private: bool | None) -> bool:  # noqa: FBT001
        """Whether only the person sees the answer: as they say, else as the channel has chosen."""
        if private is not None:
            return private
        if is_to_the_bot_alone(interaction):
            return False
        return await self._counter.visibility(place_of_interaction(interaction)) == "private"

    async def _settle(self, interaction: Interaction, changes: Changes, *, server: bool) -> None:
        """Change what is asked for and show what holds. The database is asked after the acknowledgement."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        place = place_of_interaction(interaction)
        channel = None if server else place.channel
        channels = self._counter.store.channels
        if changes:
            now = await channels.change(place.tenant, channel, **changes)
        else:
            now = await channels.settings(place.tenant, channel)
        pages = settings_pages(now, server=server, changed=bool(changes), listening=interaction.client.listening)
        await complete(interaction, pages)


def _choices(suggestions: Suggestions, current: str) -> Choices:
    found = suggestions.suggest(current, MOST_OPTIONS)
    return [app_commands.Choice(name=one.label, value=one.entry) for one in found if len(one.entry) <= 100]
