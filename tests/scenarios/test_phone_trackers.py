"""A worker's phone records the patrol with an app of its own: set up in Suozi, each app's literal request taken as it comes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import COOKIE
from backend.patrols.devices.protocols import GRACE, Protocol
from tests.conftest import Clock
from tests.people import HUANGTANG_3, PLACES, People, Person, cookie_for
from tests.scenarios.conftest import ServedTown
from tests.scenarios.test_slow_phones import SLOW_PHONES, WORKER, trickling

LNG, LAT = PLACES[HUANGTANG_3]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Send = Callable[[httpx.AsyncClient, str, datetime], Awaitable[httpx.Response]]


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def epoch(at: datetime) -> int:
    return int(at.timestamp())


async def set_up(worker: Person, protocol: str, **more: Any) -> dict[str, Any]:
    """A new tracker: the whole answer, token and cards included."""
    body = {"protocol": protocol, "name": f"my {protocol}"} | more
    answer = await worker.http.put(f"/api/track-sources/{uuid4()}", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def source(worker: Person, made: dict[str, Any]) -> dict[str, Any]:
    answer = await worker.http.get("/api/track-sources")
    assert answer.status_code == 200, answer.text
    return next(one for one in answer.json() if one["id"] == made["source"]["id"])


async def start(worker: Person, clock: Clock) -> UUID:
    """The worker agrees to being located and begins a patrol now."""
    agreed = await worker.http.put("/api/track-consent", json={"text_version": 1, "agreed": True})
    assert agreed.status_code == 200, agreed.text
    patrol_id = uuid4()
    body = {"revision": 1, "travel": "walk", "started_at": iso(clock())}
    begun = await worker.http.put(f"/api/patrols/{patrol_id}", json=body)
    assert begun.status_code in {200, 201}, begun.text
    return patrol_id


async def fixes_of(worker: Person, patrol_id: UUID) -> int:
    kept: int = (await worker.http.get(f"/api/patrols/{patrol_id}")).json()["fixes"]
    return kept


def position(at: datetime, **more: Any) -> dict[str, Any]:
    return {"lat": LAT, "lon": LNG, "acc": 8, "tst": epoch(at)} | more


def gpx(at: datetime) -> str:
    point = f'<trkpt lat="{LAT}" lon="{LNG}"><time>{iso(at)}</time></trkpt>'
    return f'<gpx version="1.0"><trk><trkseg>{point}</trkseg></trk></gpx>'


# Each app's request for one position here and now.
SENDS: dict[str, Send] = {
    "osmand": lambda c, t, at: c.post(
        f"/in/osmand/{t}?id=123456&timestamp={epoch(at)}&lat={LAT}&lon={LNG}&speed=2.53&bearing=91.0&accuracy=5.0&batt=77.0"
    ),
    "overland": lambda c, t, at: c.post(
        f"/in/overland/{t}",
        json={
            "locations": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [LNG, LAT]},
                    "properties": {"timestamp": iso(at), "speed": 1, "horizontal_accuracy": 8, "battery_level": 0.77},
                }
            ]
        },
    ),
    "owntracks": lambda c, t, at: c.post(
        f"/in/owntracks/{t}?u=jane&d=phone", json=position(at, _type="location", batt=77, tid="JJ")
    ),
    "gpslogger": lambda c, t, at: c.get(
        f"/in/gpslogger/{t}?lat={LAT}&lon={LNG}&sat=9&desc=&acc=5.0&prov=gps&spd=1.3&timestamp={epoch(at)}&batt=77&dist=4&"
    ),
    "gpx": lambda c, t, at: c.post(f"/in/gpx/{t}", files={"file": ("day.gpx", gpx(at))}),
    "opengts": lambda c, t, at: c.get(
        f"/in/opengts/{t}?id=p&batt=77&gprmc=$GPRMC,{at.astimezone(UTC):%H%M%S},A,3147.4100,N,12017.2900,E,2.5,91,"
        f"{at.astimezone(UTC):%d%m%y},,*00"
    ),
    "ulogger": lambda c, t, at: c.post(
        f"/in/ulogger/{t}/client/index.php",
        content=f"action=addpos&lat={LAT}&lon={LNG}&time={epoch(at)}&accuracy=5&trackid=1",
        headers=FORM,
    ),
    "colota": lambda c, t, at: c.post(f"/in/colota/{t}", json=position(at, vel=1.3, batt=77, bs=1)),
    "traccar": lambda c, t, at: c.post(
        f"/in/traccar/{t}",
        json={
            "position": {"fixTime": iso(at), "latitude": LAT, "longitude": LNG, "valid": True, "speed": 1},
            "device": {"uniqueId": "013800138000"},
        },
    ),
}
ANSWERS: dict[str, Any] = {
    "osmand": b"",
    "overland": {"result": "ok"},
    "owntracks": [],
    "gpslogger": b"OK",
    "gpx": {"result": "ok", "points": 1, "rejected": 0},
    "opengts": b"OK",
    "ulogger": {"error": False},
    "colota": {"result": "ok"},
    "traccar": b"",
}


def more_of(protocol: str) -> dict[str, str]:
    return {"device_id": "013800138000"} if protocol == "traccar" else {}


def test_every_protocol_has_its_story() -> None:
    assert set(SENDS) == set(ANSWERS) == set(Protocol)


@pytest.mark.parametrize("protocol", list(SENDS))
async def test_an_app_sends_within_a_patrol_again_and_after_it(
    protocol: str, people: People, clock: Clock, stranger: httpx.AsyncClient
) -> None:
    worker = await people.worker()
    made = await set_up(worker, protocol, **more_of(protocol))
    send = SENDS[protocol]

    before = await send(stranger, made["token"], clock())
    assert before.status_code == 200, before.text
    found = await source(worker, made)
    assert (found["stored"], found["off_patrol"], found["last_fix_at"]) == (0, 1, None)
    assert found["last_contact_at"]

    clock.at += timedelta(minutes=5)
    patrol_id = await start(worker, clock)
    clock.at += timedelta(minutes=1)
    recorded_at = clock()
    for _ in range(2):
        answer = await send(stranger, made["token"], recorded_at)
        assert answer.status_code == 200, answer.text
        told = ANSWERS[protocol]
        assert (answer.content if isinstance(told, bytes) else answer.json()) == told
        clock.at += timedelta(seconds=20)
    assert await fixes_of(worker, patrol_id) == 1
    found = await source(worker, made)
    assert (found["stored"], found["off_patrol"], found["rejected"]) == (1, 1, 0)
    assert datetime.fromisoformat(found["last_fix_at"]) == recorded_at.replace(microsecond=0)


async def test_what_cannot_be_believed_is_answered_well_and_kept_apart_within_a_patrol_only(
    people: People, clock: Clock, stranger: httpx.AsyncClient, session: AsyncSession
) -> None:
    worker = await people.worker()
    made = await set_up(worker, "overland")

    async def send(minutes_ahead: int) -> None:
        at = clock() + timedelta(minutes=minutes_ahead)
        assert (await SENDS["overland"](stranger, made["token"], at)).json() == {"result": "ok"}

    async def quarantined() -> list[tuple[str, str]]:
        rows = await session.execute(text("SELECT reason, raw FROM fix_quarantine ORDER BY reason"))
        return [(reason, raw) for reason, raw in rows]

    await send(minutes_ahead=6)
    assert await quarantined() == []
    await start(worker, clock)
    await send(minutes_ahead=60)
    await send(minutes_ahead=-60 * 24 * 31)
    (clocked, raw), (old, _) = await quarantined()
    assert (clocked, old) == ("clock", "too_old")
    assert json.loads(raw)["geometry"]["coordinates"] == [LNG, LAT]
    assert (await source(worker, made))["rejected"] == 3


async def test_a_batch_is_cut_and_sent_again_as_a_whole(
    people: People, clock: Clock, stranger: httpx.AsyncClient
) -> None:
    worker = await people.worker()
    made = await set_up(worker, "overland")
    patrol_id = await start(worker, clock)
    begun = clock()
    clock.at += timedelta(hours=1)

    def feature(n: int) -> dict[str, Any]:
        at = begun + timedelta(seconds=3 * n)
        point = {"type": "Point", "coordinates": [LNG + n * 1e-6, LAT]}
        return {"type": "Feature", "geometry": point, "properties": {"timestamp": iso(at)}}

    first, again = [feature(n) for n in range(1100)], [feature(n) for n in range(1000, 1200)]
    for locations in (first, first, again):
        answer = await stranger.post(f"/in/overland/{made['token']}", json={"locations": locations})
        assert answer.json() == {"result": "ok"}
    assert await fixes_of(worker, patrol_id) == 1200


async def test_the_token_may_come_in_a_header_or_as_a_key(
    people: People, clock: Clock, stranger: httpx.AsyncClient
) -> None:
    worker = await people.worker()
    made = await set_up(worker, "overland")
    token = made["token"]
    for more in (
        {"headers": {"Authorization": f"Bearer {token}"}},
        {"params": {"api_key": token}},
        {"auth": ("anybody", token)},
    ):
        answer = await stranger.post("/in/overland", json={"locations": []}, **more)  # type: ignore[arg-type]
        assert answer.json() == {"result": "ok"}
    assert (await stranger.post("/in/overland", json={"locations": []})).status_code == 404


async def test_a_page_of_another_site_may_send_as_some_apps_are_pages(
    people: People, stranger: httpx.AsyncClient
) -> None:
    made = await set_up(await people.worker(), "overland")
    answer = await stranger.post(
        f"/in/overland/{made['token']}", json={"locations": []}, headers={"Origin": "capacitor://localhost"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("protocol", list(SENDS))
async def test_a_tracker_that_is_switched_off_opens_nothing(
    protocol: str, people: People, clock: Clock, stranger: httpx.AsyncClient
) -> None:
    worker, send = await people.worker(), SENDS[protocol]
    made = await set_up(worker, protocol, **more_of(protocol))
    gone = await worker.http.delete(f"/api/track-sources/{made['source']['id']}")
    assert gone.status_code == 200
    assert gone.json()["disabled_at"]
    refused = await send(stranger, made["token"], clock())
    unknown = await send(stranger, "0" * 26, clock())
    clock.at += GRACE
    later = await send(stranger, made["token"], clock())
    waits = protocol == "owntracks"
    assert refused.status_code == unknown.status_code == (503 if waits else 404)
    assert bool(refused.headers.get("Retry-After")) == waits
    assert later.status_code == 404


async def test_the_secret_is_shown_once_and_again_only_until_the_app_has_it(
    people: People, clock: Clock, stranger: httpx.AsyncClient, session: AsyncSession
) -> None:
    worker, path, body = await people.worker(), f"/api/track-sources/{uuid4()}", {"protocol": "owntracks", "name": "A"}
    lost = (await worker.http.put(path, json=body)).json()
    again = await worker.http.put(path, json=body)
    assert again.status_code == 201
    assert again.headers["cache-control"] == "no-store"
    token = again.json()["token"]
    assert token != lost["token"]
    assert (await SENDS["owntracks"](stranger, lost["token"], clock())).status_code == 503
    assert (await SENDS["owntracks"](stranger, token, clock())).status_code == 200
    known = await worker.http.put(path, json=body)
    assert (known.status_code, known.json()["token"], known.json()["cards"]) == (200, None, [])
    assert (await worker.http.put(path, json=body | {"name": "B"})).json()["code"] == "source_differs"
    assert token not in (await worker.http.get("/api/track-sources")).text
    first = (await set_up(worker, "osmand"))["token"]
    kept = " ".join(await session.scalars(text("SELECT t::text FROM track_source t")))
    assert first not in kept
    assert token not in kept
    assert "://suozi.test/in/owntracks/" in again.json()["cards"][0]["address"]
    assert again.json()["cards"][0]["qr"].startswith("data:image/svg+xml")


async def test_trackers_are_their_owners_and_the_desk_may_switch_them_off(
    people: People, clock: Clock, stranger: httpx.AsyncClient
) -> None:
    worker, other, operator = await people.worker(), await people.squad_member(), await people.operator()
    made = await set_up(worker, "osmand")
    path = f"/api/track-sources/{made['source']['id']}"
    assert (await other.http.get("/api/track-sources")).json() == []
    assert (await other.http.delete(path)).json()["code"] == "no_such_source"
    stolen = await other.http.put(path, json={"protocol": "osmand", "name": "my osmand"})
    assert (stolen.status_code, stolen.json()["code"]) == (404, "no_such_source")
    seen = await operator.http.get("/api/staff-track-sources")
    (row,) = [one for one in seen.json() if one["id"] == made["source"]["id"]]
    assert (row["ever_in_contact"], row["protocol"]) == (False, "osmand")
    assert made["token"] not in seen.text
    assert "last_contact_at" not in row
    theirs = await operator.http.get("/api/staff-track-sources", params={"staff_id": row["staff_id"]})
    assert {one["staff_id"] for one in theirs.json()} == {row["staff_id"]}
    assert (await operator.http.get("/api/staff-track-sources", params={"staff_id": str(uuid4())})).json() == []
    gone = await operator.http.delete(f"/api/staff-track-sources/{row['id']}")
    assert gone.json()["disabled_at"]
    assert (await SENDS["osmand"](stranger, made["token"], clock())).status_code == 404
    assert (await source(worker, made))["disabled_at"]


async def test_what_is_wrong_with_an_app_is_told_to_its_owner_until_it_is_mended(
    people: People, clock: Clock, stranger: httpx.AsyncClient
) -> None:
    worker = await people.worker()
    made = await set_up(worker, "owntracks")
    address = f"/in/owntracks/{made['token']}"
    assert (await stranger.post(address, json={"_type": "encrypted", "data": "x"})).json() == []
    found = await source(worker, made)
    assert (found["complaint"], "加密" in found["complaint_words"]) == ("encrypted", True)
    assert (await stranger.post(address, content=b"hello")).json() == []
    assert (await source(worker, made))["complaint"] == "unreadable"
    await SENDS["owntracks"](stranger, made["token"], clock())
    assert (await source(worker, made))["complaint"] is None


async def test_nobody_sets_up_more_than_ten(people: People) -> None:
    worker = await people.worker()
    made = [await set_up(worker, "colota") for _ in range(10)]
    body = {"protocol": "colota", "name": "one more"}
    refused = await worker.http.put(f"/api/track-sources/{uuid4()}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_sources")
    await worker.http.delete(f"/api/track-sources/{made[0]['source']['id']}")
    assert (await worker.http.put(f"/api/track-sources/{uuid4()}", json=body)).status_code == 201


async def test_a_forwarding_traccar_names_its_device(people: People) -> None:
    worker = await people.worker()
    for body in ({"protocol": "traccar", "name": "car"}, {"protocol": "osmand", "name": "car", "device_id": "1"}):
        refused = await worker.http.put(f"/api/track-sources/{uuid4()}", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "device_id")


async def test_addresses_begin_as_the_page_does_that_shows_them(people: People) -> None:
    worker = await people.worker()
    body = {"protocol": "osmand", "name": "behind a proxy that ends TLS"}
    answer = await worker.http.put(f"/api/track-sources/{uuid4()}", json=body, headers={"Origin": "https://suozi.test"})
    made = answer.json()
    assert [card["address"].partition("?")[0] for card in made["cards"]] == [
        f"https://suozi.test/in/osmand/{made['token']}"
    ] * 2
    bare = await set_up(worker, "osmand")
    assert bare["cards"][0]["address"] == f"http://suozi.test/in/osmand/{bare['token']}"


async def test_too_much_is_refused_before_it_is_read(people: People, stranger: httpx.AsyncClient) -> None:
    worker = await people.worker()
    gpx = (await set_up(worker, "gpx"))["token"]
    million = b"<gpx><trk><trkseg>" + b"<trkpt/>" * 1_000_000
    assert (await stranger.post(f"/in/gpx/{gpx}", content=million)).status_code == 413
    many = b"<gpx><trk><trkseg>" + b"<trkpt/>" * 20_001 + b"</trkseg></trk></gpx>"
    assert (await stranger.post(f"/in/gpx/{gpx}", content=many)).status_code == 413
    assert (await stranger.post("/in/nothing/here", content=b"")).status_code == 404


async def test_trackers_on_the_worst_links_keep_nobody_else_waiting(town: ServedTown) -> None:
    cookie = await cookie_for(town.own, WORKER)
    body = json.dumps({"locations": []}).encode()
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{town.port}", cookies={COOKIE: cookie}, timeout=60) as quick,
        AsyncExitStack() as sending,
    ):
        wanted = {"protocol": "overland", "name": "slow"}
        made = await quick.put(f"/api/track-sources/{uuid4()}", json=wanted)
        for _ in range(SLOW_PHONES):
            await sending.enter_async_context(
                trickling(town.port, f"/in/overland/{made.json()['token']}", cookie, body)
            )
        await asyncio.sleep(1)
        assert (await quick.get("/api/cases")).status_code == 200
