"""What decides about cases is changed on the screens: a routing rule that stood in the shadow, a limit of the catalogue."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Shoot, SignIn, signed_in


@pytest.mark.nightly
def test_a_rule_is_drafted_rehearsed_and_put_in_force(desk: Open, field: SignIn, shoot: Shoot) -> None:
    field("worker", "璜塘村第3网格").report("C0103")
    page = signed_in(desk(), "operator", path="/desk#/rules")
    rules = page.locator("main.rules")
    rules.get_by_role("button", name="从现行规则建草案").first.click()
    rules.get_by_role("button", name="新增规则").click()
    rules.get_by_label("规则名称").fill("雨水井盖先派市政")
    rules.get_by_role("combobox", name="事项", exact=True).fill("雨水井盖")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    rules.get_by_label("派给").select_option(label="指定队伍")
    squad = rules.get_by_role("combobox", name="指定队伍", exact=True)
    squad.fill("市政养护组")
    page.keyboard.press("Enter")
    rules.get_by_role("button", name="完成").click()
    rules.get_by_role("button", name="保存").click()
    expect(rules.get_by_text("被遮住")).to_be_visible()
    shoot(page, "rules-1-shadowed")

    for _ in range(2):
        rules.get_by_role("button", name="上移 雨水井盖先派市政").click()
    rules.get_by_role("button", name="保存").click()
    expect(rules.get_by_text("被遮住")).to_have_count(0)
    rules.get_by_role("button", name="演练").click()
    rules.get_by_role("button", name="开始演练").click()
    expect(rules.get_by_text("从谁到谁")).to_be_visible()
    shoot(page, "rules-2-rehearsed")

    rules.get_by_role("button", name="发布", exact=True).click()
    shoot(page, "rules-3-publish")
    page.get_by_role("button", name="立即发布").click()
    expect(rules.get_by_text("已发布第 2 版")).to_be_visible()
    shoot(page, "rules-4-in-force")


@pytest.mark.nightly
def test_a_limit_of_the_catalogue_is_revised_and_published(desk: Open, shoot: Shoot) -> None:
    page = signed_in(desk(), "administrator", "江阴市", "/desk#/net/matters/drafts")
    matters = page.locator("main").filter(has_text="事项目录")
    matters.get_by_role("button", name="直接修订现行目录").click()
    expect(page.get_by_role("button", name="新增事项")).to_be_visible()
    page.get_by_role("searchbox").last.fill("blshlj")
    page.get_by_role("button", name="暴露生活垃圾").click()
    page.get_by_role("button", name="修改").click()
    page.get_by_label("时限", exact=True).fill("6")
    page.get_by_role("button", name="存入草案").click()
    page.get_by_role("button", name="变化 1").click()
    expect(page.get_by_role("cell", name="6 工作时")).to_be_visible()
    shoot(page, "catalogue-1-changes")
    page.get_by_role("button", name="发布", exact=True).click()
    dialog = page.get_by_role("dialog")
    shoot(page, "catalogue-2-publish")
    dialog.get_by_role("button", name="发布").last.click()
    expect(page.get_by_text("第 2 版").first).to_be_visible()
    shoot(page, "catalogue-3-in-force")
