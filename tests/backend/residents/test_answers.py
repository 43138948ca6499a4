"""已解决 or 没解决: within 72 hours after closing, once, and reopening once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, CaseEvent, CasePhoto
from tests.backend.residents.conftest import Town
from tests.backend.residents.resident import Resident, answer_id
from tests.conftest import Clock
from tests.people import photo


async def case_of(session: AsyncSession, code: str) -> Case:
    found = select(Case).where(col(Case.code) == code).execution_options(populate_existing=True)
    return (await session.scalars(found)).one()


async def answers(session: AsyncSession) -> list[str]:
    wanted = select(col(CaseEvent.action)).where(col(CaseEvent.action).in_(["satisfied", "not_satisfied"]))
    return [action.value for action in await session.scalars(wanted.order_by(col(CaseEvent.seq)))]


@pytest.fixture
async def closed(resident: Resident, town: Town) -> str:
    code = await resident.report([photo()])
    await town.close(code)
    return code


async def test_fixed_is_said_once_and_thanked(resident: Resident, session: AsyncSession, closed: str) -> None:
    form_id = answer_id(await resident.page(closed))
    for _ in range(2):
        sent = await resident.answer(closed, "satisfied", form_id=form_id)
        assert (sent.status_code, sent.headers["location"]) == (303, f"/r/{closed}#answer")
    page = await resident.page(closed)
    assert "您评价了“已解决”" in page
    assert 'name="answer"' not in page
    assert await answers(session) == ["satisfied"]
    await resident.answer(closed, "not_satisfied", form_id=form_id)
    assert await answers(session) == ["satisfied"]
    assert (await case_of(session, closed)).status == "closed"


async def test_not_fixed_reopens_once(resident: Resident, town: Town, session: AsyncSession, closed: str) -> None:
    form_id = answer_id(await resident.page(closed))
    for _ in range(2):
        await resident.answer(closed, "not_satisfied", form_id=form_id, words="墙角还有", photo=photo())
    case = await case_of(session, closed)
    assert (case.status, case.reopened_count) == ("rework", 1)
    page = await resident.page(closed)
    assert "评价：没解决，重新处理" in page
    assert "已经重新处理。处理完会再到现场核查" in page
    shown = await session.scalar(select(func.count()).select_from(CasePhoto))
    assert shown == 4
    assert page.count('/320"') == 2, "what the resident sends with the answer is for the staff"

    member = await town.people.squad_member()
    await town.step(member, closed, "acknowledge")
    await town.step(member, closed, "feedback", [photo("orientation/Portrait_6.jpg")], words="墙角也清了")
    await town.inspect(closed)
    page = await resident.page(closed)
    assert "这件事已经重新处理过一次" in page
    await resident.answer(closed, "not_satisfied", words="还是不行")
    case = await case_of(session, closed)
    assert (case.status, case.reopened_count) == ("closed", 1), "a case is reopened once only"
    page = await resident.page(closed)
    assert "指挥中心已经收到" in page
    assert 'href="/r/new"' in page
    assert await answers(session) == ["not_satisfied", "not_satisfied"]


@pytest.mark.parametrize(
    ("after", "counts"), [(timedelta(hours=72) - timedelta(seconds=1), True), (timedelta(hours=72), False)]
)
async def test_the_answer_counts_up_to_but_not_at_the_72nd_hour(
    resident: Resident, session: AsyncSession, clock: Clock, closed: str, after: timedelta, counts: bool
) -> None:
    form_id = answer_id(await resident.page(closed))
    clock.at += after
    page = await resident.page(closed)
    assert ('name="answer"' in page) == counts
    assert ("评价的时间（结案后 72 小时）已经过了" in page) != counts
    await resident.answer(closed, "not_satisfied", form_id=form_id)
    assert (await case_of(session, closed)).status == ("rework" if counts else "closed")
    assert await answers(session) == (["not_satisfied"] if counts else [])


async def test_an_old_form_does_not_answer_the_next_closing(
    resident: Resident, town: Town, session: AsyncSession, closed: str
) -> None:
    form_id = answer_id(await resident.page(closed))
    await resident.answer(closed, "not_satisfied", form_id=form_id)
    member = await town.people.squad_member()
    await town.step(member, closed, "acknowledge")
    await town.step(member, closed, "feedback", [photo("orientation/Portrait_6.jpg")], words="清了")
    await town.inspect(closed)
    await resident.answer(closed, "not_satisfied", form_id=form_id)
    assert await answers(session) == ["not_satisfied"]
    assert 'name="answer"' in await resident.page(closed)


async def test_an_open_case_cannot_be_answered(resident: Resident, session: AsyncSession) -> None:
    code = await resident.report()
    assert 'name="answer"' not in await resident.page(code)
    sent = await resident.answer(code, "not_satisfied", form_id="01932f5e-0000-7000-8000-000000000000")
    assert sent.status_code == 303
    assert await answers(session) == []


@pytest.mark.parametrize(("form_id", "said"), [("x", "satisfied"), ("01932f5e-0000-7000-8000-000000000000", "closed")])
async def test_what_is_no_form_of_ours_answers_nothing(
    resident: Resident, session: AsyncSession, closed: str, form_id: str, said: str
) -> None:
    assert (await resident.answer(closed, said, form_id=form_id)).status_code == 303
    assert await answers(session) == []


async def test_a_broken_photo_with_the_answer_is_said_and_nothing_is_answered(
    resident: Resident, session: AsyncSession, closed: str
) -> None:
    sent = await resident.answer(closed, "not_satisfied", words="还有两袋", photo=photo("png-broken/xhdn0g08.png"))
    assert sent.status_code == 422
    assert "照片已损坏" in sent.text
    assert "<details open>" in sent.text
    assert ">还有两袋</textarea>" in sent.text, "nothing typed is lost"
    assert await answers(session) == []
