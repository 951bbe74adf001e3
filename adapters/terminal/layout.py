"""The parts of a view as a terminal shows them: what is left out, what is numbered, where empty lines go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.chat.view import (
    AskField,
    Button,
    Buttons,
    Document,
    DoneBy,
    Menu,
    Search,
    Setting,
    ViewBlock,
    Vote,
)
from bot.dialog.reply import Block, Bullets, Choices, Code, Heading, Small, SourceLine, Sources, Text

DETAILS = ("details", "outcome_details")
"""Actions that /more stands for."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Buttons and menu options as a numbered list. `first` is the number of the first."""

    buttons: tuple[Button, ...]
    first: int

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Number and text of each."""
        return [(f"{number}.", _button(button)) for number, button in enumerate(self.buttons, self.first)]


Part = Block | Numbered


def layout(blocks: Sequence[ViewBlock]) -> Iterator[tuple[Part, bool]]:
    """The parts that a terminal shows, and whether an empty line goes before each.

    Votes are left out: the process stores none. /more shows the details, so that they need no number. Settings and
    search fields do not occur in a terminal.
    """
    before: Part | None = None
    first = 1
    for block in blocks:
        part: Part
        match block:
            case Buttons(buttons) | Menu(_, buttons):
                if not (buttons := tuple(one for one in buttons if one.action.name not in DETAILS)):
                    continue
                part = Numbered(buttons, first)
                first += len(buttons)
            case Document(_, text):
                part = Code(text)
            case Vote() | Setting() | AskField() | Search() | DoneBy():
                continue
            case _:
                part = block
        yield part, before is not None and not _follows(part, before)
        before = part


def numbered(blocks: Sequence[ViewBlock]) -> list[Button]:
    """All buttons in the order of their numbers."""
    return [button for part, _ in layout(blocks) if isinstance(part, Numbered) for button in part.buttons]


def _button(button: Button) -> str:
    description = f" - {button.description}" if button.description else ""
    return f"{button.label}{description}{' (chosen before)' if button.chosen else ''}"


def _follows(part: Part, before: Part) -> bool:
    """Whether a part belongs to the one before it, so that nothing goes between them."""
    match before, part:
        case (Heading(), _) | (Numbered(), Numbered()) | (Text() | Sources(), Small()) | (Small(), Text()):
            return True
        case Text(strong=True), Numbered() | Choices():
            return True
        case (Text() | Bullets(title=""), SourceLine()) | (Text(), Bullets(title="")):
            return True
        case Text(), Text(strong=strong):
            return not strong
        case _:
            return False
