"""Who is told of what as a case lives, what settles it, and who may know how far it has come."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.live.models import Outbox
from backend.notifications.models import Delivery, Notification
from tests.conftest import Clock
from tests.people import People, Person, photo


async def told(person: Person, **wanted: Any) -> list[dict[str, Any]]:
    answer = await person.http.get("/api/notices", params=wanted)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def kinds(person: Person) -> list[str]:
    """Of what waits for the person, newest first."""
    return [one["kind"] for one in await told(person) if one["settled_at"] is None]


async def see(person: Person, *notices: dict[str, Any]) -> None:
    answer = await person.http.put("/api/notices/seen", json={"ids": [one["id"] for one in notices]})
    assert answer.status_code == 204, answer.text


async def reach(person: Person, case: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await person.http.get(f"/api/cases/{case['id']}/notices")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def reported(person: Person, matter: str = "E0110", **more: Any) -> dict[str, Any]:
    answer = await person.report(matter, **more)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()["case"]
    return case


async def acted(person: Person, action: str, case: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await person.act(action, case, **more)
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()["case"]
    return result


async def test_a_dispatch_is_told_to_the_squad_and_to_nobody_else(people: People) -> None:
    worker, member, leader = await people.worker(), await people.squad_member(), await people.squad_leader()
    case = await reported(worker)
    (mine,) = await told(member)
    assert (mine["kind"], mine["words"], mine["case"]["id"]) == ("task", "新任务", case["id"])
    assert (mine["squad"]["code"], mine["to_act_on"], mine["seen_at"]) == ("xxk-squad-1", True, None)
    assert mine["why"] == "案件在你所在的队伍手里"
    assert [one["why"] for one in await told(leader)] == ["你是这支队伍的队长"]
    assert await told(await people.squad_member("二中队")) == await told(worker) == []


async def test_accepting_settles_it_for_everybody_and_says_who(people: People) -> None:
    worker, member, leader = await people.worker(), await people.squad_member(), await people.squad_leader()
    case = await reported(worker)
    await acted(member, "acknowledge", case)
    (mine,), (other,) = await told(member), await told(leader)
    assert mine["acted_at"]
    assert mine["seen_at"]
    assert other["settled_at"] == mine["acted_at"]
    assert (other["settled_by"], other["seen_at"], other["acted_at"]) == (member.about["name"], None, None)


async def test_the_whole_life_of_a_case_and_who_is_told(people: People, clock: Clock) -> None:
    worker, member, inspector = await people.worker(), await people.squad_member(), await people.inspector()
    case = await acted(member, "acknowledge", await reported(worker))
    clock.at += timedelta(minutes=10)
    case = await acted(member, "feedback", case, words="清运完毕", photos=[photo()])
    assert case["status"] == "pending_inspection"
    assert await kinds(member) == []
    # The grid's own worker is nearest; they reported it and may inspect what others handled.
    assert await kinds(worker) == ["to_inspect"]
    clock.at += timedelta(minutes=10)
    case = await acted(inspector, "fail", case, words="还剩一堆")
    assert await kinds(member) == ["rework"]
    assert [one["why"] for one in await told(member) if one["kind"] == "rework"] == ["案件在你所在的队伍手里"]
    assert await kinds(worker) == []
    case = await acted(member, "acknowledge", case)
    case = await acted(member, "feedback", case, words="清完了", photos=[photo()])
    clock.at += timedelta(minutes=10)
    await acted(inspector, "pass", case)
    assert await kinds(worker) == ["ended"]
    assert await kinds(inspector) == []


async def test_what_is_sent_back_and_routed_on_at_once_bothers_no_operator(people: People) -> None:
    member, operator = await people.squad_member(), await people.operator()
    case = await reported(await people.worker())
    case = await acted(member, "send_back", case, words="不在我们辖区")
    expected = ["returned"] if case["status"] == "pending_dispatch" else []
    assert await kinds(operator) == expected
    assert await kinds(member) == []


async def test_a_request_is_told_to_the_command_centre_and_its_answer_to_the_handler(people: People) -> None:
    member, operator, leader = await people.squad_member(), await people.operator(), await people.squad_leader()
    case = await acted(member, "acknowledge", await reported(await people.worker()))
    case = await acted(member, "ask_extension", case, words="要调吊车")
    assert await kinds(operator) == ["asked"]
    await acted(operator, "grant_extension", case)
    assert await kinds(operator) == []
    assert await kinds(member) == ["decided"]
    assert await kinds(leader) == []


async def test_a_reassigned_case_is_off_the_hands_of_the_first_squad(people: People) -> None:
    first, second, operator = await people.squad_member(), await people.squad_member("二中队"), await people.operator()
    case = await reported(await people.worker())
    await acted(operator, "reassign", case, squad="xxk-squad-2", words="一中队在处理事故")
    assert await kinds(first) == []
    assert await kinds(second) == ["task"]


async def test_whistled_squads_are_told_each_for_itself(people: People, clock: Clock) -> None:
    operator, second = await people.operator(), await people.squad_member("二中队")
    case = await reported(await people.worker())
    until = (clock.at + timedelta(hours=1)).isoformat()
    case = await acted(operator, "whistle", case, squads=["xxk-squad-2"], until=until, words="联合执法")
    assert await kinds(second) == ["whistled"]
    await acted(second, "co_acknowledge", case)
    assert await kinds(second) == []
    assert await kinds(await people.squad_member()) == ["task"]


async def test_reading_is_told_to_the_sender_and_stays_what_it_is(people: People, clock: Clock) -> None:
    member, leader, operator = await people.squad_member(), await people.squad_leader(), await people.operator()
    case = await reported(await people.worker())
    (mine,) = await told(member, unseen=True)
    clock.at += timedelta(minutes=2)
    for _ in range(2):
        await see(member, mine)
        clock.at += timedelta(minutes=1)
    assert await told(member, unseen=True) == []
    (far,) = await reach(operator, case)
    assert far["seen"] == 1
    assert far["told"] == len(far["receivers"]) > 1
    (one,) = [r for r in far["receivers"] if r["name"] == member.about["name"]]
    assert one["seen_at"] == far["first_seen_at"]
    assert [(d["channel"], d["state"]) for d in one["deliveries"]] == [("in_app", "seen")]
    await acted(leader, "acknowledge", case)
    (far,) = await reach(operator, case)
    assert (far["settled_by"], far["seen"]) == (leader.about["name"], 2)


async def test_names_are_for_the_squad_and_the_command_centre(people: People) -> None:
    worker = await people.worker()
    case = await reported(worker)
    (far,) = await reach(worker, case)
    assert far["told"] > 0
    assert far["receivers"] == far["groups"] == []
    (own,) = await reach(await people.squad_member(), case)
    assert own["receivers"]


async def test_of_anothers_notices_nothing_is_told_and_nothing_changes(people: People, session: AsyncSession) -> None:
    member, worker = await people.squad_member(), await people.worker()
    await reported(worker)
    (mine,) = await told(member)
    await see(worker, mine)
    delivered = {"ids": [mine["id"]], "channel": "in_app"}
    assert (await worker.http.put("/api/notices/delivered", json=delivered)).status_code == 204
    rows = (await session.scalars(select(Notification).where(col(Notification.notice_id) == mine["id"]))).all()
    assert [(row.seen_at, row.delivered_at) for row in rows] == [(None, None)] * len(rows)


async def test_it_has_arrived(people: People, session: AsyncSession) -> None:
    member = await people.squad_member()
    await reported(await people.worker())
    (mine,) = await told(member)
    for _ in range(2):
        delivered = {"ids": [mine["id"]], "channel": "in_app"}
        assert (await member.http.put("/api/notices/delivered", json=delivered)).status_code == 204
    rows = (await session.scalars(select(Delivery).where(col(Delivery.notice_id) == mine["id"]))).all()
    assert sorted(row.state for row in rows) == sorted(["delivered"] + ["sent"] * (len(rows) - 1))


async def test_everything_until_now_is_read(people: People, clock: Clock) -> None:
    member, worker = await people.squad_member(), await people.worker()
    for _ in range(3):
        await reported(worker)
        clock.at += timedelta(minutes=1)
    until = (clock.at - timedelta(minutes=1, seconds=1)).isoformat()
    assert (await member.http.put("/api/notices/seen", json={"until": until})).status_code == 204
    assert len(await told(member, unseen=True)) == 1
    page = (await member.http.get("/api/notices", params={"limit": 2})).json()
    assert (len(page["items"]), page["unseen"]) == (2, 1)
    rest = (await member.http.get("/api/notices", params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)


async def test_the_message_names_people_and_says_nothing_of_the_place(people: People, session: AsyncSession) -> None:
    case = await reported(await people.worker())
    rows = await session.scalars(select(Outbox).where(col(Outbox.kind) == "notice"))
    (row,) = [one for one in rows if str(one.case_id) == case["id"]]
    assert set(row.body) == {"notice_id", "kind", "case_id", "severity", "rings", "over"}
    assert row.audience["grid_path"] == ""
    assert row.audience["squad_codes"] == []


async def test_a_repeat_of_the_step_tells_nobody_again(people: People) -> None:
    member, leader, second = (
        await people.squad_member(),
        await people.squad_leader(),
        await people.squad_member("二中队"),
    )
    operator = await people.operator()
    case = await acted(member, "acknowledge", await reported(await people.worker()))
    step = uuid4()
    for _ in range(2):
        answer = await operator.act("reassign", case, squad="xxk-squad-2", words="换一队", action_id=step)
        assert answer.status_code in (200, 201), answer.text
    assert await kinds(second) == ["task"]
    assert await kinds(leader) == []
