"""What the object store promises: whole objects or none, on disk before it says so, and no way out of its folder."""

import asyncio
import errno
import os
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from backend import storage
from backend.storage import ObjectMissing, ObjectStore, StorageFull

KEY = "320281/photos/ab/abcdef/original"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(folder: Path) -> ObjectStore:
    return storage.open_store(folder)


def files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


async def test_an_object_comes_back_as_it_was_put(store: ObjectStore, folder: Path) -> None:
    await storage.put(store, KEY, b"\x00\xff" * 1000)
    assert await storage.get(store, KEY) == b"\x00\xff" * 1000
    assert await storage.exists(store, KEY)
    assert files(folder) == [KEY]


async def test_putting_the_same_object_again_is_harmless(store: ObjectStore, folder: Path) -> None:
    for _ in range(2):
        await storage.put(store, KEY, b"once")
    await asyncio.gather(*(storage.put(store, KEY, b"once") for _ in range(20)))
    assert await storage.get(store, KEY) == b"once"
    assert files(folder) == [KEY]


async def test_an_absent_object_is_missing(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        await storage.get(store, KEY)
    assert not await storage.exists(store, KEY)


BAD_KEYS = [
    "",
    "/etc/passwd",
    "../secret",
    "a/../../secret",
    "a//b",
    "a/",
    "./a",
    "a/.hidden",
    "a\\..\\b",
    "a/%2e%2e/b",
    "a\0b",
    "a/b\n",
    "a/\u2025/b",
    "\uff0e\uff0e/b",
]


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_a_key_that_is_not_plain_is_refused(store: ObjectStore, folder: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not an object key"):
        await storage.put(store, key, b"x")
    with pytest.raises(ValueError, match="not an object key"):
        await storage.get(store, key)
    with pytest.raises(ValueError, match="not an object key"):
        await storage.exists(store, key)
    assert files(folder) == []


async def test_file_and_folders_are_synced_in_the_order_that_survives_a_power_cut(
    store: ObjectStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        steps.append("fsync " + (str(path.relative_to(folder)) if path.is_dir() else f"file of {path.stat().st_size}"))
        fsync(handle)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append(f"rename to {target.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    await storage.put(store, KEY, b"x" * 12_345)
    assert steps == [
        "fsync file of 12345",
        "rename to original",
        "fsync 320281/photos/ab/abcdef",
        "fsync 320281/photos/ab",
        "fsync 320281/photos",
        "fsync 320281",
        "fsync .",
    ]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk_is_told_and_leaves_nothing_behind(
    store: ObjectStore, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StorageFull):
            await storage.put(store, KEY, b"x")
    assert files(folder) == []
    await storage.put(store, KEY, b"x")
    assert await storage.get(store, KEY) == b"x"


class FakeBucket(BaseHTTPRequestHandler):
    """As much of S3 as we use: PUT, GET and HEAD of whole objects."""

    objects: dict[str, bytes]

    def do_PUT(self) -> None:
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, b"")

    def do_GET(self) -> None:
        found = self.objects.get(self.path)
        self.answer(404 if found is None else 200, found or b"")

    do_HEAD = do_GET  # noqa: N815

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    objects: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bucket", (FakeBucket,), {"objects": objects}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    settings = {"ENDPOINT": f"http://127.0.0.1:{server.server_port}", "ALLOW_HTTP": "true", "REGION": "local"}
    settings |= {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}
    for name, value in settings.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    yield objects
    server.shutdown()
    thread.join()
    server.server_close()


async def test_the_same_three_calls_work_on_a_bucket(bucket: dict[str, bytes]) -> None:
    store = storage.open_store("s3://evidence/county")
    assert not await storage.exists(store, KEY)
    await storage.put(store, KEY, b"in the bucket")
    assert bucket == {f"/evidence/county/{KEY}": b"in the bucket"}
    assert await storage.get(store, KEY) == b"in the bucket"
    assert await storage.exists(store, KEY)
    with pytest.raises(ObjectMissing):
        await storage.get(store, KEY + "-other")
