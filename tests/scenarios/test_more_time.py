"""A squad asks for more time: granted twice, and not a third time; nobody grants their own wish."""

from datetime import datetime, timedelta
from typing import Any

from tests.conftest import Clock
from tests.people import People

ASK = {"words": "等材料", "reason": "material"}


async def test_granted_twice_and_then_no_more(people: People) -> None:
    member, operator = await people.squad_member(), await people.operator()
    case = (await (await people.worker()).report("E0401")).json()["case"]  # two hours, day and night
    due = datetime.fromisoformat(case["due_at"])
    case = (await member.act("acknowledge", case)).json()["case"]
    for times in (1, 2):
        case = (await member.act("ask_extension", case, **ASK)).json()["case"]
        assert case["asked"] == ["extension"]
        again = await member.act("ask_extension", case, **ASK)
        assert (again.status_code, again.json()["code"]) == (409, "no_extension"), "one request at a time"
        assert [c["id"] for c in await operator.cases(group="extension")] == [case["id"]]
        case = (await operator.act("grant_extension", case)).json()["case"]
        assert datetime.fromisoformat(case["due_at"]) == due + timedelta(hours=2 * times)
        assert case["assignments"][-1]["due_at"] == case["due_at"]
    offered = {a["action"] for a in (await member.case(case["id"]))["allowed_actions"]}
    assert "ask_extension" not in offered
    refused = await member.act("ask_extension", case, **ASK)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_extension")


async def test_a_refusal_says_why_and_an_overdue_case_is_past_asking(people: People, clock: Clock) -> None:
    member, operator = await people.squad_member(), await people.operator()
    case = (await (await people.worker()).report("E0401")).json()["case"]
    case = (await member.act("ask_extension", case, **ASK)).json()["case"]
    wordless = await operator.act("refuse_extension", case)
    assert (wordless.status_code, wordless.json()["errors"][0]["field"]) == (422, "words")
    refused: dict[str, Any] = (await operator.act("refuse_extension", case, words="两小时够了")).json()["case"]
    assert (refused["asked"], refused["due_at"]) == ([], case["due_at"])
    nothing = await operator.act("grant_extension", refused)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_asked")
    clock.at += timedelta(hours=3)
    late = await member.act("ask_extension", refused, **ASK)
    assert (late.status_code, late.json()["code"]) == (409, "no_extension")
