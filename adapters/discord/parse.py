"""Events of Discord -> what the chat layer knows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Final

import discord

from adapters.discord.components import FURTHER
from bot.chat.actions import unpack
from bot.chat.incoming import MENTION_ADDED, Address, Command, Deletion, FormSubmission, Message, Place, Press, Rights
from bot.storage.records import ChannelKind

PLATFORM: Final = "discord"

_NOTATION = re.compile(r"<(?:@[!&]?|#|a?:\w{1,32}:)\d+>")
"""Mentions of people, roles and channels, and a server's own emoji."""


def parse_message(message: discord.Message, me: int, *, listening: bool, edited: bool = False) -> Message | None:
    """A message for the bot, whose id is `me`, or one that is overheard; None where it is nothing to us.

    `listening`: messages that do not address the bot carry their words too. `edited`: it was, just now.
    """
    written = message.type in (discord.MessageType.default, discord.MessageType.reply)  # not by Discord itself
    if message.author.bot or message.webhook_id is not None or not written:
        return None
    replied, answered = _replied_to(message)
    ours = isinstance(answered, discord.Message) and answered.author.id == me
    mentioned = _mentioned(message)
    address: Address = "overheard"
    if message.guild is None:
        address = "direct"
    elif me in mentioned:
        address = "mention"
    elif ours:
        address = "reply"
    text, *attached = sources(message)
    if address == "overheard":
        text = _readable(message.content) or text  # of a post its title only where it has no words
    # Without the content intent the words of these are missing; a mention without words gets an answer.
    if (address == "overheard" and not listening) or (address in ("overheard", "reply") and not text):
        return None
    edited_at = message.edited_at
    late = edited_at is not None and (edited_at - message.created_at).total_seconds() > MENTION_ADDED
    if edited_at is not None and not edited and (address != "mention" or late):
        return None
    return Message(
        place=_place_of_message(message),
        user=str(message.author.id),
        key=_key(message.id) if not edited else f"{_key(message.id)}:{edited_at}",
        edits=_key(message.id) if edited else "",
        text=text,
        attached=tuple(attached),
        address=address,
        reply_to=replied,
        starts_thread=bool(_title(message)),
        others_addressed=message.mention_everyone or bool(mentioned - {me}) or (replied is not None and not ours),
        earlier=None if ours else earlier_of(message),
        flow_token=_flow_token(answered) if ours and isinstance(answered, discord.Message) else None,
    )


def sources(message: discord.Message) -> tuple[str, ...]:
    """What was said with a message: its text first, if an empty one, with the title of the post that it begins; then
    the words of forwarded messages, of an app's embeds and components, and of a poll."""
    text = _readable(f"{_title(message)}\n{message.content}")
    found = [message.poll.question if message.poll is not None else ""]
    given: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for one in given:
        components = getattr(one, "components", ())  # discord.py sets it only where Discord names any
        shown = [part.content for part in _walk(components) if isinstance(part, discord.TextDisplay)]
        for embed in one.embeds:
            if embed.type == "rich":  # not what Discord shows of a link
                fields = (f"{field.name}\n{field.value}" for field in embed.fields)
                shown += filter(None, (embed.title, embed.description, *fields))
        found += [one.content, "\n".join(shown)]
    return (text, *(words for words in dict.fromkeys(map(_readable, found)) if words not in ("", text)))


def _title(message: discord.Message) -> str:
    """The title of the post that a message begins; "" where it begins none. It has the id of the post."""
    channel = message.channel
    return channel.name if isinstance(channel, discord.Thread) and message.id == channel.id else ""


def _readable(text: str) -> str:
    """Discord's notation as a person would type it: without mentions."""
    return _NOTATION.sub(" ", text).strip()


def parse_deletion(message: discord.PartialMessage) -> Deletion:
    """A message was deleted. Of its place Discord tells no more than the channel and the server."""
    return Deletion(place=_place_of_message(message), deleted=_key(message.id))


def parse_command(interaction: discord.Interaction[Any], name: str, text: str = "", **more: Any) -> Command:
    """A command that discord.py has read. `more`: as in `Command`."""
    return Command(**_common(interaction), name=name, text=text, **more)


def parse_press(interaction: discord.Interaction[Any]) -> Press:
    """A pressed button, an option chosen from a menu, or a form sent in: all that is needed is in its custom_id."""
    data: Any = interaction.data or {}
    custom_id = str(data.get("custom_id", ""))
    values = data.get("values") or ()
    message = interaction.message
    common: dict[str, Any] = {
        **_common(interaction),
        "message": str(message.id) if message is not None else "",
        "private": message is not None and message.flags.ephemeral,
        "question_url": _question_url(message, interaction.guild_id) if message is not None else None,
    }
    if interaction.type is discord.InteractionType.modal_submit:
        return FormSubmission(action=unpack(custom_id), values=_filled_in(data.get("components", ())), **common)
    return Press(action=unpack(values[0] if values else custom_id), **common)


def _key(message: int) -> str:
    return f"{PLATFORM}:{message}"


def _question_url(message: discord.Message, guild: int | None) -> Callable[[], Awaitable[str]] | None:
    """Gives the address of the message that `message` answers; None where it answers a command. What a button leads to
    refers to the answer with the button, which refers to the question."""
    reference = message.reference
    answer = reference.resolved if reference is not None else None
    if isinstance(answer, discord.Message) and answer.author.id == message.author.id:
        reference = answer.reference
    if reference is None or reference.message_id is None:
        return None
    url = f"https://discord.com/channels/{guild or '@me'}/{reference.channel_id}/{reference.message_id}"

    async def found() -> str:
        return url

    return found


def place_of_interaction(interaction: discord.Interaction[Any]) -> Place:
    """Where a command was given or a button pressed.

    A server that did not install the bot, but one of its members did, is not where data is stored: its removal would
    never be reported, so that the data could not be deleted with it.
    """
    team = str(interaction.guild_id) if interaction.guild_id and interaction.is_guild_integration() else None
    channel = interaction.channel
    in_thread = isinstance(channel, discord.Thread)
    parent = channel.parent_id if isinstance(channel, discord.Thread) else interaction.channel_id
    thread = str(interaction.channel_id) if in_thread or interaction.guild_id is None else None
    kind: ChannelKind = "direct" if interaction.context.dm_channel else "command"
    return Place(PLATFORM, team, str(parent or ""), kind, thread)


def _place_of_message(message: discord.Message | discord.PartialMessage) -> Place:
    """Where a message is. A thread and a direct message channel are one conversation each."""
    channel = message.channel
    team = str(message.guild.id) if message.guild is not None else None
    if isinstance(channel, discord.Thread):
        return Place(PLATFORM, team, str(channel.parent_id), "thread", str(channel.id))
    if team is None:
        return Place(PLATFORM, None, str(channel.id), "direct", str(channel.id))
    return Place(PLATFORM, team, str(channel.id), "channel")


def _common(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    """What every interaction has. The rights are by the person's permissions in the channel; none where the server did
    not install the bot."""
    place, may = place_of_interaction(interaction), interaction.permissions
    rights: Rights = "all" if may.manage_guild else "channel" if may.manage_channels else "none"
    return {"place": place, "user": str(interaction.user.id), "rights": rights if place.team is not None else "none"}


def _mentioned(message: discord.Message) -> set[int]:
    """The ids of the people and roles that a message mentions, as a reply with a ping does too. The role that Discord
    made for a bot, which people easily take for the bot, counts as the bot."""
    roles = ((role.tags and role.tags.bot_id) or role.id for role in message.role_mentions)
    return {user.id for user in message.mentions}.union(roles)


def _replied_to(
    message: discord.Message,
) -> tuple[str | None, discord.Message | discord.DeletedReferencedMessage | None]:
    """The id of the message that this one replies to in the same channel, and the message where it is known."""
    reference = message.reference
    if reference is None or reference.type is not discord.MessageReferenceType.reply:
        return None, None
    if reference.channel_id != message.channel.id or reference.message_id is None:
        return None, None
    return str(reference.message_id), reference.resolved


def earlier_of(message: discord.Message) -> Callable[[], Awaitable[tuple[str, ...]]] | None:
    """Reads the message that is replied to, or the first of the thread. Its words are empty where Discord does not
    give them to the bot."""
    channel = message.channel
    replied, answered = _replied_to(message)
    if replied is None and not isinstance(channel, discord.Thread):
        return None

    async def read() -> tuple[str, ...]:
        first = answered
        try:
            if replied is not None and answered is None:
                first = await channel.fetch_message(int(replied))
            elif isinstance(channel, discord.Thread) and not isinstance(answered, discord.Message):
                first = await _first_of(channel)
        except discord.HTTPException:
            return ()
        return sources(first) if isinstance(first, discord.Message) and first.id != message.id else ()

    return read


async def _first_of(thread: discord.Thread) -> discord.Message | None:
    """The message that a thread was started from: of a forum post in the post, else in the channel. The first one in
    the thread where it was started from none."""
    parent = thread.parent
    try:
        where = parent if isinstance(parent, discord.TextChannel) else thread
        return await where.fetch_message(thread.id)
    except discord.NotFound:
        return await anext(thread.history(limit=1, oldest_first=True), None)


def _flow_token(message: discord.Message) -> str | None:
    """The state of the guided recommendation that the buttons of a message carry."""
    for component in _walk(message.components):
        action = unpack(getattr(component, "custom_id", None))
        if action is not None and action.name in ("move", "words"):
            return action.fields[-1]
    return None


def _walk(components: Iterable[Any]) -> Iterator[Any]:
    """All components, also those within others."""
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))


def _filled_in(components: Iterable[Any]) -> dict[str, tuple[str, ...]]:
    """What a form holds, by the names of its fields; the menus of one field together."""
    found: dict[str, tuple[str, ...]] = {}
    for component in components:
        one = component.get("component") or component  # what is under a label
        field = one.get("custom_id", "").partition(FURTHER)[0]
        values = one.get("values") or (one.get("value"),)
        found[field] = found.get(field, ()) + tuple(filter(None, values))
    return found
