"""WebKit, the engine of Safari, driven over WebDriver (W3C): Debian's WebKitGTK in a virtual screen.

Not installed by ./suozi: `apt-get install webkit2gtk-driver xvfb`. It has no push, no background sync and no place of its own.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver, 11
PATIENCE_S = 30.0


def webkit_browser() -> Path | None:
    """The browser that the driver starts; None unless everything that it needs is here."""
    if not (shutil.which("WebKitWebDriver") and shutil.which("Xvfb")):
        return None
    return next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"), None)


class WebKit:
    """One window."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        self._client = client
        self._path = f"/session/{session}"

    def ask(self, method: str, path: str, **body: Any) -> Any:
        answer = self._client.request(method, self._path + path, json=body if method == "POST" else None)
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value

    def go(self, address: str) -> None:
        self.ask("POST", "/url", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.ask("POST", "/execute/sync", script=script, args=list(arguments))

    def find(self, xpath: str) -> list[str]:
        return [found[ELEMENT] for found in self.ask("POST", "/elements", using="xpath", value=xpath)]

    def one(self, xpath: str) -> str:
        """The first such element, once it is there."""
        return str(until(lambda: self.find(xpath), f"{xpath} in {self.text()!r}")[0])

    def click(self, xpath: str) -> None:
        self.ask("POST", f"/element/{self.one(xpath)}/click")

    def type(self, xpath: str, words: str) -> None:
        self.ask("POST", f"/element/{self.one(xpath)}/value", text=words)

    def text(self) -> str:
        return str(self.run("return document.body ? document.body.innerText : ''"))

    def await_text(self, words: str) -> None:
        until(lambda: words in self.text(), words)


def until(found: Callable[[], Any], what: str) -> Any:
    """What is found, once it is something."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := found()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s: {what}"
        time.sleep(0.2)
    return value


@contextmanager
def webkit(browser: Path) -> Iterator[WebKit]:
    """A fresh browser the size of a phone, which forgets everything at the end of the block."""
    with _ended(["Xvfb", "-displayfd", "1", "-screen", "0", "500x1000x24", "-nolisten", "tcp"]) as screen:
        assert screen.stdout is not None
        display = screen.stdout.readline().strip()
        environment = os.environ | {
            "DISPLAY": f":{display}",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # which it cannot set up as root
        }
        port = _free_port()
        with (
            _ended(["WebKitWebDriver", f"--port={port}"], environment),
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client,
        ):
            until(lambda: _listens(client), "the driver listens")
            options = {"binary": str(browser), "args": ["--automation"]}
            wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
            answer = client.post("/session", json=wanted).json()["value"]
            assert "sessionId" in answer, answer
            window = WebKit(client, answer["sessionId"])
            window.ask("POST", "/window/rect", width=390, height=844)
            yield window
            client.delete(f"/session/{answer['sessionId']}")


@contextmanager
def _ended(command: list[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def _listens(client: httpx.Client) -> bool:
    try:
        return client.get("/status").status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
