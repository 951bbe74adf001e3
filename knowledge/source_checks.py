"""Checks of the evidence: the article's claims, sources, dates and web addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.check_context import CheckContext
from knowledge.errors import Problem, Severity, did_you_mean
from knowledge.fields import FieldPath
from knowledge.folder import ARTICLE
from knowledge.model import Article, Entry, limit, overdue, statements

_ADDRESS = re.compile(
    r"https://(?:[a-z0-9-]+\.)+[a-z]{2,63}(?:[/?#][a-z0-9\-._~:/?#@!$&'()*+,;=%]*)?(?<![.,;:!?'])", re.IGNORECASE
)
"""An https link to a public host. Punctuation at its end would be left out of the link by chats."""


@dataclass(frozen=True, slots=True)
class ArticleCoverage:
    """How much of the article the entries carry. A claim with two sides has two parts.

    `missing` names the parts that no entry carries: a claim's id, or "id/framework" for one side.
    """

    carried: int
    total: int
    missing: tuple[str, ...] = ()

    @property
    def percent(self) -> int:
        """Per cent, rounded down: 100 means all of it."""
        return 100 * self.carried // self.total


def coverage(article: Article, entries: Iterable[Entry]) -> ArticleCoverage:
    """How much of `article` is carried by `entries`."""
    carried: set[str] = set()
    for entry in entries:
        for claim in entry.article.claims if entry.article else ():
            carried.add(claim)
            carried.update(f"{claim}/{side}" for side, cell in entry.cells.items() if cell.article)
    parts = [f"{claim.id}/{side}" if side else claim.id for claim in article.claims for side in claim.sides or ("",)]
    missing = tuple(part for part in parts if part not in carried)
    return ArticleCoverage(len(parts) - len(missing), len(parts), missing)


def claims_are_carried(context: CheckContext) -> Iterator[Problem]:
    """Every claim of the article is carried by an entry, and by a cell for each side it compares."""
    article = context.loaded.article
    if article is None:
        return
    place = context.loaded.registers[ARTICLE][0]
    claims = {claim.id: (number, claim.title) for number, claim in enumerate(article.claims)}
    # A team may replace or hide what the article says; the shipped knowledge must have all of it.
    severity: Severity = "error" if context.loaded.overlay is None else "warning"
    for part in coverage(article, context.answers).missing:
        claim, _, side = part.partition("/")
        number, title = claims[claim]
        what = f"the cell of {side} in an entry with {claim}" if side else "any entry"
        hint = f"add its `article` line to that entry's cells.{side}" if side else "add it to an entry's article.claims"
        message = f'"{title}" is not carried by {what}'
        yield Problem(place.file, place.line("claims", number), f"claims.{claim}", message, hint, severity)


def claims_are_listed(context: CheckContext) -> Iterator[Problem]:
    """An entry carries only claims that the article makes."""
    article = context.loaded.article
    known = {claim.id for claim in article.claims} if article is not None else set()
    for entry in context.entries:
        for number, claim in enumerate(entry.article.claims if entry.article else ()):
            if claim not in known:
                hint = did_you_mean(claim, known, f"list it in {ARTICLE}")
                yield context.at(entry, ("article", "claims", number), f'"{claim}" is not a claim of the article', hint)


def article_is_brought_up_to_date(context: CheckContext) -> Iterator[Problem]:
    """An entry with the article's view has at least one statement on what has changed since."""
    for entry in context.answers:
        if entry.article is not None and not entry.since:
            hint = "add at least one statement with its source under `since`"
            yield context.at(entry, ("article",), "has no statement on what has changed since", hint)


def statements_have_sources(context: CheckContext) -> Iterator[Problem]:
    """Every statement names a source. A plain FAQ and a team's own entries need none for a judgement (J)."""
    for entry in context.answers:
        vouched = not context.sourced or entry.id in context.loaded.overlaid
        for path, statement in statements(entry):
            if not statement.sources and not (vouched and statement.confidence == "J"):
                yield context.at(entry, path, "names no source", "add a key of sources.yaml under `sources`")


def sure_statements_link_to_a_page(context: CheckContext) -> Iterator[Problem]:
    """A statement with the confidence H names a source that people can open: a page, not a whole site."""
    for entry in context.answers:
        for path, statement in statements(entry):
            urls = [context.loaded.knowledge.source(entry, key).url or "" for key in statement.sources]
            pages = [url for url in urls if url.rpartition("//")[2].partition("/")[2]]
            if urls and statement.confidence == "H" and not pages:
                hint = "add a source whose `url` is the page that says it, or lower the confidence"
                yield context.at(entry, path, "is H without a link to a page", hint, context.severity(entry))


def statements_are_dated(context: CheckContext) -> Iterator[Problem]:
    """Every statement has the day on which it was checked, its own or its entry's."""
    if not context.sourced:
        return
    for entry in context.answers:
        undated = [path for path, statement in statements(entry) if statement.checked_on is None]
        if undated and entry.checked_on is None:
            message = "does not say when it was checked"
            hint = "add `checked_on` to it, or to the whole entry"
            yield context.at(entry, undated[0], message, hint, context.severity(entry))


def checks_are_recent(context: CheckContext) -> Iterator[Problem]:
    """No statement was last checked too long ago for its kind."""
    for entry in context.answers:
        for path, statement in statements(entry):
            if (day := overdue(entry, statement, context.today)) is not None:
                message = f"was checked {(context.today - day).days} days ago, more than {limit(statement).days}"
                hint = "read its sources again, then set the statement's `checked_on`"
                yield context.at(entry, path, message, hint, "warning")


def days_are_past(context: CheckContext) -> Iterator[Problem]:
    """No day of a check lies in the future."""
    hint = "write the day on which somebody really read it"
    for entry in context.entries:
        days: list[tuple[FieldPath, date | None]] = [(("checked_on",), entry.checked_on)]
        days += [((*path, "checked_on"), statement.checked_on) for path, statement in statements(entry)]
        for path, day in days:
            if day is not None and day > context.today:
                yield context.at(entry, path, f"is {day}, in the future", hint)
    for source, place, where in context.sources():
        if source.seen > context.today:
            yield place.problem((*where, "seen"), f"is {source.seen}, in the future", hint)


def addresses_are_well_formed(context: CheckContext) -> Iterator[Problem]:
    """Every source's address is one that browsers and chat platforms accept."""
    for source, place, where in context.sources():
        if source.url is not None and not _ADDRESS.fullmatch(source.url):
            hint = "copy it from the browser in full, with %20 and the like, and without punctuation at its end"
            yield place.problem((*where, "url"), "is not the https address of a public page", hint)
