"""Where people ask: each platform's events translated into questions, and replies back."""
