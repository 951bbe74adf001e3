"""Checks of what the entries rest on: the article's claims, sources, dates and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from knowledge.article import SOURCE_KEY, coverage
from knowledge.case import Case, Severity
from knowledge.draft import unwritten
from knowledge.errors import Problem
from knowledge.folder import ARTICLE
from knowledge.model import Source
from knowledge.recommendation import all_rules
from knowledge.references import Path, did_you_mean, statements

_ADDRESS = re.compile(r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)


def claims_are_carried(case: Case) -> Iterator[Problem]:
    """Every claim of the article is carried by some entry, and by a cell for each side it compares."""
    article = case.loaded.article
    if article is None:
        return
    place = case.loaded.registers[ARTICLE][0]
    lines = {claim.id: place.line("claims", number) for number, claim in enumerate(article.claims)}
    titles = {claim.id: claim.title for claim in article.claims}
    # A team may well replace or hide what the article says; what we ship may not lose it.
    severity: Severity = "error" if case.loaded.overlay is None else "warning"
    for part in coverage(article, case.answers).missing:
        claim, _, side = part.partition("/")
        what = f"the cell of {side} in an entry with {claim}" if side else "any entry"
        mend = f"add its `article` line to that entry's cells.{side}" if side else "add it to an entry's article.claims"
        message = f'"{titles[claim]}" is not carried by {what}'
        yield Problem(place.file, lines[claim], f"claims.{claim}", message, mend, severity)


def claims_are_listed(case: Case) -> Iterator[Problem]:
    """An entry carries only claims that the article makes."""
    article = case.loaded.article
    known = {claim.id for claim in article.claims} if article is not None else set()
    for entry in case.entries:
        for number, claim in enumerate(entry.article.claims if entry.article else ()):
            if claim not in known:
                mend = did_you_mean(claim, known, f"list it in {ARTICLE}")
                yield case.at(entry, ("article", "claims", number), f'"{claim}" is not a claim of the article', mend)


def article_is_a_source(case: Case) -> Iterator[Problem]:
    """Where an entry tells the article's view, the register holds the article: without it, none is shown."""
    if SOURCE_KEY not in case.loaded.knowledge.sources:
        for entry in case.answers:
            if entry.article is not None:
                message = f'is never shown: sources.yaml has no "{SOURCE_KEY}"'
                yield case.at(entry, ("article",), message, f'add the source "{SOURCE_KEY}" with title and date')


def article_is_brought_up_to_date(case: Case) -> Iterator[Problem]:
    """Next to the article's view and its verdict stands at least one statement on how things are since then."""
    for entry in case.answers:
        if entry.article is not None and not entry.since:
            mend = "add at least one statement with its source under `since`"
            yield case.at(entry, ("article",), "has nothing beside it on what has changed since", mend)


def statements_have_sources(case: Case) -> Iterator[Problem]:
    """Every statement names a source. A plain FAQ and a team's own entries may do without, as their own judgement.

    What is still to be written states nothing yet.
    """
    for entry in case.answers:
        vouched = not case.sourced or entry.id in case.loaded.overlaid
        for path, statement in statements(entry):
            spared = unwritten(statement.text) or (vouched and statement.confidence == "J")
            if not statement.sources and not spared:
                yield case.at(entry, path, "names no source", "add a key of sources.yaml under `sources`")


def statements_are_dated(case: Case) -> Iterator[Problem]:
    """Every statement says when it was checked, itself or through its entry."""
    if not case.sourced:
        return
    for entry in case.answers:
        undated = [path for path, statement in statements(entry) if statement.checked_on is None]
        if undated and entry.checked_on is None:
            message = "does not say when it was checked"
            mend = "add `checked_on` to it, or to the whole entry"
            yield case.at(entry, undated[0], message, mend, case.severity(entry))


def checks_are_recent(case: Case) -> Iterator[Problem]:
    """What an entry says was checked not too long ago."""
    for entry in case.answers:
        dated: list[tuple[date, Path]] = []
        for path, statement in statements(entry):
            if statement.checked_on is not None:
                dated.append((statement.checked_on, (*path, "checked_on")))
            elif entry.checked_on is not None:
                dated.append((entry.checked_on, ("checked_on",)))
        if not dated:
            continue
        day, path = min(dated, key=lambda pair: pair[0])
        age = (case.today - day).days
        if age > case.limits.stale_after:
            message = f"is {age} days old, more than {case.limits.stale_after}"
            yield case.at(entry, path, message, "read the sources again, then set the new day", "warning")


def days_are_past(case: Case) -> Iterator[Problem]:
    """Nothing was checked or seen in the future."""
    mend = "write the day it was really looked at"
    for entry in case.entries:
        days: list[tuple[Path, date | None]] = [(("checked_on",), entry.checked_on)]
        days += [((*path, "checked_on"), statement.checked_on) for path, statement in statements(entry)]
        days += [(("sources", key, "seen"), source.seen) for key, source in entry.sources.items()]
        for path, day in days:
            if day is not None and day > case.today:
                yield case.at(entry, path, f"is {day}, in the future", mend)
    for key, source in case.loaded.knowledge.sources.items():
        if source.seen > case.today:
            yield case.at_source(key, "seen", f"is {source.seen}, in the future", mend)


def addresses_are_well_formed(case: Case) -> Iterator[Problem]:
    """Every source's address is one that a browser and a chat platform take."""
    for key, source in case.loaded.knowledge.sources.items():
        for message, mend in _faults(source):
            yield case.at_source(key, "url", message, mend)
    for entry in case.entries:
        for key, source in entry.sources.items():
            for message, mend in _faults(source):
                yield case.at(entry, ("sources", key, "url"), message, mend)


def sources_are_used(case: Case) -> Iterator[Problem]:
    """The registers hold nothing that no statement rests on."""
    used = {SOURCE_KEY}
    for entry in case.entries:
        named = {key for _, statement in statements(entry) for key in statement.sources}
        used |= named - entry.sources.keys()
        for key in entry.sources.keys() - named:
            yield case.at(entry, ("sources", key), "is not used", "name it in a statement, or remove it", "warning")
    vocabulary = case.vocabulary
    for term in (*vocabulary.frameworks, *vocabulary.tools, *vocabulary.concepts):
        used.update(term.sources)
    recommendation = case.loaded.knowledge.recommendation
    for _, rule in all_rules(recommendation) if recommendation is not None else ():
        used.update(getattr(rule, "sources", ()))
    for key in case.loaded.knowledge.sources:
        if key not in used:
            yield case.at_source(key, "title", "is not used", "name it in a statement, or remove it", "warning")


def address_fault(address: str) -> tuple[str, str] | None:
    """What is wrong with a source's address and the mend, or None where it is an https link to a page."""
    copy = "copy it from the browser"
    try:
        parts = urlsplit(address)
        public = _HOST.fullmatch(parts.hostname or "") and parts.port is None and parts.username is None
    except ValueError as error:
        return f"is not an address: {error}", copy
    if parts.scheme != "https":
        return "does not begin with https://", "write it in full, and try whether it answers"
    if not _ADDRESS.fullmatch(address):
        return "holds characters an address may not have", f"{copy}, with %20 and the like"
    if not public:
        return f'has "{parts.netloc}" where a public host name is expected', copy
    if address[-1] in ".,;:!?'":
        return f'ends in "{address[-1]}"', "remove the last character: links in chats would not take it"
    return None


def _faults(source: Source) -> Iterator[tuple[str, str]]:
    fault = address_fault(source.url) if source.url is not None else None
    if fault is not None:
        yield fault
