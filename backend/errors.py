"""The error tree and its one rendering as problem+json (RFC 9457), in the reader's language.

A rule that is broken raises one of these by name; nothing here knows HTTP requests beyond a status number.
422 = the payload is malformed, 409 = the state does not allow it, 404 = absent or not yours.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple


class Say(NamedTuple):
    """One sentence for a person, in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class FieldError(NamedTuple):
    """What is wrong with one field of the payload, and how to mend it. `field` is a dotted path such as `place.lng`."""

    field: str
    message: Say
    code: str


class Problem(Exception):  # noqa: N818 -- the RFC's own word for it
    """Anything that is answered as problem+json. `code` is stable and listed in docs/problems.md."""

    status: ClassVar[int] = 500

    def __init__(
        self,
        code: str,
        detail: Say,
        *,
        fields: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(f"{code}: {detail.en}")
        self.code = code
        self.detail = detail
        self.fields = fields
        self.headers = headers or {}
        self.more = more

    def body(self, language: str) -> dict[str, Any]:
        """The RFC 9457 object: `type`, `title`, `status`, `detail`, `errors` per field, and the problem's own members."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "code": self.code,
            "title": TITLES[self.status].in_language(language),
            "status": self.status,
            "detail": self.detail.in_language(language),
        }
        if self.fields:
            body["errors"] = [
                {"field": f.field, "message": f.message.in_language(language), "code": f.code} for f in self.fields
            ]
        return body | self.more


class NotSignedIn(Problem):
    status = 401


class NotAllowed(Problem):
    status = 403


class NotFound(Problem):
    """Absent, or not yours: the two are never told apart."""

    status = 404


class Conflict(Problem):
    status = 409


class TooLarge(Problem):
    status = 413


class Malformed(Problem):
    status = 422

    @classmethod
    def at(cls, field: str, code: str, message: Say, **more: Any) -> "Malformed":
        """A payload with exactly one wrong field, whose sentence is also the problem's own."""
        return cls(code, message, fields=(FieldError(field, message, code),), **more)

    @classmethod
    def listing(cls, faults: Sequence[FieldError]) -> "Malformed":
        """A payload with these faults, at least one, the first of which is also the problem's own sentence."""
        return cls("malformed", faults[0].message, fields=tuple(faults))


class TooManyTries(Problem):
    status = 429


class Unavailable(Problem):
    status = 503


class NoSpace(Problem):
    status = 507


TITLES: dict[int, Say] = {
    400: Say("请求无法理解", "The request cannot be understood"),
    401: Say("请先登录", "Please sign in"),
    403: Say("没有这项权限", "You may not do this"),
    404: Say("没有找到", "Not found"),
    405: Say("不支持这种请求", "This method is not supported here"),
    409: Say("当前状态不允许", "The present state does not allow this"),
    413: Say("内容太大", "Too large"),
    422: Say("内容有误", "Something in the content is wrong"),
    429: Say("请求太频繁", "Too many tries"),
    500: Say("服务器出错", "Something went wrong on the server"),
    503: Say("服务暂时不可用", "The service is not available right now"),
    507: Say("服务器存储已满", "The server's storage is full"),
}
