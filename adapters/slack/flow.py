"""The guided recommendation in Slack: each click leads from a token to what is shown next. No state is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.slack.blockkit import Surface
from adapters.slack.outbox import Message
from adapters.slack.parse import Origin
from adapters.slack.render_flow import flow_blocks, flow_summary
from bot.answering import Bot
from bot.recommendation.flow import Flow, Restored, State
from bot.recommendation.outcome import Outcome
from bot.recommendation.token import owner_mark
from knowledge.model import KnowledgeBase


class NotYours(Exception):  # noqa: N818 - named for what happened
    """Somebody pressed a button of another person's recommendation."""


class Flows:
    """The flow of the knowledge base as of now, for messages and modals."""

    def __init__(self, bot: Callable[[], Bot], secrets: Sequence[str]) -> None:
        """`secrets` make the marks of owners, newest first; the others still tell old marks."""
        self._bot = bot
        self._secrets = [secret.encode() for secret in secrets] or [b"one process, one person"]
        self._made: tuple[KnowledgeBase, Flow | None] | None = None

    @property
    def flow(self) -> Flow | None:
        """The flow, or None where the knowledge base has no rules for one."""
        knowledge = self._bot().knowledge
        if self._made is None or self._made[0] is not knowledge:
            self._made = (knowledge, Flow.of(knowledge))
        return self._made[1]

    def start(self, origin: Origin, surface: Surface) -> Message | None:
        """The first question for somebody; None without rules."""
        flow = self.flow
        return self._shown(flow, flow.start(), origin, surface) if flow is not None else None

    def pressed(self, token: str, action: str, origin: Origin, surface: Surface) -> Message | None:
        """What a button leads to. Raises NotYours; None without rules."""
        return self._after(token, origin, surface, lambda flow, state: (flow.do(state, action), ""))

    def said(self, token: str, text: str, origin: Origin, surface: Surface) -> Message | None:
        """What something typed leads to. Raises NotYours; None without rules."""

        def hear(flow: Flow, state: State) -> tuple[State, str]:
            heard = flow.hear(state, text)
            return heard.state, heard.hint

        return self._after(token, origin, surface, hear)

    def outcome(self, token: str, origin: Origin) -> Message | None:
        """The outcome for everybody in a channel; None without rules or before the end. Raises NotYours."""
        flow = self.flow
        if flow is None:
            return None
        state = self._restored(flow, token, origin).state
        view = flow.view(state)
        if not isinstance(view, Outcome):
            return None
        blocks = flow_blocks(view, flow.token(state), "private", shared=True)
        return Message(flow_summary(view), blocks, lambda: blocks)

    def _after(
        self, token: str, origin: Origin, surface: Surface, move: Callable[[Flow, State], tuple[State, str]]
    ) -> Message | None:
        flow = self.flow
        if flow is None:
            return None
        restored = self._restored(flow, token, origin)
        # A token that cannot be used any more is shown where it can go on, not moved by a button of old.
        state, hint = move(flow, restored.state) if restored.notice is None else (restored.state, "")
        notice = "\n".join(text for text in (restored.notice_text, hint) if text)
        return self._shown(flow, state, origin, surface, notice)

    def _restored(self, flow: Flow, token: str, origin: Origin) -> Restored:
        restored = flow.at(token)
        if restored.owner and not any(restored.belongs_to(origin.person, secret) for secret in self._secrets):
            raise NotYours
        return restored

    def _shown(self, flow: Flow, state: State, origin: Origin, surface: Surface, notice: str = "") -> Message:
        token = flow.token(state, owner_mark(origin.person, self._secrets[0]))
        view = flow.view(state)
        return Message(
            flow_summary(view),
            flow_blocks(view, token, surface, notice=notice),
            lambda: flow_blocks(view, token, "private", notice=notice),
        )
