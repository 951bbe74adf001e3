"""From a cluster to a change that somebody can review."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from curation_ground import TODAY, cluster, ground, state, written

from bot.answering import Bot, Thresholds
from bot.assembly import assemble
from bot.cases import Case
from bot.curation.decision import settled
from bot.curation.proposal import Proposal, Proposer, overlapping
from bot.curation.target import Target
from bot.question import Question
from bot.reply import Candidate
from knowledge.checks import examine
from knowledge.errors import Problem
from knowledge.loading import load

ALIKE = (
    "runtime for scanners in the warehouse",
    "depot handhelds, which app do they need",
    "which runtime for warehouse scanners",
    "handhelds at our depot, which app",
)
NEW = (
    "how do I reserve a gpu on the cluster",
    "gpu node of the cluster for training",
    "who books cluster gpus for us",
    "reserve cluster gpus",
)
OURS = "id: team.a\ntitle: A\nphrasings: [a coffee]\nanswer: {text: Yes.}\n"
THRESHOLDS = Thresholds(answer=0.45, choices=0.15)


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path / "knowledge")


@pytest.fixture
def overlay(tmp_path):
    return written(tmp_path / "team", {"entries/ours.yaml": OURS})


@pytest.fixture
def propose(folder):
    def propose(wordings, overlay=None, *, entry=None, **more):
        on = ground(Target(folder, overlay), thresholds=THRESHOLDS)
        nearest = Candidate(entry, 0.3) if entry else None
        return Proposer(on).propose(cluster(on.bot, *wordings, nearest=nearest, **more))

    return propose


def applied(proposal, folder, *command):
    done = subprocess.run(
        command, cwd=folder, input=proposal.patch.encode(), capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def examined(folder, overlay=None):
    return examine(folder, overlay, today=TODAY)


TOOLS = pytest.mark.parametrize("command", [("git", "apply"), ("patch", "-p1")], ids=["git", "patch"])


@TOOLS
def test_phrasings_of_a_shipped_entry_are_lines_added_to_its_file(propose, folder, command):
    proposal = propose(ALIKE, entry="choose.mobile")
    assert (proposal.entry, proposal.verdict, proposal.problems) == ("choose.mobile", "take", ())
    changed = [line for line in proposal.patch.splitlines()[2:] if line[0] in "+-"]
    assert changed == [f"+  - {ALIKE[0]}", f"+  - {ALIKE[1]}"]
    before = load(folder).entries["choose.mobile"].phrasings
    applied(proposal, folder, *command)
    assert load(folder).entries["choose.mobile"].phrasings == (*before, *ALIKE[:2])
    assert assemble(folder).answer(Question(ALIKE[0])).entries == ("choose.mobile",)


@TOOLS
def test_with_an_overlay_they_go_into_its_phrasings(propose, folder, overlay, command):
    proposal = propose(ALIKE, overlay, entry="choose.mobile")
    assert proposal.verdict == "take"
    applied(proposal, overlay, *command)
    assert (overlay / "phrasings.yaml").exists()
    assert examined(folder, overlay).errors == ()
    assert assemble(folder, overlay=overlay).answer(Question(ALIKE[0])).entries == ("choose.mobile",)


@TOOLS
@pytest.mark.parametrize("with_overlay", [True, False])
def test_a_new_entry_is_a_draft_that_passes_the_check_and_is_told_by_it(
    propose, folder, overlay, command, with_overlay
):
    top = overlay if with_overlay else None
    proposal = propose(NEW, top)
    name = "team.reserve-gpu-cluster" if with_overlay else "beyond.reserve-gpu-cluster"
    assert (proposal.entry, proposal.decision.kind) == (name, "entry")
    assert "unwritten" in {problem.rule for problem in proposal.problems}
    assert proposal.errors == ()
    applied(proposal, top or folder, *command)
    report = examined(folder, top)
    assert report.errors == ()
    assert {problem.rule for problem in report.warnings} >= {"unwritten"}
    assert report.knowledge.entries[name].answer.text.startswith("To be written:")
    assert assemble(folder, overlay=top).answer(Question(NEW[0])).entries == (name,)


def test_a_draft_passes_the_check_of_knowledge_that_keeps_sources_too(folder, propose):
    written(folder, {"sources.yaml": "docs: {title: The docs, seen: 2026-11-01}\n"})
    proposal = propose(NEW)
    assert [problem.rule for problem in proposal.errors] == []
    assert {problem.rule for problem in proposal.problems} == {"phrasing-few", "unwritten"}


def test_a_draft_is_checked_and_told_at_its_place(propose, folder):
    (problem, *_) = propose(NEW).problems
    assert problem.file == folder / "beyond/reserve-gpu-cluster.yaml"


def test_nothing_is_written_into_the_folders(propose, folder, overlay):
    before = state(folder), state(overlay)
    propose(ALIKE, overlay, entry="choose.mobile")
    propose(NEW, overlay)
    propose(ALIKE, entry="choose.mobile")
    propose(NEW)
    assert (state(folder), state(overlay)) == before


def test_the_same_gives_the_same(propose):
    first, second = propose(NEW), propose(NEW)
    assert (first.patch, first.decision, first.left_out) == (second.patch, second.decision, second.left_out)


def test_what_is_measured_was_not_put_in(propose):
    trial = propose(ALIKE, entry="choose.mobile").trial
    assert {shift.case.question for shift in trial.held_out.better} <= set(ALIKE[2:])
    assert trial.held_out.total == 2
    assert trial.guard.total > 0


def test_a_change_that_breaks_more_than_it_mends_is_not_to_be_taken(folder):
    on = ground(Target(folder), thresholds=THRESHOLDS, cases=[Case(ALIKE[0], "choose.production")])
    proposer, chosen = Proposer(on), settled("choose.mobile", on.bot)
    harmful = proposer.propose(cluster(on.bot, ALIKE[0]), chosen)
    assert (harmful.trial.mends, harmful.trial.breaks, harmful.verdict) == (0, 1, "leave")
    harmless = proposer.propose(cluster(on.bot, *ALIKE[1:]), chosen)
    assert (harmless.trial.breaks, harmless.verdict) == (0, "take")


def test_a_change_with_errors_is_not_to_be_taken(propose):
    proposal = propose(ALIKE, entry="choose.mobile")
    error = Problem(Path("a.yaml"), 1, "", "is wrong")
    assert replace(proposal, problems=(error,)).verdict == "leave"
    assert replace(proposal, problems=(replace(error, severity="warning"),)).verdict == "take"


def test_what_was_dropped_again_is_told_with_what_it_would_have_spoilt(folder):
    on = ground(Target(folder), thresholds=THRESHOLDS, cases=[Case(ALIKE[0], "choose.production")])
    proposal = Proposer(on).propose(cluster(on.bot, *ALIKE), settled("choose.mobile", on.bot))
    assert proposal.trial.phrasings == (ALIKE[1],)
    assert proposal.left_out[-1].why == f'would spoil the answer to "{ALIKE[0]}"'
    assert ALIKE[0] not in proposal.patch


def test_what_cannot_be_measured_is_to_be_looked_at(propose):
    proposal = propose(ALIKE[:1], entry="choose.mobile")
    assert proposal.trial.held_out.total == 0
    assert proposal.verdict == "look"


def test_out_of_scope_is_no_change_and_says_so(propose):
    proposal = propose(ALIKE, standing="refused", why=("is turned down on purpose",))
    assert (proposal.verdict, proposal.patch, proposal.trial) == ("none", "", None)
    assert proposal.decision.reasons[0] == "it is out of scope"


def test_wordings_that_cannot_be_phrasings_are_no_change_and_say_why(propose):
    proposal = propose(("[name] needs a scanner runtime",), entry="choose.mobile")
    assert (proposal.verdict, proposal.patch) == ("none", "")
    assert proposal.hindrance == "none of its wordings can become a phrasing"
    assert proposal.left_out[0].why == "has something masked in it"


def test_a_file_that_a_program_writes_is_told_with_the_mend(folder):
    line = {"id": "faq.open", "title": "Open", "phrasings": ["when"], "answer": {"text": "Nine."}}
    written(folder, {"faq.jsonl": json.dumps(line) + "\n"})
    on = ground(Target(folder), thresholds=THRESHOLDS)
    proposal = Proposer(on).propose(cluster(on.bot, *ALIKE), settled("faq.open", on.bot))
    assert (proposal.verdict, proposal.patch) == ("none", "")
    assert "import it again" in proposal.hindrance


def test_new_entries_of_one_run_have_different_ids(folder):
    on = ground(Target(folder), thresholds=THRESHOLDS)
    proposer = Proposer(on)
    first, second = (proposer.propose(cluster(on.bot, *NEW, nearest=None)) for _ in range(2))
    assert (first.entry, second.entry) == ("beyond.reserve-gpu-cluster", "beyond.reserve-gpu-cluster-2")


def test_an_id_that_the_overlay_hides_is_not_given_again(propose, folder, overlay):
    written(folder, {"old.yaml": "id: team.reserve-gpu-cluster\ntitle: Old\nphrasings: [xyzzy]\nanswer: {text: O.}\n"})
    written(overlay, {"hide.yaml": "- team.reserve-gpu-cluster\n"})
    assert propose(NEW, overlay).entry == "team.reserve-gpu-cluster-2"


def test_somebodys_own_decision_is_followed(folder):
    on = ground(Target(folder), thresholds=THRESHOLDS)
    found = cluster(on.bot, *ALIKE, nearest=None)
    proposal = Proposer(on).propose(found, settled("choose.research", on.bot))
    assert (proposal.entry, str(proposal.changes[0].path)) == ("choose.research", "choose/others.yaml")


def test_proposals_that_change_one_file_are_known_to_get_in_each_others_way(propose):
    first, second = propose(ALIKE, entry="choose.mobile"), propose(ALIKE, entry="choose.mobile")
    none = Proposal(first.cluster, first.decision)
    assert overlapping([first, none, second]) == ((0, 2),)
    assert overlapping([first, propose(NEW), none]) == ()


def test_the_measured_bot_is_the_one_that_the_patch_makes(propose, folder):
    proposal = propose(ALIKE, entry="choose.mobile")
    applied(proposal, folder, "git", "apply")
    bot = Bot(load(folder), thresholds=THRESHOLDS)
    for shift in proposal.trial.held_out.better:
        assert bot.answer(Question(shift.case.question)).entries[:1] == shift.after.shown[:1]
