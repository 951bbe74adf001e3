"""The weekly digest: what it says, when it goes out, to whom, and that it does so once."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import aiohttp
import pytest

import adapters.server.jobs
import adapters.server.service
from adapters.discord import render as discord_render
from adapters.discord.components import layout
from adapters.platform import Curator
from adapters.server.jobs import (
    CuratorSection,
    DigestScheduler,
    entitled,
    visible_tenant,
)
from adapters.server.service import running
from adapters.slack import render as slack_render
from bot.chat.actions import expand
from bot.chat.dispatcher import PostRefusedError
from bot.chat.incoming import Place
from bot.chat.people import MISSED_TITLE
from bot.chat.view import Buttons, View
from bot.dialog.reply import Bullets, Candidate, Code, Heading, Text
from bot.insights.clusters import Cluster
from bot.insights.digest import LONGEST, DigestBuilder, digest, week
from bot.insights.report import FRESHNESS, Judged, Material, Period, Report, Stale, build, gather
from bot.storage.deliveries import STALE
from bot.storage.errors import StoreUnavailable
from bot.storage.records import Feedback, Retention, Tally, Unanswered
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from bot.teaching.tenant_bots import TenantBots
from tests.bot.small_knowledge import bot as small_bot
from tests.databases import postgresql
from tests.discord_double.limits import excesses
from tests.discord_double.loopback import answer
from tests.discord_double.scene import shown
from tests.slack_double.limits import message_problems
from tests.slack_double.loopback import Fault, HttpSender
from tests.slack_double.payloads import home_opened
from tests.slack_double.words import words
from tests.storing import add, record

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ANN, BEN = Curator("slack", "U0ANN"), Curator("slack", "U0BEN")
DORA = Curator("discord", "900000000000000020")
HOME = Place("slack", "T1", "D1", "direct")
WORDS = ("opacus for private training", "is opacus any good", "opacus epsilon budget")


class Clock:
    """A clock that only moves when a test moves it."""

    def __init__(self, now=MONDAY):
        self.now = now

    def __call__(self):
        return self.now


class Messenger:
    """A direct messenger that records what it sent to whom, and fails as planned."""

    def __init__(self, *failures, ready=True):
        self.ready = ready
        self.sent = []
        self.failures = list(failures)

    async def deliver(self, curator, view, key):
        await asyncio.sleep(0)
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise failure
        self.sent.append((curator, view))


@pytest.fixture(scope="module")
def bot():
    return small_bot()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def url(tmp_path, tables):
    path = tmp_path / "bot.sqlite3"
    shutil.copy(tables, path)
    return f"sqlite:///{path}"


@pytest.fixture
def open_store(url, clock):
    """One more process on the same database."""

    @asynccontextmanager
    async def opened(address=url):
        async with ResilientStore.open(Store(address, clock=clock), every=3_600) as store:
            yield store

    return opened


@pytest.fixture
async def store(open_store):
    async with open_store() as opened:
        yield opened


@pytest.fixture
def scheduler(bot, store):
    def made(messenger, *curators, day="monday", on=store, many=()):
        builder = DigestBuilder(lambda: bot, on, Retention())
        messengers = messenger if isinstance(messenger, dict) else {"slack": messenger}
        return DigestScheduler(entitled(curators, many), day, messengers, builder, on, bots=TenantBots(lambda: bot, on))

    return made


async def ask(store, *texts, tenant="slack:T1", platform="slack", days=2):
    at = store.store.clock() - timedelta(days=days)
    for text in texts:
        await add(store.store.tallies, {Tally(tenant, platform, "decline"): 1}, day=at.date())
        asked = Unanswered(
            platform=platform,
            tenant=tenant,
            channel_kind="channel",
            text=text,
            outcome="decline",
            candidates=(),
            knowledge_version="1",
        )
        await record(store.store.unanswered, asked, at=at)


def words_of(view):
    """Every word of a digest as it is sent."""
    found = [view.summary]
    for block in view.blocks:
        match block:
            case Bullets():
                found += [block.title, *block.items]
            case Heading() | Text() | Code():
                found.append(block.text)
    return "\n".join(found)


async def report_of(store, bot, tenant=None):
    period = week(date(2026, 11, 22))
    return build(await gather(store.store, period, now=MONDAY, retention=Retention(), tenant=tenant), bot)


class TestDocument:
    async def test_it_names_what_is_open_how_often_it_was_asked_and_why_nothing_came_near(self, store, bot):
        await ask(store, *WORDS)
        made = digest(await report_of(store, bot))
        [_, _, section, *_] = made.blocks
        assert section.title == "Asked and not answered"
        assert section.items[0].startswith("1: opacus")
        assert "3 times" in section.items[0]
        assert "nearest" in section.items[0]
        assert made.summary == "3 asked, 0.0 % answered, 1 topic asked and not answered"

    async def test_it_has_nobodys_wording(self, store, bot):
        await ask(store, *WORDS)
        text = words_of(digest(await report_of(store, bot)))
        assert [wording for wording in WORDS if wording in text] == []

    async def test_its_commands_are_for_the_same_days_and_workspace(self, store, bot):
        made = digest(await report_of(store, bot, "slack:T1"))
        period = "--since 2026-11-16 --until 2026-11-22 --tenant slack:T1"
        assert made.blocks[-1] == Code(f"framework-bot report {period}")

    async def test_it_names_what_was_judged_unhelpful(self, store, bot):
        entries = list(bot.knowledge.entries)
        given = Feedback(
            platform="slack",
            tenant="slack:T1",
            user="U1",
            answer="1",
            entry=entries[0],
            helpful=False,
            knowledge_version="1",
            suggested=entries[1],
        )
        await record(store.store.feedback, given, at=MONDAY - timedelta(days=2))
        text = words_of(digest(await report_of(store, bot)))
        assert "1 of 1 not helpful" in text

    async def test_old_statements_are_named_where_they_are_asked_for_often(self, store, bot):
        report = await report_of(store, bot)
        stale = (Stale("a", "Often", date(2025, 1, 1), 3), Stale("b", "Seldom", date(2025, 1, 1), 2))
        text = words_of(digest(replace(report, stale=stale)))
        assert "Often" in text
        assert "Seldom" not in text

    @pytest.mark.parametrize("lines", [[], ["pypi thing: 1.0 -> 2.0 (a.b)", "Not checked: 98 link"]])
    async def test_it_names_facts_that_changed_outside_also_in_a_week_without_questions(self, store, bot, lines):
        found = {"checked_at": MONDAY.isoformat(), "lines": lines}
        await store.store.key_values.put(FRESHNESS, json.dumps(found))
        made = digest(await report_of(store, bot, "slack:T1"))
        named = [block.items for block in made.blocks if isinstance(block, Bullets) and block.title]
        assert named == ([tuple(lines)] if lines else [])
        assert made.quiet is not bool(lines)

    async def test_a_week_without_anything_is_quiet(self, store, bot):
        assert digest(await report_of(store, bot)).quiet
        await ask(store, "one thing")
        assert not digest(await report_of(store, bot)).quiet


@pytest.fixture
def longest(bot):
    """A digest with as much in it as there can be, all of it markup."""
    nasty = "<!channel> @everyone <@1> **x** `code` [a](http://b) &lt; " * 30

    def cluster(number):
        return Cluster(
            representative=nasty,
            questions=(nasty,),
            count=10**6,
            terms=(nasty,) * 6,
            nearest=Candidate("x" * 200, 0.5),
            why=(nasty,) * 9,
            first_seen=MONDAY,
            last_seen=MONDAY,
        )

    material = Material(period=Period(date(2026, 11, 16), date(2026, 11, 22)), now=MONDAY, retention=Retention())
    report = build(material, bot)
    filled = {
        "tenant": f"slack:{'T' * 64}",
        "clusters": tuple(map(cluster, range(50))),
        "judged": tuple(Judged("e" * 80, nasty, 0, 9, ()) for _ in range(50)),
        "stale": tuple(Stale("e" * 80, nasty, date(2025, 1, 1), 99) for _ in range(50)),
        "caveats": (nasty,) * 9,
        "changed": (nasty,) * 7,
    }
    assert filled.keys() <= set(Report.__dataclass_fields__)
    made = digest(replace(report, **filled))
    return View(made.blocks, made.summary)


class TestHowItLooks:
    def test_every_line_is_short(self, longest):
        lines = [line for block in longest.blocks if isinstance(block, Bullets) for line in block.items]
        assert len(lines) == 5 + 1 + 5 + 3 + 3 + 7
        assert max(map(len, lines)) <= LONGEST

    def test_the_longest_fits_into_one_message_of_slack_and_pings_nobody(self, longest):
        blocks = slack_render.render(longest, "message")
        assert message_problems({"text": "a digest", "blocks": blocks}) == []
        marked = [block["text"]["text"] for block in blocks if block.get("text", {}).get("type") == "mrkdwn"]
        assert [text for text in marked if "<" in text] == []

    def test_the_longest_fits_into_messages_of_discord_and_pings_nobody(self, longest):
        messages = [layout(page).to_components() for page in discord_render.render(longest)]
        assert len(messages) <= 2
        assert [problem for components in messages for problem in excesses(components)] == []
        text = shown([component for components in messages for component in components])
        assert "@everyone" not in text
        assert "\n<@1>" not in text.replace("\\<", "")
        assert longest.blocks[-1].text in text

    def test_what_fits_is_not_shortened_on_discord(self, longest):
        line = "word " * 40
        [page] = discord_render.render(View((longest.blocks[0], Bullets((line,)), *longest.blocks[-2:]), ""))
        assert line.strip() in shown(layout(page).to_components())


class TestWhoSeesWhat:
    def test_a_curator_of_a_workspace_sees_that_workspace_only(self):
        curator = Curator("slack", "U1", "T1")
        assert entitled([curator], ("slack",)) == entitled([curator], ()) == (curator,)
        assert visible_tenant(curator) == "slack:T1"

    def test_without_a_workspace_one_sees_everything_where_there_is_one_workspace_only(self):
        assert entitled([ANN], ()) == (ANN,)
        assert visible_tenant(ANN) is None
        assert entitled([ANN], ("slack",)) == ()

    async def test_many_workspaces_on_one_platform_change_nothing_on_another(self, store, scheduler):
        await ask(store, *WORDS)
        slack, discord = Messenger(), Messenger()
        await scheduler({"slack": slack, "discord": discord}, ANN, DORA, many=("slack",)).send_due()
        assert slack.sent == []
        assert [curator for curator, _ in discord.sent] == [DORA]

    async def test_no_workspaces_questions_reach_another_ones_people(self, store, scheduler):
        await ask(store, *WORDS, tenant="slack:T1")
        await ask(store, "quantum xanadu one", "xanadu quantum two", tenant="slack:T2")
        messenger = Messenger()
        one, other = Curator("slack", "U1", "T1"), Curator("slack", "U2", "T2")
        await scheduler(messenger, one, other, Curator("slack", "U3"), many=("slack",)).send_due()
        seen = {curator: words_of(made) for curator, made in messenger.sent}
        assert seen.keys() == {one, other}
        assert "opacus" in seen[one]
        assert "xanadu" not in seen[one]
        assert "xanadu" in seen[other]
        assert "opacus" not in seen[other]


class TestWhen:
    @pytest.mark.parametrize(
        ("now", "times"),
        [
            (MONDAY - timedelta(seconds=1), 0),
            (MONDAY, 1),
            (MONDAY + timedelta(hours=15, minutes=59), 1),
            (MONDAY + timedelta(hours=16), 0),
        ],
    )
    async def test_it_goes_out_on_its_day_from_eight_on(self, store, scheduler, clock, now, times):
        await ask(store, *WORDS)
        clock.now, messenger = now, Messenger()
        await scheduler(messenger, ANN).send_due()
        assert len(messenger.sent) == times

    async def test_it_is_about_the_seven_days_before(self, store, scheduler):
        await ask(store, "today", days=0)
        await ask(store, "the last day", days=1)
        await ask(store, "the first day", days=7)
        await ask(store, "too long ago", days=8)
        messenger = Messenger()
        await scheduler(messenger, ANN).send_due()
        [(_, made)] = messenger.sent
        assert "2 asked (the week before: 1)" in words_of(made)

    async def test_an_empty_week_is_passed_over(self, scheduler):
        messenger = Messenger()
        await scheduler(messenger, ANN).send_due()
        assert messenger.sent == []

    async def test_a_week_later_there_is_another_one(self, store, scheduler, clock):
        await ask(store, *WORDS)
        messenger = Messenger()
        due = scheduler(messenger, ANN)
        await due.send_due()
        clock.now += timedelta(days=7)
        await ask(store, *WORDS)
        await due.send_due()
        assert len(messenger.sent) == 2

    async def test_nothing_runs_where_it_is_off(self, scheduler):
        async with asyncio.timeout(5):
            await scheduler(Messenger(), ANN, day="off").run()


class TestOnce:
    async def test_looking_again_sends_nothing_more(self, store, scheduler):
        await ask(store, *WORDS)
        messenger = Messenger()
        due = scheduler(messenger, ANN, BEN)
        for _ in range(3):
            await due.send_due()
        assert [curator for curator, _ in messenger.sent] == [ANN, BEN]

    async def test_nothing_is_sent_again_after_a_restart(self, open_store, scheduler):
        messenger = Messenger()
        for _ in range(2):
            async with open_store() as store:
                await ask(store, *WORDS)
                await scheduler(messenger, ANN, on=store).send_due()
        assert len(messenger.sent) == 1

    @pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
    async def test_of_two_replicas_one_sends_it(self, kind, url, open_store, scheduler):
        async def both(address):
            messenger = Messenger()
            async with open_store(address) as one, open_store(address) as other:
                await ask(one, *WORDS)
                schedulers = [scheduler(messenger, ANN, BEN, on=store) for store in (one, other)]
                for _ in range(2):
                    await asyncio.gather(*(one.send_due() for one in schedulers))
            return messenger.sent

        if kind == "sqlite":
            found = await both(url)
        else:
            with postgresql() as address:
                found = await both(address)
        assert sorted(curator.user for curator, _ in found) == [ANN.user, BEN.user]

    async def test_it_counts_as_sent_also_where_that_could_not_be_noted_at_once(
        self, open_store, store, scheduler, clock, monkeypatch
    ):
        await ask(store, *WORDS)
        messenger = Messenger()

        async def away(*_):
            raise StoreUnavailable("gone")

        with monkeypatch.context() as patch:
            patch.setattr(store.store.deliveries, "done_all", away)
            await scheduler(messenger, ANN).send_due()
        await store.maintain()
        clock.now += timedelta(minutes=5)
        async with open_store() as other:
            await scheduler(messenger, ANN, on=other).send_due()
        assert len(messenger.sent) == 1


class TestWhatGoesWrong:
    async def test_what_did_not_get_through_is_tried_again(self, store, scheduler):
        await ask(store, *WORDS)
        messenger = Messenger(OSError("away"))
        due = scheduler(messenger, ANN)
        await due.send_due()
        assert messenger.sent == []
        await due.send_due()
        assert len(messenger.sent) == 1

    async def test_another_replica_may_take_over_what_failed(self, store, open_store, scheduler):
        await ask(store, *WORDS)
        messenger = Messenger(OSError("away"))
        await scheduler(messenger, ANN).send_due()
        async with open_store() as other:
            await scheduler(messenger, ANN, on=other).send_due()
        assert len(messenger.sent) == 1

    async def test_another_replica_takes_over_from_one_that_died(self, store, scheduler, clock):
        await ask(store, *WORDS)
        messenger = Messenger()
        key = f"digest:{MONDAY.date().isoformat()}:{ANN.platform}:{ANN.team or ''}:{ANN.user}"
        await store.store.deliveries.claim(key, "slack")
        await scheduler(messenger, ANN).send_due()
        assert messenger.sent == []
        clock.now += STALE
        await scheduler(messenger, ANN).send_due()
        assert len(messenger.sent) == 1

    async def test_who_cannot_be_reached_is_logged_without_ids_and_stops_nobody_else(self, store, scheduler, caplog):
        await ask(store, *WORDS)
        messenger = Messenger(PostRefusedError("user_not_found"), None)
        due = scheduler(messenger, ANN, BEN)
        with caplog.at_level(logging.WARNING):
            await due.send_due()
            await due.send_due()
        assert [curator for curator, _ in messenger.sent] == [BEN]
        assert caplog.messages == ["a digest to a curator on Slack cannot be sent: user_not_found"]

    async def test_a_platform_that_is_not_ready_is_waited_for(self, store, scheduler):
        await ask(store, *WORDS)
        messenger = Messenger(ready=False)
        due = scheduler({"slack": messenger}, ANN, DORA)
        await due.send_due()
        assert messenger.sent == []
        messenger.ready = True
        await due.send_due()
        assert [curator for curator, _ in messenger.sent] == [ANN]

    async def test_without_the_store_nothing_is_sent_until_it_is_back(self, store, scheduler, monkeypatch):
        await ask(store, *WORDS)

        async def away(*_):
            raise StoreUnavailable("gone")

        messenger = Messenger()
        due = scheduler(messenger, ANN)
        with monkeypatch.context() as patch:
            patch.setattr(store.store.deliveries, "claim", away)
            await due.send_due()
        assert messenger.sent == []
        await due.send_due()
        assert len(messenger.sent) == 1

    async def test_people_who_are_sent_nothing_are_logged_at_the_start(self, scheduler, caplog):
        due = scheduler(Messenger(), ANN, DORA, many=("slack",))
        with caplog.at_level(logging.WARNING):
            task = asyncio.create_task(due.run())
            await asyncio.sleep(0.05)
            task.cancel()
        assert len(caplog.messages) == 2
        assert "without their workspace" in caplog.messages[0]
        assert "people on Discord, which is not served" in caplog.messages[1]


class TestStartPage:
    @pytest.fixture
    def section(self, bot, store, monkeypatch):
        monkeypatch.setattr(adapters.server.jobs, "PAGE_WAIT", 60.0)  # machines are busy
        builder = DigestBuilder(lambda: bot, store, Retention())
        return CuratorSection((ANN, Curator("slack", "U1", "T1")), builder, TenantBots(lambda: bot, store))

    async def test_who_teaches_sees_what_their_workspace_asked_with_what_to_do_and_nothing_else(self, section, store):
        await ask(store, *WORDS)
        await ask(store, "who has the key of the bicycle shed", tenant="slack:T2")
        heading, *blocks = await section(HOME, "U7", True)
        assert heading == Heading(MISSED_TITLE)
        buttons = [one for block in blocks if isinstance(block, Buttons) for one in block.buttons]
        assert [one.label for one in buttons[:3]] == ["Answer", "Means the same as...", "Not for us"]
        assert {expand(one.action.fields[0], WORDS) for one in buttons} <= {*WORDS}

    async def test_what_was_left_out_is_not_shown_any_more(self, section, store):
        await ask(store, *WORDS)
        assert await section(HOME, "U7", True) != ()
        await store.store.unanswered.remove("slack:T1", WORDS)
        assert await section(HOME, "U7", True) == ()

    async def test_a_curator_sees_the_week_first_and_nobody_else_does(self, section, store):
        await ask(store, *WORDS)
        [heading, *_] = await section(HOME, ANN.user)
        assert heading == Heading("Questions, 2026-11-17 to 2026-11-23")
        assert await section(HOME, BEN.user) == ()

    async def test_the_same_user_id_in_another_workspace_or_platform_is_nobody(self, section):
        assert await section(HOME, "U1") != ()
        assert await section(replace(HOME, team="T2"), "U1") == ()
        assert await section(replace(HOME, platform="discord"), "U1") == ()
        assert await section(replace(HOME, platform="discord"), ANN.user) == ()

    async def test_a_curator_of_a_workspace_sees_its_questions_alone(self, section, store):
        await ask(store, *WORDS)
        await ask(store, "quantum xanadu", tenant="slack:T2")
        assert "3 asked" in words_of(View(await section(HOME, "U1"), ""))
        assert "4 asked" in words_of(View(await section(HOME, ANN.user), ""))

    async def test_while_the_store_is_away_it_says_so(self, section, store, monkeypatch):
        async def away(*_, **__):
            raise StoreUnavailable("gone")

        monkeypatch.setattr(adapters.server.jobs.DigestBuilder, "build", away)
        [_, text] = await section(HOME, ANN.user)
        assert "cannot reach my records" in text.text

    async def test_a_failure_is_not_cached(self, section, store, monkeypatch):
        async def away(*_, **__):
            raise StoreUnavailable("gone")

        with monkeypatch.context() as patch:
            patch.setattr(store.store.feedback, "votes", away)
            [_, text] = await section(HOME, ANN.user)
            assert "cannot reach my records" in text.text
        [heading, *_] = await section(HOME, ANN.user)
        assert heading.text.startswith("Questions, ")

    async def test_figures_that_take_too_long_do_not_hold_up_the_page(self, section, monkeypatch):
        async def slow(*_, **__):
            await asyncio.sleep(10)

        monkeypatch.setattr(adapters.server.jobs.DigestBuilder, "build", slow)
        monkeypatch.setattr(adapters.server.jobs, "PAGE_WAIT", 0.05)
        [_, text] = await section(HOME, ANN.user)
        assert "again in a moment" in text.text


class TestServed:
    @pytest.fixture
    def serve(self, made, clock, slack_settings, discord_settings, discord, monkeypatch, store, url):
        """The service, at eight on Monday, with a curator on each platform."""
        discord.faults["POST", "/users/@me/channels"].append(
            answer({"id": "960000000000000001", "type": 1, "recipients": []})
        )
        monkeypatch.setattr(adapters.server.service, "make_store", lambda _: Store(url, clock=clock))
        return lambda **more: running(
            made(
                FRAMEWORK_BOT_CURATORS=f"slack:{ANN.user},discord:{DORA.user}",
                **slack_settings,
                **discord_settings,
                **more,
            )
        )

    async def test_the_service_writes_to_curators_on_both_platforms(self, serve, slack, discord, store, monkeypatch):
        monkeypatch.setattr(adapters.server.jobs, "DIGEST_INTERVAL", 0.1)
        await ask(store, *WORDS)
        async with serve():
            [post] = await slack.until("chat.postMessage", within=30)
            await discord.until(lambda: discord.asked("POST", "/channels/960000000000000001/messages"))
        assert post.args["channel"] == ANN.user
        assert "opacus" in words(post.blocks)
        [body] = discord.asked("POST", "/channels/960000000000000001/messages")
        assert "opacus" in str(body["components"])
        assert body["allowed_mentions"]["parse"] == []
        assert discord.asked("POST", "/users/@me/channels") == [{"recipient_id": int(DORA.user)}]

    async def test_the_home_tab_of_a_curator_shows_the_week(self, serve, slack, store, get, monkeypatch):
        monkeypatch.setattr(adapters.server.jobs, "PAGE_WAIT", 30)
        await ask(store, *WORDS)
        opened = home_opened("home", user=ANN.user)
        async with serve(FRAMEWORK_BOT_DIGEST="off") as service, aiohttp.ClientSession() as session:
            assert await HttpSender(session, service.address).event(opened) == 200
            [published] = await slack.until("views.publish", within=30)
        assert "opacus" in words(published.blocks)

    async def test_refusals_of_the_platforms_are_logged_by_kind(
        self, serve, slack, discord, store, monkeypatch, caplog
    ):
        monkeypatch.setattr(adapters.server.jobs, "DIGEST_INTERVAL", 0.1)
        await ask(store, *WORDS)
        slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "user_not_found"}))
        refusal = {"message": "Cannot send messages to this user", "code": 50007}
        discord.faults["POST", "/channels/960000000000000001/messages"].append(answer(refusal, status=403))
        with caplog.at_level(logging.WARNING):
            async with serve(), asyncio.timeout(30):
                while sum("cannot be sent" in line for line in caplog.messages) < 2:
                    await asyncio.sleep(0.05)
        found = sorted(line for line in caplog.messages if "cannot be sent" in line)
        assert found[0].endswith("on Discord cannot be sent: 50007")
        assert found[1].endswith("on Slack cannot be sent: user_not_found")
        assert ANN.user not in caplog.text
        assert DORA.user not in caplog.text
