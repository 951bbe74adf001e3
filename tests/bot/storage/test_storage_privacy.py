"""What is in the database, read past all our code: every value of every table, and every byte of SQLite's files.

Of PostgreSQL the rows alone: what it has deleted and not yet vacuumed cannot be read by way of SQL.
"""

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from bot.chat.capabilities import Capabilities
from bot.chat.incoming import Message, Place
from bot.chat.service import ChatService
from bot.chat.view import Outgoing, View
from bot.dialog.question import Turn
from bot.storage.records import AskedQuestion, Feedback, OwnAnswer, ShownAnswer, Tally, Unanswered
from bot.storage.resilience import ResilientStore
from bot.storage.schema import metadata
from tests.bot.chat_scene import exchange
from tests.storing import add, done, record, remember

WHENEVER = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
USER = "U024BE7LH"
INSTALLATION = {"bot_token": "xoxb-of-the-bot", "installer": USER}


# A life: what two tenants say and choose.


@pytest.fixture
def live():
    """Fills every table with what a tenant says and does, with `mark` in all that it writes."""

    async def lived(store, tenant, mark, user=USER):
        for number in range(3):
            key = f"{tenant}:{mark}:{number}"
            await store.deliveries.claim(key, tenant)
            await done(store.deliveries, key)
            await remember(
                store.threads, key, tenant, Turn((f"{mark}.answered",), (f"{mark}.offered",), (f"{mark}.framework",))
            )
            await store.channels.change(tenant, f"{mark}{number}", passive=True)
            await add(store.tallies, {Tally(tenant, "slack", "answer", f"{mark}.{number}"): 1})
            await record(
                store.shown_answers,
                ShownAnswer(
                    platform="slack",
                    tenant=tenant,
                    channel=f"{mark}{number}",
                    message=key,
                    headlines={f"{mark}.entry": "a digest"},
                ),
            )
            await record(
                store.unanswered,
                Unanswered(
                    platform="slack",
                    tenant=tenant,
                    channel_kind="channel",
                    channel=f"{mark}{number}",
                    text=f"why is {mark} so quick, <@{user}>?",
                    outcome="decline",
                    candidates=(),
                    knowledge_version=mark,
                ),
            )
            await record(
                store.feedback,
                Feedback(
                    platform="slack",
                    tenant=tenant,
                    user=user,
                    answer=key,
                    entry=f"{mark}.entry",
                    helpful=False,
                    reason=f"{mark} is quicker, said {user}",
                    suggested=f"{mark}.suggested",
                    knowledge_version=mark,
                ),
            )
            for asker in (user, ""):
                asked = AskedQuestion(
                    tenant=tenant, channel=f"{mark}{number}", text=f"{mark} of <@{user}>?", thread=mark, user=asker
                )
                await record(store.asked_questions, asked)
            answer = OwnAnswer(entry=f"{mark}.{number}", title=mark, phrasings=(mark,), text=mark)
            await store.own_answers.save("slack", tenant, f"{mark} teacher", [answer])
        await store.channels.change(tenant, follow_ups=True)
        await store.installations.save(None, tenant, {"bot_token": mark}, tenant=tenant)
        assert await store.oauth_states.consume(store.oauth_states.issue())
        await store.key_values.put("discord commands", "a hash")

    return lived


@pytest.fixture
def rows_of(rows):
    """Every row in which a tenant is named, by table."""

    def read(tenant):
        return {table: found for table, all_rows in rows().items() if (found := [r for r in all_rows if tenant in r])}

    return read


async def test_of_a_forgotten_tenant_nothing_is_left_and_of_another_everything(store, live, raw, rows, rows_of):
    await live(store, "slack:T0GONE", "zebra")
    await live(store, "slack:T0STAYS", "okapi")
    of_tenants = {table.name for table in metadata.sorted_tables if "tenant" in table.c}
    before, tenantless = rows_of("slack:T0STAYS"), {n: r for n, r in rows().items() if n not in of_tenants}
    assert set(rows_of("slack:T0GONE")) == set(before) == of_tenants, "the life left a table out"
    await store.tenants.forget_tenant("slack:T0GONE")
    everything = raw()
    assert "T0GONE" not in everything
    assert "zebra" not in everything
    assert rows_of("slack:T0STAYS") == before
    assert {name: found for name, found in rows().items() if name not in of_tenants} == tenantless


async def test_of_a_forgotten_user_no_pseudonym_and_no_word_is_left(store, live, raw, rows_of, execute):
    await live(store, "slack:T1", "zebra")
    await live(store, "slack:T1", "okapi", user="U2")
    pseudonyms = {pseudonym for (pseudonym,) in execute("SELECT user_hash FROM feedback WHERE entry = 'zebra.entry'")}
    assert pseudonyms
    await store.tenants.forget_user("slack", USER)
    everything = raw()
    assert not [pseudonym for pseudonym in pseudonyms if pseudonym in everything]
    assert "zebra is quicker" not in everything
    assert "okapi is quicker" in everything
    assert len(rows_of("slack:T1")["unanswered"]) == 6, "a question has no author, so it cannot go with one"


async def test_past_their_time_neither_words_nor_pseudonyms_are_left(store, live, raw, execute, clock):
    await live(store, "slack:T1", "zebra")
    clock.move(days=45)
    await live(store, "slack:T2", "okapi", user="U2")
    old = {pseudonym for (pseudonym,) in execute("SELECT user_hash FROM feedback WHERE tenant = 'slack:T1'")}
    recent = {pseudonym for (pseudonym,) in execute("SELECT user_hash FROM feedback WHERE tenant = 'slack:T2'")}
    assert old
    clock.move(days=45)
    await store.tenants.purge()
    everything = raw()
    assert "zebra is quicker" not in everything
    assert "why is zebra" not in everything
    assert not [pseudonym for pseudonym in old if pseudonym in everything]
    assert "okapi is quicker" in everything
    assert [pseudonym for pseudonym in recent if pseudonym in everything]


async def test_neither_a_user_nor_an_answered_question_is_stored_at_any_time(store, shipped, raw):
    stranger = "U0STRANGER"
    kept_out = (USER, stranger, "D0PRIVATE0", "bob@example.com", "better for phones", "pytorch vs", "numbat")
    public = Place("slack", "T1", "C1", "thread", "C1:1.0")
    direct = Place("slack", "T1", "D0PRIVATE0", "direct", "D0PRIVATE0:2.0")
    quiet = Place("slack", "T1", "C2", "channel")
    await store.channels.change("slack:T1", "C2", keep_words=False)
    async with ResilientStore.open(store, every=86_400) as resilient:
        chat = ChatService(lambda: shipped, resilient, Capabilities(name="Slack", help=()))

        async def ask(text, place):
            message = Message(place=place, user=USER, text=text, address="mention")
            await exchange(chat, message, f"{place.channel}:9.0")

        async def judge(**choices):
            given = {"entry": "e", "helpful": False, "knowledge_version": "v", "platform": "slack", "user": USER}
            vote = Feedback(**{"tenant": "slack:T1", "answer": "D0PRIVATE0:2.0", **given, **choices})
            await chat.posted(Outgoing(direct, USER, View((), ""), feedback=vote))

        steps = (
            lambda: resilient.deliveries.claim("slack:slack:T1:D0PRIVATE0:2.0", "slack:T1"),
            lambda: ask(f"<@{USER}> which one is better for phones?", public),
            lambda: ask("pytorch vs tensorflow", direct),
            lambda: ask(f"how tall is wombat tower, {stranger} or bob@example.com?", direct),
            lambda: ask("how tall is numbat tower?", quiet),
            judge,
            lambda: judge(channel="C2", reason="numbat again"),
            lambda: judge(reason=f"ask <@{stranger}|bob> or bob@example.com"),
            lambda: resilient.channels.change("slack:T1", "C1", passive=True),
            lambda: store.installations.save(None, "T1", INSTALLATION, tenant="slack:T1"),
            resilient.maintain,
            lambda: resilient.deliveries.done("slack:slack:T1:D0PRIVATE0:2.0"),
            lambda: resilient.forget_user("slack", USER),
            store.tenants.purge,
        )
        for number, step in enumerate(steps):
            await step()
            everything = raw()
            assert not [text for text in kept_out if text in everything], f"after step {number}"
        assert "how tall is wombat tower, [mention] or [email]?" in everything
        for thread in ("slack:C1:1.0", "slack:D0PRIVATE0:2.0"):
            assert await store.threads.turn(thread) is not None
        assert len(await store.unanswered.between(*WHENEVER)) == 1, "the others were meant to be answered"


async def test_after_forgetting_elsewhere_a_running_service_writes_its_gathered_counts_and_nothing_else(
    store, replica, live, rows_of
):
    async with ResilientStore.open(replica, every=86_400) as running:
        await live(running.store, "slack:T1", "zebra")
        await running.deliveries.claim("under way", "slack:T1")
        await running.threads.remember("thread", "slack:T1", Turn(("a",)))
        await running.channels.settings("slack:T1", "C1")
        running.tallies.count(Tally("slack:T1", "slack", "answer"))
        await store.tenants.forget_tenant("slack:T1")
        await running.deliveries.done("under way")
        await running.maintain()
        assert {table: len(found) for table, found in rows_of("slack:T1").items()} == {"tallies": 1}
        await store.tenants.forget_tenant("slack:T1")
        await running.maintain()
    assert rows_of("slack:T1") == {}


# Bytes of SQLite's files: they outlive a row where nobody sees to them.


@pytest.fixture
def leave_behind(sqlite_url):
    """Leaves bytes in the file as SQLite itself does now and then, when it moves rows to another page."""

    def left(words):
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute("PRAGMA secure_delete=OFF")
            connection.execute("INSERT INTO marks VALUES ('moved', ?, '2026-01-01 00:00:00')", (words,))
            connection.execute("DELETE FROM marks WHERE name = 'moved'")

    return left


only_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@only_sqlite
@pytest.mark.parametrize(
    "forget",
    [
        lambda store, clock: store.tenants.forget_tenant("slack:T1"),
        lambda store, clock: store.tenants.forget_user("slack", USER),
        lambda store, clock: store.channels.change("slack:T1", keep_words=False),
        lambda store, clock: store.tenants.purge(clock.move(days=90)),
        lambda store, clock: store.installations.rotate(),
    ],
    ids=["tenant", "user", "words of a tenant", "what is old", "seals of an older key"],
)
async def test_deleting_leaves_no_copy_behind_in_the_file(store, live, leave_behind, raw, clock, forget):
    await live(store, "slack:T1", "zebra")
    leave_behind("a copy of quagga")
    assert "quagga" in raw()
    await forget(store, clock)
    assert "quagga" not in raw()
    assert not store.database.vacuum_pending


@only_sqlite
async def test_of_many_tenants_that_went_one_by_one_no_byte_is_left(store, raw):
    tenants = [f"slack:T0{number:03}X" for number in range(12)]
    draw = random.Random(7)
    await store.threads.remember_all(
        [(str(number), draw.choice(tenants), Turn(("a" * draw.randrange(1, 150),))) for number in range(3_000)]
    )
    await add(
        store.tallies,
        {Tally(draw.choice(tenants), "slack", "answer", "e" * draw.randrange(1, 150)): 1 for _ in range(3_000)},
    )
    for tenant in tenants[:-1]:
        await store.tenants.forget_tenant(tenant)
    everything = raw()
    assert [tenant for tenant in tenants if tenant in everything] == tenants[-1:]


@only_sqlite
async def test_where_somebody_goes_on_reading_the_bytes_go_the_next_time_and_that_is_logged(
    make_store, store, live, raw, sqlite_url, caplog
):
    hasty = make_store(time_limit=1.0)
    await live(hasty, "slack:T1", "zebra")
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM feedback").fetchall()
        assert (await hasty.tenants.forget_tenant("slack:T1"))["feedback"] == 3
        assert hasty.database.vacuum_pending
        assert "another connection is reading" in caplog.text
    assert "zebra" in raw()
    await hasty.tenants.purge()
    assert "zebra" not in raw()
    assert not hasty.database.vacuum_pending
    await hasty.close()
