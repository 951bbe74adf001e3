"""Look facts up, each where it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import aiohttp

from adapters.freshness.facts import LINK, CheckedFact, Client, Fact, NotCheckedError
from adapters.freshness.packages import NPM, NodePackages, PythonPackages
from adapters.freshness.web import Advisories, GitHosts, HttpClient, Links


async def check_facts(given: Sequence[Fact], progress: Callable[[int, int], None] | None = None) -> list[CheckedFact]:
    """Every fact, looked up; in the given order. `progress` is called with (done, total)."""
    agent = {"User-Agent": "framework-bot freshness"}
    async with aiohttp.ClientSession(trust_env=True, headers=agent) as session:
        http, pip, npm, done = HttpClient(session), PythonPackages(), NodePackages(), 0
        clients: dict[str, Client] = dict.fromkeys(("pypi", "python", "deprecated"), pip)
        clients |= dict.fromkeys(("release", "archived"), GitHosts(http))
        clients |= {"npm": npm, "advisory": Advisories(http), LINK: Links(http)}

        async def check(fact: Fact) -> CheckedFact:
            nonlocal done
            of_npm = fact.kind == "deprecated" and fact.name.startswith(NPM)
            checked = await _checked(npm if of_npm else clients[fact.kind], fact)
            done += 1
            if progress is not None:
                progress(done, len(given))
            return checked

        return await asyncio.gather(*map(check, given))


async def _checked(client: Client, fact: Fact) -> CheckedFact:
    try:
        found = await client.look_up(fact.kind, fact.name)
        return CheckedFact(fact, found, fact.verdict(found))
    except NotCheckedError as error:
        return CheckedFact(fact, reason=str(error))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return CheckedFact(fact, reason=f"the answer cannot be read ({type(error).__name__})")
