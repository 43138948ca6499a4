"""The figures at the desk: a number opens exactly its cases, a bulletin is written, issued, printed and downloaded."""

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from backend.clock import local_date, utc_now
from backend.database import make_engine, make_sessions
from backend.settings import Settings
from seeds.demo.past_cases import write_past_cases
from seeds.load import COUNTY
from tests.browser.axe import axe
from tests.browser.conftest import SCREENSHOTS, Open, Shoot, signed_in


async def _six_weeks(url: str) -> None:
    engine = make_engine(url)
    async with make_sessions(engine)() as session, session.begin():
        await write_past_cases(session, COUNTY, utc_now())
    await engine.dispose()


@pytest.fixture(scope="module", autouse=True)
def six_weeks(loaded_town: Settings) -> None:
    """The demo's past cases; the server's own worker takes them into the figures."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _six_weeks(loaded_town.database_url)).result()


def last_month() -> tuple[str, str]:
    last = local_date(utc_now()).replace(day=1) - timedelta(days=1)
    return last.replace(day=1).isoformat(), last.isoformat()


def listed(page: Page) -> int:
    """How many cases the open list has, once all of it is shown."""
    pane = page.locator(".cases-pane")
    expect(pane.locator("ol[aria-busy=false]")).to_be_visible()
    more = pane.get_by_role("button", name="再看 50 件")
    while more.count():
        more.click()
        expect(pane.locator("ol[aria-busy=false]")).to_be_visible()
    return pane.locator("li").count()


@pytest.mark.nightly
@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_figures(desk: Open, look: str) -> None:
    first, last = last_month()
    page = signed_in(desk(color_scheme=look), "operator", path=f"/desk#/figures?from={first}&to={last}")
    figures = page.locator("main.figures-view")
    expect(figures.locator(".figure-table tbody tr").first).to_be_visible()
    found = axe(page)
    figures.locator(".figure-table tbody td button").first.click()
    expect(page.locator(".cases-pane ol[aria-busy=false]")).to_be_visible()
    found += axe(page)
    for part in ("anomalies", "objections", "scheme", "bulletins"):
        page.goto(f"/desk#/figures/{part}")
        expect(figures.get_by_role("status")).to_have_count(0)
        found += axe(page)
    page.get_by_role("button", name="新建").click()
    expect(page.locator("article.sheet").get_by_text("共受理案件")).to_be_visible()
    found += axe(page)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="删除草稿").click()
    expect(page.get_by_role("button", name="新建")).to_be_visible()
    expect(page.locator(".bulletins li").get_by_text("草稿")).to_have_count(0)
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)


@pytest.mark.nightly
def test_a_number_opens_its_cases_and_a_bulletin_is_issued(desk: Open, shoot: Shoot, tmp_path: Path) -> None:
    first, last = last_month()
    page = signed_in(desk(), "operator", path=f"/desk#/figures?from={first}&to={last}")
    figures = page.locator("main.figures-view")
    row = figures.locator(".figure-table tbody tr").first
    expect(row).to_be_visible()
    shoot(page, "figures-1-villages")

    # The first cell that is a rate of something: its list is as long as its numbers say, counted and not counted.
    cell = row.locator("td", has=page.locator(".below span", has_text="/")).first
    part, whole = map(int, cell.locator(".below span").first.inner_text().split("/"))
    cell.get_by_role("button").click()
    assert listed(page) == part
    page.get_by_role("button", name=f"没计入的 {whole - part} 件").click()
    expect(page.locator(".cases-pane li")).to_have_count(whole - part)
    page.get_by_role("button", name=f"全部 {whole} 件").click()
    assert listed(page) == whole
    shoot(page, "figures-2-cases")
    address = page.url
    page.reload()
    expect(page.locator(".cases-pane li")).to_have_count(min(whole, 50))
    assert page.url == address, "what is open stands in the address"
    page.locator(".cases-pane li a").first.click()
    expect(page.get_by_text("存证").first).to_be_visible()
    assert "#/cases/" in page.url

    # The month's circular: written, remarked, issued, printed, downloaded.
    page.goto("/desk#/figures/bulletins")
    page.get_by_role("button", name="新建").click()
    sheet = page.locator("article.sheet")
    expect(sheet.get_by_text("共受理案件")).to_be_visible()
    page.get_by_label("编者按").fill("=1+1 请各村对照检查。")
    page.get_by_role("button", name="印发").click()
    expect(sheet.get_by_text("第 1 期")).to_be_visible()
    expect(sheet.get_by_text("请各村对照检查")).to_be_visible()
    expect(page.get_by_role("button", name="印发")).to_have_count(0)
    shoot(page, "figures-3-bulletin")
    page.emulate_media(media="print")
    expect(page.locator(".desk-header")).to_be_hidden()
    page.pdf(path=SCREENSHOTS / "figures-4-bulletin.pdf", prefer_css_page_size=True)
    page.emulate_media(media="screen")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载 Excel").click()
    downloading.value.save_as(tmp_path / "bulletin.xlsx")
    book = load_workbook(io.BytesIO((tmp_path / "bulletin.xlsx").read_bytes()))
    said = [cell.value for (cell,) in book["通报正文"].iter_rows(max_col=1)]
    assert "=1+1 请各村对照检查。" in said
    assert all(cell.data_type != "f" for sheet in book for line in sheet.iter_rows() for cell in line)
