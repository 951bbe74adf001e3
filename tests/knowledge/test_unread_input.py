"""What is not read is reported, with file, line and remedy: by the loader, and so by check and by reload."""

from __future__ import annotations

import os
import queue
from datetime import date

import pytest

from knowledge.checks import examine
from knowledge.errors import KnowledgeError
from knowledge.fields import MAX_ID
from knowledge.loading import load
from knowledge.overlay import load_both
from knowledge.watching import Watcher

TODAY = date(2026, 1, 20)
ID_HINT = 'write lower-case letters, digits, ".", "-" and "_" only, such as "{}"'


def found(folder) -> list[tuple[str, int, str, str, str]]:
    """Every problem of a folder: file, line, field, message and hint."""
    with pytest.raises(KnowledgeError) as caught:
        load(folder.path)
    return [
        (str(problem.file.relative_to(folder.path)), problem.line, problem.field, problem.message, problem.hint)
        for problem in caught.value.problems
    ]


def jsonl(phrasing: str, name: str = "a.b") -> str:
    return f'{{"id": "{name}", "title": "t", "phrasings": ["{phrasing}", "x"], "answer": {{"text": "x"}}}}\n'


# Files


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("e.yml", "e.yaml"),
        ("hide.yml", "hide.yaml"),
        ("sub/e.YAML", "e.yaml"),
        ("e.Yml", "e.yaml"),
        ("e.JSONL", "e.jsonl"),
    ],
)
def test_a_file_with_another_ending_is_reported_with_the_name_it_needs(base, name, right):
    base.write(name, "id: x\n")

    ending = name.rpartition(".")[2]
    assert found(base) == [(name, 0, "", f'is not read: its name ends in ".{ending}"', f'rename it to "{right}"')]


@pytest.mark.parametrize(
    ("name", "target"), [("e.yaml", "nowhere.yaml"), ("folder", "/no/where"), ("e.yaml", "e.yaml")]
)
def test_a_link_that_leads_nowhere_is_reported(base, name, target):
    (base.path / name).symlink_to(target)

    assert found(base) == [(name, 0, "", "is a link that leads nowhere", "correct it or delete it")]


@pytest.mark.parametrize("target", ["compare", "."])
def test_a_link_to_a_folder_is_reported_even_where_it_leads_in_a_circle(base, target):
    (base.path / "more").symlink_to(target)

    ((file, _, _, message, hint),) = found(base)
    assert (file, message) == ("more", "is a link to a folder, or a folder without permission, and is not read")
    assert hint == "link each file, or allow reading it"


def test_hidden_links_are_passed_over(base):
    (base.path / "..data").symlink_to("compare")
    (base.path / ".#lock.yaml").symlink_to("somebody@somewhere")

    assert len(load(base.path).entries) == 2


def test_what_is_no_file_is_reported_and_not_waited_for(base):
    os.mkfifo(base.path / "e.yaml")

    assert found(base) == [("e.yaml", 0, "", "is not a file", "correct it or delete it")]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
@pytest.mark.parametrize("name", ["compare", "compare/debugging.yaml"])
def test_a_folder_or_file_that_may_not_be_read_is_reported(base, name):
    (base.path / name).chmod(0)
    try:
        (problem,) = found(base)
    finally:
        (base.path / name).chmod(0o700)
    assert problem[0] == name
    assert "read" in problem[3]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("e.yaml", "", "is empty"),
        ("e.yaml", "# a comment\n", "is empty"),
        ("e.yaml", "[]\n", "is empty"),
        ("e.jsonl", "", "is empty"),
        ("e.jsonl", " \n\r\n", "is empty"),
    ],
)
def test_a_file_that_holds_nothing_is_reported(base, name, text, message):
    base.write(name, text)

    assert found(base) == [(name, 1, "", message, "fill it or delete it")]


@pytest.mark.parametrize(
    ("name", "warned"), [("faq.tsv", True), ("e.json", True), ("README.md", False), ("OWNERS", False)]
)
def test_check_warns_of_other_files_in_either_folder_unless_they_are_notes(base, top, entry, name, warned):
    top.write("e.yaml", entry("team.a"))
    for folder in (base, top):
        folder.write(f"more/{name}", "a\tb\n")

    report = examine(base.path, top.path, today=TODAY)

    files = {str(problem.file) for problem in report.warnings if problem.rule == "file-read"}
    assert files == ({str(folder.path / "more" / name) for folder in (base, top)} if warned else set())
    assert report.knowledge is not None


# Text


def test_a_second_document_is_reported_with_its_line(base, entry):
    base.write("e.yaml", entry("a.b") + "---\n" + entry("a.c"))

    ((file, line, _, message, hint),) = found(base)
    assert (file, line, message) == ("e.yaml", 6, "holds a second document")
    assert hint == "write a list, each entry after '- ', or a file for each entry"


def test_a_control_character_is_named_with_its_line(base):
    base.change("compare/debugging.yaml", "pdb or tfdbg", "pdb \x07 or tfdbg")

    message = "holds the control character U+0007"
    assert found(base) == [("compare/debugging.yaml", 8, "", message, "remove it")]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("title: Debugging", r'title: "Debug\x1bging"', "title"),
        ("pdb or tfdbg", r'"pdb \a"', "phrasings.2"),
        ("text: PyTorch is easier.", r'text: "\0"', "article.text"),
    ],
)
def test_a_control_character_written_as_an_escape_is_reported_with_its_line(base, old, new, field):
    line = next(
        n for n, text in enumerate((base.path / "compare/debugging.yaml").read_text().split("\n"), 1) if old in text
    )
    base.change("compare/debugging.yaml", old, new)

    assert found(base) == [("compare/debugging.yaml", line, field, "holds a control character", "remove it")]


@pytest.mark.parametrize("sign", [r"\u0007", r"\u009f"])
def test_a_control_character_in_json_lines_is_reported_with_its_line(base, sign):
    base.write("e.jsonl", jsonl("fine") + jsonl(f"not {sign}", "a.c"))

    assert found(base) == [("e.jsonl", 2, "phrasings.0", "holds a control character", "remove it")]


def test_half_a_character_is_reported(base):
    base.write("e.jsonl", jsonl(r"\ud83d"))

    assert found(base)[0][:3] == ("e.jsonl", 1, "phrasings.0")


@pytest.mark.parametrize("text", ["phrasings:\n\t- one", "phrasings:\n  - one\n\t- two", "answer:\n\ttext: x"])
def test_a_tab_is_called_a_tab(base, text):
    base.write("e.yaml", f"id: a.b\n{text}\n")

    ((_, line, _, message, hint),) = found(base)
    assert (line, message) == (2 + text.count("\n"), "has a tab where YAML takes only spaces")
    assert hint == "replace the tab by spaces"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["e.yaml", "e.jsonl"])
def test_utf_16_is_reported(base, entry, name, encoding):
    (base.path / name).write_bytes((entry("a.b") if name == "e.yaml" else jsonl("p")).encode(encoding))

    (file, line, *_), *_ = found(base)
    assert (file, line) == (name, 1)


@pytest.mark.parametrize("name", ["e.yaml", "e.jsonl"])
def test_a_byte_order_mark_and_line_ends_of_windows_are_read(base, entry, name):
    text = entry("a.b") if name == "e.yaml" else jsonl("p") + jsonl("q", "a.c")
    (base.path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert "a.b" in load(base.path).entries


@pytest.mark.parametrize("value", [".nan", ".inf"])
def test_what_is_no_number_is_reported(base, value):
    base.write("calibration.yaml", f"bias: 1.0\nweights:\n  words: {value}\n")

    assert found(base)[0][:4] == ("calibration.yaml", 3, "weights.words", "input should be a finite number")


# Fields


@pytest.mark.parametrize(
    ("file", "old", "new", "path", "meant"),
    [
        ("compare/debugging.yaml", "title:", "tittle:", "tittle", "title"),
        ("compare/debugging.yaml", "title:", "Title:", "Title", "title"),
        ("compare/debugging.yaml", "    article: Easier.", "    artcle: Easier.", "cells.pytorch.artcle", "article"),
        ("compare/debugging.yaml", "verdict", "verdit", "article.verdit", "verdict"),
        ("compare/debugging.yaml", "text: Ordinary", "txt: Ordinary", "cells.pytorch.today.txt", "text"),
        ("compare/debugging.yaml", "text: TensorFlow runs", "texts: TensorFlow runs", "since.0.texts", "text"),
        ("sources.yaml", "url:", "urls:", "readme.urls", "url"),
        ("vocabulary.yaml", "former:", "formre:", "tools.0.formre", "former"),
        ("vocabulary.yaml", "elsewhere:", "elswhere:", "elswhere", "elsewhere"),
        ("article.yaml", "sides:", "side:", "claims.1.side", "sides"),
    ],
)
def test_a_misspelt_field_is_reported_with_the_one_that_was_meant(base, file, old, new, path, meant):
    base.change(file, old, new)

    assert (file, path, "is not a field of the model", f'did you mean "{meant}"?') in {
        (where, field, message, hint) for where, _, field, message, hint in found(base)
    }


def test_a_misspelt_field_below_an_optional_one_is_reported_with_the_one_that_was_meant(base):
    base.write("calibration.yaml", "with_encoder:\n  wieghts: {}\n")

    assert found(base)[0][2:] == ("with_encoder.wieghts", "is not a field of the model", 'did you mean "weights"?')


def test_a_field_that_is_like_no_other_is_reported_without_a_guess(base):
    base.change("compare/debugging.yaml", "title: Debugging\n", "title: Debugging\nowner: me\n")

    assert found(base)[0][2:] == ("owner", "is not a field of the model", "remove it or correct its spelling")


def test_a_field_given_twice_is_named(base):
    base.change("compare/debugging.yaml", "  verdict: partly\n", "  verdict: partly\n  text: Again\n")

    assert found(base) == [("compare/debugging.yaml", 22, "", 'names "text" twice', "keep one of the two")]


# Ids


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Team GPU cluster!", "team-gpu-cluster"),
        ("team.a|b", "team.a-b"),
        ("team.c d", "team.c-d"),
        ("team.e:f", "team.e-f"),
        ("Team.VPN", "team.vpn"),
        ("-team", "team"),
        ("équipe", "equipe"),
    ],
)
def test_an_id_of_another_form_is_reported_with_one_of_the_right_form(base, entry, name, made):
    base.write("e.yaml", entry(f'"{name}"'))

    assert found(base) == [("e.yaml", 1, "id", f"is '{name}', which is not an id", ID_HINT.format(made))]


@pytest.mark.parametrize("name", ["a", "7", "team.gpu-cluster", "c_1.2", "x" * MAX_ID])
def test_an_id_of_the_right_form_is_taken(base, entry, name):
    base.write("e.yaml", entry("id").replace("id: id", f"id: '{name}'"))

    assert name in load(base.path).entries


@pytest.mark.parametrize(
    ("file", "text", "line", "field"),
    [
        ("phrasings.yaml", "history.tensorflow: [so]\n'a:b': [how]\n", 2, "a:b"),
        ("sources.yaml", "my source: {title: T, seen: 2026-01-10}\n", 1, "my source"),
        ("vocabulary.yaml", "tools:\n  - {id: Our Tool, name: Our tool}\n", 2, "tools.0.id"),
    ],
)
def test_an_id_of_another_form_is_reported_in_every_file_of_an_overlay(base, top, entry, file, text, line, field):
    top.write(file, text)

    with pytest.raises(KnowledgeError) as caught:
        load_both(base.path, top.path)

    assert (file, line, field) in {
        (problem.file.name, problem.line, problem.field) for problem in caught.value.problems
    }
    assert "which is not an id" in str(caught.value)


# The same by check and by reload

CASES = {
    "ending": lambda top, entry: top.write("new.yml", entry("team.b")),
    "link": lambda top, _: (top.path / "new.yaml").symlink_to("nowhere"),
    "folder": lambda top, _: (top.path / "new").symlink_to("."),
    "documents": lambda top, entry: top.write("new.yaml", entry("team.b") + "---\n" + entry("team.c")),
    "control": lambda top, entry: top.write("new.yaml", entry("team.b", "how \x07")),
    "id": lambda top, entry: top.write("new.yaml", entry("Team GPU cluster!")),
    "field": lambda top, entry: top.write("new.yaml", entry("team.b").replace("title", "tittle")),
    "twice": lambda top, entry: top.write("new.yaml", entry("team.b") + "title: again\n"),
    "tab": lambda top, entry: top.write("new.yaml", entry("team.b") + "since:\n\t- x\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_check_and_reload_report_the_same_and_what_runs_stays(base, top, entry, case):
    top.write("e.yaml", entry("team.a"))
    running, errors = [load_both(base.path, top.path)], queue.Queue()
    with Watcher([top.path], lambda: running.append(load_both(base.path, top.path)), errors.put):
        CASES[case](top, entry)
        reported = errors.get(timeout=20)

    checked = examine(base.path, top.path, today=TODAY).errors
    assert {*map(str, reported.problems)} == {*map(str, checked)} != set()
    assert len(running) == 1


def test_a_link_that_leads_somewhere_again_is_taken_over(base, top, entry):
    top.write("e.yaml", entry("team.a"))
    (top.path / "new.yaml").symlink_to("later.txt")
    events = queue.Queue()
    with Watcher([top.path], lambda: events.put(load_both(base.path, top.path)), events.put):
        top.write("later.txt", entry("team.b"))

        assert "team.b" in events.get(timeout=20).knowledge.entries
