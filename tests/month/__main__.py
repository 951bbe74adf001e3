"""A scripted month of questions, and how much of it the report and the proposals find.

python -m tests.month [questions]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.terminal.check import probe
from bot.assembly import SHIPPED, assemble
from bot.curation.report import build
from bot.curation.target import Target
from tests.month.finding import LEAST, Findings, findings
from tests.month.playing import Clock, Played, gathered, play
from tests.month.proposing import Outcome, Watched, outcomes
from tests.month.script import PERIOD, cases, month

QUESTIONS = 3_000


def main(arguments: Sequence[str]) -> int:
    """Play, report, propose, and print; 0."""
    questions = int(arguments[0]) if arguments else QUESTIONS
    bot, clock = assemble(), Clock()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'month.sqlite3'}"
        played = asyncio.run(play(month(questions), url, bot, clock=clock))
        clock.now = PERIOD.ends
        material = asyncio.run(gathered(url, clock))
    found = findings(build(material, bot), played.exchanges)
    print("\n".join(_found(found, played)), flush=True)  # noqa: T201 - tables are what this is for
    ground = Watched(Target(SHIPPED), today=PERIOD.after, probe=probe, cases=cases())
    print("\n".join(_proposed(outcomes(found.fates, ground, material.notes))))  # noqa: T201 - as above
    return 0


def _found(found: Findings, played: Played) -> Iterator[str]:
    yield f"{len(played.exchanges):,} questions, {sum(one.kept for one in played.exchanges):,} kept as unanswered"
    yield "\ntopic                        asked  kept  misled  small talk  found by  in it    standing"
    for fate in found.fates:
        by = "-" if fate.cluster is None else str(fate.cluster.count)
        standing = "" if fate.cluster is None else fate.cluster.standing
        yield (
            f"{fate.topic.name:28} {fate.asked:5} {fate.kept:5} {fate.misled:7} {fate.small_talk:11} {by:>9}"
            f" {fate.covered:6.0%}    {standing}"
        )
    planted = sum(fate.asked for fate in found.fates)
    yield f"\nplanted topics found: {found.recall:.0%}"
    yield f"planted topics found, of those with {LEAST} questions kept: {found.recall_of_reachable:.0%}"
    yield f"clusters of {LEAST} and more: {len(found.shown)}; about one thing: {found.purity:.0%}"
    yield f"open ones that are a planted topic or a known entry: {found.precision:.0%}"
    for name, count in (
        ("answered with what does not answer them", sum(fate.misled for fate in found.fates)),
        ("taken for small talk", sum(fate.small_talk for fate in found.fates)),
    ):
        yield f"planted questions {name}, which never reach the report: {count} of {planted}"


def _proposed(made: Sequence[Outcome]) -> Iterator[str]:
    yield "\ntopic                        proposal   entry                     verdict  check      held out  answered"
    for one in made:
        kind = f"{one.proposal.decision.kind}{'*' if one.by_hand else ''}"
        check = f"{len(one.proposal.errors)} errors"
        yield (
            f"{one.fate.topic.name:28} {kind:10} {one.proposal.entry[:25]:25} {one.proposal.verdict:8} {check:9}"
            f" {one.got_before} -> {one.got_after}/{one.held_out}  {one.answered_before} -> {one.answered_after}"
        )
    yield "held out: wordings nobody said that get it as an answer or among choices; answered: as an answer"
    yield "* no change was proposed by itself: made as with --entry"
    yield f"\nright kind of proposal: {sum(one.right_kind for one in made)} of {len(made)}"
    yield f"pass the check: {sum(not one.proposal.errors for one in made)} of {len(made)}"
    yield f"raise their held-out wordings: {sum(one.raises for one in made)}"
    yield f"lower them: {sum(one.lowers for one in made)}"
    yield f"make the {len(cases())} labelled questions fare worse: {sum(one.harm for one in made)}"
    for one in made:
        if one.harm:
            yield (
                f"    {one.fate.topic.name}: accuracy@1 {one.before.accuracy_at_1:.2%} -> {one.after.accuracy_at_1:.2%}"
                f", false answers {one.before.false_answers:.2%} -> {one.after.false_answers:.2%}"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
