"""Look facts up, each where it is known: packages by their own clients; advisories, Git hosts and links over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from adapters.freshness.facts import ANSWERS, LINK, CheckedFact, Fact, NotCheckedError, version_order
from adapters.freshness.packages import NPM, NodePackages, PythonPackages

AT_ONCE = 8
"""Requests under way at the same time."""

ATTEMPTS = 3
"""How often a request is tried that takes too long, or that a server is too busy for."""

MOST_BYTES = 20_000_000
"""Of an answer: the advisories of a package with hundreds are a few million."""

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=8)

OSV = "https://api.osv.dev/v1/query"
GITHUB = "github.com"

_REPOSITORY = re.compile(r"(?:([\w-]+(?:\.[\w-]+)+(?::\d+)?)/)?([\w.-]+(?:/[\w.-]+)+)")

_BUSY = frozenset({429, 500, 502, 503, 504})
_GONE = frozenset({404, 410})


async def check_facts(given: Sequence[Fact], progress: Callable[[int, int], None] | None = None) -> list[CheckedFact]:
    """Every fact, looked up; in the given order. `progress` is called with (done, total)."""
    agent = {"User-Agent": "framework-bot freshness"}
    async with aiohttp.ClientSession(trust_env=True, headers=agent) as session:
        http, pip, npm, done = HttpClient(session), PythonPackages(), NodePackages(), 0

        async def look_up(kind: str, name: str) -> str:
            if kind in ("release", "archived"):
                return await repository_state(http, kind, name)
            if kind == "advisory":
                return await safe_version(http, name)
            if kind == LINK:
                return await link_state(http, name)
            of_npm = kind == "npm" or (kind == "deprecated" and name.startswith(NPM))
            return await (npm if of_npm else pip).look_up(kind, name)

        async def check(fact: Fact) -> CheckedFact:
            nonlocal done
            try:
                found = await look_up(fact.kind, fact.name)
                checked = CheckedFact(fact, found, fact.verdict(found))
            except NotCheckedError as error:
                checked = CheckedFact(fact, reason=str(error))
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                checked = CheckedFact(fact, reason=f"the answer cannot be read ({type(error).__name__})")
            done += 1
            if progress is not None:
                progress(done, len(given))
            return checked

        return await asyncio.gather(*map(check, given))


class HttpClient:
    """Requests with time-outs and back-off, few at once. A host that could not be reached is not asked again."""

    def __init__(self, session: aiohttp.ClientSession, *, pause: float = 2.0) -> None:
        """`pause`: seconds before the second attempt; it doubles each time."""
        self._session, self._pause = session, pause
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._away: set[str] = set()

    async def ask(self, method: str, url: str, **more: Any) -> tuple[int, bytes]:
        """Status and body; no body is read of a HEAD, nor of a page that is no JSON. Raises NotCheckedError."""
        host, reason = urlsplit(url).netloc, ""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(self._pause * 2 ** (attempt - 1))
            async with self._slots:
                if host in self._away:
                    break
                try:
                    async with self._session.request(method, url, timeout=TIMEOUT, **more) as answer:
                        if answer.status not in _BUSY:
                            wanted = answer.content_type == "application/json" and answer.status not in _GONE
                            return answer.status, await _body(answer) if wanted else b""
                        reason = f"{host} answers {answer.status}"
                except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
                    self._away.add(host)
                except (TimeoutError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                    reason = f"{host} does not answer in time"
                except aiohttp.ClientError as error:
                    raise NotCheckedError(f"{host}: {type(error).__name__}") from None
        raise NotCheckedError(reason if host not in self._away else f"{host} cannot be reached")

    async def ask_json(self, method: str, url: str, **more: Any) -> Any:
        """The JSON of an answer, None where there is no such thing. Raises NotCheckedError."""
        status, body = await self.ask(method, url, **more)
        if status in _GONE:
            return None
        try:
            if status == 200:
                return await asyncio.to_thread(json.loads, body)  # up to millions of characters
        except ValueError:
            pass
        raise NotCheckedError(f"{urlsplit(url).netloc} answers {status}")


async def safe_version(http: HttpClient, name: str) -> str:
    """The first version of a package that no advisory in the OSV database reaches: "after 2.6.5" where none is named,
    "none" where there is none yet. Raises NotCheckedError."""
    package = {"name": name.removeprefix(NPM), "ecosystem": "npm" if name.startswith(NPM) else "PyPI"}
    safe, token = ["0"], ""
    while True:
        page = await http.ask_json("POST", OSV, json={"package": package, "page_token": token})
        if not isinstance(page, dict):
            raise NotCheckedError("OSV does not know it")
        safe += [version for one in page.get("vulns", ()) for version in _safe_after(one, package)]
        token = page.get("next_page_token", "")
        if not token:
            return "none" if "none" in safe else max(safe, key=version_order)


async def repository_state(http: HttpClient, kind: str, name: str) -> str:
    """The newest release of a repository, or whether it is archived, by the public API of its host. A name without a
    host is on GitHub. Raises NotCheckedError."""
    hit = _REPOSITORY.fullmatch(name)
    if hit is None:
        raise NotCheckedError("that is no repository: write owner/name, or host/owner/name")
    host, path = hit[1] or GITHUB, hit[2]
    headers = {}
    if host == GITHUB:
        base = f"https://api.{host}/repos/{path}"
        if token := os.environ.get("GITHUB_TOKEN"):
            headers["Authorization"] = f"Bearer {token}"
    elif "gitlab" in host:
        base = f"https://{host}/api/v4/projects/{quote(path, safe='')}"
    else:  # Forgejo and Gitea, such as Codeberg
        base = f"https://{host}/api/v1/repos/{path}"
    if kind == "archived":
        found = await http.ask_json("GET", base, headers=headers)
        if not isinstance(found, dict) or "archived" not in found:
            raise NotCheckedError(f"{host} does not know it")
        return str(bool(found["archived"])).lower()
    latest = "releases/permalink/latest" if "gitlab" in host else "releases/latest"
    found = await http.ask_json("GET", f"{base}/{latest}", headers=headers)
    if isinstance(found, dict) and found.get("tag_name"):
        return str(found["tag_name"])
    tags = await http.ask_json("GET", f"{base}/tags", headers=headers)
    if not tags:
        raise NotCheckedError(f"{host} has no release and no tag of it")
    return max((str(tag["name"]) for tag in tags), key=version_order)


async def link_state(http: HttpClient, address: str) -> str:
    """ANSWERS, or the status of a page that is gone: only "no such page" counts as broken, because many sites refuse
    programs. Raises NotCheckedError."""
    for method in ("HEAD", "GET"):
        status, _ = await http.ask(method, address, allow_redirects=True)
        if status < 300:
            return ANSWERS
    if status in _GONE:
        return f"HTTP {status}"
    raise NotCheckedError(f"{urlsplit(address).netloc} answers {status}")


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    found = b""
    async for chunk in answer.content.iter_chunked(1 << 16):
        found += chunk
        if len(found) > MOST_BYTES:
            raise NotCheckedError("the answer is too long")
    return found


def _safe_after(advisory: Mapping[str, Any], package: Mapping[str, str]) -> Iterator[str]:
    """The first safe version after each range that an advisory in force gives; "none" after one that has no end."""
    for affected in advisory.get("affected", ()) if "withdrawn" not in advisory else ():
        if affected.get("package", {}).get("ecosystem") != package["ecosystem"]:
            continue
        ranges = [one["events"] for one in affected.get("ranges", ()) if one.get("type") != "GIT"]
        if not ranges and affected.get("versions"):
            yield f"after {max(affected['versions'], key=version_order)}"
        for *_, last in ranges:
            if "fixed" in last:
                yield last["fixed"]
            else:
                yield f"after {last['last_affected']}" if "last_affected" in last else "none"
