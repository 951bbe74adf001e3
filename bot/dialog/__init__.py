"""Dialogue: answering policy, follow-ups, several questions, reply composition."""
