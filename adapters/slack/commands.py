"""Commands and the shortcut on a message: asked and answered for one person, or for the channel as it is set."""

from __future__ import annotations

from adapters.limiting import Act
from adapters.request import since_request
from adapters.slack.outbox import Outbox
from adapters.slack.pages import WORDS, Pages
from adapters.slack.parse import Body, Origin, presser, readable, word
from adapters.slack.spot import Spot, spot
from adapters.slack.views import Views

MOST_READ = 12_000


class Commands:
    """Answers through the address that comes with a command: it works where the bot is no member, too."""

    def __init__(self, pages: Pages, outbox: Outbox, views: Views) -> None:
        self._pages = pages
        self._desk = pages.desk
        self._outbox = outbox
        self._views = views

    @staticmethod
    def act(body: Body) -> Act:
        """What it counts as: to open a page or a form is no question."""
        if body.get("type") == "message_action":
            return "question"
        said = word(str(body.get("text") or "")[:MOST_READ])
        return "question" if said and said not in WORDS else "click"

    async def command(self, body: Body) -> None:
        """`/framework TEXT`: a question or one of the words; nothing at all gets help."""
        origin, where = presser(body), spot(body)
        text = str(body.get("text") or "")[:MOST_READ]
        await self._answer(origin, where, word(text) or "help", text)

    async def shortcut(self, body: Body) -> None:
        """ "Answer this" on somebody's message, or "Compare frameworks" from anywhere."""
        origin, where = presser(body), spot(body)
        if body.get("type") == "shortcut":
            await self._views.compare(origin, where)
            return
        message = body.get("message")
        text = str(message.get("text") or "")[:MOST_READ] if isinstance(message, dict) else ""
        await self._answer(origin, where, "", text)

    async def _answer(self, origin: Origin, where: Spot, said: str, text: str) -> None:
        if said == "compare" and where.trigger:
            await self._views.compare(origin, where)
            return
        if where.response_url is None:
            return
        channel = where.channel or origin.user
        page = await self._pages.page(said, origin, channel, "private") if said else None
        if page is not None:
            await self._outbox.respond(where.response_url, page)
            return
        settings = await self._desk.store.channels.settings(origin.tenant, channel)
        asked = Spot(channel=where.channel).place(origin)
        reply = await self._desk.ask(readable(text), asked)
        private = "private" in (settings.visibility, reply.visibility) or reply.outcome != "answer"
        in_dm = asked.kind == "direct"
        message = self._pages.reply(reply, shareable=private and not in_dm)
        await self._outbox.respond(
            where.response_url, message, in_channel=not private and not in_dm, thread_ts=where.thread_ts
        )
        self._desk.observer.shown("slack", since_request())
