"""Clusters of unanswered questions that ask for the same thing."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from bot.dialog.answering import Bot
from bot.dialog.reply import Candidate
from bot.insights.diagnosis import Diagnoser, Status
from bot.insights.terms import Terms, vectorize
from bot.storage.records import StoredQuestion

LEAST = 0.15
"""Cosine (0..1) with the centroid of a group from which a question joins it."""

MOST_TERMS = 6
"""Terms that describe a cluster."""

SHARED = 0.25
"""Share of its wordings, and two of them, that have a term which describes a cluster."""

MOST_LISTED = 500
"""Clusters, and single questions, that are listed: each is put to today's bot, which takes long for thousands."""

Vector = Mapping[str, float]
"""Term -> weight."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions that ask for much the same, in masked words."""

    representative: str
    """The wording that is most like the others."""
    questions: tuple[str, ...]
    """The different wordings, the most frequent first; the representative is one of them."""
    count: int
    """How often it was asked in all, each repetition counted."""
    terms: tuple[str, ...]
    """Words that many of the questions share and few others have, the most distinctive first."""
    nearest: Candidate | None
    """The entry of kind "answer" that comes nearest to the representative; None where none does."""
    why: tuple[str, ...]
    """Why that was not enough: short sentences without a full stop."""
    first_seen: datetime
    last_seen: datetime
    status: Status = "open"
    """What today's knowledge does with most of the wordings."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Every question in exactly one place, as far as it is listed."""

    clusters: tuple[Cluster, ...]
    """Asked more than once; the most asked first, MOST_LISTED of them."""
    singles: tuple[Cluster, ...]
    """Asked once; the newest first, MOST_LISTED of them."""


def clusters(questions: Sequence[StoredQuestion], bot: Bot) -> Clusters:
    """The clusters of `questions`, independent of their order. 10,000 different ones take some 10 s on one core."""
    asked: dict[str, list[StoredQuestion]] = {}
    for question in questions:
        asked.setdefault(question.text, []).append(question)
    texts = sorted(asked)
    terms = vectorize(texts, bot)
    groups = [[texts[number] for number in group] for group in link(terms.vectors, terms.distinctive)]
    vectors, diagnoser = dict(zip(texts, terms.vectors, strict=True)), Diagnoser(bot)

    def times(group: Sequence[str]) -> int:
        return sum(len(asked[text]) for text in group)

    def listed(groups: Sequence[Sequence[str]]) -> tuple[Cluster, ...]:
        shown = groups[:MOST_LISTED]
        return tuple(_cluster({text: vectors[text] for text in group}, terms, asked, diagnoser) for group in shown)

    several = sorted((one for one in groups if times(one) > 1), key=lambda one: (-times(one), -len(one), one))
    single = [one for one in groups if times(one) == 1]
    single.sort(key=lambda one: (-asked[one[0]][0].asked_at.timestamp(), one))
    return Clusters(listed(several), listed(single))


def alike(text: str, texts: Sequence[str], bot: Bot) -> tuple[str, ...]:
    """`text`, and those of `texts` that ask for the same thing."""
    every = sorted({text, *texts})
    terms = vectorize(every, bot)
    group = next(own for own in link(terms.vectors, terms.distinctive) if every.index(text) in own)
    return (text, *(every[number] for number in group if every[number] != text))


def _cluster(
    vectors: Mapping[str, Vector],
    terms: Terms,
    asked: Mapping[str, Sequence[StoredQuestion]],
    diagnoser: Diagnoser,
) -> Cluster:
    """The cluster of texts that belong together. `vectors`: those of the texts. `asked`: when every text was asked."""
    centre: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    for vector in vectors.values():
        centre.update(vector)
        holders.update(vector.keys())
    typical = {text: round(_dot(vector, centre), 9) for text, vector in vectors.items()}
    moments = sorted(one.asked_at for text in vectors for one in asked[text])
    least = max(SHARED * len(vectors), min(2, len(vectors)))
    shared = sorted(
        (term for term in centre if holders[term] >= least), key=lambda term: (-round(centre[term], 9), term)
    )
    distinctive = [term for term in shared if term in terms.distinctive] or shared[:1]
    names = {term: terms.names[term] for term in distinctive[:MOST_TERMS]}
    representative = min(vectors, key=lambda text: (-typical[text], -len(asked[text]), text))
    wordings = sorted(vectors, key=lambda text: (-len(asked[text]), -typical[text], text))
    counts = [(text, len(asked[text])) for text in wordings]
    nearest, why, status = diagnoser.diagnose(representative, counts, names)
    return Cluster(
        representative=representative,
        questions=tuple(wordings),
        count=len(moments),
        terms=tuple(names.values()),
        nearest=nearest,
        why=why,
        first_seen=moments[0],
        last_seen=moments[-1],
        status=status,
    )


def link(vectors: Sequence[Vector], distinctive: AbstractSet[str]) -> list[list[int]]:
    """The positions of unit `vectors` in groups, each group ascending, ordered by their first member.

    Leader clustering: each vector, those with the most common terms first, joins the group with the nearest centroid,
    or starts one. It is compared only with groups that share a distinctive term with it, or have the same vector.
    """
    uses = Counter(term for vector in vectors for term in vector if term in distinctive)
    common = [math.fsum(weight * uses[term] for term, weight in vector.items()) for vector in vectors]
    members: list[list[int]] = []
    sums: list[Counter[str]] = []
    squares: list[float] = []
    """The squared length of each sum."""
    holders: defaultdict[object, set[int]] = defaultdict(set)
    for number in sorted(range(len(vectors)), key=lambda number: -common[number]):
        vector = vectors[number]
        keys = {*(vector.keys() & distinctive), frozenset(vector.items())} if vector else ()
        candidates = sorted({group for key in keys for group in holders[key]})
        cosines = {group: _dot(vector, sums[group]) / math.sqrt(squares[group]) for group in candidates}
        group = max(cosines, key=cosines.__getitem__, default=len(members))
        if cosines.get(group, 0.0) < LEAST:
            group = len(members)
            members.append([])
            sums.append(Counter())
            squares.append(0.0)
        members[group].append(number)
        squares[group] += 2 * _dot(vector, sums[group]) + _dot(vector, vector)
        sums[group].update(vector)
        for key in keys:
            holders[key].add(group)
    return sorted(map(sorted, members))


def _dot(one: Vector, other: Vector) -> float:
    """The dot product, in time proportional to the length of `one`."""
    return math.fsum([weight * other[term] for term, weight in one.items() if term in other])
