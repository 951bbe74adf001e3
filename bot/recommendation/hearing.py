"""Free text in the guided recommendation: "mostly phones", "the second one", "don't know", "back".

An answer is found by the words of the options of the question at hand: labels, aliases, and the
vocabulary's words for what an option is about. What fits two options equally is asked back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.question import readable_part
from bot.spelling import Spelling, is_english, letters
from bot.text import plain, words
from knowledge.model import Vocabulary
from knowledge.recommendation import FlowQuestion, Option, RecommendationRules

Words = tuple[str, ...]

LIKENESS = 0.72
"""Least likeness (0..1) at which an unknown word is read as a known one."""

MOST_WORDS = 60
"""Words read at the most: an answer to a multiple-choice question is short."""

_COMMANDS: dict[str, tuple[str, ...]] = {
    "back": ("back", "previous", "undo", "go back", "last question", "step back", "one back"),
    "skip": (
        "skip", "pass", "unsure", "undecided", "dunno", "idk", "whatever", "any", "anything", "either", "none", "n a",
        "na", "don't know", "dont know", "do not know", "not sure", "no idea", "no clue", "no preference",
        "doesn't matter", "does not matter", "don't care", "dont care", "not known", "open", "all of them",
        "none of these", "none of them", "not decided",
    ),
    "next": ("next", "keep", "continue", "forward", "go on", "same", "keep it", "as before", "resume"),
    "restart": (
        "restart", "start over", "start again", "start afresh", "begin again", "reset", "from the start", "over again",
    ),
    "cancel": (
        "cancel", "stop", "quit", "exit", "abort", "leave", "never mind", "nevermind", "forget it", "end", "bye",
    ),
}  # fmt: skip
"""Action -> the words that ask for it, when nothing else is said."""

_FILLERS = frozenset(
    words(
        "please pls let's lets i i'd we you want to would like the a an can could just ok okay well now this that"
        " question one step me us it go take really yet honestly at all of them these still hm hmm um yes so and then"
        " thanks for sorry maybe think am are is i'm im we're haven't have"
    )
)
_COUNTING = frozenset(words("option number no nr choice answer pick choose with say")) | _FILLERS
_ORDINALS = (
    ("1", "first", "1st"),
    ("2", "second", "2nd", "two"),
    ("3", "third", "3rd", "three"),
    ("4", "fourth", "4th", "four"),
    ("5", "fifth", "5th", "five"),
    ("6", "sixth", "6th", "six"),
    ("7", "seventh", "7th", "seven"),
    ("8", "eighth", "8th", "eight"),
    ("9", "ninth", "9th", "nine"),
    ("10", "tenth", "10th", "ten"),
)
_STRESSING = frozenset(words("mostly mainly primarily especially chiefly definitely actually rather first foremost"))
_NEGATING = frozenset(words("not no without except never don't isn't dont isnt neither nor"))

_SMALL = frozenset(words("the a an in on at to for of is it it's about with my our want use need run like be using"))
"""Words that may stand between "mostly" or "not" and what it is about."""

_NOTHING = "I did not get that. Choose an option by its number or name; or say skip, back, restart or cancel."
_ENDED = "Say back to change an answer, or restart."
_IN_DOUBT = "Which one do you mean: {}?"


@dataclass(frozen=True, slots=True)
class Said:
    """What was meant. `action` is as a button would carry it; empty, where nothing was understood."""

    action: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Name:
    """One way of saying an option. `own`: written for this option, not taken from the vocabulary."""

    words: Words
    option: str
    own: bool


class Hearing:
    """Reads what people type, by the words of one set of rules and of the vocabulary."""

    def __init__(self, rules: RecommendationRules, vocabulary: Vocabulary) -> None:
        terms = {term.id: term for term in (*vocabulary.concepts, *vocabulary.tools, *vocabulary.frameworks)}
        self._about = {
            name: tuple(tuple(words(text)) for text in (term.name, *term.aliases, *term.former, *term.misspellings))
            for name, term in terms.items()
        }
        self._listening = {question.id: _Listening(question, self._about) for question in rules.questions}
        self._without_question = _Listening(None, {})

    def hear(self, question: FlowQuestion | None, text: str) -> Said:
        """What `text` means as an answer to `question`; None: only commands are expected. Never fails."""
        listening = self._listening[question.id] if question is not None else self._without_question
        return listening.hear(text)


class _Listening:
    """The words expected at one question."""

    def __init__(self, question: FlowQuestion | None, about: dict[str, tuple[Words, ...]]) -> None:
        self._options: tuple[Option, ...] = question.options if question is not None else ()
        self._labels = {option.id: option.label for option in self._options}
        self._about = about

    def hear(self, text: str) -> Said:
        run = self._corrected(words(plain(readable_part(text)))[:MOST_WORDS])
        command = _command(run, strict=True)
        if command:
            return Said(command)
        counted = self._counted(run)
        if counted:
            return Said(f"pick-{counted}")
        found = self._found(run)
        if len(found) == 1:
            return Said(f"pick-{found[0]}")
        if found:
            return Said(hint=_IN_DOUBT.format(" or ".join(self._labels[name] for name in found)))
        command = _command(run, strict=False)
        return Said(command, "" if command else _NOTHING if self._options else _ENDED)

    def _counted(self, run: Sequence[str]) -> str | None:
        """The option whose number was said, and nothing else."""
        rest = [word for word in run if word not in _COUNTING]
        if not rest and run and run[-1] == "one":  # "one", "option one"
            rest = ["1"]
        if len(rest) != 1:
            return None
        if rest[0] == "last" and self._options:
            return self._options[-1].id
        return next((o.id for o, said in zip(self._options, _ORDINALS, strict=False) if rest[0] in said), None)

    def _found(self, run: Words) -> list[str]:
        """The options named: those stressed most, then by the longest name, then by their own words."""
        best: tuple[bool, int, bool] = (False, 0, False)
        found: list[str] = []
        for name in self._names:
            for start in _places(name.words, run):
                before = next((word for word in reversed(run[:start]) if word not in _SMALL), "")
                if before in _NEGATING:
                    continue
                rank = (before in _STRESSING, len(name.words), name.own)
                if rank > best:
                    best, found = rank, []
                if rank == best and name.option not in found:
                    found.append(name.option)
        return found

    @cached_property
    def _names(self) -> tuple[_Name, ...]:
        names: dict[tuple[Words, str], _Name] = {}
        for option in self._options:
            for text in (option.label, option.id, *option.aliases):
                run = tuple(words(text))
                names.setdefault((run, option.id), _Name(run, option.id, own=True))
            for concept in option.about:
                for run in self._about.get(concept, ()):
                    names.setdefault((run, option.id), _Name(run, option.id, own=False))
        return tuple(name for name in names.values() if name.words)

    @cached_property
    def _spelling(self) -> Spelling:
        expected = {word for name in self._names for word in name.words}
        commands = {word for phrases in _COMMANDS.values() for phrase in phrases for word in words(phrase)}
        return Spelling(letters([{*expected, *commands, *_STRESSING, *_NEGATING}]))

    def _corrected(self, run: Sequence[str]) -> Words:
        return tuple(self._read(word) for word in run)

    def _read(self, word: str) -> str:
        if self._spelling.knows(word) or word.isdigit() or is_english(word):
            return word
        nearest = self._spelling.nearest(word)
        return nearest[0] if nearest is not None and nearest[1] >= LIKENESS else word


def _command(run: Sequence[str], *, strict: bool) -> str:
    """The action asked for; `strict`: only where nothing else is said."""
    whole = tuple(run)
    for action, phrases in _COMMANDS.items():
        for phrase in phrases:
            sought = tuple(words(phrase))
            for start in _places(sought, whole):
                rest = (*whole[:start], *whole[start + len(sought) :])
                if not strict or all(word in _FILLERS for word in rest):
                    return action
    return ""


def _places(sought: Words, run: Sequence[str]) -> Iterator[int]:
    """Where `sought` begins in `run`."""
    for start in range(len(run) - len(sought) + 1):
        if tuple(run[start : start + len(sought)]) == sought:
            yield start
