"""`framework-bot export`: the knowledge as a folder or a file to take elsewhere, and what that does not carry."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from adapters.terminal.errors import CommandError
from adapters.terminal.figures import counted
from adapters.terminal.options import add_knowledge, overlay_folder
from adapters.terminal.printable import printable
from adapters.terminal.progress import progress_on
from knowledge.exchange.losses import Losses
from knowledge.exporting import FORMS, Exported, Form, export, form_of
from knowledge.loading import load_with_places
from knowledge.model import KnowledgeBase
from knowledge.overlay import load_both
from knowledge.references import did_you_mean

_DESCRIPTION = """\
Write the knowledge base, or some of its entries, as YAML, JSON, CSV or TSV. Then tell what the form
could not carry, by entry and field.
"""

_EPILOG = """\
examples:
  framework-bot export --out our-copy
  framework-bot export --out knowledge.json --overlay our-entries
  framework-bot export --out mobile.csv --entries compare.mobile choose.mobile
  framework-bot export --out beyond.csv --group beyond

yaml  a knowledge folder with a file for each entry, as people write it
json  one file with everything, in the same terms; nothing is lost
csv   for spreadsheets: a row for each entry, its phrasings line by line in one cell
tsv   a row for each phrasing: phrasing, tab, entry, and once for each entry, tab, answer

With --overlay it is the knowledge as the bot has it: what the overlay replaces or hides is left out.
"framework-bot import" reads all of them but yaml, which is a knowledge folder already.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot export` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument("--out", type=Path, metavar="PATH", required=True, help="the folder (yaml) or file to write")
    parser.add_argument("--format", choices=FORMS, help="the form (default: by the ending of PATH, else yaml)")
    parser.add_argument("--entries", nargs="+", metavar="ID", default=[], help="only these entries")
    parser.add_argument(
        "--group", nargs="+", metavar="NAME", default=[], help='only entries of these, such as "beyond"'
    )
    parser.add_argument("--strict", action="store_true", help="write nothing, and fail, where something would be lost")
    parser.add_argument("--force", action="store_true", help="write even where there is something already")
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> int:
    """Export and say what came of it; 1 where --strict kept it from being written, else 0."""
    overlay = overlay_folder(arguments)
    progress = progress_on(sys.stderr)
    found = (
        load_with_places(arguments.knowledge, progress=progress)
        if overlay is None
        else load_both(arguments.knowledge, overlay, progress=progress)
    )
    only = chosen(found.knowledge, arguments.entries, arguments.group)
    form: Form = arguments.format or form_of(arguments.out)
    if form == "yaml" and arguments.out.resolve().is_relative_to(arguments.knowledge.resolve()):
        raise CommandError(f"--out lies inside {arguments.knowledge}, which would read it twice; choose another place")
    done = export(found, arguments.out, form=form, only=only, strict=arguments.strict, force=arguments.force)
    lost = printable("\n".join(told(done.losses, form)))
    if lost:
        print(lost, file=sys.stderr)
    if not done.written:
        raise CommandError(
            f"nothing is written, because {form} would lose the above; leave out --strict to accept that"
        )
    print(printable("\n".join(report(done, arguments.out, form, whole=only is None))))
    return 0


def chosen(knowledge: KnowledgeBase, names: list[str], groups: list[str]) -> frozenset[str] | None:
    """The ids of the entries that were asked for; None where all were. Raises CommandError for what there is not."""
    if not names and not groups:
        return None
    members: dict[str, list[str]] = {}
    for name in knowledge.entries:
        members.setdefault(name.partition(".")[0], []).append(name)
    for name in names:
        if name not in knowledge.entries:
            mend = did_you_mean(name, knowledge.entries, "name the id of an entry")
            raise CommandError(f'--entries: "{name}" is not an entry; {mend}')
    for group in groups:
        if group not in members:
            mend = did_you_mean(group, members, "name what stands before the first dot of an id")
            raise CommandError(f'--group: no entry belongs to "{group}"; {mend}')
    return frozenset((*names, *(name for group in groups for name in members[group])))


def told(losses: Losses, form: str) -> Iterator[str]:
    """What the form cannot carry: in all, and entry by entry."""
    if not losses:
        return
    parts = [f"{name} ({counted(count, 'entry', 'entries')})" for name, count in losses.by_field().items()]
    parts += [f"{name} ({count:,})" for name, count in losses.parts.items()]
    yield f"{form} cannot carry: {', '.join(parts)}"
    for name, fields in losses.entries.items():
        yield f"- {name}: {', '.join(fields)}"


def report(done: Exported, out: Path, form: str, *, whole: bool) -> Iterator[str]:
    """What was written, and how to go on."""
    place = shlex.quote(str(out))
    yield f"{counted(done.entries, 'entry', 'entries')} with {counted(done.phrasings, 'phrasing')} in {out}."
    if not whole:
        related = counted(len(done.elsewhere), "related entry", "related entries")
        yield f"Use them over the knowledge they come from: it has their vocabulary, and {related} that are not here."
    if form == "yaml":
        yield f"Check it: framework-bot check {'--knowledge' if whole else '--overlay'} {place}"
    else:
        yield f"Read it back: framework-bot import {place} --out DIR{'' if whole else ' --as-overlay'}"
