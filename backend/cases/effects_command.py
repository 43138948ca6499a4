"""What the actions of the command centre do: time granted and refused, orders, setting right, ending, reopening."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases import queries
from backend.cases.effects import Taken, close, hand_again, intake_limits
from backend.cases.holding import end_everything, free, handling_limit, written
from backend.cases.models import Case
from backend.cases.terms import ENDED_STATUSES, STATUS_WORDS
from backend.clock import local_date
from backend.dispatch.models import AssignmentEnd
from backend.errors import Conflict, Malformed, NotFound, Say
from backend.jobs import defer
from backend.matters.queries import choose_matter
from backend.staff.rota import midnight

RESUME = "cases.resume"
LONGEST_SUSPENSION = timedelta(days=366)


async def ask_extension(_session: AsyncSession, taken: Taken) -> None:
    taken.case.extension_asked_by = taken.actor.staff_id


async def grant_extension(session: AsyncSession, taken: Taken) -> None:
    """The limit once more on top of what is left."""
    case = taken.case
    case.extension_asked_by = None
    case.extension_count += 1
    taken.content["limit"] = written(await handling_limit(session, case, taken.at))


async def refuse_extension(_session: AsyncSession, taken: Taken) -> None:
    taken.case.extension_asked_by = None


async def ask_suspension(_session: AsyncSession, taken: Taken) -> None:
    day = taken.action.until_day
    today = local_date(taken.at)
    assert day  # the step asks for it
    if not today < day <= today + LONGEST_SUSPENSION:
        raise Malformed.at(
            "until_day",
            "not_in_range",
            Say("恢复日期要在明天到一年之内", "The day of resuming must lie between tomorrow and a year from now"),
        )
    taken.case.suspension_asked_by = taken.actor.staff_id
    taken.case.resume_on = day
    taken.content["until_day"] = day.isoformat()


async def grant_suspension(session: AsyncSession, taken: Taken) -> None:
    case = taken.case
    case.suspension_asked_by = None
    case.suspension_count += 1
    assert case.resume_on  # whoever asked named the day
    taken.content["until_day"] = case.resume_on.isoformat()
    await defer(session, RESUME, due_at=midnight(case.resume_on), county=case.county, case_id=str(case.id))


async def refuse_suspension(_session: AsyncSession, taken: Taken) -> None:
    taken.case.suspension_asked_by = None
    taken.case.resume_on = None


async def resume(_session: AsyncSession, taken: Taken) -> None:
    taken.case.resume_on = None


async def supervise(_session: AsyncSession, taken: Taken) -> None:
    assert taken.action.until  # the step asks for it
    taken.case.reply_by = taken.action.until
    taken.content["until"] = taken.action.until.isoformat()


async def reply_supervision(_session: AsyncSession, taken: Taken) -> None:
    taken.case.reply_by = None


async def recategorise(session: AsyncSession, taken: Taken) -> None:
    """Another matter or filing condition of the catalogue in force; the handling clock keeps its start."""
    case, action = taken.case, taken.action
    chosen = await choose_matter(session, case.county, taken.at, action.matter or "", action.condition)
    taken.content["from_matter"] = {"matter": case.matter_code, "condition": case.condition_code}
    case.catalogue_version = chosen.matter.catalogue_version
    case.matter_code = chosen.matter.code
    case.condition_code = chosen.condition.code
    case.severity = chosen.condition.severity
    taken.content["to_matter"] = {"matter": case.matter_code, "condition": case.condition_code}
    taken.content["limit"] = written(await handling_limit(session, case, case.clock_started_at or taken.at))


async def merge(session: AsyncSession, taken: Taken) -> None:
    """Into the other case: its clock, its squad, its end. The reporters of this one follow the other."""
    case = taken.case
    try:
        into = await queries.case_for(session, taken.actor, taken.action.into or case.id, lock=True)
    except NotFound:
        raise Malformed.at(
            "into", "unknown_case", Say("没有要并入的案件，或它不在你的范围内", "There is no such case to merge into")
        ) from None
    if into.id == case.id:
        raise Malformed.at("into", "same_case", Say("不能并到自己", "A case cannot be merged into itself"))
    if into.status in ENDED_STATUSES:
        raise Conflict(
            "target_ended",
            Say(
                f"要并入的案件已经是「{STATUS_WORDS[into.status].zh}」，请选还在办的案件",
                f"The other case is “{STATUS_WORDS[into.status].en}” already; choose one that is open",
            ),
        )
    await end_everything(session, case, end=AssignmentEnd.MERGED, at=taken.at)
    free(case)
    case.merged_into = into.id
    case.merged_from = case.status
    # Those merged into this one before go along, so that nobody has to follow a chain.
    for child in await session.scalars(
        select(Case).where(col(Case.county) == case.county, col(Case.merged_into) == case.id).with_for_update(of=Case)
    ):
        child.merged_into = into.id
    taken.content["into"] = str(into.id)


async def unmerge(session: AsyncSession, taken: Taken) -> None:
    """Back to where it was; what was in a squad's hands by then is dispatched anew."""
    case = taken.case
    taken.content["from_case"] = str(case.merged_into)
    case.merged_into = None
    case.merged_from = None
    taken.content.update(await intake_limits(session, case.county, taken.step.target or case.status))


async def ask_void(_session: AsyncSession, taken: Taken) -> None:
    taken.case.void_asked_by = taken.actor.staff_id


async def confirm_void(session: AsyncSession, taken: Taken) -> None:
    taken.content["asked_by"] = str(taken.case.void_asked_by)
    await _end(session, taken)


async def refuse_void(_session: AsyncSession, taken: Taken) -> None:
    taken.case.void_asked_by = None


async def decline(session: AsyncSession, taken: Taken) -> None:
    await _end(session, taken)


async def _end(session: AsyncSession, taken: Taken) -> None:
    await end_everything(session, taken.case, end=AssignmentEnd.ENDED, at=taken.at)
    taken.case.closed_at = taken.at


async def force_close(session: AsyncSession, taken: Taken) -> None:
    await end_everything(session, taken.case, end=AssignmentEnd.ENDED, at=taken.at)
    close(taken.case, taken.at)


async def reopen(session: AsyncSession, taken: Taken) -> None:
    """Back to whoever handled it, whose first clock goes on; with nobody, as after settling on the spot, it is dispatched."""
    reopen_marks(taken.case)
    taken.content.update(await hand_again(session, taken.case, taken.step.target, at=taken.at))


def reopen_marks(case: Case) -> None:
    case.reopened_count += 1
    case.closed_at = None
    case.answer_until = None
