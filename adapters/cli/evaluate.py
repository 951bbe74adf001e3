"""Measure the answers on labelled questions.

examples:
  framework-bot eval tests/cases/chat.jsonl
  framework-bot eval cases.jsonl --json
  framework-bot eval faq-cases.jsonl --knowledge our-faq --worst 50

A line of CASES is {"q": "...", "label": "choose.mobile", "alt": ["compare.mobile"]}: the question, the
entry that answers it, and others that would do. The label "none" means: must not be answered. A
conversation is {"turns": [...]} with such objects.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from adapters.cli.options import add_knowledge, make_bot
from adapters.cli.output import columns, percent, whole_number
from adapters.terminal.printable import one_line, printable
from bot.evaluation.cases import read_cases, unknown_labels
from bot.evaluation.evaluation import Evaluation, evaluate

_QUESTION_WIDTH = 100
_BAR = 20
_MOST_CONFUSIONS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASES.jsonl", help="labelled questions, one a line")
    parser.add_argument("--json", action="store_true", help="print all figures as one JSON object")
    number = whole_number(999_999_999, "{!r} is not a number from 0 up")
    parser.add_argument("--worst", type=number, default=10, metavar="N", help="how many misses to list (default: 10)")
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> None:
    cases = [case for file in arguments.cases for case in read_cases(file)]
    bot = make_bot(arguments)
    result = evaluate(bot, cases)
    if arguments.json:
        print(json.dumps({**asdict(result), "knowledge_version": bot.knowledge.version}))
    else:
        print(printable("\n".join(report(result, worst=arguments.worst))))
    for label in unknown_labels(cases, bot.knowledge.entries):
        print(printable(f"no entry is called {label}: correct the label, or the knowledge"), file=sys.stderr)


def report(result: Evaluation, *, worst: int) -> Iterator[str]:
    """The figures in lines, then the labels, what was confused, and at most `worst` misses."""
    yield from figures(result)
    if result.labels:
        rows = [
            (score.label, str(score.count), percent(score.accuracy_at_1), percent(score.accuracy_at_3))
            for score in result.labels
        ]
        table = columns([("label", "cases", "@1", "@3"), *rows], right=(1, 2, 3))
        yield from ("", "By label, worst first:", *table)
    if result.confusions:
        confusions = result.confusions[:_MOST_CONFUSIONS]
        rows = [(str(one.count), one.label, "->", one.found or "nothing") for one in confusions]
        yield from ("", "Confused with other entries:", *columns(rows, right=(0,)))
        if len(result.confusions) > len(confusions):
            yield f"and {len(result.confusions) - len(confusions)} more pairs"
    if result.misses and worst:
        yield from ("", "Worst misses, the most confident first:")
        for miss in result.misses[:worst]:
            yield f"{miss.confidence:.2f} {miss.outcome}: {one_line(miss.question, _QUESTION_WIDTH)}"
            yield f"     meant {miss.label}, found {', '.join(miss.found) or 'nothing'}"


def figures(result: Evaluation) -> Iterator[str]:
    """The figures over all cases, and the reliability table: how confident the bot was, and how often it was right."""
    yield f"{result.in_scope} questions in scope, {result.out_of_scope} out of it"
    yield ""
    yield from columns(
        [
            ("accuracy@1", percent(result.accuracy_at_1), "the first found is right"),
            ("accuracy@3", percent(result.accuracy_at_3), "one of the first three is"),
            ("answered", percent(result.answered), "of those in scope"),
            ("  wrongly", percent(result.answered_wrongly), "of those in scope"),
            ("declined", percent(result.declined), "of those in scope"),
            ("false answers", percent(result.false_answers), "of those out of scope"),
            ("calibration error", f"{result.calibration_error:.3f}", "mean distance of confidence and accuracy"),
        ],
        right=(1,),
    )
    rows = [("confidence", "cases", "mean", "right", "")]
    for one in result.reliability:
        if one.count:
            bar = "#" * round(one.accuracy * _BAR)
            rows.append(
                (f"{one.low:.1f}-{one.high:.1f}", str(one.count), f"{one.confidence:.2f}", f"{one.accuracy:.2f}", bar)
            )
    yield from ("", "How far the confidence can be trusted:", *columns(rows, right=(1, 2, 3)))
