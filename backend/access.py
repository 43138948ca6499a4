"""The one place where a request gets its actor. Every route names one of these dependencies, or is `Public`.

How a token becomes an actor is wired in `main.py` (`app.state.find_actor`); it runs in a short transaction of its own, so
that no database connection is held while a body arrives.
"""

import hashlib
from typing import Annotated

from fastapi import Depends, Request

from backend.clock import Now
from backend.errors import NotAllowed, NotSignedIn, Say
from backend.permissions import Actor, Permission

COOKIE = "suozi_session"


def token_hash(token: str) -> str:
    """What is kept of a session token: a stolen database opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()


async def signed_in(request: Request, at: Now) -> Actor:
    """The person behind the session cookie. Raises NotSignedIn."""
    token = request.cookies.get(COOKIE)
    if token:
        async with request.app.state.sessions.begin() as session:
            actor: Actor | None = await request.app.state.find_actor(session, token_hash(token), at)
        if actor:
            return actor
    raise NotSignedIn("not_signed_in", Say("登录已过期或还没有登录，请重新登录", "Please sign in (again)"))


class Allowed:
    """A dependency that gives the actor if any of their roles carries the permission. Raises NotAllowed otherwise.

    Whoever signed in with a one-time password has no function yet: NotSignedIn, for which a phone keeps what it has.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
        if actor.must_change_password:
            raise NotSignedIn(
                "password_change_needed",
                Say("请先把一次性密码换成自己的密码", "First replace the one-time password with one of your own"),
            )
        require(actor, self.permission)
        return actor


def require(actor: Actor, permission: Permission) -> None:
    """For a route that needs a second permission besides the one of its dependency. Raises NotAllowed."""
    if not actor.may(permission):
        raise NotAllowed("not_allowed", Say("你的岗位没有这项权限", "Your posts do not include this permission"))


def public() -> None:
    """Marks a route that anybody may call without signing in."""


Public = Depends(public)
SignedIn = Annotated[Actor, Depends(signed_in)]
Reporter = Annotated[Actor, Depends(Allowed(Permission.REPORT))]
Patroller = Annotated[Actor, Depends(Allowed(Permission.PATROL))]
TrackReader = Annotated[Actor, Depends(Allowed(Permission.SEE_TRACKS))]
CoverageReader = Annotated[Actor, Depends(Allowed(Permission.SEE_COVERAGE))]
ViewKeeper = Annotated[Actor, Depends(Allowed(Permission.KEEP_VIEWS))]
PatrolKeeper = Annotated[Actor, Depends(Allowed(Permission.MANAGE_PATROLS))]
Registrar = Annotated[Actor, Depends(Allowed(Permission.REGISTER))]
CaseReader = Annotated[Actor, Depends(Allowed(Permission.SEE_CASES))]
PastReader = Annotated[Actor, Depends(Allowed(Permission.SEE_PAST))]
CaseActor = Annotated[Actor, Depends(Allowed(Permission.ACT_ON_CASES))]
NetReader = Annotated[Actor, Depends(Allowed(Permission.SEE_NET))]
SquadReader = Annotated[Actor, Depends(Allowed(Permission.SEE_SQUADS))]
RoutingReader = Annotated[Actor, Depends(Allowed(Permission.SEE_ROUTING))]
EvidenceReader = Annotated[Actor, Depends(Allowed(Permission.SEE_EVIDENCE))]
EvidenceChecker = Annotated[Actor, Depends(Allowed(Permission.CHECK_EVIDENCE))]
ContactReader = Annotated[Actor, Depends(Allowed(Permission.SEE_CONTACTS))]
Exporter = Annotated[Actor, Depends(Allowed(Permission.EXPORT))]
StaffReader = Annotated[Actor, Depends(Allowed(Permission.SEE_STAFF))]
RotaReader = Annotated[Actor, Depends(Allowed(Permission.SEE_ROTA))]
RotaAsker = Annotated[Actor, Depends(Allowed(Permission.ASK_ROTA))]
NetKeeper = Annotated[Actor, Depends(Allowed(Permission.MANAGE_NET))]
StaffKeeper = Annotated[Actor, Depends(Allowed(Permission.MANAGE_STAFF))]
RotaKeeper = Annotated[Actor, Depends(Allowed(Permission.MANAGE_ROTA))]
CatalogueKeeper = Annotated[Actor, Depends(Allowed(Permission.MANAGE_CATALOGUE))]
RoutingKeeper = Annotated[Actor, Depends(Allowed(Permission.MANAGE_ROUTING))]
FigureReader = Annotated[Actor, Depends(Allowed(Permission.SEE_FIGURES))]
Assessor = Annotated[Actor, Depends(Allowed(Permission.ASSESS))]
AssessmentKeeper = Annotated[Actor, Depends(Allowed(Permission.MANAGE_ASSESSMENT))]
ChannelReader = Annotated[Actor, Depends(Allowed(Permission.SEE_CHANNELS))]
ChannelKeeper = Annotated[Actor, Depends(Allowed(Permission.MANAGE_CHANNELS))]
