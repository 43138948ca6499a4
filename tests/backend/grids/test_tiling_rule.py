"""The database refuses a net whose base grids do not tile, whoever writes it, on every day that the net has a say about."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import date

import psycopg
import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import Public
from backend.database import Session
from backend.main import create_app
from backend.settings import Settings
from tests.conftest import cloned_database
from tests.nets import RandomNet, grid_rows, random_net

NET = random_net(8, county="320299", towns=2, villages=4, grids=40, bends=3)
VILLAGE = max(code for code in NET.shapes if len(code) == 12)
LEAF = max(NET.children(VILLAGE))
IN_LEAF = {"county": NET.county, "leaf": LEAF}
COLUMNS = """county, code, version, name, short_name, level, kind, parent_code, path, area_m2, edition, indicative, valid_from,
    valid_to, shape, label_point"""


@pytest.fixture
async def net(session: AsyncSession) -> RandomNet:
    session.add_all(grid_rows(NET))
    await session.flush()
    await prove(session)
    return NET


async def prove(session: AsyncSession) -> None:
    """What a commit does first."""
    await session.flush()
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))


async def broken_rule(session: AsyncSession, statement: str, **values: object) -> dict[str, str] | None:
    """The rule that the statement breaks, with parent and day; None if the net may be so."""
    savepoint = await session.begin_nested()
    try:
        await session.execute(text(statement), IN_LEAF | values)
        await prove(session)
    except DatabaseError as error:
        diagnosis = error.orig.diag  # type: ignore[union-attr]  # psycopg's
        assert diagnosis.sqlstate == "SZ001"
        found: dict[str, str] = json.loads(diagnosis.message_detail)
        return found
    finally:
        await savepoint.rollback()
    return None


async def test_a_random_net_may_be_stored(net: RandomNet, session: AsyncSession) -> None:
    assert await session.scalar(text("SELECT count(*) FROM net_unproved")) == 0
    assert (
        await broken_rule(session, "UPDATE grid SET shape = shape, name = name || '!' WHERE county = :county") is None
    )


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("DELETE FROM grid WHERE county = :county AND code = :leaf", "area"),
        ("UPDATE grid SET area_m2 = area_m2 + 1 WHERE county = :county AND code = :leaf", "area"),
        ("UPDATE grid SET area_m2 = area_m2 + 1 WHERE county = :county AND code = left(:leaf, 12)", "area"),
        ("UPDATE grid SET shape = ST_Translate(shape, 1e-7, 0) WHERE county = :county AND code = :leaf", "tiling"),
        ("UPDATE grid SET shape = ST_Translate(shape, 1e-9, 0) WHERE county = :county AND code = :leaf", "tiling"),
        ("UPDATE grid SET shape = ST_Translate(shape, 1e-7, 0) WHERE county = :county AND code = left(:leaf, 12)", "tiling"),
        ("UPDATE grid SET shape = ST_Multi(ST_Simplify(shape, 1e-4)) WHERE county = :county AND code = :leaf", "tiling"),
        ("UPDATE grid SET shape = ST_Segmentize(shape, 1e-4) WHERE county = :county AND code = :leaf", "tiling"),
        ("UPDATE grid SET shape = NULL WHERE county = :county AND code = :leaf", "tiling"),
        ("UPDATE grid SET kind = 'exclusive' WHERE county = :county AND code = :leaf", "area"),
        ("UPDATE grid SET level = 'micro' WHERE county = :county AND code = :leaf", "level"),
        ("UPDATE grid SET code = '999999999999999' WHERE county = :county AND code = :leaf", "code"),
        ("UPDATE grid SET parent_code = '320299998001' WHERE county = :county AND code = :leaf", "area"),
        ("UPDATE grid SET valid_to = '2026-12-01' WHERE county = :county AND code = left(:leaf, 12)", "orphan or area"),
        ("DELETE FROM grid WHERE county = :county AND code = left(:leaf, 12)", "orphan or area"),
        ("UPDATE grid SET valid_from = '2026-02-01' WHERE county = :county AND code = :leaf", "area"),
        ("UPDATE grid SET valid_to = '2026-12-01' WHERE county = :county AND code = :leaf", "area"),
    ],
)  # fmt: skip
async def test_every_way_to_break_the_net_is_refused(
    net: RandomNet, session: AsyncSession, statement: str, rule: str
) -> None:
    found = await broken_rule(session, statement)
    assert found is not None
    assert found["rule"] in rule.split(" or ")
    assert NET.county in found["parent_code"]


async def test_areas_that_are_traded_do_not_hide_a_gap(net: RandomNet, session: AsyncSession) -> None:
    """One grid's shape is laid over its sister: counts and areas are as before."""
    sister = min(net.children(VILLAGE))
    laid_over = (
        "UPDATE grid SET shape = (SELECT shape FROM grid WHERE county = :county AND code = :sister) WHERE code = :leaf"
    )
    found = await broken_rule(session, laid_over, sister=sister)
    assert found == {"parent_code": VILLAGE, "on": "2026-01-01", "rule": "tiling"}


async def test_a_shape_that_is_none_is_refused_at_once(net: RandomNet, session: AsyncSession) -> None:
    bow_tie = "POLYGON((120 31, 120.01 31.01, 120.01 31, 120 31.01, 120 31))"
    with pytest.raises(IntegrityError, match="ck_grid_shape_is_valid"):
        await session.execute(
            text("UPDATE grid SET shape = ST_Multi(ST_GeomFromText(:shape, 4326)) WHERE code = :leaf"),
            IN_LEAF | {"shape": bow_tie},
        )


async def test_a_redraw_is_proved_on_every_day_it_changes(net: RandomNet, session: AsyncSession) -> None:
    """The leaf gets a second version from December on. A day without either, or with both, is refused."""
    second = f"""
        INSERT INTO grid ({COLUMNS}) SELECT county, code, 2, name, short_name, level, kind, parent_code, path, area_m2, 2,
            indicative, CAST(:from AS date), NULL, shape, label_point FROM grid WHERE county = :county AND code = :leaf
    """
    end = "UPDATE grid SET valid_to = '2026-12-01' WHERE county = :county AND code = :leaf AND version = 1"
    await session.execute(text(end), IN_LEAF)
    assert await broken_rule(session, second, **{"from": "2026-12-01"}) is None
    late = await broken_rule(session, second, **{"from": "2026-12-02"})
    assert late == {"parent_code": VILLAGE, "on": "2026-12-01", "rule": "area"}
    early = await broken_rule(session, second, **{"from": "2026-11-30"})
    assert early == {"parent_code": VILLAGE, "on": "2026-11-30", "rule": "area"}
    await session.execute(text(second), IN_LEAF | {"from": "2026-12-01"})
    await prove(session)
    gap_later = "UPDATE grid SET valid_to = '2027-01-01' WHERE county = :county AND code = :leaf AND version = 2"
    assert await broken_rule(session, gap_later) == {"parent_code": VILLAGE, "on": "2027-01-01", "rule": "area"}


async def test_a_net_that_breaks_only_later_is_refused_today(net: RandomNet, session: AsyncSession) -> None:
    short = f"""
        WITH ended AS (UPDATE grid SET valid_to = '2026-12-01' WHERE county = :county AND code = :leaf)
        INSERT INTO grid ({COLUMNS}) SELECT county, code, 2, name, short_name, level, kind, parent_code, path, area_m2, 2,
            indicative, '2026-12-01', CAST(:until AS date), shape, label_point
        FROM grid WHERE county = :county AND code = :leaf
    """
    assert await broken_rule(session, short, until=None) is None
    later = await broken_rule(session, short, until=date(2027, 3, 1))
    assert later == {"parent_code": VILLAGE, "on": "2027-03-01", "rule": "area"}


async def test_nothing_hangs_on_a_parent_that_is_not_there(net: RandomNet, session: AsyncSession) -> None:
    """Not even an exclusive grid, which takes part in no tiling."""
    loose = f"""
        INSERT INTO grid ({COLUMNS}) SELECT county, '320299998001901', 1, name, short_name, level, 'exclusive',
            '320299998001', path, 5, 1, indicative, valid_from, valid_to, shape, label_point
        FROM grid WHERE county = :county AND code = :leaf
    """
    found = await broken_rule(session, loose)
    assert found == {"parent_code": "320299998001", "on": "2026-01-01", "rule": "orphan"}


async def test_a_version_of_no_day_is_in_nobodys_way(net: RandomNet, session: AsyncSession) -> None:
    """A second publication of the same day leaves the first one's versions empty."""
    empty = f"""
        INSERT INTO grid ({COLUMNS}) SELECT county, code, 2, name, short_name, level, kind, parent_code, path, 1, 2,
            indicative, '2026-11-23', '2026-11-23', NULL, label_point FROM grid WHERE county = :county AND code = :leaf
    """
    assert await broken_rule(session, empty) is None


async def test_a_parent_without_a_shape_is_not_proved(net: RandomNet, session: AsyncSession) -> None:
    """The demo's county is drawn nowhere: its only town is far from being all of it."""
    unknown = "UPDATE grid SET shape = NULL, area_m2 = 0 WHERE county = :county AND level = 'county'"
    assert await broken_rule(session, unknown) is None


async def test_exclusive_grids_lie_over_the_others(net: RandomNet, session: AsyncSession) -> None:
    over = f"""
        INSERT INTO grid ({COLUMNS}) SELECT county, left(code, 12) || '901', 1, name, short_name, level, 'exclusive',
            parent_code, path, 5, 1, indicative, valid_from, valid_to, shape, label_point
        FROM grid WHERE county = :county AND code = :leaf
    """
    assert await broken_rule(session, over) is None


async def test_micro_grids_tile_their_grid_under_codes_of_the_village(net: RandomNet, session: AsyncSession) -> None:
    micro = f"""
        INSERT INTO grid ({COLUMNS}) SELECT county, left(code, 12) || '801', 1, name, short_name, 'micro', 'base',
            code, path || '/x', area_m2, 1, indicative, valid_from, valid_to, shape, label_point
        FROM grid WHERE county = :county AND code = :leaf
    """
    assert await broken_rule(session, micro) is None
    shifted = micro.replace(
        "valid_to, shape, label_point\n        FROM", "valid_to, ST_Translate(shape, 1e-7, 0), NULL FROM"
    )
    assert await broken_rule(session, shifted) == {"parent_code": LEAF, "on": "2026-01-01", "rule": "tiling"}


async def test_a_whole_county_may_go(net: RandomNet, session: AsyncSession) -> None:
    assert await broken_rule(session, "DELETE FROM grid WHERE county = :county") is None


async def test_a_parent_without_parts_is_a_leaf(net: RandomNet, session: AsyncSession) -> None:
    assert await broken_rule(session, "DELETE FROM grid WHERE county = :county AND level = 'grid'") is None


# With real commits


@pytest.fixture(scope="module")
def town_url() -> Iterator[str]:
    with cloned_database("tiling") as url:
        yield url


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(Settings(database_url=url).conninfo)


def test_the_commit_itself_refuses(town_url: str) -> None:
    with closing(connect(town_url)) as connection:
        connection.execute("DELETE FROM grid WHERE code = '320281104206003'")
        with pytest.raises(psycopg.Error) as refused:
            connection.commit()
    assert refused.value.sqlstate == "SZ001"


def test_of_two_who_change_the_same_village_the_second_waits_and_is_proved_after_the_first(town_url: str) -> None:
    """Each alone takes a square metre that the village got; both together take two."""
    bigger = "UPDATE grid SET area_m2 = area_m2 + 1 WHERE code IN (%s, '320281104206', '320281104', '320281')"
    alone = "UPDATE grid SET area_m2 = area_m2 + 1 WHERE code = %s"
    with closing(connect(town_url)) as first, closing(connect(town_url)) as second:
        first.execute(bigger, ["320281104206001"])
        second.execute("SET lock_timeout = '300ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute(alone, ["320281104206002"])
        second.rollback()
        first.commit()
        second.execute(alone, ["320281104206002"])
        with pytest.raises(psycopg.Error, match="rule of area"):
            second.commit()


@pytest.fixture
async def breaking(town_url: str) -> AsyncIterator[AsyncClient]:
    """The app with a route that breaks the net and lets the request's own commit find out."""
    app = create_app(Settings(database_url=town_url, run_worker=False))

    @app.post("/break", dependencies=[Public])
    async def break_net(session: Session) -> str:
        await session.execute(text("UPDATE grid SET area_m2 = area_m2 + 1 WHERE code = '320281104206003'"))
        return "done"

    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://suozi.test") as client:
        yield client
    await app.state.engine.dispose()


async def test_a_net_refused_at_commit_is_a_409_that_names_the_grid(breaking: AsyncClient) -> None:
    answer = await breaking.post("/break", headers={"Accept-Language": "zh-CN"})
    assert (answer.status_code, answer.json()["code"]) == (409, "net_not_tiled")
    about = {name: answer.json()[name] for name in ("parent_code", "on", "rule")}
    assert about == {"parent_code": "320281104206", "on": "2026-01-01", "rule": "area"}
    assert "320281104206" in answer.json()["detail"]
