"""The terminal: questions from a prompt, an argument or a pipe; replies as text."""
