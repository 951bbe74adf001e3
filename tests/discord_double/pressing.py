"""Presses and forms, as Discord delivers them."""

from __future__ import annotations

from typing import Any

from tests.discord_double.loopback import ANN, APPLICATION, CHANNEL, GUILD, ME, Loopback

_COMPONENTS_V2 = 1 << 15


async def press(discord: Loopback, custom_id: str, number: int) -> None:
    """Ann presses a button of a message of the bot; `number` makes the interaction's id."""
    button = {"type": 2, "style": 2, "label": "a button", "custom_id": custom_id, "id": 2}
    message = {
        "id": "950000000000000009", "channel_id": CHANNEL, "author": ME, "content": "", "tts": False,
        "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0, "flags": _COMPONENTS_V2,
        "components": [{"type": 1, "id": 1, "components": [button]}],
    }  # fmt: skip
    await _interact(discord, 3, number, {"custom_id": custom_id, "component_type": 2}, message=message)


async def submit(discord: Loopback, custom_id: str, number: int) -> None:
    """Ann sends a form."""
    await _interact(discord, 5, number, {"custom_id": custom_id, "components": []})


async def _interact(discord: Loopback, kind: int, number: int, data: dict[str, Any], **more: Any) -> None:
    member = {
        "user": ANN, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False,
        "permissions": "0", "flags": 0,
    }  # fmt: skip
    await discord.last.dispatch(
        "INTERACTION_CREATE",
        {
            "id": f"93000000000000{number:04}",
            "application_id": APPLICATION,
            "type": kind,
            "token": f"press{number}",
            "version": 1,
            "guild_id": GUILD,
            "channel_id": CHANNEL,
            "channel": {"id": CHANNEL, "type": 0, "name": "general", "guild_id": GUILD, "permissions": "0"},
            "member": member,
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD},
            "context": 0,
            "attachment_size_limit": 1_000_000,
            "data": data,
            **more,
        },
    )
