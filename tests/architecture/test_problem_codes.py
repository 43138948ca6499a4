"""Every code that the backend can answer stands in docs/problems.md with its status and what a client does about it."""

import ast
import re
from collections.abc import Iterator

from backend import errors
from backend.cases.evidence import REFUSALS
from backend.cases.guards import GUARDS
from backend.cases.needs import ASKED_IN
from backend.grids.imports.words import REFUSALS as FILE_REFUSALS
from backend.settings import ROOT

KINDS = {
    name: kind.status
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.Problem) and kind is not errors.Problem
}
# Codes that are put together or looked up; those of photos (`photo_…`) are made in cases/evidence.py, those of
# what a step is missing (`…_needed`) in cases/needs.py, those of its guards stand in cases/guards.py.
MADE_CODES = {"f'http_{error.status_code}'", "error.code", "rule.code", "f'{field}_needed'"}
FRAMEWORK_STATUSES = (400, 404, 405)
ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \| (.+) \| (.+) \|$")


def raised() -> set[tuple[str, int]]:
    """(code, status) of every problem made anywhere in the backend."""
    found = {(f"http_{status}", status) for status in FRAMEWORK_STATUSES}
    found |= {(f"photo_{code}", 413 if code == "too_large" else 422) for code in REFUSALS}
    found |= {(code, 422) for code in FILE_REFUSALS}
    found |= {(rule.code, 409) for rule in GUARDS.values()}
    found |= {(f"{field}_needed", 422) for field, _sentence in ASKED_IN.values()}
    for path in (ROOT / "backend").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= set(_of_call(node))
    return found


def _of_call(call: ast.Call) -> Iterator[tuple[str, int]]:
    """The problem that this call makes, if it makes one. Its code is the first argument, or the second in
    `Malformed.at(field, code, …)`, `TooLarge.__init__(self, code, …)` and `Unexpected(status, code, …)`."""
    kind, _, method = ast.unparse(call.func).partition(".")
    if method == "listing":
        yield "malformed", 422
    elif kind in KINDS or kind == "Unexpected":
        code = call.args[1 if method or kind == "Unexpected" else 0]
        if isinstance(code, ast.Constant):
            yield str(code.value), KINDS.get(kind, 500)
        else:
            assert ast.unparse(code) in MADE_CODES, f"not a plain code: {ast.unparse(call)}"


def documented() -> list[tuple[str, int]]:
    lines = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8").splitlines()
    return [(row[1], int(row[2])) for row in map(ROW.match, lines) if row]


def test_the_page_lists_exactly_what_the_code_can_answer() -> None:
    assert len(raised()) > 30
    assert set(documented()) == raised()


def test_the_page_is_in_order_and_says_each_once() -> None:
    rows = [(status, code) for code, status in documented()]
    framework_first = [(status, not code.startswith("http_"), code) for status, code in rows]
    assert framework_first == sorted(set(framework_first))


def test_every_status_has_a_title() -> None:
    assert {status for _code, status in raised()} <= set(errors.TITLES)
