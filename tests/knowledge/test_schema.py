"""JSON Schema: what is next to the model is what the model says, and it fits the shipped files."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from knowledge.model import Entry
from knowledge.schema import FOLDER, schemas, write

NAMES = [*schemas()]


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schema_is_up_to_date(name):
    """Otherwise run `python -m knowledge.schema`."""
    assert json.loads((FOLDER / name).read_text(encoding="utf-8")) == json.loads(schemas()[name])


def test_no_schema_is_left_over():
    assert sorted(file.name for file in FOLDER.glob("*.schema.json")) == sorted(NAMES)


def test_every_field_of_an_entry_says_what_it_is_for():
    properties = json.loads(schemas()["entry.schema.json"])["$defs"]["Entry"]["properties"]

    assert [*properties] == [field.name for field in fields(Entry)]
    assert [name for name, schema in properties.items() if not schema.get("description")] == []


def test_a_field_that_does_not_exist_is_a_mistake_to_editors_too():
    definitions = json.loads(schemas()["entry.schema.json"])["$defs"]

    assert sorted(definitions) == ["ArticleView", "Cell", "Entry", "Source", "Statement", "Watch"]
    assert [name for name, schema in definitions.items() if schema["additionalProperties"]] == []


def test_an_entry_file_holds_an_entry_or_a_list_of_them():
    one, many = json.loads(schemas()["entry.schema.json"])["anyOf"]

    assert one == {"$ref": "#/$defs/Entry"}
    assert many == {"type": "array", "items": {"$ref": "#/$defs/Entry"}}


def test_they_are_written_where_asked(tmp_path):
    write(tmp_path)

    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(NAMES)
