"""Who looks after the answers, as an operator names them: "slack:U024BE7LH, discord:80351110224678912"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

_WRITTEN = re.compile(
    r"slack:(?:(?P<team>[TE][A-Z0-9]{1,20})/)?(?P<slack>[UW][A-Z0-9]{1,20})|discord:(?P<discord>\d{15,21})", re.ASCII
)

MOST = 50

CURATORS_MEND = (
    "must be people separated by commas: slack:USER, slack:TEAM/USER where many workspaces install the app, or "
    "discord:USER, such as slack:U024BE7LH,discord:80351110224678912"
)


@dataclass(frozen=True, slots=True)
class Curator:
    """A person who is told what was asked and not answered."""

    platform: Literal["slack", "discord"]
    user: str
    """The platform's user id."""
    team: str | None = None
    """Slack's workspace or organisation; None where the service has one only, and on Discord."""


def curators(written: str) -> tuple[Curator, ...]:
    """Everyone named in `written`, each once. Raises ValueError with the remedy."""
    found = []
    for part in filter(None, (part.strip() for part in written.split(","))):
        named = _WRITTEN.fullmatch(part)
        if named is None:
            raise ValueError(CURATORS_MEND)
        who = named["discord"]
        found.append(Curator("discord", who) if who else Curator("slack", named["slack"], named["team"]))
    if len(found) > MOST:
        raise ValueError(f"must name at most {MOST} people")
    return tuple(dict.fromkeys(found))


def _read(value: object) -> object:
    return curators(value) if isinstance(value, str) else value


CuratorsSetting = Annotated[tuple[Curator, ...], NoDecode, BeforeValidator(_read)]
