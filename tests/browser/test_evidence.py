"""The operator sees that a photo was seen before, looks at both, opens the other case and writes down what they found."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Shoot, SignIn, signed_in, wait_until
from tests.browser.test_operator_casework import open_case


@pytest.mark.nightly
def test_a_photo_seen_before_is_looked_at_and_marked(desk: Open, field: SignIn, shoot: Shoot) -> None:
    worker = field("worker", "璜塘村第3网格")
    first = worker.report("E0110", words="路口东侧")
    second = worker.report("E0110", words="路口西侧")
    page = signed_in(desk(), "operator", path="/desk")
    expect(page.get_by_text("实时", exact=True)).to_be_visible()

    url = f"/api/cases/{second['id']}/flags"
    wait_until(page, f"async () => (await (await fetch('{url}')).text()).includes('same_photo')")
    open_case(page, second["code"])
    section = page.get_by_role("region", name="核实提示")
    expect(section.get_by_text("供核实参考，不影响办理")).to_be_visible()
    flag = section.get_by_role("listitem").filter(has_text=f"这张照片和案件 {first['code']} 的一张照片完全相同")
    expect(flag.get_by_role("img")).to_have_count(2)
    flag.scroll_into_view_if_needed()
    shoot(page, "evidence-1-flag")
    flag.get_by_role("button", name=re.compile(f"案件 {first['code']} 的照片")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    flag.get_by_role("button", name="标记已核实").click()
    expect(flag.get_by_role("button", name="保存")).to_be_disabled()
    flag.get_by_label("没有问题").check()
    flag.get_by_label("说明（选填）").fill("同一堆垃圾，报了两次")
    shoot(page, "evidence-2-check")
    flag.get_by_role("button", name="保存").click()
    expect(flag).to_contain_text("已核实：没有问题")
    expect(flag).to_contain_text("同一堆垃圾，报了两次")
    shoot(page, "evidence-3-checked")
    assert worker.case(second["id"])["version"] == second["version"]

    flag.get_by_role("link", name=f"查看案件 {first['code']}").click()
    expect(page.locator(".panel .code")).to_contain_text(first["code"])
    expect(page.get_by_role("region", name="核实提示").get_by_text("完全相同")).to_have_count(0)
