"""Write the knowledge base, or some of its entries, as YAML, JSON or CSV.

examples:
  framework-bot export --out our-copy
  framework-bot export --out knowledge.json --overlay our-entries
  framework-bot export --out beyond.csv --group beyond
  framework-bot export --out - --entries compare.mobile choose.mobile

yaml  a knowledge folder with a file for each entry, as people write it
json  one document with everything, in the same terms
csv   for spreadsheets: phrasing, label, title and answer, a row for each phrasing; import reads it

With --overlay it is the knowledge that the bot has: what the overlay replaces or hides is left out.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from adapters.cli.options import add_knowledge, chosen_settings
from adapters.cli.output import CommandError, counted
from adapters.terminal.printable import printable
from adapters.terminal.progress import progress_on
from knowledge.errors import did_you_mean
from knowledge.exporting import FORMS, Form, export_file, export_folder, form_of, part_of, text_of
from knowledge.model import KnowledgeBase
from knowledge.overlay import load_both


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", metavar="PATH", required=True, help="the folder (yaml) or file to write; - for standard output"
    )
    parser.add_argument("--format", choices=FORMS, help="the form (default: by the ending of PATH, else yaml)")
    parser.add_argument("--entries", nargs="+", metavar="ID", default=[], help="only these entries")
    parser.add_argument(
        "--group", nargs="+", metavar="NAME", default=[], help='only entries of these groups, such as "beyond"'
    )
    parser.add_argument("--force", action="store_true", help="write even where there is something already")
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> None:
    """Export and report the result."""
    to_output, out = arguments.out == "-", Path(arguments.out)
    form: Form = arguments.format or ("json" if to_output else form_of(out))
    if form == "yaml" and to_output:
        raise CommandError("yaml is a folder with a file for each entry; name a folder, or say --format json or csv")
    if form == "yaml" and out.resolve().is_relative_to(arguments.knowledge.resolve()):
        raise CommandError(f"--out lies inside {arguments.knowledge}, which would read it twice; choose another place")
    found = load_both(arguments.knowledge, chosen_settings(arguments).overlay, progress=progress_on(sys.stderr))
    only = _chosen(found.knowledge, arguments.entries, arguments.group)
    if only is not None:
        found = part_of(found, only)
    if to_output:
        sys.stdout.buffer.write(text_of(found, form).encode())
        return
    if form == "yaml":
        export_folder(found, out, force=arguments.force)
    else:
        export_file(found, out, form, force=arguments.force)
    entries = found.knowledge.entries.values()
    phrasings = counted(sum(len(entry.phrasings) for entry in entries), "phrasing")
    print(printable(f"{counted(len(entries), 'entry', 'entries')} with {phrasings} in {out}."))
    place = shlex.quote(str(out))
    if form == "yaml":
        option = "--knowledge" if only is None else "--overlay"
        print(printable(f"Check it: framework-bot check {option} {place}"))
    elif form == "csv":
        print(printable(f"Read it back: framework-bot import {place} --out DIR"))


def _chosen(knowledge: KnowledgeBase, names: list[str], groups: list[str]) -> frozenset[str] | None:
    """The ids of the entries that were asked for; None for all. Raises CommandError for unknown ones."""
    if not names and not groups:
        return None
    members: dict[str, list[str]] = {}
    for name in knowledge.entries:
        members.setdefault(name.partition(".")[0], []).append(name)
    for name in names:
        if name not in knowledge.entries:
            hint = did_you_mean(name, knowledge.entries, "name the id of an entry")
            raise CommandError(f'--entries: "{name}" is not an entry; {hint}')
    for group in groups:
        if group not in members:
            hint = did_you_mean(group, members, "name the part of an id before its first dot")
            raise CommandError(f'--group: no entry belongs to "{group}"; {hint}')
    return frozenset((*names, *(name for group in groups for name in members[group])))
