"""Pages and forms -> discord.py's views and modals.

The views are stopped at once: presses and forms are read from what Discord delivers (`adapters.discord.parse`), so
that they are served whichever process posted the message and however old it is. discord.py would otherwise keep
every view in memory, to dispatch presses to it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import discord
from discord import ui

from adapters.discord.render import Page, Part, Row, containers
from bot.chat.actions import pack
from bot.chat.view import MOST_PEOPLE, Button, Form, Input, Menu, PeopleInput, TextInput
from bot.dialog.reply import Tone

COLOURS: dict[Tone, discord.Colour] = {"plain": discord.Colour(0x3B6EA5), "changed": discord.Colour(0xD08700)}
"""Of the bar left of a text: blue, and amber for what has changed."""

MOST_OPTIONS = 25
"""Options of a menu, choices of an autocompletion."""

LONGEST_LABEL = 80
LONGEST_OPTION = 100
LONGEST_PLACEHOLDER = 150
LONGEST_TITLE = 45
"""Of a modal, and of the label of a field."""

LONGEST_HINT = 100
_LONGEST_INPUT = 4_000
_MOST_FIELDS = 5

FURTHER = "#"
"""Separates a field's name from the number of a further menu, where it has more options than one menu holds."""


def layout(page: Page) -> ui.LayoutView:
    """The page with components V2."""
    view = ui.LayoutView(timeout=None)
    for tone, parts in containers(page):
        view.add_item(ui.Container(*map(_item, parts), accent_colour=COLOURS[tone]))
    view.stop()
    return view


def modal(form: Form) -> ui.Modal:
    """The form. Its custom_id is the packed action, and its fields have their names."""
    shown = ui.Modal(title=form.title[:LONGEST_TITLE], custom_id=pack(form.action), timeout=None)
    fields = [field for one in form.inputs for field in _fields(one)]
    for field in fields[:_MOST_FIELDS]:
        shown.add_item(field)
    shown.stop()
    return shown


def shortened(text: str, longest: int) -> str:
    """`text` in at most `longest` characters, with dots where it was cut."""
    return text if len(text) <= longest else text[: longest - 3].rstrip() + "..."


def files(page: Page) -> list[discord.File]:
    """The files that the page shows, to be sent with it; each can be sent once."""
    return [
        discord.File(io.BytesIO(part.file.text.encode()), filename=part.file.name)
        for part in page
        if part.file is not None
    ]


def _item(part: Part) -> ui.Item[Any]:
    if part.file is not None:
        return ui.File(f"attachment://{part.file.name}")
    return ui.ActionRow(*_items(part.row)) if part.row else ui.TextDisplay(part.text)


def _items(row: Row) -> Iterator[ui.Item[Any]]:
    """The buttons, or the menu, whose options carry the actions: discord.py gives it an id of its own."""
    if isinstance(row, Menu):
        options = [_option(pack(one.action), one.label, one.description) for one in row.options[:MOST_OPTIONS]]
        yield ui.Select(placeholder=shortened(row.placeholder, LONGEST_PLACEHOLDER), options=options)
    else:
        yield from map(_button, row)


def _button(button: Button) -> ui.Button[Any]:
    style = discord.ButtonStyle["secondary" if button.style == "plain" else button.style]
    return ui.Button(label=shortened(button.label, LONGEST_LABEL), custom_id=pack(button.action), style=style)


def _option(value: str, label: str, description: str = "") -> discord.SelectOption:
    return discord.SelectOption(
        label=shortened(label, LONGEST_OPTION),
        value=value,
        description=shortened(description, LONGEST_OPTION) or None,
    )


def _fields(field: Input) -> Iterator[ui.Label[Any]]:
    """A field; several menus where one does not hold its options."""
    if isinstance(field, TextInput):
        style = discord.TextStyle.paragraph if field.multiline else discord.TextStyle.short
        text: ui.TextInput[Any] = ui.TextInput(
            custom_id=field.name,
            style=style,
            max_length=min(field.longest, _LONGEST_INPUT),
            required=field.required,
            default=field.value or None,
        )
        yield _labelled(field.label, field.hint, text)
        return
    if isinstance(field, PeopleInput):
        known = [discord.SelectDefaultValue.from_user(discord.Object(one)) for one in field.chosen]
        people: ui.UserSelect[Any] = ui.UserSelect(
            custom_id=field.name, required=False, min_values=0, max_values=MOST_PEOPLE, default_values=known
        )
        yield _labelled(field.label, field.hint, people)
        return
    starts = range(0, len(field.options), MOST_OPTIONS)
    for number, start in enumerate(starts, start=1):
        options = field.options[start : start + MOST_OPTIONS]
        only = len(starts) == 1
        menu: ui.Select[Any] = ui.Select(
            custom_id=field.name if only else f"{field.name}{FURTHER}{number}",
            options=[_option(value, label) for value, label in options],
            required=field.required and only,
            min_values=int(field.required and only),
            max_values=len(options) if field.multiple else 1,
        )
        yield _labelled(field.label if only else f"{field.label} ({number} of {len(starts)})", field.hint, menu)


def _labelled(
    text: str, hint: str, component: ui.TextInput[Any] | ui.Select[Any] | ui.UserSelect[Any]
) -> ui.Label[Any]:
    """A field under its label; what does not fit into the label goes on below it."""
    if len(text) > LONGEST_TITLE:
        at = text.rfind(" ", 0, LONGEST_TITLE + 1)
        at = at if at > 0 else LONGEST_TITLE
        text, hint = text[:at], f"{text[at:].strip()} {hint}".strip()
    return ui.Label(text=text, description=shortened(hint, LONGEST_HINT) or None, component=component)
