"""Departures: what is in somebody's hands, who takes it over, what that leaves empty, and that history keeps the name."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.history import first_broken_link
from backend.cases.queries import events_of
from backend.clock import SHANGHAI
from backend.identifiers import new_id
from backend.staff.models import DutySwap, DutyTurn, LeaveKind, RequestStatus, ShiftChange, ShiftChangeKind, StaffLeave
from seeds.load import COUNTY, staff_id
from tests.architecture.places import OTHER_TOWN, town_rows
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People, Person

WORKER, NEIGHBOUR = "19900001050", "19900001051"
MEMBER, COLLEAGUE, LEADER = "19900009101", "19900009102", "19900009001"
OTHER_SQUADS_MEMBER = "19900009105"
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
async def keeper(people: People) -> Person:
    return await people.administrator()


@pytest.fixture(autouse=True)
async def no_turns(session: AsyncSession) -> None:
    """The demo's own turns hang on the day it was loaded."""
    await session.execute(text("DELETE FROM duty_turn"))
    await session.commit()


async def depart(asker: Person, phone: str, last_day: date = TODAY, **more: Any) -> httpx.Response:
    body = {"last_day": last_day.isoformat(), "reason": "left"} | more
    return await asker.http.post(f"/api/staff/{staff_id(phone)}/departure", json=body)


async def gone(asker: Person, phone: str, last_day: date = TODAY, **more: Any) -> dict[str, Any]:
    answer = await depart(asker, phone, last_day, **more)
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def open_work(asker: Person, phone: str) -> dict[str, Any]:
    answer = await asker.http.get(f"/api/staff/{staff_id(phone)}/open-work")
    assert answer.status_code == 200, answer.text
    work: dict[str, Any] = answer.json()
    return work


async def detail(asker: Person, phone: str) -> dict[str, Any]:
    answer = await asker.http.get(f"/api/staff/{staff_id(phone)}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def succession(asker: Person, phone: str, heir: str | None) -> list[dict[str, Any]]:
    posts = (await open_work(asker, phone))["posts"]
    return [{"post_id": post["id"], "staff_id": str(staff_id(heir)) if heir else None} for post in posts]


async def accepted_case(people: People, *, by: str = MEMBER) -> dict[str, Any]:
    case = (await (await people.worker()).report()).json()["case"]
    taken = await (await people.person(by)).act("acknowledge", case)
    found: dict[str, Any] = taken.json()["case"]
    return found


def field_codes(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {fault["field"]: fault["code"] for fault in answer.json()["errors"]}


ADDED_SHIFT = {
    "county": COUNTY,
    "squad_code": "xxk-squad-1",
    "kind": ShiftChangeKind.ADDED,
    "reason": "加班",
}


def turn(phone: str, day: date, *, starts: int = 8) -> DutyTurn:
    return DutyTurn(county=COUNTY, squad_code="xxk-squad-1", on_day=day, starts=time(starts), staff_id=staff_id(phone))


def leave(phone: str, day: date) -> StaffLeave:
    midnight = datetime.combine(day, time(), SHANGHAI)
    return StaffLeave(
        county=COUNTY,
        id=new_id(),
        staff_id=staff_id(phone),
        kind=LeaveKind.ANNUAL,
        starts_at=midnight,
        ends_at=midnight + DAY,
        reason="",
        status=RequestStatus.APPROVED,
        asked_at=MONDAY_MORNING,
    )


# What is open


async def test_open_work_is_everything_that_must_find_new_hands(
    keeper: Person, people: People, session: AsyncSession
) -> None:
    case = await accepted_case(people)
    session.add_all([turn(MEMBER, TODAY - DAY), turn(MEMBER, TODAY), turn(MEMBER, TODAY + 9 * DAY)])
    session.add(swap(MEMBER, COLLEAGUE))
    await session.commit()
    work = await open_work(keeper, MEMBER)
    assert [(p["role"], p["squad_name"], p["colleagues"]) for p in work["posts"]] == [
        ("squad_member", "综合执法一中队", 3)
    ]
    assert [(c["code"], c["status"], c["squad_name"]) for c in work["cases"]["handling"]] == [
        (case["code"], "handling", "综合执法一中队")
    ]
    assert work["cases"]["reported"] == []
    assert [t["on_day"] for t in work["turns"]] == ["2026-11-23", "2026-12-02"]
    assert [(s["asker_name"], s["taker_name"]) for s in work["swaps"]] == [("执法队员 001", "执法队员 002")]
    reporter = await open_work(keeper, WORKER)
    assert [c["code"] for c in reporter["cases"]["reported"]] == [case["code"]]


async def test_places_that_would_be_empty_are_named_beforehand(keeper: Person) -> None:
    assert (await open_work(keeper, MEMBER))["warnings"] == []
    assert (await open_work(keeper, LEADER))["warnings"] == ["综合执法一中队将没有执法队长"]
    assert (await open_work(keeper, WORKER))["warnings"] == ["璜塘村第3网格将没有网格员"]


async def test_a_grid_without_anybody_at_all_comes_first(keeper: Person, session: AsyncSession) -> None:
    await session.execute(
        text("DELETE FROM post WHERE grid_path LIKE '%320281104206003' AND staff_id <> :id"), {"id": staff_id(WORKER)}
    )
    await session.commit()
    assert (await open_work(keeper, WORKER))["warnings"] == ["璜塘村第3网格将没有任何网格队伍的人"]


# Leaving


async def test_whoever_leaves_hands_over_posts_cases_and_turns_in_one_step(
    keeper: Person, people: People, session: AsyncSession, clock: Clock
) -> None:
    case = await accepted_case(people)
    last_day = TODAY + 2 * DAY
    session.add_all([turn(LEADER, day) for day in (last_day, last_day + DAY, last_day + 3 * DAY)])
    session.add(turn(COLLEAGUE, last_day + 3 * DAY))
    await session.commit()
    await session.execute(text("UPDATE assignment SET handler_id = :id"), {"id": staff_id(LEADER)})
    await session.commit()
    done = await gone(
        keeper,
        LEADER,
        last_day,
        successors=await succession(keeper, LEADER, COLLEAGUE),
        cases_to=str(staff_id(COLLEAGUE)),
        note="调往县局",
    )
    assert [(p["place_name"], p["to_name"]) for p in done["posts"]] == [("综合执法一中队", "执法队员 002")]
    assert (done["cases"], done["cases_to_name"]) == ([case["code"]], "执法队员 002")
    assert (done["turns_taken"], done["turns_freed"], done["left_on"]) == (2, 0, "2026-11-25")
    assert done["warnings"] == []
    roles = [(p["role"], p["starts_on"], p["ends_on"]) for p in (await detail(keeper, COLLEAGUE))["posts"]]
    assert roles == [("squad_member", "2026-01-01", "2026-11-25"), ("squad_leader", "2026-11-26", None)]
    rows = await session.execute(text("SELECT on_day, staff_id FROM duty_turn ORDER BY on_day"))
    assert rows.all() == [
        (last_day, staff_id(LEADER)),
        (last_day + DAY, staff_id(COLLEAGUE)),
        (last_day + 3 * DAY, staff_id(COLLEAGUE)),
    ]
    leader = await people.person(LEADER)
    assert (await leader.http.get("/api/me")).json()["squad"]["leads"] is True, "until the last day"
    clock.at += 2 * DAY
    leader, colleague = await people.person(LEADER), await people.person(COLLEAGUE)
    assert (await leader.http.get("/api/me")).status_code == 200
    clock.at += timedelta(hours=14, minutes=30)
    assert (await leader.http.get("/api/me")).status_code == 401, "over at midnight"
    assert (await colleague.http.get("/api/me")).json()["squad"]["leads"] is True


async def test_history_keeps_the_name_and_says_who_has_the_case_now(
    keeper: Person, people: People, session: AsyncSession
) -> None:
    case = await accepted_case(people)
    await gone(keeper, MEMBER, TODAY - DAY, cases_to=str(staff_id(COLLEAGUE)), note="离职")
    read = await (await people.squad_leader()).case(case["id"])
    last = read["events"][-1]
    assert [e["actor_name"] for e in read["events"] if e["action"] == "acknowledge"] == ["执法队员 001"]
    assert (last["action"], last["actor_name"], last["actor_role"]) == ("hand_over", "管理员 001", "administrator")
    assert (last["to_name"], last["words"], last["to_status"]) == ("执法队员 002", "离职", "handling")
    assert read["assignments"][-1]["handler_name"] == "执法队员 002"
    assert (read["status"], read["due_at"]) == ("handling", case["due_at"]), "the clock goes on"
    events = [event for event, _name in await events_of(session, COUNTY, UUID(case["id"]))]
    assert first_broken_link(events) is None
    colleague = await people.person(COLLEAGUE)
    assert "feedback" in [step["action"] for step in (await colleague.case(case["id"]))["allowed_actions"]]


async def test_whoever_left_yesterday_is_out_at_once(keeper: Person, people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    case = (await worker.report()).json()["case"]
    await gone(keeper, WORKER, TODAY - DAY)
    assert (await worker.http.get("/api/me")).status_code == 401
    assert await session.scalar(text(f"SELECT count(*) FROM sign_in WHERE staff_id = '{staff_id(WORKER)}'")) == 0
    assert (await (await people.inspector()).case(case["id"]))["reporter_name"] == "网格员 050"
    found = (await keeper.http.get("/api/staff", params={"standing": "left"})).json()["items"]
    assert [(row["name"], row["present"], row["left_on"]) for row in found] == [("网格员 050", False, "2026-11-22")]
    assert "网格员 050" not in [
        row["name"] for row in (await keeper.http.get("/api/staff", params={"q": "050"})).json()["items"]
    ]


async def test_a_repeat_does_no_harm(keeper: Person, people: People, session: AsyncSession) -> None:
    case = await accepted_case(people)
    successors = await succession(keeper, MEMBER, COLLEAGUE)
    asked = {"successors": successors, "cases_to": str(staff_id(COLLEAGUE))}
    await gone(keeper, MEMBER, TODAY - DAY, **asked)
    before = await session.execute(text("SELECT * FROM post ORDER BY id"))
    rows = before.all()
    again = await gone(keeper, MEMBER, TODAY - DAY, **asked)
    assert (again["posts"], again["cases"], again["turns_taken"]) == ([], [], 0)
    assert (await session.execute(text("SELECT * FROM post ORDER BY id"))).all() == rows
    assert [e["action"] for e in (await (await people.squad_leader()).case(case["id"]))["events"]].count(
        "hand_over"
    ) == 1


async def test_with_nobody_to_follow_posts_end_turns_are_free_and_the_squad_has_the_cases(
    keeper: Person, people: People, session: AsyncSession
) -> None:
    case = await accepted_case(people)
    session.add(turn(MEMBER, TODAY + DAY))
    session.add(swap(COLLEAGUE, MEMBER))
    await session.commit()
    done = await gone(keeper, MEMBER, TODAY)
    assert (done["turns_freed"], done["swaps_withdrawn"], done["cases_to_name"]) == (1, 1, None)
    read = await (await people.squad_leader()).case(case["id"])
    assert (read["assignments"][-1]["handler_name"], read["events"][-1]["to_name"]) == (None, None)
    assert await session.scalar(text("SELECT status FROM duty_swap")) == "withdrawn"
    assert (await open_work(keeper, MEMBER))["cases"]["handling"] == []


async def test_an_heir_who_is_busy_or_away_then_does_not_get_the_turn(keeper: Person, session: AsyncSession) -> None:
    """The night of the 24th overlaps the heir's own; on the 26th the heir is on leave; the day of the 28th is free."""
    session.add_all([turn(MEMBER, TODAY + n * DAY, starts=hour) for n, hour in ((1, 20), (3, 8), (5, 8))])
    session.add(ShiftChange(**ADDED_SHIFT, on_day=TODAY + 2 * DAY, starts=time(6), ends=time(10)))
    session.add(turn(COLLEAGUE, TODAY + 2 * DAY, starts=6))
    session.add(leave(COLLEAGUE, TODAY + 3 * DAY))
    await session.commit()
    done = await gone(keeper, MEMBER, successors=await succession(keeper, MEMBER, COLLEAGUE))
    assert (done["turns_taken"], done["turns_freed"]) == (1, 2)
    rows = await session.execute(text("SELECT on_day FROM duty_turn WHERE staff_id = :id"), {"id": staff_id(COLLEAGUE)})
    assert sorted(rows.scalars()) == [TODAY + 2 * DAY, TODAY + 5 * DAY]


async def test_an_heir_who_holds_the_same_post_already_keeps_it(keeper: Person) -> None:
    done = await gone(keeper, MEMBER, successors=await succession(keeper, MEMBER, COLLEAGUE))
    assert [p["to_name"] for p in done["posts"]] == ["执法队员 002"]
    assert len((await detail(keeper, COLLEAGUE))["posts"]) == 1


async def test_whoever_moves_stays_and_gets_new_posts_afterwards(keeper: Person, people: People) -> None:
    worker = await people.worker()
    last_day = TODAY - DAY
    done = await gone(keeper, WORKER, last_day, reason="moved", successors=await succession(keeper, WORKER, NEIGHBOUR))
    assert done["left_on"] is None
    assert (await worker.http.get("/api/me")).json()["roles"] == []
    neighbour = (await detail(keeper, NEIGHBOUR))["posts"]
    assert [(p["grid_name"], p["starts_on"]) for p in neighbour if p["starts_on"] != "2026-01-01"] == [
        ("璜塘村第3网格", "2026-11-23")
    ]
    person = await detail(keeper, WORKER)
    moved = {"id": str(uuid4()), "role": "operator", "grid_code": "320281104", "starts_on": "2026-11-23"}
    body = {"version": person["version"], "name": person["name"], "phone": person["phone"], "posts": [moved]}
    assert (await keeper.http.put(f"/api/staff/{person['id']}", json=body)).status_code == 200
    assert (await worker.http.get("/api/me")).json()["roles"] == ["operator"]


async def test_whoever_comes_back_is_given_a_post_and_a_new_password(keeper: Person, people: People) -> None:
    await gone(keeper, WORKER, TODAY - DAY)
    person = await detail(keeper, WORKER)
    again = {"id": str(uuid4()), "role": "worker", "grid_code": "320281104206004", "starts_on": "2026-11-23"}
    body = {"version": person["version"], "name": person["name"], "phone": person["phone"], "posts": [again]}
    back = (await keeper.http.put(f"/api/staff/{person['id']}", json=body)).json()
    assert (back["present"], back["left_on"], back["can_sign_in"]) == (True, None, False)
    assert len(back["posts"]) == 2, "the old post stays in the history"


async def test_a_later_post_that_had_not_begun_is_handed_over_with_its_own_first_day(
    keeper: Person, session: AsyncSession
) -> None:
    await session.execute(text(f"UPDATE post SET starts_on = '2027-01-01' WHERE staff_id = '{staff_id(WORKER)}'"))
    await session.commit()
    await gone(keeper, WORKER, TODAY, successors=await succession(keeper, WORKER, NEIGHBOUR))
    assert (await detail(keeper, WORKER))["posts"] == []
    assert "2027-01-01" in {p["starts_on"] for p in (await detail(keeper, NEIGHBOUR))["posts"]}


# Refusals


async def test_wrong_heirs_and_days_name_their_field(keeper: Person, people: People, session: AsyncSession) -> None:
    await accepted_case(people)
    (post_,) = await succession(keeper, MEMBER, COLLEAGUE)
    bad = [
        ({"successors": [post_ | {"staff_id": str(uuid4())}]}, "successors.0.staff_id", "unknown_person"),
        ({"successors": [post_ | {"staff_id": str(staff_id(MEMBER))}]}, "successors.0.staff_id", "unknown_person"),
        ({"successors": [post_ | {"post_id": str(uuid4())}]}, "successors.0.post_id", "unknown_post"),
        ({"cases_to": str(uuid4())}, "cases_to", "unknown_person"),
        ({"cases_to": str(staff_id(WORKER))}, "cases_to", "not_in_the_squad"),
        ({"cases_to": str(staff_id(OTHER_SQUADS_MEMBER))}, "cases_to", "not_in_the_squad"),
        ({"last_day": date(2028, 1, 1)}, "last_day", "too_far"),
        ({"reason": "tired"}, "reason", "enum"),
    ]
    for change, field, code in bad:
        assert field_codes(await depart(keeper, MEMBER, **change)).get(field) == code, change
    await session.execute(text(f"UPDATE post SET starts_on = '2026-11-20' WHERE staff_id = '{staff_id(MEMBER)}'"))
    await session.commit()
    assert field_codes(await depart(keeper, MEMBER, date(2026, 11, 10))) == {"last_day": "before_a_post_began"}
    assert (await detail(keeper, MEMBER))["posts"][0]["ends_on"] is None


async def test_an_heir_who_leaves_too_cannot_take_over(keeper: Person) -> None:
    await gone(keeper, COLLEAGUE, TODAY + DAY)
    late = await depart(keeper, MEMBER, TODAY + DAY, successors=await succession(keeper, MEMBER, COLLEAGUE))
    assert field_codes(late) == {"successors.0.staff_id": "unknown_person"}


async def test_nobody_lets_themselves_leave(keeper: Person) -> None:
    answer = await depart(keeper, keeper.about["phone"])
    assert (answer.status_code, answer.json()["code"]) == (409, "own_departure")


async def test_another_towns_people_cannot_be_let_go(keeper: Person, session: AsyncSession) -> None:
    for rows in town_rows(OTHER_TOWN):
        session.add_all(rows)
        await session.flush()
    await session.commit()
    stranger = await session.scalar(text("SELECT id FROM staff WHERE name LIKE 'canary-staff-squad_member%'"))
    absent = await keeper.http.get(f"/api/staff/{uuid4()}/open-work")
    body = {"last_day": "2026-11-23", "reason": "left"}
    for answer in (
        await keeper.http.get(f"/api/staff/{stranger}/open-work"),
        await keeper.http.post(f"/api/staff/{stranger}/departure", json=body),
    ):
        assert (answer.status_code, answer.json()) == (404, absent.json())
    heir = [{"post_id": p["id"], "staff_id": str(stranger)} for p in (await open_work(keeper, MEMBER))["posts"]]
    assert field_codes(await depart(keeper, MEMBER, successors=heir)) == {"successors.0.staff_id": "unknown_person"}


def swap(asker: str, taker: str) -> DutySwap:
    return DutySwap(
        county=COUNTY,
        id=new_id(),
        squad_code="xxk-squad-1",
        asker_id=staff_id(asker),
        asker_day=TODAY + 2 * DAY,
        asker_starts=time(8),
        taker_id=staff_id(taker),
        reason="家里有事",
        status=RequestStatus.ASKED,
        asked_at=MONDAY_MORNING,
    )
