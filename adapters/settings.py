"""What an operator sets: from the environment, a `.env` file or a folder of secrets, in that order.

Every setting is checked here, at the start, and a bad one is named together with its remedy. A
secret's value stands in no message and in no `repr`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from adapters.credentials import (
    CLIENT_ID_MEND,
    ApiAddress,
    AppToken,
    BotToken,
    ClientId,
    ClientSecret,
    Contact,
    DatabaseAddress,
    DiscordToken,
    EncryptionKeys,
    Folder,
    MetricsToken,
    PrivacyKey,
    SentryAddress,
    Shards,
    SigningSecret,
    Threshold,
    encryption_keys,
)
from adapters.curators import CuratorsSetting
from adapters.plans import DiscordPlan, SlackPlan, SlackSettingsPresent, discord_plan, slack_plan
from adapters.rates import Rate, RateSetting
from bot.storage.address import sqlite_address

if TYPE_CHECKING:
    from bot.answering import Thresholds  # the settings are read before the core is

SECRETS_FOLDER = Path("/run/secrets")
"""Where container engines put secrets, one file a setting."""


LogLevel = Literal["debug", "info", "warning", "error", "critical"]
DigestDay = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "off"]


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One setting that cannot be used: its name, and what to do about it."""

    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name} {self.message}"


class SettingsError(Exception):
    """The settings cannot be used; `problems` lists all of them."""

    def __init__(self, problems: Sequence[SettingProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def _bare(value: str) -> str:
    """Without the quotation marks that some tools pass on from a file of settings."""
    stripped = value.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        return stripped[1:-1].strip()
    return stripped


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


_REMEDIES = {
    "SLACK_CLIENT_ID": CLIENT_ID_MEND,
    "DISCORD_MESSAGE_CONTENT": "must be true or false: true needs the Message Content intent, granted under Bot",
    "DISCORD_SHARD_COUNT": "must be a whole number from 1 to 16384: the number of shards over all processes",
    "DISCORD_SHARD_IDS": "must be numbers or ranges separated by commas, such as 0,1 or 0-3",
    "PORT": "must be a whole number from 0 to 65535 (0 takes any free port)",
    "LOG_LEVEL": f"must be one of {', '.join(get_args(LogLevel))}",
    "FRAMEWORK_BOT_OVERLAY": "must be a folder that exists, with the team's own entries as YAML files",
    "FRAMEWORK_BOT_ANSWER_THRESHOLD": "must be a number from 0 to 1: how sure the bot is before it answers",
    "FRAMEWORK_BOT_CHOICES_THRESHOLD": "must be a number from 0 to 1: how sure the bot is before it offers choices",
    "FRAMEWORK_BOT_DIGEST": f"must be one of {', '.join(get_args(DigestDay))}",
    "FRAMEWORK_BOT_OPERATOR": "must be a name of at most 80 characters",
    "FRAMEWORK_BOT_RETENTION_DAYS": "must be a whole number of days from 0 to 365 (0 keeps no words)",
}
"""What to do where the check itself only says that a value does not fit."""


class Settings(BaseSettings):
    """Everything an operator can set. Made by `load_settings`, or by keyword in tests."""

    model_config = SettingsConfigDict(
        extra="ignore", hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True
    )

    slack_bot_token: BotToken | None = None
    """Slack bot token (xoxb-) of one workspace; left out where many install it."""
    slack_app_token: AppToken | None = None
    """Slack app-level token (xapp-): Socket Mode, which needs no public address."""
    slack_signing_secret: SigningSecret | None = None
    """Slack signing secret: HTTP mode, where Slack calls a public address."""
    slack_client_id: ClientId | None = None
    """Slack client id, to let any workspace install the app."""
    slack_client_secret: ClientSecret | None = None
    """Slack client secret, beside the id."""
    slack_api_url: ApiAddress = "https://slack.com/api"
    """Slack's Web API, for GovSlack and the like."""
    discord_token: DiscordToken | None = None
    """Discord bot token."""
    discord_message_content: bool = False
    """Whether to read Discord messages that are not for the bot, in channels that ask for it; Discord must have
    granted the intent."""
    discord_api_url: ApiAddress | None = None
    """Discord's API, for a proxy that shares rate limits; Discord's own where left out."""
    discord_shard_ids: Annotated[Shards | None, NoDecode] = None
    """Discord shards that this process owns, such as 0,1 or 0-3; all of them where left out."""
    discord_shard_count: Annotated[int, Field(ge=1, le=16_384)] | None = None
    """Discord shards over all processes; Discord's advice where left out."""
    database_url: DatabaseAddress | None = None
    """Where things are kept: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; a SQLite file in the
    user's data folder where left out."""
    token_encryption_keys: EncryptionKeys | None = None
    """Keys that seal Slack installations, newest first, separated by commas."""
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address to listen on; 0.0.0.0 for all."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 3000
    """Port to listen on; 0 takes any free one."""
    log_level: Annotated[LogLevel, BeforeValidator(_lowered)] = "info"
    """Least severe log line: debug, info, warning, error or critical."""
    framework_bot_overlay: Folder | None = None
    """Folder of the team's own entries, on top of the shipped ones."""
    framework_bot_answer_threshold: Threshold | None = None
    """Confidence (0 to 1) from which the bot answers; the calibrated one where left out."""
    framework_bot_choices_threshold: Threshold | None = None
    """Confidence (0 to 1) from which the bot offers choices; the calibrated one where left out."""
    framework_bot_retention_days: Annotated[int, Field(ge=0, le=365)] = 90
    """Days for which unanswered questions and reasons are kept; 0 keeps none."""
    framework_bot_privacy_key: PrivacyKey | None = None
    """Key that hides who gave feedback, the same on every replica; derived from the other secrets where left out."""
    framework_bot_operator: Annotated[str, Field(max_length=80)] | None = None
    """Who runs this service, as its pages name them."""
    framework_bot_contact: Contact | None = None
    """E-mail address or page where people reach whoever runs this service."""
    framework_bot_user_limit: RateSetting = Rate(20, 60)
    """Questions a person may ask, such as 20/minute; off for any number."""
    framework_bot_channel_limit: RateSetting = Rate(60, 60)
    """Questions a channel may ask; off for any number."""
    framework_bot_tenant_limit: RateSetting = Rate(600, 60)
    """Questions a workspace or server may ask; off for any number."""
    framework_bot_curators: CuratorsSetting = ()
    """People who look after the answers and get a weekly digest, such as slack:U024BE7LH,discord:80351110224678912."""
    framework_bot_digest: Annotated[DigestDay, BeforeValidator(_lowered)] = "monday"
    """Day of the week on which curators get their digest (at 8:00 UTC), or off."""
    framework_bot_metrics_token: MetricsToken | None = None
    """Token that /metrics asks for, as a bearer; open to whoever reaches the port where left out."""
    sentry_dsn: SentryAddress | None = None
    """Sentry project that errors are sent to, without anybody's words (needs the extra sentry)."""
    otel_exporter_otlp_endpoint: ApiAddress | None = None
    """OpenTelemetry collector (OTLP over HTTP) that traces are sent to (needs the extra telemetry)."""
    framework_bot_secrets: Path | None = None
    """Folder with one file a secret, beside /run/secrets and systemd's credentials."""
    framework_bot_cache: Path | None = None
    """Folder for the compiled knowledge; the user's cache folder where left out."""

    @model_validator(mode="before")
    @classmethod
    def _tidied(cls, values: Any) -> Any:
        """An empty setting is one that was left out; spaces and quotation marks around a value are never meant."""
        if not isinstance(values, Mapping):
            return values
        stripped = {name: _bare(value) if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in stripped.items() if value != ""}

    @model_validator(mode="after")
    def _agree(self) -> Settings:
        """What only shows when settings are seen together."""
        answer, choices = self.framework_bot_answer_threshold, self.framework_bot_choices_threshold
        if answer is not None and choices is not None and choices > answer:
            raise ValueError(
                "FRAMEWORK_BOT_CHOICES_THRESHOLD must not be above FRAMEWORK_BOT_ANSWER_THRESHOLD: lower the first "
                "or raise the second"
            )
        ids, count = self.discord_shard_ids, self.discord_shard_count
        if ids is not None and (count is None or max(ids) >= count):
            raise ValueError(
                "DISCORD_SHARD_IDS must be below DISCORD_SHARD_COUNT, which counts the shards over all processes: "
                "set DISCORD_SHARD_COUNT to that number"
            )
        return self

    @property
    def store_url(self) -> str:
        """DATABASE_URL, or the SQLite file in the user's data folder."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return sqlite_address(user_data_path("framework-bot") / "framework-bot.sqlite3")

    @property
    def keys(self) -> tuple[str, ...]:
        """The encryption keys, newest first."""
        return encryption_keys(self.token_encryption_keys)

    @property
    def privacy_secrets(self) -> tuple[str, ...]:
        """What hides users in the store: the privacy key, then whatever else is secret and the same on every replica.

        The first that is set makes new stand-ins; the others still find old ones.
        """
        chosen = (
            self.framework_bot_privacy_key,
            *(SecretStr(key) for key in self.keys),
            self.slack_client_secret,
            self.slack_signing_secret,
            self.slack_bot_token,
            self.discord_token,
        )
        return tuple(secret.get_secret_value() for secret in chosen if secret is not None)

    @property
    def words_kept(self) -> timedelta:
        """How long people's words are kept."""
        return timedelta(days=self.framework_bot_retention_days)

    @property
    def slack(self) -> SlackPlan:
        """How Slack is served, from which settings are there."""
        return slack_plan(
            SlackSettingsPresent(
                bot_token=self.slack_bot_token is not None,
                app_token=self.slack_app_token is not None,
                signing_secret=self.slack_signing_secret is not None,
                client_id=self.slack_client_id is not None,
                client_secret=self.slack_client_secret is not None,
                encryption_keys=self.token_encryption_keys is not None,
            )
        )

    @property
    def discord(self) -> DiscordPlan:
        """Whether Discord is served."""
        others = {
            "DISCORD_MESSAGE_CONTENT": self.discord_message_content,
            "DISCORD_API_URL": self.discord_api_url,
            "DISCORD_SHARD_IDS": self.discord_shard_ids,
            "DISCORD_SHARD_COUNT": self.discord_shard_count,
        }
        named = [name for name, value in others.items() if value]
        return discord_plan(token=self.discord_token is not None, others=named)

    def thresholds(self, fitted: Thresholds) -> Thresholds:
        """The thresholds set, each `fitted` to the knowledge where it is not. Raises SettingsError."""
        answer, choices = self.framework_bot_answer_threshold, self.framework_bot_choices_threshold
        try:
            return replace(
                fitted,
                answer=fitted.answer if answer is None else answer,
                choices=fitted.choices if choices is None else choices,
            )
        except ValueError:
            name, other = (
                ("ANSWER", "below where choices start") if choices is None else ("CHOICES", "above where answers start")
            )
            now = fitted.choices if choices is None else fitted.answer
            raise SettingsError(
                [
                    SettingProblem(
                        f"FRAMEWORK_BOT_{name}_THRESHOLD", f"must not be {other} ({now:g}): set both thresholds"
                    )
                ]
            ) from None


def load_settings(*, env_file: Path | None = Path(".env"), folders: Iterable[Path] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError with every problem found.

    `folders` of secrets: those that exist of /run/secrets, systemd's credentials and
    FRAMEWORK_BOT_SECRETS where left out.
    """
    try:
        return Settings(
            _env_file=env_file,
            _env_file_encoding="utf-8",
            _secrets_dir=[folder for folder in (_secret_folders() if folders is None else folders) if folder.is_dir()],
        )
    except ValidationError as error:
        raise SettingsError(problems_of(error)) from None
    except (SourceError, OSError, UnicodeDecodeError) as error:
        what = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else "it is not text in UTF-8"
        raise SettingsError([SettingProblem("A settings file", f"cannot be read: {what}")]) from None


def problems_of(error: ValidationError) -> tuple[SettingProblem, ...]:
    """What is wrong, a line for each setting, with the remedy and never with the value."""
    found: dict[str, SettingProblem] = {}
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(detail["loc"][0]).upper() if detail["loc"] else ""
        message = detail["msg"].removeprefix("Value error, ")
        if not name:
            name, _, message = message.partition(" ")
        if not detail["msg"].startswith("Value error, "):
            message = _REMEDIES.get(name, "cannot be read")
        found.setdefault(name, SettingProblem(name, message))
    return tuple(found.values())


def _secret_folders() -> tuple[Path, ...]:
    named = (os.environ.get("CREDENTIALS_DIRECTORY"), os.environ.get("FRAMEWORK_BOT_SECRETS"))
    return (SECRETS_FOLDER, *(Path(folder) for folder in named if folder))
