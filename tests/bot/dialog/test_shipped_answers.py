"""What the bot says from the knowledge that comes with it."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.dialog.answering import MOST_CHOICES, turn_after
from bot.dialog.composition import SHORT_PARTS
from bot.dialog.question import Question, Turn
from bot.dialog.reply import Text
from bot.dialog.text_renderer import first_shown, plain_text
from tests.bot.small_knowledge import OFFERS_ALL, choices_in, with_thresholds

PHRASINGS = 100
"""How many of the thousands of phrasings are tried here; the knowledge checks try all of them."""


def ask(bot, text, turn=None):
    return bot.answer(Question(text, turn))


def some_phrasings(bot):
    """Entries and phrasings from all over the knowledge, always the same ones."""
    every = [(entry, phrasing) for entry in bot.knowledge.entries.values() for phrasing in entry.phrasings]
    return random.Random(7).sample(every, PHRASINGS)


def noted(blocks, note):
    """Whether a note on a former name is among these blocks."""
    return any(isinstance(block, Text) and block.tone == "changed" and block.text.startswith(note) for block in blocks)


# What it answers.


def test_what_curators_write_on_the_scope_of_an_entry_is_never_shown(shipped):
    scopes = {name: entry.scope for name, entry in shipped.knowledge.entries.items() if entry.scope}
    assert scopes
    for name, scope in scopes.items():
        reply = shipped.show(name)
        shown = " ".join(plain_text([*reply.blocks, *reply.details]).split())
        assert scope not in shown, name


def test_which_one_is_better_for_phones(shipped):
    reply = ask(shipped, "which one is better for phones")
    headline, *_, small = plain_text(first_shown(reply)).splitlines()
    assert reply.outcome == "answer"
    assert "LiteRT" in headline
    assert "TensorFlow Lite" in headline
    assert small.startswith("Partly changed since the article of April 2025")
    (article,) = [block.text for block in reply.details if isinstance(block, Text) and block.tone == "changed"]
    assert "TensorFlow Lite is the better pick" in article
    assert article.endswith("Partly out of date.")


def test_a_phrasing_word_for_word_gets_its_own_entry(shipped):
    for entry, phrasing in some_phrasings(shipped):
        first = shipped.match(shipped.parse(phrasing))[0][0]
        assert (first.entry, first.exact) == (entry.id, True), phrasing


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("can i use tflite on android", "TensorFlow Lite is now called LiteRT"),
        ("is torchserve still maintained", "TorchServe's repository was archived on 7 August 2025"),
    ],
)
def test_a_name_a_thing_no_longer_has_is_answered_with_the_present_state(shipped, text, noted):
    reply = ask(shipped, text)
    assert reply.outcome == "answer"
    (note,) = [block.text for block in reply.details if isinstance(block, Text) and noted in block.text]
    assert re.search(r"\[\d+\]$", note)


def test_every_former_name_in_an_answered_question_gets_its_note_or_a_headline_that_says_it(shipped):
    notes = {
        name: term.note
        for term in shipped.knowledge.vocabulary.tools
        if term.note
        for name in term.former
        if shipped.parse(name).former == (term.id,)
    }
    turn = Turn(answered=("compare.overall",))
    replies = {name: ask(shipped, f"what about {name}?", turn) for name in notes}
    answered = {name: reply for name, reply in replies.items() if reply.outcome == "answer"}
    assert len(answered) > 50
    for name, reply in answered.items():
        assert noted(reply.details, notes[name]), name
    silent = {notes[name] for name, reply in answered.items() if not noted(reply.blocks, notes[name])}
    assert len(silent) < len(set(notes.values())) / 2


def test_two_questions_get_two_answers(shipped):
    reply = ask(shipped, "What is JAX? What is Keras?")
    assert reply.entries == ("beyond.jax", "beyond.keras")


def test_two_needs_get_two_answers(shipped):
    reply = ask(shipped, "pytorch or tensorflow for mobile and production?")
    assert [name.partition(".")[2] for name in reply.entries] == ["mobile", "production"]


def test_two_things_asked_are_each_as_sure_as_an_answer_must_be_and_short(shipped):
    for text in TWO_THINGS:
        reply = ask(shipped, text)
        assert len(reply.entries) == 2, text
        assert reply.confidence >= shipped.thresholds.answer, text
        assert len(plain_text(first_shown(reply))) <= SHORT_PARTS, text
        assert "I have nothing on" not in plain_text(reply.blocks), text


TWO_THINGS = (
    "What is JAX? What is Keras?",
    "pytorch or tensorflow for mobile and production?",
    "what is torch.compile and what is onnx?",
    "Is TorchServe dead? And what is LiteRT?",
)


def test_a_question_after_its_context_is_one_question(shipped):
    for text in ("building an android app, which framework", "text classification in german, which library"):
        assert len(ask(shipped, text).entries) == 1, text


def test_what_about_two_frameworks_gives_the_side_of_one_and_says_that_the_other_is_not_covered(shipped):
    reply = ask(shipped, "what about tensorflow and theano", Turn(answered=("compare.mobile",)))
    assert reply.entries == ("compare.mobile",)
    side, missing, *_ = plain_text(reply.blocks).splitlines()
    assert side.startswith("TensorFlow: ")
    assert missing == "I have nothing on Theano here."
    assert "Not covered here: Theano." in plain_text(reply.details)


# Which framework, and in which direction.


def test_a_question_about_pytorch_never_gets_an_entry_about_tensorflow_alone(shipped):
    """Nor the other way round, whatever else it says and however well that fits."""
    entries = shipped.knowledge.entries
    for entry, phrasing in some_phrasings(shipped):
        for mine, other in (("pytorch", "tensorflow"), ("tensorflow", "pytorch")):
            reply = ask(shipped, f"{phrasing} in {mine}")
            if set(shipped.parse(f"{phrasing} in {mine}").frameworks) == {mine}:
                shown = (*reply.entries, *(candidate.entry for candidate in reply.candidates))
                assert all(entries[name].frameworks != (other,) for name in shown), (entry.id, phrasing)


def test_going_from_a_to_b_is_not_going_from_b_to_a(shipped):
    there, back = shipped.parse("convert pytorch to tensorflow"), shipped.parse("convert tensorflow to pytorch")
    assert ">pytorch>tensorflow" in there.features
    assert ">tensorflow>pytorch" in back.features
    assert there.features.keys() != back.features.keys()


def test_what_is_ruled_out_is_not_recommended(shipped):
    reply = ask(shipped, "anything but tensorflow for research")
    assert reply.outcome == "answer"
    assert "ruled out: tensorflow" in reply.reasons
    assert all(shipped.knowledge.entries[name].frameworks != ("tensorflow",) for name in reply.entries)


# What it does not answer.


@pytest.mark.parametrize(
    "text",
    [
        'Traceback (most recent call last): File "train.py", line 12, RuntimeError: shapes cannot be multiplied, why?',
        "AttributeError: module 'tensorflow' has no attribute 'Session', what is wrong with my code",
        "my pytorch model gives nan loss after two epochs, please debug my script",
        "fix this:\n```python\nimport torch\nx = torch.zeros(3)\nx.backward()\n```\nit raises RuntimeError: grad",
        "CUDA error: device-side assert triggered when I call loss.backward() in line 40 of my training script",
        "write me a training loop in pytorch for my dataset",
        "ValueError: Shapes (None, 1) and (None, 10) are incompatible in keras model.fit()",
    ],
)
def test_help_with_code_is_declined_although_a_framework_is_named(shipped, text):
    assert ask(shipped, text).outcome == "decline"


@pytest.mark.parametrize(
    "text", ["react or vue", "django vs rails", "is angular better than svelte", "mysql or mongodb"]
)
def test_look_alikes_of_other_subjects_are_not_answered(shipped, text):
    assert ask(shipped, text).outcome == "decline"


@pytest.mark.parametrize("text", ["best pizza near the office", "who won the match last night", "capital of france"])
def test_other_subjects_are_not_answered(shipped, text):
    assert ask(shipped, text).outcome == "decline"


@pytest.mark.parametrize("text", ["Hi!", "thanks a lot", "good bot", "what can you do?", "are you an AI?", "bye"])
def test_small_talk_gets_a_short_human_reply(shipped, text):
    reply = ask(shipped, text)
    assert reply.outcome == "social"
    assert len(plain_text(reply.blocks).split()) < 70


@pytest.mark.parametrize("text", ["你好，哪个框架更好", "какой фреймворк лучше для телефона", "ما هو الأفضل للهاتف"])
def test_a_foreign_language_is_told_that_only_english_is_understood(shipped, text):
    reply = ask(shipped, text)
    assert reply.outcome == "decline"
    assert "only understand English" in plain_text(reply.blocks)


# What is said next.


@pytest.mark.parametrize(
    ("before", "said", "shown"),
    [
        ("choose.production", "and for mobile?", "choose.mobile"),
        ("choose.beginner", "what about JAX?", "beyond.jax"),
        ("strengths.pytorch", "and tensorflow?", "strengths.tensorflow"),
        ("compare.mobile", "why?", "compare.mobile"),
        ("compare.mobile", "what about tensorflow?", "compare.mobile"),
        ("choose.mobile", "production?", "choose.production"),
    ],
)
def test_a_follow_up_is_read_with_what_was_answered_before(shipped, before, said, shown):
    assert ask(shipped, said, turn_after(shipped.show(before))).entries == (shown,)


@pytest.mark.parametrize(("said", "place"), [("1", 0), ("the second one", 1), ("number three", 2), ("last", -1)])
def test_one_of_the_related_topics_is_picked_by_its_place(shipped, said, place):
    shown = shipped.show("choose.mobile")
    expected = choices_in(shown).options[place].entry
    assert ask(shipped, said, turn_after(shown)).entries == (expected,)


def test_none_of_these_after_choices_is_accepted(shipped):
    turn = Turn(offered=("choose.mobile", "compare.mobile", "beyond.edge"))
    for said in ("none of these", "4"):
        reply = ask(shipped, said, turn)
        assert (reply.outcome, reply.entries) == ("decline", ())


# Whatever arrives.

ODD = {
    "empty": "",
    "emoji only": "🤖🔥👩‍💻",
    "null bytes": "a\x00b\x00",
    "binary": bytes(range(256)).decode("latin-1"),
    "right to left": "أي إطار عمل أفضل؟",
    "turned around": "\u202epytorch\u202c \u2067tensorflow\u2069",
    "halves of surrogate pairs": "\udcff\ud800 pytorch",
    "10,000 characters": "why " * 2_500,
    "10,000 characters without a blank": "x" * 10_000,
    "2,000 emoji": "😀" * 2_000,
    "2,000 emoji around a question": "😀" * 1_000 + " what is pytorch? " + "😀" * 1_000,
    "stacked accents": "Z" + "\u0300" * 3_000,
    "marks alone": "?!.,;:" * 500,
    "markup": "<b>*_~`|||</b> [x](y) {{7*7}} ${x} %s %n",
    "a thousand questions": "What is PyTorch? " * 1_000,
    "numbers alone": "42 " * 500,
}


def assert_clear(reply):
    """Something is said, in words of ours."""
    text = plain_text(reply.blocks)
    assert any(character.isalpha() for character in text)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert reply.summary
    assert len(text) < 8_000


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_whatever_arrives_gets_a_clear_reply(shipped, text):
    assert_clear(ask(shipped, text))


@trying(max_examples=50)
@given(st.text(st.characters() | st.sampled_from("pytorch tensorflow ?.,")))
def test_no_text_fails(shipped, text):
    assert_clear(ask(shipped, text))


@trying(max_examples=30)
@given(st.data())
def test_no_utterance_fails_after_any_reply(shipped, data):
    shown = data.draw(st.sampled_from(list(shipped.knowledge.entries)))
    said = data.draw(st.sampled_from(["why?", "2", "and for mobile?", "what about JAX?", "no", "the last one", "ok"]))
    assert_clear(ask(shipped, said, turn_after(shipped.show(shown))))


# How it looks.


def test_every_entry_can_be_shown_and_its_notification_is_its_answer(shipped):
    for name, entry in shipped.knowledge.entries.items():
        reply = shipped.show(name)
        assert_clear(reply)
        assert reply.summary.startswith(entry.headline or entry.answer.text)
        assert reply.outcome == entry.kind


@pytest.mark.parametrize(
    ("name", "word"), [("keras", "alive"), ("jax", "alive"), ("pytorch", "alive"), ("mxnet", "no longer")]
)
def test_whether_one_thing_is_dead_is_answered_about_that_one(shipped, name, word):
    headline = ask(shipped, f"is {name} dead").blocks[0].text
    assert headline.casefold().startswith(name)
    assert word in headline


@pytest.mark.parametrize(
    ("text", "name"),
    [("can i use deepspeed on amd gpus", "DeepSpeed"), ("is onnx runtime faster than tensorrt?", "TensorRT")],
)
def test_a_tool_that_the_answer_says_nothing_about_is_said_to_be_so(shipped, text, name):
    assert ask(shipped, text).blocks[0].text.startswith(f"I have nothing on {name} here. In general: ")


@pytest.mark.parametrize(
    ("text", "names", "entry"),
    [
        ("is llama-factory any good?", "LLaMA-Factory; on fine-tuning LLMs", "llm.fine-tuning"),
        ("llama-factory or litgpt for lora?", "LLaMA-Factory and LitGPT; on fine-tuning LLMs", "llm.fine-tuning"),
        ("what is gpt4all", "GPT4All; on running LLMs yourself", "llm.local"),
        ("can I train grpo with skyrl?", "SkyRL; on RL for LLMs", "llm.rl"),
        ("is detectron2 dead", "Detectron2; on computer vision", "choose.computer-vision"),
        ("ultralytics yolo pytorch or tensorflow", "Ultralytics YOLO; on computer vision", "choose.computer-vision"),
        ("is polyaxon worth it", "Polyaxon; on experiment tracking", "tools.experiment-tracking"),
        ("spacy or nltk for a chatbot", "spaCy and NLTK; on NLP", "choose.nlp"),
        ("How does DyNet compare with PyTorch", "DyNet; on alternatives", "beyond.other-frameworks"),
    ],
)
def test_of_a_tool_known_by_name_only_it_is_said_that_there_is_nothing_and_its_subject_follows(
    shipped, text, names, entry
):
    reply = ask(shipped, text)
    assert (reply.outcome, reply.entries) == ("answer", (entry,))
    assert reply.blocks[0].text.startswith(f"I have nothing on {names} in general: ")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("is torchtune dead", "torchtune is over"),
        ("is unsloth any good?", "Unsloth is active"),
        ("what is ollama", "Ollama is the least effort"),
        ("is comfyui good", "ComfyUI is an app"),
        ("is deepspeed dead", "DeepSpeed is alive"),
    ],
)
def test_what_is_asked_of_one_tool_is_answered_about_that_one(shipped, text, start):
    assert ask(shipped, text).blocks[0].text.startswith(start)


def test_every_tool_known_by_name_only_leads_to_its_subject(shipped):
    """A tool that belongs to a concept has no entry; what is asked about it is answered with the concept's.
    Where that is a refusal, it is refused with that one, which says where to look."""
    lexicon = shipped.parser.lexicon
    tools = [term for term in shipped.knowledge.vocabulary.tools if [*lexicon.concepts_of(term)]]
    assert len(tools) > 40
    for term in tools:
        reply = ask(shipped, f"is {term.name} any good?")
        about = {concept for name in reply.entries for concept in shipped.knowledge.entries[name].about}
        assert about.intersection(lexicon.concepts_of(term)), term.name


def test_choices_are_few_and_say_what_they_lead_to(shipped):
    undecided = with_thresholds(shipped, OFFERS_ALL)
    offering = [
        reply for _, phrasing in some_phrasings(shipped) if (reply := ask(undecided, phrasing)).outcome == "choices"
    ]
    assert len(offering) > PHRASINGS / 3
    for reply in offering:
        offered = choices_in(reply)
        assert 1 <= len(offered.options) <= MOST_CHOICES
        assert offered.none_of_these
        assert all(option.label == shipped.knowledge.entries[option.entry].title for option in offered.options)


@pytest.mark.parametrize(
    ("asked", "likeliest"),
    [
        ("is it any good on mobile", "choose.mobile"),
        ("is it still alive", "beyond.popularity"),
        ("what do they cost", "beyond.licensing"),
    ],
)
def test_a_question_that_points_at_nothing_said_is_asked_back_with_the_likeliest_topics(shipped, asked, likeliest):
    reply = ask(shipped, asked)
    assert reply.outcome == "choices"
    assert likeliest in reply.entries
    assert len(reply.entries) <= 3


@pytest.mark.parametrize("asked", ["is it raining", "can you fix it", "who broke it", "what about the second one"])
def test_a_question_that_points_at_something_else_is_declined(shipped, asked):
    assert ask(shipped, asked).outcome == "decline"
