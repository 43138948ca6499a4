"""What is wrong with a draft beyond what its operations refuse by themselves, in words and with the place to look at.

That the grids tile is not asked here: no operation gives a net that does not, and the database proves it again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from shapely import Polygon
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Say
from backend.grids import refusals
from backend.grids.models import GridKind, NetDraft
from backend.grids.net import Net, NetGrid, as_multi
from backend.grids.queries_drafts import grids_changed_after
from backend.grids.replay import Replayed
from backend.grids.schemas import GridProblem
from geo.geodesy import area_m2

# Less than this beyond the parent is the rounding of coordinates.
LEAST_BEYOND_M2 = 1.0
NAMED = 5


@dataclass(frozen=True)
class Fault:
    """An error keeps the draft from being published; a warning is for its author to judge."""

    kind: str
    severity: Literal["error", "warning"]
    sentence: Say
    what_to_do: Say
    codes: tuple[str, ...] = ()
    area_m2: float | None = None
    place: BaseGeometry | None = None


def as_problem(fault: Fault, language: str) -> GridProblem:
    return GridProblem(
        kind=fault.kind,
        severity=fault.severity,
        codes=list(fault.codes),
        area_m2=fault.area_m2,
        sentence=fault.sentence.in_language(language),
        what_to_do=fault.what_to_do.in_language(language),
        place=mapping(fault.place) if fault.place is not None else None,
    )


def faults_of(replayed: Replayed) -> Iterator[Fault]:
    """Whatever follows from the draft and the newest net alone."""
    if replayed.refused:
        number, problem = replayed.refused.number, replayed.refused.problem
        yield Fault(
            "step_refused",
            "error",
            refusals.in_steps(problem, number),
            Say(f"撤销到第 {number - 1} 步，再按现在的网格重做", f"Go back to step {number - 1} and do the rest anew"),
        )
    touched = set(replayed.difference.codes)
    for grid in replayed.after.grids.values():
        if grid.kind == GridKind.EXCLUSIVE and touched & {grid.code, grid.parent_code}:
            yield from _beyond_parent(replayed.after, grid)
        if grid.code in touched and grid.code in replayed.after.children:
            yield from _opened_gaps(replayed.before.grids.get(grid.code), grid)


def _beyond_parent(net: Net, grid: NetGrid) -> Iterator[Fault]:
    """An exclusive grid that a moved border has left partly outside its village or town."""
    parent = net.grids.get(grid.parent_code or "")
    if parent is None or parent.shape is None or grid.shape is None:
        return
    beyond = grid.shape.difference(parent.shape)
    beyond_m2 = round(area_m2(beyond), 1)
    if beyond_m2 >= LEAST_BEYOND_M2:
        yield Fault(
            "outside_parent",
            "error",
            Say(
                f"专属网格{grid.name}有 {beyond_m2:,.0f} 平方米在{parent.name}外面",
                f"{beyond_m2:,.0f} m² of the exclusive grid {grid.name} lie outside {parent.name}",
            ),
            Say(
                "取消这个专属网格后重画，或把边界改回来",
                "End this exclusive grid and draw it anew, or move the border back",
            ),
            (grid.code, parent.code),
            beyond_m2,
            beyond,
        )


def _opened_gaps(before: NetGrid | None, parent: NetGrid) -> Iterator[Fault]:
    """Holes in a parent that were not there before: ground that no imported grid covers."""
    known = {hole.normalize().wkb for hole in _holes(before)}
    for hole in _holes(parent):
        if hole.normalize().wkb not in known:
            hole_m2 = round(area_m2(hole), 1)
            yield Fault(
                "gap",
                "warning",
                Say(
                    f"{parent.name}中间有 {hole_m2:,.0f} 平方米不属于任何网格",
                    f"{hole_m2:,.0f} m² within {parent.name} belong to no grid",
                ),
                Say("确认这里确实不在网格内，否则补上", "Make sure that this is meant, or fill it"),
                (parent.code,),
                hole_m2,
                hole,
            )


def _holes(grid: NetGrid | None) -> list[Polygon]:
    if grid is None or grid.shape is None:
        return []
    return [Polygon(ring) for part in as_multi(grid.shape).geoms for ring in part.interiors]


async def faults_since(session: AsyncSession, draft: NetDraft, replayed: Replayed) -> list[Fault]:
    """A warning when an edition published since the draft was last looked at changed the same grids."""
    named = await changed_meanwhile(session, draft, replayed)
    if not named:
        return []
    names = "、".join(name for _code, name in named[:NAMED])
    return [
        Fault(
            "net_changed",
            "warning",
            Say(f"别人的调整已改动了这些网格：{names}", f"Somebody else's redraw has changed these grids: {names}"),
            Say(
                "草案已按新的网格重做，请核对后点「已核对，可以发布」",
                "The draft was redone on the new net; look at it, confirm that you did, then publish",
            ),
            tuple(code for code, _name in named),
        )
    ]


async def changed_meanwhile(session: AsyncSession, draft: NetDraft, replayed: Replayed) -> Sequence[tuple[str, str]]:
    """(code, name) of grids that this draft changes, and that an edition published since it was last looked at changed too.

    Parents are left out: what they become follows from their parts.
    """
    own = [code for code in replayed.difference.codes if code not in replayed.after.children]
    return await grids_changed_after(session, draft.county, own, draft.base_edition)
