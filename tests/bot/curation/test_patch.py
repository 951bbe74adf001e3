"""A change of files as a patch that real tools apply."""

from __future__ import annotations

import subprocess
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.curation.patch import FileChange, apply, diff

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c d\n", "  - é\n", "\n"]), max_size=12).map("".join)
TEXTS = st.builds(lambda text, end: text + end, LINES, st.sampled_from(["", "no end", "x\r\n"]))


def change(before, after, name="entries/a.yaml"):
    return FileChange(PurePosixPath(name), before, after)


def applied(folder, changes, *command):
    folder.mkdir(parents=True, exist_ok=True)
    for one in changes:
        if one.before is not None:
            file = folder / one.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(one.before.encode())
    done = subprocess.run(
        command, cwd=folder, input=diff(changes).encode(), capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return [(folder / one.path).read_bytes().decode() for one in changes]


TOOLS = [("git", "apply"), ("patch", "-p1", "--binary")]


@pytest.mark.parametrize("command", TOOLS, ids=["git", "patch"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nx\nb\n"),
        (None, "a\nb\n"),
        ("a", "a\nb\n"),
        ("a\n", "a\nb"),
        ("a\r\nb\r\n", "a\r\nx\r\nb\r\n"),
        ("é\n", "é\nü – “x”\n"),
    ],
    ids=["lines", "new file", "end added", "end left out", "carriage returns", "not ascii"],
)
def test_a_patch_does_what_it_shows(tmp_path, command, before, after):
    assert applied(tmp_path, [change(before, after)], *command) == [after]


@pytest.mark.parametrize("command", TOOLS, ids=["git", "patch"])
def test_several_files_and_names_with_spaces(tmp_path, command):
    changes = [change("a\n", "a\nb\n", "our entries/one two.yaml"), change(None, "x\n", "new folder/three.yaml")]
    assert applied(tmp_path, changes, *command) == ["a\nb\n", "x\n"]


def test_git_applies_it_in_a_folder_inside_a_checkout_too(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    changes = [change("a\n", "a\nb\n"), change(None, "x\n", "new.yaml")]
    assert applied(tmp_path / "knowledge" / "content", changes, "git", "apply") == ["a\nb\n", "x\n"]


@given(st.lists(st.tuples(TEXTS.filter(bool), TEXTS.filter(bool)), min_size=1, max_size=3))
@settings(max_examples=15)
def test_any_change_of_text_arrives_as_it_was_meant(tmp_path_factory, pairs):
    changes = [change(before, after, f"{number}.yaml") for number, (before, after) in enumerate(pairs)]
    changes = [one for one in changes if one.before != one.after]
    if changes:
        folder = tmp_path_factory.mktemp("any")
        assert applied(folder, changes, "git", "apply") == [one.after for one in changes]


def test_applying_writes_the_same(tmp_path):
    changes = [change(None, "a\r\nb\n", "new/one.yaml")]
    apply(changes, tmp_path)
    assert (tmp_path / "new/one.yaml").read_bytes() == b"a\r\nb\n"


def test_a_new_file_is_told_from_an_empty_one():
    assert diff([change(None, "x\n")]).startswith("--- /dev/null\n+++ b/entries/a.yaml\n@@ -0,0 +1 @@\n")


def test_nothing_to_change_is_an_empty_patch():
    assert diff([change("a\n", "a\n")]) == ""
