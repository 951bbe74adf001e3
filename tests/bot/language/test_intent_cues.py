"""Signs that somebody wants help with code."""

from __future__ import annotations

import pytest

from bot.language.lexicon import Lexicon
from bot.language.query import code_cues
from bot.language.text import plain
from tests.bot.small_knowledge import VOCABULARY

LEXICON = Lexicon(VOCABULARY)


def cues(message):
    return set(code_cues(message, plain(message), LEXICON))


@pytest.mark.parametrize(
    ("message", "cue"),
    [
        ("RuntimeError when I train", "!error"),
        ("it stops with Traceback most recent call last", "!error"),
        ("error: no such file", "!error"),
        ("it says segfault", "!error"),
        ("see line 12", "!error"),
        ("what does model.fit() do", "!call"),
        ("I use relu(x) here", "!call"),
        ("where is np.random.seed", "!dotted"),
        ("what is state_dict", "!snake"),
        ("what is DataLoader", "!camel"),
        ("why does my small model diverge", "!mine"),
        ("look\n```\nx = 1\n```", "!code"),
    ],
)
def test_each_sign_is_noticed(message, cue):
    assert cue in cues(message)


def test_a_code_fence_is_noticed_also_unclosed():
    assert cues("why ```import torch") == {"!code"}
    assert cues("why `import torch`") == set()


@pytest.mark.parametrize(
    "message",
    [
        "which one is better for research",
        "is tf.function slow",
        "PyTorch or TensorFlow",
        "which framework(s) do you know",
        "what is my best option",
        "should I trust a terror: yes or no",
    ],
)
def test_a_question_of_choice_shows_none(message):
    assert cues(message) == set()
