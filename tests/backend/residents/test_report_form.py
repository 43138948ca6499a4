"""The report form as a browser without scripts uses it."""

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, CasePhoto, Report
from backend.identifiers import new_id
from backend.residents.models import ResidentContact
from tests.backend.residents.resident import VILLAGE, Form, Resident, fault
from tests.people import HUANGTANG_3, PLACES, photo, sha256


async def test_a_report_opens_a_case_that_is_verified_first(resident: Resident, session: AsyncSession) -> None:
    form = (await resident.open_form()).fill(matter="E0110", words="桶边成堆", where_words="幸福路 3 号门口")
    sent = await resident.send(form, [photo()])
    assert sent.status_code == 303
    shown = (await resident.http.get(sent.headers["location"])).text
    case = (await session.scalars(select(Case))).one()
    assert case.status == "verifying"
    assert case.grid_code == HUANGTANG_3
    assert case.words == "地点：幸福路 3 号门口。桶边成堆"
    assert f"{case.code[:5]} {case.code[5:]}" in shown
    assert "请截图保存" in shown
    assert '<svg viewBox="0 0' in shown, "the QR code is drawn in the page"
    assert "正在安排人到现场核实" in shown
    assert (await session.scalars(select(col(CasePhoto.sha256)))).all() == [sha256(photo())]


async def reports(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Report)) or 0


async def test_a_second_tap_and_the_back_button_make_no_second_report(
    resident: Resident, session: AsyncSession
) -> None:
    form = (await resident.open_form()).fill(matter="E0110")
    first, second = await resident.send(form, [photo()]), await resident.send(form, [photo()])
    assert first.headers["location"] == second.headers["location"]
    changed = await resident.send(form.fill(words="再想想"), [photo()])
    assert changed.headers["location"] == first.headers["location"], "whoever has the form is led to what it became"
    assert await reports(session) == 1


async def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    resident: Resident, session: AsyncSession
) -> None:
    form = (await resident.open_form()).fill(words="灯杆歪了", where="village", name="", phone="12")
    sent = await resident.send(form, [photo()])
    assert sent.status_code == 422
    assert fault(sent.text, "matter") == "请选一类问题，都不是就选“其他”"
    assert fault(sent.text, "where") == "请选问题在哪个村（社区）"
    assert fault(sent.text, "where_words") == "请写明具体地点，不然找不到"
    assert fault(sent.text, "phone").startswith("电话好像不对")
    assert fault(sent.text, "words") == fault(sent.text, "photos") == ""
    again = Form(sent.text)
    assert (again["id"], again["words"], again["where"]) == (form["id"], "灯杆歪了", "village")
    assert again["kept"] == sha256(photo())
    assert await reports(session) == 0


async def test_photos_that_arrived_need_not_be_chosen_again(resident: Resident, session: AsyncSession) -> None:
    refused = await resident.send(await resident.open_form(), [photo()])
    assert refused.status_code == 422
    sent = await resident.send(Form(refused.text).fill(matter="E0110"))
    assert sent.status_code == 303
    kept = (await session.scalars(select(CasePhoto))).one()
    assert kept.sha256 == sha256(photo())
    assert kept.received_at is not None


async def test_a_photo_of_another_form_cannot_be_claimed(resident: Resident, session: AsyncSession) -> None:
    await resident.send(await resident.open_form(), [photo()])
    stolen = (await resident.open_form()).fill(matter="E0110", kept=sha256(photo()))
    assert (await resident.send(stolen)).status_code == 303
    assert (await session.scalars(select(CasePhoto))).all() == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("png-broken/xhdn0g08.png", "照片已损坏，打不开，请重新拍摄"),
        ("invalid/decompression_bomb.gif", "这个文件不是照片（支持 JPEG、PNG、WebP、HEIC），请重新选择"),
    ],
)
async def test_a_hostile_photo_is_refused_and_the_others_are_kept(
    resident: Resident, session: AsyncSession, name: str, sentence: str
) -> None:
    sent = await resident.send((await resident.open_form()).fill(matter="E0110"), [photo(), photo(name)])
    assert sent.status_code == 422
    assert fault(sent.text, "photos") == sentence
    assert Form(sent.text)["kept"] == sha256(photo())
    assert (await resident.send(Form(sent.text))).status_code == 303


async def test_a_photo_over_20_mb_is_said_at_the_photos(resident: Resident) -> None:
    huge = b"\xff\xd8\xff" + bytes(20 * 2**20)
    sent = await resident.send((await resident.open_form()).fill(matter="E0110"), [huge])
    assert fault(sent.text, "photos") == "照片超过 20 MB，请用较低分辨率重拍"


async def test_a_body_over_the_limit_is_answered_with_a_page(resident: Resident) -> None:
    answer = await resident.http.post("/r/new", content=b"", headers={"Content-Length": str(60 * 2**20)})
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert "MB" in answer.text


async def test_of_more_than_three_photos_three_are_kept(resident: Resident, session: AsyncSession) -> None:
    names = ["Landscape_6", "Landscape_3", "Portrait_3", "Portrait_6"]
    many = [photo(f"orientation/{name}.jpg") for name in names]
    sent = await resident.send((await resident.open_form()).fill(matter="E0110"), many)
    assert fault(sent.text, "photos").startswith("最多 3 张照片，这次有 4 张")
    assert (await resident.send(Form(sent.text))).status_code == 303
    kept = (await session.scalars(select(col(CasePhoto.sha256)))).all()
    assert set(kept) == {sha256(data) for data in many[:3]}


async def test_a_position_outside_the_county_says_how_far(resident: Resident) -> None:
    form = (await resident.open_form()).fill(matter="E0110", where="here", lng="121.9", lat="31.8", accuracy_m="9")
    sent = await resident.send(form)
    assert sent.status_code == 422
    assert "公里外" in fault(sent.text, "where")


async def test_a_position_is_taken_as_it_is(resident: Resident, session: AsyncSession) -> None:
    lng, lat = PLACES["320281104200003"]
    here = {"where": "here", "lng": str(lng), "lat": str(lat), "accuracy_m": "14"}
    await resident.report(**here)
    report = (await session.scalars(select(Report))).one()
    assert report.content["place"] == {"lng": lng, "lat": lat, "accuracy_m": 14.0}
    assert (await session.scalars(select(Case))).one().grid_code == "320281104200003"


@pytest.mark.parametrize("position", [{"lng": "nan", "lat": "1"}, {"lng": "181", "lat": "31"}, {"lng": "x", "lat": ""}])
async def test_nonsense_for_a_position_is_no_position(resident: Resident, position: dict[str, str]) -> None:
    sent = await resident.send((await resident.open_form()).fill(matter="E0110", where="here", **position))
    assert sent.status_code == 422
    assert fault(sent.text, "where")


async def test_without_a_notice_board_a_village_and_words_will_do(resident: Resident, session: AsyncSession) -> None:
    form = (await resident.open_form(at="")).fill(matter="E0110", village=VILLAGE, where_words="小学后门")
    assert (await resident.send(form)).status_code == 303
    case = (await session.scalars(select(Case))).one()
    assert case.grid_path.split("/")[2] == VILLAGE
    report = (await session.scalars(select(Report))).one()
    assert report.place_source == "grid"
    assert case.accuracy_m is not None
    assert case.accuracy_m > 300, "the middle of a village is not where it is"


async def test_something_else_needs_a_sentence(resident: Resident, session: AsyncSession) -> None:
    sent = await resident.send((await resident.open_form()).fill(matter="E0699"))
    assert fault(sent.text, "words") == "选了“其他”，请写一句是什么事"
    assert (await resident.send(Form(sent.text).fill(words="桥栏杆松了"))).status_code == 303


async def test_a_matter_that_does_not_exist(resident: Resident) -> None:
    sent = await resident.send((await resident.open_form()).fill(matter="E9999"))
    assert fault(sent.text, "matter") == "目录里没有事项「E9999」，请重新选择"


async def test_the_field_that_only_programs_fill_in(resident: Resident, session: AsyncSession) -> None:
    sent = await resident.send((await resident.open_form()).fill(matter="E0110", website="http://buy.example"))
    assert sent.status_code == 422
    assert "有一栏应当留空" in sent.text
    assert await reports(session) == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+86 138-0000-0000", "13800000000"),
        ("0510-8681 2345", "051086812345"),
        ("１３８００００００００", "13800000000"),
    ],
)
async def test_phones_are_understood_as_people_write_them(
    resident: Resident, session: AsyncSession, typed: str, kept: str
) -> None:
    code = await resident.report(phone=typed, name="王阿姨")
    contact = (await session.scalars(select(ResidentContact))).one()
    assert (contact.phone, contact.name) == (kept, "王阿姨")
    shown = await resident.page(f"{code}?sent={contact.report_id}")
    assert f"{kept[:3]}****{kept[-4:]}" in shown
    assert kept not in shown
    assert "****" not in await resident.page(f"{code}?sent={new_id()}"), "only whoever sent it sees that much"


@pytest.mark.parametrize("tampered", [{"id": "x"}, {"id": ""}, {"county": "999999"}, {"county": ""}])
async def test_what_is_no_form_of_ours_gets_a_new_one(resident: Resident, tampered: dict[str, str]) -> None:
    sent = await resident.send((await resident.open_form()).fill(matter="E0110", **tampered))
    assert (sent.status_code, sent.headers["location"]) == (303, "/r/new")


@pytest.mark.parametrize("words", ["\0", "\ud800", "x" * 501, "<script>alert(1)</script>", "{{ 7 * 7 }}"])
async def test_hostile_words_are_text_or_refused(resident: Resident, words: str) -> None:
    form = (await resident.open_form()).fill(matter="", words="x")
    parts = [part for part in form.parts([]) if part[0] != "words"]
    parts.append(("words", (None, words.encode("utf-8", "surrogatepass"))))
    sent = await resident.http.post("/r/new", files=parts)
    assert sent.status_code in {400, 422}
    assert "<script>alert" not in sent.text
    assert "49" not in fault(sent.text, "words")
    parts = [part for part in parts if part[0] != "matter"] + [("matter", (None, b"E0110"))]
    assert (await resident.http.post("/r/new", files=parts)).status_code in {303, 400, 422}


async def test_english_for_whoever_prefers_it(resident: Resident) -> None:
    resident.http.headers["Accept-Language"] = "en-GB,en"
    sent = await resident.send(await resident.open_form())
    assert fault(sent.text, "matter") == "Choose what it is, or “something else”"
    assert "Nearly there" in sent.text
    assert '<html lang="en">' in sent.text


async def test_the_script_gets_the_same_answers_as_json(resident: Resident, session: AsyncSession) -> None:
    form = await resident.open_form()
    wrong = await resident.send(form, Accept="application/json")
    assert wrong.status_code == 422
    assert wrong.json()["faults"]["matter"] == "请选一类问题，都不是就选“其他”"
    sent = await resident.send(form.fill(matter="E0110"), Accept="application/json")
    answer = sent.json()
    assert answer == {"id": form["id"], "code": answer["code"], "follow_url": f"/r/{answer['code']}"}
    assert (await resident.send(form, Accept="application/json")).json() == answer
    assert await reports(session) == 1


async def test_another_site_cannot_send_the_form_and_our_page_can(resident: Resident) -> None:
    form = (await resident.open_form()).fill(matter="E0110")
    for foreign in ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await resident.send(form, **foreign)).status_code == 403
    own = {"Origin": "http://suozi.test", "Sec-Fetch-Site": "same-origin"}
    assert (await resident.send(form, **own)).status_code == 303


async def test_pages_carry_no_script_or_style_of_their_own(resident: Resident) -> None:
    code = await resident.report([photo()])
    for path in ("/r/", "/r/new", f"/r/new?at={HUANGTANG_3}", f"/r/{code}"):
        answer = await resident.http.get(path)
        assert " style=" not in answer.text
        assert "<style" not in answer.text
        assert answer.text.count("<script") == 1
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


async def test_the_address_without_its_slash(resident: Resident) -> None:
    answer = await resident.http.get("/r")
    assert (answer.status_code, answer.headers["location"]) == (308, "/r/")


async def test_an_unknown_notice_board_asks_where(resident: Resident, stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/r/new", params={"at": "999999999999999"})
    assert answer.status_code == 200
    assert Form(answer.text)["where"] == "village"
