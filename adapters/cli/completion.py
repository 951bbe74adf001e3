"""Print what makes a shell complete the commands, their options and file names.

examples:
  framework-bot completion bash > ~/.local/share/bash-completion/completions/framework-bot
  framework-bot completion zsh > ~/.zfunc/_framework-bot      # a folder that is in $fpath
  framework-bot completion fish > ~/.config/fish/completions/framework-bot.fish

The folder must exist. It takes effect in the next shell; print it again after an update.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=["bash", "zsh", "fish"], help="the shell")


def run(arguments: argparse.Namespace) -> None:
    import shtab

    from adapters.cli.main import COMMANDS, parser

    loaded = []
    for name, (module, _) in COMMANDS.items():
        with suppress(ModuleNotFoundError):  # an extra is not installed
            import_module(module)
            loaded.append(name)
    whole = parser(*loaded)
    kinds = {"FILE": shtab.FILE, "PATH": shtab.FILE, "CASES.jsonl": shtab.FILE, "DIR": shtab.DIRECTORY}
    for action in _arguments(whole):
        if action.metavar in kinds:
            action.complete = kinds[action.metavar]  # type: ignore[attr-defined] # what shtab looks for
    print(shtab.complete(whole, arguments.shell))


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The arguments of a parser and of its commands."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list them
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            for below in action.choices.values():
                yield from _arguments(below)
