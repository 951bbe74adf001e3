"""The guided recommendation in the terminal: the dialogue, and the form for scripts."""

from __future__ import annotations

import io
import json
import sys
from collections import deque
from collections.abc import Iterable

import pytest

from adapters.cli.chat import converse
from adapters.cli.main import main
from adapters.terminal.display import PlainDisplay
from adapters.terminal.session import Session
from bot.dialog.answering import Bot


def dialogue(bot: Bot, lines: Iterable[str]) -> list[str]:
    """What is shown for these lines, part by part."""
    shown = io.StringIO()
    rest = iter(lines)

    def read() -> str:
        for line in rest:
            return line
        raise EOFError

    converse(Session(lambda: bot, PlainDisplay(shown)), read, deque(), first="/recommend")
    return shown.getvalue().split("\n\n")


def steps(parts: Iterable[str]) -> list[str]:
    return [part.partition(":")[0] for part in parts if part.startswith("Step ")]


# The dialogue.


def test_it_asks_one_question_after_the_other_and_ends_in_a_recommendation(shipped):
    parts = dialogue(shipped, ["images", "servers", "production", "don't know"])
    assert steps(parts) == [f"Step {number} of at most 5" for number in range(1, 5)]
    assert any(part.startswith("Recommendation: PyTorch, run on ") for part in parts)


def test_the_ranking_is_shown_as_bars_with_the_points_beside_them(shipped):
    parts = dialogue(shipped, ["rl", "recommend now"])
    (chart,) = [part for part in parts if part.startswith("Points by framework:")]
    assert chart.splitlines()[1:] == [
        f"PyTorch  {'█' * 16} 4",
        f"JAX      {'█' * 4} 1",
        "Keras 3  0",
    ]


def test_enter_skips_what_is_open_and_keeps_what_was_chosen(shipped):
    shown = "\n".join(dialogue(shipped, ["images", "back", "", *[""] * 4, "/more"]))
    assert "Kind of work: Images or video\n" in shown


def test_going_back_shows_the_question_again_with_the_answer_marked(shipped):
    parts = dialogue(shipped, ["images", "back"])
    assert steps(parts) == ["Step 1 of at most 5", "Step 2 of at most 5", "Step 1 of at most 5"]
    assert "3. Images or video - Computer vision (chosen before)" in parts[-2]
    assert "Keep: Images or video" in parts[-2]


def test_what_is_not_understood_is_said_and_the_question_asked_again(shipped):
    parts = dialogue(shipped, ["purple \x1b[31m"])
    assert steps(parts) == ["Step 1 of at most 5", "Step 1 of at most 5"]
    assert any(part.startswith("I did not get that.") for part in parts)
    assert "\x1b" not in "".join(parts)


@pytest.mark.parametrize("word", ["cancel", "quit", "stop"])
def test_one_can_stop_at_any_question(shipped, word):
    assert dialogue(shipped, ["mobile", word])[-3].startswith("Stopped.")


@pytest.mark.parametrize("word", ["/quit", "/exit"])
def test_one_can_leave_at_any_question(shipped, word):
    assert steps(dialogue(shipped, ["images", word, "1"])) == ["Step 1 of at most 5", "Step 2 of at most 5"]


def test_the_details_are_shown_on_request_only(shipped, capsys):
    assert "Sources:" not in "".join(dialogue(shipped, ["mobile", "recommend now"]))
    assert "Sources:" in "\n".join(dialogue(shipped, ["mobile", "recommend now", "/more"]))
    assert main(["recommend", "--answers", "goal=mobile"]) == 0
    short = capsys.readouterr().out
    assert main(["recommend", "--full", "--answers", "goal=mobile"]) == 0
    full = capsys.readouterr().out
    assert full.startswith(short.rstrip())
    assert ("Sources:" in short, "Sources:" in full) == (False, True)


def test_a_number_may_also_stand_for_what_leads_on(shipped):
    parts = dialogue(shipped, ["images", "6"])
    assert "6. Back" in "\n".join(parts)
    assert steps(parts) == ["Step 1 of at most 5", "Step 2 of at most 5", "Step 1 of at most 5"]


def test_the_command_reads_a_pipe(capsys, monkeypatch):
    lines = io.TextIOWrapper(io.BytesIO(b"images\n"))
    monkeypatch.setattr(sys, "stdin", lines)
    assert main(["recommend"]) == 0
    assert "Step 1 of at most 5" in capsys.readouterr().out


def test_what_the_encoding_of_the_output_lacks_becomes_a_question_mark(monkeypatch):
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert main(["recommend", "--answers", ""]) == 0
    narrow.seek(0)
    assert f"PyTorch  {'?' * 16} 1" in narrow.read()


# For scripts.


def as_json(capsys, *arguments: str) -> dict[str, object]:
    assert main(["recommend", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_json_has_the_keys_that_scripts_rely_on(capsys):
    found = as_json(capsys, "--answers", "goal=production,domain=nlp")
    assert {"ranking", "article", "today", "would_change", "next_steps"} <= found.keys()
    for place in found["ranking"]:
        assert {"framework", "points", "reasons"} <= place.keys()
        for reason in place["reasons"]:
            assert {"text", "entry", "basis"} <= reason.keys()
            assert reason["basis"] in ("article", "since")
    for side in ("article", "today"):
        assert {"framework", "reasons"} <= found[side].keys()
    assert found["answers"]["goal"] == "production"


@pytest.mark.parametrize(
    ("goal", "article"),
    [
        ("research", "pytorch"),
        ("prototyping", "pytorch"),
        ("production", "tensorflow"),
        ("mobile", "tensorflow"),
        ("large-scale", "tensorflow"),
        ("learning", "pytorch"),
    ],
)
def test_every_goal_can_be_given(capsys, goal, article):
    assert as_json(capsys, "--answers", f"goal={goal}")["article"]["framework"] == article


def test_without_answers_the_json_is_the_general_advice(capsys):
    found = as_json(capsys)
    assert set(found["answers"].values()) == {None}
    assert found["today"]["framework"] == "pytorch"


def test_the_same_answers_give_the_same_bytes(capsys):
    first = as_json(capsys, "--answers", " goal = Mobile , where=phones,")
    assert as_json(capsys, "--answers", "where=phones,goal=mobile") == first


def test_skipped_may_be_written_out(capsys):
    assert as_json(capsys, "--answers", "goal=skipped") == as_json(capsys)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("goal=prodction", "goal cannot be 'prodction'; use research, prototyping, production"),
        ("gaol=mobile", "there is no question 'gaol'; use goal, domain, where"),
        ("mobile", '"mobile" is no answer; write it as question=option'),
        ("goal=mobile,goal=research", "goal is answered twice"),
        ("goal=\x1b[31m", "goal cannot be"),
    ],
)
def test_a_wrong_answer_ends_in_words(capsys, answers, message):
    assert main(["recommend", "--answers", answers]) == 1
    printed = capsys.readouterr()
    assert message in printed.err
    assert "\x1b" not in printed.err
    assert printed.out == ""


def test_knowledge_without_rules_says_so_to_scripts(folder, capsys):
    assert main(["recommend", "--json", "--knowledge", str(folder)]) == 1
    assert "recommendation.yaml" in capsys.readouterr().err


def test_asking_for_a_recommendation_loads_no_chat_platform():
    import subprocess

    code = """
import sys, adapters.cli.recommend
print(sorted({"slack_bolt", "discord", "aiohttp", "sqlalchemy"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_json_has_the_stack_and_what_is_asked_next(capsys):
    found = as_json(capsys, "--answers", "domain=llm")
    assert {pick: found["stack"][pick]["id"] for pick in found["stack"]} == {
        "train": "pytorch",
        "run": "vllm",
        "start": "transformers",
    }
    assert (found["next_question"], found["asked"]) == ("where", ["domain"])
    assert as_json(capsys, "--answers", "domain=llm,where=servers")["next_question"] is None


def test_many_answers_are_taken_a_line_each(capsys, monkeypatch):
    lines = ['{"answers": {"goal": "mobile"}}', "", '{"answers": {"goal": null}}']
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
    assert main(["recommend", "--jsonl"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == as_json(capsys, "--answers", "goal=mobile")
    assert second == as_json(capsys)


@pytest.mark.parametrize("line", ["x", "[]", "{}", '{"answers": [1]}', '{"answers": {"goal": "nothing"}}'])
def test_a_line_that_is_no_answers_is_refused_in_words(capsys, monkeypatch, line):
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    assert main(["recommend", "--jsonl"]) == 1
    assert capsys.readouterr().err


def test_the_outcome_can_be_printed_as_markdown(capsys):
    assert main(["recommend", "--markdown", "--answers", "domain=llm"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# Recommendation: PyTorch")
    assert "## Sources" in shown
