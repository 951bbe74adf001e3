"""The query parser."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.query import CONTEXT_WEIGHT, ELSEWHERE, MOST_UNKNOWN, UNRELATED
from knowledge.model import Term, Vocabulary
from tests.bot.small_knowledge import KNOWLEDGE, bot

PARSER = bot().parser
ENGLISH = (files("bot.language") / "english.txt").read_text(encoding="utf-8").split()


def parse(text):
    return PARSER.parse(text)


# Names.


def test_frameworks_are_found_in_the_order_they_are_named():
    assert parse("jax, torch or tf?").frameworks == ("jax", "pytorch", "tensorflow")


def test_a_framework_named_twice_counts_once():
    assert parse("torch is pytorch, is it?").frameworks == ("pytorch",)


@pytest.mark.parametrize("text", ["PyTorch's licence", "what is pytorch\u2019s debugging like", "torch's speed"])
def test_the_possessive_of_a_framework_names_it(text):
    assert parse(text).frameworks == ("pytorch",)


def test_other_words_keep_their_s():
    assert parse("it's my model's speed").normalised == "it's my model's speed"


def test_tools_and_concepts_are_found_apart_from_frameworks():
    query = parse("tflite for an android app")
    assert (query.frameworks, query.tools, query.concepts) == ((), ("litert",), ("mobile",))


def test_a_tool_that_belongs_to_a_concept_names_that_concept_too():
    vocabulary = replace(KNOWLEDGE.vocabulary, tools=(Term(id="gizmo", name="Gizmo", part_of=("mobile", "pytorch")),))
    query = bot(*KNOWLEDGE.entries.values(), vocabulary=vocabulary).parser.parse("is gizmo any good")
    assert (query.tools, query.concepts, query.frameworks) == (("gizmo",), ("mobile",), ())
    assert {"+gizmo", "#mobile"} <= query.features.keys()


def test_a_former_name_is_noted_and_the_present_one_is_not():
    assert parse("is tflite any good").former == ("litert",)
    assert parse("is litert any good").former == ()


def test_several_words_for_one_thing_become_one_feature():
    assert "+litert" in parse("tensorflow lite").features
    assert parse("tensorflow lite").features.keys() == parse("tflite").features.keys()


def test_a_version_number_in_a_name_is_kept_apart():
    assert "tensorflow1" in parse("tf1 or torch").features
    assert "tensorflow2" in parse("tf2 or torch").features


def test_how_many_frameworks_are_named_is_a_feature():
    counts = [
        next(feature for feature in parse(text).features if feature in {"@none", "@one", "@two", "@more"})
        for text in ("which one", "is torch good", "torch or tf", "torch or tf or jax")
    ]
    assert counts == ["@none", "@one", "@two", "@more"]


# What is ruled out.


@pytest.mark.parametrize(
    "text",
    [
        "anything but tensorflow",
        "something other than tensorflow",
        "not tensorflow",
        "no tensorflow please",
        "without tensorflow",
        "everything except tf",
        "I hate tensorflow",
        "apart from the tensorflow",
        "what to take instead of using tensorflow",
        "I don't want tensorflow",
    ],
)
def test_a_framework_that_is_ruled_out_is_not_one_asked_about(text):
    assert (parse(text).frameworks, parse(text).negated) == ((), ("tensorflow",))


def test_ruling_one_out_leaves_the_other_in():
    query = parse("pytorch, not tensorflow")
    assert (query.frameworks, query.negated) == (("pytorch",), ("tensorflow",))


@pytest.mark.parametrize("text", ["is tensorflow not good", "nothing beats tensorflow", "why is there no guide to tf"])
def test_a_no_elsewhere_in_the_sentence_rules_nothing_out(text):
    assert (parse(text).frameworks, parse(text).negated) == (("tensorflow",), ())


def test_what_is_ruled_out_is_no_feature():
    assert "=tensorflow" not in parse("anything but tensorflow").features


# Direction.


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("convert a pytorch model to tensorflow", ("pytorch", "tensorflow")),
        ("convert a tensorflow model to pytorch", ("tensorflow", "pytorch")),
        ("port weights from torch into tf", ("pytorch", "tensorflow")),
        ("moving to tensorflow from pytorch", ("pytorch", "tensorflow")),
        ("migrate tf pytorch", ("tensorflow", "pytorch")),
        ("how does pytorch compare to tensorflow", None),
        ("convert my pytorch model", None),
        ("convert pytorch and tensorflow models", None),
        ("convert pytorch to torch", None),
    ],
)
def test_a_move_has_a_direction(text, direction):
    features = parse(text).features
    assert [name for name in features if name[0] == ">"] == ([] if direction is None else [">" + ">".join(direction)])


def test_one_direction_is_another_feature_than_the_other():
    there, back = parse("convert torch to tf").features, parse("convert tf to torch").features
    assert ">pytorch>tensorflow" in there
    assert ">tensorflow>pytorch" in back
    assert ">tensorflow>pytorch" not in there


# Spelling.


def test_a_typo_in_a_name_is_corrected_and_reported():
    query = parse("is pytroch any good")
    assert query.frameworks == ("pytorch",)
    assert query.corrections == (("pytroch", "pytorch"),)


@given(st.lists(st.sampled_from(ENGLISH), min_size=1, max_size=8))
def test_no_english_word_is_taken_for_a_typo(text):
    assert parse(" ".join(text)).corrections == ()


def test_abbreviations_are_spelled_out():
    assert parse("dl in prod").normalised == "deep learning in production"
    assert parse("dl in prod").concepts == ("production",)


def test_a_word_that_may_stand_for_others_keeps_what_they_are():
    query = parse("convertible")
    assert query.corrections == ()
    assert "convert" in dict(query.related["convertible"])


# Weights and marks.


def test_messages_that_differ_in_case_and_marks_give_the_same_query():
    assert parse("What is PyTorch?").normalised == parse("  what is, pytorch!!! ").normalised


def test_what_leads_up_to_the_question_counts_less_than_the_question():
    features = parse("How we got here is a long story. PyTorch for that website?").features
    assert features["story"] == CONTEXT_WEIGHT
    assert features["website"] == 1.0


def test_without_a_question_mark_the_sentence_that_begins_like_a_question_asks():
    features = parse("We have a website. Which framework serves it. It has visitors.").features
    assert (features["website"], features["serves"], features["visitors"]) == (CONTEXT_WEIGHT, 1.0, CONTEXT_WEIGHT)


def test_without_any_sign_of_a_question_the_first_and_the_last_sentence_ask():
    features = parse("PyTorch speed. Our website matters. Many visitors.").features
    assert (features["speed"], features["website"], features["visitors"]) == (1.0, CONTEXT_WEIGHT, 1.0)


SUBJECT = bot(vocabulary=replace(KNOWLEDGE.vocabulary, subject=("training", "deep learning"))).parser


@pytest.mark.parametrize("text", ["which phone has the best camera", "learning to swim in deep water", "a vs b"])
def test_a_question_without_a_word_of_the_subject_is_marked(text):
    assert UNRELATED in SUBJECT.parse(text).features


@pytest.mark.parametrize("text", ["training on a phone", "new to dl", "is torch nice", "anything but tf", "tflite?"])
def test_a_question_with_a_word_of_the_subject_or_one_of_its_names_is_not(text):
    assert UNRELATED not in SUBJECT.parse(text).features


def test_without_words_of_the_subject_no_question_is_marked():
    assert UNRELATED not in parse("which phone has the best camera").features


def test_another_subject_shows_only_where_none_of_ours_is_named():
    assert ELSEWHERE in parse("react or vue").cues
    assert ELSEWHERE not in parse("react or pytorch").cues
    assert ELSEWHERE not in parse("react with tflite").cues


def test_signs_of_code_help_are_features():
    assert "!error" in parse("RuntimeError in my script").features


@given(st.text(st.characters()))
def test_no_text_fails_and_every_weight_is_a_share(text):
    assert all(0 < weight <= 1 for weight in parse(text).features.values())


@pytest.mark.parametrize("text", ["", "   ", "🙂", "\x00", "<@U012AB3CD>", "``` ```"])
def test_a_message_without_words_has_an_empty_query(text):
    query = parse(text)
    assert query.normalised == ""
    assert [feature for feature in query.features if feature != "!code"] == []


def test_without_a_vocabulary_words_are_all_there_is():
    plain = bot(*KNOWLEDGE.entries.values(), vocabulary=Vocabulary()).parser
    query = plain.parse("RuntimeError: convert pytorch to tf")
    assert (query.frameworks, query.cues) == ((), ())
    assert {feature[0] for feature in query.features} <= {"r", "c", "p", "t", "^"}


@pytest.mark.parametrize("text", ["I don't want to use tensorflow", "we don't want to use tf"])
def test_fillers_between_a_refusal_and_a_name_do_not_hide_it(text):
    assert bot().parse(text).negated == ("tensorflow",)


def test_a_word_of_another_script_or_accent_is_not_corrected(shipped):
    assert [typed for typed, _ in shipped.parse("cu\u00e1l m\u00e4dchen").corrections] == []


def test_a_message_full_of_unknown_words_is_looked_up_in_part_only():
    text = " ".join(f"qzxv{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(3 * MOST_UNKNOWN))
    parser = bot().parser
    before = parser.spelling.nearest.cache_info().misses
    parser.parse(text)
    assert parser.spelling.nearest.cache_info().misses - before == MOST_UNKNOWN
