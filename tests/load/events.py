"""What is asked in a run: labelled chat questions, each event in a channel of its own so that its posts are known."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.evaluation.cases import read_cases
from tests.slack_double.payloads import mention, message

_CASES = Path(__file__).parents[1] / "cases" / "chat.jsonl"
_numbers = itertools.count(1)


def questions() -> list[str]:
    """Questions as people type them in a chat, answerable or not, without those that follow up on another."""
    return [case.question for case in read_cases(_CASES) if not case.after]


def asked(chosen: list[str]) -> Iterator[dict[str, Any]]:
    """Events without end: three mentions, then a direct message, each by another person in another channel."""
    for number, text in zip(_numbers, itertools.cycle(chosen), strict=False):
        user = f"U{number:08d}"
        if number % 4:
            yield mention(text, user=user, channel=f"C{number:08d}")
        else:
            yield message(text, user=user, channel=f"D{number:08d}", kind="im")


def channel_of(payload: dict[str, Any]) -> str:
    """Where an event's answer is posted."""
    return str(payload["event"]["channel"])
