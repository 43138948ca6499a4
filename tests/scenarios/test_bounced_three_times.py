"""Nobody wants it: each who sends it back is passed over, and after three times the command centre decides."""

from typing import Any

from tests.people import People, Person

LEADERS = {"xxk-squad-1": "19900009001", "xxk-squad-2": "19900009002", "xxk-squad-3": "19900009003"}


async def bounce(holder: Person, case: dict[str, Any], words: str = "不归我们") -> dict[str, Any]:
    seen = await holder.case(case["id"])
    answer = await holder.act("send_back", seen, words=words, reason="not_ours")
    assert answer.status_code == 201, answer.text
    bounced: dict[str, Any] = answer.json()["case"]
    return bounced


async def test_a_case_that_is_sent_back_goes_to_others_and_then_to_the_command_centre(people: People) -> None:
    operator = await people.operator()
    case = (await (await people.worker()).report("E0133")).json()["case"]
    asked = []
    for times in (1, 2, 3):
        code = case["squad"]["code"]
        assert code not in asked, "whoever sent it back is not asked again"
        asked.append(code)
        case = await bounce(await people.person(LEADERS[code]), case)
        assert case["send_back_count"] == times
        assert (case["status"] == "pending_dispatch") == (times == 3)
    assert asked[0] == "xxk-squad-1"
    assert case["squad"] is None
    assert case["why"] == "已退回 3 次，不再自动派遣，由指挥中心决定"
    assert case["clock"] == "accept"

    waiting = await operator.case(case["id"])
    assert waiting["allowed_actions"][0]["action"] == "dispatch"
    case = (await operator.act("dispatch", waiting, squad="xxk-squad-1", words="协调过了，由你们办")).json()["case"]
    assert (case["status"], case["squad"]["code"], case["send_back_count"]) == ("pending_ack", "xxk-squad-1", 3)
    squad_1 = await people.person(LEADERS["xxk-squad-1"])
    first, *_, again = [c for c in case["clocks"] if c["kind"] == "handle"]
    assert again["due_at"] >= first["due_at"]
    case = await bounce(squad_1, case, "还是办不了")
    assert (case["status"], case["send_back_count"]) == ("pending_dispatch", 4), "no rule sends it on any more"


async def test_sending_back_needs_a_reason_from_the_list_and_a_sentence(people: People) -> None:
    member = await people.squad_member()
    case = (await (await people.worker()).report("E0110")).json()["case"]
    for more, field in (
        ({"words": "不归我们", "reason": None}, "reason"),
        ({"reason": "not_ours"}, "words"),
        ({"words": "不归我们", "reason": "lazy"}, "reason"),
    ):
        refused = await member.act("send_back", case, **more)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    reasons = next(a for a in case_actions(await member.case(case["id"])) if a["action"] == "send_back")["reasons"]
    assert {"code": "not_ours", "label": "不归本队管"} in reasons


def case_actions(case: dict[str, Any]) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = case["allowed_actions"]
    return actions
