"""The settings an operator can set, checked at the start.

They come from the environment, a `.env` file or a folder of secrets, in that order (`setting_values`). A wrong one is
named with its remedy. The value of a secret appears in no message and in no `repr`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from platformdirs import user_data_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from adapters.server import setting_types as types
from adapters.server.setting_values import KnowledgeSettings, SettingsError, read_values
from bot.chat.rate_limit import Rate
from bot.storage.address import sqlite_address
from bot.storage.records import Retention

if TYPE_CHECKING:
    from bot.storage.store import Store  # the settings are read before a database driver is


@dataclass(frozen=True, slots=True)
class PlatformMode:
    """How one platform is served, and why."""

    mode: str
    """A word of the platform's own, such as "socket" or "http"; "off" where it is not served."""
    reason: str
    incomplete: bool = False
    """Whether it is off although some of its settings are set."""

    @property
    def on(self) -> bool:
        """Whether it is served."""
        return self.mode != "off"


class Settings(BaseModel):
    """Everything an operator can set. Made by `load_settings`, or by keyword in tests."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True)

    slack_bot_token: SecretStr | None = None
    """Slack bot token (xoxb-) of one workspace; left out where many install it."""
    slack_app_token: SecretStr | None = None
    """Slack app-level token (xapp-): Socket Mode, which needs no public address."""
    slack_signing_secret: SecretStr | None = None
    """Slack signing secret: HTTP mode, where Slack calls a public address."""
    slack_client_id: str | None = None
    """Slack client id, to let any workspace install the app."""
    slack_client_secret: SecretStr | None = None
    """Slack client secret, together with the id."""
    slack_api_url: types.ApiAddress = "https://slack.com/api"
    """Slack's Web API, for GovSlack and the like."""
    slack_response_hosts: types.Hosts = ("hooks.slack.com",)
    """Hosts that answers to commands and buttons may be sent to, separated by commas; hooks.slack-gov.com for
    GovSlack."""
    discord_token: SecretStr | None = None
    """Discord bot token."""
    discord_message_content: bool = False
    """Whether to read Discord messages that are not for the bot, in channels that ask for it; Discord must have
    granted the intent."""
    discord_api_url: types.ApiAddress | None = None
    """Discord's API, for a proxy that shares rate limits; Discord's own where left out."""
    discord_shard_ids: types.Shards | None = None
    """Discord shards that this process owns, such as 0,1,2; all of them where left out."""
    discord_shard_count: Annotated[int, Field(ge=1, le=16_384)] | None = None
    """Discord shards over all processes; Discord's advice where left out."""
    database_url: types.DatabaseAddress | None = None
    """Where data is stored: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; by default a SQLite file in
    the user's data folder."""
    token_encryption_keys: types.EncryptionKeys = ()
    """Keys that seal Slack installations, newest first, separated by commas."""
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address to listen on; 0.0.0.0 for all."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 3000
    """Port to listen on; 0 takes any free one."""
    log_level: types.LogLevel = "info"
    """Least severe log line: debug, info, warning, error or critical."""
    framework_bot_overlay: types.Folder | None = None
    """Folder of the team's own entries, on top of the shipped ones."""
    framework_bot_answer_threshold: types.AnswerThreshold | None = None
    """Confidence (0 to 1) from which the bot answers; the calibrated one where left out."""
    framework_bot_choices_threshold: types.ChoicesThreshold | None = None
    """Confidence (0 to 1) from which the bot offers choices; the calibrated one where left out."""
    framework_bot_corrections: types.OnOff = True
    """Whether answers of the last 90 days that turn out to be wrong are corrected where they were posted, for which
    their places are stored: on or off."""
    framework_bot_encoder: types.OnOff = True
    """Whether questions are read by meaning too, with the sentence encoder that comes with the package: on or off."""
    framework_bot_retention_days: Annotated[int, Field(ge=0, le=365)] = 90
    """Days for which unanswered questions and reasons are stored; 0 stores none."""
    framework_bot_privacy_key: types.PrivacyKey | None = None
    """Key that hides who gave feedback, the same on every replica; derived from the other secrets where left out."""
    framework_bot_operator: Annotated[str, Field(max_length=80)] | None = None
    """Who runs this service, as its pages name them."""
    framework_bot_contact: str | None = None
    """E-mail address, page or other words that say where people reach the operator."""
    framework_bot_user_limit: types.RateSetting = Rate(20, 60)
    """Questions a person may ask, such as 20/minute; off for any number."""
    framework_bot_channel_limit: types.RateSetting = Rate(60, 60)
    """Questions a channel may ask; off for any number."""
    framework_bot_tenant_limit: types.RateSetting = Rate(600, 60)
    """Questions a workspace or server may ask; off for any number."""
    framework_bot_curators: types.Curators = ()
    """People who maintain the answers and get a weekly digest, such as slack:U024BE7LH,discord:80351110224678912."""
    framework_bot_digest: types.DigestDay = "monday"
    """Day of the week on which curators get their digest (at 8:00 UTC), or off."""
    framework_bot_freshness: types.Freshness = "off"
    """Whether to check once a week, over the network, what claims rest on outside, for the curators' digest: off or
    weekly."""
    framework_bot_metrics_token: SecretStr | None = None
    """Bearer token that /metrics asks for; without one, only this machine itself can read it."""
    public_url: types.ApiAddress | None = None
    """Address under which browsers find this service, such as https://bot.example.com: answers link to their pages
    there."""
    framework_bot_pages: types.OnOff = True
    """Whether anybody who reaches this service may ask on its pages and read every answer, your own entries included:
    on or off."""
    framework_bot_api: types.OnOff = True
    """Whether other programs may ask under /api/v1, and read the same: on or off."""
    framework_bot_api_token: SecretStr | None = None
    """Bearer token that the API asks for; without one, anybody who reaches it may ask."""
    framework_bot_api_origins: types.Origins = ()
    """Sites whose pages may call the API, such as https://wiki.example.com, separated by commas; * for any."""
    framework_bot_web_limit: types.RateSetting = Rate(60, 60)
    """Questions that one address may ask through the API and the pages; off for any number."""
    sentry_dsn: SecretStr | None = None
    """Sentry project that errors are sent to, without anybody's words (needs the extra sentry)."""
    otel_exporter_otlp_endpoint: types.ApiAddress | None = None
    """OpenTelemetry collector (OTLP over HTTP) that traces are sent to (needs the extra telemetry)."""
    framework_bot_secrets: Path | None = None
    """Folder with one file a secret, in addition to /run/secrets and systemd's credentials."""
    framework_bot_cache: Path | None = None
    """Folder for the compiled knowledge; the user's cache folder where left out."""

    @field_validator(*types.PATTERNS)
    @classmethod
    def _matches_its_pattern(cls, value: Any, info: ValidationInfo) -> Any:
        pattern, hint = types.PATTERNS[str(info.field_name)]
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text is not None and not re.fullmatch(pattern, text):
            raise ValueError(hint)
        return value

    @model_validator(mode="after")
    def _agree(self) -> Settings:
        ids, count = self.discord_shard_ids, self.discord_shard_count
        if ids is not None and (count is None or max(ids) >= count):
            raise ValueError(
                "DISCORD_SHARD_IDS must be below DISCORD_SHARD_COUNT, which counts the shards over all processes: "
                "set DISCORD_SHARD_COUNT to that number"
            )
        return self

    @property
    def knowledge(self) -> KnowledgeSettings:
        """What is answered, and how sure the bot must be."""
        return KnowledgeSettings(
            self.framework_bot_overlay,
            self.framework_bot_answer_threshold,
            self.framework_bot_choices_threshold,
            self.framework_bot_encoder,
        )

    @property
    def store_url(self) -> str:
        """DATABASE_URL, or the SQLite file in the user's data folder."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return sqlite_address(user_data_path("framework-bot") / "framework-bot.sqlite3")

    @property
    def keys(self) -> tuple[str, ...]:
        """The encryption keys, newest first."""
        return tuple(key.get_secret_value() for key in self.token_encryption_keys)

    @property
    def privacy_secrets(self) -> tuple[str, ...]:
        """What pseudonyms of users are made with: the privacy key, then every other secret that all replicas share. The
        first that is set makes new pseudonyms; the others still find old ones."""
        chosen = (
            self.framework_bot_privacy_key,
            *self.token_encryption_keys,
            self.slack_client_secret,
            self.slack_signing_secret,
            self.slack_bot_token,
            self.discord_token,
        )
        return tuple(secret.get_secret_value() for secret in chosen if secret is not None)

    @property
    def retention(self) -> Retention:
        """How long rows are stored."""
        chosen = Retention(words=timedelta(days=self.framework_bot_retention_days))
        return chosen if self.framework_bot_corrections else replace(chosen, answers=timedelta(0))

    @property
    def slack(self) -> PlatformMode:
        return slack_mode(self._present())

    @property
    def discord(self) -> PlatformMode:
        return discord_mode(self._present())

    @property
    def modes(self) -> Mapping[str, PlatformMode]:
        """How each platform is served, by its title."""
        return {"Slack": self.slack, "Discord": self.discord}

    def _present(self) -> set[str]:
        return {name.upper() for name in type(self).model_fields if getattr(self, name)}


def secret_of(secret: SecretStr | None) -> str | None:
    """The value of a secret, where it is set."""
    return secret.get_secret_value() if secret is not None else None


def make_store(settings: Settings, *, time_limit: float | None = None) -> Store:
    """The store under these settings, not yet touched. `time_limit`: seconds a transaction may take; the store's own
    bound where left out."""
    from bot.storage.database import TIME_LIMIT  # noqa: PLC0415 - see above
    from bot.storage.store import Store  # noqa: PLC0415 - see above

    return Store(
        settings.store_url,
        retention=settings.retention,
        secrets=settings.privacy_secrets,
        encryption_keys=settings.keys,
        time_limit=TIME_LIMIT if time_limit is None else time_limit,
    )


def load_settings() -> Settings:
    """The settings of this process. Raises SettingsError with every problem found."""
    values = read_values([name.upper() for name in Settings.model_fields])
    try:
        return Settings.model_validate({name.lower(): value for name, value in values.items()})
    except ValidationError as error:
        raise SettingsError(*problems_of(error)) from None


def problems_of(error: ValidationError) -> tuple[str, ...]:
    """What is wrong, one problem for each setting, with the remedy and never with the value."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(detail["loc"][0]).upper() if detail["loc"] else ""  # one about several begins with their names
        message = re.sub("^(Value error,|Input|String) ", "", detail["msg"])
        if detail["type"] == "bool_parsing":
            message = "must be true or false"
        found.setdefault(name, f"{name} {message}".lstrip())
    return tuple(found.values())


def slack_mode(present: AbstractSet[str]) -> PlatformMode:
    """`present`: the names of the settings that are set.

    An app token asks for Socket Mode (no public address); a client id for installation by any workspace
    ("oauth-http"); a signing secret for one workspace over HTTP.
    """
    many = {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET", "TOKEN_ENCRYPTION_KEYS"}
    if "SLACK_APP_TOKEN" not in present and present & {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"}:
        if missing := sorted(many - present):
            return _incomplete(f"to let any workspace install the app, also set {', '.join(missing)}")
        return PlatformMode("oauth-http", "SLACK_CLIENT_ID is set, so any workspace can install the app")
    for mode, setting in (("socket", "SLACK_APP_TOKEN"), ("http", "SLACK_SIGNING_SECRET")):
        if setting in present:
            if "SLACK_BOT_TOKEN" in present:
                return PlatformMode(mode, f"SLACK_BOT_TOKEN and {setting} are set")
            return _incomplete(f"{setting} is set, but SLACK_BOT_TOKEN is not")
    if "SLACK_BOT_TOKEN" in present:
        one_of = "SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP)"
        return _incomplete(f"SLACK_BOT_TOKEN is set, but neither {one_of}")
    return PlatformMode("off", "SLACK_BOT_TOKEN is not set")


def discord_mode(present: AbstractSet[str]) -> PlatformMode:
    """`present`: the names of the settings that are set. A token is all it takes."""
    if "DISCORD_TOKEN" in present:
        return PlatformMode("gateway", "DISCORD_TOKEN is set")
    return PlatformMode("off", "DISCORD_TOKEN is not set")


def _incomplete(reason: str) -> PlatformMode:
    return PlatformMode("off", f"only half set up: {reason}", incomplete=True)
