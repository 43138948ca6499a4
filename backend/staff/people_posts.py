"""Pure rules of people and their posts: what a post may name, what may still be changed, what cannot be held twice.

Nothing here reads the database: `Places` and `Reach` hold what the rules need. Dates are local days; a post's last day
counts. An end of validity of a grid does not (see `grids.models.Grid`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from backend.errors import FieldError, Say
from backend.grids.models import GridLevel
from backend.permissions import SQUAD_ROLES, Role, covers
from backend.staff.models import Duty, Engagement, Post, Staff
from backend.staff.rota import ONE_DAY

WIDE_LEVELS = frozenset({GridLevel.COUNTY, GridLevel.TOWN})
# Which duties of a grid team each role may carry; the roles that are not here carry none.
DUTIES_OF_ROLE: Mapping[Role, frozenset[Duty]] = {
    Role.WORKER: frozenset(Duty) - {Duty.DUTY_INSPECTOR},
    Role.INSPECTOR: frozenset({Duty.DUTY_INSPECTOR}),
}


@dataclass(frozen=True)
class WantedPost:
    """A post as somebody wants it to be; `id` is the client's."""

    id: UUID
    role: Role
    starts_on: date
    ends_on: date | None = None
    duty: Duty | None = None
    engagement: Engagement | None = None
    grid_code: str | None = None
    squad_code: str | None = None
    unit_code: str | None = None


class GridSpan(NamedTuple):
    """One version of a grid: where it stands in the net, and for which days (`valid_to` no longer counts)."""

    path: str
    level: GridLevel
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Places:
    """What posts may name: versions of grids by code, jurisdiction (paths) of squads by code, codes of units."""

    grids: Mapping[str, Sequence[GridSpan]]
    squads: Mapping[str, Sequence[str]]
    units: frozenset[str]


@dataclass(frozen=True)
class Reach:
    """Where somebody acts on people: below these paths, and in the squads whose jurisdiction they cover.

    A squad that reaches beyond is touched: its people may be read, not changed.
    """

    paths: tuple[str, ...]
    touched_squads: frozenset[str] = frozenset()
    whole_squads: frozenset[str] = frozenset()

    def covers(self, path: str) -> bool:
        return any(covers(own, path) for own in self.paths)

    def holds(self, post: Post) -> bool:
        """Whether the post may be changed from here."""
        if post.squad_code:
            return post.squad_code in self.whole_squads
        return post.grid_path is not None and self.covers(post.grid_path)

    def touches(self, post: Post) -> bool:
        """Whether the post may be seen from here."""
        return self.holds(post) or post.squad_code in self.touched_squads


def reach_over(paths: tuple[str, ...], county: str, squads: Mapping[str, Sequence[str]]) -> Reach:
    """The reach of posts over these paths. A squad without jurisdiction belongs to the county alone."""

    def inside(path: str) -> bool:
        return any(covers(own, path) for own in paths)

    jurisdictions = {code: list(parts) or [county] for code, parts in squads.items()}
    return Reach(
        paths,
        touched_squads=frozenset(code for code, parts in jurisdictions.items() if any(map(inside, parts))),
        whole_squads=frozenset(code for code, parts in jurisdictions.items() if all(map(inside, parts))),
    )


def grid_code_of(post: Post) -> str | None:
    return post.grid_path.rsplit("/", 1)[-1] if post.grid_path else None


def is_over(post: Post, today: date) -> bool:
    return post.ends_on is not None and post.ends_on < today


def is_present(person: Staff, day: date) -> bool:
    """Who has not left by this local day; the twin of `queries.present_on` for a row that is here."""
    return person.active and (person.left_on is None or person.left_on >= day)


def may_be_changed(posts: Sequence[Post], reach: Reach, today: date) -> bool:
    """Whether the person as such (name, phone, password, departure) may be changed from here.

    Everything they hold now or will hold must lie in reach; otherwise a town's administrator could take over the
    account of somebody whose other post reaches further. For whoever holds nothing any more, all they ever held.
    """
    current = [post for post in posts if not is_over(post, today)]
    return all(reach.holds(post) for post in current or posts)


# What is changed


@dataclass
class PostPlan:
    """What becomes of a person's posts. `dropped` had not begun; `ended` end yesterday, because history keeps them."""

    added: list[WantedPost] = field(default_factory=list)
    changed: list[tuple[Post, WantedPost]] = field(default_factory=list)
    dropped: list[Post] = field(default_factory=list)
    ended: list[Post] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.dropped or self.ended)


def plan_posts(own: Sequence[Post], wanted: Sequence[WantedPost]) -> PostPlan:
    """New posts and changes of those in `own` that `wanted` names; the others stay."""
    by_id = {post.id: post for post in own}
    plan = PostPlan()
    for want in wanted:
        post = by_id.get(want.id)
        if post is None:
            plan.added.append(want)
        elif _as_wanted(post) != want:
            plan.changed.append((post, want))
    return plan


def without_the_rest(plan: PostPlan, own: Sequence[Post], wanted: Sequence[WantedPost], today: date) -> PostPlan:
    """The plan, with those posts of `own` taken away that `wanted` does not name and that are not over."""
    named = {want.id for want in wanted}
    for post in own:
        if post.id not in named and not is_over(post, today):
            (plan.dropped if post.starts_on >= today else plan.ended).append(post)
    return plan


def _as_wanted(post: Post) -> WantedPost:
    return WantedPost(
        id=post.id,
        role=post.role,
        starts_on=post.starts_on,
        ends_on=post.ends_on,
        duty=post.duty,
        engagement=post.engagement,
        grid_code=grid_code_of(post),
        squad_code=post.squad_code,
        unit_code=post.unit_code,
    )


# What a post may name


def faults_of_new(want: WantedPost, places: Places, reach: Reach, today: date) -> Iterator[FieldError]:
    """Everything that is wrong with a new post; fields are named as in `WantedPost`."""
    yield from _faults_of_dates(want)
    yield from _faults_of_role(want)
    yield from _faults_of_place(want, places, reach, today)
    if want.unit_code and want.unit_code not in places.units:
        yield FieldError(
            "unit_code", Say("没有这个单位，请重新选择", "There is no such unit; choose another"), "unknown_unit"
        )


def faults_of_change(post: Post, want: WantedPost, places: Places, reach: Reach, today: date) -> Iterator[FieldError]:
    """What is wrong with a change. Role, place and first day of a post that has begun are history."""
    before = _as_wanted(post)
    for name in ("role", "grid_code", "squad_code", "starts_on"):
        if post.starts_on < today and getattr(before, name) != getattr(want, name):
            yield FieldError(
                name,
                Say(
                    "岗位已经开始，这一项不能再改；请写上结束日期，另加一个岗位",
                    "The post has begun and this can no longer change; give it a last day and add another post",
                ),
                "post_has_begun",
            )
            return
    same_place = (before.grid_code, before.squad_code, before.starts_on) == (
        want.grid_code,
        want.squad_code,
        want.starts_on,
    )
    shorter = want.ends_on is not None and (before.ends_on is None or want.ends_on <= before.ends_on)
    if same_place and (shorter or want.ends_on == before.ends_on):
        yield from _faults_of_dates(want)
        yield from _faults_of_role(want)
        if want.unit_code != before.unit_code and want.unit_code and want.unit_code not in places.units:
            yield from faults_of_new(want, places, reach, today)
        return
    yield from faults_of_new(want, places, reach, today)


def _faults_of_dates(want: WantedPost) -> Iterator[FieldError]:
    if want.ends_on and want.ends_on < want.starts_on:
        yield FieldError(
            "ends_on",
            Say("结束日期早于开始日期，请核对", "The last day is before the first; look at both"),
            "ends_before_start",
        )


def _faults_of_role(want: WantedPost) -> Iterator[FieldError]:
    """A squad's people need a squad and no grid, everybody else a grid and no squad; duties belong to grid teams."""
    needed, other = ("squad_code", "grid_code") if want.role in SQUAD_ROLES else ("grid_code", "squad_code")
    if not getattr(want, needed):
        yield FieldError(needed, _NEEDED[needed], "place_needed")
    if getattr(want, other):
        yield FieldError(other, _NOT_HERE[other], "place_not_here")
    if want.duty and want.duty not in DUTIES_OF_ROLE.get(want.role, frozenset()):
        yield FieldError(
            "duty",
            Say("这个岗位没有这项职责，请重新选择", "This role does not carry this duty; choose another"),
            "wrong_duty",
        )


_NEEDED = {
    "grid_code": Say("这个岗位要选网格", "This role needs a grid"),
    "squad_code": Say("这个岗位要选中队", "This role needs a squad"),
}
_NOT_HERE = {
    "grid_code": Say("中队岗位按中队辖区，不选网格，请去掉", "A squad's posts have no grid; leave it out"),
    "squad_code": Say("网格岗位不选中队，请去掉", "This role has no squad; leave it out"),
}


def _faults_of_place(want: WantedPost, places: Places, reach: Reach, today: date) -> Iterator[FieldError]:
    """What is not there and what lies out of reach read the same."""
    if want.squad_code and want.squad_code not in reach.whole_squads:
        yield FieldError(
            "squad_code",
            Say("没有这支中队，或不在你的管理范围内", "There is no such squad, or it is not yours to staff"),
            "unknown_squad",
        )
    if want.grid_code:
        span = span_on(places, want.grid_code, max(want.starts_on, today))
        if span is None or not reach.covers(span.path):
            yield _grid_fault(want, places, reach)
            return
        if want.role == Role.WORKER and span.level in WIDE_LEVELS:
            yield FieldError(
                "grid_code",
                Say(
                    "网格岗位要落到村（社区）或网格，请选下一级",
                    "A grid team works in a village or grid; choose one",
                ),
                "too_wide",
            )
        last = last_day_in_force(places, want.grid_code)
        if last and (want.ends_on is None or want.ends_on > last):
            yield FieldError(
                "ends_on",
                Say(
                    f"这个网格在 {last} 之后停用，请把结束日期写到这一天为止",
                    f"This grid ends after {last}; let the post end by that day",
                ),
                "grid_ends",
            )


def _grid_fault(want: WantedPost, places: Places, reach: Reach) -> FieldError:
    known = any(reach.covers(span.path) for span in places.grids.get(want.grid_code or "", ()))
    if known:
        return FieldError(
            "grid_code",
            Say(
                "这个网格在开始日期那天不在用（已停用或还没启用），请换网格或日期",
                "This grid is not in force on the first day; choose another grid or day",
            ),
            "grid_not_in_force",
        )
    return FieldError(
        "grid_code",
        Say("没有这个网格，或不在你的管理范围内", "There is no such grid, or it is not yours to staff"),
        "unknown_grid",
    )


def span_on(places: Places, code: str, day: date) -> GridSpan | None:
    """The version of the grid that is in force on a local day."""
    for span in places.grids.get(code, ()):
        if span.valid_from <= day and (span.valid_to is None or day < span.valid_to):
            return span
    return None


def last_day_in_force(places: Places, code: str) -> date | None:
    """The last local day of the grid, None while no end is known."""
    spans = places.grids.get(code, ())
    if not spans or any(span.valid_to is None for span in spans):
        return None
    return max(span.valid_to for span in spans if span.valid_to) - ONE_DAY


# What cannot be held twice


@dataclass(frozen=True)
class Holding:
    """What a post makes its person be, and when."""

    key: tuple[str, ...]
    starts_on: date
    ends_on: date | None

    def meets(self, other: "Holding") -> bool:
        return (
            self.key == other.key
            and (other.ends_on is None or self.starts_on <= other.ends_on)
            and (self.ends_on is None or other.starts_on <= self.ends_on)
        )


def holding(post: Post | WantedPost) -> Holding:
    """Two posts that meet are one too many: the same role and duty in one grid, or two places in one squad."""
    grid = post.grid_code if isinstance(post, WantedPost) else grid_code_of(post)
    if post.squad_code:
        key: tuple[str, ...] = ("squad", post.squad_code)
    else:
        key = (post.role.value, post.duty.value if post.duty else "", grid or "")
    return Holding(key, post.starts_on, post.ends_on)


def held_twice(wanted: Sequence[WantedPost], others: Iterable[Post]) -> set[int]:
    """Indices of the wanted posts that meet an earlier wanted one or one of the others."""
    taken = [holding(post) for post in others]
    twice = set()
    for index, want in enumerate(wanted):
        mine = holding(want)
        if any(mine.meets(held) for held in taken):
            twice.add(index)
        taken.append(mine)
    return twice


HELD_TWICE = Say(
    "同一时间在同一处的同一岗位只能有一个，请改日期或去掉一个",
    "The same post in the same place is held twice at once; change the dates or leave one out",
)
