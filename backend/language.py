"""The reader's language: Simplified Chinese unless the browser clearly prefers English."""

from typing import Annotated

from fastapi import Depends, Request


def preferred_language(accept_language: str) -> str:
    """`zh` or `en` from an Accept-Language header (RFC 9110, 12.5.4); the first of the two that is named wins."""
    for part in accept_language.lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def request_language(request: Request) -> str:
    return preferred_language(request.headers.get("accept-language", ""))


Language = Annotated[str, Depends(request_language)]
