"""Every setting as it is documented, and names that look like one and are none."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic.fields import FieldInfo

from adapters.settings import SettingProblem, Settings

_OWN = "FRAMEWORK_BOT_"
_PLATFORMS = ("SLACK_", "DISCORD_")


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting as documented."""

    name: str
    help: str
    default: str
    """As written, empty where there is none."""
    secret: bool


def described() -> tuple[SettingInfo, ...]:
    """Every setting, in the order of their groups, for the documentation and `--help`."""
    return tuple(
        SettingInfo(
            name=name.upper(),
            help=" ".join((field.description or "").split()),
            default=_written(field.default),
            secret=_is_secret(field),
        )
        for name, field in Settings.model_fields.items()
    )


def _written(default: object) -> str:
    """A default as one would set it; empty where there is none."""
    if default is None or default == ():
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def unknown_names(names: Iterable[str] | None = None) -> tuple[SettingProblem, ...]:
    """Names that look like a setting and are none, each with the setting that was probably meant.

    `names`: those of the environment where left out. What belongs to someone else is passed over.
    """
    known = [name.upper() for name in Settings.model_fields]
    problems = []
    for name in sorted({name.upper() for name in (os.environ if names is None else names)} - set(known)):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
        if near and name.startswith((_OWN, *_PLATFORMS)):
            problems.append(SettingProblem(name, f"is not a setting: did you mean {near[0]}?"))
        elif name.startswith(_OWN):
            problems.append(SettingProblem(name, "is not a setting: remove it"))
    return tuple(problems)


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)
