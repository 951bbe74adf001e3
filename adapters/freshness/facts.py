"""The facts that claims rest on, and what was found of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from knowledge.errors import field_path
from knowledge.fields import FieldPath
from knowledge.model import Entry, KnowledgeBase, Statement, Watch, statements

LINK = "link"
"""The kind of a source's address, which is checked without a watch."""

ANSWERS = "answers"
"""What a link is relied on for."""

KINDS: tuple[str, ...] = (*get_args(get_type_hints(Watch)["kind"]), LINK)

_VERSIONS = frozenset({"pypi", "npm", "release"})
_PART = re.compile(r"\d+|[a-z]+")


class NotCheckedError(Exception):
    """A fact could not be checked here; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that rests on a fact."""

    entry: Entry
    path: FieldPath
    statement: Statement


@dataclass(frozen=True, slots=True)
class Fact:
    """Something outside, with all that rests on it."""

    kind: str
    """One of KINDS."""
    name: str
    value: str
    """What the claims rely on."""
    claims: tuple[Claim, ...]

    def verdict(self, found: str) -> bool:
        """Whether it holds where `found` is what is known today. Raises NotCheckedError where that is a version before
        the one relied on: then it is this machine's index that is out of date."""
        relied, now = parts(self.value), parts(found)
        if self.kind == "python":
            return _range(self.value) == _range(found)
        if self.kind not in _VERSIONS:
            return self.value.lower() == found
        if now[: len(relied)] == relied:
            return True
        if version_order(found) < version_order(self.value):
            raise NotCheckedError(f"what can be reached here knows no version after {found}")
        return False

    def renewed(self, found: str) -> str:
        """`found`, written as exactly as the value was: of 2.16.1 for 2.15, 2.16."""
        short = ".".join(parts(found)[: self.value.count(".") + 1])
        return short if self.kind in _VERSIONS and re.fullmatch(r"[\d.]+", f"{self.value}{short}") else found


@dataclass(frozen=True, slots=True)
class CheckedFact:
    """A fact after it was looked up."""

    fact: Fact
    found: str | None = None
    """What is known today; None where it was not checked."""
    holds: bool = False
    reason: str = ""
    """Why it was not checked."""

    @property
    def stale(self) -> bool:
        """Whether it is known to hold no longer."""
        return self.found is not None and not self.holds

    def __str__(self) -> str:
        about = f"{self.fact.kind} {self.fact.name}"
        return f"{about}: {self.fact.value} -> {self.found}" if self.found is not None else f"{about}: {self.reason}"


def facts(knowledge: KnowledgeBase, kinds: Collection[str] = KINDS) -> tuple[Fact, ...]:
    """Every fact of these kinds that answers rest on, in a fixed order, each once."""
    found: dict[tuple[str, str, str], list[Claim]] = {}
    for source in knowledge.sources.values():
        if source.url is not None:
            found.setdefault((LINK, source.url, ANSWERS), [])
    given = knowledge.entries.values()
    for claim in (Claim(entry, path, statement) for entry in given for path, statement in statements(entry)):
        for watch in claim.statement.watch:
            found.setdefault((watch.kind, watch.name, watch.value), []).append(claim)
        for key in claim.statement.sources:
            if (url := knowledge.source(claim.entry, key).url) is not None:
                found.setdefault((LINK, url, ANSWERS), []).append(claim)
    order = sorted(found, key=lambda key: (KINDS.index(key[0]), key))
    return tuple(Fact(*key, tuple(found[key])) for key in order if key[0] in kinds)


def counts(checked: Collection[CheckedFact]) -> dict[str, dict[str, int]]:
    """How many facts of each kind hold, are stale and were not checked."""
    found: dict[str, Counter[str]] = {}
    for one in checked:
        ending = "not_checked" if one.found is None else "stale" if one.stale else "fresh"
        found.setdefault(one.fact.kind, Counter(fresh=0, stale=0, not_checked=0))[ending] += 1
    return {kind: dict(counter) for kind, counter in found.items()}


def as_json(checked: Collection[CheckedFact]) -> dict[str, Any]:
    """What was found, for a program."""

    def fact(one: CheckedFact) -> dict[str, Any]:
        claims = [
            {"entry": claim.entry.id, "field": field_path(claim.path), "text": claim.statement.text}
            for claim in one.fact.claims
        ]
        return {"kind": one.fact.kind, "name": one.fact.name, "old": one.fact.value, "claims": claims}

    return {
        "counts": counts(checked),
        "stale": [{**fact(one), "new": one.found} for one in checked if one.stale],
        "not_checked": [{**fact(one), "reason": one.reason} for one in checked if one.found is None],
    }


def parts(version: str) -> list[str]:
    """The parts of a version, without what a tag has before it: "v2.15.0rc1" has 2, 15, 0, rc and 1."""
    return _PART.findall(re.sub(r"^\D+", "", version.lower()).partition("+")[0])


def version_order(version: str) -> list[tuple[int, int]]:
    """What versions are sorted by: numbers by size, a pre-release ("rc") before what it leads to."""
    words = {"post": (0, 1)}
    return [(1, int(part)) if part.isdigit() else words.get(part, (-1, 0)) for part in parts(version)] + [(0, 0)]


def _range(pythons: str) -> str:
    """Python versions in one form: "3.11-3.14", or "3.11+" where none is the last."""
    text = re.sub(r"\s|python", "", pythons.lower()).replace("to", "-")
    return f"{text[2:]}+" if text.startswith(">=") else text
