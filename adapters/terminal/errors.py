"""What a user of the command line can get wrong."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot do what was asked. The message says what is wrong and what to change, in one line."""
