"""A small knowledge folder to break in one place at a time."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCES = """\
article:
  title: the article
  seen: 2026-01-10
readme:
  title: the README
  url: https://example.com/readme
  seen: 2026-01-10
"""

VOCABULARY = """\
frameworks:
  - id: pytorch
    name: PyTorch
    aliases: [torch]
  - id: tensorflow
    name: TensorFlow
    aliases: [tf]
tools:
  - id: litert
    name: LiteRT
    former: [tflite]
    note: TensorFlow Lite is now called LiteRT.
    sources: [readme]
concepts:
  - id: debugging
    name: debugging
elsewhere: [django, rails]
abbreviations:
  dl: deep learning
"""

ARTICLE = """\
title: the article
dated: 2025-04-04
claims:
  - {id: H-1, title: TensorFlow is from 2015}
  - {id: F-3, title: debugging, sides: [pytorch, tensorflow]}
"""

DEBUGGING = """\
id: compare.debugging
title: Debugging
frameworks: [pytorch, tensorflow]
about: [debugging]
phrasings:
  - which is easier to debug
  - breakpoints in a model
  - pdb or tfdbg
  - cryptic tracebacks everywhere
  - where does the nan come from
  - stepping through training code
  - inspect activations while it runs
  - error messages nobody understands
answer:
  text: Both stop at the failing line.
  confidence: H
  sources: [readme]
article:
  claims: [F-3]
  text: PyTorch is easier.
  verdict: partly
since:
  - text: TensorFlow runs line by line since 2.0.
    confidence: H
    sources: [readme]
cells:
  pytorch:
    article: Easier.
    today:
      text: Ordinary debuggers work.
      sources: [readme]
  tensorflow:
    article: Harder.
    today:
      text: The same in eager mode.
      sources: [readme]
related: [history.tensorflow]
checked_on: 2026-01-10
"""

HISTORY = """\
id: history.tensorflow
title: History of TensorFlow
frameworks: [tensorflow]
phrasings:
  - when was tensorflow released
  - who made it at google
  - how old is tf
  - from distbelief onwards
  - story behind the brain team's library
  - year of the first public version
  - origins and milestones
  - what came before keras joined
answer:
  text: Google released TensorFlow in 2015.
  confidence: H
  sources: [readme]
article:
  claims: [H-1]
  text: From Google, 2015.
  verdict: holds
since:
  - text: The 2.0 release is of 2019.
    confidence: H
    sources: [readme]
related: [compare.debugging]
checked_on: 2026-01-10
"""


class Folder:
    """A knowledge folder under a test's hands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return self.save(file, textwrap.dedent(text))

    def change(self, name: str, old: str, new: str) -> Path:
        file = self.path / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        return self.save(file, text.replace(old, new))

    @staticmethod
    def save(file: Path, text: str) -> Path:
        """In one step, as editors do: who watches never sees half of it."""
        written = file.with_name(f"{file.name}~")
        written.write_text(text, encoding="utf-8")
        return written.replace(file)


@pytest.fixture
def base(tmp_path: Path) -> Folder:
    """A sourced knowledge folder of two entries with nothing wrong."""
    folder = Folder(tmp_path / "base")
    folder.write("sources.yaml", SOURCES)
    folder.write("vocabulary.yaml", VOCABULARY)
    folder.write("article.yaml", ARTICLE)
    folder.write("compare/debugging.yaml", DEBUGGING)
    folder.write("overview/history.yaml", HISTORY)
    return folder


@pytest.fixture
def top(tmp_path: Path) -> Folder:
    """An overlay that holds nothing yet."""
    return Folder(tmp_path / "top")


@pytest.fixture
def entry() -> Callable[..., str]:
    """Makes a minimal entry as YAML: an id, phrasings, and `more` fields."""

    def write(name: str, *phrasings: str, more: str = "") -> str:
        lines = [f"id: {name}", f"title: {name}", "phrasings:"]
        lines += [f"  - {phrasing}" for phrasing in phrasings or (f"tell me about {name}",)]
        lines += ["answer: {text: Here it is.}", *textwrap.dedent(more).splitlines()]
        return "\n".join(lines) + "\n"

    return write
