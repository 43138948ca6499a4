"""Two small ASGI middlewares: headers that every answer carries, and refusal of writes that another site started."""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import NotAllowed, Say
from backend.problems import render

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'{others}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def page_policy(others: Iterable[str] = ()) -> str:
    """Nothing from anywhere but here, except for what is read from these other hosts: maps fetch their tiles."""
    return _PAGE_POLICY.format(others="".join(f" {host}" for host in sorted(others)))


class SecurityHeaders:
    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", self.policy)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self)")
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class SameOriginOnly:
    """The cookie is SameSite=Lax; this is the second lock. Clients that are no browsers send neither header and pass."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_guarded(scope) and _is_foreign(Headers(scope=scope)):
            problem = NotAllowed(
                "foreign_origin", Say("请求来自别的网站，已拒绝", "This request was started by another site")
            )
            await render(Request(scope), problem)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_guarded(scope: Scope) -> bool:
    """Phone trackers bring their own secret, no cookie, and some are pages in an app, whose origin is nobody's."""
    return scope["method"] not in SAFE_METHODS and not scope["path"].startswith("/in/")


def _is_foreign(headers: Headers) -> bool:
    if headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        return True
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
