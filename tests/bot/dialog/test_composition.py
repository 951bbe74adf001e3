"""Entries into reply documents."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.dialog.answering import Bot
from bot.dialog.composition import MOST_LINKS, MOST_RELATED, SHORT, SHORT_PARTS, Composer, choices
from bot.dialog.question import Question
from bot.dialog.reply import Bullets, Choices, Comparison, Heading, Small, SourceLine, Sources, Text
from bot.dialog.text_renderer import first_shown, plain_text
from bot.language.query import Query
from knowledge.fields import MAX_HEADLINE
from knowledge.model import Cell, Source, Statement
from tests.bot.small_knowledge import (
    ANSWERS_ALL,
    DAY,
    DEBUGGING,
    ENTRIES,
    KNOWLEDGE,
    SOURCES,
    VOCABULARY,
    bot,
    entry,
    knowledge,
    with_entry,
    with_thresholds,
)

BOT = bot()
TERMS = {term.id: term for term in VOCABULARY.terms}
CASES = Path(__file__).parents[2] / "cases"


def ask(text, by=BOT):
    return with_thresholds(by, ANSWERS_ALL).answer(Question(text))


def block(blocks, kind):
    return next(one for one in blocks if isinstance(one, kind))


def kinds(blocks):
    return [type(one) for one in blocks]


def texts(blocks):
    return [one.text for one in blocks if isinstance(one, Text | Small)]


def bullets(reply):
    return [item for one in reply.blocks if isinstance(one, Bullets) for item in one.items]


def below(reply):
    """The small line."""
    return block(reply.blocks, SourceLine)


def with_debugging(**changes):
    """A bot whose entry on debugging is changed."""
    return bot(replace(DEBUGGING, **changes), *ENTRIES[1:])


HEADLINED = {
    "headline": "Neither is easier.",
    "support": "Both stop at the failing line.",
    "headlines": {"jax": "JAX has its own ways."},
}


# The headline.


def test_the_headline_is_first_and_bold_and_what_supports_it_follows():
    first, second, *_ = with_debugging(**HEADLINED).show(DEBUGGING.id).blocks
    assert first == Text("Neither is easier.", strong=True)
    assert second == Text("Both stop at the failing line.")


def test_without_a_headline_the_first_sentence_of_the_answer_is_one():
    spoken = with_debugging(answer=Statement(text="Both stop. The line is shown. So is its file."))
    first, second, *_ = spoken.show(DEBUGGING.id).blocks
    assert (first, second) == (Text("Both stop.", strong=True), Text("The line is shown. So is its file."))


def test_a_first_sentence_too_long_for_a_headline_is_cut_at_a_word():
    long = with_debugging(answer=Statement(text="Stop " + "at every line " * 20 + "of it."))
    headline = long.show(DEBUGGING.id).blocks[0].text
    assert len(headline) <= MAX_HEADLINE
    assert headline.endswith(("every ...", "line ...", "at ..."))


def test_sentences_that_do_not_fit_below_the_headline_are_left_to_the_details():
    long = "It is so. " + "A sentence of some length that says hardly anything at all. " * 5
    reply = with_debugging(answer=Statement(text=long)).show(DEBUGGING.id)
    assert len(reply.blocks[1].text) <= MAX_HEADLINE
    assert reply.blocks[1].text.endswith("at all.")
    assert reply.details[0] == Text(long)


def test_a_question_on_one_thing_gets_the_headline_about_it_alone():
    reply = with_debugging(**HEADLINED).show(DEBUGGING.id, frameworks=("jax",))
    assert texts(reply.blocks)[:1] == ["JAX has its own ways."]
    assert "Both stop at the failing line." not in texts(reply.blocks)


def test_a_question_on_two_things_gets_the_headline_of_the_whole():
    both = with_debugging(**{**HEADLINED, "headlines": {"jax": "JAX.", "pytorch": "PyTorch."}})
    assert both.show(DEBUGGING.id, frameworks=("jax", "pytorch")).blocks[0].text == "Neither is easier."


@pytest.mark.parametrize("kind", ["decline", "social"])
def test_refusals_and_small_talk_are_words_alone(kind):
    one = replace(DEBUGGING, kind=kind, related=())
    reply = bot(one).show(one.id)
    assert (reply.blocks, reply.details) == ((Text(one.answer.text),), ())


# What the entry is silent on.


def test_a_framework_that_the_entry_is_silent_on_is_said_to_be_so_and_names_keep_their_capitals():
    reply = with_debugging(headline="PyTorch is easier.").show(DEBUGGING.id, frameworks=("jax",))
    assert reply.blocks[0] == Text("I have nothing on JAX here. In general: PyTorch is easier.", strong=True)


def test_a_tool_that_the_entry_is_silent_on_is_said_to_be_so():
    assert ask("breakpoints in litert").blocks[0].text.startswith("I have nothing on LiteRT here. In general: ")


def with_part_of(by):
    """The same bot, whose vocabulary says that tf.function is part of TensorFlow."""
    part = replace(TERMS["tf-function"], part_of=("tensorflow",))
    return bot(*by.knowledge.entries.values(), vocabulary=replace(VOCABULARY, tools=(*VOCABULARY.tools[:2], part)))


def test_a_tool_is_not_covered_because_what_it_is_part_of_is():
    silent = ask("breakpoints in tf.function", with_part_of(BOT)).blocks[0].text
    assert silent.startswith("I have nothing on tf.function here.")


def test_what_was_called_by_a_former_name_gets_its_note_instead():
    first, note, *_ = ask("breakpoints in torchserve").blocks
    assert first.text == "Both stop at the failing line."
    assert note == Text("TorchServe was archived in 2025.", "changed")


@pytest.mark.parametrize("said", ["LiteRT stops too.", "The old TFLite stops too.", "TensorFlow Lite stops too."])
def test_a_tool_is_covered_where_the_entry_names_it_by_any_of_its_names(said):
    by = with_debugging(since=(Statement(text=said),))
    assert ask("breakpoints in litert", by).blocks[0].text == "Both stop at the failing line."


def test_a_tool_is_covered_where_the_entry_says_what_its_name_adds_to_that_of_its_framework():
    by = with_part_of(with_debugging(since=(Statement(text="Wrap it in a Function."),)))
    assert ask("breakpoints in tf.function", by).blocks[0].text == "Both stop at the failing line."


# The bullets.


def test_the_bullets_are_the_sides_of_the_frameworks_named():
    assert bullets(BOT.show(DEBUGGING.id, frameworks=("pytorch",))) == ["PyTorch: Ordinary debuggers work."]
    assert bullets(BOT.show(DEBUGGING.id, frameworks=("tensorflow", "pytorch"))) == [
        "TensorFlow: The same in eager mode.",
        "PyTorch: Ordinary debuggers work.",
    ]


def test_a_framework_is_called_by_its_name_or_else_by_its_id():
    cells = {name: Cell(today=Statement(text="So.")) for name in ("pytorch", "unheard-of")}
    shown = with_debugging(cells=cells).show(DEBUGGING.id, frameworks=("pytorch", "unheard-of"))
    assert bullets(shown) == ["PyTorch: So.", "unheard-of: So."]


SINCE = (
    Statement(text="Compiled code hides the failing line."),
    Statement(text="Profilers show where the memory goes."),
    Statement(text="Notebooks keep old values around."),
    Statement(text="Both stop at the failing line today."),
)


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("which one is easier to debug when compiled", SINCE[0].text),
        ("which one is easier to debug by memory profilers", SINCE[1].text),
        ("which one is easier to debug from notebooks", SINCE[2].text),
    ],
)
def test_the_bullets_are_the_statements_nearest_to_the_question(asked, nearest):
    assert bullets(ask(asked, with_debugging(since=SINCE))) == [nearest]


def test_a_question_near_to_no_statement_gets_no_bullets():
    assert bullets(ask("which one is easier to debug", with_debugging(since=SINCE))) == []


def test_a_statement_that_only_says_the_headline_again_is_no_bullet():
    assert bullets(ask("easier to debug at the failing line", with_debugging(since=SINCE[3:]))) == []


def test_there_are_at_most_two_bullets_and_sides_go_first():
    asked = "which one is easier to debug in pytorch when compiled, memory profilers, notebooks"
    assert bullets(ask(asked, with_debugging(since=SINCE))) == ["PyTorch: Ordinary debuggers work.", SINCE[1].text]


def test_three_frameworks_that_are_named_all_have_their_side():
    cells = {name: Cell(today=Statement(text=f"{name} " + "so " * 30)) for name in ("pytorch", "tensorflow", "jax")}
    reply = with_debugging(cells=cells).show(DEBUGGING.id, frameworks=("pytorch", "tensorflow", "jax"))
    assert len(bullets(reply)) == 3
    assert len(plain_text(first_shown(reply))) <= SHORT


def test_what_does_not_fit_is_left_to_the_details():
    cells = {name: Cell(today=Statement(text=f"{name} " + "so " * 90)) for name in ("pytorch", "tensorflow")}
    reply = with_debugging(cells=cells).show(DEBUGGING.id, frameworks=("pytorch", "tensorflow"))
    assert len(bullets(reply)) == 1
    assert len(plain_text(first_shown(reply))) <= SHORT
    assert len(block(reply.details, Comparison).rows) == 2


# The small line.


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("holds", "Checked 22 Nov 2026"),
        ("partly", "Partly changed since the article of April 2025 that this started from · checked 22 Nov 2026"),
        ("outdated", "Changed since the article of April 2025 that this started from · checked 22 Nov 2026"),
    ],
)
def test_the_small_line_says_whether_it_changed_since_which_article_and_when_it_was_checked(verdict, said):
    assert below(with_debugging(article=replace(DEBUGGING.article, verdict=verdict)).show(DEBUGGING.id)).text == said


@pytest.mark.parametrize(
    ("dated", "named"),
    [(date(2024, 12, 31), "the article of December 2024 that"), (None, "the article that")],
)
def test_the_article_is_named_by_the_month_in_which_the_knowledge_says_it_appeared(dated, named):
    reply = Bot(knowledge(DEBUGGING, article_dated=dated)).show(DEBUGGING.id)
    assert below(reply).text.startswith(f"Partly changed since {named} this started from · ")
    assert f"What {named} this started from said: " in plain_text(reply.details)


def test_of_an_article_that_does_not_cover_the_topic_nothing_is_said():
    reply = with_debugging(article=None, cells={}).show(DEBUGGING.id)
    assert "article" not in plain_text((*reply.blocks, *reply.details))


@pytest.mark.parametrize(
    ("confidence", "said"), [("H", ""), ("M", ""), ("L", "Weak sources · "), ("J", "Our judgement · ")]
)
def test_judgement_and_weak_sources_are_said_once_in_the_small_line(confidence, said):
    statement = Statement(text="It is so.", confidence=confidence, sources=("readme",))
    reply = with_debugging(answer=statement, article=None, since=()).show(DEBUGGING.id, frameworks=("pytorch",))
    judged = "" if confidence == "J" else "Our judgement · "  # of the side of PyTorch
    assert below(reply).text.casefold() == f"{judged}{said}checked 22 Nov 2026".casefold()
    assert "(" not in plain_text(first_shown(reply))


def test_an_answer_was_checked_when_its_entry_was_unless_it_says_otherwise():
    own = with_debugging(answer=replace(DEBUGGING.answer, checked_on=date(2026, 1, 2))).show(DEBUGGING.id)
    assert "checked 22 Nov 2026" in below(BOT.show(DEBUGGING.id)).text
    assert "checked 2 Jan 2026" in below(own).text
    assert own.details[-1] == Small("Last checked 2 Jan 2026.")


@pytest.mark.parametrize(("days", "marked"), [(120, False), (121, True)])
def test_details_mark_a_claim_past_its_time_with_the_day_it_was_checked(days, marked):
    claim = Statement(text="It is so.", confidence="M", sources=("readme",), checked_on=date(2026, 1, 2))
    base = knowledge(replace(DEBUGGING, since=(claim,)))
    details = plain_text(Bot(base, today=lambda: date(2026, 1, 2) + timedelta(days=days)).show(DEBUGGING.id).details)
    age = "; not checked since 2 Jan 2026" if marked else ""
    assert f"- It is so. (secondary source{age}) [" in details
    assert ("not checked since" in details) is marked


def test_of_several_answers_the_oldest_check_counts():
    pair = (DEBUGGING, replace(ENTRIES[1], checked_on=date(2026, 1, 2)))
    assert "checked 2 Jan 2026" in below(bot(*pair).show(DEBUGGING.id, ENTRIES[1].id)).text


def test_the_small_line_links_sources_with_an_address_and_counts_the_rest():
    line = below(BOT.show(DEBUGGING.id))
    assert line.links == (("the README", "https://example.com/readme"), ("the docs", "https://example.com/docs"))
    assert line.more == 2  # the entry's own source, and the article
    assert len(block(BOT.show(DEBUGGING.id).details, Sources).notes) == len(line.links) + line.more


def test_at_most_three_sources_are_linked_those_of_what_is_shown_first():
    many = {
        f"s{number}": Source(title=f"Paper {number}", url=f"https://e.org/{number}", seen=DAY) for number in range(6)
    }
    since = tuple(Statement(text=f"Statement {key}.", sources=(key,)) for key in many)
    cells = {"pytorch": Cell(today=Statement(text="So.", sources=("s4",)))}
    reply = with_debugging(since=since, cells=cells, sources=many).show(DEBUGGING.id, frameworks=("pytorch",))
    assert [title for title, _ in below(reply).links] == ["the README", "Paper 4", "Paper 0"]
    assert (MOST_LINKS, below(reply).more) == (3, 5)


def test_an_answer_without_sources_day_and_article_has_no_small_line():
    bare = entry("team.room", "where do we meet", checked_on=None)
    reply = bot(bare).show("team.room")
    assert reply.blocks == (Text("The answer of team.room.", strong=True),)


# Former names.


def test_a_former_name_is_answered_with_the_present_one_and_its_source():
    reply = BOT.answer(Question("what became of tflite"))
    assert reply.blocks[0] == Text("The answer of beyond.litert.", strong=True)
    assert reply.blocks[1] == Text("TensorFlow Lite is now called LiteRT.", "changed")
    assert below(reply).links == (("the README", "https://example.com/readme"),)
    assert Text("TensorFlow Lite is now called LiteRT. [1]", "changed") in reply.details


def test_the_present_name_needs_no_word():
    assert "now called" not in plain_text(BOT.answer(Question("is litert the same thing")).blocks)


def test_a_headline_that_says_the_present_name_needs_no_further_word():
    said = replace(ENTRIES[7], headline="LiteRT is what TensorFlow Lite is called now.")
    assert ENTRIES[7].id == "beyond.litert"
    assert kinds(ask("what became of tflite", bot(said)).blocks) == [Text, SourceLine]


# The details.


def test_the_details_are_the_answer_the_comparison_what_changed_the_article_and_the_sources():
    reply = BOT.show(DEBUGGING.id)
    assert kinds(reply.details) == [Text, Comparison, Bullets, Text, Text, Sources, Small]
    assert texts(reply.details) == [
        "Both stop at the failing line. [1]",
        "What the article of April 2025 that this started from said: PyTorch is easier. [4] Partly out of date.",
        "Next: Set a breakpoint in each.",
        "Last checked 22 Nov 2026.",
    ]


@pytest.mark.parametrize(
    ("verdict", "said", "tone"),
    [
        ("holds", "Still holds.", "plain"),
        ("partly", "Partly out of date.", "changed"),
        ("outdated", "Out of date.", "changed"),
    ],
)
def test_the_details_say_what_the_article_said_and_whether_it_holds(verdict, said, tone):
    reply = with_debugging(article=replace(DEBUGGING.article, verdict=verdict)).show(DEBUGGING.id)
    (article,) = [one for one in reply.details if isinstance(one, Text) and one.text.startswith("What the article")]
    assert (article.text.endswith(f"[4] {said}"), article.tone) == (True, tone)


def test_where_there_is_no_article_nothing_is_said_of_it():
    without = {key: source for key, source in SOURCES.items() if key != "article"}
    reply = bot(replace(DEBUGGING, cells={}), sources=without).show(DEBUGGING.id)
    assert "article of" not in plain_text(reply.details)


def test_sources_are_numbered_in_the_order_they_are_needed_each_once():
    details = BOT.show(DEBUGGING.id).details
    assert [(note.number, note.title) for note in block(details, Sources).notes] == [
        (1, "the README"),
        (2, "the docs"),
        (3, "its own source"),
        (4, "the article"),
    ]
    assert block(details, Bullets).items[0].endswith(" [2][1]")


def test_an_entrys_own_source_goes_before_a_shared_one_of_the_same_name():
    own = replace(SOURCES["readme"], title="another README")
    shown = with_debugging(sources={**DEBUGGING.sources, "readme": own}).show(DEBUGGING.id)
    assert block(shown.details, Sources).notes[0].title == "another README"


def test_sources_of_two_entries_under_one_key_are_two_sources():
    pair = [
        entry(
            name,
            f"what is {name}",
            answer=Statement(text=name, sources=("own",)),
            sources={"own": replace(SOURCES["readme"], title=f"source of {name}")},
        )
        for name in ("alpha", "beta")
    ]
    details = bot(*pair).show("alpha", "beta").details
    assert [text for text in texts(details) if "[" in text] == [
        "alpha (our judgement) [1]",
        "beta (our judgement) [2]",
    ]
    assert [note.title for note in block(details, Sources).notes] == ["source of alpha", "source of beta"]


def test_a_comparison_that_was_asked_for_has_only_the_frameworks_asked_about():
    comparison = block(BOT.show(DEBUGGING.id, frameworks=("tensorflow",)).details, Comparison)
    assert [row.framework for row in comparison.rows] == ["TensorFlow"]


def test_the_frameworks_asked_about_are_compared_in_the_order_they_were_asked():
    reply = BOT.answer(Question("breakpoints in tensorflow and pytorch"))
    assert [row.framework for row in block(reply.details, Comparison).rows] == ["TensorFlow", "PyTorch"]


def test_a_comparison_says_which_framework_asked_about_it_does_not_cover():
    comparison = block(BOT.show(DEBUGGING.id, frameworks=("jax", "tensorflow")).details, Comparison)
    assert [row.framework for row in comparison.rows] == ["TensorFlow"]
    assert comparison.missing == ("JAX",)


def test_a_statement_says_how_sure_it_is_only_where_it_has_sources():
    bare = with_debugging(answer=Statement(text="It is so.", confidence="L"))
    assert bare.show(DEBUGGING.id).details[0].text == "It is so."
    sourced = with_debugging(answer=Statement(text="It is so.", confidence="L", sources=("readme",)))
    assert sourced.show(DEBUGGING.id).details[0].text == "It is so. (weak source) [1]"


def test_there_are_no_details_where_the_short_form_is_all_there_is():
    assert BOT.show("beyond.jax").details == ()
    assert BOT.show("beyond.jax", "choose.mobile").details == ()


def test_the_details_of_several_entries_have_their_titles_above_them():
    details = bot(DEBUGGING, entry("own", "what is it", answer=Statement(text="It.", sources=("docs",)))).show(
        DEBUGGING.id, "own"
    )
    assert [one.text for one in details.details if isinstance(one, Heading)] == ["Debugging", "About own"]


# Several things.


def test_of_several_things_each_is_a_paragraph_with_its_headline_in_bold():
    two = bot(replace(DEBUGGING, **HEADLINED), *ENTRIES[1:])
    reply = ask("Which one is easier to debug? What is JAX?", two)
    assert reply.blocks[:3] == (
        Text("Neither is easier.", strong=True),
        Text("Both stop at the failing line."),
        Text("The answer of beyond.jax.", strong=True),
    )
    assert kinds(reply.blocks[3:]) == [SourceLine, Choices]


def test_each_of_several_things_is_answered_by_its_own_part_of_the_message():
    reply = ask("Which one is easier to debug? What is JAX? What became of tflite?")
    assert texts(reply.blocks) == [
        "Both stop at the failing line.",
        "The answer of beyond.jax.",
        "The answer of beyond.litert.",
        "TensorFlow Lite is now called LiteRT.",
    ]


def test_several_things_keep_within_their_length_and_none_loses_its_headline():
    long = [
        entry(name, f"what is {name}", answer=Statement(text=f"{name} is {'long ' * 25}. {'And more of it. ' * 10}"))
        for name in ("alpha", "beta", "gamma")
    ]
    reply = bot(*long).show("alpha", "beta", "gamma")
    assert len(plain_text(first_shown(reply))) <= SHORT_PARTS
    assert [one.text.split()[0] for one in reply.blocks if isinstance(one, Text) and one.strong] == [
        "alpha",
        "beta",
        "gamma",
    ]


def test_a_notification_of_several_things_says_each_headline():
    two = bot(replace(DEBUGGING, **HEADLINED), *ENTRIES[1:])
    said = ask("Which one is easier to debug? What is JAX?", two).summary
    assert said == "Neither is easier. The answer of beyond.jax."


# Where to go from here.


def test_what_is_related_is_offered_but_not_what_is_shown_or_gone():
    shown = BOT.show("compare.debugging")
    assert block(shown.blocks, Choices).options == choices(KNOWLEDGE, ["choose.mobile", "beyond.jax"])
    left = Composer(KNOWLEDGE, TERMS).related(DEBUGGING, leave_out=["beyond.jax"])
    assert left == [Choices("Related:", choices(KNOWLEDGE, ["choose.mobile"]))]


def test_related_topics_are_few():
    many = replace(DEBUGGING, related=tuple(one.id for one in ENTRIES[1:]))
    (offered,) = Composer(KNOWLEDGE, TERMS).related(many)
    assert len(offered.options) == MOST_RELATED


def test_nothing_related_offers_nothing():
    assert Composer(KNOWLEDGE, TERMS).related(replace(DEBUGGING, related=("gone.away",))) == []


def test_choices_are_made_of_what_exists():
    assert [option.label for option in choices(KNOWLEDGE, ["beyond.jax", "gone.away"])] == ["About beyond.jax"]


def test_an_entry_without_a_place_in_the_vocabulary_is_shown_all_the_same():
    odd = with_entry(KNOWLEDGE, entry("odd", "how odd", frameworks=("gone-framework",)))
    assert bot(*odd.entries.values()).show("odd", frameworks=("gone-framework",)).entries == ("odd",)


# Every entry of the shipped knowledge.


def answers(by):
    return [one for one in by.knowledge.entries.values() if one.kind == "answer"]


def answered(by):
    """Several hundred questions that the tests have, and the replies to those that get an answer."""
    for name in ("chat", "terse", "near"):
        for line in (CASES / f"{name}.jsonl").read_text().splitlines():
            text = json.loads(line)["q"]
            reply = by.answer(Question(text))
            if reply.outcome == "answer":
                yield text, reply


@pytest.fixture(scope="module")
def replies(shipped):
    found = list(answered(shipped))
    assert len(found) > 500
    return found


def test_every_shipped_answer_is_short(shipped):
    for one in answers(shipped):
        assert len(plain_text(first_shown(shipped.show(one.id)))) <= SHORT, one.id


def test_every_shipped_answer_is_short_on_each_framework_and_on_two(shipped):
    for one in answers(shipped):
        names = list(one.cells)
        for asked in [*((name,) for name in (*names, "theano")), tuple(names[:2])]:
            shown = plain_text(first_shown(shipped.show(one.id, frameworks=asked)))
            assert len(shown) <= SHORT, (one.id, asked)


def test_every_shipped_answer_leads_with_its_headline_in_bold(shipped):
    for one in answers(shipped):
        first = shipped.show(one.id).blocks[0]
        assert first == Text(one.headline, strong=True), one.id
        assert len(first.text) <= MAX_HEADLINE


def test_every_shipped_answer_says_below_when_it_was_checked_and_what_it_rests_on(shipped):
    for one in answers(shipped):
        line = below(shipped.show(one.id))
        assert re.search(r"hecked \d+ [A-Z][a-z]{2} 20\d\d$", line.text), one.id
        assert 1 <= len(line.links) <= MOST_LINKS, one.id


def test_every_shipped_answer_counts_the_sources_that_the_details_list(shipped):
    for one in answers(shipped):
        reply = shipped.show(one.id)
        line, notes = below(reply), block(reply.details, Sources).notes
        assert len(line.links) + line.more == len({note.title for note in notes}), one.id


def test_every_shipped_answer_says_where_its_article_was_overtaken(shipped):
    for one in answers(shipped):
        overtaken = one.article is not None and one.article.verdict != "holds"
        assert ("hanged since the article of April 2025" in below(shipped.show(one.id)).text) == overtaken, one.id


def test_answers_to_many_questions_are_short(replies):
    for text, reply in replies:
        most = SHORT if len(reply.entries) == 1 else SHORT_PARTS
        assert len(plain_text(first_shown(reply))) <= most, text


def test_an_answer_to_any_phrasing_is_short(shipped):
    for one in answers(shipped):
        for phrasing in one.phrasings[:8]:
            reply = shipped.answer(Question(phrasing))
            most = SHORT if len(reply.entries) == 1 else SHORT_PARTS
            assert len(plain_text(first_shown(reply))) <= most, phrasing


def test_no_short_answer_says_twice_that_something_is_our_judgement(replies):
    for text, reply in replies:
        assert plain_text(reply.blocks).casefold().count("our judgement") <= 1, text


def test_no_short_answer_says_after_a_statement_whose_judgement_it_is(replies):
    for text, reply in replies:
        assert "(our judgement)" not in plain_text(reply.blocks), text


def test_no_short_answer_cites_by_number(replies):
    for text, reply in replies:
        assert not re.search(r"\[\d+\]", plain_text(reply.blocks)), text


def test_the_first_block_of_many_answers_is_bold_and_stands_in_the_notification(replies):
    for text, reply in replies:
        assert reply.blocks[0].strong, text
        assert reply.summary.startswith(reply.blocks[0].text), text


QUESTIONS_ON_ONE = ["what does pytorch do better than tensorflow", "why pick tensorflow over pytorch"]


@pytest.mark.parametrize("question", QUESTIONS_ON_ONE)
def test_what_one_does_better_than_another_is_answered_without_a_word_on_the_other(shipped, question):
    reply = shipped.answer(Question(question))
    assert reply.entries[0].startswith("strengths.")
    assert "I have nothing on" not in plain_text(reply.blocks)


def test_bullets_are_not_the_same_for_every_question(replies):
    by_entry = {}
    for _, reply in replies:
        by_entry.setdefault(reply.entries, set()).add(tuple(bullets(reply)))
    often = [found for name, found in by_entry.items() if sum(reply.entries == name for _, reply in replies) >= 10]
    assert len(often) > 10
    assert all(len(found) > 1 for found in often)


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


def test_every_statement_of_every_shipped_entry_names_a_source_in_the_details(shipped):
    for one in answers(shipped):
        details = shipped.show(one.id).details
        numbers = {note.number for note in block(details, Sources).notes}
        for text in statements(details):
            assert cited(text), (one.id, text)
            assert cited(text) <= numbers, (one.id, text)


def test_every_shipped_source_listed_is_one_that_a_statement_rests_on(shipped):
    for one in answers(shipped):
        details = shipped.show(one.id).details
        used = {number for text in statements(details) for number in cited(text)}
        assert used == {note.number for note in block(details, Sources).notes}, one.id


def test_statements_are_ordered_by_meaning_and_by_words_together():
    statements = [Statement(text=text) for text in ("About parrots.", "About gardens.", "About kettles.")]
    made = replace(DEBUGGING, since=tuple(statements), cells={})
    near = dict(zip((one.text for one in statements), (0.7, 0.9, 0.1), strict=True))
    composer = Composer(KNOWLEDGE, TERMS, lambda _, texts: [near[text] for text in texts])
    (shown,) = [
        block for block in composer.short(made, Query(text="asked", normalised="asked")) if isinstance(block, Bullets)
    ]
    assert shown.items == ("About gardens.", "About parrots.")


def test_a_neighbour_that_fits_as_well_is_the_last_bullet():
    other = KNOWLEDGE.entries["beyond.jax"]
    blocks = Composer(KNOWLEDGE, TERMS).short(DEBUGGING, Query(normalised="asked"), other)
    (shown,) = [block for block in blocks if isinstance(block, Bullets)]
    assert shown.items[-1].startswith(f"{other.title}: ")
    assert len(plain_text(blocks)) <= SHORT


def test_the_sides_of_a_comparison_leave_no_room_for_a_neighbour():
    other = KNOWLEDGE.entries["beyond.jax"]
    asked = Query(normalised="asked", frameworks=("pytorch", "tensorflow"))
    (shown,) = [
        block for block in Composer(KNOWLEDGE, TERMS).short(DEBUGGING, asked, other) if isinstance(block, Bullets)
    ]
    assert not any(item.startswith(other.title) for item in shown.items)
