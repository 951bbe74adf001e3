"""The import of a table: nothing is lost, nothing is guessed, and the result is a knowledge folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialog.answering import Bot
from bot.dialog.question import Question
from knowledge.errors import KnowledgeError
from knowledge.fields import CONTROL
from knowledge.importing import FILE, import_table
from knowledge.loading import load
from knowledge.text import normal_form

CASES = Path(__file__).parents[1] / "cases"
ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


@pytest.fixture
def imported(tmp_path):
    """Imports a table and gives the result and the entries."""

    def run(table, *, name="table.tsv", **more):
        file = tmp_path / name
        file.write_bytes(table if isinstance(table, bytes) else table.encode())
        done = import_table(file, tmp_path / "out", **more)
        return done, load(tmp_path / "out").entries

    return run


@pytest.fixture
def refused(imported, tmp_path):
    """The problems for which an import was refused, as (line, column, message); nothing was written."""

    def run(table, *, name="table.tsv", **more):
        with pytest.raises(KnowledgeError) as caught:
            imported(table, name=name, **more)
        assert not (tmp_path / "out" / FILE).exists()
        return [(problem.line, problem.field, problem.message) for problem in caught.value.problems]

    return run


# Phrasings and labels


def test_each_label_becomes_an_entry_with_its_phrasings_in_order(imported):
    done, entries = imported("when do you open\thours\nwhere are you\tplace\nopening times\thours\n")

    assert (done.entries, done.phrasings) == (2, 3)
    assert {entry.id: entry.phrasings for entry in entries.values()} == {
        "hours": ("when do you open", "opening times"),
        "place": ("where are you",),
    }


def test_a_plain_faq_is_imported_whole_with_its_labels_as_ids(tmp_path):
    rows = [line.split("\t") for line in (CASES / "generic-faq.tsv").read_text(encoding="utf-8").splitlines()]

    done = import_table(CASES / "generic-faq.tsv", tmp_path)

    assert done.phrasings == len(rows)
    assert {(phrasing, name) for name, entry in load(tmp_path).entries.items() for phrasing in entry.phrasings} == {
        (phrasing, label) for phrasing, label in rows
    }


def test_without_an_answer_the_label_is_the_answer(imported):
    _, entries = imported("where is it\tcard_arrival-date\n")

    entry = entries["card_arrival-date"]
    assert (entry.title, entry.answer.text) == ("Card arrival date", "card_arrival-date")


def test_a_third_column_is_the_answer_and_need_not_be_on_every_row(imported):
    _, entries = imported("where is it\tcard\nlost\tcard\tIt comes in five days.\ngone\tcard\t\n")

    assert entries["card"].answer.text == "It comes in five days."


def test_a_phrasing_that_its_entry_has_already_is_left_out(imported):
    done, entries = imported("Lost card?\tcard\nlost  CARD\tcard\nlost card\tcard\n")

    assert done.phrasings == 1
    assert entries["card"].phrasings == ("Lost card?",)


def test_a_phrasing_under_several_labels_is_kept(imported):
    _, entries = imported("help\ta\nHelp!\tb\nother\tb\n")

    assert [entry.phrasings for entry in entries.values()] == [("help",), ("Help!", "other")]


# Questions and answers


def test_each_answer_becomes_an_entry_with_its_questions(imported):
    table = "Question\tAnswer\nWhen do you open?\tAt nine.\nWhere are you?\tBy the lake.\nopening times\tAt nine.\n"

    _, entries = imported(table)

    assert [(entry.id, entry.title, entry.phrasings, entry.answer.text) for entry in entries.values()] == [
        ("when-do-you-open", "When do you open?", ("When do you open?", "opening times"), "At nine."),
        ("where-are-you", "Where are you?", ("Where are you?",), "By the lake."),
    ]


def test_without_a_heading_what_is_too_long_for_a_label_is_an_answer(imported):
    answer = "We open at nine from Monday to Friday and at ten on Saturdays; on Sundays we are closed."

    _, entries = imported(f"when do you open\t{answer}\nare you open on sundays\t{answer}\nhello\tHi.\n")

    assert {entry.id: entry.answer.text for entry in entries.values()} == {"when-do-you-open": answer, "hello": "Hi."}


def test_two_answers_to_one_question_are_two_entries(imported):
    _, entries = imported("Question\tAnswer\nhelp\tCall us.\nhelp\tWrite to us.\n")

    assert [(entry.phrasings, entry.answer.text) for entry in entries.values()] == [
        (("help",), "Call us."),
        (("help",), "Write to us."),
    ]


# Headings


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("phrasing\tlabel", "when\thours"),
        ("Phrasing\tLABEL\tAnswer", "when\thours\tAt nine."),
        ("QUESTION\tAnswer", "when\tAt nine."),
        ("Answer\tQuestion", "At nine.\twhen"),
        ("text\tintent", "when\thours"),
        ("utterance\tcategory", "when\thours"),
        ("id\tquestion\tanswer", "hours\twhen\tAt nine."),
        ("title\tquestion\tanswer", "Opening hours\twhen\tAt nine."),
        ("\n  phrasing \t label\t\t", "when\thours\t\t"),
    ],
)
def test_a_heading_names_the_columns_and_is_no_phrasing(imported, heading, row):
    done, entries = imported(f"{heading}\n{row}\n")

    (entry,) = entries.values()
    assert (done.phrasings, entry.phrasings) == (1, ("when",))
    assert entry.answer.text in {"At nine.", "hours"}


def test_the_title_column_is_the_title(imported):
    _, entries = imported("phrasing\tlabel\ttitle\tanswer\nwhen\th\tOpening hours\tAt nine.\nwhat time\th\t\t\n")

    assert (entries["h"].title, entries["h"].answer.text) == ("Opening hours", "At nine.")


def test_a_cell_may_have_a_phrasing_on_each_line(imported):
    _, entries = imported('id,question\na,"one\n\ntwo"\n', name="table.csv")

    assert entries["a"].phrasings == ("one", "two")


def test_a_number_for_a_label_is_no_title(imported):
    _, entries = imported("id\tquestion\tanswer\n7\twhen do you open\tAt nine.\n")

    assert entries["7"].title == "When do you open"


def test_unknown_columns_are_left_out_and_reported(imported):
    done, entries = imported("Label\tOwner\tQuestion\tNotes\nhours\tme\twhen\t\n")

    assert done.unknown == ("Owner", "Notes")
    assert entries["hours"].phrasings == ("when",)


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("Question\tOwner", "looks like a heading, but lacks a column"),
        ("Owner\tLabel", "looks like a heading, but lacks a column"),
        ("id\tanswer", "looks like a heading, but lacks a column"),
        ("title\tquestion\tnotes", "looks like a heading, but lacks a column"),
        ("question\tid\tlabel", "has two columns for the label"),
        ("question\tutterance\tlabel", "has two columns for the phrasing"),
    ],
)
def test_a_heading_that_is_not_clear_is_refused(refused, heading, message):
    assert refused(f"{heading}\nx\ty\tz\n") == [(1, "", message)]


def test_a_first_row_of_several_words_may_have_a_label_that_is_the_name_of_a_column(imported):
    _, entries = imported("what is the title of this\ttitle\n")

    assert entries["title"].phrasings == ("what is the title of this",)


# Ids


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("card_arrival", "card_arrival"),
        ("a.b-c", "a.b-c"),
        ("0", "0"),
        ("Card arrival", "card-arrival"),
        ("transfer:fee", "transfer-fee"),
        ("Kündigung", "kundigung"),
        ("../../etc/passwd", "etc-passwd"),
        ("what's new?", "whats-new"),
        ("x" * 80, "x" * 80),
    ],
)
def test_an_id_is_the_label_in_one_form_up_to_the_reply(imported, tmp_path, label, name):
    imported(f"how does this work\t{label}\nsomething else\tother\n")

    assert Bot(load(tmp_path / "out")).answer(Question("how does this work")).entries == (name,)


@pytest.mark.parametrize("label", ["日本", "???", "why " * 30 + "not"])
def test_a_label_that_gives_no_id_or_one_too_long_gets_a_fingerprint(imported, label):
    _, (name, other) = imported(f"phrasing\tlabel\nq one\t{label}\nq two\t{label}!\n")

    assert name != other
    assert ID.fullmatch(name)
    assert ID.fullmatch(other)


def test_labels_that_would_have_one_id_stay_apart(imported):
    _, entries = imported("q one\tC\nq two\tC++\nq three\tc\n")

    assert [entry.phrasings for entry in entries.values()] == [("q one",), ("q two",), ("q three",)]


# Answers


def test_a_long_answer_is_split_after_a_sentence_and_nothing_is_lost(imported):
    answer = " ".join(f"This is sentence number {number} of a long answer." for number in range(30))

    _, entries = imported(f"tell me\tall\t{answer}\n")

    parts = [entries["all"].answer.text, *(statement.text for statement in entries["all"].since)]
    assert len(parts) > 1
    assert all(part.endswith(".") for part in parts)
    assert " ".join(parts) == answer


def test_an_answer_too_long_for_an_entry_is_refused_not_cut(refused):
    assert refused(f"tell me\tall\t{'word ' * 600}\n") == [(1, "answer", "has 2999 characters")]


@pytest.mark.parametrize("column", ["answer", "title"])
def test_two_answers_or_titles_of_one_label_are_refused(refused, column):
    table = f"phrasing\tlabel\t{column}\none\tcard\tFirst.\ntwo\tcard\t\nthree\tcard\tSecond.\n"

    assert refused(table) == [(4, column, 'of "card" is another one than on line 2')]


def test_an_answer_column_needs_an_answer_for_every_label(refused):
    table = "Question,Label,Reply\nwhen,hours,At nine.\nwhere,place,\n"

    assert refused(table, name="table.csv") == [(3, "Reply", 'is missing for "place"')]


# CSV


@pytest.mark.parametrize(
    "table",
    [
        "id;phrasing;answer\na;b;c, d\n",
        "id\tphrasing\tanswer\r\na\tb\tc, d\r\n",
        '\ufeffID,Phrasings ,ANSWER\r\na,b,"c, d"\r\n',
        'id,phrasings,answer,,\r\na,b,"c, d",,\r\n,,,,\r\n\r\n',
        '\n\n"id","phrasings","answer"\na,b,"c, d"',
        'id,phrasings,answer\ra,b,"c, d"\r',
        f'id,phrasings,answer{"," * 300}\r\na,b,"c, d"{"," * 300}\r\n',
        'b,a,"c, d"\n',
        "b;a;c, d\n",
    ],
    ids=["semicolons", "tabs", "mark", "empty-ends", "blank-first", "returns", "wide", "plain", "plain-semicolons"],
)
def test_what_spreadsheets_write_is_read(imported, table):
    _, entries = imported(table, name="table.csv")

    assert [(entry.id, entry.phrasings, entry.answer.text) for entry in entries.values()] == [("a", ("b",), "c, d")]


def test_in_tsv_quotes_commas_and_apostrophes_are_text(imported):
    _, entries = imported('"so" he said, and\ta\n\'=1\ta\n')

    assert entries["a"].phrasings == ('"so" he said, and', "'=1")


def test_in_csv_formulas_stay_text_and_lose_the_apostrophe_that_guards_them(imported):
    _, entries = imported("id,phrasing,answer\na,\"'=1\n'-x\n'tis\n=2+2\",''+1\n", name="table.csv")

    assert entries["a"].phrasings == ("=1", "-x", "'tis", "=2+2")
    assert entries["a"].answer.text == "'+1"


def test_byte_order_mark_windows_line_ends_and_blank_lines_are_no_rows(imported):
    done, entries = imported(b"\xef\xbb\xbfPhrasing\tLabel\r\nhi\tgreeting\r\n\r\n\t\t\r\n")

    assert done.entries == 1
    assert entries["greeting"].phrasings == ("hi",)


# Mistakes


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("no tab at all", (2, "label", "is missing")),
        ("\tlabel", (2, "phrasing", "is empty")),
        ("phrasing\t  ", (2, "label", "is missing")),
        ("a\tb\tc\td", (2, "", "has 4 columns, not 3")),
        ("x" * 2001 + "\tlabel", (2, "phrasing", "has 2001 characters")),
    ],
)
def test_a_bad_line_is_refused_with_its_number(refused, row, problem):
    assert refused(f"fine\tgood\n{row}\n") == [problem]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",b,c", (2, "ID", "is missing")),
        ("a,,c", (2, "Question", "is empty")),
        ("a,b,c,d", (2, "", "has 4 columns, not 3")),
        (f"a,b,{'x' * 76}", (2, "Heading", "has 76 characters")),
        ('a,"b,c', (2, "", "is not CSV: unexpected end of data")),
        ('a,"b"x,c', (2, "", "is not CSV: ',' expected after '\"'")),
        (f"a,b,{'x' * 131_073}", (2, "", "is not CSV: field larger than field limit (131072)")),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_column(refused, row, problem):
    assert refused(f"ID,Question,Heading\n{row}\n", name="table.csv") == [problem]


def test_a_line_is_counted_where_its_row_begins(refused):
    table = 'id,phrasing,answer\na,"b\nc\nd",e\n\n,"g\nh",x\n'

    assert refused(table, name="table.csv") == [(6, "id", "is missing")]


def test_a_mistake_is_reported_with_file_line_and_what_to_change(imported, tmp_path):
    with pytest.raises(KnowledgeError, match=r"table\.tsv:1: phrasing: is empty -> write how people ask"):
        imported("\tgood\n")


def test_all_mistakes_are_reported_and_nothing_is_written(refused, tmp_path):
    assert [line for line, _, _ in refused("one\nfine\tgood\n\tthree\n")] == [1, 3]
    assert not (tmp_path / "out").exists()


def test_the_mistakes_of_a_file_of_another_kind_are_counted(refused):
    *first, last = refused("nonsense\n" * 10_000)

    assert len(first) == 100
    assert last == (0, "", "has 9,900 more mistakes")


@pytest.mark.parametrize("name", ["table.tsv", "table.csv"])
def test_bytes_that_are_not_utf8_are_refused_with_their_line(refused, name):
    assert refused(b"fine\tlabel\nK\xfcndigung\tlabel\n", name=name) == [(2, "", "is not UTF-8 text")]
    assert refused("fine\tlabel\n".encode("utf-16"), name=name) == [(1, "", "is not UTF-8 text")]


@pytest.mark.parametrize("table", ["", "\n\n", "phrasing\tlabel\n"])
@pytest.mark.parametrize("name", ["table.tsv", "table.csv"])
def test_a_table_without_rows_is_refused(refused, table, name):
    assert refused(table, name=name) == [(0, "", "holds no rows")]


@pytest.mark.parametrize("row", ["how \x07\tlabel\tso", "how\tlab\x1bel\tso", "how\tlabel\t\0so"])
def test_a_control_character_is_refused_with_its_line(refused, row):
    sign = next(sign for sign in row if sign < " " and sign != "\t")

    assert refused(f"fine\tother\n{row}\n") == [(2, "", f"holds the control character U+{ord(sign):04X}")]


@pytest.mark.parametrize("first", ["Frage\tAntwort", "Q\tA", "how is it\tlabel"])
def test_a_first_line_that_names_no_column_is_read_as_a_row_and_the_result_says_so(imported, first):
    done, entries = imported(f"{first}\nwhen\thours\n")

    assert (done.headed, len(entries)) == (False, 2)
    assert imported("question\tanswer\nwhen\thours\n")[0].headed


@pytest.mark.parametrize("label", ["GPU|repair", "team:gpu", "Our GPU box", "Team GPU cluster!"])
def test_a_label_that_is_no_id_becomes_one_that_is_loaded_again(imported, label):
    _, (name,) = imported(f"how\t{label}\n")

    assert ID.fullmatch(name)


def test_a_file_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(KnowledgeError, match="cannot be read"):
        import_table(tmp_path / "none.tsv", tmp_path / "out")


# The folder


def test_the_same_table_gives_the_same_bytes_in_any_folder(imported, tmp_path):
    imported("hi\ta\nho\tb\n")
    import_table(tmp_path / "table.tsv", tmp_path / "elsewhere")

    def files(folder):
        return {file.name: file.read_bytes() for file in (tmp_path / folder).iterdir()}

    assert [*files("out")] == [FILE]
    assert files("out") == files("elsewhere")


def test_an_import_is_replaced_and_what_was_added_to_it_stays(imported, tmp_path):
    imported("hi\told\n")
    (tmp_path / "out" / "calibration.yaml").write_text("bias: 1.5\n")

    _, entries = imported("hi\tnew\n")

    assert [*entries] == ["new"]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["calibration.yaml", FILE]
    assert load(tmp_path / "out").calibration.bias == 1.5


def test_an_id_that_a_file_there_has_already_is_refused_and_nothing_written(tmp_path, entry):
    table, out = tmp_path / "table.tsv", tmp_path / "out"
    out.mkdir()
    (out / "mine.yaml").write_text("# mine\n" + entry("b"))
    table.write_text("hi\ta\nho\tb\n")

    with pytest.raises(KnowledgeError) as refused:
        import_table(table, out)
    assert str(refused.value).startswith(f'{out}/mine.yaml:2: id: "b" is in the table too -> ')
    assert not (out / FILE).exists()


def test_what_cannot_be_read_there_does_not_stop_an_import_and_is_reported(imported, tmp_path):
    imported("hi\ta\n")
    (tmp_path / "out" / "mine.yaml").write_text("broken")
    (tmp_path / "out" / "ours.yml").write_text("id: a.b")

    done = import_table(tmp_path / "table.tsv", tmp_path / "out")

    assert [(problem.file.name, problem.message) for problem in done.problems] == [
        ("mine.yaml", "is not an entry"),
        ("ours.yml", 'is not read: its name ends in ".yml"'),
    ]


def test_a_file_in_the_place_of_the_folder_is_refused(imported, tmp_path):
    (tmp_path / "out").write_text("mine")

    with pytest.raises(KnowledgeError, match="cannot be written"):
        imported("hi\ta\n")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path):
    (tmp_path / "table.tsv").write_text("hi\ta\n")
    with pytest.raises(KnowledgeError, match="cannot be written"):
        import_table(tmp_path / "table.tsv", Path("/dev/null/out"))


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\r\ufeff"), min_size=1, max_size=120)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=20))
def test_any_table_of_text_is_imported_whole_or_refused_for_an_empty_cell_or_a_control_character(tmp_path, rows):
    file = tmp_path / "any.tsv"
    lines = "".join(f"{phrasing}\t{label}\n" for phrasing, label in rows)
    file.write_text(f"phrasing\tlabel\n{lines}", encoding="utf-8", newline="")
    try:
        done = import_table(file, tmp_path / "any")
    except KnowledgeError:
        assert any(not cell.strip() or CONTROL.search(cell.strip()) for row in rows for cell in row)
        return
    entries = load(tmp_path / "any").entries
    made: dict[str, set[str]] = {}
    for phrasing, label in rows:
        made.setdefault(label.strip(), set()).add(normal_form(phrasing.strip()))
    assert all(ID.fullmatch(name) for name in entries)
    assert sorted(sorted(map(normal_form, entry.phrasings)) for entry in entries.values()) == sorted(
        map(sorted, made.values())
    )
    assert done.phrasings == sum(map(len, made.values()))
