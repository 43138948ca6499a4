"""People and their posts over HTTP: the list, one person, one-time passwords, and whole lists from a file."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from backend.access import StaffKeeper, StaffReader
from backend.clock import Now, local_date
from backend.database import Session
from backend.permissions import Permission, Role
from backend.staff import people_actions, people_views
from backend.staff import queries_people as queries
from backend.staff.models import Duty
from backend.staff.queries_people import StaffFilter
from backend.staff.schemas_people import OneTimePassword, StaffDetail, StaffIn, StaffPage, Standing, UnitOut

router = APIRouter(prefix="/api", tags=["people"])

Limit = Annotated[int, Query(ge=1, le=100)]
Wanted = Annotated[str | None, Query(max_length=32)]


@router.get("/staff")
async def list_staff(
    actor: StaffReader,
    session: Session,
    at: Now,
    q: Annotated[
        str | None, Query(max_length=50, description="part of the name, its pinyin initials, or the phone's tail")
    ] = None,
    grid: Annotated[str | None, Query(max_length=15, description="posts in this grid or below")] = None,
    squad: Wanted = None,
    unit: Wanted = None,
    role: Role | None = None,
    duty: Duty | None = None,
    standing: Standing = Standing.PRESENT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Limit = 50,
) -> StaffPage:
    """People in my scope by the pinyin of their names, with their posts. Phones are masked."""
    today = local_date(at)
    reach = await queries.reach_of(session, actor, Permission.SEE_STAFF)
    wanted = StaffFilter(
        text=q.strip() if q else None,
        grid_path=(await queries.grid_path_on(session, actor.county, grid, today) or "-") if grid else None,
        squad=squad,
        unit=unit,
        role=role,
        duty=duty,
        standing=standing,
        whole_phone=actor.may(Permission.MANAGE_STAFF),
    )
    people, total = await queries.page_of_people(
        session, actor.county, reach, wanted, today=today, after=queries.read_cursor(cursor), limit=limit
    )
    items = await people_views.summaries(session, actor, reach, people, today)
    next_cursor = queries.write_cursor(people[-1]) if len(people) == limit else None
    return StaffPage(items=items, next_cursor=next_cursor, total=total, as_of=at)


@router.get("/units")
async def list_units(actor: StaffReader, session: Session) -> list[UnitOut]:
    """Every organisation of the county, by code."""
    rows = await queries.units(session, actor.county)
    return [UnitOut(code=unit.code, name=unit.name, kind=unit.kind) for unit in rows]


@router.get("/staff/{person_id:uuid}")
async def get_person(person_id: UUID, actor: StaffReader, session: Session, at: Now) -> StaffDetail:
    """One person with all posts in my scope; the phone in full for administrators."""
    reach = await queries.reach_of(session, actor, Permission.SEE_STAFF)
    person = await queries.person_for(session, actor.county, reach, person_id)
    return await people_views.detail(session, actor, reach, person, local_date(at))


@router.put("/staff/{person_id:uuid}", responses={201: {"description": "entered"}})
async def put_person(
    person_id: UUID, content: StaffIn, actor: StaffKeeper, session: Session, at: Now, response: Response
) -> StaffDetail:
    """Enter a person or change one, posts included. Sending the same again changes nothing."""
    person, is_new = await people_actions.put_person(session, actor=actor, person_id=person_id, content=content, at=at)
    response.status_code = 201 if is_new else 200
    reach = await queries.reach_of(session, actor, Permission.SEE_STAFF)
    return await people_views.detail(session, actor, reach, person, local_date(at))


@router.post("/staff/{person_id}/password")
async def give_one_time_password(
    person_id: UUID, actor: StaffKeeper, session: Session, request: Request, at: Now
) -> OneTimePassword:
    """A password that is shown this once and must be replaced at the next sign-in. Signs the person out everywhere."""
    password = await people_actions.give_one_time_password(
        session, request.app.state.password_checks, actor=actor, person_id=person_id, at=at
    )
    return OneTimePassword(password=password)
