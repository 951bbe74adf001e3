"""Follow-ups: what a short utterance means after the previous exchange of the same thread, by rule; and dialogue acts,
what it asks of the answer before it.

act("source?", "source")                          # Act("sources")
act("Is that from NVIDIA?", "is that from nvidia")  # Act("publisher", "nvidia")
act("No, I meant JAX", "no i meant jax")            # Act("correction", "jax")
act("source code of pytorch", ...)                  # None: a question of its own
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.dialog.question import Turn
from bot.language.query import Query
from bot.language.text import words
from knowledge.model import KnowledgeBase

CHOICE = "choice"
"""The concept of "what should we use?"."""

LONGEST_FOLLOW_UP = 8
"""Words; a longer utterance is a question of its own."""

LONGEST_NAME = 2
LONGEST_CORRECTION = 4
"""Words in which one thing is named and no more: "for mobile"; "the version for linux", where it was meant instead."""

_ORDINALS = tuple(
    names.split()
    for names in ("first 1st one 1", "second 2nd two 2", "third 3rd three 3", "fourth 4th four 4", "fifth 5th five 5")
)
_PICKING = re.compile(
    r"(?:(?:the|number|option|no|nr|choice|answer|i mean|i meant|rather|maybe|yes)\s+)*"
    r"(?P<which>\w+)"
    r"(?:\s+(?:one|please|option|then|pls|choice))*"
)
_NONE = re.compile(
    r"(?:no )?(?:(?:none|neither)(?: of (?:these|them|those|the above))?|none of it|not (?:that|these|those))|nope|no"
)
_CONTINUING = re.compile(
    r"(?:and|so|what about|how about|what if|or|also|but|same for|same question for|ok and|and what about|for)\b"
)

ActName = Literal[
    "why", "sources", "shorter", "more", "replacement", "date", "publisher", "correction", "stop", "thanks"
]


@dataclass(frozen=True, slots=True)
class Act:
    """`about` is what was named: a publisher, or what was meant instead; "" for the other acts."""

    name: ActName
    about: str = ""


_IT = r"(?:it|that|this|they|those|these|(?:the|this|that|your) (?:answer|article|info|information))"
_BEFORE = (
    r"(?:(?:but|and|ok|okay|so|hm|hmm|well|uh|wait|please|pls|(?:can|could|would|will) (?:you|u)|(?:do )?(?:you )?have"
    r"|(?:you )?got|give (?:me|us)|show (?:me|us)|make (?:it|that)|what is|what are|the|any|your|a|an|some)\s+)*"
)
_AFTER = r"(?:\s+(?:please|pls|though|then|now|(?:for|on|of|about) (?:this|that|it)|you have))*"

_PATTERNS: dict[ActName, str] = {
    "why": (
        r"why(?: (?:is (?:that|it|this)(?: so)?|so|that|not|do you (?:say|think) (?:so|that)))?|how come"
        r"|explain(?: (?:that|why|it|this))?|what makes you say (?:so|that)|because|for what reason"
        r"|reason(?:s|ing)?|are you sure(?: (?:about|of) (?:that|this|it))?|really|you sure"
    ),
    "sources": (
        r"sources?(?: for (?:that|this))?|citations?|cite(?: (?:that|it))?|references?|links?|evidence|proof"
        r"|according to (?:who|whom)|says who|who says(?: so| that)?|where from|based on what"
        rf"|where (?:is {_IT} from|did you get {_IT}(?: from)?|do you get {_IT}(?: from)?|does {_IT} come from)"
        r"|how do you know(?: that)?"
    ),
    "shorter": (
        r"short(?:er)?(?: (?:version|answer))?|tl ?dr|in short|in (?:one|a) (?:line|sentence|word|nutshell)|summary"
        r"|summari[sz]e(?: (?:it|that|this))?|too long|brief(?:ly|er)?|bottom line|eli5"
    ),
    "more": (
        r"(?:tell me |say )?more|(?:more )?details?|go on|elaborate|longer|long version"
        r"|full(?: answer| version)?|expand|everything|continue|rest|in detail"
    ),
    "replacement": (
        rf"(?:what|which one|who) (?:has )?(?:replaced|replaces|succeeded|succeeds|supersedes|superseded) {_IT}"
        rf"|(?:what|which one) (?:came after|comes after|took over from|took over) {_IT}"
        rf"|(?:is there )?(?:its |an? |the )?(?:replacement|successor)(?: (?:for|of|to) {_IT})?"
        r"|what (?:do i|should i|do we|should we|to) use instead|what instead|instead of what"
        rf"|(?:{_IT} was )?replaced (?:by|with) what|by what"
    ),
    "date": (
        rf"when(?: (?:was|is|did|were|are) {_IT}"
        r"(?: (?:happen|written|checked|published|change|announced|released|from|last checked))?)?"
        rf"|(?:since|from|as of) when|how (?:old|recent|current) is {_IT}|(?:what|which) (?:date|year|day)"
        rf"|is {_IT} (?:still )?(?:current|up to date|recent|new|old|outdated|true|valid)"
        r"|how (?:recent|current|old)|still (?:true|current|valid)|last checked|when last checked"
    ),
    "stop": r"stop(?: (?:it|that|talking|replying|answering|here))?|(?:be )?quiet|shut up|go away|enough|stfu|hush",
    "thanks": (
        r"(?:(?:ok|okay|great|cool|perfect|nice|awesome|many|much)\s+)*(?:thanks?|thank you|thx|ty|cheers)"
        r"(?: (?:a lot|a bunch|so much|very much|again|bot|man|mate|you))*"
    ),
}
_COMPILED = tuple((name, re.compile(rf"{_BEFORE}(?:{pattern}){_AFTER}")) for name, pattern in _PATTERNS.items())

_PUBLISHER = re.compile(
    rf"(?:and )?(?:(?:is|was|are|were) {_IT}|(?:does|did) {_IT} come) (?:really |all |just )?"
    r"(?:(?:coming |written |published |said )?(?:from|by)|according to|what) (?:the )?"
    r"(?!(?:design|scratch|default|accident|mistake|chance|now|then|far|here|there)\b)"
    r"(?P<about>\S+(?: \S+){0,3}?)(?: says?)?"
)
_CORRECTION = re.compile(
    r"(?:(?:no|nope|nah|not (?:that|this|it)|sorry|wrong|actually|wait|oh)\s+)*"
    r"(?:i meant|i mean|i was asking about|i asked about|i was talking about|meant|my question was(?: about)?)\s+"
    r"(?P<about>.+)"
    r"|(?:no|nope|nah)\s+(?:not (?:that|this)\s+)?(?P<other>(?:the|for|about|with|in|on)\s.+)"
)
_ASKING = "what which who when where why how is are do does did can could should would"
_NAME = rf"(?!(?:{_ASKING.replace(' ', '|')}|sure|bad|only|just|yet)\b)[^\s,;?]+(?:\s[^\s,;?]+){{0,2}}?"
_REPLACING = re.compile(
    rf"(?:(?:no|nope|nah|sorry)\W+)+not\s{_NAME}\s?[,;]\s?(?:but\s)?(?P<about>{_NAME})[\s.!]*"
    rf"|not\s{_NAME}(?:\s?,)?\sbut\s(?P<but>{_NAME})[\s.!]*"
    rf"|(?P<other>{_NAME})(?:\s?[,;]\s?not|\s(?:instead\sof|rather\sthan))\s{_NAME}[\s.!]*",
    re.IGNORECASE,
)
"""What was meant and what was not: "no, not windows, linux"; "linux, not windows", which is no question."""
_NOT = re.compile(r"(?P<about>.+?) (?:and |but )?(?:not|instead of|rather than) .+")
_THANKFUL = re.compile(
    r"(?:(?:\N{THUMBS UP SIGN}|\N{PERSON WITH FOLDED HANDS}|\N{OK HAND SIGN})[\U0001F3FB-\U0001F3FF]?\uFE0F?"
    r"|:(?:\+1|thumbsup|thumbs_up|pray|folded_hands|ok_hand)(?:_tone\d)?:(?::skin-tone-\d:)?|\+1|\s|[.!])+"
)
_CONTRACTED = re.compile(r"\b(what|when|where|who|how|that|it)'s\b")


def picked(normalised: str, turn: Turn) -> str | None:
    """The offered entry that "the second one" or "2" means, or None."""
    hit = _PICKING.fullmatch(normalised)
    if hit is None:
        return None
    for number, names in enumerate(_ORDINALS):
        if hit["which"] in names and number < len(turn.offered):
            return turn.offered[number]
    return turn.offered[-1] if hit["which"] == "last" and turn.offered else None


def refuses(normalised: str, turn: Turn) -> bool:
    """Whether the utterance turns all offered choices down."""
    if not turn.offered or turn.answered:
        return False  # what stands below an answer is an invitation, and needs no refusal
    hit = _PICKING.fullmatch(normalised)
    beyond = _ORDINALS[len(turn.offered)] if len(turn.offered) < len(_ORDINALS) else ()
    return bool(_NONE.fullmatch(normalised)) or (hit is not None and hit["which"] in beyond)


def continued(reading: Query, turn: Turn, knowledge: KnowledgeBase, *, corrects: bool = False) -> str | None:
    """The entry that a follow-up such as "and for mobile?" or "what about JAX?" leads to, or None. It says that it
    leans on the question before ("what about ..."), or names one thing in a few words.

    `corrects`: it says what was meant instead, and so leans on that question in a few more words.
    """
    previous = next((name for name in turn.answered if name in knowledge.entries), None)
    longest = LONGEST_CORRECTION if corrects else LONGEST_NAME
    if _CONTINUING.match(reading.normalised):
        longest = LONGEST_FOLLOW_UP
    elif len(reading.frameworks) + len(reading.concepts) + len(reading.tools) != 1:
        return None
    leans = len(reading.normalised.split()) <= longest
    return on_topic(previous, reading, knowledge) if previous is not None and leans else None


def on_topic(previous: str, reading: Query, knowledge: KnowledgeBase) -> str | None:
    """Where what a reading names leads from the entry `previous`, or None.

    A new framework keeps the topic: the same entry where it has that framework's side, else its
    sibling about that framework ("strengths.pytorch" -> "strengths.tensorflow"), else the entry
    about the framework itself. A new concept keeps the kind of question, "choose.research" and
    "mobile" make "choose.mobile", or what it is about: "strengths.pytorch" and "weaknesses" make
    "weaknesses.pytorch".
    """
    by_concept = (entry_on(concept, previous, reading.concepts, knowledge) for concept in reading.concepts)
    by_tool = (_about(tool, knowledge) for tool in reading.tools)
    by_framework = (_about_framework(previous, framework, knowledge) for framework in reading.frameworks)
    return next((name for name in (*by_concept, *by_tool, *by_framework) if name is not None), None)


def entry_on(concept: str, previous: str, named: Sequence[str], knowledge: KnowledgeBase) -> str | None:
    """The entry on a concept: of the group or about the thing of `previous` where there is one, else the one that is
    about the most of what was `named` and the least besides, or that has a headline for the concept."""
    group, _, thing = previous.partition(".")
    groups = (group, "choose", "compare", "beyond")
    for name in (f"{concept}.{thing}", *(f"{one}.{concept}" for one in groups)):
        if name in knowledge.entries:
            return name
    answers = [entry for entry in knowledge.entries.values() if entry.kind == "answer"]
    found = [entry for entry in answers if entry.about[:1] == (concept,)]
    found.sort(key=lambda entry: (-sum(one in named for one in entry.about), len(entry.about)))
    found += [entry for entry in answers if concept in entry.headlines]
    return found[0].id if found else None


def is_bare(reading: Query) -> bool:
    """A need and nothing else, or hardly anything: "production", "for mobile"; not "which framework"."""
    needs = [concept for concept in reading.concepts if concept != CHOICE]
    return bool(needs) and not reading.frameworks and len(reading.normalised.split()) <= 3


def _about_framework(previous: str, framework: str, knowledge: KnowledgeBase) -> str | None:
    """What the previous entry's topic is for another framework."""
    if framework in knowledge.entries[previous].cells:
        return previous
    sibling = f"{previous.partition('.')[0]}.{framework}"
    return sibling if sibling in knowledge.entries else _about(framework, knowledge)


def _about(name: str, knowledge: KnowledgeBase) -> str | None:
    """The entry about a framework or tool itself."""
    named = (f"beyond.{name}", f"overview.{name}")
    leading = (one.id for one in knowledge.entries.values() if name in one.frameworks[:1])
    about = (one for one in leading if one.startswith("beyond."))
    return next((one for one in (*named, *about) if one in knowledge.entries), None)


def act(text: str, normalised: str) -> Act | None:
    """The act of an utterance, of which `normalised` are the words in lower case; None where it is none of these."""
    if text.strip(" .!\n") and _THANKFUL.fullmatch(text):
        return Act("thanks")
    said = _CONTRACTED.sub(r"\1 is", normalised)
    for name, pattern in _COMPILED:
        if pattern.fullmatch(said):
            return Act(name)
    if found := _PUBLISHER.fullmatch(said):
        return Act("publisher", found["about"])
    if found := _CORRECTION.fullmatch(said):
        about = found["about"] or found["other"]
        return Act("correction", instead["about"] if (instead := _NOT.fullmatch(about)) else about)
    if found := _REPLACING.fullmatch(text.strip()):
        return Act("correction", " ".join(words(found["about"] or found["but"] or found["other"])))
    return None


def is_act(text: str) -> bool:
    """Whether an utterance asks something of the answer before it."""
    found = act(text, " ".join(words(text)))
    return found is not None and found.name != "thanks"
