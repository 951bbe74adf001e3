"""What one entry has to say in full: for its own page, for search engines and for programs."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.dialog.answering import Bot
from bot.dialog.reply import Block, Bullets, Choices, Comparison, Sources
from bot.dialog.text_renderer import plain_text
from knowledge.model import Entry

MOST_EXAMPLES = 8
"""Phrasings shown as examples of how people ask."""

_MOST_NEAR = 3


class EntryContent:
    """An entry that answers, as it is shown. `public_url` is where the service is found, "" where that is not known."""

    def __init__(self, bot: Bot, name: str, public_url: str = "") -> None:
        """Raises KeyError where there is no such entry, or it answers nothing."""
        self.entry: Entry = bot.knowledge.entries[name]
        if self.entry.kind != "answer":
            raise KeyError(name)
        reply, known = bot.show(name), bot.knowledge.entries
        self.address = f"{public_url}/answers/{name}"
        self.headline = reply.summary
        self.short: Sequence[Block] = [block for block in reply.blocks if not isinstance(block, Choices)]
        self.details = reply.details
        self.examples = self.entry.phrasings[:MOST_EXAMPLES]
        self.checked_on = self.entry.answer.checked_on or self.entry.checked_on
        whole = [self.entry.split_from] if self.entry.split_from is not None else []
        parts = (one.id for one in known.values() if one.split_from == name)
        names = dict.fromkeys((*whole, *self.entry.related, *parts))
        self.related = [known[one] for one in names if one in known and known[one].kind == "answer"]
        self.knowledge_version = reply.knowledge_version

    @property
    def linked_data(self) -> dict[str, Any]:
        """The page in the words of schema.org."""
        checked = {"dateModified": self.checked_on.isoformat()} if self.checked_on is not None else {}
        text = plain_text([*self.short, *self.details])
        answer = {"@type": "Answer", "text": text, "url": self.address, **checked}
        question = {"@type": "Question", "name": self.entry.title, "answerCount": 1, "acceptedAnswer": answer}
        page = {"@context": "https://schema.org", "@type": "QAPage", "url": self.address, **checked}
        return {**page, "name": self.entry.title, "mainEntity": question}

    def as_json(self) -> dict[str, Any]:
        """For programs. In texts, [1] is the number of a source."""
        rows = [row for block in self.details if isinstance(block, Comparison) for row in block.rows]
        changes = [item for block in self.details if isinstance(block, Bullets) for item in block.items]
        notes = [note for block in self.details if isinstance(block, Sources) for note in block.notes]
        return {
            "id": self.entry.id,
            "title": self.entry.title,
            "address": self.address,
            "headline": self.headline,
            "text": plain_text(self.short),
            "details": plain_text(self.details),
            "comparison": [asdict(row) for row in rows],
            "changes": changes,
            "verdict_on_article": self.entry.article.verdict if self.entry.article is not None else None,
            "sources": [{**asdict(note), "seen": note.seen.isoformat()} for note in notes],
            "examples": list(self.examples),
            "related": [{"id": one.id, "title": one.title} for one in self.related],
            "checked_on": self.checked_on.isoformat() if self.checked_on is not None else None,
            "knowledge_version": self.knowledge_version,
        }


def near(bot: Bot, name: str) -> list[Entry]:
    """The entries that may have been meant by an id that none has, the likeliest first."""
    known = {entry.id: entry for entry in bot.knowledge.entries.values() if entry.kind == "answer"}
    words = " ".join(name.replace("-", " ").split(".")[1:]) or name
    by_words = [match.entry for match, _ in bot.match(bot.parse(words)) if match.entry in known][:_MOST_NEAR]
    names = dict.fromkeys((*difflib.get_close_matches(name, known, n=_MOST_NEAR, cutoff=0.7), *by_words))
    return [known[one] for one in names]
