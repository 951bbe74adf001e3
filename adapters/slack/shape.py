"""What a payload of Slack's looks like, as far as anybody here or in the SDK looks into it.

A name means the same wherever it stands, so one model serves payloads of every kind and all their parts.
What is not named here is nobody's concern and may be anything.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,100}$")]
"""Slack's own ids, of which none has a space or a sign in it; and stamps, which are ids of messages."""

Address = Annotated[str, Field(pattern=r"^(?:https?://[!-~]+)?$")]


class _Field(BaseModel):
    """What a field of a form holds."""

    model_config = ConfigDict(strict=True)

    value: str | None = None
    selected_option: Shape | None = None
    selected_options: list[Shape] | None = None


class _State(BaseModel):
    """What a form holds, by block and action."""

    model_config = ConfigDict(strict=True)

    values: dict[str, dict[str, _Field]] | None = None


class Shape(BaseModel):
    """A payload, or a part of one. Everything can be missing."""

    model_config = ConfigDict(strict=True)

    type: str | None = None

    user: Id | Shape | None = None
    channel: Id | Shape | None = None
    team: Id | Shape | None = None
    enterprise: Id | Shape | None = None

    id: Id | None = None
    user_id: Id | None = None
    channel_id: Id | None = None
    team_id: Id | None = None
    enterprise_id: Id | None = None
    user_team: Id | None = None
    context_team_id: Id | None = None
    context_enterprise_id: Id | None = None
    app_installed_team_id: Id | None = None
    bot_id: Id | None = None
    ts: Id | None = None
    thread_ts: Id | None = None
    message_ts: Id | None = None
    function_execution_id: Id | None = None

    event: Shape | None = None
    message: Shape | None = None
    previous_message: Shape | None = None
    item: Shape | None = None
    assistant_thread: Shape | None = None
    container: Shape | None = None
    view: Shape | None = None
    function_data: Shape | None = None
    authorizations: list[Shape] | None = None
    actions: Annotated[list[Shape], Field(min_length=1)] | None = None
    selected_option: Shape | None = None
    response_urls: list[Shape] | None = None
    state: _State | None = None
    tokens: dict[str, list[str] | None] | None = None

    command: str = ""
    action_id: str = ""
    callback_id: str = ""
    text: str | dict[str, Any] | None = None
    value: str | None = None
    channel_type: str | None = None
    subtype: str | None = None
    tab: str | None = None
    block_id: str | None = None
    private_metadata: str | None = None
    hash: str | None = None
    trigger_id: str | None = None
    response_url: Address | None = None
    challenge: str | None = None
    is_enterprise_install: bool | str | None = None
    is_ext_shared_channel: bool | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """What a kind of payload is about is there."""
        match self.type:
            case "event_callback":
                whole = self.event is not None and self.event.type is not None
            case "block_actions":
                whole = self.actions is not None and all("action_id" in one.model_fields_set for one in self.actions)
            case "view_submission":
                there = set() if self.view is None else self.view.model_fields_set
                whole = {"type", "callback_id"} <= there
            case "block_suggestion":
                whole = "action_id" in self.model_fields_set
            case "shortcut" | "message_action":
                whole = "callback_id" in self.model_fields_set
            case _:
                whole = True
        if not whole:
            raise ValueError("incomplete")
        return self


def fits(payload: dict[str, Any]) -> bool:
    """Whether `payload` can be read as one of Slack's."""
    try:
        Shape.model_validate(payload)
    except (ValidationError, RecursionError):
        return False
    return True
