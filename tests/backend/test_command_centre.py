"""What the operator's screen starts from."""

from datetime import timedelta

import pytest

from backend.command_centre import routes
from tests.conftest import Clock
from tests.people import People


async def test_waiting_cases_are_never_cut_off_by_later_deadlines(
    people: People, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, operator = await people.worker(), await people.operator()
    for _ in range(3):
        assert (await worker.report("E0110")).status_code == 201
    clock.at += timedelta(hours=6)
    waiting = (await worker.report("E0699")).json()["case"]
    monkeypatch.setattr(routes, "MOST_CASES", 1)
    snapshot = (await operator.http.get("/api/live/snapshot")).json()
    assert [case["id"] for case in snapshot["cases"]] == [waiting["id"]]
    assert snapshot["counts"]["pending_ack"] == 3, "the counts are of all cases, shown or not"
