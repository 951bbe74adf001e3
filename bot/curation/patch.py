"""A change of files as a unified diff, for somebody to read, and then to apply or not.

The form is the one that `git apply` and `patch -p1` both take in the folder that the paths start
from, also where that folder lies inside a larger checkout.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from knowledge.editing import lines_of

_NO_END = "\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class FileChange:
    """What one file is to hold."""

    path: PurePosixPath
    """From the folder's root."""
    before: str | None
    """None where there is no such file yet."""
    after: str


def diff(changes: Iterable[FileChange]) -> str:
    """The changes as one patch; line ends stay as the files have them."""
    return "".join(line for change in changes for line in _diff(change))


def apply(changes: Iterable[FileChange], folder: Path) -> None:
    """Write the changes into `folder`."""
    for change in changes:
        file = folder / change.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(change.after.encode())


def _diff(change: FileChange) -> Iterator[str]:
    old = "/dev/null" if change.before is None else _name("a", change.path)
    lines = difflib.unified_diff(
        lines_of(change.before or ""), lines_of(change.after), old, _name("b", change.path), n=3
    )
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _name(side: str, path: PurePosixPath) -> str:
    """A tab ends a name that has spaces, so that nothing after it is taken for a date."""
    return f"{side}/{path}\t" if " " in str(path) else f"{side}/{path}"
