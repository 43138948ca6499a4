"""The object store: bytes under a key, in a local folder or in any S3 bucket.

It knows nothing of what the bytes are. In a folder an object is on disk, file and folders, before `put` returns, so
that an answer given after it survives a power cut; a bucket promises the same with its 200. Keys are content-addressed
by those who make them: writing the same object again is harmless. Evidence is never deleted; signing is not here.
"""

import asyncio
import errno
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from backend.errors import Say, Unavailable

log = logging.getLogger(__name__)

__all__ = ["ObjectMissing", "ObjectStore", "StorageFull", "delete", "exists", "get", "open_store", "put"]

# Narrower than what folders and buckets take: no empty part, no leading dot, nothing that any of them would unescape.
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


# Somebody waits with a phone in their hand: better a 503 soon, which the phone tries again by itself, than minutes of silence.
_RETRIES, _RETRY_FOR = 2, timedelta(seconds=10)
# What a bucket's refusal says that tells it from an object that is not there.
_NO_BUCKET = "NoSuchBucket"


class ObjectMissing(Exception):  # noqa: N818 -- says what is so
    """No object has this key."""


class StorageFull(Exception):  # noqa: N818 -- says what is so
    """The disk or the quota is used up; nothing was stored."""


def open_store(location: str | Path) -> ObjectStore:
    """A store in a folder, which is made if absent, or behind a URL such as `s3://bucket/prefix`.

    A bucket's end point, region and keys come from the environment (`AWS_ENDPOINT`, `AWS_REGION`, …; see README.md).
    Nothing is asked of it yet: that it is there shows with the first object.
    """
    if "://" in str(location):
        return from_url(str(location), retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_FOR})
    return LocalStore(Path(location).absolute(), mkdir=True)


async def put(store: ObjectStore, key: str, data: bytes) -> None:
    """Store `data` under `key`; when this returns it is there for good.

    Raises StorageFull, Unavailable when the bucket cannot be reached or refuses, and ValueError for a malformed key.
    """
    _require_key(key)
    if isinstance(store, LocalStore):
        await asyncio.to_thread(_write_durably, _folder(store), key, data)
        return
    with _answering():
        try:
            await store.put_async(key, data)
        except FileNotFoundError as error:  # of an object that is being written: there is no bucket
            raise _unavailable(error) from None


async def get(store: ObjectStore, key: str) -> bytes:
    """The object's bytes. Raises ObjectMissing, Unavailable as `put` does, and ValueError for a malformed key."""
    _require_key(key)
    with _answering():
        try:
            found = await store.get_async(key)
            return bytes(await found.bytes_async())
        except FileNotFoundError as error:
            raise _unavailable(error) if _NO_BUCKET in str(error) else ObjectMissing(key) from None


async def exists(store: ObjectStore, key: str) -> bool:
    """Whether there is such an object; there is none where there is no bucket, which this question cannot tell apart.

    Raises Unavailable as `put` does, and ValueError for a malformed key.
    """
    _require_key(key)
    with _answering():
        try:
            await store.head_async(key)
        except FileNotFoundError:
            return False
    return True


async def delete(store: ObjectStore, key: str) -> None:
    """Forget the object; nothing happens if there is none. Raises Unavailable and ValueError as `put` does."""
    _require_key(key)
    with _answering(), suppress(FileNotFoundError):
        await store.delete_async(key)


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever else a bucket fails with (away, wrong keys, a quota) is for its operator to mend and for others to wait for."""
    try:
        yield
    except (BaseError, PermissionError) as error:
        raise _unavailable(error) from None


def _unavailable(error: Exception) -> Unavailable:
    # The first line says what was asked and how it was refused; those below it hold nothing but the same in Rust's words.
    log.error("the object store fails: %s", str(error).partition("\n")[0])
    return Unavailable(
        "storage_unavailable",
        Say(
            "照片暂时存不下来，请先留在手机里，稍后会自动重试",
            "Photos cannot be kept right now; keep yours and retry soon",
        ),
        headers={"Retry-After": "5"},
    )


def _require_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not an object key: {key!r}")


def _folder(store: LocalStore) -> Path:
    if store.prefix is None:
        raise ValueError("a local store needs a folder")
    return Path(store.prefix)


def _write_durably(root: Path, key: str, data: bytes) -> None:
    """Temporary file, fsync, rename, fsync of every folder on the way: a power cut leaves the whole object or none.

    All folders each time, because another writer may have made them a moment ago and not have synced them yet.
    """
    path = root / key
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
        for folder in path.parents[: len(key.split("/"))]:
            _fsync_folder(folder)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull(key) from error
        raise


def _replace(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink()
            raise


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
