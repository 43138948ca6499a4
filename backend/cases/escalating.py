"""Pressing: taking the steps of the ladder that are due, and telling those whom they are for once they are on duty.

The job runs every minute, in any number of workers, and may die at any point: whether a step was taken is a row under the
case's lock, written together with the line of the history and the message.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases import escalation, queries_escalation
from backend.cases.escalation_models import Escalation, EscalationStep, Receiver
from backend.cases.history import append_event
from backend.cases.models import Case
from backend.cases.queries_escalation import Watched
from backend.cases.queries_rows import handlers_of
from backend.cases.terms import ClockKind
from backend.dispatch.queries import open_assignment
from backend.errors import Say
from backend.identifiers import new_id
from backend.matters.clocks import Span, WorkCalendar, deadline
from backend.matters.models import LimitUnit, Severity
from backend.matters.queries import matter_of, work_calendar
from backend.permissions import Role
from backend.staff.duty import SquadDuty, Standing
from backend.staff.queries_duty import duty_of_squads
from backend.staff.queries_posts import AtPost, at_posts

CHUNK = 500
_VERIFIERS = (Role.WORKER, Role.INSPECTOR)


async def cases_to_press(session: AsyncSession, at: datetime) -> list[tuple[str, UUID]]:
    """County and id of every case for which a step is due or waits to be sent."""
    found: list[tuple[str, UUID]] = []
    for county, ids in (await queries_escalation.cases_to_look_at(session, at)).items():
        calendar = await work_calendar(session, county)
        ladder = await queries_escalation.ladder(session, county)
        for first in range(0, len(ids), CHUNK):
            cases = await queries_escalation.watched(session, calendar, county, ids[first : first + CHUNK])
            found += [(county, case.case_id) for case in cases if _is_due(calendar, ladder, case, at)]
    return found


def _is_due(calendar: WorkCalendar, ladder: dict[str, EscalationStep], case: Watched, at: datetime) -> bool:
    return bool(case.waiting or escalation.due_steps(calendar, ladder.values(), case.pressed, case.fired, at))


async def press_case(session: AsyncSession, county: str, case_id: UUID, at: datetime) -> None:
    """Take the case's steps that are due now, and send those whose receivers are on duty. A repeat does nothing more."""
    found = select(Case).where(col(Case.county) == county, col(Case.id) == case_id)
    case = (await session.scalars(found.with_for_update(of=Case))).one_or_none()
    if case is None:
        return
    calendar = await work_calendar(session, county)
    ladder = await queries_escalation.ladder(session, county)
    (watched,) = await queries_escalation.watched(session, calendar, county, [case_id])
    due = escalation.due_steps(calendar, ladder.values(), watched.pressed, watched.fired, at)
    fired = [_fire(session, case, watched, step, at) for step in due]
    await session.flush()
    for waiting in [*watched.waiting, *fired]:
        await _settle(session, case, calendar, watched, waiting, ladder.get(waiting.step_code), at)


def _fire(session: AsyncSession, case: Case, watched: Watched, step: EscalationStep, at: datetime) -> Escalation:
    assert watched.pressed.clock  # nothing is due without one
    taken = Escalation(
        county=case.county,
        case_id=case.id,
        clock_started_at=watched.pressed.clock.started_at,
        step_code=step.code,
        fired_at=at,
        send_at=at,
    )
    session.add(taken)
    return taken


async def _settle(
    session: AsyncSession,
    case: Case,
    calendar: WorkCalendar,
    watched: Watched,
    waiting: Escalation,
    step: EscalationStep | None,
    at: datetime,
) -> None:
    """Send a step, or let it wait for its receivers' duty; or drop it, if it has lost its point meanwhile."""
    if step is None or escalation.is_over(waiting, step, watched.pressed):
        waiting.cancelled_at = at
        return
    if escalation.is_held(waiting, step, watched.pressed):
        return
    mark = escalation.mark_of(calendar, step, watched.pressed)
    if mark is None or mark > at:
        # More time was granted before anybody was told: the step will be due anew.
        await session.delete(waiting)
        return
    reach = await _reach(session, case, calendar, step, at)
    waiting.send_at = escalation.send_at(step, case.severity, reach.duty, at)
    if waiting.send_at <= at:
        await _send(session, case, calendar, watched, waiting, step, reach.receivers(step, case.severity), at)


async def _send(
    session: AsyncSession,
    case: Case,
    calendar: WorkCalendar,
    watched: Watched,
    waiting: Escalation,
    step: EscalationStep,
    receivers: Sequence[UUID],
    at: datetime,
) -> None:
    clock = watched.pressed.clock
    assert clock  # a step whose clock does not run is held
    told = escalation.figures(calendar, clock, at)
    waiting.sent_at = at
    waiting.receivers = list(receivers)
    waiting.percent = told.percent
    waiting.left_s = int(told.left.total_seconds()) if told.left is not None else None
    matter = await matter_of(session, case.county, case.catalogue_version, case.matter_code)
    said = escalation.sentence(Say(step.words_zh, step.words_en), matter.name, told)
    await append_event(
        session,
        case,
        event_id=new_id(),
        action=step.action,
        target=case.status,
        at=at,
        words=said.zh,
        content={
            "step": step.code,
            "clock": clock.kind,
            "receiver": step.receiver,
            "receivers": [str(staff_id) for staff_id in receivers],
            "percent": told.percent,
            "words_en": said.en,
        },
    )


# Whom a step reaches


class Reach(NamedTuple):
    """Who is on duty now, everybody who could be reached at all, and when somebody is on duty."""

    on_duty: tuple[UUID, ...]
    everybody: tuple[UUID, ...]
    duty: tuple[Span, ...]

    def receivers(self, step: EscalationStep, severity: Severity) -> tuple[UUID, ...]:
        if step.ignores_duty_hours:
            return self.everybody
        return self.on_duty or (self.everybody if severity == Severity.EMERGENCY else ())


async def _reach(
    session: AsyncSession, case: Case, calendar: WorkCalendar, step: EscalationStep, at: datetime
) -> Reach:
    by_squad = step.receiver in {Receiver.SQUAD_LEADER, Receiver.WHOLE_SQUAD} or (
        step.receiver == Receiver.HOLDER and step.clock == ClockKind.HANDLE
    )
    if by_squad and case.squad_code:
        (squad,) = await duty_of_squads(session, case.county, at, squad_code=case.squad_code)
        return _of_squad(squad, step.receiver, await _handler(session, case), calendar, at)
    roles: Sequence[Role] = (Role.ADMINISTRATOR,) if step.receiver == Receiver.ADMINISTRATOR else (Role.OPERATOR,)
    not_these: frozenset[UUID] = frozenset()
    if step.receiver == Receiver.HOLDER and step.clock == ClockKind.VERIFY:
        roles = _VERIFIERS
    elif step.receiver == Receiver.HOLDER and step.clock == ClockKind.INSPECT:
        roles = (Role.INSPECTOR, Role.WORKER)
        handlers = (await handlers_of(session, case.county, [case.id]))[case.id]
        not_these = handlers.staff_ids | handlers.acceptor_ids
    people = await at_posts(
        session,
        case.county,
        case.grid_path,
        at,
        roles=roles,
        duty=case.grid_duty if by_squad else None,
    )
    return _of_posts([person for person in people if person.staff_id not in not_these], calendar, at)


async def _handler(session: AsyncSession, case: Case) -> UUID | None:
    assignment = await open_assignment(session, case.county, case.id)
    return assignment.handler_id if assignment else None


def _of_squad(
    squad: SquadDuty, receiver: Receiver, handler: UUID | None, calendar: WorkCalendar, at: datetime
) -> Reach:
    """The handler, the leaders or all; where those are not on duty, the rest of the squad that is."""
    members = [member for member in squad.members if member.standing != Standing.ON_LEAVE]
    meant = [
        member
        for member in members
        if (receiver == Receiver.SQUAD_LEADER and member.leads)
        or (receiver == Receiver.HOLDER and member.id == handler)
    ] or members
    on_duty = [member.id for member in meant if member.on_duty] or [member.id for member in squad.members_on_duty]
    duty = [Span(at, squad.on_until)] if squad.on_duty else []
    if squad.next_starts_at:
        duty.append(Span(squad.next_starts_at))
    return Reach(tuple(on_duty), tuple(member.id for member in meant), tuple(duty) or _working_hours(calendar, at))


def _of_posts(people: Sequence[AtPost], calendar: WorkCalendar, at: datetime) -> Reach:
    """A command centre is manned around the clock; everybody else keeps the county's working hours."""
    everybody = tuple(person.staff_id for person in people)
    manned = tuple(person.staff_id for person in people if person.around_the_clock)
    hours = _working_hours(calendar, at)
    if hours[0].begin <= at:
        return Reach(everybody, everybody, (Span(at),))
    return Reach(manned, everybody, (Span(at),) if manned else hours)


def _working_hours(calendar: WorkCalendar, at: datetime) -> tuple[Span, ...]:
    """From when work goes on."""
    return (Span(deadline(calendar, at, 0, LimitUnit.WORK_DAY)),)
