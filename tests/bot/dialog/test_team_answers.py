"""A team's own entries next to the shipped ones, with the encoder."""

from __future__ import annotations

import pytest

from bot.dialog.question import Question
from bot.evaluation.cases import read_cases
from bot.evaluation.evaluation import evaluate
from bot.factory import assemble
from tests.bot.evaluation.test_shipped_quality import CASES

OWN = """\
- id: team.leave
  title: Paid leave
  phrasings: [how many days of paid leave do I get, vacation allowance, booking holidays]
  answer: {text: "Thirty days a year.", confidence: J}
- id: team.vpn
  title: VPN access
  phrasings: [how do I get on the vpn, vpn does not connect, remote access from home]
  answer: {text: "Ask IT.", confidence: J}
- id: team.payday
  title: Pay day
  phrasings: [when do we get paid, salary date, what day is payday]
  answer: {text: "On the 25th.", confidence: J}
- id: team.laptop
  title: Broken laptop
  phrasings: [my laptop is broken, replace my computer, who repairs notebooks]
  answer: {text: "Ask IT.", confidence: J}
"""


@pytest.fixture(scope="module")
def team(cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("team")
    (folder / "own.yaml").write_text(OWN)
    return assemble(overlay=folder)


@pytest.mark.parametrize(
    ("asked", "entry"),
    [
        ("i can't reach the vpn from my flat", "team.vpn"),
        ("when does my wage arrive", "team.payday"),
        ("my notebook screen is cracked", "team.laptop"),
        ("is there a rule for annual leave", "team.leave"),
    ],
)
def test_a_team_is_answered_in_other_words_though_a_refusal_is_surer(team, asked, entry):
    reply = team.answer(Question(asked))
    assert reply.outcome in ("answer", "choices")
    assert reply.entries[0] == entry


@pytest.mark.parametrize(
    "asked", ["how do i center a div", "how do I leave vim", "what is for lunch", "my loss is nan"]
)
def test_what_is_nobodys_is_still_declined(team, asked):
    assert team.answer(Question(asked)).outcome == "decline"


def test_the_shipped_answers_are_as_they_were(shipped, team):
    cases = read_cases(CASES / "held-out.jsonl")
    assert evaluate(team, cases).accuracy_at_1 >= evaluate(shipped, cases).accuracy_at_1 - 0.01
