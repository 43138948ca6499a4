"""What goes out: to whom, when, once, and what our record says of it. The services are real ones of our own."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.notifications.channels.mail import MailServer, Security
from backend.notifications.forgetting import forget_told
from backend.notifications.kinds import Channel
from backend.notifications.models import Delivery, NoticeWish, PushSubscription
from backend.staff.models import RotaShift
from backend.worker import deliver_all
from tests.backend.notifications.outside import World, add_robot, subscribe
from tests.backend.notifications.test_telling import acted, reach, reported, see, told
from tests.conftest import Clock
from tests.outside.push_service import Browser
from tests.outside.serving import Reply
from tests.people import People, photo

SECRETS = ("暴露生活垃圾", "璜塘", "E0110", "巷口", "320281")


async def minutes(app: FastAPI, clock: Clock, count: float) -> None:
    """Time passes, and the worker's minute comes."""
    clock.at += timedelta(minutes=count)
    await deliver_all(app.state.sessions, app.state.outside, clock)


def shown(world: World, browser: Browser) -> list[dict[str, Any]]:
    return [json.loads(kept.text)["notification"] for kept in world.push.waiting(browser)]


async def rows(session: AsyncSession, channel: Channel) -> list[Delivery]:
    session.expire_all()
    found = select(Delivery).where(col(Delivery.channel) == channel)
    return list(await session.scalars(found.order_by(col(Delivery.queued_at), col(Delivery.round))))


async def test_a_dispatch_reaches_a_closed_browser_in_neutral_words(
    app: FastAPI, people: People, outside: World, drain_jobs: Any
) -> None:
    member = await people.squad_member()
    browser = await subscribe(member, outside)
    case = await reported(await people.worker(), words="巷口垃圾一堆")
    await drain_jobs()
    (message,) = shown(outside, browser)
    assert (message["title"], message["body"]) == ("新任务", "你有 1 件新任务，请打开梭子查看")
    (notice,) = await told(member)
    assert message["navigate"] == f"http://suozi.test/?notice={notice['id']}#/cases/{case['id']}"
    (kept,) = outside.push.waiting(browser)
    assert int(kept.headers["ttl"]) >= 3600
    assert not any(secret in kept.text for secret in (*SECRETS, case["code"]))


async def test_every_state_has_its_time(
    app: FastAPI, people: People, outside: World, drain_jobs: Any, clock: Clock
) -> None:
    member, operator = await people.squad_member(), await people.operator()
    await subscribe(member, outside)
    case = await reported(await people.worker())
    await drain_jobs()
    (notice,) = await told(member)
    clock.at += timedelta(seconds=5)
    await member.http.put("/api/notices/delivered", json={"ids": [notice["id"]], "channel": "web_push"})
    clock.at += timedelta(seconds=5)
    await see(member, notice)
    clock.at += timedelta(seconds=5)
    await acted(member, "acknowledge", case)
    (far,) = await reach(operator, case)
    (one,) = [r for r in far["receivers"] if r["name"] == member.about["name"]]
    assert {d["channel"]: d["state"] for d in one["deliveries"]} == {"in_app": "acted", "web_push": "delivered"}
    assert one["delivered_at"] < one["seen_at"] < one["acted_at"]


async def test_what_was_read_in_the_app_is_not_sent(
    app: FastAPI, people: People, outside: World, clock: Clock, session: AsyncSession
) -> None:
    member = await people.squad_member()
    browser = await subscribe(member, outside)
    await reported(await people.worker())
    await see(member, *await told(member))
    await minutes(app, clock, 1)
    assert shown(outside, browser) == []
    assert [(row.state, row.reason) for row in await rows(session, Channel.WEB_PUSH)] == [("skipped", "seen")]


async def test_two_telephones_are_told_once_on_the_one_used_last(
    app: FastAPI, people: People, outside: World, drain_jobs: Any, clock: Clock
) -> None:
    member = await people.squad_member()
    old = await subscribe(member, outside)
    clock.at += timedelta(minutes=1)
    new = await subscribe(member, outside)
    await reported(await people.worker())
    await drain_jobs()
    assert (len(shown(outside, old)), len(shown(outside, new))) == (0, 1)


async def test_a_dead_browser_is_forgotten_and_the_other_told(
    app: FastAPI, people: People, outside: World, drain_jobs: Any, clock: Clock, session: AsyncSession
) -> None:
    member = await people.squad_member()
    old = await subscribe(member, outside)
    clock.at += timedelta(minutes=1)
    outside.push.unsubscribe(await subscribe(member, outside))
    await reported(await people.worker())
    await drain_jobs()
    assert len(shown(outside, old)) == 1
    assert [s.endpoint for s in await session.scalars(select(PushSubscription))] == [old.endpoint]
    assert [row.state for row in await rows(session, Channel.WEB_PUSH)] == ["sent"]


async def test_signing_out_takes_the_browser_along(
    people: People, outside: World, drain_jobs: Any, session: AsyncSession, clock: Clock
) -> None:
    member = await people.squad_member()
    browser = await subscribe(member, outside)
    assert (await member.http.delete("/api/session")).status_code == 204
    await reported(await people.worker())
    await drain_jobs()
    assert shown(outside, browser) == []
    again = await people.squad_member()
    assert (await again.http.get("/api/me/notice-wish")).json()["push_devices"] == 0
    await forget_told(session, clock.at)
    assert (await session.scalars(select(PushSubscription))).all() == []


async def test_a_service_that_asks_to_wait_is_waited_for(
    app: FastAPI, people: People, outside: World, clock: Clock, session: AsyncSession
) -> None:
    member = await people.squad_member()
    browser = await subscribe(member, outside)
    await reported(await people.worker())
    outside.push.replies.append(Reply(429, headers={"retry-after": "300"}))
    await minutes(app, clock, 0)
    (row,) = await rows(session, Channel.WEB_PUSH)
    assert (row.state, row.reason, row.attempts) == ("queued", "rate_limited", 1)
    assert row.send_at == clock.at + timedelta(seconds=300)
    await minutes(app, clock, 4)
    assert shown(outside, browser) == []
    await minutes(app, clock, 1)
    assert len(shown(outside, browser)) == 1


async def test_nobody_off_duty_is_woken(
    app: FastAPI, people: People, outside: World, clock: Clock, session: AsyncSession
) -> None:
    member = await people.squad_member()
    browser = await subscribe(member, outside)
    assert (await member.http.put("/api/duty/status", json={"status": "home"})).status_code == 200
    await reported(await people.worker())
    await minutes(app, clock, 1)
    assert shown(outside, browser) == []
    (row,) = await rows(session, Channel.WEB_PUSH)
    assert (row.state, row.reason) == ("queued", "off_duty")
    assert row.send_at > clock.at
    # The list in the app has it all the same.
    assert len(await told(member)) == 1


async def test_whoever_signed_off_without_a_next_shift_is_asked_after_later_and_not_for_ever(
    app: FastAPI, people: People, outside: World, clock: Clock, session: AsyncSession
) -> None:
    member = await people.squad_member()
    browser = await subscribe(member, outside)
    await session.execute(delete(RotaShift))
    assert (await member.http.put("/api/duty/status", json={"status": "home"})).status_code == 200
    operator = await people.operator()
    case = await reported(await people.worker())
    if case["status"] == "pending_dispatch":
        await acted(operator, "dispatch", case, squad="xxk-squad-1")
    await minutes(app, clock, 1)
    (row,) = await rows(session, Channel.WEB_PUSH)
    assert (row.state, row.reason) == ("queued", "off_duty")
    assert row.send_at > clock.at
    assert shown(outside, browser) == []


async def test_a_message_that_cannot_be_made_keeps_no_other_back(
    app: FastAPI, people: People, outside: World, clock: Clock, session: AsyncSession
) -> None:
    member, leader = await people.squad_member(), await people.squad_leader()
    app.state.outside = replace(outside.outside, mail=MailServer("127.0.0.1", 9, "suozi@example.cn", Security.NONE))
    browser = await subscribe(leader, outside)
    await member.http.put("/api/me/notice-wish", json={"mail": "member@example.cn"})
    # What no release of ours has written.
    await session.execute(update(NoticeWish).values(mail="nobody"))
    await reported(await people.worker())
    await session.execute(
        update(Delivery).where(col(Delivery.channel) == Channel.MAIL).values(send_at=clock.at - timedelta(hours=1))
    )
    await minutes(app, clock, 1)
    (row,) = await rows(session, Channel.MAIL)
    assert (row.state, row.reason, row.attempts) == ("queued", "defect", 1)
    assert len(shown(outside, browser)) == 1


async def test_an_emergency_is_said_again_until_somebody_accepts_it(
    app: FastAPI, people: People, outside: World, clock: Clock, session: AsyncSession
) -> None:
    member, leader = await people.squad_member(), await people.squad_leader()
    browser = await subscribe(member, outside)
    case = await reported(await people.worker(), "E0505")
    assert case["severity"] == "emergency"
    for _ in range(4):
        await minutes(app, clock, 1)
    rounds = [row.round for row in await rows(session, Channel.WEB_PUSH) if row.state == "sent"]
    assert rounds == [1, 2, 3, 4]
    assert len(outside.push.asked) == 4
    # Of one topic a telephone that was off gets the last alone.
    assert len(shown(outside, browser)) == 1
    await acted(leader, "acknowledge", case)
    await minutes(app, clock, 5)
    assert len(outside.push.asked) == 4


async def test_what_can_wait_comes_in_one_message(app: FastAPI, people: People, outside: World, clock: Clock) -> None:
    worker, member, inspector = await people.worker(), await people.squad_member(), await people.inspector()
    browser = await subscribe(worker, outside)
    for _ in range(3):
        case = await acted(member, "acknowledge", await reported(worker))
        case = await acted(member, "feedback", case, words="清完了", photos=[photo()])
        await acted(inspector, "pass", case)
    await minutes(app, clock, 20)
    assert shown(outside, browser) == []
    await minutes(app, clock, 11)
    (message,) = shown(outside, browser)
    assert message["body"] == "你上报的 3 件案件已办结，请打开梭子查看"


async def test_a_group_gets_a_digest_within_its_budget(
    app: FastAPI, people: People, outside: World, clock: Clock, session: AsyncSession
) -> None:
    administrator, worker = await people.administrator(), await people.worker()
    robot = outside.robots.robot("dingtalk")
    await add_robot(administrator, outside, robot, str(uuid4()))
    for _ in range(5):
        await reported(worker)
        clock.at += timedelta(seconds=5)
    await minutes(app, clock, 1)
    (message,) = robot.messages
    text = json.dumps(message, ensure_ascii=False)
    assert "新任务 5 件" in text
    assert not any(secret in text for secret in SECRETS)
    assert [row.state for row in await rows(session, Channel.ROBOT)] == ["sent"] * 5


async def test_a_wrong_secret_is_on_the_board_and_a_test_shows_that_it_is_mended(
    app: FastAPI, people: People, outside: World, clock: Clock
) -> None:
    administrator, operator = await people.administrator(), await people.operator()
    robot, robot_id = outside.robots.robot("feishu"), str(uuid4())
    await add_robot(administrator, outside, robot, robot_id, secret="wrong")
    await reported(await people.worker())
    await minutes(app, clock, 1)
    answer = await operator.http.get("/api/channels")
    assert answer.status_code == 200, answer.text
    (seen,) = answer.json()["robots"]
    assert (seen["reason"], seen["reason_words"]) == ("bad_signature", "加签密钥不对，请重新填写")
    assert seen["failing_since"]
    assert "url" not in seen
    assert "secret" not in seen
    await add_robot(administrator, outside, robot, robot_id)
    tested = (await operator.http.post(f"/api/channels/robots/{robot_id}/test")).json()
    assert (tested["sent"], tested["reason"]) == (True, "")
    (seen,) = (await operator.http.get("/api/channels")).json()["robots"]
    assert (seen["failing_since"], seen["reason"]) == (None, "")


async def test_a_robot_is_never_driven_into_its_block(
    app: FastAPI, people: People, outside: World, clock: Clock
) -> None:
    administrator, operator = await people.administrator(), await people.operator()
    robot, robot_id = outside.robots.robot("dingtalk"), str(uuid4())
    await add_robot(administrator, outside, robot, robot_id)
    answers = []
    for _ in range(40):
        answers.append((await operator.http.post(f"/api/channels/robots/{robot_id}/test")).json())
        clock.at += timedelta(seconds=1)
    assert robot.silent_until is None
    assert {a["reason"] for a in answers} == {"", "budget"}


async def test_what_a_person_has_muted_is_not_sent_but_an_emergency(
    app: FastAPI, people: People, outside: World, clock: Clock, session: AsyncSession
) -> None:
    member = await people.squad_member()
    browser = await subscribe(member, outside)
    answer = await member.http.put("/api/me/notice-wish", json={"muted": ["web_push"], "language": "en"})
    assert answer.json()["muted"] == ["web_push"]
    await reported(await people.worker())
    await minutes(app, clock, 1)
    assert shown(outside, browser) == []
    await session.execute(update(Delivery).values(state="skipped"))
    await member.http.put("/api/me/notice-wish", json={"language": "en"})
    await reported(await people.worker())
    await minutes(app, clock, 1)
    assert [message["body"] for message in shown(outside, browser)] == ["You have a new task. Open Suozi to see it"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mail": "nobody"}, "mail"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"muted": ["in_app"]}, "muted.0"),
    ],
)
async def test_a_wish_that_cannot_be_is_named(people: People, body: dict[str, Any], field: str) -> None:
    answer = await (await people.worker()).http.put("/api/me/notice-wish", json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"endpoint": "https://169.254.169.254/latest"}, "endpoint"),
        ({"keys": {"p256dh": "AAAA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}, "keys.p256dh"),
        ({"keys": {"auth": "", "p256dh": ""}}, "keys.p256dh"),
    ],
)
async def test_a_browser_that_is_none_is_refused(
    people: People, outside: World, change: dict[str, Any], field: str
) -> None:
    browser = outside.push.subscribe()
    body = {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}} | change
    answer = await (await people.worker()).http.put("/api/me/push-subscription", json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
