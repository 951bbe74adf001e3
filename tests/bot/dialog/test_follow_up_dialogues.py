"""Conversations with the shipped knowledge: what follows an answer is answered with what is new."""

from __future__ import annotations

import pytest

from bot.dialog.answering import turn_after
from bot.dialog.question import Question
from bot.dialog.reply import Sources
from bot.dialog.text_renderer import plain_text

PHONES = "how do pytorch and tensorflow compare on mobile"
DEBUGGING = "is tensorflow harder to debug than pytorch"
SERVE = "is torchserve still a good idea"
TPU = "pytorch or jax on tpus"


def talk(bot, *said):
    """The replies to one utterance after the other."""
    turn, replies = None, []
    for text in said:
        replies.append(bot.answer(Question(text, turn)))
        turn = turn_after(replies[-1])
    return replies


@pytest.mark.parametrize(
    ("first", "then", "entry", "says"),
    [
        (PHONES, "why?", "compare.mobile", "LiteRT"),
        (PHONES, "but why is that", "compare.mobile", "LiteRT"),
        (DEBUGGING, "how come", "compare.debugging", "tf.function"),
        (PHONES, "source?", "compare.mobile", "ExecuTorch README"),
        (DEBUGGING, "sources please", "compare.debugging", "TensorFlow guide"),
        (PHONES, "says who?", "compare.mobile", "LiteRT README"),
        (PHONES, "shorter", "compare.mobile", "LiteRT"),
        (SERVE, "tl;dr", "beyond.torchserve-status", "TorchServe is finished"),
        (TPU, "TLDR please", "beyond.tpu", "JAX"),
        (PHONES, "more", "compare.mobile", "What changed, and matters"),
        (DEBUGGING, "tell me more", "compare.debugging", "What changed, and matters"),
        (SERVE, "go on", "beyond.torchserve-status", "Sources:"),
        (SERVE, "what replaced it?", "beyond.torchserve-status", "vLLM"),
        (SERVE, "and its successor?", "beyond.torchserve-status", "vLLM"),
        (SERVE, "when was that?", "beyond.torchserve-status", "2025"),
        (PHONES, "is that from google?", "compare.mobile", "Yes: "),
        (PHONES, "is that from nvidia", "compare.mobile", "No, none of its sources is."),
        (PHONES, "what about jax?", "compare.mobile", "JAX: "),
        (DEBUGGING, "and keras?", "compare.debugging", "Keras: "),
        (PHONES, "and for production?", "choose.production", "ONNX Runtime"),
        (TPU, "what about amd?", "beyond.gpu-amd", "AMD"),
        (PHONES, "no, I meant research", "choose.research", "research"),
        (PHONES, "i meant the browser", "beyond.tensorflow-js", "browser"),
        (PHONES, "the second one", "beyond.tflite-litert", "LiteRT"),
        (PHONES, "1", "choose.mobile", "LiteRT"),
    ],
)
def test_a_follow_up_goes_on_from_the_answer(shipped, first, then, entry, says):
    reply = talk(shipped, first, then)[-1]
    assert (reply.outcome, reply.entries) == ("answer", (entry,))
    assert says in plain_text(reply.blocks)


@pytest.mark.parametrize("then", ["why?", "source?", "when was that?", "is that from google?", "what about jax?"])
def test_a_follow_up_does_not_say_again_what_was_just_said(shipped, then):
    before, after = talk(shipped, PHONES, then)
    assert before.blocks[0] not in after.blocks


def test_a_source_is_what_a_request_for_sources_gets(shipped):
    reply = talk(shipped, PHONES, "source?")[-1]
    assert any(isinstance(block, Sources) for block in reply.blocks)


def test_shorter_is_the_headline_alone(shipped):
    reply = talk(shipped, PHONES, "tl;dr")[-1]
    assert plain_text(reply.blocks) == shipped.knowledge.entries["compare.mobile"].headline


@pytest.mark.parametrize("then", ["thanks!", "thank you so much", "\N{THUMBS UP SIGN}", ":+1:"])
def test_thanks_get_a_word_and_nothing_to_press(shipped, then):
    reply = talk(shipped, PHONES, then)[-1]
    assert (reply.outcome, reply.entries) == ("social", ("social.thanks",))
    assert len(reply.blocks) == 1


@pytest.mark.parametrize("then", ["stop", "please stop", "be quiet"])
def test_stop_ends_the_conversation(shipped, then):
    reply = talk(shipped, PHONES, then)[-1]
    assert reply.ends_conversation
    assert reply.outcome == "social"


def test_after_two_follow_ups_the_subject_is_still_the_same(shipped):
    assert talk(shipped, PHONES, "what about jax?", "source?")[-1].entries == ("compare.mobile",)


@pytest.mark.parametrize(
    "text",
    [
        "why is tensorflow slow to import",
        "stop gradient in jax",
        "where is the source code of pytorch",
        "more frameworks like keras",
        "when was pytorch released",
        "which replacement for torchserve should we take",
    ],
)
def test_a_question_of_its_own_is_no_follow_up(shipped, text):
    alone, after = shipped.answer(Question(text)), talk(shipped, TPU, text)[-1]
    assert after.entries == alone.entries


@pytest.mark.parametrize("text", ["why?", "source?", "tl;dr", "when was that?"])
def test_without_an_answer_before_it_there_is_nothing_to_go_on_from(shipped, text):
    assert shipped.answer(Question(text)).entries != ("compare.mobile",)
