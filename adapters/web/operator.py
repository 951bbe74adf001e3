"""Who runs the service, as its pages name them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from adapters.settings import Settings
from adapters.web.markup import Html, joined, link

NOBODY = "the people who run this server"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who answers for the service."""

    name: str | None = None
    contact: str | None = None
    """An e-mail address or the address of a page."""

    @classmethod
    def of(cls, settings: Settings) -> Operator:
        """As the settings say."""
        return cls(settings.framework_bot_operator, settings.framework_bot_contact)

    @property
    def title(self) -> str:
        """The name, or words that stand for it."""
        return self.name or NOBODY

    @property
    def ways(self) -> Html:
        """How to reach them; who to ask instead where they did not say."""
        if self.contact is None:
            return joined("They have given no address here: ask whoever brought the bot into your workspace or server.")
        if self.contact.startswith(("https://", "http://")):
            return joined("You reach them at ", link(self.contact, self.contact), ".")
        return joined("You reach them at ", link(f"mailto:{quote(self.contact, safe='@+')}", self.contact), ".")
