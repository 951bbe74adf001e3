"""Fill a new database with made-up questions, to try report and forget without a service.

examples:
  framework-bot demo demo.sqlite3 > settings.sh && . ./settings.sh
  framework-bot report
  framework-bot forget --user slack:U0DEMO1

It prints the settings to read the database with, in the form that a shell takes, and changes none of yours: in the
next shell they are gone. Delete the file when you are done.
"""

from __future__ import annotations

import argparse
import asyncio
import shlex
from hashlib import sha256
from pathlib import Path

from bot.chat.capabilities import Capabilities
from bot.chat.incoming import Action, Incoming, Message, Place, Press
from bot.chat.service import ChatService
from bot.dialog.answering import Bot
from bot.dialog.reply import Reply
from bot.factory import assemble
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store

_KEY = sha256(b"framework-bot demo").hexdigest()
"""Protects nobody: what it hides is made up."""

_ASKED = {
    "U0DEMO1": ("pytorch or tensorflow for a chatbot?", "do we use kubeflow", "is tflite dead"),
    "U0DEMO2": ("kubeflow yes or no", "jax vs pytorch for research", "what is the capital of peru"),
    "U0DEMO3": ("who uses kubeflow here", "who can reset my vpn password", "which framework for phones", "exporting"),
}
"""Who asked what."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the SQLite file to make")


def run(arguments: argparse.Namespace) -> None:
    """Make the file and print how to read it."""
    file: Path = arguments.file.absolute()
    file.touch(mode=0o600, exist_ok=False)
    asyncio.run(_fill(Store(sqlite_address(file), secrets=(_KEY,)), assemble()))
    print(f"export DATABASE_URL={shlex.quote(f'sqlite:///{file}')} FRAMEWORK_BOT_PRIVACY_KEY={_KEY}")


async def _fill(store: Store, bot: Bot) -> None:
    """Ask everything as a chat does, and vote on what was answered."""
    async with ResilientStore.open(store) as records:
        chat = ChatService(lambda: bot, records, Capabilities(name="slack", help=()), secrets=(_KEY,))

        async def send(incoming: Incoming) -> Reply | None:
            shown = await chat.handle(incoming)
            if shown is None:
                return None
            await chat.posted(shown)
            return shown.reply

        for user, questions in _ASKED.items():
            place = Place("slack", "T0DEMO", "C0DEMO", "channel", thread=user)
            for question in questions:
                reply = await send(
                    Message(place=place, user=user, text=question, address="mention", starts_thread=True)
                )
                if reply is not None and reply.outcome == "answer":
                    vote = Action(
                        "vote", ("n" if user == "U0DEMO3" else "y", reply.entries[0], reply.knowledge_version)
                    )
                    await send(Press(place=place, user=user, action=vote, message=question))
