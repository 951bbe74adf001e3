"""What Discord's error codes mean for a message that it did not take: one table, by which every refusal is judged.

The codes are those of https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
"""

from __future__ import annotations

from typing import Literal

import discord

Verdict = Literal["final", "passing", "form", "reference", "file"]
"""final: Discord would not take it later either. passing: it may. Else it takes the same words at once in another form:
as plain text, without the reference to a message, or without the file."""

_BY_VERDICT: dict[Verdict, tuple[int, ...]] = {
    # content, accounts, bans; what was answered already; kinds of channels, recipients and threads; moderation
    "final": (
        20009, 40001, 40002, 40007, 50178, 40060, 40094, 50027, 40058, 40067, 50003, 50008, 50009, 50021, 50024, 50095,
        50005, 50007, 50033, 50083, 160005, 160006, 200000, 200001, 240000,
    ),
    # slow mode and limits of writing and editing; what is switched off or overloaded for now; Cloudflare
    "passing": (20016, 20022, 20028, 20029, 30046, 40003, 40062, 40004, 40006, 110001, 130000, 40333),
    "reference": (160002,),  # a reply needs the permission to read the message history
    "file": (40005, 50045, 50046, 50110, 50123, 50146, 400001),
}  # fmt: skip
CODES = {code: verdict for verdict, codes in _BY_VERDICT.items() for code in codes}

_MISSING_PERMISSIONS = 50013


def verdict(error: discord.HTTPException, *, with_file: bool = False) -> Verdict:
    """What to do after `error`. `with_file`: the message had one, which takes a permission of its own."""
    if with_file and error.code == _MISSING_PERMISSIONS:
        return "file"
    if error.code in CODES:
        return CODES[error.code]
    if error.status in (401, 403, 404, 405):  # no permission, no such channel, an interaction that is too old
        return "final"
    return "form" if error.status == 400 else "passing"
