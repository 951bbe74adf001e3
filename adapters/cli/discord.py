"""Register the bot's commands with Discord.

examples:
  framework-bot discord sync
  framework-bot discord sync --guild 1234567890
  framework-bot discord sync --remove-guild 1234567890

The service does this when it starts, if the commands have changed. --guild registers them
in one server only, to try something out there: next to those registered everywhere each one
shows twice, until --remove-guild removes them again.
"""

from __future__ import annotations

import argparse
import asyncio

import aiohttp
import discord

from adapters.cli.output import CommandError, whole_number
from adapters.discord.app import ClientOptions, FrameworkClient, use_api
from adapters.discord.commands import capabilities, sync
from adapters.discord.responses import error_summary
from adapters.server.settings import Settings, load_settings, make_store
from bot.chat.dispatcher import Dispatcher
from bot.chat.service import ChatService
from bot.factory import assemble
from bot.storage.resilience import ResilientStore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["sync"], help="register the commands")
    server = whole_number(10**20 - 1, "must be a server's id, a number of up to 20 digits")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--guild", metavar="ID", type=server, help="only in the server with this id")
    where.add_argument("--remove-guild", metavar="ID", type=server, help="remove them from that server again")


def run(arguments: argparse.Namespace) -> None:
    """Register the commands. Raises CommandError, which says what to change."""
    settings = load_settings()
    if settings.discord_token is None:
        raise CommandError(
            "DISCORD_TOKEN is not set: create a bot under https://discord.com/developers/applications and set its token"
        )
    guild, remove = arguments.guild or arguments.remove_guild, arguments.remove_guild is not None
    count = asyncio.run(_sync(settings, settings.discord_token.get_secret_value(), guild, remove=remove))
    print(f"{count} commands are registered {f'in the server {guild}' if guild is not None else 'everywhere'}.")
    if count and guild is not None:
        print(
            "Next to those registered everywhere each one shows twice there. When you have tried them out, run "
            f"framework-bot discord sync --remove-guild {guild}"
        )


async def _sync(settings: Settings, token: str, guild: int | None, *, remove: bool) -> int:
    use_api(settings.discord_api_url)
    bot = assemble(overlay=settings.framework_bot_overlay)
    async with ResilientStore.open(make_store(settings)) as store:
        chat = ChatService(lambda: bot, store, capabilities(listening=settings.discord_message_content))
        client = FrameworkClient(Dispatcher(chat), store, ClientOptions(sync=False))
        async with client:
            try:
                await client.login(token)
                return await sync(client.tree, store.store.key_values, guild, remove=remove)
            except discord.LoginFailure:
                raise CommandError(
                    "Discord does not take DISCORD_TOKEN: create a new one under "
                    "https://discord.com/developers/applications, your application, Bot > Reset Token"
                ) from None
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                raise CommandError(
                    f"Discord did not register the commands ({error_summary(error)}): try again later; for one server, "
                    "add the bot to it first, with the scope applications.commands"
                ) from None
