"""The main job as a story over HTTP: a worker reports, the squad handles, an inspector passes, everybody sees it."""

from typing import Any

import httpx

from tests.people import People, photo, sha256


async def test_a_report_becomes_a_closed_case(people: People, stranger: httpx.AsyncClient, drain_jobs: Any) -> None:
    worker = await people.worker()
    before = photo("orientation/Landscape_6.jpg")

    filed = await worker.report("E0110", photos=[before], words="路口垃圾桶旁成堆")
    assert filed.status_code == 201
    receipt = filed.json()
    assert receipt["missing"] == []
    case = receipt["case"]
    assert case["status"] == "pending_ack"
    assert case["place"]["grid_name"] == "璜塘村第3网格"
    assert case["squad"]["name"] == "综合执法一中队"
    assert "辖区内、在岗" in case["why"]
    assert case["due_at"] > case["opened_at"]

    squad_member = await people.squad_member("一中队")
    (task,) = await squad_member.cases(squad="mine", sort="due")
    assert task["id"] == case["id"]
    assert [step["action"] for step in task["allowed_actions"]] == ["acknowledge", "send_back", "ask_extension"]

    accepted = (await squad_member.act("acknowledge", task)).json()["case"]
    assert accepted["status"] == "handling"
    after = photo("orientation/Landscape_3.jpg")
    handled = (await squad_member.act("feedback", accepted, photos=[after], words="已清运，地面冲洗")).json()["case"]
    assert handled["status"] == "pending_inspection"
    assert await squad_member.cases(squad="mine") == []

    inspector = await people.inspector()
    (waiting,) = await inspector.cases(inspect=True)
    closed = (await inspector.act("pass", waiting, words="现场已干净")).json()["case"]
    assert closed["status"] == "closed"
    assert closed["closed_at"]
    assert [event["action"] for event in closed["events"]] == ["report", "route", "acknowledge", "feedback", "pass"]
    assert [event["actor_name"] for event in closed["events"]][1] is None
    assert [p["phase"] for event in closed["events"] for p in event["photos"]] == ["before", "after"]

    assert (await worker.case(case["id"]))["status"] == "closed"
    followed = await stranger.get(f"/api/residents/cases/{case['code'].lower()}")
    assert followed.json()["status"] == "closed"
    assert "网格员" not in followed.text

    assert await drain_jobs() == 3  # two photos, and the report is looked at
    shown = await inspector.http.get(f"/api/photos/{sha256(before)}/320")
    assert shown.headers["content-type"] == "image/jpeg"
    assert b"Exif" not in shown.content


async def test_a_failed_inspection_sends_the_case_back_for_rework(people: People) -> None:
    worker, squad, inspector = await people.worker(), await people.squad_leader(), await people.inspector()
    case = (await worker.report()).json()["case"]
    case = (await squad.act("acknowledge", case)).json()["case"]
    case = (await squad.act("feedback", case, photos=[photo()], words="清了")).json()["case"]
    failed = (await inspector.act("fail", case, words="墙角还有一堆")).json()["case"]
    assert (failed["status"], failed["rework_count"]) == ("rework", 1)
    assert failed["squad"]["code"] == "xxk-squad-1"
    first, second = failed["assignments"]
    assert first["end"] == "finished"
    assert second["ended_at"] is None

    (task,) = await squad.cases(squad="mine")
    case = (await squad.act("acknowledge", task)).json()["case"]
    case = (await squad.act("feedback", case, photos=[photo("orientation/Portrait_3.jpg")], words="墙角也清了")).json()[
        "case"
    ]
    assert (await inspector.act("pass", case)).json()["case"]["status"] == "closed"


async def test_a_matter_outside_the_catalogue_waits_for_the_operator(people: People) -> None:
    worker, operator = await people.worker(), await people.operator()
    case = (await worker.report("E0699", words="不知道归谁管")).json()["case"]
    assert (case["status"], case["squad"]) == ("pending_dispatch", None)
    assert case["why"] == "「目录外问题」不自动派遣，等指挥中心派遣"

    snapshot = (await operator.http.get("/api/live/snapshot")).json()
    assert snapshot["counts"]["pending_dispatch"] == 1
    (waiting,) = snapshot["cases"]
    assert waiting["allowed_actions"][0]["action"] == "dispatch"

    dispatched = (await operator.act("dispatch", waiting, squad="xxk-squad-2", words="离得最近")).json()["case"]
    assert dispatched["status"] == "pending_ack"
    assert dispatched["why"] == "由指挥员 001 派给综合执法二中队：离得最近"
    squad = await people.squad_member("二中队")
    assert [c["id"] for c in await squad.cases(squad="mine")] == [case["id"]]


async def test_nobody_on_duty_leaves_the_case_waiting_with_the_reason(people: People, session: Any) -> None:
    from sqlalchemy import delete

    from backend.staff.models import RotaShift

    await session.execute(delete(RotaShift))
    await session.commit()
    case = (await (await people.worker()).report()).json()["case"]
    assert case["status"] == "pending_dispatch"
    assert "没有在岗的队伍能接" in case["why"]
    assert "综合执法一中队" in case["why"]
    verdicts = {c["squad_code"]: c["verdict"] for c in case["routing"]["candidates"]}
    assert verdicts["xxk-squad-1"] == "off_duty"


async def test_a_photo_may_follow_its_report(people: People) -> None:
    worker = await people.worker()
    from tests.people import new_id, report_body

    data, report_id = photo(), new_id()
    body = report_body(photos=[data])
    filed = (await worker.send_report(report_id, body, [])).json()
    assert filed["missing"] == [sha256(data)]
    assert filed["case"]["status"] == "pending_ack", "the case is routed before its photo has arrived"
    follows = await worker.http.put(f"/api/reports/{report_id}/photos/{sha256(data)}", content=data)
    assert follows.json()["missing"] == []
    assert follows.json()["case"]["cover_photo"] == sha256(data)
