"""The state of the guided recommendation as a short text that buttons can carry.

    1.3.k2x9abcdq7zm.4f0a.q7zm2pab
    | | |            |    owner mark, or nothing
    | | |            fingerprint of the rules it was made by
    | | four letters an answer, made from the ids of question and option: they stay the same when
    | | questions or options are added, dropped or reordered, in every version of the token
    | number of the current question from 0, with an x before it where the flow was cancelled
    version

A token comes back from users, who can change it: it is checked like any input, and it decides
nothing but which question is shown. The owner mark keeps other people from using somebody's buttons.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

VERSION = "1"

LONGEST = 80
"""Characters; a Discord custom_id holds 100, so that a prefix and an action fit beside it."""

Notice = Literal["changed", "older", "unreadable"]

NOTICES: Mapping[Notice, str] = {
    "changed": "The questions or rules have changed since, so the result may differ. Your answers are kept "
    "where they still exist.",
    "older": "This comes from an older version of me. Your answers are kept where they still exist.",
    "unreadable": "I could not read where you were, so please check the answers that are left.",
}
"""What to tell the user about a token that could not be used as it was."""

_CODE = 4
_OWNER = 8
_TOKEN = re.compile(
    r"(?P<version>[0-9a-z]{1,3})\.(?P<stopped>x?)(?P<position>[0-9]{1,2})\.(?P<answers>[a-z2-7]{0,40})"
    r"\.(?P<rules>[0-9a-f]{4})\.(?P<owner>[a-z2-7]{0,8})"
)
_ANSWERS = re.compile(r"[0-9a-zA-Z]{1,8}\.[^.]{0,8}\.(?P<answers>[a-z2-7]{0,40})(?:\.|\Z)")
"""What tokens of other versions are to have in common with this one."""


@dataclass(frozen=True, slots=True)
class Read:
    """A token taken apart. `position` None: start again with the answers there are."""

    answers: Mapping[str, str] = field(default_factory=dict)
    position: int | None = None
    stopped: bool = False
    owner: str = ""
    notice: Notice | None = None


def owner_mark(user: str, secret: bytes) -> str:
    """Eight letters that stand for a user, such as "T123:U456", and that nobody without `secret` can make."""
    key = hashlib.blake2s(secret).digest()
    return _letters(hashlib.blake2s(user.encode("utf-8", "surrogatepass"), key=key, person=b"owner").digest())[:_OWNER]


def code(question: str, option: str) -> str:
    """The four letters of an answer; the checks see to it that no two answers share them."""
    return _letters(hashlib.blake2s(f"{question}={option}".encode(), person=b"answer").digest())[:_CODE]


def encode(answers: Mapping[str, str], position: int, *, stopped: bool, rules: str, owner: str = "") -> str:
    """The token of a state. Raises ValueError for more answers or a longer owner mark than it can hold."""
    codes = "".join(code(question, option) for question, option in answers.items())
    token = f"{VERSION}.{'x' if stopped else ''}{position}.{codes}.{rules}.{owner}"
    if not _TOKEN.fullmatch(token):
        raise ValueError("too many answers or an owner mark of another form")
    return token


def decode(token: str, options: Mapping[str, Collection[str]], rules: str) -> Read:
    """What a token says, as far as it can be used with these `options` (question -> option ids). Never fails."""
    hit = _TOKEN.fullmatch(token) if len(token) <= LONGEST else None
    if hit is None:
        other = _ANSWERS.match(token[:LONGEST])
        notice: Notice = "older" if other is not None and other[0].partition(".")[0] != VERSION else "unreadable"
        return Read(_answers(other["answers"], options)[0] if other else {}, notice=notice)
    answers, whole = _answers(hit["answers"], options)
    owner = hit["owner"] if len(hit["owner"]) == _OWNER else ""
    if hit["version"] != VERSION:
        return Read(answers, owner=owner, notice="older")
    stopped, position = bool(hit["stopped"]), int(hit["position"])
    if hit["rules"] != rules:
        # Who had finished and lost no answer sees the outcome by today's rules; anyone else, what is open.
        finished = position >= len(options) and whole
        return Read(answers, len(options) if finished else None, stopped, owner, "changed")
    if not whole:
        return Read(answers, owner=owner, notice="unreadable")
    return Read(answers, position, stopped, owner)


def _answers(codes: str, options: Mapping[str, Collection[str]]) -> tuple[dict[str, str], bool]:
    """The answers that still exist, one a question, and whether that is all the codes stand for."""
    known = {code(question, option): (question, option) for question, names in options.items() for option in names}
    answers: dict[str, str] = {}
    parts = [codes[start : start + _CODE] for start in range(0, len(codes), _CODE)]
    for part in parts:
        if part in known:
            answers.setdefault(*known[part])
    return answers, len(answers) == len(parts)


def _letters(digest: bytes) -> str:
    return base64.b32encode(digest).decode().rstrip("=").lower()
