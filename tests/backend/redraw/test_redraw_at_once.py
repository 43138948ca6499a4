"""A redraw of today while others work, with real commits on connections of their own: nothing stays behind in an old grid."""

import asyncio

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from backend.identifiers import new_id
from tests.drawing import TOWN, VILLAGE, begin
from tests.people import HUANGTANG_3, People, Person, photo, report_body

NEIGHBOUR = "320281104206011"
PATH = f"320281/{TOWN}/{VILLAGE}"
REPORTS = 12


async def report_after(worker: Person, seconds: float) -> httpx.Response:
    await asyncio.sleep(seconds)
    data = photo()
    return await worker.send_report(new_id(), report_body(photos=[data]), [data])


async def test_reports_filed_during_a_publication_are_in_a_grid_that_is_there(committing: FastAPI) -> None:
    async with People(committing) as people:
        administrator, worker = await people.administrator(), await people.worker()
        draft = await begin(administrator)
        await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
        reports = (report_after(worker, 0.01 * n) for n in range(REPORTS))
        published, *answers = await asyncio.gather(draft.try_publish(), *reports)
        assert published.status_code == 200, published.text
        assert {answer.status_code for answer in answers} == {201}
    async with committing.state.sessions() as session:
        paths = set(
            await session.scalars(text('SELECT grid_path FROM "case" WHERE grid_path LIKE :p'), {"p": f"{PATH}/%"})
        )
    assert paths == {f"{PATH}/{NEIGHBOUR}"}
