"""What a button carries: a version, a verb and ids. Never text that would have to be matched again.

A value comes back from the network and possibly from a message that is months old: whatever does not
read is None, and whoever pressed it is told so in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

VERSION = "1"

LONGEST = 2_000
"""Characters of a button's value; an option's has 150."""

Verb = Literal[
    "show",  # entry: its answer
    "none",  # entries offered: none of them fits
    "share",  # entries: put a private answer into the channel
    "helpful",  # entry, knowledge version
    "unhelpful",
    "reason",  # entry, knowledge version, answer: say what was wrong
    "start",  # begin the guided recommendation
    "flow",  # an action of the guided recommendation; the token stands in the block's id
    "shareflow",  # put its outcome into the channel
    "compare",  # open the comparison
    "topics",
    "help",
    "privacy",
    "set",  # a setting, and what to
    "forget",  # delete what the one who presses it gave
]

_VERBS = frozenset(get_args(Verb))
_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed."""

    verb: Verb
    ids: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The first id, or ""."""
        return self.ids[0] if self.ids else ""


def encode(verb: Verb, *ids: str) -> str:
    """The value of a button."""
    return _BETWEEN.join((VERSION, verb, *ids))


def decode(value: object) -> Press | None:
    """What a value stands for; None where it is of another version or no value of ours."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    version, _, rest = value.partition(_BETWEEN)
    verb, *ids = rest.split(_BETWEEN)
    if version != VERSION or verb not in _VERBS:
        return None
    return Press(verb, tuple(ids))  # type: ignore[arg-type] # a verb, as just seen


FLOW = "flow"
"""Begins the id of a block that belongs to the guided recommendation."""


def flow_block(token: str, number: int) -> str:
    """The id of block `number` of a step: new at each step, or Slack would keep what was typed before."""
    return _BETWEEN.join((FLOW, VERSION, token, str(number)))


def flow_token(block_id: object) -> str | None:
    """The token in such an id; None where it holds none."""
    if not isinstance(block_id, str):
        return None
    parts = block_id.split(_BETWEEN)
    return parts[2] if len(parts) == 4 and parts[:2] == [FLOW, VERSION] else None
