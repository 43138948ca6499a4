"""Whom each step of the lifecycle is told to, and what it settles: the pure table over every row of the lifecycle."""

from typing import Any

import pytest

from backend.cases.lifecycle import STEPS
from backend.cases.models import Case, CaseEvent
from backend.cases.notices import Circle, Tell, is_over, residents_hear, told_by
from backend.cases.terms import ENDED_STATUSES, Action, Status, Step
from backend.matters.models import Severity
from backend.notifications.channels.words import Subject
from backend.notifications.kinds import TO_ACT_ON, Kind
from backend.notifications.models import Notice

A, S = Action, Status


def event(action: Action, before: Status | None, after: Status, **content: Any) -> CaseEvent:
    return CaseEvent(action=action, from_status=before, to_status=after, content=content)  # type: ignore[call-arg]


def moves() -> list[tuple[Step, Status | None, Status]]:
    return [
        (step, source, step.target or source)
        for step in STEPS
        for source in (sorted(step.sources) or [None])
        if step.target or source
    ]


@pytest.mark.parametrize(
    ("action", "before", "after", "severity", "expected"),
    [
        (A.REPORT, None, S.VERIFYING, Severity.NORMAL, Tell(Kind.TO_VERIFY, Circle.VERIFIERS)),
        (A.REPORT, None, S.PENDING_DISPATCH, Severity.NORMAL, None),
        (A.REPORT, None, S.PENDING_DISPATCH, Severity.EMERGENCY, Tell(Kind.RETURNED, Circle.OPERATORS)),
        (A.ROUTE, S.PENDING_DISPATCH, S.PENDING_ACK, Severity.NORMAL, Tell(Kind.TASK, Circle.HOLDERS)),
        (A.REASSIGN, S.PENDING_ACK, S.PENDING_ACK, Severity.NORMAL, Tell(Kind.TASK, Circle.HOLDERS)),
        (A.CLAIM, S.PENDING_DISPATCH, S.HANDLING, Severity.NORMAL, None),
        (A.ACKNOWLEDGE, S.PENDING_ACK, S.HANDLING, Severity.EMERGENCY, None),
        (A.SEND_BACK, S.HANDLING, S.PENDING_DISPATCH, Severity.NORMAL, Tell(Kind.RETURNED, Circle.OPERATORS)),
        (A.FEEDBACK, S.HANDLING, S.PENDING_REVIEW, Severity.NORMAL, Tell(Kind.ASKED, Circle.LEADERS)),
        (A.FEEDBACK, S.HANDLING, S.PENDING_INSPECTION, Severity.NORMAL, Tell(Kind.TO_INSPECT, Circle.INSPECTORS)),
        (A.FAIL, S.PENDING_INSPECTION, S.REWORK, Severity.NORMAL, Tell(Kind.REWORK, Circle.HOLDERS)),
        (A.PASS, S.PENDING_INSPECTION, S.CLOSED, Severity.NORMAL, Tell(Kind.ENDED, Circle.REPORTERS)),
        (A.NOT_SATISFIED, S.CLOSED, S.REWORK, Severity.NORMAL, Tell(Kind.REWORK, Circle.HOLDERS)),
        (A.NOT_SATISFIED, S.CLOSED, S.PENDING_DISPATCH, Severity.NORMAL, Tell(Kind.RETURNED, Circle.OPERATORS)),
        (A.REMIND, S.VERIFYING, S.VERIFYING, Severity.NORMAL, Tell(Kind.PRESSED, Circle.VERIFIERS)),
        (A.SUPERVISE, S.HANDLING, S.HANDLING, Severity.NORMAL, Tell(Kind.PRESSED, Circle.HOLDERS)),
        (A.WHISTLE, S.HANDLING, S.HANDLING, Severity.NORMAL, Tell(Kind.WHISTLED, Circle.CALLED)),
        (A.ARRIVE, S.HANDLING, S.HANDLING, Severity.EMERGENCY, None),
    ],
)
def test_whom_a_step_is_told_to(
    action: Action, before: Status | None, after: Status, severity: Severity, expected: Tell | None
) -> None:
    assert told_by(event(action, before, after), severity) == expected


def test_the_ladder_of_clocks_names_its_people() -> None:
    assert told_by(event(A.ESCALATE, S.HANDLING, S.HANDLING, receivers=[]), Severity.NORMAL) == Tell(
        Kind.PRESSED, Circle.NAMED
    )


@pytest.mark.parametrize(
    ("step", "before", "after"), moves(), ids=lambda part: getattr(part, "action", None) or str(part)
)
def test_no_step_is_forgotten_by_the_table(step: Step, before: Status | None, after: Status) -> None:
    """Whatever leads somewhere else is told to somebody, or it is one of the few that concern nobody."""
    told = told_by(event(step.action, before, after), Severity.EMERGENCY)
    silent = {S.HANDLING, S.SUSPENDED, S.PENDING_REVIEW, S.PENDING_DISPATCH}
    if before != after and after not in silent:
        assert told is not None


@pytest.mark.parametrize("kind", sorted(TO_ACT_ON))
@pytest.mark.parametrize("status", sorted(ENDED_STATUSES))
def test_the_end_of_a_case_settles_everything(kind: Kind, status: Status) -> None:
    notice, case = Notice(kind=kind, squad_code="a"), Case(status=status)  # type: ignore[call-arg]
    assert is_over(notice, event(A.PASS, S.PENDING_INSPECTION, status), case)


@pytest.mark.parametrize(
    ("kind", "action", "before", "after", "over"),
    [
        (Kind.TASK, A.ACKNOWLEDGE, S.PENDING_ACK, S.HANDLING, True),
        (Kind.TASK, A.REASSIGN, S.PENDING_ACK, S.PENDING_ACK, True),
        (Kind.TASK, A.REMIND, S.PENDING_ACK, S.PENDING_ACK, False),
        (Kind.ASKED, A.GRANT_EXTENSION, S.HANDLING, S.HANDLING, True),
        (Kind.ASKED, A.ARRIVE, S.HANDLING, S.HANDLING, False),
        (Kind.PRESSED, A.REPLY_SUPERVISION, S.HANDLING, S.HANDLING, True),
        (Kind.DECIDED, A.FEEDBACK, S.HANDLING, S.PENDING_INSPECTION, False),
        (Kind.WHISTLED, A.FEEDBACK, S.HANDLING, S.PENDING_INSPECTION, False),
    ],
)
def test_what_settles_a_notice(kind: Kind, action: Action, before: Status, after: Status, over: bool) -> None:
    notice, case = Notice(kind=kind, squad_code="a"), Case(status=after)  # type: ignore[call-arg]
    assert is_over(notice, event(action, before, after), case) is over


def test_a_whistled_squad_is_let_go_by_its_own_step_alone() -> None:
    notice, case = Notice(kind=Kind.WHISTLED, squad_code="a"), Case(status=S.HANDLING)  # type: ignore[call-arg]
    other = event(A.CO_ACKNOWLEDGE, S.HANDLING, S.HANDLING, squad_code="b")
    own = event(A.CO_ACKNOWLEDGE, S.HANDLING, S.HANDLING, squad_code="a")
    assert (is_over(notice, other, case), is_over(notice, own, case)) == (False, True)


@pytest.mark.parametrize(
    ("action", "before", "after", "subject"),
    [
        (A.FILE, S.PENDING_FILING, S.PENDING_DISPATCH, Subject.FILED),
        (A.FILE, S.HANDLING, S.HANDLING, Subject.FILED),
        (A.PASS, S.PENDING_INSPECTION, S.CLOSED, Subject.CLOSED),
        (A.DECLINE, S.PENDING_FILING, S.DECLINED, Subject.CLOSED),
        (A.VERIFY_FOUND, S.VERIFYING, S.PENDING_FILING, None),
        (A.SATISFIED, S.CLOSED, S.CLOSED, None),
    ],
)
def test_what_residents_hear(action: Action, before: Status, after: Status, subject: Subject | None) -> None:
    assert residents_hear(event(action, before, after)) == subject
