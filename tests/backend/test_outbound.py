"""The guarded client: forty ways to make a server talk to itself, none of which gets a connection; and that it does connect."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.outbound import LONGEST_ANSWER, WITHIN_S, NoAnswer, NotListed, OutboundRules, allowed_target, post
from tests.outside import hostile
from tests.outside.certificates import Authority
from tests.outside.hostile import connections_tried, listening
from tests.outside.serving import Asked, Reply, serving

HOSTS = frozenset(
    {"fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"}
)
PUBLIC = "142.250.65.170"
SHORT_S = 0.3


class Names:
    """A resolver that answers each name with what it was given, in turn, and remembers what it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


class Refused(NamedTuple):
    name: str
    url: str
    reason: str
    resolves_to: Sequence[str] = ("127.0.0.1",)


LISTED = "https://fcm.googleapis.com/fcm/send/abc"
# `:0` stands for the port on which the canary listens.
ADDRESSES = [
    Refused("plain http", "http://fcm.googleapis.com/", "not_https"),
    Refused("ssh", "https://fcm.googleapis.com:22/", "not_https"),
    Refused("postgres", "https://fcm.googleapis.com:5432/", "not_https"),
    Refused("redis", "https://fcm.googleapis.com:6379/", "not_https"),
    Refused("another port", "https://fcm.googleapis.com:0/", "not_https"),
    Refused("loopback", "https://127.0.0.1:0/", "not_https"),
    Refused("loopback on 443", "https://127.0.0.1/", "not_listed"),
    Refused("short loopback", "https://127.1/", "not_listed"),
    Refused("one number", "https://2130706433/", "not_listed"),
    Refused("hexadecimal", "https://0x7f000001/", "not_listed"),
    Refused("octal", "https://0177.0.0.1/", "not_listed"),
    Refused("any address", "https://0.0.0.0/", "not_listed"),
    Refused("localhost", "https://localhost/", "not_listed"),
    Refused("localhost with a dot", "https://localhost./", "malformed"),
    Refused("IPv6 loopback", "https://[::1]/", "not_listed"),
    Refused("IPv6 any", "https://[::]/", "not_listed"),
    Refused("IPv4 in IPv6", "https://[::ffff:127.0.0.1]/", "not_listed"),
    Refused("link-local IPv6", "https://[fe80::1]/", "not_listed"),
    Refused("link-local with a zone", "https://[fe80::1%25lo]/", "malformed"),
    Refused("unique local IPv6", "https://[fc00::1]/", "not_listed"),
    Refused("10/8", "https://10.0.0.1/", "not_listed"),
    Refused("172.16/12", "https://172.16.0.1/", "not_listed"),
    Refused("192.168/16", "https://192.168.0.1/", "not_listed"),
    Refused("metadata", "https://169.254.169.254/latest/meta-data/", "not_listed"),
    Refused("metadata over http", "http://169.254.169.254/latest/meta-data/", "not_https"),
    Refused("carrier's network", "https://100.64.0.1/", "not_listed"),
    Refused("metadata in China", "http://100.100.100.200/latest/meta-data/", "not_https"),
    Refused("benchmarks", "https://198.18.0.1/", "not_listed"),
    Refused("multicast", "https://224.0.0.1/", "not_listed"),
    Refused("broadcast", "https://255.255.255.255/", "not_listed"),
    Refused("user-info", "https://fcm.googleapis.com@10.0.0.1/", "malformed"),
    Refused("user and password", "https://fcm.googleapis.com:443@127.0.0.1:0/", "malformed"),
    Refused("suffix", "https://fcm.googleapis.com.evil.cn/", "not_listed"),
    Refused("prefix", "https://evilpush.apple.com/", "not_listed"),
    Refused("the name that a wildcard is below", "https://push.apple.com/", "not_listed"),
    Refused("an empty label", "https://a..push.apple.com/", "not_listed"),
    Refused("look-alike", "https://fcm.googleаpis.com/", "malformed"),
    Refused("look-alike in ASCII", "https://fcm.xn--googlepis-p7h.com/", "not_listed"),
    Refused("full-width", "https://127。0。0。1/", "malformed"),
    Refused("trailing dot", "https://fcm.googleapis.com./", "malformed"),
    Refused("backslash", "https://fcm.googleapis.com\\@127.0.0.1:0/", "malformed"),
    Refused("backslashes for slashes", "https:\\\\127.0.0.1:0\\", "malformed"),
    Refused("tab in the host", "https://127.0.\t0.1:0/", "malformed"),
    Refused("newline in the host", "https://fcm.googleapis.com\n@127.0.0.1/", "malformed"),
    Refused("newline at the end", "https://fcm.googleapis.com/\n", "malformed"),
    Refused("request smuggled in the path", "https://fcm.googleapis.com/ HTTP/1.1\r\nHost: localhost", "malformed"),
    Refused("blank before", " https://fcm.googleapis.com/", "malformed"),
    Refused("fragment before the host", "https://127.0.0.1:0#@fcm.googleapis.com/", "malformed"),
    Refused("question before the host", "https://127.0.0.1?@fcm.googleapis.com/", "not_listed"),
    Refused("escaped", "https://%31%32%37.0.0.1/", "malformed"),
    Refused("escaped twice", "https://fcm.googleapis.com%252f@127.0.0.1/", "malformed"),
    Refused("very long host", f"https://{'a' * 70_000}.push.apple.com/", "malformed"),
    Refused("no host", "https:///etc/passwd", "malformed"),
    Refused("no scheme", "//127.0.0.1/", "malformed"),
    Refused("file", "file:///etc/passwd", "malformed"),
    Refused("gopher", "gopher://127.0.0.1:0/_SET", "malformed"),
    Refused("port beyond", "https://fcm.googleapis.com:99443/", "not_https"),
    Refused("name that is loopback", LISTED, "not_public"),
    Refused("name that is private", LISTED, "not_public", ["10.1.2.3"]),
    Refused("name that is private in IPv6 only", LISTED, "not_public", ["fd12:3456::1"]),
    Refused("name that is public and private", LISTED, "not_public", [PUBLIC, "192.168.1.1"]),
    Refused("name that is IPv4 in IPv6", LISTED, "not_public", ["::ffff:127.0.0.1"]),
    Refused("name that is 6to4", LISTED, "not_public", ["2002:7f00:1::1"]),
    Refused("name that is NAT64", LISTED, "not_public", ["64:ff9b::7f00:1"]),
    Refused("name that is Teredo", LISTED, "not_public", ["2001:0:4136:e378:8000:63bf:3fff:fdd2"]),
    Refused("name with a zone", LISTED, "not_public", ["fe80::1%lo"]),
    Refused("name that is site-local", LISTED, "not_public", ["fec0::1"]),
    Refused("name that is metadata in China", LISTED, "not_public", ["100.100.100.200"]),
    Refused("name that is a cloud's own machine", LISTED, "not_public", ["168.63.129.16"]),
    Refused("name that is multicast", LISTED, "not_public", ["224.0.0.1"]),
    Refused("name that is no address", LISTED, "not_public", ["localhost"]),
]


@pytest.mark.parametrize("row", ADDRESSES, ids=lambda row: row.name)
async def test_what_may_not_be_reached_gets_no_connection(row: Refused) -> None:
    with listening(hostile.silent) as canary, connections_tried() as tried:
        rules = OutboundRules(HOSTS, resolve=Names(row.resolves_to))
        began = time.monotonic()
        with pytest.raises(NotListed) as refused:
            await post(rules, row.url.replace(":0", f":{canary.port}"), headers={}, body=b"secret")
        assert refused.value.reason == row.reason
        assert time.monotonic() - began < WITHIN_S
        assert not tried
    assert not canary.connections
    assert len(ADDRESSES) >= 40


async def test_the_watch_sees_connections() -> None:
    """The proofs above count nothing; this one counts."""
    with listening(hostile.breaking) as canary, connections_tried() as tried:
        rules = OutboundRules(origins=frozenset({canary.origin}))
        with pytest.raises(NoAnswer):
            await post(rules, canary.origin, headers={}, body=b"")
        assert tried == [("127.0.0.1", canary.port)]
    assert canary.connections == ["127.0.0.1"]


@pytest.mark.parametrize("url", ["https://web.push.apple.com/Q", "https://a.b.push.apple.com", LISTED, LISTED.upper()])
def test_push_services_are_on_the_list(url: str) -> None:
    assert allowed_target(OutboundRules(HOSTS), url).port == 443


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "*", "*.com:443", "https://fcm.googleapis.com", "FCM.googleapis.com", "localhost", "*.*.cn"]
)
def test_a_list_that_cannot_be_meant_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="host name"):
        OutboundRules(frozenset({host}))


@pytest.mark.parametrize("origin", ["10.0.0.1:80", "http://10.0.0.1/path", "ftp://10.0.0.1", "http://a@10.0.0.1", ""])
def test_an_origin_has_no_path_and_no_user(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        OutboundRules(origins=frozenset({origin}))


async def test_a_public_address_is_connected_to_as_it_was_resolved_and_never_again() -> None:
    """Rebinding: the second answer would be loopback, but nobody asks a second time while one message is sent."""
    names = Names([PUBLIC], ["127.0.0.1"])
    rules = OutboundRules(HOSTS, resolve=names)
    with connections_tried() as tried:
        with pytest.raises(NoAnswer, match="refused"):
            await post(rules, LISTED, headers={}, body=b"")
        assert tried == [(PUBLIC, 443)]
        assert names.asked == ["fcm.googleapis.com"]
        with pytest.raises(NotListed, match="not_public"):
            await post(rules, LISTED, headers={}, body=b"")
        assert tried == [(PUBLIC, 443)]


async def test_a_rebound_name_of_our_own_goes_where_it_was_resolved_to() -> None:
    with listening(hostile.breaking) as meant, listening(hostile.silent, host="127.0.0.2", port=meant.port) as canary:
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        rules = OutboundRules(origins=frozenset({f"http://sms.county.test:{meant.port}"}), resolve=names)
        with pytest.raises(NoAnswer, match="broken"):
            await post(rules, f"http://sms.county.test:{meant.port}/send", headers={}, body=b"")
        assert len(meant.connections) == len(names.asked) == 1
        assert not canary.connections


async def test_a_dead_address_of_a_name_gives_way_to_the_next() -> None:
    with serving(lambda _: Reply(201)) as origin:
        port = int(origin.rpartition(":")[2])
        names = Names(["127.0.0.9", "127.0.0.1", "::1"])
        rules = OutboundRules(origins=frozenset({f"http://push.county.test:{port}"}), resolve=names)
        assert (await post(rules, f"http://push.county.test:{port}/", headers={}, body=b"")).status == 201


async def test_an_own_name_never_leads_to_where_clouds_keep_their_secrets() -> None:
    rules = OutboundRules(origins=frozenset({"http://sms.county.test:80"}), resolve=Names(["169.254.169.254"]))
    with connections_tried() as tried, pytest.raises(NotListed, match="not_public"):
        await post(rules, "http://sms.county.test/", headers={}, body=b"")
    assert not tried


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_leads_nowhere(status: int) -> None:
    with (
        listening(hostile.silent) as canary,
        listening(hostile.redirecting(status, f"{canary.origin}/secret")) as service,
    ):
        rules = OutboundRules(origins=frozenset({service.origin, canary.origin}))
        answer = await post(rules, service.origin, headers={}, body=b"secret")
        assert (answer.status, answer.headers["location"]) == (status, f"{canary.origin}/secret")
        assert not canary.connections


@pytest.mark.parametrize("behaviour", [hostile.silent, hostile.dripping], ids=["slow", "drip"])
async def test_one_deadline_is_over_everything(behaviour: hostile.Behaviour) -> None:
    with listening(behaviour) as service:
        rules = OutboundRules(origins=frozenset({service.origin}), within_s=SHORT_S)
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="timeout"):
            await post(rules, service.origin, headers={}, body=b"")
        assert SHORT_S <= time.monotonic() - began < WITHIN_S
    assert OutboundRules().within_s == 5


async def test_a_resolver_that_takes_its_time_is_left() -> None:
    async def slow(_host: str, _port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return [PUBLIC]

    rules = OutboundRules(HOSTS, resolve=slow, within_s=SHORT_S)
    with connections_tried() as tried, pytest.raises(NoAnswer, match="timeout"):
        await post(rules, LISTED, headers={}, body=b"")
    assert not tried


async def test_a_name_that_nobody_knows_is_for_later() -> None:
    async def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(NoAnswer, match="unresolved"):
        await post(OutboundRules(HOSTS, resolve=unknown), LISTED, headers={}, body=b"")
    with pytest.raises(NoAnswer, match="unresolved"):
        await post(OutboundRules(HOSTS, resolve=Names([])), LISTED, headers={}, body=b"")


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    with listening(hostile.endless) as service:
        rules = OutboundRules(origins=frozenset({service.origin}))
        with pytest.raises(NoAnswer, match="too_long"):
            await post(rules, service.origin, headers={}, body=b"")


async def test_an_answer_is_never_unpacked() -> None:
    with listening(hostile.unpacking) as service:
        answer = await post(OutboundRules(origins=frozenset({service.origin})), service.origin, headers={}, body=b"")
    assert len(answer.body) < LONGEST_ANSWER
    assert answer.body.startswith(b"\x1f\x8b")


async def test_what_breaks_off_is_no_answer() -> None:
    with listening(hostile.breaking) as service, pytest.raises(NoAnswer, match="broken"):
        await post(OutboundRules(origins=frozenset({service.origin})), service.origin, headers={}, body=b"")


async def test_nobody_there_is_no_answer() -> None:
    with listening(hostile.silent) as gone:
        pass
    with pytest.raises(NoAnswer, match="refused"):
        await post(OutboundRules(origins=frozenset({gone.origin})), gone.origin, headers={}, body=b"")


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Asked] = []

    def answer(request: Asked) -> Reply:
        asked.append(request)
        return Reply(200, b"ok", {"set-cookie": "a=b"})

    with listening(hostile.silent) as proxy, serving(answer) as origin:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.origin)
        rules = OutboundRules(origins=frozenset({origin}))
        for _ in range(2):
            await post(rules, f"{origin}/a?b=c", headers={"ttl": "60", "Host": "evil.cn"}, body=b"body")
        assert not proxy.connections
    for request in asked:
        assert (request.method, request.path, request.body) == ("POST", "/a?b=c", b"body")
        assert request.headers["host"] == origin.removeprefix("http://")
        assert request.headers["accept-encoding"] == "identity"
        assert request.headers["ttl"] == "60"
        assert "cookie" not in request.headers
        assert "user-agent" not in request.headers


async def test_the_name_stays_for_the_certificate_though_the_address_is_pinned(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with secure(authority.serving("push.county.test")) as (service, seen):
        origin = f"https://push.county.test:{service.port}"
        rules = OutboundRules(
            origins=frozenset({origin, f"https://other.county.test:{service.port}"}),
            resolve=Names(["127.0.0.1"]),
            trust=authority.trusting(),
        )
        assert (await post(rules, origin, headers={}, body=b"")).status == 204
        assert seen == ["push.county.test"]
        with pytest.raises(NoAnswer, match="untrusted"):
            await post(rules, f"https://other.county.test:{service.port}", headers={}, body=b"")
        with pytest.raises(NoAnswer, match="untrusted"):
            await post(OutboundRules(origins=rules.origins, resolve=rules.resolve), origin, headers={}, body=b"")


@given(st.text(max_size=80).map("https://".__add__) | st.text(max_size=80))
def test_only_names_of_the_list_pass_however_it_is_written(url: str) -> None:
    try:
        target = allowed_target(OutboundRules(HOSTS), url)
    except NotListed:
        return
    assert target.host in HOSTS or target.host.endswith((".push.apple.com", ".notify.windows.com"))


def test_rules_and_refusals_keep_addresses_to_themselves() -> None:
    with pytest.raises(NotListed) as refused:
        allowed_target(OutboundRules(HOSTS), "https://evil.cn/secret-token")
    assert "secret-token" not in repr(refused.value)


@contextmanager
def secure(context: ssl.SSLContext) -> Iterator[tuple[hostile.Listener, list[str]]]:
    """A TLS server that says 204, and the names that it was asked for."""
    seen: list[str] = []
    context.sni_callback = lambda _socket, name, _context: seen.append(name)

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(65536)
            wrapped.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with listening(behave) as service:
        yield service, seen
