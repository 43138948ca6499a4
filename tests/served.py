"""An app served on a real port, for tests that need sockets."""

import multiprocessing
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
def served(app: FastAPI, *, log_level: str = "warning") -> Iterator[int]:
    """The free port of this machine on which the app answers, from a thread of its own, until the block ends."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level=log_level, timeout_graceful_shutdown=2)
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


def _serve(settings: Settings, pipe: Connection) -> None:
    with served(create_app(settings), log_level="critical") as port:
        pipe.send(port)
        pipe.recv()
