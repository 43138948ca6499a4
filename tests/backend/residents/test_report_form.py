"""The report form as a browser without scripts uses it."""

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, CasePhoto, Report
from backend.identifiers import new_id
from backend.residents.models import ResidentContact
from tests.backend.residents.resident import VILLAGE, Form, Resident, fault
from tests.people import HUANGTANG_3, PLACES, photo, sha256


async def test_a_report_opens_a_case_that_is_verified_first(resident: Resident, session: AsyncSession) -> None:
    form = (await resident.open_form()).fill(matter="E0110", words="桶边成堆", where_words="幸福路 3 号门口")
    sent = await resident.send(form, [photo()])
    assert sent.status_code == 303
    shown = (await resident.http.get(sent.headers["location"])).text
    case = (await session.scalars(select(Case))).one()
    assert case.status == "verifying"
    assert case.grid_code == HUANGTANG_3
    assert case.words == "地点：幸福路 3 号门口。桶边成堆"
    assert f"{case.code[:5]} {case.code[5:]}" in shown
    assert "请截图保存" in shown
    assert '<svg viewBox="0 0' in shown, "the QR code is drawn in the page"
    assert "正在安排人到现场核实" in shown
    assert (await session.scalars(select(col(CasePhoto.sha256)))).all() == [sha256(photo())]
