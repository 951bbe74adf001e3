"""What leaves the service for an OpenTelemetry collector and for Sentry, as it arrives there."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from adapters.server.service import running
from bot.dialog.answering import Bot
from bot.dialog.question import Question
from tests.discord_double import loopback as discord_names
from tests.slack_double import payloads
from tests.slack_double.loopback import BOT_TOKEN, SIGNING_SECRET, TEAM, HttpSender, serving, signed

ROOT = Path(__file__).parents[3]
DEADLINE = 20.0
SECRET = "quuxsecretword"
PRIVATE = (
    SECRET, BOT_TOKEN, SIGNING_SECRET, discord_names.TOKEN, TEAM, payloads.USER, payloads.DM,
    discord_names.GUILD, discord_names.CHANNEL, discord_names.ANN["id"],
)  # fmt: skip


class Receiver:
    """Takes whatever is sent to it."""

    def __init__(self):
        self.bodies = []
        self.paths = []
        self.address = ""

    async def take(self, request):
        self.bodies.append(await request.read())
        self.paths.append(request.path)
        return web.Response()

    @property
    def raw(self):
        return b"".join(self.bodies)

    @property
    def dsn(self):
        return f"{self.address.replace('//', '//publickey@')}/7"


@pytest.fixture
async def receiver():
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/{path:.*}", receiver.take)
    async with serving(application) as receiver.address:
        yield receiver


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


async def settled(slack, discord):
    """Until both have an answer."""
    await slack.until("chat.postMessage")
    await discord.until(lambda: discord.asked("POST", "/messages"))


async def test_each_question_is_a_span_without_words_or_names(
    made, slack_settings, discord_settings, slack, discord, until, session, receiver, shipped
):
    settings = made(**slack_settings, **discord_settings, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.address)
    async with running(settings) as service:
        await until(f"{service.address}/readyz", 200)
        await HttpSender(session, service.address).event(payloads.direct(f"{SECRET} or something"))
        await discord.say(f"<@{discord_names.APPLICATION}> pytorch or tensorflow?", 1)
        await settled(slack, discord)
    assert set(receiver.paths) == {"/v1/traces"}
    requests = [ExportTraceServiceRequest.FromString(body) for body in receiver.bodies]
    groups = [group for request in requests for group in request.resource_spans]
    about = {pair.key: pair.value.string_value for pair in groups[0].resource.attributes}
    assert about["service.name"] == "framework-bot"
    spans = [span for group in groups for scope in group.scope_spans for span in scope.spans]
    found = {own["framework_bot.platform"]: own for span in spans if (own := attributes(span))}
    reply = shipped.answer(Question("pytorch or tensorflow?"))
    assert len(spans) == 2
    assert found["discord"] == {
        "framework_bot.platform": "discord",
        "framework_bot.outcome": "answer",
        "framework_bot.entries": list(reply.entries),
        "framework_bot.confidence": reply.confidence,
        "framework_bot.knowledge_version": shipped.knowledge.version,
    }
    assert found["slack"]["framework_bot.outcome"] == shipped.answer(Question(f"{SECRET} or something")).outcome
    assert all(span.end_time_unix_nano > span.start_time_unix_nano for span in spans)
    assert not [name for name in PRIVATE if name.encode() in receiver.raw]


def attributes(span):
    """The attributes of a span, as plain values."""
    found = {}
    for pair in span.attributes:
        kind = pair.value.WhichOneof("value")
        value = getattr(pair.value, kind)
        found[pair.key] = [item.string_value for item in value.values] if kind == "array_value" else value
    return found


@pytest.fixture
def broken(monkeypatch):
    """A question with the secret word ends in errors whose text and variables hold what nobody may see."""
    whole = Bot.answer

    def broken(self, question):
        if SECRET not in question.text:
            return whole(self, question)
        seen = f"{question.text} {BOT_TOKEN}"
        try:
            return {}[seen]
        except KeyError as error:
            raise ValueError(seen) from error

    monkeypatch.setattr(Bot, "answer", broken)


@pytest.mark.usefixtures("broken")
async def test_an_error_is_reported_by_kind_place_and_request_alone(
    made, slack_settings, discord_settings, slack, discord, until, session, receiver
):
    async with running(made(**slack_settings, **discord_settings, SENTRY_DSN=receiver.dsn)) as service:
        await until(f"{service.address}/readyz", 200)
        headers = {"X-Request-Id": "the-request-of-slack"}
        await HttpSender(session, service.address).event(payloads.direct(f"is {SECRET} better"))
        body = json.dumps(payloads.direct(f"is {SECRET} better"))
        await HttpSender(session, service.address).raw(body, headers={**signed(body), **headers})
        await discord.command("ask", 1, question=f"is {SECRET} better")
        await discord.until(lambda: discord.asked("POST", "/callback"))
        logging.getLogger("adapters.x").error("a line without an error, about %s", SECRET)
    events = [json.loads(body.splitlines()[2]) for body in receiver.bodies]
    assert len(events) == 3
    assert set(receiver.paths) == {"/api/7/envelope/"}
    for event in events:
        assert set(event) == {
            "event_id", "timestamp", "platform", "level", "release", "environment", "exception", "tags",
        }  # fmt: skip
        kinds = event["exception"]["values"]
        assert [kind["type"] for kind in kinds] == ["KeyError", "ValueError"]
        assert all(set(kind) == {"type", "module", "stacktrace"} for kind in kinds)
        frames = [frame for kind in kinds for frame in kind["stacktrace"]["frames"]]
        assert {"filename", "function", "module", "lineno", "in_app"} == set().union(*frames)
        assert "broken" in {frame["function"] for frame in frames}
    assert "the-request-of-slack" in {event["tags"]["request"] for event in events}
    assert len({event["tags"]["request"] for event in events}) == 3
    assert b"vars" not in receiver.raw
    assert b"raise ValueError" not in receiver.raw
    assert not [name for name in PRIVATE if name.encode() in receiver.raw]


@pytest.mark.usefixtures("broken")
async def test_answers_go_on_where_neither_can_be_reached(made, slack_settings, slack, until, session, unused_tcp_port):
    nowhere = f"127.0.0.1:{unused_tcp_port}"
    settings = made(
        **slack_settings, SENTRY_DSN=f"http://key@{nowhere}/1", OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{nowhere}"
    )
    async with asyncio.timeout(DEADLINE):
        async with running(settings) as service:
            await until(f"{service.address}/readyz", 200)
            send = HttpSender(session, service.address)
            assert await send.event(payloads.direct(SECRET)) == 503
            await send.command(payloads.command("help", slack.response_url()))
            await slack.until("response")


async def test_the_log_has_its_handlers_back_afterwards(made, slack_settings, receiver):
    before = logging.getLogger().handlers[:]
    async with running(made(**slack_settings, SENTRY_DSN=receiver.dsn)):
        assert logging.getLogger().handlers != before
    assert logging.getLogger().handlers == before


@pytest.mark.parametrize(
    ("library", "setting", "extra"),
    [
        ("sentry_sdk", {"SENTRY_DSN": "https://key@sentry.example/1"}, "sentry"),
        ("opentelemetry", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, "telemetry"),
    ],
)
def test_a_setting_whose_extra_is_not_installed_names_it(
    common, cache, tmp_path, unused_tcp_port, library, setting, extra
):
    program = f"import sys; sys.modules[{library!r}] = None; from adapters.cli.main import main; sys.exit(main())"
    given = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET, "PORT": str(unused_tcp_port)}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FRAMEWORK_BOT_CACHE": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", program, "serve"], env={**environment, **common, **given, **setting}, cwd=tmp_path,
        capture_output=True, text=True, check=False, timeout=DEADLINE,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"needs {library}" in done.stderr
    assert f"pip install '.[service,{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert "sentry.example" not in done.stderr


async def test_neither_library_is_loaded_without_its_setting(common, cache, tmp_path):
    program = """
import asyncio, sys
from adapters.server.service import running
from adapters.server.settings import load_settings

async def main():
    async with running(load_settings()):
        loaded = {name.partition(".")[0] for name in sys.modules}
        print(sorted(loaded & {"sentry_sdk", "opentelemetry", "aiohttp"}))

asyncio.run(main())
"""
    given = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": "http://127.0.0.1:1",
    }
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FRAMEWORK_BOT_CACHE": str(cache)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env={**environment, **common, **given}, cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert output.decode().strip() == "['aiohttp']"
