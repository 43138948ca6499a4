"""Every write about people and their posts: entering and changing a person, one-time passwords."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import local_date
from backend.errors import Conflict, FieldError, Malformed, Say
from backend.permissions import Actor, Permission, Role
from backend.pinyin import first_letters
from backend.staff import queries_people as queries
from backend.staff.actions import close_sign_ins
from backend.staff.models import Post, Staff
from backend.staff.passwords import PasswordChecks, one_time_password
from backend.staff.people_posts import (
    HELD_TWICE,
    Places,
    PostPlan,
    Reach,
    WantedPost,
    faults_of_change,
    faults_of_new,
    grid_code_of,
    held_twice,
    is_over,
    is_present,
    may_be_changed,
    plan_posts,
    span_on,
    without_the_rest,
)
from backend.staff.phones import read_phone
from backend.staff.rota import ONE_DAY
from backend.staff.schemas_people import StaffIn


def initials_of(name: str) -> str:
    """First letters of the name's pinyin, lower case, digits kept: 网格员 050 is wgy050."""
    return "".join(first_letters(name)).lower().replace(" ", "")


async def put_person(
    session: AsyncSession, *, actor: Actor, person_id: UUID, content: StaffIn, at: datetime
) -> tuple[Staff, bool]:
    """Enter a person or change them, and whether they are new. What says what is so already changes nothing.

    Raises NotFound, Conflict (`stale_person`, `phone_taken`, `other_content`, `beyond_your_scope`, `own_last_post`) and
    Malformed with a field for everything that is wrong with the person or a post.
    """
    reach = await queries.reach_of(session, actor, Permission.MANAGE_STAFF)
    today = local_date(at)
    person = await _person_to_change(session, actor, reach, person_id, content.version)
    own = (await queries.posts_by_person(session, actor.county, [person_id]))[person_id] if person else []
    in_reach = [post for post in own if reach.holds(post)]
    wanted = [WantedPost(**post.model_dump()) for post in content.posts]
    plan = without_the_rest(plan_posts(own, wanted), in_reach, wanted, today)
    if not all(reach.holds(post) for post, _want in plan.changed):
        raise beyond_your_scope()
    places = await queries.places(session, actor.county, {want.grid_code for want in wanted if want.grid_code})
    faults = _faults(content, wanted, plan, own, places, reach, today)
    phone = read_phone(content.phone)
    if faults or phone is None:
        raise Malformed.listing(faults)
    await _require_unused_ids(session, actor.county, plan.added)
    facts = {"name": content.name, "phone": phone, "home_unit_code": content.home_unit_code}
    if person is None:
        await _require_free_phone(session, actor.county, reach, phone, person_id)
        person = new_person(actor, reach, person_id, facts)
        session.add(person)
        await session.flush()
        apply_posts(session, person, plan, places, today)
        await session.flush()
        return person, True
    changed = {name: value for name, value in facts.items() if getattr(person, name) != value}
    if changed or plan:
        _require_version(person, content.version)
        await _change_person(session, actor, reach, person, changed, plan, own, places, today)
    return person, False


async def _person_to_change(
    session: AsyncSession, actor: Actor, reach: Reach, person_id: UUID, version: int | None
) -> Staff | None:
    """The person, held until the transaction ends; None if they are to be entered. Raises NotFound."""
    if version is None and not await queries.person_exists(session, actor.county, person_id):
        return None
    return await queries.person_for(session, actor.county, reach, person_id, lock=True)


def _faults(
    content: StaffIn,
    wanted: Sequence[WantedPost],
    plan: PostPlan,
    own: Sequence[Post],
    places: Places,
    reach: Reach,
    today: date,
) -> list[FieldError]:
    faults = []
    if read_phone(content.phone) is None:
        faults.append(BAD_PHONE)
    if content.home_unit_code and content.home_unit_code not in places.units:
        faults.append(
            FieldError(
                "home_unit_code",
                Say("没有这个单位，请重新选择", "There is no such unit; choose another"),
                "unknown_unit",
            )
        )
    index_of = {want.id: index for index, want in enumerate(wanted)}
    if len(index_of) < len(wanted):
        faults.append(FieldError("posts", Say("两个岗位用了同一个编号", "Two posts have the same id"), "same_id"))
        return faults
    for want in plan.added:
        faults += _at_post(index_of[want.id], faults_of_new(want, places, reach, today))
    for post, want in plan.changed:
        faults += _at_post(index_of[want.id], faults_of_change(post, want, places, reach, today))
    others = [post for post in own if post.id not in index_of and post not in plan.dropped and post not in plan.ended]
    touched = {want.id for want in plan.added} | {want.id for _post, want in plan.changed}
    for index in held_twice(wanted, others):
        if wanted[index].id in touched:
            faults += _at_post(index, [FieldError("starts_on", HELD_TWICE, "held_twice")])
    return faults


BAD_PHONE = FieldError(
    "phone",
    Say("手机号应为 11 位大陆手机号，请核对", "This must be a mainland mobile number of 11 digits"),
    "not_a_mobile_number",
)


def _at_post(index: int, faults: Iterable[FieldError]) -> list[FieldError]:
    return [FieldError(f"posts.{index}.{fault.field}", fault.message, fault.code) for fault in faults]


async def _require_unused_ids(session: AsyncSession, county: str, added: Sequence[WantedPost]) -> None:
    """A post's id that already belongs to somebody else, or lies out of reach, cannot be used again."""
    if added and await queries.posts_by_id(session, county, [want.id for want in added]):
        raise Conflict(
            "other_content",
            Say(
                "这个编号已经用于另一个岗位，请换一个编号重发",
                "This id is already used for another post; send yours under a new id",
            ),
        )


async def _require_free_phone(session: AsyncSession, county: str, reach: Reach, phone: str, person_id: UUID) -> None:
    """Raises Conflict; whose the number is, is told only for people who are visible from this reach."""
    owner = await queries.owner_of_phone(session, phone)
    if owner is None or (owner.county, owner.id) == (county, person_id):
        return
    visible = owner.county == county and await queries.is_visible(session, county, reach, owner.id)
    sentence = phone_taken(owner.name if visible else None)
    raise Conflict("phone_taken", sentence, fields=(FieldError("phone", sentence, "phone_taken"),))


def phone_taken(name: str | None) -> Say:
    if name is None:
        return Say("这个手机号已被登记，请核对", "This number is already registered; look at it again")
    return Say(
        f"这个手机号登记的是「{name}」，请核对号码，或直接修改此人",
        f"This number is registered to “{name}”; look at it again, or change that person",
    )


def _require_version(person: Staff, version: int | None) -> None:
    if version != person.version:
        raise Conflict(
            "stale_person",
            Say(
                "此人的资料在你打开之后已被修改，请看最新内容再改",
                "This person has been changed since you opened them; look at them again first",
            ),
            version=person.version,
        )


async def _change_person(
    session: AsyncSession,
    actor: Actor,
    reach: Reach,
    person: Staff,
    changed: dict[str, str | None],
    plan: PostPlan,
    own: Sequence[Post],
    places: Places,
    today: date,
) -> None:
    if changed and not may_be_changed(own, reach, today):
        raise beyond_your_scope()
    if "phone" in changed:
        await _require_free_phone(session, person.county, reach, str(changed["phone"]), person.id)
    for name, value in changed.items():
        setattr(person, name, value)
    person.initials = initials_of(person.name)
    apply_posts(session, person, plan, places, today)
    person.version += 1
    await session.flush()
    if person.id == actor.staff_id:
        await require_own_administration(session, person, today)


def beyond_your_scope() -> Conflict:
    return Conflict(
        "beyond_your_scope",
        Say(
            "此人还有你管理范围以外的岗位，姓名、手机号、密码和离岗由上级管理员办理",
            "This person also holds posts outside your scope; name, phone, password and departure are for an "
            "administrator above you",
        ),
    )


async def require_own_administration(session: AsyncSession, person: Staff, today: date) -> None:
    """Nobody locks themselves out, and so a county never ends without an administrator."""
    own = (await queries.posts_by_person(session, person.county, [person.id]))[person.id]
    if not any(
        post.role == Role.ADMINISTRATOR and post.starts_on <= today and not is_over(post, today) for post in own
    ):
        raise Conflict(
            "own_last_post",
            Say(
                "不能去掉自己最后一个管理员岗位，请由另一位管理员办理",
                "You cannot take away your own last administrator's post; another administrator must",
            ),
        )


def new_person(actor: Actor, reach: Reach, person_id: UUID, facts: dict[str, str | None]) -> Staff:
    """A person who cannot sign in until they are given a one-time password."""
    name = str(facts["name"])
    return Staff(
        county=actor.county,
        id=person_id,
        name=name,
        initials=initials_of(name),
        phone=str(facts["phone"]),
        home_unit_code=facts["home_unit_code"],
        keeper_path=reach.paths[0],
    )


def apply_posts(session: AsyncSession, person: Staff, plan: PostPlan, places: Places, today: date) -> None:
    """Write a plan that has no faults. Whoever had left and is given a post again is back."""
    for post in plan.dropped:
        session.sync_session.delete(post)
    for post in plan.ended:
        post.ends_on = today - ONE_DAY
    for want in plan.added:
        session.add(_as_post(person, want, _path(places, want, today)))
    for post, want in plan.changed:
        path = post.grid_path if grid_code_of(post) == want.grid_code else _path(places, want, today)
        for name in ("role", "duty", "engagement", "squad_code", "unit_code", "starts_on", "ends_on"):
            setattr(post, name, getattr(want, name))
        post.grid_path = path
    wanted = [*plan.added, *(want for _post, want in plan.changed)]
    if person.left_on and any(want.ends_on is None or want.ends_on > person.left_on for want in wanted):
        _welcome_back(person, today)


def _welcome_back(person: Staff, today: date) -> None:
    if not is_present(person, today):
        person.password_hash = None
    person.left_on = None
    person.active = True


def _path(places: Places, want: WantedPost, today: date) -> str | None:
    span = span_on(places, want.grid_code, max(want.starts_on, today)) if want.grid_code else None
    return span.path if span else None


def _as_post(person: Staff, want: WantedPost, grid_path: str | None) -> Post:
    return Post(
        county=person.county,
        id=want.id,
        staff_id=person.id,
        role=want.role,
        duty=want.duty,
        engagement=want.engagement,
        grid_path=grid_path,
        squad_code=want.squad_code,
        unit_code=want.unit_code,
        starts_on=want.starts_on,
        ends_on=want.ends_on,
    )


async def give_one_time_password(
    session: AsyncSession, checks: PasswordChecks, *, actor: Actor, person_id: UUID, at: datetime
) -> str:
    """A new password for the person, which lets them do nothing but choose their own. Ends all their sessions.

    Raises NotFound, Conflict `beyond_your_scope` and `has_left`.
    """
    reach = await queries.reach_of(session, actor, Permission.MANAGE_STAFF)
    person = await queries.person_for(session, actor.county, reach, person_id, lock=True)
    own = (await queries.posts_by_person(session, actor.county, [person_id]))[person_id]
    if not may_be_changed(own, reach, local_date(at)):
        raise beyond_your_scope()
    if not is_present(person, local_date(at)):
        raise has_left()
    password = one_time_password()
    person.password_hash = await checks.hashed(password)
    person.must_change_password = True
    person.failed_sign_ins = 0
    person.next_sign_in_at = None
    await close_sign_ins(session, person)
    return password


def has_left() -> Conflict:
    return Conflict("has_left", Say("此人已离岗，请先给他安排岗位", "This person has left; give them a post first"))
