"""A small SMTP server (RFC 5321) that keeps what it is handed: with STARTTLS and AUTH PLAIN if it is given a certificate."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """`says`: what it answers to a command instead of the usual (`{"RCPT": "550 5.1.1 no such user"}`)."""

    port: int = 0
    tls: ssl.SSLContext | None = None
    passwords: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, from_the_start: bool = False) -> Iterator[MailServer]:
    """`from_the_start`: TLS before the first word, as on port 465."""
    kept = MailServer(tls=tls)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError, EOFError):
                if from_the_start:
                    self._secure()
                _Talk(self, kept).go_on()
            self.request.close()

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()

        def _secure(self) -> None:
            assert tls is not None
            self.request = tls.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Talk:
    """One connection, command by command."""

    def __init__(self, handler: socketserver.StreamRequestHandler, kept: MailServer) -> None:
        self._handler = handler
        self._kept = kept
        self._is_secure = isinstance(handler.request, ssl.SSLSocket)
        self._sender = ""
        self._receivers: list[str] = []

    def go_on(self) -> None:
        self._say("220 mail.test ESMTP")
        while line := self._handler.rfile.readline().decode().rstrip("\r\n"):
            command, _, rest = line.partition(" ")
            self._kept.commands.append(command.upper())
            ordered = self._kept.says.get(command.upper())
            if ordered:
                self._say(ordered)
            elif command.upper() == "QUIT":
                self._say("221 2.0.0 bye")
                return
            else:
                self._obey(command.upper(), rest)

    def _obey(self, command: str, rest: str) -> None:
        match command:
            case "EHLO":
                self._greet()
            case "STARTTLS":
                self._say("220 2.0.0 go ahead")
                self._handler._secure()  # type: ignore[attr-defined]
                self._is_secure = True
            case "AUTH":
                _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
                right = self._kept.passwords.get(user) == password
                self._say("235 2.7.0 welcome" if right else "535 5.7.8 wrong password")
            case "MAIL":
                self._sender, self._receivers = rest.partition("<")[2].partition(">")[0], []
                self._say("250 2.1.0 ok")
            case "RCPT":
                self._receivers.append(rest.partition("<")[2].partition(">")[0])
                self._say("250 2.1.5 ok")
            case "DATA":
                self._say("354 go ahead")
                self._take()
            case _:
                self._say("250 2.0.0 ok")

    def _greet(self) -> None:
        offers = ["mail.test"]
        if self._kept.tls and not self._is_secure:
            offers.append("STARTTLS")
        if self._kept.passwords:
            offers.append("AUTH PLAIN")
        for offer in offers[:-1]:
            self._say(f"250-{offer}")
        self._say(f"250 {offers[-1]}")

    def _take(self) -> None:
        lines = []
        while (line := self._handler.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self._kept.mails.append(mail)
        self._kept.envelopes.append((self._sender, self._receivers))
        self._say("250 2.0.0 taken")

    def _say(self, line: str) -> None:
        self._handler.wfile.write(line.encode() + b"\r\n")
