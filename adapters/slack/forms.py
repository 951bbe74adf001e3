"""What a form that was sent holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from adapters.slack.parse import Body


def chosen(body: Body, name: str) -> dict[str, Any]:
    """The state of a field, whose block and action share a name."""
    view = body.get("view")
    state = view.get("state") if isinstance(view, Mapping) else None
    values = state.get("values") if isinstance(state, Mapping) else None
    found = (values or {}).get(name, {}).get(name, {})
    return found if isinstance(found, dict) else {}


def kept(body: Body) -> dict[str, str]:
    """What the form was given to keep when it was opened."""
    view = body.get("view")
    try:
        found = json.loads(str(view.get("private_metadata") or "{}")) if isinstance(view, Mapping) else {}
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
