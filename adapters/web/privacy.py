"""The privacy page."""

from __future__ import annotations

from adapters.privacy import NO_AUTHOR, NO_OTHER_USE, NO_WORDS, REMOVAL, UNASKED, WHO_READS, kept
from adapters.slack.manifest import COMMAND
from adapters.web.document import Document
from adapters.web.markup import Html, bullets, element, joined, link, paragraph, section
from adapters.web.served import Served

_DESCRIPTION = "What framework-bot keeps, for how long, and how to have it deleted."


def privacy_page(document: Document, served: Served) -> str:
    """The page."""
    return document.page(
        "Privacy",
        paragraph(
            f"Responsible for this service, and for what is described here: {document.operator.title}. ",
            document.operator.ways,
        ),
        section("What it reads", bullets(_reads(served))),
        section("What it keeps, and for how long", *_keeps(served)),
        section("What it does not do", bullets(_does_not(served))),
        section("How to delete it", bullets(_deleting(served))),
        section("Who else takes part", bullets(_others(served))),
        description=_DESCRIPTION,
        path="/privacy",
    )


def _reads(served: Served) -> list[str]:
    told = ["Commands, messages that mention the bot, messages written to it directly, and messages you choose for it."]
    if served.on_slack:
        told.append(
            "In Slack channels that it is a member of, other messages pass through it: where the channel switched that "
            "on, it answers follow-ups and questions it is very sure about."
        )
    if served.listening:
        told.append("In Discord channels that switched that on, other messages too, to answer in the same way.")
    return [*told, UNASKED]


def _keeps(served: Served) -> list[Html]:
    rows = (
        element("li", f"{fact.what}: ", element("strong", fact.until), ".")
        for fact in kept(served.retention, installs=served.anywhere_on_slack)
    )
    words = served.retention.words
    unmasked = " Masking finds no names that are written out: leave them out of a question." if words else ""
    return [
        *([] if words else [paragraph(NO_WORDS)]),
        element("ul", *rows),
        paragraph(
            "A stand-in is made from an account's id with a key that only the server has, so that a judgement can be "
            f"changed or deleted by whoever gave it. {WHO_READS}{unmasked}"
        ),
    ]


def _does_not(served: Served) -> list[str]:
    cookies = "It sets no cookies"
    cookies += ", but one while somebody installs the app in Slack" if served.anywhere_on_slack else ""
    return [
        NO_OTHER_USE,
        f"These pages have no analytics and no scripts, and load nothing from elsewhere. {cookies}.",
        "Its log holds no messages, no account names and no addresses of visitors.",
    ]


def _deleting(served: Served) -> list[str]:
    told: list[str] = []
    if served.on_slack:
        told.append(
            joined(
                "In Slack: ",
                element("code", f"{COMMAND} privacy"),
                ", then Delete my data, deletes every judgement of yours, in all channels.",
            )
        )
    if served.discord:
        told.append(
            joined(
                "In Discord: ",
                element("code", "/privacy"),
                ", then Delete my data, deletes every judgement of yours, on all servers.",
            )
        )
    told.append(NO_AUTHOR)
    told.append("Under settings a channel, or a whole Discord server, can choose that no words are kept.")
    told.append(REMOVAL)
    if served.discord:
        told.append("Direct messages on Discord belong to no server: what is kept of them goes when its time is over.")
    told.append("Whoever runs this service deletes on request, too.")
    return told


def _others(served: Served) -> list[str]:
    told = [
        joined(f"What you write and what is answered passes through {served.names}, under their own terms."),
        "Whoever runs this service may keep copies of its database for a while, in case it is lost.",
    ]
    if served.reports:
        told.append(
            "Errors and timings of the program are sent to services that collect them, without anybody's words."
        )
    return [*told, joined("Questions about this page: see ", link("/support", "support"), ".")]
