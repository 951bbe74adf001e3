"""The first page: what the bot is, one question with its real answer, and how to add it."""

from __future__ import annotations

from adapters.slack.addresses import INSTALL
from adapters.web.document import NAME, Document, button, buttons
from adapters.web.markup import Html, bullets, element, joined, link, paragraph, section
from adapters.web.reply import reply_html
from adapters.web.served import Served
from bot.answering import Bot
from bot.question import Question

EXAMPLE = "PyTorch or TensorFlow for a mobile app?"

_DESCRIPTION = "A chat bot that answers questions on choosing PyTorch, TensorFlow and other frameworks, with sources."

_DOES = (
    "Today's answer first, then what the article it started from said, then what has changed since.",
    "Each claim with its source and the day it was checked; judgements and weak sources are called that.",
    'Typos and former names are understood, and follow-ups such as "and for production?" too.',
    "A few questions lead to a recommendation with its reasons.",
    "Where it is not sure it asks what you mean; where it does not know, it says so.",
)


def landing_page(document: Document, served: Served, example: Html) -> str:
    """The page; `example` may be empty."""
    return document.page(
        NAME,
        paragraph(
            f"{NAME} answers questions on choosing and comparing machine-learning frameworks in {served.names}: "
            "PyTorch and TensorFlow above all, and JAX, Keras and others beside them. It answers from a curated, dated "
            "knowledge base. No language model writes the answers, so the same question gets the same answer."
        ),
        _adding(served),
        *([section("An example", example)] if example else []),
        section("What it does", bullets(_DOES)),
        section(
            "Before you add it",
            bullets(
                [
                    joined(link("/privacy", "Privacy"), ": what is kept, for how long, and how to delete it"),
                    joined(link("/support", "Support"), ": how to ask, common problems, and who to write to"),
                ]
            ),
        ),
        description=_DESCRIPTION,
        path="/",
    )


def example_of(bot: Bot) -> Html:
    """The example with the answer as of now; empty where this knowledge base has none."""
    reply = bot.answer(Question(EXAMPLE))
    if reply.outcome != "answer":
        return Html()
    answer = element("div", reply_html(reply, level=3), class_="answer")
    return joined(element("blockquote", paragraph(EXAMPLE)), answer)


def _adding(served: Served) -> Html:
    ways = [button(INSTALL, "Add to Slack")] if served.anywhere_on_slack else []
    invitation = served.invitation()
    if invitation is not None:
        ways.append(button(invitation, "Add to Discord"))
    told = []
    if served.on_slack and not served.anywhere_on_slack:
        told.append(paragraph("In Slack this service answers in one workspace, and cannot be added to others."))
    if served.discord and invitation is None:
        told.append(paragraph("The link that adds it to a Discord server is shown once it is connected to Discord."))
    return joined(*([buttons(*ways)] if ways else []), *told)
