"""What a draft would touch, put together for the wire."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from backend.grids.models import NetDraft
from backend.grids.replay import Replayed
from backend.permissions import Actor
from backend.redraw import queries
from backend.redraw.moves import Ground, Moves, code_of, moves_of
from backend.redraw.schemas import (
    ChangedCounts,
    Heir,
    Impact,
    Succession,
    TouchedCase,
    TouchedCases,
    TouchedPost,
    TouchedSquad,
)

LISTED_CASES = 50


async def impact(session: AsyncSession, actor: Actor, draft: NetDraft, replayed: Replayed) -> Impact:
    moves = await asyncio.to_thread(moves_of, replayed)
    change = replayed.difference
    return Impact(
        effective_on=draft.effective_on,
        grids=ChangedCounts(added=len(change.added), changed=len(change.changed), ended=len(change.ended)),
        successors=_successors(replayed, moves),
        open_cases=await _open_cases(session, actor, replayed, moves),
        posts=await _posts(session, draft, moves),
        squads=await _squads(session, draft, moves),
        rules=[],
    )


def _successors(replayed: Replayed, moves: Moves) -> list[Succession]:
    return [
        Succession(
            code=code,
            name=replayed.before.grids[code].name,
            into=[Heir(code=heir, name=replayed.after.grids[heir].name, share=share) for heir, share in into],
        )
        for code, into in sorted(moves.successors.items())
    ]


async def _open_cases(session: AsyncSession, actor: Actor, replayed: Replayed, moves: Moves) -> TouchedCases:
    placed = await queries.open_cases_in(session, actor, moves.reshaped)
    ground = Ground(replayed.after)
    touched = []
    for found in placed:
        case = found.case
        path = ground.new_path(case.grid_path, found.place, on_border=case.on_border)
        if path != case.grid_path:
            touched.append(
                TouchedCase(
                    id=case.id,
                    code=case.code,
                    matter_name=found.matter_name,
                    grid_code=code_of(case.grid_path),
                    new_grid_code=code_of(path),
                )
            )
    return TouchedCases(count=len(touched), list=touched[:LISTED_CASES])


async def _posts(session: AsyncSession, draft: NetDraft, moves: Moves) -> list[TouchedPost]:
    return [
        TouchedPost(
            staff_id=post.staff_id,
            name=name,
            role=post.role,
            duty=post.duty,
            grid_code=code_of(post.grid_path or ""),
            new_grid_codes=[code_of(path) for path in moves.paths[post.grid_path or ""]],
        )
        for post, name in await queries.posts_at(session, draft.county, moves.paths.keys(), draft.effective_on)
    ]


async def _squads(session: AsyncSession, draft: NetDraft, moves: Moves) -> list[TouchedSquad]:
    return [
        TouchedSquad(
            code=each.squad_code,
            name=name,
            grid_code=code_of(each.grid_path),
            new_grid_codes=[code_of(path) for path in moves.paths[each.grid_path]],
        )
        for each, name in await queries.jurisdictions_at(session, draft.county, moves.paths.keys())
    ]
