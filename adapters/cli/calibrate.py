"""Fit the confidence to labelled questions, and choose the thresholds for answers and choices.

examples:
  framework-bot calibrate tests/cases/chat.jsonl tests/cases/forum.jsonl
  framework-bot calibrate cases.jsonl --knowledge our-faq --write

The cases are those of "framework-bot eval", whose figures it prints as they would be with what it found; ask that for
those of now. Without --write it saves nothing.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from adapters.cli.evaluate import figures
from adapters.cli.options import add_knowledge, make_bot
from adapters.cli.output import CommandError
from adapters.terminal.printable import printable
from bot.dialog.answering import Bot
from bot.evaluation.calibration import calibration_yaml, rank, refit
from bot.evaluation.cases import Case, read_cases
from bot.evaluation.evaluation import evaluate
from knowledge.folder import CALIBRATION, write_atomically
from knowledge.model import Calibration

_FALSE_ANSWERS, _BY_WORDS = 0.02, 0.06
"""Shares (0..1) of the questions labelled "none" that may be answered: where nothing else is asked for, and where the
encoder does not run, as words alone tell less apart."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASES.jsonl", help="labelled questions, one a line")
    help_text = 'share (0..1) of the questions labelled "none" that may be answered (default: %(default)s)'
    parser.add_argument("--false-answers", type=_share, default=_FALSE_ANSWERS, metavar="SHARE", help=help_text)
    parser.add_argument("--write", action="store_true", help=f"save it as {CALIBRATION} in the knowledge folder")
    add_knowledge(parser, overlay=False)


def run(arguments: argparse.Namespace) -> None:
    cases = [case for file in arguments.cases for case in read_cases(file)]
    bot = make_bot(arguments)
    words = _fitted(Bot(bot.knowledge, index=bot.index), cases, _BY_WORDS)
    encoded = _fitted(bot, cases, arguments.false_answers) if bot.has_encoder else None
    calibration = replace(words, with_encoder=encoded or bot.knowledge.calibration.with_encoder)
    knowledge = replace(bot.knowledge, calibration=calibration)
    _print("By words alone", Bot(knowledge, index=bot.index), cases)
    if (meanings := bot.meanings) is not None:
        _print("With the encoder", Bot(knowledge, index=bot.index, meanings=lambda: meanings), cases)
    else:
        print("\nThe encoder does not run here: what was fitted with it is kept.")
    if arguments.write:
        file = arguments.knowledge / CALIBRATION
        write_atomically(file, calibration_yaml(calibration, _command(arguments)).encode())
        print(f"\nWritten to {printable(str(file))}")
    else:
        print("\nNothing is written; use --write to save it.")


def _fitted(bot: Bot, cases: Sequence[Case], share: float) -> Calibration:
    """The calibration of this bot."""
    try:
        return refit(bot, rank(bot, cases), false_answers=share)
    except ValueError as error:
        raise CommandError(str(error)) from error
    except ImportError:
        raise CommandError("fitting needs scikit-learn: pip install scikit-learn") from None


def _print(title: str, fitted: Bot, cases: Sequence[Case]) -> None:
    """The thresholds of a bot, and how good it is on the cases."""
    thresholds = fitted.thresholds
    print(f"\n{title}: answers from {thresholds.answer:.3f}, choices from {thresholds.choices:.3f}\n")
    print("\n".join(figures(evaluate(fitted, cases))))


def _command(arguments: argparse.Namespace) -> str:
    """The command that makes the same file again; absolute paths would mean nothing on another machine."""
    files = [file.name if file.is_absolute() else file.as_posix() for file in arguments.cases]
    share = arguments.false_answers
    shares = ["--false-answers", str(share)] if share != _FALSE_ANSWERS else []
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
