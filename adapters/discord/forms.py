"""What stands in a form that was sent, read from what Discord delivers: the form itself may be forgotten."""

from __future__ import annotations

from typing import Any

import discord

FORM_LIFE = 900.0
"""Seconds after which discord.py forgets a form it showed; what is sent later is read all the same."""


def filled_in(interaction: discord.Interaction[Any], name: str) -> str:
    """What was typed into a field or chosen in it first; "" where that is nothing."""
    data: Any = interaction.data or {}
    found = [data]
    while found:
        component = found.pop()
        if component.get("custom_id") == name:
            values = component.get("values") or [component.get("value")]
            if isinstance(values[0], str):
                return values[0]
        found += component.get("components") or []
        if component.get("component"):
            found.append(component["component"])
    return ""
