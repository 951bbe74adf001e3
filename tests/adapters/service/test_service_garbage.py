import asyncio
import gc
import weakref

import pytest

from adapters.garbage import keep_out
from adapters.service import Knowledge, serve


@pytest.fixture(autouse=True)
def _thawed():
    yield
    gc.unfreeze()


class Thing:
    """Something that holds itself."""

    def __init__(self):
        self.itself = self


def test_what_there_is_is_looked_through_no_more():
    kept = Thing()
    keep_out()
    assert not any(found is kept for found in gc.get_objects())
    assert gc.get_freeze_count()


def test_what_is_garbage_already_goes_first():
    gone = weakref.ref(Thing())
    keep_out()
    assert gone() is None


def test_what_became_garbage_since_goes_the_next_time():
    kept = Thing()
    keep_out()
    gone = weakref.ref(kept)
    del kept
    keep_out()
    assert gone() is None


async def test_the_service_keeps_out_what_it_starts_with(made, slack_settings):
    serving = asyncio.create_task(serve(made(**slack_settings)))
    try:
        async with asyncio.timeout(30):
            while not gc.get_freeze_count():
                await asyncio.sleep(0.01)
    finally:
        serving.cancel()
        await serving


def test_knowledge_that_was_reloaded_is_kept_out_too(made, slack_settings):
    knowledge = Knowledge(made(**slack_settings))
    knowledge._reload()
    assert not any(found is knowledge.bot() for found in gc.get_objects())
