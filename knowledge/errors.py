"""The one family of errors that knowledge raises: what is wrong, where, and the mend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a knowledge file.

    `line` counts from 1 and is 0 where the file as a whole is meant. `field` is a dotted path such
    as "cells.jax.today.sources", empty for the whole file. `mend` says what to change. `rule` names
    the check that found it, empty where the file could not be loaded at all.
    """

    file: Path
    line: int
    field: str
    message: str
    mend: str = ""
    severity: Literal["error", "warning"] = "error"
    rule: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        field = f" {self.field}:" if self.field else ""
        mend = f" -> {self.mend}" if self.mend else ""
        return f"{where}:{field} {self.message}{mend}"


class KnowledgeError(Exception):
    """The knowledge could not be loaded; `problems` lists everything found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
