"""The guided recommendation on Discord: each step is edited in place, and its state is in its buttons."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import ui

from adapters.discord import ids
from adapters.discord.chart import chart
from adapters.discord.counter import Counter
from adapters.discord.forms import FORM_LIFE, filled_in
from adapters.discord.help import not_yours_pages, said_pages
from adapters.discord.page import Page
from adapters.discord.serving import Interaction
from adapters.discord.showing import replace, respond
from adapters.discord.steps import outcome_pages, step_pages, stopped_pages
from bot.recommendation.flow import Flow, Restored, State, Step, Stopped
from bot.recommendation.outcome import Outcome

NO_FLOW = "This knowledge base has no guided recommendation."
NOTHING_TO_SHARE = "This recommendation has changed since. Finish the questions again to share it."

_ANSWER = "answer"
_MOST_TYPED = 300


class Recommending:
    """Serves the flow's commands, presses, forms and replies."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def begin(self, interaction: Interaction, *, private: bool) -> None:
        """Show the first question."""
        flow = self._counter.flow
        if flow is None:
            await respond(interaction, said_pages(NO_FLOW), private=True)
            return
        owner = self._counter.owner(interaction.user.id)
        await respond(interaction, await self._pages(flow, flow.start(), owner, private=private), private=private)

    async def move(self, interaction: Interaction, action: str, token: str) -> None:
        """Do what a button says, where the person started this flow."""
        restored = await self._restored(interaction, token)
        flow = self._counter.flow
        if restored is None or flow is None:
            return
        state = restored.state if restored.notice else flow.do(restored.state, action)
        await replace(
            interaction,
            await self._pages(
                flow, state, restored.owner, notice=restored.notice_text, private=_is_private(interaction)
            ),
        )

    async def ask_words(self, interaction: Interaction, token: str) -> None:
        """Show a form for an answer in the person's own words."""
        restored = await self._restored(interaction, token)
        flow = self._counter.flow
        if restored is None or flow is None:
            return
        view = flow.view(restored.state)
        form = ui.Modal(title="In your own words", custom_id=ids.words(token), timeout=FORM_LIFE)
        question = view.text if isinstance(view, Step) else "What would you like?"
        entry: ui.TextInput[Any] = ui.TextInput(custom_id=_ANSWER, max_length=_MOST_TYPED)
        form.add_item(ui.Label(text=question[:45], description=question[45:145] or None, component=entry))
        await interaction.response.send_modal(form)

    async def hear_form(self, interaction: Interaction, token: str) -> None:
        """What somebody wrote in the form leads on."""
        restored = await self._restored(interaction, token)
        flow = self._counter.flow
        if restored is None or flow is None:
            return
        heard = flow.hear(restored.state, typed(interaction))
        pages = await self._pages(
            flow,
            heard.state,
            restored.owner,
            notice=heard.hint or restored.notice_text,
            private=_is_private(interaction),
        )
        await replace(interaction, pages)

    async def hear_reply(self, token: str, user: int, text: str) -> tuple[Page, ...] | None:
        """The next step, where a message answers a step of the same person; else None."""
        flow = self._counter.flow
        restored = flow.at(token) if flow is not None else None
        if flow is None or restored is None or restored.owner != self._counter.owner(user):
            return None
        heard = flow.hear(restored.state, text)
        if not heard.understood:
            return None
        return await self._pages(flow, heard.state, restored.owner, notice=restored.notice_text, private=False)

    async def share(self, interaction: Interaction, token: str) -> None:
        """Show a recommendation to the channel."""
        restored = await self._restored(interaction, token)
        flow = self._counter.flow
        if restored is None or flow is None:
            return
        view = flow.view(restored.state)
        if restored.notice or not isinstance(view, Outcome):
            await respond(interaction, said_pages(NOTHING_TO_SHARE), private=True)
            return
        await respond(interaction, await self._outcome(view, "", restored.owner), private=False)

    async def _restored(self, interaction: Interaction, token: str) -> Restored | None:
        """Where the flow stands; None, and the person was told, where it is not theirs or there is none."""
        flow = self._counter.flow
        if flow is None:
            await respond(interaction, said_pages(NO_FLOW), private=True)
            return None
        restored = flow.at(token)
        mine = self._counter.owner(interaction.user.id)
        if restored.owner != mine and (restored.owner or not _is_private(interaction)):
            await respond(interaction, not_yours_pages(mine), private=True)
            return None
        return restored

    async def _pages(
        self, flow: Flow, state: State, owner: str, *, notice: str = "", private: bool
    ) -> tuple[Page, ...]:
        token = flow.token(state, owner)
        view = flow.view(state)
        match view:
            case Step():
                return step_pages(view, token, notice=notice)
            case Stopped():
                return stopped_pages(view, token, notice=notice)
            case Outcome():
                return await self._outcome(view, token, owner, notice=notice, shareable=private)

    async def _outcome(
        self, outcome: Outcome, token: str, owner: str, *, notice: str = "", shareable: bool = False
    ) -> tuple[Page, ...]:
        picture = await asyncio.to_thread(chart, outcome.ranking)
        return outcome_pages(
            outcome,
            token,
            titles=self._counter.titles(),
            owner=owner,
            notice=notice,
            picture=picture,
            shareable=shareable,
        )


def typed(interaction: discord.Interaction[Any]) -> str:
    """What stands in a form that was sent, read from what Discord delivers: the form itself may be forgotten."""
    return filled_in(interaction, _ANSWER)


def _is_private(interaction: discord.Interaction[Any]) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral
