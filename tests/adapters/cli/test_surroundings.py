"""What a process is started in: closed streams, signals in its first moments, standard output as a file's name."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
US = [sys.executable, "-m", "adapters.cli.main"]
TABLE = "phrasing\tlabel\tanswer\nwhen do you open\thours\tAt nine.\n"


@pytest.fixture
def shell(tmp_path, pets):
    """Runs one of our command lines in a shell, with what the shell does to its streams."""

    def shell(words, redirections):
        command = ["sh", "-c", f'exec "$@" {redirections}', "sh", *US, *words, "--knowledge", str(pets)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return shell


@pytest.mark.parametrize(
    "words",
    [("ask", "what is a cat"), ("check",), ("export", "--out", "-"), ("ask", "--help"), ("ask", "x", "--json")],
    ids=" ".join,
)
def test_a_closed_output_is_said_in_one_line(shell, words):
    done = shell(words, ">&-")
    assert (done.returncode, done.stderr) == (1, "framework-bot: output: Bad file descriptor\n")


def test_what_is_printed_with_the_output_closed_is_not_written_into_a_file_that_is_opened_later(shell, tmp_path):
    done = shell(("export", "--out", "pets.json"), ">&-")
    assert done.returncode == 1
    assert json.loads((tmp_path / "pets.json").read_text())["entries"]


@pytest.mark.parametrize("words", [("chat",), ("ask",), ("ask", "--jsonl")], ids=" ".join)
def test_a_closed_input_is_an_empty_one(shell, words):
    closed, empty = shell(words, "<&-"), shell(words, "</dev/null")
    assert (closed.returncode, closed.stdout, closed.stderr) == (empty.returncode, empty.stdout, empty.stderr)
    assert (closed.returncode, closed.stderr) == (0, "")


def test_errors_are_not_printed_as_output_where_they_have_nowhere_to_go(shell):
    done = shell(("ask", "x", "--overlay", "none"), "2>&-")
    assert (done.returncode, done.stdout) == (1, "")


def test_an_import_to_standard_output_is_refused_and_makes_no_folder(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "faq.tsv").write_text(TABLE)
    outcome = run("import", "faq.tsv", "--out", "-")
    assert outcome.code == 1
    assert "name a folder" in outcome.err
    assert [file.name for file in tmp_path.iterdir()] == ["faq.tsv"]


STARTING = """\
import sys, time
from adapters.cli import main, serve
serve.load_settings = lambda: (print("starting", flush=True), time.sleep(60))
sys.argv = ["framework-bot", "serve"]
sys.exit(main.main())
"""


def isolates():
    """Whether a process can be made the first of a space of its own here."""
    found = shutil.which("unshare")
    return (
        found is not None and subprocess.run([found, "-pf", "true"], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.parametrize(
    "before",
    [[], pytest.param(["unshare", "-pf"], marks=pytest.mark.skipif(not isolates(), reason="takes rights we lack"))],
    ids=["a process", "the first process of a container"],
)
def test_sigterm_ends_serve_with_0_before_it_has_read_its_settings(before):
    command = [*before, sys.executable, "-c", STARTING]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"starting\n"
        try:
            os.kill(child(process.pid) if before else process.pid, signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            if process.poll() is None:
                os.kill(child(process.pid) if before else process.pid, signal.SIGKILL)


def child(parent):
    """The one process that another one started."""
    return int(Path(f"/proc/{parent}/task/{parent}/children").read_text())


def test_sigterm_ends_a_conversation_at_a_terminal(pets):
    ours, theirs = pty.openpty()
    with subprocess.Popen([*US, "chat", "--knowledge", pets], cwd=ROOT, stdin=theirs, stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        while b"\x1b[?2004h" not in shown:  # the prompt takes what is pasted
            shown += os.read(ours, 1_000)
        process.terminate()
        assert process.wait(20) == 143
    os.close(ours)
