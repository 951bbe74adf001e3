"""Direct messages to a person, with the token of their own workspace."""

from __future__ import annotations

import pytest

from adapters.platform import Curator
from bot.chat.dispatcher import PostRefusedError
from bot.chat.view import View
from bot.dialog.reply import Bullets, Heading
from tests.slack_double.loopback import Fault
from tests.slack_double.words import words

DIGEST = View((Heading("Questions of the week"), Bullets(("3 asked", "1 not answered"))), "3 asked, 1 not answered")


async def test_a_person_gets_all_of_it_in_one_message(running, slack):
    assert running.adapter.ready
    await running.adapter.deliver(Curator("slack", "U0USER0"), DIGEST)
    [post] = slack.made("chat.postMessage")
    assert (post.args["channel"], post.args["text"]) == ("U0USER0", "3 asked, 1 not answered")
    assert "1 not answered" in words(post.blocks)
    assert "thread_ts" not in post.args


@pytest.mark.parametrize("team", ["T0ONE", "E0ORG"])
async def test_each_workspace_has_its_own_token(open_adapter, slack, team):
    slack.tokens[f"xoxb-{team}"] = (team, "U0BOT00")
    organisation = team.startswith("E")
    async with open_adapter("oauth-http") as running:
        await running.store.store.installations.save(
            team if organisation else None,
            None if organisation else team,
            {"bot_token": f"xoxb-{team}"},
            tenant=f"slack:{team}",
        )
        await running.adapter.deliver(Curator("slack", "U0USER0", team), DIGEST)
    [post] = slack.made("chat.postMessage")
    assert post.token == f"xoxb-{team}"


@pytest.mark.parametrize("error", ["user_not_found", "messages_tab_disabled", "restricted_action", "no_permission"])
async def test_what_slack_will_never_take_is_a_refusal(running, slack, error):
    slack.fail("chat.postMessage", Fault(body={"ok": False, "error": error}))
    with pytest.raises(PostRefusedError, match=error):
        await running.adapter.deliver(Curator("slack", "U0USER0"), DIGEST)


async def test_what_may_go_better_later_is_raised_as_it_is(running, slack):
    slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "org_login_required"}))
    with pytest.raises(Exception, match="org_login_required") as raised:
        await running.adapter.deliver(Curator("slack", "U0USER0"), DIGEST)
    assert not isinstance(raised.value, PostRefusedError)


async def test_where_the_app_is_not_installed_it_is_a_refusal(open_adapter):
    async with open_adapter("oauth-http") as running:
        with pytest.raises(PostRefusedError, match="not installed"):
            await running.adapter.deliver(Curator("slack", "U0USER0", "T0NOWHERE"), DIGEST)
