"""Whom an operator can have forgotten, as they write it: people, Slack workspaces, Discord servers."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.feedback import tenant_of
from bot.storage.tenants import Tenants

_USER = re.compile(
    r"(?P<platform>slack|discord):(?P<id>(?<=slack:)[UW][A-Z0-9]{1,20}|(?<=discord:)\d{15,21})", re.ASCII
)
_WORKSPACE = re.compile(r"[TE][A-Z0-9]{1,20}", re.ASCII)
_GUILD = re.compile(r"\d{15,21}", re.ASCII)

_SLACK_USER = "in Slack, open the person's profile, press the three dots, then Copy member ID"
_DISCORD_ID = "in Discord, switch on Developer Mode under Advanced, right-click"


class Subject(Protocol):
    """Whose rows are meant."""

    async def kept(self, tenants: Tenants) -> Mapping[str, int]:
        """How many rows there are, by table."""

    async def forget(self, tenants: Tenants) -> Mapping[str, int]:
        """Delete them; how many there were, by table."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform, by the platform's id."""

    platform: Literal["slack", "discord"]
    user: str

    def __str__(self) -> str:
        return f"user {self.platform}:{self.user}"

    async def kept(self, tenants: Tenants) -> Mapping[str, int]:
        """How many rows there are, by table."""
        return await tenants.kept_of_user(self.platform, self.user)

    async def forget(self, tenants: Tenants) -> Mapping[str, int]:
        """Delete them; how many there were, by table."""
        return await tenants.forget_user(self.platform, self.user)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A workspace or organisation in Slack, or a server in Discord, by the platform's id."""

    platform: Literal["slack", "discord"]
    team: str

    def __str__(self) -> str:
        return f"{'workspace' if self.platform == 'slack' else 'server'} {self.team}"

    async def kept(self, tenants: Tenants) -> Mapping[str, int]:
        """How many rows there are, by table."""
        return await tenants.kept_of_tenant(tenant_of(self.platform, self.team))

    async def forget(self, tenants: Tenants) -> Mapping[str, int]:
        """Delete them; how many there were, by table."""
        return await tenants.forget_tenant(tenant_of(self.platform, self.team))


def person(text: str) -> Person:
    """Reads slack:U024BE7LH or discord:80351110224678912. Raises ArgumentTypeError with the remedy."""
    found = _USER.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(
            "must be slack:USER or discord:USER with the platform's own id, such as slack:U024BE7LH or "
            f"discord:80351110224678912; {_SLACK_USER}; {_DISCORD_ID} the person, then Copy User ID"
        )
    return Person("slack" if found["platform"] == "slack" else "discord", found["id"])


def workspace(text: str) -> Tenant:
    """Reads T024BE7LD or, of an organisation, E024BE7LD. Raises ArgumentTypeError with the remedy."""
    if _WORKSPACE.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            "must be the id of a Slack workspace or organisation, such as T024BE7LD or E024BE7LD: it stands in the "
            "address of the workspace in a browser, https://app.slack.com/client/T..."
        )
    return Tenant("slack", text)


def server(text: str) -> Tenant:
    """Reads 80351110224678912. Raises ArgumentTypeError with the remedy."""
    if _GUILD.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            "must be the id of a Discord server, a number of 15 to 21 digits such as 80351110224678912: "
            f"{_DISCORD_ID} the server, then Copy Server ID"
        )
    return Tenant("discord", text)
