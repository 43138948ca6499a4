"""A squad's day without a signal: every step is kept, shown as not sent, and arrives in order; what the server will not take
stays on the phone with its photo, and says why."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cases import AFTER
from tests.browser.conftest import Open, Shoot, SignIn, signed_in, wait_until
from tests.people import HUANGTANG_3, PLACES

WORKER = ("worker", "璜塘村第3网格")
MEMBER = ("squad_member", "一中队")
OTHER_SQUAD = "xxk-squad-2"


def ready_for_no_signal(page: Page, case_id: str) -> None:
    """The app itself is kept, and the case was taken along with its picture."""
    for _ in range(100):
        if page.evaluate("() => !!navigator.serviceWorker.controller") and taken_along(page, case_id):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the phone is not ready to lose its signal")


def taken_along(page: Page, case_id: str) -> bool:
    keys: list[str] = page.evaluate(
        """() => new Promise((done) => {
          const open = indexedDB.open('suozi-kept')
          open.onsuccess = () => {
            const all = open.result.transaction('answers').objectStore('answers').getAllKeys()
            all.onsuccess = () => { open.result.close(); done(all.result) }
          }
        })"""
    )
    return any(key.endswith(f"case.{case_id}") for key in keys) and any("photo." in key for key in keys)


KEPT_PLACES = """() => new Promise((done) => {
  const open = indexedDB.open('suozi')
  open.onsuccess = () => {
    const all = open.result.transaction('items').objectStore('items').getAll()
    all.onsuccess = () => { open.result.close(); done(all.result.map((item) => item.body.place)) }
  }
})"""


def hand_in(page: Page, words: str) -> None:
    page.get_by_role("button", name="处置完").click()
    sheet = page.get_by_role("dialog")
    sheet.locator("input[type=file][capture]").set_input_files(AFTER)
    expect(sheet.get_by_role("img")).to_be_visible()
    sheet.get_by_role("textbox").fill(words)
    sheet.get_by_role("button", name="处置完").click()
    expect(sheet).to_have_count(0)


def actions_of(case: dict[str, object]) -> list[str]:
    events = case["events"]
    assert isinstance(events, list)
    return [event["action"] for event in events]


def test_steps_taken_without_a_signal_all_arrive_in_order(phone: Open, field: SignIn, shoot: Shoot) -> None:
    case = field(*WORKER).report(words="垃圾桶旁成堆")

    squad = signed_in(phone(service_workers="allow"), *MEMBER, "/tasks")
    expect(squad.get_by_role("button", name="接单")).to_be_visible()
    shoot(squad, "offline-1-list")
    ready_for_no_signal(squad, case["id"])

    squad.context.set_offline(True)
    squad.get_by_role("button", name="接单").click()
    expect(squad.get_by_text("已接单")).to_be_visible()
    expect(squad.get_by_text("未发", exact=True)).to_be_visible()
    shoot(squad, "offline-2-accepted")
    (place,) = squad.evaluate(KEPT_PLACES)
    assert (place["lng"], place["lat"]) == PLACES[HUANGTANG_3]
    assert place["accuracy_m"] == 12
    squad.get_by_role("link", name=re.compile(case["matter"]["name"])).click()
    squad.get_by_role("button", name="到场").click()
    expect(squad.get_by_role("button", name="到场")).to_have_count(0)
    hand_in(squad, "已清运")
    expect(squad.get_by_text("发出后案件应为")).to_be_visible()
    shoot(squad, "offline-3-all-unsent")

    squad.reload()
    expect(squad.get_by_text("发出后案件应为")).to_be_visible()
    expect(squad.locator("article.unsent")).to_have_count(3)
    expect(squad.get_by_text("数据至")).to_be_visible()
    shoot(squad, "offline-4-reloaded")

    squad.context.set_offline(False)
    expect(squad.locator("article.unsent")).to_have_count(0, timeout=45_000)
    expect(squad.get_by_text("待核查").first).to_be_visible()
    squad.context.close()
    arrived = field(*WORKER).case(case["id"])
    assert actions_of(arrived) == ["report", "route", "acknowledge", "arrive", "feedback"]
    assert [
        shot["received"] for event in arrived["events"] if event["action"] == "feedback" for shot in event["photos"]
    ] == [True]

    # Whoever reported it reads it in plain words, and may open the rest.
    worker = signed_in(phone(), *WORKER, f"/cases/{case['id']}")
    expect(worker.get_by_text("处置完，等核查")).to_be_visible()
    shoot(worker, "reporter-1-plain")
    worker.get_by_role("button", name="看全部经过").click()
    expect(worker.get_by_text(re.compile("自动派遣"))).to_be_visible()


@pytest.mark.nightly
def test_a_step_that_is_refused_says_why_and_keeps_its_photo(phone: Open, field: SignIn, shoot: Shoot) -> None:
    case = field(*WORKER).report()
    squad = signed_in(phone(), *MEMBER, f"/cases/{case['id']}")
    with squad.expect_response(lambda answer: answer.request.method == "PUT"):
        squad.get_by_role("button", name="接单").click()
    expect(squad.get_by_role("button", name="到场")).to_be_visible()
    expect(squad.get_by_text("处置中").first).to_be_visible()

    squad.context.set_offline(True)
    squad.get_by_role("button", name="到场").click()
    expect(squad.get_by_role("button", name="到场")).to_have_count(0)
    hand_in(squad, "这句话和照片不能丢")
    field("operator").act("reassign", case["id"], squad=OTHER_SQUAD, words="离二中队近")

    squad.context.set_offline(False)
    refused = squad.locator("article.unsent-refused")
    expect(refused).to_have_count(1, timeout=45_000)
    expect(refused).to_contain_text("到场")
    expect(refused).to_contain_text("待接单")
    # What was decided on top of it waits, and says so.
    behind = squad.locator("article.unsent", has_text="处置完")
    expect(behind).to_contain_text("先处理它")
    expect(behind).to_contain_text("1 张照片")
    shoot(squad, "refused-1-case")

    # Without the first the second is asked for, and refused for itself, with its photo.
    squad.once("dialog", lambda dialog: dialog.accept())
    refused.get_by_role("button", name="删除").click()
    expect(refused).to_contain_text("处置完")
    expect(refused).to_contain_text("1 张照片")
    squad.goto("/unsent")
    expect(refused).to_contain_text("1 张照片")
    shoot(squad, "refused-2-unsent")
    with squad.expect_download() as saved:
        refused.get_by_role("button", name="导出").click()
    page = saved.value.path().read_text(encoding="utf-8")
    assert "这句话和照片不能丢" in page
    assert "data:image/jpeg;base64," in page
    refused.get_by_role("button", name="改为").click()
    expect(squad.get_by_role("dialog", name="改为")).to_be_visible()
    shoot(squad, "refused-3-change")
    squad.get_by_role("button", name="关闭").click()
    assert actions_of(field("operator").case(case["id"]))[-1] == "reassign"


@pytest.mark.nightly
def test_a_refused_step_becomes_another_with_the_same_photo(phone: Open, field: SignIn, shoot: Shoot) -> None:
    """The operator has changed the matter meanwhile: what was done must be said of what the case is now."""
    case = field(*WORKER).report()
    leader = field("squad_leader", "一中队")
    leader.act("acknowledge", case["id"])
    member = signed_in(phone(), *MEMBER, f"/cases/{case['id']}")
    expect(member.get_by_role("button", name="到场")).to_be_visible()
    member.context.set_offline(True)
    hand_in(member, "已清运干净")
    field("operator").act("recategorise", case["id"], matter="E0136", words="是堆料，不是垃圾")
    member.context.set_offline(False)
    refused = member.locator("article.unsent-refused")
    expect(refused).to_have_count(1, timeout=45_000)
    refused.get_by_role("button", name="改为").click()
    choice = member.get_by_role("dialog", name="改为")
    choice.get_by_role("button", name="处置完").click()
    sheet = member.get_by_role("dialog", name=re.compile("处置完"))
    expect(sheet.get_by_role("img")).to_be_visible()
    expect(sheet.get_by_role("textbox")).to_have_value("已清运干净")
    shoot(member, "refused-4-becomes")
    sheet.get_by_role("button", name="处置完").click()
    expect(member.locator("article.unsent")).to_have_count(0, timeout=45_000)
    for _ in range(60):
        if actions_of(leader.case(case["id"]))[-1] == "feedback":
            break
        member.wait_for_timeout(500)
    assert actions_of(leader.case(case["id"]))[-1] == "feedback"


@pytest.mark.nightly
@pytest.mark.parametrize("allowed", [True, False])
def test_the_photo_after_is_taken_over_the_one_before(phone: Open, field: SignIn, shoot: Shoot, allowed: bool) -> None:
    case = field(*WORKER).report()
    field(*MEMBER).act("acknowledge", case["id"])
    squad = phone()
    if allowed:
        squad.context.grant_permissions(["geolocation", "camera"])
    signed_in(squad, *MEMBER, f"/cases/{case['id']}")
    squad.get_by_role("button", name="处置完").click()
    squad.get_by_role("button", name="对照处置前拍照").click()
    camera = squad.get_by_role("dialog", name="对照拍照")
    if not allowed:
        expect(camera.get_by_role("alert")).to_contain_text("打不开相机")
        shoot(squad, "camera-2-none")
        with squad.expect_file_chooser() as chosen:
            camera.get_by_role("button", name="用手机自带相机拍").click()
        chosen.value.set_files(AFTER)
        expect(squad.get_by_role("dialog").get_by_role("img")).to_be_visible()
        return
    wait_until(squad, "() => document.querySelector('video')?.currentTime > 0")
    shoot(squad, "camera-1-ghost")
    camera.get_by_role("button", name="拍一张").click()
    camera.get_by_role("button", name="完成，1 张").click()
    sheet = squad.get_by_role("dialog")
    expect(sheet.get_by_role("img")).to_be_visible()
    live = "() => document.querySelectorAll('video').length"
    assert squad.evaluate(live) == 0
    shoot(squad, "camera-3-taken")
