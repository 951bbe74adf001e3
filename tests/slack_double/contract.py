"""Slack behind the port of the contract suite: over HTTP or in Socket Mode, against the loopback Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.slack import app
from adapters.slack.manifest import ANSWER_THIS, CAPABILITIES, COMPARE_FRAMEWORKS, SAVE_AS_ANSWER
from bot.chat.dispatcher import HOLD
from tests.contract.port import Shown
from tests.slack_double import payloads
from tests.slack_double.loopback import BOT_USER, Call, Fault, LoopbackSlack, loopback_slack
from tests.slack_double.running import Running, running_adapter
from tests.slack_double.words import presses, prose

_SHOWING = (
    "chat.postMessage", "chat.postEphemeral", "chat.update", "response", "views.open", "views.update", "views.push",
    "views.publish",
)  # fmt: skip
_USERS = {"ann": "U0ANN", "bob": "U0BOB"}
_OTHER = "U0OTHER"


@dataclass(frozen=True)
class _Where:
    """A message, a modal or the Home tab that was shown."""

    channel: str = ""
    ts: str = ""
    thread: str | None = None
    private: bool = False
    view: str = ""
    """"modal" or "home"; "" for a message."""


@dataclass(frozen=True)
class _Button:
    where: _Where
    action: Mapping[str, Any]


@dataclass(frozen=True)
class _Form:
    view: Mapping[str, Any]
    fields: tuple[str, ...]

    @property
    def values(self) -> dict[str, Any]:
        """What its fields hold at first."""
        inputs = [block["element"] for block in self.view["blocks"] if block["type"] == "input"]
        return {one["action_id"]: one.get("initial_value") or one.get("initial_users") or "" for one in inputs}


class SlackUnderTest:
    """A workspace with a channel, a thread in it, and a direct message of each person with the bot."""

    capabilities = CAPABILITIES
    lacks = frozenset({"channel rights"})

    def __init__(self, name: str, slack: LoopbackSlack, running: Running) -> None:
        self.name = name
        self._slack = slack
        self._running = running
        self._running.send.ack_timeout = HOLD + 0.3
        self._thread = payloads.stamp()
        self._events: dict[str, str] = {}
        self._said: dict[str, dict[str, Any]] = {}
        self._messages: dict[str, _Where] = {}
        self.grant("ann", "all")
        self.grant("bob", "none")

    @property
    def chat(self):
        """The chat service that the adapter was built on."""
        return self._running.chat

    async def say(
        self,
        text: str,
        *,
        who: str = "ann",
        where: str = "direct",
        mention: bool = False,
        reply_to: str | None = None,
        event: str | None = None,
        others: bool = False,
        forwarded: str = "",
    ) -> list[Shown]:
        """A message. One that mentions the bot arrives by both subscriptions, as in Slack."""
        ts = payloads.stamp() if event is None else self._events.setdefault(event, payloads.stamp())
        at = self._messages[reply_to] if reply_to is not None else None
        thread = self._thread if where == "thread" else (at.thread or at.ts) if at is not None else None
        said = f"<@{_OTHER}> {text}" if others else text
        about: dict[str, Any] = {"user": _USERS[who], "thread": thread, "ts": ts}
        if forwarded:
            about["attachments"] = [payloads.forwarded(forwarded)]
        if where == "direct":
            sent = [payloads.message(said, channel=_direct(who), kind="im", **about)]
        elif mention:
            sent = [payloads.message(f"<@{BOT_USER}> {said}", **about), payloads.mention(said, **about)]
        else:
            sent = [payloads.message(said, **about)]
        if where != "direct":
            self._slack.written.append({"type": "message", **about, "text": said})
        if event is not None:
            self._said[event] = sent[0]["event"]
        before = len(self._slack.calls)
        for payload in sent:
            await self._running.send.event(payload)
        return await self._shown(before)

    async def change(self, event: str, text: str) -> list[Shown]:
        """A message with other words."""
        said = self._said[event]
        mentioned = f"<@{BOT_USER}> " if BOT_USER in said["text"] else ""
        now = {**said, "text": mentioned + text, "edited": {"user": said["user"], "ts": payloads.stamp()}}
        self._said[event] = now
        return await self._changed("message_changed", said, message=now)

    async def retract(self, event: str) -> list[Shown]:
        """A message is deleted: with replies Slack leaves a tombstone."""
        said = self._said[event]
        tombstone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": said["ts"], "hidden": True}
        before = len(self._slack.calls)
        await self._changed("message_changed", said, message=tombstone)
        gone = [call for call in self._slack.calls[before:] if call.method == "chat.delete"]
        return [Shown("", deleted=True) for call in gone if call.args["ts"] in {one.ts for one in self._slack.posts}]

    async def _changed(self, subtype: str, said: Mapping[str, Any], **more: Any) -> list[Shown]:
        where = {"channel": said["channel"], "channel_type": said["channel_type"]}
        inner = {"type": "message", "subtype": subtype, "hidden": True, "previous_message": said, **where, **more}
        before = len(self._slack.calls)
        await self._running.send.event(payloads.event({**inner, "ts": payloads.stamp()}))
        return await self._shown(before)

    async def command(
        self,
        name: str,
        text: str = "",
        *,
        who: str = "ann",
        where: str = "channel",
        options: Mapping[str, str] | None = None,
        private: bool | None = None,
    ) -> list[Shown]:
        """A slash command; "answer" and "compare" are shortcuts too, and "home" is the Home tab."""
        if name == "save":
            return await self._save(text, (options or {}).get("question", ""), who)
        if options or private is not None:
            raise NotImplementedError("a slash command has no options")
        before, user, url = len(self._slack.calls), _USERS[who], self._slack.response_url()
        channel = _direct(who) if where == "direct" else payloads.CHANNEL
        if name == "home":
            await self._running.send.event(payloads.home_opened("home", user=user))
        elif name == "answer":
            sent = payloads.message_shortcut(text, url, user=user)
            assert sent["callback_id"] == ANSWER_THIS
            await self._running.send.interaction(sent)
        elif name == "compare" and not text:
            await self._running.send.interaction(payloads.shortcut(COMPARE_FRAMEWORKS, user=user))
        else:
            words = text if name == "ask" else f"{name} {text}".strip()
            await self._running.send.command(payloads.command(words, url, user=user, channel=channel))
        return await self._shown(before, channel)

    async def _save(self, text: str, question: str, who: str) -> list[Shown]:
        """The shortcut on a message, which replies in the thread of a question where there is one."""
        first = payloads.stamp() if question else None
        if question:
            self._slack.written.append({"type": "message", "ts": first, "thread": None, "text": question})
        sent = payloads.message_shortcut(
            text, self._slack.response_url(), thread=first, user=_USERS[who], callback=SAVE_AS_ANSWER
        )
        before = len(self._slack.calls)
        await self._running.send.interaction(sent)
        return await self._shown(before, payloads.CHANNEL)

    async def press(self, button: _Button, *, who: str = "ann") -> list[Shown]:
        """A button or an option of a menu."""
        at, user = button.where, _USERS[who]
        if at.view:
            payload = payloads.view_click("", kind=at.view, user=user, action=dict(button.action))
        else:
            payload = payloads.click(
                "", self._slack.response_url(), user=user, channel=at.channel, ts=at.ts, thread=at.thread,
                private=at.private, action=dict(button.action),
            )  # fmt: skip
        before = len(self._slack.calls)
        await self._running.send.interaction(payload)
        return await self._shown(before, at.channel)

    async def press_packed(self, packed: str, *, who: str = "ann", where: str = "channel") -> list[Shown]:
        """A button with this text."""
        channel = _direct(who) if where == "direct" else payloads.CHANNEL
        at = _Where(channel, payloads.stamp(), self._thread if where == "thread" else None)
        action = {"type": "button", "action_id": "x", "block_id": "b", "value": packed}
        return await self.press(_Button(at, action), who=who)

    async def submit(self, form: _Form, values: Mapping[str, Any], *, who: str = "ann") -> list[Shown]:
        """A form filled in."""
        before = len(self._slack.calls)
        several = {b["element"]["action_id"] for b in form.view["blocks"] if "multi_" in b["element"]["type"]}
        filled = {
            name: [value] if name in several and isinstance(value, str) else value for name, value in values.items()
        }
        self._running.send.ack_timeout, usual = 60, self._running.send.ack_timeout
        answer = await self._running.send.interaction(payloads.submission(form.view, filled, user=_USERS[who])) or {}
        self._running.send.ack_timeout = usual
        acknowledged = []
        if answer.get("response_action") == "errors":
            acknowledged = [Shown("\n".join(answer["errors"].values()), {}, True, False, form=form)]
        elif "view" in answer:
            acknowledged = [self._read(Call("views.update", {"view": answer["view"]}), "")]
        return [*acknowledged, *await self._shown(before)]

    async def suggest(self, field: str, typed: str) -> list[str]:
        """Labels of what is suggested."""
        action, block = ("search", "b") if field == "topic" else (field, f"{field}.{field}.0")
        answer = await self._running.send.interaction(payloads.suggestion(typed, action=action, block=block))
        return [option["text"]["text"] for option in answer["options"]]

    async def edit(self, answer: Any, view: Any) -> None:
        """By chat.update."""
        await self._running.adapter.edit(answer, view)

    def now_shown(self, message: str) -> str:
        """The blocks of its last post or update."""
        ts = message.rpartition(":")[2]
        calls = [one for one in self._slack.calls if one.method in ("chat.postMessage", "chat.update")]
        return prose([one for one in calls if ts in (one.ts, one.args.get("ts"))][-1].blocks)

    def person(self, who: str) -> str:
        """Their id."""
        return _USERS[who]

    def latest(self, label: str = "") -> Shown:
        """The last chat.postMessage."""
        posted = [self._read(one, "") for one in self._slack.calls if one.method == "chat.postMessage"]
        return [one for one in posted if not label or label in one.buttons][-1]

    def posts(self) -> int:
        """Calls of chat.postMessage."""
        return sum(one.method == "chat.postMessage" for one in self._slack.calls)

    def grant(self, who: str, rights: str) -> None:
        """As users.info says it: the flags of an admin, of a guest, or of anybody else."""
        flags = {"all": {"is_admin": True}, "none": {"is_restricted": True}, "unknown": {"is_admin": False}}[rights]
        self._slack.people[_USERS[who]] = {"id": _USERS[who], **flags}

    def fail_next_post(self, *, final: bool) -> None:
        """Slack refuses the next post."""
        error = "restricted_action" if final else "fatal_error"
        self._slack.next_post.append(Fault(body={"ok": False, "error": error}))

    async def _shown(self, before: int, channel: str = "") -> list[Shown]:
        await self._running.settled()
        assert self._slack.problems == []
        return [self._read(call, channel) for call in self._slack.calls[before:] if call.method in _SHOWING]

    def _read(self, call: Call, channel: str) -> Shown:
        args = call.args
        view = args.get("view")
        if view is not None:
            at = _Where(private=True, view=view["type"])
            replaced, message = call.method == "views.update", ""
        else:
            ephemeral = call.method == "chat.postEphemeral" or args.get("response_type") == "ephemeral"
            ts = args.get("ts") or call.ts
            at = _Where(args.get("channel") or channel, ts, args.get("thread_ts"), private=ephemeral)
            replaced = call.method == "chat.update" or args.get("replace_original") is True
            message = f"{at.channel}:{ts}"
            self._messages[message] = at
        buttons = {label: _Button(at, action) for label, action in presses(call.blocks).items()}
        fields = tuple(block["element"]["action_id"] for block in call.blocks if block["type"] == "input")
        form = _Form(view, fields) if fields and view is not None else None
        below = f"{at.channel}:{at.thread}" if at.thread else ""
        return Shown(prose(call.blocks), buttons, at.private, replaced, message, below, form=form)


def _direct(who: str) -> str:
    return f"D0{who.upper()}"


def slack_opening(mode: str):
    """Opens Slack in a mode: "http" or "socket"."""

    @asynccontextmanager
    async def opened(bot, options) -> AsyncIterator[SlackUnderTest]:
        async with AsyncExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setattr(app, "FORM_TIMEOUT", 60)  # no rule here is about time
            slack = await stack.enter_async_context(loopback_slack())
            running = await stack.enter_async_context(
                running_adapter(
                    slack, bot, mode, store=options.store, limiter=options.limiter, observers=options.observers
                )
            )
            yield SlackUnderTest(f"slack {mode}", slack, running)

    return opened
