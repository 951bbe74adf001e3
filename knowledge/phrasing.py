"""Phrasings: when two count as the same, and checks that every one leads to its own entry alone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.case import Case, Severity
from knowledge.draft import is_draft
from knowledge.errors import Problem
from knowledge.model import Entry

_WORD = re.compile(r"c\+\+|[cf]#|[^\W_]+(?:'[^\W_]+)*")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc`\u00b4", "'"))

_FILLERS = frozenset(
    "a an the is are was were be been am do does did i we you my our your me us it its this that these those to for of"
    " in on at with by and or vs versus from into please can could should would will have has there some any so"
    " i'm it's that's there's".split()
)
_DIRECTED = frozenset(("to", "from", "into", "than", "over"))
"""Words that make the order of the others matter: "a to b" is not "b to a"."""

_STEM = 4
"""Forms of one word share this many first letters: debug, debugger, debugging."""

_FORM = 70
"""Likeness (0..100) of two words that share a stem and count as forms of one word."""

_ROWS = 1_000
"""Phrasings compared at a time, so that memory stays small."""


def normal_form(text: str) -> str:
    """`text` as the matcher would compare it: words alone, without case and punctuation.

    Text without a single word, such as an emoji, is only freed of case and extra spaces.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    return " ".join(_WORD.findall(folded)) or " ".join(folded.split())


@dataclass(frozen=True, slots=True)
class Wording:
    """What a phrasing says, apart from how it is said."""

    text: str
    words: tuple[str, ...]
    """Those that carry its meaning; in one with fewer than two of them every word counts."""
    directed: bool
    """Whether their order matters."""
    line: str
    """The words in alphabetical order."""

    @classmethod
    def of(cls, text: str) -> Wording:
        """What `text` says."""
        words = normal_form(text).split()
        telling = tuple(word for word in words if word not in _FILLERS)
        if len(telling) < 2:
            telling = tuple(words)
        return cls(text, telling, not _DIRECTED.isdisjoint(words), " ".join(sorted(telling)))

    def repeats(self, other: Wording) -> bool:
        """Whether no word tells the two apart: they differ in filler words, word forms or word order at most."""
        return normal_form(self.text) == normal_form(other.text) or _same(self, other)


def phrasings_are_shared_by_none(case: Case) -> Iterator[Problem]:
    """No two entries have the same phrasing, and none has one twice."""
    first: dict[str, tuple[Entry, int]] = {}
    for entry, number, phrasing in _team_last(case):
        owner, position = first.setdefault(normal_form(phrasing), (entry, number))
        if owner is not entry:
            message = f'"{phrasing}" also leads to {owner.id} ({_spot(case, owner, position)})'
            yield case.at(entry, ("phrasings", number), message, "give it to one of the two")
        elif position != number:
            message = f'"{phrasing}" is there already ({_spot(case, owner, position)})'
            yield case.at(entry, ("phrasings", number), message, "remove one of the two", "warning")


def phrasings_keep_their_distance(case: Case) -> Iterator[Problem]:
    """No two entries have phrasings that differ in filler words, word forms or word order alone."""
    closest: dict[tuple[str, str], list[tuple[_Phrasing, _Phrasing]]] = defaultdict(list)
    for one, other in _close_pairs(_phrasings(case), case.limits.close):
        closest[other.entry.id, one.entry.id].append((one, other))
    for pairs in closest.values():
        one, other = pairs[0]
        more = f", and {len(pairs) - 1} more like it" if len(pairs) > 1 else ""
        message = (
            f'"{other.said.text}" is close to "{one.said.text}" of {one.entry.id}'
            f" ({_spot(case, one.entry, one.number)}){more}"
        )
        mend = "reword one of the two, or leave it to one entry"
        yield case.at(other.entry, ("phrasings", other.number), message, mend, "warning")


def phrasings_are_many(case: Case) -> Iterator[Problem]:
    """An answer can be found in several wordings."""
    few: list[Entry] = []
    for entry in case.answers:
        count = len(entry.phrasings)
        if entry.id in case.loaded.overlaid:
            if count < case.limits.least_own_phrasings:
                yield _too_few(case, entry, f"only {count}; {case.limits.least_own_phrasings} or more find it better")
        elif not case.sourced:
            if count < case.limits.least_own_phrasings:
                few.append(entry)
        elif count < case.limits.least_phrasings:
            mend = "add other wordings, as people would type them"
            severity: Severity = "warning" if is_draft(entry) else "error"
            message = f"only {count}, at least {case.limits.least_phrasings}"
            yield case.at(entry, ("phrasings",), message, mend, severity)
    if few:
        # An imported table may have thousands of these: one line says it.
        least = case.limits.least_own_phrasings
        yield _too_few(case, few[0], f"this and {len(few) - 1} other entries have fewer than {least}")


def phrasings_find_their_entry(case: Case, find: Callable[[str], str | None]) -> Iterator[Problem]:
    """Each entry is found from each of its phrasings. `find` gives the id of what a question leads to."""
    owners: dict[str, set[str]] = defaultdict(set)
    for entry in case.entries:
        for phrasing in entry.phrasings:
            owners[normal_form(phrasing)].add(entry.id)
    for entry in case.entries:
        for number, phrasing in enumerate(entry.phrasings):
            found = find(phrasing)
            if found == entry.id or found in owners[normal_form(phrasing)]:
                continue  # what two entries share is told by another check
            message = f'"{phrasing}" leads to {found or "nothing"}'
            yield case.at(entry, ("phrasings", number), message, "reword it, or the other entry's phrasings")


@dataclass(frozen=True, slots=True)
class _Phrasing:
    entry: Entry
    number: int
    said: Wording


def _phrasings(case: Case) -> list[_Phrasing]:
    found = []
    seen: set[tuple[str, str]] = set()
    for entry, number, text in _team_last(case):
        said = Wording.of(text)
        line = " ".join(said.words) if said.directed else said.line
        if (entry.id, line) not in seen:
            seen.add((entry.id, line))
            found.append(_Phrasing(entry, number, said))
    return found


def _close_pairs(phrasings: Sequence[_Phrasing], likeness: int) -> Iterator[tuple[_Phrasing, _Phrasing]]:
    """Pairs of different entries whose words are forms of each other.

    Only phrasings that share one of their two rarest stems are compared: the others differ in a word
    that matters. So the cost stays near the number of phrasings, not its square.
    """
    import numpy as np  # noqa: PLC0415 - only a check pays for them
    from rapidfuzz import fuzz, process  # noqa: PLC0415

    stems = Counter(stem for phrasing in phrasings for stem in set(_stems(phrasing.said)))
    groups: dict[str, list[int]] = defaultdict(list)
    for position, phrasing in enumerate(phrasings):
        own = sorted(set(_stems(phrasing.said)), key=lambda stem: (stems[stem], stem))
        for stem in own[:2]:
            groups[stem].append(position)
    told: set[tuple[int, int]] = set()
    for group in groups.values():
        if len({phrasings[position].entry.id for position in group}) < 2:
            continue
        lines = [phrasings[position].said.line for position in group]
        for start in range(0, len(group), _ROWS):
            rows = lines[start : start + _ROWS]
            scores = process.cdist(rows, lines, scorer=fuzz.ratio, score_cutoff=likeness, dtype=np.uint8)
            for row, column in zip(*np.nonzero(scores), strict=True):
                pair = group[start + int(row)], group[int(column)]
                one, other = phrasings[pair[0]], phrasings[pair[1]]
                if pair[0] < pair[1] and pair not in told and one.entry is not other.entry and _close(one, other):
                    told.add(pair)
                    yield one, other


def _close(one: _Phrasing, other: _Phrasing) -> bool:
    """Whether the two say the same; the very same phrasing is left to the check for that."""
    return normal_form(one.said.text) != normal_form(other.said.text) and _same(one.said, other.said)


def _same(one: Wording, other: Wording) -> bool:
    """Whether no word tells the two apart."""
    from rapidfuzz import fuzz  # noqa: PLC0415

    if (one.directed or other.directed) and _stems(one) != _stems(other):
        return False
    left, right = Counter(one.words), Counter(other.words)
    left, right = left - right, right - left
    if left.total() != right.total():
        return False
    for word in left.elements():
        form = next(
            (
                known
                for known in right
                if known[:_STEM] == word[:_STEM]
                and not any(map(str.isdigit, word + known))
                and fuzz.ratio(word, known) >= _FORM
            ),
            None,
        )
        if form is None:
            return False
        right -= Counter((form,))
    return True


def _stems(said: Wording) -> list[str]:
    return [word[:_STEM] for word in said.words]


def _team_last(case: Case) -> list[tuple[Entry, int, str]]:
    """Every phrasing with its entry and number, a team's last: so a clash is told where the team can mend it."""
    every = [(entry, number, text) for entry in case.entries for number, text in enumerate(entry.phrasings)]
    return sorted(every, key=lambda one: case.adds(one[0], one[1]))


def _spot(case: Case, entry: Entry, number: int) -> str:
    """Where a phrasing stands, as file:line."""
    place, path = case.whereabouts(entry, ("phrasings", number))
    return f"{place.file}:{place.line(*path)}"


def _too_few(case: Case, entry: Entry, message: str) -> Problem:
    return case.at(entry, ("phrasings",), message, "add other wordings, as people would type them", "warning")
