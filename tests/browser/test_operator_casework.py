"""The operator's work with cases on the real screens: a call from registering to closing, a merge taken apart again, several
cases at once. Those in the field act over the API here; their screens have journeys of their own."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cases import Field
from tests.browser.conftest import Open, Shoot, SignIn, signed_in, wait_for_map
from tests.people import photo


def open_case(page: Page, code: str) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="案件编号、事项、网格").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator(".panel .code")).to_contain_text(code)


def take(page: Page, label: str) -> Locator:
    """Press a step's button, or find it in the menu; its dialog."""
    bar = page.locator(".step-bar")
    direct = bar.get_by_role("button", name=label, exact=True)
    if direct.count() == 0:
        bar.get_by_role("button", name="更多").click()
        bar.get_by_role("menuitem", name=label, exact=True).click()
    else:
        direct.click()
    return page.get_by_role("dialog")


def confirm(dialog: Locator, label: str) -> None:
    dialog.get_by_role("button", name=label, exact=True).last.click()
    expect(dialog).to_have_count(0)


def register_call(page: Page, shoot: Shoot) -> str:
    """Register a call with everything the dialog offers; the id of its case."""
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("事项").fill("E0110")
    page.keyboard.press("Enter")
    dialog.get_by_label("来电内容").fill("璜塘小学门口垃圾堆了三天，味道很大")
    dialog.get_by_label("来电人").fill("来电居民")
    dialog.get_by_label("电话").fill("13900000000")

    # Closed by accident: what was typed is still there.
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="登记来电").click()
    expect(dialog.get_by_label("来电内容")).to_have_value(re.compile("璜塘小学"))
    expect(dialog.get_by_text("上次没登记完")).to_be_visible()

    dialog.get_by_label("地点").fill("璜塘村第3网格")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(re.compile("璜塘村第3网格 ·"))).to_be_visible()
    wait_for_map(page)
    shoot(page, "casework-1-call")
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".panel .clock-line")).to_contain_text("核实中")
    return page.url.split("cases/")[1].split("?")[0]


def grant_extension(page: Page, squad: Field, case_id: str, shoot: Shoot) -> None:
    """The squad asks, the card on top says why and what it would do, the operator grants."""
    panel = page.locator(".panel")
    due = squad.case(case_id)["due_at"]
    squad.act("ask_extension", case_id, words="要调铲车", reason="works")
    promised = squad.case(case_id)["due_if_extended"]
    assert promised > due
    request = panel.locator(".request")
    expect(request).to_contain_text("要调铲车")
    expect(request).to_contain_text("要施工")
    page.get_by_role("button", name="看全部").click()
    expect(page.get_by_role("button", name="延期申请 1")).to_be_visible()
    shoot(page, "casework-3-extension")
    request.get_by_role("button", name="同意延期", exact=True).click()
    confirm(page.get_by_role("dialog"), "同意延期")
    expect(panel.locator(".request")).to_have_count(0)
    assert squad.case(case_id)["due_at"] == promised
    expect(panel.get_by_text(re.compile("同意延期 1 次"))).to_be_visible()


def whistle(page: Page, squads: list[str], shoot: Shoot) -> None:
    panel = page.locator(".panel")
    panel.get_by_role("button", name="更多").click()
    shoot(page, "casework-4-menu")
    page.keyboard.press("Escape")
    expect(panel.get_by_role("menu")).to_have_count(0)
    dialog = take(page, "吹哨")
    for name in squads:
        dialog.get_by_text(name, exact=True).click()
    expect(dialog.get_by_text("还缺：时间、说明")).to_be_visible()
    dialog.get_by_role("button", name="1 小时内").click()
    dialog.get_by_role("textbox").last.fill("到校门口一起清")
    shoot(page, "casework-5-whistle")
    confirm(dialog, "吹哨")
    expect(page.get_by_role("button", name="吹哨未到 1")).to_be_visible()
    expect(panel.locator(".parts li")).to_have_count(2)
    shoot(page, "casework-6-whistled")


def test_a_call_is_verified_filed_extended_whistled_and_closed(desk: Open, field: SignIn, shoot: Shoot) -> None:
    page = signed_in(desk(), "operator", path="/desk")
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    panel = page.locator(".panel")
    stands = panel.locator(".clock-line")
    case_id = register_call(page, shoot)
    expect(panel.get_by_text("等网格员或督查员到现场核实")).to_be_visible()

    worker = field("worker", "璜塘村第3网格")
    worker.act("verify_found", case_id, photo("orientation/Portrait_3.jpg"), words="垃圾桶旁约两方")
    expect(stands).to_contain_text("待立案")
    expect(panel.get_by_text("垃圾桶旁约两方").first).to_be_visible()
    page.get_by_role("button", name="待立案 1").click()
    expect(page).to_have_url(re.compile("queue=pending_filing"))
    shoot(page, "casework-2-verified")
    confirm(take(page, "立案"), "立案")

    # Filed, it is routed by rule.
    expect(stands).to_contain_text("待接单")
    squad_name = worker.case(case_id)["squad"]["name"]
    squad = field("squad_leader", squad_name)
    squad.act("acknowledge", case_id)
    grant_extension(page, squad, case_id, shoot)

    squads = ("综合执法一中队", "综合执法二中队", "综合执法三中队")
    others = [name for name in squads if name != squad_name]
    whistle(page, others, shoot)
    for name in others:
        called = field("squad_leader", name)
        called.act("co_arrive", case_id)
        called.act("co_feedback", case_id, words="已到场清完")
    expect(page.get_by_role("button", name=re.compile("吹哨未到"))).to_have_count(0)
    expect(panel.locator(".parts").get_by_text("已完成")).to_have_count(2)

    squad.act("arrive", case_id)
    squad.act("feedback", case_id, photo("orientation/Landscape_6.jpg"), words="已清运")
    expect(stands).to_contain_text("待核查")
    expect(panel.get_by_text(re.compile("受理、处置、核查由不同的人做"))).to_be_visible()
    field("inspector").act("pass", case_id)
    expect(stands).to_contain_text("已结案")
    expect(panel.get_by_text("存证链完整")).to_be_visible()
    shoot(page, "casework-7-closed")


@pytest.mark.nightly
def test_two_cases_of_one_thing_are_merged_and_taken_apart(desk: Open, field: SignIn, shoot: Shoot) -> None:
    worker = field("worker", "璜塘村第3网格")
    first = worker.report("E0110", words="校门东侧")
    second = worker.report("E0110", words="校门西侧")
    page = signed_in(desk(), "operator", path="/desk")
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    open_case(page, second["code"])
    panel = page.locator(".panel")

    dialog = take(page, "并案")
    dialog.get_by_label("并入哪个案件").fill(first["code"])
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("校门东侧")).to_be_visible()
    shoot(page, "casework-8-merge")
    confirm(dialog, "并案")
    expect(panel.get_by_text(re.compile("已并入"))).to_be_visible()
    panel.get_by_role("link", name=first["code"]).first.click()
    expect(panel.get_by_text("并入了 1 件")).to_be_visible()
    shoot(page, "casework-9-merged")

    panel.get_by_role("button", name="拆分").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("两处不是一回事")
    confirm(dialog, "拆分")
    open_case(page, second["code"])
    # Back where it was, it is routed anew.
    expect(panel.locator(".clock-line")).to_contain_text("待接单")
    expect(panel.get_by_text("两处不是一回事")).to_be_visible()


@pytest.mark.nightly
def test_several_cases_are_given_to_a_squad_and_a_race_is_told(desk: Open, field: SignIn, shoot: Shoot) -> None:
    worker = field("worker", "璜塘村第3网格")
    page = signed_in(desk(), "operator", path="/desk")
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    filed = [worker.report("E0110", words=f"第 {n} 处") for n in range(2)]
    ticks = [page.get_by_role("checkbox", name=f"勾选 {case['code']}") for case in filed]
    # Both first: while the pointer rests on the queue, nothing new comes in under it.
    for tick in ticks:
        expect(tick).to_be_attached()
    for tick in ticks:
        tick.check(force=True)
    page.get_by_role("button", name="派给…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("综合执法三中队", exact=True).click()
    dialog.get_by_role("textbox").fill("三中队顺路")
    expect(dialog.get_by_text("改派给综合执法三中队")).to_have_count(2)
    shoot(page, "casework-10-bulk")
    dialog.get_by_role("button", name="派出 2 件").click()
    expect(dialog.get_by_text("完成 2 件，没有做成 0 件")).to_be_visible()
    shoot(page, "casework-11-bulk-done")
    dialog.get_by_role("button", name="关闭").last.click()

    open_case(page, filed[0]["code"])
    dialog = take(page, "改派")
    dialog.get_by_text("综合执法一中队", exact=True).click()
    dialog.get_by_role("textbox").fill("三中队另有任务")
    field("squad_leader", "三中队").act("acknowledge", filed[0]["id"])
    dialog.get_by_role("button", name="改派", exact=True).last.click()
    expect(dialog.get_by_text("案件现在：")).to_be_visible()
    expect(dialog.get_by_role("textbox")).to_have_value("三中队另有任务")
    shoot(page, "casework-12-race")
    confirm(dialog, "按最新状态改派")
    expect(page.locator(".panel .clock-line")).to_contain_text("待接单")


@pytest.mark.nightly
def test_the_desk_in_the_dark(desk: Open, field: SignIn, shoot: Shoot) -> None:
    worker = field("worker", "璜塘村第3网格")
    case = worker.report("E0110", words="夜里反光看不清")
    page = signed_in(desk(color_scheme="dark"), "operator", path="/desk")
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    open_case(page, case["code"])
    take(page, "催办").get_by_role("textbox").fill("请尽快")
    shoot(page, "casework-13-dark-remind")
    confirm(page.get_by_role("dialog"), "催办")
    take(page, "督办").get_by_role("textbox").last.fill("今天要有结果")
    page.get_by_role("dialog").get_by_role("button", name="2 小时内").click()
    shoot(page, "casework-14-dark-supervise")
    confirm(page.get_by_role("dialog"), "督办")
    expect(page.locator(".panel .order")).to_contain_text("今天要有结果")
    wait_for_map(page)
    shoot(page, "casework-15-dark-desk")
    page.set_viewport_size({"width": 1920, "height": 1080})
    wait_for_map(page)
    shoot(page, "casework-16-dark-1920")
