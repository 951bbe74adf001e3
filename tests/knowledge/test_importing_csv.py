"""The import of a CSV table: every column and quirk of spreadsheets, and mistakes by line and column."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.errors import KnowledgeError
from knowledge.exchange.columns import COLUMNS
from knowledge.importing import Shared, import_file
from knowledge.loading import load
from knowledge.model import Source
from knowledge.overlay import load_with_overlay
from knowledge.schema import FOLDER


@pytest.fixture
def imported(tmp_path):
    """Imports a table and gives what was done and the entries it makes."""

    def run(table, **more):
        file = tmp_path / "table.csv"
        file.write_bytes(table if isinstance(table, bytes) else table.encode())
        done = import_file(file, tmp_path / "out", **more)
        return done, load(tmp_path / "out").entries

    return run


@pytest.fixture
def refused(imported, tmp_path):
    """The problems for which an import was refused, as (line, column, message)."""

    def run(table, **more):
        with pytest.raises(KnowledgeError) as caught:
            imported(table, **more)
        assert not (tmp_path / "out").exists()
        return [(problem.line, problem.field, problem.message) for problem in caught.value.problems]

    return run


def test_every_column_becomes_its_field(imported):
    _, entries = imported(
        "id,title,kind,off_subject,phrasings,answer,confidence,source_key,source_title,source_url,source_seen,"
        "source_dated,frameworks,about,next_step,related,checked_on\n"
        '"a.b",Hours,decline,TRUE,"when\nwhat time",At nine.,h,"wiki\nbook","The wiki\nThe book","https://w.example\n",'
        '"2026-01-02\n2026-01-03","\nJan 2026","pytorch, jax",speed; cost,Come.,c.d,2026-01-04\n'
    )

    entry = entries["a.b"]
    assert (entry.title, entry.kind, entry.off_subject) == ("Hours", "decline", True)
    assert entry.phrasings == ("when", "what time")
    assert (entry.answer.text, entry.answer.confidence, entry.answer.sources) == ("At nine.", "H", ("wiki", "book"))
    assert entry.sources == {
        "wiki": Source(title="The wiki", url="https://w.example", seen=date(2026, 1, 2)),
        "book": Source(title="The book", seen=date(2026, 1, 3), dated="Jan 2026"),
    }
    assert (entry.frameworks, entry.about, entry.related) == (("pytorch", "jax"), ("speed", "cost"), ("c.d",))
    assert (entry.next_step, entry.checked_on) == ("Come.", date(2026, 1, 4))


def test_a_row_for_each_phrasing_is_one_entry_by_its_label(imported):
    done, entries = imported("Question,Label,Answer\nwhen,hours,At nine.\nwhat time,hours,\nwhere,place,Here.\n")

    assert (done.entries, done.phrasings) == (2, 3)
    assert entries["hours"].phrasings == ("when", "what time")
    assert entries["hours"].answer.text == "At nine."


def test_phrasings_may_stand_in_several_columns(imported):
    _, entries = imported("id,question 1,question 2,Question_3\na,one,,three\n")

    assert entries["a"].phrasings == ("one", "three")


def test_without_an_answer_column_the_id_is_the_answer(imported):
    _, entries = imported("id,phrasings\ncard_arrival,where is it\n")

    assert (entries["card_arrival"].title, entries["card_arrival"].answer.text) == ("Card arrival", "card_arrival")


def test_a_long_answer_is_parted_and_nothing_of_it_lost(imported):
    answer = " ".join(f"This is sentence number {number} of a long answer." for number in range(30))

    _, entries = imported(f"id,phrasings,answer\na,b,{answer}\n")

    assert " ".join([entries["a"].answer.text, *(more.text for more in entries["a"].since)]) == answer


def test_a_source_without_a_key_or_title_gets_them(imported):
    _, entries = imported('id,phrasings,url,checked on\na,b,"https://x.example\nhttps://y.example",2026-01-04\n')

    assert entries["a"].answer.sources == ("source-1", "source-2")
    seen = date(2026, 1, 4)
    assert entries["a"].sources["source-2"] == Source(title="https://y.example", url="https://y.example", seen=seen)


@pytest.mark.parametrize(
    "table",
    [
        "id;phrasings;answer\na;b;c, d\n",
        "id\tphrasings\tanswer\r\na\tb\tc, d\r\n",
        "sep=;\r\nid;phrasings;answer\r\na;b;c, d\r\n",
        '\ufeffID,Phrasings ,ANSWER\r\na,b,"c, d"\r\n',
        'id,phrasings,answer,,\r\na,b,"c, d",,\r\n,,,,\r\n\r\n',
        '\n\n"id","phrasings","answer"\na,b,"c, d"',
        'id,phrasings,answer\ra,b,"c, d"\r',
        "title;ID;PHRASING;Answer\n;a;b;c, d\n",
        f'id,phrasings,answer{"," * 300}\r\na,b,"c, d"{"," * 300}\r\n',
    ],
    ids=["semicolons", "tabs", "named-separator", "mark", "empty-ends", "blank-first", "returns", "order", "wide"],
)
def test_what_spreadsheets_write_is_read(imported, table):
    _, entries = imported(table)

    assert [(entry.id, entry.phrasings, entry.answer.text) for entry in entries.values()] == [("a", ("b",), "c, d")]


def test_apostrophes_that_keep_formulas_from_running_come_off(imported):
    _, entries = imported("id,phrasings,answer\na,\"'=1\n'-x\n'tis\",''+1\n")

    assert entries["a"].phrasings == ("=1", "-x", "'tis")
    assert entries["a"].answer.text == "'+1"


def test_columns_that_are_not_known_are_left_out_and_told_with_their_lines(imported):
    done, _ = imported('id,phrasings,Owner,,Notes\na,"b\nc",me,,\nd,e,,x,\nf,g,you,,\n')

    assert done.unknown == {"Owner": (2, 5), "(column 4, without a name)": (4,)}


def test_phrasings_an_entry_has_already_are_counted_and_those_of_two_entries_told(imported):
    done, entries = imported('id,phrasings\na,"Help?\nhelp"\nb,HELP\n')

    assert done.duplicates == 1
    assert entries["a"].phrasings == ("Help?",)
    assert done.shared == (Shared("Help?", ("a", "b")),)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",b,c", (2, "ID", "is empty")),
        ("a,,c", (2, "Question", "is empty")),
        ("a,b,", (2, "Reply", "is empty")),
        ("a,b,c,d", (2, "", "has 4 cells, the heading 3")),
        ('a,"b,c', (2, "", "opens a quote that nothing closes")),
        ('a,"b"x,c', (2, "", "is not CSV: ',' expected after '\"'")),
        ("x" * 81 + ",b,c", (2, "ID", "is longer than 80 characters (81)")),
        (f"a,{'x' * 2001},c", (2, "Question", "is longer than 2000 characters (2001)")),
        (f"a,b,{'word ' * 600}", (2, "Reply", "has an answer of 2999 characters")),
        (f"a,b,{'x' * 131_073}", (2, "", "has a cell of over 131,072 characters")),
    ],
)
def test_a_bad_row_is_told_with_line_column_and_what_is_wrong(refused, row, problem):
    assert refused(f"ID,Question,Reply\n{row}\n") == [problem]


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("kind", "maybe", "is 'maybe'"),
        ("confidence", "Z", "is 'Z'"),
        ("off subject", "perhaps", 'is "perhaps"'),
        ("checked on", "22.11.2026", 'is "22.11.2026", not a day'),
        ("checked on", "46000", 'is "46000", not a day'),
        ("checked on", "20260102", 'is "20260102", not a day'),
        ("checked on", "2026-02-30", 'is "2026-02-30", not a day'),
        ("source_title", "Wiki", "is empty"),
        ("source_key", "wiki", '"wiki" is not a source'),
        ("title", "x" * 76, "is longer than 75 characters (76)"),
        ("next_step", "x" * 181, "is longer than 180 characters (181)"),
    ],
)
def test_a_bad_cell_is_told_with_line_and_column(refused, column, cell, problem):
    (told,) = refused(f"id,phrasings,{column}\ngood,one,\na,b,{cell}\n")

    assert told == (3, "source_seen" if column == "source_title" else column, problem)


def test_a_line_is_counted_where_its_row_begins(refused):
    assert refused('id,phrasings,answer\na,"b\nc\nd",e\n\nf,"g\nh",\n') == [(6, "answer", "is empty")]


def test_two_answers_of_one_id_are_refused(refused):
    table = "id,phrasings,answer\na,b,one\na,c,\na,d,two\n"

    assert refused(table) == [(4, "answer", 'gives "a" something else than line 2')]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("a,b,c\n", "is no heading with the columns id and phrasings"),
        ("id,answer\na,b\n", "is no heading with the columns id and phrasings"),
        ("id,label,phrasings\na,b,c\n", "has two columns for id"),
        ("id,phrasings" + ",x" * 200 + "\na,b\n", "has 202 columns"),
        ("", "holds no rows"),
        ("id,phrasings\n", "holds no rows"),
        ("id,phrasings\na,Kündigung\n".encode("cp1252"), "is not UTF-8 text"),
        ("id,phrasings\na,b\n".encode("utf-16"), "is not UTF-8 text"),
    ],
)
def test_a_table_that_cannot_be_understood_is_refused(refused, table, message):
    assert [told[2] for told in refused(table)] == [message]


def test_an_encoding_of_old_spreadsheets_is_told_with_its_line_and_the_remedy(tmp_path):
    (tmp_path / "table.csv").write_bytes(b"id,phrasings\na,b\nc,K\xfcndigung\n")

    with pytest.raises(KnowledgeError, match=r'table\.csv:3: is not UTF-8 text -> save it as "CSV UTF-8"'):
        import_file(tmp_path / "table.csv", tmp_path / "out")


def test_a_file_of_another_kind_is_not_read_to_its_end(refused):
    assert len(refused("id,phrasings\n" + ",nonsense\n" * 10_000)) == 101


def test_the_good_rows_are_written_where_bad_ones_are_to_be_skipped(imported):
    bad = "".join(f",no id {number}\n" for number in range(300))

    done, entries = imported(f"id,phrasings,checked_on\na,b,\nc,d,tomorrow\n{bad}e,f,\n", skip_bad=True)

    assert [*entries] == ["a", "e"]
    assert len(done.skipped) == 301
    assert [problem.line for problem in done.skipped[:2]] == [3, 4]


def test_what_stands_after_a_broken_quote_is_not_skipped_in_silence(refused):
    assert refused('id,phrasings\na,b\nc,"d\n', skip_bad=True) == [(3, "", "opens a quote that nothing closes")]


def test_a_cell_that_is_told_is_told_in_brief(refused):
    ((_, _, message),) = refused(f"id,phrasings,kind\na,b,{'x' * 100_000}\n")

    assert len(message) < 300


@pytest.fixture
def over(base, tmp_path):
    """Imports a table over a knowledge folder, and gives what was done and the entries of both."""

    def run(table):
        file = tmp_path / "table.csv"
        file.write_text(table)
        done = import_file(file, tmp_path / "top", below=load(base.path))
        return done, load_with_overlay(base.path, tmp_path / "top").entries

    return run


def test_over_an_entry_below_a_row_changes_only_what_the_table_has_columns_for(base, over):
    below = load(base.path).entries["history.tensorflow"]

    done, entries = over("id,phrasings,title,next_step\nhistory.tensorflow,since when,,Read on.\n")

    entry = entries["history.tensorflow"]
    assert done.completed == ("history.tensorflow",)
    assert (entry.phrasings, entry.next_step) == (("since when",), "Read on.")
    assert (entry.title, entry.answer, entry.since, entry.article, entry.related) == (
        below.title,
        below.answer,
        below.since,
        below.article,
        below.related,
    )


def test_over_an_entry_below_an_empty_cell_empties_the_field(over):
    _, entries = over("id,phrasings,related,confidence,source_key\nhistory.tensorflow,since when,,,\n")

    entry = entries["history.tensorflow"]
    assert (entry.related, entry.answer.confidence, entry.answer.sources) == ((), "J", ())
    assert entry.since


def test_over_knowledge_a_row_may_name_its_sources(over):
    done, entries = over("id,phrasings,answer,source_key\nteam.new,what,This.,readme\n")

    assert entries["team.new"].answer.sources == ("readme",)
    assert entries["team.new"].sources == {}
    assert done.completed == ()


def test_every_column_is_in_the_guide():
    guide = (FOLDER / "README.md").read_text(encoding="utf-8").split("\n## Export and import\n")[1].split("\n## ")[0]

    assert [column for column in COLUMNS if f"`{column}`" not in guide] == []
