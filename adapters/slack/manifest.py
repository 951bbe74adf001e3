"""`framework-bot slack manifest`: what to paste where Slack asks for a new app's manifest."""

from __future__ import annotations

import argparse
import json
from typing import Any
from urllib.parse import urlsplit

NAME = "framework-bot"
COMMAND = "/framework"

ANSWER_THIS = "answer-this"
COMPARE_FRAMEWORKS = "compare-frameworks"
"""Callback ids of the shortcuts."""

SCOPES = ("app_mentions:read", "chat:write", "commands", "im:history", "assistant:write")
OPTIONAL_SCOPES = ("channels:history", "groups:history")
"""Only for channels in which it shall answer without being mentioned."""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)

PROMPTS = (
    ("Which should a beginner learn?", "Which framework should a beginner learn?"),
    ("PyTorch or TensorFlow for mobile?", "PyTorch or TensorFlow for a mobile app?"),
    ("Recommend one to me", "recommend"),
    ("What can you do?", "help"),
)
"""Title and message of what the agent view suggests; Slack shows four at most."""


def manifest(address: str | None = None) -> dict[str, Any]:
    """The manifest: for Socket Mode, or for HTTP where `address` is the service's public one."""
    base = address.rstrip("/") if address else None
    events = f"{base}/slack/events" if base else None
    there = {"request_url": events} if events else {}
    redirects = {"redirect_urls": [f"{base}/slack/oauth_redirect"]} if base else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": "Answers on choosing and comparing machine-learning frameworks, with sources and dates.",
            "background_color": "#1d2b3a",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {
                "agent_description": "Answers on PyTorch, TensorFlow, JAX and Keras from a curated knowledge base.",
                "suggested_prompts": [{"title": title, "message": message} for title, message in PROMPTS],
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [
                {
                    "name": "Answer this",
                    "type": "message",
                    "callback_id": ANSWER_THIS,
                    "description": "Answer a message's question",
                },
                {
                    "name": "Compare frameworks",
                    "type": "global",
                    "callback_id": COMPARE_FRAMEWORKS,
                    "description": "Set frameworks side by side",
                },
            ],
            "slash_commands": [
                {
                    "command": COMMAND,
                    "description": "Ask about machine-learning frameworks",
                    "usage_hint": "QUESTION, or recommend, compare, topics, help, privacy, settings",
                    "should_escape": False,
                    **({"url": events} if events else {}),
                }
            ],
        },
        "oauth_config": {
            **redirects,
            "scopes": {"bot": [*SCOPES, *OPTIONAL_SCOPES], "bot_optional": list(OPTIONAL_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**there, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **there, **({"message_menu_options_url": events} if events else {})},
            "org_deploy_enabled": True,
            "socket_mode_enabled": base is None,
            "token_rotation_enabled": False,
        },
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot slack` takes."""
    parser.description = "What Slack needs to know of the app."
    parser.epilog = (
        "examples:\n  framework-bot slack manifest\n  framework-bot slack manifest --http https://bot.example\n"
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    printing = actions.add_parser("manifest", help="print the app's manifest, as JSON")
    printing.add_argument(
        "--http", metavar="URL", type=public_address, help="the service's public https address; Socket Mode without it"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the manifest; 0."""
    print(json.dumps(manifest(arguments.http), indent=2))
    return 0


def public_address(text: str) -> str:
    """An address Slack can reach. Raises ArgumentTypeError with the mend."""
    mend = "write it as https://HOST, an address that Slack can reach"
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        raise argparse.ArgumentTypeError(f"is not an address: {mend}") from None
    if parts.scheme != "https" or not host or parts.query or parts.fragment or parts.username:
        raise argparse.ArgumentTypeError(f"cannot be {text!r}: {mend}")
    return text.rstrip("/")
