"""The Discord adapter: events into what the chat layer knows, its views into Components V2."""
