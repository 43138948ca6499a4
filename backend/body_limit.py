"""The limit on what a request may carry: counted in real bytes, answered with problem+json 413."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import Say, TooLarge
from backend.problems import render


class BodyTooLarge(TooLarge, HTTPException):  # type: ignore[misc]  # both have details and headers: the problem's are shown
    """Also an HTTP exception: FastAPI lets only those through while it reads a body, anything else becomes its own 400."""

    status_code = TooLarge.status

    def __init__(self, limit: int) -> None:
        words = Say(
            f"内容超过 {limit // 2**20 or 1} MB，请减少或缩小照片后重发；文件请拆成几份",
            f"This is over {limit // 2**20 or 1} MB; send fewer or smaller photos, or split the file",
        )
        TooLarge.__init__(self, "too_large", words, limit_bytes=limit, headers={"Connection": "close"})


class BodyLimit:
    """ASGI middleware. `limit_for(path)` gives the most bytes that a body may have there."""

    def __init__(self, app: ASGIApp, limit_for: Callable[[str], int]) -> None:
        self.app = app
        self.limit_for = limit_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit, seen = self.limit_for(scope["path"]), 0
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await render(Request(scope), BodyTooLarge(limit))(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise BodyTooLarge(limit)  # to whoever reads the body; the problem handler answers it
            return message

        await self.app(scope, counted, send)
