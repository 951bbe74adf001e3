"""Raw setting values: environment over `.env` over folders of secrets.

This is the one reader, for the service's `Settings` and for commands such as `ask`, which start in a fraction of a
second and therefore load no validation library: nothing here may import more than the standard library, except
python-dotenv where there is a `.env` to parse.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.dialog.answering import Thresholds

ENV_FILE = Path(".env")

SECRETS_FOLDER = Path("/run/secrets")
"""Where container engines put secrets, one file a setting."""

OVERLAY = "FRAMEWORK_BOT_OVERLAY"
ANSWER_THRESHOLD = "FRAMEWORK_BOT_ANSWER_THRESHOLD"
CHOICES_THRESHOLD = "FRAMEWORK_BOT_CHOICES_THRESHOLD"
ENCODER = "FRAMEWORK_BOT_ENCODER"
CACHE = "FRAMEWORK_BOT_CACHE"

_CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts credentials, one file a setting."""

_SECRETS = "FRAMEWORK_BOT_SECRETS"


class SettingsError(Exception):
    """The settings cannot be used. Each of `problems` begins with the name of a setting and says what to do about it;
    none holds its value."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def read_values(names: Collection[str]) -> dict[str, str]:
    """The values of those of `names` (upper case) that are set, by name.

    Names are matched in any case. An empty value counts as not set; spaces and quotation marks around a value are
    dropped. Of the folders of secrets FRAMEWORK_BOT_SECRETS counts before systemd's credentials, and those before
    /run/secrets. Raises SettingsError where a file cannot be read.
    """
    try:
        found = {**_env_file_values(), **_upper(os.environ)}
        credentials, own = (_unquoted(found.get(name, "")) for name in (_CREDENTIALS, _SECRETS))
        if not Path(own).is_dir():
            raise SettingsError(f"{_SECRETS} must be a folder that exists")
        secrets: dict[str, str] = {}
        for folder in (SECRETS_FOLDER, *map(Path, filter(None, (credentials, own)))):
            if folder.is_dir():
                secrets |= _folder_values(folder, names)
    except OSError as error:
        raise SettingsError(f"A settings file cannot be read: {error.filename}: {error.strerror}") from None
    values = {name: _unquoted(value) for name, value in (secrets | found).items() if name in names}
    return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class KnowledgeSettings:
    """The settings that decide what is answered, and how sure the bot must be: the same for every command."""

    overlay: Path | None = None
    answer_threshold: float | None = None
    choices_threshold: float | None = None
    encoder: bool = True
    """Whether the sentence encoder is used, where it can run."""

    def thresholds(self, fitted: Thresholds) -> Thresholds:
        """The thresholds that are set; those `fitted` to the knowledge where not. Raises SettingsError."""
        chosen = {"answer": self.answer_threshold, "choices": self.choices_threshold}
        try:
            return replace(fitted, **{name: value for name, value in chosen.items() if value is not None})
        except ValueError:
            raise SettingsError(
                f"{CHOICES_THRESHOLD} must not be above {ANSWER_THRESHOLD} (fitted to the knowledge are "
                f"{fitted.choices:g} and {fitted.answer:g}): set both"
            ) from None


def knowledge_settings() -> KnowledgeSettings:
    """What the settings say for a command that answers. Exports FRAMEWORK_BOT_CACHE, which may be set in a file. Raises
    SettingsError with every problem found."""
    values = read_values((*PARSERS, CACHE))
    export_cache(values.get(CACHE))
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name, parse in PARSERS.items():
        try:
            if name in values:
                found[name.removeprefix("FRAMEWORK_BOT_").lower()] = parse(values[name])
        except ValueError as error:
            problems.append(f"{name} {error}")
    if problems:
        raise SettingsError(*problems)
    return KnowledgeSettings(**found)


def export_cache(folder: str | Path | None) -> None:
    """Make the cache folder visible to the code that compiles knowledge, which reads the environment alone."""
    if str(folder).startswith("~"):
        raise SettingsError(f"{CACHE} begins with ~, which only a shell replaces: write it in full")
    if folder is not None:
        os.environ[CACHE] = str(folder)


def existing_folder(value: str | Path) -> Path:
    """A folder. Raises ValueError with what to do where there is none."""
    folder = Path(value)
    if not folder.is_dir():
        raise ValueError("must be a folder that exists, with the team's own entries as YAML files")
    return folder


def on_or_off(value: str) -> bool:
    """Whether a setting is on. Raises ValueError with what to do."""
    if value.strip().lower() not in ("on", "off"):
        raise ValueError("must be on or off")
    return value.strip().lower() == "on"


def threshold(what: str, value: str | float) -> float:
    """A confidence from 0 to 1, from which the bot does `what`. Raises ValueError with what to do."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise ValueError(f"must be a number from 0 to 1: how sure the bot is before it {what}")
    return number


PARSERS: Mapping[str, Callable[[str], object]] = {
    OVERLAY: existing_folder,
    ANSWER_THRESHOLD: partial(threshold, "answers"),
    CHOICES_THRESHOLD: partial(threshold, "offers choices"),
    ENCODER: on_or_off,
}
"""What reads the settings that KnowledgeSettings has; its fields are called like them."""


def _upper(values: Mapping[str, str]) -> dict[str, str]:
    return {name.upper(): value for name, value in values.items()}


def _env_file_values() -> dict[str, str]:
    if not ENV_FILE.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - 30 ms, only where there is such a file

    values = dotenv_values(stream=StringIO(_text(ENV_FILE, str(ENV_FILE))))
    return _upper({name: value for name, value in values.items() if value is not None})


def _folder_values(folder: Path, names: Collection[str]) -> dict[str, str]:
    files = {file.name.upper(): file for file in folder.iterdir() if file.name.upper() in names}
    return {name: _text(file, name) for name, file in files.items() if file.is_file()}


def _text(file: Path, name: str) -> str:
    """The text of a file. Raises SettingsError that calls it `name` where it is not plain UTF-8, OSError as usual."""
    text = file.read_bytes().decode(errors="replace")
    if text.startswith("\ufeff") or {"\0", "\ufffd"} & {*text}:
        problem = f"{name} is not in UTF-8, or begins with a byte order mark"
        raise SettingsError(f"{problem}: save {file} as UTF-8 without such a mark")
    return text


def _unquoted(value: str) -> str:
    """Without the spaces and quotation marks that some tools leave around a value."""
    stripped = value.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        return stripped[1:-1].strip()
    return stripped
