"""Ask one question; or, with --jsonl, one a line from standard input.

examples:
  framework-bot ask "which one is better for phones"
  framework-bot ask "pytorch vs jax" --explain
  framework-bot ask "is tflite dead" --json
  echo "keras or pytorch?" | framework-bot ask
  framework-bot ask --jsonl < questions.jsonl > replies.jsonl

Every line that --jsonl reads is {"id": ..., "q": "..."}; every line it writes is what --json prints,
in the same order. A line that cannot be read gives {"line": ..., "error": ...}, and exit code 1 at
the end. Otherwise the exit code is 0, whatever the reply.
"""

# This imports only what answering needs, so that the process takes 0.2 seconds.

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any

from adapters.cli.options import add_knowledge, make_bot
from adapters.cli.output import CommandError
from adapters.terminal.printable import printable
from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.dialog.reply import Reply
from bot.dialog.text_renderer import as_json, explanation, first_shown, plain_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="*", metavar="QUESTION", help="the question; read from a pipe where left out")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the reply as one JSON object")
    form.add_argument("--jsonl", action="store_true", help="read JSON lines, write JSON lines")
    parser.add_argument("--explain", action="store_true", help="say below the reply why it was given")
    parser.add_argument("--workspace", metavar="PLATFORM:TEAM", help="with what this workspace taught")
    parser.add_argument("--full", action="store_true", help="print the details and all sources too")
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask; 0 for any reply, 1 where a JSON line could not be read."""
    if arguments.jsonl:
        if arguments.question:
            raise CommandError("--jsonl reads the questions from standard input; leave QUESTION out")
        return answer_lines(_bot(arguments), sys.stdin.buffer)
    text = _question(arguments.question)
    bot = _bot(arguments)
    reply = bot.answer(Question(text))
    if arguments.json:
        print(json.dumps(as_json(reply, None)))
    else:
        print(_shown(reply, explain=arguments.explain, full=arguments.full))
    return 0


def answer_lines(bot: Bot, lines: Iterable[bytes]) -> int:
    """Answer JSON lines on standard output, each as soon as it was read; 1 where one was malformed, else 0."""
    code = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            identity, text = _parse(line)
        except ValueError as error:
            code = 1
            print(json.dumps({"line": number, "error": str(error)}), flush=True)
        else:
            print(json.dumps(as_json(bot.answer(Question(text)), identity)), flush=True)
    return code


def _bot(arguments: argparse.Namespace) -> Bot:
    bot = make_bot(arguments)
    if arguments.workspace is None:
        return bot
    from adapters.cli.answers import bot_of

    return bot_of(bot, arguments.workspace)


def _parse(line: bytes) -> tuple[Any, str]:
    """(id, question) of one line. Raises ValueError, which says what is wrong and what to do."""
    try:
        document = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text; save the file as UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError('is not JSON; write {"id": 1, "q": "..."}, one a line') from None
    if not isinstance(document, dict) or not isinstance(document.get("q"), str):
        raise ValueError('has no text under "q"; write {"id": 1, "q": "..."}')  # noqa: TRY004 - the line is at fault
    return document.get("id"), document["q"]


def _question(words: list[str]) -> str:
    if words:
        return " ".join(words)
    if sys.stdin.isatty():
        raise CommandError('ask what? Write the question: framework-bot ask "which one is better for phones"')
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def _shown(reply: Reply, *, explain: bool, full: bool) -> str:
    blocks = (*first_shown(reply), *(reply.details if full else ()))
    text = printable(plain_text(blocks))
    if explain:
        text += "\n\n" + printable(explanation(reply))
    return _fitted(text) if sys.stdout.isatty() else text


def _fitted(text: str) -> str:
    """Long lines broken between words at the terminal's width, addresses left whole."""
    import shutil
    import textwrap

    width = max(20, shutil.get_terminal_size().columns)
    lines = text.split("\n")
    return "\n".join(textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in lines)
