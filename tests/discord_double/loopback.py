"""A small Discord on loopback: its gateway over a real websocket, its REST over real HTTP.

It speaks what discord.py speaks: hello, identify, resume, heartbeats, dispatches with sequence
numbers, a zlib stream where that is asked for; and on the REST side the few routes that a bot needs,
with faults that a test plans ahead.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

APPLICATION = "900000000000000001"
GUILD = "900000000000000010"
CHANNEL = "900000000000000011"
ANN = {"id": "900000000000000020", "username": "ann", "discriminator": "0", "avatar": None, "global_name": "Ann"}
ME = {"id": APPLICATION, "username": "bot", "discriminator": "0", "avatar": None, "bot": True, "global_name": None}
TOKEN = "a.good.token"


@dataclass
class Socket:
    """One connection to the gateway."""

    ws: web.WebSocketResponse
    deflate: Any
    sequence: int = 0
    shard: tuple[int, int] = (0, 1)
    heartbeats: int = 0

    async def send(self, op: int, data: Any, event: str | None = None) -> None:
        """Send one payload; a dispatch counts up the sequence."""
        if op == 0:
            self.sequence += 1
        payload = {"op": op, "d": data, "s": self.sequence if op == 0 else None, "t": event}
        raw = json.dumps(payload).encode()
        if self.deflate is None:
            await self.ws.send_str(raw.decode())
        else:
            await self.ws.send_bytes(self.deflate.compress(raw) + self.deflate.flush(zlib.Z_SYNC_FLUSH))

    async def dispatch(self, event: str, data: Any) -> None:
        """Send the bot an event."""
        await self.send(0, data, event)


@dataclass
class Loopback:
    """What was asked of it, and what it will answer."""

    address: str = ""
    gateway: str = ""
    """Where it says the gateway is, if not here."""
    sockets: list[Socket] = field(default_factory=list)
    identifies: list[dict[str, Any]] = field(default_factory=list)
    resumes: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    faults: dict[tuple[str, str], list[web.Response]] = field(default_factory=lambda: defaultdict(list))
    registered: list[dict[str, Any]] = field(default_factory=list)
    """The commands as they were last registered."""
    close_identify_with: int | None = None
    refusing: int = 0
    """How many more connections to the gateway are refused."""
    missed: list[tuple[str, Any]] = field(default_factory=list)
    """Events that happened while there was no connection: only a session that is resumed gets them."""
    remaining: list[int] = field(default_factory=lambda: [1_000])
    before: dict[tuple[str, str], asyncio.Event] = field(default_factory=dict)
    """Requests that wait until a test lets them go on."""
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def api(self) -> str:
        """The address of the REST side."""
        return f"http://{self.address}/api/v10"

    @property
    def last(self) -> Socket:
        """The newest connection to the gateway."""
        return self.sockets[-1]

    def asked(self, method: str, ending: str) -> list[Any]:
        """The bodies of the requests whose path ends so."""
        return [body for how, path, body in self.requests if how == method and path.endswith(ending)]

    async def until(self, reached: Callable[[], Any]) -> None:
        """Wait until something holds that requests and connections bring about."""
        async with asyncio.timeout(15), self.arrived:
            await self.arrived.wait_for(reached)

    async def changed(self) -> None:
        """Something arrived."""
        async with self.arrived:
            self.arrived.notify_all()

    async def say(self, text: str, number: int) -> None:
        """Ann writes in the channel; `number` makes the message's id."""
        await self.last.dispatch("MESSAGE_CREATE", said(text, number))

    async def command(self, name: str, number: int, **options: str) -> None:
        """Ann gives a slash command."""
        await self.last.dispatch(
            "INTERACTION_CREATE",
            {
                "id": f"91000000000000{number:04}",
                "application_id": APPLICATION,
                "type": 2,
                "token": f"token{number}",
                "version": 1,
                "guild_id": GUILD,
                "channel_id": CHANNEL,
                "channel": {"id": CHANNEL, "type": 0, "name": "general", "guild_id": GUILD, "permissions": "0"},
                "member": {
                    "user": ANN, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False,
                    "permissions": "0", "flags": 0,
                },
                "locale": "en-US",
                "entitlements": [],
                "authorizing_integration_owners": {"0": GUILD},
                "context": 0,
                "attachment_size_limit": 1_000_000,
                "data": {
                    "id": "920000000000000001",
                    "name": name,
                    "type": 1,
                    "options": [{"name": key, "type": 3, "value": value} for key, value in options.items()],
                },
            },
        )  # fmt: skip

    async def _rest(self, request: web.Request) -> web.Response:
        body = await _body(request)
        path = request.path.removeprefix("/api/v10")
        self.requests.append((request.method, path, body))
        await self.changed()
        for (method, ending), gate in self.before.items():
            if method == request.method and path.endswith(ending):
                await gate.wait()
        for (method, ending), planned in self.faults.items():
            if planned and method == request.method and path.endswith(ending):
                return planned.pop(0)
        if request.headers.get("Authorization") != f"Bot {TOKEN}" and not path.startswith(
            ("/interactions", "/webhooks")
        ):
            return answer({"message": "401: Unauthorized", "code": 0}, status=401)
        return self._answer(request.method, path, body)

    def _answer(self, method: str, path: str, body: Any) -> web.Response:  # noqa: PLR0911 - one a route
        match method, path.strip("/").split("/"):
            case "GET", ["users", "@me"]:
                return answer(ME)
            case "GET", ["oauth2", "applications", "@me"]:
                return answer(_application())
            case "GET", ["gateway", "bot"]:
                left = self.remaining.pop(0) if len(self.remaining) > 1 else self.remaining[0]
                limit = {"total": 1_000, "remaining": left, "reset_after": 0, "max_concurrency": 1}
                return answer(
                    {"url": self.gateway or f"ws://{self.address}/gateway", "shards": 1, "session_start_limit": limit}
                )
            case "PUT", ["applications", _, *_, "commands"]:
                self.registered = [
                    {"description": "", **command, "id": str(n + 1), "application_id": APPLICATION, "version": "1"}
                    for n, command in enumerate(body)
                ]
                return answer(self.registered)
            case "GET", ["applications", _, "commands"]:
                return answer(self.registered)
            case "POST", ["users", "@me", "channels"]:
                return answer({"id": "960000000000000001", "type": 1, "recipients": [ANN], "last_message_id": None})
            case "POST", ["channels", channel, "messages"]:
                return answer(_message(channel, body))
            case "POST", ["interactions", interaction, _, "callback"]:
                return answer(
                    {
                        "interaction": {
                            "id": interaction,
                            "type": 2,
                            "response_message_id": "950000000000000001",
                            "response_message_ephemeral": False,
                            "response_message_loading": False,
                        },
                        "resource": {"type": 4, "message": _message(CHANNEL, {})},
                    }
                )
        return answer({"message": f"no route {method} {path}", "code": 0}, status=404)

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self.refusing:
            self.refusing -= 1
            return web.Response(status=503)
        ws = web.WebSocketResponse(autoping=True)
        await ws.prepare(request)
        socket = Socket(ws, zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None)
        self.sockets.append(socket)
        await socket.send(10, {"heartbeat_interval": 41_250})
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                await self._receive(socket, json.loads(message.data))
            await self.changed()
        await self.changed()
        return ws

    async def _receive(self, socket: Socket, payload: dict[str, Any]) -> None:
        match payload["op"]:
            case 1:
                socket.heartbeats += 1
                await socket.send(11, None)
            case 2:
                self.identifies.append(payload["d"])
                if self.close_identify_with is not None:
                    await socket.ws.close(code=self.close_identify_with)
                    return
                socket.shard = tuple(payload["d"].get("shard", (0, 1)))
                await socket.dispatch("READY", self._ready(socket))
                await socket.dispatch("GUILD_CREATE", _guild())
            case 6:
                self.resumes.append(payload["d"])
                socket.sequence = payload["d"]["seq"]
                while self.missed:
                    await socket.dispatch(*self.missed.pop(0))
                await socket.dispatch("RESUMED", {})

    def _ready(self, socket: Socket) -> dict[str, Any]:
        return {
            "v": 10,
            "user": ME,
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": f"session-{len(self.sockets)}",
            "resume_gateway_url": f"ws://{self.address}/gateway",
            "shard": list(socket.shard),
            "application": {"id": APPLICATION, "flags": 0},
        }


@asynccontextmanager
async def loopback() -> AsyncIterator[Loopback]:
    """A running double."""
    double = Loopback()
    app = web.Application()
    app.router.add_get("/gateway", double._gateway)
    app.router.add_get("/gateway/", double._gateway)
    app.router.add_route("*", "/api/v10/{rest:.*}", double._rest)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    double.address = f"{host}:{port}"
    try:
        yield double
    finally:
        for socket in double.sockets:
            await socket.ws.close(code=WSCloseCode.GOING_AWAY)
        await runner.cleanup()


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON as Discord sends it: discord.py takes this content type only as it is here."""
    return web.Response(
        body=json.dumps(body), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


def rate_limited(seconds: float) -> web.Response:
    """What Discord answers to one request too many."""
    return answer(
        {"message": "You are being rate limited.", "retry_after": seconds, "global": False},
        status=429,
        headers={"Retry-After": str(seconds), "X-RateLimit-Scope": "user", "Via": "1.1 google"},
    )


async def _body(request: web.Request) -> Any:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return json.loads(str(form["payload_json"]))
    raw = await request.read()
    return json.loads(raw) if raw else None


def _application() -> dict[str, Any]:
    return {
        "id": APPLICATION, "name": "bot", "icon": None, "description": "", "rpc_origins": [], "bot_public": True,
        "bot_require_code_grant": False, "summary": "", "verify_key": "0" * 64, "owner": ANN, "team": None, "flags": 0,
    }  # fmt: skip


def said(text: str, number: int) -> dict[str, Any]:
    """A message of Ann's in the channel that mentions the bot; `number` makes its id."""
    return {
        "id": f"90000000000000{number:04}",
        "channel_id": CHANNEL,
        "guild_id": GUILD,
        "author": ANN,
        "member": {
            "roles": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
        },
        "content": text,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [{**ME, "member": {"roles": [], "flags": 0}}],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
    }


def _guild() -> dict[str, Any]:
    everyone = {
        "id": GUILD, "name": "@everyone", "permissions": "2147483647", "position": 0, "color": 0, "hoist": False,
        "managed": False, "mentionable": False, "flags": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
    }  # fmt: skip
    return {
        "id": GUILD, "name": "server", "owner_id": ANN["id"], "roles": [everyone], "emojis": [], "features": [],
        "channels": [{"id": CHANNEL, "type": 0, "name": "general", "position": 0, "permission_overwrites": []}],
        "members": [{"user": ME, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False,
            "flags": 0}],
        "threads": [], "presences": [], "voice_states": [], "stickers": [], "stage_instances": [],
        "guild_scheduled_events": [], "soundboard_sounds": [], "member_count": 2, "large": False, "unavailable": False,
        "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
        "afk_timeout": 300, "premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0, "system_channel_flags": 0,
        "premium_progress_bar_enabled": False,
    }  # fmt: skip


def _message(channel: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "950000000000000001", "channel_id": channel, "author": ME, "content": body.get("content") or "",
        "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "tts": False, "mention_everyone": False,
        "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "components": [], "pinned": False,
        "type": 0, "flags": body.get("flags", 0),
    }  # fmt: skip
