"""Every photo we have, sent as a phone sends it: taken or refused with the reason, and what people are then shown is bare.

What each of them is to the decoder alone is in test_photo_inspection.py.
"""

import asyncio
import hashlib
import os
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from backend.cases.evidence import REFUSALS
from backend.photos import intake
from backend.photos.derivatives import chinese_font
from backend.photos.intake import PhotoChildren
from backend.photos.keys import marked_key, photo_key
from backend.storage import get
from tests.backend.photos.test_photo_children import about, living_children
from tests.backend.photos.test_photo_derivatives import assert_bare
from tests.people import People, Person

COUNTY = "320281"
# The largest of them needs less; what a child may have at most is RLIMIT_AS.
PEAK_MB = 400


def require_refused_with_a_reason(answer: httpx.Response, name: str) -> str:
    """The code of the refusal, after checking that it names the photo and says what to do."""
    assert answer.status_code in {413, 422}, f"{name}: {answer.status_code} {answer.text[:300]}"
    problem = answer.json()
    reason: str = problem["code"].removeprefix("photo_")
    assert problem["detail"] == REFUSALS[reason].zh, name
    assert [field["field"] for field in problem["errors"]] == ["photo.0"], name
    return reason


async def require_bare(app: FastAPI, viewer: Person, digest: str, case_id: str) -> None:
    """Whatever is shown of it, over HTTP and as it is kept, plain and marked, holds nothing but the picture."""
    kept = [photo_key(COUNTY, digest, 320), photo_key(COUNTY, digest, 1600)]
    if chinese_font():
        kept.append(marked_key(COUNTY, digest, case_id))  # type: ignore[arg-type]  # as it came in JSON
    for key in kept:
        assert_bare(await get(app.state.store, key))
    for size in ("320", "1600"):
        shown = await viewer.http.get(f"/api/photos/{digest}/{size}")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert_bare(shown.content)


def require_bounded(children: set[int]) -> None:
    """The kernel holds each child to its limit, and none has come near it."""
    for pid in children:
        assert resource.prlimit(pid, resource.RLIMIT_AS) == (2**30, 2**30)
        assert int(about(pid, "status").split("VmHWM:")[1].split()[0]) < PEAK_MB * 1024


@pytest.mark.parametrize(
    "one_in", [3, pytest.param(1, marks=[pytest.mark.nightly, pytest.mark.timeout(600)])], ids=["a third", "all"]
)
async def test_every_photo_sent_is_taken_or_refused_with_the_reason(
    app: FastAPI,
    people: People,
    drain_jobs: Any,
    every_photo: dict[str, bytes],
    one_in: int,
) -> None:
    worker, viewer = await people.worker(), await people.operator()
    outcomes: Counter[str] = Counter()
    together = {hashlib.sha256(data).hexdigest(): (name, data) for name, data in every_photo.items()}
    for digest, (name, data) in list(together.items())[::one_in]:
        answer = await worker.report(photos=[data], words=name)
        if answer.status_code != 201:
            outcomes[require_refused_with_a_reason(answer, name)] += 1
            continue
        outcomes["taken"] += 1
        assert await drain_jobs() == 2, name  # the report and its photo are looked at
        await require_bare(app, viewer, digest, answer.json()["case"]["id"])
    require_bounded(living_children())
    assert outcomes["taken"] * one_in > 15
    assert {"damaged", "not_a_photo"} < outcomes.keys()


async def test_a_decoder_that_hangs_is_killed_in_time_and_the_report_refused(
    app: FastAPI, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is that makes it hang: it reads the photo and never answers."""
    worker = await people.worker()
    hanging = tmp_path / "child.py"
    hanging.write_text("import time\nprint('ready', flush=True)\nwhile True:\n    time.sleep(3600)\n")
    before = processes_of(hanging)
    pool = PhotoChildren(timeout_s=1)
    app.state.photo_children = pool
    with monkeypatch.context() as patch:
        patch.setattr(intake, "_CHILD", hanging)
        began = time.perf_counter()
        sent = asyncio.create_task(worker.report())
        while not processes_of(hanging):  # noqa: ASYNC110 -- another process tells us nothing
            await asyncio.sleep(0.02)
        assert require_refused_with_a_reason(await sent, "hanging") == "timeout"
    assert time.perf_counter() - began < 20, "within the limit, and what it takes to start a process on a busy machine"
    assert processes_of(hanging) == before == set()
    assert (await worker.cases()) == []
    assert (await worker.report()).status_code == 201
    await pool.close()


def processes_of(script: Path) -> set[int]:
    """Our children that run this script."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == os.getpid() and os.fsencode(script) in command:
            found.add(int(folder.name))
    return found
