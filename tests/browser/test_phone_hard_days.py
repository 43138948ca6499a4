"""What goes wrong with phones in the field: two people on one phone, hasty thumbs, storage that fails, a link that lies."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.browser.cases import AFTER, BEFORE
from tests.browser.conftest import Open, phone_of, signed_in
from tests.browser.test_main_job import report, type_sign_in

WORKER = "璜塘村第3网格"
OTHER_WORKER = "马镇村第3网格"


def unanswered(route: Route) -> None:
    """The link is gone before an answer comes."""
    route.abort("connectionreset")


def at_home(page: Page) -> None:
    expect(page.get_by_role("button", name="拍照上报")).to_be_visible()


def is_submission(request: Request) -> bool:
    return request.method == "PUT" and "/api/notices/" not in request.url


def sends(context: BrowserContext) -> list[Request]:
    """Every report or action that a page of `context` puts on the wire; that a message was read is neither."""
    sent: list[Request] = []
    context.on("request", lambda request: sent.append(request) if is_submission(request) else None)
    return sent


def test_the_next_person_on_the_phone_neither_sees_nor_sends_what_the_first_left(phone: Open) -> None:
    first = phone()
    context = first.context
    first.goto("/")
    type_sign_in(first, phone_of("worker", WORKER))
    context.route("**/api/reports/**", unanswered)
    report(first, "乱堆物堆料", "只属于第一个人")
    expect(first.get_by_text("已存手机，还没发出")).to_be_visible()

    second = context.new_page()
    second.goto("/me")
    second.get_by_role("button", name="退出登录").click()
    second.get_by_role("button", name="仍要退出").click()
    second.goto("/")
    type_sign_in(second, phone_of("worker", OTHER_WORKER))
    at_home(second)
    expect(second.get_by_text("未发 1 条")).to_have_count(0)

    # The cookie is now the second person's, also in the first one's tab.
    context.unroute("**/api/reports/**")
    sent = sends(context)
    first.bring_to_front()
    first.evaluate("window.dispatchEvent(new Event('online'))")
    first.wait_for_timeout(1500)
    assert sent == []
    expect(first.get_by_text("只属于第一个人")).to_have_count(0)
    first.goto("/me")
    expect(first.get_by_role("heading", name="网格员 081")).to_be_visible()


def test_signing_out_without_signal_is_final(phone: Open) -> None:
    worker = signed_in(phone(), "worker", WORKER, "/me")
    worker.route("**/api/**", unanswered)
    worker.get_by_role("button", name="退出登录").click()
    expect(worker.get_by_role("button", name="登录", exact=True)).to_be_visible()
    worker.unroute("**/api/**")
    with worker.expect_response(lambda response: response.request.method == "DELETE") as told:
        worker.reload()
    assert told.value.ok
    expect(worker.get_by_role("button", name="登录", exact=True)).to_be_visible()
    assert worker.request.get("/api/me").status == 401


@pytest.mark.nightly
def test_a_hasty_thumb_takes_a_step_once(phone: Open) -> None:
    worker = signed_in(phone(), "worker", WORKER)
    sent = sends(worker.context)
    worker.locator("input[type=file][capture]").set_input_files(BEFORE)
    worker.get_by_role("button", name="暴露生活垃圾", exact=True).click()
    worker.get_by_role("button", name="提交").evaluate("button => { button.click(); button.click() }")
    expect(worker.get_by_role("heading", name=re.compile("已派给综合执法一中队"))).to_be_visible()
    assert len(sent) == 1

    worker.context.close()

    squad = signed_in(phone(), "squad_member", "一中队")
    squad.get_by_role("link", name=re.compile("暴露生活垃圾")).first.click()
    sent = sends(squad.context)
    squad.get_by_role("button", name="接单").evaluate(
        "button => { button.click(); button.click(); for (const ms of [5, 30]) setTimeout(() => button.click(), ms) }"
    )
    expect(squad.get_by_role("button", name="处置完")).to_be_visible()
    squad.wait_for_timeout(500)
    assert len(sent) == 1
    squad.get_by_role("button", name="处置完").click()
    sheet = squad.get_by_role("dialog")
    sheet.locator("input[type=file][capture]").set_input_files(AFTER)
    expect(sheet.get_by_role("img")).to_be_visible()
    sheet.get_by_role("textbox").fill("已清运")
    sheet.get_by_role("button", name="处置完").evaluate("button => { button.click(); button.click() }")
    expect(squad.get_by_text("待核查").first).to_be_visible()
    squad.wait_for_timeout(500)
    assert len(sent) == 2


@pytest.mark.nightly
@pytest.mark.parametrize("broken", ["open", "put"])
def test_a_phone_that_cannot_store_says_so_and_keeps_what_is_on_screen(phone: Open, broken: str) -> None:
    worker = phone()
    full = "() => { throw new DOMException('full', 'QuotaExceededError') }"
    worker.add_init_script(
        f"{'IDBFactory.prototype.open' if broken == 'open' else 'IDBObjectStore.prototype.put'} = {full}"
    )
    signed_in(worker, "worker", WORKER)
    worker.locator("input[type=file][capture]").set_input_files(BEFORE)
    worker.get_by_role("button", name="乱堆物堆料", exact=True).click()
    worker.get_by_role("textbox").last.fill("还在屏幕上")
    worker.get_by_role("button", name="提交").click()
    expect(worker.get_by_text("手机存不下这条上报", exact=False)).to_be_visible()
    expect(worker.get_by_role("textbox").last).to_have_value("还在屏幕上")
    expect(worker.locator("main img").first).to_be_visible()


@pytest.mark.nightly
def test_a_report_sent_by_the_other_tab_is_seen_to_arrive(phone: Open) -> None:
    first = signed_in(phone(), "worker", WORKER)
    context = first.context
    context.route("**/api/reports/**", unanswered)
    report(first, "乱堆物堆料")
    expect(first.get_by_text("已存手机，还没发出")).to_be_visible()
    context.unroute("**/api/reports/**")
    first.route("**/api/reports/**", unanswered)
    context.new_page().goto("/")
    expect(first.get_by_role("heading", name=re.compile("已送达"))).to_be_visible(timeout=45_000)


@pytest.mark.nightly
def test_a_very_long_word_leaves_the_buttons_in_reach(phone: Open) -> None:
    worker = signed_in(phone(), "worker", WORKER)
    report(worker, "暴露生活垃圾", "https://example.org/" + "a" * 400 + "😀" * 40)
    worker.get_by_role("link", name="看案件").click()
    expect(worker.locator(".case-quote")).to_be_visible()
    assert worker.evaluate("document.documentElement.scrollWidth") == 390
