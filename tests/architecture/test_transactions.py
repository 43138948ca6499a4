"""One request, one transaction: it is committed before the answer leaves, and nothing else commits."""

import ast

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from backend.cases.models import Case, CaseEvent, Report
from backend.database import get_session
from backend.live.models import Outbox
from backend.settings import ROOT
from tests.architecture.routes import api_routes, dependency_tree, title
from tests.people import People


def test_the_session_ends_before_the_answer_leaves(app: FastAPI) -> None:
    with_session = 0
    for route in api_routes(app):
        for dependency in dependency_tree(route.dependant):
            if dependency.call is get_session:
                with_session += 1
                assert dependency.scope == "function", f"{title(route)} answers before it commits"
    assert with_session > 10


def test_nothing_commits_but_the_request() -> None:
    for path in (ROOT / "backend").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            commits = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
            assert not commits, f"{path}: {ast.unparse(node)}"


@pytest.mark.parametrize("action", ["report", "acknowledge"])
async def test_a_commit_that_fails_is_a_conflict_and_leaves_nothing(
    people: People, connection: AsyncConnection, session: AsyncSession, action: str
) -> None:
    """The database accepts every statement and refuses the commit, as a deferred constraint does."""
    worker, squad_leader = await people.worker(), await people.squad_leader()
    case = (await worker.report()).json()["case"]
    before = await _counts(session)
    await connection.execute(
        text(
            "ALTER TABLE outbox ADD CONSTRAINT fk_outbox_nowhere FOREIGN KEY (county, case_id) REFERENCES post (county, id)"
            " DEFERRABLE INITIALLY DEFERRED NOT VALID"
        )
    )
    answer = await (worker.report() if action == "report" else squad_leader.act("acknowledge", case))
    assert answer.status_code == 409, answer.text
    assert answer.json()["code"] == "conflicting_change"
    assert await _counts(session) == before
    assert (await worker.case(case["id"]))["version"] == case["version"]


async def _counts(session: AsyncSession) -> list[int | None]:
    return [
        await session.scalar(select(func.count()).select_from(table)) for table in (Report, Case, CaseEvent, Outbox)
    ]
