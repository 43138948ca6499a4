"""Taking over a table of people: what it would change, every reason why it cannot be, and, if there is none, the change.

All or nothing. People are told apart by their phone numbers. Cells that say nothing change nothing, and posts that the
file does not name stay, so that sending the same file again changes nothing. What rows and cells mean is in
staff_import_rows.py, what posts may be in people_posts.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import local_date
from backend.errors import FieldError, Say
from backend.permissions import SQUAD_ROLES, Actor, Permission
from backend.staff import people_actions
from backend.staff import queries_people as queries
from backend.staff.models import Post, Staff
from backend.staff.people_posts import (
    HELD_TWICE,
    Places,
    PostPlan,
    Reach,
    WantedPost,
    faults_of_change,
    faults_of_new,
    held_twice,
    holding,
    is_over,
    may_be_changed,
    plan_posts,
)
from backend.staff.staff_import_rows import RowPerson, RowPost, Table

# Where in the file a fault of a post is to be mended.
COLUMN_OF_FIELD = {"grid_code": "grid", "squad_code": "squad", "unit_code": "unit"}
MEND_IN_FILE = Say("在表里改好后重新上传", "Mend it in the file and send it again")


@dataclass
class PersonChange:
    """What the file makes of one person: `staff` is None for somebody new. `wanted` stands in the order of the rows."""

    row: RowPerson
    staff: Staff | None
    home_unit_code: str | None
    plan: PostPlan = field(default_factory=PostPlan)

    @property
    def is_new(self) -> bool:
        return self.staff is None

    @property
    def changes_anything(self) -> bool:
        return self.staff is None or bool(self.plan) or self.home_unit_code != self.staff.home_unit_code


@dataclass(frozen=True)
class Known:
    """What the database holds of the phone numbers and places in a table. Squads and units are found by code or name."""

    reach: Reach
    today: date
    places: Places
    owners: Mapping[str, Staff]
    visible: frozenset[UUID]
    posts: Mapping[UUID, Sequence[Post]]
    squads: Mapping[str, str]
    units: Mapping[str, str]


async def plan_import(
    session: AsyncSession, *, actor: Actor, import_id: UUID, table: Table, at: datetime
) -> tuple[list[PersonChange], Known]:
    """What the table would change, person by person. Every reason against it is added to the table's problems."""
    known = await _known(session, actor, table, local_date(at))
    changes = [_plan_person(table, known, actor.county, import_id, row) for row in table.people]
    table.problems.sort(key=lambda problem: problem.row or 0)
    return [change for change in changes if change], known


async def apply_import(
    session: AsyncSession, *, actor: Actor, import_id: UUID, changes: Sequence[PersonChange], known: Known
) -> None:
    """Write the changes of a table without problems: people first, then their posts.

    Raises Conflict `own_last_post` when the file would end the asker's own last administrator's post.
    """
    people = []
    for change in changes:
        person = change.staff
        if person is None:
            facts = {"name": change.row.name, "phone": change.row.phone, "home_unit_code": change.home_unit_code}
            person = people_actions.new_person(actor, known.reach, uuid5(import_id, change.row.phone), facts)
            session.add(person)
        elif change.changes_anything:
            person.home_unit_code = change.home_unit_code
            person.version += 1
        people.append(person)
    await session.flush()
    for change, person in zip(changes, people, strict=True):
        people_actions.apply_posts(session, person, change.plan, known.places, known.today)
    await session.flush()
    for person in people:
        if person.id == actor.staff_id:
            await people_actions.require_own_administration(session, person, known.today)


async def _known(session: AsyncSession, actor: Actor, table: Table, today: date) -> Known:
    reach = await queries.reach_of(session, actor, Permission.MANAGE_STAFF)
    owners = await queries.owners_of_phones(session, [person.phone for person in table.people])
    own = [owner.id for owner in owners if owner.county == actor.county]
    grid_codes = {post.grid for person in table.people for post in person.posts if post.grid}
    return Known(
        reach=reach,
        today=today,
        places=await queries.places(session, actor.county, grid_codes),
        owners={owner.phone: owner for owner in owners},
        visible=frozenset(person.id for person in await queries.people_for(session, actor.county, reach, own)),
        posts=await queries.posts_by_person(session, actor.county, own),
        squads=await queries.squad_codes_by_word(session, actor.county),
        units=await queries.unit_codes_by_word(session, actor.county),
    )


# One person


def _plan_person(table: Table, known: Known, county: str, import_id: UUID, row: RowPerson) -> PersonChange | None:
    """None if the person as such cannot be; faults of posts leave a plan that is only good for counting."""
    staff = known.owners.get(row.phone)
    if staff and not (staff.county == county and staff.id in known.visible):
        _complain_of_phone(table, row, None)
        return None
    if staff and staff.name != row.name:
        _complain_of_phone(table, row, staff.name)
        return None
    own = known.posts.get(staff.id, []) if staff else []
    change = PersonChange(row, staff, _home_unit(table, known, row, staff, own))
    in_reach = [post for post in own if known.reach.holds(post)]
    wanted = [_wanted(known, in_reach, import_id, row, post) for post in row.posts]
    change.plan = plan_posts(in_reach, wanted)
    _complain_of_posts(table, known, row, wanted, change.plan, own)
    return change


def _complain_of_phone(table: Table, row: RowPerson, name: str | None) -> None:
    if name is None:
        what_to_do = Say(
            "核对号码；如确属此人，请上级管理员办理", "Look at the number, or ask an administrator above you"
        )
    else:
        what_to_do = Say(
            "核对姓名和手机号；确是同一人改名的，先在人员里改名",
            "Look at both; a changed name is changed under staff first",
        )
    table.complain(row.row, "phone", row.phone, people_actions.phone_taken(name), what_to_do)


def _home_unit(table: Table, known: Known, row: RowPerson, staff: Staff | None, own: Sequence[Post]) -> str | None:
    """The code of the home unit as it shall be; as it is if the file does not say."""
    before = staff.home_unit_code if staff else None
    if not row.home_unit:
        return before
    code = known.units.get(row.home_unit)
    if code is None:
        _complain_of_unit(table, row.home_unit_row, "home_unit", row.home_unit)
        return before
    if staff and code != before and not may_be_changed(own, known.reach, known.today):
        sentence = people_actions.beyond_your_scope().detail
        what_to_do = Say("把这一格清空", "Empty this cell")
        table.complain(row.home_unit_row, "home_unit", row.home_unit, sentence, what_to_do)
    return code


def _complain_of_unit(table: Table, number: int, column: str, text: str) -> None:
    table.complain(
        number,
        column,
        text,
        Say("没有这个单位", "There is no such unit"),
        Say(
            "写单位的全称或编码，模板的「可选值」表里有",
            "Write its full name or code as on the template's sheet 可选值",
        ),
    )


# Posts


def _wanted(known: Known, own: Sequence[Post], import_id: UUID, row: RowPerson, said: RowPost) -> WantedPost:
    """The post that the row says, under the id of the one that the person holds already, if it is the same.

    Names that are not known stay as they are written, so that the rules refuse them as codes.
    """
    in_squad = said.role in SQUAD_ROLES
    post = WantedPost(
        id=import_id,
        role=said.role,
        starts_on=said.starts_on or known.today,
        ends_on=said.ends_on,
        duty=said.duty,
        engagement=said.engagement,
        grid_code=said.grid or None,
        squad_code=known.squads.get(said.squad, said.squad) or None,
        unit_code=known.units.get(said.unit, said.unit) or None,
    )
    held = next((old for old in own if _same_post(old, post, said, known.today)), None)
    if held is None:
        name = f"{row.phone}/{post.role}/{post.duty}/{post.squad_code if in_squad else post.grid_code}/{post.starts_on}"
        return replace(post, id=uuid5(import_id, name))
    return replace(
        post,
        id=held.id,
        starts_on=said.starts_on or held.starts_on,
        ends_on=said.ends_on or held.ends_on,
        engagement=said.engagement or held.engagement,
        unit_code=post.unit_code or held.unit_code,
    )


def _same_post(held: Post, post: WantedPost, said: RowPost, today: date) -> bool:
    """Whether the row speaks of this post: the one that its dates meet, or without dates the one that is not over."""
    if said.starts_on is None and said.ends_on is None:
        return holding(held).key == holding(post).key and not is_over(held, today)
    earliest = said.starts_on or held.starts_on
    return holding(held).meets(holding(replace(post, starts_on=earliest)))


def _complain_of_posts(
    table: Table, known: Known, row: RowPerson, wanted: Sequence[WantedPost], plan: PostPlan, own: Sequence[Post]
) -> None:
    places, reach, today = known.places, known.reach, known.today
    said_of = {want.id: said for want, said in zip(wanted, row.posts, strict=True)}
    for want in plan.added:
        for fault in faults_of_new(want, places, reach, today):
            _complain_of_post(table, said_of[want.id], want, fault)
    for post, want in plan.changed:
        for fault in faults_of_change(post, want, places, reach, today):
            _complain_of_post(table, said_of[want.id], want, fault)
    named = {want.id for want in wanted}
    for index in sorted(held_twice(wanted, [post for post in own if post.id not in named])):
        _complain_of_post(table, row.posts[index], wanted[index], FieldError("role", HELD_TWICE, "held_twice"))


def _complain_of_post(table: Table, said: RowPost, want: WantedPost, fault: FieldError) -> None:
    if fault.code == "unknown_unit":
        _complain_of_unit(table, said.row, "unit", said.unit)
        return
    column = COLUMN_OF_FIELD.get(fault.field, fault.field)
    value = str(getattr(want, fault.field, None) or "")
    table.complain(said.row, column, value, fault.message, MEND_IN_FILE)
