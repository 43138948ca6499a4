"""Ending a case otherwise: voiding takes two persons, closing by force a reason, and neither leaves anything open."""

from tests.people import People


async def test_voiding_needs_a_second_person(people: People) -> None:
    one, two = await people.person("19900007001"), await people.person("19900007002")
    member = await people.squad_member()
    case = (await (await people.worker()).report("E0110")).json()["case"]
    nothing = await one.act("confirm_void", case)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_asked")
    asked = (await one.act("ask_void", case, words="测试误报")).json()["case"]
    assert (asked["asked"], asked["status"]) == (["void"], "pending_ack")
    alone = await one.act("confirm_void", asked)
    assert (alone.status_code, alone.json()["code"]) == (409, "second_person_needed")
    assert "confirm_void" not in {a["action"] for a in (await one.case(case["id"]))["allowed_actions"]}

    kept = (await two.act("refuse_void", asked)).json()["case"]
    assert kept["asked"] == []
    case = (await one.act("ask_void", kept, words="确是误报")).json()["case"]
    voided = (await two.act("confirm_void", case)).json()["case"]
    assert (voided["status"], voided["clock"], voided["assignments"][-1]["end"]) == ("voided", None, "ended")
    assert await member.cases(squad="mine") == []
    gone = await member.act("acknowledge", case)
    assert (gone.status_code, gone.json()["case"]["status"]) == (409, "voided")


async def test_closing_by_force_names_a_reason_and_is_not_for_the_handler(people: People) -> None:
    operator = await people.operator()
    case = (await (await people.worker()).report("E0110")).json()["case"]
    for more, field in (({"words": "x", "reason": None}, "reason"), ({"reason": "transferred"}, "words")):
        refused = await operator.act("force_close", case, **more)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    closed = (await operator.act("force_close", case, words="已转市里", reason="transferred")).json()["case"]
    assert (closed["status"], closed["events"][-1]["reason"], closed["due_at"]) == ("closed", "已转其他机关", None)
    assert closed["answer_until"]
    reopened = (await operator.act("reopen", closed, words="市里退回")).json()["case"]
    assert (reopened["status"], reopened["squad"]["code"]) == ("rework", "xxk-squad-1")
    assert reopened["assignments"][-1]["ended_at"] is None
