"""Every write about rule sets: keep a draft, put it away, publish it. A published set is never changed again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.dispatch import queries_rules
from backend.dispatch.models import RuleSet, RuleSetStatus
from backend.dispatch.queries import rule_set_in_force, rules_of
from backend.dispatch.rule_checks import out_of_reach, rule_faults
from backend.dispatch.rule_schemas import RuleDraftIn, RuleIn
from backend.errors import Conflict, Malformed, NotFound, Say
from backend.permissions import Actor


async def put_draft(
    session: AsyncSession, *, actor: Actor, draft_id: UUID, content: RuleDraftIn, at: datetime
) -> tuple[RuleSet, bool]:
    """Begin a draft, or put other rules into it; the same again changes nothing. True if it is new.

    Raises Malformed naming each field at fault, Conflict `stale_draft` (`version`) and `draft_closed`, and NotFound for one
    that was seen (`version` above 0) and is gone.
    """
    faults = rule_faults(content.rules, await queries_rules.known_to_rules(session, actor.county, at))
    if faults:
        raise Malformed.listing(faults)
    rules = [rule.model_dump(mode="json") for rule in sorted(content.rules, key=lambda rule: rule.priority)]
    draft = await session.get(RuleSet, (actor.county, draft_id), with_for_update=True)
    if draft is None:
        if content.version:
            raise _gone()
        draft = RuleSet(
            county=actor.county,
            id=draft_id,
            title=content.title,
            status=RuleSetStatus.DRAFT,
            base=content.base,
            author_id=actor.staff_id,
            author_name=actor.name,
            updated_at=at,
            rules=rules,
        )
        session.add(draft)
        await session.flush()
        return draft, True
    _require_open(draft)
    if (draft.title, draft.base, draft.rules) != (content.title, content.base, rules):
        _require_version(draft, content.version)
        draft.title, draft.base, draft.rules = content.title, content.base, rules
        draft.version += 1
        draft.author_id, draft.author_name, draft.updated_at = actor.staff_id, actor.name, at
        await session.flush()
    return draft, False


async def draft_of(session: AsyncSession, actor: Actor, draft_id: UUID, *, lock: bool = False) -> RuleSet:
    """A draft of the actor's county; they are shared by all who may keep rules. Raises NotFound, Conflict `draft_closed`."""
    draft = await session.get(RuleSet, (actor.county, draft_id), with_for_update=lock or None)
    if draft is None:
        raise _gone()
    _require_open(draft)
    return draft


async def discard_draft(session: AsyncSession, *, actor: Actor, draft_id: UUID) -> None:
    """Put a draft away for good. Raises NotFound, Conflict `draft_closed`."""
    await session.delete(await draft_of(session, actor, draft_id, lock=True))
    await session.flush()


async def publish_draft(session: AsyncSession, *, actor: Actor, draft_id: UUID, version: int, at: datetime) -> RuleSet:
    """Put the draft in force from now on; the set that was in force is kept with its time.

    Raises NotFound, Conflict (`draft_closed`, `stale_draft`, `newer_rules`, `rules_beyond_your_scope`), and Malformed when
    something that the rules name has gone since they were saved.
    """
    present = await rule_set_in_force(session, actor.county, lock=True)
    draft = await draft_of(session, actor, draft_id, lock=True)
    _require_version(draft, version)
    number = present.number or 0 if present else 0
    if draft.base != number:
        raise Conflict(
            "newer_rules",
            Say(
                f"第 {number} 版规则已在你之后发布，请先看过现行规则再保存、发布",
                f"Set {number} was published after you began; look at the rules in force, save again, then publish",
            ),
            number=number,
        )
    rules = rules_of(draft)
    known = await queries_rules.known_to_rules(session, actor.county, at)
    faults = rule_faults(rules, known)
    if faults:
        raise Malformed.listing(faults)
    inside = await queries_rules.within_reach(session, actor, known, at)
    _require_in_reach(out_of_reach(rules_of(present) if present else [], rules, inside))
    if present:
        present.status, present.in_force_to = RuleSetStatus.REPLACED, at
        await session.flush()
    draft.number = 1 + (await _last_number(session, actor.county))
    draft.status, draft.in_force_from, draft.updated_at = RuleSetStatus.IN_FORCE, at, at
    draft.author_id, draft.author_name = actor.staff_id, actor.name
    await session.flush()
    return draft


async def _last_number(session: AsyncSession, county: str) -> int:
    return await session.scalar(select(func.max(col(RuleSet.number))).where(col(RuleSet.county) == county)) or 0


def _gone() -> NotFound:
    return NotFound("no_such_draft", Say("没有这份草案，可能已被删除", "There is no such draft; it may be gone"))


def _require_open(draft: RuleSet) -> None:
    if draft.status != RuleSetStatus.DRAFT:
        raise Conflict(
            "draft_closed",
            Say("这份草案已经发布，请新建一份", "This draft has been published; begin another one"),
            draft_status=draft.status.value,
        )


def _require_version(draft: RuleSet, version: int) -> None:
    if version != draft.version:
        raise Conflict(
            "stale_draft",
            Say(
                "草案在你打开之后已被改动，请看最新内容再操作",
                "The draft has changed since you opened it; look at it again first",
            ),
            version=draft.version,
        )


def _require_in_reach(beyond: Sequence[RuleIn]) -> None:
    if beyond:
        zh, en = "、".join(f"「{r.name}」" for r in beyond), ", ".join(f"“{r.name}”" for r in beyond)
        raise Conflict(
            "rules_beyond_your_scope",
            Say(
                f"{zh}管到你的辖区以外，只能由全县的操作员或管理员发布",
                f"These reach beyond your scope, and only the county's own people may publish them: {en}",
            ),
            rules=[rule.code for rule in beyond],
        )
