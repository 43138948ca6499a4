"""A patrol is walked, replayed with a reason, and the person sees who looked. Nothing is shown without, or out of scope."""

import base64
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_id
from backend.patrols.forgetting import forget_tracks, keep_months
from geo.tracks import wire
from tests.backend.patrols.stories import put_fixes, put_patrol, start
from tests.backend.patrols.test_deriving import derive
from tests.backend.patrols.walking import walk
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People, Person

MINUTE = timedelta(minutes=1)
DAY = "2026-11-23"
REASON = "居民来电询问巡查情况"


async def look(person: Person, kind: str = "replay", *, look_id: UUID | None = None, **more: Any) -> str:
    look_id = look_id or new_id()
    day = {"on_day": DAY} if kind != "live" else {}
    answer = await person.http.put(f"/api/track-looks/{look_id}", json={"kind": kind, "reason": REASON} | day | more)
    assert answer.status_code == 200, answer.text
    return str(look_id)


async def walked(worker: Person, clock: Clock, session: AsyncSession) -> UUID:
    """Twenty minutes of a walk, ended and worked out."""
    patrol_id = await start(worker)
    clock.at += 25 * MINUTE
    await put_fixes(worker, patrol_id, walk(240))
    await put_patrol(worker, patrol_id, revision=2, ended_at=clock.at.isoformat())
    await derive(session, clock)
    return patrol_id


async def test_a_replay_shows_the_way_and_what_happened_and_is_told_to_the_person(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker, operator = await people.worker(), await people.operator()
    case = (await worker.report()).json()["case"]
    await walked(worker, clock, session)
    look_id = await look(operator)
    replay = (await operator.http.get(f"/api/replays/{look_id}")).json()
    (person,) = replay["people"]
    track = wire.decode(base64.b64decode(person["track"]))
    assert len(track.at_s) > 20
    assert track.gone_m[-1] == pytest.approx(person["clean_m"], abs=0.2)
    assert person["pending"] is False
    assert [step["case"]["code"] for step in replay["cases"]] == [case["code"]]
    assert len(replay["cases"][0]["steps"][0]["photos"]) == 1
    (seen,) = (await worker.http.get("/api/my/looks")).json()
    assert (seen["reason"], seen["kind"], seen["on_day"]) == (REASON, "replay", DAY)
    assert seen["by_post"] == "指挥员"
    assert (await worker.http.get("/api/patrolling")).json()["looks_lately"] == 1


async def test_where_somebody_was_at_a_past_moment_wants_a_reason_too(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker, operator = await people.worker(), await people.operator()
    patrol_id = await walked(worker, clock, session)
    clock.at += 60 * MINUTE
    look_id = await look(operator)

    async def then(minutes: float, under: str = look_id) -> Any:
        at = (MONDAY_MORNING + minutes * MINUTE).isoformat()
        return await operator.http.get("/api/past/positions", params={"look": under, "at": at})

    assert (await worker.http.get("/api/my/looks")).json() == []
    (person,) = (await then(10)).json()["people"]
    assert (person["patrol_id"], person["paused"]) == (str(patrol_id), False)
    assert datetime.fromisoformat(person["at"]) == MONDAY_MORNING + 10 * MINUTE
    (begin,), (end,) = (await then(1)).json()["people"], (await then(19)).json()["people"]
    assert begin["lat"] < person["lat"] < end["lat"]
    (silent,) = (await then(24)).json()["people"]
    assert datetime.fromisoformat(silent["at"]) < MONDAY_MORNING + 21 * MINUTE, "nothing is known of the last minutes"
    assert (await then(26)).json()["people"] == [], "the patrol was over"
    (seen,) = (await worker.http.get("/api/my/looks")).json()
    assert (seen["reason"], seen["kind"], seen["on_day"]) == (REASON, "replay", DAY)
    other_day = await then(-24 * 60)
    assert (other_day.status_code, other_day.json()["errors"][0]["code"]) == (422, "not_in_range")
    live = await then(10, await look(operator, "live"))
    assert (live.status_code, live.json()["code"]) == (404, "no_such_look")


async def test_looking_twice_under_one_reason_is_one_line_and_a_file_taken_out_another(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker, operator = await people.worker(), await people.operator()
    await walked(worker, clock, session)
    look_id = await look(operator)
    (person,) = (await operator.http.get(f"/api/replays/{look_id}")).json()["people"]
    await operator.http.get(f"/api/replays/{look_id}")
    path = f"/api/replays/{look_id}/people/{person['staff_id']}"
    raw = (await operator.http.get(f"{path}/fixes")).json()
    assert len(raw["fixes"]) == 240
    assert {fix["flag"] for fix in raw["fixes"]} <= {"ok", "inaccurate", "crowded"}
    for form, begins in (("gpx", b"<?xml"), ("geojson", b'{"type"'), ("mfjson", b'{"type"')):
        file = await operator.http.get(f"{path}/track", params={"format": form})
        assert file.status_code == 200, file.text
        assert file.content.startswith(begins), file.content[:40]
    assert [line["kind"] for line in (await worker.http.get("/api/my/looks")).json()] == ["export", "replay"]


async def test_without_a_reason_or_after_eight_hours_nothing_is_shown(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker, operator = await people.worker(), await people.operator()
    await walked(worker, clock, session)
    assert (await operator.http.get(f"/api/replays/{new_id()}")).status_code == 404
    empty = await operator.http.put(f"/api/track-looks/{new_id()}", json={"kind": "live", "reason": " "})
    assert empty.status_code == 422
    undated = await operator.http.put(f"/api/track-looks/{new_id()}", json={"kind": "replay", "reason": REASON})
    assert (undated.status_code, undated.json()["errors"][0]["field"]) == (422, "on_day")
    look_id = await look(operator)
    live = await look(operator, "live")
    assert (await operator.http.get(f"/api/replays/{live}")).status_code == 404
    clock.at += timedelta(hours=8)
    over = await operator.http.get(f"/api/replays/{look_id}")
    assert (over.status_code, over.json()["code"]) == (409, "reason_needed")
    assert (await worker.http.get("/api/my/looks")).json() == []


async def test_a_look_is_its_makers_alone_and_does_not_change(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    operator, leader = await people.operator(), await people.squad_leader()
    look_id = new_id()
    await look(operator, look_id=look_id)
    await look(operator, look_id=look_id)
    changed = await operator.http.put(
        f"/api/track-looks/{look_id}", json={"kind": "replay", "reason": "换一个原因", "on_day": DAY}
    )
    assert (changed.status_code, changed.json()["code"]) == (409, "look_differs")
    assert (await leader.http.get(f"/api/replays/{look_id}")).status_code == 404
    assert (await leader.http.get(f"/api/track-looks/{look_id}")).status_code == 404


async def test_a_squad_leader_sees_the_own_squad_alone(people: People, clock: Clock, session: AsyncSession) -> None:
    worker, member, leader = await people.worker(), await people.squad_member(), await people.squad_leader()
    other_leader = await people.squad_leader("二中队")
    await walked(worker, clock, session)
    clock.at = MONDAY_MORNING
    await walked(member, clock, session)
    names = [p["name"] for p in (await leader.http.get(f"/api/replays/{await look(leader)}")).json()["people"]]
    assert names == [member.about["name"]]
    assert (await other_leader.http.get(f"/api/replays/{await look(other_leader)}")).json()["people"] == []
    assert (await worker.http.get("/api/my/looks")).json() == []


async def test_positions_live_carry_their_age_and_end_with_the_patrol(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker, operator = await people.worker(), await people.operator()
    patrol_id = await start(worker)
    live = await look(operator, "live")
    (nowhere,) = (await operator.http.get("/api/positions", params={"look": live})).json()["people"]
    assert nowhere["at"] is None
    clock.at += 5 * MINUTE
    fixes = walk(10)
    await put_fixes(worker, patrol_id, fixes)
    (here,) = (await operator.http.get("/api/positions", params={"look": live})).json()["people"]
    assert here["lng"] == pytest.approx(fixes[-1].lng, abs=1e-6)
    assert here["paused"] is False
    pause = {"from_at": clock.at.isoformat(), "to_at": None}
    clock.at += MINUTE
    await put_patrol(worker, patrol_id, revision=2, pauses=[pause])
    (resting,) = (await operator.http.get("/api/positions", params={"look": live})).json()["people"]
    assert resting["paused"] is True
    await put_patrol(worker, patrol_id, revision=3, pauses=[pause], ended_at=clock.at.isoformat())
    assert (await operator.http.get("/api/positions", params={"look": live})).json()["people"] == []
    assert [line["kind"] for line in (await worker.http.get("/api/my/looks")).json()] == ["live"]


async def test_a_person_sees_takes_along_and_objects_to_the_own_day(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker, operator = await people.worker(), await people.operator()
    await walked(worker, clock, session)
    (summary,) = (await worker.http.get("/api/my/days")).json()["items"]
    assert summary["on_day"] == DAY
    assert 1100 < summary["clean_m"] < 1600
    day = (await worker.http.get(f"/api/my/days/{DAY}")).json()
    assert {grid["grid_name"] for grid in day["dwell"]} >= {"璜塘村第3网格"}
    assert all(0 <= grid["coverage"] <= 1 for grid in day["dwell"] if grid["coverage"] is not None)
    gpx = await worker.http.get(f"/api/my/days/{DAY}/track")
    assert gpx.headers["content-type"] == "application/gpx+xml"
    assert gpx.content.count(b"<trkpt") > 200
    objection_id = new_id()
    path = f"/api/my/objections/{objection_id}"
    words = {"on_day": DAY, "words": "10 点后手机借给同事，不是本人轨迹"}
    assert (await worker.http.put(path, json=words)).status_code == 200
    assert (await worker.http.put(path, json=words)).status_code == 200
    replay = (await operator.http.get(f"/api/replays/{await look(operator)}")).json()
    assert [one["words"] for one in replay["people"][0]["objections"]] == [words["words"]]
    answer = await operator.http.put(f"/api/track-objections/{objection_id}/answer", json={"words": "已核实，已备注"})
    assert answer.status_code == 200
    day = (await worker.http.get(f"/api/my/days/{DAY}")).json()
    assert day["objections"][0]["answer"] == "已核实，已备注"
    other = await people.worker("金凤村第3网格")
    assert (await other.http.get(f"/api/my/days/{DAY}")).status_code == 404
    assert (await other.http.put(path, json=words)).status_code == 404


async def test_tracks_are_forgotten_when_their_time_is_over_and_coverage_stays(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker = await people.worker()
    await walked(worker, clock, session)
    begun = clock.at

    async def left() -> tuple[int, int, int]:
        counts = [
            await session.scalar(text(f"SELECT count(*) FROM {t}")) for t in ("fix_batch", "staff_day", "coverage_day")
        ]
        return counts[0], counts[1], counts[2]

    grids = (await left())[2]
    assert await left() == (1, 1, grids)
    run = await forget_tracks(session, "320281", begun + timedelta(days=30))
    assert (await left(), run.batches, run.fixes) == ((1, 1, grids), 0, 0)
    run = await forget_tracks(session, "320281", begun + timedelta(days=31))
    assert (await left(), run.batches, run.fixes) == ((0, 1, grids), 1, 240)
    assert run.oldest_fix_at is None
    # The track that is kept can still be taken along: whole seconds, and of each stay the first point and the last.
    clock.at = begun + timedelta(days=31)
    worker = await people.worker()  # signed in again
    for form in ("gpx", "geojson", "mfjson"):
        answer = await worker.http.get(f"/api/my/days/{DAY}/track", params={"format": form})
        assert answer.status_code == 200, answer.text
        assert "2026" in answer.text
    clock.at = begun
    await keep_months(session, begun + timedelta(days=62))
    parts = await session.scalars(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'fix_batch'::regclass")
    )
    assert sorted(parts) == ["fix_batch_2027_01", "fix_batch_2027_02"]
    run = await forget_tracks(session, "320281", begun + timedelta(days=181))
    assert (await left(), run.days) == ((0, 0, grids), 1)
    assert await session.scalar(text("SELECT count(*) FROM retention_run")) == 3


async def test_administrators_shorten_how_long_tracks_live(people: People, clock: Clock, session: AsyncSession) -> None:
    administrator = await people.person("19900008002")
    usual = (await administrator.http.get("/api/patrol-rules")).json()
    assert (usual["version"], usual["fixes_days"], usual["track_days"]) == (0, 30, 180)
    rules = {"version": 0, "starts": "08:00", "ends": "18:00", "fixes_days": 7, "track_days": 30}
    assert (await administrator.http.put("/api/patrol-rules", json=rules)).json()["version"] == 1
    assert (await administrator.http.put("/api/patrol-rules", json=rules)).status_code == 409
    of_a_town = await people.administrator()
    assert (await of_a_town.http.put("/api/patrol-rules", json=rules | {"version": 1})).status_code == 403
    for wrong in ({"fixes_days": 31}, {"track_days": 181}, {"track_days": 3}, {"ends": "08:00"}):
        answer = await administrator.http.put("/api/patrol-rules", json=rules | {"version": 1} | wrong)
        assert answer.status_code == 422, wrong
    await walked(await people.worker(), clock, session)
    run = await forget_tracks(session, "320281", clock.at + timedelta(days=8))
    assert run.fixes == 240
