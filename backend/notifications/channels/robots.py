"""Group robots of DingTalk, WeCom and Feishu: which they are, whether an address is one, and sending to it.

How often a robot may be used is `bucket.py`'s; a digest for a squad is put together by whoever calls.
"""

from datetime import datetime
from types import ModuleType

from backend.notifications.channels import dingtalk, feishu, wecom
from backend.notifications.channels.group_messages import GroupMessage, RobotAddress, RobotKind
from backend.notifications.channels.outcome import Outcome, not_sent
from backend.outbound import NoAnswer, NotListed, OutboundRules, allowed_target, post

__all__ = ["ROBOT_HOSTS", "BadRobot", "GroupMessage", "RobotAddress", "RobotKind", "checked_robot", "send"]

_MESSENGERS: dict[RobotKind, ModuleType] = {
    RobotKind.DINGTALK: dingtalk,
    RobotKind.WECOM: wecom,
    RobotKind.FEISHU: feishu,
}
ROBOT_HOSTS = frozenset({dingtalk.HOST, wecom.HOST, feishu.HOST})
LONGEST_SECRET = 200
_JSON = {"content-type": "application/json; charset=utf-8"}


class BadRobot(ValueError):  # noqa: N818 -- says what is so
    """What somebody typed is no robot. `field` is `url` or `secret`; `code` says what is wrong with it."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


def checked_robot(rules: OutboundRules, kind: RobotKind, url: str, secret: str = "") -> RobotAddress:
    """A robot's address as its messenger shows it, without anything added to it; raises BadRobot."""
    url, secret = url.strip(), secret.strip()
    try:
        allowed_target(rules, url)
    except NotListed as error:
        raise BadRobot("url", error.reason) from None
    if not _MESSENGERS[kind].URL_SHAPE.fullmatch(url):
        raise BadRobot("url", "not_this_messenger")
    if len(secret) > LONGEST_SECRET or not secret.isascii() or not (secret.isprintable()):
        raise BadRobot("secret", "malformed")
    return RobotAddress(kind, url, secret)


async def send(rules: OutboundRules, address: RobotAddress, message: GroupMessage, *, now: datetime) -> Outcome:
    """One message to one group. After `timeout` or `broken` it may have arrived all the same: robots know no repeats."""
    messenger = _MESSENGERS[address.kind]
    request = messenger.request(address, message, now)
    try:
        answer = await post(rules, request.url, headers=_JSON, body=request.body)
    except (NotListed, NoAnswer) as error:
        return not_sent(error)
    outcome: Outcome = messenger.read(answer, address, now)
    return outcome
