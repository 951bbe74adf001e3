"""How people type: greetings, context, slips of the finger."""

from __future__ import annotations

import random

_OPENERS = ("hi all, ", "hey, ", "quick one: ", "morning! ", "sorry to bother you, ", "hello bot, ", "again me. ")
_CONTEXTS = (
    "we are four people with one server. ",
    "asking for a colleague who is new here. ",
    "not urgent. ",
    "I looked in the wiki and found nothing. ",
)
_CLOSERS = ("?", "??", " please", " thanks", ", anyone?", " :)", "...", "!")
_LONG = 5
"""Letters from which a word is misspelt: in a shorter one a slip makes another word."""


def typed(text: str, rng: random.Random) -> str:
    """`text` as somebody in a hurry sends it. A good third come as they are, so that some repeat each other."""
    if rng.random() < 0.35:
        return text
    if rng.random() < 0.2:
        text = slipped(text, rng)
    if rng.random() < 0.25:
        text = rng.choice(_OPENERS) + text
    if rng.random() < 0.1:
        text = rng.choice(_CONTEXTS) + text
    if rng.random() < 0.4 and text[-1].isalnum():
        text += rng.choice(_CLOSERS)
    return text.capitalize() if rng.random() < 0.3 else text


def slipped(text: str, rng: random.Random) -> str:
    """`text` with one letter of a long word left out, doubled, or swapped with the next."""
    words = text.split(" ")
    long = [number for number, word in enumerate(words) if len(word) > _LONG and word.isalpha()]
    if not long:
        return text
    number = rng.choice(long)
    word = words[number]
    at = rng.randrange(1, len(word) - 2)
    words[number] = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return " ".join(words)
