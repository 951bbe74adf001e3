"""The command line on a small knowledge base about pets."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.cli import main

PETS = """\
- id: pets.cat
  title: Cats
  phrasings: [tell me about cats, what is a cat]
  answer: {text: Cats sleep a lot.}
- id: pets.dog
  title: Dogs
  phrasings: [tell me about dogs, what is a dog]
  answer: {text: Dogs bark.}
- id: social.hello
  title: Hello
  kind: social
  phrasings: [hello there]
  answer: {text: Hello.}
"""


@pytest.fixture(scope="session", autouse=True)
def no_settings():
    """A user's settings stay out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OVERLAY", "ANSWER_THRESHOLD", "CHOICES_THRESHOLD"):
            patch.delenv(f"FRAMEWORK_BOT_{name}", raising=False)
        yield


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """A knowledge folder."""
    folder = tmp_path / "pets"
    folder.mkdir()
    (folder / "pets.yaml").write_text(PETS)
    return folder


@dataclass(frozen=True)
class Outcome:
    """What a command line led to."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run a command line in this process, with `given` on standard input."""

    def run(*words: object, given: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return run
