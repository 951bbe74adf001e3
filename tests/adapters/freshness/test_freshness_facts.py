"""What holds, what does not, and what a value becomes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from adapters.freshness.checker import check_facts
from adapters.freshness.facts import KINDS, LINK, CheckedFact, Fact, NotCheckedError, as_json, facts, version_order
from knowledge.model import Cell, KnowledgeBase, Source, Statement, Watch
from tests.bot.small_knowledge import entry


@pytest.mark.parametrize(
    ("kind", "value", "found", "holds"),
    [
        ("pypi", "2.15", "2.15.3", True),
        ("pypi", "2.15.0", "2.15.3", False),
        ("pypi", "2.1", "2.15.0", False),
        ("npm", "4", "4.3.2", True),
        ("release", "2.15.0", "v2.15.0", True),
        ("release", "b6543", "b6600", False),
        ("python", "3.10-3.14", "3.11-3.14", False),
        ("python", "3.10 to 3.14", "3.10-3.14", True),
        ("python", ">=3.11", "3.11+", True),
        ("archived", "true", "false", False),
        ("deprecated", "false", "false", True),
        ("advisory", "2.6.6", "2.6.6", True),
        ("advisory", "2.6", "2.6.6", False),
        ("advisory", "2.6.6", "none", False),
        ("advisory", "2.6.5", "after 2.6.5", False),
        (LINK, "answers", "HTTP 404", False),
    ],
)
def test_a_fact_holds_as_exactly_as_it_is_written(kind, value, found, holds):
    assert Fact(kind, "x", value, ()).verdict(found) is holds


@pytest.mark.parametrize("kind", ["pypi", "npm", "release"])
def test_a_version_before_the_one_relied_on_says_that_the_index_is_old(kind):
    with pytest.raises(NotCheckedError, match=r"knows no version after 2\.13\.0"):
        Fact(kind, "x", "2.15", ()).verdict("2.13.0")


@pytest.mark.parametrize(
    ("kind", "value", "found", "renewed"),
    [
        ("pypi", "2.15", "2.16.1", "2.16"),
        ("pypi", "2.15.0", "2.16.1", "2.16.1"),
        ("release", "v2.15.0", "v2.16.1", "v2.16.1"),
        ("python", "3.10-3.14", "3.11-3.15", "3.11-3.15"),
        ("advisory", "2.6.5", "2.6.6", "2.6.6"),
    ],
)
def test_a_new_value_is_written_as_exactly_as_the_old_one(kind, value, found, renewed):
    assert Fact(kind, "x", value, ()).renewed(found) == renewed


def test_versions_are_in_order():
    ordered = ["0.9", "0.10.0rc1", "0.10.0", "0.10.0.post1", "0.10.0.1", "v0.11", "1"]
    assert all(version_order(one) < version_order(other) for one, other in pairwise(ordered))


TORCH = Watch(kind="pypi", name="torch", value="2.15")
KNOWLEDGE = KnowledgeBase(
    version="1",
    entries={
        one.id: one
        for one in (
            entry("a.one", "one", answer=Statement(text="Torch is at 2.15.", sources=("page",), watch=(TORCH,))),
            entry("a.two", "two", cells={"pytorch": Cell(today=Statement(text="2.15.", watch=(TORCH,)))}),
        )
    },
    sources={
        "page": Source(title="a page", url="https://example.com/page", seen=date(2026, 1, 1)),
        "bare": Source(title="no page", seen=date(2026, 1, 1)),
        "unused": Source(title="another", url="https://example.com/unused", seen=date(2026, 1, 1)),
    },
)


def test_a_fact_that_several_claims_rest_on_is_looked_up_once():
    found = {(one.kind, one.name): [claim.entry.id for claim in one.claims] for one in facts(KNOWLEDGE)}
    assert found == {
        ("pypi", "torch"): ["a.one", "a.two"],
        (LINK, "https://example.com/page"): ["a.one"],
        (LINK, "https://example.com/unused"): [],
    }
    assert [one.kind for one in facts(KNOWLEDGE, ["pypi"])] == ["pypi"]


def test_json_names_old_and_new_value_and_the_sentences():
    (fact,) = facts(KNOWLEDGE, ["pypi"])
    found = as_json([CheckedFact(fact, "2.16.0", holds=False), CheckedFact(fact, reason="pip is not installed here")])
    claims = [
        {"entry": "a.one", "field": "answer", "text": "Torch is at 2.15."},
        {"entry": "a.two", "field": "cells.pytorch.today", "text": "2.15."},
    ]
    about = {"kind": "pypi", "name": "torch", "old": "2.15", "claims": claims}
    assert found == {
        "counts": {"pypi": {"fresh": 0, "stale": 1, "not_checked": 1}},
        "stale": [{**about, "new": "2.16.0"}],
        "not_checked": [{**about, "reason": "pip is not installed here"}],
    }


async def test_no_client_is_given_a_name_that_is_an_option(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nothing leaves this machine
    given = [Fact(kind, "--help", "1", ()) for kind in KINDS if kind not in {LINK, "advisory"}]
    given.append(Fact("deprecated", "npm:--help", "true", ()))
    done = []
    checked = await check_facts(given, lambda *step: done.append(step))
    assert {one.found for one in checked} == {None}
    assert {one.reason.split(":")[0] for one in checked} == {"that is no name of a package", "that is no repository"}
    assert done[-1] == (len(given), len(given))
