"""What a service keeps of a workspace or server, for the commands that look after it."""

from __future__ import annotations

from bot.dialog.question import Turn
from bot.storage.records import Feedback, Tally
from tests.storing import add, record, remember

KEY = "J64ZHFpCWFlS9zT7y5zxuQN1Gb09y7cucne_EhuWyDM="
PRIVACY_KEY = "the service's own key, which hides people"


async def live(store, tenant: str, users: tuple[str, ...] = ("slack:U024BE7LH",)) -> None:
    """A row of a tenant in most tables, and a vote of each user there."""
    await store.deliveries.claim(f"{tenant} event", tenant)
    await remember(store.threads, f"{tenant} thread", tenant, Turn(("a",)))
    await store.channels.change(tenant, "C1", passive=True)
    await add(store.tallies, {Tally(tenant, "slack", "answer"): 1})
    if tenant.startswith("slack:"):
        await store.installations.save(None, tenant.removeprefix("slack:"), {"bot_token": "xoxb-kept"}, tenant=tenant)
    for user in users:
        platform, _, name = user.partition(":")
        await record(
            store.feedback,
            Feedback(
                platform=platform,
                tenant=tenant,
                user=name,
                answer=f"{tenant} answer",
                entry="compare.mobile",
                helpful=True,
                knowledge_version="v1",
            ),
        )
