"""Reporting fast and losing nothing: three taps, taking back, poor links, no link, full phones."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Response, Route, expect

from tests.browser.cases import AFTER, BEFORE
from tests.browser.conftest import Open, Shoot, signed_in, wait_until

WORKER = "璜塘村第3网格"
MATTER = "乱堆物堆料"
NEAR_FAR_MATTER = "暴露生活垃圾"


def at_home(page: Page) -> None:
    expect(page.get_by_role("button", name="拍照上报")).to_be_visible()


def worker(phone: Open, **more: object) -> Page:
    page = signed_in(phone(**more), "worker", WORKER)
    at_home(page)
    return page


def fill(page: Page, matter: str = MATTER) -> None:
    page.locator("input[type=file][capture]").set_input_files(BEFORE)
    expect(page.get_by_role("img", name="第 1 张照片")).to_be_visible()
    page.get_by_role("button", name=matter, exact=True).click()


def submit(page: Page, matter: str = MATTER) -> None:
    fill(page, matter)
    page.get_by_role("button", name="提交").click()


def is_put(response: Response) -> bool:
    return response.request.method == "PUT"


def puts(context: BrowserContext) -> list[Request]:
    """What is sent from here on and answered; what a link cuts is not."""
    sent: list[Request] = []
    context.on("response", lambda response: sent.append(response.request) if is_put(response) else None)
    return sent


def sent_once(sent: list[Request]) -> None:
    """One report, and no photo or part of one twice."""
    urls = [request.url for request in sent]
    assert len(urls) == len(set(urls))
    assert len([url for url in urls if "/photos/" not in url]) == 1


def cut(route: Route) -> None:
    route.abort("connectionreset")


def settled(page: Page) -> None:
    expect(page.get_by_role("heading", name=re.compile("已派给|等待指挥中心"))).to_be_visible()


def test_a_report_is_three_taps_and_no_word(phone: Open) -> None:
    page = phone()
    page.add_init_script("window.taps = 0; addEventListener('click', (e) => { if (e.isTrusted) window.taps++ }, true)")
    signed_in(page, "worker", WORKER)
    at_home(page)
    page.evaluate("window.taps = 0")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="拍照上报").tap()
    chooser.value.set_files(BEFORE)
    page.get_by_role("button", name=MATTER, exact=True).tap()
    page.get_by_role("button", name="提交").tap()
    settled(page)
    # Opening the camera is a tap of ours and the input's own click, which no finger makes.
    assert page.evaluate("window.taps") == 3


@pytest.mark.nightly
def test_taken_back_within_ten_seconds(phone: Open, shoot: Shoot) -> None:
    page = worker(phone, hold_ms=10_000)
    sent = puts(page.context)
    submit(page)
    expect(page.get_by_role("heading", name=re.compile("秒后发出"))).to_be_visible()
    shoot(page, "reporting-1-held")
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("img", name="第 1 张照片")).to_be_visible()
    expect(page.get_by_role("button", name=MATTER, exact=True)).to_have_attribute("aria-pressed", "true")
    assert sent == []
    # Sent after all, and left behind at once: it goes when the screen is left.
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name=re.compile("秒后发出"))).to_be_visible()
    with page.expect_response(lambda response: response.request.method == "PUT" and response.ok):
        page.get_by_role("button", name="回首页").click()
    assert len(sent) == 1


@pytest.mark.nightly
def test_thrown_away_and_fetched_back(phone: Open, shoot: Shoot) -> None:
    page = worker(phone)
    fill(page)
    page.get_by_role("button", name="去掉第 1 张照片").click()
    expect(page.get_by_role("img", name="第 1 张照片")).to_have_count(0)
    shoot(page, "reporting-2-photo-removed")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("img", name="第 1 张照片")).to_be_visible()
    page.get_by_role("button", name="丢弃").click()
    at_home(page)
    expect(page.get_by_text("已丢弃这条上报")).to_be_visible()
    shoot(page, "reporting-3-discarded")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("img", name="第 1 张照片")).to_be_visible()
    expect(page.get_by_role("button", name=MATTER, exact=True)).to_have_attribute("aria-pressed", "true")


TAKEN_ALONG = """async () => {
  const result = (ask) => new Promise((done) => { ask.onsuccess = () => done(ask.result) })
  const db = await result(indexedDB.open('suozi-kept'))
  const names = await result(db.transaction('answers').objectStore('answers').getAllKeys())
  db.close()
  return ['map.base', 'map.grids'].every((name) => names.includes(name))
}"""


def test_without_a_network_everything_is_there_and_arrives_without_a_tap(phone: Open, shoot: Shoot) -> None:
    page = worker(phone, service_workers="allow")
    context = page.context
    submit(page)
    settled(page)
    page.get_by_role("button", name="回首页").click()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # The map is taken along a moment after the first visit.
    expect(page.get_by_role("link", name=re.compile("附近未结案件 *[1-9]"))).to_be_visible()
    wait_until(page, TAKEN_ALONG)
    context.set_offline(True)
    page.reload()
    at_home(page)
    page.get_by_role("link", name="附近未结案件").click()
    expect(page.get_by_role("link", name=re.compile(MATTER)).first).to_contain_text(re.compile(r"\d m"))
    shoot(page, "reporting-12-around-offline")
    page.go_back()
    submit(page)
    expect(page.get_by_role("heading", name="已存手机，还没发出")).to_be_visible()
    page.goto("/report")
    # The grid is found by the outlines on the phone, and the town is drawn.
    expect(page.locator(".place-line").get_by_text("璜塘村第3网格")).to_be_visible()
    page.locator(".place-line").click()
    expect(page.locator("canvas")).to_be_visible()
    page.wait_for_timeout(1_500)
    shoot(page, "reporting-4-map-offline")
    page.close()
    context.set_offline(False)
    sent = puts(context)
    again = context.new_page()
    with context.expect_event("response", is_put):
        again.goto("/")
    expect(again.get_by_role("link", name=re.compile(MATTER)).first).to_be_visible()
    expect(again.get_by_text("未发")).to_have_count(0)
    sent_once(sent)


@pytest.mark.nightly
def test_two_tabs_send_once(phone: Open) -> None:
    first = worker(phone)
    context = first.context
    context.route("**/api/reports/**", cut)
    submit(first)
    expect(first.get_by_text("已存手机，还没发出")).to_be_visible()
    second = context.new_page()
    second.goto("/")
    at_home(second)
    sent = puts(context)
    context.unroute("**/api/reports/**")
    for page in (first, second, first, second):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    settled(first)
    sent_once(sent)


PORTALS: dict[str, Callable[[Route], None]] = {
    "a page": lambda route: route.fulfill(status=200, content_type="text/html", body="<html>请登录 Wi-Fi</html>"),
    "a redirect": lambda route: route.fulfill(status=302, headers={"location": "/index.html"}),
}


@pytest.mark.nightly
@pytest.mark.parametrize("portal", PORTALS)
def test_a_captive_portal_takes_nothing(phone: Open, portal: str) -> None:
    page = worker(phone)
    page.context.route("**/api/reports/**", PORTALS[portal])
    submit(page)
    expect(page.get_by_text("网络要求先登录", exact=False)).to_be_visible()
    page.context.unroute("**/api/reports/**")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    settled(page)


@pytest.mark.nightly
def test_a_full_phone_says_so_at_once_and_lets_the_photo_go(phone: Open, shoot: Shoot) -> None:
    page = worker(phone)
    full = "() => { throw new DOMException('full', 'QuotaExceededError') }"
    page.add_init_script(f"IDBObjectStore.prototype.put = {full}")
    page.reload()
    at_home(page)
    page.locator("input[type=file][capture]").set_input_files(BEFORE)
    expect(page.get_by_role("alert")).to_contain_text("手机存不下")
    shoot(page, "reporting-5-full")
    with page.expect_download() as download:
        page.get_by_role("button", name="把照片存到手机").click()
    assert download.value.suggested_filename.endswith(".jpg")


@pytest.mark.nightly
def test_the_report_goes_first_and_the_photos_follow(phone: Open, shoot: Shoot) -> None:
    page = worker(phone)
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { effectiveType: '2g' } })")
    page.reload()
    at_home(page)
    sent = puts(page.context)
    page.locator("input[type=file][capture]").set_input_files(BEFORE)
    expect(page.get_by_role("img", name="第 1 张照片")).to_be_visible()
    page.locator("input[type=file][capture]").last.set_input_files(AFTER)
    expect(page.get_by_role("img", name="第 2 张照片")).to_be_visible()
    page.get_by_role("button", name=NEAR_FAR_MATTER, exact=True).click()
    shoot(page, "reporting-6-near-far")
    photos: list[str] = []

    def only_the_first(route: Route) -> None:
        sha256 = route.request.url.split("/photos/")[1].split("/")[0]
        if sha256 not in photos:
            photos.append(sha256)
        route.continue_() if sha256 == photos[0] else cut(route)

    page.context.route("**/photos/*/parts**", only_the_first)
    page.context.route(re.compile(r"/api/reports/.*/photos/[0-9a-f]{64}$"), only_the_first)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已收到 1 张照片，还差 1 张")).to_be_visible()
    settled(page)
    assert len(sent[0].post_data_buffer or b"") < 4096
    shoot(page, "reporting-7-photos-follow")
    page.context.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.get_by_text("还差 1 张")).to_have_count(0)
    settled(page)


@pytest.mark.nightly
def test_originals_follow_on_wifi(phone: Open, shoot: Shoot) -> None:
    page = worker(phone)
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { get type() { return localStorage.link } } })"
    )

    def want_originals(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"send_originals": True})

    page.context.route("**/api/me", want_originals)
    with page.expect_response("**/api/me"):
        page.reload()
    at_home(page)
    sent = puts(page.context)
    submit(page)
    settled(page)
    page.goto("/unsent")
    expect(page.get_by_text("还有 1 张原图", exact=False)).to_be_visible()
    shoot(page, "reporting-11-original-waits")
    assert not [request for request in sent if request.url.endswith("/original")]
    page.evaluate("localStorage.link = 'wifi'")
    with page.expect_response(lambda response: response.url.endswith("/original")) as response:
        page.evaluate("window.dispatchEvent(new Event('online'))")
    assert response.value.ok
    expect(page.get_by_text("还有 1 张原图", exact=False)).to_have_count(0)


SEED = """async (user) => {
  const db = await new Promise((done) => { const ask = indexedDB.open('suozi'); ask.onsuccess = () => done(ask.result) })
  const tx = db.transaction('items', 'readwrite')
  for (let i = 0; i < 500; i++) {
    const savedAt = new Date(Date.now() - 30 * 3_600_000 + i * 1000).toISOString()
    const id = '0190' + String(i).padStart(4, '0') + '-0000-7000-8000-000000000000'
    tx.objectStore('items').put({ id, user, kind: 'report', title: '暴露生活垃圾', sha256s: ['a'.repeat(64)], savedAt,
      tries: 3, waiting: 'network', problem: null, bytes: 340_000,
      body: { matter: 'E0110', place: { lng: 120.3, lat: 31.8 }, occurred_at: savedAt } })
  }
  await new Promise((done) => (tx.oncomplete = done))
}"""


@pytest.mark.nightly
def test_five_hundred_unsent_reports_stay_usable(phone: Open, shoot: Shoot) -> None:
    page = worker(phone)
    page.context.route("**/api/reports/**", cut)
    page.evaluate(SEED, page.evaluate("JSON.parse(localStorage.getItem('suozi.me')).id"))
    page.reload()
    expect(page.get_by_text("未发 500 条")).to_be_visible()
    expect(page.get_by_text("超过 24 小时没有发出", exact=False)).to_be_visible()
    shoot(page, "reporting-8-home-old")
    started = page.evaluate("performance.now()")
    page.get_by_role("link", name=re.compile("未发 500 条")).click()
    expect(page.get_by_role("article")).to_have_count(30)
    assert page.evaluate("performance.now()") - started < 3_000
    expect(page.get_by_text("共 500 条，170.0 MB")).to_be_visible()
    shoot(page, "reporting-9-unsent")
    page.get_by_role("button", name="再看 30 条").click()
    expect(page.get_by_role("article")).to_have_count(60)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").first.click()
    assert download.value.suggested_filename.endswith(".html")


@pytest.mark.nightly
def test_my_reports_are_found_also_without_a_signal(phone: Open, shoot: Shoot) -> None:
    page = worker(phone)
    submit(page)
    settled(page)
    page.get_by_role("button", name="回首页").click()
    page.get_by_role("link", name="全部").click()
    rows = page.get_by_role("link", name=re.compile(MATTER))
    expect(rows.first).to_be_visible()
    page.get_by_role("searchbox").fill("乱堆")
    expect(rows.first).to_be_visible()
    shoot(page, "reporting-10-my-reports")
    rows.first.click()
    expect(page.get_by_role("heading", name="经过")).to_be_visible()
    page.go_back()
    expect(rows.first).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("searchbox").fill("没有这样的")
    expect(page.get_by_text("没有找到")).to_be_visible()
    page.get_by_role("searchbox").fill("堆物")
    expect(page.get_by_text("没有信号，只找了手机里存的")).to_be_visible()
    expect(rows.first).to_be_visible()
    rows.first.click()
    expect(page.get_by_role("heading", name="经过")).to_be_visible()
    expect(page.get_by_text(re.compile("编号 [0-9A-Z]{10}"))).to_be_visible()
