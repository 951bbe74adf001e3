"""Tokens in the database, read past all our code: sealed, and only as long as they are needed."""

import json
import re
from base64 import b64encode, urlsafe_b64encode

import pytest
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete

from bot.storage.errors import KeysUnusable
from bot.storage.installations import Seals
from bot.storage.schema import installations

USER = "U024BE7LH"
BOT_TOKEN = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy"
REFRESH_TOKEN = "xoxe-1-My0xLTQwOTU2MDA2MTI0NTYtNDA5NTYwMDg0OTQ4OC1lNDc"
INSTALLATION = {
    "bot_token": BOT_TOKEN,
    "bot_refresh_token": REFRESH_TOKEN,
    "bot_token_expires_at": 1_793_612_345,
    "installer": USER,
}
NEVER_IN_CLEAR = (BOT_TOKEN, REFRESH_TOKEN, USER, "1793612345", "bot_token")


def disguises(text):
    """The ways in which `text` could be somewhere without being encrypted."""
    data = text.encode()
    yield text
    yield data.hex()
    yield text.encode("utf-16-le").decode("latin-1")
    for shift, spoilt in ((0, 0), (1, 2), (2, 3)):  # where in a longer text it begins
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(shift) + data).decode()[spoilt:-4]


def in_clear(everything):
    return [text for text in NEVER_IN_CLEAR if any(disguise in everything for disguise in disguises(text))]


@pytest.fixture
def install():
    """Installs the app in three workspaces and an organisation."""

    async def installed(store):
        for enterprise, team in ((None, "T1"), (None, "T2"), ("E1", "T3"), ("E1", None)):
            tenant = f"slack:{team or enterprise}"
            await store.installations.save(enterprise, team, INSTALLATION, tenant=tenant)

    return installed


def test_a_token_is_found_also_where_it_is_only_encoded():
    for prefix in ("", "a", "ab", "abc"):
        assert in_clear(b64encode(f"{prefix}{BOT_TOKEN} and more".encode()).decode()) == [BOT_TOKEN]
    assert in_clear(f'{{"bot": "{BOT_TOKEN.encode().hex()}"}}') == [BOT_TOKEN]
    assert in_clear("slack:T1") == []


async def test_neither_a_token_nor_who_installed_the_app_is_in_clear(store, install, raw):
    await install(store)
    everything = raw()
    assert "slack:T3" in everything
    assert in_clear(everything) == []


async def test_installing_again_and_uninstalling_leave_neither(store, install, raw):
    await install(store)
    await install(store)
    for team in ("T1", "T2", "T3"):
        await store.tenants.forget_tenant(f"slack:{team}")
    assert in_clear(raw()) == []


def opened_by(key, everything):
    """What a key opens of all that looks sealed."""
    cipher, found = Fernet(key), []
    for sealed in re.findall(r"gAAAA[\w-]{50,}={0,2}", everything, re.ASCII):
        try:
            found.append(json.loads(cipher.decrypt(sealed)))
        except InvalidToken:
            continue
    return found


async def test_after_rotation_the_old_key_opens_nothing_and_the_new_one_everything(
    store, make_store, install, raw, encryption_key
):
    await install(store)
    assert len(opened_by(encryption_key, raw())) >= 4
    newer = Fernet.generate_key().decode()
    both = make_store(encryption_keys=(newer, encryption_key))
    assert await both.installations.seals() == Seals(newest=0, older=4, unreadable=())
    assert await both.installations.rotate() == 4
    assert await both.installations.seals() == Seals(newest=4, older=0, unreadable=())
    everything = raw()
    assert opened_by(encryption_key, everything) == []
    assert len(opened_by(newer, everything)) >= 4
    assert in_clear(everything) == []
    with pytest.raises(KeysUnusable):
        await store.installations.bot(None, "T1")
    await both.close()


async def test_what_a_lost_key_sealed_is_named(store, make_store, install):
    await install(store)
    newer = make_store(encryption_keys=(Fernet.generate_key().decode(),))
    await newer.installations.save(None, "T2", INSTALLATION, tenant="slack:T2")
    lost = ("slack:T1", "slack:T3", "slack:E1")
    assert await newer.installations.rotate() == 1
    assert await newer.installations.seals() == Seals(newest=1, older=0, unreadable=lost)
    await newer.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_what_is_deleted_is_overwritten_also_where_the_file_is_not_rewritten(store, install, raw, execute):
    await install(store)
    ((sealed,),) = execute("SELECT sealed FROM installations WHERE team = 'T2'")
    async with store.database.writing() as connection:
        await connection.execute(delete(installations).where(installations.c.team == "T2"))
    await store.close()  # the last to close moves what is in the log into the file
    everything = raw()
    assert "slack:T1" in everything
    assert sealed[-40:] not in everything
