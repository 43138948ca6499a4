"""Web Push against a service that verifies and decrypts: what the standards ask for, and what the library gets wrong."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from webpush import WebPush, WebPushSubscription

from backend.notifications.channels.outcome import Outcome, Result
from backend.notifications.channels.web_push import (
    LONGEST_PLAIN,
    PUSH_HOSTS,
    BadSubscription,
    PushMessage,
    PushTooLong,
    Subscription,
    Urgency,
    VapidKey,
    checked_subscription,
    encrypted,
    payload,
    push_request,
    send,
)
from backend.outbound import OutboundRules, post
from tests.examples import examples
from tests.outside.push_service import Browser, PushService, decoded, encoded, push_service
from tests.outside.serving import Reply

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
IN_SEVEN_MINUTES = format_datetime(NOW + timedelta(minutes=7), usegmt=True)
KEY = VapidKey.make("mailto:platform@county.test")
MESSAGE = PushMessage("新任务", "你有 1 件新任务，请打开梭子查看", "https://suozi.county.test/t/1", "t1", badge=3)


@pytest.fixture
def service():
    with push_service(lambda: NOW) as service:
        yield service


def rules_for(service: PushService) -> OutboundRules:
    return OutboundRules(PUSH_HOSTS, origins=frozenset({service.origin}))


def subscription_of(service: PushService, browser: Browser) -> Subscription:
    return checked_subscription(rules_for(service), endpoint=browser.endpoint, p256dh=browser.p256dh, auth=browser.auth)


async def sent(service: PushService, browser: Browser, message: PushMessage = MESSAGE, **more) -> Outcome:
    options = {"ttl": timedelta(hours=4), "now": NOW, **more}
    return await send(rules_for(service), KEY, subscription_of(service, browser), message, **options)


async def test_a_message_arrives_signed_and_readable_by_its_browser_alone(service: PushService) -> None:
    browser, other = service.subscribe(), service.subscribe()
    assert await sent(service, browser, urgency=Urgency.HIGH, topic="t1") == Outcome(Result.SENT)
    (kept,) = service.waiting(browser)
    assert kept.claims == {
        "aud": service.origin,
        "sub": "mailto:platform@county.test",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
    }
    assert {name: kept.headers[name] for name in ("ttl", "urgency", "topic", "content-encoding")} == {
        "ttl": "14400",
        "urgency": "high",
        "topic": "t1",
        "content-encoding": "aes128gcm",
    }
    with pytest.raises(InvalidTag):
        other.open(service.asked[0].body)
    assert not service.waiting(other)


def test_the_payload_is_what_declarative_web_push_reads() -> None:
    said = json.loads(payload(MESSAGE))
    assert said == {
        "web_push": 8030,
        "app_badge": 3,
        "notification": {
            "title": "新任务",
            "body": "你有 1 件新任务，请打开梭子查看",
            "navigate": "https://suozi.county.test/t/1",
            "tag": "t1",
            "lang": "zh-CN",
            "dir": "ltr",
            "silent": False,
            "app_badge": 3,
        },
    }
    assert "app_badge" not in payload(PushMessage("a", "b", "https://suozi.county.test/", "t")).decode()


def test_the_example_of_rfc_8291_opens() -> None:
    """Appendix A: so that what our service opens is what a browser opens."""
    key = ec.derive_private_key(
        int.from_bytes(decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    point = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    browser = Browser("", point, "BTBZMqHH6r4Tts7J_aSIgg", key)
    body = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95b"
        "Qpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert encoded(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)) == point
    assert browser.open(decoded(body)) == b"When I grow up, I want to be a watermelon"
    assert browser.open(encrypted(b"again", subscription_without_service(browser))) == b"again"


def subscription_without_service(browser: Browser) -> Subscription:
    return Subscription("https://push.test/", decoded(browser.p256dh), decoded(browser.auth))


BROWSER = PushService(origin="https://push.test").subscribe()


@settings(max_examples=examples(300, nightly=1000))
@given(st.text(max_size=400), st.text(max_size=2000), st.integers(0, 10**6) | st.none())
def test_every_message_opens_to_itself_in_one_record(title: str, body: str, badge: int | None) -> None:
    message = PushMessage(title, body, "https://suozi.county.test/t/1", "t", badge=badge)
    record = encrypted(payload(message), subscription_without_service(BROWSER))
    opened = json.loads(BROWSER.open(record))
    assert len(record) <= 4096
    plain = json.dumps(opened, ensure_ascii=False, separators=(",", ":")).encode()
    assert opened["notification"]["navigate"] == message.navigate
    if opened["notification"]["title"] != title:  # it did not fit, so the neutral one went
        whole = {**opened, "notification": {**opened["notification"], "title": title, "body": body}}
        assert len(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()) > LONGEST_PLAIN
        assert opened["notification"]["body"] == "有新消息，请打开梭子查看"
    else:
        assert opened["notification"]["body"] == body
    assert len(plain) <= LONGEST_PLAIN


def test_no_two_records_share_salt_or_key() -> None:
    records = [encrypted(b"same", subscription_without_service(BROWSER)) for _ in range(200)]
    assert len({record[:16] for record in records}) == 200
    assert len({record[21:86] for record in records}) == 200


# The defects of webpush 1.0.6. Each test shows the library's first, so that a better library makes itself known.


def by_the_library(browser: Browser) -> tuple[WebPush, WebPushSubscription]:
    own = ec.generate_private_key(ec.SECP256R1())
    library = WebPush(
        own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        subscriber="a@county.test",
    )
    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    return library, WebPushSubscription.model_validate({"endpoint": browser.endpoint, "keys": keys})


async def test_defect_1_a_message_for_a_phone_that_is_off_is_kept(service: PushService) -> None:
    browser = service.subscribe()
    library, receiver = by_the_library(browser)
    assert library.get(b"a", receiver).headers["ttl"] == "0"
    await sent(service, browser, ttl=timedelta(hours=1))
    assert service.waiting(browser)[0].until == NOW + timedelta(hours=1)
    for ttl in (timedelta(0), timedelta(minutes=59), timedelta(days=29)):
        with pytest.raises(ValueError, match="from an hour"):
            await sent(service, browser, ttl=ttl)


async def test_defect_2_nothing_of_one_message_stays_for_the_next(service: PushService) -> None:
    browser = service.subscribe()
    library, receiver = by_the_library(browser)
    library.get(b"a", receiver, ttl=3600)
    assert library.get(b"a", receiver).headers["ttl"] == "3600"
    assert library.get(b"a", receiver, ttl=0).headers["ttl"] == "3600"
    for hours, urgency, topic in ((4, Urgency.HIGH, "a"), (1, Urgency.LOW, None), (2, Urgency.NORMAL, "b")):
        await sent(service, browser, ttl=timedelta(hours=hours), urgency=urgency, topic=topic)
        headers = service.waiting(browser)[-1].headers
        assert (headers["ttl"], headers["urgency"]) == (str(hours * 3600), urgency)
        assert headers.get("topic") == topic


async def test_defect_3_the_audience_has_the_port(service: PushService) -> None:
    browser = service.subscribe()
    library, receiver = by_the_library(browser)
    message = library.get(b"a", receiver)
    refused = await post(
        rules_for(service), browser.endpoint, headers={**message.headers, "ttl": "60"}, body=message.encrypted
    )
    assert refused.status == 403
    assert (await sent(service, browser)).result is Result.SENT
    assert service.waiting(browser)[0].claims["aud"].endswith(service.origin.rpartition(":")[2])


@pytest.mark.parametrize("over", [1, 10_000])
async def test_defect_4_what_does_not_fit_goes_as_the_neutral_message(service: PushService, over: int) -> None:
    browser = service.subscribe()
    library, receiver = by_the_library(browser)
    with pytest.raises(ValueError, match="one record"):
        browser.open(library.get(b"a" * 5000, receiver).encrypted)
    assert len(library.get(b"a" * (LONGEST_PLAIN + 1), receiver).encrypted) > 4096
    room = LONGEST_PLAIN - len(
        json.dumps(json.loads(payload(PushMessage("t", "", "https://a.test/1", "t"))), separators=(",", ":"))
    )
    await sent(service, browser, PushMessage("t", "a" * room, "https://a.test/1", "t"))
    await sent(service, browser, PushMessage("t", "a" * (room + over), "https://a.test/1", "t"))
    whole, neutral = service.waiting(browser)
    assert (whole.octets, json.loads(whole.text)["notification"]["body"]) == (4096, "a" * room)
    assert json.loads(neutral.text)["notification"] == {
        "title": "梭子",
        "body": "有新消息，请打开梭子查看",
        "navigate": "https://a.test/1",
        "tag": "t",
        "lang": "zh-CN",
        "dir": "ltr",
        "silent": False,
    }
    with pytest.raises(PushTooLong):
        payload(PushMessage("t", "b", "https://a.test/" + "a" * 4000, "t"))
    with pytest.raises(PushTooLong):
        encrypted(b"a" * (LONGEST_PLAIN + 1), subscription_without_service(BROWSER))


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"auth": ""}, "auth", "not_base64url"),
        ({"auth": encoded(b"abc")}, "auth", "not_16_octets"),
        ({"auth": encoded(bytes(17))}, "auth", "not_16_octets"),
        ({"auth": "AAAAAAAAAAAAAAAAAAAAAA\n"}, "auth", "not_base64url"),
        ({"auth": "A"}, "auth", "not_base64url"),
        ({"auth": "密" * 22}, "auth", "not_base64url"),
        ({"p256dh": ""}, "p256dh", "not_base64url"),
        ({"p256dh": encoded(b"\x04" + bytes(64))}, "p256dh", "not_a_key"),
        ({"p256dh": encoded(b"\x04" + b"\xff" * 64)}, "p256dh", "not_a_key"),
        ({"p256dh": encoded(b"\x02" + decoded(BROWSER.p256dh)[1:33])}, "p256dh", "not_a_key"),
        ({"p256dh": encoded(decoded(BROWSER.p256dh) + b"\0")}, "p256dh", "not_a_key"),
        ({"p256dh": "A" * 5000}, "p256dh", "not_base64url"),
        ({"endpoint": "http://127.0.0.1:5432/"}, "endpoint", "not_https"),
        ({"endpoint": "https://169.254.169.254/"}, "endpoint", "not_listed"),
        ({"endpoint": "https://[::1]/"}, "endpoint", "not_listed"),
        ({"endpoint": "https://fcm.googleapis.com@10.0.0.1/"}, "endpoint", "malformed"),
        ({"endpoint": "https://fcm.googleapis.com.evil.cn/a"}, "endpoint", "not_listed"),
    ],
)
def test_defect_5_what_is_no_subscription_is_refused_with_its_field(
    changed: dict[str, str], field: str, code: str
) -> None:
    given_ = {"endpoint": "https://fcm.googleapis.com/a", "p256dh": BROWSER.p256dh, "auth": BROWSER.auth}
    with pytest.raises(BadSubscription) as bad:
        checked_subscription(OutboundRules(PUSH_HOSTS), **given_ | changed)
    assert (bad.value.field, bad.value.code) == (field, code)


@pytest.mark.parametrize(
    "host", ["web.push.apple.com", "wns2-bn3p.notify.windows.com", "updates.push.services.mozilla.com"]
)
def test_keys_are_read_with_padding_and_without(host: str) -> None:
    found = checked_subscription(
        OutboundRules(PUSH_HOSTS), endpoint=f"https://{host}/a", p256dh=BROWSER.p256dh + "=", auth=BROWSER.auth + "=="
    )
    assert (encoded(found.p256dh), encoded(found.auth)) == (BROWSER.p256dh, BROWSER.auth)


def test_defect_6_the_length_says_nothing() -> None:
    lengths = {len(payload(PushMessage("新任务", "你" * n, "https://suozi.county.test/t/1", "t"))) for n in range(20)}
    assert lengths == {256}


async def test_a_phone_that_was_off_gets_the_last_of_a_topic(service: PushService) -> None:
    browser = service.subscribe()
    for body in ("一", "二"):
        await sent(service, browser, PushMessage("t", body, "https://a.test/", "t"), topic="digest")
    await sent(service, browser, PushMessage("t", "三", "https://a.test/", "t"))
    assert [json.loads(kept.text)["notification"]["body"] for kept in service.waiting(browser)] == ["二", "三"]
    for topic in ("", "a" * 33, "案件", "a b", "a\n"):
        with pytest.raises(ValueError, match="topic"):
            await sent(service, browser, topic=topic)


async def test_a_dead_subscription_is_to_be_forgotten(service: PushService) -> None:
    browser = service.subscribe()
    service.unsubscribe(browser)
    assert (await sent(service, browser)) == Outcome(Result.GONE, "http_410")
    service.replies.append(Reply(404))
    assert (await sent(service, browser)) == Outcome(Result.GONE, "http_404")


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (429, {"retry-after": "120"}, Outcome(Result.LATER, "rate_limited", timedelta(minutes=2))),
        (429, {}, Outcome(Result.LATER, "rate_limited")),
        (
            503,
            {"retry-after": format_datetime(NOW + timedelta(minutes=7), usegmt=True)},
            Outcome(Result.LATER, "http_503", timedelta(minutes=7)),
        ),
        (503, {"retry-after": "86400"}, Outcome(Result.LATER, "http_503", timedelta(hours=1))),
        (500, {"retry-after": "soon"}, Outcome(Result.LATER, "http_500")),
        (502, {"retry-after": "-1"}, Outcome(Result.LATER, "http_502")),
        (
            503,
            {"retry-after": "Mon, 23 Nov 2020 01:30:00 GMT"},
            Outcome(Result.LATER, "http_503", timedelta(seconds=1)),
        ),
        (403, {}, Outcome(Result.REFUSED, "http_403")),
        (413, {}, Outcome(Result.REFUSED, "http_413")),
        (302, {"location": "http://127.0.0.1/"}, Outcome(Result.REFUSED, "http_302")),
    ],
)
async def test_what_a_push_service_says_otherwise(
    service: PushService, status: int, headers: dict[str, str], outcome: Outcome
) -> None:
    browser = service.subscribe()
    service.replies.append(Reply(status, b"", headers))
    assert await sent(service, browser) == outcome


async def test_nothing_secret_is_in_what_is_said_or_shown(service: PushService) -> None:
    browser = service.subscribe()
    words = f"<b>no</b>\x1b[31m {browser.endpoint} and {'k' * 40}, call 13800001234"
    service.replies.append(Reply(400, words.encode() + b" x" * 500))
    outcome = await sent(service, browser)
    assert (outcome.result, outcome.reason, len(outcome.said)) == (Result.REFUSED, "http_400", 200)
    for secret in (browser.endpoint, "k" * 40, "13800001234", "\x1b"):
        assert secret not in outcome.said
    shown = f"{subscription_of(service, browser)!r} {KEY!r}"
    for secret in (browser.endpoint, browser.p256dh, browser.auth, KEY.raw(), KEY.public):
        assert secret not in shown


async def test_an_address_that_is_no_longer_allowed_is_refused_at_sending(service: PushService) -> None:
    browser = service.subscribe()
    subscription = subscription_of(service, browser)
    outcome = await send(OutboundRules(PUSH_HOSTS), KEY, subscription, MESSAGE, ttl=timedelta(hours=1), now=NOW)
    assert outcome == Outcome(Result.REFUSED, "not_allowed", said="not_https")
    assert not service.asked


def test_the_key_is_read_as_it_was_kept() -> None:
    for kept in (KEY.pem(), KEY.raw(), f"  {KEY.raw()}=\n"):
        assert VapidKey.read(kept, KEY.subject).public == KEY.public
    assert len(decoded(KEY.public)) == 65
    other = (
        ec.generate_private_key(ec.SECP384R1())
        .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        .decode()
    )
    for wrong in ("", "a", "密钥", KEY.raw()[:-4], encoded(bytes(32)), encoded(b"\xff" * 32), other, KEY.pem()[:80]):
        with pytest.raises(ValueError, match="not a private key") as refused:
            VapidKey.read(wrong, KEY.subject)
        assert not wrong.strip() or len(wrong) < 9 or wrong not in str(refused.value)
    for subject in ("", "platform@county.test", "mailto:", "http://county.test", "mailto:a@b c"):
        with pytest.raises(ValueError, match="mailto"):
            VapidKey.make(subject)


def test_a_token_is_good_for_a_day_at_most_and_only_for_its_service() -> None:
    request = push_request(
        KEY, subscription_without_service(BROWSER), MESSAGE, audience="https://push.test:8443",
        ttl=timedelta(hours=1), urgency=Urgency.NORMAL, topic=None, now=NOW,
    )  # fmt: skip
    token, public = request.headers["authorization"].removeprefix("vapid t=").split(", k=")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(public))
    claims = jwt.decode(
        token, key, algorithms=["ES256"], audience="https://push.test:8443", options={"verify_exp": False}
    )
    assert timedelta(0) < datetime.fromtimestamp(claims["exp"], UTC) - NOW <= timedelta(hours=24)
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(token, key, algorithms=["ES256"], audience="https://push.test", options={"verify_exp": False})


async def test_many_at_once_do_not_mix(service: PushService) -> None:
    browsers = [service.subscribe() for _ in range(20)]
    messages = [PushMessage("t", f"第 {n} 条", "https://a.test/", f"t{n}") for n in range(20)]
    hours = [timedelta(hours=1 + n) for n in range(20)]
    outcomes = await asyncio.gather(
        *(sent(service, b, m, ttl=h) for b, m, h in zip(browsers, messages, hours, strict=True))
    )
    assert {outcome.result for outcome in outcomes} == {Result.SENT}
    for browser, message, ttl in zip(browsers, messages, hours, strict=True):
        (kept,) = service.waiting(browser)
        assert json.loads(kept.text)["notification"]["body"] == message.body
        assert kept.until == NOW + ttl


async def test_no_secret_is_in_any_log(service: PushService, caplog: pytest.LogCaptureFixture) -> None:
    browser = service.subscribe()
    with caplog.at_level(0):
        await sent(service, browser)
        service.replies.append(Reply(500, browser.endpoint.encode()))
        await sent(service, browser)
    logged = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    assert logged
    for secret in (browser.endpoint.rpartition("/")[2], browser.auth, browser.p256dh, KEY.public, KEY.raw(), "vapid"):
        assert secret not in logged
