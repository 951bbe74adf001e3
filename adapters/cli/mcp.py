"""Serve the answers to other programs over the Model Context Protocol: on standard input and output.

examples:
  framework-bot mcp
  framework-bot mcp --http 8765         at http://127.0.0.1:8765/mcp (streamable HTTP)

It has the tools ask, compare, recommend and list_topics, and each entry as a resource, such as
framework-bot://answers/choose.mobile. What the tools give is what `ask --json` and `recommend --json` print.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from adapters import version
from adapters.cli.options import add_knowledge, make_bot
from bot.chat.screens import topic_groups
from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.dialog.text_renderer import as_json, first_shown, plain_text
from bot.recommendation.flow import AnswerError, Flow
from bot.recommendation.text import as_document

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

_INSTRUCTIONS = (
    "Answers on choosing and comparing machine-learning frameworks, from a curated knowledge base: each with its "
    "sources and the day it was checked. Where it does not know, it declines."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--http", type=int, metavar="PORT", help="serve streamable HTTP at /mcp on this port instead")
    parser.add_argument("--host", default="127.0.0.1", help="with --http: where to listen (default: 127.0.0.1)")
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> None:
    """Serve until the client leaves or the process is stopped."""
    server = make_server(make_bot(arguments))
    if arguments.http is None:
        server.run("stdio")
    else:
        server.run("streamable-http", host=arguments.host, port=arguments.http, stateless_http=True)


def make_server(bot: Bot) -> MCPServer:
    """The tools and resources over a bot."""
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.server.mcpserver.resources import TextResource

    server = MCPServer("framework-bot", version=version() or "", instructions=_INSTRUCTIONS)
    flow = Flow.of(bot.knowledge)

    @server.tool()
    def ask(question: str) -> dict[str, Any]:
        """Answer a question on choosing or comparing machine-learning frameworks."""
        return as_json(bot.answer(Question(question)), None)

    @server.tool()
    def compare(frameworks: list[str], aspect: str = "") -> dict[str, Any]:
        """Compare frameworks, such as ["pytorch", "jax"], by an aspect in words, such as "speed on TPUs"."""
        return as_json(bot.answer(Question(f"{' vs '.join(frameworks)} {aspect}".strip())), None)

    if flow is not None:
        options = "; ".join(
            f"{one.id}: {', '.join(option.id for option in one.options)}" for one in flow.rules.questions
        )

        def recommend(answers: dict[str, str]) -> dict[str, Any]:
            try:
                given = {question: flow.checked(question, option) for question, option in answers.items()}
            except AnswerError as error:
                raise ToolError(str(error)) from error
            return as_document(flow, flow.finished(given))

        server.add_tool(
            recommend, description=f"Recommend a framework for a situation. Questions and answers: {options}"
        )

    @server.tool()
    def list_topics() -> dict[str, list[dict[str, str]]]:
        """All entries, as id and title, by topic."""
        groups = topic_groups(bot.knowledge).items()
        return {topic: [{"id": one.id, "title": one.title} for one in entries] for topic, entries in groups}

    for entry in bot.knowledge.entries.values():
        if entry.kind == "answer":
            reply = bot.show(entry.id)
            text = plain_text((*first_shown(reply), *reply.details))
            server.add_resource(
                TextResource(uri=f"framework-bot://answers/{entry.id}", name=entry.id, title=entry.title, text=text)
            )
    return server
