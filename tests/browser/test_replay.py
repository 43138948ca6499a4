"""An operator looks at where people are and were: with a reason, honestly about gaps, by mouse and keys, and to take along."""

import asyncio
import math
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.database import make_engine, make_sessions
from backend.identifiers import new_id
from backend.main import create_app
from backend.patrols.deriving import days_due, derive_wanted
from backend.settings import Settings
from tests.backend.patrols.walking import said, walk
from tests.browser.cases import Field
from tests.browser.conftest import Open, Shoot, SignIn, signed_in, wait_for_map, wait_until
from tests.browser.pens import RECORD, drawn, longest
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import HUANGTANG_3, PLACES
from tests.served import served

MINUTE = timedelta(minutes=1)
GAP = (30, 50)
REASON = "居民来电核实"
clock = Clock(MONDAY_MORNING)


@pytest.fixture(scope="module")
def address(loaded_town: Settings) -> Iterator[str]:
    """The town on a Monday morning, whatever the hour is here. Without a worker, whose clock is another."""
    if not (loaded_town.web_dir / "index.html").is_file():
        pytest.fail("the pages are not built: run ./suozi test, which builds them")
    app = create_app(loaded_town.model_copy(update={"run_worker": False}))
    app.state.clock = clock
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def worker(field: SignIn, loaded_town: Settings) -> Field:
    """Walks half an hour, reports on the way, is not heard of for twenty minutes, walks on from elsewhere, and goes home."""
    worker = field("worker", "璜塘村第3网格")
    clock.at = MONDAY_MORNING
    worker.put("/api/track-consent", {"text_version": 1, "agreed": True})
    patrol = f"/api/patrols/{new_id()}"
    about: dict[str, Any] = {"revision": 1, "travel": "walk", "started_at": MONDAY_MORNING.isoformat()}
    worker.put(patrol, about)
    clock.at += 15 * MINUTE
    worker.report()
    clock.at += 60 * MINUTE
    for begins, count in ((0, GAP[0] * 12), (GAP[1], 240)):
        fixes = said(walk(count, begins=MONDAY_MORNING + begins * MINUTE, seed=begins))
        worker.put(f"{patrol}/fixes/{new_id()}", {"fixes": fixes})
    ended_at = MONDAY_MORNING + 70 * MINUTE
    worker.put(patrol, about | {"revision": 2, "ended_at": ended_at.isoformat()})
    work_out(loaded_town.database_url, clock.at)
    return worker


def work_out(database_url: str, at: datetime) -> None:
    """Derives what is due, as the worker would at that time."""

    async def derive() -> None:
        engine = make_engine(database_url)
        async with make_sessions(engine)() as session, session.begin():
            for wanted in await days_due(session, at):
                await derive_wanted(session, wanted, at)
        await engine.dispose()

    # In this thread the browser's loop is running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, derive()).result()


def operator(desk: Open, path: str) -> Page:
    """Signed in, with a record of what is drawn."""
    page = desk()
    page.add_init_script(RECORD)
    return signed_in(page, "operator", path=path)


def give_reason(page: Page) -> None:
    dialog = page.get_by_role("dialog", name="为什么要看")
    expect(dialog).to_contain_text("8 小时")
    expect(dialog.get_by_role("button", name="登记并查看")).to_be_disabled()
    dialog.get_by_text(REASON).click()
    dialog.get_by_role("button", name="登记并查看").click()
    expect(dialog).to_have_count(0)


def shown_time(page: Page) -> str:
    return page.locator("output.clock").inner_text()


def metres(page: Page) -> float:
    number, unit = re.match(r"([\d.]+) (k?m)", page.locator(".person-row .km").inner_text()).groups()  # type: ignore[union-attr]
    return float(number) * (1000 if unit == "km" else 1)


def test_a_day_is_played_by_mouse_and_keys_and_a_gap_is_no_travel(desk: Open, worker: Field, shoot: Shoot) -> None:
    page = operator(desk, "/desk#/patrols")
    page.get_by_role("button", name="查看", exact=True).click()
    give_reason(page)
    wait_for_map(page)
    page.get_by_role("button", name="全部人员").click()
    row = page.locator(".person-row")
    expect(row).to_contain_text("网格员 050")

    page.keyboard.press("Home")
    assert (shown_time(page), metres(page)) == ("09:30:00", 0)
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(page.get_by_role("button", name="600×")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(" ")
    expect(page.locator("output.clock")).not_to_have_text("09:30:00")
    wait_until(page, "() => document.querySelector('.person-row .km').textContent !== '0 m'")
    page.keyboard.press(" ")
    stopped_at = shown_time(page)
    page.wait_for_timeout(300)
    assert shown_time(page) == stopped_at > "09:30:00"

    page.keyboard.press("Home")
    expect(page.locator(".happenings")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    assert shown_time(page) == "09:31:00"
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert shown_time(page) == "09:51:00"
    expect(page.locator(".happenings img")).to_have_count(1)
    page.keyboard.press("Shift+ArrowRight")
    expect(row).to_contain_text("无信号")
    in_gap = metres(page)
    assert 1_500 < in_gap < 3_000
    page.keyboard.press("ArrowRight")
    assert metres(page) == in_gap
    shoot(page, "replay-gap")
    page.keyboard.press("s")
    assert "10:19:50" <= shown_time(page) <= "10:20:10", "stops skipped: on to where somebody moves again"
    page.keyboard.press("s")
    page.keyboard.press("End")
    assert metres(page) > in_gap + 900
    wait_for_map(page)
    # What is drawn as travel has legs of a few fixes, at most 0.003; the gap is 0.016 and dotted.
    assert 0 < longest(page, "walked", dotted=False) <= longest(page, "whole-day", "heads", dotted=False) < 0.005
    assert 0.012 < longest(page, "walked", dotted=True) < 0.02
    shoot(page, "replay-end")

    row.get_by_role("button").click()
    page.keyboard.press("f")
    expect(page.get_by_label("跟随")).to_be_checked()
    page.keyboard.press("Home")
    wait_until(page, r"() => /1[5-9]\.\d\d(%2F|\/)/.test(location.hash)")
    page.keyboard.press("Escape")
    expect(page.get_by_label("跟随")).to_have_count(0)


def point_of(page: Page, lng: float, lat: float) -> tuple[float, float]:
    """Where a place of the map is on the page."""
    x, y = page.evaluate(
        """at => {
          const { x, y } = __suoziMap.project(at), box = __suoziMap.getContainer().getBoundingClientRect()
          return [box.left + x, box.top + y]
        }""",
        [lng, lat],
    )
    return x, y


def metres_between(a: Sequence[float], b: Sequence[float]) -> float:
    return math.hypot((a[0] - b[0]) * 94_500, (a[1] - b[1]) * 111_000)


@pytest.mark.nightly
def test_whoever_and_whatever_stands_on_the_map_opens_by_a_click(desk: Open, worker: Field) -> None:
    fixes = walk(GAP[0] * 12, begins=MONDAY_MORNING)
    place = PLACES[HUANGTANG_3]
    link = f"/desk#/patrols?on=2026-11-23&t=09:40:00&x=10&map=15.00/{place[1] + 0.003}/{place[0] + 0.003}"
    page = operator(desk, link)
    give_reason(page)
    wait_for_map(page)
    page.get_by_role("button", name="全部人员").click()
    ten_minutes = (fixes[120].lng, fixes[120].lat)
    (head,) = [stamp for stamp in drawn(page, "heads")["stamps"] if stamp["width"] < 30]
    assert metres_between(head["at"], ten_minutes) < 15
    # There will be a case; it is not there yet.
    page.mouse.click(*point_of(page, *place))
    assert shown_time(page) == "09:40:00"
    expect(page.locator(".person-card")).to_have_count(0)
    x, y = point_of(page, *ten_minutes)
    page.mouse.move(x, y)
    assert page.evaluate("() => __suoziMap.getCanvas().style.cursor") == "pointer"
    page.mouse.move(x + 40, y + 40)
    assert page.evaluate("() => __suoziMap.getCanvas().style.cursor") == ""
    page.mouse.click(x, y)
    expect(page.locator(".person-card")).to_contain_text("网格员 050")
    page.keyboard.press("Escape")
    # While the map has the keys, arrows move it.
    page.locator("output.clock").click()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert shown_time(page) == "09:46:00"
    assert [stamp for stamp in drawn(page, "marks")["stamps"] if metres_between(stamp["at"], place) < 10]
    page.mouse.click(*point_of(page, *place))
    expect(page.locator("output.clock")).to_have_text("09:45:00")


@pytest.mark.nightly
def test_a_day_is_taken_along_and_the_worker_sees_who_looked(desk: Open, worker: Field) -> None:
    page = signed_in(desk(), "operator", path="/desk#/patrols?on=2026-11-23")
    give_reason(page)
    wait_for_map(page)
    expect(page.get_by_role("button", name="复制链接")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_contain_text("前后 10 分钟")
    page.keyboard.press("Escape")
    with page.expect_download() as picture:
        page.get_by_role("button", name="导出图片").click()
    assert picture.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.value.path().stat().st_size > 20_000
    for form, holds in (("GPX", b"<trkpt"), ("GeoJSON", b'"FeatureCollection"'), ("MF-JSON", b"MovingPoint")):
        with page.expect_download() as file:
            page.get_by_role("button", name=form, exact=True).click()
        assert holds in file.value.path().read_bytes(), form
    looks = worker.get("/api/my/looks")
    assert {(look["reason"], look["kind"]) for look in looks} == {(REASON, "replay"), (REASON, "export")}
    assert {look["by_name"] for look in looks} == {"指挥员 001"}


@pytest.mark.nightly
def test_a_link_restores_the_view_and_asks_the_reason_of_whoever_opens_it(desk: Open, worker: Field) -> None:
    path = "/desk#/patrols?on=2026-11-23&t=09:45:30&x=10&map=15.50/31.80600/120.37500"
    page = signed_in(desk(), "operator", path=path)
    give_reason(page)
    wait_for_map(page)
    assert shown_time(page) == "09:45:30"
    expect(page.get_by_role("button", name="10×", exact=True)).to_have_attribute("aria-pressed", "true")
    camera = page.evaluate("() => [__suoziMap.getZoom(), __suoziMap.getCenter().lng, __suoziMap.getCenter().lat]")
    assert camera == pytest.approx([15.5, 120.375, 31.806], abs=1e-4)
    page.keyboard.press("ArrowRight")
    wait_until(page, "() => decodeURIComponent(location.hash).includes('t=09:46:30')")
    page.reload()
    wait_for_map(page)
    # The same tab has its reason still.
    expect(page.locator("output.clock")).to_have_text("09:46:30")
    clock.at += timedelta(hours=8)
    page.reload()
    give_reason(page)
    expect(page.locator("output.clock")).to_have_text("09:46:30")
    clock.at -= timedelta(hours=8)


@pytest.mark.nightly
def test_an_administrator_keeps_the_rules_and_sees_coverage_but_nobody(desk: Open, worker: Field, shoot: Shoot) -> None:
    page = signed_in(desk(), "administrator", "江阴市", path="/desk")
    page.get_by_role("button", name="图层").click()
    page.get_by_role("checkbox", name=re.compile("^覆盖")).check()
    expect(page.locator(".coverage")).to_contain_text("80–100%")
    expect(page.get_by_role("checkbox", name=re.compile("^巡查人员"))).to_have_count(0)
    page.get_by_role("link", name="巡查", exact=True).click()
    expect(page.get_by_role("heading", name="全县巡查规定")).to_be_visible()
    expect(page.locator(".choice")).to_have_count(0)
    page.get_by_label("轨迹保存天数").fill("90")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".rules")).to_contain_text("已保存")
    expect(page.locator(".rules")).to_contain_text("第 1 版")
    shoot(page, "patrol-rules")


@pytest.mark.nightly
def test_people_on_patrol_are_on_the_map_with_the_age_of_their_position(
    desk: Open, field: SignIn, shoot: Shoot
) -> None:
    squad = field("worker", "马镇村第3网格")
    clock.at = MONDAY_MORNING + 80 * MINUTE
    squad.put("/api/track-consent", {"text_version": 1, "agreed": True})
    patrol = f"/api/patrols/{new_id()}"
    about: dict[str, Any] = {"revision": 1, "travel": "walk", "started_at": clock.at.isoformat()}
    squad.put(patrol, about)
    page = signed_in(desk(), "operator", path="/desk")
    page.get_by_role("button", name="图层").click()
    page.get_by_role("checkbox", name=re.compile("^巡查人员")).check()
    give_reason(page)
    listed = page.locator(".live-people li")
    expect(listed).to_contain_text("还没有收到位置")
    squad.put(f"{patrol}/fixes/{new_id()}", {"fixes": said(walk(10, begins=clock.at, at="320281104209003"))})
    expect(listed).to_contain_text("刚刚")
    listed.get_by_role("button").click()
    wait_for_map(page)
    wait_until(page, "() => __suoziMap.queryRenderedFeatures({layers: ['patrol-people']}).length === 1")
    shoot(page, "live-people")
    squad.put(patrol, about | {"revision": 2, "ended_at": (clock.at + MINUTE).isoformat()})
    expect(page.locator(".live-people")).to_contain_text("现在没有人在巡查")
