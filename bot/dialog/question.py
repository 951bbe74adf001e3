"""What was asked, by whom it does not matter, and what was just said before it; how many things one message asks; and
whether one that nobody addressed to the bot has the form of a question to anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.language.text import words

if TYPE_CHECKING:
    from bot.language.query import Query  # brings in numpy

MAX_CHARACTERS = 2_000
"""How much of a message is read. Of a longer one the beginning and the end are kept: people put
the context first and the question last."""

_HEAD = 500

MOST_PARTS = 3
"""Things asked in one message that are answered one by one."""

_JOINT = re.compile(r"(?:,?\s+and(?:\s+also|\s+then)?\s+|\s*,\s+(?:also\s+)?|\s+as well as\s+|\s*;\s*)", re.IGNORECASE)

_ASKING = frozenset("what which who when where why how is are do does did can could should would will has have".split())

_REFERRING = frozenset("it its that this them they those these".split())

FEWEST_WORDS = 3
MOST_WORDS = 25

_OPENINGS = frozenset(
    "what what's whats which where why how how's is are isn't aren't do does did don't doesn't can could"
    " should would will has have any anyone anybody best between pros".split()
)
"""Words that a question to anybody begins with."""

_TOLD_APART = frozenset("or vs versus difference compared".split())
"""Words of a question that begins otherwise: "pytorch or jax for a small lab?"."""

_PERSONAL = frozenset(
    "you your yours you're u ur we we're we've our ours us i'm my mine me this that these those it it's its them they"
    " their he she his her here ourselves everyone guys yesterday today tomorrow tonight monday tuesday wednesday"
    " thursday friday saturday sunday week month ah ok oh nvm lol haha nope yep yes no found nevermind"
    " meeting job build branch cluster container invoice".split()
)
"""Words about somebody, or about something that only the people of a channel know."""

_QUOTED = re.compile(
    r"^\s*>|https?://|`|\"|\N{LEFT DOUBLE QUOTATION MARK}|@|^\s*(?:q|a|fyi|til|psa|note)\b\s*:", re.IGNORECASE
)

_FILLERS = re.compile(r"\b(?:these days|you (?:all|folks|guys)|(?<=do )you(?= (?:use|need|pick)))\b", re.IGNORECASE)
_FIELD = re.compile(r"\b(?:ml|dl|(?:deep|machine)[ -]learning) (?:framework|library|librarie)s?\b", re.IGNORECASE)
_CONTINUING = re.compile(r"\s*(?:and|but|so|or|what about|how about)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """The previous exchange of the same thread, kept as ids so that no words are stored.

    `answered` are the entries that were shown, best first; `offered` those offered to choose from,
    in the order they were numbered; `frameworks` those that were asked about, by vocabulary id.
    """

    answered: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One utterance to answer. `turn` is None at the start of a conversation."""

    text: str
    turn: Turn | None = None


def readable_part(text: str) -> str:
    """`text`, or the first 500 and last 1,500 characters of a longer one."""
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[:_HEAD] + "\n" + text[-(MAX_CHARACTERS - _HEAD) :]


def questions(said: Sequence[str]) -> list[str]:
    """Those of a message's sentences that end in a question mark, where there are two or three; else nothing."""
    asking = [part for part in said if part.endswith("?")]
    return asking if 2 <= len(asking) <= MOST_PARTS else []


def conjuncts(said: Sequence[str]) -> list[str]:
    """The pieces of a single sentence joined by "and" or commas, where there are two or three; else nothing."""
    if len(said) != 1:
        return []
    pieces = [stripped for piece in _JOINT.split(said[0]) if (stripped := piece.strip(" ?.!"))]
    return pieces if 2 <= len(pieces) <= MOST_PARTS else []


def are_apart(pieces: Sequence[str], bare: Sequence[bool]) -> bool:
    """Whether pieces ask several things. `bare`: which of them name a need and no more, such as "production".

    A piece that asks after one that does not, as in "an app for Android, which one?", or that refers to one before it,
    as in "what became of CNTK, and who used it?", belongs to it.
    """
    later = [piece for piece, is_bare in list(zip(pieces, bare, strict=True))[1:] if not is_bare]
    if any(_REFERRING.intersection(words(piece)) for piece in later):
        return False
    return not later or all(map(asks, [pieces[0], *later]))


def asks(piece: str) -> bool:
    """Whether a piece is a question of its own rather than the tail of another."""
    said = words(piece)
    return bool(said) and (piece.endswith("?") or said[0] in _ASKING)


def is_question_to_anybody(text: str, query: Query) -> bool:
    """Whether `text`, read as `query`, is one short question on a framework or tool, to nobody in particular: "is keras
    slower than pytorch?", not "did our pytorch job finish?" and not "is mxnet dead? yep".

    It has 3 to 25 words, begins like a question or names an alternative, ends with its question mark where it has
    one, speaks of no person, place or thing that only this conversation knows, and quotes nothing.
    """
    if _CONTINUING.match(text):
        return False
    said = words(_FILLERS.sub(" ", text))
    if not FEWEST_WORDS <= len(said) <= MOST_WORDS or _QUOTED.search(text) or "\n" in text.strip():
        return False
    if not (query.frameworks or query.tools or _FIELD.search(text)) or _PERSONAL.intersection(said):
        return False
    asked, mark, rest = text.partition("?")
    if mark and rest.strip(" ?!.)"):
        return False
    return said[0] in _OPENINGS or (bool(mark) and bool(_TOLD_APART.intersection(words(asked))))
