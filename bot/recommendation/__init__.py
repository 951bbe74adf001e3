"""The guided recommendation: a few questions, a ranking with reasons, and what would change it."""
