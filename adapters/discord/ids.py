"""What buttons and menus carry: short texts that any process can read, also after a restart.

    f1:e:q7zm2pab:compare.mobile      version, kind, owner's mark, entry

They come back from people, who can change them: reading one decides nothing but what is shown. All
templates are anchored, no two match the same text, and whatever none of them matches is an older
(or newer, or damaged) button, which OLDER matches.
"""

from __future__ import annotations

import re
from typing import Literal

VERSION = "f1"

Vote = Literal["y", "n"]

_OWNER = r"(?P<owner>[a-z2-7]{0,8})"
_ENTRY = r"(?P<entry>[^\s:]{1,80})"
_TOKEN = r"(?P<token>[^\s:]{1,80})"  # noqa: S105 - a state of the flow, nothing secret


def _template(kind: str, *parts: str) -> str:
    return ":".join((rf"\A{VERSION}:{kind}", *parts)) + r"\Z"


RELATED = _template("e", _OWNER, _ENTRY)
"""Shows an entry beside what is there."""
CHOICE = _template("c", _OWNER, _ENTRY)
"""Shows an entry in place of what is there."""
NONE_FITS = _template("n", _OWNER)
"""None of the choices offered is meant."""
VOTE = _template("v", r"(?P<vote>[yn])", r"(?P<entry>[^\s:]{0,80})")
"""An answer was helpful, or not."""
SHARE = _template("s", _ENTRY)
"""Shows an entry to the whole channel."""
BEGIN = _template("b", _OWNER)
"""Starts the guided recommendation."""
MOVE = _template("m", r"(?P<action>[a-z0-9-]{1,32})", _TOKEN)
"""An action of the guided recommendation at a state."""
WORDS = _template("w", _TOKEN)
"""Asks for an answer in the person's own words; the form sent carries the same text."""
SHARE_OUTCOME = _template("o", _TOKEN)
"""Shows a recommendation to the whole channel."""
TOPICS = _template("t", _OWNER, r"(?P<page>\d{1,4})", r"(?P<group>[^\s:]{0,60})")
"""Lists topics: the groups where none is named."""
PICK = _template("p", _OWNER)
"""A menu whose values are entries."""
FORGET = _template("d", _OWNER)
"""Deletes what is kept about the person."""
REASON = _template("x", r"(?P<answer>[0-9a-z]{1,13})", r"(?P<entry>[^\s:]{0,80})")
"""Asks what was wrong with an answer; the form sent carries the same text. The answer is a message's id, base 36."""

TEMPLATES = (
    RELATED, CHOICE, NONE_FITS, VOTE, SHARE, BEGIN, MOVE, WORDS, SHARE_OUTCOME, TOPICS, PICK, FORGET, REASON,
)  # fmt: skip

OLDER = r"\A(?!" + "|".join(re.sub(r"\?P<\w+>", "", template) for template in TEMPLATES) + r")[\s\S]+\Z"
"""Everything that none of the others matches."""


def related(entry: str, owner: str) -> str:
    """Leads to `entry`."""
    return f"{VERSION}:e:{owner}:{entry}"


def choice(entry: str, owner: str) -> str:
    """Chooses `entry`."""
    return f"{VERSION}:c:{owner}:{entry}"


def none_fits(owner: str) -> str:
    """Says that no choice fits."""
    return f"{VERSION}:n:{owner}"


def vote(which: Vote, entry: str) -> str:
    """Judges an answer."""
    return f"{VERSION}:v:{which}:{entry}"


def share(entry: str) -> str:
    """Shares an answer."""
    return f"{VERSION}:s:{entry}"


def begin(owner: str) -> str:
    """Starts the guided recommendation."""
    return f"{VERSION}:b:{owner}"


def move(action: str, token: str) -> str:
    """Does `action` at the state that `token` stands for."""
    return f"{VERSION}:m:{action}:{token}"


def words(token: str) -> str:
    """Asks for an answer in the person's own words at a state."""
    return f"{VERSION}:w:{token}"


def share_outcome(token: str) -> str:
    """Shares the recommendation that `token` stands for."""
    return f"{VERSION}:o:{token}"


def topics(group: str, page: int, owner: str) -> str:
    """Lists a group's topics from page `page` (from 0) on."""
    return f"{VERSION}:t:{owner}:{page}:{group}"


def pick(owner: str) -> str:
    """A menu of entries."""
    return f"{VERSION}:p:{owner}"


def forget(owner: str) -> str:
    """Deletes what is kept about the person."""
    return f"{VERSION}:d:{owner}"


def reason(answer: int, entry: str) -> str:
    """Asks what was wrong with `entry` as the answer in the message `answer`."""
    return f"{VERSION}:x:{_base36(answer)}:{entry}"


def reason_in(custom_id: str) -> dict[str, str] | None:
    """What a form about an answer carries; None where it is another form."""
    hit = re.match(REASON, custom_id)
    return hit.groupdict() if hit is not None else None


def message_in(answer: str) -> int:
    """The id of the message that such a form is about."""
    return int(answer, 36)


def carries(entry: str) -> bool:
    """Whether a button can carry this entry's id: of another form, it is left out."""
    return re.fullmatch(r"[^\s:]{1,80}", entry) is not None


def token_in(custom_id: str) -> str | None:
    """The state of the guided recommendation that a button carries, if it carries one."""
    hit = re.match(MOVE, custom_id) or re.match(WORDS, custom_id)
    return hit["token"] if hit is not None else None


def _base36(number: int) -> str:
    """A message's id in at most 13 letters and digits, so that it fits beside the longest entry."""
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[last] + digits
    return digits or "0"
