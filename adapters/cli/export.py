"""Write the knowledge base as YAML, JSON or CSV.

examples:
  framework-bot export --out our-copy
  framework-bot export --out knowledge.json --overlay our-entries
  framework-bot export --out knowledge.csv
  framework-bot export --out - > knowledge.json

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
from knowledge.exporting import FORMS, Form, export_file, export_folder, form_of, text_of
from knowledge.overlay import load_both


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", metavar="PATH", required=True, help="the folder (yaml) or file to write; - for standard output"
    )
    parser.add_argument("--format", choices=FORMS, help="the form (default: by the ending of PATH, else yaml)")
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
    if to_output:
        sys.stdout.buffer.write(text_of(found, form).encode())
        return
    if form == "yaml":
        export_folder(found, out)
    else:
        export_file(found, out, form)
    entries = found.knowledge.entries.values()
    phrasings = counted(sum(len(entry.phrasings) for entry in entries), "phrasing")
    print(printable(f"{counted(len(entries), 'entry', 'entries')} with {phrasings} in {out}."))
    place = shlex.quote(str(out))
    if form == "yaml":
        print(printable(f"Check it: framework-bot check --knowledge {place}"))
    elif form == "csv":
        print(printable(f"Read it back: framework-bot import {place} --out DIR"))
