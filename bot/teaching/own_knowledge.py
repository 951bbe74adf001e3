"""A workspace's own answers: what is checked before one is saved, what else people might ask it in, and all of them as
entries on top of the shipped ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from urllib.parse import urlsplit

from bot.dialog.answering import Bot
from bot.dialog.text_renderer import plain_markdown
from bot.factory import index_over
from bot.storage.masking import holds_secret
from bot.storage.records import OwnAnswer
from knowledge.fields import MAX_BODY, MAX_ID, MAX_TITLE
from knowledge.model import Entry, KnowledgeBase, Source, Statement
from knowledge.text import fingerprint, id_of, marked_id, normal_form, split_answer

PREFIX = "own."
"""What the ids of a workspace's own entries begin with."""

TOPIC = "Our own answers"

_LINK = "link"

MOST_PHRASINGS = 20
MOST_PHRASING = 300
"""Phrasings of an answer, and characters of one."""

_PINGS = re.compile(r"<!(?:channel|here|everyone)|<!subteam|@(?:channel|here|everyone)\b|<@&\d+>", re.IGNORECASE)
_WORD = re.compile(r"\w")
_URL = re.compile(r"https?://[^\s<>|]{3,290}")
_LEADS = re.compile(
    r"^(?:(?:how|where|when|what|who|which|why|can|could|do|does|is|are|should|may) "
    r"(?:do|can|does|is|are|should|may|would)?\s*(?:i|we|you)?\s*)",
    re.IGNORECASE,
)


def problem_of(answer: OwnAnswer, today: date) -> str:
    """Why an answer cannot be used as it is, and what to change; "" where it can."""
    if answer.removed or answer.kind == "hidden":
        return ""
    asked, length = answer.phrasings, len(answer.text)
    longest = max(map(len, asked), default=0)
    texts = (answer.title, answer.text, answer.link, *asked)
    own = answer.kind == "answer"
    problems = (
        (not asked or not all(map(_WORD.search, asked)), "it needs a question that it answers: write how people ask"),
        (len(asked) > MOST_PHRASINGS, f"{len(asked)} phrasings, and {MOST_PHRASINGS} is the most: leave some out"),
        (longest > MOST_PHRASING, f"a phrasing has at most {MOST_PHRASING} characters: write the question alone"),
        (
            any(map(holds_secret, texts)),
            "it seems to hold a token, a key or a password, which everybody could read: take it out",
        ),
        (any(map(_PINGS.search, texts)), "it would notify everybody: take out @channel, @here, @everyone and groups"),
        (own and not 0 < len(answer.title.strip()) <= MAX_TITLE, f"it needs a title of at most {MAX_TITLE} characters"),
        (own and not answer.text.strip(), "it needs an answer"),
        (length > MAX_BODY, f"the answer has {length:,} characters, and {MAX_BODY:,} is the most: link to the rest"),
        (
            bool(answer.link) and _URL.fullmatch(answer.link) is None,
            "the link must be an address that begins with https:// or http://",
        ),
        (
            answer.expires_on is not None and answer.expires_on < today,
            "its last day is over: choose a later one, or none",
        ),
    )
    return next((words for found, words in problems if found), "")


def variants(question: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Other ways to ask a question, by rule, for a teacher to choose from: without its first words, without the
    `names` of frameworks in it, and with a last word in the other number."""
    text = " ".join(question.split()).rstrip("?!. ")
    found = [_LEADS.sub("", text)]
    found += [" ".join(re.sub(rf"(?i)\b{re.escape(name)}\b", " ", text).split()) for name in names]
    last = text.rpartition(" ")[2]
    if len(last) > 3 and last.isalpha():
        other = last[:-1] if last.endswith("s") and not last.endswith("ss") else f"{last}s"
        found.append(f"{text[: -len(last)]}{other}")
    known = normal_form(text)
    return tuple(dict.fromkeys(one for one in found if len(one.split()) > 1 and normal_form(one) != known))[:5]


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
