"""One e-mail through the operator's own SMTP server.

The server is a setting, not somebody's input, and stands inside the county's network more often than not: the allow-list of
`outbound` does not apply to it. Its certificate is always checked, and a password never goes over an open connection.
"""

import asyncio
import re
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from uuid import UUID

import aiosmtplib

from backend.notifications.channels.outcome import SENT, Outcome, Result, cut

WITHIN_S = 5.0
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+[A-Za-z]{{2,63}}")
LONGEST_ADDRESS = 254


class Security(StrEnum):
    """How the connection is protected: STARTTLS (mostly port 587), TLS from the start (465), or not at all (25)."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `user` is empty where the server knows us by our address. `trust`: an authority of one's own."""

    host: str
    port: int
    sender: str
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    within_s: float = WITHIN_S

    def __post_init__(self) -> None:
        if not is_address(self.sender):
            raise ValueError("the sender is a plain e-mail address")
        if self.user and self.security is Security.NONE:
            raise ValueError("a password is sent only over starttls or tls")


@dataclass(frozen=True)
class Mail:
    """`id` is the delivery's: one that goes out twice has the same Message-ID, and mailboxes show it once."""

    id: UUID
    to: str = field(repr=False)
    title: str
    body: str

    def __post_init__(self) -> None:
        if not is_address(self.to):
            raise ValueError("a mail goes to a plain e-mail address")


def is_address(text: str) -> bool:
    """Whether it is one plain address such as `name@host.cn`: no display name, no comment, no list."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def compose(server: MailServer, mail: Mail, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = mail.to
    message["Subject"] = " ".join(mail.title.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.id}@{server.sender.partition('@')[2]}>"
    # Nobody's out-of-office reply comes back for it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="base64")
    return message


async def send(server: MailServer, mail: Mail, *, now: datetime) -> Outcome:
    """Hand one mail in. SENT means that the server has it; what becomes of it comes back to the sender's mailbox, if at all."""
    try:
        async with asyncio.timeout(server.within_s):
            await aiosmtplib.send(
                compose(server, mail, now),
                sender=server.sender,
                recipients=[mail.to],
                hostname=server.host,
                port=server.port,
                local_hostname=server.sender.partition("@")[2],
                username=server.user or None,
                password=server.password or None,
                use_tls=server.security is Security.TLS,
                start_tls=server.security is Security.STARTTLS,
                tls_context=server.trust,
                timeout=server.within_s,
            )
    except TimeoutError:
        return Outcome(Result.LATER, "timeout")
    except ssl.SSLError:
        return Outcome(Result.REFUSED, "untrusted")
    except (aiosmtplib.SMTPException, OSError) as error:
        return _refused(error, server, mail)
    return SENT


def _refused(error: Exception, server: MailServer, mail: Mail) -> Outcome:
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return _said(first, server, mail)
        case aiosmtplib.SMTPAuthenticationError():
            return Outcome(Result.REFUSED, "bad_password")
        case aiosmtplib.SMTPResponseException():
            return _said(error, server, mail)
    if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
        return Outcome(Result.REFUSED, "untrusted")
    if isinstance(error, OSError):
        return Outcome(Result.LATER, "broken" if isinstance(error, aiosmtplib.SMTPServerDisconnected) else "refused")
    # What the server does not offer has no type of its own, only its name in the words.
    return Outcome(Result.REFUSED, "no_starttls" if "STARTTLS" in str(error) else "no_login")


def _said(error: aiosmtplib.SMTPResponseException, server: MailServer, mail: Mail) -> Outcome:
    """4xx is for later. Of 5xx, a status 5.1.x (RFC 3463) says that there is no such mailbox; the rest is about us."""
    words = cut(error.message, (server.password, server.user, mail.to))
    if 400 <= error.code < 500:
        return Outcome(Result.LATER, f"smtp_{error.code}", said=words)
    if re.match(r"5\.1\.\d", error.message):
        return Outcome(Result.GONE, "no_such_mailbox", said=words)
    return Outcome(Result.REFUSED, f"smtp_{error.code}", said=words)
