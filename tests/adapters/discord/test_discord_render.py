"""Replies and flow steps as pages: complete, in order, and within what Discord takes."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.chart import chart
from adapters.discord.comparing import narrowed, suggested
from adapters.discord.components import AMBER, BLUE, classic, layout
from adapters.discord.help import help_pages, older_pages, privacy_pages
from adapters.discord.limits import MOST_CONTENT, excesses
from adapters.discord.markup import escaped, link, table
from adapters.discord.page import Button
from adapters.discord.paging import Part, contents, paged
from adapters.discord.preferences import settings_pages
from adapters.discord.render import reply_pages
from adapters.discord.steps import outcome_pages, step_pages, stopped_pages
from adapters.discord.topics import groups, topic_pages
from bot.plain import claim_text
from bot.recommendation.flow import Flow, Stopped
from bot.recommendation.token import owner_mark
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
    Reply,
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)
from bot.storage.channels import ChannelSettings
from bot.storage.retention import Retention
from tests.discord_double.scene import SECRET, said, shown

OWNER = owner_mark("discord:1", SECRET)
TODAY = date(2026, 11, 22)


def of(*blocks, outcome="answer", entries=("compare.mobile",)):
    return Reply(outcome, tuple(entries), 1.0, (), (), tuple(blocks), "", "1")


def words(pages):
    return "\n".join(shown(layout(page).to_components()) for page in pages)


def assert_sendable(pages):
    assert pages
    for page in pages:
        assert excesses(layout(page).to_components()) == []
        assert all(1 <= len(text) <= MOST_CONTENT for text in contents(page))
        view = classic(page)
        assert view is None or excesses(view.to_components()) == []


def test_every_entry_is_shown_whole_and_within_limits(shipped):
    for entry in shipped.knowledge.entries.values():
        reply = shipped.show(entry.id)
        pages = reply_pages(reply, title=entry.title, owner=OWNER, shareable=True)
        assert_sendable(pages)
        text = said(words(pages))
        claims = [entry.answer, *entry.since, *(cell.today for cell in entry.cells.values())]
        assert all(said(claim.text) in text for claim in claims), entry.id
        notes = [note for block in reply.blocks if isinstance(block, Sources) for note in block.notes]
        assert all(said(note.title) in text and note.seen.isoformat() in words(pages) for note in notes), entry.id


def test_several_answers_in_one_reply_are_within_limits(shipped):
    names = [entry.id for entry in shipped.knowledge.entries.values() if entry.kind == "answer"]
    longest = sorted(names, key=lambda name: -sum(len(p.text) for p in pages_of(shipped, name)))[:3]
    reply = shipped._answer_with(longest, shipped.read(""), (), 1.0)
    pages = reply_pages(reply, owner=OWNER)
    assert len(pages) > 1
    assert_sendable(pages)


def pages_of(shipped, name):
    return [segment for page in reply_pages(shipped.show(name)) for segment in page.segments]


def test_every_step_of_the_flow_is_within_limits(shipped):
    flow = Flow(shipped.knowledge)
    longest = {q.id: max(q.options, key=lambda o: len(o.id)).id for q in flow.rules.questions}
    state = flow.start(longest)
    for position in range(flow.steps):
        at = replace(state, position=position)
        assert_sendable(step_pages(flow.view(at), flow.token(at, OWNER), notice="x" * 300))


@pytest.mark.parametrize("answers", ["none", "all pairs"])
def test_outcomes_are_told_whole_and_within_limits(shipped, answers):
    flow = Flow(shipped.knowledge)
    titles = {entry.id: entry.title for entry in shipped.knowledge.entries.values()}
    options = [(q.id, o.id) for q in flow.rules.questions for o in q.options]
    given_ = [{}] if answers == "none" else [dict(pair) for pair in itertools.combinations(options, 2)]
    for some in given_:
        state = flow.finished(some)
        outcome = flow.view(state)
        pages = outcome_pages(outcome, flow.token(state, OWNER), titles=titles, owner=OWNER, shareable=True)
        assert_sendable(pages)
        text = said(words(pages))
        assert all(said(reason.text) in text for place in outcome.ranking for reason in place.reasons)
        assert all(said(note.text) in text for note in (*outcome.notes, *outcome.contradictions))
        assert all(said(step.text) in text for step in outcome.next_steps)


def test_an_outcome_shows_its_chart_with_words_for_it(shipped):
    flow = Flow(shipped.knowledge)
    outcome = flow.view(flow.finished({"goal": "mobile"}))
    picture = chart(outcome.ranking)
    pages = outcome_pages(outcome, "", titles={}, picture=picture)
    assert_sendable(pages)
    assert pages[0].pictures == (picture,)
    assert all(f"{place.name}: {place.points} point" in picture.alternative for place in outcome.ranking)
    assert picture.data.startswith(b"\x89PNG")


def test_a_chart_without_points_or_with_other_letters_is_drawn_all_the_same(shipped):
    flow = Flow(shipped.knowledge)
    first = flow.view(flow.finished({})).ranking[0]
    places = [replace(first, name="\N{CYRILLIC CAPITAL LETTER YA}" * 20, points=0)]
    assert chart(places).data.startswith(b"\x89PNG")


def test_everything_else_the_bot_says_is_within_limits(shipped):
    knowledge = shipped.knowledge
    for pages in (
        help_pages(OWNER),
        privacy_pages(OWNER, listening=True, retention=Retention()),
        older_pages(OWNER),
        stopped_pages(Stopped(), "1.0..0000." + OWNER),
        settings_pages(ChannelSettings(), server=True, changed=True, listening=False),
        topic_pages(knowledge, OWNER),
        *(topic_pages(knowledge, OWNER, group, page) for group in groups(knowledge) for page in range(5)),
    ):
        assert_sendable(pages)


def test_every_topic_is_on_some_page(shipped):
    listed = set()
    for group, entries in groups(shipped.knowledge).items():
        for page in range(len(entries) // 25 + 1):
            [menu] = [
                row for row in topic_pages(shipped.knowledge, OWNER, group, page)[0].rows if not isinstance(row, tuple)
            ]
            listed |= {option.value for option in menu.options}
    assert listed == {entry.id for entry in shipped.knowledge.entries.values() if entry.kind == "answer"}


def test_what_no_longer_holds_stands_in_amber_and_in_words():
    reply = of(ShortAnswer(Claim("Yes.")), ArticleNote("No.", "outdated", (1,)), SinceThen((Claim("It came."),)))
    [page] = reply_pages(reply)
    colours = [item["accent_color"] for item in layout(page).to_components() if item["type"] == 17]
    assert colours == [BLUE.value, AMBER.value]
    assert "Changed since the article of 4 Apr 2025" in page.segments[1].text
    assert "Out of date." in page.segments[1].text


def test_what_still_holds_does_not_alarm():
    [page] = reply_pages(
        of(ShortAnswer(Claim("Yes.")), ArticleNote("Yes.", "holds", (1,)), SinceThen((Claim("More."),)))
    )
    assert [segment.tone for segment in page.segments] == ["plain"]


def test_blocks_stand_in_their_order():
    reply = of(
        Heading("one"), ShortAnswer(Claim("two")), Renamed(Claim("three")), NextStep("four"), Prose("five"),
        Sources((SourceNote(1, "six", "https://a.example/x", "2025", TODAY),)),
        Choices("seven", (Choice("a.b", "eight"),)),
    )  # fmt: skip
    text = words(reply_pages(reply))
    places = [text.index(word) for word in ("one", "two", "three", "four", "five", "six", "seven", "eight")]
    assert places == sorted(places)


def test_a_small_comparison_is_a_table_that_fits_a_phone():
    sides = (Side("PyTorch", "Good.", Claim("Better.")), Side("JAX", None, Claim("Fine.")))
    text = words(reply_pages(of(Comparison(sides, ("MXNet",)))))
    block = re.search(r"```\n(.*?)\n```", text, re.DOTALL)[1]
    assert max(map(len, block.split("\n"))) <= 46
    assert "Not covered here: MXNet." in text


def test_a_wide_comparison_is_a_list():
    sides = (Side("PyTorch", "Good.", Claim("Better " * 20)), Side("JAX", None, Claim("Fine.")))
    text = words(reply_pages(of(Comparison(sides))))
    assert "```" not in text
    assert text.index("**PyTorch:**") < text.index("**JAX:**")


def test_a_table_never_holds_what_would_end_it():
    assert table([["a", "```"]]) is None
    assert table([["a", "\N{GRINNING FACE}"]]) is None


def test_a_source_without_an_address_for_browsers_is_no_link():
    assert link("a [b]", "javascript:alert(1)") == "a \\[b\\]"
    assert link("a", "https://x.example/>y") == "a"
    assert link("a", "https://x.example/y") == "[a](<https://x.example/y>)"


def test_a_refusal_has_neither_judgement_nor_sharing():
    pages = reply_pages(of(Prose("No."), outcome="decline", entries=()), shareable=True)
    assert pages[-1].rows == ()


def test_an_id_that_no_button_can_hold_gets_no_button():
    pages = reply_pages(of(Prose("Well."), Choices("These:", (Choice("x" * 90, "long"), Choice("a b", "blank")))))
    assert not any("f1:e" in button.custom_id for row in pages[-1].rows for button in row if isinstance(button, Button))


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400)


@given(st.lists(st.tuples(TEXT, st.sampled_from(["plain", "changed"]), st.booleans()), min_size=1, max_size=60))
@settings(deadline=None, max_examples=60)
def test_paging_loses_nothing_and_stays_within_limits(parts):
    made = [Part(f"*{text}", tone, leads=leads) for text, tone, leads in parts]
    pages = paged(made, [(Button("x", "f1:n:"),)])
    assert_sendable(pages)
    whole = "".join("".join(s.text for s in page.segments) for page in pages)
    assert "".join(whole.split()) == "".join("".join(part.text for part in made).split())


def test_a_part_longer_than_a_message_goes_over_several():
    pages = paged([Part("word " * 2_000)])
    assert len(pages) == 3
    assert_sendable(pages)


def test_a_heading_does_not_stand_at_the_end_of_a_message():
    pages = paged([Part("x " * 1_900), Part("## title", leads=True), Part("y " * 500)])
    assert [page.segments[0].text[:8] for page in pages] == ["x x x x ", "## title"]


@given(st.text(max_size=300))
@settings(deadline=None)
def test_escaped_text_calls_nobody_and_links_nothing(text):
    safe = escaped(text)
    assert not re.search(r"@(?:everyone|here)|(?<!\\)<[@#:a/t]", safe)


def test_the_checker_finds_what_discord_would_refuse():
    button = {"type": 2, "label": "x" * 81, "custom_id": "y" * 101}
    menu = {"type": 3, "custom_id": "m", "options": [{"label": "l" * 101, "value": "v"}] * 26, "placeholder": "p" * 151}
    found = excesses(
        [
            {"type": 1, "components": [button] * 6},
            {"type": 1, "components": [menu, {"type": 2, "label": "b"}]},
            {"type": 17, "components": []},
            {"type": 10, "content": "t" * 4_001},
            {"type": 12, "items": [{"description": "d" * 1_025}]},
            *({"type": 10, "content": " "} for _ in range(41)),
        ]
    )
    for told in (
        "button label of 81", "custom_id of 101", "6 buttons in a row", "a select shares", "an empty container",
        "characters of text", "alternative text", "an empty text", "components", "option label of 101", "26 options",
        "a value twice", "a placeholder", "needs a custom_id or an address", "twice",
    ):  # fmt: skip
        assert any(told in problem for problem in found), told
    assert excesses([]) == ["the message is empty"]


def test_only_the_sides_named_are_compared():
    sides = (Side("PyTorch", None, Claim("a")), Side("TensorFlow", None, Claim("b")), Side("JAX", None, Claim("c")))
    reply = of(Comparison(sides))
    terms = [term("jax", "JAX"), term("pytorch", "PyTorch"), term("mxnet", "MXNet")]
    [block] = narrowed(reply, terms).blocks
    assert [side.framework for side in block.sides] == ["JAX", "PyTorch"]
    assert block.missing == ("MXNet",)
    assert narrowed(reply, [term("mxnet", "MXNet")]).blocks[0].sides == sides
    assert narrowed(reply, []) is reply


def test_a_list_of_frameworks_is_completed_and_keeps_what_was_chosen(shipped):
    labels = [one.label for one in suggested(shipped.knowledge, "torch, jax, te", 25)]
    assert labels[0] == "PyTorch, JAX, TensorFlow"
    assert all(len(label) <= 100 for label in labels)
    assert suggested(shipped.knowledge, "zorblax", 25) == []
    assert len(suggested(shipped.knowledge, "", 25)) > 1


def term(name, written):
    from knowledge.model import Term

    return Term(id=name, name=written)


def test_claims_carry_their_standing_in_words():
    claim = Claim("It is so.", "J", (1,))
    assert escaped(claim_text(claim)) in words(reply_pages(of(ShortAnswer(claim))))
