"""What every command that answers has in common: which knowledge, which overlay, which thresholds."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from adapters.terminal.errors import CommandError
from adapters.terminal.progress import patience, progress_on
from bot.answering import Bot, Thresholds
from bot.assembly import SHIPPED, assemble

OVERLAY = "FRAMEWORK_BOT_OVERLAY"
ANSWER_THRESHOLD = "FRAMEWORK_BOT_ANSWER_THRESHOLD"
CHOICES_THRESHOLD = "FRAMEWORK_BOT_CHOICES_THRESHOLD"


def add_knowledge(parser: argparse.ArgumentParser, *, overlay: bool = True) -> None:
    """The options --knowledge and, where it makes sense, --overlay."""
    parser.add_argument(
        "--knowledge",
        type=Path,
        metavar="DIR",
        default=SHIPPED,
        help="knowledge folder to use instead of the shipped one",
    )
    if overlay:
        parser.add_argument(
            "--overlay",
            type=Path,
            metavar="DIR",
            help=f"folder of your own entries, laid over the knowledge (default: {OVERLAY})",
        )


def overlay_folder(arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The overlay asked for, on the command line or in the environment; None where there is none."""
    chosen: Path | None = getattr(arguments, "overlay", None)
    named = "--overlay"
    if chosen is None and environment.get(OVERLAY):
        chosen, named = Path(environment[OVERLAY]), OVERLAY
    if chosen is not None and not chosen.is_dir():
        raise CommandError(f"{named} names {chosen}, which is not a folder; make it or leave the setting out")
    return chosen


def make_bot(
    arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ, *, announce: bool = True
) -> Bot:
    """The bot that the options and the environment ask for; a long wait is explained, unless told not to `announce` it.

    Raises KnowledgeError where the files are wrong, CommandError where a setting is.
    """
    answer = _threshold(ANSWER_THRESHOLD, environment)
    choices = _threshold(CHOICES_THRESHOLD, environment)
    overlay = overlay_folder(arguments, environment)
    with patience(sys.stderr if announce else None, "Compiling the knowledge, once after each change of it ..."):
        bot = assemble(
            arguments.knowledge,
            overlay=overlay,
            watch=lambda what: progress_on(sys.stderr if announce else None, what),
        )
    if answer is not None or choices is not None:
        bot.thresholds = _thresholds(answer, choices, bot.thresholds)
    return bot


def _thresholds(answer: float | None, choices: float | None, fitted: Thresholds) -> Thresholds:
    """The settings, each with the knowledge base's own value where it is not set."""
    answer_from = fitted.answer if answer is None else answer
    choices_from = fitted.choices if choices is None else choices
    if choices_from > answer_from:
        raise CommandError(
            f"choices would start at {choices_from:g}, above answers at {answer_from:g}; "
            f"set {CHOICES_THRESHOLD} to at most {ANSWER_THRESHOLD}, and both where you set one"
        )
    return Thresholds(answer_from, choices_from)


def _threshold(name: str, environment: Mapping[str, str]) -> float | None:
    """A threshold from the environment, None where it is not set or empty."""
    text = environment.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise CommandError(f"{name} is {text!r}; set it to a number from 0 to 1, such as 0.5, or unset it")
    return value
