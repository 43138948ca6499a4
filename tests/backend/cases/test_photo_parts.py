"""Photos in parts: what is here stays, goes on from there, and counts only when the whole is what was declared."""

import io
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.photo_parts import MOST_UNFINISHED, PART_BYTES, sweep_parts
from backend.identifiers import new_id
from tests.conftest import Clock
from tests.people import People, Person, photo, report_body, sha256

SMALL = photo()


def big_photo(seed: int = 1) -> bytes:
    """A JPEG of noise of three parts."""
    out = io.BytesIO()
    Image.frombytes("RGB", (1000, 700), random.Random(seed).randbytes(1000 * 700 * 3)).save(out, "JPEG", quality=92)
    assert 2 * PART_BYTES < len(out.getvalue()) < 3 * PART_BYTES
    return out.getvalue()


BIG = big_photo()


def path_of(report_id: UUID, data: bytes) -> str:
    return f"/api/reports/{report_id}/photos/{sha256(data)}/parts"


async def send_part(person: Person, report_id: UUID, data: bytes, start: int, **more: Any) -> httpx.Response:
    """The part that begins at `start`, as the phone cuts it."""
    part = more.pop("part", data[start : start + PART_BYTES])
    query = {"size": len(data)} | more
    return await person.http.put(f"{path_of(report_id, data)}/{start}", params=query, content=part)


async def unsent_photo(person: Person, *photos: bytes) -> UUID:
    """A report whose photos have not come yet."""
    report_id = new_id()
    answer = await person.send_report(report_id, report_body(photos=list(photos)), [])
    assert answer.status_code == 201, answer.text
    return report_id


async def kept(session: AsyncSession) -> int:
    return await session.scalar(text("SELECT count(*) FROM photo_part")) or 0


async def test_a_photo_in_three_parts_is_whole_with_the_last_one(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    report_id = await unsent_photo(worker, BIG, SMALL)
    assert (await worker.http.get(path_of(report_id, BIG))).json() == {"received_bytes": 0, "receipt": None}
    answers = [await send_part(worker, report_id, BIG, start) for start in range(0, len(BIG), PART_BYTES)]
    assert [a.json()["received_bytes"] for a in answers] == [PART_BYTES, 2 * PART_BYTES, len(BIG)]
    receipt = answers[-1].json()["receipt"]
    assert (receipt["id"], receipt["missing"]) == (str(report_id), [sha256(SMALL)])
    assert receipt["case"]["events"][0]["photos"][0]["received"] is True
    assert await kept(session) == 0


async def test_whoever_was_cut_off_is_told_where_to_go_on(people: People) -> None:
    worker = await people.worker()
    report_id = await unsent_photo(worker, BIG)
    await send_part(worker, report_id, BIG, 0)
    here = (await worker.http.get(path_of(report_id, BIG))).json()["received_bytes"]
    assert here == PART_BYTES
    # The case is on its way all the time, and says that a photo is awaited.
    (case,) = await worker.cases(mine=True)
    shown = (await worker.case(case["id"]))["events"][0]["photos"]
    assert (case["status"], [p["received"] for p in shown]) == ("pending_ack", [False])


async def test_a_part_whose_answer_was_lost_is_sent_again_without_harm(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    report_id = await unsent_photo(worker, BIG)
    first = await send_part(worker, report_id, BIG, 0)
    again = await send_part(worker, report_id, BIG, 0)
    assert again.json() == first.json()
    assert await kept(session) == 1
    for start in (PART_BYTES, 2 * PART_BYTES):
        last = await send_part(worker, report_id, BIG, start)
    repeated = await send_part(worker, report_id, BIG, 2 * PART_BYTES)
    assert repeated.json()["receipt"] == last.json()["receipt"]


@pytest.mark.parametrize(
    ("start", "part", "size"),
    [
        (2 * PART_BYTES, BIG[2 * PART_BYTES :], len(BIG)),  # ahead
        (PART_BYTES // 2, BIG[PART_BYTES // 2 :][:PART_BYTES], len(BIG)),  # overlapping
        (0, BIG[1 : PART_BYTES + 1], len(BIG)),  # the same place, other bytes
        (0, BIG[: PART_BYTES // 2], len(BIG)),  # the same place, fewer bytes
        (PART_BYTES, BIG[PART_BYTES:][:PART_BYTES], len(BIG) + 1),  # another size
        (0, BIG[:PART_BYTES], len(BIG) + 1),
    ],
)
async def test_a_part_that_does_not_fit_changes_nothing(
    people: People, session: AsyncSession, start: int, part: bytes, size: int
) -> None:
    worker = await people.worker()
    report_id = await unsent_photo(worker, BIG)
    await send_part(worker, report_id, BIG, 0)
    answer = await send_part(worker, report_id, BIG, start, part=part, size=size)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_photo_part")
    assert answer.json()["received_bytes"] == PART_BYTES
    assert await kept(session) == 1


@pytest.mark.parametrize(
    ("start", "part", "size", "status"),
    [
        (0, b"", 500_000, 422),
        (0, b"x" * 100, 500_000, 422),
        (0, b"x" * 300, 200, 422),
        (0, b"x" * (PART_BYTES + 1), 500_000, 413),
        (0, b"x" * (PART_BYTES + 5000), 500_000, 413),
        (0, b"x" * 100, 0, 422),
        (0, b"x" * 100, 2**40, 422),
        (-1, b"x" * 100, 100, 422),
        (2**40, b"x" * 100, 100, 422),
    ],
)
async def test_sizes_are_bounded(
    people: People, session: AsyncSession, start: int, part: bytes, size: int, status: int
) -> None:
    worker = await people.worker()
    report_id = await unsent_photo(worker, BIG)
    answer = await send_part(worker, report_id, BIG, start, part=part, size=size)
    assert answer.status_code == status, answer.text
    assert await kept(session) == 0


async def test_a_whole_with_another_hash_is_thrown_away_and_sent_anew(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    report_id = await unsent_photo(worker, BIG)
    damaged = BIG[:100] + bytes([BIG[100] ^ 1]) + BIG[101:]
    for start in range(0, len(BIG), PART_BYTES):
        answer = await send_part(worker, report_id, BIG, start, part=damaged[start : start + PART_BYTES])
    assert answer.json() == {"received_bytes": 0, "receipt": None}
    assert await kept(session) == 0
    for start in range(0, len(BIG), PART_BYTES):
        answer = await send_part(worker, report_id, BIG, start)
    assert answer.json()["receipt"]["missing"] == []


async def test_a_whole_that_is_no_photo_is_refused(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    data = b"no photo at all " * 20_000
    report_id = await unsent_photo(worker, data)
    await send_part(worker, report_id, data, 0)
    answer = await send_part(worker, report_id, data, PART_BYTES)
    assert (answer.status_code, answer.json()["code"]) == (422, "photo_not_a_photo")
    assert await session.scalar(text("SELECT count(*) FROM photo")) == 0


async def test_only_declared_photos_of_ones_own_report(people: People, session: AsyncSession) -> None:
    worker, neighbour = await people.worker(), await people.worker("金凤村第3网格")
    report_id = await unsent_photo(worker, BIG)
    other = await send_part(neighbour, report_id, BIG, 0)
    assert (other.status_code, other.json()["code"]) == (404, "no_such_report")
    assert (await neighbour.http.get(path_of(report_id, BIG))).status_code == 404
    undeclared = await send_part(worker, report_id, big_photo(2), 0)
    assert (undeclared.status_code, undeclared.json()["code"]) == (409, "undeclared_photo")
    assert await kept(session) == 0


async def test_the_whole_photo_may_overtake_its_parts(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    report_id = await unsent_photo(worker, BIG)
    await send_part(worker, report_id, BIG, 0)
    whole = await worker.http.put(f"/api/reports/{report_id}/photos/{sha256(BIG)}", content=BIG)
    assert whole.json()["missing"] == []
    assert await kept(session) == 0
    late = await send_part(worker, report_id, BIG, PART_BYTES)
    assert late.json()["receipt"]["missing"] == []


async def test_parts_of_a_step(people: People, session: AsyncSession) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report()).json()["case"]
    for step in ("acknowledge", "arrive"):
        case = (await squad.act(step, case)).json()["case"]
    action_id = new_id()
    body = {"action": "feedback", "version": case["version"], "words": "已清", "photos": [{"sha256": sha256(BIG)}]}
    sent = await squad.http.put(f"/api/cases/{case['id']}/actions/{action_id}", json=body)
    assert sent.json()["missing"] == [sha256(BIG)]
    url = f"/api/cases/{case['id']}/actions/{action_id}/photos/{sha256(BIG)}/parts"
    for start in range(0, len(BIG), PART_BYTES):
        answer = await squad.http.put(
            f"{url}/{start}", params={"size": len(BIG)}, content=BIG[start : start + PART_BYTES]
        )
    assert (answer.json()["receipt"]["id"], answer.json()["receipt"]["missing"]) == (str(action_id), [])
    assert (await squad.http.get(url)).json()["receipt"]["missing"] == []
    assert await kept(session) == 0


async def test_a_person_has_only_so_many_unfinished_photos(people: People) -> None:
    worker = await people.worker()
    photos = [big_photo(seed) for seed in range(9)]
    reports = [await unsent_photo(worker, *photos) for _ in range(MOST_UNFINISHED // 9 + 1)]
    begun = [(report_id, data) for report_id in reports for data in photos]
    answers = [await send_part(worker, report_id, data, 0) for report_id, data in begun[: MOST_UNFINISHED + 1]]
    assert [a.status_code for a in answers] == [200] * MOST_UNFINISHED + [429]
    assert (answers[-1].json()["code"], answers[-1].headers["retry-after"]) == ("too_many_unfinished", "300")
    # What is begun goes on, and makes room.
    for start in (PART_BYTES, 2 * PART_BYTES):
        assert (await send_part(worker, *begun[0], start)).status_code == 200
    assert (await send_part(worker, *begun[MOST_UNFINISHED], 0)).status_code == 200


async def test_what_nobody_finished_in_a_week_is_swept(people: People, session: AsyncSession, clock: Clock) -> None:
    worker = await people.worker()
    report_id = await unsent_photo(worker, BIG)
    await send_part(worker, report_id, BIG, 0)
    assert await sweep_parts(session, clock() + timedelta(days=7)) == 0
    assert await sweep_parts(session, clock() + timedelta(days=7, seconds=1)) == 1
    assert await kept(session) == 0
    assert (await worker.http.get(path_of(report_id, BIG))).json()["received_bytes"] == 0


# Other content under a used id


async def test_a_conflict_names_what_differs(people: People) -> None:
    worker = await people.worker()
    report_id, body = new_id(), report_body(photos=[SMALL], words="路口")
    await worker.send_report(report_id, body, [])
    other = await worker.send_report(report_id, body | {"words": "桥下", "matter": "E0111"}, [])
    assert (other.status_code, other.json()["differs"]) == (409, ["matter", "words"])
    assert "事项、说明" in other.json()["detail"]


async def test_a_conflict_of_steps_names_what_differs(people: People) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report()).json()["case"]
    action_id = new_id()
    await squad.act("acknowledge", case, action_id=action_id)
    other = await squad.act("acknowledge", case, action_id=action_id, words="别的")
    assert (other.status_code, other.json()["differs"]) == (409, ["words"])
