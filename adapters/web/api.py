"""The HTTP API: the answers for other programs, as JSON. `openapi.json` in this folder describes it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from aiohttp import hdrs, web

from adapters import version
from adapters.web.answer_pages import EntryContent
from adapters.web.application import Handler
from adapters.web.requests import AddressLimit, has_token, read_body
from bot.chat.screens import topic_groups
from bot.dialog.answering import Bot
from bot.dialog.question import MAX_CHARACTERS, Question
from bot.dialog.text_renderer import as_json
from bot.recommendation.flow import AnswerError, Flow
from bot.recommendation.text import as_document
from knowledge.model import Entry

PREFIX = "/api/"

MAX_REQUEST = 16_000
"""Bytes of the body of a request: a question of MAX_CHARACTERS, in any script and with its escapes."""

_READING = 5.0
"""Seconds that a body may take."""

_LONGEST_ID = 200

_DOCUMENT = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))


class RequestError(Exception):
    """A request that cannot be answered; the message says what to change."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """Serves the API."""

    def __init__(
        self,
        bot: Callable[[], Bot],
        limit: AddressLimit,
        *,
        public_url: str = "",
        token: str = "",
        origins: Collection[str] = (),
    ) -> None:
        """`token`: what a caller must present; "" for none. `origins`: the sites whose pages may call it, "*" for
        any."""
        self._bot = bot
        self._limit = limit
        self._public_url = public_url
        self._token = token.encode()
        self._origins = frozenset(origins)
        self._flow: Flow | None = None
        described = {**_DOCUMENT, "info": {**_DOCUMENT["info"], "version": version() or "0"}}
        described["servers"] = [{"url": public_url or "/"}]
        if not token:
            described["security"] = []
        self._document = described

    def add_to(self, application: web.Application) -> None:
        """Add the API's routes and headers."""
        application.on_response_prepare.append(self._allow_origin)
        application.router.add_get("/api/openapi.json", self._described)
        for path, found in (
            ("answer", self._answer),
            ("answers/{id}", self._entry),
            ("topics", self._topics),
            ("recommendation", self._recommendation),
        ):
            application.router.add_get(f"/api/v1/{path}", self._served(found))
            if self._origins:
                application.router.add_route("OPTIONS", f"/api/v1/{path}", self._preflight)
        application.router.add_post("/api/v1/answer", self._served(self._posted))

    def _served(self, found: Callable[[web.Request], Awaitable[dict[str, Any]]]) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            self._limit.count(request)
            if not has_token(request, self._token):
                raise web.HTTPUnauthorized(headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="api"'})
            try:
                return web.json_response(await found(request))
            except RequestError as error:
                return web.json_response({"error": str(error)}, status=error.status)

        return handler

    async def _allow_origin(self, request: web.Request, response: web.StreamResponse) -> None:
        """Lets the pages of chosen sites read the response."""
        if not self._origins or not request.path.startswith(PREFIX):
            return
        origin = request.headers.get(hdrs.ORIGIN, "")
        response.headers[hdrs.VARY] = hdrs.ORIGIN
        if origin and not self._origins.isdisjoint(("*", origin)):
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin

    async def _preflight(self, _: web.Request) -> web.Response:
        """What a browser asks before a page of another site may send JSON or a token."""
        headers = {
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type",
            hdrs.ACCESS_CONTROL_MAX_AGE: "600",
        }
        return web.Response(status=204, headers=headers)

    async def _described(self, _: web.Request) -> web.Response:
        return web.json_response(self._document)

    async def _answer(self, request: web.Request) -> dict[str, Any]:
        return self._reply(request.query)

    async def _posted(self, request: web.Request) -> dict[str, Any]:
        body = await read_body(request, limit=MAX_REQUEST, timeout=_READING)
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise RequestError('the body is not a JSON object; send {"q": "..."}')
        return self._reply(document)

    def _reply(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        text, identity = asked.get("q"), asked.get("id")
        if not isinstance(text, str) or not text.strip():
            raise RequestError('there is no question; send it as "q"')
        if len(text) > MAX_CHARACTERS:
            raise RequestError(f'"q" has more than {MAX_CHARACTERS:,} characters; ask in fewer')
        if isinstance(identity, dict | list | float) or len(str(identity)) > _LONGEST_ID:
            raise RequestError(f'"id" must be a text or a whole number of at most {_LONGEST_ID} characters')
        return as_json(self._bot().answer(Question(text)), identity)

    async def _entry(self, request: web.Request) -> dict[str, Any]:
        bot, name = self._bot(), request.match_info["id"]
        try:
            return EntryContent(bot, name, self._public_url).as_json()
        except KeyError:
            raise RequestError("there is no answer of this id", 404) from None

    async def _topics(self, _: web.Request) -> dict[str, Any]:
        knowledge = self._bot().knowledge
        topics = [
            {"topic": topic, "answers": [self._named(one) for one in entries]}
            for topic, entries in topic_groups(knowledge).items()
        ]
        return {"topics": topics, "knowledge_version": knowledge.version}

    def _named(self, entry: Entry) -> dict[str, str]:
        return {"id": entry.id, "title": entry.title, "address": f"{self._public_url}/answers/{entry.id}"}

    async def _recommendation(self, request: web.Request) -> dict[str, Any]:
        knowledge = self._bot().knowledge
        flow = self._flow
        if flow is None or flow.knowledge is not knowledge:  # making one takes some 30 ms
            flow = self._flow = Flow.of(knowledge)
        if flow is None:
            raise RequestError("this service has no rules for a recommendation", 404)
        try:
            given = {question: flow.checked(question, option) for question, option in request.query.items()}
        except AnswerError as error:
            raise RequestError(str(error)) from None
        return as_document(flow, flow.finished(given))
