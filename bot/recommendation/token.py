"""The state of the guided recommendation as a short text that buttons can carry.

    2.3.k2x9abcdq7zm.4f0a.q7zm2pab
    | | |            |    owner mark, or nothing
    | | |            fingerprint of the rules it was made by
    | | four letters per answer in the order given, a hash of the ids of question and option: they stay the
    | | same when questions or options are added, dropped or reordered, in every version of the token
    | place of the current question among them from 0; before it an x if the flow was cancelled, a d if the
    | outcome is shown although more could be asked
    version; in the first one questions had a fixed order, and the place was a question's number in it

Users can change a token, so it is validated like any input, and it decides nothing but which question
is shown. The owner mark stops other people from using somebody's buttons.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from knowledge.recommendation import SKIPPED

VERSION = "2"

LONGEST = 80
"""Characters. An action in a button has 100, so that the names of the action and the option fit next to it."""

Notice = Literal["changed", "older", "unreadable"]

NOTICES: Mapping[Notice, str] = {
    "changed": "The questions or rules have changed since, so the result may differ. Your answers are kept "
    "where they still exist.",
    "older": "This comes from an older version of me. Your answers are kept where they still exist.",
    "unreadable": "I could not read where you were, so please check the answers that are left.",
}
"""What to say about a token that could not be used as it was."""

_CODE = 4
_OWNER = 8
_TOKEN = re.compile(
    r"(?P<version>[0-9a-z]{1,3})\.(?P<stopped>x?)(?P<done>d?)(?P<position>[0-9]{1,2})\.(?P<answers>[a-z2-7]{0,40})"
    r"\.(?P<rules>[0-9a-f]{4})\.(?P<owner>[a-z2-7]{0,8})"
)
_ANSWERS = re.compile(r"[0-9a-zA-Z]{1,8}\.[^.]{0,8}\.(?P<answers>[a-z2-7]{0,40})(?:\.|\Z)")
"""What tokens of all versions have in common."""


@dataclass(frozen=True, slots=True)
class DecodedToken:
    """The parts of a token. `answers` are in the order given, skipped questions included. `position` None: go to the
    next question without an answer."""

    answers: Mapping[str, str] = field(default_factory=dict)
    position: int | None = None
    stopped: bool = False
    done: bool = False
    owner: str = ""
    notice: Notice | None = None


def owner_mark(user: str, secret: bytes) -> str:
    """A keyed hash of a user, such as "T123:U456", in eight letters: nobody without `secret` can forge it."""
    key = hashlib.blake2s(secret).digest()
    return _letters(hashlib.blake2s(user.encode("utf-8", "surrogatepass"), key=key, person=b"owner").digest())[:_OWNER]


def code(question: str, option: str) -> str:
    """The four letters of an answer; a check makes sure that no two answers share them."""
    return _letters(hashlib.blake2s(f"{question}={option}".encode(), person=b"answer").digest())[:_CODE]


def encode(
    answers: Mapping[str, str], position: int, *, rules: str, stopped: bool = False, done: bool = False, owner: str = ""
) -> str:
    """The token of a state. Raises ValueError for more answers or a longer owner mark than it can hold."""
    codes = "".join(code(question, option) for question, option in answers.items())
    token = f"{VERSION}.{'x' * stopped}{'d' * done}{position}.{codes}.{rules}.{owner}"
    if not _TOKEN.fullmatch(token):
        raise ValueError("too many answers or an owner mark of another form")
    return token


def decode(token: str, options: Mapping[str, Collection[str]], rules: str) -> DecodedToken:
    """The parts of a token that can be used with these `options` (question -> option ids). Never fails."""
    hit = _TOKEN.fullmatch(token) if len(token) <= LONGEST else None
    if hit is None:
        other = _ANSWERS.match(token[:LONGEST])
        notice: Notice = "older" if other is not None and other[0].partition(".")[0] != VERSION else "unreadable"
        return DecodedToken(_answers(other["answers"], options)[0] if other else {}, notice=notice)
    answers, whole = _answers(hit["answers"], options)
    owner = hit["owner"] if len(hit["owner"]) == _OWNER else ""
    if hit["version"] != VERSION:
        return DecodedToken(answers, owner=owner, notice="older")
    stopped, done, position = bool(hit["stopped"]), bool(hit["done"]), int(hit["position"])
    if hit["rules"] != rules:
        # With all answers, an outcome that was asked for is shown by the new rules; else the next open question.
        return DecodedToken(answers, None, stopped, done and whole, owner, "changed")
    if not whole or position > len(answers):
        return DecodedToken(answers, owner=owner, notice="unreadable")
    return DecodedToken(answers, position, stopped, done, owner)


def _answers(codes: str, options: Mapping[str, Collection[str]]) -> tuple[dict[str, str], bool]:
    """The answers that still exist, one per question, and whether those are all the codes."""
    known = {
        code(question, option): (question, option)
        for question, names in options.items()
        for option in (*names, SKIPPED)
    }
    answers: dict[str, str] = {}
    parts = [codes[start : start + _CODE] for start in range(0, len(codes), _CODE)]
    for part in parts:
        if part in known:
            answers.setdefault(*known[part])
    return answers, len(answers) == len(parts)


def _letters(digest: bytes) -> str:
    return base64.b32encode(digest).decode().rstrip("=").lower()
