"""Requests of duty sent twice at once, with real commits on connections of their own."""

import asyncio
from collections import Counter
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from tests.backend.staff.test_swaps import ask
from tests.people import People, Person

AT_ONCE = 4


async def ask_leave(member: Person, leave_id: UUID, day: int) -> httpx.Response:
    leave = {
        "kind": "annual",
        "starts_at": f"2026-12-{day:02}T08:00:00+08:00",
        "ends_at": f"2026-12-{day:02}T18:00:00+08:00",
    }
    return await member.http.put(f"/api/duty/leaves/{leave_id}", json=leave)


async def test_one_leave_sent_at_once_is_one_leave_and_two_for_one_time_are_refused(committing: FastAPI) -> None:
    async with People(committing) as people:
        member, same = await people.squad_member(), uuid4()
        repeats = await asyncio.gather(*(ask_leave(member, same, 1) for _ in range(AT_ONCE)))
        assert {answer.status_code for answer in repeats} == {200}
        others = await asyncio.gather(*(ask_leave(member, uuid4(), 2) for _ in range(AT_ONCE)))
        assert Counter(answer.status_code for answer in others) == {200: 1, 422: AT_ONCE - 1}


async def test_one_swap_sent_at_once_is_one_swap(committing: FastAPI) -> None:
    async with People(committing) as people:
        member, same = await people.squad_member(), str(uuid4())
        repeats = await asyncio.gather(*(ask(member, swap_id=same) for _ in range(AT_ONCE)))
        assert {answer.status_code for answer in repeats} == {200}
        assert len({answer.text for answer in repeats}) == 1
