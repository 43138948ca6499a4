"""Planning a rota over HTTP: a new pattern from a day on, one day made different, members on a shift; the past stays."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from seeds.load import staff_id
from tests.conftest import Clock
from tests.people import People, Person

SQUAD_1, SQUAD_2 = "xxk-squad-1", "xxk-squad-2"
LEADER, ONE, TWO, THREE, FOUR = (str(staff_id(f"1990000{n}")) for n in (9001, 9101, 9102, 9103, 9104))
STRANGER = str(staff_id("19900009105"))
EVENING = {"kind": "added", "ends": "23:00", "reason": "夜市"}


async def rota(person: Person, first: str, last: str, squad: str = SQUAD_1) -> dict[str, Any]:
    answer = await person.http.get(f"/api/squads/{squad}/rota", params={"from": first, "to": last})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def plan(person: Person, day: str, starts: str, squad: str = SQUAD_1, **body: Any) -> httpx.Response:
    return await person.http.put(f"/api/squads/{squad}/rota/shifts/{day}/{starts}", json=body)


def fields(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


async def test_a_rota_lists_dated_shifts_in_local_time_with_those_on_them(people: People) -> None:
    member = await people.squad_member()
    found = await rota(member, "2026-11-23", "2026-11-23")
    day, night = found["shifts"]
    assert (night["starts"], night["ends"], night["ends_at"]) == ("20:00:00", "08:00:00", "2026-11-24T08:00:00+08:00")
    assert [m["name"] for m in day["members"]] == ["执法队长 001", "执法队员 001", "执法队员 002"]
    assert [m["name"] for m in night["members"]] == ["执法队员 003", "执法队员 004"]
    assert found["may_plan"] is False
    later = await rota(member, "2026-12-28", "2026-12-28")
    assert later["shifts"][0]["everybody"] is True
    assert len(later["shifts"][0]["members"]) == 5


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        ("2026-11-01", "2027-01-01", 200),
        ("2026-11-01", "2027-01-02", 422),
        ("2026-11-02", "2026-11-01", 422),
        ("1999-12-31", "1999-12-31", 422),
        ("monday", "2026-11-01", 422),
    ],
)
async def test_a_rota_is_read_for_at_most_62_days(people: People, first: str, last: str, status: int) -> None:
    member = await people.squad_member()
    answer = await member.http.get(f"/api/squads/{SQUAD_1}/rota", params={"from": first, "to": last})
    assert answer.status_code == status


async def test_a_new_pattern_ends_the_old_one_the_day_before_and_keeps_the_past(people: People) -> None:
    leader = await people.squad_leader()
    before = await rota(leader, "2026-11-16", "2026-11-30")
    shifts = [{"weekday": day, "starts": "09:00", "ends": "18:00"} for day in range(5)]
    saved = await leader.http.put(
        f"/api/squads/{SQUAD_1}/rota/pattern", json={"starts_on": "2026-12-01", "shifts": shifts}
    )
    assert saved.status_code == 200, saved.text
    # From Tuesday to Sunday of the demo's second week: three a day, two at the weekend, two a night.
    assert saved.json()["turns_dropped"] == 4 * 3 + 2 * 2 + 6 * 2
    assert (await rota(leader, "2026-11-16", "2026-11-30"))["shifts"] == before["shifts"]
    after = await rota(leader, "2026-11-30", "2026-12-02")
    assert [(s["on"], s["starts"]) for s in after["shifts"]] == [
        ("2026-11-30", "08:00:00"),
        ("2026-11-30", "20:00:00"),
        ("2026-12-01", "09:00:00"),
        ("2026-12-02", "09:00:00"),
    ]
    assert {(p["starts_on"], p["ends_on"]) for p in after["pattern"]} == {
        ("2026-01-01", "2026-11-30"),
        ("2026-12-01", None),
    }


async def test_a_pattern_set_later_replaces_one_that_was_planned(people: People) -> None:
    leader = await people.squad_leader()
    url = f"/api/squads/{SQUAD_1}/rota/pattern"
    for starts_on, starts in (("2026-12-14", "10:00"), ("2026-12-07", "09:00")):
        shift = {"weekday": 0, "starts": starts, "ends": "18:00"}
        answer = await leader.http.put(url, json={"starts_on": starts_on, "shifts": [shift]})
        assert answer.status_code == 200, answer.text
    found = await rota(leader, "2026-12-07", "2026-12-14")
    assert [(s["on"], s["starts"]) for s in found["shifts"]] == [("2026-12-07", "09:00:00"), ("2026-12-14", "09:00:00")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"starts_on": "2026-11-22"}, [("starts_on", "in_the_past")]),
        ({"starts_on": "2026-11-23"}, [("starts_on", "already_begun")]),
        ({"starts_on": "9999-12-31"}, [("starts_on", "value_error")]),
        (
            {"shifts": [{"weekday": 0, "starts": "08:00", "ends": "09:00"}] * 2},
            [("shifts.1.starts", "shift_twice")],
        ),
        ({"shifts": [{"weekday": 7, "starts": "08:00", "ends": "09:00"}]}, [("shifts.0.weekday", "less_than_equal")]),
        ({"shifts": [{"weekday": 0, "starts": "08:00:30", "ends": "9"}]}, None),
        ({"shifts": [{"weekday": 0, "starts": "08:00+08:00", "ends": "09:00"}]}, [("shifts.0.starts", "value_error")]),
    ],
)
async def test_a_pattern_that_cannot_be_is_refused_at_its_field(
    people: People, body: dict[str, Any], expected: list[tuple[str, str]] | None
) -> None:
    leader = await people.squad_leader()
    answer = await leader.http.put(
        f"/api/squads/{SQUAD_1}/rota/pattern", json={"starts_on": "2026-12-01", "shifts": []} | body
    )
    found = fields(answer)
    assert expected is None or found == expected


async def test_one_day_is_made_different_and_back(people: People) -> None:
    leader = await people.squad_leader()
    added = await plan(leader, "2026-11-24", "21:00", **EVENING)
    assert (added.json()["kind"], added.json()["everybody"]) == ("added", True)
    assert (await plan(leader, "2026-11-24", "08:00", kind="cancelled", reason="演练")).json()["kind"] == "cancelled"
    shifts = {s["starts"]: s for s in (await rota(leader, "2026-11-24", "2026-11-24"))["shifts"]}
    assert {starts: s["kind"] for starts, s in shifts.items()} == {
        "08:00:00": "cancelled",
        "20:00:00": "pattern",
        "21:00:00": "added",
    }
    assert shifts["08:00:00"]["reason"] == "演练"
    back = await plan(leader, "2026-11-24", "08:00", kind="pattern")
    assert (back.json()["kind"], back.json()["everybody"]) == ("pattern", True)
    gone = await plan(leader, "2026-11-24", "21:00", kind="pattern")
    assert gone.status_code == 200, gone.text
    shifts = {s["starts"]: s["kind"] for s in (await rota(leader, "2026-11-24", "2026-11-24"))["shifts"]}
    assert shifts == {"08:00:00": "pattern", "20:00:00": "pattern"}


async def test_one_shift_may_end_later_than_the_pattern_says(people: People) -> None:
    leader = await people.squad_leader()
    answer = await plan(leader, "2026-11-24", "08:00", ends="22:00", reason="会议保障")
    assert (answer.json()["kind"], answer.json()["ends"]) == ("added", "22:00:00")
    assert len(answer.json()["members"]) == 3, "those on it stay on it"


async def test_members_are_put_on_a_shift_and_taken_off(people: People) -> None:
    leader = await people.squad_leader()
    put = await plan(leader, "2026-12-28", "08:00", members=[TWO, LEADER, TWO])
    assert [m["name"] for m in put.json()["members"]] == ["执法队长 001", "执法队员 002"]
    assert put.json()["everybody"] is False
    everybody = await plan(leader, "2026-12-28", "08:00", members=[])
    assert (everybody.json()["everybody"], len(everybody.json()["members"])) == (True, 5)


async def test_nobody_is_booked_twice_at_once(people: People) -> None:
    leader = await people.squad_leader()
    await plan(leader, "2026-11-24", "19:00", **EVENING)
    answer = await plan(leader, "2026-11-24", "19:00", members=[FOUR, ONE])
    assert fields(answer) == [("members.0", "double_booked"), ("members.1", "double_booked")]
    assert answer.json()["detail"] == "执法队员 004已有 11月24日（周二）20:00 的班，时间重叠，请先调整"
    night = await plan(leader, "2026-11-24", "20:00", members=[THREE, ONE])
    assert night.status_code == 200, "a shift that begins when the other ends does not overlap"
    longer = await plan(leader, "2026-11-24", "08:00", ends="20:30", reason="加班")
    assert fields(longer) == [("ends", "double_booked")]


async def test_only_members_of_that_day_are_put_on_a_shift(people: People) -> None:
    leader = await people.squad_leader()
    answer = await plan(
        leader, "2026-11-24", "20:00", members=[THREE, STRANGER, "00000000-0000-0000-0000-000000000000"]
    )
    assert fields(answer) == [("members.1", "not_in_squad"), ("members.2", "not_in_squad")]
    assert len((await rota(leader, "2026-11-24", "2026-11-24"))["shifts"][1]["members"]) == 2


async def test_somebody_on_leave_is_put_on_with_a_warning(people: People) -> None:
    leader, member = await people.squad_leader(), await people.squad_member()
    times = {"starts_at": "2026-11-25T00:00+08:00", "ends_at": "2026-11-26T00:00+08:00"}
    asked = await member.http.put(f"/api/duty/leaves/{STRANGER}", json={"kind": "annual"} | times)
    await leader.http.post(f"/api/duty/leaves/{asked.json()['id']}/decision", json={"decision": "approve"})
    answer = await plan(leader, "2026-11-25", "08:00", members=[ONE, TWO])
    assert [w["sentence"] for w in answer.json()["warnings"]] == ["执法队员 001那时请假，当班不算在岗"]
    assert [m["leave"] for m in answer.json()["members"]] == [True, False]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "cancelled", "reason": "x"}, 404, "no_such_shift"),
        ({"members": []}, 404, "no_such_shift"),
        ({"kind": "pattern"}, 404, "no_such_shift"),
        ({"kind": "added", "reason": "x"}, 422, "malformed"),
        ({"kind": "added", "ends": "12:00"}, 422, "malformed"),
    ],
)
async def test_what_is_not_there_or_not_said_is_refused(
    people: People, body: dict[str, Any], status: int, code: str
) -> None:
    leader = await people.squad_leader()
    answer = await plan(leader, "2026-11-24", "10:00", **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("path", ["2026-11-24/25:00", "2026-02-30/08:00", "2026-11-24/08:00:01", "x/08:00"])
async def test_a_shift_is_named_by_a_day_and_a_time(people: People, path: str) -> None:
    leader = await people.squad_leader()
    answer = await leader.http.put(f"/api/squads/{SQUAD_1}/rota/shifts/{path}", json={"members": []})
    assert answer.status_code == 422


async def test_a_shift_that_is_over_stays_and_one_that_runs_may_change(people: People, clock: Clock) -> None:
    leader = await people.squad_leader()
    for body in (
        {"members": [ONE]},
        {"kind": "cancelled", "reason": "x"},
        {"kind": "added", "ends": "09:00", "reason": "x"},
    ):
        answer = await plan(leader, "2026-11-22", "20:00", **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "shift_is_over")
    clock.at = datetime.fromisoformat("2026-11-23T07:59:00+08:00")
    assert (await plan(leader, "2026-11-22", "20:00", members=[ONE])).status_code == 200
    assert (await plan(leader, "2026-11-20", "10:00", kind="added", ends="12:00", reason="x")).status_code == 409


async def test_a_leader_plans_the_own_squad_alone(people: People) -> None:
    leader, member, operator = await people.squad_leader(), await people.squad_member(), await people.operator()
    assert (await plan(leader, "2026-11-24", "08:00", SQUAD_2, members=[])).status_code == 404
    assert (await plan(member, "2026-11-24", "08:00", members=[])).status_code == 403
    assert (await plan(operator, "2026-11-24", "08:00", members=[])).status_code == 403
    administrator = await people.administrator()
    assert (await plan(administrator, "2026-11-24", "08:00", SQUAD_2, members=[])).status_code == 200
