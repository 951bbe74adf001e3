"""`framework-bot chat`: a conversation in the terminal, or through a pipe."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from adapters.reloading import LiveBot
from adapters.terminal.conversation import Conversation
from adapters.terminal.display import Display, PlainDisplay, RichDisplay
from adapters.terminal.lines import Lines, PipedLines
from adapters.terminal.options import add_knowledge, make_bot, overlay_folder
from adapters.terminal.printable import printable
from bot.answering import Bot
from knowledge.watching import Watcher

_DESCRIPTION = "Talk with the bot in this terminal. No token, no network."

_EPILOG = """\
examples:
  framework-bot chat
  framework-bot chat --overlay our-entries
  printf 'pytorch or jax?\\nand for mobile?\\n' | framework-bot chat

Inside, /help lists the commands. What you type is kept in a history file of yours, nowhere else.
While it runs, changed knowledge files are taken over; a file with a mistake is reported, and the
conversation goes on from what was right before.
"""

_WELCOME = "Ask me about choosing and comparing machine-learning frameworks. /help tells more, Ctrl-D leaves.\n"
_WELCOME_ELSEWHERE = "Ask me something. /help tells more, Ctrl-D leaves.\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot chat` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> int:
    """Talk until the person leaves or the input ends; 0."""
    overlay = overlay_folder(arguments)
    folders = [arguments.knowledge, *([overlay] if overlay is not None else [])]
    # The watcher comes first, so that it misses nothing that changes while the first bot is built.
    watcher = Watcher(folders, lambda: live.reload(), lambda error: live.failed(error))  # noqa: PLW0108 - made below
    live = LiveBot(make_bot(arguments), lambda: make_bot(arguments, announce=False))
    typed = sys.stdin.isatty() and sys.stdout.isatty()
    if typed:
        print(_WELCOME if live().knowledge.vocabulary.frameworks else _WELCOME_ELSEWHERE)
    lines: Lines = _prompt(live) if typed else PipedLines(sys.stdin.buffer)
    display: Display = RichDisplay() if sys.stdout.isatty() else PlainDisplay(sys.stdout)
    with watcher:
        converse(Conversation(live), lines, display, live.notices, typed=typed)
    return 0


def converse(
    conversation: Conversation,
    lines: Lines,
    display: Display,
    notices: Callable[[], Sequence[str]] = tuple,
    *,
    typed: bool = False,
) -> None:
    """Answer line after line until they end or one says to leave.

    Where lines are `typed`, Ctrl-C drops what is being typed or shown, and the next line is asked for.
    """
    while True:
        _tell(notices())
        try:
            line = lines.read()
            _tell(notices())  # what happened while it was typed
            response = conversation.respond(line)
            if response.leave:
                return
            if response.recommend:
                _recommend(conversation.bot, lines, display)
            else:
                display.show(response.blocks)
        except EOFError:
            return
        except KeyboardInterrupt:
            if not typed:
                raise


def _recommend(bot: Bot, lines: Lines, display: Display) -> None:
    from adapters.terminal import recommend  # noqa: PLC0415 - a flow of its own, loaded when asked for

    recommend.converse(bot, lines, display)


def _prompt(live: LiveBot) -> Lines:
    from adapters.terminal.prompt import PromptLines  # noqa: PLC0415 - a pipe needs no prompt

    return PromptLines(lambda: live().knowledge)


def _tell(notices: Sequence[str]) -> None:
    """Said beside the conversation, so that a pipe's output holds replies only."""
    for notice in notices:
        print(printable(notice), end="\n\n", file=sys.stderr, flush=True)
