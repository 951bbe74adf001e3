"""A small knowledge folder that somebody wrote by hand, and clusters of questions that it does not answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from bot.answering import Bot
from bot.curation.clustering import Cluster
from bot.curation.ground import Ground
from bot.curation.target import Target
from bot.question import Question
from bot.reply import Candidate
from knowledge.checks import Probe

TODAY = date(2026, 11, 22)
SEEN = datetime(2026, 11, 20, tzinfo=UTC)

FILES = {
    "vocabulary.yaml": """\
frameworks:
  - {id: pytorch, name: PyTorch, aliases: [torch]}
  - {id: tensorflow, name: TensorFlow, aliases: [tf]}
concepts:
  - {id: mobile, name: mobile, aliases: [phone, phones]}
""",
    "calibration.yaml": """\
weights: {coverage: 1.7, covered_margin: 0.7, lead: 7.7, margin: 3.1, score: 2.5}
bias: -2.8
answer_threshold: 0.4
choices_threshold: 0.15
""",
    "choose/mobile.yaml": """\
# What people build apps with.
id: choose.mobile
title: Mobile
frameworks: [pytorch, tensorflow]
about: [mobile]
phrasings:
  - which one for phones   # the commonest
  - best choice for an android app
  - pytorch or tensorflow for a camera app
  - runtime for an iphone
  - 'offline inference on a handset'
  - app for tablets and watches

answer:
  text: "Look at LiteRT and ExecuTorch."   # short
""",
    "choose/others.yaml": """\
- id: choose.production
  title: Production
  frameworks: [pytorch, tensorflow]
  phrasings:
    - which one in production
    - serving a large website
    - running it for years
    - keeping a model up day and night
    - what do banks use for serving
    - put a model behind an api
  answer: {text: Both serve well.}
- id: choose.research
  title: Research
  frameworks: [pytorch, tensorflow]
  phrasings: [which one for research, what do papers use, writing a thesis with it, framework of a phd, lab work]
  answer: {text: PyTorch.}
- id: strengths.pytorch
  title: Strengths of PyTorch
  frameworks: [pytorch]
  phrasings:
    - what is good about pytorch
    - advantages of torch
    - why does everybody like torch
    - pros of pytorch
    - what does torch do best
  answer: {text: It is easy to debug.}
""",
    "decline/jokes.yaml": """\
id: decline.jokes
title: Jokes
kind: decline
phrasings: [tell me a joke, something funny please, make me laugh, know any puns]
answer: {text: I have none.}
""",
}


def written(folder: Path, files: dict[str, str] | None = None) -> Path:
    """`folder` with these files in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (FILES if files is None else files).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def state(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def ground(target: Target, **more) -> Ground:
    """The ground for `target`, with the checks that need no other bot."""

    def probe(knowledge, bot):
        return Probe(lambda text: next(iter(bot.answer(Question(text)).entries), None))

    return Ground(target, today=TODAY, probe=probe, **more)


def cluster(bot: Bot, *wordings: str, **more) -> Cluster:
    """A cluster of these wordings, the first of which is the most typical."""
    answers = [pair for pair in bot.match(bot.read(wordings[0])) if not pair[0].refuses]
    fields = {
        "representative": wordings[0],
        "questions": wordings,
        "count": len(wordings),
        "terms": (),
        "nearest": Candidate(answers[0][0].entry, answers[0][1]) if answers else None,
        "why": ("not sure enough",),
        "first_seen": SEEN,
        "last_seen": SEEN,
    }
    return Cluster(**(fields | more))
