"""Servers that mean harm, and a watch over every connection that this process tries to make."""

import gzip
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

Behaviour = Callable[[socket.socket, threading.Event], None]


class Listener(NamedTuple):
    """`connections`: one entry for each that was accepted."""

    port: int
    connections: list[str]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def listening(behaviour: Behaviour, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Listener]:
    """Accepts and behaves, each connection in a thread, until the block ends."""
    over, threads = threading.Event(), []
    server = socket.create_server((host, port))
    listener = Listener(server.getsockname()[1], [])

    def behave(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            behaviour(connection, over)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, (peer, *_) = server.accept()
                listener.connections.append(peer)
                if over.is_set():
                    connection.close()
                    return
                threads.append(threading.Thread(target=behave, args=[connection], daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener
    finally:
        over.set()
        counted = len(listener.connections)
        with suppress(OSError), socket.create_connection((host, listener.port), timeout=1):
            pass
        accepting.join()
        del listener.connections[counted:]
        server.close()
        for thread in threads:
            thread.join()


def silent(_connection: socket.socket, over: threading.Event) -> None:
    """A canary, or a service that never answers."""
    over.wait()


def redirecting(status: int, to: str) -> Behaviour:
    def behave(connection: socket.socket, _over: threading.Event) -> None:
        _read_request(connection)
        connection.sendall(f"HTTP/1.1 {status} Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())

    return behave


def endless(connection: socket.socket, over: threading.Event) -> None:
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"4000\r\n" + b"a" * 0x4000 + b"\r\n")


def dripping(connection: socket.socket, over: threading.Event) -> None:
    """A header that never ends, one octet at a time: each comes in time, all of them never do."""
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 201 Created\r\nX: ")
    while not over.is_set():
        connection.sendall(b"a")
        time.sleep(0.02)


def unpacking(connection: socket.socket, _over: threading.Event) -> None:
    """Twenty kilobytes that would be twenty megabytes."""
    _read_request(connection)
    body = gzip.compress(bytes(20 * 2**20))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


def breaking(connection: socket.socket, _over: threading.Event) -> None:
    _read_request(connection)
    connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf")


def _read_request(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return
        received += part


class Tried(NamedTuple):
    host: str
    port: int


_watches: list[list[Tried]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watches and event == "socket.connect" and isinstance(arguments[1], tuple):
        tried = Tried(*arguments[1][:2])
        for watch in _watches:
            watch.append(tried)
        if not tried.host.startswith("127."):
            raise ConnectionRefusedError("no test leaves this machine")


sys.addaudithook(_watch)


@contextmanager
def connections_tried() -> Iterator[list[Tried]]:
    """Every address that this process asks the system to connect to. None but loopback is let through."""
    tried: list[Tried] = []
    _watches.append(tried)
    try:
        yield tried
    finally:
        _watches.remove(tried)
