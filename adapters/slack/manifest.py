"""Slack as others see it: the app's manifest (`framework-bot slack manifest` prints it), capabilities, and pages."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.chat.capabilities import Capabilities

if TYPE_CHECKING:
    from adapters.web.site import PlatformInfo

NAME = "framework-bot"
COMMAND = "/framework"

INSTALL = "/slack/install"
"""Where an installation starts on this service."""

REDIRECT = "/slack/oauth_redirect"
"""Where Slack sends the person back to."""

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

CAPABILITIES = Capabilities(
    name="slack",
    help=(
        f"{COMMAND} QUESTION: the answer, for you alone or for the channel as it is set",
        f"{COMMAND} recommend: a few questions that lead to a recommendation",
        f"{COMMAND} compare, topics, help, privacy or settings",
        "Mention me in a channel: I answer in a thread, where you can ask further questions",
        "Write to me directly: no mention needed",
        'On any message, under "More actions": Answer this',
        "Under the lightning bolt: Compare frameworks",
    ),
    settings_command=f"{COMMAND} settings",
    search=True,
    join_hint="I receive a channel's messages only where I am a member: invite me there.",
)


def manifest(address: str | None = None) -> dict[str, Any]:
    """The manifest: for Socket Mode, or for HTTP where `address` is the service's public one."""
    base = address.rstrip("/") if address else None
    events = f"{base}/slack/events" if base else None
    there = {"request_url": events} if events else {}
    redirects = {"redirect_urls": [f"{base}{REDIRECT}"]} if base else {}
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
                    "description": "Compare frameworks side by side",
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


def slack_info(*, anyone_installs: bool) -> PlatformInfo:
    """What the pages say. `anyone_installs`: any workspace can install the app."""
    from adapters.web.site import PlatformInfo  # noqa: PLC0415 - the manifest is printed without the web libraries

    return PlatformInfo(
        title="Slack",
        how_to_ask=(
            "Mention the bot in a channel it is a member of: it answers in a thread, and you can ask on there.",
            "Write to it directly; no mention is needed.",
            f"`{COMMAND} QUESTION` answers for you alone, wherever you are.",
            f"`{COMMAND} recommend` asks a few questions and recommends a framework.",
            "On any message, under More actions: Answer this.",
        ),
        reads=(
            "In Slack channels that it is a member of, other messages pass through it: where the channel switched that "
            "on, it answers follow-ups and questions it is very sure about."
        ),
        deletion=f"`{COMMAND} privacy`, then Delete my data, deletes every vote of yours, in all channels.",
        silent="In Slack invite it to the channel first.",
        install=lambda: INSTALL if anyone_installs else None,
        no_install="In Slack this service answers in one workspace, and cannot be added to others.",
        anyone_installs=anyone_installs,
        own_paths=("/slack/",),
    )


DESCRIPTION = "What Slack needs to know of the app."
EPILOG = "examples:\n  framework-bot slack manifest\n  framework-bot slack manifest --http https://bot.example\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
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
    """An address that Slack can reach. Raises ArgumentTypeError with a hint."""
    hint = "write it as https://HOST, an address that Slack can reach"
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        raise argparse.ArgumentTypeError(f"is not an address: {hint}") from None
    if parts.scheme != "https" or not host or parts.query or parts.fragment or parts.username:
        raise argparse.ArgumentTypeError(f"cannot be {text!r}: {hint}")
    return text.rstrip("/")
