"""`framework-bot propose`."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from curation_ground import state, written

from adapters.cli import main
from bot.feedback import Feedback, Unanswered
from bot.store import Store
from knowledge.loading import load
from knowledge.overlay import load_with_overlay

SCANNERS = (
    "runtime for scanners in the warehouse",
    "warehouse scanners on an iphone, which runtime",
    "which runtime do warehouse scanners need",
    "our warehouse scanners and their runtime",
)
GPUS = ("reserve cluster gpus", "how do I reserve the gpus of our cluster", "who reserves gpus on the cluster")
JOKES = ("tell me a joke", "Tell me a joke!", "tell me: a joke")

OURS = "id: team.coffee\ntitle: Coffee\nphrasings: [where is the coffee]\nanswer: {text: Second floor.}\n"


@dataclass(frozen=True)
class Outcome:
    """What a command line led to."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    """The settings of whoever runs the tests stay out of them."""
    for name in ("OVERLAY", "ANSWER_THRESHOLD", "CHOICES_THRESHOLD", "SECRETS"):
        monkeypatch.delenv(f"FRAMEWORK_BOT_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path / "knowledge")


@pytest.fixture
def overlay(tmp_path):
    return written(tmp_path / "team", {"entries/ours.yaml": OURS})


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Keeps questions and judgements in the service's store, by default as of yesterday in one workspace."""
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    monkeypatch.setenv("DATABASE_URL", url)

    def keep(*questions, judgements=(), tenant="slack:T1", days=1):
        async def run():
            at = datetime.now(UTC) - timedelta(days=days)
            async with Store.open(url, secrets=("a secret",)) as store:
                for text in questions:
                    asked = Unanswered(
                        platform="slack",
                        tenant=tenant,
                        channel_kind="channel",
                        text=text,
                        outcome="decline",
                        candidates=(),
                        knowledge_version="v",
                    )
                    assert await store.unanswered.record(asked, at=at)
                for number, (entry, suggested) in enumerate(judgements):
                    given = Feedback(
                        platform="slack",
                        tenant=tenant,
                        user=f"U{number}",
                        answer=f"answer {number}",
                        entry=entry,
                        helpful=False,
                        knowledge_version="v",
                        suggested=suggested,
                    )
                    await store.feedback.record(given, at=at)

        asyncio.run(run())

    keep()
    return keep


@pytest.fixture
def propose(folder, capsys):
    """Runs the command on the small knowledge folder, or on the overlay on top of it."""

    def propose(*words, overlay=None):
        top = () if overlay is None else ("--overlay", overlay)
        try:
            code = main([str(word) for word in ("propose", "--knowledge", folder, *top, *words)])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return propose


def document(outcome):
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)["clusters"]


def numbered(clusters, words):
    """The cluster that one of these wordings stands for."""
    (found,) = [one for one in clusters if one["representative"] in words]
    return found


# The overview


def test_each_cluster_is_listed_with_what_it_calls_for(kept, propose):
    kept(*SCANNERS, *SCANNERS[:2], *GPUS, *JOKES)
    outcome = propose()
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert re.match(r"1\. +6 times +phrasings for choose\.mobile +\S", lines[0])
    assert re.match(r"2\. +3 times +a new entry +\S", lines[1])
    assert re.match(r"3\. +3 times +no change +\S", lines[2])
    assert lines[-1] == "Say --cluster N for a change with its reasons and figures, or --all."


def test_without_questions_it_says_so(kept, propose):
    assert propose().out == "Nothing was asked more than once and not answered.\n"
    assert document(propose("--json")) == []


def test_only_the_time_and_the_workspace_named_count(kept, propose):
    kept(*SCANNERS, days=3)
    kept(*GPUS, tenant="discord:5")
    assert len(document(propose("--json"))) == 2
    assert len(document(propose("--json", "--since", "2d"))) == 1
    assert len(document(propose("--json", "--tenant", "slack:T1"))) == 1
    assert document(propose("--json", "--tenant", "slack:T1", "--since", "2d")) == []


def test_what_people_meant_is_taken_from_their_judgements(kept, propose):
    wordings = ("phones or an android app for a large website", "a large website and phones, an android app")
    kept(*wordings)
    (cluster,) = document(propose("--json"))
    other = "choose.production" if cluster["entry"] != "choose.production" else "choose.mobile"
    shown = cluster["entry"] or "choose.mobile"
    kept(judgements=[(shown, other)] * 2)
    (cluster,) = document(propose("--json"))
    assert (cluster["kind"], cluster["entry"]) == ("phrasings", other)


# A change


def test_a_change_is_told_with_reasons_diff_check_figures_and_verdict(kept, propose, folder):
    kept(*SCANNERS)
    out = propose("--cluster", "1").out
    assert 'Phrasings for choose.mobile, because:\n- choose.mobile ("Mobile") is near' in out
    assert f"The change, from the root of {folder}:\n\n--- a/choose/mobile.yaml\n+++ b/choose/mobile.yaml\n" in out
    assert "The check finds nothing new." in out
    assert re.search(r"^put in, word for word +\d", out, re.MULTILINE)
    assert re.search(r"^its other wordings +\d", out, re.MULTILINE)
    assert re.search(r"^phrasings, taken out for the test +4 ", out, re.MULTILINE)
    assert re.search(r"^(Worth taking|Look at it yourself): ", out.splitlines()[-1])


def test_all_of_them_are_told_in_order(kept, propose):
    kept(*SCANNERS, *GPUS, *JOKES)
    out = propose("--all").out
    headings = re.findall(r"^(\d)\. .* \(\d times in \d wordings\)$", out, re.MULTILINE)
    assert headings == ["1", "2", "3"]
    assert "No change, because:\n- it is out of scope\n" in out
    assert out.count("The change, from the root of") == 2
    assert "The answer is still to be written." in out


def test_the_diff_that_is_printed_can_be_applied(kept, propose, folder):
    kept(*SCANNERS)
    (cluster,) = document(propose("--json", "--all"))
    subprocess.run(["git", "apply"], cwd=folder, input=cluster["patch"], text=True, check=True)
    assert load(folder).entries["choose.mobile"].phrasings[-1] in SCANNERS


def test_nothing_is_applied(kept, propose, folder, overlay, tmp_path):
    kept(*SCANNERS, *GPUS)
    before = state(folder), state(overlay)
    propose("--all", "--out", tmp_path / "patches")
    propose("--all", overlay=overlay)
    assert (state(folder), state(overlay)) == before


def test_with_an_overlay_the_change_is_for_it(kept, propose, folder, overlay):
    kept(*SCANNERS, *GPUS)
    clusters = document(propose("--json", "--all", overlay=overlay))
    assert "+++ b/phrasings.yaml" in numbered(clusters, SCANNERS)["patch"]
    assert numbered(clusters, GPUS)["entry"].startswith("team.")


def test_the_overlay_of_the_settings_is_meant_where_no_folder_is_named(kept, overlay, monkeypatch, capsys):
    kept(*GPUS)
    monkeypatch.setenv("FRAMEWORK_BOT_OVERLAY", str(overlay))
    assert main(["propose", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["folder"] == str(overlay)


def test_a_folder_that_is_named_is_meant_whatever_the_settings_say(kept, propose, folder, overlay, monkeypatch):
    kept(*SCANNERS)
    monkeypatch.setenv("FRAMEWORK_BOT_OVERLAY", str(overlay))
    assert json.loads(propose("--json").out)["folder"] == str(folder)


def test_thresholds_of_the_settings_count(kept, propose, monkeypatch):
    kept(*SCANNERS)
    monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "0.99")
    monkeypatch.setenv("FRAMEWORK_BOT_CHOICES_THRESHOLD", "0.98")
    (cluster,) = document(propose("--json"))
    assert cluster["kind"] == "entry"


def test_somebodys_own_decision_is_followed(kept, propose):
    kept(*SCANNERS)
    (cluster,) = document(propose("--json", "--cluster", "1", "--entry", "choose.research"))
    assert (cluster["kind"], cluster["entry"]) == ("phrasings", "choose.research")
    (cluster,) = document(propose("--json", "--cluster", "1", "--entry", "new"))
    assert (cluster["kind"], cluster["entry"].partition(".")[0]) == ("entry", "beyond")


def test_cases_that_are_given_guard_what_is_there(kept, propose, tmp_path):
    kept(*SCANNERS)
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"q": "which one for phones", "label": "choose.mobile"}\n{"q": "x y", "label": "gone.away"}\n')
    outcome = propose("--cluster", "1", "--cases", cases)
    assert re.search(rf"^those of {re.escape(str(cases))} +2 ", outcome.out, re.MULTILINE)
    assert "no entry is called gone.away" in outcome.err


def test_two_changes_of_one_file_are_pointed_out(kept, propose, overlay, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "0.97")
    kept(*SCANNERS, "large website of an aquarium, which server", "an aquarium with a large website, which server")
    outcome = propose("--all", overlay=overlay)
    assert outcome.out.count("+++ b/phrasings.yaml") == 2
    assert "1 and 2 change the same file: apply one, then propose the other again." in outcome.out


# As files


def test_patches_are_written_with_the_reasons_above_them_and_real_tools_apply_them(
    kept, propose, folder, overlay, tmp_path
):
    kept(*SCANNERS, *GPUS, *JOKES)
    out = tmp_path / "patches"
    outcome = propose("--all", "--out", out, overlay=overlay)
    files = sorted(file.name for file in out.iterdir())
    assert len(files) == 2
    assert "01-choose-mobile.patch" in files
    assert f"Written: {out / files[0]}" in outcome.out
    assert (out / files[0]).read_text().startswith("# Cluster 1: ")
    subprocess.run(["git", "apply", out / files[0]], cwd=overlay, check=True)
    with (out / files[1]).open("rb") as patch:
        subprocess.run(["patch", "-p1"], cwd=overlay, stdin=patch, check=True, capture_output=True)
    entries = load_with_overlay(folder, overlay).entries
    assert entries["choose.mobile"].phrasings[-1] in SCANNERS
    assert any(name.startswith("team.") and name != "team.coffee" for name in entries)


def test_patches_that_are_there_stay_unless_forced(kept, propose, tmp_path):
    kept(*SCANNERS)
    out = tmp_path / "patches"
    assert propose("--all", "--out", out).code == 0
    (file,) = out.iterdir()
    file.write_text("mine")
    outcome = propose("--all", "--out", out)
    assert (outcome.code, file.read_text()) == (1, "mine")
    assert "holds patches already: name another folder, or say --force" in outcome.err
    assert propose("--all", "--out", out, "--force").code == 0
    assert file.read_text() != "mine"


def test_what_does_harm_is_not_written(kept, propose, tmp_path):
    kept(SCANNERS[0], SCANNERS[0])
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps({"q": SCANNERS[0], "label": "choose.production"}) + "\n")
    outcome = propose("--all", "--out", tmp_path / "patches", "--cases", cases)
    assert "Do not take this: it mends 0 and breaks 1." in outcome.out
    assert list((tmp_path / "patches").iterdir()) == []


# What can be got wrong


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cluster", "0"), "'0' is not a number from 1 up"),
        (("--cluster", "1", "--all"), "not allowed with argument"),
        (("--entry", "choose.mobile"), "--entry goes with --cluster"),
        (("--since", "soon"), "'soon' is no time"),
        (("--tenant", "somewhere"), "'somewhere' is no tenant"),
    ],
)
def test_a_misuse_is_told(kept, propose, words, said):
    outcome = propose(*words)
    assert outcome.code == 2
    assert said in outcome.err


def test_a_cluster_or_an_entry_that_is_not_there_is_told(kept, propose):
    kept(*SCANNERS)
    assert "there is no cluster 7: 1 cluster in this time" in propose("--cluster", "7").err
    wrong = propose("--cluster", "1", "--entry", "choose.mobil")
    assert (wrong.code, wrong.err) == (
        1,
        'framework-bot: --entry: "choose.mobil" is not an entry: did you mean "choose.mobile"?\n',
    )


def test_a_database_that_is_not_there_is_told(propose, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    outcome = propose()
    assert outcome.code == 1
    assert "there is no database at" in outcome.err


def test_nothing_that_is_told_can_steer_the_terminal(kept, propose, folder):
    file = folder / "choose/mobile.yaml"
    text = file.read_text().replace("title: Mobile", 'title: "Mo\\u202Ebile"')
    file.write_text(text.replace("  - app for tablets", "  # \u202e so\n  - app for tablets"))
    kept(*SCANNERS)
    assert "\u202e" in document(propose("--json"))[0]["reasons"][0]
    for shown in (propose("--all").out, propose("--all", "--json").out):
        assert "choose.mobile" in shown
        assert "\u202e" not in shown
