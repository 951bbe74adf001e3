"""What every test of an adapter needs."""

from __future__ import annotations

import pytest
from aiohttp import web_app


@pytest.fixture(autouse=True)
def _let_applications_go():
    """aiohttp remembers the handlers of a thousand applications, and ours hold all the knowledge; a process has one."""
    yield
    web_app._cached_build_middleware.cache_clear()
