"""Swaps: asked, agreed, approved; then the turns change hands. What stands in the way is said in words."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff.queries_rota import BookedShift
from backend.staff.rota import DatedShift
from backend.staff.swaps import Side, swap_conflicts
from seeds.load import staff_id
from tests.backend.staff.test_rota import MONDAY, local
from tests.conftest import Clock
from tests.people import People, Person

SQUAD_1 = "xxk-squad-1"
LEADER, ONE, TWO, THREE = (str(staff_id(f"1990000{n}")) for n in (9001, 9101, 9102, 9103))
STRANGER = str(staff_id("19900009105"))
TUESDAY = {"on": "2026-11-24", "starts": "08:00"}
WEDNESDAY_NIGHT = {"on": "2026-11-25", "starts": "20:00"}


async def ask(
    person: Person,
    turn: dict[str, str] = TUESDAY,
    taker: str = THREE,
    back: dict[str, str] | None = WEDNESDAY_NIGHT,
    swap_id: str | None = None,
) -> httpx.Response:
    body = {"turn": turn, "taker_id": taker, "return_turn": back, "reason": "家里有事"}
    return await person.http.put(f"/api/duty/swaps/{swap_id or uuid4()}", json=body)


async def decide(person: Person, swap: httpx.Response, decision: str) -> httpx.Response:
    assert swap.status_code == 200, swap.text
    return await person.http.post(f"/api/duty/swaps/{swap.json()['id']}/decision", json={"decision": decision})


async def on_shift(person: Person, turn: dict[str, str]) -> list[str]:
    found = await person.http.get(f"/api/squads/{SQUAD_1}/rota?from={turn['on']}&to={turn['on']}")
    shift = next(s for s in found.json()["shifts"] if s["starts"] == f"{turn['starts']}:00")
    return [member["name"] for member in shift["members"]]


async def crew(people: People) -> tuple[Person, Person, Person]:
    return await people.squad_member(), await people.person("19900009103"), await people.squad_leader()


async def test_a_swap_changes_the_turns_when_the_leader_approves_it(people: People) -> None:
    asker, taker, leader = await crew(people)
    swap = await ask(asker)
    assert (swap.json()["status"], swap.json()["may"], swap.json()["conflicts"]) == ("asked", ["withdraw"], [])
    assert swap.json()["turn"]["ends_at"] == "2026-11-24T20:00:00+08:00"
    shown = (await taker.http.get("/api/duty/mine")).json()["swaps"]
    assert [(s["asker_name"], s["may"]) for s in shown] == [("执法队员 001", ["agree", "refuse"])]
    assert (await decide(leader, swap, "approve")).json()["code"] == "not_yours_to_decide", "the colleague comes first"
    assert (await decide(taker, swap, "agree")).json()["status"] == "agreed"
    assert "执法队员 001" in await on_shift(asker, TUESDAY), "nothing has changed yet"
    waiting = (await leader.http.get("/api/duty/mine")).json()["to_decide_swaps"]
    assert [s["id"] for s in waiting] == [swap.json()["id"]]
    approved = await decide(leader, swap, "approve")
    assert (approved.json()["status"], approved.json()["decided_by_name"]) == ("approved", "执法队长 001")
    assert await on_shift(asker, TUESDAY) == ["执法队长 001", "执法队员 002", "执法队员 003"]
    assert await on_shift(asker, WEDNESDAY_NIGHT) == ["执法队员 001", "执法队员 004"]
    assert (await decide(leader, swap, "approve")).json() == approved.json(), "a repeat is harmless"
    assert (await decide(asker, swap, "withdraw")).json()["code"] == "already_decided"


async def test_a_turn_may_be_given_for_nothing_in_return(people: People) -> None:
    asker, taker, leader = await crew(people)
    swap = await ask(asker, back=None)
    await decide(taker, swap, "agree")
    await decide(leader, swap, "approve")
    assert await on_shift(asker, TUESDAY) == ["执法队长 001", "执法队员 002", "执法队员 003"]


@pytest.mark.parametrize("by", ["taker", "leader", "asker"])
async def test_a_swap_that_ends_otherwise_leaves_the_turns(people: People, by: str) -> None:
    asker, taker, leader = await crew(people)
    swap = await ask(asker)
    await decide(taker, swap, "agree")
    person, decision = {"taker": (taker, "refuse"), "leader": (leader, "refuse"), "asker": (asker, "withdraw")}[by]
    ended = await decide(person, swap, decision)
    assert ended.json()["status"] == {"refuse": "refused", "withdraw": "withdrawn"}[decision]
    assert "执法队员 001" in await on_shift(asker, TUESDAY)
    assert (await decide(leader, swap, "approve")).json()["code"] == "already_decided"


async def test_nobody_approves_a_swap_of_their_own(people: People) -> None:
    asker, taker, leader = await crew(people)
    operator = await people.operator()
    swap = await ask(leader)
    await decide(taker, swap, "agree")
    assert (await decide(leader, swap, "approve")).json()["code"] == "not_yours_to_decide"
    assert (await decide(asker, swap, "approve")).status_code == 404, "a colleague has nothing to do with it"
    assert (await decide(operator, swap, "approve")).json()["status"] == "approved"
    to_leader = await ask(asker, {"on": "2026-11-28", "starts": "08:00"}, LEADER, None)
    assert (await decide(leader, to_leader, "agree")).json()["status"] == "agreed"
    assert (await decide(leader, to_leader, "approve")).json()["code"] == "not_yours_to_decide"
    administrator = await people.administrator()
    assert (await decide(administrator, to_leader, "approve")).json()["status"] == "approved"


@pytest.mark.parametrize(
    ("turn", "taker", "back", "field", "code"),
    [
        ({"on": "2026-11-23", "starts": "08:00"}, THREE, None, "turn", "turn_in_the_past"),
        ({"on": "2026-11-24", "starts": "20:00"}, THREE, None, "turn", "not_their_turn"),
        ({"on": "2026-11-24", "starts": "09:00"}, THREE, None, "turn", "not_their_turn"),
        (TUESDAY, TWO, None, "taker_id", "double_booked"),
        (TUESDAY, STRANGER, None, "taker_id", "not_in_squad"),
        (TUESDAY, "00000000-0000-0000-0000-000000000000", None, "taker_id", "not_in_squad"),
        (TUESDAY, ONE, None, "taker_id", "taker_is_asker"),
        (TUESDAY, THREE, {"on": "2026-11-25", "starts": "08:00"}, "return_turn", "not_their_turn"),
        (TUESDAY, THREE, {"on": "2026-11-22", "starts": "20:00"}, "return_turn", "not_their_turn"),
    ],
)
async def test_what_cannot_be_swapped_is_refused_at_its_field(
    people: People, turn: dict[str, str], taker: str, back: dict[str, str] | None, field: str, code: str
) -> None:
    answer = await ask(await people.squad_member(), turn, taker, back)
    assert answer.status_code == 422, answer.text
    assert (field, code) in [(e["field"], e["code"]) for e in answer.json()["errors"]]


async def test_what_has_changed_since_it_was_agreed_stops_the_approval(people: People) -> None:
    asker, taker, leader = await crew(people)
    swap = await ask(asker)
    await decide(taker, swap, "agree")
    times = {"starts_at": "2026-11-24T00:00+08:00", "ends_at": "2026-11-25T00:00+08:00"}
    leave = await taker.http.put(f"/api/duty/leaves/{uuid4()}", json={"kind": "sick"} | times)
    await leader.http.post(f"/api/duty/leaves/{leave.json()['id']}/decision", json={"decision": "approve"})
    waiting = (await leader.http.get("/api/duty/mine")).json()["to_decide_swaps"][0]
    assert waiting["conflicts"] == ["执法队员 003那时请假，请换一个班或换一位同事"]
    answer = await decide(leader, swap, "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "swap_conflict")
    assert "执法队员 001" in await on_shift(asker, TUESDAY)


async def test_time_passes_and_the_turn_cannot_be_given_any_more(people: People, clock: Clock) -> None:
    asker, taker, _leader = await crew(people)
    swap = await ask(asker)
    await decide(taker, swap, "agree")
    clock.at = datetime.fromisoformat("2026-11-24T08:00:00+08:00")
    answer = await decide(await people.squad_leader(), swap, "approve")
    assert [e["code"] for e in answer.json()["errors"]] == ["turn_in_the_past"]


async def test_a_swap_is_asked_once_under_its_id(people: People, session: AsyncSession) -> None:
    asker, taker, _leader = await crew(people)
    swap_id = str(uuid4())
    first = await ask(asker, swap_id=swap_id)
    assert (await ask(asker, swap_id=swap_id)).json() == first.json()
    for other in (await ask(asker, back=None, swap_id=swap_id), await ask(taker, swap_id=swap_id)):
        assert (other.status_code, other.json()["code"]) == (409, "other_content")
    assert await session.scalar(text("SELECT count(*) FROM duty_swap")) == 1


# The rule itself, without a database.

DAY = DatedShift(MONDAY + timedelta(days=1), time(8), time(20))
NIGHT = DatedShift(MONDAY + timedelta(days=1), time(20), time(8))
NOW = local(0, "09:30")


def side(**more: Any) -> Side:
    plain = {"name": "甲", "gives": None, "gives_one": False, "in_squad": True, "booked": (), "leaves": ()}
    return Side(**(plain | more))


@pytest.mark.parametrize(
    ("taker", "codes"),
    [
        (side(), []),
        (side(gives=NIGHT, gives_one=True, booked=(BookedShift("s", NIGHT),)), []),
        (side(booked=(BookedShift("s", NIGHT),)), []),
        (side(booked=(BookedShift("s", DAY),)), ["double_booked"]),
        (side(booked=(BookedShift("other", DatedShift(DAY.on, time(19), time(21))),)), ["double_booked"]),
        (side(gives=DAY, gives_one=True, booked=(BookedShift("s", DAY),)), []),
        (side(leaves=((local(1, "19:59"), local(2, "00:00")),)), ["on_leave"]),
        (side(leaves=((local(1, "20:00"), local(2, "00:00")),)), []),
        (side(in_squad=False), ["not_in_squad"]),
        (side(gives=None, gives_one=True), ["not_their_turn"]),
    ],
)
def test_what_stands_in_the_way_of_taking_a_turn(taker: Side, codes: list[str]) -> None:
    asker = side(gives=DAY, gives_one=True, booked=(BookedShift("s", DAY),))
    assert [fault.code for fault in swap_conflicts(asker, taker, NOW)] == codes
