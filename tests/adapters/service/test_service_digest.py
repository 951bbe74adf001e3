"""The weekly digest: what it says, when it goes out, to whom, and that it does so once."""

from __future__ import annotations

import asyncio
import logging
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import aiohttp
import pytest

import adapters.service
import adapters.slack.curating
from adapters.curators import Curator
from adapters.digest.audience import Scope, scope, scope_in_slack
from adapters.digest.document import LONGEST, digest, week
from adapters.digest.making import Digests
from adapters.digest.sending import FIRST_PAUSE, MOST_TRIES, Sending, UnreachableError
from adapters.discord.components import layout
from adapters.discord.digesting import digest_page
from adapters.discord.limits import excesses
from adapters.service import running
from adapters.slack.curating import digest_blocks
from adapters.slack.limits import message_problems
from bot.curation.clustering import Cluster
from bot.curation.days import Days
from bot.curation.gathering import Material, gather
from bot.curation.judged import Judged
from bot.curation.report import Report, Stale, build
from bot.curation.shares import Share
from bot.feedback import Feedback, Tally, Unanswered
from bot.reply import Candidate
from bot.storage.deliveries import STALE
from bot.storage.errors import StoreUnavailable
from bot.storage.resilience import ResilientStore
from bot.storage.retention import Retention
from bot.store import Store
from tests.bot.small_knowledge import bot as small_bot
from tests.databases import postgresql
from tests.discord_double.loopback import answer
from tests.slack_double.loopback import Fault, HttpSender
from tests.slack_double.payloads import home_opened
from tests.slack_double.words import words

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ANN, BEN = Curator("slack", "U0ANN"), Curator("slack", "U0BEN")
DORA = Curator("discord", "900000000000000020")
WORDS = ("opacus for private training", "is opacus any good", "opacus epsilon budget")


class Clock:
    """A clock that only moves when told to."""

    def __init__(self, now=MONDAY):
        self.now = now

    def __call__(self):
        return self.now


class Post:
    """A courier that notes whom it told what, and fails as planned."""

    def __init__(self, *failures, ready=True):
        self.ready = ready
        self.told = []
        self.failures = list(failures)

    async def deliver(self, curator, digest, key):
        await asyncio.sleep(0)
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise failure
        self.told.append((curator, digest))


@pytest.fixture(scope="module")
def bot():
    return small_bot()


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "bot.sqlite3"

    async def prepare():
        async with Store.open(f"sqlite:///{path}"):
            pass

    asyncio.run(prepare())
    return path


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
def sending(bot, store):
    def made(post, *curators, day="monday", on=store, many=False):
        digests = Digests(lambda: bot, on, Retention())
        couriers = post if isinstance(post, dict) else {"slack": post}
        return Sending(curators, day, couriers, digests, on, many_workspaces=many)

    return made


async def ask(store, *texts, tenant="slack:T1", platform="slack", days=2):
    at = store.store.clock() - timedelta(days=days)
    for text in texts:
        await store.store.tallies.add({Tally(tenant, platform, "decline"): 1}, day=at.date())
        asked = Unanswered(
            platform=platform,
            tenant=tenant,
            channel_kind="channel",
            text=text,
            outcome="decline",
            candidates=(),
            knowledge_version="1",
        )
        await store.store.unanswered.record(asked, at=at)


def told(digest):
    return "\n".join(
        [digest.title, *digest.figures, *(line for section in digest.sections for line in section.lines)]
        + [section.title for section in digest.sections]
        + list(digest.commands)
    )


async def report_of(store, bot, tenant=None):
    period = week(date(2026, 11, 22))
    return build(await gather(store.store, period, now=MONDAY, retention=Retention(), tenant=tenant), bot)


class TestWhatItSays:
    async def test_it_names_what_is_open_how_often_it_was_asked_and_why_nothing_came_near(self, store, bot):
        await ask(store, *WORDS)
        made = digest(await report_of(store, bot))
        [section] = made.sections
        assert section.lines[0].startswith("1: opacus")
        assert "3 times" in section.lines[0]
        assert "nearest" in section.lines[0]
        assert made.summary == "3 asked, 0.0 % answered, 1 topic asked and not answered"

    async def test_it_has_nobodys_wording(self, store, bot):
        await ask(store, *WORDS)
        text = told(digest(await report_of(store, bot)))
        assert [wording for wording in WORDS if wording in text] == []

    async def test_its_commands_are_for_the_same_days_and_workspace(self, store, bot):
        made = digest(await report_of(store, bot, "slack:T1"))
        period = "--since 2026-11-16 --until 2026-11-22 --tenant slack:T1"
        assert made.commands == (f"framework-bot report {period}", f"framework-bot propose {period}")

    async def test_it_names_what_was_judged_unhelpful_and_what_was_wanted_instead(self, store, bot):
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
        await store.store.feedback.record(given, at=MONDAY - timedelta(days=2))
        text = told(digest(await report_of(store, bot)))
        assert "1 of 1 not helpful" in text
        assert f"wanted instead: {entries[1]} (1)" in text

    async def test_old_statements_are_named_where_they_are_asked_for_often(self, store, bot):
        report = await report_of(store, bot)
        stale = (Stale("a", "Often", date(2025, 1, 1), 600, 3), Stale("b", "Seldom", date(2025, 1, 1), 600, 2))
        text = told(digest(replace(report, stale=stale)))
        assert "Often" in text
        assert "Seldom" not in text

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

    material = Material(period=Days(date(2026, 11, 16), date(2026, 11, 22)), now=MONDAY, retention=Retention())
    report = build(material, bot)
    filled = {
        "tenant": f"slack:{'T' * 64}",
        "clusters": tuple(map(cluster, range(50))),
        "judged": tuple(Judged("e" * 80, nasty, Share(0, 9), Share(9, 9), (), ((nasty, 3),) * 9) for _ in range(50)),
        "stale": tuple(Stale("e" * 80, nasty, date(2025, 1, 1), 600, 99) for _ in range(50)),
        "caveats": (nasty,) * 9,
    }
    assert filled.keys() <= set(Report.__dataclass_fields__)
    return digest(replace(report, **filled))


class TestHowItLooks:
    def test_every_line_is_short(self, longest):
        lines = [*longest.figures, *(line for section in longest.sections for line in section.lines)]
        assert len(lines) == 5 + 1 + 5 + 3 + 3
        assert max(map(len, lines)) <= LONGEST

    def test_the_longest_fits_into_one_message_of_slack_and_pings_nobody(self, longest):
        blocks = digest_blocks(longest)
        assert message_problems({"text": "a digest", "blocks": blocks}) == []
        marked = [block["text"]["text"] for block in blocks if block.get("text", {}).get("type") == "mrkdwn"]
        assert [text for text in marked if "<" in text] == []

    def test_the_longest_fits_into_one_message_of_discord_and_pings_nobody(self, longest):
        page = digest_page(longest)
        components = layout(page).to_components()
        assert excesses(components) == []
        text = "".join(segment.text for segment in page.segments)
        assert "@everyone" not in text
        assert "\n<@1>" not in text.replace("\\<", "")
        assert longest.commands[1] in text

    def test_what_fits_is_not_shortened_on_discord(self, longest):
        line = "word " * 40
        short = replace(longest, figures=(line,), sections=())
        assert line.strip() in digest_page(short).segments[0].text


class TestWhoSeesWhat:
    def test_a_curator_of_a_workspace_sees_that_workspace_only(self):
        curator = Curator("slack", "U1", "T1")
        assert scope(curator, many_workspaces=True) == scope(curator, many_workspaces=False) == Scope("slack:T1")

    def test_without_a_workspace_one_sees_everything_where_there_is_one_workspace_only(self):
        assert scope(ANN, many_workspaces=False) == Scope(None)
        assert scope(ANN, many_workspaces=True) is None

    def test_on_discord_they_are_the_operators_own_people(self):
        assert scope(DORA, many_workspaces=True) == Scope(None)

    def test_the_same_user_id_in_another_workspace_is_nobody(self):
        curators = (Curator("slack", "U1", "T1"), Curator("discord", "80351110224678912"))
        assert scope_in_slack(curators, "U1", "slack:T1", many_workspaces=True) == Scope("slack:T1")
        assert scope_in_slack(curators, "U1", "slack:T2", many_workspaces=True) is None
        assert scope_in_slack(curators, "U2", "slack:T1", many_workspaces=True) is None
        assert scope_in_slack((ANN,), ANN.user, "slack:T1", many_workspaces=True) is None

    async def test_no_workspaces_questions_reach_another_ones_people(self, store, sending):
        await ask(store, *WORDS, tenant="slack:T1")
        await ask(store, "quantum xanadu one", "xanadu quantum two", tenant="slack:T2")
        post = Post()
        one, other = Curator("slack", "U1", "T1"), Curator("slack", "U2", "T2")
        await sending(post, one, other, Curator("slack", "U3"), many=True).look()
        seen = {curator: told(made) for curator, made in post.told}
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
    async def test_it_goes_out_on_its_day_from_eight_on(self, store, sending, clock, now, times):
        await ask(store, *WORDS)
        clock.now, post = now, Post()
        await sending(post, ANN).look()
        assert len(post.told) == times

    async def test_it_tells_of_the_seven_days_before(self, store, sending):
        await ask(store, "today", days=0)
        await ask(store, "the last day", days=1)
        await ask(store, "the first day", days=7)
        await ask(store, "too long ago", days=8)
        post = Post()
        await sending(post, ANN).look()
        [(_, made)] = post.told
        assert made.figures[0].startswith("2 asked (the week before: 1,")

    async def test_an_empty_week_is_passed_over(self, sending):
        post = Post()
        await sending(post, ANN).look()
        assert post.told == []

    async def test_a_week_later_there_is_another_one(self, store, sending, clock):
        await ask(store, *WORDS)
        post = Post()
        over = sending(post, ANN)
        await over.look()
        clock.now += timedelta(days=7)
        await ask(store, *WORDS)
        await over.look()
        assert len(post.told) == 2

    async def test_nothing_runs_where_it_is_off(self, sending):
        async with asyncio.timeout(5):
            await sending(Post(), ANN, day="off").run()


class TestOnce:
    async def test_looking_again_sends_nothing_more(self, store, sending):
        await ask(store, *WORDS)
        post = Post()
        over = sending(post, ANN, BEN)
        for _ in range(3):
            await over.look()
        assert [curator for curator, _ in post.told] == [ANN, BEN]

    async def test_nothing_is_sent_again_after_a_restart(self, open_store, sending):
        post = Post()
        for _ in range(2):
            async with open_store() as store:
                await ask(store, *WORDS)
                await sending(post, ANN, on=store).look()
        assert len(post.told) == 1

    @pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
    async def test_of_two_replicas_one_sends_it(self, kind, url, open_store, sending):
        async def both(address):
            post = Post()
            async with open_store(address) as one, open_store(address) as other:
                await ask(one, *WORDS)
                overs = [sending(post, ANN, BEN, on=store) for store in (one, other)]
                for _ in range(2):
                    await asyncio.gather(*(over.look() for over in overs))
            return post.told

        if kind == "sqlite":
            found = await both(url)
        else:
            with postgresql() as address:
                found = await both(address)
        assert sorted(curator.user for curator, _ in found) == [ANN.user, BEN.user]

    async def test_it_counts_as_sent_also_where_that_could_not_be_noted_at_once(
        self, open_store, store, sending, clock, monkeypatch
    ):
        await ask(store, *WORDS)
        post = Post()

        async def away(*_):
            raise StoreUnavailable("gone")

        with monkeypatch.context() as patch:
            patch.setattr(store.store.deliveries, "done_all", away)
            await sending(post, ANN).look()
        await store.tend()
        clock.now += timedelta(minutes=5)
        async with open_store() as other:
            await sending(post, ANN, on=other).look()
        assert len(post.told) == 1


class TestWhatGoesWrong:
    async def test_what_did_not_get_through_is_tried_again_after_a_pause(self, store, sending, clock):
        await ask(store, *WORDS)
        post = Post(OSError("away"))
        over = sending(post, ANN)
        await over.look()
        await over.look()
        assert post.told == []
        clock.now += FIRST_PAUSE
        await over.look()
        assert len(post.told) == 1

    async def test_another_replica_may_take_over_what_failed(self, store, open_store, sending):
        await ask(store, *WORDS)
        post = Post(OSError("away"))
        await sending(post, ANN).look()
        async with open_store() as other:
            await sending(post, ANN, on=other).look()
        assert len(post.told) == 1

    async def test_another_replica_takes_over_from_one_that_died(self, store, sending, clock):
        await ask(store, *WORDS)
        post = Post()
        key = f"digest:{MONDAY.date().isoformat()}:{ANN.platform}:{ANN.team or ''}:{ANN.user}"
        await store.store.deliveries.claim(key, "slack")
        await sending(post, ANN).look()
        assert post.told == []
        clock.now += STALE
        await sending(post, ANN).look()
        assert len(post.told) == 1

    async def test_it_is_not_tried_for_ever(self, store, sending, clock):
        await ask(store, *WORDS)
        failures = [OSError("away") for _ in range(50)]
        post = Post(*failures)
        over = sending(post, ANN)
        for _ in range(40):
            clock.now = min(clock.now + timedelta(minutes=30), MONDAY.replace(hour=23))
            await over.look()
        assert len(failures) - len(post.failures) == MOST_TRIES

    async def test_who_cannot_be_reached_is_logged_without_ids_and_stops_nobody_else(self, store, sending, caplog):
        await ask(store, *WORDS)
        post = Post(UnreachableError("Slack says user_not_found"), None)
        over = sending(post, ANN, BEN)
        with caplog.at_level(logging.WARNING):
            await over.look()
            await over.look()
        assert [curator for curator, _ in post.told] == [BEN]
        assert caplog.messages == ["a curator on Slack cannot be told the digest: Slack says user_not_found"]

    async def test_a_platform_that_is_not_ready_is_waited_for(self, store, sending):
        await ask(store, *WORDS)
        post = Post(ready=False)
        over = sending({"slack": post}, ANN, DORA)
        await over.look()
        assert post.told == []
        post.ready = True
        await over.look()
        assert [curator for curator, _ in post.told] == [ANN]

    async def test_without_the_store_nothing_is_sent_until_it_is_back(self, store, sending, monkeypatch):
        await ask(store, *WORDS)

        async def away(*_):
            raise StoreUnavailable("gone")

        post = Post()
        over = sending(post, ANN)
        with monkeypatch.context() as patch:
            patch.setattr(store.store.deliveries, "claim", away)
            await over.look()
        assert post.told == []
        await over.look()
        assert len(post.told) == 1

    async def test_who_is_told_nothing_is_said_at_the_start(self, sending, caplog):
        over = sending(Post(), ANN, DORA, many=True)
        with caplog.at_level(logging.WARNING):
            task = asyncio.create_task(over.run())
            await asyncio.sleep(0.05)
            task.cancel()
        assert len(caplog.messages) == 2
        assert "without their workspace" in caplog.messages[0]
        assert "people on Discord, which is not served" in caplog.messages[1]


class TestServed:
    @pytest.fixture
    def serve(self, made, clock, slack_settings, discord_settings, discord, monkeypatch, store, url):
        """The service, at eight on Monday, with a curator on each platform."""
        discord.faults["POST", "/users/@me/channels"].append(
            answer({"id": "960000000000000001", "type": 1, "recipients": []})
        )
        monkeypatch.setattr(adapters.service, "store_of", lambda _: Store(url, clock=clock))
        return lambda **more: running(
            made(
                FRAMEWORK_BOT_CURATORS=f"slack:{ANN.user},discord:{DORA.user}",
                **slack_settings,
                **discord_settings,
                **more,
            )
        )

    async def test_the_service_writes_to_curators_on_both_platforms(self, serve, slack, discord, store, monkeypatch):
        monkeypatch.setattr(Sending.__init__, "__kwdefaults__", {"many_workspaces": False, "looking": 0.1})
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
        monkeypatch.setattr(adapters.slack.curating, "PATIENCE", 30)
        await ask(store, *WORDS)
        opened = home_opened("home")
        opened["event"]["user"] = ANN.user
        async with serve(FRAMEWORK_BOT_DIGEST="off") as service, aiohttp.ClientSession() as session:
            assert await HttpSender(session, service.address).event(opened) == 200
            [published] = await slack.until("views.publish", within=30)
        assert "opacus" in words(published.blocks)

    async def test_refusals_of_the_platforms_are_told_by_kind(self, serve, slack, discord, store, monkeypatch, caplog):
        monkeypatch.setattr(Sending.__init__, "__kwdefaults__", {"many_workspaces": False, "looking": 0.1})
        await ask(store, *WORDS)
        slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "user_not_found"}))
        refusal = {"message": "Cannot send messages to this user", "code": 50007}
        discord.faults["POST", "/channels/960000000000000001/messages"].append(answer(refusal, status=403))
        with caplog.at_level(logging.WARNING):
            async with serve(), asyncio.timeout(30):
                while sum("cannot be told" in line for line in caplog.messages) < 2:
                    await asyncio.sleep(0.05)
        found = sorted(line for line in caplog.messages if "cannot be told" in line)
        assert found[0].endswith("on Discord cannot be told the digest: Forbidden 403, code 50007")
        assert found[1].endswith("on Slack cannot be told the digest: Slack says user_not_found")
        assert ANN.user not in caplog.text
        assert DORA.user not in caplog.text
