"""Whatever is sent to the service, it answers below 500, and neither its log nor its answer repeats any of it.

The one 5xx that may be is the 503 by which Slack is asked to deliver an event again: while the service is
being stopped, while it has more under way than it can hold, where an answer could not be sent or takes longer
than Slack waits, and where the end of an installation cannot be written down. With everything up there is none.

FUZZ_EXAMPLES says how many requests each test makes up; `make fuzz` takes thousands.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.server.logs import LogLines
from adapters.server.service import running
from bot.chat.dispatcher import HOLD
from tests.fuzzing.shapes import CANARY, EVENTS, HOLE, other_requests, requests_to_sign, sign, wreckage
from tests.fuzzing.wire import Request, Wire
from tests.slack_double.loopback import BOT_TOKEN, BOT_USER, SIGNING_SECRET, TEAM

# The SDK's own way to name the app, which aiohttp will drop in its next major version.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "200"))

many = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Recorder(logging.Handler):
    """What was logged since the last look."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.records = []
        self.kinds = Counter()

    def emit(self, record):
        self.records.append(record)
        message = record.getMessage() if record.levelno >= logging.WARNING else record.msg
        self.kinds[record.levelname, record.name, str(message)[:80]] += 1

    def taken(self):
        records, self.records = self.records, []
        return records


class Service:
    """The service with one workspace that installed it, and how to reach it."""

    def __init__(self, service, recorder):
        host, port = service.address.removeprefix("http://").split(":")
        self.wire = Wire(host, int(port))
        self.recorder = recorder
        self.statuses = Counter()
        self._before = set()

    def before(self):
        """Call this when a request is about to be sent."""
        self._before = asyncio.all_tasks()

    async def hung_up(self):
        """Close the connection."""
        self.wire.shut()
        await asyncio.sleep(0)

    async def check(self, answers, sent):
        """What must be true of whatever was sent."""
        await self._settled()
        for answer in answers:
            self.statuses[answer.status] += 1
            # Readiness says 503 where the event loop stood still, as it does while a request is made up.
            assert answer.status < 500 or b"/readyz" in sent, (answer.status, answer.body)
            if b"url_verification" not in sent:  # which asks to repeat it
                assert CANARY.encode() not in b"".join(f"{n}: {v}".encode("latin-1") for n, v in answer.headers)
                # aiohttp itself says in plain words what it cannot read: the head of a request, and Expect.
                assert CANARY.encode() not in answer.body or answer.status in (400, 417)
        for record in self.recorder.taken():
            shown = f"{record.getMessage()} {LogLines((), plain=False).format(record)}"
            assert CANARY not in shown, shown
            assert record.exc_info is None or record.exc_info[0] is None, (shown, record.exc_info)
            assert "Traceback" not in shown

    async def _settled(self):
        """Until what a request began in the background is done."""
        begun = {
            task
            for task in asyncio.all_tasks() - self._before - {asyncio.current_task()}
            if "RequestHandler" not in (task.get_coro().__qualname__ if task.get_coro() else "")
        }
        if begun:
            await asyncio.wait(begun, timeout=1)


@pytest.fixture
def recorder():
    root, found = logging.getLogger(), Recorder()
    names = (None, "adapters", "aiohttp", "asyncio", "slack_bolt", "slack_sdk", "adapters.slack.sdk")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.INFO if name == "asyncio" else logging.DEBUG)
    logging.getLogger("adapters.slack.sdk").setLevel(before["adapters.slack.sdk"])  # a level of its own, on purpose
    root.addHandler(found)
    yield found
    root.removeHandler(found)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
async def service(made, slack, recorder):
    limits = {f"FRAMEWORK_BOT_{who}_LIMIT": "off" for who in ("USER", "CHANNEL", "TENANT")}
    chosen = made(
        SLACK_CLIENT_ID="1.2",
        SLACK_CLIENT_SECRET="client-secret-0123456789",
        SLACK_SIGNING_SECRET=SIGNING_SECRET,
        SLACK_API_URL=slack.api_url,
        SLACK_RESPONSE_HOSTS="127.0.0.1",
        TOKEN_ENCRYPTION_KEYS=Fernet.generate_key().decode(),
        **limits,
    )
    async with running(chosen) as found, AsyncExitStack() as stack:
        service = Service(found, recorder)
        stack.push_async_callback(service.hung_up)
        granted = {"access_token": BOT_TOKEN, "token_type": "bot", "app_id": "A0APP", "bot_user_id": BOT_USER}
        slack.codes["a-code"] = {**granted, "team": {"id": TEAM}, "authed_user": {"id": "U0USER0"}}
        begun = await service.wire.ask(Request("GET", "/slack/install"))
        cookie = begun.header("set-cookie").partition(";")[0]
        query = f"?code=a-code&state={cookie.partition('=')[2]}"
        done = await service.wire.ask(Request("GET", f"/slack/oauth_redirect{query}", [("Cookie", cookie)]))
        assert done.status == 200
        recorder.taken()
        yield service
        figures = Counter(call.method for call in slack.calls)
        print("\nanswers by status", dict(sorted(service.statuses.items())), "calls of Slack", dict(figures))  # noqa: T201 - for -s
        for kind, count in recorder.kinds.most_common(12):
            print(f"{count:>7} {kind}")  # noqa: T201 - as above
        assert slack.problems == []


@many
@given(requests_to_sign())
async def test_whatever_is_signed_is_answered_below_500_and_not_repeated(service, slack, request_):
    request_.body = request_.body.replace(HOLE.encode(), slack.address.removeprefix("http://").encode())
    request_.headers = [*sign(request_.body), *request_.headers]
    service.before()
    sent_at = time.monotonic()
    answer = await service.wire.ask(request_)
    late = time.monotonic() - sent_at >= HOLD  # on a machine that has stood still meanwhile
    await service.check([answer] if answer and not late else [], request_.written())


@many
@given(other_requests())
async def test_whatever_anybody_sends_is_answered_below_500_and_not_repeated(service, request_):
    service.before()
    answer = await service.wire.ask(request_)
    await service.check([answer] if answer else [], request_.written())
    signed = answer is not None and answer.status == 200 and request_.target.startswith(EVENTS)
    assert not signed, "something was let in that Slack did not sign"


@settings(many, max_examples=max(EXAMPLES // 4, 60))
@given(st.lists(wreckage, min_size=1, max_size=3).map(b"".join))
async def test_whatever_comes_over_the_line_is_answered_below_500_and_not_repeated(service, data):
    service.before()
    await service.check(await service.wire.pour(data), data)
