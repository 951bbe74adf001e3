"""pip and npm themselves, against an index on loopback."""

from __future__ import annotations

import shutil

import pytest

from adapters.freshness import packages
from adapters.freshness.facts import NotCheckedError
from adapters.freshness.packages import NodePackages, PythonPackages

npm_here = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed here")


def wheels(version, *tags):
    return [f"thing-{version}-{tag}.whl" for tag in tags]


async def test_the_newest_release_counts_also_where_this_python_cannot_install_it(index):
    index.python("thing", *wheels("2.1", "cp390-cp390-win_amd64"), "thing-2.2rc1.tar.gz", "thing-2.0.0.tar.gz")
    assert await PythonPackages().look_up("pypi", "thing") == "2.1"


async def test_an_older_release_listed_later_does_not_count(index):
    index.python("thing", "thing-2.10.0.tar.gz", "thing-2.9.0.tar.gz")
    assert await PythonPackages().look_up("pypi", "thing") == "2.10.0"


async def test_a_withdrawn_release_does_not_count(index):
    index.python("thing", "thing-1.0.tar.gz")
    page = index.pages["/simple/thing/"].decode()
    index.pages["/simple/thing/"] = page.replace(
        "</body>", '<a href="/files/thing-1.1.tar.gz" data-yanked="broken">thing-1.1.tar.gz</a></body>'
    ).encode()
    assert await PythonPackages().look_up("pypi", "thing") == "1.0"


@pytest.mark.parametrize(
    ("files", "requires", "pythons"),
    [
        (wheels("2.0", "cp311-cp311-win_amd64", "cp314-cp314-win_amd64"), "&gt;=3.10", "3.11-3.14"),
        (wheels("2.0", "cp311-cp311-win_amd64", "cp313-cp313t-win_amd64"), "&gt;=3.12", "3.12-3.13"),
        (wheels("2.0", "cp310-abi3-win_amd64"), "", "3.10+"),
        (wheels("2.0", "py3-none-any"), "&gt;=3.11", "3.11+"),
        (wheels("2.0", "py3-none-any"), "&gt;=3.9,&lt;3.14", "3.9-3.13"),
        (["thing-2.0.tar.gz"], "&gt;=3.9", "3.9+"),
    ],
)
async def test_the_range_of_pythons_is_what_the_newest_release_requires_and_has_wheels_for(
    index, files, requires, pythons
):
    index.python("thing", *wheels("1.0", "cp38-cp38-win_amd64"), *files, requires=requires)
    assert await PythonPackages().look_up("python", "thing") == pythons


async def test_a_release_that_says_nothing_of_pythons_is_not_checked(index):
    index.python("thing", *wheels("2.0", "py3-none-any"))
    with pytest.raises(NotCheckedError, match="does not say which Python"):
        await PythonPackages().look_up("python", "thing")


async def test_a_package_is_asked_for_once(index):
    index.python("thing", *wheels("2.0", "cp311-cp311-win_amd64"))
    pip = PythonPackages()
    for kind in ("pypi", "python"):
        await pip.look_up(kind, "thing")
    assert index.asked.count("/simple/thing/") == 1


@pytest.mark.parametrize(("classifier", "deprecated"), [("7 - Inactive", "true"), ("4 - Beta", "false")])
async def test_a_python_package_is_deprecated_where_it_says_so(index, classifier, deprecated):
    index.wheel("thing", "1.0", f"Development Status :: {classifier}")
    assert await PythonPackages().look_up("deprecated", "thing") == deprecated


async def test_a_package_that_the_index_does_not_have_is_not_checked(index):
    with pytest.raises(NotCheckedError, match="pip does not find it"):
        await PythonPackages().look_up("pypi", "nothing")


@pytest.mark.parametrize("failure", ["down", "busy"])
async def test_an_index_that_cannot_be_reached_is_not_replaced_by_files_of_this_machine(
    index, failure, tmp_path, monkeypatch
):
    (tmp_path / "thing-1.0.tar.gz").touch()
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    if failure == "busy":
        index.status = 503
    else:
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    pip = PythonPackages()
    with pytest.raises(NotCheckedError, match="pip cannot reach its index"):
        await pip.look_up("pypi", "thing")
    before = len(index.asked)
    with pytest.raises(NotCheckedError, match="pip cannot reach its index"):
        await pip.look_up("pypi", "other")
    assert len(index.asked) == before  # nobody waits for it again


async def test_a_client_that_takes_too_long_is_stopped(index, monkeypatch):
    index.python("thing", "thing-1.0.tar.gz")
    monkeypatch.setattr(packages, "TIME", 0.01)
    with pytest.raises(NotCheckedError, match="took longer"):
        await PythonPackages().look_up("pypi", "thing")


async def test_a_client_that_is_not_installed_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(NotCheckedError, match="npm is not installed here"):
        await NodePackages().look_up("npm", "thing")


@npm_here
async def test_the_newest_version_of_an_npm_package(index):
    index.node("@team/thing", "4.3.2")
    assert await NodePackages().look_up("npm", "@team/thing") == "4.3.2"


@npm_here
async def test_an_npm_package_is_deprecated_where_the_registry_says_so(index):
    index.node("thing", "1.0.0", deprecated="use another")
    index.node("other", "1.0.0")
    index.node(NodePackages.DEPRECATED, "1.0.0", deprecated="use another")
    assert await NodePackages().look_up("deprecated", "npm:thing") == "true"
    assert await NodePackages().look_up("deprecated", "npm:other") == "false"


@npm_here
async def test_a_registry_that_never_says_what_is_deprecated_does_not_count_as_saying_that_nothing_is(index):
    index.node("other", "1.0.0")
    index.node(NodePackages.DEPRECATED, "1.0.0")
    with pytest.raises(NotCheckedError, match="does not say what is deprecated"):
        await NodePackages().look_up("deprecated", "npm:other")


@npm_here
async def test_a_registry_that_cannot_be_reached_is_not_checked(index, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    with pytest.raises(NotCheckedError, match="npm cannot reach its index"):
        await NodePackages().look_up("npm", "thing")
