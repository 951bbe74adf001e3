"""The import of a table: nothing is lost, nothing is guessed, and the result is a knowledge folder."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering import Bot
from bot.question import Question
from knowledge.errors import KnowledgeError
from knowledge.importing import MARK, SHARD_BYTES, Shared, import_tsv
from knowledge.loading import load
from knowledge.phrasing import normal_form


@pytest.fixture
def imported(tmp_path):
    """Imports a table and gives what was done and the knowledge it makes."""

    def run(table, **more):
        file = tmp_path / "table.tsv"
        file.write_bytes(table if isinstance(table, bytes) else table.encode())
        done = import_tsv(file, tmp_path / "out", **more)
        return done, load(tmp_path / "out")

    return run


@pytest.fixture
def refused(imported):
    """The problems for which an import was refused, as (line, message)."""

    def run(table, **more):
        with pytest.raises(KnowledgeError) as caught:
            imported(table, **more)
        return [(problem.line, problem.message) for problem in caught.value.problems]

    return run


def test_each_label_becomes_an_entry_with_its_phrasings_in_order(imported):
    done, knowledge = imported("when do you open\thours\nwhere are you\tplace\nopening times\thours\n")

    assert done.entries == 2
    assert done.phrasings == 3
    assert {entry.id: entry.phrasings for entry in knowledge.entries.values()} == {
        "hours": ("when do you open", "opening times"),
        "place": ("where are you",),
    }


@pytest.mark.parametrize(
    "label",
    [
        "0",
        "card arrival",
        "transfer:fee",
        "Kündigung",
        "true",
        "null",
        "1e5",
        "- x",
        "a/b",
        "#hash",
        '"q"',
        "日本",
        "x" * 80,
    ],
)
def test_the_label_is_the_id_letter_for_letter_up_to_the_reply(imported, label):
    _, knowledge = imported(f"how does this work\t{label}\nsomething else\tother\n")

    assert Bot(knowledge).answer(Question("how does this work")).entries == (label,)


def test_without_an_answer_column_the_label_is_the_answer(imported):
    _, knowledge = imported("where is it\tcard_arrival-date\n")

    entry = knowledge.entries["card_arrival-date"]
    assert (entry.title, entry.answer.text) == ("Card arrival date", "card_arrival-date")


def test_an_answer_column_fills_the_answer_and_need_not_stand_on_every_row(imported):
    _, knowledge = imported("where is it\tcard\nlost\tcard\tIt comes in five days.\ngone\tcard\t\n")

    assert knowledge.entries["card"].answer.text == "It comes in five days."


def test_two_answers_of_one_label_are_refused(refused):
    table = "where is it\tcard\tIn five days.\nlost\tcard\tIn six days.\n"

    assert refused(table) == [(2, 'gives "card" another answer than line 1')]


def test_a_long_answer_is_parted_after_a_sentence_and_nothing_is_lost(imported):
    answer = " ".join(f"This is sentence number {number} of a long answer." for number in range(30))

    _, knowledge = imported(f"tell me\tall\t{answer}\n")

    entry = knowledge.entries["all"]
    pieces = [entry.answer.text, *(statement.text for statement in entry.since)]
    assert len(pieces) > 1
    assert all(piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == answer


def test_an_answer_too_long_for_an_entry_is_refused_not_cut(refused):
    assert refused(f"tell me\tall\t{'word ' * 600}\n") == [(1, "has an answer of 2999 characters")]


def test_a_label_too_long_for_an_id_keeps_its_beginning_and_is_reported_whole(imported, tmp_path):
    label = "why " * 30 + "not"

    done, knowledge = imported(f"q one\t{label}\nq two\t{label}s\n")

    short, other = knowledge.entries
    assert short.startswith("why why")
    assert short != other
    assert done.shortened == {short: label, other: f"{label}s"}
    assert json.loads((tmp_path / "out" / MARK).read_text(encoding="utf-8"))["shortened"] == done.shortened


def test_a_phrasing_that_a_label_has_already_is_left_out_and_counted(imported):
    done, knowledge = imported("Lost card?\tcard\nlost  CARD\tcard\nlost card\tcard\n")

    assert done.duplicates == 2
    assert knowledge.entries["card"].phrasings == ("Lost card?",)


def test_a_phrasing_under_several_labels_is_kept_and_reported(imported):
    done, knowledge = imported("help\ta\nHelp!\tb\nother\tb\n")

    assert done.shared == (Shared("help", ("a", "b")),)
    assert [entry.phrasings for entry in knowledge.entries.values()] == [("help",), ("Help!", "other")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("no tab at all", "has no tab"),
        ("\tlabel", "has no phrasing"),
        ("phrasing\t  ", "has no label"),
        ("a\tb\tc\td", "has 4 columns"),
        ("x" * 2001 + "\tlabel", "has a phrasing of 2001 characters"),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(refused, row, message):
    assert refused(f"fine\tlabel\n{row}\n") == [(2, message)]


def test_all_malformed_lines_are_told_and_nothing_is_written(refused, tmp_path):
    assert [line for line, _ in refused("one\nfine\tlabel\n\tthree\n")] == [1, 3]
    assert not (tmp_path / "out").exists()


def test_a_file_of_another_kind_is_not_read_to_its_end(refused):
    assert len(refused("nonsense\n" * 10_000)) == 101


def test_bytes_that_are_not_utf8_are_refused_with_their_line(refused):
    assert refused(b"fine\tlabel\nK\xfcndigung\tlabel\n") == [(2, "is not UTF-8 text")]


def test_utf16_is_refused(refused):
    assert refused("fine\tlabel\n".encode("utf-16"))[0] == (1, "is not UTF-8 text")


def test_a_table_without_rows_is_refused(refused):
    assert refused("\n\n") == [(0, "holds no rows")]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KnowledgeError, match="cannot be read"):
        import_tsv(tmp_path / "none.tsv", tmp_path / "out")


def test_byte_order_mark_windows_line_ends_blank_lines_and_heading_are_no_rows(imported):
    done, knowledge = imported(b"\xef\xbb\xbfPhrasing\tLabel\tAnswer\r\nhi\tgreeting\t\r\n\r\n\t\t\r\n")

    assert (done.entries, done.blank_lines) == (1, 2)
    assert knowledge.entries["greeting"].phrasings == ("hi",)


def test_importing_twice_gives_the_same_bytes_in_any_folder(imported, tmp_path):
    table = "hi\ta\nho\tb\n"
    imported(table)
    first = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}

    imported(table)
    again = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    import_tsv(tmp_path / "table.tsv", tmp_path / "elsewhere")
    elsewhere = {file.name: file.read_bytes() for file in (tmp_path / "elsewhere").iterdir()}

    assert first == again == elsewhere


def test_an_import_is_written_anew_and_what_was_added_to_it_stays(imported, tmp_path):
    many = "".join(f"{number} {'x' * 1_900}\tl{number}\n" for number in range(SHARD_BYTES // 1_500))
    done, _ = imported(many)
    assert len(done.files) > 1
    (tmp_path / "out" / "calibration.yaml").write_text("bias: 1.5\n")

    done, knowledge = imported("hi\ta\n")

    assert [file.name for file in done.files] == ["entries-0001.jsonl"]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "calibration.yaml",
        "entries-0001.jsonl",
        MARK,
    ]
    assert knowledge.calibration.bias == 1.5


def test_a_folder_that_no_import_wrote_is_refused_unless_by_force(imported, refused, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")

    assert refused("hi\ta\n") == [(0, "holds something already that no import wrote")]
    done, _ = imported("hi\ta\n", force=True)
    assert done.entries == 1
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_a_mark_cannot_make_an_import_delete_other_files(imported, tmp_path):
    imported("hi\ta\n")
    victim = tmp_path / "victim.jsonl"
    victim.write_text("mine")
    mark = tmp_path / "out" / MARK
    content = json.loads(mark.read_text())
    mark.write_text(json.dumps({**content, "files": ["../victim.jsonl", "entries-0009.jsonl"]}))

    imported("hi\ta\n")

    assert victim.exists()


def test_a_file_in_the_place_of_the_folder_is_refused(refused, tmp_path):
    (tmp_path / "out").write_text("")

    assert refused("hi\ta\n") == [(0, "is a file, not a folder")]


def test_progress_tells_bytes_up_to_the_last(imported):
    told = []
    table = "".join(f"number {number}\tlabel\n" for number in range(12_000))

    imported(table, progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (len(table), len(table))
    assert len(told) == 3


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r\ufeff"), min_size=1, max_size=120)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=20))
def test_any_table_of_text_is_imported_whole_or_refused_for_an_empty_cell(tmp_path, rows):
    file = tmp_path / "any.tsv"
    file.write_text("".join(f"{phrasing}\t{label}\n" for phrasing, label in rows), encoding="utf-8", newline="")
    try:
        done = import_tsv(file, tmp_path / "any")
    except KnowledgeError:
        assert any(not cell.strip() for row in rows for cell in row)
        return
    knowledge = load(tmp_path / "any")
    kept = {
        (done.shortened.get(entry.id, entry.id), normal_form(phrasing))
        for entry in knowledge.entries.values()
        for phrasing in entry.phrasings
    }
    assert kept == {(label.strip(), normal_form(phrasing.strip())) for phrasing, label in rows if phrasing.strip()}
