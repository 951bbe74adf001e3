"""Files of labelled questions."""

from __future__ import annotations

import pytest

from bot.evaluation.cases import Case, read_cases, unknown_labels
from knowledge.errors import KnowledgeError


@pytest.fixture
def write(tmp_path):
    def write(text):
        file = tmp_path / "cases.jsonl"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def test_each_line_is_a_case_and_further_keys_are_passed_over(write):
    file = write('{"q": "a", "label": "x", "alt": ["y"], "source": "z"}\n\n{"q": "b", "label": "none"}\n')
    assert read_cases(file) == [Case("a", "x", frozenset({"y"})), Case("b", "none")]


def test_a_conversation_gives_a_case_for_each_turn_with_what_was_said_before(write):
    file = write('{"turns": [{"q": "a", "label": "x"}, {"q": "b", "label": "y"}, {"q": "c", "label": "z"}]}')
    assert [(case.question, case.after) for case in read_cases(file)] == [("a", ()), ("b", ("a",)), ("c", ("a", "b"))]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", ": is not JSON in UTF-8 -> write lines such as"),
        ("[1]", ": input should be a valid dictionary"),
        (b'{"q": "\xff", "label": "x"}', ": is not JSON in UTF-8"),
        ('{"label": "x"}', ": q: is missing"),
        ('{"q": "a"}', ": label: is missing -> write lines such as"),
        ('{"q": 1, "label": "x"}', ": q: must be text"),
        ('{"q": "a", "label": ""}', ": label: string should have at least 1 character"),
        ('{"q": "a", "label": "x", "alt": "y"}', ": alt: must be a list"),
        ('{"turns": []}', ": turns: tuple should have at least 1 item"),
        ('{"turns": 1}', ": turns: must be a list"),
        ('{"turns": [{"q": "a", "label": "x"}, {"q": "b"}]}', ": turns.1.label: is missing"),
    ],
)
def test_a_malformed_line_is_named_with_its_fix(write, line, complaint):
    line = line if isinstance(line, bytes) else line.encode()
    file = write(b'{"q": "a", "label": "x"}\n' + line + b"\n")
    with pytest.raises(KnowledgeError) as caught:
        read_cases(file)
    assert f"{file}:2{complaint}" in str(caught.value)


def test_all_malformed_lines_are_named_at_once(write):
    with pytest.raises(KnowledgeError) as caught:
        read_cases(write("x\ny\n"))
    assert [problem.line for problem in caught.value.problems] == [1, 2]


def test_a_file_without_cases_is_refused(write):
    with pytest.raises(KnowledgeError, match="has no labelled questions"):
        read_cases(write("\n"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(KnowledgeError, match=r"gone\.jsonl: cannot be read"):
        read_cases(tmp_path / "gone.jsonl")


def test_a_label_that_no_entry_has_is_found():
    cases = [Case("a", "x"), Case("b", "none"), Case("c", "y"), Case("d", "y")]
    assert unknown_labels(cases, ["x"]) == ["y"]
