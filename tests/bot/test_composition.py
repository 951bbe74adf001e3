"""Entries into reply documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from small_knowledge import DAY, DEBUGGING, ENTRIES, KNOWLEDGE, SOURCES, bot, entry, knowledge

from bot.composition import MOST_RELATED, Composer, choices
from bot.question import Question
from bot.reply import (
    ArticleNote,
    Choices,
    Claim,
    Comparison,
    Heading,
    NextStep,
    Prose,
    Renamed,
    ShortAnswer,
    SinceThen,
    Sources,
)
from knowledge.model import Cell, Statement

BOT = bot()


def block(reply, kind):
    return next(one for one in reply.blocks if isinstance(one, kind))


def kinds(reply):
    return [type(one) for one in reply.blocks]


def test_todays_answer_stands_first_and_the_articles_view_below_it():
    shown = BOT.show("compare.debugging")
    assert kinds(shown) == [ShortAnswer, ArticleNote, Comparison, SinceThen, NextStep, Sources, Choices]
    assert block(shown, ArticleNote) == ArticleNote("PyTorch is easier.", "partly", (2,))


def test_where_the_article_is_silent_the_reply_says_so():
    sourced = entry("a", "what is it", answer=Statement(text="It is.", sources=("readme",)))
    assert block(bot(sourced).show("a"), ArticleNote).verdict is None


def test_where_there_is_no_article_nothing_is_said_of_it():
    without = {key: source for key, source in SOURCES.items() if key != "article"}
    silent = replace(DEBUGGING, article=None)
    assert ArticleNote not in kinds(bot(silent, sources=without).show(DEBUGGING.id))


def test_sources_are_numbered_in_the_order_they_are_needed_each_once():
    shown = BOT.show("compare.debugging")
    assert [(note.number, note.title) for note in block(shown, Sources).notes] == [
        (1, "the README"),
        (2, "the article"),
        (3, "the docs"),
        (4, "its own source"),
    ]
    assert block(shown, SinceThen).claims[0].refs == (3, 1)


def test_an_entrys_own_source_goes_before_a_shared_one_of_the_same_name():
    own = replace(SOURCES["readme"], title="another README")
    shown = bot(replace(DEBUGGING, sources={**DEBUGGING.sources, "readme": own})).show(DEBUGGING.id)
    assert block(shown, Sources).notes[0].title == "another README"


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
    composer = Composer(knowledge(*pair))
    blocks = [one for member in pair for one in composer.entry(member)]
    assert [one.claim.refs for one in blocks if isinstance(one, ShortAnswer)] == [(1,), (2,)]
    (sources,) = composer.sources()
    assert [note.title for note in sources.notes] == ["source of alpha", "source of beta"]


def test_a_comparison_puts_the_framework_asked_about_first():
    reply = BOT.answer(Question("breakpoints in tensorflow and pytorch"))
    assert [side.framework for side in block(reply, Comparison).sides] == ["TensorFlow", "PyTorch"]


def test_a_comparison_says_which_framework_asked_about_it_does_not_cover():
    composer = Composer(KNOWLEDGE)
    (comparison,) = [
        one for one in composer.entry(DEBUGGING, frameworks=("jax", "tensorflow")) if isinstance(one, Comparison)
    ]
    assert [side.framework for side in comparison.sides] == ["TensorFlow", "PyTorch"]
    assert comparison.missing == ("JAX",)


def test_a_claim_tells_its_standing_only_where_it_has_sources():
    bare = replace(DEBUGGING, answer=Statement(text="It is so.", confidence="H"))
    assert block(bot(bare).show(DEBUGGING.id), ShortAnswer).claim.confidence is None
    assert block(BOT.show(DEBUGGING.id), ShortAnswer).claim.confidence == "H"


def test_a_claim_was_checked_when_its_entry_was_unless_it_says_otherwise():
    earlier = date(2026, 1, 2)
    cell = Cell(today=Statement(text="So.", sources=("docs",), checked_on=earlier))
    shown = bot(replace(DEBUGGING, cells={"pytorch": cell})).show(DEBUGGING.id)
    assert block(shown, ShortAnswer).claim.checked_on == DAY
    assert block(shown, Comparison).sides[0].today.checked_on == earlier


@pytest.mark.parametrize("kind", ["decline", "social"])
def test_refusals_and_small_talk_are_words_alone(kind):
    one = replace(DEBUGGING, kind=kind, related=())
    assert bot(one).show(one.id).blocks == (Prose(one.answer.text),)


def test_what_is_related_is_offered_but_not_what_is_shown_or_gone():
    assert block(BOT.show("compare.debugging"), Choices).options == choices(KNOWLEDGE, ["choose.mobile", "beyond.jax"])
    left = Composer(KNOWLEDGE).related(DEBUGGING, leave_out=["beyond.jax"])
    assert left == [Choices("Related:", choices(KNOWLEDGE, ["choose.mobile"]))]


def test_related_topics_are_few():
    many = replace(DEBUGGING, related=tuple(one.id for one in ENTRIES[1:]))
    (offered,) = Composer(KNOWLEDGE).related(many)
    assert len(offered.options) == MOST_RELATED


def test_nothing_related_offers_nothing():
    assert Composer(KNOWLEDGE).related(replace(DEBUGGING, related=("gone.away",))) == []


def test_a_former_name_is_answered_with_the_present_one_and_its_source():
    reply = BOT.answer(Question("what became of tflite"))
    renamed = block(reply, Renamed)
    assert renamed.claim.text == "TensorFlow Lite is now called LiteRT."
    cited = {note.number: note.title for note in block(reply, Sources).notes}
    assert [cited[number] for number in renamed.claim.refs] == ["the README"]


def test_the_present_name_needs_no_word():
    assert Renamed not in kinds(BOT.answer(Question("is litert the same thing")))


def test_an_answer_leads_also_where_a_former_name_was_used():
    assert kinds(BOT.answer(Question("what became of tflite")))[0] is ShortAnswer


def test_several_entries_have_their_titles_above_them():
    composer = Composer(KNOWLEDGE)
    assert composer.entry(DEBUGGING, heading=True)[0] == Heading("Debugging")


def test_a_framework_is_called_by_its_name_or_else_by_its_id():
    composer = Composer(KNOWLEDGE)
    assert (composer.name("pytorch"), composer.name("unheard-of")) == ("PyTorch", "unheard-of")


def test_choices_are_made_of_what_exists():
    assert [option.label for option in choices(KNOWLEDGE, ["beyond.jax", "gone.away"])] == ["About beyond.jax"]


# Every entry of the shipped knowledge.


def claims(reply):
    """Every statement about the world that a reply makes."""
    for one in reply.blocks:
        match one:
            case ShortAnswer(claim) | Renamed(claim):
                yield claim
            case SinceThen(found):
                yield from found
            case Comparison(sides):
                yield from (side.today for side in sides)
            case ArticleNote(text, verdict, refs) if verdict is not None:
                yield Claim(text, None, refs)


def test_every_claim_of_every_shipped_entry_names_a_source(shipped):
    for name in shipped.knowledge.entries:
        reply = shipped.show(name)
        numbers = {note.number for one in reply.blocks if isinstance(one, Sources) for note in one.notes}
        for claim in claims(reply):
            assert claim.refs, (name, claim.text)
            assert set(claim.refs) <= numbers, (name, claim.text)


def test_every_shipped_source_shown_is_one_that_a_claim_rests_on(shipped):
    for name in shipped.knowledge.entries:
        reply = shipped.show(name)
        used = {number for claim in claims(reply) for number in claim.refs}
        assert used == {note.number for one in reply.blocks if isinstance(one, Sources) for note in one.notes}, name


def test_every_shipped_answer_leads_with_today_and_then_tells_the_articles_view(shipped):
    for name, one in shipped.knowledge.entries.items():
        if one.kind == "answer":
            today, article, *_ = shipped.show(name).blocks
            assert isinstance(today, ShortAnswer), name
            assert isinstance(article, ArticleNote), name
            assert (article.verdict is not None) == (one.article is not None), name


def test_every_shipped_reply_says_when_it_was_checked(shipped):
    for name in shipped.knowledge.entries:
        assert all(claim.checked_on for claim in claims(shipped.show(name)) if claim.confidence), name
