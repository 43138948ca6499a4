"""The other end of child.py: a file of grids is opened only there, in a process that is killed when it takes too long.

Each question gets a process and a folder of its own, which end with it. Nothing here knows requests or the database.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import pyogrio
from pydantic import BaseModel, ValidationError

from backend.grids.imports.schemas import (
    CrsChoice,
    CrsFound,
    EncodingChoice,
    LayerField,
    Repair,
    ReportTotals,
    ShiftOffer,
)

log = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("child.py")
MAX_ANSWER_BYTES = 256 * 2**20
UPLOAD, NET = "upload", "net.json"
# Of the many formats that GDAL reads, the only ones that a child may open with it.
DRIVERS = ("ESRI Shapefile", "GPKG")


class FileRefused(Exception):  # noqa: N818 -- says what is so
    """The file is not read. `code` is a key of `words.REFUSALS`, `values` fill its sentence; `detail` is for the log."""

    def __init__(self, code: str, values: Mapping[str, Any] | None = None, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.values = dict(values or {})
        self.detail = detail


class FoundLayer(BaseModel):
    """A layer as the child saw it. `remarks` are keys of `words.REMARKS`."""

    name: str
    features: int
    geometry: str
    encoding: str
    encodings: list[EncodingChoice]
    crs: CrsFound | None
    crs_choices: list[CrsChoice]
    axes_swapped: bool
    fields: list[LayerField]
    field_map: dict[str, str | None]
    bounds: tuple[float, float, float, float] | None
    remarks: list[str]
    scope: str | None


class Inspected(BaseModel):
    layers: list[FoundLayer]


class Outlines(BaseModel):
    """Some shapes of a layer in WGS84, as hexadecimal WKB."""

    shapes: list[str]
    bounds: tuple[float, float, float, float] | None
    total: int
    away_km: float | None


class Finding(BaseModel):
    """A problem as facts: `kind` is a key of `words.KINDS`, whose sentences `values` fill; `place` is WKB (hex)."""

    kind: str
    severity: Literal["error", "warning"]
    codes: list[str] = []
    features: list[int] = []
    area_m2: float | None = None
    width_m: float | None = None
    repair: Repair | None = None
    values: dict[str, Any] = {}
    place: str | None = None


class Findings(BaseModel):
    """The dry run: all facts, no words."""

    ok: bool
    features: int
    counts: dict[str, int]
    problems: list[Finding]
    repairs: list[Repair]
    shift_offer: ShiftOffer | None
    totals: ReportTotals


class ReadFeature(BaseModel):
    """A feature as it was read and repaired; `shape` is WKB (hex), in WGS84 on the lattice.

    What an import brings to the net is `brought`; `index` is -1 for a grid in force that stays as it is.
    """

    index: int
    code: str
    name: str
    short_name: str
    level: str | None
    kind: str | None
    parent_code: str | None
    management_grade: int | None
    area_m2: float
    problems: list[str]
    worst: Literal["error", "warning"] | None
    brought: bool
    shape: str | None


class Rehearsed(BaseModel):
    findings: Findings
    features: list[ReadFeature]


class _Refusal(BaseModel):
    refused: str
    values: dict[str, str | int | float] = {}
    detail: str = ""


Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(eq=False)
class LayerReaders:
    """At most `at_most` reading processes at once; others wait their turn."""

    at_most: int = 2
    timeout_s: float = 180.0
    _places: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.at_most)

    async def ask(self, answer: type[Answer], question: Mapping[str, Any], upload: bytes, net: bytes = b"[]") -> Answer:
        """The child's answer about this file, validated: it may have been taken over by what it opened.

        Raises FileRefused, also for a file that kills the child or keeps it busy for too long.
        """
        async with self._places:
            with tempfile.TemporaryDirectory(prefix="suozi-import-") as folder:
                await asyncio.to_thread(_lay_out, Path(folder), upload, net)
                said = await self._converse(Path(folder), json.dumps(question).encode())
        return await asyncio.to_thread(_understand, answer, said)

    async def _converse(self, folder: Path, question: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(_CHILD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**20,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the server, which then ends its children
            env=_environment(),
        )
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            async with asyncio.timeout(self.timeout_s):
                with contextlib.suppress(OSError):  # a child that died early says so by its return code
                    process.stdin.write(question)
                    process.stdin.close()
                said = await _read_all(process.stdout)
                await process.wait()
        except TimeoutError:
            raise FileRefused("file_too_slow", detail=f"not read within {self.timeout_s} s") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
            raise FileRefused("file_too_slow", detail=f"ended by signal {-process.returncode}")
        if process.returncode:
            log.warning(
                "the reader of a file of grids ended with %s; its reason is on standard error", process.returncode
            )
            raise FileRefused("file_damaged", detail=f"the reader ended with {process.returncode}")
        return said


async def _read_all(stream: asyncio.StreamReader) -> bytes:
    chunks, size = [], 0
    while chunk := await stream.read(2**20):
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise FileRefused("file_too_large", detail="the answer is too large")
        chunks.append(chunk)
    return b"".join(chunks)


def _lay_out(folder: Path, upload: bytes, net: bytes) -> None:
    (folder / UPLOAD).write_bytes(upload)
    (folder / NET).write_bytes(net)


def _understand(answer: type[Answer], said: bytes) -> Answer:
    try:
        if said.startswith(b'{"refused"'):
            refusal = _Refusal.model_validate_json(said)
            raise FileRefused(refusal.refused, refusal.values, refusal.detail)
        return answer.model_validate_json(said)
    except ValidationError as error:
        raise FileRefused("file_damaged", detail=f"the reader talks nonsense: {error.error_count()} errors") from None


def _environment() -> dict[str, str]:
    """None of our secrets; one thread per library, or their stacks use the address space up; and only our drivers."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX")
    skipped = ",".join(name for name in pyogrio.list_drivers() if name not in DRIVERS)
    return dict.fromkeys(names, "1") | {
        "OGR_SKIP": skipped,
        "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
        "PROJ_NETWORK": "OFF",
        "TMPDIR": tempfile.gettempdir(),
        "PATH": os.defpath,
    }
