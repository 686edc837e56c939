"""What every HTTP response says about itself, and whose requests are our own page's."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",  # and no policy of anybody's that would make one
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
}


class SecurityHeaders:
    """Adds `SECURITY_HEADERS` to every response; nothing of the API is cached."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                cached = scope["path"].startswith("/doctor/")
                headers["Cache-Control"] = "no-cache" if cached else "no-store"
                if self._tls:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self._app(scope, receive, with_headers)


class SameOriginChanges:
    """Refuses, from any page but our own, requests that change something (CSRF)."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        changes = scope["type"] == "http" and scope["method"] not in ("GET", "HEAD")
        if changes and not same_origin(HTTPConnection(scope), tls=self._tls):
            refused = PlainTextResponse("Only this service's own page may do that.\n", 403)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)


def same_origin(connection: HTTPConnection, *, tls: bool) -> bool:
    """Return whether the request comes from a page of this very service (its Origin says so).

    Without TLS the service is on loopback, and answers to loopback's names only: another site's
    name that resolves to this machine (DNS rebinding) is not one of them.
    """
    headers: Headers = connection.headers
    host = headers.get("host", "")
    if not tls and not _names_loopback(host):
        return False
    return headers.get("origin") == f"{'https' if tls else 'http'}://{host}"


def _names_loopback(host: str) -> bool:
    name = host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
