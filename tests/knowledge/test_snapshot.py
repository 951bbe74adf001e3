"""Compiled knowledge on disk: what was written is what is read, and anything else means compile again."""

from __future__ import annotations

from array import array
from pathlib import Path

from knowledge import snapshot
from knowledge.loading import load
from knowledge.schema import FOLDER


def test_all_that_knowledge_is_made_of_survives(tmp_path):
    knowledge = load(FOLDER / "content")
    file = tmp_path / "cache" / "knowledge.json"

    assert snapshot.write(file, "key", {"knowledge": knowledge})

    assert snapshot.read(file, "key", snapshot.KINDS)["knowledge"] == knowledge


def test_columns_of_numbers_survive(tmp_path):
    columns = [array("i", [1, -2]), array("f", [0.5]), array("q"), array("d", [1 / 3])]
    snapshot.write(tmp_path / "columns.json", "key", {"columns": columns})
    assert snapshot.read(tmp_path / "columns.json", "key", ())["columns"] == columns


def test_another_key_a_cut_off_file_and_an_unknown_kind_read_as_nothing(base, tmp_path):
    file = tmp_path / "knowledge.json"
    snapshot.write(file, "key", {"knowledge": load(base.path)})

    assert snapshot.read(file, "other", snapshot.KINDS) is None
    assert snapshot.read(file, "key", ()) is None
    assert snapshot.read(tmp_path / "none.json", "key", snapshot.KINDS) is None
    file.write_bytes(file.read_bytes()[:-20])
    assert snapshot.read(file, "key", snapshot.KINDS) is None


def test_a_place_that_cannot_be_written_to_is_no_mistake():
    assert not snapshot.write(Path("/dev/null/knowledge.json"), "key", {})


def test_the_fingerprint_changes_with_a_file(base):
    file = base.path / "sources.yaml"
    before = snapshot.fingerprint([file])

    base.change("sources.yaml", "the README", "their README")

    assert snapshot.fingerprint([file]) != before
