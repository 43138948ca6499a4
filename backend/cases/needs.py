"""What a step needs to be told, and how a person is asked for what is missing."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.lifecycle import REASONS
from backend.cases.models import Case
from backend.cases.schemas import ActionIn
from backend.cases.terms import Ask, Need, Photos, Step
from backend.errors import Malformed, Say
from backend.matters.models import Matter
from backend.matters.queries import matter_of

LONGEST_WAIT = timedelta(days=366)

# The field in which each is given, and how it is asked for.
ASKED_IN: dict[Ask, tuple[str, Say]] = {
    Ask.SQUAD: ("squad", Say("请选择队伍", "Choose the squad")),
    Ask.SQUADS: ("squads", Say("请选择要叫来的队伍", "Choose the squads to call")),
    Ask.MATTER: ("matter", Say("请选择事项", "Choose the matter")),
    Ask.CASE: ("into", Say("请选择要并入的案件", "Choose the case to merge into")),
    Ask.DAY: ("until_day", Say("请选择恢复办理的日期", "Choose the day of resuming")),
    Ask.MOMENT: ("until", Say("请选择最晚时间", "Choose the time by which it must be")),
    Ask.REASON: ("reason", Say("请选择原因", "Choose the reason")),
}


async def require_needs(session: AsyncSession, case: Case, step: Step, content: ActionIn, at: datetime) -> None:
    """Raises Malformed naming the field that is missing, superfluous or wrong."""
    if step.words == Need.REQUIRED and not content.words:
        raise Malformed.at(
            "words",
            "words_needed",
            Say(f"「{step.label.zh}」要写一句说明", f"“{step.label.en}” needs a sentence of explanation"),
        )
    for ask in sorted(step.asks):
        field, sentence = ASKED_IN[ask]
        if not getattr(content, field):
            raise Malformed.at(field, f"{field}_needed", sentence)
    if content.reason and content.reason not in REASONS.get(step.action, {}):
        raise Malformed.at(
            "reason", "unknown_reason", Say("没有这个原因，请重新选择", "There is no such reason; choose another")
        )
    if Ask.MOMENT in step.asks and content.until:
        _require_soon(content.until, at)
    await _require_photos(session, case, step, content)


def _require_soon(until: datetime, at: datetime) -> None:
    if until <= at:
        raise Malformed.at(
            "until", "not_in_future", Say("最晚时间已经过了，请重新选择", "That time is past; choose a later one")
        )
    if until > at + LONGEST_WAIT:
        raise Malformed.at(
            "until", "not_in_range", Say("最晚时间要在一年之内", "The time must lie within a year from now")
        )


async def _require_photos(session: AsyncSession, case: Case, step: Step, content: ActionIn) -> None:
    if step.photos == Photos.NONE and content.photos:
        raise Malformed.at(
            "photos", "no_photos_here", Say(f"「{step.label.zh}」不带照片", f"“{step.label.en}” takes no photos")
        )
    if step.photos == Photos.AS_MATTER_ASKS:
        matter = await matter_of(session, case.county, case.catalogue_version, case.matter_code)
        require_photos("photos", len(content.photos), matter.photos_after_min, matter)


def require_photos(field: str, given: int, needed: int, matter: Matter) -> None:
    """Raises Malformed if the matter asks for more photos than were given."""
    if given < needed:
        raise Malformed.at(
            field,
            "photos_needed",
            Say(
                f"「{matter.name}」至少要 {needed} 张照片，请补拍",
                f"“{matter.name}” needs at least {needed} photo(s); take more",
            ),
            needed=needed,
        )
