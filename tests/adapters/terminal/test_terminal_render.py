"""How each block looks in a terminal."""

from __future__ import annotations

import io
from datetime import date

import pytest
from rich.console import Console

from adapters.terminal.render import render
from bot.assembly import assemble
from bot.plain import article_text, claim_text, source_text
from bot.reply import (
    ArticleNote,
    Choice,
    Choices,
    Claim,
    Comparison,
    Heading,
    NextStep,
    Prose,
    Renamed,
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)


def shown(blocks, width=100, **terminal):
    """What a console of that width prints."""
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, **terminal).print(render(blocks, width=width))
    return stream.getvalue()


SOURCE = SourceNote(1, "Guide", "https://example.org/g", "May 2026", date(2026, 11, 20))
SIDES = (Side("Sail", "Fast.", Claim("Needs wind.", "H", (1,))), Side("Oar", None, Claim("Steady.", "J")))


def test_a_comparison_is_a_table_from_80_columns():
    table = shown([Comparison(SIDES)], 80)
    assert "┃" in table
    assert [line.count("│") for line in table.splitlines() if "Needs wind." in line] == [4]


def test_a_comparison_is_a_list_below_80_columns():
    assert shown([Comparison(SIDES)], 79).splitlines() == [
        line.ljust(79) if line.startswith(" ") else line
        for line in ("Sail", "  Needs wind. [1]", "  Article: Fast.", "Oar", "  Steady. (our judgement)")
    ]


def test_a_comparison_the_article_is_silent_on_has_no_column_for_it():
    assert "article" not in shown([Comparison(SIDES[1:])], 100)


def test_frameworks_without_a_side_are_named():
    assert "Not covered here: Raft." in shown([Comparison(SIDES, ("Raft",))])


def test_the_verdict_is_told_in_words():
    assert "Out of date." in shown([ArticleNote("Sails only.", "outdated", (1,))])
    assert "does not cover this." in shown([ArticleNote("does not cover this.", None)])


def test_the_article_follows_the_short_answer_without_a_gap():
    assert shown([ShortAnswer(Claim("Oars.")), ArticleNote("Sails.", "outdated")]).splitlines() == [
        "Oars.",
        "The article (4 Apr 2025): Sails. Out of date.",
    ]


def test_the_number_of_a_source_links_to_it():
    text = shown([ShortAnswer(Claim("Oars.", "H", (1,))), Sources((SOURCE,))], force_terminal=True)
    first = text.splitlines()[0]
    assert ";https://example.org/g\x1b\\" in first


def test_a_source_is_written_out_for_terminals_without_links():
    assert "[1] Guide, May 2026; checked 2026-11-20 https://example.org/g" in shown([Sources((SOURCE,))])


def test_only_web_addresses_become_links():
    odd = SourceNote(1, "Odd", "file:///etc/passwd", None, date(2026, 1, 1))
    assert "passwd" not in shown([ShortAnswer(Claim("x", "H", (1,))), Sources((odd,))], force_terminal=True)


def test_choices_are_numbered_to_the_last_one():
    options = (Choice("a", "Alpha"), Choice("b", "Beta"))
    lines = shown([Choices("Did you mean:", options, none_of_these=True, flow=True)]).splitlines()
    assert [line.rstrip() for line in lines] == [
        "Did you mean:",
        "1. Alpha",
        "2. Beta",
        "3. None of these",
        "Or say /recommend, and a few questions lead to a recommendation.",
    ]


def test_square_brackets_are_text_and_not_markup():
    assert "[red]x[/red] :smile:" in shown([Prose("[red]x[/red] :smile:")])


def test_escape_sequences_in_any_block_are_gone():
    evil = "\x1b[2Jx\x07"
    claim = Claim(evil, "H", (1,))
    blocks = [
        Heading(evil),
        ShortAnswer(claim),
        ArticleNote(evil, "holds"),
        Comparison((Side(evil, evil, claim),), (evil,)),
        Renamed(claim),
        Prose(evil),
        Sources((SourceNote(1, evil, f"https://x/{evil}", evil, date(2026, 1, 1)),)),
        Choices(evil, (Choice("a", evil),)),
    ]
    for width in (60, 100):
        assert not {"\x1b", "\x07"} & set(shown(blocks, width))


def test_no_color_leaves_no_colour(monkeypatch):
    blocks = [ArticleNote("Sails.", "outdated"), Renamed(Claim("x"))]
    assert "\x1b[33m" in shown(blocks, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[33m" not in shown(blocks, force_terminal=True, color_system="standard")


@pytest.mark.parametrize("width", [40, 60, 79])
def test_every_shipped_entry_is_shown_whole(width, shipped):
    """What plain text says stands on the screen too, wherever its lines break."""
    for entry in shipped.knowledge.entries:
        blocks = shipped.show(entry).blocks
        squeezed = "".join(shown(blocks, width).split())
        for claim in claims(blocks):
            assert "".join(claim.split()) in squeezed, entry


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_shipped_entry_keeps_within_the_width(width, shipped):
    for entry in shipped.knowledge.entries:
        lines = shown(shipped.show(entry).blocks, width).splitlines()
        assert max(map(len, lines)) <= width, entry


@pytest.fixture(scope="module")
def shipped():
    return assemble()


def claims(blocks):  # noqa: C901 - a case a kind
    """All that a reply says, piece by piece."""
    for block in blocks:
        match block:
            case ShortAnswer(claim) | Renamed(claim):
                yield claim_text(claim)
            case ArticleNote():
                yield article_text(block)
            case Comparison(sides):
                for side in sides:
                    yield from (side.framework, claim_text(side.today), side.article or "")
            case SinceThen(many):
                yield from map(claim_text, many)
            case Prose(text) | NextStep(text):
                yield text
            case Sources(notes):
                for note in notes:
                    yield source_text(note)
            case Choices(prompt, options):
                yield from (prompt, *(option.label for option in options))
