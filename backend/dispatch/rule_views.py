"""Rule sets, their warnings and rehearsals in the reader's words."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import local_date
from backend.dispatch import queries_rules
from backend.dispatch.models import RuleSet, RuleSetStatus
from backend.dispatch.queries import rules_of
from backend.dispatch.rehearsal import DUTY, NOBODY, SHORTFALLS, Changed, Rehearsal
from backend.dispatch.rule_checks import Known, Warned, differences, out_of_reach, rule_warnings
from backend.dispatch.rule_schemas import (
    CheckedOut,
    HolderOut,
    Move,
    RehearsalOut,
    RehearsedCase,
    RuleSetOut,
    RuleSetsOut,
    RuleWarning,
)
from backend.errors import Say
from backend.grids.queries import grid_names
from backend.permissions import Actor, Permission
from backend.staff.models import Duty
from backend.staff.people_words import DUTY_WORDS


def rule_set_out(kept: RuleSet) -> RuleSetOut:
    facts = kept.model_dump(exclude={"county", "author_id", "rules"})
    return RuleSetOut(**facts, rules=rules_of(kept))


async def rule_sets_out(session: AsyncSession, actor: Actor, at: datetime) -> RuleSetsOut:
    """All that the county has, with the names of what the rules name. Drafts are for those who may keep rules."""
    may_edit = actor.may(Permission.MANAGE_ROUTING)
    sets = [rule_set_out(kept) for kept in await queries_rules.rule_sets(session, actor.county)]
    known = await queries_rules.known_to_rules(session, actor.county, at)
    named = {code for kept in sets for rule in kept.rules for code in rule.grids}
    return RuleSetsOut(
        may_edit=may_edit,
        in_force=next((s for s in sets if s.status == RuleSetStatus.IN_FORCE), None),
        drafts=[s for s in sets if s.status == RuleSetStatus.DRAFT] if may_edit else [],
        history=[s for s in sets if s.status == RuleSetStatus.REPLACED],
        places={code: known.grid_names[code] for code in sorted(named) if code in known.grid_names},
        squads={squad.code: squad.name for squad in known.squads},
        units=dict(known.units),
    )


async def checked_out(
    session: AsyncSession, actor: Actor, draft: RuleSet, present: RuleSet | None, at: datetime, language: str
) -> CheckedOut:
    known = await queries_rules.known_to_rules(session, actor.county, at)
    before, rules = rules_of(present) if present else [], rules_of(draft)
    inside = await queries_rules.within_reach(session, actor, known, at)
    added, removed, changed = differences(before, rules)
    return CheckedOut(
        version=draft.version,
        warnings=[_warning(warned, language) for warned in rule_warnings(rules, known)],
        added=added,
        removed=removed,
        changed=changed,
        out_of_scope=[rule.name for rule in out_of_reach(before, rules, inside)],
        outdated=draft.base != ((present.number or 0) if present else 0),
    )


def _warning(warned: Warned, language: str) -> RuleWarning:
    return RuleWarning(
        rule_code=warned.rule_code, kind=warned.kind, by=warned.by, sentence=warned.sentence.in_language(language)
    )


async def rehearsal_out(
    session: AsyncSession, found: Rehearsal, known: Known, county: str, *, at: datetime, seconds: float, language: str
) -> RehearsalOut:
    listed = [*found.changed, *found.nobody, *(c for examples in found.examples.values() for c in examples)]
    names = await grid_names(session, county, {c.case.grid_code for c in listed}, on=local_date(at))

    def cases(changed: Iterable[Changed]) -> list[RehearsedCase]:
        return [_rehearsed(c, names, language) for c in changed]

    moves = sorted(found.moves.items(), key=lambda move: (move[0][0] == move[0][1], -move[1], move[0]))
    return RehearsalOut(
        cases=found.cases,
        changed_cases=sum(n for (old, new), n in moves if old != new),
        as_it_was=found.as_it_was,
        nobody_old=found.old_loads[NOBODY].cases,
        nobody_new=found.new_loads[NOBODY].cases,
        holders=_holders(found, known, language),
        moves=[Move(old=old, new=new, cases=n, first=cases(found.examples[old, new])) for (old, new), n in moves],
        changed=cases(found.changed),
        nobody=cases(found.nobody),
        shortfalls=[shortfall.in_language(language) for shortfall in SHORTFALLS],
        seconds=round(seconds, 2),
    )


def _rehearsed(changed: Changed, names: dict[str, str], language: str) -> RehearsedCase:
    case = changed.case
    return RehearsedCase(
        code=case.code,
        routed_at=datetime.fromtimestamp(case.at, UTC),
        matter=case.matter.name,
        severity=case.severity,
        grid=names.get(case.grid_code, case.grid_code),
        old=changed.old,
        new=changed.new,
        sentence=changed.sentence.in_language(language),
    )


def _holders(found: Rehearsal, known: Known, language: str) -> list[HolderOut]:
    """Squads by code, then duties, then nobody; only those that get something by either set of rules."""
    keys: Collection[str] = found.old_loads.keys() | found.new_loads.keys()
    ordered: Sequence[str] = sorted(keys, key=lambda key: (key == NOBODY, key.startswith(DUTY), key))
    squads = {squad.code: squad.name for squad in known.squads}
    return [
        HolderOut(
            key=key,
            name=_holder_words(key, squads).in_language(language),
            old_cases=found.old_loads[key].cases,
            new_cases=found.new_loads[key].cases,
            old_most_at_once=found.old_loads[key].most_at_once,
            new_most_at_once=found.new_loads[key].most_at_once,
        )
        for key in ordered
    ]


def _holder_words(key: str, squads: dict[str, str]) -> Say:
    if key == NOBODY:
        return Say("没有人接", "Nobody")
    if key.startswith(DUTY):
        return DUTY_WORDS[Duty(key.removeprefix(DUTY))]
    name = squads.get(key, key)
    return Say(name, name)
