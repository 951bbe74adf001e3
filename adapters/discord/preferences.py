"""/settings: what a channel or a whole server has chosen. Pure, but for what the command itself changes."""

from __future__ import annotations

from adapters.discord.page import Page
from adapters.discord.paging import Part, paged
from bot.storage.channels import ChannelSettings

ANSWERS = {"private": "only whoever asked sees the answer to a command", "channel": "everybody sees it"}
NOT_LISTENING = (
    "This copy of me was not started to read other messages, so these two choices have no effect until its "
    "operator allows it."
)


def settings_pages(settings: ChannelSettings, *, server: bool, changed: bool, listening: bool) -> tuple[Page, ...]:
    """What holds now, in the channel or in the `server` as a whole."""
    where = "in this server, where a channel has not chosen otherwise" if server else "in this channel"
    lines = [
        Part(f"## {'Saved. ' if changed else ''}What holds {where}"),
        Part(f"- Answers to commands: {ANSWERS[settings.visibility]}"),
        Part(f"- Follow-ups in my threads without a mention: {_on(settings.follow_ups)}"),
        Part(f"- Answering questions nobody asked me, where I am very sure: {_on(settings.passive)}"),
        Part(f"- Keeping the words of questions I could not answer: {_on(settings.keep_words)}"),
    ]
    if not listening:
        lines.append(Part(f"-# {NOT_LISTENING}"))
    lines.append(Part("-# Give **/settings** options to change them."))
    return paged(lines)


def _on(choice: bool) -> str:  # noqa: FBT001 - a word for a choice
    return "on" if choice else "off"
