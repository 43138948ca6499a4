"""People and duty on the real screens: an administrator enters people from a table and hands a member's work over; a leader
plans a night; a member says how they stand, and the desk knows."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from backend.clock import local_date
from tests.browser.conftest import Open, Shoot, SignIn, signed_in
from tests.people import HUANGTANG_3

TITLES = "姓名,手机号,所属单位,岗位,职责,专职/兼职,网格编码,中队,开始日期,结束日期"
WORKER = f"网格员 901,19900005901,徐霞客镇人民政府,网格员,网格员,专职,{HUANGTANG_3},,2026-01-01,"
MEMBER = "执法队员 902,{phone},徐霞客镇综合行政执法局,执法队员,,专职,,综合执法二中队,2026-01-01,"
SECOND_SQUADS_GRID = "320281104209003"
NEXT_WEEK_WEDNESDAY = 9


def table(*rows: str) -> FilePayload:
    content = "\r\n".join((TITLES, *rows)).encode("utf-8-sig")
    return {"name": "人员.csv", "mimeType": "text/csv", "buffer": content}


def find_person(page: Page, phone_tail: str) -> None:
    search = page.get_by_label("姓名、拼音首字母、手机尾号")
    search.fill(phone_tail)
    found = page.locator(".people-row[data-id]")
    expect(found).to_have_count(1)
    expect(found).to_contain_text(f"****{phone_tail}")
    search.press("ArrowDown")
    page.keyboard.press("Enter")


def test_administrator_enters_people_and_hands_work_over(desk: Open, phone: Open, field: SignIn, shoot: Shoot) -> None:
    page = signed_in(desk(), "administrator", path="/desk")
    page.get_by_role("button", name="人员").or_(page.get_by_role("link", name="人员")).first.click()

    # One row is wrong: it is named with its column, and nothing is written.
    page.get_by_role("button", name="导入人员").click()
    chosen = page.locator("input[type=file]")
    chosen.set_input_files(table(WORKER, MEMBER.format(phone="1990000")))
    wrong = page.get_by_role("row").filter(has_text="手机号不是")
    expect(wrong).to_contain_text("1990000")
    expect(wrong.get_by_role("cell").first).to_have_text("3")
    expect(page.get_by_role("button", name=re.compile("写入"))).to_have_count(0)
    shoot(page, "staff-1-import-refused")

    chosen.set_input_files(table(WORKER, MEMBER.format(phone="19900005902")))
    page.get_by_role("button", name="写入 2 人").click()
    expect(page.get_by_text("已新增 2 人，更新 0 人。")).to_be_visible()
    chosen.set_input_files(table(WORKER, MEMBER.format(phone="19900005902")))
    expect(page.get_by_text("和现有资料完全一致")).to_be_visible()
    shoot(page, "staff-2-import-done")
    page.get_by_role("button", name="回到人员").first.click()

    # A member leaves; the new one takes the post, the turns and the case in hand.
    case = field("worker").report(at=SECOND_SQUADS_GRID)
    field("squad_member", "二中队").act("acknowledge", case["id"])
    find_person(page, "9105")
    page.get_by_role("button", name="离岗 / 调动").click()
    expect(page.get_by_role("dialog")).to_contain_text(case["code"])
    successor = page.get_by_role("combobox", name="接替的人")
    successor.fill("902")
    page.get_by_role("option", name=re.compile("执法队员 902")).click()
    expect(page.get_by_role("combobox", name="交给")).to_have_value("执法队员 902")
    shoot(page, "staff-3-departure")
    page.get_by_role("button", name="确认离职并交接").click()
    expect(
        page.get_by_text(re.compile("已交接.*由执法队员 902接替.*1 件案件交给执法队员 902.*班由接替的人值"))
    ).to_be_visible()
    shoot(page, "staff-4-departed")

    # The new member signs in with a one-time password and must choose another.
    find_person(page, "5902")
    panel = page.get_by_role("complementary", name="执法队员 902")
    expect(panel).to_contain_text("综合执法二中队")
    panel.get_by_role("button", name="一次性密码").click()
    page.get_by_role("button", name="生成").click()
    one_time = page.locator(".one-time output").inner_text()
    newcomer = phone()
    newcomer.goto("/")
    newcomer.get_by_label("手机号").fill("19900005902")
    newcomer.get_by_label("密码").fill(one_time)
    newcomer.get_by_role("button", name="登录").click()
    expect(newcomer.get_by_role("heading", name="换成自己的密码")).to_be_visible()
    shoot(newcomer, "staff-5-own-password")
    newcomer.get_by_label(re.compile("新密码")).fill("shan-he-2026")
    newcomer.get_by_role("button", name="保存密码").click()
    newcomer.get_by_role("link", name="我").click()
    expect(newcomer.get_by_text("综合执法二中队").first).to_be_visible()
    shoot(newcomer, "staff-6-newcomer")


@pytest.mark.nightly
def test_leader_plans_a_night_and_member_goes_off_duty(desk: Open, phone: Open, shoot: Shoot) -> None:
    leader = signed_in(desk(), "squad_leader", "一中队", "/desk#/squads")
    expect(leader.get_by_role("heading", name="综合执法一中队")).to_be_visible()
    leader.get_by_role("button", name="下一周").click()
    plan_night(leader)
    pieces = leader.locator(f'[data-shift="{night()} 22:00"]')
    expect(pieces).to_have_count(2)
    expect(pieces.first).to_contain_text("22:00–次日06:00")
    expect(pieces.first).to_contain_text("执法队员 001")
    shoot(leader, "rota-1-night-across-midnight")
    put_on_by_keyboard(leader, pieces.first)
    shoot(leader, "rota-2-second-member")

    # On the phone the same shift, and one tap to come and to go; the desk hears of it by itself.
    leader.get_by_role("button", name="资料").click()
    me = leader.get_by_role("row").filter(has_text="执法队员 001")
    member = signed_in(phone(), "squad_member", "一中队", "/me")
    member.get_by_role("button", name=re.compile("看全部")).click()
    expect(member.get_by_text("22:00–次日06:00")).to_be_visible()
    member.get_by_role("button", name="待命").click()
    expect(me).to_contain_text("待命")
    shoot(member, "rota-3-phone-on-duty")
    member.get_by_role("button", name="下班").click()
    expect(me).to_contain_text("不在岗")
    expect(member.get_by_text(re.compile("^不在值班"))).to_be_visible()
    shoot(member, "rota-4-phone-off-duty")
    shoot(leader, "rota-5-desk-off-duty")

    # Without a signal it is not sent, and says so.
    member.context.set_offline(True)
    member.get_by_role("button", name="忙碌").click()
    expect(member.get_by_role("alert")).to_contain_text("没有发出")
    expect(member.get_by_role("button", name="下班")).to_have_attribute("aria-pressed", "true")
    member.context.set_offline(False)
    member.get_by_role("button", name="忙碌").click()
    expect(member.get_by_role("alert")).to_have_count(0)


def night() -> str:
    """A day next week whose past cannot be reached while the test runs."""
    today = local_date(datetime.now(UTC))
    return (today + timedelta(days=NEXT_WEEK_WEDNESDAY - today.weekday())).isoformat()


def plan_night(page: Page) -> None:
    month, day = int(night()[5:7]), int(night()[8:])
    page.get_by_role("button", name=f"{month}月{day}日加一班").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("开始").fill("22:00")
    dialog.get_by_label("结束").fill("6")
    expect(dialog.get_by_text("跨零点：次日 06:00 结束，共 8 小时")).to_be_visible()
    dialog.get_by_label("执法队员 001").check()
    expect(dialog.get_by_role("button", name="加一班")).to_be_disabled()
    dialog.get_by_label("为什么加这一班").fill("夜间巡查")
    dialog.get_by_role("button", name="加一班").click()
    expect(dialog).to_have_count(0)


def put_on_by_keyboard(page: Page, piece: Locator) -> None:
    piece.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="班次")
    panel.get_by_role("checkbox", name=re.compile("执法队员 002")).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(panel.get_by_text("已保存，队员手机上能看到。")).to_be_visible()
    expect(piece).to_contain_text("执法队员 002")
