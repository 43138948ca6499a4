"""Cases that are due or late are pressed once a minute: who is told when, what the history says, and what is left alone."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.escalation_models import Escalation
from backend.live.models import Outbox
from backend.staff.models import RotaShift
from backend.worker import press_cases
from seeds.load import staff_id
from tests.conftest import Clock
from tests.people import People, Person, photo


def local(text_: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text_}+08:00").astimezone(UTC)


async def press(app: FastAPI, clock: Clock, at: datetime) -> None:
    """A minute of the worker."""
    clock.at = at
    await press_cases(app.state.sessions, clock)


def pressing(case: dict[str, Any]) -> list[tuple[str, str]]:
    return [(e["action"], e["words"]) for e in case["events"] if e["action"] in ("remind", "escalate")]


async def told(person: Person, **wanted: Any) -> list[str]:
    answer = await person.http.get("/api/notices", params=wanted)
    assert answer.status_code == 200, answer.text
    return [item["said"] for item in answer.json()["items"] if item["kind"] == "pressed"]


async def reported(worker: Person, matter: str = "E0110", **more: Any) -> dict[str, Any]:
    answer = await worker.report(matter, **more)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()["case"]
    assert case["status"] == "pending_ack"
    return case


# Four working hours from Monday half past nine: yellow at 14:12, red at 15:00, half as much again at 17:00.
YELLOW, RED, COMMAND = local("11-23T14:12"), local("11-23T15:00"), local("11-23T17:00")


async def test_at_four_fifths_whoever_accepted_it_is_reminded_once(app: FastAPI, people: People, clock: Clock) -> None:
    worker, member, leader = await people.worker(), await people.squad_member(), await people.squad_leader()
    case = await reported(worker)
    await member.act("acknowledge", case)
    await press(app, clock, YELLOW - timedelta(minutes=1))
    assert await told(member) == []
    for minute in range(3):
        await press(app, clock, YELLOW + timedelta(minutes=minute))
    assert await told(member) == ["催办：暴露生活垃圾 剩 48 分（已用 80 %）"]
    assert await told(leader) == await told(worker) == []
    seen = await worker.case(case["id"])
    assert pressing(seen) == [("remind", "催办：暴露生活垃圾 剩 48 分（已用 80 %）")]
    assert seen["events"][-1]["actor_name"] is None
    assert seen["due_at"] == case["due_at"]


async def test_nobody_has_accepted_it_and_the_whole_squad_is_reminded(
    app: FastAPI, people: People, clock: Clock
) -> None:
    await reported(await people.worker())
    await press(app, clock, YELLOW)
    for person in (await people.squad_member(), await people.squad_leader()):
        assert await told(person) == ["催办：暴露生活垃圾 剩 48 分（已用 80 %）"]
    assert await told(await people.squad_member("二中队")) == []


async def test_when_it_is_late_the_leader_and_the_desk_are_told_and_later_command(
    app: FastAPI, people: People, clock: Clock
) -> None:
    worker, member = await people.worker(), await people.squad_member()
    leader, operator = await people.squad_leader(), await people.operator()
    await member.act("acknowledge", await reported(worker))
    await press(app, clock, RED)
    assert await told(leader) == ["处置超时：暴露生活垃圾 剩 0 分（已用 100 %）"]
    assert await told(operator) == await told(leader)
    assert len(await told(member)) == 1  # the reminder that the sweep had missed
    await press(app, clock, COMMAND)
    assert (await told(operator))[0] == "严重超时，请指挥督办：暴露生活垃圾 已超 2 小时（已用 150 %）"
    await press(app, clock, COMMAND + timedelta(days=3))
    assert len(await told(await people.operator())) == 2


async def test_rework_is_pressed_anew(app: FastAPI, people: People, clock: Clock) -> None:
    worker, member, inspector = await people.worker(), await people.squad_member(), await people.inspector()
    case = await reported(worker)
    case = (await member.act("acknowledge", case)).json()["case"]
    await press(app, clock, YELLOW)
    case = (await member.act("feedback", await member.case(case["id"]), photos=[photo()], words="已清运")).json()[
        "case"
    ]
    case = (await inspector.act("fail", await inspector.case(case["id"]), words="没有清干净")).json()["case"]
    # Two working hours from 14:12.
    await press(app, clock, local("11-23T15:47"))
    assert len(await told(member)) == 1
    await press(app, clock, local("11-23T15:48"))
    assert len(await told(member)) == 2


async def test_an_emergency_that_nobody_accepts_reaches_all_at_any_hour(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    await no_nights(session)
    clock.at = local("11-23T23:30")
    case = await reported_at_night(people, session, "E0505")
    await press(app, clock, local("11-23T23:39"))
    assert await told(await people.squad_member()) == []
    await press(app, clock, local("11-23T23:40"))
    for person in (await people.squad_member(), await people.squad_leader()):
        assert await told(person) == ["特急案件无人接单：路面塌陷 剩 1 小时 50 分（已用 8 %）"]
    assert await told(await people.operator()) == [
        "特急案件无人接单，请值班领导处理：路面塌陷 剩 1 小时 50 分（已用 8 %）"
    ]
    assert case["severity"] == "emergency"


async def no_nights(session: AsyncSession, ends: time = time(20)) -> None:
    """The first squad works from 08:00 to 20:00 only."""
    shifts = await session.scalars(select(RotaShift).where(col(RotaShift.squad_code) == "xxk-squad-1"))
    for shift in shifts.all():
        if shift.starts == time(8):
            shift.ends = ends
        else:
            await session.delete(shift)
    await session.commit()


async def reported_at_night(people: People, session: AsyncSession, matter: str) -> dict[str, Any]:
    """A case that the operator gives to the first squad although it is off duty."""
    worker, operator = await people.worker(), await people.operator()
    case = (await worker.report(matter)).json()["case"]
    if case["status"] == "pending_ack" and case["squad"]["code"] == "xxk-squad-1":
        return dict(case)
    action = "dispatch" if case["status"] == "pending_dispatch" else "reassign"
    answer = await operator.act(action, case, squad="xxk-squad-1", words="夜间派遣")
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json()["case"])


async def test_at_night_a_squad_that_is_off_duty_is_left_to_sleep(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    await no_nights(session)
    clock.at = local("11-23T19:00")
    await reported(await people.worker(), "E0496")
    for at in ("11-23T21:00", "11-24T03:00", "11-24T07:59"):
        await press(app, clock, local(at))
        assert await told(await people.squad_leader()) == []
    # The command centre is manned around the clock.
    assert await told(await people.operator()) == [
        "严重超时，请指挥督办：占用消防通道 已超 6 小时（已用 400 %）",
        "处置超时：占用消防通道 剩 0 分（已用 100 %）",
    ]
    await press(app, clock, local("11-24T08:00"))
    assert sorted(await told(await people.squad_leader())) == [
        "催办：占用消防通道 已超 11 小时（已用 650 %）",
        "处置超时：占用消防通道 已超 11 小时（已用 650 %）",
    ]


async def test_what_waits_for_the_morning_is_cancelled_when_the_case_ends(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    await no_nights(session)
    clock.at = local("11-23T19:00")
    case = await reported(await people.worker(), "E0496")
    await press(app, clock, local("11-23T21:00"))
    operator = await people.operator()
    clock.at = local("11-23T21:30")
    closed = await operator.act(
        "force_close", await operator.case(case["id"]), words="车已驶离", reason="solved_otherwise"
    )
    assert closed.status_code in (200, 201), closed.text
    await press(app, clock, local("11-23T21:31"))
    waiting = (await session.scalars(select(Escalation).where(col(Escalation.sent_at).is_(None)))).all()
    assert waiting
    assert all(step.cancelled_at == local("11-23T21:31") for step in waiting)
    await press(app, clock, local("11-24T08:00"))
    assert await told(await people.squad_leader()) == []


async def test_a_suspended_case_is_left_alone(app: FastAPI, people: People, clock: Clock) -> None:
    worker, member, operator = await people.worker(), await people.squad_member(), await people.operator()
    case = (await member.act("acknowledge", await reported(worker))).json()["case"]
    asked = await member.act("ask_suspension", case, words="等材料", reason="works", until_day="2026-12-20")
    assert asked.status_code in (200, 201), asked.text
    granted = await operator.act("grant_suspension", asked.json()["case"])
    assert granted.status_code in (200, 201), granted.text
    await press(app, clock, local("11-30T10:00"))
    member, operator = await people.squad_member(), await people.operator()
    assert await told(member) == []
    await operator.act("resume", await operator.case(case["id"]))
    await press(app, clock, local("11-30T14:41"))
    assert await told(member) == []
    await press(app, clock, local("11-30T14:42"))
    assert await told(member) == ["催办：暴露生活垃圾 剩 48 分（已用 80 %）"]


async def test_more_time_granted_before_anybody_was_told_moves_the_step(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    await no_nights(session, ends=time(14))
    member, operator = await people.squad_member(), await people.operator()
    case = (await member.act("acknowledge", await reported(await people.worker()))).json()["case"]
    await press(app, clock, YELLOW)
    for minute in (30, 40):
        clock.at = local(f"11-23T14:{minute}")
        case = (await member.act("ask_extension", case, words="要协调", reason="coordination")).json()["case"]
        case = (await operator.act("grant_extension", case)).json()["case"]
    # Twelve working hours are four fifths used on Tuesday at 11:36, and not when the squad's day begins.
    await press(app, clock, local("11-24T08:00"))
    assert await told(member) == []
    await press(app, clock, local("11-24T11:36"))
    assert await told(await people.squad_member()) == ["催办：暴露生活垃圾 剩 2 小时 24 分（已用 80 %）"]


async def test_a_command_centre_that_does_not_dispatch_is_told_too(app: FastAPI, people: People, clock: Clock) -> None:
    case = (await (await people.worker()).report("E0699", words="电线杆上挂着鸟窝")).json()["case"]
    assert case["status"] == "pending_dispatch"
    await press(app, clock, clock.at + timedelta(minutes=14))
    assert await told(await people.operator()) == []
    await press(app, clock, clock.at + timedelta(minutes=1))
    assert await told(await people.operator()) == [f"受理超时：{case['matter']['name']} 剩 0 分（已用 100 %）"]


# The list of what one was told


async def test_a_reminder_is_read_in_ones_own_language(app: FastAPI, people: People, clock: Clock) -> None:
    member = await people.squad_member()
    await reported(await people.worker())
    await press(app, clock, YELLOW)
    english = await member.http.get("/api/notices", headers={"accept-language": "en"})
    assert english.json()["items"][0]["said"] == "Due soon: 暴露生活垃圾, 48 min left (80 % used)"


async def test_only_those_who_are_told_hear_of_it(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    await reported(await people.worker())
    await press(app, clock, YELLOW)
    rows = (await session.scalars(select(Outbox).where(col(Outbox.kind) == "notice"))).all()
    (message,) = [row for row in rows if row.body["kind"] == "pressed"]
    assert message.audience["grid_path"] == ""
    assert message.audience["squad_codes"] == []
    leader = await people.squad_leader()
    assert str(staff_id(leader.about["phone"])) in message.audience["reporter_ids"]


# Several workers


async def test_two_workers_at_once_tell_once(committing: FastAPI, clock: Clock) -> None:
    async with People(committing) as people:
        case = await reported(await people.worker())
        clock.at = YELLOW
        await asyncio.gather(*(press_cases(committing.state.sessions, clock) for _ in range(4)))
        seen = await (await people.operator()).case(case["id"])
        assert [action for action, _ in pressing(seen)] == ["remind"]
        assert len(await told(await people.squad_leader())) == 1


async def test_a_worker_that_dies_on_the_way_leaves_nothing_behind(
    committing: FastAPI, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with People(committing) as people:
        case = await reported(await people.worker("马镇村第3网格"))
        clock.at = RED
        async with committing.state.engine.begin() as connection:
            # Whoever writes the message dies: the step, the history and the message are one.
            await connection.execute(text("ALTER TABLE outbox ADD CONSTRAINT dies CHECK (kind <> 'notice') NOT VALID"))
        await press_cases(committing.state.sessions, clock)
        operator = await people.operator()
        assert pressing(await operator.case(case["id"])) == []
        async with committing.state.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE outbox DROP CONSTRAINT dies"))
        await press_cases(committing.state.sessions, clock)
        assert len(pressing(await operator.case(case["id"]))) == 3
