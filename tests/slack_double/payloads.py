"""What Slack sends, in the shapes of its documentation."""

from __future__ import annotations

import itertools
import time
from typing import Any

from tests.slack_double.loopback import BOT_USER, TEAM

USER = "U0USER0"
CHANNEL = "C0CHAN0"
DM = "D0DIRECT"

_numbers = itertools.count(1)


def stamp() -> str:
    """A new message's ts."""
    return f"1790000000.{next(_numbers):06d}"


def event(
    inner: dict[str, Any], *, team: str | None = TEAM, enterprise: str | None = None, **more: Any
) -> dict[str, Any]:
    """An event in its envelope."""
    authorization = {
        "enterprise_id": enterprise,
        "team_id": team,
        "user_id": BOT_USER,
        "is_bot": True,
        "is_enterprise_install": team is None,
    }
    return {
        "type": "event_callback",
        "token": "unused",
        "team_id": team,
        "api_app_id": "A0APP",
        "event": inner,
        "event_id": f"Ev{next(_numbers)}",
        "event_time": int(time.time()),
        "authorizations": [authorization],
        **more,
    }


def mention(
    text: str, *, user: str = USER, channel: str = CHANNEL, thread: str | None = None, **more: Any
) -> dict[str, Any]:
    """Somebody mentions the bot."""
    inner = {"type": "app_mention", "user": user, "text": f"<@{BOT_USER}> {text}", "channel": channel, "team": TEAM}
    return event({**inner, "ts": stamp(), **({"thread_ts": thread} if thread else {}), **more})


def message(
    text: str,
    *,
    user: str = USER,
    channel: str = CHANNEL,
    kind: str = "channel",
    thread: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Somebody says something in a channel or, with `kind` "im", to the bot."""
    inner = {"type": "message", "user": user, "text": text, "channel": channel, "channel_type": kind, "team": TEAM}
    return event({**inner, "ts": stamp(), **({"thread_ts": thread} if thread else {}), **more})


def forwarded(text: str) -> dict[str, Any]:
    """Somebody else's message, as an attachment of the one with which it was passed on."""
    return {
        "is_share": True, "is_msg_unfurl": True, "id": 1, "author_id": "U0OTHER", "author_name": "Other", "text": text,
        "from_url": "https://team.slack.example/archives/C0OTHER/p1790000000000100", "fallback": f"[other]: {text}",
        "ts": "1790000000.000100", "channel_id": "C0OTHER", "mrkdwn_in": ["text"],
    }  # fmt: skip


def workflow(text: str, **more: Any) -> dict[str, Any]:
    """A workflow mentions the bot."""
    by = {"subtype": "bot_message", "user": None, "bot_id": "B0FLOW0", "username": "Ask the bot", "app_id": "A0FLOW"}
    return mention(text, **{**by, **more})


def edited(text: str, *, before: str, kind: str = "channel", after: float = 5.0, **more: Any) -> dict[str, Any]:
    """Somebody changed a message in a channel, `after` so many seconds."""
    ts = stamp()
    said = {"type": "message", "user": USER, "text": text, "ts": ts, "edited": {"user": USER, "ts": later(ts, after)}}
    inner = {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "channel_type": kind, "hidden": True}
    was = {"type": "message", "user": USER, "text": before, "ts": ts}
    return event({**inner, "ts": later(ts, after), "message": {**said, **more}, "previous_message": was})


def later(ts: str, seconds: float) -> str:
    """The ts of something so long after another."""
    return f"{float(ts) + seconds:.6f}"


def direct(text: str, **more: Any) -> dict[str, Any]:
    """Somebody writes to the bot."""
    return message(text, channel=DM, kind="im", **more)


def person(user: str = USER) -> dict[str, Any]:
    return {
        "user": {"id": user, "team_id": TEAM},
        "team": {"id": TEAM},
        "is_enterprise_install": False,
        "enterprise": None,
    }


def command(text: str, url: str, *, user: str = USER, channel: str = CHANNEL) -> dict[str, Any]:
    """A slash command."""
    return {
        "command": "/framework",
        "text": text,
        "user_id": user,
        "team_id": TEAM,
        "channel_id": channel,
        "response_url": url,
        "trigger_id": f"trigger.{next(_numbers)}",
        "is_enterprise_install": "false",
        "api_app_id": "A0APP",
    }


def click(
    value: str,
    url: str | None,
    *,
    user: str = USER,
    channel: str = CHANNEL,
    ts: str | None = None,
    thread: str | None = None,
    private: bool = False,
    action: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A button pressed in a message."""
    ts = ts or stamp()
    return {
        "type": "block_actions",
        **person(user),
        "api_app_id": "A0APP",
        "trigger_id": f"trigger.{next(_numbers)}",
        "container": {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel,
            "is_ephemeral": private,
            **({"thread_ts": thread} if thread else {}),
        },
        "channel": {"id": channel, "name": "general"},
        **({} if private else {"message": {"type": "message", "ts": ts, **({"thread_ts": thread} if thread else {})}}),
        **({"response_url": url} if url else {}),
        "actions": [{"type": "button", "action_id": "x", "block_id": "b", "value": value, **(action or {})}],
    }


def view_click(
    value: str, *, kind: str = "modal", user: str = USER, action: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A button pressed in a modal or on the Home tab."""
    return {
        "type": "block_actions",
        **person(user),
        "trigger_id": f"trigger.{next(_numbers)}",
        "container": {"type": "view", "view_id": "V0VIEW"},
        "view": {"id": "V0VIEW", "hash": "hash.1", "type": kind, "callback_id": "answer"},
        "actions": [{"type": "button", "action_id": "x", "block_id": "b", "value": value, **(action or {})}],
    }


def shortcut(callback: str, *, user: str = USER) -> dict[str, Any]:
    """A global shortcut."""
    return {"type": "shortcut", **person(user), "callback_id": callback, "trigger_id": f"trigger.{next(_numbers)}"}


def message_shortcut(
    text: str, url: str, *, thread: str | None = None, user: str = USER, callback: str = "answer-this"
) -> dict[str, Any]:
    """A shortcut on a message."""
    return {
        "type": "message_action",
        **person(user),
        "callback_id": callback,
        "trigger_id": f"trigger.{next(_numbers)}",
        "response_url": url,
        "channel": {"id": CHANNEL, "name": "general"},
        "message_ts": "1790000000.5",
        "message": {
            "type": "message",
            "user": "U0OTHER",
            "text": text,
            "ts": "1790000000.5",
            **({"thread_ts": thread} if thread else {}),
        },
    }


def submission(view: dict[str, Any], values: dict[str, Any], *, user: str = USER) -> dict[str, Any]:
    """The form `view` filled in; `values` by the names of its inputs: a text, or several for a menu of several."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    state = {block["block_id"]: {block["element"]["action_id"]: _filled(block["element"], values)} for block in inputs}
    return {
        "type": "view_submission",
        **person(user),
        "trigger_id": f"trigger.{next(_numbers)}",
        "view": {
            "id": "V0VIEW",
            "hash": "hash.1",
            "type": "modal",
            "callback_id": view.get("callback_id", ""),
            "private_metadata": view.get("private_metadata", ""),
            "state": {"values": state},
        },
    }


def _filled(element: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    value = values.get(element["action_id"], element.get("initial_value") or element.get("initial_users"))
    if element["type"] == "multi_users_select":
        return {"type": element["type"], "selected_users": [*(value or ())]}
    if element["type"] == "plain_text_input":
        return {"type": element["type"], "value": value}
    if element["type"].startswith("multi_"):
        return {"type": element["type"], "selected_options": [{"value": one} for one in value or ()]}
    return {"type": element["type"], "selected_option": {"value": value} if value else None}


def suggestion(typed: object, *, action: str = "search", block: str = "b") -> dict[str, Any]:
    """Something typed into a searching menu."""
    return {
        "type": "block_suggestion",
        **person(),
        "action_id": action,
        "block_id": block,
        "value": typed,
        "container": {"type": "view", "view_id": "V0VIEW"},
        "view": {"id": "V0VIEW", "type": "modal", "callback_id": "form"},
    }


def home_opened(tab: str, *, channel: str = DM, user: str = USER) -> dict[str, Any]:
    """The app was opened at a tab."""
    return event({"type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": stamp()})
