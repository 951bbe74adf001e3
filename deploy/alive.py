"""The container's health check: exit code 0 where /healthz answers, else 1."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from http.client import HTTPConnection, HTTPException

PATIENCE = 4
"""Seconds; less than the timeout of the container engine's check."""


def alive(port: int) -> bool:
    """Whether the service on `port` of this machine answers."""
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(not alive(int(os.environ.get("PORT", "3000"))))
