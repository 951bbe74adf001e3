from datetime import timedelta

import pytest

from bot.storage.records import Retention
from bot.storage.resilience import PURGE_INTERVAL, ResilientStore
from bot.storage.tenants import KeyCoverage


@pytest.fixture
def noted(store, make_store):
    """Notes a service's secrets, as it does at its start and every hour; its own store is gone afterwards."""

    async def note(*secrets, **choices):
        service = make_store(secrets=secrets, **choices)
        await service.pseudonym_keys.note()
        await service.close()

    return note


@pytest.fixture
def covered(store, make_store):
    async def look(*secrets):
        at_hand = make_store(secrets=secrets)
        found = await at_hand.pseudonym_keys.coverage()
        await at_hand.close()
        return found

    return look


async def test_secrets_of_the_service_are_distinguished_from_others(noted, covered):
    assert await covered("a secret") == KeyCoverage(at_hand=0, missing=0)
    await noted("a secret")
    assert await covered("a secret") == KeyCoverage(at_hand=1, missing=0)
    assert await covered("another") == KeyCoverage(at_hand=0, missing=1)
    assert await covered() == KeyCoverage(at_hand=0, missing=1)


async def test_only_the_newest_secret_hides_anybody(noted, covered):
    await noted("newest", "older")
    assert await covered("newest") == KeyCoverage(at_hand=1, missing=0)
    assert await covered("older") == KeyCoverage(at_hand=0, missing=1)


async def test_a_secret_that_was_replaced_is_missed_as_long_as_what_it_hides_is_kept(noted, covered, clock):
    await noted("older")
    clock.move(days=1)
    await noted("newer")
    assert await covered("newer") == KeyCoverage(at_hand=1, missing=1)
    assert await covered("newer", "older") == KeyCoverage(at_hand=2, missing=0)
    clock.move(days=89, hours=23)
    await noted("newer")
    assert await covered("newer") == KeyCoverage(at_hand=1, missing=1)
    clock.move(hours=1)
    await noted("newer")
    assert await covered("newer") == KeyCoverage(at_hand=1, missing=0)


async def test_it_says_until_when_a_secret_is_needed(noted, store, clock):
    assert await store.pseudonym_keys.needed_until(["older"]) is None
    await noted("older")
    assert await store.pseudonym_keys.needed_until(["older", "never used"]) == clock() + timedelta(days=91)
    assert await store.pseudonym_keys.needed_until([]) is None
    clock.move(days=91)
    assert await store.pseudonym_keys.needed_until(["older"]) is None


async def test_where_no_words_are_kept_a_secret_is_needed_for_two_days(make_store, store, clock):
    wordless = make_store(secrets=("a secret",), retention=Retention(words=timedelta(0)))
    await wordless.pseudonym_keys.note()
    assert await wordless.pseudonym_keys.needed_until(["a secret"]) == clock() + timedelta(days=2)
    await wordless.close()


async def test_without_a_secret_nothing_is_noted(noted, covered, rows):
    await noted()
    assert await covered() == KeyCoverage(at_hand=0, missing=0)
    assert rows()["marks"] == []


async def test_no_secret_can_be_read_from_what_is_noted(noted, raw):
    await noted("an-unmistakable-secret")
    assert "unmistakable" not in raw()


async def test_a_service_notes_its_secrets_at_its_start_and_every_hour(make_store, covered, clock, store):
    service = make_store(secrets=("a secret",))
    async with ResilientStore.open(service, every=86_400) as running:
        assert await covered("a secret") == KeyCoverage(at_hand=1, missing=0)
        before = await service.pseudonym_keys.needed_until(["a secret"])
        clock.now += PURGE_INTERVAL  # later than its first purge
        await running.maintain()
        assert await service.pseudonym_keys.needed_until(["a secret"]) == before + PURGE_INTERVAL


async def test_other_values_by_key_are_left_unchanged(noted, store, clock):
    await store.key_values.put("discord commands", "abc")
    clock.move(days=4_000)
    await noted("a secret")
    assert await store.key_values.get("discord commands") == "abc"
