"""The town whistles: two squads are called to the place by a time, and the case cannot close until each is done or let off."""

from datetime import datetime, timedelta

from tests.conftest import Clock
from tests.people import People, photo

CALLED = ["xxk-squad-2", "xxk-team-sanitation"]


async def test_two_squads_are_called_one_is_late_and_the_case_waits_for_both(people: People, clock: Clock) -> None:
    operator, inspector, lead = await people.operator(), await people.inspector(), await people.squad_member()
    second, team = await people.squad_member("二中队"), await people.squad_member("环卫保洁组")
    case = (await (await people.worker()).report("E0110")).json()["case"]
    until = clock.at + timedelta(minutes=30)
    assert (await second.http.get(f"/api/cases/{case['id']}")).status_code == 404

    case = (await operator.act("whistle", case, squads=CALLED, until=until.isoformat(), words="联合清理")).json()[
        "case"
    ]
    assert [(p["squad"]["code"], p["kind"], p["state"]) for p in case["parts"]] == [
        (c, "whistle", "new") for c in CALLED
    ]
    assert all(datetime.fromisoformat(p["arrive_by"]) == until for p in case["parts"])
    assert [s["code"] for s in case["events"][-1]["squads"]] == CALLED
    twice = await operator.act("whistle", case, squads=CALLED[:1], until=until.isoformat(), words="再叫")
    assert (twice.status_code, twice.json()["code"]) == (409, "part_there")

    for squad in (second, team):
        (task,) = await squad.cases(squad="mine")
        assert (task["id"], task["my_part"]) == (case["id"], "new")
        assert task["allowed_actions"][0]["action"] == "co_acknowledge"
    arrived = (await second.act("co_arrive", task)).json()["case"]
    assert (arrived["my_part"], arrived["allowed_actions"][0]["action"]) == ("on_site", "co_feedback")
    clock.at = until + timedelta(minutes=20)
    late = (await team.act("co_arrive", task)).json()["case"]
    part = next(p for p in late["parts"] if p["squad"]["code"] == CALLED[1])
    assert part["arrived_at"] > part["arrive_by"], "late is there to see"

    # What the others do makes the lead's old screen no staler.
    handling = (await lead.act("acknowledge", case)).json()["case"]
    handled = (await lead.act("feedback", handling, photos=[photo()], words="清了")).json()["case"]
    refused = await inspector.act("pass", handled)
    assert (refused.status_code, refused.json()["code"]) == (409, "parts_open")
    assert (await second.act("co_feedback", late, words="配合完成")).status_code == 201
    assert await second.cases(squad="mine") == []
    assert (await inspector.act("pass", handled)).json()["code"] == "parts_open"
    case = (await operator.act("waive_part", handled, squad=CALLED[1], words="到场后无需处置")).json()["case"]
    assert (case["open_parts"], [p["end"] for p in case["parts"]]) == (0, ["finished", "waived"])
    closed = (await inspector.act("pass", handled)).json()["case"]
    assert closed["status"] == "closed"


async def test_a_squad_that_helped_does_not_inspect_and_a_co_handler_has_a_clock(people: People) -> None:
    operator, lead, team = await people.operator(), await people.squad_member(), await people.squad_member("环卫保洁组")
    case = (await (await people.worker()).report("E0110")).json()["case"]
    case = (await operator.act("add_co_handler", case, squad="xxk-team-sanitation", words="帮忙运走")).json()["case"]
    (part,) = case["parts"]
    assert (part["kind"], part["arrive_by"], part["due_at"]) == ("co", None, case["due_at"])
    assert (await team.act("acknowledge", case)).json()["code"] == "not_your_case", "a part is not the case"
    assert (await lead.act("co_acknowledge", case)).json()["code"] == "not_your_case"
    assert (await team.act("co_feedback", case, words="运走了")).json()["code"] == "wrong_state", "take it first"
    assert (await team.act("co_acknowledge", case)).status_code == 201
    own = await operator.act("add_co_handler", case, squad="xxk-squad-1", words="自己帮自己")
    assert (own.status_code, own.json()["errors"][0]["field"]) == (422, "squad")


async def test_ending_the_case_ends_every_part(people: People) -> None:
    operator, team = await people.operator(), await people.squad_member("环卫保洁组")
    case = (await (await people.worker()).report("E0110")).json()["case"]
    case = (await operator.act("add_co_handler", case, squad="xxk-team-sanitation", words="帮忙")).json()["case"]
    ended = await operator.act("force_close", case, words="业主已清", reason="solved_otherwise")
    assert [p["end"] for p in ended.json()["case"]["parts"]] == ["ended"]
    assert await team.cases(squad="mine") == []
