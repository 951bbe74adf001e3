"""Look facts up, each where it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import aiohttp

from adapters.freshness.facts import CheckedFact, Client, Fact, NotCheckedError
from adapters.freshness.packages import NPM, NodePackages, PythonPackages
from adapters.freshness.web import Advisories, GitHosts, HttpClient, Links


async def check_facts(given: Sequence[Fact], progress: Callable[[int, int], None] | None = None) -> list[CheckedFact]:
    """Every fact, looked up; in the given order. `progress` is called with (done, total)."""
    agent = {"User-Agent": "framework-bot freshness"}
    async with aiohttp.ClientSession(trust_env=True, headers=agent) as session:
        clients = clients_over(HttpClient(session))
        done = 0

        async def check(fact: Fact) -> CheckedFact:
            nonlocal done
            try:
                return await _checked(clients[client_name(fact)], fact)
            finally:
                done += 1
                if progress is not None:
                    progress(done, len(given))

        return await asyncio.gather(*map(check, given))


def clients_over(http: HttpClient) -> Mapping[str, Client]:
    """A client of each place, by `client_name`."""
    return {
        "pip": PythonPackages(),
        "npm": NodePackages(),
        "advisory": Advisories(http),
        "git": GitHosts(http),
        "link": Links(http),
    }


def client_name(fact: Fact) -> str:
    """Which client knows a fact."""
    match fact.kind:
        case "pypi" | "python":
            return "pip"
        case "deprecated":
            return "npm" if fact.name.startswith(NPM) else "pip"
        case "release" | "archived":
            return "git"
        case kind:
            return kind


async def _checked(client: Client, fact: Fact) -> CheckedFact:
    try:
        found = await client.look_up(fact.kind, fact.name)
        return CheckedFact(fact, found, fact.verdict(found))
    except NotCheckedError as error:
        return CheckedFact(fact, reason=str(error))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return CheckedFact(fact, reason=f"the answer cannot be read ({type(error).__name__})")
