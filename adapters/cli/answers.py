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
    result = on_store(load_settings(), lambda store: work(store.own_answers, arguments))
    if arguments.json:
        print(json.dumps(result, indent=1, default=str))
    elif isinstance(result, list):
        print(printable("\n".join([*map(_line, result), f"{counted(len(result), 'answer')}."])))
    else:
        print(printable(result["id"] if arguments.action == "add" else result["done"]))


async def _list(stored: OwnAnswers, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    return [_as_json(one) for one in (await _current(stored, arguments)).values()]


async def _add(stored: OwnAnswers, arguments: argparse.Namespace) -> Mapping[str, Any]:
    name = own_id(arguments.title, await stored.names(arguments.workspace))
    return _as_json(await _save(stored, arguments, OwnAnswer(entry=name, **_given(arguments))))


async def _edit(stored: OwnAnswers, arguments: argparse.Namespace) -> Mapping[str, Any]:
    now = await _named(stored, arguments)
    return _as_json(await _save(stored, arguments, replace(now, **_given(arguments))), "changed")


async def _hide(stored: OwnAnswers, arguments: argparse.Namespace) -> Mapping[str, Any]:
    shipped = load(SHIPPED).entries
    if arguments.id not in shipped:
        hint = did_you_mean(arguments.id, shipped, "name a shipped entry")
        raise CommandError(f'"{arguments.id}" is not a shipped entry; {hint}')
    now = (await _current(stored, arguments)).get(arguments.id, OwnAnswer(entry=arguments.id))
    return _as_json(await _save(stored, arguments, replace(now, kind="hidden")), "hidden")


async def _undo(stored: OwnAnswers, arguments: argparse.Namespace) -> Mapping[str, Any]:
    undone = await stored.undo(_platform(arguments), arguments.workspace, BY, arguments.id)
    undone = undone or await _named(stored, arguments)  # which says that there never was such an answer
    return _as_json(undone, "removed" if undone.removed else "as it was before")


async def _remove(stored: OwnAnswers, arguments: argparse.Namespace) -> Mapping[str, Any]:
    removed = replace(await _named(stored, arguments), removed=True)
    return _as_json(await _save(stored, arguments, removed), "removed")


async def _export(stored: OwnAnswers, arguments: argparse.Namespace) -> Mapping[str, Any]:
    answers = (await _current(stored, arguments)).values()
    to_folder([*answers], arguments.out)
    return {"answers": len(answers), "done": f"{counted(len(answers), 'answer')} in {arguments.out}."}


async def _import(stored: OwnAnswers, arguments: argparse.Namespace) -> Mapping[str, Any]:
    now = await _current(stored, arguments)
    found = from_folder(arguments.folder, load(SHIPPED))
    if found:
        await _save(stored, arguments, *(replace(one, version=now.get(one.entry, one).version) for one in found))
    return {"answers": len(found), "done": f"{counted(len(found), 'answer')} imported."}


ACTIONS: Mapping[str, tuple[str, Callable[[OwnAnswers, argparse.Namespace], Coroutine[Any, Any, Any]]]] = {
    "list": ("What the workspace taught.", _list),
    "add": ("Add an answer; prints its id.", _add),
    "edit": ("Change an answer; what is left out stays.", _edit),
    "hide": ("Do not use a shipped answer there.", _hide),
    "undo": ("Go back to the version before.", _undo),
    "remove": ("Remove an answer.", _remove),
    "export": ("Write an overlay folder.", _export),
    "import": ("Read an overlay folder.", _import),
}


async def _current(stored: OwnAnswers, arguments: argparse.Namespace) -> dict[str, OwnAnswer]:
    """What is in force in the workspace, by id."""
    _, found = await stored.current(arguments.workspace)
    return {one.entry: one for one in found}


async def _named(stored: OwnAnswers, arguments: argparse.Namespace) -> OwnAnswer:
    """The answer that was named. Raises CommandError where there is none."""
    known = await _current(stored, arguments)
    if arguments.id not in known:
        hint = did_you_mean(arguments.id, known, "`list` shows the ids")
        raise CommandError(f'"{arguments.id}" is not an answer of {arguments.workspace}; {hint}')
    return known[arguments.id]


async def _save(stored: OwnAnswers, arguments: argparse.Namespace, *answers: OwnAnswer) -> OwnAnswer:
    """Save new versions, all or none; the last. Raises CommandError where one cannot be used."""
    for answer in answers:
        if problem := problem_of(answer, utc_now().date()):
            raise CommandError(f"{answer.entry}: {problem}")
    return (await stored.save(_platform(arguments), arguments.workspace, BY, answers))[-1]


def _platform(arguments: argparse.Namespace) -> str:
    return str(arguments.workspace).partition(":")[0]


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
