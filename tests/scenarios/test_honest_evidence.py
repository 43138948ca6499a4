"""What photos, positions and clocks tell about a report: told to whoever judges the evidence, and to nobody else. It blocks
nothing. What an honest person does raises no flag."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pytest
from PIL import Image, ImageOps
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from geo.gcj02 import to_gcj02
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import HUANGTANG_3, PHOTOS, PLACES, People, Person, as_parts, report_body, sha256
from tests.pictures import CORNERS, cut, jpeg, opened

STREET = opened(PHOTOS / "phones" / "htc-desire.jpg")
YARD = opened(PHOTOS / "orientation" / "Landscape_3.jpg")  # not plain: it can be found again
LNG, LAT = PLACES[HUANGTANG_3]


class Reporting:
    """One worker who reports at the test's time, and what the operator is told of it."""

    def __init__(self, worker: Person, operator: Person, clock: Clock, drain: Any) -> None:
        self.worker, self.operator, self.clock, self.drain = worker, operator, clock, drain
        self.sent = 0

    async def send(self, *photos: bytes, sent_at: datetime | None = None, **more: Any) -> dict[str, Any]:
        """A report of now, an hour and a metre from the one before; the case as the worker has it."""
        self.clock.at += timedelta(hours=1)
        self.sent += 1
        body = report_body(photos=list(photos), occurred_at=self.clock.at.isoformat())
        body |= {"place": place(self.sent)} | more
        self.worker.http.headers["Suozi-Phone-Time"] = (sent_at or self.clock.at).isoformat()
        answer = await self.worker.send_report(uuid4(), body, list(photos))
        assert answer.status_code == 201, answer.text
        await self.drain()
        case: dict[str, Any] = answer.json()["case"]
        return case

    async def told(self, case: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.operator.http.get(f"/api/cases/{case['id']}/flags")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def kinds(self, case: dict[str, Any]) -> list[str]:
        return [flag["kind"] for flag in await self.told(case)]


@pytest.fixture
async def field(people: People, clock: Clock, drain_jobs: Any) -> Reporting:
    worker, operator = [
        await people.person(each.about["phone"], days=400) for each in (await people.worker(), await people.operator())
    ]
    return Reporting(worker, operator, clock, drain_jobs)


def place(metres_north: float = 0, **more: Any) -> dict[str, Any]:
    return {"lng": LNG, "lat": LAT + metres_north / 110_880, "accuracy_m": 12.0, "source": "gps"} | more


USED_AGAIN: dict[str, tuple[Image.Image, str, str]] = {
    "recompressed": (STREET.resize((700, 820)), "like_photo", "很像"),
    "mirrored": (ImageOps.mirror(STREET), "like_photo", "（镜像）"),
    "cropped": (cut(STREET, 0.1, CORNERS[0]), "like_photo", "（裁剪）"),
}


async def test_the_same_photo_in_another_case_is_told_with_that_case(field: Reporting) -> None:
    photo = jpeg(STREET)
    first = await field.send(photo)
    again = await field.send(photo)
    (flag,) = await field.told(again)
    assert (flag["kind"], flag["sha256"], flag["other_sha256"]) == ("same_photo", sha256(photo), sha256(photo))
    assert flag["case"] == {"id": first["id"], "code": first["code"]}
    assert flag["words"] == f"这张照片和案件 {first['code']} 的一张照片完全相同"
    assert flag["event_id"] == again["events"][0]["id"]
    assert await field.told(first) == []


@pytest.mark.parametrize("how", USED_AGAIN)
async def test_a_photo_that_was_worked_on_is_told(field: Reporting, how: str) -> None:
    picture, kind, words = USED_AGAIN[how]
    first = await field.send(jpeg(STREET))
    again = await field.send(jpeg(picture, quality=60))
    (flag,) = await field.told(again)
    assert (flag["kind"], flag["case"]["code"]) == (kind, first["code"])
    assert words in flag["words"]
    assert flag["other_sha256"] == sha256(jpeg(STREET))


async def test_the_whole_is_found_by_a_part_that_came_before(field: Reporting) -> None:
    part = await field.send(jpeg(cut(STREET, 0.13, CORNERS[1]), quality=60))  # near one of its views only
    (flag,) = await field.told(await field.send(jpeg(STREET)))
    assert (flag["kind"], flag["case"]["code"]) == ("like_photo", part["code"])


async def test_another_photo_is_not_told_and_an_old_one_no_more(field: Reporting) -> None:
    await field.send(jpeg(STREET))
    assert await field.kinds(await field.send(jpeg(YARD))) == []
    field.clock.at += timedelta(days=181)
    assert await field.kinds(await field.send(jpeg(STREET))) == []
    assert await field.kinds(await field.send(jpeg(STREET, quality=60))) == ["like_photo"]


async def test_a_repeat_of_the_same_report_raises_nothing(field: Reporting) -> None:
    photo, report_id = jpeg(STREET), uuid4()
    body = report_body(photos=[photo], occurred_at=field.clock.at.isoformat())
    for _ in range(2):
        answer = await field.worker.send_report(report_id, body, [photo])
        await field.drain()
    assert answer.status_code == 200
    assert await field.told(answer.json()["case"]) == []


async def test_a_photo_that_joins_the_case_it_is_of_raises_nothing(field: Reporting) -> None:
    photo = jpeg(STREET)
    first = await field.send(photo)
    joined = await field.send(photo, joins=first["id"])
    assert joined["id"] == first["id"]
    assert await field.told(first) == []


async def test_photos_of_cases_that_were_merged_raise_nothing(field: Reporting) -> None:
    photo = jpeg(STREET)
    first, second = await field.send(photo), await field.send(jpeg(YARD))
    merged = await field.operator.act(
        "merge", await field.operator.case(second["id"]), into=first["id"], words="同一处"
    )
    assert merged.status_code == 201, merged.text
    await field.send(jpeg(YARD, quality=60), joins=first["id"])
    assert await field.told(first) == []


async def handle(field: Reporting, people: People, case: dict[str, Any], after: bytes) -> None:
    squad = await people.squad_member()
    at = field.clock.at.isoformat()
    accepted = (await squad.act("acknowledge", await squad.case(case["id"]), at=at)).json()["case"]
    assert (await squad.act("feedback", accepted, photos=[after], words="已清", at=at)).status_code == 201
    await field.drain()


async def test_after_may_be_taken_from_the_same_point_but_not_be_the_same_picture(
    field: Reporting, people: People
) -> None:
    before = jpeg(STREET)
    honest, lazy = await field.send(before), await field.send(jpeg(YARD))
    cleared = STREET.copy()
    cleared.paste(Image.new("RGB", (200, 160), (120, 120, 118)), (300, 600))
    await handle(field, people, honest, jpeg(cleared))
    await handle(field, people, lazy, jpeg(YARD))
    assert await field.told(honest) == []
    (flag,) = await field.told(lazy)
    assert (flag["kind"], flag["case"]) == ("same_photo", None)
    assert flag["words"] == "这张照片和本案处理之前的一张照片完全相同"
    assert flag["other_sha256"] == sha256(jpeg(YARD))


def taken(picture: Image.Image = STREET, *, hours_ago: float = 0, metres_north: float = 0) -> bytes:
    """As the phone's camera wrote it, for the report that is sent an hour after the test's beginning."""
    return jpeg(
        picture,
        taken_at=MONDAY_MORNING + timedelta(hours=1 - hours_ago),
        place=(LNG, LAT + metres_north / 110_880),
    )


async def test_what_the_camera_wrote_is_told_where_it_does_not_fit(field: Reporting) -> None:
    assert await field.kinds(await field.send(taken(YARD, metres_north=450))) == []
    (away,) = await field.told(await field.send(taken(metres_north=900), place=place()))
    assert (away["kind"], away["words"]) == ("photo_place", "照片自带的位置离上报位置 900 米")


async def test_a_photo_of_another_day_is_told(field: Reporting) -> None:
    (old,) = await field.told(await field.send(taken(hours_ago=72)))
    assert (old["kind"], old["words"]) == ("photo_time", "照片拍摄时间比上报早 3 天")


def declared(photo: bytes, **exif: Any) -> dict[str, Any]:
    return {"photos": [{"sha256": sha256(photo)} | exif]}


async def test_what_the_phone_read_before_it_shrank_the_photo_counts_as_well(field: Reporting) -> None:
    photo = jpeg(STREET)
    far = {"exif_at": "2026:11:19 08:00:00", "exif_place": {"lng": LNG, "lat": LAT + 0.02}}
    assert set(await field.kinds(await field.send(photo, **declared(photo, **far)))) == {"photo_place", "photo_time"}


async def test_a_step_is_compared_with_the_place_sent_with_it(field: Reporting, people: People) -> None:
    case = await field.send(jpeg(YARD))
    squad = await people.squad_member()
    case = (await squad.act("acknowledge", await squad.case(case["id"]))).json()["case"]
    after = taken(metres_north=900)
    step = {"words": "已清", "place": place(), "at": field.clock.at.isoformat()}
    assert (await squad.act("feedback", case, photos=[after], **step)).status_code == 201
    await field.drain()
    (flag,) = await field.told(case)
    assert flag["words"] == "照片自带的位置离这一步提交的位置 900 米"


async def test_a_gallery_photo_without_anything_in_it_raises_nothing(field: Reporting) -> None:
    photo = jpeg(STREET)
    assert await field.kinds(await field.send(photo, **declared(photo, exif_at="not a time"))) == []


async def test_the_shift_of_chinese_maps_is_told_as_that(field: Reporting) -> None:
    ((lng, lat),) = to_gcj02(np.array([[LNG, LAT]]))
    (flag,) = await field.told(await field.send(jpeg(STREET, place=(float(lng), float(lat)))))
    assert flag["kind"] == "datum"
    assert "可能只是坐标没有换算" in flag["words"]


@pytest.mark.parametrize(
    ("minutes", "words"), [(-20, "手机时间比服务器慢 20 分钟"), (120, "手机时间比服务器快 2 小时")]
)
async def test_a_phone_clock_that_is_off_is_told(field: Reporting, minutes: int, words: str) -> None:
    sent_at = field.clock.at + timedelta(hours=1, minutes=minutes)
    case = await field.send(jpeg(STREET), sent_at=sent_at, occurred_at=sent_at.isoformat())
    (flag,) = await field.told(case)
    assert (flag["kind"], flag["sha256"], flag["words"]) == ("phone_clock", None, words)


async def test_a_report_that_waited_for_a_signal_raises_nothing(field: Reporting) -> None:
    written = (field.clock.at - timedelta(hours=30)).isoformat()
    assert await field.kinds(await field.send(jpeg(STREET), occurred_at=written)) == []


async def test_a_step_of_a_phone_whose_clock_is_off_is_told(field: Reporting, people: People) -> None:
    case = await field.send(jpeg(YARD))
    squad = await people.squad_member()
    squad.http.headers["Suozi-Phone-Time"] = (field.clock.at - timedelta(hours=2)).isoformat()
    await squad.act("acknowledge", await squad.case(case["id"]), at=(field.clock.at - timedelta(hours=2)).isoformat())
    await field.drain()
    assert await field.kinds(case) == ["phone_clock"]


async def reports(field: Reporting, places: Sequence[dict[str, Any]], apart: timedelta) -> list[dict[str, Any]]:
    cases = []
    for each in places:
        field.clock.at += apart - timedelta(hours=1)
        cases.append(await field.send(jpeg(YARD if len(cases) % 2 else STREET, quality=90 - len(cases)), place=each))
    return cases


async def position_flags(field: Reporting, cases: list[dict[str, Any]]) -> list[list[str]]:
    ours = {"speed", "same_place", "accuracy"}
    return [[kind for kind in await field.kinds(case) if kind in ours] for case in cases]


async def test_two_places_at_once_are_told_at_the_later_report(field: Reporting) -> None:
    cases = await reports(field, [place(), place(-2_900)], timedelta(minutes=1))
    assert await position_flags(field, cases) == [[], ["speed"]]
    flag = next(flag for flag in await field.told(cases[1]) if flag["kind"] == "speed")
    assert flag["case"]["code"] == cases[0]["code"]


async def test_the_same_coordinates_again_and_again_are_told(field: Reporting) -> None:
    cases = await reports(field, [place(), place(0.2), place(), place()], timedelta(minutes=20))
    assert await position_flags(field, cases) == [[], [], [], ["same_place"]]


async def test_an_accuracy_of_nothing_is_told(field: Reporting) -> None:
    assert await field.kinds(await field.send(jpeg(STREET), place=place(accuracy_m=0))) == ["accuracy"]


async def test_only_those_who_judge_evidence_are_told(field: Reporting, people: People) -> None:
    case = await field.send(jpeg(STREET), place=place(accuracy_m=0))
    url = f"/api/cases/{case['id']}/flags"
    seen = {
        "worker": await field.worker.http.get(url),
        "squad": await (await people.squad_leader()).http.get(url),
        "inspector": await (await people.inspector()).http.get(url),
    }
    assert {who: answer.status_code for who, answer in seen.items()} == {"worker": 403, "squad": 403, "inspector": 200}
    assert "flag" not in (await field.worker.http.get(f"/api/cases/{case['id']}")).text


async def test_a_case_that_the_reader_may_not_see_is_not_named_nor_shown(
    field: Reporting, session: AsyncSession
) -> None:
    first = await field.send(jpeg(STREET))
    again = await field.send(jpeg(STREET))
    assert (await field.told(again))[0]["case"]["code"] == first["code"]
    elsewhere = text("UPDATE \"case\" SET grid_path = '320281/320281199/320281199001' WHERE id = :id")
    await session.execute(elsewhere, {"id": first["id"]})
    (flag,) = await field.told(again)
    assert (flag["case"], flag["other_sha256"]) == (None, None)
    assert flag["words"] == "这张照片和另一个案件的一张照片完全相同"
    assert first["code"] not in str(flag)


async def test_a_flag_is_checked_only_at_its_own_case(field: Reporting) -> None:
    case, other = await field.send(jpeg(STREET), place=place(accuracy_m=0)), await field.send(jpeg(YARD))
    (flag,) = await field.told(case)
    url = f"/api/cases/{other['id']}/flags/{flag['id']}/checks/{uuid4()}"
    answer = await field.operator.http.put(url, json={"outcome": "fine", "words": ""})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_flag")
    assert (await field.told(case))[0]["checks"] == []


async def test_residents_send_what_they_have_and_are_not_measured(
    field: Reporting, stranger: httpx.AsyncClient
) -> None:
    """Their photos may be from yesterday and from home; that the same photo came before is still told."""
    old = taken(hours_ago=72, metres_north=5_000)
    codes = []
    for words in ("桶边", "还在"):
        field.clock.at += timedelta(hours=1)
        body = {"matter": "E0110", "place": {"lng": LNG, "lat": LAT}, "words": words}
        body |= {"occurred_at": field.clock.at.isoformat()}
        answer = await stranger.put(f"/api/residents/reports/{uuid4()}", files=as_parts("report", body, [old]))
        assert answer.status_code == 201, answer.text
        codes.append(answer.json()["code"])
        await field.drain()
    first, again = [(await field.operator.http.get(f"/api/cases/by-code/{code}")).json() for code in codes]
    assert await field.kinds(first) == []
    assert await field.kinds(again) == ["same_photo"]


async def test_a_flag_is_looked_at_and_changes_nothing(field: Reporting, people: People) -> None:
    case = await field.send(jpeg(STREET), place=place(accuracy_m=0))
    (flag,) = await field.told(case)
    url = f"/api/cases/{case['id']}/flags/{flag['id']}/checks/{uuid4()}"
    said = {"outcome": "fine", "words": "电话问过，室内定位"}
    answers = [await field.operator.http.put(url, json=said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    (check,) = (await field.told(case))[0]["checks"]
    assert (check["outcome"], check["words"]) == ("fine", "电话问过，室内定位")
    assert check["by_name"]
    assert datetime.fromisoformat(check["at"]) == field.clock.at
    other = await field.operator.http.put(url, json=said | {"outcome": "wrong"})
    assert (other.status_code, other.json()["code"]) == (409, "other_content")
    inspector = await people.inspector()
    assert (await inspector.http.put(url, json=said)).status_code == 403
    assert (await field.operator.http.put(url.replace(flag["id"], str(uuid4())), json=said)).json()[
        "code"
    ] == "no_such_flag"
    assert (await field.operator.case(case["id"]))["version"] == case["version"]
