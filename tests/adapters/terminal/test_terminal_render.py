"""How each block looks in a terminal."""

from __future__ import annotations

import io
from datetime import date

import pytest
from rich.console import Console

from adapters.terminal.render import render
from bot.chat.incoming import Action
from bot.chat.view import Button, Buttons, Menu, Vote
from bot.dialog.reply import (
    Bullets,
    Chart,
    Choice,
    Choices,
    Code,
    Comparison,
    ComparisonRow,
    Heading,
    Small,
    SourceLine,
    SourceNote,
    Sources,
    Text,
)
from bot.dialog.text_renderer import first_shown, plain_text
from bot.recommendation.flow import Flow
from bot.recommendation.text import outcome_blocks, outcome_details


def shown(blocks, width=100, **terminal):
    """What a console of that width prints."""
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, **terminal).print(render(blocks, width=width))
    return stream.getvalue()


SOURCE = SourceNote(1, "Guide", "https://example.org/g", "May 2026", date(2026, 11, 20))
ROWS = (ComparisonRow("Sail", "Needs wind. [1]", "Fast."), ComparisonRow("Oar", "Steady. (our judgement)"))


def press(label, **more):
    return Button(label, Action("help"), **more)


def test_a_comparison_is_a_table_from_80_columns():
    table = shown([Comparison(ROWS)], 80)
    assert "┃" in table
    assert [line.count("│") for line in table.splitlines() if "Needs wind." in line] == [4]


def test_a_comparison_is_a_list_below_80_columns():
    assert shown([Comparison(ROWS)], 79).splitlines() == [
        line.ljust(79) if line.startswith(" ") else line
        for line in ("Sail", "  Needs wind. [1]", "  Article: Fast.", "Oar", "  Steady. (our judgement)")
    ]


def test_a_comparison_the_article_is_silent_on_has_no_column_for_it():
    assert "article" not in shown([Comparison(ROWS[1:])], 100)


def test_frameworks_that_are_not_covered_are_named():
    assert "Not covered here: Raft." in shown([Comparison(ROWS, ("Raft",))])


def test_the_article_follows_the_answer_without_a_gap():
    assert shown([Text("Oars.", strong=True), Text("The article: Sails. Out of date.", "changed")]).splitlines() == [
        "Oars.",
        "The article: Sails. Out of date.",
    ]


def test_a_list_stands_below_its_prompt_without_a_gap():
    lines = shown([Text("Oars."), Text("Related:", strong=True), Buttons((press("Cost"),))]).splitlines()
    assert [line.rstrip() for line in lines] == ["Oars.", "", "Related:", "1. Cost"]


def test_the_number_of_a_source_links_to_it():
    text = shown([Text("Oars. [1]"), Sources((SOURCE,))], force_terminal=True)
    first = text.splitlines()[0]
    assert ";https://example.org/g\x1b\\" in first


def test_a_source_is_written_out_for_terminals_without_links():
    assert "[1] Guide, May 2026; checked 2026-11-20 https://example.org/g" in shown([Sources((SOURCE,))])


def test_the_titles_in_the_small_line_are_links():
    line = SourceLine("Checked 20 Nov 2026", (("Guide", "https://example.org/g"), ("Odd", "file:///etc/passwd")), 2)
    text = shown([line], force_terminal=True)
    assert ";https://example.org/g\x1b\\" in text
    assert "passwd" not in text
    assert shown([line]).strip() == "Checked 20 Nov 2026 · Guide · Odd · and 2 more sources"


def test_only_web_addresses_become_links():
    odd = SourceNote(1, "Odd", "file:///etc/passwd", None, date(2026, 1, 1))
    assert "passwd" not in shown([Text("x [1]"), Sources((odd,))], force_terminal=True)


def test_buttons_and_menus_are_numbered_on_with_their_descriptions():
    blocks = [Buttons((press("Alpha", description="first"), press("Beta", chosen=True))), Menu("", (press("Gamma"),))]
    lines = shown(blocks).splitlines()
    assert [line.rstrip() for line in lines] == ["1. Alpha - first", "2. Beta (chosen before)", "3. Gamma"]


def test_votes_are_left_out():
    assert shown([Text("Oars."), Vote(press("Helpful"), press("Not helpful"))]).splitlines() == ["Oars."]


def test_a_chart_has_bars_and_the_values_after_them():
    assert shown([Chart("Points", (("Oar", 2), ("Sail", 1)))]).splitlines() == [
        "Points:",
        f"Oar   {'█' * 16} 2",
        f"Sail  {'█' * 8} 1",
    ]


def test_square_brackets_are_text_and_not_markup():
    assert "[red]x[/red] :smile:" in shown([Text("[red]x[/red] :smile:")])


def test_escape_sequences_in_any_block_are_gone():
    evil = "\x1b[2Jx\x07"
    blocks = [
        Heading(evil),
        Text(evil, "changed"),
        Bullets((evil,), evil),
        Small(evil),
        Code(evil),
        Comparison((ComparisonRow(evil, evil, evil),), (evil,)),
        Chart(evil, ((evil, 1),)),
        Sources((SourceNote(1, evil, f"https://x/{evil}", evil, date(2026, 1, 1)),)),
        Choices(evil, (Choice("a", evil),)),
        Buttons((press(evil, description=evil),)),
    ]
    for width in (60, 100):
        assert not {"\x1b", "\x07"} & set(shown(blocks, width))


def test_no_color_leaves_no_colour(monkeypatch):
    blocks = [Text("Sails.", "changed"), Bullets(("x",), "Know this", "changed")]
    assert "\x1b[33m" in shown(blocks, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[33m" not in shown(blocks, force_terminal=True, color_system="standard")


# What is shown first, and the details.


def first(shipped):
    """What a terminal shows first: of each entry, and of some recommendations."""
    yield from ((name, first_shown(shipped.show(name))) for name in shipped.knowledge.entries)
    yield from ((str(answers), outcome_blocks(outcome(shipped, answers))) for answers in ANSWERS)


def details(shipped):
    yield from ((name, shipped.show(name).details) for name in shipped.knowledge.entries)
    yield from ((str(answers), tuple(outcome_details(outcome(shipped, answers)))) for answers in ANSWERS)


ANSWERS = ({}, {"goal": "mobile", "where": "phones"}, {"goal": "production", "domain": "nlp", "hardware": "tpu"})


def outcome(shipped, answers):
    flow = Flow.of(shipped.knowledge)
    return flow.outcome(flow.finished(answers))


@pytest.mark.parametrize("width", [60, 80])
def test_what_is_shown_first_is_whole_and_breaks_between_words_only(width, shipped):
    for name, blocks in first(shipped):
        assert shown(blocks, width).split() == plain_text(blocks).split(), name


@pytest.mark.parametrize(("width", "lines"), [(60, 16), (80, 14)])
def test_what_is_shown_first_is_short(width, lines, shipped):
    for name, blocks in first(shipped):
        assert len(shown(blocks, width).splitlines()) <= lines + 8 * name.startswith("{"), name


@pytest.mark.parametrize("width", [60, 80])
def test_the_pick_is_in_the_first_line_in_bold(width, shipped):
    for name, blocks in first(shipped):
        entry = shipped.knowledge.entries.get(name)
        if entry is None or entry.kind == "answer":
            text = shown(blocks, width, force_terminal=True, color_system="standard")
            assert text.startswith("\x1b[1m"), name


@pytest.mark.parametrize("width", [40, 60, 79])
def test_every_detail_is_shown_whole(width, shipped):
    """What plain text says is on the screen too, wherever its lines break."""
    for name, blocks in details(shipped):
        squeezed = "".join(shown(blocks, width).split())
        for piece in pieces(blocks):
            assert "".join(piece.split()) in squeezed, (name, piece)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_everything_keeps_within_the_width(width, shipped):
    for name, blocks in (*first(shipped), *details(shipped)):
        assert max(map(len, shown(blocks, width).splitlines()), default=0) <= width, name


def pieces(blocks):
    """All that a reply says, piece by piece."""
    for block in blocks:
        match block:
            case Comparison(rows):
                for row in rows:
                    yield from (row.framework, row.today, row.article or "")
            case _:
                yield from plain_text([block]).splitlines()
