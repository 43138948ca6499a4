"""Notices as people are shown them: their own list, and how far a notice about a case has come."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.models import CaseEvent
from backend.cases.queries_notices import Reach, Told
from backend.cases.queries_rows import CaseRow, case_rows
from backend.cases.schemas import MatterBrief, SquadBrief
from backend.cases.schemas_notices import DeliveryOut, NoticeCase, NoticeOut, ReachOut, ReceiverOut
from backend.notifications.kinds import KIND_WORDS, TO_ACT_ON, WHY_WORDS, Channel, DeliveryState
from backend.notifications.models import Delivery, Notice
from backend.notifications.reasons import reason_words
from backend.permissions import Actor, Permission
from backend.staff.queries import squad_names
from backend.staff.queries_rota import names_of


async def notices_out(session: AsyncSession, actor: Actor, told: Sequence[Told], language: str) -> list[NoticeOut]:
    """A person's own list. The cases must be visible to them."""
    rows = {row.case.id: row for row in await case_rows(session, actor.county, [one.notice.case_id for one in told])}
    squads = await squad_names(session, actor.county)
    people = {one for each in told for one in (each.notice.by, each.notice.settled_by) if one}
    names = await names_of(session, actor.county, people)
    return [
        NoticeOut(
            id=notice.id,
            kind=notice.kind,
            words=KIND_WORDS[notice.kind].in_language(language),
            why=WHY_WORDS[mine.why].in_language(language),
            said=_said(event, language),
            case=_case(rows[notice.case_id]),
            severity=notice.severity,
            rings=notice.rings,
            to_act_on=notice.kind in TO_ACT_ON,
            from_name=names.get(notice.by) if notice.by else None,
            squad=_squad(notice, squads),
            at=mine.at,
            seen_at=mine.seen_at,
            acted_at=mine.acted_at,
            settled_at=notice.settled_at,
            settled_by=names.get(notice.settled_by) if notice.settled_by else None,
        )
        for mine, notice, event in told
    ]


def _said(event: CaseEvent | None, language: str) -> str:
    """A reminder is written in both languages, what a person says in theirs."""
    if event is None:
        return ""
    return str(event.content.get("words_en", event.words)) if language == "en" else event.words


def _case(row: CaseRow) -> NoticeCase:
    return NoticeCase(
        id=row.case.id,
        code=row.case.code,
        status=row.case.status,
        matter=MatterBrief(
            code=row.matter.code, name=row.matter.name, icon=row.matter.icon, major_name=row.matter.major_name
        ),
        grid_name=row.grid_name,
        village_name=row.village_name,
        warn_at=row.case.warn_at,
        due_at=row.case.due_at,
    )


def _squad(notice: Notice, squads: dict[str, str]) -> SquadBrief | None:
    code = notice.squad_code
    return SquadBrief(code=code, name=squads.get(code, code)) if code else None


async def reach_out(session: AsyncSession, actor: Actor, reached: Sequence[Reach], language: str) -> list[ReachOut]:
    """How far each notice has come; by name for the squad it went to and for the command centre."""
    squads = await squad_names(session, actor.county)
    people = {one.staff_id for each in reached for one in each.notifications}
    people |= {each.notice.settled_by for each in reached if each.notice.settled_by}
    names = await names_of(session, actor.county, people)
    return [_reach(actor, one, squads, names, language) for one in reached]


def _reach(actor: Actor, reached: Reach, squads: dict[str, str], names: dict[UUID, str], language: str) -> ReachOut:
    notice, told, sent = reached
    by_name = actor.may(Permission.SEE_SQUADS) or notice.squad_code in actor.squad_codes
    seen = [one.seen_at for one in told if one.seen_at]
    return ReachOut(
        id=notice.id,
        kind=notice.kind,
        words=KIND_WORDS[notice.kind].in_language(language),
        squad=_squad(notice, squads),
        at=notice.at,
        told=len(told),
        delivered=sum(one.delivered_at is not None for one in told),
        seen=len(seen),
        first_seen_at=min(seen, default=None),
        settled_at=notice.settled_at,
        settled_by=names.get(notice.settled_by) if notice.settled_by else None,
        next_step_at=notice.next_step_at,
        receivers=[
            ReceiverOut(
                name=names.get(one.staff_id, ""),
                why=WHY_WORDS[one.why].in_language(language),
                delivered_at=one.delivered_at,
                seen_at=one.seen_at,
                acted_at=one.acted_at,
                deliveries=[_delivery(d, language) for d in sent if d.staff_id == one.staff_id],
            )
            for one in told
            if by_name
        ],
        groups=[_delivery(d, language) for d in sent if d.channel == Channel.ROBOT and by_name],
    )


def _delivery(row: Delivery, language: str) -> DeliveryOut:
    return DeliveryOut(
        channel=row.channel,
        state=row.state,
        round=row.round,
        at=_since(row),
        reason=row.reason,
        reason_words=reason_words(row.reason).in_language(language),
    )


def _since(row: Delivery) -> datetime:
    if row.state == DeliveryState.QUEUED:
        return row.send_at
    return row.acted_at or row.seen_at or row.delivered_at or row.sent_at or row.send_at
