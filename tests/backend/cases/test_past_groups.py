"""Cases of the past are in the groups in which the table of examples has them; `test_groups.py` asks the database the same."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.cases.past import PastCase, as_it_was
from backend.cases.past_groups import Seen, count_groups
from backend.cases.queries_groups import Group
from backend.cases.terms import Action, ClockKind, Status
from backend.clock import local_date
from backend.matters.clocks import WorkCalendar
from backend.matters.models import Severity
from backend.settings import ROOT
from seeds.reference import WORK_HOURS
from tests.bench.year_lives import lives

EXAMPLES: list[dict[str, Any]] = json.loads((ROOT / "tests/data/queue_groups.json").read_text(encoding="utf-8"))
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
CALENDAR = WorkCalendar(WORK_HOURS, {})


def _moment(minutes: int | None) -> datetime | None:
    return None if minutes is None else NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["name"] for example in EXAMPLES])
def test_groups(example: dict[str, Any]) -> None:
    row = example["row"]
    asked = row.get("asked", [])
    past = PastCase(
        status=Status(row.get("status", "pending_ack")),
        version=1,
        updated_at=NOON + timedelta(minutes=row.get("updated", row.get("ended", -30))),
        extension_asked="extension" in asked,
        suspension_asked="suspension" in asked,
        void_asked="void" in asked,
        resume_on=local_date(NOON) + timedelta(days=row["resume_in_days"]) if "resume_in_days" in row else None,
        reply_by=_moment(row.get("reply_by")),
        send_back_count=row.get("send_back_count", 0),
        closed_at=_moment(row.get("ended")),
        satisfaction=row.get("satisfaction"),
        warn_at=_moment(row.get("warn", 60)),
        due_at=_moment(row.get("due", 90)),
    )
    seen = Seen(past, Severity(row.get("severity", "normal")), _moment(row.get("arrive_by")))
    counts = count_groups([seen], NOON)
    assert list(counts) == list(Group)
    assert {group for group, n in counts.items() if n} == set(example["groups"])


class Event:
    """A step of a generated life, an hour after the one before; `told` are the words about its clock."""

    def __init__(
        self, number: int, action: Action, source: Status | None, target: Status, content: dict[str, Any]
    ) -> None:
        self.action, self.from_status, self.to_status, self.content = action, source, target, content
        self.at = NOON + timedelta(hours=number)


@pytest.mark.parametrize("life", lives(), ids=lambda life: "-".join(move.action for move in life.moves))
def test_at_any_moment_the_past_is_the_history_up_to_then(life: Any) -> None:
    limit = {"limit": {"amount": 2, "unit": "work_day"}}
    events = [
        Event(
            n,
            m.action,
            m.from_status,
            m.to_status,
            {"squad_code": f"s{m.squad}", "holder": f"s{m.squad}", "tier": 3, **limit},
        )
        for n, m in enumerate(life.moves)
    ]
    assert as_it_was(CALENDAR, events, NOON - timedelta(seconds=1)) is None
    for minutes in range(0, len(events) * 60 + 60, 30):
        at = NOON + timedelta(minutes=minutes)
        prefix = [event for event in events if event.at <= at]
        then, stand = as_it_was(CALENDAR, events, at), life.stands[len(prefix) - 1]
        assert then
        assert then == as_it_was(CALENDAR, prefix, prefix[-1].at)
        assert (then.status, then.version) == (stand.status, len(prefix))
        assert (then.send_back_count, then.rework_count) == (stand.send_back, stand.rework)
        assert then.satisfaction == stand.satisfaction
        assert then.extension_asked == (stand.asked == "extension")
        assert (then.closed_at is not None) == (stand.closed_step is not None)
        if then.due_at:
            assert then.clock in set(ClockKind)
