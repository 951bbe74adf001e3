"""What Slack needs to know of the app.

examples:
  framework-bot slack manifest
  framework-bot slack manifest --http https://bot.example
"""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.chat.capabilities import Capabilities

MANIFEST: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""For Socket Mode."""

NAME: str = MANIFEST["display_information"]["name"]
COMMAND: str = MANIFEST["features"]["slash_commands"][0]["command"]

INSTALL = "/slack/install"
"""Where an installation starts on this service."""

REDIRECT = "/slack/oauth_redirect"
"""Where Slack sends the person back to."""

ANSWER_THIS, SAVE_AS_ANSWER, COMPARE_FRAMEWORKS = (
    shortcut["callback_id"] for shortcut in MANIFEST["features"]["shortcuts"]
)
"""Callback ids of the shortcuts."""

SCOPES: tuple[str, ...] = tuple(MANIFEST["oauth_config"]["scopes"]["bot"])
"""What an installation asks for. Slack lets the person who installs the app leave out what the manifest calls optional,
which is only for channels in which it shall answer without being mentioned."""

PROMPTS: Sequence[Mapping[str, str]] = MANIFEST["features"]["agent_view"]["suggested_prompts"]
"""Title and message of what the agent view suggests; Slack shows four at most."""

CAPABILITIES = Capabilities(
    name="slack",
    help=(
        f"{COMMAND} QUESTION: the answer, for you alone or for the channel as it is set",
        f"{COMMAND} recommend: a few questions that lead to a recommendation",
        f"{COMMAND} compare, topics, help, privacy or settings",
        "Mention me in a channel: I answer in a thread, where you can ask further questions",
        "Write to me directly: no mention needed",
        'On any message, under "More actions": Answer this, and for teachers Save as answer',
        f"{COMMAND} teach, answers or teachers: for those who write your own answers",
        "Under the lightning bolt: Compare frameworks",
    ),
    settings_command=f"{COMMAND} settings",
    search=True,
    join_hint="I receive a channel's messages only where I am a member: invite me there.",
)


def manifest(address: str | None = None) -> Mapping[str, Any]:
    """The manifest: for Socket Mode, or for HTTP where `address` is the service's public one."""
    if address is None:
        return MANIFEST
    made = copy.deepcopy(MANIFEST)
    base = address.rstrip("/")
    events = {"request_url": f"{base}/slack/events"}
    made["features"]["slash_commands"][0]["url"] = events["request_url"]
    made["oauth_config"]["redirect_urls"] = [f"{base}{REDIRECT}"]
    made["settings"]["event_subscriptions"].update(events)
    made["settings"]["interactivity"].update(events, message_menu_options_url=events["request_url"])
    made["settings"]["socket_mode_enabled"] = False
    return made


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    printing = actions.add_parser("manifest", help="print the app's manifest, as JSON")
    printing.add_argument(
        "--http", metavar="URL", type=public_address, help="the service's public https address; Socket Mode without it"
    )


def run(arguments: argparse.Namespace) -> None:
    """Print the manifest."""
    print(json.dumps(manifest(arguments.http), indent=2))


def public_address(text: str) -> str:
    """An address that Slack can reach. Raises ArgumentTypeError with a hint, or ValueError where it is none at all."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        hint = "write it as https://HOST, an address that Slack can reach"
        raise argparse.ArgumentTypeError(f"cannot be {text!r}: {hint}")
    return text.rstrip("/")
