"""What a press on a button or a menu does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord

from adapters.discord.counter import Counter
from adapters.discord.door import Door
from adapters.discord.failures import handling
from adapters.discord.help import FORGOTTEN, NOT_FORGOTTEN, not_yours_pages, older_pages, said_pages
from adapters.discord.paging import Part, paged
from adapters.discord.parse import place_of_interaction
from adapters.discord.reasons import Reasons, more_to_say
from adapters.discord.recommending import Recommending
from adapters.discord.render import reply_pages
from adapters.discord.serving import Interaction
from adapters.discord.showing import complete, replace, respond
from adapters.discord.topics import topic_pages
from bot.question import Turn
from bot.reply import Reply
from bot.storage.errors import StoreUnavailable

THANKS = {True: "Thank you. I am glad it helped.", False: "Thank you. The people who write my answers will see that."}

Fields = Mapping[str, str]


class Presses:
    """Serves every kind of press; the kinds are those of adapters.discord.components."""

    def __init__(self, counter: Counter, recommending: Recommending, door: Door) -> None:
        self._counter = counter
        self._door = door
        self._recommending = recommending
        self._reasons = Reasons(counter)
        self._kinds: Mapping[str, Callable[[Interaction, Fields], Awaitable[None]]] = {
            "related": self._related,
            "choice": self._choice,
            "none_fits": self._none_fits,
            "vote": self._vote,
            "share": self._share,
            "begin": self._begin,
            "move": self._move,
            "words": self._words,
            "share_outcome": self._share_outcome,
            "topics": self._topics,
            "pick": self._pick,
            "forget": self._forget,
            "reason": self._reasons.ask,
            "reason_form": self._reasons.hear,
            "older": self._older,
        }

    async def press(self, kind: str, interaction: Interaction, fields: Fields) -> None:
        """Serve a press; whatever goes wrong, the person is told."""
        if not interaction.client.accepting or not await self._door.admits(interaction, "click"):
            return
        async with handling(interaction, f"button {kind}"):
            await self._kinds[kind](interaction, fields)

    async def _related(self, interaction: Interaction, fields: Fields) -> None:
        mine = fields["owner"] == self._counter.owner(interaction.user.id)
        await self._answer(
            interaction, self._counter.show(fields["entry"]), private=not mine or _is_private(interaction)
        )

    async def _choice(self, interaction: Interaction, fields: Fields) -> None:
        owner = self._counter.owner(interaction.user.id)
        reply = self._counter.show(fields["entry"])
        if fields["owner"] != owner:
            await self._answer(interaction, reply, private=True)
            return
        await self._instead(interaction, reply)

    async def _none_fits(self, interaction: Interaction, fields: Fields) -> None:
        owner = self._counter.owner(interaction.user.id)
        if fields["owner"] != owner:
            await respond(interaction, not_yours_pages(owner), private=True)
            return
        await self._instead(interaction, self._counter.ask("none of these", Turn((), ("-",))))

    async def _vote(self, interaction: Interaction, fields: Fields) -> None:
        helpful = fields["vote"] == "y"
        message = interaction.message
        further = [] if helpful or message is None else [more_to_say(message.id, fields["entry"])]
        await respond(interaction, paged([Part(THANKS[helpful])], further), private=True)
        if message is not None:
            await self._counter.judge(
                place_of_interaction(interaction),
                interaction.user.id,
                message.id,
                fields["entry"],
                helpful=helpful,
            )

    async def _share(self, interaction: Interaction, fields: Fields) -> None:
        await self._answer(interaction, self._counter.show(fields["entry"]), private=False)

    async def _begin(self, interaction: Interaction, fields: Fields) -> None:
        mine = fields["owner"] == self._counter.owner(interaction.user.id)
        await self._recommending.begin(interaction, private=not mine or _is_private(interaction))

    async def _move(self, interaction: Interaction, fields: Fields) -> None:
        await self._recommending.move(interaction, fields["action"], fields["token"])

    async def _words(self, interaction: Interaction, fields: Fields) -> None:
        await self._recommending.ask_words(interaction, fields["token"])

    async def _share_outcome(self, interaction: Interaction, fields: Fields) -> None:
        await self._recommending.share(interaction, fields["token"])

    async def _topics(self, interaction: Interaction, fields: Fields) -> None:
        owner = self._counter.owner(interaction.user.id)
        pages = topic_pages(self._counter.bot.knowledge, owner, fields["group"], int(fields["page"]))
        if fields["owner"] == owner:
            await replace(interaction, pages)
        else:
            await respond(interaction, pages, private=True)

    async def _pick(self, interaction: Interaction, fields: Fields) -> None:
        data: Any = interaction.data or {}
        chosen = next(iter(data.get("values") or ()), "")
        await self._related(interaction, {**fields, "entry": str(chosen)})

    async def _forget(self, interaction: Interaction, fields: Fields) -> None:
        del fields  # everybody deletes what is theirs, whoever asked for the button
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            await self._counter.store.forget_user("discord", str(interaction.user.id))
        except StoreUnavailable:
            await complete(interaction, said_pages(NOT_FORGOTTEN))
            return
        await complete(interaction, said_pages(FORGOTTEN))

    async def _older(self, interaction: Interaction, fields: Fields) -> None:
        del fields
        await respond(interaction, older_pages(self._counter.owner(interaction.user.id)), private=True)

    async def _answer(self, interaction: Interaction, reply: Reply, *, private: bool) -> None:
        """Show an answer beside what is there, and then remember it."""
        owner = self._counter.owner(interaction.user.id)
        title = self._counter.title(reply)
        pages = reply_pages(reply, title=title, owner=owner, shareable=private)
        message = await respond(interaction, pages, private=private)
        place = place_of_interaction(interaction, message=None if private else message)
        await self._counter.keep(reply, place)

    async def _instead(self, interaction: Interaction, reply: Reply) -> None:
        """Show an answer in place of what is there, and then remember it."""
        owner = self._counter.owner(interaction.user.id)
        private = _is_private(interaction)
        pages = reply_pages(reply, title=self._counter.title(reply), owner=owner, shareable=private)
        message = await replace(interaction, pages)
        place = place_of_interaction(interaction, message=None if private else message)
        await self._counter.keep(reply, place)


def _is_private(interaction: discord.Interaction[Any]) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral
