"""A new entry for what no entry answers: everything but the answer."""

from __future__ import annotations

import pytest
from curation_ground import TODAY, cluster, written

from bot.answering import Bot
from bot.curation.draft import drafted, entry_yaml
from knowledge.draft import is_draft, unwritten
from knowledge.loading import load

GPU = (
    "how do I reserve a gpu on the cluster?",
    "gpu node of the cluster for training",
    "book cluster gpus, who knows how",
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory):
    return Bot(load(written(tmp_path_factory.mktemp("draft"))))


def draft(bot, *wordings, taken=(), group="team", terms=(), **more):
    found = cluster(bot, *wordings, terms=terms, **more)
    return drafted(found, wordings[:2], bot, group=group, taken=taken, day=TODAY)


def test_it_is_marked_as_still_to_be_written_and_dated(bot):
    entry = draft(bot, *GPU)
    assert is_draft(entry)
    assert unwritten(entry.next_step)
    assert (entry.checked_on, entry.kind, entry.phrasings) == (TODAY, "answer", GPU[:2])


@pytest.mark.parametrize(
    ("wording", "terms", "name"),
    [
        (GPU[0], ("cluster", "gpu", "reserve"), "team.reserve-gpu-cluster"),
        (GPU[0], (), "team.reserve-gpu-cluster"),
        (GPU[0], ("gpu",), "team.reserve-gpu-cluster"),
        ("what now?", ("frobnicator", "gpus"), "team.frobnicator-gpus"),
        ("C++ or c# for it", ("C++", "C#"), "team.c"),
        ("¿qué? 何", (), "team.qu"),
        ("何", (), "team.topic"),
        ("one two three four five six", (), "team.one-two-three-four"),
        (f"{'long' * 8} {'words' * 8}", (), f"team.{'long' * 8}"),
    ],
)
def test_its_id_is_made_of_the_words_that_tell(bot, wording, terms, name):
    assert draft(bot, wording, terms=terms).id == name


def test_an_id_that_is_taken_gets_a_number(bot):
    taken = {"team.reserve-gpu-cluster", "team.reserve-gpu-cluster-2"}
    assert draft(bot, *GPU, taken=taken).id == "team.reserve-gpu-cluster-3"


def test_its_group_is_the_one_wanted(bot):
    assert draft(bot, *GPU, group="beyond").id == "beyond.reserve-gpu-cluster"


@pytest.mark.parametrize(
    ("wording", "title"),
    [
        ("how do I reserve a gpu on the cluster?", "How do I reserve a gpu on the cluster"),
        ("pytorch or Tensorflow on raspberry pi", "PyTorch or TensorFlow on Raspberry Pi"),
        ("iOS handhelds  for us ??", "iOS handhelds for us"),
        ("a " * 40 + "b", f"A{' a' * 28}…"),
        ("x" * 90, f"X{'x' * 58}…"),
    ],
)
def test_its_title_is_the_question_with_names_written_right(bot, wording, title):
    assert draft(bot, wording).title == title


def test_it_is_about_the_frameworks_that_a_good_part_of_the_wordings_name(bot):
    torch = [f"torch on the cluster {word}" for word in ("one", "two", "three", "four", "five")]
    assert draft(bot, *torch, "tf on the cluster").frameworks == ("pytorch",)
    assert draft(bot, *torch, "tf on it", "tensorflow there").frameworks == ("pytorch", "tensorflow")


def test_where_most_wordings_name_no_framework_it_is_about_none(bot):
    assert draft(bot, *GPU, "pytorch gpus", "torch cluster").frameworks == ()


def test_it_is_about_the_concepts_of_at_least_half_the_wordings(bot):
    assert draft(bot, "phones one", "phones two", "three").about == ("mobile",)
    assert draft(bot, "phones one", "two", "three").about == ()


def test_it_leads_on_to_the_answers_that_come_nearest(bot):
    related = draft(bot, "serving a large website on phones", "website in production", "a thesis").related
    assert related[0] == "choose.production"
    assert draft(bot, "tell me a joke").related == ()
    everything = draft(bot, "which one for phones", "which one in production", "lab work", "pros of pytorch").related
    assert len(everything) == 3


@pytest.mark.parametrize(
    "wordings",
    [GPU, ("torch: what now?", "phones with pytorch, # or tf"), ("'quoted' gpu", "yes"), ("# one", "- two")],
)
def test_its_file_reads_as_it_was_meant_and_says_what_to_do(bot, wordings, tmp_path):
    entry = draft(bot, *wordings)
    text = entry_yaml(entry)
    assert load(written(tmp_path, {"entry.yaml": text})).entries == {entry.id: entry}
    assert text.startswith("# A draft")
    assert max(map(len, text.splitlines())) <= 100
