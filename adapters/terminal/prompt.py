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

from adapters.terminal.conversation import COMMANDS
from adapters.terminal.printable import printable
from adapters.terminal.topics import groups
from knowledge.model import KnowledgeBase

MOST_COMPLETIONS = 20
_SHORTEST = 2


class PromptLines:
    """Lines typed at a prompt. Ctrl-C raises KeyboardInterrupt, Ctrl-D on an empty line EOFError."""

    def __init__(self, knowledge: Callable[[], KnowledgeBase]) -> None:
        self._session: PromptSession[str] = PromptSession(
            "> ",
            history=history(),
            completer=TopicCompleter(knowledge),
            complete_while_typing=Condition(lambda: get_app().current_buffer.text.startswith("/")),
        )

    def read(self) -> str:
        """The next line."""
        return self._session.prompt()


class TopicCompleter(Completer):
    """Completes slash commands, the groups after /topics, and otherwise the titles of topics."""

    def __init__(self, knowledge: Callable[[], KnowledgeBase]) -> None:
        self._knowledge = knowledge

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the text before the cursor may become, at most MOST_COMPLETIONS."""
        del complete_event
        typed = document.text_before_cursor.lstrip()
        command, space, argument = typed.partition(" ")
        if command.lower() == "/topics" and space:
            found: Iterable[str] = (name for name in groups(self._knowledge()) if name.startswith(argument.lower()))
            return [Completion(name, start_position=-len(argument)) for name in found]
        if typed.startswith("/"):
            known = [(name, what) for name, what in COMMANDS.items() if name.startswith(typed.lower())]
            return [Completion(name, start_position=-len(typed), display_meta=what) for name, what in known]
        if len(typed) < _SHORTEST:
            return []
        titles = [entry.title for entry in self._knowledge().entries.values() if entry.kind == "answer"]
        near = [title for title in titles if typed.casefold() in title.casefold()][:MOST_COMPLETIONS]
        return [Completion(title, start_position=-len(typed)) for title in near]


def history() -> History:
    """What was typed before, kept in the user's state directory and readable by that user only.

    In memory where that directory cannot be written to.
    """
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
