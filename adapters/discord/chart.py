"""The ranking of a recommendation as a PNG, with the words that stand for it.

Pillow draws with the typeface it carries, so that no font needs to be installed. That typeface has
ASCII only; a name in another script is drawn as its place in the ranking, which the text repeats.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO

from adapters.discord.limits import LONGEST_DESCRIPTION
from adapters.discord.page import Picture
from bot.recommendation.outcome import Ranked

NAME = "ranking.png"

_WIDTH, _ROW, _EDGE, _BAR, _GAP = 720, 52, 20, 30, 14
_BACKGROUND, _INK, _FIRST, _OTHERS = "#ffffff", "#1f2328", "#b45309", "#64748b"
"""Ink and bars stand out from the background by 4.5 to 1 or more."""


def chart(ranking: Iterable[Ranked]) -> Picture:
    """Horizontal bars with names and points. Takes some milliseconds: not for the event loop."""
    places = tuple((place.name, place.points) for place in ranking)
    return Picture(NAME, alternative(places), _drawn(places))


def alternative(places: Iterable[tuple[str, int]]) -> str:
    """The chart in words."""
    told = "; ".join(
        f"{number}. {name}: {points} {'point' if points == 1 else 'points'}"
        for number, (name, points) in enumerate(places, start=1)
    )
    text = f"Bar chart of the ranking. {told}."
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 3] + "..."


@lru_cache(maxsize=256)
def _drawn(places: tuple[tuple[str, int], ...]) -> bytes:
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - 50 ms, and only for a recommendation

    font = ImageFont.load_default(size=22)
    names = [name if name.isascii() else f"No. {number}" for number, (name, _) in enumerate(places, start=1)]
    widest = max((font.getlength(name) for name in names), default=0)
    start = _EDGE + widest + _GAP
    room = _WIDTH - _EDGE - start - font.getlength("000") - _GAP
    most = max((points for _, points in places), default=0) or 1
    image = Image.new("RGB", (_WIDTH, 2 * _EDGE + _ROW * max(len(places), 1)), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    for row, (name, (_, points)) in enumerate(zip(names, places, strict=True)):
        middle = _EDGE + _ROW * row + _ROW / 2
        length = room * points / most
        draw.text((_EDGE, middle), name, font=font, fill=_INK, anchor="lm")
        top, bottom = middle - _BAR / 2, middle + _BAR / 2
        draw.rectangle((start, top, start + max(length, 2), bottom), fill=_OTHERS if row else _FIRST)
        draw.text((start + max(length, 2) + _GAP, middle), str(points), font=font, fill=_INK, anchor="lm")
    stream = BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
