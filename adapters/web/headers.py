"""Headers that every answer of the service carries."""

from __future__ import annotations

from aiohttp import web

from adapters.web.look import STYLE_HASH

POLICY = (
    f"default-src 'none'; style-src '{STYLE_HASH}'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Our style sheet and our own pictures; no scripts, no frames, nothing from elsewhere."""

HTTPS_ONLY = "max-age=15552000"
"""Half a year, for this host alone: what else its owner serves is not ours to decide."""

_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Add them, whatever answered. For `Application.on_response_prepare`.

    Whether the browser came by https only the proxy before us knows. A client that makes that up gains
    nothing: browsers heed the promise only where they did come by https.
    """
    response.headers.update(_ALWAYS)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.headers.get("X-Forwarded-Proto", "").lower() == "https":
        response.headers["Strict-Transport-Security"] = HTTPS_ONLY
    response.headers.pop("Server", None)  # it would tell which versions of what run here
