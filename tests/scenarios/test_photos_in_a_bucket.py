"""A town whose photos are kept in a bucket of a real S3 server, which is sometimes wrongly set up or away."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from obstore.store import from_url
from PIL import Image
from sqlalchemy import text

from backend.identifiers import new_id
from backend.main import create_app
from backend.photos.derivatives import chinese_font
from backend.photos.intake import PhotoChildren
from backend.settings import Settings
from backend.worker import job_table
from tests.conftest import Clock
from tests.cutting_proxy import CuttingProxy
from tests.people import People, Person, as_parts, report_body, sha256
from tests.pictures import noise
from tests.s3_server import S3Server

Start = Callable[..., Awaitable[tuple[FastAPI, People]]]


@pytest.fixture
async def start(
    loaded_town: Settings,
    bucket_server: S3Server,
    photo_children: PhotoChildren,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Start]:
    """Start the app on the town with a bucket, as an operator sets it up; again for a restart."""
    running: list[tuple[FastAPI, People]] = []

    async def start(bucket: str, *, port: int | None = None, **changes: str) -> tuple[FastAPI, People]:
        for name, value in bucket_server.environment(port=port, **changes).items():
            monkeypatch.setenv(name, value)
        app = create_app(loaded_town.model_copy(update={"storage_url": f"s3://{bucket}/evidence"}))
        app.state.photo_children = photo_children
        app.state.clock = clock
        people = await People(app).__aenter__()
        running.append((app, people))
        return app, people

    yield start
    for app, people in running:
        await people.__aexit__(None, None, None)
        await app.state.engine.dispose()


async def work_off(app: FastAPI, clock: Clock) -> int:
    """Run the jobs that wait for their turn now; returns how many."""
    table = job_table(app.state.store, app.state.photo_children, app.state.sessions, app.state.outside, clock)
    async with app.state.sessions() as session, session.begin():
        found = (
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE task_name = 'photos.derive' AND status = 'todo'"
        )
        waiting = (await session.execute(text(f"{found} RETURNING task_name, args"))).all()
    for name, arguments in waiting:
        await table[name](**arguments)
    return len(waiting)


async def recorded(app: FastAPI, report_id: UUID) -> tuple[int, ...]:
    """How many rows the database has of the report, its case events, and photos of any kind."""
    async with app.state.sessions() as session:
        counts = [
            await session.scalar(text(f"SELECT count(*) FROM {table} WHERE {column} = :id"), {"id": report_id})
            for table, column in (("report", "id"), ("case_event", "id"), ("case_photo", "event_id"))
        ]
        return (*counts, await session.scalar(text("SELECT count(*) FROM photo")))


async def send(worker: Person, report_id: UUID, picture: bytes) -> httpx.Response:
    body = report_body(photos=[picture], occurred_at="2026-11-23T09:00:00+08:00")
    return await worker.http.put(f"/api/reports/{report_id}", files=as_parts("report", body, [picture]))


def require_try_again(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["code"] == "storage_unavailable"
    assert "手机" in answer.json()["detail"]


def size_of(jpeg: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(jpeg)) as image:
        return image.size


async def test_a_photo_in_a_bucket_is_shown_and_marked_also_after_a_restart(
    start: Start, bucket_server: S3Server, clock: Clock, loaded_town: Settings
) -> None:
    bucket, picture = bucket_server.new_bucket(), noise("in a bucket")
    app, people = await start(bucket)
    receipt = (await send(await people.worker(), new_id(), picture)).json()
    assert receipt["missing"] == []
    assert await work_off(app, clock) == 1

    again, people = await start(bucket)
    assert again.state.store is not app.state.store
    inspector = await people.inspector()
    shown = {
        size: (await inspector.http.get(f"/api/photos/{sha256(picture)}/{size}"))
        for size in ("320", "1600", "original")
    }
    assert {answer.status_code for answer in shown.values()} == {200}
    assert shown["original"].content == picture
    assert max(size_of(shown["320"].content)) <= 320

    kept: dict[str, Any] = {
        found["path"].rpartition(sha256(picture) + "/")[2]: found["size"]
        for batch in from_url(f"s3://{bucket}").list()
        for found in batch
    }
    marked = f"marked/{receipt['case']['id']}.jpg"
    assert set(kept) == {"original", "320.jpg", "1600.jpg"} | ({marked} if chinese_font() else set())
    if chinese_font():
        assert len(shown["1600"].content) == kept[marked]
    assert not list((loaded_town.data_dir / "objects").rglob(f"*{sha256(picture)}*")), "nothing lies in the folder"


@pytest.mark.parametrize("wrong", ["key", "secret", "no bucket", "away"])
async def test_a_store_that_is_set_up_wrongly_acknowledges_nothing_and_mended_takes_the_same_report(
    start: Start, bucket_server: S3Server, wrong: str
) -> None:
    bucket, picture, report_id = bucket_server.new_bucket(), noise(f"set up wrongly: {wrong}"), new_id()
    named = "no-such-bucket" if wrong == "no bucket" else bucket
    changes = {"key": {"AWS_ACCESS_KEY_ID": "wrong"}, "secret": {"AWS_SECRET_ACCESS_KEY": "wrong"}}.get(wrong, {})
    app, people = await start(named, port=1 if wrong == "away" else None, **changes)
    before = await recorded(app, report_id)
    require_try_again(await send(await people.worker(), report_id, picture))
    assert await recorded(app, report_id) == before == (0, 0, 0, before[-1])

    app, people = await start(bucket)
    answer = await send(await people.worker(), report_id, picture)
    assert (answer.status_code, answer.json()["missing"]) == (201, [])
    assert await recorded(app, report_id) == (1, 1, 1, before[-1] + 1)


async def test_a_server_that_goes_away_in_the_middle_of_a_photo_gets_it_with_the_next_try(
    start: Start, bucket_server: S3Server
) -> None:
    whole, late = noise("cut in the middle"), noise("cut in the middle, sent later")
    async with CuttingProxy(bucket_server.port, lost_requests=1, lost_answers=0) as proxy:
        app, people = await start(bucket_server.new_bucket(), port=proxy.port)
        worker = await people.worker()
        report_id = new_id()
        before = await recorded(app, report_id)
        require_try_again(await send(worker, report_id, whole))
        assert await recorded(app, report_id) == before

        ahead = new_id()
        body = report_body(photos=[late], occurred_at="2026-11-23T09:00:00+08:00")
        assert (await worker.http.put(f"/api/reports/{ahead}", json=body)).json()["missing"] == [sha256(late)]
        path = f"/api/reports/{ahead}/photos/{sha256(late)}"
        require_try_again(await worker.http.put(path, content=late))
        assert (await worker.http.put(f"/api/reports/{ahead}", json=body)).json()["missing"] == [sha256(late)]
        assert proxy.requests_cut >= 2

        proxy.lost_requests = 0
        assert (await send(worker, report_id, whole)).status_code == 201
        assert (await worker.http.put(path, content=late)).json()["missing"] == []
        original = await (await people.inspector()).http.get(f"/api/photos/{sha256(late)}/original")
        assert original.content == late


async def test_photos_that_cannot_be_read_just_now_are_not_called_absent(start: Start, bucket_server: S3Server) -> None:
    bucket, picture = bucket_server.new_bucket(), noise("read later")
    _, people = await start(bucket)
    assert (await send(await people.worker(), new_id(), picture)).status_code == 201
    for size in ("320", "1600", "original"):
        _, people = await start(bucket, port=1)
        require_try_again(await (await people.inspector()).http.get(f"/api/photos/{sha256(picture)}/{size}"))
