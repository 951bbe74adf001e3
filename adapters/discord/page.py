"""What one message shows, before it becomes discord.py's objects: values, so that rendering is pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["plain", "changed"]
"""changed: what the article said no longer holds as it did. The words always say so too."""

Emphasis = Literal["primary", "secondary", "danger"]


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press."""

    label: str
    custom_id: str
    emphasis: Emphasis = "secondary"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose from a menu."""

    label: str
    value: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of 1 to 25 options, of which one is chosen."""

    placeholder: str
    custom_id: str
    options: tuple[Option, ...]


Row = tuple[Button, ...] | Menu


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the words that stand for it."""

    name: str
    alternative: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text in one container, with a picture below it where there is one."""

    text: str
    tone: Tone = "plain"
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One message: text from top to bottom, then rows of buttons."""

    segments: tuple[Segment, ...]
    rows: tuple[Row, ...] = ()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures to attach."""
        return tuple(segment.picture for segment in self.segments if segment.picture is not None)
