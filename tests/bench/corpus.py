"""Phrasings and questions made by a grammar: as many as wanted, the same every time.

Words follow Zipf's law, as in any language: a few are everywhere, most are rare, and the number of
product names grows with the number of entries. So a large corpus has long inverted lists as well as
short ones, which is what decides how a matcher scales.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import accumulate

PER_ENTRY = 10
"""Phrasings an entry."""

TYPO_SHARE = 0.2
"""Share (0..1) of questions with one keystroke error."""

SEED = 20_250_404

_OFFSET = 20
"""Zipf-Mandelbrot's shift: keeps the commonest content word below 1 % of all, function words come from the frames."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROW = {key: row for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for key in row}

_ACTIONS = tuple(
    tuple(line.split("/"))
    for line in """\
set up/install/configure/get started with
cancel/stop/end/call off
change/update/edit/modify
find/locate/look up/get to
delete/remove/erase/get rid of
pay for/buy/order/purchase
share/send/forward/hand over
fix/repair/mend/sort out
compare/choose/pick/decide on
move/transfer/migrate/carry over
speed up/improve/tune/make faster
test/check/try/verify
connect/link/pair/hook up
print/export/save/download
book/reserve/schedule/plan
learn/study/understand/read up on
measure/count/track/monitor
return/send back/bring back/exchange
protect/secure/lock/back up
report/flag/complain about/tell you about""".splitlines()
)
_FRAMES = tuple(
    """\
how do I {verb} {thing}
how can i {verb} the {thing} {detail}
what is the best way to {verb} {thing}
is it possible to {verb} a {thing} {detail}
where do I {verb} my {thing}
I want to {verb} {thing} {detail}
can I {verb} {thing} myself
why can't I {verb} the {thing}
do you know how to {verb} {thing} {detail}
need help, trying to {verb} a {thing}
who do I ask to {verb} our {thing}
{thing} {detail}: how to {verb} it
steps to {verb} {thing}
does it cost anything to {verb} {thing} {detail}
when should we {verb} the {thing}
{verb} {thing} {detail}
should I {verb} {thing} or leave it
what happens if we {verb} the {thing} {detail}
{thing} cannot be found, how would one {verb} it
how long does it take to {verb} {thing}""".splitlines()
)
_LINKS = ("for", "in", "on", "with", "without", "at", "after", "before", "during", "near")
_OPENERS = ("hi, ", "hello! ", "hey all, ", "quick question: ", "sorry if this was asked before. ", "", "", "", "")
_CLOSERS = ("?", "?", " please?", " thanks", " any ideas?", "", "", "??")
_FILLERS = frozenset("how do i can the a is it to my you we what our does would should one".split())


@dataclass(frozen=True, slots=True)
class Corpus:
    """Entries by number, each with its title and its phrasings."""

    titles: tuple[str, ...]
    phrasings: tuple[tuple[str, ...], ...]

    @property
    def size(self) -> int:
        """Phrasings in all."""
        return sum(map(len, self.phrasings))

    def flat(self) -> tuple[list[str], list[int]]:
        """All phrasings in one list, and the entry of each."""
        texts = [text for own in self.phrasings for text in own]
        return texts, [entry for entry, own in enumerate(self.phrasings) for _ in own]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the number of the entry whose phrasing it is a variant of."""

    text: str
    entry: int


def make_corpus(size: int, *, seed: int = SEED) -> Corpus:
    """A corpus of `size` phrasings (rounded up to whole entries)."""
    count = -(-size // PER_ENTRY)
    chance = random.Random(seed)
    words = _Words(chance, names=40 + round(4 * count**0.7))
    seen: set[tuple[int, str]] = set()
    titles: list[str] = []
    phrasings: list[tuple[str, ...]] = []
    while len(titles) < count:
        action = chance.randrange(len(_ACTIONS))
        thing = words.thing()
        if (action, thing) in seen:
            continue
        seen.add((action, thing))
        titles.append(f"{_ACTIONS[action][0]} {thing}")
        phrasings.append(tuple(_phrasings(_ACTIONS[action], thing, words, chance)))
    return Corpus(tuple(titles), tuple(phrasings))


def make_questions(corpus: Corpus, count: int, *, seed: int = SEED + 1) -> list[Asked]:
    """`count` noisy variants of phrasings: words left out, a greeting before, a word swapped, a fifth with a typo."""
    chance = random.Random(seed)
    asked = []
    for _ in range(count):
        entry = chance.randrange(len(corpus.phrasings))
        text = _varied(chance.choice(corpus.phrasings[entry]), chance)
        if chance.random() < TYPO_SHARE:
            text = one_keystroke_error(text, chance)
        asked.append(Asked(chance.choice(_OPENERS) + text + chance.choice(_CLOSERS), entry))
    return asked


def one_keystroke_error(text: str, chance: random.Random) -> str:
    """`text` with one wrong key in a word of four letters or more: left out, doubled, swapped or a neighbour.

    Unchanged where it has no such word.
    """
    words = text.split(" ")
    long = [number for number, word in enumerate(words) if sum(map(str.isalpha, word)) >= 4]
    if not long:
        return text
    number = chance.choice(long)
    word = words[number]
    places = [place for place in range(1, len(word)) if word[place].isalpha()]
    at = chance.choice(places)
    kind = chance.randrange(4)
    if kind == 0:
        mistyped = word[:at] + word[at + 1 :]
    elif kind == 1:
        mistyped = word[:at] + word[at] + word[at:]
    elif kind == 2 and at + 1 < len(word) and word[at + 1] != word[at]:
        mistyped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    else:
        mistyped = word[:at] + _neighbour(word[at], chance) + word[at + 1 :]
    words[number] = mistyped
    return " ".join(words)


def _neighbour(letter: str, chance: random.Random) -> str:
    """A key next to `letter`'s."""
    row = _ROW.get(letter.lower(), _LETTERS)
    at = row.find(letter.lower())
    neighbours = row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
    return chance.choice(neighbours or "e")


class _Words:
    """Draws content words and product names with Zipf's frequencies."""

    def __init__(self, chance: random.Random, *, names: int) -> None:
        listed = (files("bot.language") / "english.txt").read_text(encoding="utf-8").split()
        usable = [word for word in listed if word.isascii() and word.isalpha() and 4 <= len(word) <= 12]
        chance.shuffle(usable)
        self._chance = chance
        self._words = usable
        self._word_weights = _zipf(len(usable))
        self._names = sorted(set(_invented(chance, names)))
        chance.shuffle(self._names)
        self._name_weights = _zipf(len(self._names))

    def word(self) -> str:
        return self._chance.choices(self._words, cum_weights=self._word_weights)[0]

    def thing(self) -> str:
        """What an entry is about: two content words, or a product's name and one."""
        first = (
            self._chance.choices(self._names, cum_weights=self._name_weights)[0]
            if self._chance.random() < 0.4
            else self.word()
        )
        return f"{first} {self.word()}"


def _zipf(count: int) -> Sequence[float]:
    return list(accumulate(1 / (rank + _OFFSET) for rank in range(count)))


def _invented(chance: random.Random, count: int) -> Iterator[str]:
    """Names such as "velora" or "tokan7", out of syllables."""
    onsets, vowels, codas = "b c d f g h k l m n p r s t v z br cl dr st tr".split(), "aeiou", ("", "", "n", "r", "x")
    for _ in range(count):
        syllables = chance.randrange(2, 4)
        name = "".join(chance.choice(onsets) + chance.choice(vowels) for _ in range(syllables)) + chance.choice(codas)
        yield name + (chance.choice("23479") if chance.random() < 0.1 else "")


def _phrasings(verbs: Sequence[str], thing: str, words: _Words, chance: random.Random) -> list[str]:
    """PER_ENTRY ways to ask for one entry; no two alike."""
    details = ["", "", *(f"{chance.choice(_LINKS)} {words.word()}" for _ in range(3))]
    frames = chance.sample(_FRAMES, PER_ENTRY)
    return [
        " ".join(frame.format(verb=chance.choice(verbs), thing=thing, detail=chance.choice(details)).split())
        for frame in frames
    ]


def _varied(phrasing: str, chance: random.Random) -> str:
    """The phrasing with a filler or two left out, or two neighbouring words swapped."""
    words = phrasing.split(" ")
    kept = [word for word in words if word.lower() not in _FILLERS or chance.random() < 0.7]
    if len(kept) > 3 and chance.random() < 0.3:
        at = chance.randrange(len(kept) - 1)
        kept[at], kept[at + 1] = kept[at + 1], kept[at]
    return " ".join(kept)
