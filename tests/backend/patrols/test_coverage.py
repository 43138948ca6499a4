"""Coverage is of grids: cells of all who walked, by day, and where nobody has been for longest."""

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from geo.tracks.coverage import cells_at, middles
from geo.tracks.patches import patches
from tests.backend.patrols.stories import put_fixes, put_patrol, start
from tests.backend.patrols.test_deriving import derive
from tests.backend.patrols.walking import walk
from tests.conftest import Clock
from tests.people import HUANGTANG_3, People

# Cells of a few hundred metres around the demo town.
NEAR = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=40).map(
    lambda steps: (
        np.unique(
            cells_at(
                np.array([120.37 + 0.00053 * x for x, _ in steps]), np.array([31.80 + 0.00045 * y for _, y in steps])
            )
        )
        if steps
        else np.zeros(0, np.int64)
    )
)


@given(NEAR)
def test_patches_share_the_cells_out_and_do_not_touch(cells: np.ndarray) -> None:
    found = patches(cells)
    together = np.concatenate(found) if found else cells
    assert np.array_equal(np.sort(together), cells)
    assert [len(patch) for patch in found] == sorted((len(patch) for patch in found), reverse=True)
    for n, patch in enumerate(found):
        lng, lat = middles(patch)
        for other in found[n + 1 :]:
            other_lng, other_lat = middles(other)
            beside = (abs(lng[:, None] - other_lng) < 0.00052) & (abs(lat[:, None] - other_lat) < 0.00044)
            assert not beside.any(), "cells less than one apart hang together"


async def test_two_people_cover_a_grid_together_and_late_fixes_add_to_it(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    first, second = await people.worker(), await people.worker("金凤村第3网格")
    for person, seed in ((first, 1), (second, 2)):
        patrol_id = await start(person)
        # The second one walks through the first one's grid, ten minutes further on.
        way = walk(240, seed=seed) if person is first else walk(240, seed=seed)[120:]
        moment, clock.at = clock.at, clock.at + timedelta(minutes=25)
        await put_fixes(person, patrol_id, way)
        await put_patrol(person, patrol_id, revision=2, ended_at=clock.at.isoformat())
        await derive(session, clock)
        clock.at = moment
    days = (await session.execute(text("SELECT coverage FROM staff_day"))).scalars().all()
    union = sorted({cell for day in days for cell in day.get(HUANGTANG_3, [])})
    kept = await session.scalar(text("SELECT cells FROM coverage_day WHERE grid_code = :grid"), {"grid": HUANGTANG_3})
    assert kept == union
    assert len(days) == 2


async def test_the_map_says_how_long_ago_and_where_to_go_next(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker, operator = await people.worker(), await people.operator()
    patrol_id = await start(worker)
    clock.at += timedelta(minutes=25)
    await put_fixes(worker, patrol_id, walk(240))
    await put_patrol(worker, patrol_id, revision=2, ended_at=clock.at.isoformat())
    await derive(session, clock)
    grids = {grid["grid_code"]: grid for grid in (await operator.http.get("/api/coverage")).json()}
    here = grids[HUANGTANG_3]
    assert here["seen_this_week"] > 0
    assert here["share"] == here["seen_this_week"] / here["cells"]
    assert here["last_seen_on"] == "2026-11-23"
    walked = await session.scalar(text("SELECT coverage FROM staff_day"))
    assert {code for code, grid in grids.items() if grid["seen_this_week"]} == set(walked)
    detail = (await operator.http.get(f"/api/coverage/{HUANGTANG_3}")).json()
    ages = [cell["days_ago"] for cell in detail["cells_seen"]]
    assert ages.count(0) == here["seen_this_week"]
    assert ages.count(None) == here["cells"] - here["seen_this_week"]
    assert detail["blind_spots"]
    assert all(spot["days_ago"] is None for spot in detail["blind_spots"])
    clock.at += timedelta(days=8)
    operator = await people.operator()
    later = (await operator.http.get(f"/api/coverage/{HUANGTANG_3}")).json()
    assert (later["seen_this_week"], later["last_seen_on"]) == (0, "2026-11-23")
    assert {cell["days_ago"] for cell in later["cells_seen"]} == {8, None}
    assert [week["cells"] for week in later["weeks"][:-2]] == [0] * 10
    assert [week["cells"] for week in later["weeks"][-2:]] == [here["seen_this_week"], 0]
    assert (later["weeks"][0]["first_on"], later["weeks"][-1]["last_on"]) == ("2026-09-09", "2026-12-01")
    # As it was on that Monday, and the week before it.
    asked = f"/api/coverage/{HUANGTANG_3}?on="
    then = (await operator.http.get(asked + "2026-11-23")).json()
    assert then == detail
    before = (await operator.http.get(asked + "2026-11-22")).json()
    assert (before["seen_this_week"], before["last_seen_on"]) == (0, None)
    grids = (await operator.http.get("/api/coverage?on=2026-11-23")).json()
    assert {grid["grid_code"]: grid for grid in grids}[HUANGTANG_3] == here
    future = await operator.http.get(asked + "2026-12-02")
    assert (future.status_code, future.json()["errors"][0]["field"]) == (422, "on")
