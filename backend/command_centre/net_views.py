"""The net as people are shown it: rows of the database turned into the tree and the card."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy.ext.asyncio import AsyncSession

from backend.command_centre import net_queries as queries
from backend.command_centre.net_queries import GridRow, PostRow, paths_down_to
from backend.command_centre.net_schemas import (
    CardCase,
    CardGrid,
    CardPerson,
    CardSquad,
    GridCard,
    GridName,
    GridNode,
    GridPerson,
    GridVersion,
    NetTree,
)
from backend.errors import NotFound, Say
from backend.grids.models import Grid, GridKind
from backend.grids.queries import grid_names
from backend.permissions import Actor, Permission, covers
from backend.pinyin import first_letters
from backend.staff.duty import SquadDuty, why_off_duty
from backend.staff.models import SquadKind
from backend.staff.queries_duty import duty_of_squads

MOST_CASES = 20


async def tree(session: AsyncSession, actor: Actor, on: date) -> NetTree:
    """The whole net of a local day."""
    rows = await queries.grid_rows(session, actor.county, on)
    open_cases = _with_clusters(await queries.open_cases_by_path(session, actor), [row.grid for row in rows])
    people = await queries.people_by_path(session, actor, on) if actor.may(Permission.SEE_STAFF) else {}
    return NetTree(
        edition=max((row.grid.edition for row in rows), default=None),
        on=on,
        indicative=any(row.grid.indicative for row in rows),
        grids=[GridNode(**_node(row, open_cases[row.grid.path], people.get(row.grid.path, []))) for row in rows],
    )


async def card(session: AsyncSession, actor: Actor, code: str, on: date, *, at: datetime, language: str) -> GridCard:
    """All about one grid. Raises NotFound `no_such_grid`, also for a day on which the grid is not in force."""
    versions = await queries.versions_of(session, actor.county, code)
    row = next((row for row in versions if _holds(row.grid, on)), None)
    if row is None:
        raise _not_in_force([version.grid for version in versions])
    grid = row.grid
    paths = paths_down_to(grid.path)
    names = await grid_names(session, actor.county, grid.path.split("/"), on=on)
    covered = [grid.path, *await queries.member_paths(session, actor.county, grid, on)]
    count = await queries.open_count_at(session, actor, covered)
    sees_staff, sees_squads = actor.may(Permission.SEE_STAFF), actor.may(Permission.SEE_SQUADS)
    posts = await queries.posts_at(session, actor, on, paths) if sees_staff else []
    here = [
        GridPerson(id=staff.id, name=staff.name, duty=post.duty, role=post.role)
        for staff, post in posts
        if post.grid_path == grid.path
    ]
    return GridCard(
        on=on,
        grid=CardGrid(
            **_node(row, count, here),
            valid_from=grid.valid_from,
            valid_to=grid.valid_to,
            edition=grid.edition,
            indicative=grid.indicative,
            path=[GridName(code=above, name=names.get(above, above)) for above in grid.path.split("/")[:-1]],
        ),
        versions=[GridVersion.model_validate(version.grid, from_attributes=True) for version in versions],
        people=[_person(row, names) for row in posts if row.post.duty or row.post.grid_path == grid.path],
        squads=await _squads(session, actor, grid, names, at=at, language=language) if sees_squads else [],
        open_cases=[
            CardCase(
                id=case.id,
                code=case.code,
                matter_name=matter_name,
                status=case.status,
                starts_at=case.clock_started_at if case.due_at else None,
                warn_at=case.warn_at,
                due_at=case.due_at,
            )
            for case, matter_name in await queries.open_cases_at(session, actor, covered, limit=MOST_CASES)
        ],
        open_count=count,
    )


def _node(row: GridRow, open_cases: int, people: Sequence[GridPerson]) -> dict[str, object]:
    """The fields of a GridNode."""
    grid = row.grid
    return {
        "code": grid.code,
        "version": grid.version,
        "name": grid.name,
        "short_name": grid.short_name,
        "initials": initials_of(grid.name),
        "level": grid.level,
        "kind": grid.kind,
        "parent_code": grid.parent_code,
        "cluster_code": grid.cluster_code,
        "management_grade": grid.management_grade,
        "area_m2": grid.area_m2,
        "label_point": row.label_point,
        "bbox": row.bbox,
        "open_cases": open_cases,
        "people": people,
    }


def _with_clusters(open_cases: Counter[str], grids: Sequence[Grid]) -> Counter[str]:
    """A cluster is in nobody's path: it has the cases of its members."""
    clusters = {grid.code: grid.path for grid in grids if grid.kind == GridKind.CLUSTER}
    for grid in grids:
        if grid.cluster_code in clusters:
            open_cases[clusters[grid.cluster_code]] += open_cases[grid.path]
    return open_cases


def initials_of(name: str) -> str:
    """First letters of the name's pinyin, lower case; digits and Latin letters stay: 璜塘村第3网格 is `htcd3wg`."""
    return "".join(_initial(character) for character in name)


@cache
def _initial(character: str) -> str:
    # One character at a time, so that a net of thousands of names costs a few hundred look-ups.
    return "".join(first_letters(character)).lower()


def _holds(grid: Grid, on: date) -> bool:
    return grid.valid_from <= on and (grid.valid_to is None or on < grid.valid_to)


def _not_in_force(versions: Sequence[Grid]) -> NotFound:
    """Says from when to when there was such a grid, if ever."""
    absent = Say("没有这个网格", "There is no such grid")
    if not versions:
        return NotFound("no_such_grid", absent)
    first, last = versions[0].valid_from, versions[-1].valid_to
    until = Say(f"到 {last} 为止（不含当天）", f"until {last} (excluded)") if last else Say("起", "on")
    return NotFound(
        "no_such_grid",
        Say(
            f"这一天没有这个网格，它自 {first} {until.zh}",
            f"No such grid on that day; it is there from {first} {until.en}",
        ),
        valid_from=first.isoformat(),
        valid_to=last.isoformat() if last else None,
    )


def _person(row: PostRow, names: Mapping[str, str]) -> CardPerson:
    staff, post = row
    assert post.grid_path is not None
    held_at = post.grid_path.rsplit("/", 1)[-1]
    return CardPerson(
        id=staff.id,
        name=staff.name,
        phone_masked=f"{staff.phone[:3]}****{staff.phone[-4:]}",
        role=post.role,
        duty=post.duty,
        engagement=post.engagement,
        since=post.starts_on,
        held_at=GridName(code=held_at, name=names.get(held_at, held_at)),
    )


async def _squads(
    session: AsyncSession, actor: Actor, grid: Grid, names: Mapping[str, str], *, at: datetime, language: str
) -> list[CardSquad]:
    """Squads responsible for the grid, those on duty now first."""
    found = [
        _squad(squad, grid.path, names, language)
        for squad in await duty_of_squads(session, actor.county, at, grid_path=grid.path)
        if squad.has_jurisdiction
    ]
    return sorted(found, key=lambda squad: (not squad.on_duty, squad.kind != SquadKind.ALL_ROUND, squad.code))


def _squad(squad: SquadDuty, grid_path: str, names: Mapping[str, str], language: str) -> CardSquad:
    """Why it is here: its innermost jurisdiction over the grid; and, off duty, why that is."""
    path = max((path for path in squad.jurisdiction if covers(path, grid_path)), key=len)
    top = path.rsplit("/", 1)[-1]
    why = Say(f"辖区：{names.get(top, top)}", f"Jurisdiction: {names.get(top, top)}").in_language(language)
    off = why_off_duty(squad)
    if off:
        why += Say("；", "; ").in_language(language) + off.in_language(language)
    return CardSquad(
        code=squad.code, name=squad.name, kind=squad.kind, on_duty=squad.on_duty, until=squad.on_until, why=why
    )
