"""A month of staff changes as a story over HTTP: new people come from a table, one is promoted, one leaves, one returns."""

from typing import Any
from uuid import uuid4

import httpx

from tests.conftest import Clock
from tests.people import People, Person

GRID = "320281104206003"
TABLE = """徐霞客镇十一月新进人员,,,,,,
姓名,手机号,所属单位,岗位,专职/兼职,网格编码,中队
网格员 901,13800000901,徐霞客镇人民政府,网格员,专职,{grid},
网格员 901,13800000901,,网格指导员,兼职,320281104206,
执法队员 901,{squad_phone},徐霞客镇综合行政执法局,执法队员,,,综合执法一中队
"""


async def send_table(asker: Person, table: str, *, apply: bool) -> dict[str, Any]:
    answer = await asker.http.put(
        f"/api/staff/imports/{uuid4()}",
        params={"apply": str(apply).lower()},
        files={"file": ("新进人员.csv", table.encode("gb18030"))},
    )
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def found(asker: Person, name: str, standing: str = "present") -> dict[str, Any]:
    rows = (await asker.http.get("/api/staff", params={"q": name, "standing": standing})).json()["items"]
    person: dict[str, Any] = next(row for row in rows if row["name"] == name)
    return person


async def first_sign_in(keeper: Person, person: dict[str, Any], phone: str, client: httpx.AsyncClient) -> Person:
    """The one-time password over the counter, and one's own at once."""
    password = (await keeper.http.post(f"/api/staff/{person['id']}/password")).json()["password"]
    me = await client.post("/api/session", json={"phone": phone, "password": password})
    assert me.json()["must_change_password"] is True
    own = await client.put("/api/me/password", json={"old": password, "new": "heron over the river"})
    assert own.status_code == 200, own.text
    return Person(client, {"phone": phone})


async def test_people_come_work_and_leave_and_nothing_is_left_lying(
    people: People, stranger: httpx.AsyncClient, clock: Clock
) -> None:
    keeper = await people.administrator()

    # The table has one wrong number; the rehearsal says where, and nothing happens.
    bad = await send_table(keeper, TABLE.format(grid=GRID, squad_phone="1380000090"), apply=True)
    assert [(p["row"], p["column"]) for p in bad["problems"]] == [(5, "手机号")]
    assert bad["applied"] is False
    good = TABLE.format(grid=GRID, squad_phone="13800000902")
    assert (await send_table(keeper, good, apply=False))["create"] == 2
    assert (await send_table(keeper, good, apply=True))["applied"] is True
    again = await send_table(keeper, good, apply=True)
    assert (again["create"], again["update"], again["unchanged"]) == (0, 0, 2)

    # The new squad member signs in and accepts a case that the new grid worker's neighbour reported.
    member = await found(keeper, "执法队员 901")
    phone = await first_sign_in(keeper, member, "13800000902", stranger)
    reporter = await people.worker()
    case = (await reporter.report()).json()["case"]
    accepted = await phone.act("acknowledge", case)
    assert accepted.status_code == 201, accepted.text

    # Today is their last day after all. What is open is known beforehand, and goes over in one step.
    work = (await keeper.http.get(f"/api/staff/{member['id']}/open-work")).json()
    assert [c["code"] for c in work["cases"]["handling"]] == [case["code"]]
    heir = await found(keeper, "执法队员 002")
    answer = await keeper.http.post(
        f"/api/staff/{member['id']}/departure",
        json={
            "last_day": "2026-11-22",
            "reason": "left",
            "successors": [{"post_id": work["posts"][0]["id"], "staff_id": heir["id"]}],
            "cases_to": heir["id"],
            "note": "试用期结束",
        },
    )
    assert answer.status_code == 422, "the post began today; it cannot have ended yesterday"
    body = {"last_day": "2026-11-23", "reason": "left", "cases_to": heir["id"], "note": "试用期结束"}
    done = await keeper.http.post(f"/api/staff/{member['id']}/departure", json=body)
    assert done.json()["cases"] == [case["code"]]
    assert (await phone.http.get("/api/me")).status_code == 200, "today still counts"

    # The case goes on in other hands; the history keeps both names.
    colleague = await people.person("19900009102")
    held = await colleague.case(case["id"])
    assert held["assignments"][-1]["handler_name"] == "执法队员 002"
    assert [event["actor_name"] for event in held["events"]] == [
        "网格员 050",
        None,
        "执法队员 901",
        "管理员 001",
    ]

    # Tomorrow they are gone, listed among those who left, and the name stays in the history.
    clock.at = clock.at.replace(day=24)
    keeper = await people.administrator()
    assert (await phone.http.get("/api/me")).status_code == 401
    gone = await found(keeper, "执法队员 901", "left")
    assert (gone["present"], gone["left_on"]) == (False, "2026-11-23")
    held = await (await people.person("19900009102")).case(case["id"])
    assert "执法队员 901" in [event["actor_name"] for event in held["events"]]
