"""A county that starts from nothing: founded at the terminal, its net imported, people and a squad entered, a first case."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import local_date
from backend.postgis import StartError
from backend.settings import ROOT
from seeds.county import write_county
from tests.conftest import Clock
from tests.people import PLACES, as_parts, photo, report_body

COUNTY, NAME, PHONE = "320282", "示意市", "13800000001"
VILLAGE = "320282104206"
OWN = "our-own-9"


def net_of_the_new_county() -> bytes:
    """The demo town's grids of every level under the new county's code, as another system would give them."""
    features = json.loads((ROOT / "seeds/demo/grids.geojson").read_text(encoding="utf-8"))["features"]
    out = []
    for feature in features:
        about = feature["properties"]
        if about["level"] == "county" or about["kind"] != "base":
            continue
        code, parent = (about[key].replace("320281", COUNTY, 1) for key in ("code", "parent_code"))
        properties = {"编码": code, "名称": about["name"], "上级编码": parent}
        out.append({"type": "Feature", "properties": properties, "geometry": feature["geometry"]})
    return json.dumps({"type": "FeatureCollection", "features": out}, ensure_ascii=False).encode()


async def answer(sent: httpx.Response, *expected: int) -> Any:
    assert sent.status_code in (expected or (200, 201)), sent.text
    return sent.json()


async def test_from_nothing_to_a_first_case(stranger: httpx.AsyncClient, session: AsyncSession, clock: Clock) -> None:
    http = stranger
    password = await write_county(session, code=COUNTY, name=NAME, administrator="管理员 1", phone=PHONE, at=clock())
    await session.flush()

    await answer(await http.post("/api/session", json={"phone": PHONE, "password": password}))
    assert (await http.get("/api/net/tree")).status_code == 401, "a one-time password opens nothing but its own change"
    await answer(await http.put("/api/me/password", json={"old": password, "new": OWN}))
    tree = await answer(await http.get("/api/net/tree"))
    assert [grid["code"] for grid in tree["grids"]] == [COUNTY]

    number = uuid4()
    file = {"file": ("网格.geojson", net_of_the_new_county(), "application/geo+json")}
    found = await answer(await http.put(f"/api/net/imports/{number}", files=file))
    reading = found["suggestion"]
    assert reading["scope"] == COUNTY, "the file's town is not there yet"
    reading["fields"] = {use: column for use, column in reading["fields"].items() if column}
    report = (await answer(await http.put(f"/api/net/imports/{number}/reading", json=reading)))["report"]
    assert report["ok"], report["problems"]
    body = {"draft_id": str(uuid4()), "title": "第一张网", "effective_on": local_date(clock()).isoformat()}
    draft = await answer(await http.post(f"/api/net/imports/{number}/draft", json=body))
    await answer(await http.post(f"/api/net/drafts/{draft['id']}/publish", json={"version": draft["version"]}))
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    tree = {grid["code"]: grid for grid in (await answer(await http.get("/api/net/tree")))["grids"]}
    assert len(tree) == 1 + 1 + 21 + 179
    assert tree[COUNTY]["area_m2"] == tree[f"{COUNTY}104"]["area_m2"] > 100e6
    drawn = await answer(await http.get(f"/api/grids?within={COUNTY}&level=county"))
    assert drawn["features"][0]["geometry"], "the county is what its towns make"

    today = local_date(clock()).isoformat()
    squad = {"name": "综合执法中队", "unit_code": f"{COUNTY}-enforcement", "kind": "all_round", "capabilities": ["*"]}
    await answer(await http.put("/api/squads/squad-1", json={**squad, "jurisdiction": [VILLAGE]}))
    every_day = [{"weekday": day, "starts": "08:00", "ends": "08:00"} for day in range(7)]
    await answer(await http.put("/api/squads/squad-1/rota/pattern", json={"starts_on": today, "shifts": every_day}))
    for phone, post in (
        ("13800000002", {"role": "worker", "duty": "grid_worker", "grid_code": f"{VILLAGE}003"}),
        ("13800000003", {"role": "squad_leader", "squad_code": "squad-1"}),
    ):
        person = {"name": "人员", "phone": phone, "posts": [{"id": str(uuid4()), "starts_on": today, **post}]}
        await answer(await http.put(f"/api/staff/{uuid4()}", json=person))

    worker = (await answer(await http.get("/api/staff?q=0002")))["items"][0]["id"]
    given = await answer(await http.post(f"/api/staff/{worker}/password"))
    await answer(await http.post("/api/session", json={"phone": "13800000002", "password": given["password"]}))
    await answer(await http.put("/api/me/password", json={"old": given["password"], "new": OWN}))
    lng, lat = PLACES["320281104206003"]
    told = report_body() | {"place": {"lng": lng, "lat": lat, "accuracy_m": 9.0, "source": "gps"}}
    sent = await http.put(f"/api/reports/{uuid4()}", files=as_parts("report", told, [photo()]))
    case = (await answer(sent))["case"]
    assert case["squad"]["name"] == "综合执法中队"
    assert case["place"]["grid_code"] == f"{VILLAGE}003"


@pytest.mark.parametrize(
    ("code", "phone", "words"),
    [
        ("32028", "13800000009", "6 位数字"),
        (COUNTY, "0510-8888", "不是手机号"),
        ("320281", "13800000009", "已经建好"),
        (COUNTY, "19900008001", "已有人使用"),
    ],
)
async def test_what_cannot_be_founded_is_said(
    session: AsyncSession, clock: Clock, code: str, phone: str, words: str
) -> None:
    with pytest.raises(StartError, match=words):
        await write_county(session, code=code, name=NAME, administrator="管理员 1", phone=phone, at=clock())
