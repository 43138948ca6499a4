"""What we accept as a photo, what it says of itself, and the pictures made from it.

The bytes come from outside: they are opened only in child processes (child.py), which are killed when they take too
long. Nothing here stores anything or knows requests and cases.
"""

import asyncio
import contextlib
import hashlib
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from backend.photos.keys import SHOWN_SIDES_PX
from backend.photos.likeness import SMALL_VIEWS, VIEWS, Look

MAX_PHOTO_BYTES = 20 * 2**20

_CHILD = Path(__file__).with_name("child.py")
_JOBS_PER_CHILD = 100
_START_TIMEOUT_S = 30.0


class Refusal(StrEnum):
    """Why some bytes are not taken as a photo."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_PHOTO = "not_a_photo"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TIMEOUT = "timeout"


class PhotoRefused(Exception):  # noqa: N818 -- says what is so
    """These bytes are not taken. `detail` is for the log: it may hold words of a decoder, never show it."""

    def __init__(self, code: Refusal, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """A whole photo. `width` and `height` in pixels as seen upright; `taken_at` (UTC) and `place` (WGS84 lng, lat) are
    what its EXIF claims, None where it claims nothing or nonsense. A time without an offset is taken as Chinese."""

    sha256: str
    media_type: str
    byte_size: int
    width: int
    height: int
    taken_at: datetime | None
    place: tuple[float, float] | None


async def inspect_photo(children: "PhotoChildren", data: bytes) -> PhotoFacts:
    """Decode the whole photo once and tell what it is. Raises PhotoRefused."""
    image_format = _require_photo(data)
    answer, _ = await children.ask(_Question(job="inspect", format=image_format, bytes=len(data)), data)
    assert answer.facts is not None
    sha256 = await asyncio.to_thread(hashlib.sha256, data)
    return PhotoFacts(
        sha256=sha256.hexdigest(),
        media_type=_MEDIA_TYPES[image_format],
        byte_size=len(data),
        width=answer.facts.width,
        height=answer.facts.height,
        taken_at=answer.facts.taken_at and answer.facts.taken_at.astimezone(UTC),
        place=answer.facts.place,
    )


async def derive_photo(children: "PhotoChildren", data: bytes) -> dict[int, bytes]:
    """JPEGs by their longest side in pixels (see SHOWN_SIDES_PX): upright, sRGB, never enlarged, no metadata at all.

    Raises PhotoRefused.
    """
    image_format = _require_photo(data)
    question = _Question(job="derive", format=image_format, bytes=len(data), sides_px=list(SHOWN_SIDES_PX))
    _, jpegs = await children.ask(question, data)
    return dict(zip(SHOWN_SIDES_PX, jpegs, strict=True))


async def mark_photo(children: "PhotoChildren", jpeg: bytes, lines: Sequence[str], font: Path) -> bytes:
    """A JPEG of ours with these lines at its lower edge, with no metadata; as it was where they would be too small to read.

    Raises PhotoRefused.
    """
    question = _Question(job="mark", format=_require_photo(jpeg), bytes=len(jpeg), lines=list(lines), font=str(font))
    _, (marked,) = await children.ask(question, jpeg)
    return marked


async def look_at_photo(children: "PhotoChildren", jpeg: bytes) -> Look | None:
    """What an upright JPEG of ours looks like; None if it is too plain to be told from others. Raises PhotoRefused."""
    question = _Question(job="look", format=_require_photo(jpeg), bytes=len(jpeg))
    answer, _ = await children.ask(question, jpeg)
    if answer.look is None:
        return None
    return Look(tuple(int(each, 16) for each in answer.look.small), tuple(int(each, 16) for each in answer.look.large))


_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}  # still pictures in HEVC (ISO/IEC 23008-12, annex B)


def _require_photo(data: bytes) -> str:
    """Pillow's name for the format that the first bytes announce. Raises PhotoRefused."""
    if not data:
        raise PhotoRefused(Refusal.EMPTY, "0 bytes")
    if len(data) > MAX_PHOTO_BYTES:
        raise PhotoRefused(Refusal.TOO_LARGE, f"{len(data)} bytes")
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and _HEIC_BRANDS & _ftyp_brands(data):
        return "HEIF"
    raise PhotoRefused(Refusal.NOT_A_PHOTO, f"begins with {data[:12]!r}")


def _ftyp_brands(data: bytes) -> set[bytes]:
    """What the first box says the file can be read as (ISO/IEC 14496-12, 4.3); its version number does no harm here."""
    box = data[8 : min(int.from_bytes(data[:4]), 256)]
    return {box[at : at + 4] for at in range(0, len(box), 4)}


class _Question(BaseModel):
    job: str
    format: str
    bytes: int
    sides_px: list[int] = []
    lines: list[str] = []
    font: str = ""


class _Facts(BaseModel):
    width: int
    height: int
    taken_at: AwareDatetime | None
    place: tuple[float, float] | None


class _Look(BaseModel):
    small: list[Annotated[str, Field(pattern="^[0-9a-f]{16}$")]] = Field(min_length=SMALL_VIEWS, max_length=SMALL_VIEWS)
    large: list[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]] = Field(min_length=VIEWS, max_length=VIEWS)


class _Answer(BaseModel):
    """Validated like any input: a child may have been taken over by what it opened."""

    refused: Refusal | None = None
    detail: str = ""
    facts: _Facts | None = None
    look: _Look | None = None
    part_lengths: list[int] = Field(default=[], max_length=len(SHOWN_SIDES_PX))


class _ChildDiedError(Exception):
    """The process ended, or talked nonsense, in the middle of a job."""


@dataclass(eq=False, slots=True)
class _Child:
    process: asyncio.subprocess.Process
    jobs_done: int = 0


@dataclass(eq=False)
class PhotoChildren:
    """At most `at_most` decoding processes, started when needed, one job at a time each."""

    at_most: int = 2
    timeout_s: float = 10.0
    _places: asyncio.Semaphore = field(init=False)
    _idle: list[_Child] = field(init=False, default_factory=list)
    _closed: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.at_most)

    async def ask(self, question: _Question, data: bytes) -> tuple[_Answer, list[bytes]]:
        """The answer and its parts, after waiting for a free child. Raises PhotoRefused.

        A child that dies is no proof against the photo (the kernel may have wanted memory), so a second one is asked.
        """
        async with self._places:
            for _ in range(2):
                with contextlib.suppress(_ChildDiedError):
                    return await self._ask_one(question, data)
        raise PhotoRefused(Refusal.DAMAGED, "two decoders died of it")

    async def close(self) -> None:
        """End the idle children now and the others after their job."""
        self._closed = True
        while self._idle:
            await _end(self._idle.pop())

    async def _ask_one(self, question: _Question, data: bytes) -> tuple[_Answer, list[bytes]]:
        child = self._idle.pop() if self._idle else await _start()
        keep = False
        try:
            async with asyncio.timeout(self.timeout_s):
                answer, parts = await _converse(child.process, question, data)
            child.jobs_done += 1
            keep = child.jobs_done < _JOBS_PER_CHILD and not self._closed
        except TimeoutError:
            raise PhotoRefused(Refusal.TIMEOUT, f"not decoded within {self.timeout_s} s") from None
        finally:
            if keep:
                self._idle.append(child)
            else:
                await _end(child)
        if answer.refused:
            raise PhotoRefused(answer.refused, answer.detail)
        return answer, parts


async def _start() -> _Child:
    """A child that is ready for its first job. Raises RuntimeError when Python or Pillow does not run here."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the server, which then ends its children
        env={"MALLOC_ARENA_MAX": "1"},  # none of our secrets; and one heap, or threads reserve the address space
    )
    assert process.stdout is not None
    child = _Child(process)
    ready = False
    try:
        with contextlib.suppress(TimeoutError):
            ready = bool(await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_S))
    finally:
        if not ready:
            await _end(child)
    if not ready:
        raise RuntimeError("the photo decoder does not start; its reason is on standard error")
    return child


async def _converse(
    process: asyncio.subprocess.Process, question: _Question, data: bytes
) -> tuple[_Answer, list[bytes]]:
    """Raises _ChildDiedError, and PhotoRefused when the kernel ended the child for its processor time."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(question.model_dump_json().encode() + b"\n")
        process.stdin.write(data)
        await process.stdin.drain()
        answer = _Answer.model_validate(json.loads(await process.stdout.readline()))
        if sum(answer.part_lengths) > MAX_PHOTO_BYTES:
            raise ValueError("more bytes than any picture of ours has")
        parts = [await process.stdout.readexactly(length) for length in answer.part_lengths]
    except TimeoutError:
        raise
    except (OSError, EOFError, ValueError) as error:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), timeout=1)
        if process.returncode == -signal.SIGXCPU:
            raise PhotoRefused(Refusal.TIMEOUT, "processor time used up") from error
        raise _ChildDiedError from error
    return answer, parts


async def _end(child: _Child) -> None:
    if child.process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.process.kill()
    await child.process.wait()
