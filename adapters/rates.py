"""How often something may be done, as an operator writes it: "20/minute"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_WRITTEN = re.compile(rf"(?P<count>[1-9]\d{{0,6}})\s*/\s*(?P<unit>{'|'.join(_SECONDS)})", re.ASCII)

RATE_MEND = "must be a number and a unit, such as 20/minute (second, minute, hour or day), or off"


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` times within any `seconds`; a count of 0 stands for no bound."""

    count: int
    seconds: int

    @property
    def bounded(self) -> bool:
        """Whether there is a bound at all."""
        return self.count > 0

    def __str__(self) -> str:
        unit = next(name for name, seconds in _SECONDS.items() if seconds == self.seconds)
        return f"{self.count}/{unit}" if self.bounded else "off"


UNBOUNDED = Rate(0, 1)


def rate(written: str) -> Rate:
    """ "20/minute" -> Rate(20, 60); "off" -> UNBOUNDED. Raises ValueError with the remedy."""
    if written.strip().lower() == "off":
        return UNBOUNDED
    found = _WRITTEN.fullmatch(written.strip().lower())
    if found is None:
        raise ValueError(RATE_MEND)
    return Rate(int(found["count"]), _SECONDS[found["unit"]])


def _read(value: object) -> object:
    return rate(value) if isinstance(value, str) else value


RateSetting = Annotated[Rate, NoDecode, BeforeValidator(_read)]
