"""The net's browser on the real screens: a link opens its grid, the tree answers to the keyboard, another day says so."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Shoot, signed_in, wait_for_map


@pytest.mark.nightly
def test_walking_the_net(desk: Open, shoot: Shoot) -> None:
    page = signed_in(desk(), "operator", path="/desk#/net/320281104206003")
    card = page.get_by_role("complementary", name="璜塘村第3网格")
    expect(card.get_by_role("heading", name="璜塘村第3网格")).to_be_visible()
    expect(card.get_by_text("320281104206003")).to_be_visible()
    expect(card.get_by_role("link", name="综合执法一中队")).to_be_visible()
    expect(page.get_by_role("link", name="新建草案")).to_have_count(0)
    expect(page.get_by_role("treeitem", name=re.compile("璜塘村第3网格"))).to_have_attribute("aria-selected", "true")
    wait_for_map(page)
    shoot(page, "net-1-grid")

    tree = page.get_by_role("tree")
    tree.focus()
    page.keyboard.press("Home")
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="任九房村"), "the first village of the cluster 马镇片区").to_be_visible()
    assert page.url.endswith("#/net/320281104201")

    page.get_by_role("textbox", name=re.compile("拼音首字母")).fill("网格员 050")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="璜塘村第3网格")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="任九房村")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="任九房村")).to_be_visible()

    page.get_by_label("看哪一天的网").fill("2025-06-01")
    expect(page.get_by_text("这一天还没有网格")).to_be_visible()
    page.get_by_label("看哪一天的网").fill("2026-06-01")
    expect(page.get_by_text(re.compile("这是 2026年6月1日 的网，不是今天的"))).to_be_visible()
    shoot(page, "net-2-another-day")
    page.get_by_role("button", name="回到今天").click()
    expect(page.get_by_text(re.compile("不是今天的"))).to_have_count(0)
