"""Installation by many workspaces: states used once, tokens encrypted, and everything deleted at the end."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.slack.manifest import SCOPES
from adapters.slack.oauth import LIMIT, web_address
from bot.storage.records import utc_now
from tests.slack_double.loopback import Fault
from tests.slack_double.payloads import click, command, event, mention
from tests.web_reading.page import proper

# The SDK's own way to name the app, which aiohttp will drop in its next major version.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


@pytest.fixture
async def many(open_adapter, monkeypatch):
    monkeypatch.setattr("adapters.slack.app.AFTER_REMOVAL", 0.1)
    async with open_adapter("oauth-http") as running:
        yield running


@pytest.fixture
def question(bot):
    return bot.knowledge.entries["compare.debugging"].phrasings[0]


async def begun(running):
    """The state that an installation begins with, and its cookie."""
    async with running.session.get(f"{running.address}/slack/install", allow_redirects=False) as answer:
        assert answer.status == 302
        address = answer.headers["Location"]
        cookie = SimpleCookie(answer.headers["Set-Cookie"])
    asked = parse_qs(urlsplit(address).query)
    assert asked["scope"] == [",".join(SCOPES)]
    return asked["state"][0], {name: part.value for name, part in cookie.items()}, address


async def returned(running, code, state, cookies):
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    async with running.session.get(
        f"{running.address}/slack/oauth_redirect", params={"code": code, "state": state}, headers={"Cookie": cookie}
    ) as answer:
        return answer.status, await answer.text()


async def installed(running, slack, *, team="T0TEAM0", enterprise=None, code="code-1", token="xoxb-of-a-team"):
    granted = {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(SCOPES),
        "bot_user_id": "U0BOT00",
        "app_id": "A0APP",
        "team": {"id": team, "name": "Team"} if team else None,
        "enterprise": {"id": enterprise, "name": "Org"} if enterprise else None,
        "authed_user": {"id": "U0INSTALLER"},
        "is_enterprise_install": team is None,
    }
    slack.codes[code] = granted
    slack.tokens[token] = (team, "U0BOT00")
    state, cookies, _ = await begun(running)
    return await returned(running, code, state, cookies), (state, cookies)


async def test_a_workspace_installs_the_app_and_is_answered_with_its_own_token(many, slack, question):
    (status, _), _ = await installed(many, slack)
    assert status == 200
    await many.send.event(mention(question))
    [post] = await slack.until("chat.postMessage")
    assert post.token == "xoxb-of-a-team"


async def test_an_installation_asks_for_what_the_settings_offer_too(many):
    _, _, address = await begun(many)
    [asked] = parse_qs(urlsplit(address).query)["scope"]
    assert {"channels:history", "groups:history"} <= set(asked.split(","))


async def test_a_workspace_whose_token_is_revoked_changes_nothing_for_the_others(many, slack, question):
    await installed(many, slack)
    slack.busy["xoxb-of-a-team"] = Fault(body={"ok": False, "error": "token_revoked"})
    assert await many.send.event(mention(question)) == 503
    await asyncio.sleep(0.2)
    assert many.adapter.ready


async def test_after_a_new_installation_the_redelivery_is_answered_with_its_token(many, slack, question):
    await installed(many, slack)
    slack.busy["xoxb-of-a-team"] = Fault(body={"ok": False, "error": "token_revoked"})
    payload = mention(question)
    assert await many.send.event(payload) == 503
    await installed(many, slack, code="code-2", token="xoxb-new")
    assert await many.send.event(payload, retry=1) == 200
    [post] = await slack.until("chat.postMessage")
    assert post.token == "xoxb-new"


async def test_the_permission_is_asked_for_where_the_web_api_is(many, slack):
    _, _, address = await begun(many)
    assert address.startswith(f"{slack.address}/oauth/v2/authorize?")
    assert web_address("https://slack-gov.com/api/") == "https://slack-gov.com"


async def test_another_replica_can_finish_the_installation(open_adapter, many, slack, question):
    slack.codes["c"] = {"access_token": "xoxb-t", "team": {"id": "T0TEAM0"}, "authed_user": {"id": "U1"}, "app_id": "A"}
    slack.tokens["xoxb-t"] = ("T0TEAM0", "U0BOT00")
    state, cookies, _ = await begun(many)
    async with open_adapter("oauth-http") as other:
        assert (await returned(other, "c", state, cookies))[0] == 200
        await other.send.event(mention(question))
        await slack.until("chat.postMessage")


async def test_a_state_is_valid_once_and_only_for_the_browser_it_was_given_to(many, slack):
    (status, _), (state, cookies) = await installed(many, slack)
    assert status == 200
    slack.codes["code-2"] = {"access_token": "xoxb-x", "team": {"id": "T2"}, "authed_user": {"id": "U"}}
    assert (await returned(many, "code-2", state, cookies))[0] == 401
    fresh, _, _ = await begun(many)
    assert (await returned(many, "code-2", fresh, {}))[0] == 400
    assert (await returned(many, "code-2", "made-up", {"slack-app-oauth-state": "made-up"}))[0] == 401
    assert "code-2" in slack.codes


async def test_a_code_that_slack_refuses_ends_on_a_page_not_in_an_error(many):
    state, cookies, _ = await begun(many)
    status, text = await returned(many, "no-such-code", state, cookies)
    assert status == 401
    assert proper(text).links["Try again"] == "/slack/install"
    assert "no-such-code" not in text


async def test_a_grant_without_a_token_leaves_the_one_that_works(many, slack, question):
    await installed(many, slack)
    slack.codes["code-2"] = {"access_token": None, "team": {"id": "T0TEAM0"}, "app_id": "A0APP"}
    state, cookies, _ = await begun(many)
    status, text = await returned(many, "code-2", state, cookies)
    assert (status, proper(text).links["Try again"]) == (401, "/slack/install")
    await many.send.event(mention(question))
    assert (await slack.until("chat.postMessage"))[0].token == "xoxb-of-a-team"


async def test_where_slack_cannot_be_reached_the_page_asks_to_try_again(many, slack):
    state, cookies, _ = await begun(many)
    slack.fail("oauth.v2.access", Fault(drop=True))
    status, text = await returned(many, "code", state, cookies)
    assert status == 503
    assert "try again" in proper(text).text


async def test_at_the_end_there_is_a_way_into_slack(many, slack):
    (status, text), _ = await installed(many, slack)
    page = proper(text)
    assert status == 200
    assert page.links["Open it in Slack"] == f"{slack.address}/app_redirect?app=A0APP&team=T0TEAM0"
    assert "/privacy" in page.links.values()
    assert "xoxb" not in text


async def test_the_way_into_an_organisation_names_no_workspace(many, slack):
    (_, text), _ = await installed(many, slack, team=None, enterprise="E0ORG")
    assert proper(text).links["Open it in Slack"] == f"{slack.address}/app_redirect?app=A0APP"


async def test_a_person_who_cancels_reads_that_nothing_was_changed_and_can_start_again(many):
    state, cookies, _ = await begun(many)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    query = {"error": "access_denied", "state": state}
    async with many.session.get(
        f"{many.address}/slack/oauth_redirect", params=query, headers={"Cookie": cookie}
    ) as answer:
        page = proper(await answer.text())
        assert answer.status == 200
        assert answer.headers["Set-Cookie"].startswith('slack-app-oauth-state=""')
        assert "max-age=0" in answer.headers["Set-Cookie"].lower()
    assert "You cancelled" in page.text
    assert page.links["Try again"] == "/slack/install"


@pytest.mark.parametrize("error", ["invalid_scope", "<script>alert(1)</script>", "quux" * 300, ""])
async def test_another_error_of_slack_is_reported_without_repeating_it(many, error):
    async with many.session.get(f"{many.address}/slack/oauth_redirect", params={"error": error}) as answer:
        text = await answer.text()
        assert answer.status == 400
    assert proper(text).links["Try again"] == "/slack/install"
    assert not error or error not in text


async def test_a_state_that_is_used_or_too_old_is_reported_as_such(many, slack, monkeypatch):
    _, (state, cookies) = await installed(many, slack)
    status, text = await returned(many, "code-1", state, cookies)
    assert (status, proper(text).headings[0]) == (401, (1, "This link has expired"))
    state, cookies, _ = await begun(many)
    monkeypatch.setattr(many.store.store.oauth_states, "_clock", lambda: utc_now() + timedelta(minutes=10))
    status, text = await returned(many, "code-1", state, cookies)
    assert (status, proper(text).headings[0]) == (401, (1, "This link has expired"))
    assert state not in text


async def test_slack_failing_leaves_a_way_to_try_again(many, slack):
    state, cookies, _ = await begun(many)
    slack.fail("oauth.v2.access", Fault(status=500))
    status, text = await returned(many, "code", state, cookies)
    assert (status, proper(text).headings[0]) == (401, (1, "Slack did not finish the installation"))


async def test_while_the_store_is_away_an_installation_can_be_tried_later(open_adapter):
    async with open_adapter("oauth-http", url="postgresql+psycopg://nobody@127.0.0.1:1/nothing") as running:
        state, cookies, _ = await begun(running)
        status, text = await returned(running, "c", state, cookies)
        assert status == 503
        assert "in a few minutes" in proper(text).text


async def test_beginning_an_installation_stores_nothing_however_often(many, tmp_path):
    for _ in range(5):
        await begun(many)
    with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
        assert database.execute("select count(*) from oauth_states").fetchone() == (0,)


async def test_one_address_can_begin_installations_up_to_a_limit(many):
    async def begin(**headers):
        async with many.session.get(f"{many.address}/slack/install", allow_redirects=False, headers=headers) as answer:
            return answer.status, answer.headers.get("Retry-After"), await answer.text()

    assert {(await begin())[0] for _ in range(LIMIT.count)} == {302}
    status, wait, text = await begin()
    assert (status, 0 < int(wait) <= LIMIT.seconds) == (429, True)
    assert proper(text).links["Try again"] == "/slack/install"
    # Others are not hindered, nor does it help to make up who sent it.
    assert (await begin(**{"X-Forwarded-For": "192.0.2.1, 203.0.113.9"}))[0] == 302
    for number in range(LIMIT.count):
        await begin(**{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"})
    assert (await begin(**{"X-Forwarded-For": "192.0.2.7, 203.0.113.9"}))[0] == 429


@pytest.mark.parametrize("odd", ["T0TEAM0", "T1\r\nSet-Cookie: a=b", "T1&scope=admin", "x"])
async def test_nothing_of_what_a_link_says_is_passed_on_to_slack(many, odd):
    async with many.session.get(f"{many.address}/slack/install", params={"team": odd}, allow_redirects=False) as answer:
        assert answer.status == 302
        assert parse_qs(urlsplit(answer.headers["Location"]).query).get("team") in (None, [""])
        assert "admin" not in answer.headers["Location"]


async def test_the_cookie_of_an_installation_is_kept_from_scripts_and_other_sites(many):
    async with many.session.get(f"{many.address}/slack/install", allow_redirects=False) as answer:
        sent = answer.headers["Set-Cookie"].lower()
    assert all(word in sent for word in ("httponly", "secure", "samesite=lax", "max-age=600"))


async def test_a_head_request_begins_nothing(many, tmp_path):
    async with many.session.head(f"{many.address}/slack/install") as answer:
        assert answer.status == 405
    with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
        assert database.execute("select count(*) from oauth_states").fetchone() == (0,)


async def test_tokens_are_encrypted_in_the_database_and_the_installer_is_not_kept(many, slack, tmp_path):
    await installed(many, slack)
    with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
        rows = database.execute("select * from installations").fetchall()
    assert len(rows) == 1
    assert not [value for value in rows[0] if isinstance(value, str) and ("xoxb" in value or "U0INSTALLER" in value)]


async def test_a_whole_organisation_can_install_it(many, slack, question):
    await installed(many, slack, team=None, enterprise="E0ORG")
    await many.send.event(mention(question) | event(mention(question)["event"], team=None, enterprise="E0ORG"))
    [post] = await slack.until("chat.postMessage")
    assert post.token == "xoxb-of-a-team"
    assert await many.store.store.installations.bot("E0ORG", None) is not None


async def test_a_workspace_that_has_not_installed_it_is_not_answered(many, slack, question):
    assert await many.send.event(mention(question)) == 200
    await many.settled()
    assert slack.shown == []


async def test_slack_is_not_asked_who_we_are_at_each_event(many, slack, question):
    await installed(many, slack)
    before = len(slack.made("auth.test"))
    for _ in range(5):
        await many.send.event(mention(question))
    await slack.until("chat.postMessage", count=5)
    assert len(slack.made("auth.test")) == before


async def test_a_new_installation_replaces_the_token_at_once(many, slack, question):
    await installed(many, slack)
    await many.send.event(mention(question))
    await installed(many, slack, code="code-2", token="xoxb-newer")
    await many.send.event(mention(question))
    posts = await slack.until("chat.postMessage", count=2)
    assert [post.token for post in posts] == ["xoxb-of-a-team", "xoxb-newer"]


@pytest.mark.parametrize("order", [("tokens_revoked", "app_uninstalled"), ("app_uninstalled", "tokens_revoked")])
async def test_at_the_end_everything_of_the_workspace_is_deleted_in_either_order(
    many, slack, question, order, tmp_path
):
    await installed(many, slack)
    await installed(many, slack, team="T0OTHER", code="other", token="xoxb-other")
    for team in ("T0TEAM0", "T0OTHER"):
        await many.send.event(event(mention(question)["event"], team=team))
        await many.send.command(command("zorblax of pytorch", slack.response_url()) | {"team_id": team})
        value = click("2:vote:y:compare.debugging:0123456789ab", slack.response_url())
        await many.send.interaction(value | {"team": {"id": team}})
        await many.send.interaction(
            click("2:set::passive:on", slack.response_url(), private=True) | {"team": {"id": team}}
        )
    await many.settled()
    inner = {"tokens_revoked": {"tokens": {"bot": ["U0BOT00"], "oauth": []}}, "app_uninstalled": {}}
    for kind in (*order, *order):
        assert await many.send.event(event({"type": kind, **inner[kind]})) == 200
    await many.settled()
    await many.store.maintain()
    with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        with_tenants = [
            t for t in tables if "tenant" in {row[1] for row in database.execute(f"pragma table_info({t})")}
        ]
        left = {t: {row[0] for row in database.execute(f"select tenant from {t}")} for t in with_tenants}
    assert not [table for table, tenants in left.items() if "slack:T0TEAM0" in tenants]
    assert "slack:T0OTHER" in left["installations"]
    assert await many.send.event(mention(question)) == 200
    await many.settled()
    assert len([post for post in slack.made("chat.postMessage") if post.token == "xoxb-of-a-team"]) == 1


@pytest.mark.parametrize("kind", ["tokens_revoked", "app_uninstalled"])
async def test_an_event_older_than_the_installation_deletes_nothing(many, slack, question, kind):
    await installed(many, slack)
    removal = event({"type": kind, **({"tokens": {"bot": ["U0BOT00"]}} if kind == "tokens_revoked" else {})})
    late = removal | {"event_time": int(time.time()) - 60}
    assert await many.send.event(late) == 200
    await many.settled()
    await many.send.event(mention(question))
    [post] = await slack.until("chat.postMessage")
    assert post.token == "xoxb-of-a-team"
    assert await many.send.event(removal) == 200
    await many.settled()
    assert await many.store.store.installations.bot(None, "T0TEAM0") is None


async def test_a_workspace_that_installs_it_again_at_once_keeps_it(many, slack, monkeypatch):
    monkeypatch.setattr("adapters.slack.app.AFTER_REMOVAL", 1.5)
    await installed(many, slack)
    assert await many.send.event(event({"type": "app_uninstalled"})) == 200
    await asyncio.sleep(1.1)  # Slack gives the second
    await installed(many, slack, code="code-2")
    await many.settled()
    assert await many.store.store.installations.bot(None, "T0TEAM0") is not None


async def test_a_removal_that_cannot_be_saved_is_delivered_again(open_adapter):
    away = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    async with open_adapter("http", url=away) as running:
        assert await running.send.event(event({"type": "app_uninstalled"})) == 503


async def test_a_token_is_not_looked_up_at_each_event(many, slack, question, tmp_path):
    await installed(many, slack)
    await many.send.event(mention(question))
    with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
        database.execute("delete from installations")
    await many.send.event(mention(question))
    await slack.until("chat.postMessage", count=2)


async def test_a_user_who_revokes_their_own_token_ends_nothing(many, slack, question):
    await installed(many, slack)
    assert await many.send.event(event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})) == 200
    await many.settled()
    await many.send.event(mention(question))
    await slack.until("chat.postMessage")
