"""The token of the guided recommendation: what it keeps, and what becomes of one that is wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.recommendation.flow import Flow, Outcome, Step
from bot.recommendation.token import CHANGED, OLDER, UNREADABLE, State, code, encode, owner_mark
from knowledge.recommendation import SKIPPED
from tests.bot.shipped_rules import shipped, shipped_flow, steady

SECRET = b"a secret of the adapter's"


def states(flow: Flow) -> st.SearchStrategy[State]:
    chosen = st.fixed_dictionaries(
        {},
        optional={
            question.id: st.sampled_from([SKIPPED, *(option.id for option in question.options)])
            for question in flow.rules.questions
        },
    )
    return st.builds(
        lambda answers, position, stopped, done: replace(
            flow.start(answers), position=min(position, len(answers)), stopped=stopped, done=done
        ),
        chosen,
        st.integers(0, len(flow.rules.questions)),
        st.booleans(),
        st.booleans(),
    )


@steady
@given(states(shipped_flow()))
def test_a_token_keeps_the_whole_state(state):
    restored = shipped_flow().at(shipped_flow().token(state))
    assert (restored.state, restored.notice, restored.owner) == (state, "", "")


@steady
@given(states(shipped_flow()), st.text())
def test_a_token_fits_a_button_and_an_address(state, user):
    token = shipped_flow().token(state, owner_mark(user, SECRET))
    assert re.fullmatch(r"[a-z0-9.]+", token)
    longest_action = max(
        len(f"pick-{option.id}") for question in shipped_flow().rules.questions for option in question.options
    )
    assert len(token) <= 80
    assert len(f"rec:{token}:") + longest_action <= 100


@steady
@given(states(shipped_flow()))
def test_a_token_says_the_same_whenever_it_is_made(state):
    assert Flow(shipped().knowledge).token(state) == shipped_flow().token(state)


def usable(flow: Flow, token: str) -> None:
    """Whatever the token, there is something to show, and the next token is a good one."""
    restored = flow.at(token)
    assert isinstance(flow.view(replace(restored.state, stopped=False)), Step | Outcome)
    assert flow.at(flow.token(restored.state)).notice == ""
    assert restored.notice in ("", CHANGED, OLDER, UNREADABLE)


@steady
@given(st.text())
def test_any_text_may_come_back_as_a_token(text):
    usable(shipped_flow(), text)


@steady
@given(st.from_regex(r"[0-9a-z]{1,3}\.x?d?[0-9]{1,3}\.[a-z2-7]{0,45}\.[0-9a-f]{3,5}\.[a-z2-7]{0,9}", fullmatch=True))
def test_anything_that_looks_like_a_token_may_come_back(text):
    usable(shipped_flow(), text)


@steady
@given(states(shipped_flow()), st.data())
def test_a_token_may_come_back_changed_anywhere(state, data):
    token = shipped_flow().token(state, owner_mark("U1", SECRET))
    place = data.draw(st.integers(0, len(token)))
    usable(shipped_flow(), token[:place] + data.draw(st.text(max_size=3)) + token[place + 1 :])


@pytest.mark.parametrize(
    "token", ["", ".", "2", "2.0", "2.0..", "2.100..0000.", "2.0.!!!!.0000.", "x" * 5_000, "2.٣..0000."]
)
def test_a_token_that_cannot_be_read_starts_at_the_first_question_with_a_word_of_why(token):
    restored = shipped_flow().at(token)
    assert (restored.state, restored.owner) == (shipped_flow().start(), "")
    assert restored.notice in (UNREADABLE, CHANGED)


@pytest.mark.parametrize("position", [1, 99])
@pytest.mark.parametrize("forged", ["", "aaaa", "aa"])
def test_a_token_with_a_forged_part_keeps_the_rest(position, forged):
    flow = shipped_flow()
    restored = flow.at(f"2.{position}.{code('goal', 'mobile')}{forged}.{flow.version}.")
    whole = not forged and position == 1
    assert restored.state.answers == (("goal", "mobile"),)
    assert (restored.notice, restored.state.position) == (("", 1) if whole else (UNREADABLE, 1))


def test_a_token_of_an_older_version_keeps_the_answers():
    flow = shipped_flow()
    token = flow.token(flow.start({"goal": "mobile", "where": "phones"}))
    restored = flow.at("1" + token.removeprefix("2"))
    assert restored.state.answers == (("goal", "mobile"), ("where", "phones"))
    assert (restored.notice, restored.state.position) == (OLDER, 2)


def other_rules(**changes: object) -> Flow:
    knowledge = shipped().knowledge
    assert knowledge.recommendation is not None
    return Flow(replace(knowledge, recommendation=replace(knowledge.recommendation, **changes)))


def test_changed_rules_are_noticed_and_the_answers_kept():
    old = shipped_flow()
    questions = old.rules.questions
    # The second question lost an option and moved to the end; a new one came in front.
    domain = replace(questions[1], options=tuple(option for option in questions[1].options if option.id != "llm"))
    new = other_rules(
        questions=(replace(questions[0], id="purpose"), questions[0], *questions[2:], domain),
        run=None,
        start=None,
        contradictions=(),
        notes=(),
        next_steps=old.rules.next_steps[-4:],
        article=old.rules.article[:2],
        today=old.rules.today[:1],
        cautions=(),
    )
    restored = new.at(old.token(old.finished({"goal": "mobile", "domain": "llm", "where": "phones"})))
    assert restored.notice == CHANGED
    assert restored.state.answers == (("goal", "mobile"), ("where", "phones"))
    assert not restored.state.done


def test_changed_points_show_a_finished_flow_its_new_outcome():
    old = shipped_flow()
    first, *others = old.rules.today
    new = other_rules(today=(replace(first, points=5), *others))
    restored = new.at(old.token(old.finished({"goal": "mobile"})))
    assert restored.notice == CHANGED
    assert isinstance(new.view(restored.state), Outcome)


def test_changed_words_leave_tokens_as_they_are():
    old = shipped_flow()
    first, *others = old.rules.questions
    new = other_rules(questions=(replace(first, text="What is it for?"), *others))
    assert new.at(old.token(old.start({"goal": "mobile"}))).notice == ""


def test_a_view_of_the_article_that_no_longer_holds_is_noticed():
    """Then a rule of the article stops counting, and the outcome may be another one."""
    knowledge = shipped().knowledge
    entry = knowledge.entries["choose.nlp"]
    assert entry.article is not None
    dated = replace(entry, article=replace(entry.article, verdict="outdated"))
    new = Flow(replace(knowledge, entries={**knowledge.entries, entry.id: dated}))
    assert new.version != shipped_flow().version


def test_rules_from_a_snapshot_take_the_same_tokens(tmp_path):
    from knowledge import snapshot

    snapshot.write(tmp_path / "kept.json", "key", {"knowledge": shipped().knowledge})
    kept = snapshot.read(tmp_path / "kept.json", "key", snapshot.KINDS)
    assert kept is not None
    revived = Flow(kept["knowledge"])
    state = shipped_flow().finished({"goal": "production", "domain": "llm"})
    assert revived.at(shipped_flow().token(state)).notice == ""
    assert revived.outcome(state) == shipped_flow().outcome(state)


# Whose it is.


def test_a_token_names_who_started_it():
    flow = shipped_flow()
    owner = flow.at(flow.token(flow.start(), owner_mark("T1:U1", SECRET))).owner
    assert owner == owner_mark("T1:U1", SECRET)
    assert owner not in (owner_mark("T1:U2", SECRET), owner_mark("T1:U1", b"another secret"))


def test_a_token_without_an_owner_belongs_to_nobody():
    flow = shipped_flow()
    assert flow.at(flow.token(flow.start())).owner == ""


def test_an_owner_is_known_even_where_the_rules_changed():
    flow = shipped_flow()
    token = flow.token(flow.start(), owner_mark("U1", SECRET))
    assert flow.at(token.replace(flow.version, "0000")).owner == owner_mark("U1", SECRET)


@pytest.mark.parametrize("user", ["", "U1", "\ud800", "用户", "x" * 10_000])
@pytest.mark.parametrize("secret", [b"", b"k", b"k" * 1_000])
def test_an_owner_mark_has_eight_letters_whatever_the_user_and_the_secret(user, secret):
    assert re.fullmatch(r"[a-z2-7]{8}", owner_mark(user, secret))


def test_an_owner_mark_of_another_form_is_refused():
    with pytest.raises(ValueError, match="owner mark"):
        encode(State(), "0000", "Somebody")
