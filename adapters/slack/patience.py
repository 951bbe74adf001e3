"""Trying again where Slack asks for it or stumbles; never on the way to an acknowledgement."""

from __future__ import annotations

import asyncio
import random

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

TRIES = 4
"""Further tries after the first."""

LONGEST_WAIT = 60.0
"""Seconds that a Retry-After is obeyed for; of a longer one we wait this much."""


class _RateLimited(AsyncRateLimitErrorRetryHandler):
    """The SDK's own fails on a Retry-After that is no whole number, and obeys one of hours."""

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wait as long as Slack says, and a little longer so that not everyone comes back at once."""
        del request, error
        state.next_attempt_requested = True
        await asyncio.sleep(asked_to_wait(response) + random.random() / 2)  # noqa: S311 - nothing secret
        state.increment_current_attempt()


class _ServerFailed(AsyncServerErrorRetryHandler):
    """Any 5xx: the SDK's own leaves out those of proxies on the way."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        del state, request, error
        return response is not None and response.status_code >= 500


def asked_to_wait(response: HttpResponse | None) -> float:
    """Seconds in a Retry-After, within bounds; 1 where there is none."""
    headers = response.headers if response is not None else {}
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        seconds = float(value if isinstance(value, str) else value[0])
    except (ValueError, IndexError):
        return 1.0
    return min(max(seconds, 0.0), LONGEST_WAIT)


def retry_handlers() -> list[AsyncRetryHandler]:
    """For calls that nobody waits for."""
    return [
        _RateLimited(max_retry_count=TRIES),
        _ServerFailed(max_retry_count=TRIES),
        AsyncConnectionErrorRetryHandler(max_retry_count=2),
    ]
