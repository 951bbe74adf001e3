"""Look facts up, each where it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import aiohttp

from adapters.freshness.facts import LINK, CheckedFact, Fact, NotCheckedError
from adapters.freshness.packages import NPM, NodePackages, PythonPackages
from adapters.freshness.web import HttpClient, link_state, repository_state, safe_version


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
