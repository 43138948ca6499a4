"""The map of the command centre: a case dragged onto a squad, a lasso and what lies in it, search, layers that are remembered,
and a base map from another machine."""

import io
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from backend.main import create_app
from backend.settings import BaseMap, Settings
from tests.browser.cases import Field
from tests.browser.conftest import Open, Shoot, SignIn, _open, signed_in, wait_for_map, wait_until
from tests.browser.test_command_desk import axe
from tests.people import HUANGTANG_3, PLACES
from tests.served import served

WAITS = "E0699"
HUANGTANG_4 = "320281104206004"
WIDE = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def worker(field: SignIn) -> Field:
    return field("worker", "璜塘村第3网格")


def opened(page: Page, path: str = "/desk", size: dict[str, int] | None = None) -> Page:
    if size:
        page.set_viewport_size(size)  # type: ignore[arg-type]
    signed_in(page, "operator", path=path)
    expect(page.locator(".freshness").get_by_text("实时", exact=True)).to_be_visible()
    wait_for_map(page)
    return page


def look_at(page: Page, grid: str, zoom: float) -> None:
    lng, lat = PLACES[grid]
    page.evaluate("([lng, lat, zoom]) => window.__suoziMap.jumpTo({ center: [lng, lat], zoom })", [lng, lat, zoom])
    wait_for_map(page)


def on_screen(page: Page, lng: float, lat: float) -> tuple[float, float]:
    box = page.locator(".command-map canvas.maplibregl-canvas").bounding_box()
    x, y = page.evaluate("([lng, lat]) => Object.values(window.__suoziMap.project([lng, lat]))", [lng, lat])
    assert box
    return box["x"] + x, box["y"] + y


def drawn(page: Page, layer: str) -> list[dict[str, Any]]:
    """What the map has drawn of a layer, with where it is on the screen."""
    found: list[dict[str, Any]] = page.evaluate(
        """(layer) => window.__suoziMap.queryRenderedFeatures({ layers: [layer] })
            .map((f) => ({ ...f.properties, at: f.geometry.coordinates }))""",
        layer,
    )
    return found


def wait_for_mark(page: Page, case: dict[str, Any]) -> tuple[float, float]:
    """Where the case stands alone on the map."""
    wait_until(
        page,
        "() => window.__suoziMap.queryRenderedFeatures({ layers: ['case-marks'] })"
        f".some((f) => f.properties.id === '{case['id']}')",
    )
    mark = next(mark for mark in drawn(page, "case-marks") if mark["id"] == case["id"])
    return on_screen(page, *mark["at"])


def middle_of(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def squad(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name="派给谁").get_by_role("button", name=re.compile(name))


@pytest.mark.nightly
def test_a_waiting_case_is_dragged_from_the_map_and_from_the_queue_onto_a_squad(
    desk: Open, worker: Field, shoot: Shoot
) -> None:
    lng, lat = PLACES[HUANGTANG_3]
    cases = [
        worker.report(WAITS, words=words, place={"lng": lng + dx, "lat": lat, "accuracy_m": 9.0, "source": "gps"})
        for dx, words in ((0, "路边无主的旧沙发"), (0.0012, "桥下堆着旧轮胎"))
    ]
    page = opened(desk())
    look_at(page, HUANGTANG_3, 16.8)
    page.mouse.move(*wait_for_mark(page, cases[0]))
    page.mouse.down()
    page.mouse.move(700, 420, steps=4)
    target = squad(page, "综合执法二中队")
    expect(target).to_be_visible()
    page.mouse.move(*middle_of(target), steps=6)
    expect(target).to_have_class(re.compile("over"))
    shoot(page, "map-1-drag")
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", checked=True)).to_have_value("xxk-squad-2")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".panel .clock-line")).to_contain_text("待接单")
    assert worker.case(cases[0]["id"])["squad"]["name"] == "综合执法二中队"

    # The other, from its row; to whom it can be given is on the map as soon as it is open.
    row = (
        page.get_by_role("button", name=re.compile("待派遣.*"))
        .locator("xpath=ancestor-or-self::button")
        .filter(has_text="璜塘村第3网格")
    )
    row.first.click()
    expect(page.locator(".panel .code")).to_contain_text(cases[1]["code"])
    target = squad(page, "综合执法一中队")
    expect(target).to_contain_text("手上")
    shoot(page, "map-2-candidates")
    assert axe(page) == []
    row.first.drag_to(target)
    expect(dialog.get_by_role("radio", checked=True)).to_have_value("xxk-squad-1")
    dialog.get_by_role("button", name="取消").click()

    # And by keys alone.
    target.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("radio", checked=True)).to_have_value("xxk-squad-1")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert worker.case(cases[1]["id"])["squad"]["name"] == "综合执法一中队"


@pytest.mark.nightly
def test_a_lasso_lists_what_is_inside_and_gives_it_to_a_squad(desk: Open, worker: Field, shoot: Shoot) -> None:
    lng, lat = PLACES[HUANGTANG_4]
    place = {"lng": lng, "lat": lat, "accuracy_m": 9.0, "source": "gps"}
    cases = [worker.report("E0110", words=f"第 {n} 堆", place=place | {"lng": lng + n * 0.0002}) for n in range(4)]
    page = opened(desk(), size=WIDE)
    look_at(page, HUANGTANG_4, 15.5)
    wait_until(page, "() => window.__suoziMap.queryRenderedFeatures({ layers: ['case-clusters'] }).length > 0")
    shoot(page, "map-3-clusters")

    x, y = on_screen(page, lng + 0.0003, lat)
    page.keyboard.press("o")
    page.mouse.move(x - 90, y - 70)
    page.mouse.down()
    for dx, dy in ((90, -80), (110, 60), (0, 100), (-100, 60)):
        page.mouse.move(x + dx, y + dy, steps=8)
    shoot(page, "map-4-lasso")
    page.mouse.up()
    inside = page.get_by_role("complementary", name="圈内")
    expect(inside.get_by_role("heading")).to_contain_text("4 件")
    expect(inside.get_by_role("checkbox")).to_have_count(4)
    inside.get_by_role("checkbox", name=f"选中 {cases[3]['code']}").uncheck()
    shoot(page, "map-5-inside")
    assert axe(page) == []
    inside.get_by_role("button", name="派给…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("综合执法三中队", exact=True).click()
    dialog.get_by_role("textbox").fill("一起清")
    dialog.get_by_role("button", name="派出 3 件").click()
    expect(dialog.get_by_text("完成 3 件，没有做成 0 件")).to_be_visible()
    dialog.get_by_role("button", name="关闭").last.click()
    assert [worker.case(case["id"])["squad"]["name"] for case in cases[:3]] == ["综合执法三中队"] * 3
    assert worker.case(cases[3]["id"])["squad"]["name"] != "综合执法三中队"

    page.keyboard.press("Escape")
    expect(inside).to_have_count(0)
    # A cluster is its own list.
    cluster = next(cluster for cluster in drawn(page, "case-clusters") if cluster["n"] >= 2)
    page.mouse.click(*on_screen(page, *cluster["at"]))
    here = page.get_by_role("complementary", name="这一处")
    expect(here.get_by_role("heading")).to_contain_text(f"{cluster['n']} 件")
    shoot(page, "map-6-cluster")
    page.keyboard.press("Escape")

    page.keyboard.press("d")
    expect(page.get_by_text("逐点点击，双击结束")).to_be_visible()
    page.mouse.click(x, y)
    page.mouse.click(x + 200, y)
    page.mouse.click(x + 200, y + 150)
    page.mouse.dblclick(x, y + 150)
    expect(page.get_by_text(re.compile("长 .* m · 围合面积"))).to_be_visible()
    shoot(page, "map-7-measure")
    page.keyboard.press("Escape")
    expect(page.get_by_text(re.compile("围合面积"))).to_have_count(0)


@pytest.mark.nightly
def test_the_search_box_finds_each_kind_and_goes_there(desk: Open, worker: Field, shoot: Shoot) -> None:
    case = worker.report("E0110", words="老戏台西墙根有碎砖")
    page = opened(desk())
    box = page.get_by_role("combobox").first

    def search(typed: str) -> Locator:
        page.keyboard.press("/")
        box.fill(typed)
        return page.get_by_role("listbox")

    hits = search("戏台西")
    expect(hits.get_by_role("option").first).to_contain_text(case["code"])
    shoot(page, "map-8-search")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .code")).to_contain_text(case["code"])
    page.keyboard.press("Escape")
    expect(search(case["code"][-4:]).get_by_role("option").first).to_contain_text(case["code"])

    before = page.evaluate("() => window.__suoziMap.getCenter().lng")
    search("峭岐医院").get_by_role("group", name="地点").get_by_role("option").first.click()
    wait_until(page, f"() => Math.abs(window.__suoziMap.getCenter().lng - {before}) > 0.001")

    hits = search("综合执法")
    expect(hits.get_by_role("group", name="队伍").get_by_role("option").first).to_be_visible()
    shoot(page, "map-9-search-groups")
    hits.get_by_role("group", name="队伍").get_by_role("option").first.click()
    expect(page.get_by_role("complementary", name=re.compile("综合执法"))).to_contain_text("看它的案件")
    search("blshlj").get_by_role("group", name="事项").get_by_role("option").first.click()
    expect(page).to_have_url(re.compile("matter=E0110"))
    search("网格员 003").get_by_role("group", name="人员").get_by_role("option").first.click()
    expect(page).to_have_url(re.compile("#/staff/"))


@pytest.mark.nightly
def test_layers_are_remembered(desk: Open, worker: Field, shoot: Shoot) -> None:
    worker.report("E0110")
    page = opened(desk(color_scheme="dark"), size=WIDE)
    page.keyboard.press("v")
    panel = page.get_by_role("region", name="图层")
    expect(panel.get_by_role("checkbox", name="案件")).to_be_focused()
    panel.get_by_role("checkbox", name="案发热力").check()
    panel.get_by_text("近 90 天").click()
    panel.get_by_role("checkbox", name="队伍").check()
    panel.get_by_role("checkbox", name=re.compile("^网格")).uncheck()
    wait_until(page, "() => window.__suoziMap.getLayer('case-heat') && window.__suoziMap.areTilesLoaded()")
    expect(panel.get_by_text(re.compile("数据至")).first).to_be_visible()
    shoot(page, "map-10-layers-dark")
    assert axe(page) == []

    page.reload()
    wait_for_map(page)
    page.keyboard.press("v")
    expect(panel.get_by_role("radio", name="近 90 天")).to_be_checked()
    expect(panel.get_by_role("checkbox", name=re.compile("^网格"))).not_to_be_checked()
    assert page.evaluate("() => window.__suoziMap.getLayoutProperty('village-line', 'visibility')") == "none"
    wait_until(page, "() => !!window.__suoziMap.getLayer('case-heat')")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


# A base map from another machine


@pytest.fixture
def tile_server() -> Iterator[tuple[str, list[str]]]:
    """Somebody's tiles, all of one colour; its address, and what was asked of it."""
    picture = io.BytesIO()
    Image.new("RGB", (256, 256), "#9fbf8f").save(picture, "PNG")
    asked: list[str] = []

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(picture.getvalue())

        def log_message(self, *_: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.nightly
def test_a_base_map_of_others_shows_whose_it_is(
    browser: Browser, loaded_town: Settings, tile_server: tuple[str, list[str]], shoot: Shoot
) -> None:
    address, asked = tile_server
    base = BaseMap(
        name="本县影像",
        tiles=(f"{address}/{{z}}/{{x}}/{{y}}.png",),
        attribution="本县测绘院",
        review_number="苏S(2026)001号",
    )
    contexts: list[BrowserContext] = []
    with served(create_app(loaded_town.model_copy(update={"base_maps": (base,), "run_worker": False}))) as port:
        page = _open(browser, contexts, f"http://127.0.0.1:{port}", viewport={"width": 1440, "height": 900})
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
        opened(page)
        expect(page.get_by_text("本县测绘院 · 苏S(2026)001号")).to_be_visible()
        assert asked
        shoot(page, "map-11-base-map")
        page.keyboard.press("v")
        page.get_by_role("radio", name="示意底图").check()
        expect(page.get_by_text("本县测绘院")).to_have_count(0)
        wait_for_map(page)
        assert not page.evaluate("() => !!window.__suoziMap.getLayer('base-tiles-0')")
        assert refused == []
        for context in contexts:
            context.close()
