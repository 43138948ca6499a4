"""The desk for a whole shift: by keys alone, through a server that dies, panels, views and links, sound, and on the wall."""

import io
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page, expect

from backend.settings import Settings
from tests.browser.axe import axe
from tests.browser.cases import Field
from tests.browser.conftest import Open, Shoot, SignIn, _open, signed_in, wait_for_map, wait_until
from tests.served import Mortal

EMERGENCY = "E0505"
LIVE = "实时"


def row(page: Page, case: dict[str, Any]) -> Any:
    return page.locator(".queue li", has=page.locator(f"[aria-label='勾选 {case['code']}']"))


def overdue(settings: Settings, case: dict[str, Any]) -> None:
    with psycopg.connect(settings.conninfo) as connection:
        late = "now() - interval '1 hour'"
        connection.execute(f'UPDATE "case" SET warn_at = {late}, due_at = {late} WHERE id = %s', (case["id"],))


def live(page: Page) -> Page:
    expect(page.locator(".freshness").get_by_text(LIVE, exact=True)).to_be_visible()
    return page


@pytest.fixture(scope="module")
def worker(field: SignIn) -> Field:
    return field("worker", "璜塘村第3网格")


# 1440 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.nightly
def test_an_overdue_case_is_supervised_by_keys_alone(
    desk: Open, worker: Field, loaded_town: Settings, shoot: Shoot
) -> None:
    case = worker.report("E0110", words="三天没人管")
    overdue(loaded_town, case)
    page = live(signed_in(desk(), "operator", path="/desk#/?queue=late"))
    expect(row(page, case)).to_be_visible()
    page.keyboard.press("j")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is seen"
    page.keyboard.press("Enter")
    expect(page.locator(".panel .code")).to_contain_text(case["code"])
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("还缺：时间、说明")).to_be_visible()
    while page.evaluate("() => document.activeElement.textContent.trim()") != "2 小时内":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    while page.evaluate("() => document.activeElement.tagName") != "TEXTAREA":
        page.keyboard.press("Tab")
    page.keyboard.type("今天下班前清完，回话")
    shoot(page, "desk-1-supervise")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".panel .order")).to_contain_text("今天下班前清完")
    expect(page.get_by_role("button", name="督办待回复 1")).to_be_visible()
    assert worker.case(case["id"])["reply_by"]

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="快捷键")
    for words in ("督办", "吹哨", "收起或展开队列", "筛选队列"):
        expect(sheet.get_by_text(words, exact=True)).to_be_visible()
    shoot(page, "desk-2-keys")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    wait_until(page, "() => document.activeElement.closest('.step-bar') !== null")


@pytest.mark.nightly
def test_nothing_moves_under_the_pointer(desk: Open, worker: Field, shoot: Shoot) -> None:
    first = worker.report("E0110", words="指着的这一件")
    page = live(signed_in(desk(), "operator", path="/desk"))
    row(page, first).hover()
    before = row(page, first).bounding_box()
    come = [worker.report("E0699", words=f"新来的 {n}") for n in range(2)]
    waiting = page.get_by_role("button", name="2 条新变化")
    expect(waiting).to_be_visible()
    worker.act("remind", first["id"])
    page.wait_for_timeout(1_500)
    assert row(page, first).bounding_box() == before
    expect(row(page, come[0])).to_have_count(0)
    shoot(page, "desk-3-held")
    page.keyboard.press(".")
    expect(row(page, come[0])).to_be_visible()
    expect(waiting).to_have_count(0)

    # Ticks, a scrolled list and what is typed outlive a snapshot.
    row(page, come[1]).get_by_role("checkbox").check(force=True)
    page.get_by_role("searchbox", name="在队列里找").fill("新来的 ")
    expect(row(page, first)).to_have_count(0)
    with page.expect_response("**/api/live/snapshot"):
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)
    expect(page.get_by_role("searchbox", name="在队列里找")).to_have_value("新来的 ")
    expect(page.get_by_role("searchbox", name="在队列里找")).to_be_focused()
    expect(row(page, come[1]).get_by_role("checkbox")).to_be_checked()


@pytest.mark.nightly
def test_a_filter_is_a_link_and_can_be_given_a_name(desk: Open, worker: Field, shoot: Shoot) -> None:
    here = worker.report("E0110", words="链接里的这一件")
    page = live(signed_in(desk(), "operator", path="/desk"))
    page.get_by_role("button", name="筛选", exact=True).click()
    panel = page.get_by_role("group", name="筛选")
    panel.get_by_label("网格").fill("璜塘村第3网格")
    page.keyboard.press("Enter")
    panel.get_by_label("事项").fill("E01")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    panel.get_by_label("工作人员上报").check()
    shoot(page, "desk-4-filter")
    expect(page).to_have_url(re.compile(r"grid=320281104206003&matter=E01&source=staff"))
    page.get_by_role("searchbox", name="在队列里找").fill("链接里")
    expect(page.locator(".head")).to_contain_text("共 1 件")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="视图").click()
    page.get_by_role("button", name="保存现在的筛选").click()
    page.get_by_label("名称").fill("璜塘市容")
    page.get_by_label("本县值班人员都能看到").check()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("璜塘市容"))).to_be_visible()
    shoot(page, "desk-5-views")
    link = page.url
    page.get_by_role("button", name="视图").click()
    page.get_by_role("button", name="看全部").click()
    expect(page).to_have_url(re.compile(r"/desk#/$"))

    other = live(signed_in(desk(), "administrator", "徐霞客镇", path=link))
    expect(row(other, here)).to_be_visible()
    expect(other.locator(".head")).to_contain_text("共 1 件")
    other.get_by_role("button", name="看全部").click()
    other.get_by_role("button", name="视图").click()
    other.get_by_role("button", name=re.compile("璜塘市容.*指挥员")).click()
    expect(other).to_have_url(re.compile("source=staff"))
    expect(row(other, here)).to_be_visible()


@pytest.mark.nightly
def test_the_filtered_queue_is_taken_along_as_a_workbook(desk: Open, worker: Field, shoot: Shoot) -> None:
    case = worker.report("E0110", words="=要带走的一件")
    worker.report("E0110", words="留下的一件")
    page = live(signed_in(desk(), "operator", path="/desk#/?text=要带走的一件"))
    page.get_by_role("button", name="导出案件").click()
    dialog = page.get_by_role("dialog", name="导出案件")
    expect(dialog.get_by_text("共 1 件")).to_be_visible()
    dialog.get_by_role("button", name="开始导出").click()
    expect(dialog.get_by_text("1 件，")).to_be_visible(timeout=30_000)
    shoot(page, "desk-export")
    with page.expect_download() as begun:
        dialog.get_by_role("link", name="下载").click()
    assert begun.value.suggested_filename.endswith(".xlsx")
    titles, *rows = load_workbook(io.BytesIO(begun.value.path().read_bytes())).worksheets[0].iter_rows(values_only=True)
    (found,) = (dict(zip(titles, each, strict=True)) for each in rows)
    assert (found["案件编号"], found["情况说明"]) == (case["code"], "=要带走的一件")


@pytest.mark.nightly
def test_panels_and_the_look_are_remembered(desk: Open, shoot: Shoot) -> None:
    page = live(signed_in(desk(viewport={"width": 1920, "height": 1080}), "operator", path="/desk"))
    line = page.get_by_role("separator", name="调整队列宽度")
    before = int(line.get_attribute("aria-valuenow") or 0)
    line.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(line).to_have_attribute("aria-valuenow", str(before + 48))
    case_line = page.get_by_role("separator", name="调整案件宽度")
    box = case_line.bounding_box()
    assert box
    page.mouse.move(box["x"] + 3, 300)
    page.mouse.down()
    page.mouse.move(box["x"] - 97, 300, steps=4)
    page.mouse.up()
    wide = int(case_line.get_attribute("aria-valuenow") or 0)
    assert wide > 500
    page.keyboard.press("[")
    expect(page.get_by_role("region", name="案件队列")).to_be_hidden()
    page.get_by_role("button", name="明暗").click()
    page.get_by_role("menuitemradio", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    wait_for_map(page)
    shoot(page, "desk-6-folded-dark")

    page.add_init_script(
        "document.addEventListener('readystatechange', () => (window.__firstTheme ??= document.documentElement.dataset.theme))"
    )
    page.reload()
    live(page)
    assert page.evaluate("() => window.__firstTheme") == "dark", "no flash of the other one"
    expect(page.get_by_role("region", name="案件队列")).to_be_hidden()
    expect(page.get_by_role("separator", name="调整案件宽度")).to_have_attribute("aria-valuenow", str(wide))
    page.get_by_role("button", name="队列", exact=True).click()
    expect(page.get_by_role("separator", name="调整队列宽度")).to_have_attribute("aria-valuenow", str(before + 48))
    page.get_by_role("button", name="明暗").click()
    page.get_by_role("menuitemradio", name="跟随系统").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


COUNT_WHAT_RUNS = """
  window.__runs = { timers: new Set(), streams: new Set(), tones: 0 };
  const { setInterval: start, clearInterval: stop, EventSource: Stream } = window;
  window.setInterval = (...given) => { const id = start(...given); __runs.timers.add(id); return id };
  window.clearInterval = (id) => { __runs.timers.delete(id); stop(id) };
  window.EventSource = class extends Stream {
    constructor(...given) { super(...given); __runs.streams.add(this) }
    close() { __runs.streams.delete(this); super.close() }
  };
  const tone = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) { __runs.tones++; return tone.apply(this, given) };
"""
RUNNING = "() => [__runs.timers.size, __runs.streams.size]"


@pytest.mark.nightly
def test_the_screen_on_the_wall_has_no_chrome_and_leaves_nothing_running(
    desk: Open, worker: Field, loaded_town: Settings, shoot: Shoot
) -> None:
    late = worker.report("E0110", words="墙上要看到")
    overdue(loaded_town, late)
    page = desk(viewport={"width": 1920, "height": 1080}, color_scheme="dark")
    page.add_init_script(COUNT_WHAT_RUNS)
    signed_in(page, "operator", path="/desk#/?big=1")
    wall = page.get_by_role("main", name="大屏")
    expect(wall.locator(".fresh")).to_contain_text(LIVE)
    expect(page.locator("header.desk-header")).to_have_count(0)
    expect(page.locator(".queue")).to_have_count(0)
    expect(wall.get_by_text("暴露生活垃圾").first).to_be_visible()
    expect(wall.locator(".counts")).to_contain_text("超时")
    assert page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.big')).fontSize)") == 21
    wait_for_map(page)
    shoot(page, "desk-7-wall-dark")
    page.keyboard.press("Escape")
    live(page)
    wait_until(page, "() => document.querySelector('.big') === null")
    page.wait_for_timeout(1_500)
    still = page.evaluate(RUNNING)
    for _ in range(4):
        page.keyboard.press("b")
        expect(wall.locator(".fresh")).to_contain_text(LIVE)
        page.wait_for_timeout(200)
        page.keyboard.press("Escape")
        expect(wall).to_have_count(0)
    assert page.evaluate(RUNNING) == still
    assert still[1] == 1, "one stream, not one for each time"


@pytest.mark.nightly
def test_an_emergency_is_heard_and_seen_until_somebody_opens_it(desk: Open, worker: Field, shoot: Shoot) -> None:
    page = desk()
    page.add_init_script(COUNT_WHAT_RUNS)
    live(signed_in(page, "operator", path="/desk"))
    page.get_by_role("button", name="打开特急提示音").click()
    expect(page.get_by_role("button", name="关闭特急提示音")).to_be_visible()
    second = live(signed_in(desk(), "operator", path="/desk"))
    case = worker.report(EMERGENCY, words="路中间")
    assert case["severity"] == "emergency", case["severity"]
    bar = page.get_by_role("alert").filter(has_text="特急没有人看")
    expect(bar).to_be_visible()
    expect(page).to_have_title(re.compile("特急"))
    wait_until(page, "() => __runs.tones >= 4")
    expect(second.get_by_role("alert").filter(has_text="特急没有人看")).to_be_visible()
    shoot(page, "desk-8-emergency")
    bar.get_by_role("button", name="打开").click()
    expect(bar).to_have_count(0)
    expect(page.locator(".panel .code")).to_contain_text(case["code"])
    expect(second.get_by_role("alert").filter(has_text="特急没有人看")).to_have_count(0)
    heard = page.evaluate("() => __runs.tones")
    page.wait_for_timeout(3_000)
    assert page.evaluate("() => __runs.tones") == heard


@pytest.mark.nightly
def test_the_tour_is_offered_once_and_again_from_the_help_menu(desk: Open, shoot: Shoot) -> None:
    page = desk()
    page.add_init_script(
        "sessionStorage.getItem('greeted') ?? (localStorage.setItem('suozi.tour', ''), sessionStorage.setItem('greeted', '1'))"
    )
    signed_in(page, "operator", path="/desk")
    tour = page.get_by_role("dialog", name="引导")
    expect(tour).to_contain_text("第 1 步，共 6 步")
    wait_for_map(page)
    shoot(page, "desk-9-tour")
    for _ in range(3):
        page.keyboard.press("Enter")
    expect(tour).to_contain_text("第 4 步")
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    page.reload()
    live(page)
    page.wait_for_timeout(500)
    expect(tour).to_have_count(0)
    page.get_by_role("button", name="帮助").click()
    page.get_by_role("menuitem", name="看一遍引导").click()
    expect(tour).to_be_visible()
    tour.get_by_role("button", name="跳过").click()

    page.get_by_role("button", name=re.compile("^待派遣")).hover()
    expect(page.get_by_role("tooltip")).to_contain_text("等指挥中心派")
    shoot(page, "desk-10-tip")


@pytest.mark.parametrize("look", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_axe_finds_nothing_serious(desk: Open, worker: Field, look: str) -> None:
    worker.report("E0110", words="看得清")
    page = live(signed_in(desk(color_scheme=look), "operator", path="/desk"))
    wait_for_map(page)
    found = axe(page)
    page.get_by_role("button", name="筛选", exact=True).click()
    found += axe(page)
    page.locator(".queue-row").first.click()
    expect(page.locator(".panel .code")).to_be_visible()
    page.get_by_role("button", name="视图").click()
    found += axe(page)
    page.keyboard.press("s")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(page.get_by_role("main", name="大屏")).to_be_visible()
    wait_for_map(page)
    found += axe(page)
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)


# A server that dies ---------------------------------------------------------------------------------------------------


@pytest.fixture
def mortal(loaded_town: Settings, address: str) -> Iterator[Mortal]:
    """A second server over the same town: while it is dead, cases change at the first."""
    server = Mortal(loaded_town.model_copy(update={"run_worker": False}))
    yield server
    server.let_go()
    server.kill()


def says_lost_within(page: Page, seconds: float) -> float:
    """How long it took until the header said that the line is cut."""
    began = time.monotonic()
    expect(page.locator(".freshness .feed-lost")).to_be_visible(timeout=seconds * 1000)
    return time.monotonic() - began


@pytest.mark.nightly
def test_a_server_that_dies_or_falls_silent_costs_no_event_and_nothing_typed(
    browser: Browser, opened: list[BrowserContext], mortal: Mortal, worker: Field, field: SignIn, shoot: Shoot
) -> None:
    cases = [worker.report("E0110", words=f"断线前 {n}") for n in range(3)]
    page = _open(browser, opened, f"http://127.0.0.1:{mortal.port}", viewport={"width": 1440, "height": 900})
    live(signed_in(page, "operator", path=f"/desk#/cases/{cases[0]['id']}"))
    expect(page.locator(".panel .code")).to_contain_text(cases[0]["code"])
    since = {case["id"]: worker.case(case["id"])["version"] for case in cases}
    page.keyboard.press("s")
    words = page.get_by_role("dialog").get_by_role("textbox").last
    words.fill("打到一半的要求")

    squad = field("squad_leader", worker.case(cases[0]["id"])["squad"]["name"])
    mortal.kill()
    assert says_lost_within(page, 5.5) <= 5.5
    squad.act("acknowledge", cases[1]["id"])
    squad.act("acknowledge", cases[2]["id"])
    cases.append(worker.report("E0110", words="断线时来的"))
    since[cases[3]["id"]] = 0
    shoot(page, "desk-11-lost")
    mortal.start()
    squad.act("arrive", cases[1]["id"])
    live(page)
    expect(page.get_by_text("断开期间的变化已补齐")).to_be_visible()
    told_everything(page, worker, since)
    expect(words).to_have_value("打到一半的要求")

    mortal.hold()
    assert says_lost_within(page, 5.5) <= 5.5, "half open: nothing says that it is dead"
    squad.act("arrive", cases[2]["id"])
    squad.act("acknowledge", cases[3]["id"])
    mortal.let_go()
    live(page)
    told_everything(page, worker, since)
    expect(words).to_have_value("打到一半的要求")
    page.keyboard.press("Escape")
    for case in cases:
        expect(row(page, case)).to_contain_text("处置中" if case is not cases[0] else "待接单")


def told_everything(page: Page, reader: Field, since: dict[str, int]) -> None:
    """Ids and versions that the screen was told are those of the histories, from where its snapshot stood."""
    histories = {
        f"{case_id} {event['seq']}"
        for case_id, version in since.items()
        for event in reader.case(case_id)["events"]
        if event["seq"] > version
    }
    wait_until(page, "() => window.__suoziTold?.length > 0")
    for _ in range(60):
        lines = [line.split() for line in page.evaluate("() => window.__suoziTold")]
        told = {f"{case_id} {seq}" for case_id, seq in lines if case_id in since and int(seq) > since[case_id]}
        if histories <= told:
            break
        page.wait_for_timeout(100)
    assert told == histories
