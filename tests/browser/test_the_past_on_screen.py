"""The time machine on the command view: three moments of a case's life, each compared with its history in the database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.cases.models import Status
from backend.cases.terms import STATUS_WORDS
from backend.settings import Settings
from tests.browser.cases import AFTER
from tests.browser.conftest import Open, Shoot, SignIn, signed_in, wait_for_map

# Whole hours before the last one that is over, and what happens to the case in them.
HAPPENED = {"report": 5, "route": 5, "acknowledge": 3, "feedback": 2}
LOOKED_AT = (4, 3, 1)
HOUR = timedelta(hours=1)


def _last_hour() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def _lived_through_the_morning(settings: Settings, case: dict[str, Any]) -> None:
    """The case's steps happened some hours ago, ten minutes past the hour."""
    with psycopg.connect(settings.conninfo) as connection:
        for action, hours in HAPPENED.items():
            at = _last_hour() - hours * HOUR - timedelta(minutes=50)
            connection.execute(
                "UPDATE case_event SET at = %s + seq * interval '1 second' WHERE case_id = %s AND action = %s",
                (at, case["id"], action),
            )
        connection.execute(
            'UPDATE "case" SET opened_at = (SELECT min(at) FROM case_event WHERE case_id = "case".id) WHERE id = %s',
            (case["id"],),
        )


def _by_its_history(settings: Settings, case: dict[str, Any], at: datetime) -> str:
    with psycopg.connect(settings.conninfo) as connection:
        row = connection.execute(
            "SELECT to_status FROM case_event WHERE case_id = %s AND at <= %s ORDER BY seq DESC LIMIT 1",
            (case["id"], at),
        ).fetchone()
    assert row
    return STATUS_WORDS[Status(row[0])].zh


def _row(page: Page, case: dict[str, Any]) -> Locator:
    return page.locator(".past-queue li", has=page.locator(f"[aria-label='勾选 {case['code']}']"))


@pytest.mark.nightly
def test_the_screen_shows_what_the_history_says(desk: Open, field: SignIn, loaded_town: Settings, shoot: Shoot) -> None:
    worker, squad = field("worker", "璜塘村第3网格"), field("squad_member", "一中队")
    case = worker.report("E0110", words="路口垃圾")
    squad.act("acknowledge", case["id"])
    squad.act("feedback", case["id"], AFTER.read_bytes(), words="清理完毕")
    _lived_through_the_morning(loaded_town, case)

    page = signed_in(desk(), "operator", path=f"/desk#/cases/{case['id']}")
    wait_for_map(page)
    expect(page.locator(".panel .code")).to_contain_text(case["code"])
    slider = page.get_by_role("slider", name="回看的时刻")
    slider.focus()
    full = int(slider.get_attribute("max") or 0)
    pressed = 0
    words = []
    for hours in LOOKED_AT[::-1]:
        while pressed < hours:
            page.keyboard.press("ArrowLeft")
            pressed += 1
        at = _last_hour() - hours * HOUR
        words.append(_by_its_history(loaded_town, case, at))
        expect(page.locator(".past-banner")).to_contain_text("只能看，不能操作")
        assert slider.input_value() == str(full - hours)
        expect(_row(page, case)).to_contain_text(words[-1])
        expect(page.locator(".panel .status-word, .panel .clock-line").first).to_contain_text(words[-1])
        assert page.locator(".panel .step-bar button").count() == 0, "nothing can be done with the past"
        shoot(page, f"past-{hours}")
    assert len(set(words)) == 3, words
    # Still at the slider: letters walk through the queue of then.
    page.keyboard.press("j")
    expect(page.locator(".past-queue .queue-row").first).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("k")
    expect(page.locator(".past-queue .queue-row").first).to_be_focused()
    slider.focus()

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(_row(page, case)).to_have_count(0)
    expect(page.locator(".panel")).not_to_contain_text(case["code"])

    later = worker.report("E0110", words="回看时又报了一件")
    page.locator(".past-banner").get_by_role("button", name="回到现在").click()
    expect(page.locator(".past-banner")).to_have_count(0)
    expect(page.locator(".panel .code")).to_contain_text(case["code"])
    expect(page.locator(".queue li", has=page.locator(f"[aria-label='勾选 {later['code']}']"))).to_be_visible()


@pytest.mark.nightly
def test_a_past_day_and_the_dark(desk: Open, field: SignIn, shoot: Shoot) -> None:
    page = signed_in(desk(color_scheme="dark", viewport={"width": 1920, "height": 1080}), "operator", path="/desk")
    wait_for_map(page)
    page.get_by_role("button", name="指定日期").click()
    expect(page.locator(".past-banner")).to_contain_text("昨天 12:00")
    expect(page.locator(".past-banner")).to_contain_text("当时在办")
    expect(page.get_by_label("日期", exact=True)).to_be_visible()
    page.get_by_role("button", name="图层").click()
    page.get_by_label("巡查人员").check()
    reason = page.get_by_role("dialog")
    expect(reason).to_contain_text("巡查人员在所选时刻的位置")
    reason.get_by_label("居民来电核实").check()
    reason.get_by_role("button", name="登记并查看").click()
    people = page.get_by_role("complementary", name="当时在巡查")
    expect(people).to_contain_text("昨天 12:00 的位置")
    shoot(page, "past-dark")
    page.get_by_role("button", name="回到现在").first.click()
    expect(page.locator(".past-banner")).to_have_count(0)
    expect(people).to_have_count(0)
