import asyncio
import json

import pytest
from cryptography.fernet import Fernet

from bot.storage.errors import KeysUnusable

BOT = {"bot_token": "xoxb-very-secret", "bot_user_id": "U0BOT0BOT0", "scopes": ["chat:write"]}


async def test_a_bot_is_found_by_its_workspace(store, replica):
    await store.installations.save(None, "T1", BOT, tenant="slack:T1")
    assert await replica.installations.bot(None, "T1") == BOT
    assert await replica.installations.bot(None, "T2") is None


async def test_installing_again_replaces_the_token(store):
    await store.installations.save(None, "T1", BOT, tenant="slack:T1")
    await store.installations.save(None, "T1", {"bot_token": "xoxb-newer"}, tenant="slack:T1")
    assert await store.installations.bot(None, "T1") == {"bot_token": "xoxb-newer"}
    assert (await store.installations.seals()).newest == 1


async def test_an_organisation_is_not_one_of_its_workspaces(store):
    await store.installations.save("E1", None, BOT, tenant="slack:E1")
    assert await store.installations.bot("E1", None) == BOT
    assert await store.installations.bot("E1", "T1") is None
    assert await store.installations.bot(None, None) is None


async def test_a_new_key_in_front_seals_and_the_old_one_still_opens(store, make_store, encryption_key):
    await store.installations.save(None, "T1", BOT, tenant="slack:T1")
    newer = Fernet.generate_key().decode()
    both = make_store(encryption_keys=(newer, encryption_key))
    assert await both.installations.bot(None, "T1") == BOT
    await both.installations.save(None, "T2", BOT, tenant="slack:T2")
    with pytest.raises(KeysUnusable, match="add the key it was encrypted with"):
        await store.installations.bot(None, "T2")
    await both.close()


async def test_after_rotation_the_old_key_can_go(store, make_store, encryption_key):
    for number in range(205):
        await store.installations.save(None, f"T{number}", {"bot_token": str(number)}, tenant=f"slack:T{number}")
    newer = Fernet.generate_key().decode()
    both = make_store(encryption_keys=(newer, encryption_key))
    assert await both.installations.rotate() == 205
    await both.close()
    only_newer = make_store(encryption_keys=(newer,))
    assert await only_newer.installations.bot(None, "T204") == {"bot_token": "204"}
    await only_newer.close()
    with pytest.raises(KeysUnusable):
        await store.installations.bot(None, "T0")


async def test_rotation_leaves_what_no_key_opens(store, make_store):
    await store.installations.save(None, "T1", BOT, tenant="slack:T1")
    stranger = make_store(encryption_keys=(Fernet.generate_key().decode(),))
    assert await stranger.installations.rotate() == 0
    assert (await stranger.installations.seals()).unreadable == ("slack:T1",)
    await stranger.close()
    assert await store.installations.bot(None, "T1") == BOT


async def test_a_token_moved_to_another_workspace_is_refused(store, execute):
    await store.installations.save(None, "T1", BOT, tenant="slack:T1")
    await store.installations.save(None, "T2", {}, tenant="slack:T2")
    ((sealed,),) = execute("SELECT sealed FROM installations WHERE team = ?", "T1")
    execute("UPDATE installations SET sealed = ? WHERE team = ?", sealed, "T2")
    with pytest.raises(KeysUnusable, match="belongs to another installation"):
        await store.installations.bot(None, "T2")


async def test_a_token_tampered_with_is_refused(store, execute):
    await store.installations.save(None, "T1", BOT, tenant="slack:T1")
    execute("UPDATE installations SET sealed = ?", "gAAAAA" + json.dumps(BOT))
    with pytest.raises(KeysUnusable):
        await store.installations.bot(None, "T1")


@pytest.mark.usefixtures("store")
async def test_without_a_key_nothing_is_kept_in_clear(make_store, raw):
    keyless = make_store(encryption_keys=())
    with pytest.raises(KeysUnusable, match="TOKEN_ENCRYPTION_KEYS"):
        await keyless.installations.save(None, "T1", BOT, tenant="slack:T1")
    await keyless.close()
    assert "very-secret" not in raw()


async def test_a_malformed_key_is_refused_without_showing_it(make_store):
    with pytest.raises(KeysUnusable) as refused:
        make_store(encryption_keys=("not-a-key",))
    assert "not-a-key" not in str(refused.value)


async def test_an_oauth_state_is_good_once_on_any_replica(store, replica):
    state = await store.oauth_states.issue()
    assert await replica.oauth_states.consume(state)
    assert not await store.oauth_states.consume(state)
    assert not await store.oauth_states.consume("never issued")


async def test_an_oauth_state_consumed_twice_at_once_is_good_once(store, replica):
    state = await store.oauth_states.issue()
    used = await asyncio.gather(*(one.oauth_states.consume(state) for one in (store, replica) * 4))
    assert sorted(used) == [False] * 7 + [True]


async def test_an_oauth_state_is_good_for_ten_minutes_and_kept_hashed(store, clock, raw):
    state = await store.oauth_states.issue()
    assert state not in raw()
    clock.move(minutes=10)
    assert not await store.oauth_states.consume(state)
    assert (await store.tenants.purge())["oauth_states"] == 1


async def test_a_value_is_what_was_put_last(store, replica):
    assert await store.key_values.get("discord commands") is None
    await store.key_values.put("discord commands", "abc")
    await store.key_values.put("discord commands", "def")
    assert await replica.key_values.get("discord commands") == "def"
