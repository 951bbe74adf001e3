"""List, add, change and move the answers that a workspace or server taught the bot.

examples:
  framework-bot answers list --workspace slack:T0123
  framework-bot answers add --workspace slack:T0123 --title "Our GPU cluster" \\
      --phrasing "where can I train on gpus" --answer "Book it in the calendar." --link https://wiki.example.com/gpu
  framework-bot answers hide --workspace slack:T0123 beyond.jobs
  framework-bot answers undo --workspace slack:T0123 own.our-gpu-cluster
  framework-bot answers export --workspace slack:T0123 --out our-entries

A running service knows a change within seconds. `undo` goes back to the version before, also after `remove`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from adapters.cli.options import on_store
from adapters.cli.output import CommandError, counted
from adapters.server.settings import load_settings
from adapters.terminal.printable import printable
from bot.dialog.answering import Bot
from bot.factory import SHIPPED
from bot.storage.own_answers import OwnAnswers
from bot.storage.records import OwnAnswer, utc_now
from bot.teaching.folders import from_folder, to_folder
from bot.teaching.own_knowledge import bot_over, own_id, problem_of
from knowledge.errors import did_you_mean
from knowledge.loading import load

BY = "command line"
"""Who makes a change here."""


class Workspace:
    """The answers of one workspace, as the command works on them."""

    def __init__(self, answers: OwnAnswers, name: str) -> None:
        self.stored, self.name = answers, name
        self.platform = name.partition(":")[0]

    async def current(self) -> dict[str, OwnAnswer]:
        """What is in force, by id."""
        _, found = await self.stored.current(self.name)
        return {one.entry: one for one in found}

    async def one(self, name: str) -> OwnAnswer:
        """One of them. Raises CommandError where there is none."""
        known = await self.current()
        if name not in known:
            hint = did_you_mean(name, known, "`list` shows the ids")
            raise CommandError(f'"{name}" is not an answer of {self.name}; {hint}')
        return known[name]

    async def save(self, *answers: OwnAnswer) -> OwnAnswer:
        """Save new versions, all or none; the last. Raises CommandError where one cannot be used."""
        for answer in answers:
            if problem := problem_of(answer, utc_now().date()):
                raise CommandError(f"{answer.entry}: {problem}")
        return (await self.stored.save(self.platform, self.name, BY, answers))[-1]


def bot_of(below: Bot, workspace: str) -> Bot:
    """The bot that a workspace has, from the service's store. Raises CommandError."""
    _, current = on_store(load_settings(), lambda store: store.own_answers.current(workspace))
    return bot_over(below, current, utc_now().date())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A parser for each action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (help_text, _) in ACTIONS.items():
        own = actions.add_parser(name, help=help_text, description=help_text)
        own.add_argument("--workspace", required=True, metavar="NAME", help="slack:TEAM or discord:SERVER")
        own.add_argument("--json", action="store_true", help="print JSON")
        if name in ("edit", "hide", "undo", "remove"):
            own.add_argument("id", metavar="ID", help="the id of the answer")
        if name in ("add", "edit"):
            needed = name == "add"
            own.add_argument("--title", required=needed, help="what it is about, in a few words")
            own.add_argument("--phrasing", action="append", required=needed, help="how people ask; may be repeated")
            own.add_argument("--answer", required=needed, help="the answer, with **bold**, lists and links")
            own.add_argument("--link", metavar="URL", help="where more is written")
            own.add_argument("--expires", type=_day, metavar="DATE", help="the last day it is used, as YYYY-MM-DD")
        if name == "export":
            own.add_argument("--out", required=True, type=Path, metavar="DIR", help="the overlay folder to write")
        if name == "import":
            own.add_argument("folder", type=Path, metavar="DIR", help="an overlay folder")


def run(arguments: argparse.Namespace) -> None:
    if not all(arguments.workspace.partition(":")):
        raise CommandError(f'--workspace: "{arguments.workspace}" is none; write slack:TEAM or discord:SERVER')
    _, work = ACTIONS[arguments.action]
    name = arguments.workspace
    result = on_store(load_settings(), lambda store: work(Workspace(store.own_answers, name), arguments))
    if arguments.json:
        print(json.dumps(result, indent=1, default=str))
    elif isinstance(result, list):
        print(printable("\n".join([*map(_line, result), f"{counted(len(result), 'answer')}."])))
    else:
        print(printable(result["id"] if arguments.action == "add" else result["done"]))


async def _list(workspace: Workspace, _: argparse.Namespace) -> list[dict[str, Any]]:
    return [_as_json(one) for one in (await workspace.current()).values()]


async def _add(workspace: Workspace, arguments: argparse.Namespace) -> Mapping[str, Any]:
    name = own_id(arguments.title, await workspace.stored.names(arguments.workspace))
    return _as_json(await workspace.save(OwnAnswer(entry=name, **_given(arguments))))


async def _edit(workspace: Workspace, arguments: argparse.Namespace) -> Mapping[str, Any]:
    now = await workspace.one(arguments.id)
    return _as_json(await workspace.save(replace(now, **_given(arguments))), "changed")


async def _hide(workspace: Workspace, arguments: argparse.Namespace) -> Mapping[str, Any]:
    shipped = load(SHIPPED).entries
    if arguments.id not in shipped:
        hint = did_you_mean(arguments.id, shipped, "name a shipped entry")
        raise CommandError(f'"{arguments.id}" is not a shipped entry; {hint}')
    now = (await workspace.current()).get(arguments.id, OwnAnswer(entry=arguments.id))
    return _as_json(await workspace.save(replace(now, kind="hidden")), "hidden")


async def _undo(workspace: Workspace, arguments: argparse.Namespace) -> Mapping[str, Any]:
    undone = await workspace.stored.undo(workspace.platform, workspace.name, BY, arguments.id)
    undone = undone or await workspace.one(arguments.id)  # which says that there never was such an answer
    return _as_json(undone, "removed" if undone.removed else "as it was before")


async def _remove(workspace: Workspace, arguments: argparse.Namespace) -> Mapping[str, Any]:
    return _as_json(await workspace.save(replace(await workspace.one(arguments.id), removed=True)), "removed")


async def _export(workspace: Workspace, arguments: argparse.Namespace) -> Mapping[str, Any]:
    answers = (await workspace.current()).values()
    to_folder([*answers], arguments.out)
    return {"answers": len(answers), "done": f"{counted(len(answers), 'answer')} in {arguments.out}."}


async def _import(workspace: Workspace, arguments: argparse.Namespace) -> Mapping[str, Any]:
    now = await workspace.current()
    found = from_folder(arguments.folder, load(SHIPPED))
    if found:
        await workspace.save(*(replace(one, version=now.get(one.entry, one).version) for one in found))
    return {"answers": len(found), "done": f"{counted(len(found), 'answer')} imported."}


ACTIONS: Mapping[str, tuple[str, Callable[[Workspace, argparse.Namespace], Coroutine[Any, Any, Any]]]] = {
    "list": ("What the workspace taught.", _list),
    "add": ("Add an answer; prints its id.", _add),
    "edit": ("Change an answer; what is left out stays.", _edit),
    "hide": ("Do not use a shipped answer there.", _hide),
    "undo": ("Go back to the version before.", _undo),
    "remove": ("Remove an answer.", _remove),
    "export": ("Write an overlay folder.", _export),
    "import": ("Read an overlay folder.", _import),
}


def _given(arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields that were named."""
    given = {
        "title": arguments.title,
        "phrasings": tuple(arguments.phrasing) if arguments.phrasing else None,
        "text": arguments.answer,
        "link": arguments.link,
        "expires_on": arguments.expires,
    }
    return {name: value for name, value in given.items() if value is not None}


def _as_json(answer: OwnAnswer, state: str = "") -> dict[str, Any]:
    return {
        "id": answer.entry,
        "kind": answer.kind,
        "title": answer.title,
        "phrasings": list(answer.phrasings),
        "answer": answer.text,
        "link": answer.link,
        "expires": answer.expires_on,
        "version": answer.version,
        "changed_at": answer.changed_at,
        **({"done": f"{answer.entry}: {state}."} if state else {}),
    }


def _line(one: Mapping[str, Any]) -> str:
    what = one["title"] or {"hidden": "not used here", "phrasings": "further phrasings"}[one["kind"]]
    expires = f", until {one['expires']}" if one["expires"] else ""
    return f"{one['id']}  {what}  ({counted(len(one['phrasings']), 'phrasing')}, version {one['version']}{expires})"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no day; write it as YYYY-MM-DD') from None
