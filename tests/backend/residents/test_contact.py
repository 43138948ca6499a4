"""How to reach a resident: for operators of the case's grid, and every look is written down."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.residents.forgetting import forget_contacts
from backend.residents.models import ContactLook
from tests.backend.residents.conftest import Town
from tests.backend.residents.resident import Resident
from tests.conftest import Clock
from tests.people import photo


async def looks(session: AsyncSession) -> list[ContactLook]:
    return list(await session.scalars(select(ContactLook)))


async def test_an_operator_reads_it_and_the_look_is_written_down(
    resident: Resident, town: Town, session: AsyncSession
) -> None:
    code = await resident.report([photo()], name="周先生", phone="13900001111")
    operator = await town.people.operator()
    address = f"/api/cases/{await town.case_id(code)}/contact"
    (item,) = (await operator.http.get(address)).json()["items"]
    assert (item["name"], item["phone"]) == ("周先生", "13900001111")
    await operator.http.get(address)
    found = await looks(session)
    assert len(found) == 2
    me = (await operator.http.get("/api/me")).json()["id"]
    assert {str(look.staff_id) for look in found} == {me}


async def test_nobody_else_reads_it_and_no_look_is_written(
    resident: Resident, town: Town, session: AsyncSession
) -> None:
    code = await resident.report([photo()], phone="13900001111")
    await town.verify(code)
    await town.file(code)
    address = f"/api/cases/{await town.case_id(code)}/contact"
    people = town.people
    for person in (
        await people.worker(),
        await people.squad_member(),
        await people.squad_leader(),
        await people.inspector(),
        await people.administrator(),
    ):
        answer = await person.http.get(address)
        assert answer.status_code == 403
        assert "13900001111" not in answer.text
    assert (await resident.http.get(address)).status_code == 401
    assert await looks(session) == []


async def test_a_case_without_contact_has_none_and_nothing_is_written(
    resident: Resident, town: Town, session: AsyncSession
) -> None:
    code = await resident.report()
    operator = await town.people.operator()
    answer = await operator.http.get(f"/api/cases/{await town.case_id(code)}/contact")
    assert answer.json() == {"items": []}
    assert await looks(session) == []


async def test_it_is_forgotten_when_the_case_has_long_ended_and_not_before(
    resident: Resident, town: Town, session: AsyncSession, clock: Clock
) -> None:
    ended = await resident.report([photo()], phone="13900001111")
    await town.decline(ended)
    going_on = await resident.report([photo()], phone="13900002222")
    operator = await town.people.operator()

    async def phones() -> list[str]:
        found = [await operator.http.get(f"/api/cases/{await town.case_id(c)}/contact") for c in (ended, going_on)]
        return [item["phone"] for answer in found for item in answer.json()["items"]]

    assert await forget_contacts(session, kept_days=180, at=clock() + timedelta(days=180)) == 0
    assert await phones() == ["13900001111", "13900002222"]
    assert await forget_contacts(session, kept_days=180, at=clock() + timedelta(days=180, seconds=1)) == 1
    assert await phones() == ["13900002222"], "a case that is open needs it"


async def test_it_stays_while_the_case_that_it_joined_goes_on(
    resident: Resident, town: Town, session: AsyncSession, clock: Clock
) -> None:
    joined = await resident.report([photo()], phone="13900001111")
    leading = await resident.report([photo()])
    await town.merge(joined, into=leading)
    long_after = clock() + timedelta(days=400)
    assert await forget_contacts(session, kept_days=180, at=long_after) == 0
    await town.decline(leading)
    assert await forget_contacts(session, kept_days=180, at=long_after) == 1
