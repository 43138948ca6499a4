"""Open work and its handing over as the administrator is shown them, with a warning for every place left empty."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries_handover as queries
from backend.cases.handover import HandedOver, person_leaving
from backend.cases.queries_handover import CaseInHand, PostHolder
from backend.cases.schemas_handover import (
    DepartureOut,
    OpenCase,
    OpenCases,
    OpenPost,
    OpenSwap,
    OpenTurn,
    OpenWork,
    PostHandedOver,
)
from backend.clock import local_date
from backend.errors import Say
from backend.permissions import Actor, Role
from backend.staff.models import DutySwap, Post
from backend.staff.people_posts import grid_code_of, is_over
from backend.staff.people_views import shown_posts
from backend.staff.people_words import post_words
from backend.staff.queries import squad_names
from backend.staff.queries_people import grid_names_ever
from backend.staff.queries_rota import names_of
from backend.staff.rota import ONE_DAY


async def open_work(session: AsyncSession, actor: Actor, person_id: UUID, at: datetime, language: str) -> OpenWork:
    """All that must find new hands if the person left today. Raises what `person_leaving` does."""
    today = local_date(at)
    _person, posts = await person_leaving(session, actor, person_id, today)
    current = [post for post in posts if not is_over(post, today)]
    beside = await queries.holders_beside(session, current, today + ONE_DAY)
    squads = await squad_names(session, actor.county)
    shown = await shown_posts(session, actor, current)
    return OpenWork(
        posts=[
            OpenPost(**out.model_dump(), colleagues=_colleagues(post, beside))
            for post, out in zip(current, shown, strict=True)
        ],
        cases=OpenCases(
            handling=[_case(row) for row in await queries.cases_handled_by(session, actor.county, person_id)],
            reported=[_case(row) for row in await queries.cases_reported_by(session, actor.county, person_id)],
        ),
        turns=[
            OpenTurn(
                squad_code=turn.squad_code,
                squad_name=squads[turn.squad_code],
                on_day=turn.on_day,
                starts=turn.starts,
            )
            for turn in await queries.turns_after(session, actor.county, person_id, today - ONE_DAY)
        ],
        swaps=await _swaps(session, actor.county, person_id, today),
        warnings=[w.in_language(language) for w in await _warnings(session, actor.county, current, beside)],
    )


async def handed_over(session: AsyncSession, done: HandedOver, last_day: date, language: str) -> DepartureOut:
    """What one departure has moved, and which places it has left empty."""
    county = done.person.county
    empty = [post for post in done.posts if done.successors[post.id] is None]
    beside = await queries.holders_beside(session, empty, last_day + ONE_DAY)
    places = await _place_names(session, county, done.posts)
    return DepartureOut(
        last_day=last_day,
        left_on=done.person.left_on,
        posts=[
            PostHandedOver(
                post_id=post.id,
                place_name=places[post.id],
                to_name=heir.name if (heir := done.successors[post.id]) else None,
            )
            for post in done.posts
        ],
        cases=done.case_codes,
        cases_to_name=done.cases_to.name if done.cases_to else None,
        turns_taken=done.turns_taken,
        turns_freed=done.turns_freed,
        swaps_withdrawn=done.swaps_withdrawn,
        warnings=[w.in_language(language) for w in await _warnings(session, county, empty, beside)],
    )


async def _warnings(
    session: AsyncSession, county: str, posts: Sequence[Post], beside: Sequence[PostHolder]
) -> list[Say]:
    """One sentence for every post whose place nobody else covers in this way, the worst first: nobody at all."""
    names = await _place_names(session, county, posts)
    deserted: list[Say] = []
    thinner: list[Say] = []
    for post in posts:
        place, called = names[post.id], post_words(post.role, post.duty)
        if post.role == Role.WORKER and not any(h.grid_path == post.grid_path and h.role == post.role for h in beside):
            deserted.append(Say(f"{place}将没有任何网格队伍的人", f"{place} will have nobody of a grid team at all"))
        elif _colleagues(post, beside) == 0:
            thinner.append(Say(f"{place}将没有{called.zh}", f"{place} will have no {called.en}"))
    return list(dict.fromkeys(deserted)) + list(dict.fromkeys(thinner))


def _colleagues(post: Post, beside: Sequence[PostHolder]) -> int:
    """How many others hold the same role and duty in the same place."""
    same = {
        holder.staff_id
        for holder in beside
        if (holder.role, holder.duty, holder.grid_path, holder.squad_code)
        == (post.role, post.duty, post.grid_path, post.squad_code)
    }
    return len(same)


async def _place_names(session: AsyncSession, county: str, posts: Sequence[Post]) -> dict[UUID, str]:
    grids = await grid_names_ever(session, county, {code for post in posts if (code := grid_code_of(post))})
    squads = await squad_names(session, county)
    return {post.id: squads.get(post.squad_code or "") or grids.get(grid_code_of(post) or "", "") for post in posts}


async def _swaps(session: AsyncSession, county: str, person_id: UUID, today: date) -> list[OpenSwap]:
    found = await queries.open_swaps_after(session, county, person_id, today - ONE_DAY)
    names = await names_of(session, county, {side for swap in found for side in (swap.asker_id, swap.taker_id)})
    return [_swap(swap, names) for swap in found]


def _swap(swap: DutySwap, names: dict[UUID, str]) -> OpenSwap:
    return OpenSwap(
        id=swap.id,
        squad_code=swap.squad_code,
        asker_name=names[swap.asker_id],
        taker_name=names[swap.taker_id],
        day=swap.asker_day,
        status=swap.status,
    )


def _case(row: CaseInHand) -> OpenCase:
    return OpenCase(
        id=row.case.id,
        code=row.case.code,
        matter_name=row.matter_name,
        status=row.case.status,
        grid_name=row.grid_name,
        squad_code=row.case.squad_code,
        squad_name=row.squad_name,
        due_at=row.case.due_at,
    )
