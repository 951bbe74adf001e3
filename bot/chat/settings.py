"""Changing what a channel, or a whole workspace or server, has chosen: who may, and what is shown of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from bot.chat import screens
from bot.chat.actions import action
from bot.chat.incoming import Command, Incoming, Press
from bot.chat.own_answers import NOT_A_TEACHER, may_teach
from bot.chat.view import Outgoing, View
from bot.storage.records import ChannelSettings

if TYPE_CHECKING:
    from bot.chat.service import ChatService

NOT_ALLOWED = "Only people who manage this channel can change how I behave in it."
NOT_ALLOWED_EVERYWHERE = "Only people who manage the whole server can change what holds in all its channels."
KEEP_WORDS_NOT_ALLOWED = (
    "Only people who manage the whole workspace or server can let me keep the words of questions I could not answer."
)


@action()
async def set_(chat: ChatService, press: Press, where: str, name: str, value: str) -> Outgoing:
    """A setting of the channel, or (`where` "server") of all channels that have not chosen otherwise."""
    chosen = screens.setting_change(name, value)
    if chosen is None:
        return chat.older(press)
    return await change(chat, press, chosen, "server" if where == "server" else "channel", replace=True)


async def command(chat: ChatService, given: Command) -> Outgoing:
    """The command "settings", with the changes that it asks for by its options."""
    changes: dict[str, Any] = {}
    for name, value in given.options.items():
        changes |= screens.setting_change(name, value) or {}
    return await change(chat, given, changes, "server" if given.options.get("where") == "server" else "channel")


async def change(
    chat: ChatService, incoming: Incoming, changes: dict[str, Any], where: str, *, replace: bool = False
) -> Outgoing:
    """Change what is named, where the person may, and show what holds. Raises StoreUnavailable where that cannot be
    saved."""
    place = incoming.place
    channel = None if where == "server" else place.channel
    channels = chat.records.channels
    taught = {name: bool(changes.pop(name)) for name, *_ in screens.TEACHING if name in changes}
    if taught and not await _changes_teaching(chat, incoming, taught):
        return chat.notice(incoming, NOT_A_TEACHER)
    if not changes:
        settings = await channels.settings(place.tenant, channel)
        view = await _view(chat, incoming, settings, where, saved=bool(taught))
        return chat.screen(incoming, view, replace=replace)
    rights = "channel" if place.direct else await incoming.known_rights()  # alone with the bot, all is theirs
    if rights == "none":
        return chat.notice(incoming, NOT_ALLOWED)
    if where == "server" and rights != "all":
        return chat.notice(incoming, NOT_ALLOWED_EVERYWHERE)
    if changes.get("keep_words") and rights != "all" and not place.direct:
        return chat.notice(incoming, KEEP_WORDS_NOT_ALLOWED)
    settings = await channels.change(place.tenant, channel, **changes)
    view = await _view(chat, incoming, settings, where, saved=True)
    announced = screens.change_view(incoming.user, changes) if rights == "unknown" else None
    return dataclasses.replace(chat.screen(incoming, view, replace=replace), announcement=announced)


async def _view(chat: ChatService, incoming: Incoming, settings: ChannelSettings, where: str, *, saved: bool) -> View:
    place = incoming.place
    lacks = await incoming.lacks() if incoming.lacks is not None else ""
    now, teaches = chat.teaching(place), chat.bots is not None and place.team is not None and not place.direct
    taught = {"ask_channel": now.ask_channel == place.channel, "keeps_threads": now.keeps_threads}
    return screens.settings_view(
        settings, chat.capabilities, where, saved=saved, lacks=lacks, teaching=taught if teaches else None
    )


async def _changes_teaching(chat: ChatService, incoming: Incoming, changes: dict[str, bool]) -> bool:
    """Change how the workspace teaches; whether the person may. The channel is the one where they are."""
    place = incoming.place
    if chat.bots is None or place.direct or not await may_teach(chat, incoming):
        return False
    chosen: dict[str, Any] = {**changes}
    if "ask_channel" in changes:
        now = (await chat.bots.answers.settings(place.tenant)).ask_channel
        chosen["ask_channel"] = place.channel if changes["ask_channel"] else now if now != place.channel else ""
    await chat.bots.answers.configure(place.tenant, **chosen)
    await chat.changed(place.tenant)
    return True
