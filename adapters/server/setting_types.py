"""The types of the settings: what a token, key, address, rate or curator looks like, and where to get one.

A check says how to correct the setting and never repeats its value.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

from adapters.platform import Curator
from adapters.server.setting_values import ANSWER_THRESHOLD, CHOICES_THRESHOLD, PARSERS, existing_folder, on_or_off
from bot.chat.rate_limit import UNBOUNDED, UNITS, Rate
from bot.storage.address import normalised

MAX_CURATORS = 50

_INTERNAL = (".local", ".internal", ".svc", ".lan", ".home.arpa")

_SHARD = re.compile(r"\d{1,5}", re.ASCII)
_RATE = re.compile(rf"(?P<count>[1-9]\d{{0,6}})\s*/\s*(?P<unit>{'|'.join(UNITS)})", re.ASCII)
_CURATOR = re.compile(
    r"slack:(?:(?P<team>[TE][A-Z0-9]{1,20})/)?(?P<slack>[UW][A-Z0-9]{1,20})|discord:(?P<discord>\d{15,21})", re.ASCII
)

_RANDOM_KEY = re.compile(r"[0-9a-fA-F]{64,}|(?=.*[g-zG-Z+/_-])[\w.+/-]{43,}={0,2}", re.ASCII)
_LEAST_DIFFERENT = 8
"""Different characters in a key. Of 64 random digits fewer come once in 10^14 times."""

_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}", re.ASCII)
_ORIGIN = re.compile(rf"https?://{_HOST.pattern}(?::\d{{1,5}})?", re.ASCII)

SECRET_FORMS = re.compile(
    r"\b(?:xox[a-z]|xapp)-[\w-]+"
    r"|(?<=/webhooks/)\d+/[\w-]+|(?<=/interactions/)\d+/[\w-]+"
    r"|\bhooks\.slack[\w-]*\.com/\S+"
)
"""Tokens, and addresses that work as one: hidden in the log wherever they come from."""


def _written(parse: Callable[[str], object]) -> BeforeValidator:
    """Parses a setting as it is written; a value made in code is one already."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def _listed(value: str) -> list[str]:
    """What is separated by commas, each once."""
    return [*dict.fromkeys(part.strip() for part in value.split(",") if part.strip())]


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not an address: write it as https://HOST/PATH") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_internal(host)):
        raise ValueError("must start with https:// (http:// only for a host of your own network)")
    if not host or parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("must be an address alone, without a user or a query: write it as https://HOST/PATH")
    return value.rstrip("/")


def _is_internal(host: str) -> bool:
    """Whether `host` can only be in one's own network."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_INTERNAL))


def _database(value: SecretStr) -> SecretStr:
    normalised(value.get_secret_value())  # raises ValueError
    return value


def _keys(value: str) -> tuple[SecretStr, ...]:
    """ "KEY,OLDER" -> both, the newest first."""
    keys = _listed(value) or [""]
    for number, key in enumerate(keys, start=1):
        try:
            length = len(urlsafe_b64decode(key))
        except (NotBase64, ValueError):
            length = 0
        if length != 32:
            raise ValueError(
                f"must be keys of 32 bytes in URL-safe base64, separated by commas, and number {number} of {len(keys)} "
                "is not: make one with: framework-bot keys new"
            )
    return tuple(map(SecretStr, keys))


def _random_key(value: SecretStr) -> SecretStr:
    """32 random bytes, as hexadecimal digits or in base64, or a token as long: nobody finds out a pseudonym by guessing
    the key."""
    key = value.get_secret_value()
    if _RANDOM_KEY.fullmatch(key) is None or len(set(key)) < _LEAST_DIFFERENT:
        raise ValueError("must be 64 hexadecimal digits, or as random: make one with: openssl rand -hex 32")
    return value


def _shards(value: str) -> tuple[int, ...]:
    """ "0,1,2" -> all three."""
    ids = _listed(value)
    if not ids or not all(map(_SHARD.fullmatch, ids)):
        raise ValueError("must be numbers from 0 on, separated by commas, such as 0,1,2")
    return tuple(map(int, ids))


def _rate(value: str) -> Rate:
    """ "20/minute" -> Rate(20, 60); "off" -> UNBOUNDED."""
    written = value.strip().lower()
    if written == "off":
        return UNBOUNDED
    found = _RATE.fullmatch(written)
    if found is None:
        raise ValueError("must be a number and a unit, such as 20/minute (second, minute, hour or day), or off")
    return Rate(int(found["count"]), UNITS[found["unit"]])


def _curators(value: str) -> tuple[Curator, ...]:
    """ "slack:U024BE7LH, discord:80351110224678912" -> a Curator each, without duplicates."""
    found = []
    for part in _listed(value):
        named = _CURATOR.fullmatch(part)
        if named is None:
            raise ValueError(
                "must be people separated by commas: slack:USER, slack:TEAM/USER where many workspaces install the "
                "app, or discord:USER, such as slack:U024BE7LH,discord:80351110224678912"
            )
        discord = named["discord"]
        found.append(Curator("discord", discord) if discord else Curator("slack", named["slack"], named["team"]))
    if len(found) > MAX_CURATORS:
        raise ValueError(f"must name at most {MAX_CURATORS} people")
    return tuple(found)


def _hosts(value: str) -> tuple[str, ...]:
    """ "hooks.slack.com, 127.0.0.1" -> both."""
    found = tuple(_listed(value.lower()))
    if not found or not all(map(_HOST.fullmatch, found)):
        raise ValueError("must be names of hosts separated by commas, such as hooks.slack-gov.com")
    return found


def _origins(value: str) -> tuple[str, ...]:
    """ "https://wiki.example, https://example.com:8443" -> both; "*" for any site."""
    found = tuple(filter(None, (part.rstrip("/") for part in _listed(value.lower()))))
    if not all(one == "*" or _ORIGIN.fullmatch(one) for one in found):
        raise ValueError("must be sites separated by commas, such as https://wiki.example.com, or * for any")
    return found


_SLACK_APP = "under https://api.slack.com/apps, your app,"
_SLACK_CREDENTIALS = f"copy it {_SLACK_APP} Basic Information > App Credentials"
_DISCORD_BOT = "under https://discord.com/developers/applications, your application, Bot > Reset Token"
_APP_CREDENTIAL = r"(?!xox|xapp-)[\w-]{16,}"
_BEARER_TOKEN = r"[\w.~+/=-]{16,}", "must have at least 16 characters: make one with: openssl rand -hex 32"

PATTERNS: Mapping[str, tuple[str, str]] = {
    "slack_bot_token": (
        r"xoxb-[\w-]{3,}",
        f"must start with xoxb-: copy the Bot User OAuth Token {_SLACK_APP} OAuth & Permissions",
    ),
    "slack_app_token": (
        r"xapp-[\w-]{3,}",
        f"must start with xapp-: create one {_SLACK_APP} Basic Information > App-Level Tokens with connections:write",
    ),
    "slack_signing_secret": (
        _APP_CREDENTIAL,
        f"must be the app's signing secret (32 letters and digits): {_SLACK_CREDENTIALS}",
    ),
    "slack_client_id": (r"\d+\.\d+", f"must be two numbers joined by a dot: {_SLACK_CREDENTIALS}"),
    "slack_client_secret": (
        _APP_CREDENTIAL,
        f"must be the app's client secret (32 letters and digits): {_SLACK_CREDENTIALS}",
    ),
    "discord_token": (
        r"[\w-]+\.[\w-]+\.[\w-]+",
        f"must be the bot's token (three parts joined by dots, without the word Bot): create one {_DISCORD_BOT}",
    ),
    "framework_bot_metrics_token": _BEARER_TOKEN,
    "framework_bot_api_token": _BEARER_TOKEN,
    "sentry_dsn": (r"https?://\w+@[\w.:-]+/\d+", "must be the project's DSN: copy it under Settings > Client Keys"),
}
"""What the text of a setting must match as a whole, and what to write otherwise."""

PrivacyKey = Annotated[SecretStr, AfterValidator(_random_key)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database)]
EncryptionKeys = Annotated[tuple[SecretStr, ...], _written(_keys)]
ApiAddress = Annotated[str, AfterValidator(_address)]
Origins = Annotated[tuple[str, ...], _written(_origins)]
Hosts = Annotated[tuple[str, ...], _written(_hosts)]
Shards = Annotated[tuple[int, ...], _written(_shards)]
RateSetting = Annotated[Rate, _written(_rate)]
Curators = Annotated[tuple[Curator, ...], _written(_curators)]
Folder = Annotated[Path, BeforeValidator(existing_folder)]
AnswerThreshold = Annotated[float, BeforeValidator(PARSERS[ANSWER_THRESHOLD])]
ChoicesThreshold = Annotated[float, BeforeValidator(PARSERS[CHOICES_THRESHOLD])]
OnOff = Annotated[bool, _written(on_or_off)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error", "critical"], _written(str.lower)]
DigestDay = Annotated[
    Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "off"], _written(str.lower)
]
Freshness = Annotated[Literal["off", "weekly"], _written(str.lower)]
