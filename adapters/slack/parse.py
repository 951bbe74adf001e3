"""Slack's payloads as what the chat layer takes, each with the target of its answer. Nothing here waits or calls Slack.

Slack signed what arrives here, but any part of it may be missing or of another type: then it is left out, and where
nothing can be made of a payload the result is None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from adapters.slack.manifest import ANSWER_THIS, COMPARE_FRAMEWORKS, SAVE_AS_ANSWER
from adapters.slack.target import Origin, Target, kind_of
from bot.chat.actions import unpack
from bot.chat.incoming import (
    MENTION_ADDED,
    Action,
    Address,
    Command,
    Deletion,
    FormSubmission,
    Message,
    Press,
    Surface,
)
from bot.chat.service import command_named

Payload = Mapping[str, Any]

ASK = "ask"
"""The action id of the field on the Home tab that a question is typed into."""

MOST_READ = 12_000
"""Characters of a text that are read."""

_FROM_PEOPLE = (None, "file_share", "me_message", "thread_broadcast")
"""Subtypes of messages that people write; the others are edits, deletions, joins and the like."""

_CONTROLS = ("actions", "button", "image", "input", "user", "usergroup")
"""Types of blocks, and of what is in them, that hold no words of the author."""

_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,20})(?:\|[^<>]*)?>")
_CHANNEL = re.compile(r"<#[A-Z0-9]{1,20}(?:\|([^<>]*))?>")
_SPECIAL = re.compile(r"<![^<>]*>")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^<>|]*)(?:\|([^<>]*))?>")

_BOLD = re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])")

_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""Slack's ids and time stamps."""

_TICKET = re.compile(r"[!-~]{1,255}")
"""What Slack gives to be given back: trigger ids and hashes of views."""

_RETRY = re.compile(r"[0-9]{1,3}")
_URL = re.compile(r"https?://[!-~]{1,1000}")


def message(payload: Payload, bot_user: str | None = None) -> tuple[Message, Target] | None:
    """The message of an event; None for other bots, deletions, ourselves, and edits that add no mention of us.

    `bot_user`: the bot's own user, where there is one workspace only.
    """
    outer = _part(payload, "event")
    changed = outer.get("subtype") == "message_changed"
    event = {**outer, "subtype": None, "hidden": None, **_part(outer, "message")} if changed else outer
    mentioned = outer.get("type") == "app_mention"
    person = _id(event.get("user"))
    origin = origin_of(payload, person or (_workflow(event) if mentioned else None) or "")
    channel, ts = _id(event.get("channel")), _id(event.get("ts"))
    ours = {origin.bot_user, bot_user} - {None}
    if not origin.user or channel is None or ts is None or origin.user in {*ours, "USLACKBOT"}:
        return None
    if person is not None and _is_automatic(event):
        return None
    (text, *attached), mentions = sources(event), _mentions(event)
    channel_type = event.get("channel_type")
    address: Address = "direct" if kind_of(channel, channel_type) == "direct" else "overheard"
    if not mentioned and address == "overheard" and mentions & ours:
        # Whatever else mentions us comes as an app_mention too. So may these, with the same key.
        added = changed and not _mentions(_part(outer, "previous_message")) & ours
        mentioned = added or event.get("subtype") == "me_message"
        if not mentioned:
            return None
    if (changed or event.get("edited")) and not (mentioned and _mention_added(event)):
        return None
    address = "mention" if mentioned else address
    thread_ts = _id(event.get("thread_ts"))
    if thread_ts == ts:
        thread_ts = None
    target = Target(origin=origin, channel=channel, message_ts=ts, thread_ts=thread_ts)
    kind = kind_of(channel, channel_type, in_thread=thread_ts is not None)
    incoming = Message(
        place=origin.place(channel, kind, target.root),
        user=origin.user,
        key=f"slack:{origin.tenant}:{channel}:{ts}",
        text=text,
        attached=tuple(attached),
        automated=person is None,
        address=address,
        starts_thread=thread_ts is None,
        others_addressed=bool(mentions - ours),
    )
    return incoming, target


def change(payload: Payload, bot_user: str | None = None) -> tuple[Message | Deletion, Target] | None:
    """A message that was edited or deleted; None where neither, or where it was nobody's. Of a message with replies
    Slack leaves a tombstone."""
    event = _part(payload, "event")
    before = _part(event, "previous_message")
    now = _part(event, "message")
    gone = event.get("subtype") == "message_deleted" or now.get("subtype") == "tombstone"
    edited = _id(_part(now, "edited").get("ts"))
    if not gone and (edited is None or now.get("text") == before.get("text")):
        return None  # Slack itself has added replies, or what it shows of a link
    written = {**(before if gone else now), "channel": event.get("channel"), "channel_type": event.get("channel_type")}
    mentioned = set(_MENTION.findall(_text(written.get("text")))) & {origin_of(payload, "").bot_user, bot_user}
    kind = "app_mention" if mentioned else "message"
    parsed = message({**payload, "event": {**written, "type": kind, "edited": None}}, bot_user)
    if parsed is None:
        return None
    incoming, target = parsed
    if gone:
        return Deletion(place=incoming.place, deleted=incoming.key or ""), target
    return replace(incoming, key=f"{incoming.key}:{edited}", edits=incoming.key or ""), target


def command(payload: Payload) -> tuple[Command, Target] | None:
    """A slash command: one of our commands by its first word, else a question; help where it has no words."""
    text = _text(payload.get("text"))
    first, _, rest = text.strip().partition(" ")
    if (known := command_named(first) or first.lower()) in ("recommend", "teach", "answers", "teachers"):
        return _commanded(payload, known, readable(rest))
    name = command_named(text) or ("ask" if text.strip() else "help")
    return _commanded(payload, name, readable(text) if name == "ask" else "")


def shortcut(payload: Payload) -> tuple[Command, Target] | None:
    """A shortcut on a message, whose text is answered or saved, or the global one."""
    callback = payload.get("callback_id")
    if callback == SAVE_AS_ANSWER:
        shown = _part(payload, "message")
        return _commanded(payload, "save", markdown(_text(shown.get("text"))), *sources(shown)[1:])
    if callback == ANSWER_THIS:
        return _commanded(payload, "answer", *sources(_part(payload, "message")))
    return _commanded(payload, "compare", "") if callback == COMPARE_FRAMEWORKS else None


def home_opened(payload: Payload) -> tuple[Command, Target] | None:
    """Somebody opened the app's Home tab."""
    origin = origin_of(payload, _id(_part(payload, "event").get("user")) or "")
    if not origin.user:
        return None
    target = Target(origin=origin, home=True)
    return Command(place=target.place, user=origin.user, name="home"), target


def press(payload: Payload) -> tuple[Press, Target] | None:
    """A button pressed or an option chosen."""
    actions = payload.get("actions")
    pressed = actions[0] if isinstance(actions, list) and actions else None
    target = _target(payload)
    if not isinstance(pressed, Mapping) or not target.origin.user:
        return None
    common = _common(target) | {"surface": "home" if target.home else "modal" if target.view_id else "message"}
    if pressed.get("action_id") == ASK:
        values = {"question": (readable(_text(pressed.get("value"))),)}
        return FormSubmission(action=Action("ask"), values=values, **common), target
    packed = _part(pressed, "selected_option").get("value") or pressed.get("value")
    return Press(action=unpack(packed), **common), target


def submission(payload: Payload) -> tuple[FormSubmission, Target] | None:
    """A form that was sent in. Its place is where it was opened from."""
    view = _part(payload, "view")
    here = _target(payload)
    try:
        metadata = json.loads(_text(view.get("private_metadata")) or "{}")
    except (ValueError, RecursionError):
        metadata = {}
    if not isinstance(metadata, dict) or not here.origin.user:
        return None
    target = replace(
        here,
        channel=_id(metadata.get("channel")),
        message_ts=_id(metadata.get("message_ts")),
        thread_ts=_id(metadata.get("thread_ts")),
        ephemeral=metadata.get("ephemeral") is True,
        response_url=_matching(_URL, metadata.get("response_url")),
    )
    surface: Surface = "message" if metadata.get("in_place") is True and target.message_ts else "modal"
    values = {
        name: _chosen(state)
        for fields in _part(_part(view, "state"), "values").values()
        if isinstance(fields, Mapping)
        for name, state in fields.items()
        if isinstance(state, Mapping)
    }
    action = unpack(metadata.get("action"))
    return FormSubmission(action=action, surface=surface, values=values, **_common(target)), target


def input_ids(payload: Payload) -> list[str]:
    """The block ids of the inputs of a form, in order."""
    return [str(name) for name in _part(_part(_part(payload, "view"), "state"), "values")]


def retry_number(header: str) -> int:
    """Which redelivery it is; 0 for a first delivery. Over HTTP this header is not signed and may hold anything."""
    return int(header) if _RETRY.fullmatch(header) else 0


def event_time(payload: Payload) -> datetime | None:
    """When an event happened: the end of the second that Slack gives; None where it gives none."""
    seconds = payload.get("event_time")
    if not isinstance(seconds, int) or not 0 < seconds < 2**33:
        return None
    return datetime.fromtimestamp(seconds + 1, UTC)


def origin_of(payload: Payload, user: str) -> Origin:
    """Who sends a payload. The installation it was sent to counts, not the sender's own workspace."""
    granted = payload.get("authorizations")
    first: Payload = granted[0] if isinstance(granted, list) and granted and isinstance(granted[0], Mapping) else {}
    source = first or payload
    team, enterprise = _id_of(source, "team"), _id_of(source, "enterprise")
    if not first and team is None:
        team = _id(_part(payload, "user").get("team_id"))
    if str(source.get("is_enterprise_install")).lower() == "true" and enterprise is not None:
        team = None
    return Origin(enterprise, team, user, _id(first.get("user_id")) if first.get("is_bot") is True else None)


def readable(text: str) -> str:
    """Slack's notation as a person would type it: no mentions, links by their label, no entities."""
    without = _SPECIAL.sub(" ", _CHANNEL.sub(lambda hit: hit[1] or " ", _MENTION.sub(" ", text)))
    labelled = _LINK.sub(lambda hit: hit[2] or hit[1], without)
    return labelled.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def markdown(text: str) -> str:
    """Slack's notation as Markdown: links with their addresses, and bold."""
    linked = _LINK.sub(lambda hit: f"[{hit[2]}]({hit[1]})" if hit[2] else hit[1], text)
    return _BOLD.sub(r"**\1**", readable(linked))


def sources(message: Payload) -> tuple[str, ...]:
    """What was said with a message: its text first, if an empty one, then the words of forwarded messages, and those in
    an app's blocks and attachments. What Slack itself attaches to a link is left out."""
    app = bool(message.get("bot_id"))
    text = readable(_text(message.get("text")))
    found = [] if text and not app else [_words(message.get("blocks"))]
    attachments = message.get("attachments")
    for one in attachments if isinstance(attachments, list) else ():
        if isinstance(one, Mapping) and (app or one.get("is_share") or one.get("is_msg_unfurl")):
            given = [_text(one.get(name)) for name in ("pretext", "title", "text")]
            inner = one.get("message_blocks") or one.get("blocks")
            found.append("\n".join(filter(None, given)) or _words(inner) or _text(one.get("fallback")))
    return (text, *dict.fromkeys(filter(None, map(readable, found))))


def _words(part: object, joint: str = "\n", levels: int = 16) -> str:
    """The words in blocks, a line for each, down to so many `levels` of blocks within blocks."""
    inner: Sequence[object] = ()
    if isinstance(part, list):
        inner = part
    elif isinstance(part, Mapping) and part.get("type") not in _CONTROLS:
        if isinstance(part.get("text"), str):
            return _text(part["text"])
        joint = "" if part.get("type") in ("rich_text_preformatted", "rich_text_quote", "rich_text_section") else "\n"
        inner = [part.get(name) for name in ("text", "fields", "elements", "rows", "message", "blocks")]
    return joint.join(filter(None, (_words(one, joint, levels - 1) for one in inner if levels)))[:MOST_READ]


def _commanded(payload: Payload, name: str, text: str, *attached: str) -> tuple[Command, Target] | None:
    target = _target(payload)
    if not target.origin.user:
        return None
    # A direct message with us has the same kind of id as one between two people: take it for a channel in any case.
    place = target.origin.place(target.channel, "command")
    user, key = target.origin.user, _key(target)
    return Command(place=place, user=user, key=key, name=name, text=text, attached=attached), target


def _target(payload: Payload) -> Target:
    """Where an interaction or a command comes from. A command and a shortcut answer no message of ours."""
    container, view, shown = _part(payload, "container"), _part(payload, "view"), _part(payload, "message")
    user = _part(payload, "user").get("id") or payload.get("user_id")
    pressed = payload.get("type") == "block_actions"
    return Target(
        origin=origin_of(payload, _id(user) or ""),
        channel=_id(_part(payload, "channel").get("id") or container.get("channel_id") or payload.get("channel_id")),
        message_ts=_id(container.get("message_ts") or shown.get("ts")) if pressed else None,
        thread_ts=_id(container.get("thread_ts") or shown.get("thread_ts")),
        ephemeral=container.get("is_ephemeral") is True,
        response_url=_matching(_URL, payload.get("response_url")),
        trigger_id=_matching(_TICKET, payload.get("trigger_id")),
        view_id=_id(view.get("id")),
        view_hash=_matching(_TICKET, view.get("hash")),
        home=view.get("type") == "home",
    )


def _is_automatic(event: Payload) -> bool:
    """Whether no person wrote it."""
    marked = any(event.get(name) for name in ("bot_id", "bot_profile", "hidden"))
    return marked or event.get("subtype") not in _FROM_PEOPLE


def _workflow(event: Payload) -> str | None:
    """Which workflow, or incoming webhook, wrote a mention that names no user, as those of other apps do. None in a
    thread, so that none goes on and on there with us."""
    in_thread = event.get("thread_ts") not in (None, event.get("ts"))
    return None if in_thread or event.get("subtype") not in (None, "bot_message") else _id(event.get("bot_id"))


def _mention_added(event: Payload) -> bool:
    """Whether a message was edited while a mention in it is still answered."""
    try:
        age = float(_text(_part(event, "edited").get("ts"))) - float(_text(event.get("ts")))
    except ValueError:
        return False
    return 0 <= age <= MENTION_ADDED


def _mentions(message: Payload) -> set[str]:
    return set(_MENTION.findall(_text(message.get("text"))))


def _key(target: Target) -> str | None:
    """A trigger id is given once, so that it identifies a request that is sent again."""
    return f"slack:trigger:{target.trigger_id}" if target.trigger_id else None


def _common(target: Target) -> dict[str, Any]:
    """What a press and a form have alike."""
    message = f"{target.channel}.{target.message_ts}" if target.channel and target.message_ts else ""
    who = {"place": target.place, "user": target.origin.user, "key": _key(target)}
    return {**who, "message": message, "private": target.ephemeral}


def _chosen(state: Payload) -> tuple[str, ...]:
    """What an input holds."""
    several = state.get("selected_options")
    options = several if isinstance(several, list) else [state.get("selected_option")]
    people = state.get("selected_users")
    found = [option.get("value") for option in options if isinstance(option, Mapping)] or [state.get("value")]
    found = people if isinstance(people, list) else found
    return tuple(value for value in found if isinstance(value, str) and value)


def _part(payload: Payload, name: str) -> Payload:
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}


def _id_of(source: Payload, name: str) -> str | None:
    """ "team": {"id": ...} or "team_id": ..., whichever is there."""
    return _id(_part(source, name).get("id")) or _id(source.get(f"{name}_id"))


def _id(value: object) -> str | None:
    return _matching(_ID, value)


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _text(value: object) -> str:
    return value[:MOST_READ] if isinstance(value, str) else ""
