"""Whoever acts on an old screen, without a signal or a moment too late, is told what the case is now, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from tests.people import People, photo


async def test_three_steps_without_a_signal_arrive_one_after_another(people: People) -> None:
    member, inspector = await people.squad_member(), await people.inspector()
    seen = (await (await people.worker()).report("E0110")).json()["case"]
    for step, more in (
        ("acknowledge", {}),
        ("arrive", {"place": {"lng": 120.3, "lat": 31.7, "accuracy_m": 9}}),
        ("feedback", {"photos": [photo()], "words": "清了"}),
    ):
        answer = await member.act(step, seen, **more)  # type: ignore[arg-type]
        assert answer.status_code == 201, answer.text
    now = await inspector.case(seen["id"])
    assert now["status"] == "pending_inspection"
    assert [e["action"] for e in now["events"]] == ["report", "route", "acknowledge", "arrive", "feedback"]


async def test_what_changes_nothing_for_the_squad_does_not_make_its_work_stale(people: People) -> None:
    member, operator, worker = await people.squad_member(), await people.operator(), await people.worker()
    case = (await worker.report("E0110")).json()["case"]
    seen = (await member.act("acknowledge", case)).json()["case"]
    quiet = [
        ("remind", {}),
        ("supervise", {"words": "今天办结", "until": "2026-11-23T18:00:00+08:00"}),
        ("add_co_handler", {"words": "帮忙", "squad": "xxk-team-sanitation"}),
        ("ask_void", {"words": "像是误报"}),
        ("refuse_void", {}),
    ]
    for action, more in quiet:
        answer = await operator.act(action, seen, **more)  # type: ignore[arg-type]
        assert answer.status_code == 201, (action, answer.text)
    assert (await member.act("reply_supervision", seen, words="正在办")).status_code == 201
    answer = await member.act("feedback", seen, photos=[photo()], words="清了")
    assert answer.status_code == 201, answer.text


async def test_a_step_that_moved_the_case_makes_every_other_screen_stale(people: People) -> None:
    member, leader = await people.squad_member(), await people.squad_leader()
    seen = (await (await people.worker()).report("E0110")).json()["case"]
    assert (await member.act("acknowledge", seen)).status_code == 201
    late = await leader.act("acknowledge", seen)
    told = late.json()
    assert (late.status_code, told["code"], told["case_status"]) == (409, "stale_version", "handling")
    assert (told["case"]["status"], told["case"]["version"]) == ("handling", told["version"])
    assert told["case"]["allowed_actions"][0]["action"] == "arrive"
    future = await leader.act("arrive", seen | {"version": 99})
    assert (future.status_code, future.json()["code"]) == (409, "stale_version")


async def test_a_refused_step_leaves_nothing_behind_and_what_is_shown_is_the_truth(people: People) -> None:
    operator = await people.operator()
    seen = (await (await people.worker()).report("E0110")).json()["case"]
    call = {"words": "都来", "until": "2026-11-23T18:00:00+08:00"}
    assert (await operator.act("add_co_handler", seen, squad="xxk-team-market", words="来")).status_code == 201
    # The first of the two is called before it turns out that the second is there already.
    refused = await operator.act("whistle", seen, squads=["xxk-squad-2", "xxk-team-market"], **call)
    assert (refused.status_code, refused.json()["code"]) == (409, "part_there")
    assert refused.json()["case"]["open_parts"] == 1
    assert [p["squad"]["code"] for p in (await operator.case(seen["id"]))["parts"]] == ["xxk-team-market"]


@pytest.fixture
async def people_at_once(committing: FastAPI) -> AsyncIterator[People]:
    async with People(committing) as people:
        yield people


async def test_of_two_squads_that_claim_at_once_one_has_it_and_the_other_is_told(people_at_once: People) -> None:
    people = people_at_once
    worker, squad, team = await people.worker(), await people.squad_member(), await people.squad_member("环卫保洁组")
    for _ in range(6):
        case = (await worker.report("E0699")).json()["case"]
        for claimant in (squad, team):
            (free,) = [c for c in await claimant.cases(claimable=True) if c["id"] == case["id"]]
            assert free["allowed_actions"][0]["action"] == "claim"
        answers = await asyncio.gather(squad.act("claim", case), team.act("claim", case))
        assert min(a.status_code for a in answers) == 201
        assert max(a.status_code for a in answers) in (404, 409), [a.text for a in answers]
        now = await worker.case(case["id"])
        winner = "xxk-squad-1" if answers[0].status_code == 201 else "xxk-team-sanitation"
        assert (now["status"], now["squad"]["code"], len(now["assignments"])) == ("handling", winner, 1)
        assert now["assignments"][0]["handler_name"]
        for claimant in (squad, team):
            assert case["id"] not in {c["id"] for c in await claimant.cases(claimable=True)}
