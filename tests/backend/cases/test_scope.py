"""The scope rule has two forms, one in SQL and one without a database; they must never differ."""

from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries import squads_ever, visible_to
from backend.clock import utc_now
from backend.permissions import Actor, Audience, PostHeld
from backend.staff.queries import posts_held
from seeds.load import COUNTY, staff_id
from tests.people import SIGN_INS, People

# Two grids of one village, one of another, an exclusive one; a matter for a squad and one that waits.
PLACES_TRIED = ("320281104206003", "320281104206004", "320281104216001", "320281104206901")


@pytest.mark.parametrize("role", sorted({row["role"] for row in SIGN_INS}))
async def test_both_forms_of_the_scope_rule_agree(people: People, session: AsyncSession, role: str) -> None:
    workers = [await people.worker(), await people.worker("峭岐村第3网格")]
    for worker, place, matter in product(workers, PLACES_TRIED, ("E0110", "E0699")):
        assert (await worker.report(matter, at=place)).status_code == 201
    sent_back = (await workers[0].report()).json()["case"]
    assert (await (await people.squad_member()).act("send_back", sent_back, words="不归我们")).status_code == 201
    cases = list(await session.scalars(select(Case)))
    seen_by_anybody = set()
    for row in SIGN_INS:
        if row["role"] != role:
            continue
        posts = await posts_held(session, COUNTY, staff_id(row["phone"]), utc_now())
        held = tuple(PostHeld(post.role, post.grid_path, post.squad_code) for post in posts)
        actor = Actor(COUNTY, staff_id(row["phone"]), row["name"], held)
        by_sql = set(await session.scalars(select(col(Case.id)).where(visible_to(actor))))
        audiences = {
            case.id: Audience(case.grid_path, case.reporter_id, await squads_ever(session, COUNTY, case.id))
            for case in cases
        }
        assert {case_id for case_id, audience in audiences.items() if actor.sees(audience)} == by_sql
        seen_by_anybody |= by_sql
    assert seen_by_anybody, "a test in which nobody sees anything proves nothing"
