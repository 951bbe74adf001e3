"""What Discord's error codes mean for a message that it did not take: one table, by which every refusal is judged.

The codes are those of https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
"""

from __future__ import annotations

from typing import Literal

import discord

Verdict = Literal["final", "passing", "form", "reference", "file"]
"""final: Discord would not take it later either. passing: it may. Else it takes the same words at once in another form:
as plain text, without the reference to a message, or without the file."""

ANSWERED_ALREADY = 40060

CODES: dict[int, Verdict] = {
    20009: "final",  # explicit content
    20016: "passing",  # slow mode
    20022: "passing",  # edits in announcement channels
    20028: "passing",  # writes in the channel
    20029: "passing",  # writes in the server
    30046: "passing",  # edits of messages older than an hour
    40001: "final",  # unauthorized
    40002: "final",  # the account must be verified
    40003: "passing",  # opening direct messages too fast
    40004: "passing",  # sending is switched off for now
    40005: "file",  # too large
    40006: "passing",  # the feature is switched off for now
    40007: "final",  # banned from the server
    40058: "final",  # a forum takes posts, no messages
    ANSWERED_ALREADY: "final",
    40062: "passing",  # a service is rate limited
    40067: "final",  # a post in this forum needs a tag
    40094: "final",  # no more follow-ups to this interaction
    40333: "passing",  # blocked by Cloudflare
    50003: "final",  # not in a direct message
    50005: "final",  # somebody else's message
    50007: "final",  # the person takes no messages from us
    50008: "final",  # no text channel
    50009: "final",  # the channel's verification level is too high
    50021: "final",  # a system message
    50024: "final",  # not in this type of channel
    50027: "final",  # the interaction's token is over
    50033: "final",  # no such recipient
    50045: "file",  # too large
    50046: "file",  # invalid
    50083: "final",  # the thread is archived
    50095: "final",  # the server is not available where we are
    50110: "file",  # invalid
    50123: "file",  # type
    50146: "file",  # lost on the way
    50178: "final",  # the account must be verified
    110001: "passing",  # not yet available
    130000: "passing",  # overloaded
    160002: "reference",  # a reply needs the permission to read the message history
    160005: "final",  # the thread is locked
    160006: "final",  # too many active threads
    200000: "final",  # blocked by automatic moderation
    200001: "final",  # its title was
    240000: "final",  # blocked by the filter of harmful links
    400001: "file",  # the server may send no files
}

_FINAL_STATUSES = (401, 403, 404, 405)
"""No permission, no such channel or message, an interaction that is too old."""

_MISSING_PERMISSIONS = 50013

_MALFORMED = 400


def verdict(error: discord.HTTPException, *, with_file: bool = False) -> Verdict:
    """What to do after `error`. `with_file`: the message had one, which takes a permission of its own."""
    if with_file and error.code == _MISSING_PERMISSIONS:
        return "file"
    known = CODES.get(error.code)
    if known is not None:
        return known
    if error.status in _FINAL_STATUSES:
        return "final"
    return "form" if error.status == _MALFORMED else "passing"
