"""Who sends a request: what stands in for an address, and what only this machine itself may read."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from adapters.web.requests import is_local, sender_address


def request(remote, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request("GET", "/", headers=named).clone(remote=remote)


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("9.9.9.9", None, "9.9.9.9"),
        ("9.9.9.9", "8.8.4.4", "9.9.9.9"),  # not our proxy: it may say anything
        ("10.0.0.3", "8.8.4.4", "8.8.4.4"),
        ("10.0.0.3", "192.0.2.1, 8.8.4.4", "8.8.4.4"),
        ("127.0.0.1", "made up", "127.0.0.1"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("::ffff:9.9.9.9", None, "9.9.9.9"),
        ("2606:4700:1:2:3:4:5:6", None, "2606:4700:1:2::/64"),
        ("fdaa::3", "2606:4700:1:2::7", "2606:4700:1:2::/64"),
        ("", None, ""),
    ],
)
def test_an_address_is_the_one_that_the_nearest_proxy_saw(remote, forwarded, address):
    headers = {"X_Forwarded_For": forwarded} if forwarded else {}
    assert sender_address(request(remote, **headers)) == address


@pytest.mark.parametrize(
    ("remote", "local"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("10.0.0.3", False), ("9.9.9.9", False), ("", False)],
)
def test_local_is_what_comes_from_this_machine(remote, local):
    assert is_local(request(remote)) is local
    assert not is_local(request(remote, Via="1.1 proxy"))
