"""Views and forms as Discord's components: complete, in order, and within what Discord takes."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.commands import capabilities
from adapters.discord.components import COLOURS, layout, modal
from adapters.discord.render import Part, contents, escaped, link, paged, render
from bot.chat import comparing, screens
from bot.chat.actions import button
from bot.chat.answers import details_view, reason_form, reply_view
from bot.chat.flow import flow_view, words_form
from bot.chat.view import Button, Buttons, DoneBy, Form, Menu, Search, SelectInput, Setting, TextInput, View, Vote
from bot.dialog.reply import (
    Bullets,
    Chart,
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
from bot.recommendation.flow import CANCEL, Flow
from bot.storage.records import ChannelSettings, Retention
from tests.discord_double.limits import MOST_CONTENT, excesses, form_excesses
from tests.discord_double.scene import buttons, said, shown, walk

OWNER = "abcdefgh"
ABLE = capabilities(listening=True)
PHONE = 32
"""Columns of monospace text that a phone of 375 px shows without breaking lines, inside a container."""


def of(*blocks):
    return render(View(blocks, ""))


def words(pages):
    return "\n".join(shown(layout(page).to_components()) for page in pages)


def assert_sendable(pages):
    assert pages
    for page in pages:
        assert excesses(layout(page).to_components()) == []
        assert all(1 <= len(text) <= MOST_CONTENT for text in contents(page))


def texts(block):  # noqa: PLR0911 - one a kind of block
    """Every text of a block."""
    match block:
        case Bullets(items, title):
            return [*items, title]
        case Comparison(rows, missing):
            return [part for row in rows for part in (row.framework, row.today, row.article or "")] + list(missing)
        case Sources(notes):
            return [part for note in notes for part in (note.title, note.dated or "", note.seen.isoformat())]
        case Chart(title, bars):
            return [title, *(f"{name}{value}" for name, value in bars)]
        case Setting(title, states):
            return [title, *(one.label for one in states)]
        case SourceLine(text, links, more):
            return [text, *(title for title, _ in links), f"and {more} more" if more else ""]
        case DoneBy(_, question, _):
            return [question]
        case Buttons(row) | Menu(_, row):
            return [part for one in row for part in (one.label[:70], one.description)]
        case Vote(helpful, unhelpful):
            return [helpful.label, unhelpful.label]
        case _:
            return [block.text]


def assert_whole(view):
    pages = render(view)
    assert_sendable(pages)
    found = said(words(pages)).replace("█", "")
    for block in view.blocks:
        for text in texts(block):
            assert said(text) in found, text


def test_every_entry_is_shown_whole_and_within_limits(shipped):
    for entry in shipped.knowledge.entries.values():
        view = reply_view(shipped.show(entry.id), shipped, OWNER, shareable=True, deletable=True)
        assert_whole(view)
        assert len(render(view)) == 1


def test_the_details_of_every_entry_are_shown_whole_and_within_limits(shipped):
    for entry in shipped.knowledge.entries.values():
        reply = shipped.show(entry.id)
        for in_place in (True, False):
            assert not reply.details or assert_whole(details_view(reply, OWNER, in_place=in_place)) is None


def test_several_answers_in_one_reply_are_within_limits(shipped):
    names = [entry.id for entry in shipped.knowledge.entries.values() if entry.kind == "answer"]
    longest = sorted(names, key=lambda name: -len(words(render(reply_view(shipped.show(name), shipped, OWNER)))))[:3]
    reply = shipped.show(*longest)
    assert len(render(reply_view(reply, shipped, OWNER, shareable=True))) == 1
    details = render(details_view(reply, OWNER, in_place=True))
    assert len(details) > 1
    assert_sendable(details)


def test_every_step_of_the_recommendation_is_within_limits(shipped):
    flow = Flow(shipped.knowledge)
    longest = {q.id: max(q.options, key=lambda o: len(o.id)).id for q in flow.rules.questions}
    state = flow.start(longest)
    for position in range(len(longest)):
        at = replace(state, position=position)
        assert_whole(flow_view(flow, at, OWNER, hint="x" * 300))
        assert form_excesses(modal(words_form(flow, at, flow.token(at, OWNER))).to_dict()) == []
    assert_whole(flow_view(flow, flow.do(state, CANCEL), OWNER))


@pytest.mark.parametrize("answers", ["none", "all pairs"])
def test_outcomes_are_shown_whole_and_within_limits(shipped, answers):
    flow = Flow(shipped.knowledge)
    options = [(q.id, o.id) for q in flow.rules.questions for o in q.options]
    for some in [{}] if answers == "none" else [dict(pair) for pair in itertools.combinations(options, 2)]:
        view = flow_view(flow, flow.finished(some), OWNER, shareable=True)
        assert_sendable(render(view))
        if answers == "none":
            assert_whole(view)


def test_every_screen_is_within_limits(shipped):
    groups = screens.topic_groups(shipped.knowledge)
    for view in (
        screens.help_view(ABLE, OWNER, flow=True, compares=True),
        screens.privacy_view(ABLE, Retention()),
        screens.settings_view(ChannelSettings(), capabilities(listening=False), "server", saved=True),
        screens.notice("x", *screens.ways_on(OWNER, flow=True)),
        screens.topics_view(shipped.knowledge, OWNER),
        *(screens.topics_view(shipped.knowledge, OWNER, group, page) for group in groups for page in range(3)),
    ):
        assert_whole(view)


def test_blocks_are_shown_in_their_order():
    day = date(2026, 11, 22)
    pages = of(
        Heading("one"), Text("two"), Bullets(("four",), "three"), Small("five"), Code("six"),
        Buttons((button("help", label="seven"),)),
        Setting("eight", (button("set", "channel", "passive", "on", label="nine"), button("privacy", label="ten"))),
        Comparison((ComparisonRow("eleven", "twelve", "thirteen"),)), Chart("fourteen", (("fifteen", 1),)),
        Sources((SourceNote(1, "sixteen", "https://a.example/x", "2025", day),)),
        Menu("seventeen", (button("show", "", "x", label="eighteen"),)),
        Vote(button("vote", "y", "x", "1", label="nineteen"), button("vote", "n", "x", "1", label="twenty")),
    )  # fmt: skip
    assert_sendable(pages)
    numbers = (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen eighteen "
        "nineteen twenty"
    ).split()
    text = words(pages)
    places = [re.search(rf"\b{number}\b", text).start() for number in numbers]
    assert places == sorted(places)


def test_what_has_changed_is_amber():
    [page] = of(Text("now"), Text("then", "changed"), Bullets(("so",), "also", "changed"), Small("end"))
    colours = [item["accent_color"] for item in layout(page).to_components()]
    assert colours == [COLOURS["plain"].value, COLOURS["changed"].value, COLOURS["plain"].value]


def test_a_short_answer_is_one_container_in_the_colour_of_what_has_changed_in_it():
    line = SourceLine("Checked today")
    for tone in ("plain", "changed"):
        [page] = of(Text("now"), Text("then", tone), line, Buttons((button("help"),)))
        assert [item["accent_color"] for item in layout(page).to_components()] == [COLOURS[tone].value]


def test_buttons_stay_with_the_text_before_them():
    [page] = of(Text("then", "changed"), Buttons((button("help"),)))
    [container] = layout(page).to_components()
    assert [item["type"] for item in container["components"]] == [10, 1]


def test_a_strong_text_is_bold():
    assert words(of(Text("a*b", strong=True))) == "**a\\*b**"


def test_a_chart_is_bars_in_a_fixed_width_font_that_fit_a_phone():
    text = words(of(Chart("Points", (("TensorFlow", 12), ("JAX", 0)))))
    block = re.search(r"```\n(.*?)\n```", text, re.DOTALL)[1].split("\n")
    assert [line.split()[0] for line in block] == ["TensorFlow", "JAX"]
    assert block[0].endswith("█ 12")
    assert max(map(len, block)) <= PHONE


def test_a_comparison_is_a_list_that_fits_a_phone():
    rows = (ComparisonRow("PyTorch", "Better.", "Good."), ComparisonRow("JAX", "Fine."))
    text = words(of(Comparison(rows, ("MXNet",))))
    assert "```" not in text
    assert text.index("**PyTorch:** Better.") < text.index("Article: Good.") < text.index("**JAX:** Fine.")
    assert "Not covered here: MXNet." in text


def test_code_never_ends_its_own_fence():
    assert words(of(Code("a\n```\nb"))).count("```") == 2


def test_descriptions_are_listed_before_their_buttons():
    options = (
        button("help", label="Fast", description="in a day", chosen=True),
        button("privacy", label="Slow", description="in a year"),
    )
    text = words(of(Buttons(options)))
    assert text.split("\n")[:2] == ["- **Fast**: in a day (chosen before)", "- **Slow**: in a year"]


def test_votes_are_in_the_row_of_the_buttons_before_them_where_there_is_room():
    votes = Vote(button("vote", "y", "x", "1", label="yes"), button("vote", "n", "x", "1", label="no"))
    few, many = (tuple(button("show", "", str(n), label=f"b{n}") for n in range(count)) for count in (3, 4))
    assert [[one.label for one in part.row] for part in of(Buttons(few), votes)[0]] == [["b0", "b1", "b2", "yes", "no"]]
    assert [len(part.row) for part in of(Buttons(many), votes)[0]] == [4, 2]


def test_sources_are_links_in_one_small_line():
    line = SourceLine("Checked 1 Jan 2026", (("a *b*", "https://x.example/a"), ("c", "https://x.example/c")), 9)
    assert words(of(line)) == (
        "-# Checked 1 Jan 2026 · [a \\*b\\*](<https://x.example/a>) · [c](<https://x.example/c>) · and 9 more"
    )


def test_who_shared_an_answer_is_named_with_its_question():
    assert words(of(DoneBy("123", "a *b*?"))) == "-# <@123> shared the answer to: a \\*b\\*?"
    linked = DoneBy("123", "Debugging", "https://discord.com/channels/1/2/3")
    assert words(of(linked)) == "-# <@123> shared the answer to: [Debugging](<https://discord.com/channels/1/2/3>)"


def test_commands_can_be_clicked_where_their_ids_are_known():
    view = View((Bullets(("/ask answers", "write /other or a/ask")), Small("Turn it off: /ask")), "")
    [page] = render(view, {"ask": "</ask:7>"})
    text = shown(layout(page).to_components())
    assert text.split("\n") == ["- </ask:7> answers", "- write /other or a/ask", "-# Turn it off: </ask:7>"]
    assert "</" not in words(render(view))


def test_many_buttons_go_in_rows_of_about_one_length():
    [page] = of(Buttons(tuple(button("show", "", str(number), label="x") for number in range(6))))
    assert [len(part.row) for part in page] == [3, 3]


def test_a_button_that_is_there_twice_is_shown_once():
    pages = of(Text("a"), Buttons((button("help"), button("help", label="again"))), Buttons((button("help"),)))
    assert_sendable(pages)
    assert list(buttons(layout(pages[0]).to_components())) == ["Help"]


def test_a_search_field_is_left_out():
    assert words(of(Text("a"), Search("Search all topics"))) == "a"


def test_menus_carry_the_action_of_each_option():
    options = [button("show", OWNER, str(number), label="l" * 200) for number in range(25)]
    pages = of(Menu("p" * 200, tuple(options)), Menu("another", (button("show", OWNER, "x", label="x"),)))
    assert_sendable(pages)
    menu, _ = (one for one in walk(layout(pages[0]).to_components()) if one["type"] == 3)
    assert menu["options"][3]["value"] == f"2:show:{OWNER}:3"


def test_a_source_without_an_address_for_browsers_is_no_link():
    assert link("a [b]", "javascript:alert(1)") == "a \\[b\\]"
    assert link("a", "https://x.example/>y") == "a"
    assert link("a", "https://x.example/y") == "[a](<https://x.example/y>)"


def test_a_form_has_its_action_and_its_names():
    form = modal(
        Form(
            "T" * 60,
            (
                TextInput("a", "What " * 15, 300, "A hint.", multiline=True),
                SelectInput("b", "Which?", (("v", "V"), ("w", "W")), required=True),
                SelectInput("c", "Which ones?", (("v", "V"), ("w", "W")), multiple=True),
            ),
            "Send",
            button("compare").action,
        )
    ).to_dict()
    assert form_excesses(form) == []
    assert form["custom_id"] == "2:compare"
    text, one, many = (label["component"] for label in form["components"])
    assert (text["custom_id"], text["max_length"], text["required"]) == ("a", 300, False)
    assert (one["custom_id"], one["required"], one["max_values"]) == ("b", True, 1)
    assert (many["min_values"], many["max_values"]) == (0, 2)
    label = form["components"][0]
    assert f"{label['label']} {label['description']}" == ("What " * 15).strip() + " A hint."


def test_a_field_of_more_options_than_a_menu_holds_is_several_menus(shipped):
    form = modal(comparing.compare_form(shipped.knowledge)).to_dict()
    assert form_excesses(form) == []
    values = [
        option["value"]
        for label in form["components"]
        if label["component"]["custom_id"].startswith("aspect")
        for option in label["component"]["options"]
    ]
    assert values == comparing.aspects(shipped.knowledge)


def test_the_form_for_a_wrong_answer_is_within_limits(shipped):
    for entry in shipped.knowledge.entries:
        assert form_excesses(modal(reason_form(shipped, "9" * 20, entry, "1")).to_dict()) == []


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400)
ROW = st.integers(0, 5)


@given(st.lists(st.tuples(TEXT, st.sampled_from(["plain", "changed"]), ROW), min_size=1, max_size=60))
@settings(deadline=None, max_examples=60)
def test_paging_loses_nothing_and_stays_within_limits(parts):
    made = []
    for number, (text, tone, length) in enumerate(parts):
        made.append(Part(f"*{text}", tone=tone))
        if length:
            made.append(Part(row=tuple(button("show", str(number), str(n), label="x") for n in range(length))))
    pages = paged(made)
    assert_sendable(pages)
    whole = "".join("".join(part.text for part in page) for page in pages)
    assert "".join(whole.split()) == "".join("".join(part.text for part in made).split())
    assert sum(len(part.row) for page in pages for part in page) == sum(length for *_, length in parts)


@given(st.lists(st.one_of(
    st.builds(Heading, TEXT), st.builds(Text, TEXT, st.sampled_from(["plain", "changed"]), st.booleans()),
    st.builds(lambda items, title: Bullets(tuple(items), title), st.lists(TEXT, max_size=5), TEXT),
    st.builds(Small, TEXT), st.builds(Code, TEXT),
    st.builds(lambda labels: Buttons(tuple(button("show", "", label, label=label or "x") for label in labels)),
              st.lists(st.text(max_size=90), max_size=12)),
), max_size=20))  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_any_view_is_within_limits(blocks):
    assert_sendable(of(Text("a"), *blocks))


def test_a_part_longer_than_a_message_goes_over_several():
    pages = paged([Part("word " * 2_000)])
    assert len(pages) == 3
    assert_sendable(pages)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_escaped_text_notifies_nobody_and_links_nothing(text):
    assert not re.search(r"@(?:everyone|here)|(?<!\\)<[@#:a/t]", escaped(text))


def test_the_checker_finds_what_discord_would_refuse():
    press = {"type": 2, "label": "x" * 81, "custom_id": "y" * 101}
    menu = {"type": 3, "custom_id": "m", "options": [{"label": "l" * 101, "value": "v"}] * 26, "placeholder": "p" * 151}
    found = excesses(
        [
            {"type": 1, "components": [press] * 6},
            {"type": 1, "components": [menu, {"type": 2, "label": "b"}]},
            {"type": 17, "components": []},
            {"type": 10, "content": "t" * 4_001},
            *({"type": 10, "content": " "} for _ in range(41)),
        ]
    )
    for problem in (
        "button label of 81", "custom_id of 101", "6 buttons in a row", "a select shares", "an empty container",
        "characters of text", "an empty text", "components", "option label of 101", "26 options",
        "a value twice", "a placeholder", "needs a custom_id or an address", "twice",
    ):  # fmt: skip
        assert any(problem in one for one in found), problem
    assert excesses([]) == ["the message is empty"]


def test_styles_and_lengths_of_buttons():
    long = Button("y" * 100, button("help").action, "danger")
    [page] = of(Buttons((long, button("privacy", style="primary"))))
    danger, primary = (one for one in walk(layout(page).to_components()) if one["type"] == 2)
    assert (danger["style"], len(danger["label"]), danger["label"][-3:]) == (4, 80, "...")
    assert primary["style"] == 1
