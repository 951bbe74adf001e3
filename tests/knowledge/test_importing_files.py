"""The import of YAML, JSON and JSON Lines: whole or not at all, and nothing in a file does anything."""

from __future__ import annotations

import json

import pytest

from knowledge.errors import KnowledgeError
from knowledge.exchange import entry_files, intake, json_document
from knowledge.importing import MARK, import_file
from knowledge.loading import load
from knowledge.overlay import load_with_overlay

GOOD = {"id": "team.new", "title": "New", "phrasings": ["what"], "answer": {"text": "This."}}
KNOWLEDGE = {"kind": json_document.KIND, "format": json_document.FORMAT}


@pytest.fixture
def imported(tmp_path):
    """Imports a file of that name and content, and gives what was done and the entries it makes."""

    def run(name, content, **more):
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        done = import_file(file, tmp_path / "out", **more)
        return done, load(tmp_path / "out").entries

    return run


@pytest.fixture
def refused(imported, tmp_path):
    """The problems for which an import was refused, as they are told, without the folder."""

    def run(name, content, **more):
        with pytest.raises(KnowledgeError) as caught:
            imported(name, content, **more)
        assert not (tmp_path / "out").exists()
        return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]

    return run


@pytest.mark.parametrize("name", ["new.yaml", "new.yml", "NEW.YAML"])
def test_a_yaml_file_holds_an_entry_or_a_list(imported, entry, name):
    done, entries = imported(name, entry("team.new"))
    assert [*entries] == ["team.new"]
    assert [file.name for file in done.files] == ["new.yaml"]

    _, entries = imported(
        name, "- " + entry("team.new").replace("\n", "\n  ") + "\n- " + entry("b").replace("\n", "\n  ")
    )
    assert {*entries} == {"team.new", "b"}


@pytest.mark.parametrize(
    "content", [GOOD, [GOOD], {**KNOWLEDGE, "entries": [GOOD]}], ids=["entry", "list", "knowledge"]
)
def test_a_json_file_holds_an_entry_a_list_or_knowledge(imported, content):
    _, entries = imported("new.json", content)

    assert [*entries] == ["team.new"]


def test_json_lines_hold_an_entry_a_line(imported):
    done, entries = imported("new.jsonl", json.dumps(GOOD) + "\n\n" + json.dumps({**GOOD, "id": "b"}))

    assert [*entries] == ["team.new", "b"]
    assert [file.name for file in done.files] == ["entries-0001.jsonl"]


def test_json_brings_the_registers_too(imported, tmp_path):
    sources = {"wiki": {"title": "Wiki", "seen": "2026-01-01"}}
    cited = {**GOOD, "answer": {"text": "This.", "sources": ["wiki"]}}

    imported("new.json", {**KNOWLEDGE, "entries": [cited], "sources": sources, "vocabulary": {"elsewhere": ["rails"]}})

    knowledge = load(tmp_path / "out")
    assert knowledge.sources["wiki"].title == "Wiki"
    assert knowledge.vocabulary.elsewhere == ("rails",)


def test_a_mistake_in_yaml_is_told_as_the_loader_tells_it(refused, entry):
    assert refused("new.yaml", entry("a.b").replace("title", "titel")) == [
        "new.yaml:1: title: is missing -> add this field",
        "new.yaml:2: titel: is not a field of the model -> remove it or correct its spelling",
    ]


def test_a_mistake_in_json_is_told_with_line_and_field(refused):
    text = json.dumps({**KNOWLEDGE, "entries": [GOOD, {**GOOD, "id": "b", "kind": "x"}]}, indent=1)

    (told,) = refused("new.json", text)
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if '"kind": "x"' in line)
    assert told.startswith(f"new.json:{line}: entries.1.kind: is 'x' -> use one of")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "new.json:1: is not JSON: Expecting property name"),
        ("\n[1,]", "new.json:2: is not JSON:"),
        ("[" * 100_000, "new.json: is not JSON:"),
        ("{}", "new.json: holds no knowledge"),
        ("[]", "new.json: holds no entries"),
        ("[1]", "new.json:1: 0: is not an entry"),
        ('{"id": 1, "id": 2}', 'new.json: names the field "id" twice'),
        ([GOOD, GOOD], 'new.json:1: 1.id: "team.new" stands here twice'),
        ({**KNOWLEDGE, "format": 2}, "new.json:1: format: is not 1"),
        ({**KNOWLEDGE, "entries": {}}, "new.json:1: entries: must be a list"),
        ({**KNOWLEDGE, "entries": [GOOD], "hide": []}, "new.json:1: hide: is not a part of knowledge"),
        ({**KNOWLEDGE, "entries": [GOOD], "vocabulary": 1}, "new.json:1: vocabulary: "),
    ],
)
def test_what_is_no_knowledge_is_refused(refused, content, told):
    (found,) = refused("new.json", content)

    assert found.startswith(told)


def test_an_inconsistent_recommendation_is_refused(refused):
    rules = {
        "candidates": [],
        "questions": [],
        "silence": {"text": "x", "entry": "team.new"},
        "article": [],
        "today": [],
        "next_steps": [],
    }

    assert any(
        "recommendation.candidates: leaves nothing to choose between" in told
        for told in refused("new.json", {**KNOWLEDGE, "entries": [GOOD], "recommendation": rules})
    )


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path):
    (tmp_path / "new.json").write_bytes(b'[\n"K\xfcndigung"]')

    with pytest.raises(KnowledgeError, match=r"new\.json:2: is not UTF-8 text"):
        import_file(tmp_path / "new.json", tmp_path / "out")


@pytest.mark.parametrize("name", ["new.json", "new.yaml", "new.jsonl", "new.csv", "new.tsv"])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(KnowledgeError, match=f"{name}: cannot be read"):
        import_file(tmp_path / name, tmp_path / "out")


@pytest.mark.parametrize("suffix", ["yaml", "jsonl", "json"])
def test_a_source_that_nobody_has_is_refused_unless_the_knowledge_below_has_it(refused, base, tmp_path, suffix):
    cited = json.dumps({**GOOD, "answer": {"text": "This.", "sources": ["readme"]}})

    (told,) = refused(f"new.{suffix}", cited)
    assert '"readme" is not a source -> describe it under' in told

    import_file(tmp_path / f"new.{suffix}", tmp_path / "out", below=load(base.path))
    assert "team.new" in load_with_overlay(base.path, tmp_path / "out").entries


def test_an_entry_that_replaces_one_below_is_told(base, entry, tmp_path):
    (tmp_path / "new.yaml").write_text(entry("history.tensorflow"))

    done = import_file(tmp_path / "new.yaml", tmp_path / "out", below=load(base.path))

    assert done.replaced == ("history.tensorflow",)


def test_what_the_overlay_cannot_hold_is_refused_before_anything_is_written(base, tmp_path):
    article = {"title": "x", "dated": "2025-01-01", "claims": [{"id": "F-1", "title": "y"}]}
    (tmp_path / "new.json").write_text(json.dumps({**KNOWLEDGE, "entries": [GOOD], "article": article}))

    with pytest.raises(KnowledgeError, match=r"out/article.yaml: has no place in an overlay"):
        import_file(tmp_path / "new.json", tmp_path / "out", below=load(base.path))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["new.yaml", "new.json"])
def test_the_good_entries_are_written_where_bad_ones_are_to_be_skipped(imported, name):
    done, entries = imported(name, [GOOD, {**GOOD, "id": "b", "kind": "x"}, {**GOOD, "id": "c"}], skip_bad=True)

    assert {*entries} == {"team.new", "c"}
    assert [problem.field.rpartition(".")[2] for problem in done.skipped] == ["kind"]


@pytest.mark.parametrize(
    "name", ["../../escape", "/tmp/escape", "a/../../escape", "..", "sources", "hide", "phrasings"]
)
def test_no_id_writes_outside_the_folder_or_over_a_register(imported, tmp_path, name):
    before = {*tmp_path.iterdir()}
    done, entries = imported("new.json", {**GOOD, "id": name})

    assert [*entries] == [name]
    assert {*tmp_path.iterdir()} - before == {tmp_path / "new.json", tmp_path / "out"}
    assert all(file.resolve().parent == (tmp_path / "out" / "_others").resolve() for file in done.files)


def test_nothing_in_yaml_is_executed(refused, tmp_path):
    victim = tmp_path / "victim"

    (told,) = refused(
        "new.yaml", f"id: !!python/object/apply:os.mkdir ['{victim}']\ntitle: t\nphrasings: [p]\nanswer: {{text: x}}"
    )

    assert told.startswith("new.yaml:1: id: must be text")
    assert not victim.exists()


def test_yaml_that_stands_for_more_than_memory_holds_is_refused(refused):
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]" for number in range(1, 12)]
    rows += ["id: x", "title: t", "phrasings: [p]", "answer: {text: x}", "kind: *a11"]

    assert refused("new.yaml", "\n".join(rows)) == [
        'new.yaml:2: repeats a list or mapping by its name, "*a0" -> write it out'
    ]


def test_yaml_may_repeat_a_text_by_its_name(imported):
    _, entries = imported("new.yaml", "id: x\ntitle: &t Text\nphrasings: [p]\nanswer: {text: *t}\n")

    assert entries["x"].answer.text == "Text"


@pytest.mark.parametrize("name", ["new.json", "new.yaml", "new.jsonl", "new.csv"])
def test_a_file_too_large_is_refused_unread(refused, monkeypatch, name):
    monkeypatch.setattr(intake, "MAX_BYTES", 10)

    assert refused(name, "x" * 11) == [f"{name}: is over 0 MB -> split it, and import each part"]


def test_a_yaml_file_that_would_take_minutes_is_refused_unread(refused, monkeypatch):
    monkeypatch.setattr(entry_files, "MAX_YAML", 10)

    assert refused("new.yaml", "x" * 11) == [
        "new.yaml: is over 0 MB -> split it, or write one JSON object a line into a .jsonl file"
    ]


def test_an_import_is_written_anew_and_what_was_added_to_it_stays(imported, tmp_path):
    imported("new.json", [GOOD, {**GOOD, "id": "old.entry"}])
    (tmp_path / "out" / "calibration.yaml").write_text("bias: 1.5\n")

    imported("new.json", [GOOD])

    files = {file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*")}
    assert files == {MARK, "calibration.yaml", "team", "team/new.yaml"}


def test_a_file_that_no_import_wrote_is_not_written_over(imported, tmp_path, entry):
    imported("new.json", [GOOD])
    mine = tmp_path / "out" / "own" / "entry.yaml"
    mine.parent.mkdir()
    mine.write_text(entry("mine"))

    with pytest.raises(KnowledgeError, match=r"own/entry\.yaml: is there already, and no import wrote it"):
        imported("new.json", [{**GOOD, "id": "own.entry"}])
    assert "mine" in mine.read_text()
    assert (tmp_path / "out" / "team" / "new.yaml").exists()

    imported("new.json", [{**GOOD, "id": "own.entry"}], force=True)
    assert "mine" not in mine.read_text()


def test_what_would_clash_with_a_file_that_stays_is_refused_and_nothing_written(imported, tmp_path, entry):
    imported("new.json", [GOOD])
    (tmp_path / "out" / "mine.yaml").write_text(entry("b"))

    with pytest.raises(KnowledgeError, match=r"out/_others/b-\w+.yaml:1: id: \"b\" is taken by .*out/mine.yaml"):
        imported("new.json", [{**GOOD, "id": "b"}])
    assert [*load(tmp_path / "out").entries] == ["b", "team.new"]


def test_what_is_wrong_with_a_file_that_stays_does_not_keep_an_import_from_being_written(imported, tmp_path):
    imported("new.json", [GOOD])
    (tmp_path / "out" / "hide.yaml").write_text("- something.below\n")
    (tmp_path / "out" / "mine.yaml").write_text("broken")

    with pytest.raises(KnowledgeError, match=r"mine\.yaml"):
        imported("new.json", [{**GOOD, "id": "b"}])
    assert len([*(tmp_path / "out" / "_others").iterdir()]) == 1


def test_nothing_is_left_over_beside_what_was_written(imported, refused, tmp_path):
    imported("new.json", [GOOD])

    assert not [file for file in tmp_path.rglob("*") if file.name.startswith(".")]


def test_the_same_file_gives_the_same_bytes(imported, tmp_path):
    imported("new.json", [GOOD])
    first = {file.name: file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file()}
    imported("new.json", [GOOD])

    assert {file.name: file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file()} == first


def test_bad_rows_of_a_plain_table_are_skipped_where_that_is_asked_for(imported):
    done, entries = imported("new.tsv", "no tab\nwhen\thours\n\tplace\n", skip_bad=True)

    assert [*entries] == ["hours"]
    assert [problem.line for problem in done.skipped] == [1, 3]


@pytest.mark.parametrize("name", ["new.json", "new.tsv"])
def test_a_file_with_nothing_good_is_refused_even_where_bad_is_skipped(refused, name):
    assert refused(name, "nonsense", skip_bad=True)
