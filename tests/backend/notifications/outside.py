"""A county whose messages really go out: to a push service, messengers and a gateway on this machine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.notifications.channels.sms import SmsProvider
from backend.notifications.channels.words import Subject
from backend.notifications.outside import Outside
from backend.outbound import OutboundRules
from tests.conftest import Clock
from tests.outside.push_service import Browser, PushService, push_service
from tests.outside.robots import Messengers, Robot, messengers
from tests.outside.sms_gateway import KEY_ID, SECRET, SmsGateway, sms_gateway
from tests.people import Person


@dataclass(frozen=True)
class World:
    """Everything outside. `outside` is what our server knows of it."""

    push: PushService
    robots: Messengers
    sms: SmsGateway
    outside: Outside


@contextmanager
def world(clock: Clock, folder: Path) -> Iterator[World]:
    with ExitStack() as stack:
        push = stack.enter_context(push_service(clock))
        groups = stack.enter_context(messengers(clock))
        gateway = stack.enter_context(sms_gateway(clock))
        gateway.templates = {f"T-{subject}": "{count}" for subject in Subject}
        templates = {subject: f"T-{subject}" for subject in Subject}
        outside = Outside(
            rules=OutboundRules(origins=frozenset({push.origin, groups.origin, gateway.origin})),
            folder=folder,
            contact="mailto:admin@suozi.invalid",
            sms=SmsProvider(f"{gateway.origin}/send", KEY_ID, SECRET, "梭子", templates),
        )
        yield World(push, groups, gateway, outside)


async def subscribe(person: Person, world: World) -> Browser:
    """The person says yes to being told in a browser of theirs."""
    browser = world.push.subscribe()
    body = {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}}
    answer = await person.http.put("/api/me/push-subscription", json=body, headers={"origin": "http://suozi.test"})
    assert answer.status_code == 204, answer.text
    return browser


async def add_robot(administrator: Person, world: World, robot: Robot, robot_id: str, **more: object) -> None:
    body = {
        "name": "中队群",
        "kind": robot.kind,
        "squad": "xxk-squad-1",
        "url": world.robots.url(robot),
        "secret": robot.secret,
    } | more
    answer = await administrator.http.put(f"/api/channels/robots/{robot_id}", json=body)
    assert answer.status_code == 200, answer.text
