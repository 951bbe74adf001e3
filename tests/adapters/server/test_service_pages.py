"""The public pages and the headers of every answer, over HTTP."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from cryptography.fernet import Fernet

from adapters.discord.app import PERMISSIONS, invitation_url
from adapters.server.service import running
from adapters.web.pages import POLICY
from tests.discord_double.loopback import APPLICATION, answer
from tests.slack_double.loopback import SIGNING_SECRET
from tests.web_reading.page import proper

PAGES = ("/", "/privacy", "/support")
BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def open_settings(slack):
    """Slack for any workspace."""
    return {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "client-secret-0123456789",
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "TOKEN_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }


@pytest.fixture
async def ask():
    """The answer to a request, with its text."""
    async with aiohttp.ClientSession() as session:

        async def ask(url, method="GET", **how):
            async with session.request(method, url, allow_redirects=False, **how) as found:
                return found, await found.text()

        yield ask


@pytest.fixture
async def service(made, open_settings):
    async with running(made(**open_settings, FRAMEWORK_BOT_OPERATOR="Ann <Ltd>")) as service:
        yield service


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_proper_and_may_be_kept_for_a_while(service, ask, path):
    found, text = await ask(service.address + path)
    page = proper(text)
    assert (found.status, found.content_type, found.charset) == (200, "text/html", "utf-8")
    assert "run by Ann <Ltd>." in page.text
    assert found.headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("path", [*PAGES, "/robots.txt", "/favicon.svg", "/healthz"])
async def test_head_tells_what_get_would(service, ask, path):
    got, text = await ask(service.address + path)
    head, nothing = await ask(service.address + path, "HEAD")
    assert (head.status, nothing) == (200, "")
    assert head.headers["Content-Length"] == str(len(text.encode()))
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in (*PAGES, "/robots.txt", "/favicon.svg", "/healthz", "/readyz", "/nowhere")),
        ("GET", "/slack/install"),
        ("GET", "/slack/oauth_redirect"),
        ("POST", "/slack/events"),
        ("POST", "/"),
    ],
)
async def test_every_answer_has_the_headers_that_protect(service, ask, method, path):
    found, _ = await ask(service.address + path, method, headers=BROWSER)
    assert found.headers["Content-Security-Policy"] == POLICY
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["X-Frame-Options"] == "DENY"
    assert found.headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in found.headers
    assert "Strict-Transport-Security" not in found.headers
    assert found.headers["X-Request-Id"]
    kept = path in (*PAGES, "/robots.txt", "/favicon.svg") and method == "GET"
    assert kept or found.headers["Cache-Control"] == "no-store"


async def test_only_over_https_a_browser_is_asked_to_stay_there(service, ask):
    for proto, expected in (("https", True), ("HTTPS", True), ("http", False), ("https, http", False), ("x", False)):
        found, _ = await ask(service.address, headers={"X-Forwarded-Proto": proto})
        assert ("Strict-Transport-Security" in found.headers) == expected
    assert "includeSubDomains" not in found.headers.get("Strict-Transport-Security", "")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere/<b>", 404), ("POST", "/privacy", 405), ("GET", "/readyz/x", 404)]
)
async def test_a_refusal_is_a_page_for_a_browser_and_json_for_a_program(service, ask, method, path, status):
    shown, text = await ask(service.address + path, method, headers=BROWSER)
    assert shown.status == status
    page = proper(text)
    assert "/" in page.links.values()
    assert "nowhere" not in text
    for accept in ({}, {"Accept": "application/json"}):
        response, _ = await ask(service.address + path, method, headers=accept)
        assert (response.status, response.content_type) == (status, "application/json")
        assert set(await response.json()) == {"error"}
    assert (status == 405) == ("Allow" in response.headers)


async def test_an_error_nobody_expected_is_reported_as_ours_and_logged_without_its_text(
    service, ask, monkeypatch, caplog
):
    def broken(*_args):
        raise RuntimeError("quuxsecretword")

    monkeypatch.setattr("adapters.web.pages.landing_page", broken)
    shown, text = await ask(service.address, headers=BROWSER)
    assert shown.status == 500
    assert "our mistake" in proper(text).text
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.getMessage() == "a request failed"


async def test_robots_are_kept_from_what_is_not_for_them(service, ask):
    found, text = await ask(f"{service.address}/robots.txt")
    assert found.content_type == "text/plain"
    assert "Disallow: /slack/" in text
    assert "Disallow: /\n" not in text


async def test_the_picture_is_one(service, ask):
    from xml.etree import ElementTree as ET

    found, text = await ask(f"{service.address}/favicon.svg")
    assert found.content_type == "image/svg+xml"
    assert ET.fromstring(text).tag.endswith("svg")


async def test_slack_can_be_added_by_following_the_link(service, ask, slack):
    _, text = await ask(service.address)
    found, _ = await ask(service.address + proper(text).links["Add to Slack"])
    assert found.status == 302
    assert found.headers["Location"].startswith(f"{slack.address}/oauth/v2/authorize?")


async def test_the_example_follows_the_knowledge(made, slack_settings, ask, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.yaml").write_text(
        "id: team.own\ntitle: Ours\nphrasings: [what do we use]\nanswer: {text: Abacuses.}\n"
    )
    async with running(made(**slack_settings, FRAMEWORK_BOT_OVERLAY=str(own))) as service:
        _, text = await ask(service.address)
        assert "ExecuTorch" in text
        (own / "ours.yaml").write_text(
            "id: team.phones\ntitle: Phones\nphrasings: ['PyTorch or TensorFlow for a mobile app?']\n"
            "answer: {text: We carry abacuses.}\n"
        )
        async with asyncio.timeout(20):
            while "We carry abacuses." not in (await ask(service.address))[1]:
                await asyncio.sleep(0.05)


class TestInvitation:
    async def test_the_link_names_the_application_once_discord_gave_it(
        self, made, discord_settings, discord, ask, until
    ):
        discord.faults["GET", "/users/@me"] = [answer({"message": "busy", "code": 0}, status=503)]
        async with running(made(**discord_settings)) as service:
            _, before = await ask(service.address)
            assert "Add to Discord" not in before
            await until(f"{service.address}/readyz", 200)
            _, after = await ask(service.address)
            assert proper(after).links["Add to Discord"] == invitation_url(int(APPLICATION))

    def test_no_more_permissions_are_asked_for_than_are_used(self):
        asked = {name for name, granted in PERMISSIONS if granted}
        view = "read_messages"  # discord.py's name for seeing a channel
        assert asked == {view, "send_messages", "send_messages_in_threads", "read_message_history"}
        assert "scope=bot+applications.commands" in invitation_url(1)
