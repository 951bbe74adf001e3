"""Serve the pages and the API alone, without any token, until Ctrl-C. Nothing is stored.

examples:
  framework-bot web
  framework-bot web --port 8080

It listens on HOST and PORT (127.0.0.1:3000 where left out). /ask is the page to try it, and
/api/v1/answer?q=... what programs ask.
"""

from __future__ import annotations

import argparse
from functools import partial

from adapters.cli.output import whole_number
from adapters.cli.serve import serve
from adapters.server.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    port = whole_number(65_535, "must be a whole number from 0 to 65535")
    parser.add_argument("--port", type=port, metavar="N", help="port to listen on; 0 takes any free one")


def run(arguments: argparse.Namespace) -> None:
    """Serve until stopped. Raises CommandError, KnowledgeError or SettingsError where it cannot start."""
    from adapters.server.service import running_pages

    settings = load_settings()
    if arguments.port is not None:
        settings = settings.model_copy(update={"port": arguments.port})
    serve(settings, partial(running_pages, started=_started))


def _started(address: str) -> None:
    print(f"Ask in a browser: {address}/ask\nCtrl-C stops it.", flush=True)
