"""`up` from start to stop: claim data folder and port, have a database, migrate, load the demo, serve, clean up.

What the server answers is in `main`; how the private cluster works is in `postgis`.
"""

import asyncio
import errno
import fcntl
import gc
import json
import math
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from sse_starlette.sse import AppStatus

from backend.main import create_app, stop_streams
from backend.migrations.runner import migrate
from backend.postgis import (
    DURABLE,
    StartError,
    check_given_database,
    ensure_database,
    make_dir,
    not_writable,
    open_cluster,
    running,
)
from backend.settings import ROOT, Settings
from seeds.load import load

READY_TIMEOUT_S = 30
OPEN_REQUESTS_TIMEOUT_S = 5


def up(*, host: str, port: int, data_dir: Path, empty: bool) -> None:
    """Serve until a signal ends it; then stop what was started here and nothing else. Raises StartError."""
    end_in_order()
    with (
        suppress(KeyboardInterrupt),
        claimed(data_dir),
        listening(host, port) as listener,
        database(data_dir) as url,
    ):
        migrate(url)
        if not empty:
            load(url, data_dir)
        settings = Settings(database_url=url, data_dir=data_dir, host=host, port=port)
        serve(settings, listener, demo=not empty)


def end_in_order() -> None:
    """Make TERM and a closed terminal end the program the way Ctrl-C does; `nohup` still works."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        # Through TERM, because that is what uvicorn listens to while it serves.
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


@contextmanager
def claimed(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process alone."""
    make_dir(data_dir)
    try:
        lock = (data_dir / "up.lock").open("a+")
    except OSError as error:
        raise not_writable(data_dir, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read()
            raise StartError(
                f"数据目录 {data_dir} 正被另一个 ./suozi up（进程 {holder}）使用：请先停止它，或用 --data 换一个目录。",
                f"{data_dir} is used by another ./suozi up (process {holder}): stop it, or choose another with --data.",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The listening socket, taken before anything slow starts, so that a taken port is known at once and stays ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise port_refused(host, port, error) from error
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen()
        except OSError as error:
            raise port_refused(host, port, error) from error
        yield listener


def port_refused(host: str, port: int, error: OSError) -> StartError:
    if error.errno == errno.EADDRINUSE:
        return StartError(
            f"端口 {port} 已被占用：请停止占用它的程序，或用 --port 换一个端口。",
            f"Port {port} is taken: stop the program that uses it, or choose another with --port.",
        )
    return StartError(
        f"无法在 {host}:{port} 上监听（{error.strerror}）：请用 --host、--port 换一个地址或端口。",
        f"Cannot listen on {host}:{port} ({error.strerror}): choose another address or port with --host and --port.",
    )


@contextmanager
def database(data_dir: Path) -> Iterator[str]:
    """The URL of the database to use: the one in SUOZI_DATABASE_URL, else a private cluster that runs for the block."""
    if url := given_database_url():
        check_given_database(url)
        yield url
        return
    cluster = open_cluster(data_dir / "postgres", settings=DURABLE)
    with running(cluster):
        try:
            yield ensure_database(cluster, "suozi")
        finally:
            # An impatient second Ctrl-C must not leave the database running.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)


def given_database_url() -> str:
    """SUOZI_DATABASE_URL as people write it (postgres://, postgresql://), with our driver; empty if it is not set."""
    _, scheme_end, rest = os.environ.get("SUOZI_DATABASE_URL", "").partition("://")
    return f"postgresql+psycopg://{rest}" if scheme_end else ""


def serve(settings: Settings, listener: socket.socket, *, demo: bool) -> None:
    """Answer requests until a signal comes. Raises StartError when the application does not become ready."""
    # The hub lets every stream finish its sentence; the library's own watcher would cut them off in the middle.
    AppStatus.enable_automatic_graceful_drain = False
    app = create_app(settings)
    # What is there by now stays. Each full collection would walk through its 300,000 objects and keep every request waiting
    # for 0.2 s.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=OPEN_REQUESTS_TIMEOUT_S
    )
    address = f"http://{reachable_host(settings.host)}:{settings.port}"
    # A worker elsewhere may take its time; ours has no excuse.
    patience_s = READY_TIMEOUT_S if settings.run_worker else math.inf
    server = Server(config, app, address, ready_line(address, demo_sign_ins() if demo else []), patience_s)
    try:
        server.run(sockets=[listener])
    except SystemExit:  # what uvicorn does when the application's own start-up fails, after logging why
        server.complaint = "its start-up failed, see above"
    if server.complaint:
        raise StartError(
            f"服务没有就绪：{server.complaint}。", f"The service did not become ready: {server.complaint}."
        )


class Server(uvicorn.Server):
    """Says once when everything is ready, and ends the live streams before it waits for open connections."""

    def __init__(
        self, config: uvicorn.Config, app: FastAPI, address: str, ready: str, patience_s: float = READY_TIMEOUT_S
    ) -> None:
        super().__init__(config)
        self.app = app
        self.address = address
        self.ready = ready
        self.patience_s = patience_s
        self.complaint = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.watch = asyncio.create_task(self.say_when_ready())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        stop_streams(self.app)
        await super().shutdown(sockets)

    async def say_when_ready(self) -> None:
        deadline = time.monotonic() + self.patience_s
        while complaint := await asyncio.to_thread(health_complaint, self.address):
            if time.monotonic() > deadline:
                self.complaint = complaint
                self.should_exit = True
                return
            await asyncio.sleep(0.1)
        print(self.ready, flush=True)


def health_complaint(address: str) -> str:
    """Empty when /api/health answers 200, else what it answers."""
    try:
        with urllib.request.urlopen(f"{address}/api/health", timeout=5):  # noqa: S310  (our own address)
            return ""
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")[:500] or str(error)
    except OSError as error:
        return str(error)


def reachable_host(host: str) -> str:
    """Where this machine itself reaches a server bound to `host`."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (compared, not bound)
    return f"[{own}]" if ":" in own else own


def demo_sign_ins() -> list[dict[str, str]]:
    """One sign-in per role of the demo town, in the order of its file."""
    listed: list[dict[str, str]] = json.loads((ROOT / "seeds" / "demo" / "sign_ins.json").read_text())
    first = {sign_in["role"]: sign_in for sign_in in reversed(listed)}
    return list(reversed(first.values()))


def ready_line(address: str, sign_ins: list[dict[str, str]]) -> str:
    line = f"梭子已就绪 / Suozi is ready: {address}"
    if sign_ins:
        people = "; ".join(f"{person['role']} {person['phone']} {person['password']}" for person in sign_ins)
        line += f"  演示账号 / demo sign-ins: {people}"
    return line
