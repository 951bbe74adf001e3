"""Exports: what a form carries comes back as it was, and what it does not carry is told exactly."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.checks import RULES, check
from knowledge.errors import KnowledgeError
from knowledge.exchange import csv_entries, csv_writing, json_document, json_lines, yaml_folder
from knowledge.exchange.cells import LONGEST, guarded, unguarded
from knowledge.exchange.content import REGISTERS, Content, whole
from knowledge.exchange.losses import losses
from knowledge.exchange.whereabouts import file_of
from knowledge.exporting import FORMS, export, form_of
from knowledge.files import ENTRY
from knowledge.folder import VOCABULARY
from knowledge.importing import MARK, import_file
from knowledge.loading import load, load_with_places
from knowledge.model import Entry, Statement
from knowledge.overlay import load_both
from knowledge.schema import FOLDER

CONTENT = FOLDER / "content"


@pytest.fixture(scope="module")
def shipped_files():
    return load_with_places(CONTENT)


@pytest.fixture(scope="module")
def copy(shipped_files, tmp_path_factory):
    """The shipped knowledge, exported as YAML."""
    folder = tmp_path_factory.mktemp("copies") / "copy"
    assert not export(shipped_files, folder, form="yaml").losses
    return folder


@pytest.fixture
def small(base):
    return load_with_places(base.path)


def same(one, other):
    """Whether two knowledge bases say the same; their versions tell their files apart."""
    return all(
        getattr(one, part) == getattr(other, part)
        for part in ("entries", "sources", "vocabulary", "calibration", "recommendation")
    )


def messages(loaded):
    """What is wrong with a knowledge folder, but for what depends on nothing but the phrasings."""
    rules = {name: rule for name, rule in RULES.items() if not name.startswith("phrasing")}
    return [problem.message for problem in check(loaded, today=date(2026, 11, 22), rules=rules)]


def files(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != MARK
    }


def test_the_shipped_knowledge_comes_back_whole_from_yaml_and_nothing_new_is_wrong_with_it(shipped_files, copy):
    loaded = load_with_places(copy)

    assert same(loaded.knowledge, shipped_files.knowledge)
    assert loaded.article == shipped_files.article
    assert messages(loaded) == messages(shipped_files)


def test_the_shipped_knowledge_comes_back_whole_from_json(shipped_files, copy, tmp_path):
    done = export(shipped_files, tmp_path / "copy.json", form="json")
    import_file(tmp_path / "copy.json", tmp_path / "copy")

    assert not done.losses
    assert files(tmp_path / "copy") == files(copy)


def test_the_shipped_entries_come_back_from_a_spreadsheet_over_the_shipped_knowledge_as_they_were(
    shipped_files, tmp_path
):
    export(shipped_files, tmp_path / "all.csv", form="csv")
    import_file(tmp_path / "all.csv", tmp_path / "top", below=shipped_files.knowledge)

    assert load_both(CONTENT, tmp_path / "top").knowledge.entries == shipped_files.knowledge.entries


def test_yaml_is_written_as_people_write_it(small, tmp_path):
    export(small, tmp_path / "out", form="yaml")

    text = (tmp_path / "out" / "compare" / "debugging.yaml").read_text(encoding="utf-8")
    assert text.startswith("id: compare.debugging\ntitle: Debugging\nframeworks: [pytorch, tensorflow]\nabout: [deb")
    assert "\nphrasings:\n  - which is easier to debug\n  - breakpoints in a model\n" in text
    assert text.endswith("related: [history.tensorflow]\nchecked_on: 2026-01-10\n")


def test_with_an_overlay_it_is_what_the_bot_says(base, top, entry, tmp_path):
    top.write("new.yaml", entry("team.new"))
    top.write("hide.yaml", "- history.tensorflow\n")
    top.write("phrasings.yaml", "compare.debugging: [our debugger]\n")
    both = load_both(base.path, top.path)

    export(both, tmp_path / "out", form="yaml")

    assert same(load(tmp_path / "out"), both.knowledge)
    assert [*load(tmp_path / "out").entries] == ["compare.debugging", "team.new"]


def test_a_part_takes_the_shared_sources_it_names_and_nothing_else(small, tmp_path):
    done = export(small, tmp_path / "out", form="yaml", only={"history.tensorflow"})

    files = sorted(file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*.yaml"))
    assert files == ["history/tensorflow.yaml", "sources.yaml"]
    assert {*load(tmp_path / "out").sources} == {"readme", "article"}
    assert done.elsewhere == ("compare.debugging",)
    assert not done.losses


def test_what_csv_cannot_carry_is_told_by_entry_and_field(small, tmp_path):
    lost = export(small, tmp_path / "out.csv", form="csv").losses

    assert lost.entries == {
        "compare.debugging": ("article", "since", "cells"),
        "history.tensorflow": ("article", "since"),
    }
    assert lost.by_field() == {"article": 2, "since": 2, "cells": 1}
    assert lost.parts == {"shared sources": 1, "terms of the vocabulary": 4, "claims of the article": 2}


def test_what_tsv_cannot_carry_is_told_by_entry_and_field(base, top, entry):
    top.write("a.yaml", entry("hours", "when do you open", more="kind: social"))
    top.write("b.yaml", entry("place", "where is it", "Where is it?", more="next_step: Come."))
    found = load_with_places(top.path)

    lost = export(found, top.path / "out.tsv", form="tsv").losses

    assert lost.entries == {
        "hours": ("title", "kind"),
        "place": ("title", "phrasings", "next_step"),
    }


def test_an_entry_that_comes_back_under_another_id_is_told(top, tmp_path):
    top.write("a.yaml", 'id: "a\\tb"\ntitle: A b\nphrasings: [what]\nanswer: {text: It is.}\n')

    assert export(load_with_places(top.path), tmp_path / "out.tsv", form="tsv").losses.entries == {"a\tb": ("id",)}


def test_strict_writes_nothing_that_would_lose_something(small, tmp_path):
    assert not export(small, tmp_path / "out.csv", form="csv", strict=True).written
    assert export(small, tmp_path / "out.json", form="json", strict=True).written
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(("out", "."))] == ["out.json"]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_there_already_is_kept_unless_by_force(small, tmp_path, form):
    out = tmp_path / "there"
    if form == "yaml":
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    else:
        out.write_text("mine")

    with pytest.raises(KnowledgeError, match="say --force"):
        export(small, out, form=form)
    assert (out / "mine.txt" if form == "yaml" else out).read_text() == "mine"

    export(small, out, form=form, force=True)
    if form == "yaml":
        assert (out / "mine.txt").read_text() == "mine"
        assert same(load(out), small.knowledge)
    else:
        assert out.read_bytes() != b"mine"


def test_by_force_a_folder_is_not_filled_with_what_clashes_with_what_stays(small, tmp_path, entry):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.yaml").write_text(entry("history.tensorflow"))

    with pytest.raises(KnowledgeError, match=r'out/history/tensorflow.yaml:1: id: "history.tensorflow" is taken by'):
        export(small, out, form="yaml", force=True)
    assert [file.name for file in out.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize(("name", "form"), [("a.json", "yaml"), ("a.yaml", "yaml"), ("folder", "json")])
def test_a_file_is_no_folder_and_a_folder_no_file(small, tmp_path, name, form):
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "folder").mkdir()

    with pytest.raises(KnowledgeError, match="name a f"):
        export(small, tmp_path / name, form=form, force=True)


def test_a_place_that_cannot_be_written_to_is_named(small, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(KnowledgeError, match="cannot be written"):
        export(small, tmp_path / "file" / "out.json", form="json")


def test_a_link_does_not_lead_an_export_out_of_its_folder(small, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "compare").symlink_to(tmp_path / "outside")

    with pytest.raises(KnowledgeError, match="lies outside"):
        export(small, tmp_path / "out", form="yaml", force=True)
    assert [*(tmp_path / "outside").iterdir()] == []


@pytest.mark.parametrize(
    ("name", "form"), [("a.csv", "csv"), ("a.JSON", "json"), ("a.tsv", "tsv"), ("a", "yaml"), ("a.b", "yaml")]
)
def test_the_ending_says_the_form(name, form):
    assert form_of(Path(name)) == form


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("compare.api", "compare/api.yaml"),
        ("beyond.tf1-tf2", "beyond/tf1-tf2.yaml"),
        ("a.b.c", "a/b.c.yaml"),
    ],
)
def test_an_ordinary_id_is_a_path(name, file):
    assert file_of(name) == file


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/../b",
        "a.b/../../c",
        "..",
        ".",
        ".hidden.x",
        "sources",
        "con.x",
        "x.nul",
        "x.con.y",
        "C:\\x",
        "a.b\0",
        "日本",
        "Ä" * 80,
        "A.b",
        "a..b",
    ],
)
def test_no_id_leads_out_of_the_folder_or_to_a_file_with_a_name_of_its_own(name):
    assert re.fullmatch(r"_others/[a-z0-9-]{1,60}\.yaml", file_of(name))


def test_ids_that_differ_in_case_alone_have_files_of_their_own():
    assert len({file_of(name).casefold() for name in ("a.b", "A.b", "a.B", "a b", "a-b", "a_b")}) == 6


_AWKWARD = st.sampled_from(
    "<< = yes no null ~ 1e5 0x1f 2026-11-22 12:30:45 -x #c a:b !!str &a *a | > @x ` % ' \" \\ --- ... ?0 [a {a a,b] "
    "true 0o7 1_000 .inf - : \\N =1+1 +1 -1 @SUM(1) '=1 ''=1 x;=1 x;'-y =cmd|'/C\u0020calc'!A0 a,b;c".split()
) | st.sampled_from(
    [
        "a: b",
        "a #b",
        "a\nb",
        "a\r\nb",
        "\x85",
        "x\u2028y",
        "\ufeff",
        "x\x00y",
        "x\t=1",
        "😀",
        "x " * 60,
        "\x1cx",
        "x\n=1",
    ]
)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=170) | _AWKWARD
_NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80) | _AWKWARD.map(
    lambda text: text[:80]
)
_DAY = st.none() | st.dates()
_STATEMENT = st.fixed_dictionaries({"text": _TEXT, "confidence": st.sampled_from("HMLJ"), "checked_on": _DAY})
_SOURCES = st.dictionaries(
    _NAME, st.fixed_dictionaries({"title": _TEXT, "seen": st.dates(), "url": st.none() | _TEXT}), max_size=2
)
_VALUES = st.fixed_dictionaries(
    {
        "id": _NAME,
        "title": _TEXT.map(lambda text: text[:75]),
        "phrasings": st.lists(_TEXT, min_size=1, max_size=5),
        "answer": _STATEMENT,
    },
    optional={
        "kind": st.sampled_from(["answer", "decline", "social"]),
        "off_subject": st.booleans(),
        "since": st.lists(_STATEMENT, max_size=2),
        "cells": st.dictionaries(
            _NAME, st.fixed_dictionaries({"today": _STATEMENT, "article": st.none() | _TEXT}), max_size=2
        ),
        "next_step": _TEXT,
        "frameworks": st.lists(_NAME, max_size=3),
        "related": st.lists(_NAME, max_size=3),
        "checked_on": _DAY,
        "sources": _SOURCES,
    },
)


def _valid(values) -> Entry | None:
    """The entry; None for text that is nothing once stripped."""
    try:
        entry = ENTRY.validate_python(values)
    except ValidationError:
        return None
    keys = [*entry.sources]
    return ENTRY.validate_python({**values, "answer": {**values["answer"], "sources": keys}})


_ENTRIES = st.lists(_VALUES.map(_valid).filter(bool), min_size=1, max_size=3, unique_by=lambda entry: entry.id)
_ANY = settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])


def _content(entries):
    return Content(entries={entry.id: entry for entry in entries})


def _written(folder, texts):
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    for name, text in texts:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
    return folder


@_ANY
@given(entries=_ENTRIES)
def test_any_entry_comes_back_from_yaml_whichever_way_it_is_read(tmp_path, entries):
    folder = _written(tmp_path / "yaml", yaml_folder.texts(_content(entries)))

    assert load(folder).entries == {entry.id: entry for entry in entries}
    assert load_with_places(folder).knowledge.entries == {entry.id: entry for entry in entries}


@_ANY
@given(entries=_ENTRIES)
def test_any_entry_comes_back_from_json_and_from_json_lines(tmp_path, entries):
    content = _content(entries)
    (tmp_path / "any.json").write_bytes(json_document.text(content))
    folder = _written(tmp_path / "lines", json_lines.texts(content))

    assert json_document.read(tmp_path / "any.json").content == content
    assert load(folder).entries == content.entries


@_ANY
@given(entries=_ENTRIES)
def test_of_any_entry_csv_loses_what_it_tells_and_nothing_else(tmp_path, entries):
    content = _content(entries)
    (tmp_path / "any.csv").write_bytes(csv_writing.text(content))

    back = csv_entries.read(tmp_path / "any.csv").content
    lost = losses(content, back)

    for entry in entries:
        told = lost.entries.get(entry.id, ())
        if "id" in told:
            continue
        other = back.entries[entry.id]
        for name in ("title", "kind", "off_subject", "phrasings", "frameworks", "next_step", "related", "checked_on"):
            assert (getattr(other, name) == getattr(entry, name)) is (name not in told), name
        assert (other.answer.text == entry.answer.text) is ("answer.text" not in told)


_PLAIN = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=60)
_LINE = (_PLAIN | _AWKWARD).filter(lambda text: text.isprintable() and text == text.strip())
_CARRIED = st.builds(
    Entry,
    id=_PLAIN,
    title=_PLAIN,
    phrasings=_LINE.map(lambda text: (text,)),
    answer=st.builds(Statement, text=_LINE),
)


@_ANY
@given(entry=_CARRIED)
def test_csv_loses_nothing_that_it_has_a_column_for(tmp_path, entry):
    (tmp_path / "one.csv").write_bytes(csv_writing.text(_content([entry])))

    assert csv_entries.read(tmp_path / "one.csv").content.entries == {entry.id: entry}


@given(text=st.text() | st.lists(st.sampled_from("=+-@';\t\r\n x\uff1d")).map("".join))
def test_no_cell_begins_a_formula_and_every_one_comes_back(text):
    cell = guarded(text)

    assert not re.search(r"(\A|[;\t\r\n])[=+\-@\uff1d\uff0b\uff0d\uff20]", cell)
    assert unguarded(cell) == text


def rows_of(file):
    return [*csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""))]


def test_hostile_cells_stand_in_the_file_as_text(top, tmp_path):
    top.write("a.yaml", 'id: a.b\ntitle: "=HYPERLINK(1)"\nphrasings: [\'@SUM(1)\', plain]\nanswer: {text: "x;=1"}\n')
    export(load_with_places(top.path), tmp_path / "out.csv", form="csv")

    (row,) = rows_of(tmp_path / "out.csv")
    assert (row["title"], row["phrasings"], row["answer"]) == ("'=HYPERLINK(1)", "'@SUM(1)\nplain", "x;'=1")


def test_csv_is_utf8_with_the_mark_that_spreadsheets_look_for_and_windows_line_ends(small, tmp_path):
    export(small, tmp_path / "out.csv", form="csv")

    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"id","title",')
    assert content.endswith(b'"\r\n')


def test_phrasings_too_many_for_a_cell_take_further_rows(tmp_path):
    entry = Entry(
        id="a.b",
        title="A",
        phrasings=tuple(f"-{number} {'x' * 500}" for number in range(200)),
        answer=Statement(text="It is."),
    )
    (tmp_path / "long.csv").write_bytes(csv_writing.text(_content([entry])))

    rows = rows_of(tmp_path / "long.csv")
    assert len(rows) == 4
    assert max(len(row["phrasings"]) for row in rows) <= LONGEST
    assert csv_entries.read(tmp_path / "long.csv").content.entries == {"a.b": entry}


def test_a_vocabulary_of_awkward_words_comes_back(top):
    words = ["yes", "1e5", "?0", "a, b", "[x]", "#x", "<<", "a: b", "-", "2026-01-01", "x\u2028y"]
    vocabulary = {
        "tools": [{"id": word, "name": word, "aliases": words} for word in words],
        "elsewhere": words,
        "abbreviations": {word: word for word in words},
    }
    content = Content(entries={}, vocabulary=REGISTERS[VOCABULARY].validate_python(vocabulary))
    _written(top.path, yaml_folder.texts(content))
    top.write("a.yaml", "id: a\ntitle: a\nphrasings: [a]\nanswer: {text: a}\n")

    assert load(top.path).vocabulary == content.vocabulary


def test_losses_of_the_same_content_are_none(shipped_files):
    assert not losses(whole(shipped_files), whole(shipped_files))
