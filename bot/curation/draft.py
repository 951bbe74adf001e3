"""A new entry for what no entry answers: everything but the answer, which only a person can write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from bot.answering import Bot
from bot.curation.clustering import Cluster
from knowledge.draft import MARK
from knowledge.editing import item, quoted, scalar
from knowledge.model import Entry, Statement
from knowledge.naming import misspelt
from knowledge.phrasing import Wording

MOST_RELATED = 3

ANSWER = f"{MARK} nobody has put down an answer to this yet."
NEXT_STEP = f"{MARK} one thing the reader can do now."

_TITLE = 60
_SLUG_WORDS = 4
_SLUG = 40
_ASKING = frozenset("what which who where when why how anyone anybody somebody need want get know".split())

_HEAD = """\
# A draft, made from questions that found no answer. Write the answer and the next step, name the
# sources, look at the phrasings, then run: framework-bot check"""


def drafted(
    cluster: Cluster, phrasings: Sequence[str], bot: Bot, *, group: str, taken: Collection[str], day: date
) -> Entry:
    """The entry that `cluster` calls for, in `group` ("team"), with an id that is not `taken`.

    It is about what a good part of the wordings name, and leads on to what came nearest to them.
    """
    wordings = cluster.questions
    readings = [bot.read(wording) for wording in wordings]
    named = [reading for reading in readings if reading.frameworks]
    frameworks = _frequent((reading.frameworks for reading in named), len(readings) / 5)
    return Entry(
        id=_free(f"{group}.{_slug(cluster)}", taken),
        title=_title(cluster.representative),
        phrasings=tuple(phrasings),
        answer=Statement(text=ANSWER),
        # Where most name none, an entry about some would be kept from the others.
        frameworks=frameworks if 2 * len(named) > len(readings) else (),
        about=_frequent((reading.concepts for reading in readings), len(readings) / 2),
        next_step=NEXT_STEP,
        related=_related(wordings, bot),
        checked_on=day,
    )


def entry_yaml(entry: Entry) -> str:
    """A drafted entry as a file."""
    lines = [_HEAD, f"id: {scalar(entry.id)}", f"title: {scalar(entry.title)}"]
    lines += [f"{name}: [{', '.join(found)}]" for name in ("frameworks", "about") if (found := getattr(entry, name))]
    lines += ["phrasings:", *(item(phrasing, "  ") for phrasing in entry.phrasings)]
    lines += ["answer:", f"  text: {quoted(entry.answer.text)}", f"next_step: {quoted(entry.next_step or '')}"]
    if entry.related:
        lines.append(f"related: [{', '.join(scalar(name, within_brackets=True) for name in entry.related)}]")
    return "\n".join([*lines, f"checked_on: {entry.checked_on}"]) + "\n"


def _slug(cluster: Cluster) -> str:
    """A short name out of the words that tell, in the order in which somebody said them."""
    said = [word for word in Wording.of(cluster.representative).words if word not in _ASKING]
    shared = " ".join(cluster.terms).casefold().split()
    telling = [word for word in said if word in shared] or shared
    words = telling if len(telling) > 1 else said or telling
    plain = dict.fromkeys(re.sub(r"[^a-z0-9]+", "", word) for word in words)
    slug = ""
    for word in list(filter(None, plain))[:_SLUG_WORDS]:
        if slug and len(slug) + len(word) >= _SLUG:
            break
        slug = f"{slug}-{word}" if slug else word[:_SLUG]
    return slug or "topic"


def _free(name: str, taken: Collection[str]) -> str:
    """`name`, or with a number where it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _title(question: str) -> str:
    """A question as a heading, with names written right."""
    title = " ".join(question.split()).strip(" ?!.,:;")
    for wrong, right in list(misspelt(title)):
        title = re.sub(rf"(?<![^\W_]){re.escape(wrong)}(?![^\W_])", right, title)
    if len(title) > _TITLE:
        title = f"{title[: _TITLE - 1].rpartition(' ')[0] or title[: _TITLE - 1]}…"
    # A name such as iOS keeps its small letter.
    return title if any(map(str.isupper, title.split(" ", 1)[0])) else title[:1].upper() + title[1:]


def _frequent(named: Iterable[Sequence[str]], least: float) -> tuple[str, ...]:
    """What is named at least so often, the most frequent first."""
    counts = Counter(name for own in named for name in own)
    return tuple(name for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if count >= least)


def _related(wordings: Sequence[str], bot: Bot) -> tuple[str, ...]:
    """Answers that come near to the wordings, the nearest first."""
    near: Counter[str] = Counter()
    for wording in wordings:
        for match, confidence in bot.match(bot.read(wording)):
            if not match.refuses and confidence >= bot.thresholds.choices / 2:
                near[match.entry] += round(1_000 * confidence)
    found = sorted(near.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(name for name, _ in found[:MOST_RELATED])
