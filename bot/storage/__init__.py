"""What is kept, where, and for how long. `bot.store.Store` opens it."""
