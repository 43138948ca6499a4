"""The words on a photo: what the phone said, what the server knows, and which case's mark somebody is shown."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from backend.cases.marks import SAME_TIME, MarkFacts, mark_facts, mark_lines
from backend.photos.derivatives import kept_mark
from tests.backend.photos.test_photo_derivatives import assert_bare
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People, Person, photo, sha256

COUNTY, OTHER_WORKER = "320281", "19900001081"


async def reported(person: Person, **about: Any) -> UUID:
    answer = await person.report(**about)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["case"]["id"])


def facts(phone_at: datetime | None, received_at: datetime = MONDAY_MORNING) -> MarkFacts:
    return MarkFacts(phone_at, received_at, ("霞客镇", "黄塘村", "第三网格"), 120.3, 31.7, "7K2MZ9QX4B")


def test_where_phone_and_server_agree_the_servers_time_is_written() -> None:
    assert mark_lines(facts(MONDAY_MORNING - timedelta(minutes=5))) == [
        "2026-11-23 09:30:00 服务器时间",
        "案件位置 霞客镇·黄塘村·第三网格 120.30000,31.70000",
        "案件编号 7K2MZ9QX4B",
    ]
    assert mark_lines(facts(None))[0] == "2026-11-23 09:30:00 服务器时间"


@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_where_they_do_not_the_phones_time_is_written_as_the_phones(apart: timedelta) -> None:
    line = mark_lines(facts(MONDAY_MORNING + apart))[0]
    agree = abs(apart) <= SAME_TIME
    assert line.endswith("服务器时间" if agree else "手机时间")
    assert line.startswith(f"{MONDAY_MORNING if agree else MONDAY_MORNING + apart:%Y-%m-%d %H:%M:%S}")


async def test_everybody_sees_the_mark_of_a_case_they_may_see(
    people: People, app: FastAPI, clock: Clock, drain_jobs: Any
) -> None:
    """The code is a key: with the same photo in two cases, whoever sees only the second must not read the first's code."""
    data, worker, other = photo(), await people.worker(), await people.person(OTHER_WORKER)
    first = await reported(worker, photos=[data], occurred_at=clock().isoformat())
    clock.at += timedelta(minutes=10)
    second = await reported(other, photos=[data], at="320281104209003", occurred_at=clock().isoformat())
    operator = await people.operator()
    before = await other.http.get(f"/api/photos/{sha256(data)}/1600")
    await drain_jobs()
    shown = {
        who: await person.http.get(f"/api/photos/{sha256(data)}/1600")
        for who, person in {"worker": worker, "other": other, "operator": operator}.items()
    }
    kept = {case: await kept_mark(app.state.store, COUNTY, sha256(data), case) for case in (first, second)}
    assert kept[first] != kept[second]
    assert shown["worker"].content == shown["operator"].content == kept[first]
    assert shown["other"].content == before.content == kept[second]
    assert shown["other"].headers["etag"] != shown["worker"].headers["etag"]
    assert_bare(shown["worker"].content)


async def test_the_facts_are_those_of_the_step_that_brought_the_photo(
    people: People, session: Any, clock: Clock
) -> None:
    data, worker = photo(), await people.worker()
    waited = clock() - timedelta(hours=3)
    case_id = await reported(worker, photos=[data], occurred_at=waited.isoformat())
    found = await mark_facts(session, COUNTY, case_id, sha256(data))
    assert (found.phone_at, found.received_at) == (waited, clock())
    assert len(found.grid_names) == 3
    assert mark_lines(found)[0] == "2026-11-23 06:30:00 手机时间"
