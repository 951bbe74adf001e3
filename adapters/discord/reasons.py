"""What somebody says was wrong with an answer, and which topic would have been right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from adapters.discord import ids
from adapters.discord.counter import Counter
from adapters.discord.forms import FORM_LIFE, filled_in
from adapters.discord.help import older_pages, said_pages
from adapters.discord.limits import LONGEST_OPTION, MOST_OPTIONS
from adapters.discord.markup import bold
from adapters.discord.page import Button, Row
from adapters.discord.paging import Part, paged
from adapters.discord.parse import place_of_interaction
from adapters.discord.serving import Interaction
from adapters.discord.showing import respond
from bot.answering import Bot
from bot.feedback import MOST_REASON
from knowledge.model import Entry

SAY = "Say what was wrong"
OPEN = "Open it"
THANKS = "Thank you. The people who write my answers will see that."
NOTHING_SAID = "You left the form empty, so your judgement stays as it was."
UNKNOWN = "I do not know that topic any more, so nothing was changed. Press the button again for those I know."
SUGGESTED = "You say that this topic would have been right:"

WORDS = "words"
RIGHT = "right"
"""The fields of the form."""

Fields = Mapping[str, str]


def more_to_say(answer: int, entry: str) -> Row:
    """The button below the thanks for a judgement of `entry` in the message `answer`."""
    return (Button(SAY, ids.reason(answer, entry)),)


def nearby(bot: Bot, entry: str, most: int = MOST_OPTIONS) -> list[Entry]:
    """What may have been meant where `entry` was not: what it leads to, then what is most like it."""
    known = bot.knowledge.entries
    own = known.get(entry)
    if own is None:
        return []
    like = (match.entry for match, _ in bot.match(bot.read(own.title)))
    names = dict.fromkeys((*own.related, *like))
    found = [known[name] for name in names if name in known and name != entry and len(name) <= LONGEST_OPTION]
    return [one for one in found if one.kind == "answer"][:most]


class Reasons:
    """Shows the form and reads it. All it needs is in its custom_id, so that any process reads it."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def ask(self, interaction: Interaction, fields: Fields) -> None:
        """Show the form."""
        if not self._known(fields["entry"]):
            await self._older(interaction)
            return
        custom_id = ids.reason(ids.message_in(fields["answer"]), fields["entry"])
        form = ui.Modal(title=SAY, custom_id=custom_id, timeout=FORM_LIFE)
        words: ui.TextInput[Any] = ui.TextInput(
            custom_id=WORDS, style=discord.TextStyle.paragraph, required=False, max_length=MOST_REASON
        )
        masked = "Names, links and numbers are masked before anything is kept."
        form.add_item(ui.Label(text="What was wrong or missing?", description=masked, component=words))
        near = nearby(self._counter.bot, fields["entry"])
        if near:
            options = [discord.SelectOption(label=one.title[:LONGEST_OPTION], value=one.id) for one in near]
            right: ui.Select[Any] = ui.Select(custom_id=RIGHT, options=options, required=False, min_values=0)
            form.add_item(ui.Label(text="Which topic would have been right?", component=right))
        await interaction.response.send_modal(form)

    async def hear(self, interaction: Interaction, fields: Fields) -> None:
        """Say what was understood, then keep it, in place of what the same person said before."""
        words, right = filled_in(interaction, WORDS).strip(), filled_in(interaction, RIGHT)
        entries = self._counter.bot.knowledge.entries
        if not self._known(fields["entry"]):
            await self._older(interaction)
            return
        if right and (right not in entries or entries[right].kind != "answer"):
            await respond(interaction, said_pages(UNKNOWN), private=True)
            return
        if not words and not right:
            await respond(interaction, said_pages(NOTHING_SAID), private=True)
            return
        parts, rows = [Part(THANKS)], []
        if right:
            parts += [Part(SUGGESTED), Part(bold(entries[right].title))]
            if ids.carries(right):
                rows.append((Button(OPEN, ids.related(right, self._counter.owner(interaction.user.id))),))
        await respond(interaction, paged(parts, rows), private=True)
        await self._counter.judge(
            place_of_interaction(interaction),
            interaction.user.id,
            ids.message_in(fields["answer"]),
            fields["entry"],
            helpful=False,
            reason=words or None,
            suggested=right or None,
        )

    def _known(self, entry: str) -> bool:
        return not entry or entry in self._counter.bot.knowledge.entries

    async def _older(self, interaction: Interaction) -> None:
        await respond(interaction, older_pages(self._counter.owner(interaction.user.id)), private=True)
