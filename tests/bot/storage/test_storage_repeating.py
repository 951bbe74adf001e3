"""Work done again and again goes on after a failure, and its log line holds no text of the error."""

import asyncio
import logging

import pytest

from bot.storage.errors import StoreUnavailable
from bot.storage.repeating import attempt, repeat


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ValueError("a fault")])
async def test_work_that_failed_is_done_again(error: Exception) -> None:
    outcomes = iter([error, asyncio.CancelledError()])

    async def work() -> None:
        raise next(outcomes)

    with pytest.raises(asyncio.CancelledError):
        await repeat(work, 0, "a test")
    assert not list(outcomes)


async def test_a_failure_is_logged_without_the_text_of_the_error(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise ValueError("alice@example.org")

    await attempt(work, "a test")
    assert [record.getMessage() for record in caplog.records] == ["a test failed: ValueError"]


async def test_a_store_that_is_away_is_not_logged_each_time(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise StoreUnavailable("away")

    with caplog.at_level(logging.DEBUG):
        await attempt(work, "a test")
    assert not caplog.records
