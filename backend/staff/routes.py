"""Signing in and out, and who I am."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import COOKIE, Public, SignedIn, token_hash
from backend.clock import Now
from backend.database import Session
from backend.grids.queries import grid_names
from backend.permissions import ROLE_PERMISSIONS, SQUAD_ROLES, Actor, Role
from backend.problems import render
from backend.staff import actions, queries
from backend.staff.rota import shift_end
from backend.staff.schemas import Me, MySquad, PostOut, SignInRequest

router = APIRouter(prefix="/api", tags=["staff"])


@router.post("/session", dependencies=[Public], response_model=Me)
async def sign_in(
    body: SignInRequest, request: Request, response: Response, session: Session, at: Now
) -> Me | Response:
    """Sign in with phone and password; sets the session cookie."""
    staff = await actions.check_credentials(
        session, request.app.state.password_checks, phone=body.phone, password=body.password, at=at
    )
    if staff is None:
        # Answered, not raised: the counted failure must be committed.
        return render(request, actions.wrong_credentials())
    settings = request.app.state.settings
    token = await actions.open_sign_in(session, staff=staff, at=at, days=settings.session_days)
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_days * 86400,
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookie,
        path="/",
    )
    actor = await queries.actor_of_token(session, token_hash(token), at)
    assert actor is not None
    return await _me(session, actor, at)


@router.delete("/session", status_code=204, dependencies=[Public])
async def sign_out(request: Request, response: Response, session: Session) -> None:
    """End this session; harmless when there is none."""
    token = request.cookies.get(COOKIE)
    if token:
        await actions.close_sign_in(session, token=token)
    response.delete_cookie(COOKIE, path="/")


@router.get("/me")
async def me(actor: SignedIn, session: Session, at: Now) -> Me:
    """My posts, my squad and its duty, and what my roles let me do."""
    return await _me(session, actor, at)


async def _me(session: AsyncSession, actor: Actor, at: datetime) -> Me:
    staff = await queries.staff_of(session, actor)
    posts = await queries.posts_held(session, actor.county, actor.staff_id, at)
    units = await queries.unit_names(session, actor.county)
    names = await grid_names(session, actor.county, [_code(p.grid_path) for p in posts if p.grid_path] + [actor.county])
    return Me(
        id=staff.id,
        county=actor.county,
        county_name=names.get(actor.county, actor.county),
        name=staff.name,
        phone_masked=f"{staff.phone[:3]}****{staff.phone[-4:]}",
        roles=sorted(actor.roles),
        permissions=sorted({p for role in actor.roles for p in ROLE_PERMISSIONS[role]}),
        posts=[
            PostOut(
                role=post.role,
                duty=post.duty,
                grid_code=_code(post.grid_path) if post.grid_path else None,
                grid_name=names.get(_code(post.grid_path)) if post.grid_path else None,
                squad_code=post.squad_code,
                unit_name=units.get(post.unit_code) if post.unit_code else None,
            )
            for post in posts
        ],
        squad=await _my_squad(session, actor, at),
        server_time=at,
    )


async def _my_squad(session: AsyncSession, actor: Actor, at: datetime) -> MySquad | None:
    post = next((p for p in actor.posts if p.squad_code and p.role in SQUAD_ROLES), None)
    if post is None or post.squad_code is None:
        return None
    names = await queries.squad_names(session, actor.county)
    shifts = await queries.shifts_by_squad(session, actor.county)
    ends_at = shift_end(shifts.get(post.squad_code, []), at)
    return MySquad(
        code=post.squad_code,
        name=names[post.squad_code],
        leads=post.role == Role.SQUAD_LEADER,
        on_duty=ends_at is not None,
        off_duty_at=ends_at,
    )


def _code(grid_path: str) -> str:
    return grid_path.rsplit("/", 1)[-1]
