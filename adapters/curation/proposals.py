"""Proposals as text to read, as the head of a patch file, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.terminal.figures import columns, counted
from adapters.terminal.printable import one_line
from bot.curation.clustering import Cluster
from bot.curation.comparison import Comparison, Shift
from bot.curation.decision import Decision
from bot.curation.proposal import Proposal
from bot.curation.selection import LeftOut
from bot.curation.trial import Trial
from bot.evaluation import Judged

_WIDTH = 72
_MOST_TOLD = 10

_CALLED = {"phrasings": "phrasings for {entry}", "entry": "a new entry", "none": "no change"}


def overview(decided: Sequence[tuple[Cluster, Decision]]) -> Iterator[str]:
    """What each cluster calls for, numbered from 1."""
    rows = [
        (f"{number}.", counted(cluster.count, "time"), called(decision), one_line(cluster.representative, _WIDTH))
        for number, (cluster, decision) in enumerate(decided, start=1)
    ]
    yield from columns(rows, right=(0, 1))


def called(decision: Decision) -> str:
    """What is called for, in a few words."""
    return _CALLED[decision.kind].format(entry=decision.entry)


def told(number: int, proposal: Proposal, *, folder: str, guarded_by: str) -> Iterator[str]:
    """Everything about a proposal: reasons, change, checks, figures, verdict."""
    cluster = proposal.cluster
    asked = f"{counted(cluster.count, 'time')} in {counted(len(cluster.questions), 'wording')}"
    yield f"{number}. {one_line(cluster.representative, _WIDTH)} ({asked})"
    yield ""
    yield from _reasons(proposal)
    if proposal.changes:
        yield ""
        yield f"The change, from the root of {folder}:"
        yield ""
        yield proposal.patch.rstrip("\n")
    if proposal.trial is not None:
        yield ""
        yield from _checked(proposal)
        yield ""
        yield from _measured(proposal.trial, guarded_by)
    yield ""
    yield verdict(proposal)


def head(number: int, proposal: Proposal) -> str:
    """What stands above the change in a patch file; tools that apply it pass over it."""
    lines = [f"Cluster {number}: {one_line(proposal.cluster.representative, _WIDTH)}", *_reasons(proposal)]
    return "".join(f"# {line}\n" for line in [*lines, verdict(proposal)])


def verdict(proposal: Proposal) -> str:
    """Whether to take it, in a sentence."""
    trial = proposal.trial
    if trial is None:
        return "No change is proposed."
    figures = f"it mends {trial.mends} and breaks {trial.breaks}"
    if proposal.errors:
        return f"Do not take this as it is: the check finds {counted(len(proposal.errors), 'error')}."
    if proposal.verdict == "leave":
        return f"Do not take this: {figures}."
    write = " The answer is still to be written." if proposal.decision.kind == "entry" else ""
    if proposal.verdict == "take":
        return f"Worth taking: {figures}.{write}"
    if not trial.held_out.total:
        return f"Look at it yourself: no other wording is left to measure it with, and {figures}.{write}"
    return f"Look at it yourself: {figures}.{write}"


def as_json(number: int, cluster: Cluster, decision: Decision, proposal: Proposal | None) -> Mapping[str, Any]:
    """One cluster with what it calls for and, where it was made, the proposal."""
    found: dict[str, Any] = {
        "cluster": number,
        "representative": cluster.representative,
        "count": cluster.count,
        "wordings": len(cluster.questions),
        "kind": decision.kind,
        "entry": decision.entry,
        "reasons": decision.reasons,
    }
    if proposal is None:
        return found
    trial = proposal.trial
    return {
        **found,
        "entry": proposal.entry,
        "hindrance": proposal.hindrance,
        "left_out": [{"wording": one.wording, "why": one.why} for one in proposal.left_out],
        "patch": proposal.patch,
        "problems": [
            {"severity": problem.severity, "rule": problem.rule, "problem": str(problem)}
            for problem in proposal.problems
        ],
        "verdict": proposal.verdict,
        "trial": None
        if trial is None
        else {
            "phrasings": trial.phrasings,
            "mends": trial.mends,
            "breaks": trial.breaks,
            "word_for_word": _comparison(trial.asked),
            "held_out": _comparison(trial.held_out),
            "guard": _comparison(trial.guard),
        },
    }


def _reasons(proposal: Proposal) -> Iterator[str]:
    what = called(proposal.decision)
    new = f": {proposal.entry}" if proposal.decision.kind == "entry" and proposal.entry else ""
    yield f"{what[:1].upper()}{what[1:]}{new}, because:"
    yield from (f"- {one_line(reason, 4 * _WIDTH)}" for reason in proposal.decision.reasons)
    if proposal.hindrance:
        yield f"- and yet: {proposal.hindrance}"
    yield from _left_out(proposal.left_out)


def _left_out(left_out: Sequence[LeftOut]) -> Iterator[str]:
    if left_out:
        yield "No phrasing:"
        yield from (
            f'- "{one_line(one.wording, _WIDTH)}" {one_line(one.why, 2 * _WIDTH)}' for one in left_out[:_MOST_TOLD]
        )
        if len(left_out) > _MOST_TOLD:
            yield f"and {len(left_out) - _MOST_TOLD:,} more"


def _checked(proposal: Proposal) -> Iterator[str]:
    if not proposal.problems:
        yield "The check finds nothing new."
        return
    yield "The check finds, new:"
    yield from (f"{problem.severity}: {problem}" for problem in proposal.problems)


def _measured(trial: Trial, guarded_by: str) -> Iterator[str]:
    parts = (
        ("put in, word for word", trial.asked),
        ("its other wordings", trial.held_out),
        (guarded_by, trial.guard),
    )
    rows: list[tuple[str, ...]] = [("questions", "", "right before", "right after", "better", "worse")]
    for name, found in parts:
        shown = (found.total, found.right_before, found.right_after, len(found.better), len(found.worse))
        rows.append((name, *(f"{figure:,}" for figure in shown)))
    yield from columns(rows, right=(1, 2, 3, 4, 5))
    for title, shifts in (
        ("Better:", (*trial.held_out.better, *trial.guard.better)),
        ("Worse:", trial.worse),
    ):
        if shifts:
            yield title
            yield from (f"- {_shift(shift)}" for shift in shifts[:_MOST_TOLD])
            if len(shifts) > _MOST_TOLD:
                yield f"and {len(shifts) - _MOST_TOLD:,} more"


def _shift(shift: Shift) -> str:
    what = f'"{one_line(shift.case.question, _WIDTH)}" (meant {shift.case.label})'
    return f"{what}: {_got(shift.before)} -> {_got(shift.after)}"


def _got(judged: Judged) -> str:
    """What a question got, in a word or two."""
    if judged.shown:
        return judged.shown[0]
    return "choices" if judged.outcome == "choices" else "nothing"


def _comparison(found: Comparison) -> Mapping[str, Any]:
    def shown(shift: Shift) -> Mapping[str, str]:
        got = {"before": _got(shift.before), "after": _got(shift.after)}
        return {"question": shift.case.question, "label": shift.case.label, **got}

    return {
        "total": found.total,
        "right_before": found.right_before,
        "right_after": found.right_after,
        "better": [shown(shift) for shift in found.better],
        "worse": [shown(shift) for shift in found.worse],
    }
