"""The job worker and the one table from job name to function. Jobs may run twice, so each is idempotent."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import UUID

from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend import jobs
from backend.assessment.refreshing import counties_to_refresh, refresh
from backend.cases import escalating
from backend.cases.effects_command import RESUME
from backend.cases.evidence import STEP_JOB
from backend.cases.marks import marked_photo
from backend.cases.notices import TELL_RESIDENTS
from backend.cases.photo_parts import sweep_parts
from backend.cases.resuming import resume_case
from backend.clock import utc_now
from backend.command_centre.exports import actions as exports
from backend.database import make_engine, make_sessions
from backend.flags.actions import flag_photo, flag_step, remember_look
from backend.live import feed
from backend.notifications import climbing, delivering, telling
from backend.notifications.channels.words import Subject
from backend.notifications.forgetting import forget_told
from backend.notifications.outside import Outside, outside_of
from backend.patrols import deriving, forgetting, repacking
from backend.patrols.patrolling import end_after_shift
from backend.photos.derivatives import ensure_derivatives
from backend.photos.intake import PhotoChildren
from backend.redraw import actions as redraw
from backend.residents.forgetting import forget_contacts
from backend.residents.telling import tell_residents
from backend.settings import Settings
from backend.storage import open_store

log = logging.getLogger(__name__)

Sessions = async_sessionmaker[AsyncSession]
Clock = Callable[[], datetime]
BEGIN_AGAIN_S = 2.0


async def derive_photo(
    store: ObjectStore,
    children: PhotoChildren,
    sessions: Sessions,
    clock: Clock,
    *,
    county: str,
    sha256: str,
    case_id: str | None = None,
    event_id: str | None = None,
) -> None:
    """Everything that follows a photo's arrival. Jobs from before marks were written name no case."""
    await ensure_derivatives(store, children, county, sha256)
    if case_id is None or event_id is None:
        return
    case, event = UUID(case_id), UUID(event_id)
    async with sessions() as session:
        await marked_photo(session, store, children, county=county, case_id=case, sha256=sha256)
    async with sessions() as session, session.begin():
        await remember_look(session, store, children, county=county, sha256=sha256, at=clock())
    async with sessions() as session, session.begin():
        await flag_photo(session, county=county, case_id=case, event_id=event, sha256=sha256, at=clock())


async def look_at_step(
    sessions: Sessions, clock: Clock, *, county: str, case_id: str, event_id: str, sent_at: str | None
) -> None:
    async with sessions() as session, session.begin():
        await flag_step(
            session,
            county=county,
            case_id=UUID(case_id),
            event_id=UUID(event_id),
            sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
            at=clock(),
        )


async def sweep_live_feed(sessions: Sessions) -> None:
    async with sessions() as session, session.begin():
        await feed.sweep(session, utc_now())


async def settle_redraw(sessions: Sessions, *, county: str, on: str) -> None:
    async with sessions() as session, session.begin():
        await redraw.settle(session, county, on=date.fromisoformat(on), at=utc_now())


async def resume_suspended(sessions: Sessions, clock: Clock, *, county: str, case_id: str) -> None:
    async with sessions() as session, session.begin():
        await resume_case(session, county, UUID(case_id), clock())


async def forget_residents(sessions: Sessions, kept_days: int, clock: Clock) -> None:
    async with sessions() as session, session.begin():
        await forget_contacts(session, kept_days=kept_days, at=clock())


async def sweep_unfinished_photos(sessions: Sessions, clock: Clock) -> None:
    async with sessions() as session, session.begin():
        await sweep_parts(session, clock())


async def press_cases(sessions: Sessions, clock: Clock) -> None:
    """Every case in a short transaction of its own; one that fails is tried again in a minute and keeps no other back."""
    async with sessions() as session:
        found = await escalating.cases_to_press(session, clock())
    for county, case_id in found:
        try:
            async with sessions() as session, session.begin():
                await escalating.press_case(session, county, case_id, clock())
        except Exception:  # whatever is wrong with this case, the others are pressed
            log.exception("case %s of county %s could not be pressed", case_id, county)


async def derive_staff_days(sessions: Sessions, clock: Clock) -> None:
    """Each day in a transaction of its own; one that cannot be worked out keeps no other back and is tried again."""
    async with sessions() as session:
        due = await deriving.days_due(session, clock())
    for wanted in due:
        try:
            async with sessions() as session, session.begin():
                await deriving.derive_wanted(session, wanted, clock())
        except Exception:  # whatever is wrong with this day, the others are worked out
            log.exception("the day %s of county %s could not be worked out", wanted.on_day, wanted.county)


async def work_out_figures(sessions: Sessions) -> None:
    """Batch by batch, each in a transaction of its own, until nothing is left or somebody else is at it."""
    async with sessions() as session:
        counties = await counties_to_refresh(session)
    for county in counties:
        while True:
            async with sessions() as session, session.begin():
                if not await refresh(session, county):
                    break


async def end_patrols(sessions: Sessions, clock: Clock) -> None:
    async with sessions() as session, session.begin():
        await end_after_shift(session, clock())


async def pack_loose_fixes(sessions: Sessions, clock: Clock) -> None:
    async with sessions() as session:
        found = await repacking.loose_rows(session, clock())
    for loose in found:
        async with sessions() as session, session.begin():
            await repacking.pack_loose(session, loose, clock())


async def forget_tracks(sessions: Sessions, clock: Clock) -> None:
    """Each county in a transaction of its own, with a row that proves what is gone."""
    async with sessions() as session:
        counties = await forgetting.counties_with_tracks(session)
    for county in counties:
        async with sessions() as session, session.begin():
            await forgetting.forget_tracks(session, county, clock())
            await deriving.want_by_present_rules(session, county, clock())
    async with sessions() as session, session.begin():
        await forgetting.keep_months(session, clock())


async def make_export(store: ObjectStore, sessions: Sessions, clock: Clock, *, county: str, export_id: str) -> None:
    await exports.make_export(sessions, store, county, UUID(export_id), clock())


async def sweep_exports(store: ObjectStore, sessions: Sessions, clock: Clock) -> None:
    await exports.sweep_exports(sessions, store, clock())


async def deliver_notices(sessions: Sessions, outside: Outside, clock: Clock, *, county: str) -> None:
    await delivering.deliver_county(sessions, outside, clock, county)


async def deliver_all(sessions: Sessions, outside: Outside, clock: Clock) -> None:
    """Whatever a worker that died, quiet hours or a service that asked to wait have left in the queue."""
    async with sessions() as session:
        counties = await delivering.counties_due(session, clock())
    for county in counties:
        await delivering.deliver_county(sessions, outside, clock, county)


async def tell_the_next(sessions: Sessions, clock: Clock, *, county: str, notice_id: str) -> None:
    async with sessions() as session, session.begin():
        await climbing.climb(session, county, UUID(notice_id), clock())


async def tell_all_next(sessions: Sessions, clock: Clock) -> None:
    """Each notice in a transaction of its own; one that fails keeps no other back."""
    async with sessions() as session:
        due = await climbing.notices_due(session, clock())
    for county, notice_id in due:
        try:
            await tell_the_next(sessions, clock, county=county, notice_id=str(notice_id))
        except Exception:  # whatever is wrong with this one, the others are told
            log.exception("notice %s of county %s could not be taken further", notice_id, county)


async def tell_residents_of(
    sessions: Sessions, outside: Outside, clock: Clock, *, county: str, case_id: str, cause_id: str, subject: str
) -> None:
    async with sessions() as session, session.begin():
        await tell_residents(
            session,
            outside,
            county=county,
            case_id=UUID(case_id),
            cause_id=UUID(cause_id),
            subject=Subject(subject),
            at=clock(),
        )


async def forget_notices(sessions: Sessions, clock: Clock) -> None:
    async with sessions() as session, session.begin():
        await forget_told(session, clock())


def job_table(
    store: ObjectStore, children: PhotoChildren, sessions: Sessions, outside: Outside, clock: Clock = utc_now
) -> dict[str, jobs.Job]:
    """From the name under which a job is deferred to what it does."""
    return {
        "photos.derive": partial(derive_photo, store, children, sessions, clock),
        STEP_JOB: partial(look_at_step, sessions, clock),
        redraw.SETTLE: partial(settle_redraw, sessions),
        RESUME: partial(resume_suspended, sessions, clock),
        exports.MAKE: partial(make_export, store, sessions, clock),
        telling.DELIVER: partial(deliver_notices, sessions, outside, clock),
        TELL_RESIDENTS: partial(tell_residents_of, sessions, outside, clock),
        telling.CLIMB: partial(tell_the_next, sessions, clock),
    }


async def work(settings: Settings, sessions: Sessions, store: ObjectStore) -> None:
    """Work until cancelled. When the database goes away, begin again as soon as it is back."""
    children = PhotoChildren()
    try:
        while True:
            try:
                await _work_once(settings, sessions, store, children)
            except Exception as error:  # noqa: BLE001 -- the worker loop outlives whatever ended one round
                log.warning("the worker begins again: %s: %s", type(error).__name__, error)
            await asyncio.sleep(BEGIN_AGAIN_S)
    finally:
        await children.close()


async def _work_once(settings: Settings, sessions: Sessions, store: ObjectStore, children: PhotoChildren) -> None:
    outside = outside_of(settings)
    app = jobs.build_worker(settings.conninfo, job_table(store, children, sessions, outside))
    jobs.every(app, "live.sweep", "17 * * * *", partial(sweep_live_feed, sessions))
    jobs.every(app, "cases.escalate", "* * * * *", partial(press_cases, sessions, utc_now))
    jobs.every(
        app, "residents.forget", "41 19 * * *", partial(forget_residents, sessions, settings.contact_days, utc_now)
    )
    jobs.every(app, "notices.deliver", "* * * * *", partial(deliver_all, sessions, outside, utc_now))
    jobs.every(app, "notices.tell_next", "* * * * *", partial(tell_all_next, sessions, utc_now))
    jobs.every(app, "notices.forget", "29 18 * * *", partial(forget_notices, sessions, utc_now))
    jobs.every(app, "cases.sweep_parts", "23 18 * * *", partial(sweep_unfinished_photos, sessions, utc_now))
    jobs.every(app, "patrols.end", "* * * * *", partial(end_patrols, sessions, utc_now))
    jobs.every(app, "patrols.derive", "* * * * *", partial(derive_staff_days, sessions, utc_now))
    jobs.every(app, "assessment.work_out", "* * * * *", partial(work_out_figures, sessions))
    jobs.every(app, "patrols.pack", "47 * * * *", partial(pack_loose_fixes, sessions, utc_now))
    jobs.every(app, "patrols.forget", "11 18 * * *", partial(forget_tracks, sessions, utc_now))
    jobs.every(app, "exports.sweep", "7 * * * *", partial(sweep_exports, store, sessions, utc_now))
    jobs.every(app, "jobs.retry_stalled", "* * * * *", partial(jobs.retry_stalled, app))
    async with app.open_async():
        await jobs.run_worker(app)


async def _work_until_told(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    task = asyncio.create_task(work(settings, make_sessions(engine), open_store(settings.photo_store)))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await engine.dispose()


def run(settings: Settings) -> None:
    """The worker as a process of its own; returns on SIGINT or SIGTERM."""
    asyncio.run(_work_until_told(settings))
