"""The job queue's one doorway (procrastinate on PostgreSQL): deferring in the caller's own transaction, and running.

A job deferred here exists if and only if the transaction commits. Which function a name stands for is in `worker.py`.
Jobs may run twice (after a crash), so each must be idempotent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import procrastinate
from procrastinate import PsycopgConnector, RetryStrategy
from sqlalchemy.ext.asyncio import AsyncSession

from backend.database import raw_connection

log = logging.getLogger(__name__)

QUEUE = "suozi"
STALLED_AFTER_S = 60
Job = Callable[..., Awaitable[None]]

# Deferring needs no open connection of its own: the caller's is used.
_doorway = procrastinate.App(connector=PsycopgConnector())


class Interrupted(Exception):  # noqa: N818 -- says what happened
    """The worker was stopped while the job ran; it goes back into the queue."""


async def defer(session: AsyncSession, name: str, *, due_at: datetime | None = None, **arguments: Any) -> None:
    """Put a job into the queue as part of the session's transaction; it runs at once, or not before `due_at`."""
    connection = await raw_connection(session)
    task = _doorway.configure_task(name, queue=QUEUE, connection=connection, schedule_at=due_at)
    await task.defer_async(**arguments)


def build_worker(conninfo: str, jobs: dict[str, Job]) -> procrastinate.App:
    """An app that runs these jobs (name to function)."""
    app = procrastinate.App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=3))
    for name, function in jobs.items():
        app.task(name=name, queue=QUEUE, retry=RetryStrategy(max_attempts=5, exponential_wait=4))(_requeued(function))
    return app


def every(app: procrastinate.App, name: str, cron: str, function: Callable[[], Awaitable[None]]) -> None:
    """Run `function` by this cron line, once however many workers there are."""

    async def on_time(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate passes it by name
        await function()

    task = app.task(name=name, queue=QUEUE, queueing_lock=name)(on_time)
    app.periodic(cron=cron, periodic_id=name)(task)


async def run_worker(app: procrastinate.App) -> None:
    """Work until cancelled; the caller has opened the app."""
    await app.run_worker_async(
        queues=[QUEUE], concurrency=4, install_signal_handlers=False, shutdown_graceful_timeout=5, name="suozi"
    )


async def retry_stalled(app: procrastinate.App) -> None:
    """Give jobs whose worker died back to the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        log.warning("job %s stalled and is tried again", job.id)
        await app.job_manager.retry_job(job)


def _requeued(function: Job) -> Job:
    async def run(**arguments: Any) -> None:
        try:
            await function(**arguments)
        except asyncio.CancelledError:
            # procrastinate would mark a cancelled job as aborted and never retry it.
            raise Interrupted from None

    return run
