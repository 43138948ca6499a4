"""A resident, and a town that carries their case from verification to its end."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case
from tests.backend.residents.resident import Resident
from tests.people import People, Person, as_parts, photo, sha256

AFTER = photo("orientation/Landscape_3.jpg")
SEEN = photo("orientation/Portrait_3.jpg")


@pytest.fixture
async def resident(stranger: httpx.AsyncClient) -> Resident:
    return Resident(stranger)


class Town:
    """The staff as the resident never sees them: each verb is one step, taken by whoever takes it."""

    def __init__(self, people: People, session: AsyncSession) -> None:
        self.people = people
        self.session = session

    async def case_id(self, code: str) -> str:
        found = await self.session.scalar(select(col(Case.id)).where(col(Case.code) == code))
        return str(found)

    async def step(
        self, person: Person, code: str, action: str, photos: list[bytes] | None = None, **more: Any
    ) -> None:
        case = await person.case(await self.case_id(code))
        body = {"action": action, "version": case["version"], "photos": [{"sha256": sha256(p)} for p in photos or []]}
        files = as_parts("action", body | more, photos or [])
        answer = await person.http.put(f"/api/cases/{case['id']}/actions/{uuid4()}", files=files)
        assert answer.status_code == 201, f"{action}: {answer.text}"

    async def verify(self, code: str) -> None:
        await self.step(await self.people.worker(), code, "verify_found", [SEEN], words="看到了，旁边住着李婶")

    async def file(self, code: str) -> None:
        await self.step(await self.people.operator(), code, "file")

    async def decline(self, code: str, reason: str = "out_of_scope", words: str = "不归本镇管") -> None:
        await self.verify(code)
        await self.step(await self.people.operator(), code, "decline", reason=reason, words=words)

    async def merge(self, code: str, *, into: str) -> None:
        await self.step(await self.people.operator(), code, "merge", into=await self.case_id(into))

    async def handle(self, code: str, words: str = "已清运，地面冲洗") -> None:
        member = await self.people.squad_member()
        await self.step(member, code, "acknowledge")
        await self.step(member, code, "arrive")
        await self.step(member, code, "feedback", [AFTER], words=words)

    async def inspect(self, code: str) -> None:
        await self.step(await self.people.inspector(), code, "pass", words="现场已干净")

    async def close(self, code: str) -> None:
        """From reported to closed."""
        await self.verify(code)
        await self.file(code)
        await self.handle(code)
        await self.inspect(code)


@pytest.fixture
def town(people: People, session: AsyncSession) -> Town:
    return Town(people, session)
