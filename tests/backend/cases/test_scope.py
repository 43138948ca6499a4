"""The scope rule has two forms, one in SQL and one without a database; they must never differ, wherever a case has been."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.access import COOKIE, token_hash
from backend.cases.models import Case
from backend.cases.queries import reporters_of, squads_ever, visible_to
from backend.cases.terms import Status
from backend.live.feed import _audience
from backend.live.models import Outbox
from backend.permissions import Actor, Audience
from backend.staff.queries import actor_of_token
from seeds.load import COUNTY
from tests.conftest import Clock
from tests.people import SIGN_INS, People, Person

# Two grids of one village, one of another, an exclusive one; a matter for a squad and one that waits to be claimed.
PLACES_TRIED = ("320281104206003", "320281104206004", "320281104216001", "320281104206901")
# Beside those who sign in for the demo: a grid chief, a second operator, an inspector of some villages.
PHONES = [*(row["phone"] for row in SIGN_INS), "19900002007", "19900007002", "19900006003"]


async def reported(person: Person, matter: str = "E0110", **more: Any) -> dict[str, Any]:
    answer = await person.report(matter, **more)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()["case"]
    return case


@pytest.fixture
async def lives(people: People) -> dict[str, dict[str, Any]]:
    """Cases that have been in different hands, by what became of them."""
    workers = [await people.worker(), await people.worker("峭岐村第3网格")]
    operator, squad = await people.operator(), await people.squad_member()
    for worker, place, matter in product(workers, PLACES_TRIED, ("E0110", "E0699")):
        await reported(worker, matter, at=place)
    far = await people.worker("金凤村第3网格")
    found = {
        name: await reported(workers[0])
        for name in ("sent back", "joined", "target", "apart", "whistled", "reassigned")
    }
    taken = {
        "sent back": await squad.act("send_back", found["sent back"], words="不归我们", reason="not_ours"),
        "whistled": await operator.act(
            "whistle", found["whistled"], words="来", squads=["xxk-team-market"], until="2026-11-23T12:00:00+08:00"
        ),
        "reassigned": await operator.act("reassign", found["reassigned"], words="换", squad="xxk-squad-3"),
        "joined": await far.report("E0110", joins=found["joined"]["id"]),
    }
    assert {name: a.status_code for name, a in taken.items()} == dict.fromkeys(taken, 201)
    found["merged"] = await reported(far, at="320281104206003")
    found["merged apart"] = await reported(far, at="320281104206003")
    for name, into in (("merged", "target"), ("merged apart", "apart")):
        assert (await operator.act("merge", found[name], into=found[into]["id"])).status_code == 201
    seen = await operator.case(found["merged apart"]["id"])
    assert (await operator.act("unmerge", seen, words="不是一处")).status_code == 201
    # Whoever reported the one hears of the other from its next step on.
    for name in ("target", "apart"):
        assert (await operator.act("remind", found[name])).status_code == 201
    return found


async def actors(people: People, session: AsyncSession, clock: Clock) -> list[Actor]:
    found = [
        await actor_of_token(session, token_hash((await people.person(phone)).http.cookies[COOKIE]), clock())
        for phone in PHONES
    ]
    return [actor for actor in found if actor]


async def test_both_forms_of_the_scope_rule_agree(
    people: People, session: AsyncSession, clock: Clock, lives: dict[str, dict[str, Any]]
) -> None:
    audiences = {
        case.id: Audience(
            case.grid_path,
            await reporters_of(session, COUNTY, case.id),
            await squads_ever(session, COUNTY, case.id),
            claimable=case.status == Status.PENDING_DISPATCH,
        )
        for case in await session.scalars(select(Case))
    }
    by_actor = {}
    for actor in await actors(people, session, clock):
        by_sql = set(await session.scalars(select(col(Case.id)).where(visible_to(actor))))
        assert {case_id for case_id, audience in audiences.items() if actor.sees(audience)} == by_sql, actor.name
        by_actor[actor.name] = by_sql
    assert len(by_actor) == len(PHONES)
    assert lives
    assert sum(map(bool, by_actor.values())) > 15, "a test in which few see anything proves little"
    assert len({frozenset(seen) for seen in by_actor.values()}) > 8, "and one in which all see the same proves nothing"


async def test_whoever_may_see_a_case_was_told_of_its_last_change(
    people: People, session: AsyncSession, clock: Clock, lives: dict[str, dict[str, Any]]
) -> None:
    last: dict[UUID | None, Audience | None] = {}
    for row in await session.scalars(select(Outbox).where(col(Outbox.kind) == "case").order_by(col(Outbox.id))):
        last[row.case_id] = _audience(row.audience)
    for actor in await actors(people, session, clock):
        for case_id in await session.scalars(select(col(Case.id)).where(visible_to(actor))):
            audience = last[case_id]
            assert audience
            assert actor.sees(audience), (actor.name, [n for n, c in lives.items() if c["id"] == str(case_id)])


async def test_who_follows_what_is_as_people_expect(people: People, lives: dict[str, dict[str, Any]]) -> None:
    def ids(*names: str) -> set[str]:
        return {lives[name]["id"] for name in names}

    far = await people.worker("金凤村第3网格")
    seen = {case["id"] for case in await far.cases(limit=200)}
    assert seen == ids("joined", "merged", "target", "merged apart"), "not the one from which theirs was taken apart"
    assert {case["id"] for case in await far.cases(limit=200, mine=True)} == seen
    market = await people.squad_member("市场监管组")
    assert ids("whistled") <= {case["id"] for case in await market.cases(limit=200)}
    assert {case["id"] for case in await market.cases(squad="mine")} == ids("whistled")
    first, third = await people.squad_member("一中队"), await people.squad_member("三中队")
    for squad in (first, third):
        assert ids("reassigned") <= {case["id"] for case in await squad.cases(limit=200)}, "whoever had it may read on"
    free = {case["id"] for case in await third.cases(claimable=True, limit=200)}
    assert free
    assert not free & {case["id"] for case in await first.cases(limit=200)}, "not theirs to claim, not theirs to see"
