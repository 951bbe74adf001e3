"""The support page: how to ask, what goes wrong most, and who to write to."""

from __future__ import annotations

from adapters.slack.manifest import COMMAND
from adapters.web.document import Document
from adapters.web.markup import Html, bullets, element, joined, link, paragraph, section
from adapters.web.served import Served

_DESCRIPTION = "How to ask framework-bot, common problems, and who to write to."


def support_page(document: Document, served: Served) -> str:
    """The page."""
    return document.page(
        "Support",
        section("How to ask", *([_slack()] if served.on_slack else []), *([_discord()] if served.discord else [])),
        section("Common problems", _problems(served)),
        section(
            "Is it running?",
            paragraph(
                link("/readyz", "The state of each part"), " tells whether it is up, and what is amiss if it is not."
            ),
        ),
        section("Contact", paragraph(f"This service is run by {document.operator.title}. ", document.operator.ways)),
        description=_DESCRIPTION,
        path="/support",
    )


def _slack() -> Html:
    return section(
        "In Slack",
        bullets(
            [
                "Mention the bot in a channel it is a member of: it answers in a thread, and you can ask on there.",
                "Write to it directly; no mention is needed.",
                joined(element("code", f"{COMMAND} QUESTION"), " answers for you alone, wherever you are."),
                joined(element("code", f"{COMMAND} recommend"), " asks a few questions and recommends a framework."),
                "On any message, under More actions: Answer this.",
            ]
        ),
        level=3,
    )


def _discord() -> Html:
    return section(
        "In Discord",
        bullets(
            [
                joined(element("code", "/ask"), " answers a question, and lists what it knows while you type."),
                joined(element("code", "/compare"), " sets frameworks side by side."),
                joined(element("code", "/recommend"), " asks a few questions and recommends a framework."),
                "Mention the bot, reply to it, or write to it directly.",
                "On any message, under Apps: Answer this.",
            ]
        ),
        level=3,
    )


def _problems(served: Served) -> Html:
    told = [
        ("It does not answer in a channel.", _silent(served)),
        (
            "A button no longer works.",
            "It is from a message of an older version, or of a recommendation that somebody else started. Ask again.",
        ),
        (
            "It does not know something, or an answer is wrong or out of date.",
            'Press "Not helpful" below the answer: those who write the answers see it.',
        ),
        ("It does not help with an error message or with code.", "It does not debug: it helps you to choose."),
    ]
    if served.anywhere_on_slack:
        told.append(
            (
                "The installation in Slack failed.",
                "Start it again, and finish it within ten minutes in the same browser.",
            )
        )
    return joined(*(section(problem, paragraph(mend), level=3) for problem, mend in told))


def _silent(served: Served) -> str:
    told = ["It must be mentioned, unless the channel chose otherwise under settings."]
    if served.on_slack:
        told.append("In Slack invite it to the channel first.")
    if served.discord:
        told.append(
            "In Discord it needs the permissions to view the channel, to send messages (in threads, too), to attach "
            "files, and to read the message history, without which Discord lets nobody reply to a message."
        )
    return " ".join(told)
