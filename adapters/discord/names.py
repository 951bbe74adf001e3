"""Names and descriptions of commands in other languages, where somebody has written them.

A table per language, keyed by the English text. What it leaves out stays English. Discord counts the
longest language, so `problems` checks a table before it is shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import discord
from discord import app_commands

Names = Mapping[discord.Locale, Mapping[str, str]]

NAMES: Names = {}
"""The languages that are shipped. The answers are English, so English names are what fits them."""

LONGEST_NAME = 32
LONGEST_DESCRIPTION = 100

_NAME = re.compile(r"[-_'\w]{1,32}")


class Translator(app_commands.Translator):
    """Gives discord.py the texts of a table."""

    def __init__(self, names: Names = NAMES) -> None:
        self._names = names

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The text in `locale`, or None."""
        del context
        return self._names.get(locale, {}).get(string.message)


def problems(names: Names) -> Iterator[str]:
    """What Discord would refuse in a table: names of another form, texts that are too long."""
    for locale, table in names.items():
        for english, text in table.items():
            is_name = _NAME.fullmatch(english) is not None and english == english.lower()
            if is_name and (_NAME.fullmatch(text) is None or text != text.lower()):
                yield f'{locale.value}: "{text}" must be 1 to {LONGEST_NAME} letters in lower case'
            elif not 1 <= len(text) <= LONGEST_DESCRIPTION:
                yield f'{locale.value}: "{text}" has {len(text)} characters; {LONGEST_DESCRIPTION} is the most'
