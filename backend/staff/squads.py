"""Squads and who may do what with them: the scope rules in one place, and the write that makes or changes a squad."""

from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import FieldError, Malformed, NotAllowed, NotFound, Say
from backend.permissions import Actor, Permission, Role, covers
from backend.staff.models import Squad, SquadJurisdiction, Unit
from backend.staff.queries_rota import paths_of
from backend.staff.schemas_duty import SquadIn


@dataclass(frozen=True)
class KnownSquad:
    """A squad that the actor may look at, with the paths of its jurisdiction."""

    squad: Squad
    paths: tuple[str, ...]


def reads_squad(actor: Actor, squad_code: str, paths: tuple[str, ...]) -> bool:
    """Its own people, and the desk whose grid and the squad's jurisdiction have something in common."""
    return squad_code in actor.squad_codes or _serves_the_desk(actor, paths)


def edits_squad(actor: Actor, paths: tuple[str, ...]) -> bool:
    """An administrator in whose scope the whole jurisdiction lies."""
    reach = actor.paths_for(Permission.MANAGE_STAFF)
    return all(any(covers(scope, path) for scope in reach) for path in _or_county(actor, paths))


def plans_rota(actor: Actor, squad_code: str, paths: tuple[str, ...]) -> bool:
    """The squad's leader, and whoever may change the squad itself."""
    leads = any(p.role == Role.SQUAD_LEADER and p.squad_code == squad_code for p in actor.posts)
    return leads or edits_squad(actor, paths)


def decides_requests(actor: Actor, squad_code: str, paths: tuple[str, ...]) -> bool:
    """Who plans the rota, and the desk of the place: for the leader's own requests, and while the leader is away."""
    return plans_rota(actor, squad_code, paths) or _serves_the_desk(actor, paths)


def _serves_the_desk(actor: Actor, paths: tuple[str, ...]) -> bool:
    return any(
        covers(scope, path) or covers(path, scope)
        for scope in actor.paths_for(Permission.SEE_SQUADS)
        for path in _or_county(actor, paths)
    )


def _or_county(actor: Actor, paths: tuple[str, ...]) -> tuple[str, ...]:
    """A squad without jurisdiction is the whole county's business."""
    return paths or (actor.county,)


async def squad_for(session: AsyncSession, actor: Actor, squad_code: str) -> KnownSquad:
    """The squad if the actor may look at it. Raises NotFound otherwise."""
    squad = await session.get(Squad, (actor.county, squad_code))
    paths = await paths_of(session, actor.county, squad_code)
    if squad is None or not reads_squad(actor, squad_code, paths):
        raise _no_such_squad()
    return KnownSquad(squad, paths)


def _no_such_squad() -> NotFound:
    return NotFound("no_such_squad", Say("没有这支队伍，或不在你的辖区", "No such squad, or it is outside your scope"))


async def squad_to_plan(session: AsyncSession, actor: Actor, squad_code: str) -> Squad:
    """The squad if the actor may plan its rota, locked against other planners. Raises NotFound, NotAllowed."""
    known = await squad_for(session, actor, squad_code)
    if not plans_rota(actor, squad_code, known.paths):
        raise NotAllowed(
            "not_your_rota",
            Say("只有本队队长和管辖它的管理员能排班", "Only its leader and its administrators plan this squad's rota"),
        )
    await session.refresh(known.squad, with_for_update=True)
    return known.squad


async def save_squad(
    session: AsyncSession,
    *,
    actor: Actor,
    squad_code: str,
    content: SquadIn,
    known_words: frozenset[str],
    known_paths: dict[str, str],
) -> Squad:
    """Make or change a squad. `known_words` may stand among its capabilities; `known_paths`: grid code to path today.

    Raises Malformed naming each field at fault, NotFound for a squad outside the actor's scope.
    """
    squad = await session.get(Squad, (actor.county, squad_code), with_for_update=True)
    if squad and not edits_squad(actor, await paths_of(session, actor.county, squad_code)):
        raise _no_such_squad()
    faults = [
        *await _unit_faults(session, actor.county, content.unit_code),
        *_capability_faults(content.capabilities, known_words),
        *_jurisdiction_faults(actor, content.jurisdiction, known_paths),
    ]
    if faults:
        raise Malformed.listing(faults)
    facts = content.model_dump(exclude={"jurisdiction"}) | {"capabilities": sorted(set(content.capabilities))}
    squad = squad or Squad(county=actor.county, code=squad_code, **facts)
    squad.sqlmodel_update(facts)
    session.add(squad)
    await session.flush()
    await session.execute(
        delete(SquadJurisdiction).where(
            col(SquadJurisdiction.county) == actor.county, col(SquadJurisdiction.squad_code) == squad_code
        )
    )
    for path in {known_paths[code] for code in content.jurisdiction}:
        session.add(SquadJurisdiction(county=actor.county, squad_code=squad_code, grid_path=path))
    await session.flush()
    return squad


async def _unit_faults(session: AsyncSession, county: str, unit_code: str) -> list[FieldError]:
    if await session.get(Unit, (county, unit_code)):
        return []
    return [
        FieldError(
            "unit_code",
            Say(f"没有单位「{unit_code}」，请重新选择", f"There is no unit “{unit_code}”; choose another"),
            "unknown_unit",
        )
    ]


def _capability_faults(capabilities: list[str], known_words: frozenset[str]) -> list[FieldError]:
    return [
        FieldError(
            f"capabilities.{n}",
            Say(
                f"目录里没有事项或大类「{word}」，请重新选择",
                f"The catalogue has no matter or group “{word}”; choose another",
            ),
            "unknown_matter",
        )
        for n, word in enumerate(capabilities)
        if word not in known_words
    ]


def _jurisdiction_faults(actor: Actor, codes: list[str], known_paths: dict[str, str]) -> list[FieldError]:
    """A grid that is not there and one outside the actor's scope are told alike."""
    return [
        FieldError(
            f"jurisdiction.{n}",
            Say(f"没有网格「{code}」，或不在你的辖区", f"There is no grid “{code}”, or it is outside your scope"),
            "unknown_grid",
        )
        for n, code in enumerate(codes)
        if code not in known_paths or not edits_squad(actor, (known_paths[code],))
    ]
