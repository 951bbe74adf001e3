"""What is checked before an answer is saved, and what else people might ask it in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from bot.storage.masking import holds_secret
from bot.storage.records import OwnAnswer
from knowledge.fields import MAX_BODY, MAX_TITLE
from knowledge.text import normal_form

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
    texts = (answer.title, answer.text, answer.link, *asked)
    own = answer.kind == "answer"
    problems = (
        (not asked or not all(map(_WORD.search, asked)), "it needs a question that it answers: write how people ask"),
        (len(asked) > MOST_PHRASINGS, f"{len(asked)} phrasings, and {MOST_PHRASINGS} is the most: leave some out"),
        (
            any(len(one) > MOST_PHRASING for one in asked),
            f"a phrasing has at most {MOST_PHRASING} characters: write the question alone",
        ),
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
