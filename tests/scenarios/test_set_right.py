"""Setting a case right on its way: a higher tier, another matter, another squad; each told plainly and with the right clock."""

from datetime import datetime, timedelta

from tests.conftest import Clock
from tests.people import People


async def test_a_leader_raises_what_is_beyond_the_squad(people: People) -> None:
    leader, member, operator = await people.squad_leader(), await people.squad_member(), await people.operator()
    case = (await (await people.worker()).report("E0110")).json()["case"]
    assert (await member.act("raise_tier", case, words="太大")).status_code == 403
    raised = (await leader.act("raise_tier", case, words="要市里出面")).json()["case"]
    assert (raised["status"], raised["tier"], raised["squad"], raised["clock"]) == (
        "pending_dispatch",
        3,
        None,
        "accept",
    )
    assert raised["assignments"][-1]["end"] == "raised"
    assert raised["why"].startswith("上报到第 3 级：要市里出面")
    top = (await operator.act("raise_tier", raised, words="再上报")).json()["case"]
    refused = await operator.act("raise_tier", top, words="还要上")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_tier_above")
    assert (await operator.act("dispatch", top, squad="xxk-squad-2")).json()["case"]["tier"] == 4


async def test_another_matter_keeps_the_start_of_the_clock(people: People, clock: Clock) -> None:
    operator, member = await people.operator(), await people.squad_member()
    case = (await (await people.worker()).report("E0401")).json()["case"]  # two hours, day and night
    case = (await member.act("acknowledge", case)).json()["case"]
    started = datetime.fromisoformat(case["starts_at"])
    clock.at += timedelta(hours=1)
    wrong = await operator.act("recategorise", case, words="其实是", matter="E9999")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "matter")
    alien = await operator.act("recategorise", case, words="其实是", matter="E0133", condition="E0110-1")
    assert (alien.status_code, alien.json()["errors"][0]["field"]) == (422, "condition")
    now = (await operator.act("recategorise", case, words="其实是污染", matter="E0126", condition="E0126-1")).json()[
        "case"
    ]
    assert (now["matter"]["name"], now["severity"], now["status"]) == ("河道污染", "emergency", "handling")
    assert datetime.fromisoformat(now["starts_at"]) == started
    assert datetime.fromisoformat(now["due_at"]) == started + timedelta(hours=2)
    late = (await operator.act("recategorise", now, words="燃气", matter="E0502", condition="E0502-1")).json()["case"]
    assert datetime.fromisoformat(late["due_at"]) == started + timedelta(hours=1), (
        "its time is up the moment it is known"
    )
    assert (await member.act("feedback", case, photos=[], words="办完")).status_code == 409, (
        "other photos may be asked for"
    )


async def test_a_waiting_case_of_the_right_matter_goes_on_at_once(people: People) -> None:
    operator = await people.operator()
    case = (await (await people.worker()).report("E0699")).json()["case"]
    assert case["status"] == "pending_dispatch"
    now = (await operator.act("recategorise", case, words="是垃圾", matter="E0110")).json()["case"]
    assert (now["status"], now["squad"]["code"]) == ("pending_ack", "xxk-squad-1")


async def test_reassigning_gives_the_other_squad_its_own_time(people: People, clock: Clock) -> None:
    operator, member, second = await people.operator(), await people.squad_member(), await people.squad_member("二中队")
    case = (await (await people.worker()).report("E0401")).json()["case"]
    case = (await member.act("ask_extension", case, words="忙", reason="many_cases")).json()["case"]
    clock.at += timedelta(hours=1)
    now = (await operator.act("reassign", case, squad="xxk-squad-2", words="换人")).json()["case"]
    assert (now["squad"]["code"], now["asked"]) == ("xxk-squad-2", []), "what one squad asked for goes with it"
    assert datetime.fromisoformat(now["due_at"]) == clock.at + timedelta(hours=2)
    assert (await member.act("acknowledge", now)).json()["code"] == "not_your_case"
    assert (await second.act("acknowledge", now)).status_code == 201
