"""From any exception to one problem+json answer: the handlers that `main.py` installs.

Unexpected errors answer a reference number that stands in the log, never their text; a refused payload is never echoed,
because it may hold secrets or bytes that JSON cannot carry.
"""

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from psycopg.errors import DiskFull
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from backend.errors import TITLES, Conflict, FieldError, Malformed, NoSpace, Problem, Say, Unavailable
from backend.language import request_language

log = logging.getLogger(__name__)

MAX_FIELD_ERRORS = 20
# Raised at commit by the triggers of migration 0003 when base grids would not tile their parent.
NET_NOT_TILED = "SZ001"

# pydantic's error types in words; what is not here is said in general.
WORDS: dict[str, Say] = {
    "missing": Say("缺少这一项", "This field is missing"),
    "extra_forbidden": Say("没有这一项，请去掉", "There is no such field; leave it out"),
    "json_invalid": Say("不是有效的 JSON", "This is not valid JSON"),
    "string_too_long": Say("太长了，请缩短", "This is too long; shorten it"),
    "string_too_short": Say("不能为空", "This must not be empty"),
    "string_pattern_mismatch": Say("格式不对", "This has the wrong form"),
    "too_long": Say("太多了", "There are too many"),
    "uuid_parsing": Say("应为 UUID", "This must be a UUID"),
    "datetime_parsing": Say("应为带时区的时间", "This must be a time with its offset"),
    "datetime_from_date_parsing": Say("应为带时区的时间", "This must be a time with its offset"),
    "date_parsing": Say("应为日期，如 2026-11-23", "This must be a date such as 2026-11-23"),
    "date_from_datetime_parsing": Say("应为日期，如 2026-11-23", "This must be a date such as 2026-11-23"),
    "date_from_datetime_inexact": Say("应为日期，如 2026-11-23", "This must be a date such as 2026-11-23"),
    "timezone_aware": Say("时间要带时区", "The time must carry its offset"),
    "enum": Say("不是可选的值", "This is not one of the possible values"),
    "greater_than_equal": Say("数值太小", "This number is too small"),
    "less_than_equal": Say("数值太大", "This number is too large"),
    "finite_number": Say("应为有限的数", "This must be a finite number"),
    "float_parsing": Say("应为数字", "This must be a number"),
    "float_type": Say("应为数字", "This must be a number"),
    "int_parsing": Say("应为整数", "This must be a whole number"),
    "int_type": Say("应为整数", "This must be a whole number"),
    "string_type": Say("应为文字", "This must be text"),
}
IN_GENERAL = Say("内容不对", "This is not right")


def malformed_by_pydantic(errors: Sequence[Mapping[str, Any]]) -> Malformed:
    """pydantic's complaints as one problem naming each field."""
    fields = tuple(_field_error(error) for error in errors[:MAX_FIELD_ERRORS])
    names = "、".join(dict.fromkeys(f.field for f in fields))
    return Malformed(
        "malformed",
        Say(f"这些内容有误：{names}", f"Something is wrong with: {names}"),
        fields=fields,
    )


def _field_error(error: Mapping[str, Any]) -> FieldError:
    place = [str(part) for part in error["loc"] if part not in {"body", "query", "path", "header"}]
    # A position may be a key that the sender chose: keep only what is plain text.
    name = ".".join(place).encode("ascii", "replace").decode()[:100] or "body"
    return FieldError(name, WORDS.get(error["type"], IN_GENERAL), error["type"])


def render(request: Request, problem: Problem) -> Response:
    """The problem as an answer, in the language of the request: a page where people look at pages, else problem+json."""
    shown: Response | None = request.app.state.problem_page(request, problem)
    if shown:
        return shown
    language = request_language(request)
    body = json.dumps(problem.body(language), ensure_ascii=True, allow_nan=False)
    headers = {
        "Content-Language": "en" if language == "en" else "zh-CN",
        "Vary": "Accept-Language",
        # Defects are answered outside the middleware that gives every other answer these two.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
        "Cache-Control": "no-store",
    }
    return Response(body, problem.status, headers | problem.headers, media_type="application/problem+json")


class Unexpected(Problem):
    """A defect of ours, or an HTTP status that the framework itself raised."""

    def __init__(self, status: int, code: str, detail: Say, **more: Any) -> None:
        super().__init__(code, detail, **more)
        self.status = status  # type: ignore[misc]  # the one problem whose status is not its class's


def from_http_exception(error: HTTPException) -> Problem:
    title = TITLES.get(error.status_code, TITLES[400])
    return Unexpected(error.status_code, f"http_{error.status_code}", title, headers=dict(error.headers or {}))


def from_database(error: DBAPIError) -> Problem | None:
    """What the database refused, in our words; None if it is a defect of ours."""
    if isinstance(error, IntegrityError):
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        return Conflict(
            "conflicting_change",
            Say("与别人的操作冲突，请看最新状态后重试", "This conflicts with another change; look again and retry"),
            constraint=constraint,
        )
    if getattr(error.orig, "sqlstate", None) == NET_NOT_TILED:
        return _net_not_tiled(error)
    if isinstance(error, DataError):
        return Malformed("malformed", Say("内容里有无法保存的字符或数值", "Some text or number cannot be stored"))
    if isinstance(error.orig, DiskFull):
        return NoSpace(
            "storage_full", Say("服务器存储已满，内容请先留在手机里", "The server's storage is full; keep your content")
        )
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return unavailable()
    return None


def _net_not_tiled(error: DBAPIError) -> Conflict:
    broken = json.loads(getattr(error.orig, "diag").message_detail)  # noqa: B009 -- typed as any exception
    sentence = Say(
        f"网格 {broken['parent_code']} 的下级网格没有严丝合缝地拼满它，全部没有保存；请检查缝隙、重叠和面积后重试",
        f"The parts of grid {broken['parent_code']} do not tile it, so nothing was saved; mend gaps, overlaps and areas first",
    )
    return Conflict("net_not_tiled", sentence, **broken)


def unavailable() -> Unavailable:
    return Unavailable(
        "database_unavailable",
        Say(
            "服务暂时不可用，请稍后重试；已填内容请保留",
            "The service is not available; keep your content and retry soon",
        ),
        headers={"Retry-After": "5"},
    )


def install_handlers(app: FastAPI) -> None:
    """Every way out with an error goes through here."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return render(request, problem)

    @app.exception_handler(RequestValidationError)
    async def on_malformed(request: Request, error: RequestValidationError) -> Response:
        return render(request, malformed_by_pydantic(error.errors()))

    @app.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        return render(request, from_http_exception(error))

    @app.exception_handler(DBAPIError)
    async def on_database_error(request: Request, error: DBAPIError) -> Response:
        problem = from_database(error)
        return render(request, problem) if problem else on_defect(request, error)

    @app.exception_handler(PoolTimeoutError)
    async def on_pool_timeout(request: Request, _error: PoolTimeoutError) -> Response:
        return render(request, unavailable())

    @app.exception_handler(ClientDisconnect)
    async def on_cut_connection(_request: Request, _error: ClientDisconnect) -> Response:
        """The link broke before the request was whole: no defect, and nobody hears the answer."""
        return Response(status_code=400)

    @app.exception_handler(Exception)
    async def on_exception(request: Request, error: Exception) -> Response:
        return on_defect(request, error)


def on_defect(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(6)
    log.error("defect %s at %s %s", reference, request.method, request.url.path, exc_info=error)
    sentence = Say(
        f"服务器出错了，内容请保留后重试；报修编号 {reference}",
        f"Something went wrong on the server; keep your content and retry. Reference {reference}",
    )
    return render(request, Unexpected(500, "defect", sentence, reference=reference))
