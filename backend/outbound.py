"""The one way out: every request that this server makes of another machine goes through `post`.

An address to post to may come from a stranger (a browser's push endpoint) or from an administrator (a robot's address), so it
is trusted with nothing: it must be on the list, its name is resolved once and every answer must be a public address, and
the connection goes to that very address. What an address means to a channel is not here, nor are settings: rules are passed in.
"""

import asyncio
import functools
import ipaddress
import re
import socket
import ssl
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import certifi
import httpcore

WITHIN_S = 5.0
LONGEST_ANSWER = 64 * 1024
LONGEST_ADDRESS = 2048
# One of a name's addresses may be dead; the others get their turn before all the time is used up.
_TRY_ADDRESS_FOR_S = 2.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Narrower than RFC 3986: no user-info, no fragment, no escapes or non-ASCII in the authority, nothing that two parsers read
# differently. Names are compared with a list, so numbers in any spelling, look-alikes and final dots simply are not on it.
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
_PATH = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(rf"(https?)://({_HOST})(?::([0-9]{{1,5}}))?(/{_PATH}*)?(\?(?:{_PATH}|\?)*)?", re.IGNORECASE)
_ORIGIN = re.compile(rf"(https?)://({_HOST})(?::([0-9]{{1,5}}))?", re.IGNORECASE)
_LISTED = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*")
_PORTS = {"http": 80, "https": 443}

# Beyond what `ipaddress` calls not global: ways to write or to reach IPv4 through IPv6, relays, and the public addresses at
# which clouds answer their own machines (168.63.129.16, 192.0.0.192). Of IPv6 only 2000::/3 is given out to anybody.
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
    )
)


class NotListed(Exception):  # noqa: N818 -- says what is so
    """This address may not be posted to; no connection was made. The address itself is not in it: it may be a secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoAnswer(Exception):  # noqa: N818 -- says what is so
    """Nothing that can be read came back in time. Whether the request arrived is not known unless `reason` says so.

    `unresolved`, `refused` and `untrusted` (its certificate) never arrived; `timeout`, `broken` and `too_long` may have.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Answer(NamedTuple):
    """Header names are in lower case; of a repeated one the last counts. The body is as it was sent, never unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Target(NamedTuple):
    """An address that was read and is on the list. `own`: an exact origin that an operator named."""

    scheme: str
    host: str
    port: int
    path: str
    own: bool

    @property
    def origin(self) -> str:
        """As RFC 6454 writes it: the port only where it is not the scheme's own."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


async def _resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[4][0]) for address in found]


@dataclass(frozen=True)
class OutboundRules:
    """Whom this server may post to.

    `hosts`: names, reached by https on port 443 alone; `*.push.apple.com` is one label or more below, not the name itself.
    `origins`: services of one's own inside the county's network, each as exactly `http://10.1.2.3:9000`; to these nothing
    else applies. A list that cannot be meant raises ValueError. `trust` is for networks with an authority of their own.
    """

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    resolve: Resolve = field(default=_resolve, repr=False)
    within_s: float = WITHIN_S
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for host in self.hosts:
            if not _LISTED.fullmatch(host):
                raise ValueError(f"{host!r} is not a host name in lower case, nor one with *. before it")
        object.__setattr__(self, "origins", frozenset(_read_origin(origin) for origin in self.origins))

    def lists(self, host: str) -> bool:
        """Whether `host` is on the list, itself or by a `*.` above it."""
        labels = host.split(".")
        above = {"*." + ".".join(labels[at:]) for at in range(1, len(labels))}
        return "" not in labels and not self.hosts.isdisjoint({host} | above)


def allowed_target(rules: OutboundRules, url: str) -> Target:
    """What `url` names, if it is on the list; raises NotListed. Asks nobody: names are resolved when something is sent."""
    read = _URL.fullmatch(url) if len(url) <= LONGEST_ADDRESS else None
    if not read:
        raise NotListed("malformed")
    scheme, host = read[1].lower(), read[2].lower()
    port = int(read[3]) if read[3] else _PORTS[scheme]
    path = (read[4] or "/") + (read[5] or "")
    if f"{scheme}://{host}:{port}" in rules.origins:
        return Target(scheme, host, port, path, own=True)
    if scheme != "https" or port != _PORTS["https"]:
        raise NotListed("not_https")
    if not rules.lists(host):
        raise NotListed("not_listed")
    return Target(scheme, host, port, path, own=False)


async def post(rules: OutboundRules, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
    """Post `body` once and read the answer: no redirects, no proxy, no cookies, no second try, `rules.within_s` over all of it.

    Raises NotListed and NoAnswer. `headers` are the caller's own; an address in them would not be checked.
    """
    target = allowed_target(rules, url)
    try:
        async with asyncio.timeout(rules.within_s):
            addresses = await _addresses(rules, target)
            return await _ask(rules, target, addresses, headers, body)
    except TimeoutError:
        raise NoAnswer("timeout") from None


async def _addresses(rules: OutboundRules, target: Target) -> list[str]:
    """Where to connect, IPv4 first: many networks here promise IPv6 and do not carry it."""
    try:
        found = await rules.resolve(target.host.strip("[]"), target.port)
        read = {ipaddress.ip_address(address) for address in found}
    except (OSError, UnicodeError):
        raise NoAnswer("unresolved") from None
    except ValueError:  # an address with a zone (fe80::1%eth0), or a resolver's nonsense
        raise NotListed("not_public") from None
    if not read:
        raise NoAnswer("unresolved")
    if not all(_own(address) if target.own else is_public(address) for address in read):
        raise NotListed("not_public")
    return [str(address) for address in sorted(read, key=lambda address: (address.version, int(address)))]


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is a machine of the open Internet and of nobody's own network, however it is written."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST_V6:
        return False
    return not any(address in network for network in _REFUSED)


def _own(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Of one's own services: anything that can be a machine's. Link-local is where clouds keep their secrets."""
    return not (address.is_link_local or address.is_multicast or address.is_unspecified)


async def _ask(
    rules: OutboundRules, target: Target, addresses: Sequence[str], headers: Mapping[str, str], body: bytes
) -> Answer:
    url = httpcore.URL(
        scheme=target.scheme.encode(),
        host=target.host.strip("[]").encode(),
        port=target.port,
        target=target.path.encode(),
    )
    sent = {
        **{name.lower(): text for name, text in headers.items()},
        "host": target.origin.partition("://")[2],
        "content-length": str(len(body)),
        "accept-encoding": "identity",
        "connection": "close",
    }
    try:
        async with (
            httpcore.AsyncHTTPConnection(
                origin=url.origin, ssl_context=rules.trust or _trust(), network_backend=_Pinned(addresses)
            ) as connection,
            connection.stream("POST", url, headers=list(sent.items()), content=body) as response,
        ):
            received = await _read(response.aiter_stream())
            return Answer(response.status, _headers(response.headers), received)
    except (httpcore.TimeoutException, TimeoutError):
        raise NoAnswer("timeout") from None
    except httpcore.ConnectError as error:
        untrusted = isinstance(error.__cause__ or error.__context__, ssl.SSLError)
        raise NoAnswer("untrusted" if untrusted else "refused") from None
    except (httpcore.NetworkError, httpcore.RemoteProtocolError):
        raise NoAnswer("broken") from None


async def _read(parts: AsyncIterable[bytes]) -> bytes:
    received = b""
    async for part in parts:
        received += part
        if len(received) > LONGEST_ANSWER:
            raise NoAnswer("too_long")
    return received


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in pairs}


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that were checked, whatever name it is asked for; the name stays for TLS and for Host."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 -- what is connected to was decided before
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        *others, last = self._addresses
        for address in others:
            try:
                return await self._network.connect_tcp(address, port, _TRY_ADDRESS_FOR_S, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)


def _read_origin(origin: str) -> str:
    """Always with its port, so that two spellings of one origin are one."""
    read = _ORIGIN.fullmatch(origin)
    if not read:
        raise ValueError(f"{origin!r} is not an origin such as http://10.1.2.3:9000")
    scheme = read[1].lower()
    return f"{scheme}://{read[2].lower()}:{int(read[3]) if read[3] else _PORTS[scheme]}"


@functools.cache
def _trust() -> ssl.SSLContext:
    """The machine's own authorities, an operator's among them (SSL_CERT_FILE), and those of certifi where it has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
