"""What somebody who waits is shown."""

from __future__ import annotations

from adapters.terminal.progress import progress_on


def test_nobody_watches_a_pipe_so_it_is_shown_no_progress(tmp_path):
    with (tmp_path / "x").open("w") as stream:
        assert progress_on(stream) is None


class Watched:
    """A stream that somebody watches."""

    def __init__(self):
        self.shown = ""

    def isatty(self):
        return True

    def write(self, text):
        self.shown += text

    def flush(self):
        pass


def test_long_work_is_reported_on_one_line_that_goes_when_it_is_done(monkeypatch):
    clock = iter([0.0, 1.0, 2.0, 3.0])
    monkeypatch.setattr("adapters.terminal.progress.time.monotonic", lambda: next(clock))
    stream = Watched()
    tell = progress_on(stream)
    tell(1, 2)
    tell(1, 2)
    tell(2, 2)
    assert stream.shown == "\rfiles read: 1 of 2 (50 %)\rfiles read: 2 of 2 (100 %)\r\x1b[K"


def test_short_work_is_not_worth_a_word():
    stream = Watched()
    tell = progress_on(stream)
    tell(1, 1)
    assert stream.shown == ""
