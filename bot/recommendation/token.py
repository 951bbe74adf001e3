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
from collections.abc import Mapping
from dataclasses import dataclass, replace

from knowledge.recommendation import SKIPPED

VERSION = "2"

CHANGED = (
    "The questions or rules have changed since, so the result may differ. Your answers are kept where they still exist."
)
OLDER = "This comes from an older version of me. Your answers are kept where they still exist."
UNREADABLE = "I could not read where you were, so please check the answers that are left."
"""What to say about a token that could not be used as it was."""

_CODE = 4
_OWNER = 8
_TOKEN = re.compile(  # at most 80 characters: in the 100 of a button the names of the action and the option fit too
    r"(?P<version>[0-9a-z]{1,3})\.(?P<stopped>x?)(?P<done>d?)(?P<position>[0-9]{1,2})\.(?P<answers>[a-z2-7]{0,40})"
    r"\.(?P<rules>[0-9a-f]{4})\.(?P<owner>[a-z2-7]{0,8})"
)


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody is in the flow; made by a `bot.recommendation.flow.Flow`, or read from a token of one.

    `given` are pairs (question, option) in the order in which they were asked or said, SKIPPED where there is no
    answer. `position` is the place of the current question among them from 0, their number for one that is still open.
    `done`: the outcome was asked for.
    """

    given: tuple[tuple[str, str], ...] = ()
    position: int = 0
    stopped: bool = False
    done: bool = False

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """What was answered, without skipped questions."""
        return tuple((question, option) for question, option in self.given if option != SKIPPED)

    def having(self, answers: Mapping[str, str]) -> State:
        """With these answers (question -> option) too, at the next question without one."""
        given = {**dict(self.given), **answers}
        return replace(self, given=tuple(given.items()), position=len(given))


@dataclass(frozen=True, slots=True)
class RestoredState:
    """The state of a token. `notice` says why it could not be used as it was, "" where it could; `owner` is the mark
    it carries."""

    state: State
    notice: str = ""
    owner: str = ""


def owner_mark(user: str, secret: bytes) -> str:
    """A keyed hash of a user, such as "T123:U456", in eight letters: nobody without `secret` can forge it."""
    key = hashlib.blake2s(secret).digest()
    return _letters(hashlib.blake2s(user.encode("utf-8", "surrogatepass"), key=key, person=b"owner").digest())[:_OWNER]


def code(question: str, option: str) -> str:
    """The four letters of an answer; a check makes sure that no two answers share them."""
    return _letters(hashlib.blake2s(f"{question}={option}".encode(), person=b"answer").digest())[:_CODE]


def encode(state: State, rules: str, owner: str = "") -> str:
    """The token of a state. Raises ValueError for more answers or a longer owner mark than it can hold."""
    codes = "".join(code(question, option) for question, option in state.given)
    token = f"{VERSION}.{'x' * state.stopped}{'d' * state.done}{state.position}.{codes}.{rules}.{owner}"
    if not _TOKEN.fullmatch(token):
        raise ValueError("too many answers or an owner mark of another form")
    return token


def decode(token: str, known: Mapping[str, tuple[str, str]], rules: str) -> RestoredState:
    """What of a token can be used where these answers are `known` by their code. Never fails."""
    hit = _TOKEN.fullmatch(token)
    if hit is None:
        return RestoredState(State(), UNREADABLE)
    state = _answered(hit["answers"], known)
    whole = len(state.given) * _CODE == len(hit["answers"])
    stopped, done, position = bool(hit["stopped"]), bool(hit["done"]), int(hit["position"])
    owner = hit["owner"] if len(hit["owner"]) == _OWNER else ""
    if hit["version"] != VERSION:
        return RestoredState(state, OLDER, owner)
    if hit["rules"] != rules:
        # With all answers, an outcome that was asked for is shown by the new rules; else the next open question.
        return RestoredState(replace(state, stopped=stopped, done=done and whole), CHANGED, owner)
    if not whole or position > len(state.given):
        return RestoredState(state, UNREADABLE, owner)
    return RestoredState(State(state.given, position, stopped, done), "", owner)


def _answered(codes: str, known: Mapping[str, tuple[str, str]]) -> State:
    """After the answers that still exist, one per question."""
    answers: dict[str, str] = {}
    for start in range(0, len(codes), _CODE):
        if (answer := known.get(codes[start : start + _CODE])) is not None:
            answers.setdefault(*answer)
    return State().having(answers)


def _letters(digest: bytes) -> str:
    return base64.b32encode(digest).decode().rstrip("=").lower()
