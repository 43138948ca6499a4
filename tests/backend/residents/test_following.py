"""What whoever has the code sees of a case, from the first minute to the last; and what nobody sees."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_case_code
from tests.backend.residents.conftest import AFTER, SEEN, Town
from tests.backend.residents.resident import Resident
from tests.conftest import Clock
from tests.people import SIGN_INS, photo, sha256


def told(html: str) -> list[str]:
    """The sentences of the progress, in order."""
    return re.findall(r"<li[^>]*><p><b>([^<]+)</b><time", html)


def staff_in(html: str) -> list[str]:
    return [note for row in SIGN_INS for note in (row["phone"],) if note in html] + re.findall(
        r"网格员 ?\d+|队员 ?\d+|队长 ?\d+|指挥员 ?\d+|核查员 ?\d+", html
    )


async def test_a_case_from_report_to_closing_in_plain_words(resident: Resident, town: Town, clock: Clock) -> None:
    code = await resident.report([photo()])
    page = await resident.page(code)
    assert "预计 今天 " in page
    assert "前核实完" in page
    await town.verify(code)
    assert "核实过了，正在办理立案" in await resident.page(code)
    await town.file(code)
    page = await resident.page(code)
    assert "已派给综合执法一中队" in told(page)
    assert re.search(r"预计 \S+ \d\d:\d\d 前处理完", page)
    clock.at += timedelta(days=30)
    assert "比预计的时间晚了" in await resident.page(code)
    clock.at -= timedelta(days=30)
    await town.handle(code)
    await town.inspect(code)
    page = await resident.page(code)
    assert told(page) == [
        "收到上报",
        "已到现场核实，情况属实",
        "已立案",
        "已派给综合执法一中队",
        "综合执法一中队已接手",
        "综合执法一中队已到现场",
        "综合执法一中队处理完了",
        "现场核查通过，结案",
    ]
    assert "已清运，地面冲洗" in page
    assert "李婶" not in page, "a verifier's note is for the staff"
    assert "现场已干净" not in page
    assert staff_in(page) == []


async def test_before_and_after_stand_side_by_side_without_metadata(
    resident: Resident, town: Town, session: AsyncSession
) -> None:
    before = photo("phones/htc-desire.jpg")
    code = await resident.report([before])
    await town.close(code)
    page = await resident.page(code)
    shown = re.findall(rf'src="(/r/{code}/photos/\d+/320)" alt="([^"]+)"', page)
    assert [alt for _, alt in shown] == ["处理前的第 1 张照片，点开看大图", "处理后的第 1 张照片，点开看大图"]
    for address, _ in shown:
        for size in ("320", "1600"):
            picture = await resident.http.get(address.replace("320", size))
            assert picture.headers["content-type"] == "image/jpeg"
            assert b"Exif" not in picture.content
            assert picture.content != before
    first = await resident.http.get(shown[0][0])
    assert sha256(before) not in str(first.headers)
    again = await resident.http.get(shown[0][0], headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


async def test_a_code_opens_its_own_shown_photos_and_no_others(resident: Resident, town: Town) -> None:
    mine, other = await resident.report([photo()]), await resident.report([SEEN])
    await town.close(mine)
    assert (await resident.http.get(f"/r/{mine}/photos/1/320")).status_code == 200
    for path in ("2/320", "-1/320", "0/original", "0/3200", "x/320", f"{sha256(AFTER)}/320"):
        assert (await resident.http.get(f"/r/{mine}/photos/{path}")).status_code in {404, 422}, path
    assert (await resident.http.get(f"/r/{other}/photos/1/320")).status_code == 404
    assert (await resident.http.get(f"/r/{new_case_code()}/photos/0/320")).status_code == 404


async def test_a_declined_case_says_why_and_what_to_do(resident: Resident, town: Town) -> None:
    code = await resident.report()
    operator = await town.people.operator()
    await town.step(
        operator, code, "decline", reason="out_of_scope", words="属于小区物业，请联系物业 0510-86812345 或网格员 050"
    )
    page = await resident.page(code)
    assert "没有受理：不在受理范围" in told(page)
    assert "属于小区物业" in page
    assert "86812345" not in page
    assert "重新反映；也可以拨打 12345" in page
    assert staff_in(page) == []


async def test_a_suspended_case_says_until_when_and_why(resident: Resident, town: Town) -> None:
    code = await resident.report()
    await town.verify(code)
    await town.file(code)
    member, operator = await town.people.squad_member(), await town.people.operator()
    await town.step(member, code, "acknowledge")
    await town.step(member, code, "ask_suspension", reason="season", until_day="2026-12-20", words="等小王回来再说")
    assert "暂缓" not in await resident.page(code), "what is only asked for is not told"
    await town.step(operator, code, "grant_suspension", words="同意小王")
    page = await resident.page(code)
    assert "暂缓处理，预计 12月20日恢复：季节原因" in told(page)
    assert "预计 12月20日恢复处理" in page
    assert "小王" not in page


async def test_a_merged_case_shows_how_the_other_goes_on_and_not_its_reporter(
    resident: Resident, town: Town, clock: Clock
) -> None:
    first = await resident.report([SEEN], name="周先生", phone="13900001111", words="我家住 3 号")
    clock.at += timedelta(minutes=2)
    second = await resident.report([photo()])
    clock.at += timedelta(minutes=2)
    operator = await town.people.operator()
    await town.step(operator, second, "merge", into=await town.case_id(first))
    clock.at += timedelta(minutes=2)
    await town.close(first)
    page = await resident.page(second)
    steps = told(page)
    assert steps[:2] == ["收到上报", "和同一件事的上报并在一起处理"]
    assert steps[2:] == [*told(await resident.page(first))[1:]][-7:]
    for secret in (first, "周先生", "13900001111", "139****", "我家住"):
        assert secret not in page
    assert len(re.findall(r'/320" alt="处理前', page)) == 1, "the other's before-photo is its reporter's"
    assert len(re.findall(r'/320" alt="处理后', page)) == 1, "the result is for both"
    assert (await resident.http.get(f"/r/{second}/photos/1/320")).status_code == 200


async def test_a_voided_case(resident: Resident, town: Town, session: AsyncSession) -> None:
    code = await resident.report()
    await town.step(await town.people.operator(), code, "ask_void", words="重复录入")
    page = await resident.page(code)
    assert "作废" not in page
    assert "重复录入" not in page


@pytest.mark.parametrize("typed", ["{lower}", " {spaced} ", "{dashed}"])
async def test_a_code_is_found_however_it_is_typed(resident: Resident, typed: str) -> None:
    code = await resident.report()
    written = typed.format(lower=code.lower(), spaced=f"{code[:5]} {code[5:]}", dashed=f"{code[:5]}-{code[5:]}")
    answer = await resident.http.get("/r/", params={"code": written})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/r/{code}")
    assert (await resident.http.get(f"/r/{code.lower()}")).headers["location"] == f"/r/{code}"


@pytest.mark.parametrize(
    "typed", ["ZZZZZZZZZZ", "1", "%00", "..%2F..%2Fetc", "中文中文中文中文中文", "x" * 60, "x" * 61]
)
async def test_a_code_that_is_none_says_so_on_a_page(stranger: httpx.AsyncClient, typed: str) -> None:
    answer = await stranger.get(f"/r/{typed}")
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"].startswith(("text/html", "application/problem+json"))


async def test_the_page_of_a_wrong_code_keeps_it_for_mending(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/r/ABCDEFGH12")
    assert answer.status_code == 404
    assert "没有这个编号的案件，请核对后再查" in answer.text
    assert 'value="ABCDEFGH12"' in answer.text
    empty = await stranger.get("/r/", params={"code": " "})
    assert empty.status_code == 200


async def test_nothing_of_a_resident_reaches_the_field(resident: Resident, town: Town, session: Any) -> None:
    """Contact: not in what the squad, the worker and the live feed are told; operators ask for it and it is written down."""
    from sqlalchemy import text

    code = await resident.report([photo()], name="周先生", phone="13900001111")
    await town.verify(code)
    await town.file(code)
    case_id = await town.case_id(code)
    for person in (await town.people.worker(), await town.people.squad_member(), await town.people.operator()):
        for path in (f"/api/cases/{case_id}", "/api/cases", f"/api/cases/{case_id}/routing"):
            body = (await person.http.get(path)).text
            assert "周先生" not in body
            assert "13900001111" not in body
    written = (
        await session.execute(
            text(
                "SELECT string_agg(t, '') FROM (SELECT outbox::text t FROM outbox UNION ALL SELECT case_event::text FROM"
                ' case_event UNION ALL SELECT report::text FROM report UNION ALL SELECT "case"::text FROM "case") x'
            )
        )
    ).scalar_one()
    assert code in written
    assert "13900001111" not in written
    assert "周先生" not in written
