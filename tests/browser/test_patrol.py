"""A patrol on the phone: consent, a walk, no signal, an app that is killed, and what arrives of it in the end.

Intervals run ten times as fast as in the field: a position each half second, a batch each six, and nothing is fresh after six.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import psycopg
import pytest
from playwright.sync_api import APIRequestContext, BrowserContext, Error, Page, expect

from backend.clock import SHANGHAI, local_date
from backend.identifiers import new_id
from backend.settings import Settings
from tests.backend.patrols.walking import said
from tests.backend.patrols.walking import walk as walk_of
from tests.browser.conftest import Open, Shoot, sign_in, signed_in, wait_for_map, wait_until
from tests.people import HUANGTANG_3, PLACES

WORKER = "璜塘村第3网格"
OTHER_WORKER = "马镇村第3网格"
THIRD_WORKER = "徐霞客村第3网格"
FASTER = "localStorage.setItem('suozi.patrol_faster', '10')"
STEP = 10 / 111_200

RECORDING = "正在记录位置"


@pytest.fixture(scope="module", autouse=True)
def at_any_hour(loaded_town: Settings) -> None:
    """These stories are told whenever the tests run; the county's hours are the subject of others."""
    with town(loaded_town) as connection:
        connection.execute(
            "INSERT INTO patrol_rules (county, version, starts, ends, fixes_days, track_days)"
            " VALUES ('320281', 1, '00:00', '00:00', 30, 180)"
        )


@contextmanager
def town(settings: Settings) -> Iterator[psycopg.Connection]:
    url = settings.database_url
    assert url is not None
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True) as connection:
        yield connection


@pytest.fixture
def kept(loaded_town: Settings) -> "Kept":
    return Kept(loaded_town)


class Kept:
    """What the town's database has of the last patrol that was begun."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def _one(self, sql: str) -> Any:
        with town(self._settings) as connection:
            row = connection.execute(sql).fetchone()
        return row and row[0]

    def patrols(self) -> int:
        return int(self._one("SELECT count(*) FROM patrol"))

    def fixes(self) -> int:
        return int(self._one(f"SELECT coalesce(sum(fixes), 0) FROM fix_batch WHERE patrol_id = ({LAST})"))

    def hidden_s(self) -> list[float]:
        """How long each hidden span lasted, in seconds; an open one is none."""
        spans = self._one(f"SELECT hidden FROM patrol WHERE id = ({LAST})")
        return [(end - start) / 1000 for start, end in spans if end is not None]

    def ended_by(self) -> str | None:
        ended_by: str | None = self._one(f"SELECT ended_by FROM patrol WHERE id = ({LAST})")
        return ended_by


LAST = "SELECT id FROM patrol ORDER BY received_at DESC, started_at DESC LIMIT 1"


def fast(page: Page) -> Page:
    page.context.add_init_script(FASTER)
    return page


def patrol_page(phone: Open, **more: Any) -> Page:
    return signed_in(fast(phone(**more)), "worker", WORKER, "/patrol")


def stand(page: Page) -> None:
    """A position of this moment: the browser's own stand-in stamps one with the time at which it was set."""
    lng, lat = PLACES[HUANGTANG_3]
    page.context.set_geolocation({"longitude": lng, "latitude": lat, "accuracy": 12})


def agree(page: Page) -> None:
    stand(page)
    page.get_by_role("button", name="同意并开始").click()
    expect(page.get_by_text(RECORDING)).to_be_visible()


def start(page: Page) -> None:
    """A patrol, whether or not the person has agreed in an earlier story."""
    stand(page)
    page.get_by_role("button", name=re.compile("^(同意并开始|开始巡查)$")).click()
    expect(page.get_by_text(RECORDING)).to_be_visible()


def walk(context: BrowserContext, page: Page, steps: int, begin: int = 0) -> None:
    """Ten metres north each half second."""
    lng, lat = PLACES[HUANGTANG_3]
    for step in range(begin, begin + steps):
        context.set_geolocation({"longitude": lng, "latitude": lat + step * STEP, "accuracy": 9})
        page.wait_for_timeout(500)


def end(page: Page) -> None:
    page.get_by_role("button", name="结束", exact=True).click()
    page.get_by_role("button", name="结束巡查").click()
    expect(page.get_by_text("巡查已结束")).to_be_visible()


def stored(page: Page) -> dict[str, int]:
    """What this phone has of its patrol: recorded so far, and arrived of that."""
    counts: dict[str, int] = page.evaluate(
        """() => new Promise((done) => {
          const open = indexedDB.open('suozi-patrols')
          open.onsuccess = () => {
            const all = open.result.transaction('patrols').objectStore('patrols').getAll()
            all.onsuccess = () => {
              open.result.close()
              done(all.result.at(-1) ?? { recorded: 0, arrived: 0 })
            }
          }
        })"""
    )
    return counts


def seen(page: Page, state: str) -> None:
    """The browser of the tests never hides a page by itself."""
    page.evaluate(
        """(state) => {
          Object.defineProperty(document, 'visibilityState', { get: () => state, configurable: true })
          document.dispatchEvent(new Event('visibilitychange'))
        }""",
        state,
    )


def kill(page: Page) -> None:
    """The system takes the page's process away; nothing of it runs any more."""
    with pytest.raises(Error):
        page.goto("chrome://crash")
    page.close()


def test_a_patrol_survives_no_signal_and_a_killed_app(phone: Open, kept: Kept, shoot: Shoot) -> None:
    first = signed_in(fast(phone(service_workers="allow")), "worker", WORKER)
    context = first.context
    wait_until(first, "() => !!navigator.serviceWorker.controller")
    first.get_by_role("link", name=re.compile("巡查.*未开始")).click()
    expect(first.get_by_text("逐个位置保存 30 天，整理出的轨迹保存 180 天", exact=False)).to_be_visible()
    shoot(first, "patrol-1-consent")
    agree(first)
    walk(context, first, 6)
    shoot(first, "patrol-2-recording")
    wait_until(first, "() => document.querySelector('.running-counts')?.innerText.includes('误差 9 m')")

    context.set_offline(True)
    walk(context, first, 6, 6)
    expect(first.get_by_text("没有信号，已存手机", exact=False)).to_be_visible()
    shoot(first, "patrol-3-offline")
    before = stored(first)
    assert before["recorded"] > before["arrived"]
    kill(first)

    again = context.new_page()
    again.wait_for_timeout(3_500)
    again.goto("/patrol")
    expect(again.get_by_text(RECORDING)).to_be_visible()
    expect(again.get_by_text("上次中断", exact=False)).to_be_visible()
    shoot(again, "patrol-4-resumed")
    walk(context, again, 4, 12)
    assert stored(again)["recorded"] > before["recorded"]
    assert kept.fixes() < before["recorded"]

    context.set_offline(False)
    walk(context, again, 2, 16)
    end(again)
    expect(again.get_by_text(re.compile(r"个位置全部送达"))).to_be_visible()
    shoot(again, "patrol-5-ended")
    counts = stored(again)
    assert counts["arrived"] == counts["recorded"] == kept.fixes()
    (gap_s,) = kept.hidden_s()
    assert gap_s > 3
    assert kept.ended_by() == "staff"


@pytest.mark.nightly
def test_a_hidden_page_writes_a_gap_and_a_pause_records_nothing(phone: Open, kept: Kept, shoot: Shoot) -> None:
    page = patrol_page(phone)
    start(page)
    walk(page.context, page, 3)
    seen(page, "hidden")
    page.wait_for_timeout(300)
    before = stored(page)["recorded"]
    walk(page.context, page, 7, 3)
    assert stored(page)["recorded"] == before
    seen(page, "visible")
    expect(page.get_by_text("上次中断", exact=False)).to_be_visible()
    walk(page.context, page, 2, 10)
    assert stored(page)["recorded"] > before

    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_text("暂停期间不记录位置", exact=False)).to_be_visible()
    shoot(page, "patrol-6-paused")
    before = stored(page)["recorded"]
    walk(page.context, page, 2, 12)
    assert stored(page)["recorded"] == before
    page.get_by_role("button", name="继续巡查").click()
    walk(page.context, page, 2, 14)
    end(page)
    expect(page.get_by_text(re.compile("个位置全部送达"))).to_be_visible()
    (gap_s,) = kept.hidden_s()
    assert gap_s == pytest.approx(3.8, abs=1.5)
    assert kept.fixes() == stored(page)["recorded"]


@pytest.mark.nightly
def test_a_patrol_begins_without_a_signal_by_what_the_phone_was_told(phone: Open, kept: Kept) -> None:
    page = patrol_page(phone)
    assert page.request.put("/api/track-consent", data={"text_version": 1, "agreed": True}).ok
    page.reload()
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    begun = kept.patrols()
    page.context.route("**/api/**", lambda route: route.abort("connectionreset"))
    page.reload()
    start(page)
    walk(page.context, page, 3)
    assert kept.patrols() == begun
    page.context.unroute("**/api/**")
    end(page)
    expect(page.get_by_text(re.compile("个位置全部送达"))).to_be_visible()
    assert kept.patrols() == begun + 1
    assert kept.fixes() == stored(page)["recorded"] > 0


@pytest.mark.nightly
def test_a_phone_without_room_says_so_at_once(phone: Open) -> None:
    page = patrol_page(phone)
    start(page)
    page.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') } }"
    )
    walk(page.context, page, 2)
    expect(page.get_by_text("手机存不下了，刚才的位置没有记下来", exact=False)).to_be_visible()
    expect(page.get_by_text("现在记录不到位置")).to_be_visible()


def test_without_permission_nothing_pretends_to_record(phone: Open, shoot: Shoot) -> None:
    page = fast(phone())
    page.context.clear_permissions()
    signed_in(page, "worker", WORKER, "/patrol")
    page.get_by_role("button", name=re.compile("^(同意并开始|开始巡查)$")).click()
    expect(page.get_by_text("还没有定到位置")).to_be_visible()
    expect(page.get_by_text("没有定位权限，什么都没有记下来")).to_be_visible()
    shoot(page, "patrol-7-no-permission")
    page.get_by_role("button", name="仍然开始").click()
    expect(page.get_by_text("现在记录不到位置")).to_be_visible()
    expect(page.get_by_text(RECORDING)).to_have_count(0)
    shoot(page, "patrol-8-started-without")

    page.context.grant_permissions(["geolocation"])
    stand(page)
    page.get_by_role("button", name="再试一次").click()
    expect(page.get_by_text(RECORDING)).to_be_visible()
    end(page)


@pytest.mark.nightly
def test_positions_too_coarse_are_said_to_be_so(phone: Open, shoot: Shoot) -> None:
    page = patrol_page(phone)
    start(page)
    lng, lat = PLACES[HUANGTANG_3]
    page.context.set_geolocation({"longitude": lng, "latitude": lat + STEP, "accuracy": 1400})
    expect(page.get_by_text("位置太粗，误差 1.4 km")).to_be_visible()
    shoot(page, "patrol-9-coarse")
    end(page)


@pytest.mark.nightly
def test_the_next_person_on_the_phone_sees_and_sends_nothing_of_it(phone: Open, kept: Kept) -> None:
    page = patrol_page(phone)
    start(page)
    context = page.context
    context.route("**/api/patrols/**", lambda route: route.abort("connectionreset"))
    walk(context, page, 3)
    recorded = stored(page)["recorded"]
    begun = kept.patrols()

    page.goto("/me")
    expect(page.locator(".patrol-strip")).to_be_visible()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_text("退出后就不再记录位置")).to_be_visible()
    page.get_by_role("button", name="仍要退出").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    context.unroute("**/api/patrols/**")
    sent: list[str] = []
    context.on("request", lambda request: sent.append(request.url) if "/api/patrols/" in request.url else None)
    sign_in(page.request, "worker", OTHER_WORKER)
    page.goto("/")
    expect(page.get_by_role("link", name=re.compile("巡查.*未开始"))).to_be_visible()
    walk(context, page, 7, 3)
    assert stored(page)["recorded"] == recorded
    page.goto("/patrol")
    expect(page.get_by_role("button", name="同意并开始")).to_be_visible()
    assert sent == []
    assert kept.patrols() == begun

    # Back to the first: theirs alone, with the time in between as a gap.
    sign_in(page.request, "worker", WORKER)
    page.goto("/patrol")
    expect(page.get_by_text("上次中断", exact=False)).to_be_visible()
    end(page)
    expect(page.get_by_text(re.compile("个位置全部送达"))).to_be_visible()
    assert kept.fixes() == stored(page)["recorded"] >= recorded
    assert max(kept.hidden_s()) > timedelta(seconds=3).total_seconds()


def walked_yesterday(page: Page) -> str:
    """Ten minutes of a walk, a stay of six, nothing for twenty, five minutes more; the day."""
    begins = datetime.combine(local_date(datetime.now(UTC)) - timedelta(days=1), time(10), SHANGHAI)
    first = walk_of(120, begins=begins)
    here = first[-1]
    stay = [replace(here, at=here.at + timedelta(seconds=30 * n), speed_mps=0.0) for n in range(1, 13)]
    second = walk_of(60, begins=begins + timedelta(minutes=36), seed=4)
    patrol = f"/api/patrols/{new_id()}"
    hidden = {"from_at": stay[-1].at.isoformat(), "to_at": second[0].at.isoformat()}
    body = {"revision": 1, "travel": "walk", "started_at": begins.isoformat()}
    body |= {"ended_at": (begins + timedelta(minutes=42)).isoformat(), "hidden": [hidden]}
    assert page.request.put("/api/track-consent", data={"text_version": 1, "agreed": True}).ok
    assert page.request.put(patrol, data=body).ok
    taken = page.request.put(f"{patrol}/fixes/{new_id()}", data={"fixes": said([*first, *stay, *second])})
    assert taken.json()["stored"] == 192
    return begins.date().isoformat()


def looked_at(request: APIRequestContext, day: str) -> None:
    look = f"{new_id()}"
    body = {"kind": "replay", "reason": "居民来电询问巡查情况", "on_day": day}
    assert request.put(f"/api/track-looks/{look}", data=body).ok
    assert request.get(f"/api/replays/{look}").ok


@pytest.mark.nightly
def test_my_own_day_is_mine_to_see_export_and_object_to(phone: Open, desk: Open, shoot: Shoot) -> None:
    page = signed_in(phone(), "worker", THIRD_WORKER)
    day = walked_yesterday(page)
    operator = desk()
    sign_in(operator.request, "operator", "")
    page.request.get(f"/api/my/days/{day}")
    looked_at(operator.request, day)

    page.goto("/patrol")
    page.get_by_role("link", name="我的轨迹").click()
    expect(page.get_by_text("理由：居民来电询问巡查情况")).to_be_visible()
    expect(page.get_by_text("指挥员 001")).to_be_visible()
    shoot(page, "tracks-1-days")
    page.get_by_role("link", name=re.compile("10:00–10:42")).click()
    expect(page.get_by_text(re.compile(r"没有记录的时间 1 段"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"10:1\d–10:36 网页不在屏幕上"))).to_be_visible()
    wait_for_map(page)
    drawn = page.evaluate(
        "() => window.__suoziMap.querySourceFeatures('own-track').map((feature) => feature.properties.kind)"
    )
    assert {"run", "gap", "stay", "start", "end"} <= set(drawn)
    shoot(page, "tracks-2-day")

    with page.expect_download() as download:
        page.get_by_role("link", name="GPX", exact=True).click()
    assert download.value.path().read_text(encoding="utf-8").startswith("<?xml")

    page.get_by_role("button", name="对这一天有异议").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("textbox").fill("十点一刻之后我在村委会开会")
    sheet.get_by_role("button", name="提交").click()
    expect(page.get_by_text("等待答复")).to_be_visible()
    (objection,) = page.request.get(f"/api/my/days/{day}").json()["objections"]
    assert objection["words"] == "十点一刻之后我在村委会开会"
