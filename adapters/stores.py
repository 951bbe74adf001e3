"""The store that the settings describe: the same for the service and for every command beside it."""

from __future__ import annotations

from adapters.settings import Settings
from bot.storage.database import PATIENCE
from bot.storage.retention import Retention
from bot.store import Store


def store_of(settings: Settings, *, patience: float = PATIENCE) -> Store:
    """The store under these settings, not yet touched. `patience` is how many seconds a transaction may take."""
    return Store(
        settings.store_url,
        retention=Retention(words=settings.words_kept),
        secrets=settings.privacy_secrets,
        encryption_keys=settings.keys,
        patience=patience,
    )
