"""An inspector's round: the stops in the order of a walk, what was before and after, fail with a reason, rework, pass."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cases import AFTER
from tests.browser.conftest import Open, Shoot, SignIn, signed_in, wait_for_map
from tests.people import HUANGTANG_3, PLACES

GRIDS = [HUANGTANG_3, "320281104206001", "320281104206002"]
WORKER = ("worker", "璜塘村第3网格")
MEMBER = ("squad_member", "一中队")


def handled(field: SignIn, at: str) -> str:
    """The id of a case that waits for inspection."""
    case_id: str = field(*WORKER).report(at=at)["id"]
    squad = field(*MEMBER)
    squad.act("acknowledge", case_id)
    squad.act("arrive", case_id)
    squad.act("feedback", case_id, AFTER.read_bytes(), words="已清运")
    return case_id


def answer(page: Page, button: str, words: str | None = None, chip: str | None = None) -> None:
    page.get_by_role("button", name=button).click()
    sheet = page.get_by_role("dialog")
    if chip:
        sheet.get_by_role("button", name=chip).click()
    if words:
        sheet.get_by_role("textbox").fill(words)
    sheet.get_by_role("button", name=button).click()
    expect(sheet).to_have_count(0)


@pytest.mark.nightly
def test_a_round_of_inspections(phone: Open, field: SignIn, shoot: Shoot) -> None:
    ids = [handled(field, at) for at in GRIDS]

    inspector = signed_in(phone(), "inspector")
    expect(inspector.locator(".case-row").first).to_be_visible()
    shoot(inspector, "inspector-0-home")
    inspector.get_by_role("link", name="任务").click()
    inspector.get_by_role("tab", name=re.compile("待核查")).click()
    rows = inspector.locator(".case-row")
    expect(rows).to_have_count(len(ids))
    expect(inspector.get_by_text("从这里走，先近后远")).to_be_visible()
    links = [row.get_attribute("href") or "" for row in inspector.locator(".case-row-link").all()]
    walked = [PLACES[GRIDS[ids.index(link.rsplit("/", 1)[-1])]] for link in links]
    here = PLACES[HUANGTANG_3]
    assert walked[0] == here
    for (from_, next_), rest in zip(pairwise(walked), [walked[1:], walked[2:]], strict=False):
        assert apart(from_, next_) == min(apart(from_, one) for one in rest)
    inspector.get_by_role("button", name="看地图").click()
    wait_for_map(inspector)
    expect(inspector.locator(".stop-mark-next")).to_have_count(len(ids))
    shoot(inspector, "inspector-1-walk")

    inspector.locator(".case-row-link").first.click()
    expect(inspector.get_by_text("结案标准").first).to_be_visible()
    edge = inspector.get_by_role("slider", name="处置前和处置后的分界")
    edge.focus()
    edge.press("ArrowLeft")
    shoot(inspector, "inspector-2-case")
    answer(inspector, "不通过，返工", chip="没有处置到位")
    expect(inspector.get_by_text("返工", exact=True).first).to_be_visible()

    member = signed_in(phone(), *MEMBER, f"/cases/{ids[0]}")
    expect(member.get_by_text("返工第 1 次")).to_be_visible()
    expect(member.get_by_text("没有处置到位")).to_be_visible()
    shoot(member, "inspector-3-rework")
    member.context.close()
    field(*MEMBER).act("acknowledge", ids[0])
    field(*MEMBER).act("feedback", ids[0], AFTER.read_bytes() + b"\0", words="重新清运")

    inspector.goto(f"/cases/{ids[0]}")
    inspector.get_by_role("button", name="核查通过").click()
    sheet = inspector.get_by_role("dialog")
    sheet.locator("input[type=file][capture]").set_input_files(AFTER)
    expect(sheet.get_by_role("img")).to_be_visible()
    sheet.get_by_role("button", name="核查通过").click()
    expect(inspector.get_by_text("已结案").first).to_be_visible()
    expect(inspector.locator("article.unsent")).to_have_count(0)
    assert field("inspector").case(ids[0])["status"] == "closed"


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float((0.85 * (a[0] - b[0])) ** 2 + (a[1] - b[1]) ** 2)


@pytest.mark.nightly
def test_whoever_handled_it_is_not_offered_to_inspect_it(phone: Open, field: SignIn) -> None:
    member = signed_in(phone(), *MEMBER, f"/cases/{handled(field, HUANGTANG_3)}")
    expect(member.get_by_role("heading", name="处置后")).to_be_visible()
    expect(member.get_by_role("button", name="核查通过")).to_have_count(0)


@pytest.mark.nightly
def test_reported_again_and_settled_on_the_spot(phone: Open, field: SignIn, shoot: Shoot) -> None:
    first = field(*WORKER).report("E0112")["id"]
    worker = signed_in(phone(), *WORKER)
    worker.locator("input[type=file][capture]").set_input_files(AFTER)
    worker.get_by_role("searchbox").fill("dlbj")
    worker.get_by_role("button", name=re.compile("道路不洁")).first.click()
    expect(worker.get_by_text(re.compile("同类案件"))).to_be_visible()
    worker.get_by_text("就是它").scroll_into_view_if_needed()
    shoot(worker, "again-1-offered")
    worker.get_by_role("button", name="就是它，加一张照片").click()
    expect(worker.get_by_text("不另立案")).to_be_visible()
    worker.get_by_role("button", name="提交").click()
    expect(worker.get_by_role("heading", name="已送达，加到了已有的案件里")).to_be_visible()
    shoot(worker, "again-2-joined")
    assert field(*WORKER).case(first)["report_count"] == 2

    worker.emulate_media(color_scheme="dark")
    worker.get_by_role("button", name="回首页").click()
    worker.locator("input[type=file][capture]").set_input_files(AFTER)
    worker.get_by_role("searchbox").fill("dlbj")
    worker.get_by_role("button", name=re.compile("道路不洁")).first.click()
    worker.get_by_role("switch", name=re.compile("已当场处理好")).check()
    worker.get_by_role("button", name="提交").click()
    expect(worker.get_by_role("alert")).to_contain_text("处理后的照片")
    worker.locator(".self-handled input[type=file][capture]").set_input_files(AFTER.parent / "Portrait_6.jpg")
    expect(worker.locator(".self-handled img")).to_be_visible()
    shoot(worker, "again-3-settled-dark")
    worker.get_by_role("button", name="提交").click()
    expect(worker.get_by_role("heading", name=re.compile("当场处理|别人核查"))).to_be_visible()
    shoot(worker, "again-4-sent-dark")


@pytest.mark.nightly
def test_more_time_is_asked_for_with_a_reason(phone: Open, field: SignIn, shoot: Shoot) -> None:
    case_id = field(*WORKER).report()["id"]
    field(*MEMBER).act("acknowledge", case_id)
    field("operator").act("supervise", case_id, words="居民反映强烈，请尽快", until="2027-01-31T09:00:00+08:00")
    field("operator").act("add_co_handler", case_id, words="帮忙疏导交通", squad="xxk-squad-2")
    squad = signed_in(phone(color_scheme="dark"), *MEMBER, f"/cases/{case_id}")
    expect(squad.get_by_text("居民反映强烈").first).to_be_visible()
    shoot(squad, "case-1-supervised-dark")
    squad.get_by_role("button", name="更多").click()
    shoot(squad, "case-2-more-dark")
    squad.get_by_role("dialog").get_by_role("button", name="申请挂账").click()
    sheet = squad.get_by_role("dialog")
    sheet.get_by_role("button", name="申请挂账").click()
    expect(sheet.get_by_role("alert")).to_be_visible()
    sheet.get_by_role("button", name="等工程").click()
    sheet.get_by_role("button", name="一个月后").click()
    shoot(squad, "case-3-suspension-dark")
    sheet.get_by_role("button", name="申请挂账").click()
    expect(squad.get_by_text("已申请挂账，等指挥中心答复")).to_be_visible()
    squad.get_by_role("button", name="看时限说明").click()
    expect(squad.get_by_role("dialog", name="时限")).to_contain_text("处置")
    shoot(squad, "case-4-clocks-dark")
    squad.get_by_role("button", name="关闭").click()
    squad.get_by_role("button", name="回复", exact=True).click()
    squad.get_by_role("dialog").get_by_role("textbox").fill("明早处置")
    squad.get_by_role("dialog").get_by_role("button", name="回复督办").click()
    expect(squad.get_by_role("button", name="回复", exact=True)).to_have_count(0)
    squad.get_by_role("button", name="导航").click()
    shoot(squad, "case-5-navigate-dark")

    squad.context.close()

    other = signed_in(phone(), "squad_member", "二中队", "/tasks")
    expect(other.get_by_text(re.compile("协办 · 待接单"))).to_be_visible()
    shoot(other, "case-6-part")
    with other.expect_response(lambda answer: answer.request.method == "PUT"):
        other.get_by_role("button", name="协办接单").click()
    expect(other.get_by_text("已接单", exact=True)).to_be_visible()
    assert [part["state"] for part in field(*MEMBER).case(case_id)["parts"]] == ["taken"]


def test_a_leader_reviews_and_large_text_stays_whole(phone: Open, field: SignIn, shoot: Shoot) -> None:
    case_id = field(*WORKER).report("E0113")["id"]
    field(*MEMBER).act("acknowledge", case_id)
    field(*MEMBER).act("feedback", case_id, AFTER.read_bytes(), words="已修补")
    leader = signed_in(phone(), "squad_leader", "一中队", "/me")
    leader.get_by_role("radio", name="大字").click()
    leader.goto(f"/cases/{case_id}")
    expect(leader.get_by_role("button", name="审核通过")).to_be_visible()
    assert leader.evaluate("document.documentElement.scrollWidth") == 390
    shoot(leader, "leader-1-large")
    leader.goto("/tasks")
    expect(leader.locator(".case-row").first).to_be_visible()
    assert leader.evaluate("document.documentElement.scrollWidth") == 390
    shoot(leader, "leader-2-large-list")
