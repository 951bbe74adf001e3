"""The pages that answer: a form to ask in, each entry at its own address, comparisons, and the topics to browse.

Nothing is stored: what a follow-up needs of the exchange before stands in the page, as ids. What an entry has to say in
full is here too, for its own page, for search engines and for programs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from aiohttp import web
from jinja2.utils import htmlsafe_json_dumps

from adapters.web.pages import FILE_AGE, PAGE_AGE, SCRIPT, Pages, always, html_response
from adapters.web.requests import AddressLimit
from bot.chat import comparing
from bot.chat.rate_limit import CLICKS
from bot.chat.screens import STARTERS, topic_groups
from bot.dialog.answering import Bot, turn_after
from bot.dialog.question import MAX_CHARACTERS, Question, Turn
from bot.dialog.reply import Block, Bullets, Choices, Comparison, Reply, Sources
from bot.dialog.text_renderer import first_shown, plain_text
from knowledge.model import Entry

MOST_SUGGESTED = 7

MOST_EXAMPLES = 8
"""Phrasings shown as examples of how people ask."""


class AnswerPages:
    """Serves the pages. They follow the knowledge as of now."""

    def __init__(
        self,
        pages: Pages,
        bot: Callable[[], Bot],
        limit: AddressLimit,
        *,
        frames: Mapping[str, str],
        public_url: str = "",
    ) -> None:
        """`limit`: how often an address may ask. `frames`: the chats that an answer is shown in, each with the form of
        its authors' pictures, "square" or "round"."""
        self._pages = pages
        self._bot = bot
        self._limit = limit
        self._typing = limit.wider(CLICKS)
        self._frames = frames
        self._public_url = public_url
        self._suggestions = comparing.Suggestions(bot)

    def routes(self) -> list[web.RouteDef]:
        """For the service's web application."""
        return [
            web.get("/ask", self._ask),
            web.get("/ask/suggestions", self._suggest),
            web.get("/ask.js", always(SCRIPT, "text/javascript", FILE_AGE)),
            web.get("/topics", self._topics),
            web.get("/answers/{id}", self._answer),
            web.get("/compare", self._compare),
        ]

    async def _ask(self, request: web.Request) -> web.Response:
        bot = self._bot()
        text, name = request.query.get("q", "").strip()[:MAX_CHARACTERS], request.query.get("entry", "")
        turn = turn_of(request.query.get("after", ""), bot)
        reply: Reply | None = None
        if text:
            self._limit.count(request)
            reply = bot.answer(Question(text, turn))
        elif name in bot.knowledge.entries and bot.knowledge.entries[name].kind == "answer":
            reply = bot.show(name)
        if reply is not None and reply.outcome != "social":
            turn = turn_after(reply)
        page = self._pages.render(
            "ask.html",
            asked=text,
            reply=reply,
            shown=[block for block in first_shown(reply) if not isinstance(block, Choices)] if reply else (),
            choices=[block for block in reply.blocks if isinstance(block, Choices)] if reply else (),
            entries=[bot.knowledge.entries[one] for one in reply.entries]
            if reply and reply.outcome == "answer"
            else (),
            frames=self._frames,
            after=state_of(turn),
            starters=[(one, label) for one, label in STARTERS if one in bot.knowledge.entries],
            topics=topic_groups(bot.knowledge),
            longest=MAX_CHARACTERS,
        )
        return html_response(page)

    async def _suggest(self, request: web.Request) -> web.Response:
        self._typing.count(request)
        await self._suggestions.prepare()
        found = self._suggestions.suggest(request.query.get("q", ""), MOST_SUGGESTED)
        return web.json_response([{"label": one.label, "entry": one.entry} for one in found])

    async def _topics(self, _: web.Request) -> web.Response:
        return html_response(
            self._pages.render("topics.html", topics=topic_groups(self._bot().knowledge)), max_age=PAGE_AGE
        )

    async def _answer(self, request: web.Request) -> web.Response:
        bot, name = self._bot(), request.match_info["id"]
        try:
            content = EntryContent(bot, name, self._public_url)
        except KeyError:
            raise web.HTTPNotFound from None
        data = htmlsafe_json_dumps(content.linked_data, indent=1)
        page = self._pages.render("answer.html", content=content, linked_data=data, after=state_of(Turn((name,))))
        return html_response(page, max_age=PAGE_AGE)

    async def _compare(self, request: web.Request) -> web.Response:
        self._limit.count(request)
        bot = self._bot()
        given = ", ".join(request.query.getall("frameworks", ()))
        chosen = comparing.named(bot.knowledge, given[:MAX_CHARACTERS])
        compared, sources = bot.compare([term.id for term in chosen]) if chosen else ([], [])
        rows = [(entry, {row.framework: row.today for row in found.rows}) for entry, found in compared]
        ids = ",".join(term.id for term in chosen)
        page = self._pages.render(
            "compare.html",
            chosen=chosen,
            known=comparing.compared(bot.knowledge),
            unknown=bool(given.strip(", ")) and not chosen,
            rows=rows,
            sources=sources,
            most=comparing.MOST_NAMED,
            canonical=f"{self._public_url}/compare{f'?frameworks={ids}' if ids else ''}",
        )
        return html_response(page, max_age=PAGE_AGE)


def state_of(turn: Turn | None) -> str:
    """What a page carries of the exchange before; "" for nothing."""
    if turn is None or not (turn.answered or turn.offered):
        return ""
    return "~".join(",".join(ids) for ids in (turn.answered, turn.offered, turn.frameworks))


def turn_of(state: str, bot: Bot) -> Turn | None:
    """What `state_of` made of an exchange; None where it was not that. Only ids that are known are taken from it."""
    parts = [part.split(",") for part in state.split("~")]
    if len(parts) != 3:
        return None
    entries, frameworks = bot.knowledge.entries, {term.id for term in bot.knowledge.vocabulary.frameworks}
    answered, offered = (tuple(name for name in part if name in entries) for part in parts[:2])
    return Turn(answered, offered, tuple(name for name in parts[2] if name in frameworks))


class EntryContent:
    """An entry that answers, as it is shown. `public_url` is where the service is found, "" where that is not known."""

    def __init__(self, bot: Bot, name: str, public_url: str = "") -> None:
        """Raises KeyError where there is no such entry, or it answers nothing."""
        self.entry: Entry = bot.knowledge.entries[name]
        if self.entry.kind != "answer":
            raise KeyError(name)
        reply, known = bot.show(name), bot.knowledge.entries
        self.address = f"{public_url}/answers/{name}"
        self.headline = reply.summary
        self.short: Sequence[Block] = [block for block in reply.blocks if not isinstance(block, Choices)]
        self.details = reply.details
        self.examples = self.entry.phrasings[:MOST_EXAMPLES]
        self.checked_on = self.entry.answer.checked_on or self.entry.checked_on
        whole = [self.entry.split_from] if self.entry.split_from is not None else []
        parts = (one.id for one in known.values() if one.split_from == name)
        names = dict.fromkeys((*whole, *self.entry.related, *parts))
        self.related = [known[one] for one in names if one in known and known[one].kind == "answer"]
        self.knowledge_version = reply.knowledge_version

    @property
    def linked_data(self) -> dict[str, Any]:
        """The page in the words of schema.org."""
        checked = {"dateModified": self.checked_on.isoformat()} if self.checked_on is not None else {}
        text = plain_text([*self.short, *self.details])
        answer = {"@type": "Answer", "text": text, "url": self.address, **checked}
        question = {"@type": "Question", "name": self.entry.title, "answerCount": 1, "acceptedAnswer": answer}
        page = {"@context": "https://schema.org", "@type": "QAPage", "url": self.address, **checked}
        return {**page, "name": self.entry.title, "mainEntity": question}

    def as_json(self) -> dict[str, Any]:
        """For programs. In texts, [1] is the number of a source."""
        rows = [row for block in self.details if isinstance(block, Comparison) for row in block.rows]
        changes = [item for block in self.details if isinstance(block, Bullets) for item in block.items]
        notes = [note for block in self.details if isinstance(block, Sources) for note in block.notes]
        return {
            "id": self.entry.id,
            "title": self.entry.title,
            "address": self.address,
            "headline": self.headline,
            "text": plain_text(self.short),
            "details": plain_text(self.details),
            "comparison": [asdict(row) for row in rows],
            "changes": changes,
            "verdict_on_article": self.entry.article.verdict if self.entry.article is not None else None,
            "sources": [{**asdict(note), "seen": note.seen.isoformat()} for note in notes],
            "examples": list(self.examples),
            "related": [{"id": one.id, "title": one.title} for one in self.related],
            "checked_on": self.checked_on.isoformat() if self.checked_on is not None else None,
            "knowledge_version": self.knowledge_version,
        }
