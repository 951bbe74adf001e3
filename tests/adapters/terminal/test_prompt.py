"""Completion and history of the prompt."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory

from adapters.terminal.prompt import PrintableHistory, TopicCompleter, history
from adapters.terminal.session import COMMANDS


@pytest.fixture
def complete(boats):
    completer = TopicCompleter(lambda: boats.knowledge)

    def complete(typed):
        """What each completion would leave on the line."""
        found = completer.get_completions(Document(typed), CompleteEvent())
        return [typed[: len(typed) + one.start_position] + one.text for one in found]

    return complete


def test_a_slash_offers_every_command(complete):
    assert complete("/") == list(COMMANDS)


def test_a_command_is_completed_in_any_case(complete):
    assert complete("/TO") == ["/topics"]


def test_part_of_a_title_offers_the_topic(complete):
    assert complete("lake") == ["Choosing for a lake"]


def test_part_of_a_phrasing_offers_the_topic_by_its_title(complete):
    assert complete("price of sail")[0] == "Cost"


def test_refusals_and_small_talk_are_no_topics(complete):
    assert complete("repair") == complete("thanks") == []


def test_one_letter_offers_nothing_yet(complete):
    assert complete("c") == []


def test_what_was_typed_is_there_again_in_the_next_session(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    history().append_string("pytorch or jax?")
    assert list(history().load_history_strings()) == ["pytorch or jax?"]


def test_a_history_that_cannot_be_kept_is_held_in_memory(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert isinstance(history(), InMemoryHistory)


def test_broken_characters_and_escapes_do_not_reach_the_file(tmp_path):
    file = tmp_path / "history"
    PrintableHistory(str(file)).store_string("a\udcff\x1b[2Jb")
    assert "+ab" in file.read_text()
