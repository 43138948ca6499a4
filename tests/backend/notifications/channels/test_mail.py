"""Mail against a small SMTP server."""

import socket
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.notifications.channels.mail import Mail, MailServer, Security, compose, is_address, send
from backend.notifications.channels.outcome import Outcome, Result
from tests.outside import hostile
from tests.outside.certificates import Authority
from tests.outside.mail_server import mail_server

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ID = UUID("01930000-0000-7000-8000-000000000001")
MAIL = Mail(ID, "leader@county.test", "新任务", "你有 1 件新任务，请打开梭子查看")


def plain(port: int, **more) -> MailServer:
    return MailServer(
        **{"host": "127.0.0.1", "port": port, "sender": "suozi@county.test", "security": Security.NONE} | more
    )


async def test_a_mail_arrives_as_it_was_written() -> None:
    with mail_server() as server:
        for _ in range(2):
            assert await send(plain(server.port), MAIL, now=NOW) == Outcome(Result.SENT)
    first, second = server.mails
    assert server.envelopes[0] == ("suozi@county.test", ["leader@county.test"])
    assert (first["Subject"], first["From"], first["To"]) == ("新任务", "suozi@county.test", "leader@county.test")
    assert first["Date"].datetime == NOW
    assert first["Message-ID"] == second["Message-ID"] == f"<{ID}@county.test>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content().strip() == MAIL.body


async def test_a_password_goes_over_tls_alone(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    for security, from_the_start in ((Security.STARTTLS, False), (Security.TLS, True)):
        with mail_server(authority.serving("localhost"), from_the_start=from_the_start) as server:
            server.passwords["suozi"] = "secret"
            known = {"host": "localhost", "security": security, "user": "suozi", "trust": authority.trusting()}
            good = plain(server.port, password="secret", **known)
            assert await send(good, MAIL, now=NOW) == Outcome(Result.SENT)
            bad = plain(server.port, password="wrong", **known)
            assert await send(bad, MAIL, now=NOW) == Outcome(Result.REFUSED, "bad_password")
            assert "secret" not in repr(good)
            assert len(server.mails) == 1
    with pytest.raises(ValueError, match="starttls"):
        plain(25, user="suozi", password="secret")


@pytest.mark.parametrize("from_the_start", [False, True], ids=["starttls", "tls"])
async def test_a_server_that_is_somebody_else_gets_nothing(tmp_path: Path, from_the_start: bool) -> None:
    authority, security = Authority(tmp_path), Security.TLS if from_the_start else Security.STARTTLS
    with mail_server(authority.serving("other.county.test"), from_the_start=from_the_start) as server:
        for trust in (None, authority.trusting()):
            outcome = await send(plain(server.port, host="localhost", security=security, trust=trust), MAIL, now=NOW)
            assert outcome == Outcome(Result.REFUSED, "untrusted")
    assert not server.mails


async def test_a_server_that_knows_no_passwords_is_for_a_person_to_mend(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with mail_server(authority.serving("localhost")) as server:
        known = {"host": "localhost", "security": Security.STARTTLS, "trust": authority.trusting()}
        outcome = await send(plain(server.port, user="suozi", password="secret", **known), MAIL, now=NOW)
    assert outcome == Outcome(Result.REFUSED, "no_login")
    assert not server.mails


async def test_a_server_without_tls_is_not_spoken_to_openly() -> None:
    with mail_server() as server:
        outcome = await send(plain(server.port, security=Security.STARTTLS), MAIL, now=NOW)
    assert outcome == Outcome(Result.REFUSED, "no_starttls")
    assert not server.mails


@pytest.mark.parametrize(
    ("command", "says", "result", "reason"),
    [
        ("RCPT", "550 5.1.1 no such user", "gone", "no_such_mailbox"),
        ("RCPT", "550 5.7.1 relaying denied for leader@county.test", "refused", "smtp_550"),
        ("RCPT", "450 4.2.0 greylisted", "later", "smtp_450"),
        ("MAIL", "553 5.7.1 not your address", "refused", "smtp_553"),
        ("DATA", "452 4.3.1 full", "later", "smtp_452"),
        ("DATA", "554 5.6.0 refused", "refused", "smtp_554"),
    ],
)
async def test_what_a_mail_server_means(command: str, says: str, result: str, reason: str) -> None:
    with mail_server() as server:
        server.says[command] = says
        outcome = await send(plain(server.port), MAIL, now=NOW)
    assert (outcome.result, outcome.reason) == (Result(result), reason)
    assert "leader@county.test" not in outcome.said
    assert outcome.said


async def test_a_server_that_is_away_or_silent_is_for_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert await send(plain(port), MAIL, now=NOW) == Outcome(Result.LATER, "refused")
    with hostile.listening(hostile.silent) as silent:
        assert await send(plain(silent.port, within_s=0.2), MAIL, now=NOW) == Outcome(Result.LATER, "timeout")
    with hostile.listening(lambda connection, _over: connection.close()) as closing:
        assert (await send(plain(closing.port), MAIL, now=NOW)).result is Result.LATER
    assert plain(25).within_s == 5


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@b",
        "a@b.cn\r\nBcc: c@d.cn",
        "a@b.cn\n",
        "a@b.cn, c@d.cn",
        "张三 <a@b.cn>",
        "a b@c.cn",
        "a@-b.cn",
        "a@b.cn>",
        "a" * 250 + "@b.cn",
        '"a"@b.cn',
    ],
)
def test_only_one_plain_address_is_written_to(address: str) -> None:
    assert not is_address(address)
    with pytest.raises(ValueError, match="plain e-mail"):
        Mail(ID, address, "t", "b")
    with pytest.raises(ValueError, match="plain e-mail"):
        plain(25, sender=address)


@given(st.text(max_size=100), st.text(max_size=300))
def test_no_header_can_be_added(title: str, body: str) -> None:
    attack = f"{title}\r\nBcc: c@d.cn\r\n\r\n{body}"
    message = compose(plain(25), Mail(ID, "a@b.cn", attack, body), NOW)
    head = message.as_bytes().partition(b"\n\n")[0]
    names = {line.partition(b":")[0].lower() for line in head.splitlines() if not line.startswith((b" ", b"\t"))}
    assert names == {
        b"from", b"to", b"subject", b"date", b"message-id", b"auto-submitted",
        b"content-type", b"content-transfer-encoding", b"mime-version",
    }  # fmt: skip
    assert message.get_all("To") == ["a@b.cn"]
