"""Talk with the bot in this terminal. No token, no network.

examples:
  framework-bot chat
  framework-bot chat --overlay our-entries
  printf 'pytorch or jax?\\nand for mobile?\\n' | framework-bot chat

Inside, /help lists the commands. What you type is stored in a history file that only you can read.
Changed knowledge files take effect while it runs. A file with a mistake is reported, and the
conversation goes on from the last correct version.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import deque

from adapters.cli.options import add_knowledge, chosen_settings, make_bot
from adapters.server.hot_reload import LiveBot
from adapters.terminal.display import standard_display
from adapters.terminal.printable import printable
from adapters.terminal.session import ReadLine, Session
from bot.dialog.reply import Block, Small, Text
from knowledge.model import KnowledgeBase
from knowledge.watching import Watcher

_WELCOME = "Ask me about choosing and comparing ML frameworks."
_WELCOME_ELSEWHERE = "Ask me something."
_KEYS = "/help shows how, Ctrl-D leaves."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> None:
    talk(arguments)


def talk(arguments: argparse.Namespace, *, first: str = "") -> None:
    """Talk until the person leaves or the input ends; `first` is answered before any line is read."""
    overlay = chosen_settings(arguments).overlay
    folders = [arguments.knowledge, *([overlay] if overlay is not None else [])]
    # The watcher comes first, so that it misses nothing that changes while the first bot is built.
    watcher = Watcher(folders, lambda: live.reload(), lambda error: live.failed(error))  # noqa: PLW0108 - made below
    notices: deque[str] = deque()
    live = LiveBot(make_bot(arguments), lambda: make_bot(arguments, announce=False), notices.append)
    display = standard_display()
    read: ReadLine = input
    typed = sys.stdin.isatty() and sys.stdout.isatty()
    if typed:
        from adapters.terminal.prompt import prompt

        display.show(welcome(live().knowledge))
        read = prompt(lambda: live().knowledge)
    with watcher:
        converse(Session(live, display), read, notices, typed=typed, first=first)


def converse(session: Session, read: ReadLine, notices: deque[str], *, typed: bool = False, first: str = "") -> None:
    """Answer `first`, then line after line until they end or one says to leave, and show `notices` in between, each
    once.

    Where lines are `typed`, Ctrl-C drops what is being typed or shown, and the next line is asked for.
    """
    with asyncio.Runner() as runner:
        if first:
            runner.run(session.answer(first))
        while True:
            _report(notices)
            try:
                line = read()
                _report(notices)  # what happened while it was typed
                if not runner.run(session.answer(line)):
                    return
            except EOFError:
                return
            except KeyboardInterrupt:
                if not typed:
                    raise


def welcome(knowledge: KnowledgeBase) -> tuple[Block, ...]:
    """What a person at a terminal sees first."""
    return (Text(_WELCOME if knowledge.vocabulary.frameworks else _WELCOME_ELSEWHERE), Small(_KEYS))


def _report(notices: deque[str]) -> None:
    """On standard error, so that a pipe's output holds replies only."""
    while notices:
        print(printable(notices.popleft()), end="\n\n", file=sys.stderr, flush=True)
