"""What each kind of line leads to, on no screen in particular."""

from __future__ import annotations

import pytest

from adapters.terminal.conversation import COMMANDS, Conversation
from bot.plain import block_lines
from bot.reply import Choices


def text(response):
    return "\n".join(line for block in response.blocks for line in block_lines(block))


def test_a_question_is_answered(conversation):
    assert "Oars on a small lake" in text(conversation.respond("Which boat is best on a lake?"))


def test_a_number_picks_from_the_last_list(conversation):
    conversation.respond("which boat is best on a lake")
    assert "Oars are cheaper." in text(conversation.respond("2"))


@pytest.mark.parametrize("typed", ["1.", "#1", "1)", " 1 "])
def test_a_number_may_be_written_as_in_the_list(conversation, typed):
    conversation.respond("which boat is best on a lake")
    assert "Sails win with wind." in text(conversation.respond(typed))


@pytest.mark.parametrize("typed", ["0", "3", "999999"])
def test_a_number_beyond_the_list_is_told_the_range(conversation, typed):
    conversation.respond("which boat is best on a lake")
    assert text(conversation.respond(typed)) == "Choose a number from 1 to 2, or ask something else."


def test_the_number_after_the_last_choice_refuses_them_all(boats):
    conversation = Conversation(lambda: unsure(boats))
    offered = conversation.respond("the lake, sail or an oar")
    choices = next(block for block in offered.blocks if isinstance(block, Choices))
    assert choices.none_of_these
    assert "I don't have an answer" in text(conversation.respond(str(len(choices.options) + 1)))


def test_a_number_without_a_list_is_an_ordinary_message(conversation):
    assert "Choose a number" not in text(conversation.respond("2"))


def test_a_follow_up_is_read_with_what_was_answered_before(conversation):
    conversation.respond("which boat is best on a lake")
    assert "Oars on a small lake" in text(conversation.respond("why?"))


def test_a_thank_you_does_not_end_the_subject(conversation):
    conversation.respond("which boat is best on a lake")
    conversation.respond("thank you")
    assert "Sails win with wind." in text(conversation.respond("1"))


def test_a_title_leads_to_its_topic_in_any_case(conversation):
    assert "Oars are cheaper." in text(conversation.respond("COST"))


def test_a_choice_that_is_gone_by_now_is_declined_kindly(boats, folder):
    from bot.assembly import assemble

    bots = [boats]
    conversation = Conversation(lambda: bots[-1])
    conversation.respond("which boat is best on a lake")
    (folder / "entries.yaml").write_text((folder / "entries.yaml").read_text().replace("compare.speed", "compare.pace"))
    bots.append(assemble(folder))
    assert "no longer in the knowledge base" in text(conversation.respond("1"))


def test_help_tells_every_command(conversation):
    shown = text(conversation.respond("/help"))
    assert all(command in shown for command in COMMANDS)


@pytest.mark.parametrize("typed", ["/quit", "/QUIT", "/exit", "quit", " exit "])
def test_leaving(conversation, typed):
    assert conversation.respond(typed).leave


def test_recommend_asks_for_the_guided_flow(conversation):
    assert conversation.respond("/recommend").recommend


def test_topics_lists_the_groups(conversation):
    assert text(conversation.respond("/topics")).splitlines() == [
        "Topics:",
        "/topics choose: Choosing for a lake",
        "/topics compare: Speed; Cost",
    ]


def test_a_group_is_listed_by_the_beginning_of_its_name_and_a_number_picks_from_it(conversation):
    assert "2. Cost" in text(conversation.respond("/topics comp"))
    assert "Oars are cheaper." in text(conversation.respond("2"))


def test_an_unknown_group_is_told_which_there_are(conversation):
    expected = 'There is no group "planes". The groups are: choose, compare.'
    assert text(conversation.respond("/topics planes")) == expected


def test_a_beginning_that_fits_two_groups_is_no_group(conversation):
    assert 'no group "c"' in text(conversation.respond("/topics c"))


def test_why_explains_the_last_answer(conversation):
    conversation.respond("which boat is best on a lake")
    shown = text(conversation.respond("/why"))
    assert "same words as a phrasing" in shown
    assert "- choose.lake (0.99)" in shown


def test_why_before_any_answer_says_so(conversation):
    assert text(conversation.respond("/why")) == "There is nothing to explain yet. Ask something first."


def test_a_misspelt_command_gets_a_hint(conversation):
    assert text(conversation.respond("/topcis")) == '"/topcis" is no command. Did you mean /topics?'


def test_an_unknown_command_is_repeated_without_its_escape_sequences(conversation):
    shown = text(conversation.respond("/\x1b[2J\x07" + "x" * 500))
    assert shown == '"/' + "x" * 36 + '..." is no command. /help lists what there is.'


def unsure(bot):
    """The same bot, asking back where it would answer."""
    from bot.answering import Bot, Thresholds

    return Bot(bot.knowledge, index=bot.index, thresholds=Thresholds(answer=0.995, choices=0.0))
