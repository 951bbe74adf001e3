"""`framework-bot propose`: from clusters of unanswered questions to changes of the knowledge, for review."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.curation.bot import served_bot, watched
from adapters.curation.days import days
from adapters.curation.period import add_period
from adapters.curation.proposals import as_json, head, overview, told
from adapters.curation.writing import write_whole
from adapters.settings import Settings
from adapters.terminal.check import probe
from adapters.terminal.errors import CommandError
from adapters.terminal.figures import counted
from adapters.terminal.options import OVERLAY, add_knowledge, overlay_folder
from adapters.terminal.printable import printable
from adapters.terminal.progress import patience, progress_on
from adapters.upkeep.opening import opened, settings_at_hand
from bot.answering import Bot
from bot.assembly import SHIPPED
from bot.cases import Case, read_cases, unknown_labels
from bot.curation.clustering import Cluster
from bot.curation.days import Days
from bot.curation.decision import Decision, decide, settled
from bot.curation.gathering import Material, gather
from bot.curation.ground import Ground
from bot.curation.proposal import Proposal, Proposer, overlapping
from bot.curation.report import build
from bot.curation.target import Target
from bot.feedback import Note
from bot.storage.retention import Retention
from knowledge.references import did_you_mean

_DESCRIPTION = """\
Propose changes of the knowledge for what was asked and not answered: phrasings of an entry, or the
draft of a new one. Each is checked and measured in a copy. Nothing is applied."""

_EPILOG = """\
examples:
  framework-bot propose                                what each cluster of questions calls for
  framework-bot propose --cluster 1                    the change for the first, with reasons and figures
  framework-bot propose --cluster 1 --entry choose.mobile
  framework-bot propose --all --since 2w --out patches --cases tests/cases/chat.jsonl

The change is for the overlay, where there is one (--overlay or FRAMEWORK_BOT_OVERLAY), else for the
knowledge folder. Review a patch, then, in that folder: git apply patches/01-choose-mobile.patch (or
patch -p1 < ...), and: framework-bot check. Questions and notes are read from the service's database.
"""

_NEW = "new"

Decided = Sequence[tuple[Cluster, Decision]]
"""The clusters with what each calls for, in the order of their numbers."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot propose` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_period(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--cluster", type=_number, metavar="N", help="make the change for the cluster of this number")
    which.add_argument("--all", action="store_true", help="make the changes for all clusters, some seconds each")
    parser.add_argument(
        "--entry",
        metavar="ID",
        help=f'with --cluster: for this entry, or "{_NEW}" for a new one, rather than what comes nearest',
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write each change that may be taken as a patch file")
    parser.add_argument("--force", action="store_true", help="with --out: write where there are patches already")
    parser.add_argument(
        "--cases",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="labelled questions that must not fare worse, as for eval; phrasings of the knowledge, taken out of it "
        "for the test, where left out; as often as you like",
    )
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    add_knowledge(parser)
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Propose; 0. Raises CommandError or KnowledgeError where it cannot be done."""
    now = datetime.now(UTC)
    out: Path | None = arguments.out
    try:
        period = days(arguments.since, arguments.until, now)
    except ValueError as error:
        arguments.misused(str(error))
    if arguments.entry is not None and arguments.cluster is None:
        arguments.misused("--entry goes with --cluster")
    if out is not None and not arguments.force and any(out.glob("*.patch")):
        raise CommandError(f"{out} holds patches already: name another folder, or say --force")
    settings = settings_at_hand()
    target = _target(arguments, settings)
    cases = [case for file in arguments.cases for case in read_cases(file)]
    bot = served_bot(settings, folder=target.knowledge, overlay=target.overlay)
    _warn_of_labels(cases, bot)
    material = asyncio.run(_gathered(settings, period, now, arguments.tenant))
    with patience(sys.stderr, "Putting together what asks for the same ..."):
        # Numbered as the report lists them.
        found = build(material, bot).clusters
    decided = [(cluster, decide(cluster, bot, material.notes)) for cluster in found]
    chosen = _chosen(arguments, decided, bot)
    proposals = _proposals(decided, chosen, material.notes, lambda: _ground(target, cases, bot, now))
    written = [] if out is None else _write(proposals, out)
    if arguments.json:
        print(json.dumps(_document(target, decided, proposals)))
        return 0
    print(printable("\n".join(_text(decided, proposals, target, arguments.cases))))
    for file in written:
        print(printable(f"Written: {file}"))
    return 0


def _target(arguments: argparse.Namespace, settings: Settings) -> Target:
    """The overlay named, else the knowledge folder named, else the overlay of the settings, else the shipped folder."""
    named = arguments.overlay is not None or arguments.knowledge is not SHIPPED
    set_up = settings.framework_bot_overlay
    environment = {} if named or set_up is None else {OVERLAY: str(set_up)}
    return Target(arguments.knowledge, overlay_folder(arguments, environment))


def _ground(target: Target, cases: Sequence[Case], bot: Bot, now: datetime) -> Ground:
    with patience(sys.stderr, "Checking and measuring the knowledge as it is ..."):
        return Ground(target, today=now.date(), probe=probe, cases=cases, thresholds=bot.thresholds, watch=watched)


async def _gathered(settings: Settings, period: Days, now: datetime, tenant: str | None) -> Material:
    async with opened(settings) as store:
        return await gather(store, period, now=now, retention=Retention(words=settings.words_kept), tenant=tenant)


def _chosen(arguments: argparse.Namespace, decided: Decided, bot: Bot) -> dict[int, Decision]:
    """The clusters to make changes for, by number, each with what is to be done about it."""
    if arguments.all:
        return {number: decision for number, (_, decision) in enumerate(decided, start=1)}
    number: int | None = arguments.cluster
    if number is None:
        return {}
    if number > len(decided):
        raise CommandError(f"there is no cluster {number}: {counted(len(decided), 'cluster')} in this time")
    if arguments.entry is None:
        return {number: decided[number - 1][1]}
    entries = bot.knowledge.entries
    if arguments.entry != _NEW and arguments.entry not in entries:
        mend = did_you_mean(arguments.entry, entries, f'name the id of an entry, or "{_NEW}"')
        raise CommandError(f'--entry: "{arguments.entry}" is not an entry: {mend}')
    return {number: settled(None if arguments.entry == _NEW else arguments.entry, bot)}


def _proposals(
    decided: Decided, chosen: Mapping[int, Decision], notes: Sequence[Note], make_ground: Callable[[], Ground]
) -> dict[int, Proposal]:
    """The proposals by the numbers of their clusters."""
    made = {number: Proposal(decided[number - 1][0], decision) for number, decision in chosen.items()}
    wanted = [number for number, proposal in made.items() if proposal.decision.kind != "none"]
    if not wanted:
        return made
    proposer = Proposer(make_ground(), notes)
    tell = progress_on(sys.stderr, "changes tried out")
    for done, number in enumerate(wanted, start=1):
        made[number] = proposer.propose(made[number].cluster, made[number].decision)
        if tell is not None:
            tell(done, len(wanted))
    return made


def _text(decided: Decided, proposals: Mapping[int, Proposal], target: Target, files: Sequence[Path]) -> Iterator[str]:
    """The overview, then each proposal."""
    if not decided:
        yield "Nothing was asked more than once and not answered."
        return
    yield from overview(decided)
    guarded_by = f"those of {', '.join(map(str, files))}" if files else "phrasings, taken out for the test"
    for number, proposal in proposals.items():
        yield ""
        yield from told(number, proposal, folder=str(target.folder), guarded_by=guarded_by)
    numbers = list(proposals)
    for one, other in overlapping(proposals.values()):
        yield ""
        yield f"{numbers[one]} and {numbers[other]} change the same file: apply one, then propose the other again."
    if not proposals:
        yield ""
        yield "Say --cluster N for a change with its reasons and figures, or --all."


def _document(target: Target, decided: Decided, proposals: Mapping[int, Proposal]) -> Mapping[str, Any]:
    listed = []
    for number, (cluster, decision) in enumerate(decided, start=1):
        proposal = proposals.get(number)
        listed.append(as_json(number, cluster, proposal.decision if proposal else decision, proposal))
    return {"folder": str(target.folder), "clusters": listed}


def _write(proposals: Mapping[int, Proposal], out: Path) -> list[Path]:
    """Patch files for what may be taken, each whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for number, proposal in proposals.items():
        if proposal.verdict in ("take", "look"):
            slug = re.sub(r"[^a-z0-9]+", "-", proposal.entry.lower()).strip("-")
            file = out / f"{number:02}-{slug}.patch"
            write_whole(file, (head(number, proposal) + proposal.patch).encode())
            written.append(file)
    return written


def _warn_of_labels(cases: Sequence[Case], bot: Bot) -> None:
    for label in unknown_labels(cases, bot.knowledge.entries):
        print(printable(f"no entry is called {label}: correct the label, or the knowledge"), file=sys.stderr)


def _number(text: str) -> int:
    """The number of a cluster, from 1."""
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return value
