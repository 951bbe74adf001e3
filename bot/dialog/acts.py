"""Dialogue acts: what a short utterance asks of the answer before it, by rule.

act("source?", "source")                          # Act("sources")
act("Is that from NVIDIA?", "is that from nvidia")  # Act("publisher", "nvidia")
act("No, I meant JAX", "no i meant jax")            # Act("correction", "jax")
act("source code of pytorch", ...)                  # None: a question of its own
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.language.text import words

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
