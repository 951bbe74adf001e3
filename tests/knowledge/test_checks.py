"""The checks: a sound folder passes, and each rule fails where its one thing is wrong."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from knowledge.checks import check, examine, links, replies_fit
from knowledge.errors import Problem
from knowledge.loading import load, load_with_places
from knowledge.model import Entry, Statement, Watch, overdue
from knowledge.overlay import load_both
from knowledge.phrasing_checks import phrasings_find_their_entry

TODAY = date(2026, 2, 1)
DEBUGGING = "compare/debugging.yaml"
HISTORY = "overview/history.yaml"


def found(base, top=None, **more):
    loaded = load_with_places(base.path) if top is None else load_both(base.path, top.path)
    return check(loaded, today=more.pop("today", TODAY), **more)


def only(base, top=None, **more):
    (problem,) = found(base, top, **more)
    return problem


def reported(problem):
    return problem.rule, problem.severity, problem.file.name, problem.line, problem.field


def test_a_sound_folder_has_no_problem(base):
    assert found(base) == []


# The article


def test_a_claim_that_no_entry_carries_is_an_error_at_the_claim(base):
    base.change(HISTORY, "claims: [H-1]", "claims: [F-3]")

    problem = only(base)
    assert reported(problem) == ("claim-carried", "error", "article.yaml", 4, "claims.H-1")
    assert problem.message == '"TensorFlow is from 2015" is not carried by any entry'


def test_each_side_that_the_article_compares_needs_a_cell_with_its_view(base):
    base.change(DEBUGGING, "    article: Harder.\n", "")

    problem = only(base)
    assert reported(problem) == ("claim-carried", "error", "article.yaml", 5, "claims.F-3")
    assert "the cell of tensorflow" in problem.message


def test_what_an_overlay_hides_of_the_article_is_a_warning(base, top):
    top.write("hide.yaml", "- history.tensorflow\n")

    assert reported(only(base, top))[:2] == ("claim-carried", "warning")


def test_a_claim_that_the_article_does_not_list_is_an_error_with_what_was_meant(base):
    base.change(DEBUGGING, "claims: [F-3]", "claims: [F-3, F-33]")

    problem = only(base)
    assert reported(problem) == ("claim-listed", "error", "debugging.yaml", 19, "article.claims.1")
    assert problem.hint == 'did you mean "F-3"?'


def test_entries_may_not_carry_claims_of_an_article_that_is_not_there(base):
    (base.path / "article.yaml").unlink()

    assert {problem.rule for problem in found(base)} == {"claim-listed"}


def test_an_entry_with_the_articles_view_has_what_has_changed_since(base):
    base.change(
        HISTORY, "since:\n  - text: The 2.0 release is of 2019.\n    confidence: H\n    sources: [readme]\n", ""
    )

    assert reported(only(base)) == ("since-then", "error", "history.yaml", 17, "article")


# Sources and dates


@pytest.mark.parametrize(
    ("statement", "line", "field"),
    [
        ("Both stop at the failing line.\n  confidence: H\n", 14, "answer"),
        ("TensorFlow runs line by line since 2.0.\n    confidence: H\n", 23, "since.0"),
        ("Ordinary debuggers work.\n", 29, "cells.pytorch.today"),
    ],
)
def test_every_statement_needs_a_source(base, statement, line, field):
    text = (base.path / DEBUGGING).read_text()
    start = text.index(statement) + len(statement)
    end = text.index("[readme]\n", start) + len("[readme]\n")
    (base.path / DEBUGGING).write_text(text[:start] + text[end:])

    assert reported(only(base)) == ("source", "error", "debugging.yaml", line, field)


@pytest.mark.parametrize("link", ["", "  url: https://example.com\n", "  url: https://example.com/\n"])
def test_a_claim_of_high_confidence_needs_a_source_with_a_link_to_a_page(base, link):
    base.change("sources.yaml", "  url: https://example.com/readme\n", link)

    sure = [reported(problem) for problem in found(base) if problem.rule == "source-page"]
    assert sure == [
        ("source-page", "error", "debugging.yaml", 14, "answer"),
        ("source-page", "error", "debugging.yaml", 23, "since.0"),
        ("source-page", "error", "history.yaml", 13, "answer"),
        ("source-page", "error", "history.yaml", 22, "since.0"),
    ]


def test_a_teams_claim_of_high_confidence_without_a_link_is_a_warning(base, top, entry):
    more = "sources: {wiki: {title: Wiki, seen: 2026-01-10}}\nchecked_on: 2026-01-10"
    top.write("a.yaml", entry("team.a", "one", "two", "three", "four", "five", more=more))
    top.change("a.yaml", "{text: Here it is.}", "{text: Here it is., confidence: H, sources: [wiki]}")

    assert reported(only(base, top)) == ("source-page", "warning", "a.yaml", 9, "answer")


def test_every_statement_needs_a_day_on_which_it_was_checked(base):
    base.change(DEBUGGING, "checked_on: 2026-01-10\n", "")

    assert reported(only(base)) == ("date", "error", "debugging.yaml", 14, "answer")


def test_a_statement_with_a_day_of_its_own_needs_none_from_its_entry(base):
    text = (base.path / HISTORY).read_text().replace("checked_on: 2026-01-10\n", "")
    text = text.replace("  sources: [readme]", "  sources: [readme]\n  checked_on: 2026-01-10", 1)
    text = text.replace("    sources: [readme]\nrelated", "    sources: [readme]\n    checked_on: 2026-01-10\nrelated")
    (base.path / HISTORY).write_text(text)

    assert found(base) == []


def test_a_team_may_vouch_for_its_own_entries_but_not_for_sourced_confidence(base, top, entry):
    phrasings = ("one", "two", "three", "four", "five")
    top.write("a.yaml", entry("team.a", *phrasings, more="checked_on: 2026-01-10"))
    assert found(base, top) == []

    top.change("a.yaml", "{text: Here it is.}", "{text: Here it is., confidence: H}")
    assert reported(only(base, top)) == ("source", "error", "a.yaml", 9, "answer")


def test_a_teams_entry_without_a_day_is_a_warning(base, top, entry):
    top.write("a.yaml", entry("team.a", "one", "two", "three", "four", "five"))

    assert reported(only(base, top)) == ("date", "warning", "a.yaml", 9, "answer")


def test_what_was_checked_too_long_ago_is_a_warning(base):
    assert found(base, today=date(2026, 5, 10)) == []

    stale = found(base, today=date(2026, 5, 11))

    assert [reported(problem) for problem in stale] == [
        ("stale", "warning", "debugging.yaml", 14, "answer"),
        ("stale", "warning", "debugging.yaml", 23, "since.0"),
        ("stale", "warning", "history.yaml", 13, "answer"),
        ("stale", "warning", "history.yaml", 22, "since.0"),
    ]
    assert stale[0].message == "was checked 121 days ago, more than 120"


@pytest.mark.parametrize(
    ("kind", "confidence", "days"),
    [
        *((kind, "H", 45) for kind in ("pypi", "npm", "python", "release")),
        *((kind, "H", 120) for kind in ("archived", "deprecated", "advisory")),
        ("pypi", "J", 45),
        ("archived", "J", 120),
        (None, "H", 120),
        (None, "M", 120),
        (None, "L", 120),
        (None, "J", 365),
    ],
)
def test_how_old_a_claim_may_get_is_a_matter_of_what_it_rests_on(kind, confidence, days):
    watch = () if kind is None else (Watch(kind=kind, name="x", value="1"),)
    claim = Statement(text="One.", confidence=confidence, watch=watch, checked_on=date(2026, 1, 1))
    about = Entry(id="a.b", title="A", phrasings=("a",), answer=claim, checked_on=date(2020, 1, 1))
    last = date(2026, 1, 1) + timedelta(days=days)

    assert overdue(about, claim, last) is None
    assert overdue(about, claim, last + timedelta(days=1)) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("file", "line", "field"), [("debugging.yaml", 38, "checked_on"), ("sources.yaml", 7, "readme.seen")]
)
def test_nothing_was_checked_or_seen_in_the_future(base, file, line, field):
    base.change(DEBUGGING, "checked_on: 2026-01-10", "checked_on: 2026-02-02")
    base.change("sources.yaml", "readme\n  seen: 2026-01-10", "readme\n  seen: 2026-02-02")

    assert ("future", "error", file, line, field) in [reported(problem) for problem in found(base)]


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/readme",
        "example.com/readme",
        "https://example.com/read me",
        "https://example/readme",
        "https://example.com:8080/readme",
        "https://me@example.com/readme",
        "https://example.com/readme.",
        "https://example.com/über",
        "https://[example.com/readme",
        "https://127.0.0.1/readme",
    ],
)
def test_an_address_must_be_a_complete_https_link(base, address):
    base.change("sources.yaml", "url: https://example.com/readme", f'url: "{address}"')

    assert reported(only(base)) == ("address", "error", "sources.yaml", 6, "readme.url")


@pytest.mark.parametrize(
    "address",
    ["https://example.com/?readme", "https://a-b.example.com/x/y?z=1&u=%20#top", "https://xn--bcher-kva.example/a"],
)
def test_a_complete_https_link_is_right(base, address):
    base.change("sources.yaml", "url: https://example.com/readme", f'url: "{address}"')

    assert found(base) == []


def test_the_addresses_of_an_entrys_own_sources_are_checked_too(base):
    own = "sources: {own: {title: Own, seen: 2026-01-10, url: 'http://example.com'}}\nchecked_on"
    base.change(DEBUGGING, "checked_on", own)
    base.change(
        DEBUGGING, "text: Ordinary debuggers work.\n      sources: [readme]", "text: Fine.\n      sources: [own]"
    )

    assert reported(only(base)) == ("address", "error", "debugging.yaml", 38, "sources.own.url")


def test_links_are_listed_once_and_in_order(base):
    own = "sources: {own: {title: Own, seen: 2026-01-10, url: 'https://a.example.com'}}\nchecked_on"
    base.change(DEBUGGING, "checked_on", own)
    base.change("sources.yaml", "  title: the article\n", "  title: the article\n  url: https://example.com/readme\n")

    assert links(load(base.path)) == ("https://a.example.com", "https://example.com/readme")


# Phrasings


def test_no_two_entries_share_a_phrasing(base):
    base.change(HISTORY, "  - how old is tf\n", "  - Which is EASIER to debug?!\n")

    problem = only(base)
    assert reported(problem) == ("phrasing-shared", "error", "history.yaml", 7, "phrasings.2")
    assert "compare.debugging" in problem.message
    assert "debugging.yaml:6" in problem.message


def test_a_clash_with_a_teams_phrasing_is_reported_in_the_teams_file(base, top, entry):
    more = "checked_on: 2026-01-10"
    top.write("a.yaml", entry("aaa.first", "which is easier to debug", "one", "two", "three", "four", more=more))

    assert reported(only(base, top))[:3] == ("phrasing-shared", "error", "a.yaml")


@pytest.mark.parametrize(
    "close",
    [
        "in a model: breakpoints",
        "which is easier for debugging",
        "breakpoint in the models",
    ],
)
def test_phrasings_that_differ_in_fillers_forms_or_order_alone_are_a_warning(base, close):
    base.change(HISTORY, "  - how old is tf\n", f"  - '{close}'\n")

    assert reported(only(base)) == ("phrasing-close", "warning", "history.yaml", 7, "phrasings.2")


@pytest.mark.parametrize(
    "apart",
    [
        "which is not easier to debug",
        "which is easier to deploy",
        "which was the easier to debug in version 2",
        "inspect gradients while it runs",
        "pdb or tfdbg2",
    ],
)
def test_phrasings_that_a_word_tells_apart_are_fine(base, apart):
    base.change(HISTORY, "  - how old is tf\n", f"  - {apart}\n")

    assert found(base) == []


def test_a_word_that_only_looks_like_another_distinguishes_phrasings(base):
    base.change(HISTORY, "  - how old is tf\n", "  - upsides of yoghurt\n")
    base.change(DEBUGGING, "  - pdb or tfdbg\n", "  - sides of yoghurt\n")

    assert found(base) == []


def test_where_direction_matters_word_order_distinguishes_phrasings(base):
    base.change(HISTORY, "  - how old is tf\n", "  - apples to pears\n")
    for other in ("pears to apples", "pears vs apples"):
        text = (base.path / DEBUGGING).read_text()
        base.change(DEBUGGING, "  - pdb or tfdbg\n", f"  - {other}\n")

        assert found(base) == []
        (base.path / DEBUGGING).write_text(text)


def test_close_phrasings_of_two_entries_are_reported_in_one_line(base):
    base.change(HISTORY, "  - how old is tf\n", "  - which would be easier to debug\n  - a breakpoint in a model\n")

    assert "and 1 more like it" in only(base).message


def test_an_answer_of_ours_needs_eight_phrasings(base):
    base.change(HISTORY, "  - how old is tf\n", "")

    assert reported(only(base)) == ("phrasing-few", "error", "history.yaml", 4, "phrasings")


def test_small_talk_may_have_few_phrasings(base, entry):
    base.write("hello.yaml", entry("social.hello", more="kind: social"))

    assert found(base) == []


def test_a_teams_entry_with_few_phrasings_is_a_warning(base, top, entry):
    top.write("a.yaml", entry("team.a", "one", "two", "three", "four", more="checked_on: 2026-01-10"))

    assert reported(only(base, top)) == ("phrasing-few", "warning", "a.yaml", 3, "phrasings")


def test_a_plain_faq_needs_neither_sources_nor_days_nor_many_phrasings(top, entry):
    for name in ("a", "b", "c"):
        top.write(f"{name}.yaml", entry(name))

    assert found(top) == []


# References and names


def test_a_related_id_must_exist(base):
    base.change(DEBUGGING, "related: [history.tensorflow]", "related: [history.tensorflows]")

    problem = only(base)
    assert reported(problem) == ("entry-named", "error", "debugging.yaml", 37, "related.0")
    assert problem.hint == 'did you mean "history.tensorflow"?'


@pytest.mark.parametrize("related", ["compare.debugging", "history.tensorflow, history.tensorflow"])
def test_a_related_entry_is_another_one_and_named_once(base, related):
    base.change(DEBUGGING, "related: [history.tensorflow]", f"related: [{related}]")

    assert reported(only(base))[:2] == ("entry-named", "error")


def test_a_related_entry_that_an_overlay_hides_is_no_mistake(base, top):
    top.write("hide.yaml", "- history.tensorflow\n")

    assert "entry-named" not in {problem.rule for problem in found(base, top)}


@pytest.mark.parametrize("parent", ["history.tensorflows", "compare.debugging"])
def test_what_an_entry_was_split_from_is_another_entry(base, parent):
    base.change(DEBUGGING, "phrasings:\n", f"split_from: {parent}\nphrasings:\n")

    problem = only(base)
    assert reported(problem)[:3] == ("entry-named", "error", "debugging.yaml")
    assert problem.field == "split_from"


def test_an_entry_may_be_split_from_another(base):
    base.change(DEBUGGING, "phrasings:\n", "split_from: history.tensorflow\nphrasings:\n")

    assert found(base) == []


def with_scope(base, text):
    base.change(DEBUGGING, "phrasings:\n", f"scope: {text}\nphrasings:\n")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("history.tensorflw", 'did you mean "history.tensorflow"?'),
        ("compare.anything-else", "name the id of another entry"),
    ],
)
def test_an_entry_named_in_a_scope_must_exist(base, written, hint):
    with_scope(base, f"Finding mistakes. Its past is {written}.")

    problem = only(base)
    assert reported(problem) == ("entry-named", "error", "debugging.yaml", 5, "scope")
    assert (problem.message, problem.hint) == (f'"{written}" is not another entry', hint)


def test_every_wrong_name_in_a_scope_is_reported(base):
    with_scope(base, "See compare.debugger, history.tensorflow and history.torch.")

    assert [problem.message.split('"')[1] for problem in found(base)] == ["compare.debugger", "history.torch"]


@pytest.mark.parametrize(
    "text",
    [
        "Finding mistakes; where it comes from is history.tensorflow.",
        "Code with tf.keras, torch.compile or compat.v1, files such as .tflite and model.pt, since 2.16.",
    ],
)
def test_a_dotted_word_in_a_scope_that_is_no_id_or_a_known_one_is_fine(base, text):
    with_scope(base, text)

    assert found(base) == []


def test_an_entry_named_in_a_scope_may_be_hidden_by_an_overlay(base, top, entry):
    with_scope(base, "Where it comes from is history.tensorflow.")
    top.write("hide.yaml", "- history.tensorflow\n")
    top.write("own.yaml", entry("history.ours"))

    assert "entry-named" not in {problem.rule for problem in found(base, top)}


def test_a_scope_in_an_overlay_names_entries_of_both_and_is_reported_in_the_teams_file(base, top, entry):
    top.write("a.yaml", entry("team.a", more="scope: Ours. Debugging is compare.debugging; the rest is team.b."))

    (problem,) = [problem for problem in found(base, top) if problem.rule == "entry-named"]
    assert (problem.file.name, problem.message) == ("a.yaml", '"team.b" is not another entry')


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("frameworks: [pytorch, tensorflow]", "frameworks: [pytorch, tensorflo]", 3, "frameworks.1"),
        ("about: [debugging]", "about: [debugger]", 4, "about.0"),
        ("about: [debugging]", "about: [pytorch]", 4, "about.0"),
    ],
)
def test_what_entries_are_about_must_be_in_the_vocabulary(base, old, new, line, field):
    base.change(DEBUGGING, old, new)

    assert reported(only(base)) == ("vocabulary-id", "error", "debugging.yaml", line, field)


def test_a_cell_must_be_of_a_framework_in_the_vocabulary(base):
    base.change(DEBUGGING, "  tensorflow:\n    article: Harder.", "  litert:\n    article: Harder.")

    assert "vocabulary-id" in {problem.rule for problem in found(base)}


def test_a_term_is_part_of_terms_that_exist(base):
    base.change("vocabulary.yaml", "    name: LiteRT\n", "    name: LiteRT\n    part_of: [tensorflwo]\n")

    assert reported(only(base)) == ("vocabulary-id", "error", "vocabulary.yaml", 11, "tools.0.part_of")


def test_a_topic_must_be_on_the_list_where_there_is_one(base):
    base.change(DEBUGGING, "title: Debugging\n", "title: Debugging\ntopic: Comparin\n")
    assert found(base) == []

    base.change("vocabulary.yaml", "abbreviations:", "topics: [Choosing, Comparing]\nabbreviations:")
    problem = only(base)
    assert reported(problem) == ("topic", "error", "debugging.yaml", 3, "topic")
    assert problem.hint == 'did you mean "Comparing"?'


def test_a_team_may_add_topics_and_is_warned_of_one_that_is_not_listed(base, top):
    base.change("vocabulary.yaml", "abbreviations:", "topics: [Choosing]\nabbreviations:")
    top.write(
        "own.yaml", "id: own.a\ntitle: Ours\ntopic: Our stack\nphrasings: [what do we run on]\nanswer: {text: Ours.}\n"
    )
    assert [problem.severity for problem in found(base, top) if problem.rule == "topic"] == ["warning"]

    top.write("vocabulary.yaml", "topics: [Our stack]\n")
    assert "topic" not in {problem.rule for problem in found(base, top)}


@pytest.mark.parametrize("field", ["aliases", "former", "misspellings"])
def test_no_name_means_two_terms(base, field):
    base.change("vocabulary.yaml", "    name: debugging\n", f"    name: debugging\n    {field}: [Torch]\n")

    assert reported(only(base)) == ("vocabulary-name", "error", "vocabulary.yaml", 17, f"concepts.0.{field}")


def test_no_id_means_two_terms(base):
    base.change("vocabulary.yaml", "  - id: debugging\n    name: debugging\n", "  - id: litert\n    name: debugging\n")

    assert "vocabulary-name" in {problem.rule for problem in found(base)}


def test_an_overlay_may_not_list_a_term_as_another_kind(base, top):
    top.write("vocabulary.yaml", "concepts:\n  - {id: litert, name: Runtime}\n")

    assert ("vocabulary-name", "error", "vocabulary.yaml", 2, "concepts.0.id") in map(reported, found(base, top))


def test_an_abbreviation_is_not_also_a_name_of_something_else(base):
    base.change("vocabulary.yaml", "  dl: deep learning", "  tf: transfer function")

    assert reported(only(base))[0] == "vocabulary-name"


def test_a_name_of_ours_is_not_among_those_that_belong_elsewhere(base):
    base.change("vocabulary.yaml", "elsewhere: [django, rails]", "elsewhere: [django, Torch]")

    assert reported(only(base)) == ("vocabulary-name", "error", "vocabulary.yaml", 17, "elsewhere")


def test_a_word_of_a_concept_may_belong_elsewhere_too(base):
    base.change("vocabulary.yaml", "elsewhere: [django, rails]", "elsewhere: [django, debugging]")

    assert found(base) == []


def test_an_abbreviation_may_be_read_as_a_name_of_the_same_term(base):
    base.change("vocabulary.yaml", "  dl: deep learning", "  tf: tensorflow")

    assert found(base) == []


# What only a bot can check


def test_a_phrasing_that_leads_elsewhere_is_an_error(base):
    owners = {p: e.id for e in load(base.path).entries.values() for p in e.phrasings}
    owners["how old is tf"] = "compare.debugging"
    owners["pdb or tfdbg"] = None

    lost = found(base, rules={"found": partial(phrasings_find_their_entry, find=owners.get)})

    assert [reported(problem) for problem in lost] == [
        ("found", "error", "debugging.yaml", 8, "phrasings.2"),
        ("found", "error", "history.yaml", 7, "phrasings.2"),
    ]
    assert lost[0].message == '"pdb or tfdbg" leads to nothing'


def test_a_reply_longer_than_a_surface_takes_is_an_error(base):
    lengths = {"compare.debugging": 11, "history.tensorflow": 10}

    fit = partial(replies_fit, surface="the reply", length=lengths.__getitem__, limit=10)
    problem = only(base, rules={"length": fit})
    assert reported(problem)[:3] == ("length", "error", "debugging.yaml")
    assert problem.message == "the reply is 11 long, at most 10"


# Everything in one call


def test_an_examination_has_coverage_and_counts(base):
    report = examine(base.path, today=TODAY)

    assert not report.errors
    assert report.coverage.percent == 100
    assert report.counts == {"entries": 2, "phrasings": 16, "statements": 6, "sources": 2}


def test_an_examination_fails_and_shows_less_coverage_where_a_claim_is_gone(base):
    base.change(HISTORY, "claims: [H-1]", "claims: [F-3]")

    report = examine(base.path, today=TODAY)

    assert report.errors
    assert (report.coverage.percent, report.coverage.missing) == (66, ("H-1",))


def test_an_examination_of_a_broken_folder_reports_why_it_cannot_be_loaded(base):
    base.change(HISTORY, "verdict: holds", "verdict: maybe")

    report = examine(base.path, today=TODAY)

    assert report.knowledge is None
    assert [problem.field for problem in report.errors] == ["article.verdict"]


def test_an_examination_takes_further_rules(base):
    def rule(case):
        yield Problem(base.path, 0, "", f"{len(case.loaded.places)} entries")

    def further(knowledge):
        return {"extra": rule} if knowledge.entries else {}

    assert [problem.rule for problem in examine(base.path, today=TODAY, further=further).problems] == ["extra"]


def test_an_overlay_is_examined_with_what_it_lies_on(base, top, entry):
    top.write("a.yaml", entry("team.a", "one", more="checked_on: 2026-01-10"))

    report = examine(base.path, top.path, today=TODAY)

    assert report.counts["entries"] == 3
    assert [problem.rule for problem in report.warnings] == ["phrasing-few"]


# The text itself


@pytest.mark.parametrize("control", ["\u061c", "\u200e", "\u202e", "\u2066", "\u2069"])
def test_an_invisible_control_of_writing_direction_is_an_error_wherever_it_stands(base, control):
    base.change(DEBUGGING, "article: Harder.", f'article: "Hard{control}er."')

    problem = only(base)
    assert (problem.rule, problem.severity, problem.file.name) == ("direction", "error", "debugging.yaml")
    assert f"U+{ord(control):04X}" in problem.message
    assert problem.field.endswith("article")


def test_an_overlay_and_its_json_lines_are_searched_for_such_controls_too(base, top):
    top.write(
        "own.jsonl",
        '{"id":"team.x","title":"Ours","phrasings":["how \\u202edo we","what","why","when","who"],'
        '"answer":{"text":"So."}}\n',
    )
    top.write("vocabulary.yaml", 'elsewhere: ["a\u2067b"]\n')

    found_there = [problem for problem in found(base, top) if problem.rule == "direction"]
    assert [(problem.file.name, problem.severity) for problem in found_there] == [
        ("own.jsonl", "error"),
        ("vocabulary.yaml", "error"),
    ]
