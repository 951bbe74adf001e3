"""What the bot knows, to browse and to search: menus by group, and suggestions as one types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process, utils

from adapters.slack.blockkit import OPTIONS, Block, escaped, header, marked, option, plain, sections
from adapters.slack.values import encode
from knowledge.model import Entry, KnowledgeBase

SEARCH = "topic-search"
"""The menu that looks through all topics."""

_MOST_GROUPS = 40
_MOST_FOUND = 20
_LEAST_LIKE = 60
_GLIMPSE = 3


def answers(knowledge: KnowledgeBase) -> list[Entry]:
    """The entries that answer something, in the knowledge base's order."""
    return [entry for entry in knowledge.entries.values() if entry.kind == "answer"]


def comparable(knowledge: KnowledgeBase) -> list[Entry]:
    """The entries that set frameworks side by side."""
    return [entry for entry in answers(knowledge) if entry.cells]


def topic_blocks(knowledge: KnowledgeBase) -> list[Block]:
    """Every topic, in a menu a group, and one menu that searches all of them."""
    groups = _groups(answers(knowledge))
    blocks = [header("Topics"), *sections(f"{sum(map(len, groups.values()))} topics. Pick one, search, or just ask.")]
    blocks.append({"type": "actions", "elements": [search_menu(SEARCH, "Search all topics")]})
    for name, entries in list(groups.items())[:_MOST_GROUPS]:
        blocks.append(_group(name, entries))
    return blocks


def search_menu(action: str, words: str) -> Block:
    """A menu that asks for suggestions from the first letter on."""
    return {"type": "external_select", "action_id": action, "min_query_length": 1, "placeholder": plain(words)}


def suggestions(entries: Sequence[Entry], typed: str, *, value: str = "") -> list[Block]:
    """Options for what was typed so far: titles that hold it first, then titles and phrasings that are like it.

    `value` "entry": the bare id, for a form; else what a button would carry.
    """
    wanted = utils.default_process(typed[:100])
    titles = {entry.id: utils.default_process(entry.title) for entry in entries}
    held = [entry.id for entry in entries if wanted in titles[entry.id]]
    held.sort(key=lambda name: (not titles[name].startswith(wanted), titles[name].find(wanted)))
    like = process.extract(wanted, titles, scorer=fuzz.WRatio, score_cutoff=_LEAST_LIKE, limit=_MOST_FOUND)
    found = dict.fromkeys([*held, *(name for _, _, name in like)])
    by_id = {entry.id: entry for entry in entries}
    return [
        option(by_id[name].title, name if value == "entry" else encode("show", name))
        for name in list(found)[:_MOST_FOUND]
    ]


def _group(name: str, entries: Sequence[Entry]) -> Block:
    glimpse = "; ".join(entry.title for entry in entries[:_GLIMPSE])
    rest = len(entries) - _GLIMPSE
    return {
        "type": "section",
        "text": marked(f"*{escaped(_named(name))}*\n{escaped(glimpse)}{f'; {rest} more' if rest > 0 else ''}"),
        "accessory": {
            "type": "static_select",
            "action_id": f"topic-{name}",
            "placeholder": plain("Pick a topic"),
            "options": [option(entry.title, encode("show", entry.id)) for entry in entries[:OPTIONS]],
        },
    }


def _named(group: str) -> str:
    return group.replace("-", " ").capitalize()


def _groups(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    """By the part of an id before its first dot; ids without one under "all"."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        group, dot, _ = entry.id.partition(".")
        found.setdefault(group if dot else "all", []).append(entry)
    return found
