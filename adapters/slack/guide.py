"""What the bot tells about itself: how to use it, what it keeps, and what a channel can choose."""

from __future__ import annotations

from adapters.privacy import NO_AUTHOR, NO_OTHER_USE, REMOVAL, UNASKED, WHO_READS, told
from adapters.slack.blockkit import Block, actions, bullets, button, header, label, plain, sections
from adapters.slack.render_reply import FLOW_LABEL
from adapters.slack.values import encode
from bot.storage.channels import ChannelSettings
from bot.storage.retention import Retention

COMMAND = "/framework"

HELP_SUMMARY = f"Ask me about choosing a machine-learning framework: mention me, write to me, or use {COMMAND}."
PRIVACY_SUMMARY = "What I keep, for how long, and how to have it deleted."
SETTINGS_SUMMARY = "What I do in this channel."
NOT_A_WORD = "I have no guided recommendation for this knowledge base."

_WAYS = (
    f"{COMMAND} QUESTION: the answer, for you alone or for the channel as it is set",
    f"{COMMAND} recommend: a few questions that lead to a recommendation",
    f"{COMMAND} compare, topics, help, privacy or settings",
    "Mention me in a channel: I answer in a thread, and you can ask on there",
    "Write to me directly: no mention needed",
    'On any message, under "More actions": Answer this',
    "Under the lightning bolt: Compare frameworks",
)

SETTINGS: tuple[tuple[str, str, str, str, str], ...] = (
    ("follow_ups", "Follow-ups in threads", "Only when I am mentioned", "Also without a mention", "on"),
    ("passive", "Questions nobody asked me", "I stay silent", "I answer where I am very sure", "on"),
    ("visibility", f"Answers to {COMMAND}", "Only you see them", "Everyone in the channel sees them", "channel"),
    (
        "keep_words",
        "Questions I could not answer",
        "I keep no words",
        "Kept, masked, for those who write the answers",
        "on",
    ),
)
"""Name, title, how it is when off, how it is when on, and the value of on."""


def help_blocks(*, flow: bool) -> list[Block]:
    """How to use it."""
    return [
        header("How to ask me"),
        *sections(
            "I answer questions on choosing and comparing machine-learning frameworks, from a curated knowledge base "
            "with sources and dates; no language model writes the answers."
        ),
        *bullets(_WAYS),
        *actions(
            [
                *([button(FLOW_LABEL, encode("start"), "start")] if flow else []),
                button("Browse topics", encode("topics"), "topics"),
                button("Compare frameworks", encode("compare"), "compare"),
                button("Privacy", encode("privacy"), "privacy"),
            ]
        ),
    ]


def privacy_blocks(retention: Retention) -> list[Block]:
    """What is kept, and for how long."""
    sure = {
        "title": plain("Delete your data?"),
        "text": plain("Everything you gave me as feedback, in all channels, is deleted for good."),
        "confirm": plain("Delete"),
        "deny": plain("Keep"),
    }
    return [
        header("What I keep"),
        *bullets(told(retention)),
        *sections(f"{UNASKED} {NO_OTHER_USE} {WHO_READS}"),
        *sections(f"{REMOVAL} {NO_AUTHOR}"),
        *actions([button("Delete my data", encode("forget"), "forget", style="danger", confirm=sure)]),
    ]


def settings_blocks(settings: ChannelSettings, *, notice: str = "") -> list[Block]:
    """What holds in a channel, each choice with a button that changes it."""
    blocks = [header("What I do in this channel"), *(sections(notice) if notice else [])]
    for name, title, off, on, yes in SETTINGS:
        now = getattr(settings, name) in (True, "channel")
        other = "off" if now else yes
        turned = button(off if now else on, encode("set", name, other), f"set-{name}")
        blocks += [label(title), {"type": "section", "text": plain(on if now else off), "accessory": turned}]
    return [*blocks, *sections("To hear a channel's messages I must be a member of it: invite me there.")]
