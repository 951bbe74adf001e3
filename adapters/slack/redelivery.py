"""Which of Slack's tries a delivery is, as Slack numbers them: over HTTP in a header, in Socket Mode in the envelope.

Bolt shows both as the header.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NUMBER = "x-slack-retry-num"
"""The header, in lower case as Bolt keeps it. Not signed: whoever plays a delivery again can write any number."""


def number(headers: Mapping[str, Sequence[str] | str]) -> int:
    """0 for a first delivery, 1 and up for redeliveries; 0 too where it is no number."""
    found = headers.get(NUMBER, "")
    text = found if isinstance(found, str) else next(iter(found), "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
