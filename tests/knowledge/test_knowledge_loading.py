"""Loading: what is read, and that every mistake is reported with file, line, field and hint."""

from __future__ import annotations

import json

import pytest

from knowledge.errors import KnowledgeError, Problem
from knowledge.loading import load, load_with_places


def problems(folder) -> list[Problem]:
    with pytest.raises(KnowledgeError) as caught:
        load(folder.path)
    return caught.value.problems


def only(folder) -> tuple[str, int, str, str, str]:
    (problem,) = problems(folder)
    return problem.file.name, problem.line, problem.field, problem.message, problem.hint


def test_every_file_of_every_sub_folder_is_read(base):
    assert [*load(base.path).entries] == ["compare.debugging", "history.tensorflow"]


def test_a_file_may_hold_a_list_of_entries(base, entry):
    base.write("more.yaml", "- " + entry("a.b").replace("\n", "\n  ").rstrip() + "\n")

    assert "a.b" in load(base.path).entries


def test_hidden_files_and_folders_are_passed_over(base):
    base.write(".trash/old.yaml", "not: an entry")
    base.write(".draft.yaml", "not: an entry")

    assert len(load(base.path).entries) == 2


def test_the_version_changes_with_the_content_and_only_with_it(base):
    before = load(base.path).version
    assert load(base.path).version == before

    base.change("compare/debugging.yaml", "Ordinary debuggers work.", "Ordinary debuggers do.")

    assert load(base.path).version != before


def test_a_missing_field_is_named_with_its_line(base):
    base.change("compare/debugging.yaml", "title: Debugging\n", "")

    assert only(base) == ("debugging.yaml", 1, "title", "is missing", "add this field")


def test_a_field_that_does_not_exist_is_named_with_its_line(base):
    base.change("compare/debugging.yaml", "    article: Easier.", "    artikel: Easier.")

    assert only(base)[:4] == ("debugging.yaml", 28, "cells.pytorch.artikel", "is not a field of the model")


def test_a_field_given_twice_is_refused(base):
    base.change("compare/debugging.yaml", "title: Debugging\n", "title: Debugging\ntitle: Again\n")

    assert only(base)[:4] == ("debugging.yaml", 3, "", 'names "title" twice')


def test_a_text_that_is_too_long_is_reported_with_its_length(base):
    base.change("compare/debugging.yaml", "Both stop at the failing line.", "x" * 341)

    assert only(base)[1:] == (15, "answer.text", "is longer than 340 characters (341)", "shorten it")


def test_a_scope_is_loaded_as_one_text_and_optional(base):
    base.change("compare/debugging.yaml", "phrasings:\n", "scope:\n  Finding mistakes.\n  Not training.\nphrasings:\n")

    entries = load(base.path).entries
    assert entries["compare.debugging"].scope == "Finding mistakes. Not training."
    assert entries["history.tensorflow"].scope is None


def test_a_scope_has_at_most_300_characters(base):
    base.change("compare/debugging.yaml", "phrasings:\n", f"scope: {'x' * 301}\nphrasings:\n")

    assert only(base)[1:] == (5, "scope", "is longer than 300 characters (301)", "shorten it")


def test_aliases_that_grow_without_end_are_reported_and_not_written_out(base):
    grown = ", ".join(f"&a{level} [*a{level - 1}, *a{level - 1}]" for level in range(1, 60))
    base.change("compare/debugging.yaml", "title: Debugging\n", f"title: Debugging\nkind: [&a0 [x], {grown}]\n")

    assert only(base)[2:4] == ("kind", "is a list or mapping")


def test_what_is_not_yaml_is_reported_with_its_line(base):
    base.change("compare/debugging.yaml", "title: Debugging", "title: Debugging: the art of")

    file, line, _, message, hint = only(base)
    assert (file, line) == ("debugging.yaml", 2)
    assert message.startswith("is not YAML")
    assert "quote" in hint


def test_bytes_that_are_not_utf8_are_reported_with_their_line(base):
    (base.path / "latin.yaml").write_bytes(b"id: a\ntitle: K\xfcndigung\n")

    assert only(base)[:4] == ("latin.yaml", 2, "", "is not UTF-8 text")


def test_an_id_given_twice_names_both_places(base, entry):
    base.write("zz.yaml", entry("compare.debugging"))

    file, line, field, message, _ = only(base)
    assert (file, line, field) == ("zz.yaml", 1, "id")
    assert "debugging.yaml:1" in message


def test_a_source_key_that_leads_nowhere_is_refused_with_what_was_meant(base):
    base.change(
        "compare/debugging.yaml",
        "text: Ordinary debuggers work.\n      sources: [readme]",
        "text: Ordinary debuggers work.\n      sources: [redme]",
    )

    assert only(base) == (
        "debugging.yaml",
        31,
        "cells.pytorch.today.sources.0",
        '"redme" is not a source',
        'did you mean "readme"?',
    )


def test_a_source_of_the_entry_itself_counts(base, entry):
    more = "sources: {own: {title: Own, seen: 2026-01-01}}\nsince: [{text: So it is., sources: [own]}]"
    base.write("own.yaml", entry("a.own", more=more))

    assert load(base.path).entries["a.own"].since[0].sources == ("own",)


def test_a_note_in_the_vocabulary_needs_its_source_too(base):
    base.change("vocabulary.yaml", "sources: [readme]", "sources: [nothing-like-it]")

    assert only(base) == (
        "vocabulary.yaml",
        13,
        "tools.0.sources.0",
        '"nothing-like-it" is not a source',
        "add it to sources.yaml",
    )


def test_all_mistakes_are_reported_at_once(base):
    base.change("compare/debugging.yaml", "title: Debugging\n", "")
    base.change("overview/history.yaml", "verdict: holds", "verdict: maybe")
    base.write("zz.yaml", "[]\n- broken")

    assert [problem.file.name for problem in problems(base)] == ["debugging.yaml", "history.yaml", "zz.yaml"]


def test_json_lines_hold_an_entry_a_line(base):
    lines = [{"id": str(number), "title": "t", "phrasings": ["p\u2028q"], "answer": {"text": "x"}} for number in (0, 1)]
    base.write("table.jsonl", "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n")

    loaded = load_with_places(base.path)

    assert loaded.knowledge.entries["1"].phrasings == ("p\u2028q",)
    assert loaded.places["1"].line("answer", "text") == 3


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        ('{"id": "x"', "", "is not JSON"),
        ('{"id": "x", "title": "t", "phrasings": ["p"], "answer": {}}', "answer.text", "is missing"),
        ('{"id": "x", "id": "y"}', "", "is not JSON: 'id' is named twice"),
        ("[1]", "", "is not an entry"),
        ("\udcff", "", "is not JSON: 'utf-8' codec"),
        ("[" * 100_000, "", "is not JSON"),
    ],
)
def test_a_mistake_in_json_lines_is_reported_with_its_line(base, line: str, field: str, message: str):
    good = '{"id": "g", "title": "t", "phrasings": ["p"], "answer": {"text": "x"}}'
    (base.path / "table.jsonl").write_bytes(f"{good}\n{line}\n".encode(errors="surrogateescape"))

    found = only(base)

    assert found[:3] == ("table.jsonl", 2, field)
    assert found[3].startswith(message)


def test_only_an_overlay_hides_entries(base):
    base.write("hide.yaml", "- compare.debugging\n")

    assert only(base)[0] == "hide.yaml"


def test_a_folder_without_entries_is_refused(top):
    top.write("sources.yaml", "{}\n")

    assert only(top)[3] == "holds no entries"


def test_a_folder_that_does_not_exist_is_refused(top):
    top.path.rmdir()

    assert only(top)[3] == "no such knowledge folder"


def watched(base, value: str):
    old, more = "  sources: [readme]\narticle:", f"  watch:\n    - {{kind: pypi, name: torch, value: {value}}}\n"
    base.change("compare/debugging.yaml", old, old.replace("article:", f"{more}article:"))


def test_a_statement_carries_the_facts_that_freshness_checks_again(base):
    watched(base, '"2.15.0"')

    (watch,) = load(base.path).entries["compare.debugging"].answer.watch

    assert (watch.kind, watch.name, watch.value) == ("pypi", "torch", "2.15.0")


def test_a_version_that_yaml_reads_as_a_number_is_refused(base):
    watched(base, "2.10")

    assert only(base)[2:4] == ("answer.watch.0.value", "must be text")
