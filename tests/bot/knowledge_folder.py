"""A small knowledge folder on disk, and questions to ask of it."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "vocabulary.yaml": """\
frameworks:
  - {id: pytorch, name: PyTorch, aliases: [torch]}
  - {id: tensorflow, name: TensorFlow, aliases: [tf]}
tools:
  - {id: litert, name: LiteRT, former: [tflite], note: TensorFlow Lite is now called LiteRT.}
concepts:
  - {id: mobile, name: mobile, aliases: [phone, phones]}
  - {id: production, name: production}
""",
    "choose.yaml": """\
- id: choose.mobile
  title: Mobile
  frameworks: [pytorch, tensorflow]
  about: [mobile]
  phrasings: [which one for phones, best choice for an android app, tflite or torch for a camera app]
  answer: {text: Look at LiteRT and ExecuTorch.}
  related: [choose.production]
- id: choose.production
  title: Production
  frameworks: [pytorch, tensorflow]
  about: [production]
  phrasings: [which one in production, serving a large website, running it for years]
  answer: {text: Both serve well.}
- id: strengths.pytorch
  title: Strengths of PyTorch
  frameworks: [pytorch]
  phrasings: [what is good about pytorch, advantages of torch]
  answer: {text: It is easy to debug.}
""",
}

QUESTIONS = (
    "which one for phones",
    "is pytroch any good for an andriod app",
    "anything but tensorflow, for phones or a large website",
    "What is good about torch? Which one for phones?",
    "what about tflite",
    "qwertz asdfgh",
    "camera websites",
    "",
)


def written(folder: Path, files: dict[str, str] | None = None) -> Path:
    """`folder` with these files in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (files or FILES).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
