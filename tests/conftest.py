"""What all suites share: one compiled copy of the shipped knowledge, away from the user's cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.answering import Bot
from bot.assembly import assemble

# How long one example takes is never the subject: machines are busy.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where compiled knowledge is kept while the tests run."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWORK_BOT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def shipped(cache: Path) -> Bot:
    """A bot over the knowledge that comes with the package."""
    return assemble()
