"""The sections of the page, each under its heading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.curation import phrases
from adapters.curation.charts import Bar, chart, figure, table
from adapters.terminal.figures import counted
from adapters.terminal.printable import one_line
from adapters.web.markup import Html, bullets, element, joined, paragraph
from bot.curation.clustering import Cluster
from bot.curation.judged import Judged
from bot.curation.report import Report
from bot.curation.shortfall import Standing

MOST = {"open": 50, "refused": 20, "answered": 20}
"""Clusters that are told of each kind; the JSON has all."""

MOST_WORDINGS = 20
MOST_ONCE = 100
MOST_ENTRIES = 20
MOST_BARS = 10
MOST_REMARKS = 10
_QUESTION = 500

_BARS_AND_MARKS = "Bar: this period. Upright mark: the period before."

Section = tuple[str, str, Html]
"""Its name in the address, its heading, and what stands in it."""


def sections_of(report: Report) -> Iterator[Section]:
    """Those that have something to tell, in the order of reading."""
    yield "ended", "How it ended", _traffic(report)
    for standing in ("open", "refused", "answered"):
        found = phrases.numbered(report, standing)
        if found or standing == "open":
            yield standing, phrases.HEADINGS[standing], _clusters(found, standing)
    if report.singles:
        yield "once", "Asked once", _singles(report)
    if report.judged:
        yield "judged", "What people thought of the answers", _judged(report)
    if report.shown:
        yield "shown", "Most shown", _shown(report)
    if report.stale:
        yield "stale", f"Checked more than {report.stale_after} days ago", _stale(report)
    if report.unasked and report.traffic.asked.now:
        yield "unasked", "Never asked for in this time", _unasked(report)


def _traffic(report: Report) -> Html:
    figures = report.traffic
    if not (figures.asked.now or figures.asked.before):
        return paragraph("Nothing was asked, in this period or in the one before.")
    bars = [
        Bar(phrases.ENDINGS[ending], trend.now, f"{trend.now:,}", trend.before)
        for ending, trend in figures.endings
        if trend.now or trend.before
    ]
    rows = [
        (phrases.ENDINGS[ending], f"{trend.now:,}", f"{trend.before:,}", phrases.change(trend))
        for ending, trend in figures.endings
    ]
    asked = figures.asked
    rows.append(("asked in all", f"{asked.now:,}", f"{asked.before:,}", phrases.change(asked)))
    described = ", ".join(f"{bar.label} {bar.told}" for bar in bars)
    drawn = chart("ended-chart", "How questions ended", f"Of {asked.now:,} asked: {described}.", bars)
    platforms = [
        (phrases.platform(one.platform), f"{one.asked.now:,}", f"{one.asked.before:,}", phrases.part(one.answered))
        for one in figures.platforms
    ]
    return joined(
        paragraph(
            f"Answered: {phrases.part(figures.answered)} of what the knowledge is there for "
            f"(in the period before: {phrases.part(figures.answered_before)})."
        ),
        figure(drawn, _BARS_AND_MARKS, table("How it ended", ("ending", "now", "before", "change"), rows)),
        table("By platform", ("platform", "asked", "before", "answered"), platforms),
    )


def _clusters(found: Sequence[tuple[int, Cluster]], standing: Standing) -> Html:
    if not found:
        return paragraph("Nothing that was asked more than once.")
    parts = [paragraph(phrases.MEANINGS[standing])]
    if standing == "open":
        top = [one for _, one in found[:MOST_BARS]]
        bars = [Bar(one.representative, one.count, f"{one.count:,}", one.earlier) for one in top]
        described = "; ".join(f"{one_line(bar.label, 60)}: {bar.told}" for bar in bars)
        rows = [(_shortened(one.representative), f"{one.count:,}", f"{one.earlier:,}") for one in top]
        drawn = chart("open-chart", "What was asked most and not answered", f"{described}.", bars)
        figures = table("What was asked most and not answered", ("question", "now", "before"), rows)
        parts.append(figure(drawn, _BARS_AND_MARKS, figures))
    parts += [_cluster(number, cluster) for number, cluster in found[: MOST[standing]]]
    return joined(*parts, _more(len(found) - MOST[standing], "clusters"))


def _cluster(number: int, cluster: Cluster) -> Html:
    told = [f"Asked {phrases.asked(cluster)}."]
    if cluster.terms:
        told.append(f"Words: {', '.join(cluster.terms)}.")
    if cluster.standing == "open":
        told.append(f"Nearest: {phrases.nearest(cluster)}.")
    parts = [element("h3", f"{number}. {_quoted(cluster.representative)}"), *(paragraph(one) for one in told)]
    if cluster.why:
        parts.append(bullets(cluster.why))
    if len(cluster.questions) > 1:
        shown = cluster.questions[:MOST_WORDINGS]
        parts.append(
            element(
                "details",
                element("summary", f"{counted(len(cluster.questions), 'wording')}"),
                bullets(_shortened(text) for text in shown),
                _more(len(cluster.questions) - len(shown), "wordings"),
            )
        )
    return element("article", *parts)


def _singles(report: Report) -> Html:
    found = [cluster for cluster in report.singles if cluster.standing == "open"]
    closed = len(report.singles) - len(found)
    return joined(
        paragraph(
            f"{counted(len(found), 'question')} not answered, the newest first; {closed:,} more are turned down on "
            "purpose or answered by today's knowledge."
        ),
        bullets(f"{_quoted(one.representative)} Nearest: {phrases.nearest(one)}." for one in found[:MOST_ONCE]),
        _more(len(found) - MOST_ONCE, "questions"),
    )


def _judged(report: Report) -> Html:
    ranked = [one for one in report.judged if one.ranked][:MOST_BARS]
    rows = [
        (
            phrases.entry(one.entry, one.title),
            f"{one.helpful.part:,}",
            f"{one.unhelpful.part:,}",
            phrases.part(one.helpful),
            f"{one.unhelpful.at_least * 100:.0f} %" if one.ranked else "too few",
        )
        for one in report.judged[:MOST_ENTRIES]
    ]
    columns = ("entry", "helpful", "unhelpful", "share helpful", "surely unhelpful")
    figures = table("Judgements by entry", columns, rows)
    if ranked:
        bars = [Bar(one.entry or "no entry", one.unhelpful.at_least * 100, phrases.votes(one)) for one in ranked]
        described = "; ".join(f"{bar.label}: {bar.told}" for bar in bars)
        drawn = chart("judged-chart", "Entries that surely helped least", f"{described}.", bars)
        figures = figure(drawn, "Bar: share of unhelpful votes that is certain.", figures)
    remarked = [one for one in report.judged if one.remarks][:MOST_ENTRIES]
    return joined(
        paragraph(phrases.JUDGED_MEANING),
        figures,
        _more(len(report.judged) - MOST_ENTRIES, "entries"),
        *(_remarks(one) for one in remarked),
    )


def _remarks(one: Judged) -> Html:
    parts = [element("h3", phrases.entry(one.entry, one.title))]
    parts.append(bullets(phrases.remark(remark) for remark in one.remarks[:MOST_REMARKS]))
    parts.append(_more(len(one.remarks) - MOST_REMARKS, "remarks"))
    if one.suggested:
        wanted = ", ".join(f"{name} ({count})" for name, count in one.suggested)
        parts.append(paragraph(f"Wanted instead: {wanted}."))
    return joined(*parts)


def _shown(report: Report) -> Html:
    top = report.shown[:MOST_ENTRIES]
    bars = [Bar(one.entry, one.times.now, f"{one.times.now:,}", one.times.before) for one in top[:MOST_BARS]]
    described = "; ".join(f"{bar.label}: {bar.told}" for bar in bars)
    rows = [
        (
            phrases.entry(one.entry, one.title),
            f"{one.times.now:,}",
            f"{one.times.before:,}",
            phrases.change(one.times),
        )
        for one in top
    ]
    drawn = chart("shown-chart", "Entries shown most", f"{described}.", bars)
    figures = table("Entries shown as the answer", ("entry", "now", "before", "change"), rows)
    return joined(figure(drawn, _BARS_AND_MARKS, figures), _more(len(report.shown) - len(top), "entries"))


def _stale(report: Report) -> Html:
    rows = [
        (phrases.entry(one.entry, one.title), one.checked_on.isoformat(), f"{one.age:,}", f"{one.shown:,}")
        for one in report.stale[:MOST_ENTRIES]
    ]
    return joined(
        paragraph("Those that people were shown most come first."),
        table("Entries to check again", ("entry", "checked on", "days ago", "shown"), rows),
        _more(len(report.stale) - len(rows), "entries"),
    )


def _unasked(report: Report) -> Html:
    return joined(
        paragraph(f"{len(report.unasked):,} of {counted(report.answers, 'entry', 'entries')}."), bullets(report.unasked)
    )


def _more(number: int, what: str) -> Html:
    return paragraph(f"And {number:,} more {what}.", class_="quiet") if number > 0 else Html()


def _quoted(text: str) -> str:
    return f"“{_shortened(text)}”"


def _shortened(text: str) -> str:
    return one_line(text, _QUESTION)
