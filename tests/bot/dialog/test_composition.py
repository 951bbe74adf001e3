"""Entries into reply documents: what is shown first, and the details."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from bot.dialog.composition import MOST_RELATED, SHORT, SHORT_PARTS, choices
from bot.dialog.question import Question
from bot.dialog.reply import Bullets, Choices, Comparison, Small, SourceLine, Sources, Text
from bot.dialog.text_renderer import first_shown, plain_text
from knowledge.model import Cell, Statement
from tests.bot.small_knowledge import DEBUGGING, ENTRIES, KNOWLEDGE, SOURCES, bot, entry

BOT = bot()


def block(blocks, kind):
    return next(one for one in blocks if isinstance(one, kind))


def has(blocks, kind):
    return any(isinstance(one, kind) for one in blocks)


def texts(blocks):
    return [one.text for one in blocks if isinstance(one, Text | Small)]


def answers(shipped):
    return [one for one in shipped.knowledge.entries.values() if one.kind == "answer"]


# What is shown first.


def test_the_headline_comes_first_and_in_bold():
    one = replace(DEBUGGING, headline="Level: both stop at the line.", support="Switch compilation off first.")
    first, second, *_ = bot(one).show(one.id).blocks
    assert (first, second) == (
        Text("Level: both stop at the line.", strong=True),
        Text("Switch compilation off first."),
    )


def test_an_entry_without_a_headline_begins_with_its_answer():
    assert BOT.show("compare.debugging").blocks[0] == Text("Both stop at the failing line.", strong=True)


def test_a_question_that_names_one_thing_gets_its_own_headline():
    one = replace(DEBUGGING, headline="Level.", headlines={"pytorch": "PyTorch is easy to debug."})
    assert bot(one).answer(Question("stepping through training code in pytorch")).blocks[0].text == (
        "PyTorch is easy to debug."
    )


def test_the_bullets_are_the_sides_of_the_frameworks_asked_about():
    reply = BOT.answer(Question("breakpoints in tensorflow and pytorch"))
    assert block(reply.blocks, Bullets).items == (
        "TensorFlow: The same in eager mode.",
        "PyTorch: Ordinary debuggers work.",
    )


def test_the_bullets_differ_by_what_was_asked(shipped):
    asked = ["is pytorch hard to debug", "is tensorflow hard to debug"]
    found = [block(shipped.answer(Question(text)).blocks, Bullets).items for text in asked]
    assert found[0] != found[1]


def test_a_framework_that_the_entry_says_nothing_about_is_said_to_be_so():
    one = replace(DEBUGGING, frameworks=())
    first = bot(one).answer(Question("stepping through training code in jax")).blocks[0]
    assert first.text == "I have nothing on JAX here. In general: Both stop at the failing line."


def test_the_small_line_says_what_changed_and_when_it_was_checked():
    line = block(BOT.show("compare.debugging").blocks, SourceLine)
    assert line.text == "Partly changed since the article of April 2025 that this started from · checked 22 Nov 2026"


def test_the_small_line_says_judgement_and_weak_sources_once():
    weak = Statement(text="So.", confidence="L", sources=("readme",))
    judged = Statement(text="So.", confidence="J", sources=("readme",))
    for statement, words in ((weak, "Weak sources"), (judged, "Our judgement")):
        one = replace(DEBUGGING, answer=statement, article=None)
        assert block(bot(one).show(one.id).blocks, SourceLine).text == f"{words} · checked 22 Nov 2026"


def test_the_small_line_links_three_sources_at_most_and_counts_the_rest(shipped):
    line = block(shipped.show("compare.mobile").blocks, SourceLine)
    assert len(line.links) == 3
    assert all(url.startswith("https://") for _, url in line.links)
    assert line.more == len(shipped.knowledge.entries["compare.mobile"].sources) or line.more > 0


def test_of_several_answers_the_oldest_check_counts():
    pair = (DEBUGGING, replace(ENTRIES[1], checked_on=date(2026, 1, 2)))
    shown = bot(*pair).show(DEBUGGING.id, ENTRIES[1].id)
    assert "checked 2 Jan 2026" in block(shown.blocks, SourceLine).text


def test_a_former_name_is_answered_with_the_present_one():
    reply = BOT.answer(Question("what became of tflite"))
    assert Text("TensorFlow Lite is now called LiteRT.", "changed") in reply.blocks


def test_the_present_name_needs_no_word():
    reply = BOT.answer(Question("is litert the same thing"))
    assert not any("now called" in text for text in texts(reply.blocks))


@pytest.mark.parametrize("kind", ["decline", "social"])
def test_refusals_and_small_talk_are_words_alone(kind):
    one = replace(DEBUGGING, kind=kind, related=())
    shown = bot(one).show(one.id)
    assert (shown.blocks, shown.details) == ((Text(one.answer.text),), ())


def test_what_is_related_is_offered_but_not_what_is_shown_or_gone():
    offered = block(BOT.show("compare.debugging").blocks, Choices)
    assert offered.options == choices(KNOWLEDGE, ["choose.mobile", "beyond.jax"])
    both = block(BOT.show("compare.debugging", "beyond.jax").blocks, Choices)
    assert both.options == choices(KNOWLEDGE, ["choose.mobile"])


def test_related_topics_are_few():
    many = replace(DEBUGGING, related=tuple(one.id for one in ENTRIES[1:]))
    assert len(block(bot(many, *ENTRIES[1:]).show(many.id).blocks, Choices).options) == MOST_RELATED


def test_nothing_related_offers_nothing():
    one = replace(DEBUGGING, related=("gone.away",))
    assert not has(bot(one).show(one.id).blocks, Choices)


def test_choices_are_made_of_what_exists():
    assert [option.label for option in choices(KNOWLEDGE, ["beyond.jax", "gone.away"])] == ["About beyond.jax"]


# The details.


def test_the_details_hold_the_comparison_what_changed_the_article_and_the_sources():
    shown = BOT.show("compare.debugging").details
    assert [type(one) for one in shown] == [Text, Comparison, Bullets, Text, Text, Sources, Small]
    assert texts(shown)[0] == "Both stop at the failing line. [1]"
    assert texts(shown)[-2:] == ["Next: Set a breakpoint in each.", "Last checked 22 Nov 2026."]


@pytest.mark.parametrize(
    ("verdict", "words", "tone"),
    [
        ("holds", "Still holds.", "plain"),
        ("partly", "Partly out of date.", "changed"),
        ("outdated", "Out of date.", "changed"),
    ],
)
def test_the_details_say_what_the_article_said_and_whether_it_holds(verdict, words, tone):
    one = replace(DEBUGGING, article=replace(DEBUGGING.article, verdict=verdict))
    (said,) = [text for text in bot(one).show(one.id).details if isinstance(text, Text) and "What the" in text.text]
    assert said.text.startswith("What the article of April 2025 that this started from said: PyTorch is easier.")
    assert said.text.endswith(words)
    assert said.tone == tone


def test_where_the_article_is_silent_nothing_is_said_of_it():
    silent = replace(DEBUGGING, article=None)
    shown = bot(silent).show(DEBUGGING.id)
    assert "article of" not in plain_text((*shown.blocks, *shown.details))


def test_the_details_compare_only_the_frameworks_asked_about():
    shown = BOT.show("compare.debugging", frameworks=("jax", "tensorflow"))
    comparison = block(shown.details, Comparison)
    assert [row.framework for row in comparison.rows] == ["TensorFlow"]
    assert comparison.missing == ("JAX",)


def test_sources_are_numbered_in_the_order_they_are_needed_each_once():
    titles = [note.title for note in block(BOT.show("compare.debugging").details, Sources).notes]
    assert sorted(titles) == ["its own source", "the README", "the article", "the docs"]
    assert titles[0] == "the README"


def test_an_entrys_own_source_goes_before_a_shared_one_of_the_same_name():
    own = replace(SOURCES["readme"], title="another README")
    shown = bot(replace(DEBUGGING, sources={**DEBUGGING.sources, "readme": own})).show(DEBUGGING.id)
    assert block(shown.details, Sources).notes[0].title == "another README"


def test_sources_of_two_entries_under_one_key_are_two_sources():
    pair = [
        entry(
            name,
            f"what is {name}",
            headline=f"It is {name}.",
            answer=Statement(text=name, sources=("own",)),
            sources={"own": replace(SOURCES["readme"], title=f"source of {name}")},
        )
        for name in ("alpha", "beta")
    ]
    shown = bot(*pair).show("alpha", "beta")
    assert [note.title for note in block(shown.details, Sources).notes] == ["source of alpha", "source of beta"]


def test_a_statement_says_how_sure_it_is_only_where_it_has_sources():
    for sources, text in (((), "It is so."), (("readme",), "It is so. (weak source) [1]")):
        one = replace(DEBUGGING, answer=Statement(text="It is so.", confidence="L", sources=sources))
        assert texts(bot(one).show(DEBUGGING.id).details)[0] == text


def test_a_framework_is_called_by_its_name_or_else_by_its_id():
    cells = {name: Cell(today=Statement(text="So.")) for name in ("pytorch", "unheard-of")}
    shown = bot(replace(DEBUGGING, cells=cells)).show(DEBUGGING.id)
    assert [row.framework for row in block(shown.details, Comparison).rows] == ["PyTorch", "unheard-of"]


# Every entry of the shipped knowledge.


def statements(blocks):
    """Every statement about the world that details make."""
    for one in blocks:
        match one:
            case Text(text) if not text.startswith("Next: "):
                yield text
            case Bullets(items):
                yield from items
            case Comparison(rows):
                yield from (row.today for row in rows)


def cited(text):
    """The numbers of the sources that a statement rests on."""
    return {int(number) for number in re.findall(r"\[(\d+)\]", text)}


def test_every_shipped_answer_is_short(shipped):
    for one in answers(shipped):
        assert len(plain_text(first_shown(shipped.show(one.id)))) <= SHORT, one.id


def test_every_shipped_answer_leads_with_its_own_headline(shipped):
    for one in answers(shipped):
        assert one.headline, one.id
        assert shipped.show(one.id).blocks[0] == Text(one.headline, strong=True), one.id


def test_no_shipped_answer_repeats_that_something_is_our_judgement(shipped):
    for one in answers(shipped):
        assert plain_text(first_shown(shipped.show(one.id))).lower().count("our judgement") <= 1, one.id


def test_an_answer_to_any_phrasing_is_short(shipped):
    for one in answers(shipped):
        for phrasing in one.phrasings[:8]:
            reply = shipped.answer(Question(phrasing))
            longest = SHORT if len(reply.entries) == 1 and len(reply.frameworks) <= 2 else SHORT_PARTS
            assert len(plain_text(first_shown(reply))) <= longest, phrasing


def test_two_things_asked_at_once_fit_one_message(shipped):
    for pair in ("mobile and production", "debugging and deployment", "NLP and computer vision"):
        reply = shipped.answer(Question(f"pytorch or tensorflow for {pair}?"))
        assert len(plain_text(first_shown(reply))) <= SHORT_PARTS, pair


def test_every_statement_of_every_shipped_entry_names_a_source(shipped):
    for one in answers(shipped):
        details = shipped.show(one.id).details
        numbers = {note.number for note in block(details, Sources).notes}
        for text in statements(details):
            assert cited(text), (one.id, text)
            assert cited(text) <= numbers, (one.id, text)


def test_every_shipped_source_shown_is_one_that_a_statement_rests_on(shipped):
    for one in answers(shipped):
        details = shipped.show(one.id).details
        used = {number for text in statements(details) for number in cited(text)}
        assert used == {note.number for note in block(details, Sources).notes}, one.id


def test_every_shipped_answer_says_when_it_was_checked(shipped):
    for one in answers(shipped):
        assert "hecked " in block(shipped.show(one.id).blocks, SourceLine).text, one.id
