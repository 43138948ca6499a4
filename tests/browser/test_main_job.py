"""The main job on the real screens: worker and squad on phones, operator at a desk, inspector, resident; one story."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cases import AFTER, BEFORE
from tests.browser.conftest import PASSWORD, Open, Shoot, phone_of, signed_in


def type_sign_in(page: Page, phone: str) -> None:
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def report(page: Page, matter: str, words: str = "") -> None:
    """From the home screen to 提交."""
    expect(page.get_by_role("button", name="拍照上报")).to_be_visible()
    page.locator("input[type=file][capture]").set_input_files(BEFORE)
    expect(page.get_by_text("璜塘村第3网格")).to_be_visible()
    page.get_by_role("button", name=matter, exact=True).click()
    if words:
        page.get_by_role("textbox").last.fill(words)
    page.get_by_role("button", name="提交").click()


def case_code(page: Page) -> str:
    found = re.search(r"[0-9A-HJKMNP-TV-Z]{10}", page.locator("main").inner_text())
    assert found, "the screen shows no case code"
    return found.group()


def test_report_to_closed_on_the_screens(phone: Open, desk: Open, shoot: Shoot) -> None:
    operator = signed_in(desk(), "operator", path="/desk")
    expect(operator.get_by_text("实时", exact=True)).to_be_visible()
    shoot(operator, "operator-1-empty")

    squad = signed_in(phone(), "squad_member", "一中队", "/tasks")
    expect(squad.get_by_text("没有待处理的案件")).to_be_visible()
    shoot(squad, "squad-1-no-task")

    worker = phone()
    worker.goto("/")
    expect(worker.get_by_role("button", name="登录", exact=True)).to_be_visible()
    shoot(worker, "worker-1-sign-in")
    type_sign_in(worker, phone_of("worker", "璜塘村第3网格"))
    expect(worker.get_by_role("button", name="拍照上报")).to_be_visible()
    shoot(worker, "worker-2-home")
    report(worker, "暴露生活垃圾", "垃圾桶旁成堆")
    expect(worker.get_by_role("heading", name=re.compile("已派给综合执法一中队"))).to_be_visible()
    shoot(worker, "worker-4-sent")
    code = case_code(worker)
    worker.context.close()

    # Without a reload: the squad's list and the operator's queue.
    task = squad.get_by_role("link", name=re.compile("暴露生活垃圾"))
    expect(task).to_be_visible()
    shoot(squad, "squad-2-task")
    expect(operator.get_by_role("button", name=re.compile("暴露生活垃圾"))).to_be_visible()

    task.click()
    expect(squad.get_by_text(re.compile("派给综合执法一中队：辖区内、在岗"))).to_be_visible()
    expect(squad.locator("canvas")).to_be_visible()
    shoot(squad, "squad-3-case")
    squad.get_by_role("button", name="接单").click()
    squad.get_by_role("button", name="到场").click()
    expect(squad.get_by_role("button", name="到场")).to_have_count(0)
    handle(squad, shoot)
    squad.context.close()

    inspector = signed_in(phone(), "inspector")
    inspect(inspector, shoot)
    inspector.context.close()

    operator.keyboard.press("/")
    operator.get_by_role("combobox").fill(code)
    operator.keyboard.press("Enter")
    expect(operator.get_by_text("已结案").first).to_be_visible()
    expect(operator.get_by_text("核查通过").first).to_be_visible()
    shoot(operator, "operator-3-closed-case")
    operator.context.close()

    resident = phone()
    resident.goto(f"/r/{code.lower()}")
    expect(resident.get_by_text("暴露生活垃圾")).to_be_visible()
    expect(resident.get_by_text("网格员 050")).to_have_count(0)
    shoot(resident, "resident-1-closed")


def handle(squad: Page, shoot: Shoot) -> None:
    """After-photo and words; without them the sheet says what is missing."""
    squad.get_by_role("button", name="处置完").click()
    sheet = squad.get_by_role("dialog")
    sheet.get_by_role("button", name="处置完").click()
    expect(sheet.get_by_role("alert")).to_be_visible()
    sheet.locator("input[type=file][capture]").set_input_files(AFTER)
    sheet.get_by_role("button", name="去掉第 1 张照片").click()
    sheet.get_by_role("button", name="撤销").click()
    expect(sheet.get_by_role("img", name="第 1 张照片")).to_be_visible()
    sheet.get_by_role("textbox").fill("已清运，地面冲洗")
    shoot(squad, "squad-4-handled")
    sheet.get_by_role("button", name="处置完").click()
    expect(squad.get_by_text("待核查").first).to_be_visible()


def inspect(inspector: Page, shoot: Shoot) -> None:
    inspector.get_by_role("link", name=re.compile("暴露生活垃圾")).first.click()
    expect(inspector.get_by_role("heading", name="处置后")).to_be_visible()
    shoot(inspector, "inspector-1-before-after")
    inspector.get_by_role("button", name="核查通过").click()
    sheet = inspector.get_by_role("dialog")
    sheet.get_by_role("button", name="核查通过").click()
    expect(inspector.get_by_text("已结案").first).to_be_visible()


@pytest.mark.nightly
def test_operator_dispatches_a_waiting_case(phone: Open, desk: Open, shoot: Shoot) -> None:
    worker = signed_in(phone(), "worker", "璜塘村第3网格")
    worker.locator("input[type=file][capture]").set_input_files(BEFORE)
    worker.get_by_role("searchbox").or_(worker.get_by_placeholder(re.compile("搜索事项"))).first.fill("mlwwt")
    worker.get_by_role("button", name=re.compile("目录外问题")).click()
    worker.get_by_role("button", name="提交").click()
    expect(worker.get_by_text(re.compile("等指挥中心派遣"))).to_be_visible()

    operator = signed_in(desk(), "operator", path="/desk")
    waiting = operator.get_by_role("button", name=re.compile("目录外问题"))
    waiting.click()
    expect(operator.get_by_text("为何还没派出去")).to_be_visible()
    shoot(operator, "operator-2-waiting")
    operator.get_by_role("button", name="派遣", exact=True).click()
    dialog = operator.get_by_role("dialog")
    dialog.get_by_text("综合执法二中队").click()
    shoot(operator, "operator-4-dispatch")
    dialog.get_by_role("button", name="派遣", exact=True).click()
    expect(operator.get_by_text(re.compile("由指挥员 001 派给综合执法二中队")).first).to_be_visible()

    expect(worker.get_by_text(re.compile("综合执法二中队")).first).to_be_visible()


def test_a_report_without_signal_is_kept_and_sent_later(phone: Open, shoot: Shoot) -> None:
    worker = signed_in(phone(), "worker", "璜塘村第3网格")
    expect(worker.get_by_role("button", name="拍照上报")).to_be_visible()
    worker.locator("input[type=file][capture]").set_input_files(BEFORE)
    worker.get_by_role("button", name="乱堆物堆料", exact=True).click()
    worker.context.set_offline(True)
    worker.get_by_role("button", name="提交").click()
    expect(worker.get_by_text(re.compile("存.*手机")).first).to_be_visible()
    shoot(worker, "worker-5-no-signal")
    worker.context.set_offline(False)
    expect(worker.get_by_role("heading", name=re.compile("已派给"))).to_be_visible(timeout=45_000)


@pytest.mark.nightly
def test_a_typed_report_survives_a_reload(phone: Open) -> None:
    worker = signed_in(phone(), "worker", "璜塘村第3网格")
    expect(worker.get_by_role("button", name="拍照上报")).to_be_visible()
    worker.locator("input[type=file][capture]").set_input_files(BEFORE)
    worker.get_by_role("button", name="乱堆物堆料", exact=True).click()
    worker.get_by_role("textbox").last.fill("纸箱堆在消防通道口")
    worker.wait_for_timeout(1000)
    worker.reload()
    expect(worker.get_by_role("textbox").last).to_have_value("纸箱堆在消防通道口")
    expect(worker.locator("main img").first).to_be_visible()
