"""What nobody was sent to and somebody takes from a list: a squad member claims, a grid worker verifies."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.cases import BEFORE
from tests.browser.conftest import Open, Shoot, SignIn, signed_in
from tests.people import HUANGTANG_3

OUTSIDE_THE_CATALOGUE = "E0699"


@pytest.mark.nightly
def test_a_member_claims_what_waits_to_be_dispatched(phone: Open, field: SignIn, shoot: Shoot) -> None:
    case = field("worker", "璜塘村第3网格").report(OUTSIDE_THE_CATALOGUE, words="围栏歪了，没人认")
    member = signed_in(phone(), "squad_member", "一中队", "/tasks")
    expect(member.get_by_role("heading", name="可认领 1")).to_be_visible()
    shoot(member, "lists-1-claimable")
    member.get_by_role("button", name="认领").click()
    expect(member.get_by_role("heading", name="待我处理 1")).to_be_visible()
    expect(member.get_by_role("heading", name=re.compile("可认领"))).to_have_count(0)
    shoot(member, "lists-2-claimed")
    held = field("squad_member", "一中队").case(case["id"])
    assert (held["status"], held["squad"]["name"]) == ("handling", "综合执法一中队")


@pytest.mark.nightly
def test_a_worker_verifies_what_a_resident_reported(phone: Open, field: SignIn, shoot: Shoot) -> None:
    resident = phone(java_script_enabled=False)
    resident.goto(f"/r/new?at={HUANGTANG_3}")
    resident.get_by_label("暴露生活垃圾").check()
    resident.get_by_label("说说情况").fill("桶边堆了两天")
    resident.get_by_role("button", name="提交").click()
    expect(resident.get_by_role("heading", name="收到了")).to_be_visible()
    resident.context.close()

    worker = signed_in(phone(), "worker", "璜塘村第3网格", "/tasks?list=verifications")
    expect(worker.get_by_role("tab", name="待核实 1")).to_be_visible()
    shoot(worker, "lists-3-to-verify")
    worker.locator(".case-row-link").click()
    worker.get_by_role("button", name="核实属实").click()
    sheet = worker.get_by_role("dialog")
    sheet.locator("input[type=file][capture]").set_input_files(BEFORE)
    expect(sheet.get_by_role("img")).to_be_visible()
    sheet.get_by_role("textbox").fill("现场约两方")
    shoot(worker, "lists-4-verify")
    sheet.get_by_role("button", name="核实属实").click()
    expect(worker.get_by_text("待立案").first).to_be_visible()
    expect(worker.locator("article.unsent")).to_have_count(0)
    shoot(worker, "lists-5-verified")
