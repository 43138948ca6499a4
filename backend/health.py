"""Whether this server can do its work: database and job worker."""

from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.access import Public
from backend.settings import VERSION

router = APIRouter(prefix="/api", tags=["health"])

WORKER_SILENT_AFTER = timedelta(seconds=60)


class Health(BaseModel):
    status: Literal["ready", "not_ready"]
    version: str
    database: Literal["ready", "not_ready"]
    worker: Literal["ready", "not_ready"]


@router.get("/health", dependencies=[Public], responses={503: {"model": Health}})
async def health(request: Request, response: Response) -> Health:
    """200 when the database answers and a job worker has been heard of within a minute; 503 before."""
    database, worker = await _look(request)
    ready = database and worker
    response.status_code = 200 if ready else 503
    response.headers["Cache-Control"] = "no-store"
    return Health(
        status="ready" if ready else "not_ready",
        version=VERSION,
        database="ready" if database else "not_ready",
        worker="ready" if worker else "not_ready",
    )


async def _look(request: Request) -> tuple[bool, bool]:
    try:
        async with request.app.state.sessions() as session:
            heard = await session.scalar(
                text("SELECT max(last_heartbeat) > now() - :silent FROM procrastinate_workers"),
                {"silent": WORKER_SILENT_AFTER},
            )
    except (SQLAlchemyError, OSError):
        return False, False
    return True, bool(heard)
