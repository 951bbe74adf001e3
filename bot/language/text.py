"""Normalise chat messages to plain text, and split that into sentences and words."""

from __future__ import annotations

import re
import unicodedata

_SIMPLE = re.compile(r"[A-Za-z0-9 ,.?!'\"()/:;+#=%$*^_-]*")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_NOTATION = (
    (re.compile(r"`([^`\n]{1,200})`"), r"\1"),  # code
    (re.compile(r"<[@#!][^>\s]{0,80}>|<a?:\w{1,40}:\d{1,30}>|<t:\d{1,20}(?::\w)?>"), " "),  # mentions, emoji, times
    (re.compile(r"<(?:https?|mailto):[^>|\s]{0,2000}\|([^>]{0,300})>"), r"\1"),  # labelled links
    (re.compile(r"\[([^\]\n]{1,300})\]\([^)\s]{1,2000}\)"), r"\1"),  # the same in Markdown
    (re.compile(r"<?\b(?:https?://|www\.)[^\s>]{1,2000}>?"), " "),  # links
    (re.compile(r"<?(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}>?"), " "),  # mail addresses
    # The written form of an emoji, ":thinking_face:" or ":wave::skin-tone-3:".
    (re.compile(r"(?<![\w:]):(?=[\w+-]*[a-z+])[\w+-]{1,60}:(?::skin-tone-[2-6]:)?(?!\w)", re.IGNORECASE), " "),
)
"""The notation of chat platforms, and what stays of it, in this order."""
_QUOTED = re.compile(r"^[ \t]*(?:>|&gt;)[^\n]*$", re.MULTILINE)
_MARKS = re.compile(r"^[ \t]*(?:(?:>|&gt;)[ \t]?)+|```(?:\w*\n)?", re.MULTILINE)
"""The marks around quotes and code fences."""
_SENTENCE = re.compile(r"(?<=[.!?…])[ \t]+|\n+|(?<=\?)(?=[A-Za-z])")
_WORD = re.compile(r"c\+\+|[cf]#|[^\W_]+(?:'[^\W_]+)*")

_ACCENTS = str.maketrans("´", "'")
"""Replaced before NFKC, which would make it an accent on a space."""

_GREETING = re.compile(
    r"(?:(?:hey|hi|hello|hiya|yo|howdy|heya|greetings|good (?:morning|afternoon|evening)|ok so|okay so"
    r"|quick (?:q|question)|(?:a )?(?:small|simple|dumb|stupid|silly|noob|newbie|random|honest) question"
    r"|sorry|pls|plz|please|um+|hm+|well|so)"
    r"(?: (?:there|all|everyone|everybody|folks|guys|team|bot|again|here|for you|for y'all|for the (?:group|experts)))*"
    r"(?:\s*[,:;!.\N{EN DASH}\N{EM DASH}-]+\s*|\s+|$))+",
    re.IGNORECASE,
)
"""What people open with before they say anything."""

_CLOSING = re.compile(
    r"(?:[\s,;.!\N{EN DASH}\N{EM DASH}-]+"
    r"(?:(?:many |much )?(?:thanks|thank you|thx|ty|tia|cheers|pls|plz|please|kthx)"
    r"(?: (?:in advance|a lot|so much|all|guys|everyone|folks))*))+"
    r"(?P<mark>[\s.!?]*)$",
    re.IGNORECASE,
)
"""What people close with after they have said it."""

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"})


def plain(message: str) -> str:
    """The words of a chat message: without mentions, links, addresses, emoji aliases, code fences, quotes and invisible
    characters.

    Of a link the label remains, not the address; a message that is nothing but a quote or a fence is read all the same.
    Unicode is normalised to NFKC, which turns full-width and styled letters into plain ones. Never fails, whatever the
    input.
    """
    if _SIMPLE.fullmatch(message) and "://" not in message and "www." not in message and ":" not in message:
        return message.strip()
    text = message.replace("\r\n", "\n").replace("\r", "\n").translate(_ACCENTS)
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    own = _QUOTED.sub(" ", _FENCE.sub(" ", text))
    return _unmarked(own) or _unmarked(_MARKS.sub(" ", text))


def quoted(message: str) -> str:
    """What a chat message quotes or has in code fences, without their marks; "" where there is nothing of that."""
    text = message.replace("\r\n", "\n").replace("\r", "\n")
    fences = _FENCE.findall(text)
    return _MARKS.sub("", "\n".join([*fences, *_QUOTED.findall(_FENCE.sub(" ", text))])).strip()


def _visible(character: str) -> str:
    """A character; a space for a control character, nothing for one that only formats, such as a zero-width space."""
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category.startswith("C") and character != "\n" else character


def _unmarked(text: str) -> str:
    """Text without the notation of chat platforms."""
    for pattern, kept in _NOTATION:
        text = pattern.sub(kept, text)
    return text.translate(_APOSTROPHES).strip()


def essence(text: str) -> str:
    """Plain text without what people open and close with: "hey all, quick question: ...", "... thanks in advance!".

    Text that consists of nothing else stays as it is: a greeting is a message too.
    """
    start = _GREETING.match(text)
    rest = text[start.end() :] if start else text
    closing = _CLOSING.search(rest)
    if closing and len(_WORD.findall(rest[: closing.start()])) > 1:
        rest = rest[: closing.start()] + "?" * ("?" in closing["mark"])
    return rest if _WORD.search(rest) else text


def sentences(text: str) -> list[str]:
    """The sentences of plain text, in order, each with its closing mark; no empty ones."""
    return [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]


def words(text: str) -> list[str]:
    """Tokenise plain text into case-folded words: letters and digits, inner apostrophes, c++ and c#."""
    return _WORD.findall(text.casefold())
