"""Works must wait for the National Day holiday: the clock stands meanwhile and goes on by working hours afterwards."""

from datetime import datetime
from typing import Any

from tests.conftest import Clock
from tests.people import People, photo

MEMBER, OPERATOR = "19900009101", "19900007001"


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


def at_of(value: str) -> datetime:
    return datetime.fromisoformat(value)


async def test_the_time_that_was_left_is_left_after_the_holiday(people: People, clock: Clock, drain_jobs: Any) -> None:
    clock.at = local("09-30T16:00")
    worker = await people.worker()
    member, operator = await people.person(MEMBER, days=30), await people.person(OPERATOR, days=30)
    case = (await worker.report("E0110")).json()["case"]
    # Four working hours: one and a half today, the rest after the seven days.
    assert at_of(case["due_at"]) == local("10-08T11:00")
    case = (await member.act("acknowledge", case)).json()["case"]

    clock.at = local("09-30T16:30")
    case = (await member.act("ask_suspension", case, words="要等施工", reason="works", until_day="2026-10-09")).json()[
        "case"
    ]
    assert (case["asked"], case["status"], case["resume_on"]) == (["suspension"], "handling", "2026-10-09")
    assert [c["id"] for c in await operator.cases(group="suspension")] == [case["id"]]
    case = (await operator.act("grant_suspension", case)).json()["case"]
    assert (case["status"], case["due_at"], case["clock"], case["asked"]) == ("suspended", None, "handle", [])

    clock.at = local("10-08T23:59")
    await drain_jobs()
    assert (await member.case(case["id"]))["status"] == "suspended"
    clock.at = local("10-09T00:00")
    await drain_jobs()
    case = await member.case(case["id"])
    assert (case["status"], case["events"][-1]["action"], case["events"][-1]["actor_name"]) == (
        "handling",
        "resume",
        None,
    )
    assert at_of(case["due_at"]) == local("10-09T12:00"), "three and a half hours of the working day"
    await drain_jobs()
    assert (await member.case(case["id"]))["version"] == case["version"], "the day comes once"

    case = (await member.act("arrive", case)).json()["case"]
    assert (await member.act("ask_suspension", case, words="再等", reason="works", until_day="2026-10-20")).json()[
        "code"
    ] == "no_suspension"
    clock.at = local("10-09T11:00")
    case = (await member.act("feedback", case, photos=[photo()], words="施工完成")).json()["case"]
    handling = next(c for c in case["clocks"] if c["kind"] == "handle")
    assert (handling["late_s"], case["overdue_s"]) == (0, 0)


async def test_the_leader_takes_it_up_again_before_the_day_and_the_day_changes_nothing(
    people: People, clock: Clock, drain_jobs: Any
) -> None:
    clock.at = local("09-30T16:00")
    leader, operator = await people.person("19900009001", days=30), await people.person(OPERATOR, days=30)
    case = (await (await people.worker()).report("E0110")).json()["case"]
    case = (await leader.act("acknowledge", case)).json()["case"]
    case = (await leader.act("ask_suspension", case, words="等资金", reason="funds", until_day="2026-10-20")).json()[
        "case"
    ]
    case = (await operator.act("grant_suspension", case)).json()["case"]
    clock.at = local("10-10T09:00")  # a Saturday that is worked
    case = (await leader.act("resume", case)).json()["case"]
    assert (case["status"], case["resume_on"]) == ("handling", None)
    assert at_of(case["due_at"]) == local("10-10T14:30")
    clock.at = local("10-20T00:00")
    await drain_jobs()
    assert (await leader.case(case["id"]))["version"] == case["version"]


async def test_a_refused_suspension_leaves_everything_and_may_be_asked_again(people: People) -> None:
    member, operator = await people.squad_member(), await people.operator()
    case = (await (await people.worker()).report("E0110")).json()["case"]
    case = (await member.act("acknowledge", case)).json()["case"]
    due_at = case["due_at"]
    ask = {"words": "等材料", "reason": "season", "until_day": "2026-12-01"}
    case = (await member.act("ask_suspension", case, **ask)).json()["case"]
    case = (await operator.act("refuse_suspension", case, words="今天能做")).json()["case"]
    assert (case["status"], case["due_at"], case["asked"], case["resume_on"]) == ("handling", due_at, [], None)
    assert (await member.act("ask_suspension", case, **ask)).status_code == 201
