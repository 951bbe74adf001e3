from datetime import timedelta

import pytest

from bot.dialog.question import Turn
from bot.storage.records import (
    AskedQuestion,
    Feedback,
    OwnAnswer,
    Retention,
    ShownAnswer,
    Tally,
    Unanswered,
    Votes,
    tenant_of,
)
from bot.storage.schema import TENANTLESS, metadata
from tests.storing import add, record, remember


def test_every_table_can_be_forgotten_by_tenant_or_says_why_not():
    for table in metadata.sorted_tables:
        assert ("tenant" in table.c) != bool(table.info.get(TENANTLESS)), table.name


def test_no_table_has_a_column_for_a_user_other_than_a_pseudonym():
    for table in metadata.sorted_tables:
        for column in table.c:
            assert "user" not in column.name or column.name == "user_hash", f"{table.name}.{column.name}"


@pytest.mark.parametrize(
    ("platform", "team", "expected"),
    [("slack", "T1", "slack:T1"), ("discord", "42", "discord:42"), ("discord", None, "discord:direct")],
)
def test_a_tenant_is_named_by_its_platform_and_team(platform, team, expected):
    assert tenant_of(platform, team) == expected


@pytest.fixture
def fill():
    """Puts a row of `tenant` into every table."""

    async def filled(store, tenant, user="U024BE7LH"):
        await store.deliveries.claim(f"{tenant} event", tenant)
        await remember(store.threads, f"{tenant} thread", tenant, Turn(("a",)))
        await store.channels.change(tenant, passive=True)
        await store.channels.change(tenant, "C1", passive=True)
        await record(
            store.feedback,
            Feedback(
                platform="slack",
                tenant=tenant,
                user=user,
                answer=f"{tenant} answer",
                entry="compare.mobile",
                helpful=False,
                knowledge_version="v1",
                reason="quaint wording",
            ),
        )
        await record(
            store.unanswered,
            Unanswered(
                platform="slack",
                tenant=tenant,
                channel_kind="channel",
                text="peculiar request",
                outcome="decline",
                candidates=(),
                knowledge_version="v1",
            ),
        )
        await add(store.tallies, {Tally(tenant, "slack", "decline"): 1})
        shown = ShownAnswer(platform="slack", tenant=tenant, channel="C1", message="m", headlines={"a": "digest"})
        await record(store.shown_answers, shown)
        await record(store.asked_questions, AskedQuestion(tenant=tenant, channel="C1", text="a plea", user=user))
        own = OwnAnswer(entry="own.a", title="A", phrasings=("a",), text="an answer")
        await store.own_answers.save("slack", tenant, user, [own])
        await store.installations.save(None, tenant, {"bot_token": "x"}, tenant=tenant)

    return filled


async def test_forgetting_a_tenant_leaves_no_row_of_it_in_any_table(store, fill, execute, raw):
    await fill(store, "slack:T1")
    await fill(store, "slack:T2")
    removed = await store.tenants.forget_tenant("slack:T1")
    for table in metadata.sorted_tables:
        if "tenant" in table.c:
            assert removed[table.name] >= 1, f"nothing was put into {table.name} by this test"
            assert {tenant for (tenant,) in execute(f"SELECT tenant FROM {table.name}")} == {"slack:T2"}
    assert "slack:T1" not in raw()


async def test_counting_gives_what_forgetting_would_delete_and_deletes_nothing(store, fill, rows):
    await fill(store, "slack:T1")
    await fill(store, "slack:T2")
    before = rows()
    of_tenant, of_user = (
        await store.tenants.count_tenant("slack:T1"),
        await store.tenants.count_user("slack", "U024BE7LH"),
    )
    assert rows() == before
    assert await store.tenants.forget_tenant("slack:T1") == of_tenant
    assert of_user == {"feedback": 2, "installations": 0, "asked_questions": 2}
    assert await store.tenants.count_user("slack", "U024BE7LH") == {
        "feedback": 1,
        "installations": 0,
        "asked_questions": 1,
    }


async def test_forgetting_a_tenant_again_is_harmless(store, fill):
    await fill(store, "slack:T1")
    await store.tenants.forget_tenant("slack:T1")
    assert not any((await store.tenants.forget_tenant("slack:T1")).values())


async def test_forgetting_a_user_deletes_their_pseudonyms_in_all_tenants(store, fill, clock):
    await fill(store, "slack:T1")
    await fill(store, "slack:T2")
    await fill(store, "slack:T3", user="U2")
    removed = await store.tenants.forget_user("slack", "U024BE7LH")
    assert removed == {"feedback": 2, "installations": 0, "own_answers": 2, "asked_questions": 2}
    week = timedelta(days=7)
    assert await store.feedback.votes(clock() - week, clock() + week) == (Votes("compare.mobile", 0, 1),)
    assert await store.installations.bot(None, "slack:T1") is not None
    assert not any((await store.tenants.forget_user("slack", "U024BE7LH")).values())


async def test_a_user_is_forgotten_also_where_the_secret_was_replaced_since(store, make_store, fill):
    await fill(store, "slack:T1")
    later = make_store(secrets=("a newer secret", "a secret of the platform"))
    assert (await later.tenants.forget_user("slack", "U024BE7LH"))["feedback"] == 1
    await later.close()


async def test_no_words_are_stored_past_their_time(store, fill, clock, raw):
    await fill(store, "slack:T1")
    clock.move(days=89, hours=23)
    await store.tenants.purge()
    assert "peculiar request" in raw()
    assert "quaint wording" in raw()
    clock.move(hours=1)
    await store.tenants.purge()
    assert "peculiar" not in raw()
    assert "quaint" not in raw()


async def test_past_that_time_a_vote_stays_and_nobody_is_tied_to_it(store, fill, clock, execute):
    await fill(store, "slack:T1")
    clock.move(days=90)
    removed = await store.tenants.purge()
    assert removed["feedback words"] == 1
    assert execute("SELECT helpful, reason, user_hash FROM feedback") in ([(0, None, None)], [(False, None, None)])
    assert (await store.tenants.forget_user("slack", "U024BE7LH"))["feedback"] == 0


async def test_where_no_words_are_kept_a_vote_can_be_changed_for_a_day(make_store, fill, clock, execute):
    store = make_store(retention=Retention(words=timedelta(0)))
    await store.prepare()
    await fill(store, "slack:T1")
    await store.tenants.purge()
    assert execute("SELECT count(*) FROM feedback WHERE user_hash IS NOT NULL") == [(1,)]
    clock.move(days=1)
    await store.tenants.purge()
    assert execute("SELECT count(*) FROM feedback WHERE user_hash IS NOT NULL") == [(0,)]
    await store.close()


async def test_counts_are_deleted_after_400_days(store, fill, clock):
    await fill(store, "slack:T1")
    clock.move(days=399)
    removed = await store.tenants.purge()
    assert (removed["tallies"], removed["feedback"]) == (0, 0)
    clock.move(days=1)
    removed = await store.tenants.purge()
    assert (removed["tallies"], removed["feedback"]) == (1, 1)


async def test_a_purge_at_a_given_time_and_a_second_purge_are_harmless(store, fill, clock):
    await fill(store, "slack:T1")
    assert (await store.tenants.purge(clock() + timedelta(days=90)))["unanswered"] == 1
    assert not any((await store.tenants.purge(clock() + timedelta(days=90))).values())


async def test_a_purge_leaves_settings_and_installations_alone(store, fill, clock):
    await fill(store, "slack:T1")
    clock.move(days=4_000)
    await store.tenants.purge()
    assert (await store.channels.settings("slack:T1", "C1")).passive
    assert await store.installations.bot(None, "slack:T1") is not None


async def test_a_purge_finds_words_that_came_in_while_their_tenant_was_refusing_them(store, fill, execute, raw):
    await fill(store, "slack:T1")
    execute("UPDATE channels SET keep_words = ? WHERE channel = ''", False)
    await store.tenants.purge()
    assert "peculiar" not in raw()
    assert "quaint" not in raw()


async def test_much_is_deleted_in_small_steps(store, execute):
    for start in range(0, 5_000, 1_000):
        values = ", ".join(f"('{number}', 'slack:T1', '2020-01-01 00:00:00')" for number in range(start, start + 1_000))
        execute(f"INSERT INTO deliveries (key, tenant, claimed_at) VALUES {values}")
    assert (await store.tenants.purge())["deliveries"] == 5_000
    assert execute("SELECT count(*) FROM deliveries") == [(0,)]
