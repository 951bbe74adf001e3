"""The prompt: history over sessions, completion of commands and topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from platformdirs import user_state_path
from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from adapters.terminal.printable import printable
from adapters.terminal.session import COMMANDS
from bot.retrieval.autocomplete import Suggester
from knowledge.model import KnowledgeBase

MOST_COMPLETIONS = 20
_SHORTEST = 2


def prompt(knowledge: Callable[[], KnowledgeBase]) -> Callable[[], str]:
    """Reads a line at a prompt. Ctrl-C raises KeyboardInterrupt, Ctrl-D on an empty line EOFError."""
    session: PromptSession[str] = PromptSession(
        "> ",
        history=history(),
        completer=TopicCompleter(knowledge),
        complete_in_thread=True,
        complete_while_typing=Condition(lambda: get_app().current_buffer.text.startswith("/")),
    )
    return session.prompt


class TopicCompleter(Completer):
    """Completes slash commands, and otherwise what a title or phrasing leads to."""

    def __init__(self, knowledge: Callable[[], KnowledgeBase]) -> None:
        self._knowledge = knowledge
        self._suggester: Suggester | None = None

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the text before the cursor may become, at most MOST_COMPLETIONS."""
        del complete_event
        typed = document.text_before_cursor.lstrip()
        if typed.startswith("/"):
            known = [(name, what) for name, what in COMMANDS.items() if name.startswith(typed.lower())]
            return [Completion(name, -len(typed), display_meta=what) for name, what in known]
        return self._topics(typed) if len(typed) >= _SHORTEST else []

    def _topics(self, typed: str) -> list[Completion]:
        knowledge = self._knowledge()
        if self._suggester is None or self._suggester.knowledge is not knowledge:
            self._suggester = Suggester(knowledge)
        found = self._suggester.suggest(typed, MOST_COMPLETIONS)
        return [
            Completion(knowledge.entries[one.entry].title, -len(typed), display=printable(one.label)) for one in found
        ]


def history() -> History:
    """What was typed before, in the user's state directory and readable by that user only; in memory where that
    directory cannot be written to."""
    try:
        folder = user_state_path("framework-bot")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / "history"
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return PrintableHistory(str(file))


class PrintableHistory(FileHistory):
    """Keeps lines without control characters and broken characters, which a file may not take."""

    def store_string(self, string: str) -> None:
        """Append one line to the file."""
        super().store_string(printable(string))
