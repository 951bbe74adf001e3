"""The bot factory: from a knowledge folder to a ready bot, compiled once and cached."""

from __future__ import annotations

import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest

from bot.dialog.answering import Bot, Thresholds
from bot.dialog.question import Question
from bot.factory import assemble, index_over
from bot.retrieval import vectorizer
from knowledge.errors import KnowledgeError
from knowledge.overlay import lay_over
from tests.bot.knowledge_folder import QUESTIONS, written


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where compiled knowledge is cached in this test."""
    folder = tmp_path / "cached"
    monkeypatch.setenv("FRAMEWORK_BOT_CACHE", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge folder to change."""
    return written(tmp_path / "knowledge")


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """A team's folder: an entry more, and one that replaces."""
    text = """\
- id: team.cluster
  title: Our cluster
  phrasings: [how do I book the cluster, reserve a node]
  answer: {text: Ask in the cluster channel.}
- id: strengths.pytorch
  title: Strengths of PyTorch here
  frameworks: [pytorch]
  phrasings: [what is good about pytorch]
  answer: {text: Our tools are made for it.}
"""
    return written(tmp_path / "team", {"team.yaml": text})


def replies(bot):
    return [bot.answer(Question(text)) for text in QUESTIONS]


def mark(cached):
    """Change a word in all that is cached, so that reading it shows."""
    for file in cached.glob("*.json"):
        file.write_bytes(file.read_bytes().replace(b"Both serve well.", b"This was cached."))


def shows_what_was_cached(bot):
    return bot.show("choose.production").summary == "This was cached."


def test_compiled_knowledge_is_cached_and_used_again(cached, folder):
    first = assemble(folder)
    again = assemble(folder)
    assert again.knowledge == first.knowledge
    assert replies(again) == replies(first)
    assert len(list(cached.glob("*.json"))) == 1
    mark(cached)
    assert shows_what_was_cached(assemble(folder))


def test_a_changed_file_is_compiled_again_in_place_of_the_old(cached, folder):
    assemble(folder)
    mark(cached)
    file = folder / "choose.yaml"
    file.write_text(file.read_text().replace("Look at LiteRT", "Look first at LiteRT"))
    bot = assemble(folder)
    assert "Look first at LiteRT" in bot.show("choose.mobile").summary
    assert not shows_what_was_cached(bot)
    assert len(list(cached.glob("*.json"))) == 1


def test_a_file_more_is_compiled_too(cached, folder):
    assemble(folder)
    mark(cached)
    written(folder, {"more.yaml": "{id: more, title: More, phrasings: [one thing more], answer: {text: Yes.}}\n"})
    bot = assemble(folder)
    assert "more" in bot.knowledge.entries
    assert not shows_what_was_cached(bot)


DAMAGES = {
    "empty": lambda _: b"",
    "cut off": lambda data: data[:-40],
    "of an unknown kind": lambda data: data.replace(b'"Entry"', b'"Exit"'),
    "without a field": lambda data: data.replace(b'"title":', b'"tilte":'),
    "no text": lambda _: b"\xff" * 100,
    "no text after the key": lambda data: data.split(b"\n")[0] + b"\n" + b"\xff" * 100,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_is_cached_and_damaged_is_compiled_again_and_repaired(cached, folder, damage):
    expected = replies(assemble(folder))
    (file,) = cached.glob("*.json")
    file.write_bytes(damage(file.read_bytes()))
    assert replies(assemble(folder)) == expected
    mark(cached)
    assert shows_what_was_cached(assemble(folder))


def test_a_place_that_cannot_be_written_to_costs_no_more_than_time(folder, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_CACHE", os.devnull)
    assert assemble(folder).show("choose.mobile").outcome == "answer"


def test_large_knowledge_is_cached_and_used_again(cached, folder, monkeypatch):
    monkeypatch.setattr(vectorizer, "LARGEST", 0)
    expected = replies(assemble(folder))
    assert replies(assemble(folder)) == expected
    mark(cached)
    assert shows_what_was_cached(assemble(folder))


def test_two_folders_are_cached_apart(cached, folder, tmp_path):
    other = written(tmp_path / "other", {"a.yaml": "{id: a, title: A, phrasings: [a door], answer: {text: A.}}\n"})
    assert set(assemble(folder).knowledge.entries) != set(assemble(other).knowledge.entries)
    assert len(list(cached.glob("*.json"))) == 2
    assert set(assemble(folder).knowledge.entries) == {"choose.mobile", "choose.production", "strengths.pytorch"}


def test_thresholds_are_not_cached(cached, folder):
    assemble(folder, thresholds=Thresholds(answer=0.9, choices=0.8))
    assert assemble(folder).thresholds != Thresholds(answer=0.9, choices=0.8)
    assert assemble(folder, thresholds=Thresholds(answer=0.7, choices=0.1)).thresholds.answer == 0.7


def test_wrong_files_are_reported_and_nothing_of_them_is_cached(cached, folder):
    written(folder, {"broken.yaml": "id: [\n"})
    with pytest.raises(KnowledgeError, match=r"broken\.yaml"):
        assemble(folder)
    assert not cached.exists() or list(cached.glob("*.json")) == []


# An overlay.


def test_a_teams_entries_are_added_to_the_others(cached, folder, overlay):
    bot = assemble(folder, overlay=overlay)
    assert bot.answer(Question("how do I book the cluster?")).entries == ("team.cluster",)
    assert bot.answer(Question("which one for phones")).entries == ("choose.mobile",)


def test_a_teams_entry_replaces_the_one_with_its_id(cached, folder, overlay):
    bot = assemble(folder, overlay=overlay)
    assert bot.answer(Question("what is good about pytorch")).summary == "Our tools are made for it."
    assert assemble(folder).answer(Question("what is good about pytorch")).summary == "It is easy to debug."


def test_with_an_overlay_it_is_another_version_of_the_knowledge(cached, folder, overlay):
    assert assemble(folder, overlay=overlay).knowledge.version != assemble(folder).knowledge.version


def test_knowledge_with_an_overlay_is_cached_and_used_again(cached, folder, overlay):
    first = assemble(folder, overlay=overlay)
    assert replies(assemble(folder, overlay=overlay)) == replies(first)
    mark(cached)
    assert shows_what_was_cached(assemble(folder, overlay=overlay))
    assert shows_what_was_cached(assemble(folder))


def test_a_changed_overlay_is_laid_over_what_is_cached_of_the_rest(cached, folder, overlay):
    assemble(folder, overlay=overlay)
    mark(cached)
    written(overlay, {"hide.yaml": "[choose.mobile]\n"})
    bot = assemble(folder, overlay=overlay)
    assert "choose.mobile" not in bot.knowledge.entries
    assert shows_what_was_cached(bot)
    assert "choose.mobile" in assemble(folder).knowledge.entries


def test_an_overlay_with_names_of_its_own_is_understood_throughout(cached, folder, overlay):
    """New names change how every phrasing is read, so all of them are read again."""
    written(overlay, {"vocabulary.yaml": "frameworks: [{id: pytorch, name: PyTorch, aliases: [website]}]\n"})
    bot = assemble(folder, overlay=overlay)
    assert bot.parse("advantages of a website").frameworks == ("pytorch",)
    assert bot.index == Bot(bot.knowledge).index


# What a process that only asks has to load.


def test_asking_compiled_knowledge_loads_no_yaml_no_validation_and_no_service(cache, shipped):
    code = (
        "import sys; from bot.factory import assemble; from bot.dialog.question import Question;"
        "assert assemble().answer(Question('What is PyTorch?')).outcome == 'answer';"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'pydantic', 'ruamel', 'rapidfuzz', 'sqlalchemy', 'slack_bolt', 'discord', 'aiohttp'}))"
    )
    environment = os.environ | {"FRAMEWORK_BOT_CACHE": str(cache)}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "damage", [b"[]", b"{}", b'{"knowledge": 1, "index": 2}', b"[" * 100_000], ids=["list", "empty", "other", "deep"]
)
def test_a_cached_form_that_holds_something_else_is_made_again(tmp_path, monkeypatch, damage):
    monkeypatch.setenv("FRAMEWORK_BOT_CACHE", str(tmp_path / "cached"))
    folder = written(tmp_path / "knowledge")
    assemble(folder)
    (file,) = (tmp_path / "cached").glob("*.json")
    file.write_bytes(file.read_bytes().split(b"\n")[0] + b"\n" + damage)
    assert assemble(folder).show("choose.mobile").outcome == "answer"


def test_progress_counts_files_and_phrasings(tmp_path, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_CACHE", str(tmp_path / "cached"))
    progress = {}
    assemble(
        written(tmp_path / "knowledge"), watch=lambda what: lambda done, total: progress.update({what: (done, total)})
    )
    assert progress.keys() == {"files read", "phrasings read", "phrasings encoded"}
    assert all(done == total > 0 for done, total in progress.values())


def test_phrasings_that_a_team_adds_are_found_and_what_is_below_stays(cached, folder, tmp_path):
    asked = "runtime for our warehouse scanners"
    team = written(tmp_path / "team", {"phrasings.yaml": f"choose.mobile: [{asked}]\n"})
    assemble(folder)
    below = assemble(folder)
    before = deepcopy(below.index)
    for _ in range(2):
        assert index_over(below, lay_over(below.knowledge, team)).phrasings != before.phrasings
    assert below.index == before
    bot = assemble(folder, overlay=team)
    assert bot.answer(Question(asked)).entries == ("choose.mobile",)
    assert bot.match(bot.parse("which scanners for the warehouse"))[0][0].entry == "choose.mobile"
