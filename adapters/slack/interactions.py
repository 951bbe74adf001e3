"""What people press, choose, submit and command, as it comes in: acknowledged at once, then done, within bounds."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.limiting import Act, Limiter
from adapters.slack.clicks import Clicks
from adapters.slack.intake import Intake
from adapters.slack.pages import RESTARTING, SORRY
from adapters.slack.parse import Body, place, presser
from adapters.slack.render_views import COMPARE, REASON, TOPIC
from adapters.slack.spot import spot
from adapters.slack.views import Views

_log = logging.getLogger(__name__)

Work = Callable[[Body], Awaitable[None]]


class Interactions:
    """Lets them in, or says when to try again."""

    def __init__(self, views: Views, clicks: Clicks, intake: Intake, limiter: Limiter) -> None:
        """`clicks` also tells people something where they are."""
        self._views = views
        self._clicks = clicks
        self._intake = intake
        self._limiter = limiter

    def acknowledged(self, work: Work, act: Callable[[Body], Act]) -> Callable[..., Awaitable[None]]:
        """A listener that acknowledges, then does `work`, and says so where it fails. `act`: what it counts as."""

        async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            tenant = presser(body).tenant
            if self._intake.has_room(tenant):
                self._intake.start(self._careful(work, body, act(body)), tenant)

        return listener

    async def home(self, body: Body) -> bool:
        """The app was opened. Like a click, but nobody needs to hear that what they see stays as it is."""
        origin = presser({**body, "user_id": body["event"].get("user")})
        where = place(origin, origin.user, "direct")
        if self._intake.open and self._limiter.admit(where, origin.user, "click").granted:
            self._intake.start(self._views.home(body), origin.tenant)
        return True

    async def submitted(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A form was sent: shown what it leads to with the acknowledgement."""
        callback, origin = body["view"].get("callback_id"), presser(body)
        if callback == COMPARE:
            admission = self._limiter.admit(spot(body).place(origin), origin.user)
            if not admission.granted:  # told in the form, which stays as it is
                await ack(response_action="errors", errors={TOPIC: admission.words})
                return
            view, reply = self._views.compared(body)
            await ack(response_action="update", view=view)
            self._intake.start(self._views.counted(body, reply), origin.tenant)
            return
        if callback == REASON:
            heard = self._views.heard(body)
            await ack(**heard.acknowledgement)
            if heard.feedback is not None:
                self._intake.start(self._views.judged(heard.feedback), origin.tenant)
            return
        await ack()

    async def _careful(self, work: Work, body: Body, act: Act) -> None:
        words = RESTARTING
        if self._intake.open:
            try:
                await self._admitted(work, body, act)
            except Exception as error:  # noqa: BLE001 - the person who pressed must hear of it, whatever it was
                self._intake.failed += 1
                _log.error("a command or a click failed: %s", type(error).__name__)
                words = SORRY
            else:
                return
        if spot(body).response_url is not None:
            await self._clicks.tell(body, words)

    async def _admitted(self, work: Work, body: Body, act: Act) -> None:
        """Do it, or say when to try again."""
        origin, where = presser(body), spot(body)
        admission = self._limiter.admit(where.place(origin), origin.user, act)
        if admission.granted:
            # The permission to open a modal is given once, so it tells a request that is played again.
            key = f"slack:trigger:{where.trigger}"
            await self._intake.once(key, origin.tenant, lambda: self._in_turn(origin.tenant, lambda: work(body)))
        elif (words := self._limiter.notice(admission)) is not None:
            await self._in_turn(origin.tenant, lambda: self._clicks.tell(body, words))

    async def _in_turn(self, tenant: str, call: Callable[[], Awaitable[None]]) -> None:
        """Call Slack when it is the tenant's turn."""
        async with self._intake.calling.of(tenant):
            await call()
