"""A workspace's own answers as entries on top of the shipped ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from urllib.parse import urlsplit

from bot.dialog.answering import Bot
from bot.dialog.text_renderer import plain_markdown
from bot.factory import index_over
from bot.storage.records import OwnAnswer
from knowledge.fields import MAX_ID, MAX_TITLE
from knowledge.model import Entry, KnowledgeBase, Source, Statement
from knowledge.text import fingerprint, id_of, marked_id, split_answer

PREFIX = "own."
"""What the ids of a workspace's own entries begin with."""

TOPIC = "Our own answers"

_LINK = "link"


def own_id(title: str, taken: Iterable[str]) -> str:
    """An id for a new entry that is not `taken`."""
    name, number, known = f"{PREFIX}{id_of(title)}", 1, set(taken)
    name = name if len(name) <= MAX_ID else marked_id(name, title)
    while name in known:
        number += 1
        name = f"{PREFIX}{marked_id(id_of(title), f'{title} {number}')}"
    return name


def entry_of(answer: OwnAnswer) -> Entry:
    """The entry that an answer of one's own is."""
    day = answer.changed_at.date() if answer.changed_at is not None else None
    site = urlsplit(answer.link).hostname if answer.link else None
    sources = {_LINK: Source(title=site, url=answer.link, seen=day or date.min)} if site else {}
    return Entry(
        id=answer.entry,
        title=answer.title[:MAX_TITLE],
        topic=TOPIC,
        phrasings=answer.phrasings,
        body=answer.text,
        answer=Statement(text=split_answer(plain_markdown(answer.text))[0], confidence="H", sources=tuple(sources)),
        sources=sources,
        checked_on=day,
        review_on=answer.review_on,
    )


def laid_over(below: KnowledgeBase, answers: Sequence[OwnAnswer], today: date) -> KnowledgeBase:
    """The answers that hold `today` on top of the knowledge below; without what they hide."""
    current = [one for one in answers if one.expires_on is None or one.expires_on >= today]
    entries = dict(below.entries)
    for one in current:
        if one.kind == "answer":
            entries[one.entry] = entry_of(one)
        elif one.kind == "hidden":
            entries.pop(one.entry, None)
        elif (shipped := entries.get(one.entry)) is not None:
            entries[one.entry] = replace(shipped, phrasings=tuple(dict.fromkeys((*shipped.phrasings, *one.phrasings))))
    return replace(below, version=fingerprint(f"{below.version}\0{current!r}"), entries=entries)


def bot_over(below: Bot, answers: Sequence[OwnAnswer], today: date) -> Bot:
    """The bot of a workspace. Takes a moment for each hundred phrasings: not for the event loop."""
    knowledge = laid_over(below.knowledge, answers, today)
    meanings = below.meanings
    made = partial(meanings.over, knowledge) if meanings is not None else None
    bot = Bot(knowledge, index=index_over(below, knowledge), thresholds=below.thresholds, meanings=made)
    bot.prepare()
    return bot
