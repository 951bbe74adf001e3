"""The overlay: what a team's folder adds, replaces and hides, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.errors import KnowledgeError
from knowledge.loading import load
from knowledge.overlay import lay_over, load_both


def laid(base, top):
    return load_both(base.path, top.path).knowledge


def only(base, top):
    with pytest.raises(KnowledgeError) as caught:
        laid(base, top)
    (problem,) = caught.value.problems
    return problem.file.name, problem.line, problem.field, problem.message, problem.hint


def test_an_entry_with_a_new_id_is_added_after_the_others(base, top, entry):
    top.write("ours.yaml", entry("team.gpus"))

    assert [*laid(base, top).entries] == ["compare.debugging", "history.tensorflow", "team.gpus"]


def test_an_entry_with_a_known_id_replaces_the_whole_of_the_other_in_its_place(base, top, entry):
    top.write("ours.yaml", entry("compare.debugging"))

    found = laid(base, top).entries

    assert [*found] == ["compare.debugging", "history.tensorflow"]
    assert found["compare.debugging"].title == "compare.debugging"
    assert found["compare.debugging"].cells == {}


def test_a_scope_stays_where_only_phrasings_are_added_and_is_replaced_with_its_entry(base, top, entry):
    base.change("compare/debugging.yaml", "phrasings:\n", "scope: Ours.\nphrasings:\n")
    top.write("phrasings.yaml", "compare.debugging: [our debugger]\n")
    assert laid(base, top).entries["compare.debugging"].scope == "Ours."

    (top.path / "phrasings.yaml").unlink()
    top.write("theirs.yaml", entry("compare.debugging", more="scope: Theirs."))
    assert laid(base, top).entries["compare.debugging"].scope == "Theirs."


def test_hide_yaml_takes_entries_away(base, top):
    top.write("hide.yaml", "- compare.debugging\n")

    assert [*laid(base, top).entries] == ["history.tensorflow"]


def test_hiding_an_unknown_id_is_refused_with_what_was_meant(base, top):
    top.write("hide.yaml", "- history.tensorflow\n- compare.debuging\n")

    assert only(base, top) == (
        "hide.yaml",
        2,
        "1",
        '"compare.debuging" is not an entry',
        'did you mean "compare.debugging"?',
    )


def test_hiding_what_the_overlay_itself_gives_is_refused(base, top, entry):
    top.write("hide.yaml", "- compare.debugging\n")
    top.write("ours.yaml", entry("compare.debugging"))

    file, line, _, message, _ = only(base, top)
    assert (file, line) == ("hide.yaml", 1)
    assert "ours.yaml:1" in message


def test_hiding_everything_is_refused(base, top):
    top.write("hide.yaml", "- compare.debugging\n- history.tensorflow\n")

    assert only(base, top)[3] == "hides every entry"


def test_hide_yaml_is_a_list_of_ids(base, top):
    top.write("hide.yaml", "- 7\n")

    assert only(base, top)[:4] == ("hide.yaml", 1, "0", "must be text")


def test_sources_are_merged_and_the_overlay_wins(base, top):
    top.write("sources.yaml", "readme: {title: Our README, seen: 2026-01-11}\nwiki: {title: Wiki, seen: 2026-01-11}\n")

    found = laid(base, top).sources

    assert (found["readme"].title, found["wiki"].title, found["article"].title) == ("Our README", "Wiki", "the article")


def test_an_entry_of_the_overlay_may_rest_on_a_source_from_below(base, top, entry):
    top.write("ours.yaml", entry("a.b", more="since: [{text: So it is., sources: [readme]}]"))

    assert "a.b" in laid(base, top).entries


def test_a_source_key_that_is_in_neither_is_refused(base, top, entry):
    top.write("ours.yaml", entry("a.b", more="since: [{text: So it is., sources: [readmee]}]"))

    assert only(base, top) == (
        "ours.yaml",
        6,
        "since.0.sources.0",
        '"readmee" is not a source',
        'did you mean "readme"?',
    )


def test_the_vocabulary_grows_by_terms_and_by_names_of_known_terms(base, top):
    top.write(
        "vocabulary.yaml",
        """\
        frameworks:
          - {id: pytorch, name: PyTorch, aliases: [flame]}
          - {id: inhouse, name: Inhouse}
        tools:
          - {id: litert, name: Phone runtime}
        abbreviations: {ih: inhouse}
        """,
    )

    found = laid(base, top).vocabulary

    assert [term.id for term in found.frameworks] == ["pytorch", "tensorflow", "inhouse"]
    assert found.frameworks[0].aliases == ("torch", "flame")
    assert found.abbreviations == {"dl": "deep learning", "ih": "inhouse"}
    assert (found.tools[0].name, found.tools[0].former) == ("Phone runtime", ("tflite",))
    assert found.tools[0].note == "TensorFlow Lite is now called LiteRT."


def test_words_of_the_subject_grow(base, top):
    top.write("vocabulary.yaml", "subject: [robot arm]\n")
    assert laid(base, top).vocabulary.subject[-1] == "robot arm"


def test_topics_of_the_team_follow_the_others(base, top):
    base.change("vocabulary.yaml", "abbreviations:", "topics: [Choosing, Hardware]\nabbreviations:")
    top.write("vocabulary.yaml", "topics: [Our stack, Choosing]\n")
    assert laid(base, top).vocabulary.topics == ("Choosing", "Hardware", "Our stack")


def test_what_belongs_elsewhere_grows_and_loses_what_the_team_has_a_term_for(base, top):
    top.write("vocabulary.yaml", "tools:\n  - {id: web, name: Web, aliases: [Django]}\nelsewhere: [excel]\n")

    assert laid(base, top).vocabulary.elsewhere == ("rails", "excel")


def test_its_own_calibration_replaces_the_other(base, top):
    base.write("calibration.yaml", "bias: 1.0\n")
    top.write("hide.yaml", "- compare.debugging\n")
    assert laid(base, top).calibration.bias == 1.0

    top.write("calibration.yaml", "bias: 2.0\n")
    assert laid(base, top).calibration.bias == 2.0


def test_the_article_stays_below(base, top):
    top.write("article.yaml", "title: x\ndated: 2025-01-01\nclaims: [{id: X-1, title: x}]\n")

    assert only(base, top)[0] == "article.yaml"


def test_the_version_covers_both_folders(base, top, entry):
    top.write("ours.yaml", entry("a.b"))
    both = laid(base, top).version

    top.change("ours.yaml", "Here it is.", "There it is.")
    changed_above = laid(base, top).version
    base.change("overview/history.yaml", "verdict: holds", "verdict: partly")
    changed_below = laid(base, top).version

    assert len({both, changed_above, changed_below, load(base.path).version}) == 4


def test_an_overlay_that_does_not_exist_is_refused(base, top):
    top.path.rmdir()

    assert only(base, top)[3] == "no such knowledge folder"


def test_an_empty_overlay_changes_nothing_but_the_version(base, top):
    below = load(base.path)

    assert replace(laid(base, top), version=below.version) == below


def test_laying_over_loaded_knowledge_gives_the_same_as_loading_both(base, top, entry):
    top.write("ours.yaml", entry("a.b"))
    top.write("hide.yaml", "- compare.debugging\n")

    assert lay_over(load(base.path), top.path) == laid(base, top)


def test_progress_counts_the_files_of_both_folders(base, top, entry):
    top.write("ours.yaml", entry("a.b"))
    reported = []

    load_both(base.path, top.path, progress=lambda done, total: reported.append((done, total)))

    assert reported == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5), (1, 1)]


def test_each_entry_has_the_place_it_comes_from(base, top, entry):
    top.write("ours.yaml", entry("compare.debugging"))

    loaded = load_both(base.path, top.path)

    assert {name: place.file.name for name, place in loaded.places.items()} == {
        "compare.debugging": "ours.yaml",
        "history.tensorflow": "history.yaml",
    }
    assert loaded.overlaid == {"compare.debugging"}
