"""Package indexes, by their own clients as they are configured on this machine: pip and npm."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from adapters.freshness.facts import NotCheckedError, version_order

AT_ONCE = 3
"""Clients that run at the same time."""

TIME = 120.0
"""Seconds that one call of a client may take."""

NPM = "npm:"
"""What stands before the name of an npm package where a kind knows both indexes."""

_NAME = re.compile(r"(?:@[\w.-]+/)?[A-Za-z0-9][\w.-]*")

_FILE = re.compile(
    r"/(?P<name>[\w.-]+?)-(?P<version>\d[\w.!]*)(?:%2B[\w.]+)?"
    r"(?:(?:-\d\w*)?-(?P<python>[\w.]+)-(?P<abi>[\w.]+)-[\w.]+\.whl|\.tar\.gz|\.zip)"
    r"(?:#\S+)?(?: \(from [^)]*\))?(?: \(requires-python:(?P<requires>[^)]*)\))?"
)
"""A file of a package, as pip names it: a wheel for some Python versions, or the source."""

_AWAY = re.compile(
    r"Could not fetch URL \S+: (?!404)|Retrying \(Retry\(total=0"
    r"|\bE(?:NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|AI_AGAIN|HOSTUNREACH|NETUNREACH)\b"
)
"""How a client says that it could not reach an index; pip goes on with what other places hold, which may be old."""


class PackageClient:
    """One program that asks indexes. Once an index could not be reached it is not asked again."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        """`command`: how it is started; empty where it is not installed."""
        self._name, self._command = name, command
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._away = "" if command else f"{name} is not installed here"

    async def run(self, *arguments: str, failing: bool = False) -> str:
        """What it prints; `failing`: also where it fails. Raises NotCheckedError."""
        async with self._slots:
            if self._away:
                raise NotCheckedError(self._away)
            running = await asyncio.create_subprocess_exec(
                *self._command,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(TIME):
                    printed, complaint = (text.decode(errors="replace") for text in await running.communicate())
            except TimeoutError:
                raise NotCheckedError(f"{self._name} took longer than {TIME:g} seconds") from None
            finally:
                if running.returncode is None:
                    running.kill()
                    await running.communicate()  # until its pipes are closed
        if _AWAY.search(printed + complaint):
            self._away = f"{self._name} cannot reach its index"
            raise NotCheckedError(self._away)
        if running.returncode and not failing:
            raise NotCheckedError(f"{self._name} does not find it")
        return printed


class PythonPackages:
    """Python packages: their newest version, the Python versions that it takes, and whether it is deprecated."""

    def __init__(self) -> None:
        pip = shutil.which("pip") or shutil.which("pip3")
        command = [sys.executable, "-m", "pip"] if find_spec("pip") else [pip] if pip else []
        self._pip = PackageClient("pip", command)
        self._listed: dict[str, asyncio.Task[str]] = {}

    async def look_up(self, kind: str, name: str) -> str:
        """What is known today. Raises NotCheckedError."""
        _require_name(name)
        if kind == "deprecated":
            return await self._deprecated(name)
        if name not in self._listed:
            # So verbose, it names every file of the index, also where none of them is for this Python and machine.
            command = ("index", "versions", name, "-vvv", "--retries", "2", "--timeout", "15")
            self._listed[name] = asyncio.create_task(self._pip.run(*command, failing=True))
        files = await asyncio.to_thread(_files, await self._listed[name], name)  # up to a million characters
        releases = [version for version in files if re.fullmatch(r"[\d.]+(?:\.?post\d+)?", version)]
        if not releases:
            raise NotCheckedError("pip does not find it")
        newest = max(releases, key=version_order)
        return newest if kind == "pypi" else _pythons(files[newest])

    async def _deprecated(self, name: str) -> str:
        """Whether the newest version calls itself inactive."""
        options = (
            "--dry-run --no-deps --ignore-installed --ignore-requires-python --only-binary :all: --quiet --retries 2"
        )
        (found,) = json.loads(await self._pip.run("install", *options.split(), "--report", "-", name))["install"]
        return str(any(one.endswith(":: 7 - Inactive") for one in found["metadata"].get("classifier", ()))).lower()


class NodePackages:
    """npm packages: their newest version, and whether it is deprecated."""

    DEPRECATED = "request"
    """A package that is. Where the registry does not say so, it says so of none."""

    def __init__(self) -> None:
        npm = shutil.which("npm")
        self._npm = PackageClient("npm", [npm] if npm else [])

    async def look_up(self, kind: str, name: str) -> str:
        """What is known today. Raises NotCheckedError."""
        found = await self._view(_require_name(name.removeprefix(NPM)))
        if kind == "npm":
            return str(found["version"])
        if not found.get("deprecated") and not (await self._view(self.DEPRECATED)).get("deprecated"):
            raise NotCheckedError("the npm registry here does not say what is deprecated")
        return str(bool(found.get("deprecated"))).lower()

    async def _view(self, name: str) -> dict[str, Any]:
        # Left alone, npm waits ten seconds and then a minute between its tries.
        options = "--json --no-update-notifier --fetch-timeout=15000 --fetch-retries=2 --fetch-retry-mintimeout=1000"
        found = json.loads(await self._npm.run("view", name, "name", "version", "deprecated", *options.split()))
        if not isinstance(found, dict):
            raise NotCheckedError("npm says something that cannot be read")
        return found


def _files(printed: str, name: str) -> dict[str, list[re.Match[str]]]:
    """The files by version, without those that were withdrawn."""
    found: dict[str, list[re.Match[str]]] = {}
    for line in printed.splitlines():
        hit = _FILE.search(line) if "yanked for reason" not in line else None
        if hit is not None and _normal(hit["name"]) == _normal(name):
            found.setdefault(hit["version"], []).append(hit)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pythons(files: Sequence[re.Match[str]]) -> str:
    """The Python versions that a release takes, by what it requires and by its wheels: "3.11-3.14", "3.11+"."""
    required = [one.strip() for file in files for one in (file["requires"] or "").split(",")]
    first = max((int(hit[1]) for one in required if (hit := re.match(r">=3\.(\d+)", one))), default=0)
    ends = [int(hit[2]) - (hit[1] == "<") for one in required if (hit := re.match(r"(<=?)3\.(\d+)", one))]
    wheels = [(file["python"], file["abi"]) for file in files if file["python"]]
    compiled = {int(hit[1]): abi for python, abi in wheels if (hit := re.match(r"cp3(\d+)", python))}
    if compiled and not any(python.startswith("py") for python, _ in wheels):
        first = max(first, min(compiled))
        ends += [max(compiled)] if "abi3" not in compiled.values() else []
    if not first:
        raise NotCheckedError("its index does not say which Python versions it takes")
    return f"3.{first}-3.{min(ends)}" if ends else f"3.{first}+"


def _require_name(name: str) -> str:
    """`name`, unless a client could take it for an option, an address or a file. Raises NotCheckedError."""
    if _NAME.fullmatch(name) is None:
        raise NotCheckedError("that is no name of a package")
    return name
