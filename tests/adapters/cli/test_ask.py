"""`framework-bot ask`."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATIENCE = 20
"""Seconds until a process that says nothing has failed; far more than it needs."""
KEYS = ["id", "outcome", "entries", "confidence", "candidates", "reasons", "text", "details", "knowledge_version"]


def test_a_question_gets_its_answer_as_text(run, pets):
    outcome = run("ask", "what is a cat", "--knowledge", pets)
    assert (outcome.code, outcome.out, outcome.err) == (0, "Cats sleep a lot.\n", "")


def test_a_question_needs_no_quotes(run, pets):
    assert run("ask", "what", "is", "a", "dog", "--knowledge", pets).out == "Dogs bark.\n"


def test_a_question_may_come_through_a_pipe(run, pets):
    assert run("ask", "--knowledge", pets, given=b"what is a dog\n").out == "Dogs bark.\n"


def test_json_has_exactly_the_agreed_keys(run, pets):
    reply = json.loads(run("ask", "what is a cat", "--json", "--knowledge", pets).out)
    assert list(reply) == KEYS
    assert reply["id"] is None
    assert (reply["outcome"], reply["entries"], reply["text"]) == ("answer", ["pets.cat"], "Cats sleep a lot.")
    assert reply["candidates"][0] == {"entry": "pets.cat", "confidence": reply["confidence"]}


RABBIT = """\
id: pets.rabbit
title: Rabbits
phrasings: [what is a rabbit]
headline: Rabbits hop.
answer: {text: "Rabbits hop, and they dig.", sources: [vet]}
sources: {vet: {title: A vet, url: "https://example.org/vet", seen: 2026-11-20}}
related: [pets.cat]
"""


def test_json_has_what_a_channel_shows_first_as_its_text_and_the_rest_as_details(run, pets):
    (pets / "rabbit.yaml").write_text(RABBIT)
    reply = json.loads(run("ask", "what is a rabbit", "--json", "--knowledge", pets).out)
    assert reply["text"] == "Rabbits hop.\nOur judgement · A vet"
    assert reply["details"].startswith("Rabbits hop, and they dig. (our judgement) [1]\n\nSources:\n[1] A vet")


def test_details_are_empty_where_the_text_is_all_there_is(run, pets):
    assert json.loads(run("ask", "what is a cat", "--json", "--knowledge", pets).out)["details"] == ""


def test_the_details_are_printed_where_they_are_asked_for(run, pets):
    (pets / "rabbit.yaml").write_text(RABBIT)
    short = run("ask", "what is a rabbit", "--knowledge", pets).out
    full = run("ask", "what is a rabbit", "--full", "--knowledge", pets).out
    assert "dig" not in short
    assert full.startswith(short.rstrip())
    assert "Rabbits hop, and they dig. (our judgement) [1]" in full


def test_explain_says_why_below_the_answer(run, pets):
    shown = run("ask", "what is a cat", "--explain", "--knowledge", pets).out
    assert shown.startswith(
        "Cats sleep a lot.\n\nOutcome: answer, confidence 0.99.\nReasons:\n- same words as a phrasing"
    )
    assert "\nConsidered:\n- pets.cat (0.99)" in shown


@pytest.mark.parametrize("question", ["", "what is the meaning of zebras", "hello there"])
def test_the_exit_code_is_0_for_any_reply(run, pets, question):
    outcome = run("ask", question, "--knowledge", pets)
    assert outcome.code == 0
    assert outcome.out.strip()


def test_json_lines_are_answered_in_their_order_with_their_ids(run, pets):
    given = b'{"id": 7, "q": "what is a cat"}\n\n{"id": ["x"], "q": "what is a dog"}\n{"q": "hello there"}\n'
    outcome = run("ask", "--jsonl", "--knowledge", pets, given=given)
    replies = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert all(list(reply) == KEYS for reply in replies)
    expected = [(7, ["pets.cat"]), (["x"], ["pets.dog"]), (None, ["social.hello"])]
    assert [(reply["id"], reply["entries"]) for reply in replies] == expected


@pytest.mark.parametrize(
    "line",
    [b"not json", b"[]", b"{}", b'{"q": 3}', b'{"id": 1}', b"\xff\xfe", b"[" * 100_000],
)
def test_a_malformed_line_is_reported_and_the_rest_answered(run, pets, line):
    given = b'{"q": "what is a cat"}\n' + line + b'\n{"q": "what is a dog"}\n'
    outcome = run("ask", "--jsonl", "--knowledge", pets, given=given)
    first, second, third = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 1
    assert (first["entries"], third["entries"]) == (["pets.cat"], ["pets.dog"])
    assert sorted(second) == ["error", "line"]
    assert second["line"] == 2


def test_every_json_line_is_ascii_whatever_was_given(run, pets):
    """So that no terminal is steered by it, and no encoding is in its way."""
    given = '{"id": "\\ud800 é \u009b2J", "q": "what is a cat \\ud800"}\n'.encode()
    line = run("ask", "--jsonl", "--knowledge", pets, given=given).out
    assert line.isascii()
    assert json.loads(line)["id"] == "\ud800 é \u009b2J"


def test_each_json_line_is_answered_before_the_next_is_read(pets):
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        [sys.executable, "-m", "adapters.cli.main", "ask", "--jsonl", "--knowledge", pets],
        cwd=ROOT,
        env=buffered,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        for question, entry in (("what is a cat", "pets.cat"), ("what is a dog", "pets.dog")):
            process.stdin.write(json.dumps({"q": question}).encode() + b"\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], PATIENCE)[0]:
                process.stdin.close()  # so that it ends, and the test with it
                pytest.fail("the first line waits for more")
            assert json.loads(process.stdout.readline())["entries"] == [entry]


def test_jsonl_and_a_question_exclude_each_other(run, pets):
    outcome = run("ask", "what is a cat", "--jsonl", "--knowledge", pets)
    assert outcome.code == 1
    assert "leave QUESTION out" in outcome.err


def test_an_escape_sequence_in_the_knowledge_is_not_printed(run, pets):
    (pets / "evil.yaml").write_text(
        'id: pets.evil\ntitle: Evil\nphrasings: [what is evil]\nanswer: {text: "\\e[2Jgone"}'
    )
    outcome = run("ask", "what is evil", "--knowledge", pets)
    assert "control character" in outcome.err
    assert "\x1b" not in outcome.out + outcome.err


@pytest.mark.parametrize(
    "question",
    [
        "",
        "x" * 10_000,
        "\N{GRINNING FACE}\N{ROCKET}",
        "ما هو الأفضل للهاتف؟",
        "a\x00b\x00",
        "\x01\x02\x7f",
        "\udcff\udcfe",
    ],
)
def test_no_input_is_too_odd_for_a_reply(run, pets, question):
    outcome = run("ask", question, "--json", "--knowledge", pets)
    assert outcome.code == 0
    assert json.loads(outcome.out)["text"]


def test_binary_through_a_pipe_gets_a_reply(run, pets):
    outcome = run("ask", "--knowledge", pets, given=bytes(range(256)))
    assert outcome.code == 0
    assert outcome.out.strip()


def test_asking_loads_nothing_it_does_not_need(pets):
    """Neither the platforms nor what draws on screens nor what validates: the answer is to be there at once."""
    program = """\
import sys
from adapters.cli.main import main
main(["ask", "what is a cat", "--knowledge", sys.argv[1]])
main(["ask", "what is a cat", "--explain", "--json", "--knowledge", sys.argv[1]])
loaded = {name.partition(".")[0] for name in sys.modules}
unwanted = set("slack_bolt slack_sdk discord aiohttp sqlalchemy rapidfuzz pydantic ruamel rich prompt_toolkit".split())
sys.exit(", ".join(sorted(loaded & unwanted)) or 0)
"""
    once = [sys.executable, "-c", "import sys; from adapters.cli.main import main; main(sys.argv[1:])"]
    subprocess.run([*once, "ask", "x", "--knowledge", pets], cwd=ROOT, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", program, pets], cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
