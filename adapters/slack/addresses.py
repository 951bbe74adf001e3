"""Where the service's own pages for Slack are."""

from __future__ import annotations

INSTALL = "/slack/install"
"""Where an installation starts."""

REDIRECT = "/slack/oauth_redirect"
"""Where Slack sends the person back to."""
