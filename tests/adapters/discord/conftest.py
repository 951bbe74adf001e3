"""The client as it is served, against a simulated Discord, with a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord.interactions
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.env import Env
from simcord.results import ResponseMessage, to_discord_message

from adapters.discord.client import FrameworkClient, Shape
from bot.answering import Bot
from bot.assembly import assemble
from bot.desk import Desk
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.store import Store

def pytest_configure(config: pytest.Config) -> None:
    """The mark these tests use."""
    config.addinivalue_line("markers", "shape(**shape): how the client of `simcord_env` is started")


SECRET = b"a secret of the tests"


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A bot over the knowledge that comes with the package; compiled away from the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWORK_BOT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield assemble()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ResilientStore]:
    """A store of its own on a real SQLite file."""
    url = sqlite_address(tmp_path / "bot.sqlite3")
    async with ResilientStore.open(Store(url, secrets=["key"]), every=3_600) as opened:
        yield opened


@pytest.fixture
def desk(shipped: Bot, store: ResilientStore) -> Desk:
    """The desk over both."""
    return Desk(lambda: shipped, store)


@pytest.fixture
def make(desk: Desk, store: ResilientStore) -> Callable[..., FrameworkClient]:
    """Makes a client, as another process would: nothing but the store and the secret is shared."""

    def made(**shape: Any) -> FrameworkClient:
        return FrameworkClient(desk, store, SECRET, Shape(**{"shard_count": 1, **shape}))

    return made


@pytest.fixture
def simcord_bot(make: Callable[..., FrameworkClient], request: pytest.FixtureRequest) -> FrameworkClient:
    """The client that `simcord_env` runs; the mark `shape` says how it is started."""
    mark = request.node.get_closest_marker("shape")
    return make(**(mark.kwargs if mark is not None else {}))


class Scene:
    """A server with a channel and two people in it."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.guild = env.create_guild()
        self.channel = self.guild.create_text_channel("general")
        self.ann = self.guild.add_member(env.create_user("ann"))
        self.bob = self.guild.add_member(env.create_user("bob"))

    def manager(self) -> MemberActor:
        """Somebody who may manage the channels."""
        role = self.guild.create_role("managers", permissions=discord.Permissions(manage_channels=True))
        return self.guild.add_member(self.env.create_user("manager"), roles=[role])

    async def thread(self) -> ChannelHandle:
        """A thread in the channel."""
        channel = self.env.bot.get_channel(self.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.create_thread(name="a thread", type=discord.ChannelType.public_thread)
        return self.channel.threads[0]

    def posted(self, *custom_ids: str, private: bool = False) -> discord.Message:
        """A message of the bot with these buttons, as an earlier version of it may have left them."""
        buttons = [{"type": 2, "style": 2, "label": f"button {n}", "custom_id": i} for n, i in enumerate(custom_ids)]
        flags = discord.MessageFlags(components_v2=True, ephemeral=private)
        message = self.env.backend.create_message(
            self.channel.id,
            self.env.bot.user.id,
            components=[{"type": 1, "components": buttons}],
            flags=flags.value,
        )
        return to_discord_message(self.env, message)

    def last(self) -> str:
        """What the last message in the channel shows."""
        return shown(self.raw_last().components)

    def raw_last(self) -> ResponseMessage:
        """The last message in the channel."""
        messages = self.env.backend.messages[self.channel.id]
        return ResponseMessage(self.env, messages[max(messages)])


@pytest.fixture(autouse=True)
def installed_by(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Who installed the bot, as every interaction tells it: the server, unless a test says otherwise."""
    by = {"server": True}
    original = simcord.interactions.base_payload

    def told(backend: Any, **what: Any) -> Any:
        record, payload = original(backend, **what)
        if what["guild_id"] is not None and by["server"]:
            payload["authorizing_integration_owners"] = {"0": str(what["guild_id"])}
        else:
            payload["authorizing_integration_owners"] = {"1": str(what["user_id"])}
        return record, payload

    monkeypatch.setattr(simcord.interactions, "base_payload", told)
    return by


@pytest.fixture
def scene(simcord_env: Env) -> Scene:
    """See Scene."""
    return Scene(simcord_env)


def said(text: str) -> str:
    """The words of a text, whatever their markup and line breaks."""
    return "".join(character for character in text if character.isalnum())


def shown(components: list[dict[str, Any]]) -> str:
    """Every word that a message of these components shows, buttons included."""
    found: list[str] = []
    for component in components:
        found += [str(component[part]) for part in ("content", "label") if component.get(part)]
        found += [option["label"] for option in component.get("options", ())]
        found += [item.get("description") or "" for item in component.get("items", ())]
        found.append(shown(component.get("components", [])))
    return "\n".join(part for part in found if part)


def buttons(components: list[dict[str, Any]]) -> dict[str, str]:
    """The custom_id of every button and menu by its label or placeholder."""
    found: dict[str, str] = {}
    for component in components:
        if "custom_id" in component:
            found[component.get("label") or component.get("placeholder", "")] = component["custom_id"]
        found |= buttons(component.get("components", []))
    return found
