"""What each step does to a case: clocks, assignments, who may inspect, and what happens to lateness."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_id
from backend.permissions import Role
from backend.staff.models import Post
from seeds.load import COUNTY, staff_id
from tests.conftest import Clock
from tests.people import People, Person, photo

VILLAGE = "320281/320281104/320281104206"


def local(text_: str) -> datetime:
    return datetime.fromisoformat(f"{text_}+08:00").astimezone(UTC)


def at_of(value: str) -> datetime:
    return datetime.fromisoformat(value)


async def accepted(worker: Person, squad: Person, matter: str = "E0110", **more: Any) -> dict[str, Any]:
    case = (await worker.report(matter, **more)).json()["case"]
    return dict((await squad.act("acknowledge", case)).json()["case"])


async def handled(worker: Person, squad: Person, matter: str = "E0110", **more: Any) -> dict[str, Any]:
    case = await accepted(worker, squad, matter, **more)
    return dict((await squad.act("feedback", case, photos=[photo()], words="已清运")).json()["case"])


async def give_post(session: AsyncSession, person: Person, role: Role, **where: Any) -> None:
    session.add(
        Post(
            county=COUNTY,
            id=new_id(),
            staff_id=staff_id(person.about["phone"]),
            role=role,
            starts_on=date(2026, 1, 1),
            **where,
        )
    )
    await session.commit()


# Who may inspect


async def test_a_grid_worker_of_the_place_may_inspect_and_one_of_another_grid_does_not_see_it(people: People) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = await handled(worker, squad)
    stranger = await people.worker("金凤村第3网格")
    refused = await stranger.act("pass", case)
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_case")
    (waiting,) = await worker.cases(inspect=True)
    assert [step["action"] for step in waiting["allowed_actions"]] == ["pass", "fail", "remind"]
    closed = (await worker.act("pass", waiting, photos=[photo("orientation/Portrait_5.jpg")])).json()["case"]
    assert closed["status"] == "closed"
    assert closed["events"][-1]["actor_role"] == "worker"
    assert [p["phase"] for p in closed["events"][-1]["photos"]] == ["inspection"]
    assert closed["allowed_actions"] == []


@pytest.mark.parametrize("note", ["一中队", "二中队"])
async def test_an_inspector_who_is_also_in_the_squad_that_handled_may_not_inspect(
    people: People, session: AsyncSession, note: str
) -> None:
    worker, member = await people.worker(), await people.squad_member()
    double = await people.squad_leader(note)
    await give_post(session, double, Role.INSPECTOR, grid_path=VILLAGE)
    case = await handled(worker, member)
    answer = await double.act("pass", case)
    listed = await double.cases(inspect=True)
    if note == "一中队":
        assert (answer.status_code, answer.json()["code"]) == (409, "separation_of_powers")
        assert "要由不同的人做" in answer.json()["detail"]
        offered = [step["action"] for step in (await double.case(case["id"]))["allowed_actions"]]
        assert (listed, offered) == ([], ["remind"])
        assert (await worker.case(case["id"]))["status"] == "pending_inspection"
    else:
        assert answer.json()["case"]["status"] == "closed"


async def test_whoever_handled_may_not_inspect_even_after_leaving_the_squad(
    people: People, session: AsyncSession
) -> None:
    worker, member = await people.worker(), await people.squad_member()
    case = await handled(worker, member)
    await session.execute(text("DELETE FROM post WHERE staff_id = :id"), {"id": staff_id(member.about["phone"])})
    await give_post(session, member, Role.INSPECTOR, grid_path=VILLAGE)
    answer = await member.act("pass", case)
    assert (answer.status_code, answer.json()["code"]) == (409, "separation_of_powers")
    assert await member.cases(inspect=True) == []


async def test_a_squad_that_handled_before_another_is_not_shown_the_inspection(
    people: People, session: AsyncSession
) -> None:
    worker, one, two = await people.worker(), await people.squad_member(), await people.squad_member("二中队")
    operator = await people.operator()
    bystander = await people.squad_leader()
    await give_post(session, bystander, Role.INSPECTOR, grid_path=VILLAGE)
    case = await accepted(worker, one)
    case = (await one.act("send_back", case, words="要吊车")).json()["case"]
    case = (await operator.act("reassign", case, squad="xxk-squad-2", words="二中队有吊车")).json()["case"]
    case = (await two.act("acknowledge", case)).json()["case"]
    case = (await two.act("feedback", case, photos=[photo()], words="吊走了")).json()["case"]
    assert (await bystander.act("pass", case)).json()["code"] == "separation_of_powers"
    assert await bystander.cases(inspect=True) == []
    assert [found["id"] for found in await worker.cases(inspect=True)] == [case["id"]]


# Reassigning and sending back


async def test_the_operator_may_give_an_unaccepted_case_to_another_squad(people: People) -> None:
    worker, one, two = await people.worker(), await people.squad_member(), await people.squad_member("二中队")
    operator = await people.operator()
    case = (await worker.report()).json()["case"]
    moved = (await operator.act("reassign", case, squad="xxk-squad-2", words="一中队另有任务")).json()["case"]
    assert (moved["status"], moved["squad"]["code"]) == ("pending_ack", "xxk-squad-2")
    assert moved["why"] == "由指挥员 001 派给综合执法二中队：一中队另有任务"
    assert [(a["squad"]["code"], a["end"]) for a in moved["assignments"]] == [
        ("xxk-squad-1", "reassigned"),
        ("xxk-squad-2", None),
    ]
    assert await one.cases(squad="mine") == []
    refused = await one.act("acknowledge", moved)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_case")
    assert (await two.act("acknowledge", moved)).json()["case"]["status"] == "handling"


async def test_the_operator_may_take_a_case_from_a_squad_that_has_accepted_it(people: People) -> None:
    worker, squad, operator = await people.worker(), await people.squad_member(), await people.operator()
    case = await accepted(worker, squad)
    assert (await operator.act("reassign", case, squad="xxk-squad-2")).json()["code"] == "words_needed"
    moved = (await operator.act("reassign", case, squad="xxk-squad-2", words="一中队出了事故")).json()["case"]
    assert (moved["status"], moved["squad"]["code"]) == ("pending_ack", "xxk-squad-2")
    late = await squad.act("feedback", case, photos=[photo()], words="好了")
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    assert late.json()["case"]["squad"]["code"] == "xxk-squad-2"


@pytest.mark.parametrize("after", ["pending_ack", "handling", "rework"])
async def test_a_squad_may_send_back_with_a_reason_and_whoever_suits_next_gets_it(people: People, after: str) -> None:
    worker, squad, operator = await people.worker(), await people.squad_member(), await people.operator()
    if after == "pending_ack":
        case = (await worker.report()).json()["case"]
    elif after == "handling":
        case = await accepted(worker, squad)
    else:
        case = await handled(worker, squad)
        case = (await worker.act("fail", case, words="还有一堆")).json()["case"]
    assert case["status"] == after
    back = (await squad.act("send_back", case, words="要吊车")).json()["case"]
    assert back["send_back_count"] == 1
    assert [a["end"] for a in back["assignments"]][-2:] == ["sent_back", None]
    assert (back["status"], back["squad"]["code"]) == ("pending_ack", "xxk-team-sanitation")
    assert [(e["action"], e["reason"]) for e in back["events"]][-2:] == [("send_back", "不归本队管"), ("route", None)]
    again = (await operator.act("reassign", back, squad="xxk-squad-2", words="环卫也没有吊车")).json()["case"]
    assert (again["status"], again["squad"]["code"]) == ("pending_ack", "xxk-squad-2")


async def test_arriving_is_noted_once_and_leaves_the_case_in_hand(people: People, clock: Clock) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = await accepted(worker, squad)
    clock.at += timedelta(minutes=20)
    arrived_at = clock.at
    assert [step["action"] for step in case["allowed_actions"]] == [
        "arrive",
        "feedback",
        "send_back",
        "ask_extension",
        "ask_suspension",
    ]
    case = (await squad.act("arrive", case)).json()["case"]
    assert "arrive" not in [step["action"] for step in case["allowed_actions"]]
    clock.at += timedelta(minutes=5)
    again = await squad.act("arrive", case)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert again.json()["case"]["version"] == case["version"], "the refusal shows the case as it is"
    assert case["status"] == "handling"
    assert at_of(case["assignments"][0]["arrived_at"]) == arrived_at


# Clocks


async def test_the_clock_that_runs_is_dispatch_then_handling_then_inspection(people: People, clock: Clock) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report("E0110")).json()["case"]
    assert at_of(case["starts_at"]) == local("2026-11-23T09:30")
    assert at_of(case["due_at"]) == local("2026-11-23T15:00")  # 4 working hours over the midday break
    clock.at = local("2026-11-23T10:00")
    case = (await squad.act("acknowledge", case)).json()["case"]
    assert at_of(case["due_at"]) == local("2026-11-23T15:00")
    clock.at = local("2026-11-23T14:30")
    case = (await squad.act("feedback", case, photos=[photo()], words="好了")).json()["case"]
    assert at_of(case["due_at"]) == local("2026-11-24T09:30")  # 4 working hours to inspect
    clock.at = local("2026-11-24T08:45")
    case = (await worker.act("fail", case, words="没好")).json()["case"]
    assert at_of(case["due_at"]) == local("2026-11-24T10:45")  # rework gets half of the limit
    clock.at = local("2026-11-24T09:00")
    case = (await squad.act("acknowledge", case)).json()["case"]
    case = (await squad.act("feedback", case, photos=[photo()], words="真好了")).json()["case"]
    case = (await worker.act("pass", case)).json()["case"]
    assert (case["due_at"], case["starts_at"], case["overdue_s"]) == (None, None, 0)
    assert at_of(case["closed_at"]) == clock.at


async def test_a_limit_in_urgent_hours_runs_at_night(people: People, clock: Clock) -> None:
    clock.at = local("2026-11-28T23:00")
    case = (await (await people.worker()).report("E0505")).json()["case"]
    assert (case["severity"], case["status"]) == ("emergency", "pending_ack")
    assert at_of(case["due_at"]) == local("2026-11-29T01:00")


async def test_a_late_case_says_how_late_and_keeps_it_after_closing(people: People, clock: Clock) -> None:
    worker, squad, operator = await people.worker(), await people.squad_member(), await people.operator()
    case = await accepted(worker, squad)
    clock.at = local("2026-11-23T15:00")
    assert (await worker.case(case["id"]))["overdue_s"] == 0
    clock.at += timedelta(minutes=10)
    assert (await worker.case(case["id"]))["overdue_s"] == 600
    assert (await operator.http.get("/api/live/snapshot")).json()["overdue"] == 1
    case = (await squad.act("feedback", case, photos=[photo()], words="好了")).json()["case"]
    assert case["overdue_s"] == 0, "the inspection's own clock runs now"
    assert (await operator.http.get("/api/live/snapshot")).json()["overdue"] == 0
    case = (await worker.act("pass", case)).json()["case"]
    assert case["overdue_s"] == 600


async def test_lateness_of_handling_and_rework_adds_up(people: People, clock: Clock) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = await accepted(worker, squad)
    clock.at = local("2026-11-23T15:01")
    case = (await squad.act("feedback", case, photos=[photo()], words="好了")).json()["case"]
    case = (await worker.act("fail", case, words="没好")).json()["case"]
    assert at_of(case["due_at"]) == local("2026-11-23T17:01")
    case = (await squad.act("acknowledge", case)).json()["case"]
    clock.at = local("2026-11-23T17:03")
    case = (await squad.act("feedback", case, photos=[photo()], words="好了")).json()["case"]
    case = (await worker.act("pass", case)).json()["case"]
    assert case["overdue_s"] == 180


async def test_lateness_stays_counted_when_a_late_case_is_sent_back(people: People, clock: Clock) -> None:
    worker, squad, operator = await people.worker(), await people.squad_member(), await people.operator()
    case = (await worker.report()).json()["case"]
    clock.at = at_of(case["due_at"]) + timedelta(minutes=7)
    case = (await squad.act("send_back", case, words="不归本队管")).json()["case"]
    assert case["overdue_s"] == 0, "the clock of the next team has just begun"
    case = (await operator.act("reassign", case, squad="xxk-squad-2", words="二中队顺路")).json()["case"]
    other = await people.squad_member("二中队")
    case = (await other.act("acknowledge", case)).json()["case"]
    case = (await other.act("feedback", case, photos=[photo()], words="清了")).json()["case"]
    case = (await (await people.inspector()).act("pass", case)).json()["case"]
    assert case["overdue_s"] == 420
