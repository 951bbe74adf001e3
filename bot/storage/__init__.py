"""What is stored, where, and for how long. `bot.storage.store.Store` opens it."""
