"""Answers and the pages beside them, ready to send: what a word such as "help" or a question leads to."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack.blockkit import Block, Surface, actions, button, context, plain, sections
from adapters.slack.flow import Flows
from adapters.slack.guide import (
    HELP_SUMMARY,
    NOT_A_WORD,
    PRIVACY_SUMMARY,
    SETTINGS_SUMMARY,
    help_blocks,
    privacy_blocks,
    settings_blocks,
)
from adapters.slack.outbox import Message
from adapters.slack.parse import Origin
from adapters.slack.render_reply import reply_blocks, ways
from adapters.slack.topics import topic_blocks
from adapters.slack.values import encode
from bot.desk import Desk
from bot.reply import Reply
from bot.storage.retention import Retention

WORDS = ("recommend", "compare", "topics", "help", "privacy", "settings")
"""What can be said instead of a question."""

OLDER = "That button is from an older message of mine and no longer works. Ask again, or go on from here:"
NOT_YOURS = "Somebody else started this recommendation. You can start one of your own:"
SORRY = "Something went wrong on my side, and I could not do that. Please try again in a moment."
RESTARTING = "I am just being restarted. Please try again in a moment."
SHARED = "Shared in the channel."
THANKS = "Thanks, noted."
THANKS_NO = "Thanks, noted. If you like, say what was wrong."
NOT_SAVED = "That could not be saved just now. Please try again in a moment."
FORGOTTEN = "Everything you gave me as feedback has been deleted."
ALREADY = "I have answered that in this thread already."
_UNASKED = "Nobody asked me, but this is one I am sure about. Settings: /framework settings"


class Pages:
    """Makes messages for one desk. Nothing here calls Slack."""

    def __init__(self, desk: Desk, flows: Flows, retention: Retention) -> None:
        self.desk = desk
        self.flows = flows
        self._retention = retention

    async def page(  # noqa: PLR0911 - one a word
        self, word: str, origin: Origin, channel: str, surface: Surface
    ) -> Message | None:
        """The page that a word leads to; None where it is none of WORDS."""
        match word:
            case "recommend":
                return self.flows.start(origin, surface) or self.told(NOT_A_WORD)
            case "topics":
                return alike("The topics I know.", topic_blocks(self.desk.bot().knowledge))
            case "help":
                return alike(HELP_SUMMARY, help_blocks(flow=self.has_flow))
            case "privacy":
                return alike(PRIVACY_SUMMARY, privacy_blocks(self._retention))
            case "settings":
                settings = await self.desk.store.channels.settings(origin.tenant, channel)
                return alike(SETTINGS_SUMMARY, settings_blocks(settings))
            case "compare":
                opening = button("Compare frameworks", encode("compare"), "compare", style="primary")
                return alike(
                    "Compare frameworks by a topic.", [*sections("Set frameworks side by side:"), *actions([opening])]
                )
            case _:
                return None

    @property
    def has_flow(self) -> bool:
        """Whether there is a guided recommendation."""
        return self.flows.flow is not None

    def title(self, reply: Reply) -> str | None:
        """The title above an answer to one thing; several parts have headings of their own."""
        if reply.outcome != "answer" or len(reply.entries) != 1:
            return None
        entry = self.desk.bot().knowledge.entries.get(reply.entries[0])
        return entry.title if entry is not None else None

    def reply(self, reply: Reply, *, shareable: bool = True, unasked: bool = False) -> Message:
        """A reply as a message; `shareable` where it is shown to one person in a channel."""
        before: list[Block] = context([plain(_UNASKED)]) if unasked else []
        title, flow = self.title(reply), self.has_flow
        return Message(
            reply.summary,
            [*before, *reply_blocks(reply, "message", title=title, flow=flow)],
            lambda: [*before, *reply_blocks(reply, "private", title=title, flow=flow, shareable=shareable)],
        )

    def told(self, text: str, *buttons: Block, on: bool = False) -> Message:
        """A few words of our own, with `buttons` or, where `on`, with where to go from here."""
        below = actions(buttons) if buttons else ways(flow=self.has_flow) if on else []
        return alike(text, [*sections(text), *below])


def alike(summary: str, blocks: Sequence[Block]) -> Message:
    """A message of blocks that stand everywhere."""
    return Message(summary, blocks, lambda: blocks)
