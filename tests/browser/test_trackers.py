"""A tracker app beside the phone's page: set up by its owner, heard within a patrol, switched off; and at the desk."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import psycopg
import pytest
from playwright.sync_api import Page, expect

from backend.settings import Settings
from tests.browser.conftest import Open, Shoot, signed_in
from tests.people import HUANGTANG_3, PLACES

WORKER = "璜塘村第3网格"


@pytest.fixture(scope="module", autouse=True)
def at_any_hour(loaded_town: Settings) -> None:
    """These stories are told whenever the tests run; the county's hours are the subject of others."""
    assert loaded_town.database_url
    url = loaded_town.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO patrol_rules (county, version, starts, ends, fixes_days, track_days)"
            " VALUES ('320281', 1, '00:00', '00:00', 30, 180) ON CONFLICT DO NOTHING"
        )


def patrol(page: Page) -> None:
    """A patrol of theirs runs; how one is begun on the phone is told in test_patrol."""
    agreed = page.request.put("/api/track-consent", data={"text_version": 1, "agreed": True})
    assert agreed.ok, agreed.text()
    body = {"revision": 1, "travel": "walk", "started_at": datetime.now(UTC).isoformat()}
    begun = page.request.put(f"/api/patrols/{uuid4()}", data=body)
    assert begun.ok, begun.text()


def send(address: str) -> httpx.Response:
    """What OsmAnd makes of the line that was typed into it, from a phone with two thirds of its battery."""
    lng, lat = PLACES[HUANGTANG_3]
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    said = {"{0}": lat, "{1}": lng, "{2}": now_ms, "{3}": 5.0, "{4}": 4.0, "{6}": 90.0}
    for blank, value in said.items():
        address = address.replace(blank, str(value))
    return httpx.get(address + "&batt=66", trust_env=False)


def come_back(page: Page) -> None:
    """From the app: the page reads at once what it reads every few seconds."""
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.nightly
def test_an_app_is_set_up_heard_and_switched_off(phone: Open, shoot: Shoot) -> None:
    page = signed_in(phone(), "worker", WORKER, "/me")
    page.get_by_role("link", name="我的定位 App").click()
    expect(page.get_by_text("还没有定位 App")).to_be_visible()
    expect(page.get_by_text("不保存，谁也看不到", exact=False)).to_be_visible()
    shoot(page, "trackers-1-none")

    page.get_by_role("button", name="新建").click()
    page.get_by_role("radio", name=re.compile("^OsmAnd")).check()
    page.get_by_label("起个名字").fill("工作手机")
    page.get_by_role("button", name="新建").click()
    expect(page.get_by_text("等 App 第一次联系")).to_be_visible()
    address = page.get_by_role("region", name="OsmAnd").locator("output").inner_text()
    assert "/in/osmand/" in address

    # Neither leaving nor starting the page anew loses what is shown only once.
    page.get_by_role("button", name="返回").click()
    page.reload()
    page.get_by_role("link", name="「工作手机」还没设置好").click()
    expect(page.get_by_role("region", name="OsmAnd").locator("output")).to_have_text(address)

    # Off patrol it is heard, and nothing is kept.
    assert send(address).status_code == 200
    come_back(page)
    expect(page.get_by_text(re.compile("已接通，.*联系过"))).to_be_visible()
    page.get_by_role("button", name="我已设置好").click()
    row = page.get_by_role("listitem").filter(has_text="工作手机")
    expect(row).to_contain_text("最近一次联系刚刚最近位置还没有电量66%")
    expect(row).to_contain_text("保存 0 个 · 不在巡查中、没有保存 1 个")
    assert address not in page.content()

    patrol(page)
    assert send(address).status_code == 200
    come_back(page)
    expect(row).to_contain_text("最近位置刚刚")
    expect(row).to_contain_text("保存 1 个")
    shoot(page, "trackers-2-heard")

    row.get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")
    expect(page.get_by_text("已停用「工作手机」", exact=False)).to_be_visible()
    assert send(address).status_code == 404
    shoot(page, "trackers-3-off")


@pytest.mark.nightly
def test_a_tap_is_taken_back_and_the_desk_switches_off(phone: Open, desk: Open, shoot: Shoot) -> None:
    page = signed_in(phone(hold_ms=10_000), "worker", WORKER, "/trackers/new")
    page.get_by_role("button", name="新建").click()
    opens = page.get_by_role("link", name="打开 Traccar Client")
    expect(opens).to_have_attribute("href", re.compile("^org.traccar.client://"))
    page.get_by_text("用另一部手机扫码").click()
    expect(page.get_by_alt_text("Traccar Client 的设置二维码")).to_be_visible()
    page.get_by_role("button", name="我已设置好").click()

    row = page.get_by_role("listitem").filter(has_text="我的安卓手机")
    row.get_by_role("button", name="停用").click()
    expect(row).to_contain_text("马上停用")
    page.get_by_role("button", name="撤销").click()
    expect(row).to_contain_text("等待第一次联系")

    me = page.request.get("/api/me").json()["id"]
    at_desk = signed_in(desk(), "administrator", path=f"/desk#/staff/{me}")
    theirs = at_desk.get_by_role("listitem").filter(has_text="我的安卓手机")
    theirs.get_by_role("button", name="停用").click()
    shoot(at_desk, "trackers-4-desk")
    at_desk.get_by_role("button", name="确认停用").click()
    expect(theirs).to_contain_text("已停用")
    come_back(page)
    expect(row).to_contain_text("已停用")
    expect(row.get_by_role("button", name="停用")).to_have_count(0)
