"""`make bench-quality`: accuracy and abstention of ours and of others, on the project's own labelled questions.

All see the same phrasings and the same questions. The others get the best of what they have: their
score, and refusals written as entries count as declining.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.dialog.answering import Bot
from bot.evaluation.cases import NONE, Case, read_cases
from bot.evaluation.evaluation import AMONG
from bot.factory import SHIPPED, with_encoder
from knowledge.importing import import_table
from knowledge.loading import load
from knowledge.model import KnowledgeBase
from tests.bench import rivals
from tests.bench.corpus import SEED, one_keystroke_error

CASES = Path(__file__).parents[1] / "cases"
GENERIC = "generic-faq.tsv"
GENERIC_SIZES = (3, 5, 10)
"""Phrasings an entry that the plain FAQ is given, of the fourteen it has."""

ANSWERED = 0.8
"""Share of in-scope questions at which false answers are compared."""

_DEEP = 8
"""Entries asked of each system, so that three that are no refusals are among them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one system made of one question."""

    case: Case
    found: tuple[str, ...]
    """Entries that are knowledge, best first."""
    confidence: float
    """The system's own score for the first, 0 where it would refuse or found nothing."""

    @property
    def right(self) -> bool:
        """Whether the question has an answer and the first finding is it."""
        return self.case.in_scope and bool(self.found) and self.case.accepts(self.found[0])

    @property
    def false(self) -> bool:
        """Whether the question has no answer and the first finding is not even an alternative."""
        return not self.case.in_scope and bool(self.found) and not self.case.accepts(self.found[0])


@dataclass(frozen=True, slots=True)
class Score:
    """One system on one set of questions. Shares are 0..1."""

    questions: str
    system: str
    typos: bool
    in_scope: int
    out_of_scope: int
    accuracy_at_1: float
    accuracy_at_3: float
    false_answers: float
    """Share of out-of-scope questions answered, at the threshold where ANSWERED of the in-scope ones are."""
    auroc: float
    """Chance that a right first finding has a higher score than a wrong or uncalled-for one; ties count half."""
    milliseconds: float
    """Processor time a question."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; always 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.quality", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of tables")
    parser.add_argument("--only", choices=rivals.NAMES, action="append", help="only this system (may be repeated)")
    chosen = parser.parse_args(arguments)
    systems = tuple(chosen.only or rivals.NAMES)
    scores = list(_all(systems))
    if chosen.json:
        print(json.dumps([asdict(score) for score in scores], indent=1))
    else:
        _print(scores)
    return 0


def _all(systems: Sequence[str]) -> Iterable[Score]:
    knowledge = load(SHIPPED)
    sets = {f"{name} (shipped)": _opening(CASES / f"{name}.jsonl") for name in ("unseen", "held-out")}
    yield from _compare(knowledge, sets, systems)
    cases = _opening(CASES / "generic-faq-questions.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        for size in GENERIC_SIZES:
            plain = load(_imported(CASES / GENERIC, size, Path(folder)))
            yield from _compare(plain, {f"plain FAQ, {size} phrasings": cases}, systems)


def _opening(file: Path) -> list[Case]:
    """The questions that open a thread: the others need what was said before."""
    return [case for case in read_cases(file) if not case.after]


def _imported(table: Path, size: int, folder: Path) -> Path:
    """The table's first `size` phrasings of each label, through the importer, as a knowledge folder."""
    taken: dict[str, int] = {}
    rows = []
    for row in table.read_text(encoding="utf-8").splitlines():
        label = row.split("\t")[1]
        taken[label] = taken.get(label, 0) + 1
        if taken[label] <= size:
            rows.append(row)
    cut = folder / f"{size}.tsv"
    cut.write_text("\n".join(rows) + "\n", encoding="utf-8")
    out = folder / str(size)
    import_table(cut, out)
    return out


def _compare(knowledge: KnowledgeBase, sets: Mapping[str, Sequence[Case]], names: Sequence[str]) -> Iterable[Score]:
    own = {rivals.OURS: with_encoder(knowledge), rivals.WORDS: Bot(knowledge)}
    systems: dict[str, rivals.System] = {name: rivals.Ours(bot) for name, bot in own.items() if name in names}
    systems |= rivals.rivals_of(knowledge, [name for name in names if name not in own])
    for title, cases in sets.items():
        for typos in (False, True):
            asked = _mistyped(cases) if typos else [case.question for case in cases]
            for name, system in systems.items():
                print(f"{title}{', typos' if typos else ''}: {name}", file=sys.stderr, flush=True)
                before = time.process_time()
                found = [_finding(case, system, text, knowledge) for case, text in zip(cases, asked, strict=True)]
                spent = (time.process_time() - before) / len(cases) * 1e3
                yield _score(title, name, found, typos=typos, milliseconds=spent)


def _mistyped(cases: Sequence[Case]) -> list[str]:
    """Each question with one keystroke error, the same on every run."""
    chance = random.Random(SEED)
    return [one_keystroke_error(case.question, chance) for case in cases]


def _finding(case: Case, system: rivals.System, text: str, knowledge: KnowledgeBase) -> Finding:
    ranked = system.ranked(text, _DEEP)
    answers = [(entry, score) for entry, score in ranked if knowledge.entries[entry].kind == "answer"]
    refused = bool(ranked) and knowledge.entries[ranked[0][0]].kind != "answer"
    confidence = 0.0 if refused or not answers else answers[0][1]
    return Finding(case, tuple(entry for entry, _ in answers), confidence)


def _score(title: str, name: str, findings: Sequence[Finding], *, typos: bool, milliseconds: float) -> Score:
    inside = [one for one in findings if one.case.in_scope]
    outside = [one for one in findings if not one.case.in_scope]
    least = threshold([one.confidence for one in inside], ANSWERED)
    return Score(
        questions=title,
        system=name,
        typos=typos,
        in_scope=len(inside),
        out_of_scope=len(outside),
        accuracy_at_1=_share(inside, lambda one: one.right),
        accuracy_at_3=_share(inside, lambda one: any(map(one.case.accepts, one.found[:AMONG]))),
        false_answers=_share(outside, lambda one: one.false and one.confidence >= least),
        auroc=auroc(
            [one.confidence for one in findings if one.right],
            [one.confidence for one in findings if not one.right and not _acceptable(one)],
        ),
        milliseconds=milliseconds,
    )


def _acceptable(finding: Finding) -> bool:
    """Out of scope, but with a finding that would do as well: neither right nor wrong."""
    return not finding.case.in_scope and bool(finding.found) and finding.case.accepts(finding.found[0])


def threshold(scores: Iterable[float], share: float) -> float:
    """The highest score that at least `share` of `scores` reach; 0 for none."""
    ranked = sorted(scores, reverse=True)
    if not ranked:
        return 0.0
    return ranked[min(-int(-share * len(ranked) // 1), len(ranked)) - 1]


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Chance that one of `right` is above one of `wrong`, ties half; 0.5 where either is empty."""
    if not right or not wrong:
        return 0.5
    above = sum((one > other) + 0.5 * (one == other) for one in right for other in wrong)
    return above / (len(right) * len(wrong))


def _share(findings: Sequence[Finding], rule: Callable[[Finding], bool]) -> float:
    return sum(map(rule, findings)) / len(findings) if findings else 0.0


def _print(scores: Sequence[Score]) -> None:
    print("Shares in per cent; in brackets the difference to ours in points, and for the last column the ratio.")
    print(
        f'"{NONE}" answered: at the threshold of the system\'s own score where {ANSWERED:.0%} of in-scope are answered.'
    )
    head = ("system", "accuracy@1", "accuracy@3", '"none" answered', "AUROC", "ms (cpu)")
    for title in dict.fromkeys(score.questions for score in scores):
        for typos in (False, True):
            rows = [score for score in scores if score.questions == title and score.typos is typos]
            if not rows:
                continue
            kind = ", one keystroke error each" if typos else ""
            print(f"\n{title}{kind}: {rows[0].in_scope} in scope, {rows[0].out_of_scope} not\n")
            ours = next((row for row in rows if row.system == rivals.OURS), None)
            rivals.table(head, [_row(row, ours) for row in rows])
    _print_losses(scores)


def _row(row: Score, ours: Score | None) -> tuple[str, ...]:
    cells = [row.system]
    for field in ("accuracy_at_1", "accuracy_at_3", "false_answers", "auroc"):
        value = getattr(row, field)
        compared = "" if ours is None or row is ours else f" ({(value - getattr(ours, field)) * 100:+.1f})"
        cells.append(f"{value * 100:.1f}{compared}")
    compared = "" if ours is None or row is ours else f" ({row.milliseconds / ours.milliseconds:.1f} x)"
    return (*cells, f"{row.milliseconds:.2f}{compared}")


def _print_losses(scores: Sequence[Score]) -> None:
    print("\nPoints of accuracy@1 lost to one keystroke error a question\n")
    systems = list(dict.fromkeys(score.system for score in scores))
    rows = []
    for title in dict.fromkeys(score.questions for score in scores):
        known = {(score.system, score.typos): score.accuracy_at_1 for score in scores if score.questions == title}
        rows.append((title, *(f"{(known[name, False] - known[name, True]) * 100:.1f}" for name in systems)))
    rivals.table(("questions", *systems), rows)


if __name__ == "__main__":
    sys.exit(main())
