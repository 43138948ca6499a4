"""An app served on a real port, for tests that need sockets."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from backend.main import stop_streams


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
