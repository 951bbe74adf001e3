import asyncio

from bot.storage.records import ChannelSettings


async def test_a_channel_nobody_set_up_has_the_careful_defaults(store):
    assert await store.channels.settings("slack:T1", "C1") == ChannelSettings(
        follow_ups=False, passive=False, visibility="private", keep_words=True
    )


async def test_a_channel_has_its_tenants_settings_where_it_has_not_chosen_itself(store, replica):
    await store.channels.change("slack:T1", follow_ups=True, visibility="channel")
    await store.channels.change("slack:T1", "C1", follow_ups=False, passive=True)
    assert await replica.channels.settings("slack:T1", "C1") == ChannelSettings(
        follow_ups=False, passive=True, visibility="channel"
    )
    assert await replica.channels.settings("slack:T1", "C2") == ChannelSettings(follow_ups=True, visibility="channel")
    assert await replica.channels.settings("slack:T1") == ChannelSettings(follow_ups=True, visibility="channel")


async def test_a_change_says_what_holds_afterwards(store):
    await store.channels.change("slack:T1", passive=True)
    assert await store.channels.change("slack:T1", "C1", follow_ups=True) == ChannelSettings(
        follow_ups=True, passive=True
    )


async def test_a_change_leaves_what_it_does_not_name(store):
    await store.channels.change("slack:T1", "C1", passive=True)
    await store.channels.change("slack:T1", "C1", follow_ups=True)
    assert await store.channels.settings("slack:T1", "C1") == ChannelSettings(follow_ups=True, passive=True)


async def test_none_goes_back_to_the_tenants_choice(store):
    await store.channels.change("slack:T1", passive=True)
    await store.channels.change("slack:T1", "C1", passive=False)
    await store.channels.change("slack:T1", "C1", passive=None)
    assert (await store.channels.settings("slack:T1", "C1")).passive


async def test_another_tenants_channel_of_the_same_name_is_another_channel(store):
    await store.channels.change("slack:T1", "C1", passive=True)
    assert await store.channels.settings("slack:T2", "C1") == ChannelSettings()


async def test_a_channel_cannot_allow_what_its_tenant_refused_to_have_kept(store):
    await store.channels.change("slack:T1", "C1", keep_words=True)
    await store.channels.change("slack:T1", keep_words=False)
    assert not (await store.channels.settings("slack:T1", "C1")).keep_words


async def test_changes_made_at_once_are_all_kept(store, replica):
    await asyncio.gather(
        store.channels.change("slack:T1", "C1", passive=True),
        replica.channels.change("slack:T1", "C1", follow_ups=True),
        store.channels.change("slack:T1", "C1", visibility="channel"),
    )
    assert await store.channels.settings("slack:T1", "C1") == ChannelSettings(
        follow_ups=True, passive=True, visibility="channel"
    )
