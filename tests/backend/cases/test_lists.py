"""Lists of cases: pages that show everything once, filters that find what they say, and matters likely here."""

from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col

from backend.cases.paging import read_cursor, write_cursor
from backend.clock import SHANGHAI
from backend.errors import Malformed
from backend.grids.models import Grid
from tests.conftest import Clock
from tests.people import HUANGTANG_3, PLACES, People, Person, photo

ELSEWHERE = "320281104200003"


async def walk(person: Person, **filters: Any) -> list[dict[str, Any]]:
    """Every page in turn."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(100):
        page = (await person.http.get("/api/cases", params=filters | ({"cursor": cursor} if cursor else {}))).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
        assert len(page["items"]) == filters["limit"]
    raise AssertionError("the pages never end")


@pytest.fixture
async def seven(people: People, clock: Clock) -> list[dict[str, Any]]:
    """Seven cases of one grid: three opened in the same instant, three later with other deadlines, one closed."""
    worker, squad = await people.worker(), await people.squad_member()
    cases = [(await worker.report("E0110")).json()["case"] for _ in range(3)]
    for matter in ("E0410", "E0111", "E0505"):
        clock.at += timedelta(minutes=3)
        cases.append((await worker.report(matter)).json()["case"])
    case = (await worker.report("E0112")).json()["case"]
    case = (await squad.act("acknowledge", case)).json()["case"]
    case = (await squad.act("feedback", case, photos=[photo()], words="好")).json()["case"]
    cases.append((await worker.act("pass", case)).json()["case"])
    return cases


async def test_pages_show_every_case_once_and_in_order(people: People, seven: list[dict[str, Any]]) -> None:
    worker = await people.worker()
    for order, limit in product(("updated", "due", "opened"), (1, 2, 3, 7, 8)):
        found = await walk(worker, sort=order, limit=limit)
        assert sorted(case["id"] for case in found) == sorted(case["id"] for case in seven), (order, limit)
        keys = [case[f"{order}_at"] or "9" for case in found]
        assert keys == sorted(keys, reverse=order != "due")
        assert (found[-1]["status"] == "closed") == (order == "due"), "a case without a deadline comes last by deadline"


async def test_a_case_that_comes_while_paging_hides_none(people: People, seven: list[dict[str, Any]]) -> None:
    worker = await people.worker()
    first = (await worker.http.get("/api/cases", params={"limit": 3})).json()
    await worker.report("E0110")
    rest = await walk(worker, limit=50, cursor=first["next_cursor"])
    assert {case["id"] for case in first["items"] + rest} == {case["id"] for case in seven}


@pytest.mark.parametrize("cursor", ["x", "!!", "bm8=", "MjAyNi0xMS0yM3w=", "MjAyNi0xMS0yM3xub3QtYW4taWQ="])
async def test_a_cursor_that_we_did_not_write_is_refused(people: People, cursor: str) -> None:
    answer = await (await people.worker()).http.get("/api/cases", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


def test_a_cursor_comes_back_as_it_was_written(clock: Clock) -> None:
    last = (UUID(int=5), clock.at)
    start = read_cursor(write_cursor(last))
    assert start is not None
    assert (start.id, start.at) == last
    with pytest.raises(Malformed):
        read_cursor(write_cursor((UUID(int=5), clock.at.replace(tzinfo=None))))


# Filters


async def ids(person: Person, **filters: Any) -> set[str]:
    return {case["id"] for case in await person.cases(**filters)}


async def test_by_status_by_mine_and_by_squad(people: People, seven: list[dict[str, Any]]) -> None:
    worker, leader, operator = await people.worker(), await people.squad_leader(), await people.operator()
    inspector = await people.inspector()
    other = (await (await people.worker("金凤村第3网格")).report(at=ELSEWHERE)).json()["case"]
    waiting = (await worker.report("E0699", words="不知归谁")).json()["case"]
    assert await ids(worker, status="closed") == {seven[-1]["id"]}
    assert await ids(worker, status=["closed", "pending_dispatch"]) == {seven[-1]["id"], waiting["id"]}
    assert await ids(worker, mine=True) == {case["id"] for case in seven} | {waiting["id"]}
    assert await ids(inspector, mine=True) == set()
    in_hand = {case["id"] for case in seven[:-1]} | {other["id"]}
    assert await ids(leader, squad="mine") == in_hand
    assert await ids(operator, squad="xxk-squad-1") == in_hand | {seven[-1]["id"]}
    assert await ids(operator, squad="xxk-squad-9") == set()
    assert await ids(operator, squad="mine") == set(), "an operator has no squad"
    refused = await worker.http.get("/api/cases", params={"status": "lost"})
    assert refused.status_code == 422


async def test_mine_are_also_those_that_my_report_joined(people: People) -> None:
    first = await people.worker()
    opened = (await first.report("E0112")).json()["case"]
    witness = await people.worker("马镇村第3网格")
    answer = await witness.report("E0112", photos=[photo("orientation/Portrait_3.jpg")], joins=opened["id"])
    assert answer.json()["case"]["id"] == opened["id"]
    assert [case["id"] for case in await witness.cases(mine=True)] == [opened["id"]]


async def test_by_inspection(people: People, clock: Clock) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report()).json()["case"]
    inspector = await people.inspector()
    assert await ids(inspector, inspect=True) == set()
    case = (await squad.act("acknowledge", case)).json()["case"]
    await squad.act("feedback", case, photos=[photo()], words="好")
    for person in (inspector, worker):
        assert await ids(person, inspect=True) == {case["id"]}
    for person in (squad, await people.operator(), await people.worker("金凤村第3网格")):
        assert await ids(person, inspect=True) == set()


async def test_by_words_with_characters_that_mean_something_to_sql(people: People) -> None:
    worker = await people.worker()
    said = ["涨价 100% 了", "文件 a_b", "斜线 \\ 在此"]
    codes = [(await worker.report("E0110", words=words)).json()["case"]["id"] for words in said]
    codes.append((await worker.report("E0410", words="引号 ' 与 -- 注释")).json()["case"]["id"])
    for q, found in {
        "100%": {0}, "%": {0}, "_": {1}, "a_b": {1}, "A_B": {1}, "\\": {2}, "'": {3}, "--": {3},
        "暴露生活": {0, 1, 2}, "非机动车": {3}, "璜塘村第3": {0, 1, 2, 3}, "金凤": set(), "": {0, 1, 2, 3},
    }.items():  # fmt: skip
        assert {codes.index(case_id) for case_id in await ids(worker, text=q)} == found, q


async def test_by_code_however_it_is_typed(people: People) -> None:
    worker = await people.worker()
    case = (await worker.report()).json()["case"]
    for part in (case["code"][:6], case["code"][4:], case["code"]):
        assert await ids(worker, text=part.lower()) == {case["id"]}
    typed = f" {case['code'][:5].lower()}-{case['code'][5:]}".replace("0", "o").replace("1", "l")
    found = await worker.http.get(f"/api/cases/by-code/{typed}")
    assert found.json()["id"] == case["id"]
    stranger = await people.worker("金凤村第3网格")
    assert (await stranger.http.get(f"/api/cases/by-code/{case['code']}")).status_code == 404


async def test_by_box(people: People) -> None:
    operator = await people.operator()
    here = (await (await people.worker()).report()).json()["case"]
    there = (await (await people.worker("金凤村第3网格")).report(at=ELSEWHERE)).json()["case"]
    lng, lat = PLACES[HUANGTANG_3]
    assert await ids(operator, bbox=f"{lng - 1e-4},{lat - 1e-4},{lng + 1e-4},{lat + 1e-4}") == {here["id"]}
    assert await ids(operator, bbox="120,31,121,32") == {here["id"], there["id"]}
    assert await ids(operator, bbox="-10,-10,-9,-9") == set()
    for bad in ("1,2,3", "1,2,3,x", "..,1,2,3", "1,2,3,4,5"):
        answer = await operator.http.get("/api/cases", params={"bbox": bad})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "bbox")


async def test_by_grid_and_all_below_by_matter_and_by_what_a_case_is(
    people: People, seven: list[dict[str, Any]], clock: Clock
) -> None:
    operator = await people.operator()
    there = (await (await people.worker("金凤村第3网格")).report(at=ELSEWHERE)).json()["case"]
    here = {case["id"] for case in seven}
    by_matter = {code: {c["id"] for c in seven if c["matter"]["code"] == code} for code in ("E0110", "E0410", "E0505")}
    everything = here | {there["id"]}
    found = {
        (("grid", HUANGTANG_3),): here,
        (("grid", HUANGTANG_3[:12]),): here,
        (("grid", "320281104"),): everything,
        (("grid", "320281"),): everything,
        (("grid", ELSEWHERE),): {there["id"]},
        (("grid", "999999"),): set(),
        (("matter", "E0410"),): by_matter["E0410"],
        (("matter", "E04"), ("matter", "E0505")): by_matter["E0410"] | by_matter["E0505"],
        (("matter", "E01"), ("grid", ELSEWHERE)): {there["id"]},
        (("matter", "Z1"),): set(),
        (("source", "staff"), ("source", "resident")): everything,
        (("source", "hotline"),): set(),
        (("tier", "2"),): everything,
        (("tier", "3"),): set(),
        (("severity", "minor"), ("severity", "normal")): {
            case["id"] for case in [*seven, there] if case["severity"] in ("minor", "normal")
        },
        (("severity", there["severity"]), ("grid", ELSEWHERE)): {there["id"]},
        (("group", "open"), ("grid", HUANGTANG_3)): {case["id"] for case in seven[:-1]},
    }
    for params, expected in found.items():
        answer = await operator.http.get("/api/cases", params=list(params))
        assert {case["id"] for case in answer.json()["items"]} == expected, params
        counts = (await operator.http.get("/api/cases/counts", params=list(params))).json()["groups"]
        still_open = {case["id"] for case in [*seven[:-1], there]}
        assert counts["open"] == len(expected & still_open), params


async def test_by_cluster(people: People, app: FastAPI) -> None:
    operator = await people.operator()
    case = (await (await people.worker()).report()).json()["case"]
    async with app.state.sessions.begin() as session:
        village = (col(Grid.county) == "320281", col(Grid.code) == HUANGTANG_3[:12])
        cluster = await session.scalar(select(col(Grid.cluster_code)).where(*village))
    assert cluster
    assert await ids(operator, grid=cluster) == {case["id"]}


async def test_by_local_days_the_last_one_included(people: People, clock: Clock) -> None:
    operator, worker = await people.operator(), await people.worker()
    midnight = clock.at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    clock.at = midnight - timedelta(seconds=1)
    before = (await worker.report()).json()["case"]["id"]
    clock.at = midnight
    after = (await worker.report()).json()["case"]["id"]
    first, second = ((midnight + timedelta(days=n)).date().isoformat() for n in (-1, 0))
    assert await ids(operator, opened_to=first) == {before}
    assert await ids(operator, opened_from=second) == {after}
    assert await ids(operator, opened_from=first, opened_to=second) == {before, after}
    assert await ids(operator, closed_from=first) == set()
    for bad in ("1969-12-31", "2101-01-01", "9999-12-31", "yesterday"):
        answer = await operator.http.get("/api/cases/counts", params={"closed_to": bad})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "closed_to"), bad


# Likely matters


async def likely(person: Person, at: str = HUANGTANG_3, *, move: tuple[float, float] = (0, 0)) -> list[str]:
    lng, lat = PLACES[at]
    found = await person.http.get("/api/matters/likely", params={"lng": lng + move[0], "lat": lat + move[1]})
    return list(found.json()["codes"])


async def test_what_was_reported_nearby_of_late_moves_up(people: People, clock: Clock) -> None:
    worker = await people.worker()
    by_weight = await likely(worker)
    assert by_weight[:3] == ["E0410", "E0207", "E0136"], "with no reports the catalogue's weight decides"
    assert len(by_weight) == 6
    for matter in ("E0505", "E0505", "E0126"):
        await worker.report(matter)
    assert await likely(worker) == ["E0505", "E0126", *by_weight[:4]]
    # 0.0080° of latitude are 887 m, 0.0070° are 776 m; of longitude at 31.8° N 0.0090° are 852 m and 0.0080° 757 m.
    for move, is_near in [((0, 0.008), False), ((0, 0.007), True), ((0.009, 0), False), ((0.008, 0), True)]:
        assert (await likely(worker, move=move))[0] == ("E0505" if is_near else "E0410"), move
    clock.at += timedelta(days=31)
    assert await likely(await people.worker()) == by_weight


async def test_what_is_never_routed_by_rule_is_not_suggested(people: People) -> None:
    worker = await people.worker()
    for _ in range(3):
        await worker.report("E0699", words="说不清")
    assert "E0699" not in await likely(worker)
