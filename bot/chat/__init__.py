"""The chat layer: all behaviour of the bot in a chat, independent of any platform."""
