"""Whom a step in the life of a case is told to, as one table; and which earlier notices it settles. Called for every event.

Whom a kind is meant for is a circle; who stands in it is looked up in the same transaction.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.models import Case, CaseEvent
from backend.cases.queries import is_from_outside, reporters_of
from backend.cases.queries_rows import handlers_of
from backend.cases.terms import ENDED_STATUSES, Action, Status
from backend.dispatch.queries import open_assignment
from backend.jobs import defer
from backend.matters.models import Severity
from backend.notifications.channels.words import Subject
from backend.notifications.kinds import TO_ACT_ON, Kind, Why
from backend.notifications.models import Notice
from backend.notifications.queries import members_of, open_notices
from backend.notifications.telling import Fact, settle, tell
from backend.permissions import Role
from backend.staff.models import Duty
from backend.staff.queries_posts import at_posts, nearest

_A = Action
_S = Status


class Circle(StrEnum):
    """Those meant: who holds the case (all of the squad, or its handler), squads called in, and so on."""

    HOLDERS = "holders"
    HANDLER = "handler"
    LEADERS = "leaders"
    CALLED = "called"
    VERIFIERS = "verifiers"
    INSPECTORS = "inspectors"
    OPERATORS = "operators"
    REPORTERS = "reporters"
    NAMED = "named"


class Tell(NamedTuple):
    kind: Kind
    circle: Circle


# By the status that a step leads to.
_ARRIVING: dict[Status, Tell] = {
    _S.VERIFYING: Tell(Kind.TO_VERIFY, Circle.VERIFIERS),
    _S.PENDING_ACK: Tell(Kind.TASK, Circle.HOLDERS),
    _S.REWORK: Tell(Kind.REWORK, Circle.HOLDERS),
    _S.PENDING_REVIEW: Tell(Kind.ASKED, Circle.LEADERS),
    _S.PENDING_INSPECTION: Tell(Kind.TO_INSPECT, Circle.INSPECTORS),
    _S.CLOSED: Tell(Kind.ENDED, Circle.REPORTERS),
    _S.DECLINED: Tell(Kind.ENDED, Circle.REPORTERS),
    _S.VOIDED: Tell(Kind.ENDED, Circle.REPORTERS),
    _S.MERGED: Tell(Kind.ENDED, Circle.REPORTERS),
}
# By the step itself, where it leaves the case in its place or says more than the place does.
_TAKEN: dict[Action, Tell] = {
    _A.REASSIGN: Tell(Kind.TASK, Circle.HOLDERS),
    _A.SEND_BACK: Tell(Kind.RETURNED, Circle.OPERATORS),
    _A.RAISE_TIER: Tell(Kind.RETURNED, Circle.OPERATORS),
    _A.REVIEW_RETURN: Tell(Kind.DECIDED, Circle.HANDLER),
    _A.ASK_EXTENSION: Tell(Kind.ASKED, Circle.OPERATORS),
    _A.ASK_SUSPENSION: Tell(Kind.ASKED, Circle.OPERATORS),
    _A.ASK_VOID: Tell(Kind.ASKED, Circle.OPERATORS),
    _A.GRANT_EXTENSION: Tell(Kind.DECIDED, Circle.HANDLER),
    _A.REFUSE_EXTENSION: Tell(Kind.DECIDED, Circle.HANDLER),
    _A.GRANT_SUSPENSION: Tell(Kind.DECIDED, Circle.HANDLER),
    _A.REFUSE_SUSPENSION: Tell(Kind.DECIDED, Circle.HANDLER),
    _A.RESUME: Tell(Kind.DECIDED, Circle.HANDLER),
    _A.REPLY_SUPERVISION: Tell(Kind.DECIDED, Circle.OPERATORS),
    _A.ADD_CO_HANDLER: Tell(Kind.WHISTLED, Circle.CALLED),
    _A.WHISTLE: Tell(Kind.WHISTLED, Circle.CALLED),
}
# A reminder without names goes to whoever is to act.
_TO_ACT: dict[Status, Circle] = {
    _S.VERIFYING: Circle.VERIFIERS,
    _S.PENDING_FILING: Circle.OPERATORS,
    _S.PENDING_DISPATCH: Circle.OPERATORS,
    _S.PENDING_INSPECTION: Circle.INSPECTORS,
    _S.PENDING_REVIEW: Circle.LEADERS,
}
_DECISIONS = frozenset(
    {
        _A.GRANT_EXTENSION,
        _A.REFUSE_EXTENSION,
        _A.GRANT_SUSPENSION,
        _A.REFUSE_SUSPENSION,
        _A.CONFIRM_VOID,
        _A.REFUSE_VOID,
    }
)
# What settles a notice although the case stays where it is; whatever moves the case settles what waited for that.
_ENDS: dict[Kind, frozenset[Action]] = {
    Kind.TASK: frozenset({_A.REASSIGN}),
    Kind.REWORK: frozenset({_A.REASSIGN}),
    Kind.UNSEEN: frozenset({_A.REASSIGN}),
    Kind.PRESSED: frozenset({_A.REASSIGN, _A.REPLY_SUPERVISION}),
    Kind.ASKED: _DECISIONS,
}
_PART_TAKEN = frozenset({_A.CO_ACKNOWLEDGE, _A.CO_ARRIVE, _A.CO_FEEDBACK, _A.WAIVE_PART})


def told_by(event: CaseEvent, severity: Severity) -> Tell | None:
    """What the event tells, and whom; None for what nobody needs to be told."""
    action, target = Action(event.action), Status(event.to_status)
    if action in (_A.REMIND, _A.ESCALATE, _A.SUPERVISE):
        named = Circle.NAMED if "receivers" in event.content else _TO_ACT.get(target, Circle.HOLDERS)
        return Tell(Kind.PRESSED, named)
    if action in _TAKEN:
        return _TAKEN[action]
    if event.from_status == target:
        return None
    if target == _S.PENDING_DISPATCH and (severity == Severity.EMERGENCY or action in (_A.FAIL, _A.NOT_SATISFIED)):
        # What is no emergency waits in the queue of the command centre like everything else.
        return Tell(Kind.RETURNED, Circle.OPERATORS)
    if target == _S.PENDING_FILING and severity == Severity.EMERGENCY:
        return Tell(Kind.RETURNED, Circle.OPERATORS)
    return _ARRIVING.get(target)


def is_over(notice: Notice, event: CaseEvent, case: Case) -> bool:
    """Whether the event takes the notice off everybody's hands."""
    action, moved = Action(event.action), event.from_status != event.to_status
    if notice.kind not in TO_ACT_ON or case.status in ENDED_STATUSES:
        return notice.kind in TO_ACT_ON
    if notice.kind == Kind.WHISTLED:
        return action in _PART_TAKEN and event.content.get("squad_code") == notice.squad_code
    return moved or action in _ENDS.get(notice.kind, frozenset())


# What residents are told by short message; `residents/telling.py` does it, where they left a number.
TELL_RESIDENTS = "residents.tell"
_FOR_RESIDENTS: dict[Status, Subject] = {_S.CLOSED: Subject.CLOSED, _S.DECLINED: Subject.CLOSED}


def residents_hear(event: CaseEvent) -> Subject | None:
    """What those who reported the case from outside are told of this step."""
    if event.action == _A.FILE:
        return Subject.FILED
    return _FOR_RESIDENTS.get(Status(event.to_status)) if event.from_status != event.to_status else None


async def tell_of(session: AsyncSession, case: Case, event: CaseEvent) -> None:
    """Settle what the event has done with, and tell those whom it concerns. The caller holds the case's row."""
    for notice in await open_notices(session, case.county, case.id, lock=True):
        if is_over(notice, event, case):
            await settle(session, notice, by=event.actor_id, at=event.at)
    subject = residents_hear(event)
    if subject and await is_from_outside(session, case.county, case.id):
        about: dict[str, Any] = {"case_id": str(case.id), "cause_id": str(event.id), "subject": subject}
        await defer(session, TELL_RESIDENTS, county=case.county, **about)
    meant = told_by(event, case.severity)
    if meant is None:
        return
    for squad_code, receivers in await _circle(session, case, event, meant.circle):
        fact = Fact(
            county=case.county,
            cause_id=event.id,
            kind=meant.kind,
            case_id=case.id,
            severity=case.severity,
            grid_path=case.grid_path,
            squad_code=squad_code,
            by=event.actor_id,
        )
        await tell(session, fact, receivers, event.at)


Receivers = dict[UUID, Why]


async def _circle(
    session: AsyncSession, case: Case, event: CaseEvent, circle: Circle
) -> Iterable[tuple[str | None, Receivers]]:
    """Who stands in the circle now: the squad through which they are told, if any, and the people."""
    if circle == Circle.CALLED:
        codes = event.content.get("squads") or [event.content["squad_code"]]
        return [(code, await _squad(session, case.county, code, event)) for code in codes]
    if circle in (Circle.HOLDERS, Circle.HANDLER, Circle.LEADERS):
        return [(case.squad_code, await _holders(session, case, event, circle))]
    if circle == Circle.NAMED:
        return [(None, {UUID(one): Why.NAMED for one in event.content["receivers"]})]
    if circle == Circle.REPORTERS:
        return [(None, dict.fromkeys(await reporters_of(session, case.county, case.id), Why.REPORTER))]
    return [(None, await _at_posts(session, case, event, circle))]


_POSTS: dict[Circle, tuple[frozenset[Role], Why]] = {
    Circle.OPERATORS: (frozenset({Role.OPERATOR}), Why.OPERATOR),
    Circle.VERIFIERS: (frozenset({Role.WORKER, Role.INSPECTOR}), Why.VERIFIER),
    Circle.INSPECTORS: (frozenset({Role.WORKER, Role.INSPECTOR}), Why.INSPECTOR),
}


async def _at_posts(session: AsyncSession, case: Case, event: CaseEvent, circle: Circle) -> Receivers:
    """Those whose post is nearest to the place; of those who may inspect it, whoever had no hand in it."""
    roles, why = _POSTS[circle]
    people = await at_posts(session, case.county, case.grid_path, event.at, roles=roles)
    barred: frozenset[UUID] = frozenset()
    if circle == Circle.INSPECTORS:
        handlers = (await handlers_of(session, case.county, [case.id]))[case.id]
        barred = handlers.staff_ids | handlers.acceptor_ids
    able = [person for person in people if person.staff_id not in barred and person.staff_id != event.actor_id]
    return {person.staff_id: why for person in nearest(able)}


async def _holders(session: AsyncSession, case: Case, event: CaseEvent, circle: Circle) -> Receivers:
    """The squad or the duty of the grid that holds the case; of a circle of one, the handler or the leaders alone."""
    if case.squad_code is None:
        if case.grid_duty is None:
            return {}
        team = await at_posts(session, case.county, case.grid_path, event.at, roles=(), duty=Duty(case.grid_duty))
        return {person.staff_id: Why.GRID_DUTY for person in nearest(team)}
    squad = await _squad(session, case.county, case.squad_code, event)
    if circle == Circle.LEADERS:
        return {one: why for one, why in squad.items() if why == Why.LEADER} or squad
    assignment = await open_assignment(session, case.county, case.id)
    handler = assignment.handler_id if assignment else None
    if handler not in squad:
        return squad
    if circle == Circle.HANDLER:
        return {handler: Why.HANDLER}
    return squad | {handler: Why.HANDLER}


async def _squad(session: AsyncSession, county: str, code: str, event: CaseEvent) -> Receivers:
    members = await members_of(session, county, code, event.at)
    return {member.staff_id: Why.LEADER if member.leads else Why.SQUAD for member in members}
