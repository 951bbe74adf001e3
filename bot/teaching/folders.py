"""A workspace's own answers as an overlay folder, to review in Git and to move, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.storage.records import OwnAnswer
from bot.teaching.own_knowledge import entry_of
from knowledge.exporting import export_overlay
from knowledge.loading import read_folder
from knowledge.model import Entry, KnowledgeBase
from knowledge.overlay import lay_over


def to_folder(answers: Sequence[OwnAnswer], out: Path) -> None:
    """Write an overlay folder. Raises KnowledgeError where there is something already, or it cannot be written."""
    export_overlay(
        [_vouched(entry_of(one)) for one in answers if one.kind == "answer"],
        hidden=[one.entry for one in answers if one.kind == "hidden"],
        phrasings={one.entry: one.phrasings for one in answers if one.kind == "phrasings"},
        out=out,
    )


def _vouched(entry: Entry) -> Entry:
    """As a judgement: a team vouches for it, with or without a link, and a link may be to a whole site."""
    return replace(entry, answer=replace(entry.answer, confidence="J"))


def from_folder(folder: Path, below: KnowledgeBase) -> list[OwnAnswer]:
    """What an overlay folder holds, as answers that are not saved yet. Raises KnowledgeError with every mistake."""
    lay_over(below, folder)
    found = read_folder(folder)
    answers = [_answer_of(entry) for entry in found.entries.values()]
    answers += [OwnAnswer(entry=name, kind="hidden") for name in found.hide]
    answers += [OwnAnswer(entry=name, kind="phrasings", phrasings=more) for name, more in found.phrasings.items()]
    return answers


def _answer_of(entry: Entry) -> OwnAnswer:
    link = next((source.url for source in entry.sources.values() if source.url), "")
    lines = (entry.answer.text, *(f"- {one.text}" for one in entry.since), entry.next_step)
    text = entry.body or "\n".join(line for line in lines if line)
    return OwnAnswer(entry=entry.id, title=entry.title, phrasings=entry.phrasings, text=text, link=link)
