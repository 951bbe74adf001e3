"""Where a change of the knowledge is made, and which of its files say so then. Nothing is written there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.curation.draft import entry_yaml
from bot.curation.patch import FileChange
from knowledge.editing import with_further_phrasings, with_phrasings
from knowledge.errors import KnowledgeError, Problem
from knowledge.folder import PHRASINGS
from knowledge.loading import Loaded
from knowledge.model import Entry


@dataclass(frozen=True, slots=True)
class Target:
    """A team's overlay where there is one, else the knowledge folder itself."""

    knowledge: Path
    overlay: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder that changes."""
        return self.overlay or self.knowledge

    @property
    def group(self) -> str:
        """What the ids of new entries begin with."""
        return "team" if self.overlay is not None else "beyond"

    def with_phrasings(self, entry: str, phrasings: Sequence[str], loaded: Loaded) -> FileChange:
        """The change that gives `phrasings` to an entry of `loaded`, which stands where it came from.

        Raises KnowledgeError where the file is none that a program can add to.
        """
        if self.overlay is not None and entry not in loaded.overlaid:
            file = self.overlay / PHRASINGS
            before = _text(file) if file.exists() else None
            return self._change(file, before, with_further_phrasings(before or "", entry, phrasings, file=file))
        file = loaded.places[entry].file
        if file.suffix != ".yaml":
            message = f'"{entry}" stands in a file that a program writes'
            rows = "; ".join(f'"{phrasing}"' for phrasing in phrasings)
            raise KnowledgeError([Problem(file, 0, "", message, f"add to its table and import it again: {rows}")])
        before = _text(file)
        return self._change(file, before, with_phrasings(before, entry, phrasings, file=file))

    def with_entry(self, entry: Entry) -> FileChange:
        """The change that adds a drafted entry, in a file of its own."""
        group, _, slug = entry.id.partition(".")
        folder = self.folder / ("entries" if self.overlay is not None else group)
        number, file = 1, folder / f"{slug}.yaml"
        while file.exists():
            number += 1
            file = folder / f"{slug}-{number}.yaml"
        return self._change(file, None, entry_yaml(entry))

    def _change(self, file: Path, before: str | None, after: str) -> FileChange:
        return FileChange(PurePosixPath(file.relative_to(self.folder).as_posix()), before, after)


def _text(file: Path) -> str:
    """The text with its line ends as they are."""
    return file.read_bytes().decode("utf-8")
