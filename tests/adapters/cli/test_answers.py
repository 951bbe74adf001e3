"""`framework-bot answers`, on a database of its own."""

from __future__ import annotations

import json

import pytest

from adapters.cli.main import main

ADD = ("--title", "Our GPU cluster", "--phrasing", "where can I train here", "--answer", "Book it in the calendar.")
ID = "own.our-gpu-cluster"


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs an action for a workspace; the exit code, and what was printed."""
    file = tmp_path / "bot.sqlite3"
    file.touch()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")

    def ran(action, *words, workspace="slack:T0123"):
        code = main(["answers", action, "--workspace", workspace, *words])
        done = capsys.readouterr()
        return code, done.out + done.err

    return ran


def listed(run, **more):
    return [one["id"] for one in json.loads(run("list", "--json", **more)[1])]


def test_adding_prints_the_id(run):
    assert run("add", *ADD) == (0, f"{ID}\n")
    assert listed(run) == [ID]


def test_an_answer_with_the_title_of_a_removed_one_is_a_new_one(run):
    run("add", *ADD)
    run("remove", ID)
    code, said = run("add", *ADD)
    assert code == 0, said
    assert listed(run) == [said.strip()] != [ID]


def test_another_workspace_has_nothing_of_it(run):
    run("add", *ADD)
    assert listed(run, workspace="slack:T9") == []


def test_a_workspace_asks_with_its_own_answers(run, capsys):
    run("add", *ADD)
    assert main(["ask", "--workspace", "slack:T0123", "where can I train here"]) == 0
    assert "Book it in the calendar." in capsys.readouterr().out


def test_what_is_left_out_of_an_edit_stays_and_can_be_undone(run):
    run("add", *ADD)
    run("edit", ID, "--answer", "Ask Ann.")
    [one] = json.loads(run("list", "--json")[1])
    assert (one["answer"], one["title"], one["version"]) == ("Ask Ann.", "Our GPU cluster", 2)
    run("undo", ID)
    assert json.loads(run("list", "--json")[1])[0]["answer"] == "Book it in the calendar."


def test_removing_can_be_undone(run):
    run("add", *ADD)
    run("remove", ID)
    assert listed(run) == []
    run("undo", ID)
    assert listed(run) == [ID]


def test_an_unknown_id_is_answered_with_the_nearest(run):
    run("add", *ADD)
    code, said = run("remove", "own.our-gpu-clutser")
    assert code == 1
    assert f'did you mean "{ID}"' in said


def test_only_a_shipped_entry_can_be_hidden(run):
    assert run("hide", "beyond.jobs")[0] == 0
    assert run("hide", "beyond.jbos")[0] == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--answer", "The token is xoxb-123456789-abcdef"), "token"),
        (("--answer", "Ask @channel."), "notify everybody"),
        (("--answer", "x" * 3001), "3,000"),
        (("--link", "ftp://wiki"), "https://"),
        (("--expires", "2020-01-01"), "last day is over"),
        (("--phrasing", "?!"), "needs a question"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(run, given, said):
    code, printed = run("add", *ADD, *given)
    assert (code, listed(run)) == (1, [])
    assert said in printed


def test_what_is_exported_passes_the_checks_and_can_be_imported_elsewhere(run, tmp_path, capsys):
    ids = []
    for number, link in enumerate(["", "https://wiki.example.com/gpu", "https://wiki.example.com"]):
        given = ("--title", f"Our book {number}", "--phrasing", f"where is book {number}", "--answer", "On the shelf.")
        ids.append(run("add", *given, *(["--link", link] if link else []))[1].strip())
    run("hide", "beyond.jobs")
    folder = tmp_path / "ours"
    assert run("export", "--out", str(folder))[0] == 0
    assert main(["check", "--overlay", str(folder)]) == 0
    capsys.readouterr()
    assert run("import", str(folder), workspace="discord:42") == (0, "4 answers imported.\n")
    assert listed(run, workspace="discord:42") == ["beyond.jobs", *ids]


def test_a_workspace_without_a_platform_is_refused(run):
    assert run("list", workspace="T0123")[0] == 1
