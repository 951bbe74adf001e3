"""The same question and the same knowledge give the same reply, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.dialog.question import Question, Turn
from bot.factory import SHIPPED, assemble
from tests.bot.knowledge_folder import QUESTIONS, written
from tests.bot.small_knowledge import bot

TURN = Turn(answered=("choose.production",), offered=("choose.mobile", "choose.production"))

CODE = """\
import json, sys
from dataclasses import asdict
from pathlib import Path
from bot.factory import assemble
from bot.dialog.question import Question, Turn
folder, questions = json.load(sys.stdin)
bot = assemble(Path(folder))
turn = Turn(answered=("choose.production",), offered=("choose.mobile", "choose.production"))
replies = [asdict(bot.answer(Question(text, with_turn))) for text in questions for with_turn in (None, turn)]
print(json.dumps(replies, default=str))
"""


def in_another_process(folder: Path, questions, *, kept: Path, seed: int) -> str:
    """The replies of a process whose sets and dictionaries may be ordered otherwise."""
    environment = os.environ | {"PYTHONHASHSEED": str(seed), "FRAMEWORK_BOT_CACHE": str(kept)}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        input=json.dumps([str(folder), questions]),
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "knowledge")


def test_the_same_question_twice_gives_the_same_reply(shipped):
    for text in ("which is better for phones", "is pytroch easyer to debgu", "training on two cards", "zzyzx", ""):
        assert shipped.answer(Question(text)) == shipped.answer(Question(text))


def test_two_bots_made_of_the_same_knowledge_are_the_same():
    one, other = bot(), bot()
    assert one.index == other.index
    for text in QUESTIONS:
        assert one.answer(Question(text, TURN)) == other.answer(Question(text, TURN))


def test_processes_that_compile_the_same_files_reply_alike_and_keep_the_same(folder, tmp_path):
    printed = [in_another_process(folder, QUESTIONS, kept=tmp_path / f"kept{seed}", seed=seed) for seed in (1, 2)]
    assert json.loads(printed[0])
    assert printed[0] == printed[1]
    kept = [next((tmp_path / f"kept{seed}").iterdir()).read_bytes() for seed in (1, 2)]
    assert kept[0] == kept[1]


def test_another_process_replies_alike_from_what_this_one_has_kept(cache, shipped):
    questions = ["which is better for phones", "is pytroch easyer to debgu", "jax or torch for research, not tf"]
    printed = json.loads(in_another_process(SHIPPED, questions, kept=cache, seed=3))
    assert [reply["summary"] for reply in printed[::2]] == [
        shipped.answer(Question(text)).summary for text in questions
    ]
    assert [reply["confidence"] for reply in printed[::2]] == [
        shipped.answer(Question(text)).confidence for text in questions
    ]
    assert [reply["reasons"] for reply in printed[::2]] == [
        list(shipped.answer(Question(text)).reasons) for text in questions
    ]


def test_compiled_just_now_and_read_from_what_is_kept_reply_alike(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_CACHE", str(tmp_path / "kept"))
    now, then = assemble(folder), assemble(folder)
    for text in QUESTIONS:
        assert now.answer(Question(text, TURN)) == then.answer(Question(text, TURN))
