"""Whether a message that nobody addressed to the bot has the form of a question to anybody.

People in a channel talk with one another. What is answered unasked must look like a question to the room on a
framework: "is keras slower than pytorch?", not "did our pytorch job finish?" and not "is mxnet dead? yep".
"""

from __future__ import annotations

import re

from bot.language.query import Query
from bot.language.text import words

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


def is_question_to_anybody(text: str, query: Query) -> bool:
    """Whether `text`, read as `query`, is one short question on a framework or tool, to nobody in particular.

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
