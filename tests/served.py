"""An app served on a real port, for tests that need sockets."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import uvicorn
from fastapi import FastAPI

from backend.main import create_app, stop_streams
from backend.settings import Settings


@contextmanager
def served(app: FastAPI, *, log_level: str = "warning", port: int = 0) -> Iterator[int]:
    """The port of this machine, a free one unless told, on which the app answers from a thread until the block ends."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level=log_level, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        stop_streams(app)
        server.should_exit = True
        thread.join(timeout=15)


@contextmanager
def served_apart(settings: Settings) -> Iterator[int]:
    """The same in a process of its own, so that a test that keeps one core busy leaves the server another."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(settings, theirs), daemon=False)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(timeout=20)
        if process.is_alive():
            process.kill()


class Mortal:
    """A server in a process of its own that dies without a word, is held as by a dead line, and comes back on its port."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.port = 0
        self.start()

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._settings, theirs, self.port), daemon=True)
        self._process.start()
        self.port = self._ours.recv()

    def kill(self) -> None:
        self._process.kill()
        self._process.join(timeout=10)

    def hold(self) -> None:
        """Its connections stay open and nothing comes through them."""
        self._signal(signal.SIGSTOP)

    def let_go(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)


def _serve(settings: Settings, pipe: Connection, port: int = 0) -> None:
    with served(create_app(settings), log_level="critical", port=port) as answering:
        pipe.send(answering)
        pipe.recv()
