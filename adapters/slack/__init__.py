"""Slack: events, commands and clicks in, Block Kit out. Loaded only where Slack is served."""
