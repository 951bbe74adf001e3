"""Requests as hypothesis strategies: what Slack sends, bent; what nobody sends; and what is no request at all.

Every text made up here begins with CANARY, so that a part of a request is found wherever it turns up.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import inspect
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from bot.chat.actions import ACTIONS
from tests.fuzzing.wire import Request
from tests.slack_double import payloads
from tests.slack_double.loopback import SIGNING_SECRET

CANARY = "quux7f3a9c"

EVENTS = "/slack/events"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PATHS = (
    "/", "/privacy", "/support", "/robots.txt", "/favicon.svg", "/healthz", "/readyz", "/readyz/slack", "/metrics",
    EVENTS, "/slack/install", "/slack/oauth_redirect", "/nowhere",
    "/ask", "/ask/suggestions", "/topics", "/answers/choose.mobile", "/compare", "/api/v1/answer", "/api/v1/answers/x",
    "/api/v1/topics", "/api/v1/recommendation", "/api/openapi.json",
)  # fmt: skip

texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "So", "Lo"]), max_size=12),
    st.sampled_from(["<@U0BOT00> ", "<!channel>", "&amp;", "[", "1|", "../", "\x00", "x" * 3_000]),
).map(lambda text: CANARY + text)

numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0, -1, 2**63, 10**40, -(10**40), 1e308]),
)

names = st.sampled_from(
    (
        "type id user team enterprise channel event text ts thread_ts channel_type subtype bot_id authorizations "
        "team_id user_id enterprise_id actions action_id block_id value view state values private_metadata callback_id "
        "container message message_ts channel_id is_ephemeral response_url trigger_id is_enterprise_install tokens bot "
        "selected_option selected_options hash tab payload command ssl_check challenge token files attachments blocks"
    ).split()
)

scalars = st.one_of(st.none(), st.booleans(), numbers, texts, st.just(""))

anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(names, texts), inner, max_size=5)),
    max_leaves=12,
)

HOLE = "slack.invalid"
"""Where answers to commands and clicks go; to be filled with where a Slack listens."""

_URL = f"http://{HOLE}/response/{CANARY}"


def _buttons() -> list[str]:
    """What a button may carry: proper texts, and others."""
    fields = ("", "compare.mobile", "on", "passive", CANARY)
    proper = [
        ":".join(("2", name, *fields[first : first + count]))
        for name, handler in ACTIONS.items()
        for first in range(3)
        for count in range(len(inspect.signature(handler).parameters))
    ]
    return [*proper, CANARY, "1|show|compare.mobile", "9|x", "2:"]


_FORMS = [
    {
        "callback_id": "form",
        "private_metadata": metadata,
        "blocks": [
            {"type": "input", "block_id": f".{name}.1", "element": {"type": kind, "action_id": name}}
            for name, kind in (
                ("words", "plain_text_input"),
                ("right", "external_select"),
                ("frameworks", "multi_static_select"),
            )
        ],
    }
    for metadata in (
        "", "{}", "[", CANARY,
        '{"action": "2:compare", "channel": "C0CHAN0"}',
        '{"action": "2:reason:C0CHAN0.1.2:compare.mobile:v", "channel": "C0CHAN0", "ephemeral": true}',
        '{"action": "2:words:x", "in_place": true, "channel": "C0CHAN0", "message_ts": "1.2"}',
    )
]  # fmt: skip


questions = st.one_of(
    st.sampled_from(["pytorch or tf for mobile", "help", "settings", "recommend", "privacy", ""]), texts
)
presses = st.sampled_from(_buttons())

proper = st.one_of(
    st.builds(payloads.mention, questions),
    st.builds(payloads.direct, questions),
    st.builds(payloads.message, questions),
    st.builds(payloads.message, questions, thread=st.just("1790000000.000001")),
    st.builds(payloads.home_opened, st.sampled_from(["home", "messages", CANARY])),
    st.just(payloads.event({"type": "tokens_revoked", "tokens": {"bot": []}}, team="T0LEAVER")),
    st.just({"type": "url_verification", "challenge": CANARY}),
    st.just({"type": "app_rate_limited", "team_id": "T0TEAM0", "minute_rate_limited": 1}),
    st.builds(payloads.click, presses, st.sampled_from([_URL, _URL, None]), private=st.booleans()),
    st.builds(payloads.view_click, presses, kind=st.sampled_from(["modal", "home"])),
    st.builds(payloads.shortcut, st.sampled_from(["compare-frameworks", CANARY])),
    st.builds(payloads.message_shortcut, questions, st.just(_URL)),
    st.builds(
        payloads.submission,
        st.sampled_from(_FORMS),
        st.dictionaries(st.sampled_from(["words", "right"]), st.sampled_from(["compare.mobile", CANARY]), max_size=2),
    ),
    st.builds(payloads.suggestion, questions, action=st.sampled_from(["search", "right", CANARY]), block=texts),
    st.builds(payloads.command, questions, st.just(_URL)),
)
"""As Slack sends it."""


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """What Slack sends, with parts of it left out, replaced, doubled or put elsewhere."""
    payload = copy.deepcopy(draw(proper))
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 4]))):
        places = list(_places(payload))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["text", "name", "drop", "replace", "empty", "list", "elsewhere"])):
            case "text" if isinstance(holder[key], str):
                holder[key] = draw(texts)
            case "name" if isinstance(holder[key], str):
                holder[key] = draw(
                    st.sampled_from(["T0OTHER", "U0OTHER", "D0OTHER", "USLACKBOT", "0", "message", "home"])
                )
            case "replace":
                holder[key] = draw(anything)
            case "drop":
                del holder[key]
            case "empty":
                holder[key] = draw(st.sampled_from([None, "", {}, [], 0]))
            case "list":
                holder[key] = [holder[key]]
            case _:
                other, name = draw(st.sampled_from(places))
                if not _within(other, holder[key]):
                    holder[key] = copy.deepcopy(other.get(name) if isinstance(other, dict) else other)
    return payload


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield value, key
        yield from _places(part)


def _within(inner: Any, outer: Any) -> bool:
    return inner is outer or any(_within(inner, part) for holder, key in _places(outer) for part in [holder[key]])


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, str]:
    """A body with the kind it claims to be."""
    payload = draw(anything if draw(st.sampled_from([False] * 9 + [True])) else bent())
    text = json.dumps(payload, ensure_ascii=draw(st.booleans()))
    is_event = isinstance(payload, dict) and payload.get("type") in ("event_callback", "url_verification")
    how = draw(
        st.sampled_from(["proper"] * 20 + ["json", "payload", "form", "deep", "number", "cut", "bytes", "twice"])
    )
    if how == "proper":
        how = "json" if is_event else "form" if isinstance(payload, dict) and "command" in payload else "payload"
    match how:
        case "json":
            body, kind = text, JSON
        case "payload":
            body, kind = f"payload={quote(text, errors='surrogatepass')}", FORM
        case "form":
            fields = payload if isinstance(payload, dict) else {"command": payload}
            body, kind = urlencode({name: str(value) for name, value in fields.items()}, errors="surrogatepass"), FORM
        case "deep":
            depth = draw(st.sampled_from([50, 900, 2_000, 50_000]))
            body, kind = f'{{"type": "event_callback", "event": {"[" * depth}{"]" * depth}}}', JSON
        case "number":
            digits = draw(st.sampled_from(["9" * 400, "9" * 5_000, "1e999", "-0", "NaN", "Infinity"]))
            body, kind = f'{{"type": "event_callback", "event": {{"type": "message", "ts": {digits}}}}}', JSON
        case "cut":
            body, kind = text[: draw(st.integers(0, len(text)))], draw(st.sampled_from([JSON, FORM]))
        case "twice":
            body, kind = f"payload={quote(text, errors='surrogatepass')}&" * 2 + "command=%2Fframework", FORM
        case _:
            return draw(st.binary(max_size=300)), draw(kinds)
    declared = draw(kinds) if draw(st.sampled_from([False] * 9 + [True])) else kind
    return body.encode("utf-8", "surrogatepass"), declared


kinds = st.one_of(
    st.sampled_from(
        [
            JSON, FORM, f"{JSON}; charset=utf-8", f"{JSON}; charset=utf-16", f"{FORM}; charset={CANARY}", "text/plain",
            f"multipart/form-data; boundary={CANARY}", "application/json, text/plain", "", ";", "a/b/c",
            "APPLICATION/JSON",
        ]
    ),
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
)  # fmt: skip


def sign(body: bytes, *, at: float | None = None, secret: str = SIGNING_SECRET) -> list[tuple[str, str]]:
    """Slack's own headers for `body`."""
    stamp = str(int(time.time() if at is None else at))
    mark = hmac.new(secret.encode(), b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256).hexdigest()
    return [("X-Slack-Request-Timestamp", stamp), ("X-Slack-Signature", f"v0={mark}")]


values = st.one_of(
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40),
    st.sampled_from(
        [CANARY, "text/html", "https", "gzip", "0", "-1", "v0=" + "0" * 64, "9" * 40, "\t", "*/*", "x" * 5_000]
    ),
)


def _not_repeated_on_purpose(header: tuple[str, str]) -> tuple[str, str]:
    """An id given to a request is there to be repeated."""
    name, value = header
    return (name, value.replace(CANARY, "trace-01")) if name == "X-Request-Id" else header


oddities = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "Accept", "Cookie", "X-Request-Id", "X-Forwarded-Proto", "X-Forwarded-For", "Host", "Range", "Origin",
                "If-Modified-Since", "If-None-Match", "X-Slack-Signature", "X-Slack-Request-Timestamp", "User-Agent",
                "X-Slack-Retry-Num", "X-Slack-Bolt-Lazy-Only", "X-Slack-Bolt-Lazy-Function-Name", "Authorization",
                "Content-Encoding", "Content-Language", "Referer", "X-Odd", "X-Odd",
            ]
        ),
        values,
    ).map(_not_repeated_on_purpose),
    max_size=4,
)  # fmt: skip
"""Headers that nobody needs, some of them twice."""


@st.composite
def requests_to_sign(draw: st.DrawFn) -> Request:
    """What is to carry Slack's signature, whatever it is, so that everything in it is read."""
    body, kind = draw(bodies())
    extra = draw(oddities) if draw(st.sampled_from([False, False, True])) else []
    return Request("POST", EVENTS, [("Content-Type", kind), *extra], body, chunked=draw(st.booleans()))


@st.composite
def other_requests(draw: st.DrawFn) -> Request:
    """What anybody can send: any method, any path, any query, with a signature that is not Slack's, or none."""
    body, kind = draw(st.one_of(st.just((b"", "")), bodies()))
    path = draw(st.one_of(st.sampled_from(PATHS), st.sampled_from([EVENTS, "/slack/oauth_redirect"]), odd_paths))
    method = draw(st.one_of(st.sampled_from(["GET", "POST", "HEAD"]), odd_methods))
    marks = draw(
        st.sampled_from(
            [
                [],
                sign(body, at=time.time() - 4_000),
                sign(body, secret="another secret"),
                sign(body)[:1],
                sign(body)[1:],
                [*sign(body, secret="another secret"), *sign(body)],
            ]
        )
    )
    query = draw(st.one_of(st.just(""), queries))
    headers = [*([("Content-Type", kind)] if kind else []), *marks, *draw(oddities)]
    return Request(method, path + query, headers, body, chunked=draw(st.booleans()))


odd_methods = st.sampled_from(
    ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "M-SEARCH", "QUERY", "FOO", "get", "A" * 60]
)

odd_paths = st.one_of(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=30).map(
        lambda text: "/" + text
    ),
    st.sampled_from(
        [
            "*", "//", "///slack//events", "/slack/events/", "/slack/./events", "/../../etc/passwd", "/%00", "/%",
            "/%zz",
            "/%ff%fe", "/%2e%2e/", "http://elsewhere.example/", "http://[", "/readyz/%F0%9F%A4%96",
            "/readyz/" + "x" * 4_000,
            "/?" + "&" * 2_000, "/#x", "/;x=y",
        ]
    ),
)  # fmt: skip

queries = st.one_of(
    st.dictionaries(
        st.sampled_from(["code", "state", "error", "team", "error_description", "x"]), texts, min_size=1, max_size=4
    ).map(lambda fields: "?" + urlencode(fields, errors="surrogatepass")),
    st.sampled_from(
        [
            "?code=1&state=2", "?code=1&code=2&state=", "?error=access_denied", "?error=%0d%0aSet-Cookie:x",
            "?team=%0d%0aX: y",
            "?team=T1", "?state=%ff", "?code=%00&state=%00", "?" + "a=b&" * 1_500, "??", "?%", "?team=T1%20HTTP/1.1",
        ]
    ).map(lambda text: text.replace(" ", "%20")),
)  # fmt: skip

_CHUNKED = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

wreckage = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.0\r\nHost: x\r\n\r\n",
            b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
            b"GET  /  HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET / HTTP/1.1\nHost: x\n\n",
            b"GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            b"GET / HTTP/1.1\r\nHost: x\r\nExpect: quux7f3a9c\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nquux7f3a9c",
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
            b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\nquux7f3a9c",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            _CHUNKED + b"zz\r\nquux7f3a9c\r\n0\r\n\r\n",
            _CHUNKED + b"5;quux7f3a9c=1\r\nabcde\r\n0\r\n\r\n",
            b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            _CHUNKED.replace(b"Host: x", b"Content-Length: 4") + b"0\r\n\r\n",
            b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0x10\r\n\r\n",
            b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 60,
            b"\r\n" * 200,
        ]
    ),
)
"""What comes over a line without being a request, or hardly."""
