"""\
Check again what claims rest on outside: what they `watch`, and whether their sources' links answer. The exit code is 3
where something is stale, 0 otherwise. What cannot be reached is reported as not checked, and counts as neither.

examples:
  framework-bot freshness
  framework-bot freshness --only pypi --only python
  framework-bot freshness --json > found.json
  framework-bot freshness --write && git diff

Package indexes are asked with pip and npm, as they are configured on this machine; Git hosts, advisories (OSV) and
links over HTTPS. GITHUB_TOKEN, where it is set, allows GitHub more than 60 requests an hour.

--write changes the value and the day of statements that state nothing else. A sentence that says more is listed, for a
person to write again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from adapters.cli.options import add_knowledge, chosen_settings
from adapters.cli.output import columns, number
from adapters.freshness.checker import check_facts
from adapters.freshness.facts import KINDS, CheckedFact, as_json, counts, facts
from adapters.freshness.revision import revise
from adapters.terminal.printable import printable
from adapters.terminal.progress import progress_on
from knowledge.errors import field_path
from knowledge.loading import Loaded
from knowledge.overlay import load_both

STALE = 3
"""The exit code where something is stale."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print what was found as one JSON document")
    parser.add_argument("--write", action="store_true", help="update statements that say nothing but the value")
    parser.add_argument(
        "--only", metavar="KIND", choices=KINDS, action="append", help=f"check this kind alone: {', '.join(KINDS)}"
    )
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the facts; STALE where one holds no longer. Raises KnowledgeError where the files are wrong."""
    loaded = load_both(arguments.knowledge, chosen_settings(arguments).overlay, progress=progress_on(sys.stderr))
    given = facts(loaded.knowledge, arguments.only or KINDS)
    checked = asyncio.run(check_facts(given, progress_on(sys.stderr, "facts checked")))
    today = datetime.now(tz=UTC).date()
    written = revise(loaded.places, checked, today) if arguments.write else []
    if arguments.json:
        found = {"checked_on": today.isoformat(), **as_json(checked), "written": written}
        print(json.dumps(found, ensure_ascii=False))
    else:
        print(printable("\n".join(report(loaded, checked, written))))
    return STALE if any(one.stale for one in checked) else 0


def report(loaded: Loaded, checked: Sequence[CheckedFact], written: Sequence[str]) -> Iterator[str]:
    """What was not checked, what is stale with the claims that rest on it, what was written, and the counts."""
    reasons = Counter((one.fact.kind, one.reason) for one in checked if one.found is None)
    yield from (f"not checked: {kind}: {reason} ({count})" for (kind, reason), count in sorted(reasons.items()))
    for one in checked:
        if one.stale:
            yield f"stale: {one}"
            for claim in one.fact.claims:
                place, name = loaded.places[claim.entry.id], f"{claim.entry.id} {field_path(claim.path)}"
                now = " (written)" if name in written else ""
                yield f"  {place.file}:{place.line(*claim.path)}: {name}{now}: {claim.statement.text}"
    yield from (f"written: {name}" for name in written)
    yield ""
    rows = [(kind, *map(number, number_of.values())) for kind, number_of in counts(checked).items()]
    yield from columns([("kind", "holds", "stale", "not checked"), *rows], right=(1, 2, 3))
