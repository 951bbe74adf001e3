"""Free-text answers in the guided recommendation: "mostly phones", "the second one", "don't know", "back".

An answer is found by the words of the current question's options: labels, ids, aliases, and the
vocabulary's words for what an option is about. If two options fit equally, the hint asks which one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.dialog.question import readable_part
from bot.language.spelling import Spelling, count_words, is_english
from bot.language.text import plain, words
from knowledge.model import Vocabulary
from knowledge.recommendation import FlowQuestion

Words = tuple[str, ...]

LEAST_SIMILARITY = 0.72
"""Similarity (0..1) from which an unknown word is corrected to a known one."""

MAX_WORDS = 200
"""Words that are parsed of an answer, or of somebody's description of their situation."""

_COMMANDS: dict[str, tuple[str, ...]] = {
    "back": ("back", "previous", "undo", "go back", "last question", "step back", "one back"),
    "skip": (
        "skip", "pass", "unsure", "undecided", "dunno", "idk", "whatever", "any", "anything", "either", "none", "n a",
        "na", "don't know", "dont know", "do not know", "not sure", "no idea", "no clue", "no preference",
        "doesn't matter", "does not matter", "don't care", "dont care", "not known", "open", "all of them",
        "none of these", "none of them", "not decided",
    ),
    "next": ("next", "keep", "continue", "forward", "go on", "same", "keep it", "as before", "resume"),
    "now": ("now", "recommend now", "recommend", "that is all", "that's all", "enough", "finish", "show me", "done"),
    "restart": (
        "restart", "start over", "start again", "start afresh", "begin again", "reset", "from the start", "over again",
    ),
    "cancel": (
        "cancel", "stop", "quit", "exit", "abort", "leave", "never mind", "nevermind", "forget it", "end", "bye",
    ),
}  # fmt: skip
"""Action -> the phrases that ask for it."""

_COMMAND_WORDS = tuple((action, tuple(words(phrase))) for action, phrases in _COMMANDS.items() for phrase in phrases)

_FILLERS = frozenset(
    words(
        "please pls let's lets i i'd we you want to would like the a an can could just ok okay well now this that"
        " question one step me us it go take really yet honestly at all of them these still hm hmm um yes so and then"
        " thanks for sorry maybe think am are is i'm im we're haven't have"
    )
)
_COUNTING = frozenset(words("option number no nr choice answer pick choose with say")) | _FILLERS
_NUMBERS = {
    word: place
    for place, names in enumerate((
        "1 first 1st", "2 second 2nd two", "3 third 3rd three", "4 fourth 4th four", "5 fifth 5th five",
        "6 sixth 6th six", "7 seventh 7th seven", "8 eighth 8th eight", "9 ninth 9th nine", "10 tenth 10th ten",
    ))
    for word in names.split()
}  # fmt: skip
_EMPHASIS = frozenset(
    words("mostly mainly primarily especially chiefly must definitely actually rather first foremost")
)
_NEGATION = frozenset(words("not no without except never don't isn't dont isnt neither nor"))

_BETWEEN = frozenset(words("the a an in on at to for of is it it's about with my our want use need run like be using"))
"""Words that may come between "mostly" or "not" and what it is about."""

_NOT_UNDERSTOOD = "I did not get that. Choose an option by its number or name; or say skip, back, restart or cancel."
_AMBIGUOUS = "Which one do you mean: {}?"


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """The meaning of a text. `action` is as a button would carry it; empty if nothing was understood."""

    action: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _OptionName:
    """One way to name an option. `own`: written for this option, not taken from the vocabulary."""

    words: Words
    option: str
    own: bool


class FreeTextParser:
    """Parses typed answers to one question."""

    def __init__(self, question: FlowQuestion, vocabulary: Vocabulary) -> None:
        self._options = question.options
        self._vocabulary = vocabulary

    def parse(self, text: str) -> ParsedAnswer:
        """The meaning of `text`. Never fails."""
        spelled = tuple(map(self._corrected, words(plain(readable_part(text)))[:MAX_WORDS]))
        command = _command(spelled, strict=True)
        if command:
            return ParsedAnswer(command)
        counted = self._by_number(spelled)
        found = [counted] if counted else self._by_name(spelled)
        if len(found) == 1:
            return ParsedAnswer(f"pick-{found[0]}")
        if found:
            labels = {option.id: option.label for option in self._options}
            return ParsedAnswer(hint=_AMBIGUOUS.format(" or ".join(labels[name] for name in found)))
        command = _command(spelled, strict=False)
        return ParsedAnswer(command, "" if command else _NOT_UNDERSTOOD)

    def named(self, text: str) -> tuple[str, Words] | None:
        """The option that a description of somebody's situation names in passing, with the words for it; None where it
        names none, or several equally. Only the options' own words count, and none that is `vague`."""
        spelled = tuple(words(plain(readable_part(text)))[:MAX_WORDS])
        found = self._by_name(spelled, self._own_names)
        if len(found) != 1:
            return None
        own = (name.words for name in self._own_names if name.option == found[0])
        return found[0], max((name for name in own if list(_places(name, spelled))), key=len)

    def _by_number(self, spelled: Words) -> str | None:
        """The option whose number is all that the text says."""
        rest = [word for word in spelled if word not in _COUNTING]
        if not rest and spelled and spelled[-1] == "one":  # "one", "option one"
            rest = ["1"]
        if len(rest) != 1:
            return None
        if rest[0] == "last":
            return self._options[-1].id
        place = _NUMBERS.get(rest[0], len(self._options))
        return self._options[place].id if place < len(self._options) else None

    def _by_name(self, spelled: Words, names: Sequence[_OptionName] | None = None) -> list[str]:
        """The options named: those with emphasis first, then by the longest name, then by their own words."""
        found: dict[tuple[bool, int, bool], list[str]] = {}
        for name in self._names if names is None else names:
            for start in _places(name.words, spelled):
                before = next((word for word in reversed(spelled[:start]) if word not in _BETWEEN), "")
                if before not in _NEGATION:
                    rank = (before in _EMPHASIS, len(name.words), name.own)
                    found.setdefault(rank, []).append(name.option)
        return list(dict.fromkeys(found[max(found)])) if found else []

    @cached_property
    def _names(self) -> tuple[_OptionName, ...]:
        terms = {term.id: term for term in self._vocabulary.terms}
        names: dict[tuple[Words, str], _OptionName] = {}
        for option in self._options:
            texts = [(text, True) for text in (option.label, option.id, *option.aliases)]
            for term in (terms[concept] for concept in option.about if concept in terms):
                texts += ((text, False) for text in (term.name, *term.aliases, *term.former, *term.misspellings))
            for text, own in texts:
                if name := tuple(words(text)):
                    names.setdefault((name, option.id), _OptionName(name, option.id, own))
        return tuple(names.values())

    @cached_property
    def _own_names(self) -> tuple[_OptionName, ...]:
        vague = {(tuple(words(text)), option.id) for option in self._options for text in option.vague}
        return tuple(name for name in self._names if name.own and (name.words, name.option) not in vague)

    @cached_property
    def _spelling(self) -> Spelling:
        expected = {word for name in self._names for word in name.words}
        commands = {word for _, phrase in _COMMAND_WORDS for word in phrase}
        return Spelling(count_words([{*expected, *commands, *_EMPHASIS, *_NEGATION}]))

    def _corrected(self, word: str) -> str:
        if self._spelling.knows(word) or word.isdigit() or is_english(word):
            return word
        nearest = self._spelling.nearest(word)
        return nearest[0] if nearest is not None and nearest[1] >= LEAST_SIMILARITY else word


def _command(spelled: Words, *, strict: bool) -> str:
    """The action that the text asks for; `strict`: only if it says nothing else."""
    for action, phrase in _COMMAND_WORDS:
        for start in _places(phrase, spelled):
            rest = (*spelled[:start], *spelled[start + len(phrase) :])
            if not strict or _FILLERS.issuperset(rest):
                return action
    return ""


def _places(sought: Words, spelled: Words) -> Iterator[int]:
    """Where `sought` begins in `spelled`."""
    return (start for start in range(len(spelled) - len(sought) + 1) if spelled[start : start + len(sought)] == sought)
