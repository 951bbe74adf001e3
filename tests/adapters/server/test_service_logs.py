"""What may stand in the log."""

from __future__ import annotations

import asyncio
import io
import json
import logging

import pytest

from adapters.server.logs import configure, secrets_of, unhandled
from adapters.server.settings import Settings
from bot.chat.events import begin_request

pytestmark = pytest.mark.usefixtures("logging_as_before")


class Terminal(io.StringIO):
    """Where a person looks on."""

    def isatty(self):
        return True


def lines(out):
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def out():
    return io.StringIO()


def test_a_line_is_one_json_object(out):
    configure("info", stream=out)
    logging.getLogger("adapters.x").info("one\ntwo \u00e9 %d", 3)
    [line] = lines(out)
    assert (line["level"], line["logger"], line["message"]) == ("info", "adapters.x", "one\ntwo \u00e9 3")
    assert line["time"].endswith("Z")
    assert "request" not in line


def test_a_person_at_a_terminal_reads_plain_lines():
    out = Terminal()
    configure("info", stream=out)
    logging.getLogger("adapters.x").warning("careful \x1b[31m now")
    assert out.getvalue().endswith("warning  careful  now\n")


@pytest.mark.parametrize(("level", "count"), [("debug", 3), ("info", 2), ("error", 1)])
def test_the_level_decides(out, level, count):
    configure(level, stream=out)
    for severity in (logging.DEBUG, logging.INFO, logging.ERROR):
        logging.getLogger("bot.x").log(severity, "x")
    assert len(lines(out)) == count


def test_a_library_is_heard_from_warnings_on_and_only_until_it_quotes(out):
    configure("debug", stream=out)
    for name in ("slack_bolt.App", "adapters.slack.sdk", "aiohttp.server"):
        logging.getLogger(name).error("Invalid request signature detected (signature: x, body: %s)", "my words")
        logging.getLogger(name).error("on_error invoked: my words")
        logging.getLogger("discord.gateway").info("my words")
    assert {line["message"] for line in lines(out)} == {"Invalid request signature detected", "on_error invoked"}


def test_an_error_is_reported_by_kind_and_place_and_never_by_its_text(out):
    configure("info", stream=out)

    def deep():
        try:
            {}["my words"]
        except KeyError as error:
            raise ValueError("my words") from error

    try:
        deep()
    except ValueError:
        logging.getLogger("bot.x").exception("it failed")
    [line] = lines(out)
    assert "my words" not in json.dumps(line)
    assert line["error"][0] == "builtins.ValueError"
    assert "builtins.KeyError" in line["error"]
    assert any("test_service_logs.py" in place and "deep" in place for place in line["error"])


async def test_an_error_nobody_waited_for_is_reported_without_its_text(out):
    configure("info", stream=out)
    loop = asyncio.get_running_loop()
    unhandled(
        loop, {"message": "Task exception was never retrieved\nfuture: my words", "exception": OSError("my words")}
    )
    [line] = lines(out)
    assert "my words" not in json.dumps(line)
    assert line["error"] == ["builtins.OSError"]


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-12-34-abc",
        "xapp-1-A-2",
        "https://hooks.slack.com/commands/T/1/abc",
        "/webhooks/123/a-token",
        "/interactions/123/a-token",
        "hunter2hunter2",
    ],
)
def test_secrets_are_hidden_wherever_they_stand(out, secret):
    configure("info", ["hunter2hunter2"], stream=out)
    logging.getLogger("bot.x").warning("with %s in it", secret)
    [line] = lines(out)
    assert "[hidden]" in line["message"]
    assert "in it" in line["message"]
    assert not any(part in line["message"] for part in ("abc", "xapp-1", "a-token", "hunter2"))


def test_every_secret_of_the_settings_is_known():
    settings = Settings(
        _env_file=None,
        slack_bot_token="xoxb-secret",
        slack_signing_secret="0123456789abcdef",
        database_url="postgresql://me:pass-word@host/db",
        token_encryption_keys=f"{'A' * 43}=,{'B' * 43}=",
    )
    found = secrets_of(settings)
    assert {"xoxb-secret", "0123456789abcdef", "pass-word", f"{'A' * 43}=", f"{'B' * 43}="} <= set(found)


async def test_lines_about_a_request_carry_its_id_also_from_the_background(out):
    configure("info", stream=out)

    async def background():
        logging.getLogger("bot.x").info("later")

    async def request(name):
        begin_request(name)
        await asyncio.create_task(background())

    await asyncio.gather(asyncio.create_task(request("first-request")), asyncio.create_task(request("second-request")))
    logging.getLogger("bot.x").info("none")
    assert [line.get("request") for line in lines(out)] == ["first-request", "second-request", None]
