"""The command line: a table of commands, each in its own module, imported only when it runs.

A command is a line in COMMANDS and a module with `add_arguments(parser)` and `run(arguments)`, which returns an exit
code only where that is not always 0. Its docstring is the command's help: up to the first empty line above the options,
the rest below them. Only the parser of the command that was named is filled, so that asking a question loads nothing
else.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from adapters.cli.output import CommandError
from adapters.server.setting_values import SettingsError
from knowledge.errors import KnowledgeError

PROGRAM = "framework-bot"

FAILED = 1
MISUSED = 2
INTERRUPTED = 130
PIPE_CLOSED = 141
TERMINATED = 143
"""Exit codes; the last three are what a shell shows for SIGINT, SIGPIPE and SIGTERM."""

_OURS = {"adapters", "bot", "knowledge"}

_EXTRAS = {"mcp": "mcp", "opentelemetry": "service,telemetry", "sentry_sdk": "service,sentry"}
"""The extras to install where a library is missing; "service" for any other."""

COMMANDS = {
    "chat": ("adapters.cli.chat", "talk with the bot in this terminal"),
    "ask": ("adapters.cli.ask", "ask one question, or a file of them"),
    "recommend": ("adapters.cli.recommend", "a few questions that lead to a recommendation"),
    "check": ("adapters.cli.check", "look for mistakes in the knowledge base"),
    "freshness": ("adapters.cli.freshness", "check what claims rest on outside: versions, advisories, links"),
    "eval": ("adapters.cli.evaluate", "measure the answers on labelled questions"),
    "calibrate": ("adapters.cli.calibrate", "fit the confidence to labelled questions"),
    "import": ("adapters.cli.import_", "make a knowledge folder from a TSV or CSV table"),
    "export": ("adapters.cli.export", "write the knowledge as YAML, JSON or CSV"),
    "answers": ("adapters.cli.answers", "what a workspace taught: list, add, edit, export"),
    "mcp": ("adapters.cli.mcp", "serve the answers to other programs (MCP)"),
    "serve": ("adapters.cli.serve", "serve Slack and Discord, whichever have credentials"),
    "web": ("adapters.cli.web", "serve the pages and the API alone, without any token"),
    "slack": ("adapters.slack.manifest", "print the manifest that makes a Slack app"),
    "discord": ("adapters.cli.discord", "register the commands with Discord"),
    "demo": ("adapters.cli.demo", "fill a database with made-up questions, to try report and forget"),
    "report": ("adapters.cli.report", "what people asked and did not get, for curators"),
    "forget": ("adapters.cli.forget", "delete the data of a person, a workspace or a server"),
    "keys": ("adapters.cli.keys", "make, replace and check the keys that encrypt Slack tokens"),
    "completion": ("adapters.cli.completion", "print what makes a shell complete these commands"),
}
"""The module of each command, and what it does in one line."""

_EPILOG = """\
commands:
{commands}

examples:
  framework-bot chat
  framework-bot ask "which one is better for phones"
  framework-bot ask "pytorch vs jax" --json

settings, from the environment, a .env file or a folder of secrets:
  FRAMEWORK_BOT_OVERLAY            a folder of your own entries, laid over the shipped ones
  FRAMEWORK_BOT_ANSWER_THRESHOLD   confidence (0..1) from which an answer is given
  FRAMEWORK_BOT_CHOICES_THRESHOLD  confidence (0..1) from which "did you mean" is offered
  FRAMEWORK_BOT_ENCODER            on or off: whether questions are read by meaning too

"framework-bot COMMAND --help" says more about a command.
"""


def main(argv: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one for each way a command can end
    """Run one command line; the exit code. A mistake of the user ends in a message, not in a traceback."""
    words = sys.argv[1:] if argv is None else list(argv)
    named = next((word for word in words if not word.startswith("-")), None)
    if argv is None:
        # Without a handler the first process of a container is never sent SIGTERM. `serve` sets its own later.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0 if named == "serve" else TERMINATED))
    _prepare_streams()
    try:
        return _run(words, named if named in COMMANDS else None)
    except KnowledgeError as error:
        return _complain(str(error))
    except (CommandError, SettingsError) as error:
        return _complain(f"{PROGRAM}: {error}")
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return PIPE_CLOSED
    except OSError as error:
        if error.filename is None:
            _drop_output()
        return _complain(f"{PROGRAM}: {error.filename or 'output'}: {error.strerror or error}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in _OURS:
            raise
        extra = _EXTRAS.get(error.name.partition(".")[0], "service")
        return _complain(
            f"{PROGRAM}: this command needs {error.name}, which is not installed; install framework-bot from the "
            f"folder of its source with the extra: pip install '.[{extra}]', or uv tool install --force '.[{extra}]'"
        )


def parser(*filled: str) -> argparse.ArgumentParser:
    """The parser of the whole command line; of the commands, only those `filled` have their arguments."""
    width = max(map(len, COMMANDS))  # argparse would put longer names on a line of their own
    listed = "\n".join(f"  {name:<{width}}  {help_text}" for name, (_, help_text) in COMMANDS.items())
    shape: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    whole = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Answers on choosing and comparing machine-learning frameworks, from dated, curated knowledge.",
        epilog=_EPILOG.format(commands=listed),
        **shape,
    )
    whole.add_argument("--version", action="store_true", help="print the version and leave")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", help="what to do, see below")
    for name, (module_name, help_text) in COMMANDS.items():
        if name not in filled:
            commands.add_parser(name, **shape)  # argparse does not list those without a help text
            continue
        module = import_module(module_name)
        description, _, epilog = (module.__doc__ or "").partition("\n\n")
        own = commands.add_parser(name, help=help_text, description=description, epilog=epilog, **shape)
        module.add_arguments(own)
    return whole


def _run(words: Sequence[str], command: str | None) -> int:
    whole = parser(*([command] if command is not None else []))
    try:
        arguments = whole.parse_args(words)
        if arguments.version:
            from adapters import version

            print(f"{PROGRAM} {version() or '(run from its source, not installed)'}")
            return 0
        if command is None:
            whole.print_help(sys.stderr)
            return MISUSED
        code: int | None = import_module(COMMANDS[command][0]).run(arguments)
        return code or 0
    finally:
        sys.stdout.flush()  # here, so that a closed pipe is met inside main


def _complain(message: str) -> int:
    from adapters.terminal.printable import printable

    print(printable(message), file=sys.stderr)
    return FAILED


def _prepare_streams() -> None:
    """Make a closed input empty, and a closed output one that fails when it is written to: else the next file that is
    opened takes its number, and what is printed goes into that."""
    for name, mode, access in (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, access), mode, encoding="utf-8"))
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what its encoding does not have becomes a question mark


def _drop_output() -> None:
    """Output cannot be written: discard the rest, so that closing the interpreter does not fail as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
