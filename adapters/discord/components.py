"""Pages -> discord.py's views, and the items by which presses come back.

Every item is a DynamicItem without a timeout: it is read from its custom_id alone, so that any
process serves it, however old the message is. What a press does stands in adapters.discord.presses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, ClassVar

import discord
from discord import ui

from adapters.discord import ids
from adapters.discord.page import Button, Menu, Page, Row, Segment
from adapters.discord.serving import ServingClient
from adapters.request import begin_request

BLUE = discord.Colour(0x3B6EA5)
AMBER = discord.Colour(0xD08700)

_STYLES = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "danger": discord.ButtonStyle.danger,
}

Item = ui.Item[Any]


class Pressed(ui.DynamicItem[Item], template=r"(?!)"):
    """One kind of button or menu. `kind` names what serves it; `fields` are what its template reads."""

    kind: ClassVar[str] = ""

    def __init__(self, item: Item, fields: Mapping[str, str]) -> None:
        super().__init__(item)
        self.fields = dict(fields)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item, match: re.Match[str], /
    ) -> Pressed:
        """The item that was pressed, made anew from what it carries."""
        del interaction
        return cls(item, match.groupdict(default=""))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Serve the press."""
        begin_request()
        client: ServingClient = interaction.client
        await client.presses.press(self.kind, interaction, self.fields)


class Related(Pressed, template=ids.RELATED):
    """Shows an entry beside what is there."""

    kind = "related"


class Choice(Pressed, template=ids.CHOICE):
    """Shows an entry in place of the choices."""

    kind = "choice"


class NoneFits(Pressed, template=ids.NONE_FITS):
    """Turns the choices down."""

    kind = "none_fits"


class Vote(Pressed, template=ids.VOTE):
    """Judges an answer."""

    kind = "vote"


class Share(Pressed, template=ids.SHARE):
    """Shares an answer with the channel."""

    kind = "share"


class Begin(Pressed, template=ids.BEGIN):
    """Starts the guided recommendation."""

    kind = "begin"


class Move(Pressed, template=ids.MOVE):
    """Moves on in the guided recommendation."""

    kind = "move"


class Words(Pressed, template=ids.WORDS):
    """Answers in one's own words."""

    kind = "words"


class ShareOutcome(Pressed, template=ids.SHARE_OUTCOME):
    """Shares a recommendation with the channel."""

    kind = "share_outcome"


class Topics(Pressed, template=ids.TOPICS):
    """Lists topics."""

    kind = "topics"


class Pick(Pressed, template=ids.PICK):
    """Shows the entry chosen from a menu."""

    kind = "pick"


class Forget(Pressed, template=ids.FORGET):
    """Deletes what is kept about whoever presses it."""

    kind = "forget"


class Reason(Pressed, template=ids.REASON):
    """Asks what was wrong with an answer."""

    kind = "reason"


class Older(Pressed, template=ids.OLDER):
    """Anything that no other kind reads."""

    kind = "older"


KINDS: tuple[type[Pressed], ...] = (
    Related, Choice, NoneFits, Vote, Share, Begin, Move, Words, ShareOutcome, Topics, Pick, Forget, Reason, Older,
)  # fmt: skip


def layout(page: Page) -> ui.LayoutView:
    """The page with components V2. Raises ValueError where it is beyond what Discord takes."""
    view = ui.LayoutView(timeout=None)
    for segment in page.segments:
        view.add_item(_container(segment))
    for row in page.rows:
        view.add_item(ui.ActionRow(*_items(row)))
    return view


def classic(page: Page) -> ui.View | None:
    """The page's buttons under a message without components V2; None where it has none."""
    if not page.rows:
        return None
    view = ui.View(timeout=None)
    for number, row in enumerate(page.rows[:5]):
        for item in _items(row):
            item.row = number
            view.add_item(item)
    return view


def files(page: Page) -> list[discord.File]:
    """The page's pictures, to send along."""
    return [
        discord.File(BytesIO(picture.data), filename=picture.name, description=picture.alternative)
        for picture in page.pictures
    ]


def _container(segment: Segment) -> ui.Container[Any]:
    container: ui.Container[Any] = ui.Container(accent_colour=AMBER if segment.tone == "changed" else BLUE)
    container.add_item(ui.TextDisplay(segment.text))
    if segment.picture is not None:
        picture = discord.MediaGalleryItem(
            f"attachment://{segment.picture.name}", description=segment.picture.alternative
        )
        container.add_item(ui.MediaGallery(picture))
    return container


def _items(row: Row) -> Iterator[Pressed]:
    if isinstance(row, Menu):
        yield _pressed(_select(row))
        return
    yield from (_pressed(_button(button)) for button in row)


def _button(button: Button) -> ui.Button[Any]:
    return ui.Button(label=button.label, custom_id=button.custom_id, style=_STYLES[button.emphasis])


def _select(menu: Menu) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=option.label, value=option.value, description=option.description)
        for option in menu.options
    ]
    return ui.Select(custom_id=menu.custom_id, placeholder=menu.placeholder, options=options)


def _pressed(item: ui.Button[Any] | ui.Select[Any]) -> Pressed:
    custom_id = item.custom_id or ""
    for kind in KINDS:
        match = re.fullmatch(kind.__discord_ui_compiled_template__, custom_id)
        if match is not None:
            return kind(item, match.groupdict(default=""))
    raise ValueError("a button without a custom_id cannot be pressed")
