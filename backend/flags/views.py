"""The flags of a case as a reader may see them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries as cases
from backend.cases.schemas import CaseLink
from backend.errors import NotAllowed, Say
from backend.flags.models import EvidenceFlag
from backend.flags.queries import checks_of, flags_of
from backend.flags.schemas import CheckOut, EvidenceFlags, FlagOut
from backend.flags.words import words_of
from backend.permissions import Actor, Permission, covers


async def flags_for(session: AsyncSession, actor: Actor, case_id: UUID, *, language: str) -> EvidenceFlags:
    """The flags of a case whose evidence the actor judges. Raises NotFound, and NotAllowed where the actor sees the case by
    another post only."""
    case = await cases.case_for(session, actor, case_id)
    if not any(covers(path, case.grid_path) for path in actor.paths_for(Permission.SEE_EVIDENCE)):
        raise NotAllowed(
            "not_allowed", Say("核实提示只供核查和指挥中心查看", "Flags are for inspectors and operators of the place")
        )
    flags = await flags_of(session, case.county, case.id)
    links = await _links(session, actor, flags)
    checks = await checks_of(session, case.county, [flag.id for flag in flags])
    return EvidenceFlags(
        items=[_out(flag, links.get(flag.other_case_id), checks.get(flag.id, []), language) for flag in flags]
    )


async def _links(session: AsyncSession, actor: Actor, flags: Sequence[EvidenceFlag]) -> dict[UUID | None, CaseLink]:
    others = {flag.other_case_id for flag in flags if flag.other_case_id}
    visible = await cases.visible_ids(session, actor, others)
    codes = await cases.case_codes(session, actor.county, visible)
    return {case_id: CaseLink(id=case_id, code=code) for case_id, code in codes.items()}


def _out(flag: EvidenceFlag, link: CaseLink | None, checks: list[CheckOut], language: str) -> FlagOut:
    is_own = flag.other_case_id == flag.case_id
    return FlagOut(
        id=flag.id,
        kind=flag.kind,
        words=words_of(flag.kind, flag.facts, _called(link, is_own=is_own)).in_language(language),
        event_id=flag.event_id,
        sha256=flag.sha256,
        other_sha256=flag.facts.get("sha256") if link else None,
        case=None if is_own else link,
        found_at=flag.found_at,
        checks=checks,
    )


def _called(link: CaseLink | None, *, is_own: bool) -> Say:
    if is_own:
        return Say("本案处理之前", "this case before it was handled")
    return Say(f"案件 {link.code} ", f"case {link.code}") if link else Say("另一个案件", "another case")
