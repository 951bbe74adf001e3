"""The file in which an entry stands, from its id: no id leads out of the folder, and no two to one file."""

from __future__ import annotations

import hashlib
import re

_WORD = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ORDINARY = re.compile(rf"({_WORD})\.({_WORD}(?:\.{_WORD})*)")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
"""Names that Windows keeps for devices, whatever their ending."""

_OTHERS = "_others"
"""Folder for the rest. No group of an ordinary id can be called so."""

_READABLE = 40


def file_of(name: str) -> str:
    """The path of the entry called `name` within a knowledge folder: "compare.api" stands in compare/api.yaml.

    An id that is no "group.topic" gives what is readable of it, and a fingerprint.
    """
    ordinary = _ORDINARY.fullmatch(name)
    if ordinary and not any(_DEVICE.fullmatch(part) for part in ordinary.groups()):
        return f"{ordinary[1]}/{ordinary[2]}.yaml"
    readable = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:_READABLE].strip("-")
    return f"{_OTHERS}/{readable or 'entry'}-{hashlib.sha256(name.encode()).hexdigest()[:12]}.yaml"
