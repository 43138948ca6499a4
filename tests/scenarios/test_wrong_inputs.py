"""What people get wrong at each step of the main job: each gets one clear sentence, and nothing is left half done."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_id
from tests.people import HUANGTANG_3, PLACES, People, Person, as_parts, photo, report_body, sha256

TABLES = (
    "case",
    "report",
    "case_event",
    "case_photo",
    "photo",
    "assignment",
    "routing_decision",
    "outbox",
    "procrastinate_jobs",
)
MIB = 2**20
AFTER = photo("orientation/Landscape_3.jpg")


async def everything(session: AsyncSession) -> dict[str, list[str]]:
    """Every row that the main job may write."""
    return {
        table: list((await session.execute(text(f'SELECT t::text FROM "{table}" t ORDER BY 1'))).scalars())
        for table in TABLES
    }


@asynccontextmanager
async def nothing_changes(session: AsyncSession) -> AsyncIterator[None]:
    before = await everything(session)
    yield
    assert await everything(session) == before


def refused(answer: httpx.Response, status: int, code: str, sentence: str, field: str | None = None) -> dict[str, Any]:
    """The problem, which must be this one, in Chinese, naming the field."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert sentence in problem["detail"], problem["detail"]
    assert [error["field"] for error in problem.get("errors", [])] == ([field] if field else [])
    return problem


# Reporting

NOT_PHOTOS: dict[str, tuple[bytes, str, str]] = {
    "0 bytes": (b"", "photo_empty", "照片是空的（0 字节），请重新拍摄"),
    "text named .jpg": ("这不是照片".encode(), "photo_not_a_photo", "这个文件不是照片"),
    "a GIF bomb": (photo("invalid/decompression_bomb.gif"), "photo_not_a_photo", "支持 JPEG、PNG、WebP、HEIC"),
    "a broken PNG": (photo("invalid/broken.png"), "photo_damaged", "照片已损坏"),
    "half a photo": (photo()[: len(photo()) // 2], "photo_damaged", "照片已损坏，打不开，请重新拍摄"),
}


@pytest.mark.parametrize("name", NOT_PHOTOS)
async def test_a_file_that_is_no_photo(people: People, session: AsyncSession, name: str) -> None:
    data, code, sentence = NOT_PHOTOS[name]
    worker = await people.worker()
    body = report_body(photos=[photo(), data])
    parts = as_parts("report", body, [photo()])
    async with nothing_changes(session):
        along = await worker.http.put(
            f"/api/reports/{new_id()}", files=[*parts, ("photo", ("IMG_0001.jpg", data, "image/jpeg"))]
        )
        refused(along, 422, code, sentence, "photo.1")
    report_id = new_id()
    await worker.send_report(report_id, body, [photo()])
    async with nothing_changes(session):
        follows = await worker.http.put(f"/api/reports/{report_id}/photos/{sha256(data)}", content=data)
        refused(follows, 422, code, sentence, "photo")


async def test_a_60_mb_photo(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    huge = photo() + bytes(60 * MIB)
    report_id, body = new_id(), report_body(photos=[huge])
    async with nothing_changes(session):
        refused(await worker.send_report(report_id, body, [huge]), 413, "too_large", "内容超过 50 MB，请减少或缩小照片")
    await worker.send_report(report_id, body, [])
    async with nothing_changes(session):
        follows = await worker.http.put(f"/api/reports/{report_id}/photos/{sha256(huge)}", content=huge)
        refused(follows, 413, "too_large", "内容超过 20 MB")


async def test_a_photo_just_over_20_mb_in_a_submission_below_the_limit(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    large = photo() + bytes(20 * MIB)
    async with nothing_changes(session):
        refused(await worker.report(photos=[large]), 413, "photo_too_large", "照片超过 20 MB", "photo.0")


async def test_a_heic_photo_of_a_phone_is_right(people: People) -> None:
    data = photo("heic/cheers_1440x960.heic")
    filed = await (await people.worker()).report(photos=[data])
    assert (filed.status_code, filed.json()["missing"]) == (201, [])


async def test_no_photo(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    async with nothing_changes(session):
        problem = refused(
            await worker.report(photos=[]), 422, "photos_needed", "「暴露生活垃圾」至少要 1 张照片，请补拍", "photos"
        )
        assert problem["needed"] == 1


@pytest.mark.parametrize(
    ("photos", "code", "field"),
    [(["0" * 64] * 2, "value_error", "photos"), ([f"{n:064x}" for n in range(10)], "too_long", "photos")],
    ids=["the same twice", "ten"],
)
async def test_a_list_of_photos_that_cannot_be(
    people: People, session: AsyncSession, photos: list[str], code: str, field: str
) -> None:
    worker = await people.worker()
    body = report_body() | {"photos": [{"sha256": sha} for sha in photos]}
    async with nothing_changes(session):
        problem = refused(await worker.send_report(new_id(), body, []), 422, "malformed", "这些内容有误：photos", field)
        assert problem["errors"][0]["code"] == code


async def test_a_place_outside_the_town(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    lng, _ = PLACES[HUANGTANG_3]
    async with nothing_changes(session):
        problem = refused(
            await worker.report(place={"lng": lng, "lat": 31.90}),
            422,
            "outside_the_net",
            "这里不在本辖区范围（在北方向",
            "place",
        )
    assert "请移动图钉或换地点" in problem["detail"]
    assert problem["direction"] == "north"
    assert 5_000 < problem["distance_m"] < 12_000
    assert f"{problem['distance_m'] / 1000:.1f} 公里外" in problem["detail"]


MISTAKES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "unknown matter": ({"matter": "E9999"}, "unknown_matter", "目录里没有事项「E9999」，请重新选择", "matter"),
    "unknown condition": ({"condition": "E0110-9"}, "unknown_condition", "没有立案条件「E0110-9」", "condition"),
    "another matter's condition": ({"condition": "E0111-1"}, "unknown_condition", "「暴露生活垃圾」没有", "condition"),
    "no matter": ({"matter": ""}, "malformed", "这些内容有误：matter", "matter"),
    "latitude and longitude swapped": ({"place": {"lng": 31.8, "lat": 120.3}}, "malformed", "place.lat", "place.lat"),
    "no place": ({"place": None}, "malformed", "这些内容有误：place", "place"),
    "too many words": ({"words": "长" * 2001}, "malformed", "这些内容有误：words", "words"),
    "a time without its zone": ({"occurred_at": "2026-11-23T09:30:00"}, "malformed", "occurred_at", "occurred_at"),
    "a phone in the year 1": ({"occurred_at": "0001-01-01T00:00:00Z"}, "malformed", "occurred_at", "occurred_at"),
    "a field we do not have": ({"status": "closed"}, "malformed", "这些内容有误：status", "status"),
}


@pytest.mark.parametrize("name", MISTAKES)
async def test_a_mistake_in_a_report(people: People, session: AsyncSession, name: str) -> None:
    change, code, sentence, field = MISTAKES[name]
    worker = await people.worker()
    async with nothing_changes(session):
        refused(await worker.report(**change), 422, code, sentence, field)


async def test_a_report_that_was_refused_may_be_mended_and_sent_under_the_same_id(people: People) -> None:
    worker, report_id = await people.worker(), new_id()
    assert (await worker.report("E9999", report_id=report_id)).status_code == 422
    assert (await worker.report("E0110", report_id=report_id)).status_code == 201


async def test_a_report_by_nobody_and_by_somebody_who_does_not_report(
    people: People, stranger: httpx.AsyncClient, session: AsyncSession
) -> None:
    operator = await people.operator()
    async with nothing_changes(session):
        parts = as_parts("report", report_body(), [photo()])
        refused(await stranger.put(f"/api/reports/{new_id()}", files=parts), 401, "not_signed_in", "请重新登录")
        refused(await operator.report(), 403, "not_allowed", "你的岗位没有这项权限")


# Handling and inspecting

Step = Callable[[dict[str, Person], dict[str, Any]], Awaitable[httpx.Response]]


async def brought_to(status: str, crew: dict[str, Person]) -> dict[str, Any]:
    """A case of the first squad that stands at this status."""
    matter = "E0699" if status == "pending_dispatch" else "E0110"
    case: dict[str, Any] = (await crew["worker"].report(matter)).json()["case"]
    steps: list[Step] = [
        lambda crew, case: crew["squad"].act("acknowledge", case),
        lambda crew, case: crew["squad"].act("feedback", case, photos=[AFTER], words="已清运"),
        lambda crew, case: crew["inspector"].act("pass", case),
    ]
    for step in steps:
        if case["status"] == status:
            break
        case = (await step(crew, case)).json()["case"]
    assert case["status"] == status
    return case


WRONG_STEPS: dict[str, tuple[str, Step, int, str, str, str | None]] = {
    "accepting twice": (
        "handling", lambda crew, case: crew["squad"].act("acknowledge", case),
        409, "wrong_state", "案件现在是「处置中」，不能再「接单」", None,
    ),
    "accepting another squad's case": (
        "pending_ack", lambda crew, case: crew["other squad"].act("acknowledge", case),
        404, "no_such_case", "没有这个案件，或它不在你的范围内", None,
    ),
    "accepting as an inspector": (
        "pending_ack", lambda crew, case: crew["inspector"].act("acknowledge", case),
        403, "not_allowed", "你的岗位不能做这一步", None,
    ),
    "acting on an old version": (
        "handling", lambda crew, case: crew["squad"].act("feedback", case | {"version": 1}, photos=[AFTER], words="好了"),
        409, "stale_version", "案件在你打开之后已经变化", None,
    ),
    "handled without a photo": (
        "handling", lambda crew, case: crew["squad"].act("feedback", case, words="好了"),
        422, "photos_needed", "「暴露生活垃圾」至少要 1 张照片，请补拍", "photos",
    ),
    "handled without a word": (
        "handling", lambda crew, case: crew["squad"].act("feedback", case, photos=[AFTER], words="  "),
        422, "words_needed", "「处置完」要写一句说明", "words",
    ),
    "handled with a broken photo": (
        "handling",
        lambda crew, case: crew["squad"].act("feedback", case, photos=[photo("invalid/broken.png")], words="好了"),
        422, "photo_damaged", "照片已损坏", "photo.0",
    ),
    "a photo where none belongs": (
        "pending_ack", lambda crew, case: crew["squad"].act("acknowledge", case, photos=[AFTER]),
        422, "no_photos_here", "「接单」不带照片", "photos",
    ),
    "sent back without a reason": (
        "pending_ack", lambda crew, case: crew["squad"].act("send_back", case),
        422, "words_needed", "「退回」要写一句说明", "words",
    ),
    "closing one's own case": (
        "pending_inspection", lambda crew, case: crew["squad"].act("pass", case),
        403, "not_allowed", "你的岗位不能做这一步", None,
    ),
    "failing without a reason": (
        "pending_inspection", lambda crew, case: crew["inspector"].act("fail", case),
        422, "words_needed", "「不通过，返工」要写一句说明", "words",
    ),
    "passing before it is handled": (
        "handling", lambda crew, case: crew["inspector"].act("pass", case),
        409, "wrong_state", "案件现在是「处置中」，不能再「核查通过」", None,
    ),
    "passing what is closed": (
        "closed", lambda crew, case: crew["inspector"].act("pass", case),
        409, "wrong_state", "案件现在是「已结案」", None,
    ),
    "dispatching to nobody": (
        "pending_dispatch", lambda crew, case: crew["operator"].act("dispatch", case),
        422, "squad_needed", "请选择队伍", "squad",
    ),
    "dispatching to a squad that is none": (
        "pending_dispatch", lambda crew, case: crew["operator"].act("dispatch", case, squad="xxk-squad-9"),
        422, "unknown_squad", "没有这支队伍，请重新选择", "squad",
    ),
    "dispatching what has a squad": (
        "handling", lambda crew, case: crew["operator"].act("dispatch", case, squad="xxk-squad-2"),
        409, "wrong_state", "不能再「派遣」", None,
    ),
    "a step that the system takes": (
        "pending_dispatch", lambda crew, case: crew["operator"].act("route", case),
        403, "not_allowed", "你的岗位不能做这一步", None,
    ),
    "a step that is none": (
        "handling", lambda crew, case: crew["squad"].act("explode", case),
        422, "malformed", "这些内容有误：action", "action",
    ),
    "a case that is none": (
        "handling", lambda crew, case: crew["squad"].act("feedback", case | {"id": str(new_id())}),
        404, "no_such_case", "没有这个案件，或它不在你的范围内", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_STEPS)
async def test_a_wrong_step(people: People, session: AsyncSession, name: str) -> None:
    status, step, answer_status, code, sentence, field = WRONG_STEPS[name]
    crew = {
        "worker": await people.worker(),
        "squad": await people.squad_member("一中队"),
        "other squad": await people.squad_member("二中队"),
        "inspector": await people.inspector(),
        "operator": await people.operator(),
    }
    case = await brought_to(status, crew)
    async with nothing_changes(session):
        refused(await step(crew, case), answer_status, code, sentence, field)
    assert (await crew["worker"].case(case["id"]))["version"] == case["version"]


async def test_too_few_photos_afterwards(people: People, session: AsyncSession) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    await session.execute(text("UPDATE matter SET photos_after_min = 2 WHERE code = 'E0110'"))
    await session.commit()
    case = (await worker.report()).json()["case"]
    case = (await squad.act("acknowledge", case)).json()["case"]
    assert [step["photos_min"] for step in case["allowed_actions"] if step["action"] == "feedback"] == [2]
    async with nothing_changes(session):
        problem = refused(
            await squad.act("feedback", case, photos=[AFTER], words="好了"),
            422,
            "photos_needed",
            "至少要 2 张照片",
            "photos",
        )
        assert problem["needed"] == 2


async def test_the_sentence_is_in_the_readers_language(people: People) -> None:
    worker = await people.worker()
    worker.http.headers["Accept-Language"] = "en-GB,en;q=0.9"
    problem = (await worker.report(photos=[])).json()
    assert problem["title"] == "Something in the content is wrong"
    assert "needs at least 1 photo(s); take more" in problem["detail"]
