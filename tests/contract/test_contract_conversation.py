"""What holds on every platform about who is answered, where, and what a message continues."""

from __future__ import annotations

import pytest

from bot.dialog.answering import Bot, Thresholds
from tests.contract.port import answers, needs, words

PRODUCTION = "which framework for production"
FOLLOW_UP = "and for mobile?"
DOUBTFUL = "something about phones"

FOLLOW_UPS = "○ Also without a mention"
PASSIVE = "○ Answer where I am very sure"

COLLEAGUES = """\
thanks, that helps a lot
ok
sounds good to me
lol
I'll try that tomorrow
we deployed the model last night
the build is green again
can you review my pull request?
I think Ann is right
let's meet at three
I have pushed the branch
our training run finished overnight
I like PyTorch
we moved everything to TensorFlow last year
JAX was fun at the hackathon
the PyTorch job failed again because of the disk
Bob knows Keras well
no idea, ask Carol
I'm on holiday next week
coffee?
who is on call today?
did anybody see my keys?
the meeting moved to Friday
that's what I meant
same here
+1
haha yes
sorry, I was away
the cluster is full
GPU prices are crazy these days
I wrote the docs yesterday
please update the ticket
the client wants it by Monday
I'm not sure about that
great work everyone
welcome to the team!
what time is lunch?
the tests pass on my machine
I reverted the commit
it works now
we should talk about the budget
my laptop died
I'd rather wait
agreed
good point
never mind, found it
see the attached slides
the new office is nice
I'll be late
bye all
did the TPU job finish?
who broke the pytorch build?
is the keras notebook yours?
can you send me the tensorflow logs?
why is my training so slow today?
what did Ann say about jax?""".splitlines()
"""What colleagues say to one another in a thread."""

TO_SOMEBODY = """\
did our pytorch job finish?
is your jax code on main yet?
you know what is jax?
what is jax? yep, found it
what is jax? asking because my tests use it
> what is jax
and what is jax?
what is this keras thing?
"what is jax" was the first question of the talk
jax is what we use, isn't it?
I wonder what jax is
we ask what is jax in every interview""".splitlines()
"""Words about frameworks that ask nobody in particular nothing."""


@pytest.fixture
async def unsure(start, shipped):
    """Each platform, with a bot that always asks back."""
    thresholds = Thresholds(answer=1.0, choices=0.0)
    return await start(bot=Bot(shipped.knowledge, index=shipped.index, thresholds=thresholds))


async def switch(platform, state: str) -> None:
    """Press the button of a setting that leads to `state`."""
    shown = await platform.command("settings")
    await platform.press(shown[-1].buttons[state])


def offered(shipped, shown) -> dict[str, str]:
    """The entries that buttons lead to, by label."""
    titles = {entry.title: entry.id for entry in shipped.knowledge.entries.values()}
    return {label: titles[label] for label in shown[-1].buttons if label in titles}


# What a message continues.


async def test_a_follow_up_is_read_with_what_was_said_before(platform, shipped):
    shown = await platform.say(PRODUCTION)
    assert answers(shipped, shown, "choose.production")
    assert answers(shipped, await platform.say(FOLLOW_UP, reply_to=shown[-1].message), "choose.mobile")


async def test_a_thank_you_does_not_end_the_subject(platform, shipped):
    shown = await platform.say(PRODUCTION)
    assert "welcome" in words(await platform.say("thanks!", reply_to=shown[-1].message))
    assert answers(shipped, await platform.say(FOLLOW_UP, reply_to=shown[-1].message), "choose.mobile")


@needs("channels")
async def test_a_thank_you_does_not_end_the_subject_of_a_thread(platform, shipped):
    for said in (PRODUCTION, "thanks!"):
        await platform.say(said, where="thread", mention=True)
    assert answers(shipped, await platform.say(FOLLOW_UP, where="thread", mention=True), "choose.mobile")


@needs("channels")
async def test_a_reply_to_any_message_of_an_answer_continues_it(platform, shipped):
    shown = await platform.say(PRODUCTION, where="channel", mention=True)
    for one in shown:
        followed = await platform.say(FOLLOW_UP, where="channel", mention=True, reply_to=one.message)
        assert answers(shipped, followed, "choose.mobile")


async def test_what_was_offered_can_be_chosen_in_words(unsure, shipped):
    shown = await unsure.say(DOUBTFUL)
    second = list(offered(shipped, shown).values())[1]
    assert answers(shipped, await unsure.say("the second one", reply_to=shown[-1].message), second)


async def test_the_turn_before_is_remembered_at_the_top_level_of_a_direct_message(platform, shipped):
    await platform.say(PRODUCTION)
    assert answers(shipped, await platform.say(FOLLOW_UP), "choose.mobile")
    await platform.say("what is jax")
    assert answers(shipped, await platform.say("shorter"), "beyond.jax")


@pytest.mark.parametrize(
    "said",
    ["", "thoughts?", "^", "can you answer this?", "any ideas", "what would you recommend?", "what would you use?"],
)
@needs("channels", "earlier messages")
async def test_a_mention_without_a_topic_answers_the_first_message_of_the_thread_and_says_so(platform, shipped, said):
    assert await platform.say(PRODUCTION, where="thread", who="bob") == []
    shown = await platform.say(said, where="thread", mention=True)
    assert answers(shipped, shown, "choose.production")
    assert "On the first message here" in words(shown)


@needs("channels", "earlier messages")
async def test_a_mention_with_a_topic_is_answered_itself(platform, shipped):
    await platform.say(PRODUCTION, where="thread", who="bob")
    shown = await platform.say("what is jax", where="thread", mention=True)
    assert answers(shipped, shown, "beyond.jax")
    assert "first message" not in words(shown)


@needs("forwarding")
async def test_a_forwarded_message_is_answered_and_it_says_so(platform, shipped):
    shown = await platform.say("", forwarded=PRODUCTION)
    assert answers(shipped, shown, "choose.production")
    assert "On what came with your message" in words(shown)


@needs("channels", "earlier messages", "forwarding")
async def test_a_forwarded_message_is_also_what_a_thread_began_with(platform, shipped):
    assert await platform.say("", where="thread", who="bob", forwarded=PRODUCTION) == []
    shown = await platform.say("thoughts?", where="thread", mention=True)
    assert answers(shipped, shown, "choose.production")


@pytest.mark.parametrize(
    "form", ["> {}", "```\n{}\n```", "thoughts?\n> {}", "> {}\ncan you answer this?", "any ideas?\n```{}```"]
)
async def test_a_question_in_a_quote_or_a_code_block_is_answered(platform, shipped, form):
    assert answers(shipped, await platform.say(form.format(PRODUCTION)), "choose.production")


async def test_what_is_said_of_a_quote_comes_before_it(platform, shipped):
    assert answers(shipped, await platform.say(f"> {PRODUCTION}\nwhat is jax"), "beyond.jax")


@needs("channels", "settings", "reading channels", "forwarding")
async def test_what_somebody_forwards_is_not_answered_unasked(platform):
    await switch(platform, PASSIVE)
    assert await platform.say("", where="channel", forwarded="what is jax") == []


# Who is answered, and where.


@needs("channels")
async def test_a_mention_in_a_channel_is_answered_for_everybody(platform, shipped):
    shown = await platform.say(PRODUCTION, where="channel", mention=True)
    assert answers(shipped, shown, "choose.production")
    assert not any(one.private for one in shown)


@needs("channels")
async def test_what_is_not_addressed_to_us_is_not_answered(platform):
    assert await platform.say(PRODUCTION, where="channel") == []


@needs("channels")
async def test_in_a_thread_nothing_is_answered_without_a_mention_unless_it_is_switched_on(platform):
    await platform.say(PRODUCTION, where="thread", mention=True)
    assert await platform.say(FOLLOW_UP, where="thread") == []


@pytest.fixture
async def follow_ups(platform):
    """A thread in which we have answered, in a channel where follow-ups are switched on."""
    await switch(platform, FOLLOW_UPS)
    assert await platform.say(PRODUCTION, where="thread", mention=True)
    return platform


@needs("channels", "settings", "reading channels")
async def test_a_follow_up_that_we_can_answer_is_answered(follow_ups, shipped):
    assert answers(shipped, await follow_ups.say(FOLLOW_UP, where="thread"), "choose.mobile")
    assert answers(shipped, await follow_ups.say("what is jax", where="thread"), "beyond.jax")


@needs("channels", "settings", "reading channels")
async def test_only_the_person_who_asked_is_answered_without_a_mention(follow_ups, shipped):
    for said in (FOLLOW_UP, "what is jax", "why?"):
        assert await follow_ups.say(said, where="thread", who="bob") == []
    assert answers(shipped, await follow_ups.say("what is jax", where="thread", who="bob", mention=True), "beyond.jax")
    assert await follow_ups.say("why?", where="thread", who="bob")


@pytest.mark.parametrize("mention", [True, False])
@needs("channels", "settings", "reading channels")
async def test_stop_ends_follow_ups_without_a_mention_until_the_next_mention(follow_ups, shipped, mention):
    assert "I will be quiet here" in words(await follow_ups.say("stop", where="thread", mention=mention))
    for said in (FOLLOW_UP, "what is jax", "why?", "stop"):
        assert await follow_ups.say(said, where="thread") == []
    assert answers(shipped, await follow_ups.say("what is jax", where="thread", mention=True), "beyond.jax")
    assert answers(shipped, await follow_ups.say("what is keras", where="thread"), "beyond.keras")


@needs("channels", "settings", "reading channels")
async def test_anybody_can_stop_the_follow_ups_of_a_thread(follow_ups):
    assert "I will be quiet here" in words(await follow_ups.say("stop", where="thread", mention=True, who="bob"))
    assert await follow_ups.say(FOLLOW_UP, where="thread") == []


@needs("channels", "settings", "reading channels")
async def test_what_colleagues_say_to_one_another_in_a_thread_is_not_answered(follow_ups):
    """Statements, small talk, and questions that we have no sure answer to."""
    answered = [line for line in COLLEAGUES if await follow_ups.say(line, where="thread", who="bob")]
    assert answered == []


@needs("channels", "settings", "reading channels")
async def test_what_is_addressed_to_somebody_else_is_never_answered(follow_ups):
    await switch(follow_ups, PASSIVE)
    assert await follow_ups.say(FOLLOW_UP, where="thread", others=True) == []
    assert await follow_ups.say("what is jax", where="channel", others=True) == []


@needs("channels", "settings", "reading channels")
async def test_a_thread_that_we_took_no_part_in_is_left_alone(platform):
    await switch(platform, FOLLOW_UPS)
    assert await platform.say("what is jax", where="thread") == []


@needs("channels", "settings", "reading channels")
async def test_a_question_nobody_asked_us_is_answered_where_that_is_on_and_we_are_sure(platform, shipped):
    await switch(platform, PASSIVE)
    shown = await platform.say("what is jax", where="channel")
    assert answers(shipped, shown, "beyond.jax")
    assert platform.capabilities.settings_command in words(shown)
    assert "Turn it off" in words(shown)


@needs("channels", "settings", "reading channels")
async def test_what_asks_nobody_in_particular_nothing_is_never_answered_unasked(platform):
    await switch(platform, PASSIVE)
    for said in (DOUBTFUL, *COLLEAGUES, *TO_SOMEBODY):
        assert await platform.say(said, where="channel") == [], said


@needs("channels", "settings", "reading channels")
async def test_the_same_answer_does_not_come_unasked_again_for_a_while(platform, shipped):
    await switch(platform, PASSIVE)
    assert answers(shipped, await platform.say("what is jax", where="channel"), "beyond.jax")
    assert await platform.say("what is jax?", where="channel", who="bob") == []
    assert answers(shipped, await platform.say("what is keras", where="channel"), "beyond.keras")
    assert answers(shipped, await platform.say("what is jax", where="channel", mention=True), "beyond.jax")


# Who sees it.


@needs("channels")
async def test_a_button_in_a_channel_answers_the_person_who_pressed_it(platform, shipped):
    shown = await platform.say(PRODUCTION, where="channel", mention=True)
    related = shipped.knowledge.entries["choose.production"].related[0]
    pressed = await platform.press(shown[-1].buttons[shipped.knowledge.entries[related].title], who="bob")
    assert answers(shipped, pressed, related)
    assert all(one.private and not one.replaced for one in pressed)


@needs("channels")
async def test_choices_are_replaced_for_the_asker_and_left_alone_for_another_person(unsure, shipped):
    shown = await unsure.say(DOUBTFUL, where="channel", mention=True)
    label, entry = next(iter(offered(shipped, shown).items()))
    others = await unsure.press(shown[-1].buttons[label], who="bob")
    assert answers(shipped, others, entry)
    assert all(one.private and not one.replaced for one in others)
    own = await unsure.press(shown[-1].buttons[label])
    assert answers(shipped, own, entry)
    assert all(one.replaced for one in own)


@needs("channels")
async def test_only_the_asker_can_turn_the_choices_down(unsure):
    shown = await unsure.say(DOUBTFUL, where="channel", mention=True)
    others = await unsure.press(shown[-1].buttons["None of these"], who="bob")
    assert "Somebody else started this" in words(others)
    assert all(one.private and not one.replaced for one in others)
    own = await unsure.press(shown[-1].buttons["None of these"])
    assert "I don't have an answer" in words(own)
    assert all(one.replaced for one in own)


# Messages that are edited or deleted.


@pytest.mark.parametrize("where", ["direct", "channel"])
@needs("edits", "channels")
async def test_an_edited_question_is_answered_again_in_place(platform, shipped, where):
    asked = await platform.say("what is jax", where=where, mention=where == "channel", event="E1")
    for _ in range(2):  # also the answer to an edit
        (again,) = await platform.change("E1", "which framework for production")
        assert answers(shipped, [again], "choose.production")
        assert again.replaced
        assert again.message == asked[-1].message
        (back,) = await platform.change("E1", "what is jax")
        assert answers(shipped, [back], "beyond.jax")


@pytest.mark.parametrize("where", ["direct", "channel"])
@needs("edits", "channels")
async def test_the_answer_of_a_deleted_question_is_removed(platform, where):
    await platform.say("what is jax", where=where, mention=where == "channel", event="E1")
    (gone,) = await platform.retract("E1")
    assert gone.deleted


@needs("edits", "channels")
async def test_what_was_not_answered_is_not_answered_for_being_edited_or_deleted(platform):
    assert await platform.say("lunch?", where="channel", event="E1") == []
    assert await platform.change("E1", "what is jax") == []
    assert await platform.retract("E1") == []
