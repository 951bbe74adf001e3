"""What every check works on: a loaded knowledge base, the day, and the places of its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.errors import Problem, Severity
from knowledge.fields import FieldPath
from knowledge.files import Location
from knowledge.folder import PHRASINGS, SOURCES, VOCABULARY
from knowledge.loading import Loaded
from knowledge.model import TERM_KINDS, Entry, Source, Term, Vocabulary


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What is checked, as of `today`."""

    loaded: Loaded
    today: date

    @property
    def entries(self) -> Iterator[Entry]:
        """All entries, in their fixed order."""
        return iter(self.loaded.knowledge.entries.values())

    @property
    def answers(self) -> Iterator[Entry]:
        """The entries that state something about the subject: no refusals, no small talk."""
        return (entry for entry in self.entries if entry.kind == "answer")

    @property
    def vocabulary(self) -> Vocabulary:
        """The names and words of the subject."""
        return self.loaded.knowledge.vocabulary

    @property
    def sourced(self) -> bool:
        """Whether this knowledge base has sources at all; a plain FAQ, such as an import, has none."""
        return bool(self.loaded.knowledge.sources)

    def severity(self, entry: Entry) -> Severity:
        """How serious missing evidence is: shipped entries must have it, a team may vouch for its own."""
        return "warning" if entry.id in self.loaded.overlaid else "error"

    def at(self, entry: Entry, path: FieldPath, message: str, hint: str, severity: Severity = "error") -> Problem:
        """A problem at `path` of an entry; with a phrasing that an overlay adds, in its phrasings.yaml."""
        place, own = self.loaded.places[entry.id], self._own_phrasings(entry)
        match path:
            case "phrasings", int(number) if number >= own:
                place, path = self.loaded.registers[PHRASINGS][0], (entry.id, number - own)
        return place.problem(path, message, hint, severity)

    def from_overlay(self, entry: Entry, number: int) -> bool:
        """Whether the entry's phrasing of that number comes from the overlay."""
        return entry.id in self.loaded.overlaid or number >= self._own_phrasings(entry)

    def at_term(self, term: Term, name: str, message: str, hint: str) -> Problem:
        """A problem with the field `name` of a vocabulary term."""
        for place in self.loaded.registers.get(VOCABULARY, ()):
            for kind in TERM_KINDS:
                for number, item in enumerate(place.document.get(kind, ())):
                    if item["id"] == term.id:
                        return place.problem((kind, number, name), message, hint)
        raise KeyError(term.id)

    def sources(self) -> Iterator[tuple[Source, Location, FieldPath]]:
        """Every shared source and every entry's own, with its file and its path there."""
        places = self.loaded.registers.get(SOURCES, ())
        for key, source in self.loaded.knowledge.sources.items():
            yield source, next(place for place in places if key in place.document), (key,)
        for entry in self.entries:
            for key, source in entry.sources.items():
                yield source, self.loaded.places[entry.id], ("sources", key)

    def _own_phrasings(self, entry: Entry) -> int:
        """How many phrasings the entry has where it is written."""
        return len(self.loaded.places[entry.id].document["phrasings"])


Check = Callable[[CheckContext], Iterator[Problem]]
"""One check: all the problems it finds."""
