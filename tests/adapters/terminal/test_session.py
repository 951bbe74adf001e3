"""What each kind of line leads to."""

from __future__ import annotations

import pytest

from adapters.terminal.session import COMMANDS
from bot.dialog.answering import Bot, Thresholds
from bot.factory import assemble


def test_a_question_is_answered(say):
    assert "Oars on a small lake" in say("Which boat is best on a lake?")


def test_a_number_chooses_from_the_last_list(say):
    say("which boat is best on a lake")
    assert "Oars are cheaper." in say("2")


@pytest.mark.parametrize("typed", ["1.", "#1", "1)", " 1 "])
def test_a_number_may_be_written_as_in_the_list(say, typed):
    say("which boat is best on a lake")
    assert "Sails win with wind." in say(typed)


@pytest.mark.parametrize("typed", ["0", "3", "999999"])
def test_a_number_beyond_the_list_gets_the_range(say, typed):
    say("which boat is best on a lake")
    assert say(typed) == "Choose a number from 1 to 2, or ask something else.\n\n"


def test_numbers_count_over_all_buttons_of_a_message(say):
    shown = say("/topics compare")
    assert "1. Speed\n2. Cost\n3. All groups" in shown
    assert "Pick a group" in say("3")


def test_the_number_after_the_last_choice_turns_them_all_down(boats, talk_with):
    say = talk_with(lambda: unsure(boats))
    offered = say("the lake, sail or an oar")
    (number,) = [line.partition(".")[0] for line in offered.splitlines() if line.endswith(". None of these")]
    assert "I don't have an answer" in say(number)


def test_a_number_without_a_list_is_an_ordinary_message(say):
    assert "Choose a number" not in say("2")


def test_a_follow_up_is_read_with_what_was_answered_before(say):
    say("which boat is best on a lake")
    assert say("why?").startswith("Because:\n- Lakes have been getting calmer.")


def test_a_thank_you_does_not_end_the_subject(say):
    say("which boat is best on a lake")
    assert "You are welcome." in say("thank you")
    assert "Because:" in say("why?")


def test_a_title_leads_to_its_topic_in_any_case(say):
    assert "Oars are cheaper." in say("COST")


def test_a_choice_that_is_gone_by_now_is_declined_kindly(boats, folder, talk_with):
    bots = [boats]
    say = talk_with(lambda: bots[-1])
    say("which boat is best on a lake")
    (folder / "entries.yaml").write_text((folder / "entries.yaml").read_text().replace("compare.speed", "compare.pace"))
    bots.append(assemble(folder))
    assert "no longer in the knowledge base" in say("1")


def test_help_lists_every_command(say):
    shown = say("/help")
    assert all(f"{command}: {what}" in shown for command, what in COMMANDS.items())


def test_a_command_may_be_one_word(say):
    assert say("help") == say("/HELP")


def test_no_vote_is_offered_where_none_is_stored(say):
    assert "elpful" not in say("which boat is best on a lake")


def test_privacy_says_what_this_machine_stores(say):
    assert "a history file that only you can read" in say("/privacy")


def test_settings_that_do_not_exist_are_no_command(say):
    assert "in this channel" not in say("settings")
    assert "is not a command" in say("/settings")


@pytest.mark.parametrize("typed", ["/quit", "/QUIT", "/exit", "quit", " exit "])
def test_leaving(say, typed):
    say(typed)
    assert say.left


@pytest.mark.parametrize("typed", ["comp", "COMPARE"])
def test_a_group_is_listed_by_the_beginning_of_its_name_and_a_number_chooses_from_it(say, typed):
    assert "2. Cost" in say(f"/topics {typed}")
    assert "Oars are cheaper." in say("2")


@pytest.mark.parametrize("typed", ["planes", "c"])
def test_an_unknown_or_unclear_group_gets_the_list_of_groups(say, typed):
    assert "1. Choose\n2. Compare" in say(f"/topics {typed}")


def test_why_explains_the_last_answer(say):
    say("which boat is best on a lake")
    shown = say("/why")
    assert "same words as a phrasing" in shown
    assert "- choose.lake (0.99)" in shown


def test_why_leaves_the_numbers_as_they_are(say):
    say("which boat is best on a lake")
    say("/why")
    assert "Oars are cheaper." in say("2")


def test_why_before_any_answer_says_so(say):
    assert say("/why") == "There is nothing to explain yet. Ask something first.\n\n"


def test_an_unknown_command_is_repeated_without_its_escape_sequences(say):
    shown = say("/\x1b[2J\x07" + "x" * 500)
    assert shown == '"/' + "x" * 36 + '..." is not a command. /help lists what there is.\n\n'


# The guided recommendation inside a conversation.


@pytest.fixture
def chat(shipped, talk_with):
    return talk_with(lambda: shipped)


def test_at_a_question_of_the_recommendation_words_answer_it(chat):
    assert "Step 1 of at most 5" in chat("/recommend")
    assert "Step 2 of at most 5" in chat("mostly images")


def test_at_a_question_of_the_recommendation_quit_stops_it_and_not_the_chat(chat):
    chat("/recommend")
    assert chat("quit").startswith("Stopped.")
    assert not chat.left
    assert "Step 1 of at most 5" in chat("1")


def test_another_question_is_answered_in_between_and_words_then_answer_nothing(chat):
    chat("/recommend")
    assert "Take JAX for TPU-first training" in chat("what is jax")
    assert "Step" not in chat("skip")


def test_a_recommendation_that_was_left_can_be_gone_on_with_or_started_again(chat):
    chat("/recommend")
    chat("1")
    chat("what is jax")
    assert "not finished" in chat("/recommend")
    assert "Step 2 of at most 5" in chat("1")
    chat("what is jax")
    chat("/recommend")
    assert "Step 1 of at most 5" in chat("2")


# The details.


def test_more_shows_the_rest_of_the_last_answer(say):
    short = say("which boat is best on a lake")
    assert "Fast when there is wind." not in short
    more = say("/more")
    assert "Sail: Fast when there is wind. [1]" in more
    assert "[1] A guide to boats" in more


@pytest.mark.parametrize("said", ["thanks", "ok thanks!", "stop"])
def test_more_after_small_talk_shows_the_rest_of_the_answer_before_it(say, said):
    say("which boat is best on a lake")
    say(said)
    assert "Sail: Fast when there is wind. [1]" in say("/more")


def test_more_after_a_question_without_an_answer_does_not_show_the_rest_of_an_earlier_one(say):
    say("which boat is best on a lake")
    say("zorblax quuxification")
    assert say("/more") == "There is nothing more to show. Ask something first.\n\n"


def test_more_needs_no_number_and_leaves_the_numbers_as_they_are(say):
    assert "Details" not in say("which boat is best on a lake")
    say("/more")
    assert "Oars are cheaper." in say("2")


def test_more_shows_the_rest_of_the_recommendation_that_was_shown_last(chat):
    chat("what is jax")
    chat("/recommend")
    shown = chat("recommend now")
    assert "Recommendation: PyTorch" in shown
    assert ("Details" in shown, "Sources:" in shown) == (False, False)
    more = chat("/more")
    assert "PyTorch, 1 point:" in more
    assert "Sources:" in more
    assert "Recommendation:" not in more


def test_more_on_a_recommendation_lists_the_entries_it_rests_on_and_numbers_choose_from_them(chat):
    chat("/recommend")
    shown = chat("recommend now")
    assert "1. Back\n2. Start again" in shown
    first = next(line for line in chat("/more").splitlines() if line.startswith("1. ")).removeprefix("1. ")
    entries = chat.session.chat.bot.knowledge.entries.values()
    (entry,) = [entry for entry in entries if entry.title == first]
    assert entry.headline in chat("1")


def test_more_before_any_answer_says_so(say):
    assert say("/more") == "There is nothing more to show. Ask something first.\n\n"


def test_knowledge_without_rules_says_so(say):
    assert "no guided recommendation" in say("/recommend")


def unsure(bot):
    """The same bot, asking back where it would answer."""
    return Bot(bot.knowledge, index=bot.index, thresholds=Thresholds(answer=0.995, choices=0.0))
