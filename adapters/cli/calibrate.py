"""Fit the confidence to labelled questions, and choose the thresholds for answers and choices.

examples:
  framework-bot calibrate tests/cases/chat.jsonl tests/cases/forum.jsonl
  framework-bot calibrate cases.jsonl --knowledge our-faq --write

The cases are those of "framework-bot eval". Without --write it only shows what would change.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.cli.options import add_knowledge, make_bot
from adapters.cli.output import CommandError, columns, percent, reliability_lines
from adapters.terminal.printable import printable
from bot.dialog.answering import Bot
from bot.evaluation.calibration import Fitting, calibration_yaml, examine, rank, refit
from bot.evaluation.cases import Case, read_cases
from knowledge.folder import CALIBRATION, write_atomically
from knowledge.model import Calibration

_SHARES = {
    "--false-answers": (0.02, 'share (0..1) of the questions labelled "none" that may be answered'),
    "--false-answers-by-words": (0.06, "the same where the encoder does not run: words alone tell less apart"),
}
"""Options for shares, with what they are by default."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASES.jsonl", help="labelled questions, one a line")
    for option, (share, what) in _SHARES.items():
        help_text = f"{what} (default: %(default)s)"
        parser.add_argument(option, type=_share, default=share, metavar="SHARE", help=help_text)
    parser.add_argument("--write", action="store_true", help=f"save it as {CALIBRATION} in the knowledge folder")
    add_knowledge(parser, overlay=False)


def run(arguments: argparse.Namespace) -> None:
    cases = [case for file in arguments.cases for case in read_cases(file)]
    bot = make_bot(arguments)
    alone = Bot(bot.knowledge, index=bot.index)
    words = _fitted(alone, cases, arguments.false_answers_by_words, "By words alone")
    encoded = _fitted(bot, cases, arguments.false_answers, "With the encoder") if bot.has_encoder else None
    if encoded is None:
        print("\nThe encoder does not run here: what was fitted with it is kept.")
    if arguments.write:
        file = arguments.knowledge / CALIBRATION
        kept = encoded or bot.knowledge.calibration.with_encoder
        write_atomically(file, calibration_yaml(words, kept, _command(arguments)).encode())
        print(f"\nWritten to {printable(str(file))}")
    else:
        print("\nNothing is written; use --write to save it.")


def _fitted(bot: Bot, cases: Sequence[Case], share: float, title: str) -> Calibration:
    """The calibration of this bot; prints what it changes."""
    ranked = rank(bot, cases)
    try:
        calibration = refit(bot, ranked, false_answers=share)
    except ValueError as error:
        raise CommandError(str(error)) from error
    except ImportError:
        raise CommandError("fitting needs scikit-learn: pip install scikit-learn") from None
    before, after = examine(ranked, bot.calibration), examine(ranked, calibration)
    print(f"\n{title}\n")
    print(printable("\n".join(report(before, after))))
    return calibration


def report(before: Fitting, after: Fitting) -> Iterator[str]:
    """Both calibrations side by side, then their reliability."""
    names = (
        "", "calibration error", "answers from", "choices from",
        "answered, of in scope", "  and rightly", "false answers, of none",
    )  # fmt: skip
    yield from columns(
        zip(names, ("before", *_figures(before)), ("after", *_figures(after)), strict=True), right=(1, 2)
    )
    for name, fitting in (("Before", before), ("After", after)):
        yield ""
        yield f"{name}, how far the confidence can be trusted:"
        yield from reliability_lines(fitting.reliability)


def _figures(fitting: Fitting) -> Iterator[str]:
    calibration = fitting.calibration
    for value in (fitting.calibration_error, calibration.answer_threshold, calibration.choices_threshold):
        yield f"{value:.3f}"
    yield from map(percent, (fitting.answered, fitting.answered_rightly, fitting.false_answers))


def _command(arguments: argparse.Namespace) -> str:
    """The command that makes the same file again; absolute paths would mean nothing on another machine."""
    files = [file.name if file.is_absolute() else file.as_posix() for file in arguments.cases]
    shares: list[str] = []
    for option, (default, _) in _SHARES.items():
        share = getattr(arguments, option.removeprefix("--").replace("-", "_"))
        shares += [option, str(share)] if share != default else []
    return shlex.join(["framework-bot", "calibrate", *files, *shares, "--write"])


def _share(text: str) -> float:
    """A share from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to 1")
    return value
