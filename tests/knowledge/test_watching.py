"""Reload: a change is acted on, a broken file is reported, and what runs stays."""

from __future__ import annotations

import asyncio
import queue
import threading
from contextlib import asynccontextmanager, suppress

import pytest

from knowledge.errors import KnowledgeError
from knowledge.loading import load
from knowledge.watching import Watcher

PATIENCE = 20
"""Seconds after which a test gives up; what is waited for takes well under one."""


class Live:
    """What a program keeps up to date: the running knowledge, and what it was reported."""

    def __init__(self, *folders):
        self.events = queue.Queue()
        self.watcher = Watcher([folder.path for folder in folders], self.reload, self.failed)
        self.folder = folders[0].path
        self.running = load(self.folder)

    def reload(self):
        self.running = load(self.folder)
        self.events.put(self.running)

    def failed(self, error):
        self.events.put(error)

    def next(self):
        return self.events.get(timeout=PATIENCE)


@asynccontextmanager
async def running(live):
    task = asyncio.create_task(live.watcher.run())
    await asyncio.sleep(0.1)
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_a_changed_file_is_taken_over(base):
    live = Live(base)
    with live.watcher:
        base.change("compare/debugging.yaml", "title: Debugging", "title: Bug hunting")

        assert live.next().entries["compare.debugging"].title == "Bug hunting"


def test_a_new_file_is_taken_over(base, entry):
    live = Live(base)
    with live.watcher:
        base.write("new/folder/file.yaml", entry("a.b"))

        assert "a.b" in live.next().entries


def test_a_deleted_file_is_taken_over(base):
    live = Live(base)
    with live.watcher:
        (base.path / "compare/debugging.yaml").unlink()

        assert [*live.next().entries] == ["history.tensorflow"]


def test_any_of_several_folders_counts(base, top, entry):
    live = Live(base, top)
    with live.watcher:
        top.write("ours.yaml", entry("a.b"))

        assert live.next().version


def test_a_broken_file_is_reported_with_its_line_and_what_runs_stays(base):
    live = Live(base)
    before = live.running
    with live.watcher:
        base.change("compare/debugging.yaml", "verdict: partly", "verdict: maybe")
        error = live.next()

        assert isinstance(error, KnowledgeError)
        assert (error.problems[0].file.name, error.problems[0].line) == ("debugging.yaml", 21)
        assert live.running is before

        base.change("compare/debugging.yaml", "verdict: maybe", "verdict: holds")
        assert live.next().entries["compare.debugging"].article.verdict == "holds"


def test_a_broken_file_is_reported_once(base):
    live = Live(base)
    base.change("compare/debugging.yaml", "verdict: partly", "verdict: maybe")

    for _ in range(2):
        live.watcher._reload_if_changed()
    assert isinstance(live.next(), KnowledgeError)
    assert live.events.empty()


def test_what_changed_before_the_watch_began_is_not_missed(base):
    live = Live(base)
    base.change("compare/debugging.yaml", "title: Debugging", "title: Bug hunting")
    with live.watcher:
        assert live.next().entries["compare.debugging"].title == "Bug hunting"


def test_files_that_hold_no_knowledge_do_not_count(base):
    live = Live(base)
    with live.watcher:
        base.write("notes.txt", "not knowledge")
        base.write(".compare.yaml.swp", "not knowledge")
        base.change("compare/debugging.yaml", "title: Debugging", "title: Bug hunting")
        live.next()

    assert live.events.empty()


def test_a_mounted_folder_that_swaps_its_link_is_noticed(top, entry):
    for version, phrasing in (("..1", "how so"), ("..2", "how come")):
        top.write(f"{version}/entry.yaml", entry("a.b", phrasing))
    (top.path / "..data").symlink_to("..1")
    (top.path / "entry.yaml").symlink_to("..data/entry.yaml")
    live = Live(top)
    with live.watcher:
        (top.path / "..new").symlink_to("..2")
        (top.path / "..new").replace(top.path / "..data")

        assert live.next().entries["a.b"].phrasings == ("how come",)


def test_stopping_ends_the_thread(base):
    live = Live(base)
    with live.watcher:
        assert any(thread.name == "knowledge-watcher" for thread in threading.enumerate())

    assert not any(thread.name == "knowledge-watcher" for thread in threading.enumerate())


def test_a_file_that_vanishes_while_it_is_read_is_no_mistake(base):
    def reload():
        attempts.append(None)
        if len(attempts) == 1:
            base.change("compare/debugging.yaml", "title: Bug hunting", "title: Hunting")
            raise FileNotFoundError(2, "No such file or directory", "debugging.yaml")
        done.set()

    attempts, done, errors = [], threading.Event(), []
    with Watcher([base.path], reload, errors.append):
        base.change("compare/debugging.yaml", "title: Debugging", "title: Bug hunting")

        assert done.wait(PATIENCE)
    assert errors == []


def test_a_file_that_cannot_be_read_is_reported(base):
    def reload():
        raise PermissionError(13, "Permission denied", "debugging.yaml")

    errors = queue.Queue()
    with Watcher([base.path], reload, errors.put):
        base.change("compare/debugging.yaml", "title: Debugging", "title: Bug hunting")

        assert "debugging.yaml: cannot be read: Permission denied" in str(errors.get(timeout=PATIENCE))


async def test_in_a_task_the_loop_goes_on_while_the_files_are_read(base):
    threads = {}
    live = Live(base)
    reload, failed = live.watcher._reload, live.watcher._failed
    live.watcher._reload = lambda: (threads.setdefault("reload", threading.current_thread()), reload())
    live.watcher._failed = lambda error: (threads.setdefault("failed", threading.current_thread()), failed(error))
    async with running(live):
        base.change("compare/debugging.yaml", "verdict: partly", "verdict: maybe")
        error = await asyncio.to_thread(live.next)

    assert isinstance(error, KnowledgeError)
    assert threading.current_thread() not in threads.values()


async def test_a_task_takes_over_a_changed_file(base):
    live = Live(base)
    async with running(live):
        base.change("compare/debugging.yaml", "title: Debugging", "title: Bug hunting")

        assert (await asyncio.to_thread(live.next)).entries["compare.debugging"].title == "Bug hunting"


async def test_a_cancelled_task_ends(base):
    async with running(Live(base)) as task:
        pass

    assert task.cancelled()


def test_a_mistake_of_the_program_is_not_taken_for_one_of_the_files(base):
    def reload():
        raise ZeroDivisionError

    watcher = Watcher([base.path], reload, print)
    base.change("compare/debugging.yaml", "title: Debugging", "title: Bug hunting")

    with pytest.raises(ZeroDivisionError):
        watcher._reload_if_changed()
