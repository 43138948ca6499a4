"""Letting somebody leave or move in one step: posts end, successors begin, cases and turns change hands.

All of it happens in the request's one transaction, and a repeat finds nothing left to do. History is not touched: what
the person did keeps their name, and a case that gets a new handler says so in an event of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries_handover as queries
from backend.cases.history import append_event
from backend.cases.schemas_handover import DepartureIn, DepartureReason
from backend.cases.terms import Action
from backend.clock import local_date
from backend.errors import Conflict, FieldError, Malformed, Say
from backend.identifiers import new_id
from backend.permissions import Actor, Permission, Role
from backend.staff import queries_people
from backend.staff.actions import close_sign_ins
from backend.staff.models import DutyTurn, Post, RequestStatus, Staff, StaffLeave
from backend.staff.people_actions import beyond_your_scope
from backend.staff.people_posts import holding, is_over, is_present, may_be_changed
from backend.staff.queries_rota import BookedShift, booked_shifts, leaves_overlapping
from backend.staff.rota import ONE_DAY, midnight

FURTHEST = timedelta(days=366)


@dataclass
class HandedOver:
    """What one departure has moved. `successors`: who took each post over, by the post's id."""

    person: Staff
    successors: dict[UUID, Staff | None] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    case_codes: list[str] = field(default_factory=list)
    cases_to: Staff | None = None
    turns_taken: int = 0
    turns_freed: int = 0
    swaps_withdrawn: int = 0

    @property
    def moved_anything(self) -> bool:
        return bool(self.posts or self.case_codes or self.turns_taken or self.turns_freed or self.swaps_withdrawn)


async def person_leaving(session: AsyncSession, actor: Actor, person_id: UUID, today: date) -> tuple[Staff, list[Post]]:
    """The person, held until the transaction ends, and all their posts.

    Raises NotFound, and Conflict `beyond_your_scope` for somebody whose posts reach further than the asker's.
    """
    reach = await queries_people.reach_of(session, actor, Permission.MANAGE_STAFF)
    person = await queries_people.person_for(session, actor.county, reach, person_id, lock=True)
    posts = (await queries_people.posts_by_person(session, actor.county, [person_id]))[person_id]
    if not may_be_changed(posts, reach, today):
        raise beyond_your_scope()
    return person, posts


async def let_leave(
    session: AsyncSession, *, actor: Actor, person_id: UUID, content: DepartureIn, at: datetime
) -> HandedOver:
    """End the person's posts on their last day and give all that is open into other hands.

    Cases change hands at once, posts and turns on the day after the last. Raises NotFound, Conflict
    (`beyond_your_scope`, `own_departure`) and Malformed naming the field.
    """
    today = local_date(at)
    person, posts = await person_leaving(session, actor, person_id, today)
    if person_id == actor.staff_id:
        raise Conflict(
            "own_departure",
            Say("不能给自己办离岗，请由另一位管理员办理", "You cannot let yourself leave; another administrator must"),
        )
    open_posts = [post for post in posts if post.ends_on is None or post.ends_on > content.last_day]
    heirs = await _heirs(session, actor, person_id, content)
    _require_sound(content, posts, open_posts, heirs, today)
    done = HandedOver(person, posts=open_posts)
    done.successors = _successors(content, open_posts, heirs)
    await _hand_over_posts(session, done, content.last_day, today)
    await _hand_over_cases(session, done, heirs.get(content.cases_to) if content.cases_to else None, actor, content, at)
    await _hand_over_turns(session, done, max(content.last_day, today - ONE_DAY))
    await _withdraw_swaps(session, done, actor, max(content.last_day, today - ONE_DAY), at)
    leaves = content.reason == DepartureReason.LEFT and person.left_on != content.last_day
    if leaves:
        await _sign_off(session, person, content.last_day, today)
    if leaves or done.moved_anything:
        person.version += 1
    await session.flush()
    return done


# Who takes over


async def _heirs(session: AsyncSession, actor: Actor, person_id: UUID, content: DepartureIn) -> dict[UUID, Staff]:
    """Everybody who is to take something over and is there to take it, by id; they are held in the order of ids."""
    reach = await queries_people.reach_of(session, actor, Permission.MANAGE_STAFF)
    wanted = {s.staff_id for s in content.successors if s.staff_id} | (
        {content.cases_to} if content.cases_to else set()
    )
    found = await queries_people.people_for(session, actor.county, reach, wanted - {person_id})
    return {heir.id: heir for heir in found if is_present(heir, content.last_day + ONE_DAY)}


def _require_sound(
    content: DepartureIn, posts: Sequence[Post], open_posts: Sequence[Post], heirs: Mapping[UUID, Staff], today: date
) -> None:
    faults = []
    if abs(content.last_day - today) > FURTHEST:
        sentence = Say("最后一天要在前后一年之内", "The last day must lie within a year of today")
        faults.append(FieldError("last_day", sentence, "too_far"))
    begun_later = [post.starts_on for post in open_posts if content.last_day < post.starts_on <= today]
    if begun_later:
        sentence = Say(
            f"有岗位从 {max(begun_later)} 才开始，最后一天不能早于这一天",
            f"A post began on {max(begun_later)}; the last day cannot be before it",
        )
        faults.append(FieldError("last_day", sentence, "before_a_post_began"))
    own = {post.id for post in posts}
    for index, succession in enumerate(content.successors):
        if succession.post_id not in own:
            sentence = Say("此人没有这个岗位，请重新打开", "This person holds no such post; open them again")
            faults.append(FieldError(f"successors.{index}.post_id", sentence, "unknown_post"))
        if succession.staff_id and succession.staff_id not in heirs:
            faults.append(FieldError(f"successors.{index}.staff_id", NO_HEIR, "unknown_person"))
    if content.cases_to and content.cases_to not in heirs:
        faults.append(FieldError("cases_to", NO_HEIR, "unknown_person"))
    if faults:
        raise Malformed.listing(faults)


NO_HEIR = Say(
    "接手的人不在你的管理范围内，或到时已经离岗，请另选",
    "Whoever takes over must be in your scope and still be here by then; choose somebody else",
)


def _successors(
    content: DepartureIn, open_posts: Sequence[Post], heirs: Mapping[UUID, Staff]
) -> dict[UUID, Staff | None]:
    chosen = {s.post_id: heirs[s.staff_id] for s in content.successors if s.staff_id}
    return {post.id: chosen.get(post.id) for post in open_posts}


# Posts


async def _hand_over_posts(session: AsyncSession, done: HandedOver, last_day: date, today: date) -> None:
    heirs = {heir.id: heir for heir in done.successors.values() if heir}
    held = await queries_people.posts_by_person(session, done.person.county, list(heirs))
    for post in done.posts:
        heir = done.successors[post.id]
        if heir:
            await _succeed(session, post, heir, held[heir.id], max(last_day + ONE_DAY, today, post.starts_on))
    for post in done.posts:
        if post.starts_on > last_day:
            await session.delete(post)
        else:
            post.ends_on = last_day
    await session.flush()


async def _succeed(session: AsyncSession, post: Post, heir: Staff, held: list[Post], starts_on: date) -> None:
    """Give the heir the same post from this day. Whoever holds it already keeps theirs; whoever is in the squad in
    another role changes to this one."""
    follower = Post(**post.model_dump() | {"id": new_id(), "staff_id": heir.id})
    follower.starts_on = starts_on
    if follower.ends_on and follower.ends_on < starts_on:
        return
    for own in held:
        if not holding(own).meets(holding(follower)):
            continue
        if own.role == follower.role:
            return
        if own.starts_on >= starts_on:
            await session.delete(own)
        else:
            own.ends_on = starts_on - ONE_DAY
    heir.version += 1
    held.append(follower)
    session.add(follower)


# Cases


async def _hand_over_cases(
    session: AsyncSession, done: HandedOver, heir: Staff | None, actor: Actor, content: DepartureIn, at: datetime
) -> None:
    """Each accepted case gets the heir as its handler, or nobody in particular, and an event that says so."""
    cases = await queries.held_cases(session, done.person.county, done.person.id)
    if heir:
        await _require_in_squads(session, heir, {held.squad_code for _case, held in cases if held.squad_code}, at)
        done.cases_to = heir
    for case, assignment in cases:
        assignment.handler_id = heir.id if heir else None
        await append_event(
            session,
            case,
            event_id=new_id(),
            action=Action.HAND_OVER,
            target=case.status,
            at=at,
            actor_id=actor.staff_id,
            actor_role=Role.ADMINISTRATOR,
            words=content.note,
            content={"from_id": str(done.person.id), "to_id": str(heir.id) if heir else None},
        )
        done.case_codes.append(case.code)


async def _require_in_squads(session: AsyncSession, heir: Staff, squad_codes: set[str], at: datetime) -> None:
    """A case can only be handled from within the squad that holds it. Raises Malformed."""
    posts = (await queries_people.posts_by_person(session, heir.county, [heir.id]))[heir.id]
    own = {post.squad_code for post in posts if not is_over(post, local_date(at))}
    if not squad_codes <= own:
        raise Malformed.at(
            "cases_to",
            "not_in_the_squad",
            Say(
                f"{heir.name}不在承办案件的中队，请选本队的人，或不指定人、由中队接着办",
                f"{heir.name} is not in the squad that holds the cases; choose one of it, or leave them to the squad",
            ),
        )


# Turns and swaps


async def _hand_over_turns(session: AsyncSession, done: HandedOver, after: date) -> None:
    """Turns go to whoever follows in the squad and is free at that time; without such a follower they are free."""
    county, leaver = done.person.county, done.person.id
    turns = await queries.turns_after(session, county, leaver, after)
    heirs = {post.squad_code: heir for post in done.posts if post.squad_code and (heir := done.successors[post.id])}
    if not turns:
        return
    first, last = turns[0].on_day - ONE_DAY, turns[-1].on_day + ONE_DAY
    people = [leaver, *(heir.id for heir in heirs.values())]
    booked = await booked_shifts(session, county, people, first, last)
    leaves = await leaves_overlapping(session, county, people, midnight(first), midnight(last + ONE_DAY))
    shifts = {(own.squad_code, own.shift.on, own.shift.starts): own for own in booked[leaver]}
    for turn in turns:
        heir = heirs.get(turn.squad_code)
        mine = shifts.get((turn.squad_code, turn.on_day, turn.starts))
        await session.delete(turn)
        if heir is None or mine is None or not _is_free(mine, booked[heir.id], leaves, heir.id):
            done.turns_freed += 1
            continue
        done.turns_taken += 1
        if mine not in booked[heir.id]:
            session.add(DutyTurn(**turn.model_dump() | {"staff_id": heir.id}))
            booked[heir.id].append(mine)
    await session.flush()


def _is_free(wanted: BookedShift, booked: Sequence[BookedShift], leaves: Sequence[StaffLeave], heir_id: UUID) -> bool:
    """Whether somebody with these shifts and leaves can take the shift; they may be on it already."""
    elsewhere = [own for own in booked if own != wanted and own.shift.overlaps(wanted.shift)]
    away = [
        leave
        for leave in leaves
        if leave.staff_id == heir_id
        and leave.starts_at < wanted.shift.ends_at
        and leave.ends_at > wanted.shift.starts_at
    ]
    return not elsewhere and not away


async def _withdraw_swaps(session: AsyncSession, done: HandedOver, actor: Actor, after: date, at: datetime) -> None:
    for swap in await queries.open_swaps_after(session, done.person.county, done.person.id, after):
        swap.status = RequestStatus.WITHDRAWN
        swap.decided_at = at
        swap.decided_by = actor.staff_id
        done.swaps_withdrawn += 1


async def _sign_off(session: AsyncSession, person: Staff, last_day: date, today: date) -> None:
    """Gone after the last day; at once if that is past. Until then they can sign in as before."""
    person.left_on = last_day
    if last_day < today:
        person.active = False
        await close_sign_ins(session, person)
