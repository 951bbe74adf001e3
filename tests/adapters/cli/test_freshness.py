"""`framework-bot freshness`, with pip against an index on loopback."""

from __future__ import annotations

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SIMPLE = b'<a href="/files/thing-2.15.0.tar.gz" data-requires-python="&gt;=3.11">thing-2.15.0.tar.gz</a>'

PLANTED = """\
- id: pets.food
  title: Food
  phrasings: [what do pets eat]
  answer:
    text: Thing 2.14.1
    watch: [{kind: pypi, name: thing, value: "2.14.1"}]
  since:
    - text: Thing 2.14.1 feeds cats alone.
      watch: [{kind: pypi, name: thing, value: "2.14.1"}]
    - text: Thing takes Python from 3.11 on.
      watch: [{kind: python, name: thing, value: "3.11+"}]
"""


@pytest.fixture
def planted(pets, monkeypatch, tmp_path):
    """The knowledge folder with a stale value in it, and pip configured for an index that knows better."""

    class Index(BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/simple/thing/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><html><body>" + SIMPLE + b"</body></html>" if found else b"")

        def log_message(self, *_):
            pass

    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    (pets / "planted.yaml").write_text(PLANTED)
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "pip"))
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
        yield pets
        server.shutdown()


def test_a_stale_value_is_found_with_the_sentences_that_rest_on_it(run, planted):
    outcome = run("freshness", "--knowledge", planted)
    assert outcome.code == 3
    assert outcome.out.splitlines() == [
        "stale: pypi thing: 2.14.1 -> 2.15.0",
        f"  {planted}/planted.yaml:4: pets.food answer: Thing 2.14.1",
        f"  {planted}/planted.yaml:8: pets.food since.0: Thing 2.14.1 feeds cats alone.",
        "",
        "kind    holds  stale  not checked",
        "pypi        0      1            0",
        "python      1      0            0",
    ]
    assert (planted / "planted.yaml").read_text() == PLANTED


def test_one_kind_alone_can_be_checked_and_what_holds_is_no_failure(run, planted):
    outcome = run("freshness", "--only", "python", "--json", "--knowledge", planted)
    assert outcome.code == 0
    assert json.loads(outcome.out)["counts"] == {"python": {"fresh": 1, "stale": 0, "not_checked": 0}}


def test_write_updates_the_sentence_that_says_only_the_value_and_lists_the_other(run, planted):
    outcome = run("freshness", "--write", "--json", "--knowledge", planted)
    found = json.loads(outcome.out)
    assert outcome.code == 3
    assert found["written"] == ["pets.food answer"]
    assert [claim["field"] for claim in found["stale"][0]["claims"]] == ["answer", "since.0"]
    dated = f"checked_on: {found['checked_on']}"
    assert (planted / "planted.yaml").read_text() == PLANTED.replace(
        'text: Thing 2.14.1\n    watch: [{kind: pypi, name: thing, value: "2.14.1"}]',
        f'text: Thing 2.15.0\n    {dated}\n    watch: [{{kind: pypi, name: thing, value: "2.15.0"}}]',
    )


def test_what_cannot_be_reached_is_not_checked_and_neither_stale_nor_fine(run, planted, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    outcome = run("freshness", "--knowledge", planted)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "not checked: pypi: pip cannot reach its index (1)",
        "not checked: python: pip cannot reach its index (1)",
        "",
        "kind    holds  stale  not checked",
        "pypi        0      0            1",
        "python      0      0            1",
    ]


def test_files_that_cannot_be_loaded_fail(run, pets):
    (pets / "pets.yaml").write_text("- id: [")
    outcome = run("freshness", "--knowledge", pets)
    assert outcome.code == 1
    assert "pets.yaml:1: is not YAML" in outcome.err


def test_knowledge_that_watches_nothing_is_said_to(run, pets):
    outcome = run("freshness", "--knowledge", pets)
    assert (outcome.code, outcome.out.split()) == (0, ["kind", "holds", "stale", "not", "checked"])


def test_a_kind_that_there_is_not_is_misuse(run, pets):
    assert run("freshness", "--only", "rumours", "--knowledge", pets).code == 2
