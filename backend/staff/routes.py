"""Signing in and out, and who I am."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import COOKIE, Public, SignedIn, token_hash
from backend.clock import Now, local_date
from backend.database import Session
from backend.grids.queries import grid_names
from backend.language import Language
from backend.permissions import ROLE_PERMISSIONS, Actor
from backend.problems import render
from backend.staff import actions, queries
from backend.staff.phones import masked
from backend.staff.rota_views import my_squad
from backend.staff.schemas import Me, PasswordChange, PostOut, SignInRequest

router = APIRouter(prefix="/api", tags=["staff"])


@router.post("/session", dependencies=[Public], response_model=Me)
async def sign_in(
    body: SignInRequest, request: Request, response: Response, session: Session, at: Now, language: Language
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
    return await _me(request, session, actor, at, language)


@router.delete("/session", status_code=204, dependencies=[Public])
async def sign_out(request: Request, response: Response, session: Session) -> None:
    """End this session; harmless when there is none."""
    token = request.cookies.get(COOKIE)
    if token:
        await actions.close_sign_in(session, token=token)
    response.delete_cookie(COOKIE, path="/")


@router.get("/me")
async def me(actor: SignedIn, request: Request, session: Session, at: Now, language: Language) -> Me:
    """My posts, my squad and its duty, and what my roles let me do."""
    return await _me(request, session, actor, at, language)


@router.put("/me/password", response_model=Me)
async def change_password(
    body: PasswordChange, actor: SignedIn, request: Request, session: Session, at: Now, language: Language
) -> Me | Response:
    """Choose a password of one's own. Signs one out everywhere else."""
    changed = await actions.change_password(
        session,
        request.app.state.password_checks,
        actor=actor,
        old=body.old,
        new=body.new,
        token=request.cookies[COOKIE],
        at=at,
    )
    if not changed:
        # Answered, not raised: the counted failure must be committed.
        return render(request, actions.wrong_old_password())
    return await _me(request, session, actor, at, language)


async def _me(request: Request, session: AsyncSession, actor: Actor, at: datetime, language: str) -> Me:
    staff = await queries.staff_of(session, actor)
    posts = await queries.posts_held(session, actor.county, actor.staff_id, at)
    units = await queries.unit_names(session, actor.county)
    codes = [_code(p.grid_path) for p in posts if p.grid_path] + [actor.county]
    names = await grid_names(session, actor.county, codes, on=local_date(at))
    return Me(
        id=staff.id,
        county=actor.county,
        county_name=names.get(actor.county, actor.county),
        name=staff.name,
        phone_masked=masked(staff.phone),
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
        squad=await my_squad(session, actor, at, language),
        must_change_password=staff.must_change_password,
        send_originals=request.app.state.settings.want_originals,
        server_time=at,
    )


def _code(grid_path: str) -> str:
    return grid_path.rsplit("/", 1)[-1]
