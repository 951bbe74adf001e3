"""Which curator sees whose questions.

Who is named with a workspace sees that workspace only. Who is named without one is somebody of the operator's
own, and sees everything: on Discord, and in Slack where the service speaks for one workspace. Where many
workspaces install the app, a user id alone says nothing about whose person it is, and they see nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.curators import Curator
from bot.feedback import tenant_of


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see."""

    tenant: str | None
    """The one workspace; None for everything."""


def home_of(curator: Curator) -> str:
    """The tenant under which what is kept of telling them goes."""
    return tenant_of(curator.platform, curator.team)


def scope(curator: Curator, *, many_workspaces: bool) -> Scope | None:
    """What a curator sees; None for nothing. `many_workspaces`: any workspace can install the Slack app."""
    if curator.platform == "slack" and curator.team is not None:
        return Scope(home_of(curator))
    if curator.platform == "slack" and many_workspaces:
        return None
    return Scope(None)


def scope_in_slack(curators: Iterable[Curator], user: str, tenant: str, *, many_workspaces: bool) -> Scope | None:
    """What the Slack user `user` of the workspace `tenant` sees; None where they are no curator there."""
    for curator in curators:
        if curator.platform != "slack" or curator.user != user:
            continue
        if curator.team is not None and home_of(curator) != tenant:
            continue
        found = scope(curator, many_workspaces=many_workspaces)
        if found is not None:
            return found
    return None
