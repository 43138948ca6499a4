"""What the object store promises: whole objects or none, on disk before it says so, and no way out of its folder.

What both kinds promise is asked of a folder and of a bucket on a real S3 server.
"""

import asyncio
import errno
import os
from pathlib import Path

import pytest

from backend import storage
from backend.errors import Unavailable
from backend.storage import ObjectMissing, ObjectStore, StorageFull
from tests.cutting_proxy import CuttingProxy
from tests.s3_server import S3Server

KEY = "320281/photos/ab/abcdef/original"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(folder: Path) -> ObjectStore:
    return storage.open_store(folder)


@pytest.fixture(params=["folder", "bucket"])
def either(request: pytest.FixtureRequest) -> ObjectStore:
    """Either kind of store, empty."""
    if request.param == "folder":
        return storage.open_store(request.getfixturevalue("folder"))
    return in_a_bucket(request.getfixturevalue("bucket_server"), request.getfixturevalue("monkeypatch"))


def in_a_bucket(
    server: S3Server, monkeypatch: pytest.MonkeyPatch, *, bucket: str = "", port: int | None = None, **changes: str
) -> ObjectStore:
    """A store in a bucket, a new one unless named, as an operator's environment would open it."""
    for name, value in server.environment(port=port, **changes).items():
        monkeypatch.setenv(name, value)
    return storage.open_store(f"s3://{bucket or server.new_bucket()}/county")


def files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 1000, os.urandom(2**20 + 1)], ids=len)
async def test_an_object_comes_back_as_it_was_put(either: ObjectStore, content: bytes) -> None:
    await storage.put(either, KEY, content)
    assert await storage.get(either, KEY) == content
    assert await storage.exists(either, KEY)


async def test_putting_the_same_object_again_is_harmless(either: ObjectStore) -> None:
    for _ in range(2):
        await storage.put(either, KEY, b"once")
    await asyncio.gather(*(storage.put(either, KEY, b"once") for _ in range(20)))
    assert await storage.get(either, KEY) == b"once"
    assert [found["path"] for batch in either.list() for found in batch] == [KEY]


async def test_an_absent_object_is_missing(either: ObjectStore) -> None:
    await storage.put(either, KEY + "-other", b"x")
    for key in (KEY, KEY.rpartition("/")[0]):
        with pytest.raises(ObjectMissing):
            await storage.get(either, key)
        assert not await storage.exists(either, key)


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


async def require_unavailable(store: ObjectStore) -> None:
    """Neither taken nor answered with "there is none"."""
    with pytest.raises(Unavailable, match="storage_unavailable"):
        await storage.put(store, KEY, b"x")
    with pytest.raises(Unavailable, match="storage_unavailable"):
        await storage.get(store, KEY)


@pytest.mark.parametrize("wrong", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
async def test_a_bucket_that_does_not_take_our_key_is_unavailable(
    bucket_server: S3Server, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    store = in_a_bucket(bucket_server, monkeypatch, **{wrong: "wrong"})
    await require_unavailable(store)
    with pytest.raises(Unavailable, match="storage_unavailable"):
        await storage.exists(store, KEY)


async def test_without_a_bucket_nothing_is_taken_for_absent(
    bucket_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await require_unavailable(in_a_bucket(bucket_server, monkeypatch, bucket="no-such-bucket"))


async def test_a_server_that_goes_away_in_the_middle_leaves_nothing_and_is_asked_again(
    bucket_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(300_000)
    async with CuttingProxy(bucket_server.port, lost_requests=1, lost_answers=0) as proxy:
        bucket = bucket_server.new_bucket()
        store = in_a_bucket(bucket_server, monkeypatch, bucket=bucket, port=proxy.port)
        with pytest.raises(Unavailable, match="storage_unavailable"):
            await storage.put(store, KEY, content)
        assert proxy.requests_cut > 1, "it is tried more than once"
    direct = in_a_bucket(bucket_server, monkeypatch, bucket=bucket)
    assert not await storage.exists(direct, KEY)
    await storage.put(direct, KEY, content)
    assert await storage.get(direct, KEY) == content


async def test_a_server_that_is_not_there_is_told_within_seconds(
    bucket_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = in_a_bucket(bucket_server, monkeypatch, port=1)
    async with asyncio.timeout(30):
        await require_unavailable(store)
