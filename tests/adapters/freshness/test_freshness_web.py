"""OSV, Git hosts and links, over HTTPS on loopback under their own names."""

from __future__ import annotations

import pytest
from aiohttp import web

from adapters.freshness.checker import ATTEMPTS, link_state, repository_state, safe_version
from adapters.freshness.facts import ANSWERS, NotCheckedError


def always(body=None, *, status=200):
    async def handler(request):
        return web.json_response(body, status=status)

    return handler


def by_path(**bodies):
    """JSON by the last part of the path; 404 elsewhere."""

    async def handler(request):
        body = bodies.get(request.path.rpartition("/")[2])
        return web.json_response(body, status=404 if body is None else 200)

    return handler


def advisory(*events, ecosystem="PyPI", kind="ECOSYSTEM", **more):
    ranges = [{"type": kind, "events": [dict([event]) for event in events]}] if events else []
    return {"affected": [{"package": {"name": "x", "ecosystem": ecosystem}, "ranges": ranges, **more}]}


REACHES = ("introduced", "0")


@pytest.mark.parametrize(
    ("advisories", "safe"),
    [
        ([], "0"),
        ([advisory(REACHES, ("fixed", "2.6.6"))], "2.6.6"),
        ([advisory(REACHES, ("fixed", "2.9.1")), advisory(REACHES, ("fixed", "2.10.0"))], "2.10.0"),
        ([advisory(REACHES, ("fixed", "1.9"), ("introduced", "2.0"), ("fixed", "2.3"))], "2.3"),
        ([advisory(REACHES, ("fixed", "1.9"), ("introduced", "2.0"))], "none"),
        ([advisory(REACHES)], "none"),
        ([advisory(REACHES, ("last_affected", "2.6.5"))], "after 2.6.5"),
        ([advisory(versions=["2.6.4", "2.6.5"])], "after 2.6.5"),
        ([{**advisory(REACHES), "withdrawn": "2026-01-01T00:00:00Z"}], "0"),
        ([advisory(REACHES, ecosystem="npm")], "0"),
        ([advisory(REACHES, kind="GIT")], "0"),
    ],
)
async def test_the_first_version_that_no_advisory_reaches(internet, advisories, safe):
    async with internet(always({"vulns": advisories})) as (http, requests):
        assert await safe_version(http, "x") == safe
    assert requests == ["POST api.osv.dev/v1/query"]


async def test_advisories_on_further_pages_count(internet):
    async def handler(request):
        asked = await request.json()
        assert asked["package"] == {"name": "@team/x", "ecosystem": "npm"}
        if not asked["page_token"]:
            return web.json_response({"vulns": [], "next_page_token": "two"})
        return web.json_response({"vulns": [advisory(REACHES, ("fixed", "3.1"), ecosystem="npm")]})

    async with internet(handler) as (http, _):
        assert await safe_version(http, "npm:@team/x") == "3.1"


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("team/x", "GET api.github.com/repos/team/x"),
        ("codeberg.example/team/x", "GET codeberg.example/api/v1/repos/team/x"),
        ("gitlab.example/group/team/x", "GET gitlab.example/api/v4/projects/group%2Fteam%2Fx"),
    ],
)
@pytest.mark.parametrize("archived", [True, False])
async def test_whether_a_repository_is_archived(internet, name, asked, archived):
    async with internet(always({"archived": archived})) as (http, requests):
        assert await repository_state(http, "archived", name) == str(archived).lower()
    assert requests == [asked]


@pytest.mark.parametrize("name", ["team/x", "codeberg.example/team/x", "gitlab.example/team/x"])
async def test_the_newest_release_of_a_repository(internet, name):
    async with internet(by_path(latest={"tag_name": "v2.15.0"})) as (http, _):
        assert await repository_state(http, "release", name) == "v2.15.0"


async def test_without_releases_the_newest_tag_counts(internet):
    async with internet(by_path(tags=[{"name": "v2.9.0"}, {"name": "v2.10.0"}])) as (http, _):
        assert await repository_state(http, "release", "team/x") == "v2.10.0"


@pytest.mark.parametrize(("kind", "handler"), [("archived", by_path()), ("release", by_path(tags=[]))])
async def test_a_repository_that_the_host_does_not_know_is_not_checked(internet, kind, handler):
    async with internet(handler) as (http, _):
        with pytest.raises(NotCheckedError, match=r"github\.com"):
            await repository_state(http, kind, "team/x")


async def test_the_token_for_github_goes_to_github_alone(internet, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "sesame")
    seen = {}

    async def handler(request):
        seen[request.host] = request.headers.get("Authorization")
        return web.json_response({"archived": True})

    async with internet(handler) as (http, _):
        for name in ("team/x", "codeberg.example/team/x"):
            await repository_state(http, "archived", name)
    assert seen == {"api.github.com": "Bearer sesame", "codeberg.example": None}


PAGE = "https://docs.example/page"


async def test_a_link_is_asked_for_its_head_alone_where_that_answers(internet):
    async with internet(always()) as (http, requests):
        assert await link_state(http, PAGE) == ANSWERS
    assert requests == ["HEAD docs.example/page"]


async def test_a_page_that_answers_only_in_full_answers(internet):
    async def handler(request):
        return web.Response(status=405 if request.method == "HEAD" else 200)

    async with internet(handler) as (http, _):
        assert await link_state(http, PAGE) == ANSWERS


async def test_a_link_that_leads_elsewhere_answers_where_that_does(internet):
    async def handler(request):
        if request.path == "/page":
            raise web.HTTPMovedPermanently("https://new.example/there")
        return web.Response(status=200 if request.host == "new.example" else 404)

    async with internet(handler) as (http, _):
        assert await link_state(http, PAGE) == ANSWERS


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_is_stale(internet, status):
    async with internet(always(status=status)) as (http, _):
        assert await link_state(http, PAGE) == f"HTTP {status}"


@pytest.mark.parametrize("status", [401, 403, 451])
async def test_a_page_that_refuses_programs_is_not_checked(internet, status):
    async with internet(always(status=status)) as (http, _):
        with pytest.raises(NotCheckedError, match=rf"docs\.example answers {status}"):
            await link_state(http, PAGE)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_is_busy_is_asked_again_and_then_left_alone(internet, status):
    async with internet(always(status=status)) as (http, requests):
        with pytest.raises(NotCheckedError, match=rf"docs\.example answers {status}"):
            await link_state(http, PAGE)
    assert len(requests) == ATTEMPTS


async def test_a_server_that_is_busy_for_a_moment_is_waited_for(internet):
    statuses = [503, 200]

    async def handler(request):
        return web.Response(status=statuses.pop(0))

    async with internet(handler) as (http, _):
        assert await link_state(http, PAGE) == ANSWERS


async def test_a_host_that_cannot_be_reached_is_not_checked(internet):
    async with internet(always()) as (http, _):
        for _ in range(2):
            with pytest.raises(NotCheckedError, match=r"away\.example cannot be reached"):
                await link_state(http, "https://away.example/page")


@pytest.mark.parametrize("status", [403, 500])
async def test_an_answer_without_facts_is_not_checked(internet, status):
    async with internet(always({"message": "rate limit exceeded"}, status=status)) as (http, _):
        for asked in (repository_state(http, "archived", "team/x"), safe_version(http, "x")):
            with pytest.raises(NotCheckedError):
                await asked
