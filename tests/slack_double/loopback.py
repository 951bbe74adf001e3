"""A Slack of our own on the loopback interface: Web API, response URLs, Socket Mode, signed HTTP, OAuth.

It behaves as Slack is documented to: refuses blocks beyond the limits, gives up on an acknowledgement
after three seconds, and delivers an event again until it is acknowledged. `faults` makes it stumble.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import defaultdict, deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.slack_double.limits import message_problems, option_problems, view_problems

SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
BOT_TOKEN = "xoxb-loopback-token"
APP_TOKEN = "xapp-loopback-token"
BOT_USER = "U0BOT00"
TEAM = "T0TEAM0"
POSTING = ("chat.postMessage", "chat.postEphemeral", "chat.update", "response")
"""What shows a message to somebody; "response" is a post to a response URL."""

DEADLINE = 3.0
LATER = 1790000001
"""The second in which everything is posted: after what people say in `payloads`."""


@dataclass
class Call:
    """A call of the Web API, or a post to a response URL."""

    method: str
    args: dict[str, Any]
    token: str | None = None
    at: float = field(default_factory=time.monotonic)
    ts: str = ""
    """The message's own ts, where there is one."""

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.args.get("blocks") or self.args.get("view", {}).get("blocks") or []


@dataclass
class Fault:
    """What happens instead of a proper answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    drop: bool = False
    """Cut the connection instead of answering."""
    wait: float = 0.0
    taken: bool = False
    """Do what was asked all the same, before anything else."""


@dataclass
class Post:
    """A message in a channel."""

    channel: str
    ts: str
    thread_ts: str | None
    user: str
    metadata: dict[str, Any] | None

    def shown(self, *, metadata: bool) -> dict[str, Any]:
        """As conversations.replies gives it."""
        thread = {"thread_ts": self.thread_ts} if self.thread_ts else {}
        marked = {"metadata": self.metadata} if metadata and self.metadata else {}
        return {"type": "message", "user": self.user, "bot_id": "B0BOT00", "ts": self.ts, **thread, **marked}


class LoopbackSlack:
    """One Slack; several apps may talk to it at once."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.problems: list[str] = []
        """What the real Slack would have refused."""
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.posts: list[Post] = []
        self.written: list[dict[str, Any]] = []
        """What people wrote in channels, as far as a test says so."""
        self.next_post: deque[Fault] = deque()
        """What the next posts meet, by whichever method."""
        self.busy: dict[str, Fault] = {}
        """What every call with a token meets."""
        self.people: dict[str, dict[str, Any]] = {}
        """What users.info gives of whom; of others Slack does not tell, for want of a scope."""
        self.tokens = {BOT_TOKEN: (TEAM, BOT_USER)}
        self.scopes: list[str] | None = None
        """What the workspace granted, as the answers' header says it; None where they have none."""
        self.codes: dict[str, dict[str, Any]] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.address = ""
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()
        self._connected = asyncio.Event()

    @property
    def api_url(self) -> str:
        return f"{self.address}/api"

    # what the app did

    def made(self, *methods: str) -> list[Call]:
        """The calls of these methods so far."""
        return [call for call in self.calls if call.method in methods]

    @property
    def shown(self) -> list[Call]:
        """Everything that people got to see, oldest first."""
        return self.made(*POSTING)

    async def until(self, *methods: str, count: int = 1, within: float = 10.0) -> list[Call]:
        """Wait for so many calls of these methods."""
        async with asyncio.timeout(within):
            while len(found := self.made(*methods)) < count:
                self._changed.clear()
                await self._changed.wait()
        return found

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of `method` fail so."""
        self.faults[method].extend(faults)

    def response_url(self) -> str:
        return f"{self.address}/response/{next(self._numbers)}"

    # Socket Mode

    async def connected(self, within: float = 10.0) -> None:
        """Until an app is connected."""
        async with asyncio.timeout(within):
            await self._connected.wait()

    async def envelope(self, kind: str, payload: dict[str, Any], *, within: float = DEADLINE, retry: int = 0) -> Any:
        """Send an envelope once an app is connected; the acknowledgement's payload. Raises TimeoutError where none
        comes."""
        name = f"env-{next(self._numbers)}"
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._acks[name] = future
        again = {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""} if kind == "events_api" else {}
        body = {"type": kind, "envelope_id": name, "payload": payload, "accepts_response_payload": True, **again}
        async with asyncio.timeout(10):
            while not (live := [socket for socket in self.sockets if not socket.closed]):
                await asyncio.sleep(0.01)
        try:
            await live[-1].send_str(json.dumps(body))
            async with asyncio.timeout(within):
                return await future
        finally:
            self._acks.pop(name, None)

    async def disconnect(self, *, rudely: bool = False) -> None:
        """Ask the app to come back, as Slack does every few hours; or just cut the line."""
        self._connected.clear()
        for socket in list(self.sockets):
            if rudely:
                transport = socket.get_extra_info("socket") and socket._req.transport
                transport.abort()
            else:
                await socket.send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    # the server

    def application(self) -> web.Application:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{number}", self._response)
        app.router.add_get("/link", self._link)
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args, token = await _arguments(request)
        fault = self._fault(method) or self.busy.get(token or "")
        answer = None
        if fault is not None:
            if fault.taken:
                answer = self._do(method, args, token)
            await asyncio.sleep(fault.wait)
            if fault.drop:
                request.transport.abort()
                return web.Response()
            if fault.status != 200 or fault.body is not None:
                return web.json_response(
                    fault.body or {"ok": False, "error": "fault"}, status=fault.status, headers=fault.headers
                )
        granted = {"X-OAuth-Scopes": ",".join(self.scopes)} if self.scopes is not None else {}
        return web.json_response(answer or self._do(method, args, token), headers=granted)

    def _do(self, method: str, args: dict[str, Any], token: str | None) -> dict[str, Any]:
        answer = self._answer(method, args, token)
        if answer["ok"]:
            self.calls.append(Call(method, args, token, ts=answer.get("ts") or ""))
            self._changed.set()
        return answer

    def _answer(  # noqa: C901, PLR0911, PLR0912 - one a case
        self, method: str, args: dict[str, Any], token: str | None
    ) -> dict[str, Any]:
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                return {"ok": False, "error": "invalid_auth"}
            return {"ok": True, "url": f"{self.address.replace('http', 'ws')}/link?ticket={next(self._numbers)}"}
        if method == "oauth.v2.access":
            found = self.codes.pop(str(args.get("code")), None)
            return {"ok": True, **found} if found else {"ok": False, "error": "invalid_code"}
        if token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        team, user = self.tokens[token]
        if method == "users.info":
            person = self.people.get(args["user"])
            return {"ok": True, "user": person} if person is not None else {"ok": False, "error": "missing_scope"}
        if method == "conversations.replies":
            return {"ok": True, "messages": self._replies(args), "has_more": False}
        if method == "conversations.history":
            there = [one for one in self.posts if one.channel == args["channel"] and one.thread_ts is None]
            marked = args.get("include_all_metadata") == "1"
            shown = [one.shown(metadata=marked) for one in reversed(there)]
            return {"ok": True, "messages": shown[: int(args["limit"])], "has_more": False}
        if method == "chat.getPermalink":
            link = f"https://team.slack.example/archives/{args['channel']}/p{args['message_ts'].replace('.', '')}"
            return {"ok": True, "channel": args["channel"], "permalink": link}
        if method == "auth.test":
            return {"ok": True, "team_id": team, "user_id": user, "bot_id": "B0BOT00", "url": self.address}
        problems: list[str] = []
        if method in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
            problems = message_problems(args, "private" if method == "chat.postEphemeral" else "message")
        elif method.startswith("views."):
            problems = view_problems(args["view"])
        elif method == "assistant.threads.setSuggestedPrompts":
            problems = ["thread_ts"] if "thread_ts" in args else []
            problems += ["more than four"] if len(args["prompts"]) > 4 else []
        if problems:
            self.problems += problems
            return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": problems}}
        ts = f"{LATER}.{next(self._numbers):06d}"
        if method == "chat.postMessage":
            self.posts.append(Post(args["channel"], ts, args.get("thread_ts"), user, args.get("metadata")))
        return {"ok": True, "ts": ts, "channel": args.get("channel")}

    def _replies(self, args: dict[str, Any]) -> list[dict[str, Any]]:
        """The message that starts a thread, whatever `oldest` says, and those that hang on it; oldest first."""
        known = (one for one in self.written if args["ts"] in (one["ts"], one["thread"]))
        said = next(known, {"type": "message", "user": "U0ASKER", "ts": args["ts"]})
        found = [
            post.shown(metadata=args.get("include_all_metadata") == "1")
            for post in self.posts
            if (post.channel, post.thread_ts) == (args["channel"], args["ts"]) and post.ts > args.get("oldest", "0")
        ]
        return [said, *found][: int(args.get("limit", 1_000))]

    def _fault(self, method: str) -> Fault | None:
        if self.faults[method]:
            return self.faults[method].popleft()
        return self.next_post.popleft() if self.next_post and method in POSTING else None

    async def _response(self, request: web.Request) -> web.StreamResponse:
        args = await request.json()
        if fault := self._fault("response"):
            status = 404 if fault.body is not None else fault.status
            return web.Response(status=status, headers=fault.headers)
        problems = message_problems(args, "private")
        if problems:
            self.problems += problems
            return web.Response(status=400, text="invalid_blocks")
        self.calls.append(Call("response", {**args, "url": str(request.url)}, ts=f"{LATER}.{next(self._numbers):06d}"))
        self._changed.set()
        return web.Response(text="ok")

    async def _link(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": len(self.sockets)}))
        self._connected.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    said = json.loads(message.data)
                    waiting = self._acks.get(said.get("envelope_id", ""))
                    if waiting is not None and not waiting.done():
                        waiting.set_result(said.get("payload"))
        finally:
            self.sockets.remove(socket)
        return socket


async def _arguments(request: web.Request) -> tuple[dict[str, Any], str | None]:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ") or None
    if request.method == "GET":
        args = dict(request.query)
    elif request.content_type == "application/json":
        args = await request.json()
    else:
        args = {name: values[0] for name, values in parse_qs(await request.text()).items()} | dict(request.query)
        for name in ("blocks", "view", "prompts"):
            if isinstance(args.get(name), str):
                args[name] = json.loads(args[name])
    return args, args.pop("token", None) or token


@asynccontextmanager
async def serving(app: web.Application):
    """The address at which `app` is served."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def loopback_slack():
    """A Slack that is being served."""
    slack = LoopbackSlack()
    async with serving(slack.application()) as slack.address:
        yield slack
        for socket in list(slack.sockets):
            await socket.close()


def signed(body: str, *, secret: str = SIGNING_SECRET, at: float | str | None = None) -> dict[str, str]:
    """The headers that Slack puts on a body."""
    stamp = at if isinstance(at, str) else str(int(time.time() if at is None else at))
    mark = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mark}"}


def again(retry: int, reason: str = "http_timeout") -> dict[str, str]:
    """The headers that Slack puts on a redelivery."""
    return {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason} if retry else {}


class HttpSender:
    """Sends what Slack sends to an app over HTTP."""

    patience = DEADLINE
    """Seconds until an answer is too late."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._url = f"{address}/slack/events"

    async def event(self, payload: dict[str, Any], *, retry: int = 0) -> int:
        """An event; the status of the answer. `retry`: which redelivery it is."""
        body = json.dumps(payload)
        return (await self.raw(body, headers={**signed(body), **again(retry)}))[0]

    async def interaction(self, payload: dict[str, Any]) -> Any:
        """A click, a shortcut, a menu or a form; the answer's JSON."""
        status, text = await self.raw(
            urlencode({"payload": json.dumps(payload)}), kind="application/x-www-form-urlencoded"
        )
        assert status == 200, (status, text)
        return json.loads(text) if text else None

    async def command(self, payload: dict[str, Any]) -> Any:
        """A slash command."""
        status, text = await self.raw(urlencode(payload), kind="application/x-www-form-urlencoded")
        assert status == 200, (status, text)
        return json.loads(text) if text else None

    async def raw(
        self, body: str | bytes, *, kind: str = "application/json", headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Any body; status and text of the answer."""
        text = body.decode("latin-1") if isinstance(body, bytes) else body
        found = signed(text) if headers is None else headers
        async with self._session.post(
            self._url, data=body, headers={**found, "Content-Type": kind}, timeout=aiohttp.ClientTimeout(self.patience)
        ) as answer:
            return answer.status, await answer.text()


class SocketSender:
    """Sends what Slack sends to an app over its socket."""

    ack_timeout = DEADLINE

    def __init__(self, slack: LoopbackSlack) -> None:
        self._slack = slack

    async def event(self, payload: dict[str, Any], *, retry: int = 0) -> int:
        """An event; 200 where it was acknowledged, 503 where it was not. `retry`: which redelivery it is."""
        try:
            await self._slack.envelope("events_api", payload, within=self.ack_timeout, retry=retry)
        except TimeoutError:
            return 503
        return 200

    async def interaction(self, payload: dict[str, Any]) -> Any:
        """A click, a shortcut, a menu or a form; the answer's payload."""
        return await self._slack.envelope("interactive", payload)

    async def command(self, payload: dict[str, Any]) -> Any:
        """A slash command."""
        return await self._slack.envelope("slash_commands", payload)


def accepted(options: list[dict[str, Any]]) -> list[str]:
    """Options of a menu, after a look at the limits; their words."""
    assert option_problems(options) == []
    return [option["text"]["text"] for option in options]
