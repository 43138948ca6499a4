"""Short messages against a gateway that verifies and sends one id once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.notifications.channels.outcome import Outcome, Result
from backend.notifications.channels.sms import ShortMessage, SmsProvider, request, send, signature
from backend.notifications.channels.words import Subject
from backend.outbound import OutboundRules
from tests.outside import hostile
from tests.outside.serving import Reply
from tests.outside.sms_gateway import KEY_ID, SECRET, SmsGateway, sms_gateway

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ID = UUID("01930000-0000-7000-8000-000000000001")
MESSAGE = ShortMessage(ID, "13800001111", Subject.TASK, {"count": "3"})


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with sms_gateway(lambda: NOW) as gateway:
        yield gateway


def provider_at(origin: str, **changed: str) -> SmsProvider:
    values = {"url": f"{origin}/send?county=320281", "key_id": KEY_ID, "secret": SECRET, "sign_name": "梭子"} | changed
    return SmsProvider(**values, templates={Subject.TASK: "SMS_1001", Subject.FILED: "SMS_9"})


async def sent(gateway: SmsGateway, message: ShortMessage = MESSAGE, *, at: datetime = NOW, **changed: str) -> Outcome:
    rules = OutboundRules(origins=frozenset({gateway.origin}))
    return await send(rules, provider_at(gateway.origin, **changed), message, now=at)


def test_the_signature_is_exactly_as_described() -> None:
    """Worked out with openssl, as docs/channels.md shows."""
    expected = "635ded79f4a86fc6389ec59cede11eded8d62212dede6357784e9cd04d88f9b7"
    assert signature("0f1e2d3c", "POST", "/send?a=b", 1763861400, b'{"id":"1"}') == expected


async def test_a_message_is_taken_once(gateway: SmsGateway) -> None:
    assert await sent(gateway) == Outcome(Result.SENT)
    assert await sent(gateway, at=NOW + timedelta(seconds=30)) == Outcome(Result.SENT)
    assert gateway.sent == {
        str(ID): {
            "id": str(ID),
            "phone": "13800001111",
            "sign_name": "梭子",
            "template": "SMS_1001",
            "params": {"count": "3"},
        }
    }


async def test_a_wrong_key_or_clock_is_for_a_person_to_mend(gateway: SmsGateway) -> None:
    for outcome in (
        await sent(gateway, secret="wrong"),
        await sent(gateway, key_id="wrong"),
        await sent(gateway, at=NOW + timedelta(minutes=6)),
    ):
        assert (outcome.result, outcome.reason) == (Result.REFUSED, "bad_signature")
    assert not gateway.sent


async def test_what_is_signed_cannot_be_changed_on_the_way(gateway: SmsGateway) -> None:
    headers, body = request(provider_at(gateway.origin), MESSAGE, NOW)
    stamp = int(headers["suozi-timestamp"])
    signed = headers["suozi-signature"]
    assert signed == signature(SECRET, "POST", "/send?county=320281", stamp, body)
    for other in (
        signature(SECRET, "POST", "/send?county=320282", stamp, body),
        signature(SECRET, "POST", "/send?county=320281", stamp + 1, body),
        signature(SECRET, "POST", "/send?county=320281", stamp, body.replace(b"13800001111", b"13800002222")),
        signature(SECRET, "PUT", "/send?county=320281", stamp, body),
    ):
        assert other != signed


async def test_what_a_gateway_refuses(gateway: SmsGateway) -> None:
    gateway.dead.add("13800001111")
    dead = await sent(gateway)
    assert (dead.result, dead.reason) == (Result.GONE, "dead_number")
    assert "13800001111" not in f"{dead}"
    unknown = await sent(gateway, ShortMessage(ID, "13800002222", Subject.FILED))
    assert (unknown.result, unknown.reason, unknown.said) == (Result.REFUSED, "unknown_template", "SMS_9")
    assert await sent(gateway, ShortMessage(ID, "13800002222", Subject.DIGEST)) == Outcome(
        Result.REFUSED, "no_template"
    )
    assert len(gateway.asked) == 2


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(429, b"{}", {"retry-after": "90"}), Outcome(Result.LATER, "rate_limited", timedelta(seconds=90))),
        (Reply(503), Outcome(Result.LATER, "http_503")),
        (Reply(200, b"<html>"), Outcome(Result.LATER, "not_understood", said="<html>")),
        (Reply(204), Outcome(Result.REFUSED, "http_204")),
        (Reply(404, b"no such page"), Outcome(Result.REFUSED, "http_404", said="no such page")),
        (Reply(400, b'{"code": "Nasty\\ncode", "message": 1}'), Outcome(Result.REFUSED, "http_400", said="1")),
        (Reply(307, b"", {"location": "http://127.0.0.1/"}), Outcome(Result.REFUSED, "http_307")),
    ],
)
async def test_what_a_gateway_says_otherwise(gateway: SmsGateway, reply: Reply, outcome: Outcome) -> None:
    gateway.replies.append(reply)
    assert await sent(gateway) == outcome


async def test_a_gateway_that_is_not_on_the_list_is_not_asked(gateway: SmsGateway) -> None:
    outcome = await send(OutboundRules(), provider_at(gateway.origin), MESSAGE, now=NOW)
    assert outcome == Outcome(Result.REFUSED, "not_allowed", said="not_https")
    assert not gateway.asked


async def test_a_gateway_that_is_silent_is_for_later() -> None:
    with hostile.listening(hostile.silent) as silent:
        rules = OutboundRules(origins=frozenset({silent.origin}), within_s=0.2)
        assert await send(rules, provider_at(silent.origin), MESSAGE, now=NOW) == Outcome(Result.LATER, "timeout")


@pytest.mark.parametrize(
    "phone",
    ["", "12800001111", "1380000111", "138000011112", "+8613800001111", "１３８０００１１１１１", "010-88886666"],
)
def test_only_mobile_numbers_are_written_to(phone: str) -> None:
    with pytest.raises(ValueError, match="11 digits"):
        ShortMessage(ID, phone, Subject.TASK)


@pytest.mark.parametrize("text", ["", "张三", "人民路 1 号", "Li Si", "13800001111", "a" * 5, "1\n", "A" * 21, "1.5"])
def test_a_parameter_is_a_count_or_a_code(text: str) -> None:
    with pytest.raises(ValueError, match="count or a code"):
        ShortMessage(ID, "13800001111", Subject.TASK, {"count": text})


def test_secrets_and_numbers_are_not_shown() -> None:
    provider = provider_at("https://sms.county.test")
    assert SECRET not in repr(provider)
    assert "13800001111" not in repr(MESSAGE)
    assert json.loads(request(provider, MESSAGE, NOW)[1])["phone"] == "13800001111"
