"""The chat as a whole: lines in, replies out, and knowledge that changes meanwhile."""

from __future__ import annotations

import io
import os
import pty
import queue
import re
import select
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

import pytest

from adapters.cli.chat import converse, welcome
from adapters.cli.main import main
from adapters.server.hot_reload import LiveBot
from adapters.terminal.display import PlainDisplay, RichDisplay
from adapters.terminal.session import Session
from bot.dialog.text_renderer import plain_text
from bot.factory import assemble
from knowledge.errors import KnowledgeError

ROOT = Path(__file__).parents[3]
PATIENCE = 20
"""Seconds until a process that says nothing has failed; far more than it needs."""


def typed_lines(*lines):
    """Reads lines as somebody types them; an exception stands for a key."""
    rest = iter([*lines, EOFError])

    def read():
        line = next(rest)
        if isinstance(line, type):
            raise line
        return line

    return read


def talk(bot, *lines, typed=False):
    stream = io.StringIO()
    converse(Session(lambda: bot, PlainDisplay(stream)), typed_lines(*lines), deque(), typed=typed)
    return stream.getvalue()


def test_each_line_gets_its_reply_and_an_empty_line_after_it(boats):
    shown = talk(boats, "how fast are the two", "please repair my boat")
    assert shown.startswith("Sails win with wind.\n")
    assert "\n\nI cannot repair boats. Ask a boat builder.\n\n" in shown


def test_nothing_is_read_after_leaving(boats):
    assert "Sails" not in talk(boats, "/quit", "how fast are the two")


def test_ctrl_c_drops_the_line_and_the_conversation_goes_on(boats):
    assert "Sails win" in talk(boats, KeyboardInterrupt, "how fast are the two", typed=True)


def test_ctrl_c_ends_a_pipe(boats):
    with pytest.raises(KeyboardInterrupt):
        talk(boats, KeyboardInterrupt)


def test_notices_go_to_standard_error(boats, capsys):
    stream = io.StringIO()
    lines = typed_lines("what do they cost")
    converse(Session(lambda: boats, PlainDisplay(stream)), lines, deque(["files changed"]))
    assert "files changed" in capsys.readouterr().err
    assert "files changed" not in stream.getvalue()


def test_a_pipe_is_read_line_by_line_whatever_its_bytes(folder, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\x00\r\n\nwhat do they cost")))
    assert main(["chat", "--knowledge", str(folder)]) == 0
    assert "Oars are cheaper." in capsys.readouterr().out


def test_a_stream_that_is_no_terminal_gets_no_markup(boats):
    shown = talk(boats, "which boat is best on a lake")
    assert not set(shown) & set("\x1b┃│━")


def test_a_terminal_of_60_columns_is_kept_within(boats):
    stream = io.StringIO()
    reply = boats.show("choose.lake")
    RichDisplay(stream, width=60).show((*reply.blocks, *reply.details))
    bare = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[0-9;]*m", "", stream.getvalue())
    assert max(map(len, bare.splitlines())) <= 60
    assert "Slow and steady." in bare


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_the_opening_line_breaks_between_words_only(shipped, width):
    stream = io.StringIO()
    RichDisplay(stream, width=width).show(welcome(shipped.knowledge))
    bare = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert bare.split() == plain_text(welcome(shipped.knowledge)).split()
    assert max(map(len, bare.splitlines())) <= width


@pytest.mark.parametrize("width", [60, 80])
def test_the_opening_line_takes_two_lines_of_a_terminal(shipped, width):
    stream = io.StringIO()
    RichDisplay(stream, width=width).show(welcome(shipped.knowledge))
    assert len(stream.getvalue().strip().splitlines()) == 2


def test_a_reload_puts_the_new_bot_in_place(folder):
    notices = []
    live = LiveBot(assemble(folder), lambda: assemble(folder), notices.append)
    change(folder, "Sails win with wind.", "Sails always win.")
    live.reload()
    assert "always" in live().show("compare.speed").summary
    assert notices == ["The knowledge has changed; I answer from the new version now."]


def test_a_reload_without_a_change_has_nothing_to_tell(folder):
    notices = []
    live = LiveBot(assemble(folder), lambda: assemble(folder), notices.append)
    live.reload()
    assert notices == []


def test_a_broken_file_keeps_the_running_bot_and_is_reported_once(folder):
    notices = []
    live = LiveBot(assemble(folder), lambda: assemble(folder), notices.append)
    running = live()
    change(folder, "title: Speed", "titel: Speed")
    for _ in range(2):
        with pytest.raises(KnowledgeError) as caught:
            live.reload()
        live.failed(caught.value)
    assert live() is running
    (notice,) = notices
    assert f'{folder / "entries.yaml"}:37: titel: is not a field of the model -> did you mean "title"?' in notice


def test_a_corrected_file_is_reported(folder):
    notices = []
    live = LiveBot(assemble(folder), lambda: assemble(folder), notices.append)
    change(folder, "title: Speed", "titel: Speed")
    with pytest.raises(KnowledgeError) as caught:
        live.reload()
    live.failed(caught.value)
    change(folder, "titel: Speed", "title: Speed")
    live.reload()
    assert notices[-1].startswith("The knowledge has changed; I answer")


class Pipe:
    """A running chat over pipes. `notices` is what it said next to the conversation."""

    def __init__(self, *arguments):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli.main", "chat", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.notices = ""
        self._lines = queue.Queue()
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._listen, self._overhear)]
        for thread in self._threads:
            thread.start()

    def _listen(self):
        for line in self._process.stdout:
            self._lines.put(line)

    def _overhear(self):
        for line in self._process.stderr:
            self.notices += line

    def say(self, line):
        """The reply: all there is up to the reply to a wrong command typed right after."""
        self._process.stdin.write(f"{line}\n/done\n")
        said = ""
        while "is not a command" not in said:
            said += self._lines.get(timeout=PATIENCE)
        return said

    def close(self):
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        self._process.stdout.close()
        self._process.stderr.close()
        return self._process.returncode


@pytest.fixture
def overlay(tmp_path):
    """A team's own folder with one entry."""
    overlay = tmp_path / "own"
    overlay.mkdir()
    (overlay / "first.yaml").write_text(OWN.format(topic="raft", text="A raft floats."))
    return overlay


@pytest.fixture
def pipe(folder, overlay):
    pipe = Pipe("--knowledge", folder, "--overlay", overlay)
    yield pipe
    assert pipe.close() == 0


OWN = """\
- id: own.{topic}
  title: The {topic}
  phrasings: [tell me of the {topic}]
  answer: {{text: "{text}"}}
"""


def until(condition):
    """Ask again until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_an_overlay_file_added_while_it_runs_is_answered_from(pipe, overlay):
    assert "A raft floats." in pipe.say("tell me about the raft")
    (overlay / "second.yaml").write_text(OWN.format(topic="punt", text="A punt is poled."))
    until(lambda: "A punt is poled." in pipe.say("tell me of the punt"))


def test_a_broken_overlay_file_is_reported_once_and_changes_nothing_else(pipe, overlay):
    assert "A raft floats." in pipe.say("tell me about the raft")
    broken = overlay / "broken.yaml"
    broken.write_text("- id: own.ark\n  title: [\n")
    until(lambda: "A raft floats." in pipe.say("tell me about the raft") and "go on answering" in pipe.notices)
    assert f"{broken}:3: is not YAML" in pipe.notices
    assert pipe.notices.count("go on answering") == 1


def change(folder, old, new):
    file = folder / "entries.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.fixture
def terminal(folder, tmp_path):
    """A running `framework-bot chat` in a terminal of its own."""
    with Terminal([sys.executable, "-m", "adapters.cli.main", "chat", "--knowledge", str(folder)], tmp_path) as running:
        running.wait_for("/help shows how")
        running.wait_for(READY)
        yield running


READY = "\x1b[?2004h"
"""A prompt asks the terminal to mark what is pasted."""


class Terminal:
    """A process with a pseudo-terminal of 60 columns, and what it has shown so far."""

    def __init__(self, command, home):
        self._main, own = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "60", "LINES": "40", "XDG_STATE_HOME": str(home)}
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=own, stdout=own, stderr=own, env=environment, start_new_session=True
        )
        os.close(own)
        self.shown = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._main)

    def type(self, keys):
        os.write(self._main, keys.encode())

    def wait_for(self, text):
        """What was shown up to `text`, which is then passed over."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            self._listen()
        before, _, self.shown = self.shown.partition(text)
        return before

    def exit_code(self):
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < deadline:
            self._listen()
        return self._process.returncode

    def _listen(self):
        if not select.select([self._main], [], [], 0.1)[0]:
            return
        try:
            data = os.read(self._main, 65536).decode("utf-8", "replace")
        except OSError:  # the other end has closed
            return
        if "\x1b[6n" in data:
            os.write(self._main, b"\x1b[1;1R")  # the cursor's place, as a terminal tells it
        self.shown += data


def test_in_a_terminal_a_question_is_answered_and_ctrl_d_leaves(terminal):
    terminal.type("what do they cost\r")
    terminal.wait_for("Oars are cheaper.")
    terminal.wait_for(READY)
    terminal.type("\x04")
    assert terminal.exit_code() == 0


def test_in_a_terminal_ctrl_c_drops_the_line(terminal):
    terminal.type("which boat \x03")
    terminal.type("what do they cost\r")
    terminal.wait_for("Oars are cheaper.")
    terminal.type("/quit\r")
    assert terminal.exit_code() == 0


def test_in_a_terminal_sources_are_links(terminal):
    terminal.type("which boat is best on a lake\r")
    terminal.wait_for(";https://example.org/boats\x1b\\")


def test_in_a_terminal_what_was_typed_is_remembered_for_its_owner_only(terminal, tmp_path):
    terminal.type("what do they cost\r")
    terminal.wait_for("Oars are cheaper.")
    file = tmp_path / "framework-bot" / "history"
    assert "what do they cost" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
