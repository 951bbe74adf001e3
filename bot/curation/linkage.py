"""Puts together what is alike: agglomerative clustering of sparse unit vectors by their centroids.

Two groups are joined where their centroids are near and where a telling term stands in a good share
of either: a chain of chance words then joins nothing. What is compared comes from an inverted
index, so that the cost grows with what questions share rather than with the square of their number.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence

LEAST = 0.11
"""Cosine (0..1) of two centroids from which groups are joined."""

SMALL = 0.1
"""What is asked on top of two single questions; it falls as groups grow, for then there is more to go by."""

SUPPORT = 0.25
"""Share of either group that must have a telling term in common."""

NEIGHBOURS = 25
"""How many of the nearest questions each one is compared with; groups inherit the neighbours of both."""

Vector = Mapping[str, float]


def linked(vectors: Sequence[Vector], sizes: Sequence[int], telling: Mapping[str, bool]) -> list[list[int]]:
    """The positions of `vectors` in groups, each group ascending, ordered by their first.

    `sizes[i]` says how many questions `vectors[i]` stands for, 1 or more.
    """
    groups = _Groups(vectors, sizes, telling)
    groups.join_all()
    return sorted(sorted(members) for members in groups.members if members)


class _Groups:
    """Groups by number: first the vectors themselves, then each join as it comes."""

    def __init__(self, vectors: Sequence[Vector], sizes: Sequence[int], telling: Mapping[str, bool]) -> None:
        self._sums: list[dict[str, float]] = [
            {term: weight * size for term, weight in vector.items()}
            for vector, size in zip(vectors, sizes, strict=True)
        ]
        self._holders: list[dict[str, int]] = [
            {term: size for term in vector if telling[term]} for vector, size in zip(vectors, sizes, strict=True)
        ]
        self._sizes = list(sizes)
        self._norms = [_norm(own) for own in self._sums]
        self._supported = [frozenset(own) for own in self._holders]
        self.members: list[list[int]] = [[number] for number in range(len(vectors))]
        self._neighbours: list[set[int]] = [set() for _ in vectors]
        self._queue: list[tuple[float, int, int]] = []
        for number, near in enumerate(_nearest(vectors, telling)):
            for other in near:
                self._neighbours[number].add(other)
                self._neighbours[other].add(number)
        for number, near_either_way in enumerate(self._neighbours):
            for other in near_either_way:
                if other > number:
                    self._offer(number, other)

    def join_all(self) -> None:
        """Join the nearest two until none are near enough."""
        while self._queue:
            _, first, second = heapq.heappop(self._queue)
            if self.members[first] and self.members[second]:
                self._join(first, second)

    def _join(self, first: int, second: int) -> None:
        new = len(self.members)
        self._sums.append(_added(self._sums[first], self._sums[second]))
        self._holders.append(_counted(self._holders[first], self._holders[second]))
        self._sizes.append(self._sizes[first] + self._sizes[second])
        self._norms.append(_norm(self._sums[new]))
        # A term has its share of the whole only where it has it of one of the parts.
        holders, least = self._holders[new], SUPPORT * self._sizes[new]
        either = self._supported[first] | self._supported[second]
        self._supported.append(frozenset(term for term in either if holders[term] >= least))
        self.members.append(self.members[first] + self.members[second])
        around = (self._neighbours[first] | self._neighbours[second]) - {first, second}
        self._neighbours.append(around)
        for old in (first, second):
            self.members[old] = []
            self._sums[old], self._holders[old], self._neighbours[old] = {}, {}, set()
        for other in around:
            self._neighbours[other] -= {first, second}
            self._neighbours[other].add(new)
            self._offer(other, new)

    def _offer(self, first: int, second: int) -> None:
        nearness = self._nearness(first, second)
        if nearness >= LEAST:
            # Ties go to the earlier ones, so that the same questions always give the same groups.
            heapq.heappush(self._queue, (-nearness, first, second))

    def _nearness(self, first: int, second: int) -> float:
        """Cosine of the centroids, less what is asked of small groups; 0 without a shared telling term."""
        if self._supported[first].isdisjoint(self._supported[second]):
            return 0.0
        one, other = self._sums[first], self._sums[second]
        if len(one) > len(other):
            one, other = other, one
        shared = math.fsum([weight * other[term] for term, weight in one.items() if term in other])
        cosine = shared / (self._norms[first] * self._norms[second])
        return cosine - SMALL / (self._sizes[first] + self._sizes[second] - 1)


def _nearest(vectors: Sequence[Vector], telling: Mapping[str, bool]) -> list[list[int]]:
    """For each vector the numbers of those that share most of its telling terms, at most NEIGHBOURS."""
    import numpy as np  # noqa: PLC0415 - 16 MB, which a service needs once a week

    lists: dict[str, list[tuple[int, float]]] = {}
    for number, vector in enumerate(vectors):
        for term, weight in vector.items():
            if telling[term]:
                lists.setdefault(term, []).append((number, weight))
    arrays = {
        term: (np.array([number for number, _ in own]), np.array([weight for _, weight in own]))
        for term, own in lists.items()
        if len(own) > 1
    }
    near: list[list[int]] = []
    for number, vector in enumerate(vectors):
        sums = np.zeros(len(vectors))
        for term, weight in vector.items():
            if term in arrays:
                holders, weights = arrays[term]
                sums[holders] += weight * weights
        sums[number] = 0.0
        found = np.flatnonzero(sums)
        near.append(found[np.lexsort((found, -sums[found]))][:NEIGHBOURS].tolist())
    return near


def _added(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    small, large = sorted((first, second), key=len)
    for term, weight in small.items():
        large[term] = large.get(term, 0.0) + weight
    return large


def _counted(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    small, large = sorted((first, second), key=len)
    for term, count in small.items():
        large[term] = large.get(term, 0) + count
    return large


def _norm(sums: Mapping[str, float]) -> float:
    return math.sqrt(math.fsum(weight * weight for weight in sums.values())) or 1.0
