"""How an installation ended, as a page for whoever installed the app. Nothing of a request is repeated on one."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from slack_sdk.oauth.installation_store import Installation

from adapters.slack.addresses import INSTALL
from adapters.slack.manifest import COMMAND
from adapters.web.document import NAME, Document, button, buttons
from adapters.web.markup import Html, bullets, element, joined, link, paragraph

_ID = re.compile(r"[A-Z0-9]{2,40}")


class InstallPages:
    """The pages, one an ending."""

    def __init__(self, document: Document, slack: str) -> None:
        """`slack`: where people use Slack, such as https://slack.com."""
        self._document = document
        self._slack = slack

    def installed(self, installation: Installation) -> str:
        """It is done."""
        return self._document.page(
            "Installed in Slack",
            paragraph(f"{NAME} is part of your workspace now. Everybody there can ask it."),
            buttons(*self._ways_in(installation)),
            bullets(
                [
                    joined("Try ", element("code", f"{COMMAND} pytorch or tf for mobile?"), " in any channel."),
                    "Invite it to a channel and mention it there, or write to it directly.",
                    joined(link("/privacy", "What it keeps"), ", and ", link("/support", "how to ask it"), "."),
                ]
            ),
        )

    def cancelled(self) -> str:
        """The person thought better of it."""
        return self._ended("Not installed", "You cancelled the installation, and nothing was changed in Slack.")

    def stale(self) -> str:
        """The state is too old, used, or of another browser."""
        return self._ended(
            "This link has expired",
            "An installation must be finished within ten minutes, in the browser it was started in, and once. If you "
            "have just installed the app, it is in Slack already; otherwise start again.",
        )

    def refused(self) -> str:
        """Slack did not go on with it."""
        return self._ended(
            "Slack did not finish the installation",
            "Slack gave no permission to write in your workspace. Your workspace may ask an administrator for approval "
            "first; if it does not, try again in a moment.",
        )

    def away(self) -> str:
        """Slack or our own store cannot be reached."""
        return self._ended(
            "Not just now", "The app cannot be installed at the moment. Please try again in a few minutes."
        )

    def _ended(self, title: str, text: str) -> str:
        return self._document.page(
            title,
            paragraph(text),
            buttons(button(INSTALL, "Try again")),
            paragraph("If it goes on like this, see ", link("/support", "support"), "."),
        )

    def _ways_in(self, installation: Installation) -> list[Html]:
        app = _id(installation.app_id)
        if installation.is_enterprise_install:
            return self._for_organisation(installation.enterprise_url, app)
        team = _id(installation.team_id)
        if app is None:
            return [button(self._slack, "Open Slack")]
        there = {"app": app, **({"team": team} if team is not None else {})}
        ways = [button(f"{self._slack}/app_redirect?{urlencode(there)}", "Open it in Slack")]
        if team is not None:
            ways.append(link(f"slack://app?{urlencode({'team': team, 'id': app})}", "Open the Slack app"))
        return ways

    def _for_organisation(self, url: str | None, app: str | None) -> list[Html]:
        """Where an organisation says which of its workspaces get the app."""
        if url is None or not url.startswith("https://") or app is None:
            return [button(self._slack, "Open Slack")]
        address = f"{url.rstrip('/')}/manage/organization/apps/profile/{app}/workspaces/add"
        return [button(address, "Add it to workspaces")]


def _id(found: str | None) -> str | None:
    return found if found is not None and _ID.fullmatch(found) else None
