"""What a case is to its guards, and an actor to a case: the facts on which `deciding.py` decides."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries_rows
from backend.cases.models import Case, ReportSource
from backend.cases.queries_rows import CaseColumns
from backend.cases.terms import CaseFacts, ClockKind, Handlers, Part, Standing, Status
from backend.matters.queries import matter_of
from backend.permissions import SQUAD_ROLES, Actor, Role, covers

SAMPLE_EVERY = 10


async def facts_and_standing(
    session: AsyncSession, actor: Actor, case: Case, at: datetime
) -> tuple[CaseFacts, Standing]:
    """Both, for one case whose row is held."""
    handlers = (await queries_rows.handlers_of(session, case.county, [case.id]))[case.id]
    matter = await matter_of(session, case.county, case.catalogue_version, case.matter_code)
    return facts_of(case, handlers, at, review_needed=matter.review_needed), standing_of(actor, case, handlers)


def facts_of(case: Case | CaseColumns, handlers: Handlers, at: datetime, *, review_needed: bool) -> CaseFacts:
    return CaseFacts(
        status=case.status,
        severity=case.severity,
        from_staff=case.source == ReportSource.STAFF,
        sampled=is_sampled(case.id),
        held=case.squad_code is not None or case.grid_duty is not None,
        merged_from=case.merged_from,
        filed=case.filed_at is not None,
        tier=case.tier,
        overdue=case.clock_kind == ClockKind.HANDLE and case.due_at is not None and case.due_at < at,
        on_site=handlers.on_site,
        review_needed=review_needed,
        extension_count=case.extension_count,
        suspension_count=case.suspension_count,
        reopened_count=case.reopened_count,
        extension_asked=case.extension_asked_by is not None,
        suspension_asked=case.suspension_asked_by is not None,
        void_asked_by=case.void_asked_by,
        supervised=case.reply_by is not None,
        open_parts=len(handlers.parts),
        answerable=(
            case.status == Status.CLOSED
            and case.satisfaction is None
            and case.answer_until is not None
            and at < case.answer_until
        ),
    )


def is_sampled(case_id: UUID) -> bool:
    """One in ten of what was settled on the spot is inspected. The server chose the id, so nobody can choose the draw."""
    return case_id.int % SAMPLE_EVERY == 0


def standing_of(actor: Actor, case: Case | CaseColumns, handlers: Handlers) -> Standing:
    own = set(actor.squad_codes)
    grid = actor.roles_at(case.grid_path) - SQUAD_ROLES
    return Standing(
        grid=grid,
        lead=_roles_holding(actor, case),
        side=_squad_roles(actor, {code for code, _ in handlers.parts}),
        local=_local_roles(actor, case.grid_path),
        has_handled=(
            actor.staff_id in handlers.staff_ids
            or bool(handlers.squad_codes & own)
            or (handlers.by_grid_team and Role.WORKER in grid)
        ),
        has_accepted=actor.staff_id in handlers.acceptor_ids,
        part=own_part(actor, handlers),
        staff_id=actor.staff_id,
    )


def own_part(actor: Actor, handlers: Handlers) -> Part | None:
    """How far the actor's squad is with its part, if it has one that is open."""
    return next((state for code, state in handlers.parts if code in actor.squad_codes), None)


def _roles_holding(actor: Actor, case: Case | CaseColumns) -> frozenset[Role]:
    if case.squad_code:
        return _squad_roles(actor, {case.squad_code})
    return frozenset(
        post.role
        for post in actor.posts
        if case.grid_duty and post.duty == case.grid_duty and post.grid_path and covers(post.grid_path, case.grid_path)
    )


def _squad_roles(actor: Actor, squad_codes: set[str]) -> frozenset[Role]:
    return frozenset(post.role for post in actor.posts if post.squad_code in squad_codes)


def _local_roles(actor: Actor, grid_path: str) -> frozenset[Role]:
    if not any(covers(path, grid_path) for path in actor.jurisdiction_paths):
        return frozenset()
    return frozenset(post.role for post in actor.posts if post.squad_code)
