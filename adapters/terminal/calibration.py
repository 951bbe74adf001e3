"""`framework-bot calibrate`: fit the confidence to labelled questions, show what it changes, keep it."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.terminal.errors import CommandError
from adapters.terminal.figures import columns, percent, reliability_lines
from adapters.terminal.options import add_knowledge, make_bot
from adapters.terminal.printable import printable
from bot.calibration import Fitting, calibration_yaml, examine, rank, refit
from bot.cases import read_cases
from knowledge.folder import CALIBRATION

_DESCRIPTION = "Fit the confidence to labelled questions, and choose the thresholds for answers and choices."

_EPILOG = """\
examples:
  framework-bot calibrate tests/cases/chat.jsonl tests/cases/forum.jsonl
  framework-bot calibrate cases.jsonl --knowledge our-faq --write

The cases are those of "framework-bot eval". Without --write it only shows what would change.
"""

_FALSE_ANSWERS = 0.03


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot calibrate` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASES.jsonl", help="labelled questions, one a line")
    parser.add_argument(
        "--false-answers",
        type=_share,
        default=_FALSE_ANSWERS,
        metavar="SHARE",
        help='share (0..1) of the questions labelled "none" that may be answered (default: %(default)s)',
    )
    parser.add_argument("--write", action="store_true", help=f"keep it as {CALIBRATION} in the knowledge folder")
    add_knowledge(parser, overlay=False)


def run(arguments: argparse.Namespace) -> int:
    """Fit and show; 0."""
    cases = [case for file in arguments.cases for case in read_cases(file)]
    bot = make_bot(arguments)
    ranked = rank(bot, cases)
    try:
        calibration = refit(bot, ranked, false_answers=arguments.false_answers)
    except ValueError as error:
        raise CommandError(str(error)) from error
    before, after = examine(bot, ranked, bot.calibration), examine(bot, ranked, calibration)
    print(printable("\n".join(report(before, after))))
    if arguments.write:
        file = arguments.knowledge / CALIBRATION
        _write(file, calibration_yaml(calibration, _command(arguments)))
        print(f"\nWritten to {printable(str(file))}")
    else:
        print("\nNothing is written; say --write to keep it.")
    return 0


def report(before: Fitting, after: Fitting) -> Iterator[str]:
    """Both calibrations side by side, then their reliability."""
    yield from columns(
        [
            ("", "before", "after"),
            *_row("calibration error", [f"{fitting.calibration_error:.3f}" for fitting in (before, after)]),
            *_row("answers from", [f"{fitting.calibration.answer_threshold:.3f}" for fitting in (before, after)]),
            *_row("choices from", [f"{fitting.calibration.choices_threshold:.3f}" for fitting in (before, after)]),
            *_row("answered, of in scope", [percent(fitting.answered) for fitting in (before, after)]),
            *_row("  and rightly", [percent(fitting.answered_rightly) for fitting in (before, after)]),
            *_row("false answers, of none", [percent(fitting.false_answers) for fitting in (before, after)]),
        ],
        right=(1, 2),
    )
    for name, fitting in (("Before", before), ("After", after)):
        yield ""
        yield f"{name}, how far the confidence can be trusted:"
        yield from reliability_lines(fitting.reliability)


def _row(name: str, values: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(name, values[0], values[1])]


def _command(arguments: argparse.Namespace) -> str:
    """The command that makes the same file again; absolute paths would mean nothing on another machine."""
    files = [file.name if file.is_absolute() else file.as_posix() for file in arguments.cases]
    share = [] if arguments.false_answers == _FALSE_ANSWERS else ["--false-answers", str(arguments.false_answers)]
    return shlex.join(["framework-bot", "calibrate", *files, *share, "--write"])


def _write(file: Path, text: str) -> None:
    """Whole or not at all, so that a bot that watches the folder never reads half of it."""
    temporary = file.with_name(f".{file.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _share(text: str) -> float:
    """A share from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to 1")
    return value
