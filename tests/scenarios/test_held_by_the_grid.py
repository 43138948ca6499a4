"""A rule gives small things to the grid chief: the grid's own team handles the case, and therefore does not inspect it."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.dispatch.models import RuleSet, RuleSetStatus
from backend.identifiers import new_id
from seeds.load import COUNTY
from tests.conftest import MONDAY_MORNING
from tests.people import People, photo

CHIEF = "19900002007"
RULE = {
    "code": "G1", "priority": 1, "name": "小事归网格长", "matters": ["E0110"],
    "target": {"kind": "duty", "code": "grid_chief"},
}  # fmt: skip


async def with_rule(session: AsyncSession) -> None:
    await session.execute(update(RuleSet).where(col(RuleSet.county) == COUNTY).values(status=RuleSetStatus.REPLACED))
    session.add(
        RuleSet(
            county=COUNTY,
            id=new_id(),
            number=2,
            title="网格长自办",
            status=RuleSetStatus.IN_FORCE,
            updated_at=MONDAY_MORNING,
            in_force_from=MONDAY_MORNING,
            rules=[RULE],
        )
    )
    await session.commit()


async def test_the_grid_chief_handles_it_and_another_than_the_grid_inspects(
    people: People, session: AsyncSession
) -> None:
    await with_rule(session)
    worker, chief, inspector = await people.worker(), await people.person(CHIEF), await people.inspector()
    case = (await worker.report("E0110")).json()["case"]
    assert (case["status"], case["squad"], case["holder_name"]) == ("pending_ack", None, "网格长")
    assert [a["action"] for a in case["allowed_actions"]] == ["remind"], "a grid worker is not the chief"
    assert (await worker.act("acknowledge", case)).json()["code"] == "not_your_case"
    (task,) = await chief.cases(squad="mine")
    assert (task["id"], task["allowed_actions"][0]["action"]) == (case["id"], "acknowledge")
    assert await (await people.squad_member()).cases(claimable=True) == []

    for step in ("acknowledge", "arrive"):
        answer = await chief.act(step, task)
        assert answer.status_code == 201, answer.text
    handled = (await chief.act("feedback", task, photos=[photo()], words="自己清了")).json()["case"]
    assert (handled["status"], handled["assignments"][0]["holder_name"]) == ("pending_inspection", "网格长")
    for somebody in (chief, worker):
        refused = await somebody.act("pass", handled)
        assert (refused.status_code, refused.json()["code"]) == (409, "separation_of_powers")
        assert await somebody.cases(inspect=True) == []

    failed = (await inspector.act("fail", handled, words="没清干净")).json()["case"]
    assert (failed["status"], failed["holder_name"]) == ("rework", "网格长"), "back to whoever handled it"
    case = (await chief.act("acknowledge", failed)).json()["case"]
    case = (await chief.act("feedback", case, photos=[photo()], words="再清了")).json()["case"]
    assert (await inspector.act("pass", case)).json()["case"]["status"] == "closed"


async def test_what_the_grid_cannot_do_goes_to_a_squad(people: People, session: AsyncSession) -> None:
    await with_rule(session)
    chief, operator, member = await people.person(CHIEF), await people.operator(), await people.squad_member()
    case = (await (await people.worker()).report("E0110")).json()["case"]
    back = (await chief.act("send_back", case, words="搬不动", reason="beyond_means")).json()["case"]
    assert back["send_back_count"] == 1
    assert back["status"] == "pending_dispatch", "the duty that sent it back is not asked again"
    case = (await operator.act("dispatch", back, squad="xxk-squad-1")).json()["case"]
    case = (await member.act("acknowledge", case)).json()["case"]
    assert case["status"] == "handling"
