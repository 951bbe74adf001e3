"""Conversations with the shipped knowledge: what is asked, what is said then, and what the reply to that holds."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.dialog.answering import turn_after
from bot.dialog.composition import SHORT
from bot.dialog.question import Question, Turn
from bot.dialog.text_renderer import first_shown, plain_text


@dataclass(frozen=True)
class Dialogue:
    """`first` are the messages up to the one in question, `said`; its reply shows `entry`, holds `has` and not `lacks`.

    `repeats`: it may hold the headline of the answer before it.
    """

    first: tuple[str, ...]
    said: str
    entry: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    repeats: bool = False


MOBILE = ("how do pytorch and tensorflow compare on mobile?",)
SERVE = ("is torchserve still maintained?",)
KERAS = ("is keras dead?",)
NLP = ("should we take pytorch or tensorflow for nlp?",)
TWO = ("What is JAX? What is Keras?",)
WINDOWS = ("pytorch or tensorflow for windows?",)

DIALOGUES = {
    "why": Dialogue(MOBILE, "why?", "compare.mobile", ("Because:\n- ",), ("Sources:", "[1]")),
    "why, in other words": Dialogue(SERVE, "hm, how come?", "beyond.torchserve-status", ("Because:\n- ",)),
    "why, of what was asked about": Dialogue(
        KERAS, "are you sure?", "systems.keras-status", ("Because:\n- ", "Keras 3 came out")
    ),
    "source?": Dialogue(MOBILE, "source?", "compare.mobile", ("Sources:\n[1] LiteRT README", "https://")),
    "sources": Dialogue(SERVE, "any sources?", "beyond.torchserve-status", ("Sources:\n[1] pytorch/serve issue 3396",)),
    "says who": Dialogue(KERAS, "says who?", "systems.keras-status", ("Sources:\n[1] ",)),
    "shorter": Dialogue(NLP, "shorter", "choose.nlp", ("PyTorch",), ("\n", "hecked"), repeats=True),
    "tl;dr": Dialogue(MOBILE, "tl;dr please", "compare.mobile", ("LiteRT",), ("\n", "hecked"), repeats=True),
    "shorter, of what was asked about": Dialogue(
        KERAS,
        "can you make it shorter?",
        "systems.keras-status",
        ("Keras is alive",),
        ("\n", "TensorFlow leads"),
        repeats=True,
    ),
    "more": Dialogue(
        MOBILE,
        "tell me more",
        "compare.mobile",
        ("What changed, and matters:", "What the article of April 2025", "Sources:\n[1] "),
    ),
    "details": Dialogue(
        SERVE, "details?", "beyond.torchserve-status", ("What changed, and matters:", "Sources:\n[1] ")
    ),
    "no, I meant a framework": Dialogue(
        ("pytorch or tensorflow for windows?",), "no, I meant jax", "beyond.windows", ("JAX: ",), ("TensorFlow: ",)
    ),
    "no, I meant a need": Dialogue(
        ("pytorch or tensorflow for production?",), "sorry, I meant for research", "choose.research"
    ),
    "no, I meant one of these": Dialogue(MOBILE, "no, I meant the first one", "choose.mobile"),
    "no, I meant another question": Dialogue(NLP, "no, I meant what is onnx?", "beyond.onnx", ("ONNX",)),
    "no, I meant another system": Dialogue(
        WINDOWS, "no, I meant linux", "beyond.windows", ("On Linux ",), ("On Windows", "PyTorch: ")
    ),
    "no, I meant another system, in more words": Dialogue(
        ("does tensorflow run on a mac?",), "sorry, I was asking about ubuntu", "beyond.windows", ("On Linux ",)
    ),
    "not this, that": Dialogue(WINDOWS, "no, not windows, linux", "beyond.windows", ("On Linux ",)),
    "that, not this": Dialogue(WINDOWS, "Linux, not Windows.", "beyond.windows", ("On Linux ",)),
    "I meant that instead of this": Dialogue(
        WINDOWS, "I meant linux instead of windows", "beyond.windows", ("On Linux ",)
    ),
    "this framework, not that": Dialogue(
        ("does tensorflow work on windows?",), "pytorch, not tensorflow", "beyond.windows", ("PyTorch: Native",)
    ),
    "no, I meant other hardware": Dialogue(
        ("does pytorch work with amd cards?",), "no, I meant nvidia", "beyond.gpu-cuda", ("PyTorch",)
    ),
    "no, I meant another side of the same": Dialogue(
        ("what are the strengths of tensorflow?",), "no, I meant weaknesses", "weaknesses.tensorflow"
    ),
    "no, I meant the same of another": Dialogue(
        ("what are the strengths of pytorch?",), "no, I meant tensorflow", "strengths.tensorflow"
    ),
    "no, I meant something near": Dialogue(
        ("pytorch or tensorflow on windows?",), "no, I meant running it from c#", "beyond.languages"
    ),
    "what replaced it": Dialogue(
        SERVE,
        "what replaced it?",
        "beyond.torchserve-status",
        ("What replaced it:\n- ", "no official successor", "vLLM"),
    ),
    "what replaced it, under another name": Dialogue(
        ("what happened to tflite?",), "so what's its successor?", "beyond.tflite-litert", ("LiteRT",), repeats=True
    ),
    "what replaced it, where nothing is known": Dialogue(
        ("is mxnet dead?",), "what replaced it?", "beyond.other-frameworks", ("I have nothing on what replaced it.",)
    ),
    "when was that": Dialogue(
        SERVE, "when was that?", "beyond.torchserve-status", ("7 August 2025", "hecked 22 Nov 2026"), repeats=True
    ),
    "is that still true": Dialogue(
        KERAS, "is that still true?", "systems.keras-status", ("July 2026", "hecked 30 Nov 2026"), repeats=True
    ),
    "is that from nvidia, yes": Dialogue(
        SERVE,
        "is that from nvidia?",
        "beyond.torchserve-status",
        ("Yes: 2 of ", "\n- NVIDIA Triton"),
        ("pytorch/serve",),
    ),
    "is that from nvidia, no": Dialogue(
        MOBILE, "is that from nvidia?", "compare.mobile", ("No, none of its sources is.", "\n- LiteRT README"), ("Yes",)
    ),
    "is that from one of two": Dialogue(MOBILE, "was that written by meta or google?", "compare.mobile", ("Yes: ",)),
    "the article is about them and not by them": Dialogue(
        SERVE, "is that from tensorflow?", "beyond.torchserve-status", ("No, none of its sources is.",)
    ),
    "the second one": Dialogue(
        ("which framework for production?",), "the second one", "compare.model-serving", ("TensorFlow Serving",)
    ),
    "a number": Dialogue(("which framework for production?",), "2", "compare.model-serving"),
    "what about jax?": Dialogue(
        MOBILE,
        "what about jax?",
        "compare.mobile",
        ("JAX: LiteRT takes JAX models too.",),
        ("PyTorch: ", "TensorFlow: "),
    ),
    "what about two": Dialogue(
        MOBILE, "and tensorflow or jax?", "compare.mobile", ("TensorFlow: ", "JAX: "), ("PyTorch: ",)
    ),
    "what about one that is not covered": Dialogue(
        MOBILE, "what about jax and theano?", "compare.mobile", ("JAX: ", "I have nothing on Theano here.")
    ),
    "what about one that has an entry of its own": Dialogue(NLP, "what about keras?", "beyond.keras", ("Keras",)),
    "what about keras?": Dialogue(
        ("is tensorflow harder to debug than pytorch",), "and keras?", "compare.debugging", ("Keras: ",), ("PyTorch: ",)
    ),
    "what about other hardware": Dialogue(("pytorch or jax on tpus",), "what about amd?", "beyond.gpu-amd", ("AMD",)),
    "no, I meant another place": Dialogue(MOBILE, "i meant the browser", "beyond.tensorflow-js", ("browser",)),
    "and for mobile?": Dialogue(("pytorch for production?",), "and for mobile?", "choose.mobile", ("PyTorch: ",)),
    "a need alone": Dialogue(("which framework is best for research?",), "production?", "choose.production"),
    "after several answers": Dialogue(
        TWO, "shorter", "beyond.jax", ("JAX", "Keras is a high-level API"), ("hecked",), repeats=True
    ),
    "sources of several answers": Dialogue(TWO, "sources?", "beyond.jax", ("Sources:", "JAX README", "Keras README")),
    "a follow-up of a follow-up": Dialogue((*MOBILE, "what about jax?"), "tl;dr", "compare.mobile", repeats=True),
    "why after another need": Dialogue(
        (*NLP, "and for computer vision?"), "why?", "choose.computer-vision", ("Because:",)
    ),
    "after a thank-you": Dialogue((*MOBILE, "thanks!"), "why?", "compare.mobile", ("Because:\n- ",)),
    "after a thumbs-up": Dialogue((*MOBILE, "\N{THUMBS UP SIGN}"), "source?", "compare.mobile", ("Sources:",)),
}


def talk(bot, *said):
    """The replies, each message read with the turn before it; small talk leaves that turn as it was."""
    turn = None
    for text in said:
        reply = bot.answer(Question(text, turn))
        after = turn_after(reply)
        turn = turn if reply.outcome == "social" and after == Turn() else after
        yield reply


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_a_follow_up_is_answered_with_what_it_asks(shipped, dialogue):
    *_, reply = talk(shipped, *dialogue.first, dialogue.said)
    text = plain_text(first_shown(reply))
    assert (reply.outcome, reply.entries[:1]) == ("answer", (dialogue.entry,))
    for part in dialogue.has:
        assert part in text
    for part in dialogue.lacks:
        assert part not in text


NEW_ONLY = {name: dialogue for name, dialogue in DIALOGUES.items() if not dialogue.repeats}


@pytest.mark.parametrize("dialogue", NEW_ONLY.values(), ids=NEW_ONLY.keys())
def test_a_follow_up_does_not_say_the_headline_again(shipped, dialogue):
    *_, before, reply = talk(shipped, *dialogue.first, dialogue.said)
    (*_, answer) = [one for one in talk(shipped, *dialogue.first) if one.outcome == "answer"]
    assert before.entries
    assert answer.blocks[0].text not in plain_text(first_shown(reply))


BRIEF = {name: one for name, one in DIALOGUES.items() if not any("Sources:" in part for part in one.has)}


@pytest.mark.parametrize("dialogue", BRIEF.values(), ids=BRIEF.keys())
def test_a_follow_up_is_short_unless_it_asks_for_more(shipped, dialogue):
    *_, reply = talk(shipped, *dialogue.first, dialogue.said)
    assert len(plain_text(first_shown(reply))) <= SHORT


def test_what_was_meant_instead_is_not_refused_where_it_only_makes_sense_next_to_the_question_before(shipped):
    (alone,) = talk(shipped, "longevity")
    *_, reply = talk(shipped, "pytorch or tensorflow for production?", "no, I meant longevity")
    assert alone.outcome == "decline"
    assert (reply.outcome, reply.entries[0]) == ("choices", "beyond.popularity")


@pytest.mark.parametrize("said", ["stop", "ok, be quiet please", "shut up"])
def test_stop_ends_the_conversation_and_leaves_nothing_to_refer_to(shipped, said):
    *_, reply = talk(shipped, *MOBILE, said)
    assert (reply.outcome, reply.ends_conversation) == ("social", True)
    assert turn_after(reply) == Turn()


@pytest.mark.parametrize(
    "said", ["thanks", "thx a lot!", "\N{THUMBS UP SIGN}", ":+1::skin-tone-2:", "\N{PERSON WITH FOLDED HANDS}"]
)
def test_thanks_get_a_kind_word_and_no_answer(shipped, said):
    *_, reply = talk(shipped, *MOBILE, said)
    assert (reply.outcome, reply.entries) == ("social", ("social.thanks",))
    assert len(plain_text(reply.blocks)) < 100


@pytest.mark.parametrize(
    "said",
    [
        "why is tensorflow slow",
        "who uses jax?",
        "is pytorch dead?",
        "stop gradient in jax",
        "where is the source code of pytorch",
        "more frameworks like keras",
        "when was pytorch released",
    ],
)
def test_a_question_of_its_own_is_not_read_as_a_follow_up(shipped, said):
    (alone,) = talk(shipped, said)
    *_, reply = talk(shipped, *SERVE, said)
    assert (reply.outcome, reply.entries) == (alone.outcome, alone.entries)
