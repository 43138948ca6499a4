"""Reaching people on the real screens.

A dispatch that comes while the list is open, what its sender sees of it, an emergency that rings until somebody takes it,
a push through the service worker, a person's settings, and the board of channels with a robot that fails.
"""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from backend.main import create_app
from backend.settings import Settings
from tests.browser.cases import Field
from tests.browser.conftest import Open, Shoot, SignIn, signed_in, wait_until
from tests.served import served

WORKER = ("worker", "璜塘村第3网格")
MEMBER = ("squad_member", "一中队")
LEADER = ("squad_leader", "一中队")
URGENT = "E0401"
EMERGENCY = "E0126"

HEAR_TONES = "window.__tones = 0; window.addEventListener('suozi-tone', () => window.__tones++)"


@pytest.fixture(scope="module")
def closed_origin() -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture(scope="module")
def address(loaded_town: Settings, closed_origin: str) -> Iterator[str]:
    """The town, with a messenger of its own that is down."""
    if not (loaded_town.web_dir / "index.html").is_file():
        pytest.fail("the pages are not built: run ./suozi test, which builds them")
    with served(create_app(loaded_town.model_copy(update={"outbound_origins": (closed_origin,)}))) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def worker(field: SignIn) -> Field:
    return field(*WORKER)


@pytest.fixture(scope="module")
def on_duty(field: SignIn) -> None:
    """Whatever the hour, these two say that they are."""
    for who in (MEMBER, LEADER):
        field(*who).put("/api/duty/status", {"status": "standby"})


def badge(page: Page) -> Any:
    return page.get_by_role("navigation", name="主要页面").get_by_role("link", name=re.compile("消息"))


def reach_line(page: Page) -> Any:
    return page.locator(".reach-one").first


def test_a_dispatch_arrives_is_read_and_accepted_and_its_sender_sees_each(
    phone: Open, desk: Open, worker: Field, on_duty: None, shoot: Shoot
) -> None:
    squad = phone()
    squad.add_init_script(HEAR_TONES)
    signed_in(squad, *MEMBER, "/notices")
    expect(squad.get_by_text("还没有消息")).to_be_visible()
    shoot(squad, "notices-1-none")
    squad.get_by_role("heading", name="消息").click()

    case = worker.report(URGENT, words="压在路中间")
    row = squad.locator(".notice-row").first
    expect(row).to_contain_text("新任务")
    expect(row).to_contain_text(case["matter"]["name"])
    expect(row).to_contain_text("未读")
    expect(row).to_contain_text("璜塘村第3网格")
    expect(badge(squad)).to_contain_text("1 条未读")
    expect(squad).to_have_title(re.compile(r"^\(1\)"))
    if case["severity"] == "urgent":
        wait_until(squad, "() => window.__tones === 1")
    row.get_by_role("button", name="为什么收到").click()
    expect(row).to_contain_text("案件在你所在的队伍手里")
    shoot(squad, "notices-2-arrived")

    operator = signed_in(desk(), "operator", path=f"/desk#/cases/{case['id']}")
    expect(reach_line(operator)).to_contain_text(re.compile(r"[1-9]\d* 人已通知"))
    expect(reach_line(operator)).to_contain_text("还没有人看")

    squad.get_by_role("link", name="首页").click()
    expect(squad.get_by_role("region", name="还没看的待办")).to_contain_text(case["matter"]["name"])
    shoot(squad, "notices-3-home")
    squad.get_by_role("link", name=re.compile("消息")).click()
    squad.locator(".notice-row-main").first.click()
    expect(squad.get_by_role("heading", name=case["matter"]["name"])).to_be_visible()
    expect(reach_line(operator)).to_contain_text("1 人已看")

    squad.get_by_role("button", name="接单", exact=True).click()
    expect(reach_line(operator)).to_contain_text(re.compile(r"\d\d:\d\d 接单"))
    operator.get_by_role("button", name="看明细").first.click()
    table = operator.locator(".reach table")
    expect(table).to_contain_text("执法队员 001")
    expect(table).to_contain_text(re.compile("处理 "))
    table.scroll_into_view_if_needed()
    shoot(operator, "notices-4-reach")

    squad.go_back()
    expect(squad.locator(".notice-row").first).to_contain_text("已处理")
    expect(squad.locator(".notice-row-unread")).to_have_count(0)
    shoot(squad, "notices-5-settled")


@pytest.mark.nightly
def test_all_can_be_read_at_once_and_that_taken_back_and_the_list_stays_without_a_signal(
    phone: Open, worker: Field, on_duty: None, shoot: Shoot
) -> None:
    worker.report("E0110", words="待读")
    squad = signed_in(phone(), *LEADER, "/notices")
    expect(squad.locator(".notice-row-unread").first).to_be_visible()
    unread = squad.locator(".notice-row-unread").count()
    squad.get_by_role("button", name="全部已读").click()
    expect(squad.locator(".notice-row-unread")).to_have_count(0)
    squad.get_by_role("button", name="撤销").click()
    expect(squad.locator(".notice-row-unread")).to_have_count(unread)
    squad.context.set_offline(True)
    squad.get_by_role("link", name="首页").click()
    squad.get_by_role("link", name=re.compile("消息")).click()
    expect(squad.locator(".notice-row-unread")).to_have_count(unread)
    squad.context.set_offline(False)
    squad.get_by_role("link", name="我", exact=True).click()


@pytest.mark.nightly
def test_an_emergency_rings_until_somebody_has_taken_it(
    phone: Open, desk: Open, field: SignIn, worker: Field, on_duty: None, shoot: Shoot
) -> None:
    first, second = phone(), phone()
    for page, who in ((first, MEMBER), (second, LEADER)):
        page.add_init_script(HEAR_TONES)
        signed_in(page, *who, "/me")
        page.get_by_role("heading").first.click()
    case = worker.report("E0110", words="先按普通报")
    field("operator").act("recategorise", case["id"], words="河里有油污", matter=EMERGENCY, condition=f"{EMERGENCY}-1")
    assert field("operator").case(case["id"])["severity"] == "emergency"
    field("operator").act("reassign", case["id"], squad="xxk-squad-1", words="最近的队")

    bar = "[role=alert].ring-bar"
    for page in (first, second):
        expect(page.locator(bar)).to_contain_text("特急案件待接单")
    wait_until(first, "() => window.__tones >= 2")
    shoot(first, "notices-6-rings")

    first.get_by_role("button", name="静音").click()
    expect(first.locator(bar)).to_contain_text("本机已静音")
    still = first.evaluate("() => window.__tones")
    heard = second.evaluate("() => window.__tones")
    second.wait_for_timeout(5_000)
    assert first.evaluate("() => window.__tones") == still, "silenced here"
    assert second.evaluate("() => window.__tones") > heard, "and not on another phone"

    second.locator(bar).get_by_role("button", name="接单").click()
    expect(second.locator(bar)).to_have_count(0)
    expect(first.locator(bar)).to_be_visible()
    second.get_by_role("button", name="接单", exact=True).click()
    expect(first.locator(bar)).to_have_count(0)


def push_to(cdp: CDPSession, page: Page, origin: str, registration: str, message: object) -> None:
    data = message if isinstance(message, str) else json.dumps(message)
    cdp.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": registration, "data": data})
    page.wait_for_timeout(800)


SHOWN = """() => navigator.serviceWorker.ready.then((it) => it.getNotifications())
  .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))"""


@pytest.mark.nightly
def test_a_push_is_shown_by_the_service_worker_and_leads_to_the_case(
    phone: Open, field: SignIn, worker: Field, on_duty: None, address: str, shoot: Shoot
) -> None:
    page = phone(service_workers="allow")
    page.context.grant_permissions(["geolocation", "notifications"])
    # A page of the browser that is none of ours.
    beside = page.context.new_page()
    cdp = page.context.new_cdp_session(beside)
    registrations: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(each["registrationId"] for each in event["registrations"]),
    )
    cdp.send("ServiceWorker.enable")
    signed_in(page, *MEMBER)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    wait_until(page, "() => !!navigator.serviceWorker.controller")
    case = worker.report("E0110", words="推送")
    expect(badge(page)).to_contain_text("条未读")
    (notice,) = [
        one for one in field(*MEMBER).get("/api/notices?unseen=true")["items"] if one["case"]["id"] == case["id"]
    ]
    message = {
        "web_push": 8030,
        "notification": {
            "title": "新任务",
            "body": "你有 1 件新任务，请打开梭子查看",
            "navigate": f"{address}/?notice={notice['id']}#/cases/{case['id']}",
            "tag": notice["id"],
            "lang": "zh-CN",
        },
        "app_badge": 1,
    }

    push_to(cdp, beside, address, registrations[-1], message)
    assert page.evaluate(SHOWN) == [], "a page in sight tells of it itself"

    page.close()
    push_to(cdp, beside, address, registrations[-1], message)
    push_to(cdp, beside, address, registrations[-1], message)
    push_to(cdp, beside, address, registrations[-1], "no json")
    page = page.context.new_page()
    page.goto("/")
    shown = {each["tag"]: each for each in page.evaluate(SHOWN)}
    assert set(shown) == {notice["id"], "suozi"}, "said again under one tag it is one"
    told = shown[notice["id"]]
    assert (told["title"], told["body"]) == ("新任务", "你有 1 件新任务，请打开梭子查看")
    assert shown["suozi"]["title"] == "梭子"

    # What a tap tells an open page; a script cannot tap.
    page.context.service_workers[0].evaluate(
        """async (place) => {
          for (const page of await clients.matchAll({ type: 'window' })) page.postMessage({ kind: 'notice_open', ...place })
        }""",
        told["data"],
    )
    expect(page).to_have_url(re.compile(f"/cases/{case['id']}"))
    expect(page.get_by_role("heading", name=case["matter"]["name"])).to_be_visible()
    # And the address that a new window, or a browser that shows declared messages by itself, is opened at.
    page.close()
    page = page.context.new_page()
    page.goto(message["notification"]["navigate"])
    expect(page).to_have_url(f"{address}/cases/{case['id']}")
    seen = field("operator").get(f"/api/cases/{case['id']}/notices")["items"][0]
    assert (seen["delivered"], seen["seen"]) == (1, 1)


@pytest.mark.nightly
def test_settings_are_kept_and_a_browser_that_gets_no_push_is_told_so(phone: Open, shoot: Shoot) -> None:
    page = signed_in(phone(), "inspector", path="/me")
    page.get_by_role("link", name="通知设置").click()
    expect(page.get_by_text("本机收不到推送，打开梭子时仍会提醒")).to_be_visible()
    expect(page.get_by_text("锁屏上只有件数和类别，没有地址，没有姓名。")).to_be_visible()
    shoot(page, "notices-7-settings")
    page.get_by_role("switch", name=re.compile("^推送")).click()
    page.get_by_role("radio", name="自己定").click()
    expect(page.get_by_label("从", exact=True)).to_have_value("22:00")
    page.get_by_label("从", exact=True).fill("21:30")
    page.get_by_label("从", exact=True).blur()
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    page.get_by_label("邮箱").fill("not an address")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("邮箱")
    page.get_by_label("邮箱").fill("inspector@example.cn")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    page.reload()
    expect(page.get_by_role("switch", name=re.compile("^推送"))).not_to_be_checked()
    expect(page.get_by_label("从", exact=True)).to_have_value("21:30")
    expect(page.get_by_role("radio", name="English")).to_be_checked()
    expect(page.get_by_label("邮箱")).to_have_value("inspector@example.cn")


@pytest.mark.nightly
def test_the_board_says_why_a_robot_fails_and_its_test_answers(desk: Open, closed_origin: str, shoot: Shoot) -> None:
    page = signed_in(desk(), "administrator", "徐霞客镇", "/desk#/channels")
    sms = page.locator("[data-channel=sms]")
    expect(sms).to_contain_text("没有配置")
    expect(sms).to_contain_text("SUOZI_SMS")
    page.get_by_role("button", name="添加机器人").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("名称").fill("一中队群")
    dialog.get_by_label("队伍").select_option(label="综合执法一中队")
    dialog.get_by_label("机器人地址").fill("https://example.cn/robot/send?access_token=x")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_text("不在放行名单里")).to_be_visible()
    shoot(page, "notices-8-robot")
    dialog.get_by_label("机器人地址").fill(f"{closed_origin}/robot/send?access_token=abc123")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)
    robot = page.locator("[data-robot=一中队群]")
    expect(robot).to_contain_text("还没用过")
    expect(robot).to_contain_text(re.compile(r"还能发 \d+ / \d+ 条"))
    robot.get_by_role("button", name="测试一中队群").click()
    expect(robot.get_by_role("status")).to_contain_text("连接被拒绝")
    expect(robot).to_contain_text("发不出")
    shoot(page, "notices-9-board")

    robot.get_by_role("button", name="修改一中队群").click()
    expect(page.get_by_role("dialog").get_by_label("机器人地址")).to_have_value("")
    page.get_by_role("dialog").get_by_label("启用").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(robot).to_contain_text("已停用")

    page.get_by_role("link", name="通知规则").click()
    expect(page.get_by_text("由县级管理员修改")).to_be_visible()
    expect(page.get_by_role("button", name="新任务 · 一般")).to_have_count(0)
    page.context.close()

    page = signed_in(desk(), "administrator", "江阴市", "/desk#/channels/rules")
    page.get_by_role("button", name="新任务 · 一般").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("攒多久").fill("5")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)
    cell = page.get_by_role("button", name="新任务 · 一般")
    expect(cell).to_contain_text("本县自定")
    expect(cell).to_contain_text("攒 5 分再发")
    shoot(page, "notices-10-rules")
    cell.click()
    page.get_by_role("dialog").get_by_role("button", name="恢复默认").click()
    expect(cell).not_to_contain_text("本县自定")
