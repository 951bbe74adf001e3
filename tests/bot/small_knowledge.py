"""A small knowledge base about the same subject, written out so that a test can change one thing in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.dialog.answering import Bot, Thresholds
from bot.dialog.reply import Choices, Reply
from knowledge.model import (
    ArticleView,
    Calibration,
    Cell,
    Entry,
    KnowledgeBase,
    Source,
    Statement,
    Term,
    Vocabulary,
)

DAY = date(2026, 11, 22)

VOCABULARY = Vocabulary(
    frameworks=(
        Term(id="pytorch", name="PyTorch", aliases=("torch", "py torch")),
        Term(id="tensorflow", name="TensorFlow", aliases=("tf", "tf1", "tf2"), misspellings=("tenser flow",)),
        Term(id="jax", name="JAX"),
    ),
    tools=(
        Term(
            id="litert",
            name="LiteRT",
            former=("tensorflow lite", "tflite"),
            note="TensorFlow Lite is now called LiteRT.",
            sources=("readme",),
        ),
        Term(
            id="torchserve",
            name="TorchServe (archived)",
            former=("torchserve",),
            part_of=("pytorch",),
            note="TorchServe was archived in 2025.",
        ),
        Term(id="tf-function", name="tf.function"),
    ),
    concepts=(
        Term(id="mobile", name="mobile", aliases=("phone", "phones", "android app")),
        Term(id="production", name="production"),
        Term(id="debugging", name="debugging", aliases=("debug",)),
    ),
    elsewhere=("react", "vue", "spring boot"),
    abbreviations={"dl": "deep learning", "prod": "production"},
)

SOURCES = {
    "article": Source(title="the article", seen=DAY, dated="2025-04-04"),
    "readme": Source(title="the README", url="https://example.com/readme", seen=DAY),
    "docs": Source(title="the docs", url="https://example.com/docs", seen=DAY, dated="May 2026"),
}

TELLING = Calibration(weights={"coverage": 8.0, "refusal_coverage": 8.0}, bias=-5.0)
"""Confidence follows how much of a question the entry's phrasings also say, and nothing else."""


def entry(name: str, *phrasings: str, **more: Any) -> Entry:
    """An entry with an answer that names it."""
    fields = {"title": f"About {name}", "answer": Statement(text=f"The answer of {name}."), "checked_on": DAY, **more}
    return Entry(id=name, phrasings=phrasings, **fields)


def knowledge(*entries: Entry, **more: Any) -> KnowledgeBase:
    """A knowledge base of these entries."""
    fields: dict[str, Any] = {
        "version": "small",
        "sources": SOURCES,
        "vocabulary": VOCABULARY,
        "article_dated": date(2025, 4, 4),
        **more,
    }
    return KnowledgeBase(entries={one.id: one for one in entries}, **fields)


DEBUGGING = entry(
    "compare.debugging",
    "which one is easier to debug",
    "breakpoints in pytorch and tensorflow",
    "stepping through training code",
    title="Debugging",
    frameworks=("pytorch", "tensorflow"),
    about=("debugging",),
    answer=Statement(text="Both stop at the failing line.", confidence="H", sources=("readme",)),
    article=ArticleView(claims=("F-3",), text="PyTorch is easier.", verdict="partly"),
    since=(Statement(text="TensorFlow runs line by line.", confidence="M", sources=("docs", "readme")),),
    cells={
        "pytorch": Cell(today=Statement(text="Ordinary debuggers work.", sources=("docs",)), article="Easier."),
        "tensorflow": Cell(today=Statement(text="The same in eager mode.", sources=("own",))),
    },
    sources={"own": Source(title="its own source", seen=DAY)},
    next_step="Set a breakpoint in each.",
    related=("choose.mobile", "gone.away", "beyond.jax"),
)

ENTRIES = (
    DEBUGGING,
    entry(
        "choose.mobile",
        "which one should I take for an android app",
        "best choice for phones",
        frameworks=("pytorch", "tensorflow"),
        about=("mobile",),
    ),
    entry(
        "choose.production",
        "what to use in production",
        "serving a large website",
        frameworks=("pytorch", "tensorflow"),
        about=("production",),
    ),
    entry("strengths.pytorch", "what is good about pytorch", "advantages of torch", frameworks=("pytorch",)),
    entry("strengths.tensorflow", "what is good about tensorflow", "advantages of tf", frameworks=("tensorflow",)),
    entry("overview.tensorflow", "what is tensorflow", "explain tf to me", frameworks=("tensorflow",)),
    entry("beyond.jax", "what is jax", "tell me about jax", frameworks=("jax",)),
    entry("beyond.litert", "what became of tflite", "is litert the same thing"),
    entry(
        "beyond.to-tensorflow",
        "convert a pytorch model to tensorflow",
        "port weights from torch to tf",
        frameworks=("pytorch", "tensorflow"),
    ),
    entry(
        "beyond.to-pytorch",
        "convert a tensorflow model to pytorch",
        "port weights from tf to torch",
        frameworks=("pytorch", "tensorflow"),
    ),
    entry("beyond.licences", "which licence do they have", "may I sell what I build with it"),
    entry("decline.code-help", "fix my script", "my training code raises an exception", kind="decline"),
    entry("decline.off-topic", "tell me a joke", "best pizza in town", kind="decline", off_subject=True),
    entry("social.greeting", "hello", "good morning", kind="social"),
)

KNOWLEDGE = knowledge(*ENTRIES, calibration=TELLING)


def bot(*entries: Entry, thresholds: Thresholds | None = None, **more: Any) -> Bot:
    """A bot over these entries, or over all of them."""
    return Bot(knowledge(*(entries or ENTRIES), **{"calibration": TELLING, **more}), thresholds=thresholds)


ANSWERS_ALL = Thresholds(answer=0.0, choices=0.0)
OFFERS_ALL = Thresholds(answer=1.0, choices=0.0)
DECLINES_ALL = Thresholds(answer=1.0, choices=1.0)


def with_thresholds(base: Bot, thresholds: Thresholds) -> Bot:
    """The same bot with other thresholds, not compiled again."""
    return Bot(base.knowledge, index=base.index, thresholds=thresholds)


def with_entry(base: KnowledgeBase, added: Entry) -> KnowledgeBase:
    """`base` and one entry more."""
    return replace(base, entries={**base.entries, added.id: added})


def choices_in(reply: Reply) -> Choices | None:
    """The first choices that a reply offers."""
    return next((block for block in reply.blocks if isinstance(block, Choices)), None)
