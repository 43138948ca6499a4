"""The residents' pages as HTML: templates filled on the server, readable with any browser and without scripts."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import segno
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from backend.errors import TITLES, Problem, Say
from backend.language import request_language
from backend.residents.story import moment_words
from backend.residents.words import word

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
# A browser that goes back shows what was typed; anything else asks again.
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept-Language"}


def page(
    request: Request,
    template: str,
    *,
    at: datetime | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **names: Any,
) -> HTMLResponse:
    """One page in the reader's language. Templates call t(key, …) for fixed words, say(Say) and moment(datetime)."""
    language = request_language(request)
    say: Callable[[Say], str] = partial(Say.in_language, language=language)
    told = _TEMPLATES.get_template(template).render(
        language=language,
        t=lambda key, **more: word(key, language, **more),
        say=say,
        moment=lambda moment: moment_words(moment, at or moment),
        **names,
    )
    more = {"Content-Language": "en" if language == "en" else "zh-CN"} | (headers or {})
    return HTMLResponse(told, status, _HEADERS | more)


def is_page(request: Request) -> bool:
    return request.url.path == "/r" or request.url.path.startswith("/r/")


def problem_page(request: Request, problem: Problem) -> Response | None:
    """A refusal for a person at a page of ours: what is so, the field for a code, and the way to a new report."""
    if not is_page(request):
        return None
    language = request_language(request)
    told = {
        "title": TITLES[problem.status].in_language(language),
        "detail": problem.detail.in_language(language),
    }
    typed = request.path_params.get("code", "")
    return page(
        request, "find.html", status=problem.status, headers=problem.headers, problem=told, typed_code=typed[:40]
    )


def qr_code(address: str) -> Markup:
    """The address as a QR code, drawn in the page: nothing is fetched from anywhere."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(scale=4, border=2, omitsize=True, svgclass="qr-code", lineclass=None))  # noqa: S704
