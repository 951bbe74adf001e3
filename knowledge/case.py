"""A loaded knowledge base under examination: what every check looks at, and how it reports what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from knowledge.errors import Problem
from knowledge.files import Place
from knowledge.folder import PHRASINGS, SOURCES, VOCABULARY
from knowledge.loading import Loaded
from knowledge.model import Entry, Term, Vocabulary

Severity = Literal["error", "warning"]

TERM_KINDS = ("frameworks", "tools", "concepts")


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the checks draw the line."""

    stale_after: int = 180
    """Days after which what was checked should be checked again."""
    least_phrasings: int = 8
    """Phrasings that an answer of a sourced knowledge base has at the least."""
    least_own_phrasings: int = 5
    """The same for a team's own entries and for a plain FAQ, as advice."""
    close: int = 88
    """Likeness (0..100) from which on two phrasings count as nearly the same."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is examined, as of `today`."""

    loaded: Loaded
    today: date
    limits: Limits = field(default_factory=Limits)

    @property
    def entries(self) -> Iterator[Entry]:
        """All entries, in their fixed order."""
        return iter(self.loaded.knowledge.entries.values())

    @property
    def answers(self) -> Iterator[Entry]:
        """The entries that state something about the subject: neither refusals nor small talk."""
        return (entry for entry in self.entries if entry.kind == "answer")

    @property
    def vocabulary(self) -> Vocabulary:
        """The names and words of the subject."""
        return self.loaded.knowledge.vocabulary

    @property
    def sourced(self) -> bool:
        """Whether this knowledge base keeps sources at all; a plain FAQ, such as an import, does not."""
        return bool(self.loaded.knowledge.sources)

    def severity(self, entry: Entry) -> Severity:
        """How much a lack of evidence weighs: what we ship must have it, a team may vouch for itself."""
        return "warning" if entry.id in self.loaded.overlaid else "error"

    def at(self, entry: Entry, path: tuple[Any, ...], message: str, mend: str, severity: Severity = "error") -> Problem:
        """A problem at `path` of an entry."""
        place, path = self.whereabouts(entry, path)
        return _problem(place, path, message, mend, severity)

    def whereabouts(self, entry: Entry, path: tuple[Any, ...]) -> tuple[Place, tuple[Any, ...]]:
        """The file in which `path` of an entry stands, and its path there.

        That is another file than the entry's own for the phrasings which an overlay adds.
        """
        place = self.loaded.places[entry.id]
        if path[:1] == ("phrasings",) and len(path) > 1:
            own = len(place.document["phrasings"])
            if path[1] >= own:
                return self.loaded.registers[PHRASINGS][0], (entry.id, path[1] - own)
        return place, path

    def adds(self, entry: Entry, number: int) -> bool:
        """Whether the entry's phrasing of that number comes from the overlay, with the entry or by itself."""
        own = len(self.loaded.places[entry.id].document["phrasings"])
        return entry.id in self.loaded.overlaid or number >= own

    def at_source(self, key: str, name: str, message: str, mend: str, severity: Severity = "error") -> Problem:
        """A problem with the field `name` of a shared source."""
        places = self.loaded.registers.get(SOURCES, ())
        place = next(place for place in places if key in place.document)
        return _problem(place, (key, name), message, mend, severity)

    def at_term(self, term: Term, name: str, message: str, mend: str) -> Problem:
        """A problem with the field `name` of a vocabulary term."""
        for place in self.loaded.registers.get(VOCABULARY, ()):
            for kind in TERM_KINDS:
                for number, item in enumerate(place.document.get(kind, ())):
                    if item["id"] == term.id:
                        return _problem(place, (kind, number, name), message, mend, "error")
        raise KeyError(term.id)

    def at_vocabulary(self, path: tuple[Any, ...], message: str, mend: str) -> Problem:
        """A problem at `path` of the topmost vocabulary file."""
        return _problem(self.loaded.registers[VOCABULARY][0], path, message, mend, "error")


Rule = Callable[[Case], Iterator[Problem]]
"""One check: everything it finds wrong with a case."""


def _problem(place: Place, path: tuple[Any, ...], message: str, mend: str, severity: Severity) -> Problem:
    return Problem(place.file, place.line(*path), ".".join(map(str, path)), message, mend, severity)
