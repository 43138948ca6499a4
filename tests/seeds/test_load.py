"""The demo town in a real database: loaded once, loading again changes nothing, and everybody listed can sign in."""

from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from backend.settings import Settings
from seeds.load import load_demo
from tests.conftest import cloned_database
from tests.people import SIGN_INS

EVERY_ROW = """
SELECT relname, (xpath('/row/c/text()', query_to_xml(
    format('SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '''')) AS c FROM %I t', relname),
    false, true, '')))[1]::text
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname NOT LIKE 'procrastinate%' AND relname <> 'spatial_ref_sys' ORDER BY relname
"""


def content_of(url: str) -> dict[str, str]:
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
        return dict(connection.execute(EVERY_ROW).fetchall())


async def test_loading_again_changes_nothing(tmp_path: Path) -> None:
    with cloned_database("load") as url:
        before = content_of(url)
        assert len(set(before.values())) > 10, "the demo town fills most tables"
        await load_demo(Settings(database_url=url, data_dir=tmp_path))
        assert content_of(url) == before


async def test_the_town_in_the_database_is_whole(session: Any) -> None:
    from sqlalchemy import text

    counts = dict((await session.execute(text("SELECT level || '/' || kind, count(*) FROM grid GROUP BY 1"))).all())
    assert counts["village/base"] == 21
    assert counts["grid/base"] == 179
    assert 6 <= counts["grid/exclusive"] <= 8
    areas = (
        await session.execute(
            text("SELECT level, sum(area_m2) FROM grid WHERE kind = 'base' AND level <> 'county' GROUP BY level")
        )
    ).all()
    town, village, grid = (float(dict(areas)[level]) for level in ("town", "village", "grid"))
    assert town == village == grid
    assert 100e6 < town < 120e6
    valid = await session.scalar(text("SELECT bool_and(ST_IsValid(shape)) FROM grid WHERE shape IS NOT NULL"))
    assert valid is True


@pytest.mark.parametrize("entry", SIGN_INS, ids=lambda e: f"{e['role']} {e['note']}")
async def test_everybody_listed_can_sign_in(stranger: httpx.AsyncClient, entry: dict[str, str]) -> None:
    answer = await stranger.post("/api/session", json={"phone": entry["phone"], "password": entry["password"]})
    assert answer.status_code == 200
    me = answer.json()
    assert me["name"] == entry["name"]
    assert entry["role"] in me["roles"]
