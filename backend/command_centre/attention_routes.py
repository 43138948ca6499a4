"""Somebody looks after an emergency: the other desks of the place stop ringing. Nothing is kept of it but the message."""

from uuid import UUID

from fastapi import APIRouter

from backend.access import Registrar
from backend.cases.queries import case_for
from backend.clock import Now
from backend.database import Session
from backend.live.feed import publish
from backend.permissions import Audience

router = APIRouter(prefix="/api", tags=["command centre"])


@router.put("/cases/{case_id}/attention", status_code=204)
async def put_attention(case_id: UUID, actor: Registrar, session: Session, at: Now) -> None:
    """Say that I have opened this case. Desks hear `attention` and ring for it no longer."""
    case = await case_for(session, actor, case_id)
    await publish(
        session,
        county=case.county,
        kind="attention",
        case_id=case.id,
        body={"case_id": str(case.id), "by": actor.name},
        audience=Audience(case.grid_path, (), ()),
        at=at,
    )
