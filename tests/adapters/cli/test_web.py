"""`framework-bot web`: the pages and the API, without a token."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from adapters.cli.main import main

ROOT = Path(__file__).parents[3]


@pytest.fixture
def start(cache, shipped, tmp_path):
    """Starts the command in a process of its own, with these settings and no others; gives it and where it listens."""

    @contextmanager
    def start(**settings):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FRAMEWORK_BOT_CACHE": str(cache)}
        with subprocess.Popen(
            [sys.executable, "-m", "adapters.cli.main", "web", "--port", "0"],
            env={**environment, "HOME": str(tmp_path), **settings},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                found = re.fullmatch(r"Ask in a browser: (http://\S+)/ask\n", process.stdout.readline())
                yield process, found[1]
            finally:
                process.kill()

    return start


def status_of(address):
    try:
        with urlopen(address) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def test_it_says_where_it_listens_answers_and_stops_on_a_signal(start):
    with start() as (process, address):
        with urlopen(f"{address}/api/v1/answer?q=is+tflite+dead") as answer:
            assert json.load(answer)["outcome"] == "answer"
        assert {status_of(address + path) for path in ("/", "/ask", "/topics", "/privacy", "/healthz", "/readyz")} == {
            200
        }
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert {json.loads(line)["level"] for line in process.stderr} == {"info"}


def test_it_stores_nothing(start, tmp_path):
    with start() as (_, address):
        status_of(f"{address}/ask?q=zorblax+quuxly")
        with urlopen(f"{address}/privacy") as answer:
            assert "Nothing." in answer.read().decode()
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@pytest.mark.parametrize(
    ("settings", "served", "not_served"),
    [
        ({"FRAMEWORK_BOT_API": "off"}, "/ask", ["/api/v1/topics", "/api/openapi.json"]),
        ({"FRAMEWORK_BOT_PAGES": "off"}, "/api/v1/topics", ["/ask", "/topics", "/answers/choose.mobile", "/compare"]),
    ],
)
def test_what_is_switched_off_is_not_there(start, settings, served, not_served):
    with start(**settings) as (_, address):
        assert status_of(address + served) == 200
        assert {status_of(address + path) for path in not_served} == {404}
        with urlopen(address) as answer:
            assert ('href="/ask"' in answer.read().decode()) == ("FRAMEWORK_BOT_API" in settings)


@pytest.mark.parametrize("port", ["-1", "65536", "x", "3.5", "²"])
def test_a_port_that_is_none_is_refused_with_what_to_write(port, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["web", f"--port={port}"])
    assert ended.value.code == 2
    assert "must be a whole number from 0 to 65535" in capsys.readouterr().err
