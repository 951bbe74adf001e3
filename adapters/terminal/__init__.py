"""The terminal as a platform: a prompt or a pipe, a line at a time."""
