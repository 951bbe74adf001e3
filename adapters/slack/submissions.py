"""Forms that were sent in: acknowledged with what they lead to, where it is there in time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from adapters.slack.parse import Payload, input_ids, submission
from adapters.slack.render import form_modal, modal
from adapters.slack.sender import Sender
from adapters.slack.target import Target
from adapters.slack.workspaces import Workspaces
from bot.chat.dispatcher import Dispatcher
from bot.chat.incoming import FormSubmission
from bot.chat.view import Form, Outgoing

FORM_TIMEOUT = 2.0
"""Seconds that a form waits for what it leads to; Slack waits for three."""


async def submitted(
    payload: Payload, dispatcher: Dispatcher, sender: Sender, workspaces: Workspaces
) -> Mapping[str, Any]:
    """Handle a form; what to acknowledge it with."""
    parsed = submission(payload)
    if parsed is None:
        return {}
    (form, target), inputs = parsed, input_ids(payload)
    form = replace(form, rights=partial(workspaces.rights, target.origin))
    answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()

    async def post(outgoing: Outgoing) -> Sequence[str]:
        if answer.done():  # the form is closed
            # The answer goes next to the message, for the person alone.
            late, view = outgoing, outgoing.view
            if not isinstance(view, Form) and form.surface != "message":
                late = replace(outgoing, view=replace(view, audience="private", mode="new"))
            return await sender.show(replace(target, view_id=None, trigger_id=None), late)
        shown = _response(form, target, outgoing, inputs)
        answer.set_result(shown)
        return [] if shown else await sender.show(replace(target, view_id=None), outgoing)

    task = dispatcher.begin(form, post)
    if task is not None:
        await asyncio.wait({task, answer}, timeout=FORM_TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
    if not answer.done():
        answer.set_result({})
    return answer.result()


def _response(form: FormSubmission, target: Target, outgoing: Outgoing, inputs: Sequence[str]) -> Mapping[str, Any]:
    """What takes the form's place, or what is wrong, which leaves it as it is. Empty where the form closes, and the
    answer is shown in the message that it was opened from."""
    view = outgoing.view
    if isinstance(view, Form):
        return {"response_action": "update", "view": form_modal(view, target.form_metadata(view))}
    if inputs and outgoing.is_notice:
        return {"response_action": "errors", "errors": {inputs[0]: view.summary}}
    if form.surface == "message":
        return {}
    return {"response_action": "update", "view": modal(view)}
