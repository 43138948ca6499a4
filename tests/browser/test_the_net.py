"""The administrator's two ways to change the net: a file of grids, bad at first, and drawing on the map."""

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect
from shapely import Polygon, unary_union

from tests.browser.conftest import Open, Shoot, SignIn, signed_in, wait_for_map
from tests.net_files import geojson, grid_rows, moved
from tests.people import HUANGTANG_3, PLACES

HUANGTANG = "320281104206"
HUANGTANG_2 = f"{HUANGTANG}002"
QIAOQI_3 = "320281104216003"


def file_of_huangtang(*, duplicate_code: bool) -> FilePayload:
    """璜塘村 with its grids 2 and 3 made one. A corner of grid 10 is 1.6 m off, so that a narrow gap opens beside it."""
    rows = {row["code"]: row for row in grid_rows(under=HUANGTANG)}
    third = rows.pop(HUANGTANG_3)
    rows[HUANGTANG_2] = moved(rows[HUANGTANG_2], unary_union([rows[HUANGTANG_2]["shape"], third["shape"]]))
    tenth = rows[f"{HUANGTANG}010"]
    rows[f"{HUANGTANG}010"] = moved(tenth, with_a_corner_drawn_in(tenth["shape"]))
    if duplicate_code:
        seventh = rows[f"{HUANGTANG}007"]
        rows[f"{HUANGTANG}007"] = moved(seventh, seventh["shape"], code=f"{HUANGTANG}008")
    content = geojson(list(rows.values()))
    return {"name": "璜塘村网格.geojson", "mimeType": "application/geo+json", "buffer": content}


def with_a_corner_drawn_in(polygon: Polygon) -> Polygon:
    ring = list(polygon.exterior.coords)
    middle = polygon.representative_point()
    lng, lat = ring[3]
    part = 1.5e-5 / ((middle.x - lng) ** 2 + (middle.y - lat) ** 2) ** 0.5
    ring[3] = (round(lng + (middle.x - lng) * part, 7), round(lat + (middle.y - lat) * part, 7))
    return Polygon(ring)


def choose(page: Page, file: FilePayload) -> None:
    """From choosing a file to the report of its dry run."""
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("落在本县范围内")).to_be_visible()
    page.get_by_role("button", name="位置对，开始体检").click()
    expect(page.get_by_text(re.compile("体检通过|处问题")).first).to_be_visible()


def today_of(page: Page) -> str:
    """The town's day, as the page's own date field has it for its earliest day."""
    earliest = page.get_by_label("生效日期").get_attribute("min")
    assert earliest
    return earliest


def publish_today(page: Page) -> None:
    expect(page.get_by_role("button", name="发布", exact=True)).to_be_enabled()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text(re.compile("已发布为第 . 版"))).to_be_visible()


@pytest.mark.nightly
def test_a_bad_file_is_mended_and_published_and_an_open_case_keeps_its_grid(
    desk: Open, field: SignIn, shoot: Shoot
) -> None:
    code = field("worker", "璜塘村第3网格").report()["code"]
    admin = signed_in(desk(), "administrator", path="/desk#/net/imports")
    shoot(admin, "net-1-import")
    choose(admin, file_of_huangtang(duplicate_code=True))
    expect(admin.get_by_role("button", name="存为草案").last).to_be_disabled()
    problem = admin.get_by_role("button", name=re.compile("旁有空隙"))
    problem.click()
    expect(problem).to_have_attribute("aria-pressed", "true")
    expect(admin.get_by_text(re.compile("320281104206008 用了 2 次"))).to_be_visible()
    shoot(admin, "net-2-report")

    admin.get_by_role("button", name="换一个文件").click()
    choose(admin, file_of_huangtang(duplicate_code=False))
    admin.get_by_label("补缝").check()
    expect(admin.get_by_text("体检通过")).to_be_visible()
    admin.reload()
    expect(admin.get_by_text("体检通过")).to_be_visible()
    wait_for_map(admin)
    shoot(admin, "net-3-repaired")
    admin.get_by_role("button", name="存为草案").last.click()
    admin.get_by_label("生效日期").fill(today_of(admin))
    admin.get_by_role("button", name="存为草案，看影响").click()

    touched = admin.get_by_role("row", name=re.compile(code))
    expect(touched).to_contain_text("璜塘村第3网格")
    expect(touched).to_contain_text("璜塘村第2网格")
    shoot(admin, "net-4-impact")
    publish_today(admin)
    wait_for_map(admin)
    shoot(admin, "net-5-published")

    lng, lat = PLACES[HUANGTANG_3]
    here = admin.request.get(f"/api/grids/at?lng={lng}&lat={lat}").json()
    assert here["code"] == HUANGTANG_2
    admin.keyboard.press("/")
    admin.get_by_role("combobox").first.fill(code)
    admin.keyboard.press("Enter")
    expect(admin.get_by_text(re.compile("璜塘村第3网格")).first).to_be_visible()
    shoot(admin, "net-6-case-keeps-its-grid")


def on_map(page: Page, canvas: Locator, lng: float, lat: float) -> tuple[float, float]:
    """Where on the screen a place is."""
    box = canvas.bounding_box()
    x, y = page.evaluate("([lng, lat]) => Object.values(window.__suoziMap.project([lng, lat]))", [lng, lat])
    assert box
    return box["x"] + x, box["y"] + y


def draw_across(page: Page, canvas: Locator, code: str) -> None:
    """With the tool for splitting in hand: take the grid, and draw a line through it from west to east."""
    west, south, east, north = grid_rows(under=code)[0]["shape"].bounds
    middle = (south + north) / 2
    page.mouse.click(*on_map(page, canvas, *PLACES[code]))
    expect(page.get_by_text("从网格外面起")).to_be_visible()
    # terra-draw comes with its first use.
    page.wait_for_timeout(700)
    for lng in (west - 0.001, east + 0.001):
        x, y = on_map(page, canvas, lng, middle)
        page.mouse.move(x, y)
        page.mouse.click(x, y)
        page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    expect(page.get_by_text("可拖动圆点调整这条线")).to_be_visible()


def test_a_grid_is_split_undone_split_again_and_published(desk: Open, shoot: Shoot) -> None:
    admin = signed_in(desk(), "administrator", path="/desk#/net/drafts")
    admin.get_by_role("button", name="新建草案").first.click()
    admin.get_by_label("标题").fill("峭岐村第3网格一分为二")
    admin.get_by_label("生效日期").fill(today_of(admin))
    admin.get_by_role("button", name="建草案，开始画").click()
    expect(admin.get_by_text("还没有改动")).to_be_visible()
    canvas = admin.locator(".draft-editor canvas")
    wait_for_map(admin)
    lng, lat = PLACES[QIAOQI_3]
    admin.evaluate("([lng, lat]) => window.__suoziMap.jumpTo({ center: [lng, lat], zoom: 14 })", [lng, lat])
    wait_for_map(admin)

    admin.get_by_role("button", name="拆分").click()
    draw_across(admin, canvas, QIAOQI_3)
    shoot(admin, "net-7-drawn")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text(re.compile("拆分峭岐村第3网格"))).to_be_visible()
    shoot(admin, "net-8-split")
    admin.keyboard.press("Control+z")
    expect(admin.get_by_text("还没有改动")).to_be_visible()

    wait_for_map(admin)
    draw_across(admin, canvas, QIAOQI_3)
    admin.get_by_role("button", name="应用").click()
    expect(admin.get_by_text("没有问题：网格之间无缝、无重叠，面积相合")).to_be_visible()
    admin.reload()
    expect(admin.get_by_text(re.compile("拆分峭岐村第3网格"))).to_be_visible()
    admin.get_by_role("link", name="影响与发布").click()
    publish_today(admin)
    wait_for_map(admin)
    shoot(admin, "net-9-published")
    village = QIAOQI_3[:12]
    here = admin.request.get(f"/api/grids?within={village}&level=grid&kind=base").json()
    assert len(here["features"]) == len(grid_rows(under=village)) + 1
