"""Where a change is made."""

from __future__ import annotations

import json

import pytest
from curation_ground import FILES, TODAY, state, written

from bot.curation.draft import ANSWER
from bot.curation.target import Target
from knowledge.errors import KnowledgeError
from knowledge.loading import load_with_places
from knowledge.model import Entry, Statement
from knowledge.overlay import load_both

OURS = "id: team.cluster\ntitle: Our cluster\nphrasings:\n  - book the cluster\nanswer: {text: Ask.}\n"
DRAFT = Entry(id="team.gpus", title="GPUs", phrasings=("a gpu",), answer=Statement(text=ANSWER), checked_on=TODAY)


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path / "knowledge")


@pytest.fixture
def overlay(tmp_path):
    return written(tmp_path / "team", {"entries/ours.yaml": OURS})


def test_without_an_overlay_phrasings_go_into_the_entrys_own_file(folder):
    before = state(folder)
    change = Target(folder).with_phrasings("choose.mobile", ["handhelds"], load_with_places(folder))
    assert str(change.path) == "choose/mobile.yaml"
    assert change.before == FILES["choose/mobile.yaml"]
    assert "  - app for tablets and watches\n  - handhelds\n\nanswer:" in change.after
    assert state(folder) == before


def test_an_overlay_gives_an_entry_below_its_phrasings_in_a_file_of_their_own(folder, overlay):
    before = state(overlay)
    target = Target(folder, overlay)
    change = target.with_phrasings("choose.mobile", ["handhelds"], load_both(folder, overlay))
    assert (str(change.path), change.before) == ("phrasings.yaml", None)
    assert change.after.endswith("choose.mobile:\n  - handhelds\n")
    assert state(overlay) == before


def test_and_adds_to_that_file_where_there_is_one(folder, overlay):
    written(overlay, {"phrasings.yaml": "choose.research: [labs]\n"})
    change = Target(folder, overlay).with_phrasings("choose.mobile", ["handhelds"], load_both(folder, overlay))
    assert change.before == "choose.research: [labs]\n"
    assert change.after == "choose.research: [labs]\nchoose.mobile:\n  - handhelds\n"


def test_an_entry_of_the_overlay_itself_gets_them_in_its_own_file(folder, overlay):
    change = Target(folder, overlay).with_phrasings("team.cluster", ["a node"], load_both(folder, overlay))
    assert (str(change.path), change.after) == ("entries/ours.yaml", OURS.replace("answer", "  - a node\nanswer"))


def test_what_a_program_writes_is_not_written_into(folder, tmp_path):
    line = json.dumps({"id": "faq.open", "title": "Open", "phrasings": ["when"], "answer": {"text": "Nine."}})
    written(folder, {"faq.jsonl": line + "\n"})
    with pytest.raises(KnowledgeError, match=r'faq\.jsonl: .* import it again: "opening hours"; "till when"'):
        Target(folder).with_phrasings("faq.open", ["opening hours", "till when"], load_with_places(folder))


def test_a_new_entry_gets_a_file_of_its_own(folder, overlay):
    assert str(Target(folder, overlay).with_entry(DRAFT).path) == "entries/gpus.yaml"
    written(overlay, {"entries/gpus.yaml": OURS})
    change = Target(folder, overlay).with_entry(DRAFT)
    assert (str(change.path), change.before) == ("entries/gpus-2.yaml", None)


def test_in_the_knowledge_folder_it_stands_with_its_group(folder):
    target = Target(folder)
    assert (target.group, Target(folder, folder).group) == ("beyond", "team")
    assert str(target.with_entry(DRAFT).path) == "team/gpus.yaml"
