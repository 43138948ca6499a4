"""The limit on what a request may carry: counted in real bytes, answered with problem+json 413."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import Say, TooLarge
from backend.problems import render


class _BodyTooLarge(HTTPException):
    """FastAPI lets only HTTP exceptions through while it reads a body; anything else becomes its own 400."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyLimit:
    """ASGI middleware. `limit_for(path)` gives the most bytes that a body may have there."""

    def __init__(self, app: ASGIApp, limit_for: Callable[[str], int]) -> None:
        self.app = app
        self.limit_for = limit_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit, seen, started = self.limit_for(scope["path"]), 0, False
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await _refuse(limit, scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _BodyTooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except _BodyTooLarge:
            if started:
                raise
            await _refuse(limit, scope, receive, send)


def too_large(limit: int) -> TooLarge:
    return TooLarge(
        "too_large",
        Say(
            f"内容超过 {limit // 2**20 or 1} MB,请减少或缩小照片后重发",
            f"This is over {limit // 2**20 or 1} MB; send fewer or smaller photos",
        ),
        limit_bytes=limit,
        headers={"Connection": "close"},
    )


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    await render(Request(scope), too_large(limit))(scope, receive, send)
