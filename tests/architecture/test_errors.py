"""One shape for every error (RFC 9457), in Chinese and in English, and no input that makes the server itself fail."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext
from sqlalchemy.exc import OperationalError

from backend.errors import TITLES
from backend.main import MAX_JSON_BODY, stop_streams
from backend.pages import NOT_BUILT
from tests.architecture.routes import api_routes, title
from tests.people import People, Person, as_parts, photo, report_body, sha256

Thing = TypeVar("Thing")
SECRET = "the text of the exception"
LANGUAGES = {"zh": "zh-CN,zh;q=0.9", "en": "en-GB,en;q=0.9"}


def require_problem(answer: httpx.Response, status: int, code: str, language: str) -> dict[str, Any]:
    """The problem in the answer, after checking that it has the one shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == {"zh": "zh-CN", "en": "en"}[language]
    assert answer.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/problems/{code}"
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["title"] == TITLES[status].in_language(language)
    assert problem["detail"]
    for field in problem.get("errors", []):
        assert set(field) == {"field", "message", "code"}
        assert all(isinstance(value, str) and value for value in field.values())
    sentences = [problem["title"], problem["detail"], *(f["message"] for f in problem.get("errors", []))]
    chinese = [any("\u4e00" <= letter <= "\u9fff" for letter in sentence) for sentence in sentences]
    assert all(chinese) if language == "zh" else not any(chinese), sentences
    return problem


@pytest.fixture
async def worker(people: People) -> Person:
    return await people.worker()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, worker: Person, stranger: httpx.AsyncClient) -> str:
    """Both languages in turn; the clients ask for them."""
    chosen: str = request.param
    for client in (worker.http, stranger):
        client.headers["Accept-Language"] = LANGUAGES[chosen]
    return chosen


async def test_not_signed_in(stranger: httpx.AsyncClient, language: str) -> None:
    require_problem(await stranger.get("/api/me"), 401, "not_signed_in", language)


async def test_not_allowed(worker: Person, language: str) -> None:
    require_problem(await worker.http.get("/api/squads"), 403, "not_allowed", language)


async def test_a_write_that_another_site_started(worker: Person, language: str) -> None:
    answer = await worker.http.delete("/api/session", headers={"Origin": "https://elsewhere.example"})
    require_problem(answer, 403, "foreign_origin", language)
    assert (await worker.http.get("/api/me")).status_code == 200


async def test_no_such_route_and_no_such_case(worker: Person, language: str) -> None:
    require_problem(await worker.http.get("/api/no/such/route"), 404, "http_404", language)
    require_problem(await worker.http.get("/missing.js"), 404, "http_404", language)
    require_problem(await worker.http.get(f"/api/cases/{uuid4()}"), 404, "no_such_case", language)


async def test_a_method_that_a_route_does_not_have(worker: Person, language: str) -> None:
    answer = await worker.http.post("/api/cases")
    require_problem(answer, 405, "http_405", language)
    assert answer.headers["allow"] == "GET"


async def test_a_conflict(worker: Person, people: People, language: str) -> None:
    case = (await worker.report()).json()["case"]
    answer = await (await people.squad_member()).act("acknowledge", case | {"version": 1}, photos=[])
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    report_id = uuid4()
    await worker.report(report_id=report_id, words="one")
    require_problem(await worker.report(report_id=report_id, words="other"), 409, "other_content", language)


async def test_too_large_by_content_length_and_in_chunks(worker: Person, language: str) -> None:
    declared = await worker.http.post("/api/session", content=b" " * (MAX_JSON_BODY + 1))
    require_problem(declared, 413, "too_large", language)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MAX_JSON_BODY // 2**14 + 1):
            yield b" " * 2**14

    chunked = await worker.http.post("/api/session", content=chunks(), headers={"Content-Type": "application/json"})
    problem = require_problem(chunked, 413, "too_large", language)
    assert problem["limit_bytes"] == MAX_JSON_BODY


async def test_malformed_for_fastapi_and_for_us(worker: Person, language: str) -> None:
    query = require_problem(await worker.http.get("/api/cases?limit=0&sort=odd"), 422, "malformed", language)
    assert {field["field"] for field in query["errors"]} == {"limit", "sort"}
    body = report_body() | {"place": {"lng": 181, "lat": "north"}, "more": 1}
    posted = await worker.http.put(f"/api/reports/{uuid4()}", json=body)
    ours = require_problem(posted, 422, "malformed", language)
    assert {field["field"] for field in ours["errors"]} == {"place.lng", "place.lat", "more"}
    far = report_body() | {"place": {"lng": 0, "lat": 0}}
    outside = require_problem(
        await worker.http.put(f"/api/reports/{uuid4()}", json=far), 422, "outside_the_net", language
    )
    assert outside["errors"][0]["field"] == "place"


async def test_a_defect_of_ours_answers_a_reference_and_no_text(app: FastAPI, worker: Person, language: str) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    app.state.find_actor = broken
    answer = await worker.http.get("/api/me")
    problem = require_problem(answer, 500, "defect", language)
    assert len(problem["reference"]) == 12
    assert problem["reference"] in problem["detail"]
    assert SECRET not in answer.text


async def test_a_database_that_is_away(app: FastAPI, worker: Person, language: str) -> None:
    async def away(*_: object) -> None:
        raise OperationalError(SECRET, None, Exception(SECRET))

    app.state.find_actor = away
    answer = await worker.http.get("/api/me")
    require_problem(answer, 503, "database_unavailable", language)
    assert answer.headers["retry-after"] == "5"
    assert SECRET not in answer.text


DEEP = b"[" * 20_000 + b"]" * 20_000
HOSTILE_VALUES = {
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "1e999": b"1e999",
    "5000 digits": b"9" * 5000,
    "2^63": b"9223372036854775808",
    "fraction": b"1.5",
    "true": b"true",
    "null": b"null",
    "lone surrogate": b'"\\ud800"',
    "NUL": b'"\\u0000"',
    "bidi": '"\u202e\u2066"'.encode(),
    "long": b'"' + b"x" * 20_000 + b'"',
    "nested": DEEP,
    "list": b"[[],{}]",
    "object": b'{"\\u0000":"\\ud800"}',
    "year 1": b'"0001-01-01T00:00:00+23:59"',
    "year 9999": b'"9999-12-31T23:59:59-23:59"',
}
HOSTILE_BODIES = HOSTILE_VALUES | {
    "empty": b"",
    "invalid UTF-8": b'{"words":"\xff\xfe"}',
    "UTF-16": '{"words":"x"}'.encode("utf-16"),
    "BOM": b'\xef\xbb\xbf{"words":"x"}',
    "repeated keys": b'{"words":"a","words":"b"}',
    "unclosed": b'{"words":',
    "many errors": json.dumps({f"key{i}": i for i in range(2000)}).encode(),
    "boundary only": b"--x\r\n\r\n--x--\r\n",
    "part without name": b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n",
    "many parts": b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\n1\r\n' * 40 + b"--x--\r\n",
    "NUL file name": b'--x\r\nContent-Disposition: form-data; name="photo"; filename="\x00"\r\n\r\n1\r\n--x--\r\n',
}
CONTENT_TYPES = (
    "application/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "text/plain; charset=\xff",
    "",
)


@pytest.fixture
async def names(worker: Person, people: People) -> dict[str, str]:
    """Path parameters that lead as far into each handler as they can: a real case with a step of the asker's own.

    Whatever has no name here is an id of something that is not there.
    """
    report_id = str(uuid4())
    late = photo("orientation/Portrait_3.jpg")
    body = report_body(photos=[photo(), late])
    case = (await worker.http.put(f"/api/reports/{report_id}", files=as_parts("report", body, [photo()]))).json()[
        "case"
    ]
    known = {
        "report_id": report_id,
        "case_id": case["id"],
        "action_id": report_id,
        "sha256": sha256(late),
        "size": "320",
        "code": case["code"],
        "path": "",
    }
    return defaultdict(lambda: str(uuid4()), known)


def path_with(route: RouteContext, names: dict[str, str], **others: str) -> str:
    """The route's path with every parameter filled in."""
    return re.sub(
        r"\{(\w+)(?::\w+)?\}",
        lambda found: others[found[1]] if found[1] in others else names[found[1]],
        route.path or "",
    )


def no_failure_of_ours(answer: httpx.Response, what: str) -> None:
    """Refused or taken, but never 5xx; only health says 503, because no worker runs in a test, and pages not yet built."""
    if answer.request.url.path == "/api/health" or answer.text == NOT_BUILT:
        return
    assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code >= 400 and is_page(answer):
        assert answer.headers["content-type"] == "text/html; charset=utf-8", what
    elif answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", what
        answer.json()


def is_page(answer: httpx.Response) -> bool:
    """Residents get pages, also when something is refused; a form that says nothing is offered anew."""
    return answer.request.url.path.startswith("/r/")


def content_types(body: bytes, turn: int, *, all_of_them: bool) -> Sequence[str]:
    """The type that fits the body, and one of the others in turn, so that each route meets every type."""
    if all_of_them:
        return CONTENT_TYPES
    fitting = CONTENT_TYPES[1] if body.startswith(b"--x") else CONTENT_TYPES[0]
    others = [one for one in CONTENT_TYPES if one != fitting]
    return fitting, others[turn % len(others)]


def in_turn(things: Iterable[Thing], turn: int, *, one_in: int, all_of_them: bool) -> list[Thing]:
    """One in so many, another share each turn, so that together the routes meet each of them every day."""
    return [thing for place, thing in enumerate(things) if all_of_them or (place + turn) % one_in == 0]


async def test_no_hostile_body_makes_the_server_fail(
    app: FastAPI, worker: Person, names: dict[str, str], pytestconfig: pytest.Config
) -> None:
    nightly = pytestconfig.getoption("--nightly")
    writes = [route for route in api_routes(app) if "GET" not in (route.methods or ())]
    assert len(writes) >= 6
    for place, route in enumerate(writes):
        if title(route) == "DELETE /api/session":
            continue  # takes no body, and would sign us out
        for turn, (name, body) in enumerate(
            in_turn(HOSTILE_BODIES.items(), place, one_in=3, all_of_them=nightly), start=place
        ):
            for content_type in content_types(body, turn, all_of_them=nightly):
                headers = {"Content-Type": content_type.encode("latin-1")}
                (method,) = route.methods or ()
                url = path_with(route, names)
                answer = await worker.http.request(method, url, content=body, headers=headers)
                no_failure_of_ours(answer, f"{title(route)} {name} as {content_type!r}")
                assert answer.status_code >= 400 or is_page(answer), f"{title(route)} took {name}"


def each_field_hostile(body: dict[str, Any], *, all_of_them: bool) -> Iterator[tuple[str, bytes]]:
    """The body once per field and hostile value in turn, as JSON that no encoder would write."""
    mark = "@hostile@"
    for turn, path in enumerate(_paths(body)):
        spoilt = json.loads(json.dumps(body))
        node = spoilt
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = mark
        for name, value in in_turn(HOSTILE_VALUES.items(), turn, one_in=3, all_of_them=all_of_them):
            where = ".".join(map(str, path))
            yield f"{where} = {name}", json.dumps(spoilt).encode().replace(f'"{mark}"'.encode(), value)


def _paths(node: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*here, key)
        yield from _paths(value, (*here, key))


async def test_no_hostile_field_makes_the_server_fail(
    worker: Person, names: dict[str, str], pytestconfig: pytest.Config
) -> None:
    report = report_body(condition="E0110-1", words="x") | {"photos": [{"sha256": "0" * 64, "taken_at": None}]}
    action = {
        "action": "pass",
        "version": 2,
        "words": "x",
        "squad": "xxk-squad-1",
        "at": report["occurred_at"],
        "photos": report["photos"],
    }
    bodies = {
        "PUT /api/reports/{new}": report,
        "PUT /api/cases/{case_id}/actions/{new}": action,
        "POST /api/session": {"phone": "19999999999", "password": "x"},
    }
    for request, body in bodies.items():
        method, path = request.split(" ")
        for what, content in each_field_hostile(body, all_of_them=pytestconfig.getoption("--nightly")):
            url = path.format(**names, new=uuid4())
            answer = await worker.http.request(
                method, url, content=content, headers={"Content-Type": "application/json"}
            )
            no_failure_of_ours(answer, f"{request} {what}")


HOSTILE_WORDS = (
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "%F0%9F%92%A9",
    "NaN",
    "1e999",
    "-1",
    "9" * 400,
    "9" * 5000,
    "%D9%A3",
    "",
    "%27%20OR%201%3D1%20--",
    "%25_%5C",
    "..%2F..%2Fetc%2Fpasswd",
    "x" * 5000,
    "MHwx",
    "OTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OXwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA=",  # a cursor of the year 9999
    "1.2.3,1,1,1",
    "9" * 350 + ",-1,1,1",
    "-200,-100,200,100",
    "9223372036854775808-9223372036854775808",
    "999999999999999999-999999999999999999",
)


async def test_no_hostile_query_or_path_makes_the_server_fail(
    app: FastAPI, worker: Person, names: dict[str, str], pytestconfig: pytest.Config
) -> None:
    nightly = pytestconfig.getoption("--nightly")
    stop_streams(app)  # a stream then ends when it has told everything
    for place, route in enumerate(api_routes(app)):
        if title(route) == "DELETE /api/session":
            continue
        (method,) = route.methods or ()
        good = {"lng": "120.37", "lat": "31.8"}
        query = [field.alias for field in route.dependant.query_params]
        paths = [field.alias for field in route.dependant.path_params]
        for word in in_turn(HOSTILE_WORDS, place, one_in=4, all_of_them=nightly):
            for spoilt in paths:
                url = path_with(route, names, **{spoilt: word})
                no_failure_of_ours(await worker.http.request(method, url), f"{title(route)} {spoilt}={word[:80]}")
            for spoilt in query:
                pairs = {**{name: good[name] for name in query if name in good}, spoilt: word}
                url = path_with(route, names) + "?" + "&".join(f"{k}={v}" for k, v in pairs.items())
                no_failure_of_ours(await worker.http.request(method, url), f"{title(route)} {spoilt}={word[:80]}")


@pytest.mark.parametrize("header", ["Cookie", "Accept-Language", "If-None-Match", "Origin", "Content-Type", "Host"])
async def test_no_hostile_header_makes_the_server_fail(stranger: httpx.AsyncClient, header: str) -> None:
    for value in (
        b"",
        b"\xff\xfe",
        b"suozi_session=\xff; suozi_session=",
        b"x" * 5000,
        b"zh;q=NaN,,;",
        b"http://[",
        b"::",
    ):
        for method, url in (("GET", "/api/me"), ("GET", "/api/health"), ("POST", "/api/session"), ("GET", "/")):
            answer = await stranger.request(method, url, headers={header: value})
            assert answer.status_code in {200, 401, 403, 422, 503}, f"{method} {url} {header}: {value[:40]!r}"
