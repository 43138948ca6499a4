"""A resident on a phone: with the script, without it, and with neither script nor style; then the staff act and they answer."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SCREENSHOTS as PICTURES
from tests.browser.conftest import Open, Shoot
from tests.people import HUANGTANG_3, PHOTOS

BOARD = f"/r/new?at={HUANGTANG_3}"
BEFORE = PHOTOS / "orientation" / "Landscape_6.jpg"
OTHER = PHOTOS / "phones" / "htc-desire.jpg"


def nothing_sticks_out(page: Page) -> None:
    """No sideways scrolling; on touch, whatever is tapped is at least 44 px high."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for button in page.locator("main a.button, main button:visible, label.matter, label.where:visible").all():
        box = button.bounding_box()
        if box:
            assert box["height"] >= 44, button.inner_text()


def sent_code(page: Page) -> str:
    expect(page.get_by_role("heading", name="收到了")).to_be_visible()
    expect(page.get_by_text("请截图保存这一页")).to_be_visible()
    return page.locator(".code").inner_text().replace(" ", "")


def test_with_the_script(phone: Open, shoot: Shoot) -> None:
    page = phone()
    page.goto(BOARD)
    nothing_sticks_out(page)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("请选一类问题")).to_be_visible()
    shoot(page, "resident-1-faults")
    page.get_by_text("暴露生活垃圾").click()
    expect(page.get_by_text("请选一类问题")).to_be_hidden()
    page.locator("input[type=file][multiple]").set_input_files([BEFORE, OTHER])
    expect(page.get_by_role("img", name="第 2 张照片")).to_be_visible()
    page.get_by_text("我现在的位置").click()
    expect(page.get_by_text("璜塘村第3网格（误差约 12 米）")).to_be_visible()
    page.get_by_label("说说情况").fill("桶边堆了两天")
    page.get_by_label("电话").fill("13800000000")
    page.screenshot(path=PICTURES / "resident-2-filled.png", full_page=True)

    # The network goes away; what was typed survives even a reload, and the retry is the same report.
    page.route("**/r/new", lambda route: route.abort())
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("没有发出去，内容已存在手机里")).to_be_visible()
    page.unroute("**/r/new")
    code = sent_code(page)
    expect(page.get_by_text("138****0000")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("处理前的第 2 张"))).to_be_visible()
    page.screenshot(path=PICTURES / "resident-3-sent.png", full_page=True)
    assert page.evaluate("localStorage.getItem('suozi.residents.report')") is None

    page.goto("/r/")
    page.get_by_label("已经反映过？输入编号查进度").fill(f" {code.lower()} ")
    page.get_by_role("button", name="查进度").click()
    expect(page.get_by_text("正在安排人到现场核实")).to_be_visible()
    nothing_sticks_out(page)


@pytest.mark.nightly
def test_typed_words_survive_a_closed_page(phone: Open) -> None:
    page = phone()
    page.goto(BOARD)
    page.get_by_label("说说情况").fill("路灯不亮")
    first = page.locator("input[name=id]").input_value()
    page.goto("/r/")
    page.goto(BOARD)
    expect(page.get_by_label("说说情况")).to_have_value("路灯不亮")
    assert page.locator("input[name=id]").input_value() == first, "had it arrived after all, it would be one report"


@pytest.mark.nightly
def test_an_answer_that_is_lost_on_the_way_makes_no_second_report(phone: Open) -> None:
    """The server has it, the phone does not know: the retry leads to the same case."""
    page = phone()
    page.goto(BOARD)
    page.get_by_text("暴露生活垃圾").click()
    codes: list[str] = []

    def swallow(route: Route) -> None:
        if codes:
            route.continue_()
            return
        codes.append(route.fetch().json()["code"])
        route.abort()

    page.route("**/r/new", swallow)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("没有发出去，内容已存在手机里")).to_be_visible()
    expect(page.get_by_role("heading", name="收到了")).to_be_visible()
    assert [sent_code(page)] == codes


@pytest.mark.parametrize("with_style", [pytest.param(True, marks=pytest.mark.nightly), False], ids=["style", "neither"])
def test_without_the_script(phone: Open, shoot: Shoot, with_style: bool) -> None:
    page = phone(java_script_enabled=False)
    if not with_style:
        page.route("**/*.css", lambda route: route.abort())
    page.goto(BOARD)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("请选一类问题")).to_be_visible()
    page.get_by_label("电话").fill("12")
    page.get_by_label("暴露生活垃圾").check()
    page.locator("input[type=file][multiple]").set_input_files([BEFORE])
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("电话好像不对")).to_be_visible()
    expect(page.get_by_label("已收到的第 1 张")).to_be_checked()
    if with_style:
        page.screenshot(path=PICTURES / "resident-4-without-script.png", full_page=True)
    page.get_by_label("电话").fill("")
    page.get_by_role("button", name="提交").click()
    sent_code(page)
    expect(page.get_by_role("img", name=re.compile("处理前的第 1 张"))).to_be_visible()
