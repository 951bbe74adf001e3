"""What proposals are tried out on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from curation_ground import FILES, ground, state, written

from bot.answering import Bot, Thresholds
from bot.cases import Case
from bot.curation.patch import FileChange
from bot.curation.target import Target
from knowledge.errors import KnowledgeError

MOBILE = FILES["choose/mobile.yaml"]


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path / "knowledge")


@pytest.fixture
def overlay(tmp_path):
    return written(
        tmp_path / "team", {"a.yaml": "id: team.a\ntitle: A\nphrasings: [our cluster]\nanswer: {text: A.}\n"}
    )


def change(after, name="choose/mobile.yaml", before=MOBILE):
    return FileChange(PurePosixPath(name), before, after)


def told(found):
    return [(problem.rule, problem.severity, problem.line, problem.field) for problem in found]


def test_what_the_checks_found_before_is_not_new(folder):
    written(folder, {"related.yaml": "id: a.b\ntitle: A\nphrasings: [one thing]\nrelated: [c.d]\nanswer: {text: A.}\n"})
    on = ground(Target(folder))
    assert on.new_problems([change(MOBILE + "next_step: Look.\n")])[0] == ()


def test_a_problem_whose_line_has_moved_is_not_new(folder):
    written(folder, {"choose/mobile.yaml": f"{MOBILE}related: [c.d]\n"})
    on = ground(Target(folder))
    moved = MOBILE.replace("  - runtime for an iphone\n", "  - runtime for an iphone\n  - a handheld\n")
    assert on.new_problems([change(f"{moved}related: [c.d]\n")])[0] == ()


def test_what_is_new_is_told_at_its_place_in_the_folder(folder):
    found, _ = ground(Target(folder)).new_problems([change(f"{MOBILE}related: [c.d]\n")])
    assert told(found) == [("related", "error", 16, "related.0")]
    assert found[0].file == folder / "choose/mobile.yaml"


def test_messages_name_the_folder_and_no_copy(folder):
    found, _ = ground(Target(folder)).new_problems([change(MOBILE.replace("an iphone", "an iphone\n  - lab work"))])
    (problem,) = [one for one in found if one.rule == "phrasing-shared"]
    assert str(folder) in problem.message


def test_a_change_that_does_not_load_is_told_and_holds_nothing(folder):
    found, knowledge = ground(Target(folder)).new_problems([change("id: [\n")])
    assert knowledge is None
    assert [problem.severity for problem in found] == ["error"]
    assert found[0].file == folder / "choose/mobile.yaml"


def test_the_copy_holds_the_change_and_the_folder_does_not(folder):
    before = state(folder)
    _, knowledge = ground(Target(folder)).new_problems([change(MOBILE.replace("title: Mobile", "title: Phones"))])
    assert knowledge.entries["choose.mobile"].title == "Phones"
    assert state(folder) == before


def test_a_phrasing_that_does_not_lead_to_its_entry_is_told(folder):
    on = ground(Target(folder))
    found, _ = on.new_problems([change(MOBILE.replace("an iphone", "an iphone\n  - ???"))])
    assert told(found) == [("found", "error", 11, "phrasings.4")]


def test_an_overlay_is_changed_and_checked_on_top_of_what_is_below(folder, overlay):
    before = state(folder) | state(overlay)
    on = ground(Target(folder, overlay))
    found, knowledge = on.new_problems([change("choose.mobile: [handhelds]\n", "phrasings.yaml", None)])
    assert found == ()
    assert knowledge.entries["choose.mobile"].phrasings[-1] == "handhelds"
    assert "team.a" in knowledge.entries
    found, _ = on.new_problems([change("choose.mobil: [handhelds]\n", "phrasings.yaml", None)])
    assert [problem.file for problem in found] == [overlay / "phrasings.yaml"]
    assert state(folder) | state(overlay) == before


def test_folders_that_cannot_be_loaded_make_no_ground(folder):
    written(folder, {"broken.yaml": "id: [\n"})
    with pytest.raises(KnowledgeError, match=r"broken\.yaml"):
        ground(Target(folder))


def test_an_overlays_bot_is_made_from_the_index_below_as_it_is_served(folder, overlay):
    on = ground(Target(folder, overlay))
    made = on.bot_over(on.bot.knowledge).index
    assert (made.idf, made.exact, made.entries) == (on.bot.index.idf, on.bot.index.exact, on.bot.index.entries)
    assert made.idf != Bot(on.bot.knowledge).index.idf


def test_thresholds_are_those_given(folder):
    wanted = Thresholds(answer=0.77, choices=0.11)
    on = ground(Target(folder), thresholds=wanted)
    assert on.bot.thresholds == on.bot_over(on.bot.knowledge).thresholds == wanted


# What must not fare worse


def spoilt(on):
    """A bot over the knowledge in which another entry has the words of choose.mobile."""
    research = on.bot.knowledge.entries["choose.research"]
    words = on.bot.knowledge.entries["choose.mobile"].phrasings
    entries = {
        **on.bot.knowledge.entries,
        "choose.research": replace(research, phrasings=(*research.phrasings, *words)),
    }
    del entries["choose.mobile"]
    return on.bot_over(replace(on.bot.knowledge, entries=entries))


@pytest.mark.parametrize("with_overlay", [False, True])
def test_phrasings_taken_out_guard_where_no_cases_are_given(folder, overlay, with_overlay):
    on = ground(Target(folder, overlay if with_overlay else None), thresholds=Thresholds(answer=0.2, choices=0.1))
    assert not on.own_cases
    assert Case("pytorch or tensorflow for a camera app", "choose.mobile") in on.cases
    same = on.guard(on.bot)
    assert (same.total, same.better, same.worse) == (len(on.cases), (), ())
    assert same.right_before < same.total
    assert "choose.mobile" in [shift.case.label for shift in on.guard(spoilt(on)).worse]


def test_cases_that_are_given_guard_instead(folder):
    cases = [Case("which one for phones", "choose.mobile"), Case("lab work", "choose.research")]
    on = ground(Target(folder), cases=cases)
    assert on.own_cases
    assert on.guard(on.bot).right_before == 2
    assert [shift.case for shift in on.guard(spoilt(on)).worse] == cases[:1]
