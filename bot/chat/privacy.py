"""What is stored about people, for how long, and how it is deleted: stated once, for every platform and the web pages.

The statements follow the tables in `bot.storage.schema`; a new table needs a line here. They are worded so that
they fit into a chat, where the bot says "I", and into a page alike.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from bot.storage.records import Retention

MASKED = "with mentions, e-mail addresses, links, paths, keys and long numbers masked"

WHO_READS = "What people wrote and is kept is read only by those who write the answers and who run the service."
NO_WORDS = "No words at all are kept: neither questions nor what is written with a vote."
UNASKED = "Messages that are not meant for the bot are neither kept nor sent anywhere."
NO_OTHER_USE = (
    "Nothing is sold, used to train models or analysed for advertising. Errors and timings may go to a monitoring "
    "service of the people who run the bot, without names and without anybody's words."
)
REMOVAL = "When the bot is removed from a workspace or server, everything kept of that workspace or server is deleted."
NO_AUTHOR = (
    "Questions are kept without their author, so they cannot be found by person: they go when their time is over."
)


class Kept(NamedTuple):
    """One kind of thing that is kept, and when it is deleted: a span of time, or what ends it."""

    what: str
    until: str


def kept(retention: Retention) -> tuple[Kept, ...]:
    """Everything that is kept under `retention`, on every platform."""
    words = f"Questions that found no sure answer, without who asked and {MASKED}"
    shown = (
        "In which message of a channel each answer was posted, and which entries it showed, so that it can be "
        "corrected; not of direct messages"
    )
    right = "which topic would have been right"
    remark = f", {right}, and what was written with it, masked in the same way" if retention.words else f", and {right}"
    return (
        *([Kept(words, span(retention.words))] if retention.words else ()),
        Kept(
            f"Whether an answer was helpful{remark}, with a stand-in for the person that cannot be turned back",
            f"{span(retention.ties)}, then the vote alone until {span(retention.counts)} have passed",
        ),
        Kept(
            "Which entries were last shown in a conversation, which messages answer which, and where a "
            "recommendation stands, for follow-ups and edits, without its words",
            f"{span(retention.threads)} after the last of them",
        ),
        *([Kept(shown, span(retention.answers))] if retention.answers else ()),
        Kept(
            "Questions that somebody passed on with Ask our people, with a stand-in for the person, and others without "
            f"an answer, without who asked, where a workspace or server chose that; all {MASKED} and with where an "
            "answer is to be posted, which of a direct message is kept only where it was passed on",
            f"until they are answered, at most {span(retention.asked)}",
        ),
        Kept(
            "Which messages were answered, as hashes of their ids, so that nobody is answered twice",
            f"about {span(retention.deliveries)}",
        ),
        Kept(
            "How often each entry was shown, by day and by workspace or server, without who asked",
            span(retention.counts),
        ),
        Kept(
            "What was chosen under settings for a channel, a workspace or a server",
            "until the bot is removed from there",
        ),
        Kept(
            "The answers that a workspace or server taught the bot, in every version, with a stand-in for who wrote it "
            "and the id of who answers for it, until that person asks to be forgotten",
            "until the bot is removed from there",
        ),
        Kept(
            "Who may teach there, by id, the channel where people are asked, and a number that counts the changes",
            "until the bot is removed from there",
        ),
    )


def lines(retention: Retention) -> tuple[str, ...]:
    """The same as lines for a chat; the first says so where no words are kept at all."""
    return (*([NO_WORDS] if not retention.words else []), *(f"{what}: {until}." for what, until in kept(retention)))


def span(time: timedelta) -> str:
    """A span of time in words: "90 days", "26 hours", "10 minutes"."""
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if time >= length and not time % length:
            count = time // length
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    raise ValueError(f"{time} is no whole number of days, hours or minutes")
