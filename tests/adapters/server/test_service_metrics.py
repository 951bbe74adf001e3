"""What Prometheus reads at /metrics, over HTTP, from a whole service."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from adapters.server.monitoring import LoopLag, Metrics
from adapters.server.service import running
from bot.chat.actions import button, pack
from bot.chat.rate_limit import Limiter
from bot.dialog.question import Question
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.discord_double import loopback as discord_names
from tests.discord_double.pressing import press
from tests.slack_double import payloads
from tests.slack_double.loopback import TEAM, Fault, HttpSender, serving

SHOW = pack(button("show", "", "compare.mobile").action)
TOKEN = "a-token-for-scraping"
DEADLINE = 15.0


def vote(which):
    return pack(button("vote", which, "compare.mobile", "0123456789ab").action)


class Scrape:
    """What one scrape found."""

    def __init__(self, text):
        self.text = text
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self.samples = [sample for family in self.families.values() for sample in family.samples]

    def value(self, name, **labels):
        """The value of one series; None where there is none."""
        found = [s.value for s in self.samples if s.name == f"framework_bot_{name}" and s.labels == labels]
        return found[0] if found else None

    def total(self, name, **labels):
        """The sum of all series with these labels among theirs."""
        found = [s for s in self.samples if s.name == f"framework_bot_{name}" and labels.items() <= s.labels.items()]
        return sum(sample.value for sample in found)


@pytest.fixture
def scrape(get):
    async def scrape(service, **headers):
        status, text = await get(f"{service.address}/metrics", **headers)
        assert status == 200
        return Scrape(text)

    return scrape


@pytest.fixture
def scraped(scrape):
    """Scrapes until something is found."""

    async def scraped(service, reached):
        async with asyncio.timeout(DEADLINE):
            while not reached(found := await scrape(service)):
                await asyncio.sleep(0.02)
        return found

    return scraped


@pytest.fixture
def limiter():
    return Limiter()


@pytest.fixture
async def metrics(shipped, common, limiter):
    """Metrics that watch nothing but a store and a limiter."""
    async with ResilientStore.open(Store(common["DATABASE_URL"])) as store:
        yield Metrics(lambda: shipped, store, LoopLag(), limiter)


@pytest.fixture
async def served(metrics):
    """Where the metrics are served."""
    application = web.Application()
    application.add_routes(metrics.routes(None))
    async with serving(application) as address:
        yield address


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


async def test_what_is_asked_in_slack_and_discord_is_counted_once_each(
    made, slack_settings, discord_settings, slack, discord, until, session, scraped
):
    async with running(made(**slack_settings, **discord_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        send = HttpSender(session, service.address)
        assert await send.event(payloads.direct("pytorch or tensorflow?")) == 200
        await send.command(payloads.command("pytorch vs jax", slack.response_url()))
        await send.interaction(payloads.click(SHOW, slack.response_url(), private=True))
        await discord.say(f"<@{discord_names.APPLICATION}> pytorch or tensorflow?", 1)
        await discord.command("ask", 2, question="is it any good?")
        await press(discord, SHOW, 3)
        found = await scraped(
            service,
            lambda f: f.total("questions_total") >= 6 and f.total("delivery_seconds_count") >= 6,
        )
        [overall] = service.knowledge.bot().answer(Question("pytorch or tensorflow?")).entries
        assert found.total("questions_total") == 6
        assert found.value("questions_total", platform="slack", outcome="answer", entry=overall) == 1
        assert found.value("questions_total", platform="slack", outcome="answer", entry="compare.mobile") == 1
        assert found.value("questions_total", platform="discord", outcome="answer", entry=overall) == 1
        assert found.value("questions_total", platform="discord", outcome="answer", entry="compare.mobile") == 1
        assert found.value("questions_total", platform="discord", outcome="decline", entry="decline.deictic") == 1
        for platform in ("slack", "discord"):
            assert found.value("answer_seconds_count", platform=platform) == 2  # what a button shows is not matched
            assert found.value("delivery_seconds_count", platform=platform) == 3
            assert found.value("answer_seconds_sum", platform=platform) > 0


async def test_neither_words_nor_names_are_in_it(
    made, slack_settings, discord_settings, slack, discord, until, session, scraped
):
    async with running(made(**slack_settings, **discord_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        await HttpSender(session, service.address).event(payloads.direct("is quuxsecretword better than pytorch"))
        await discord.say(f"<@{discord_names.APPLICATION}> is quuxsecretword better than pytorch", 1)
        found = await scraped(service, lambda f: f.total("questions_total") == 2)
        names = (TEAM, payloads.USER, payloads.DM, discord_names.GUILD, discord_names.CHANNEL, discord_names.ANN["id"])
        assert not [name for name in (*names, "quuxsecretword") if name in found.text]


async def test_a_delivery_that_comes_again_is_a_duplicate_and_no_second_question(
    made, slack_settings, until, session, scraped
):
    async with running(made(**slack_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        send, event = HttpSender(session, service.address), payloads.direct("pytorch or tensorflow?")
        await send.event(event)
        await scraped(service, lambda f: f.total("delivery_seconds_count") == 1 and not f.total("in_flight"))
        await send.event(event)
        found = await scraped(service, lambda f: f.value("deliveries_total", platform="slack", result="duplicate"))
        assert found.value("deliveries_total", platform="slack", result="new") == 1
        assert found.value("deliveries_total", platform="slack", result="duplicate") == 1
        assert found.total("questions_total") == 1


async def test_a_delivery_that_comes_while_it_is_answered_is_in_progress(
    made, slack_settings, slack, until, session, scraped
):
    async with running(made(**slack_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        slack.fail("chat.postMessage", Fault(wait=2))
        send, event = HttpSender(session, service.address), payloads.direct("pytorch or tensorflow?")
        sent = asyncio.gather(send.event(event), send.event(event))
        await scraped(service, lambda f: f.value("in_flight", platform="slack") == 1)
        found = await scraped(service, lambda f: f.value("deliveries_total", platform="slack", result="in_progress"))
        await sent
        assert found.value("deliveries_total", platform="slack", result="new") == 1
        assert found.value("deliveries_total", platform="slack", result="in_progress") == 1


async def test_a_judgement_is_counted_and_not_again_for_the_words_that_follow(
    made, slack_settings, discord_settings, slack, discord, until, session, scraped
):
    async with running(made(**slack_settings, **discord_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        send = HttpSender(session, service.address)
        await send.interaction(payloads.click(vote("n"), slack.response_url(), private=True))
        await scraped(service, lambda f: f.total("feedback_total") == 1)
        kept = json.dumps({"action": pack(button("reason", "a", "compare.mobile", "0123456789ab").action)})
        field = {"type": "input", "block_id": "b", "element": {"type": "plain_text_input", "action_id": "words"}}
        form = {"private_metadata": kept, "blocks": [field]}
        await send.interaction(payloads.submission(form, {"words": "too short"}))
        await press(discord, vote("y"), 1)
        found = await scraped(
            service,
            lambda f: f.total("feedback_total", platform="discord") and not f.total("in_flight"),
        )
        assert found.value("feedback_total", platform="slack", helpful="false") == 1
        assert found.value("feedback_total", platform="slack", helpful="true") == 0
        assert found.value("feedback_total", platform="discord", helpful="true") == 1


async def test_how_everything_is_can_be_read(
    made, slack_settings, discord_settings, discord, until, scrape, lose_store
):
    async with running(made(**slack_settings, **discord_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        found = await scrape(service)
        known = service.knowledge.bot().knowledge
        assert found.value("knowledge_info", version=known.version) == 1
        assert found.value("knowledge_entries") == len(known.entries)
        assert found.value("knowledge_phrasings") == sum(len(entry.phrasings) for entry in known.entries.values())
        assert found.value("platform_ready", platform="slack") == 1
        assert found.value("platform_ready", platform="discord") == 1
        assert found.value("in_flight", platform="slack") == found.value("in_flight", platform="discord") == 0
        assert found.value("errors_total", platform="slack") == found.value("errors_total", platform="discord") == 0
        assert found.value("store_available") == 1
        assert found.value("store_waiting") == found.value("store_dropped_total") == 0
        assert found.value("event_loop_lag_seconds") >= 0
        assert found.value("delivery_seconds_count", platform="slack") == 0
        assert found.total("build_info") == 1
        assert "process_cpu_seconds" in found.families
        assert "python_info" in found.families
        await lose_store(service)
        await discord.last.ws.close()
        await until(f"{service.address}/readyz/discord", 503)
        found = await scrape(service)
        assert found.value("store_available") == 0
        assert found.value("platform_ready", platform="discord") == 0


async def test_a_platform_that_is_off_has_no_series(made, slack_settings, until, scrape):
    async with running(made(**slack_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        found = await scrape(service)
        assert found.value("platform_ready", platform="slack") == 1
        assert 'platform="discord"' not in found.text
        assert found.value("discord_latency_seconds") is None


async def test_the_latency_of_discords_heartbeats_is_reported_where_there_is_one(
    made, discord_settings, until, scraped, monkeypatch
):
    async with running(made(**discord_settings)) as service:
        await until(f"{service.address}/readyz/discord", 200)
        found = await scraped(service, lambda f: f.value("discord_latency_seconds") is not None)
        assert 0 <= found.value("discord_latency_seconds") < DEADLINE
        assert found.value("slack_requests_refused_total") is None


async def test_errors_and_refused_requests_are_counted(
    made, slack_settings, discord_settings, slack, discord, until, session, scraped
):
    async with running(made(**slack_settings, **discord_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        send = HttpSender(session, service.address)
        slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "org_login_required"}))
        await send.event(payloads.direct("pytorch or tensorflow?"))
        await send.raw("{}", headers={})
        discord.faults["POST", "/messages"] = [
            discord_names.answer({"message": "no", "code": 0}, 400) for _ in range(4)
        ]
        await discord.say(f"<@{discord_names.APPLICATION}> pytorch or tensorflow?", 1)
        discord.faults["POST", "/callback"] = [
            discord_names.answer({"message": "no", "code": 0}, 400) for _ in range(4)
        ]
        await discord.command("ask", 2, question="pytorch or tensorflow?")
        found = await scraped(service, lambda f: f.total("errors_total") >= 3 and f.total("not_taken_total") >= 5)
        assert found.value("errors_total", platform="slack") == 1
        assert found.value("not_taken_total", platform="slack", code="org_login_required", kind="passing") == 1
        assert found.value("errors_total", platform="discord") == 2
        assert found.value("slack_requests_refused_total") == 1
        assert found.value("not_taken_total", platform="discord", code="400", kind="passing") == 4  # with the apologies
        assert found.total("delivery_seconds_count") == 0


async def test_with_a_token_it_is_shown_to_whoever_knows_it(made, slack_settings, session, scrape):
    async with running(made(**slack_settings, FRAMEWORK_BOT_METRICS_TOKEN=TOKEN)) as service:
        for header in (None, "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer \u00e9"):
            headers = {"Authorization": header} if header is not None else {}
            async with session.get(f"{service.address}/metrics", headers=headers) as answer:
                assert (answer.status, await answer.text()) == (401, "")
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert (await scrape(service, Authorization=f"Bearer {TOKEN}")).value("store_available") == 1


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
async def test_without_a_token_what_came_through_a_proxy_on_this_machine_is_refused(made, slack_settings, get, name):
    async with running(made(**slack_settings)) as service:
        assert (await get(f"{service.address}/metrics", **{name: "127.0.0.1"}))[0] == 403
        assert (await get(f"{service.address}/metrics"))[0] == 200


async def test_the_open_metrics_form_is_given_to_whoever_asks_for_it(made, slack_settings, session):
    async with running(made(**slack_settings)) as service:
        accepted = {"Accept": "application/openmetrics-text; version=1.0.0"}
        async with session.get(f"{service.address}/metrics", headers=accepted) as answer:
            assert answer.content_type == "application/openmetrics-text"
            assert (await answer.text()).endswith("# EOF\n")


async def test_what_was_turned_away_is_read_from_who_counts_it(limiter, served, get):
    limiter.refused.update(user=3, tenant=1)
    found = Scrape((await get(f"{served}/metrics"))[1])
    assert found.value("limited_total", bound="user") == 3
    assert found.value("limited_total", bound="tenant") == 1


async def test_what_is_no_entry_of_the_knowledge_becomes_no_label(metrics, served, shipped, get):
    metrics.exchanged("slack", replace(shipped.show("compare.mobile"), entries=("made.up",)), 0.0)
    found = Scrape((await get(f"{served}/metrics"))[1])
    assert found.value("questions_total", platform="slack", outcome="answer", entry="") == 1
    assert "made.up" not in found.text
