"""Objects that exist from the start are exempt from garbage collection."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from adapters.server.hot_reload import Knowledge, freeze_objects
from adapters.server.service import running, until_stopped


@pytest.fixture(autouse=True)
def _thawed():
    yield
    gc.unfreeze()


class Thing:
    """A reference cycle."""

    def __init__(self):
        self.itself = self


def test_existing_objects_are_no_longer_scanned():
    kept = Thing()
    freeze_objects()
    assert not any(found is kept for found in gc.get_objects())
    assert gc.get_freeze_count()


def test_existing_garbage_is_collected_first():
    gone = weakref.ref(Thing())
    freeze_objects()
    assert gone() is None


def test_garbage_made_since_is_collected_the_next_time():
    kept = Thing()
    freeze_objects()
    gone = weakref.ref(kept)
    del kept
    freeze_objects()
    assert gone() is None


async def test_the_service_freezes_what_it_starts_with(made, slack_settings):
    serving = asyncio.create_task(until_stopped(running(made(**slack_settings))))
    try:
        async with asyncio.timeout(30):
            while not gc.get_freeze_count():
                await asyncio.sleep(0.01)
    finally:
        serving.cancel()
        await serving


def test_reloaded_knowledge_is_frozen_too(made, slack_settings):
    knowledge = Knowledge(made(**slack_settings).knowledge)
    knowledge._reload()
    assert not any(found is knowledge.bot() for found in gc.get_objects())
