"""The decoding processes: never more than two, killed when late, replaced when dead, without our secrets."""

import asyncio
import io
import os
import resource
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from backend.photos import intake
from backend.photos.intake import PhotoChildren, PhotoRefused, Refusal, derive_photo, inspect_photo


def encoded(image: Image.Image, image_format: str) -> bytes:
    file = io.BytesIO()
    image.save(file, image_format, compress_level=1)
    return file.getvalue()


QUICK = encoded(Image.new("RGB", (40, 30)), "JPEG")
SLOW = encoded(Image.new("RGBA", (7000, 7000), (1, 2, 3, 4)), "PNG")  # 49 Mpx: about half a second


@pytest.fixture
async def pool() -> AsyncIterator[PhotoChildren]:
    """A pool of its own, to be hurt."""
    pool = PhotoChildren()
    yield pool
    await pool.close()


@pytest.fixture
def before(children: PhotoChildren) -> set[int]:
    """Children of the pool that all tests share."""
    return living_children()


def living_children() -> set[int]:
    """Process ids of our children that run the decoder."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines())
            command = (folder / "cmdline").read_bytes()  # empty for a zombie
        except OSError:
            continue
        if int(fields["PPid"]) == os.getpid() and b"photos/child.py" in command:
            found.add(int(fields["Pid"]))
    return found


async def busy_child(before: set[int]) -> int:
    """The id of a new child, once it has worked on its photo for a moment."""
    while not (new := living_children() - before):  # noqa: ASYNC110 -- another process tells us nothing
        await asyncio.sleep(0.01)
    pid = new.pop()
    while resident_mb(pid) < 100:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    return pid


def resident_mb(pid: int) -> int:
    return int(about(pid, "statm").split()[1]) * resource.getpagesize() // 2**20


def about(pid: int, file: str) -> str:
    return Path(f"/proc/{pid}/{file}").read_text()


async def test_eight_photos_at_once_are_decoded_by_two_children(pool: PhotoChildren, before: set[int]) -> None:
    most = 0
    jobs = asyncio.gather(*(inspect_photo(pool, SLOW if number < 2 else QUICK) for number in range(8)))
    while not jobs.done():
        most = max(most, len(living_children() - before))
        await asyncio.sleep(0.01)
    assert [facts.width for facts in await jobs] == [7000, 7000, 40, 40, 40, 40, 40, 40]
    assert most == 2


async def test_one_child_does_many_jobs(pool: PhotoChildren, before: set[int]) -> None:
    await inspect_photo(pool, QUICK)
    first = living_children() - before
    for _ in range(5):
        await derive_photo(pool, QUICK)
    assert living_children() - before == first


async def test_a_damaged_photo_costs_no_child(pool: PhotoChildren, before: set[int]) -> None:
    await inspect_photo(pool, QUICK)
    first = living_children() - before
    with pytest.raises(PhotoRefused):
        await inspect_photo(pool, QUICK[:200])
    assert living_children() - before == first


async def test_a_child_is_retired_after_its_share_of_jobs(
    pool: PhotoChildren, before: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_JOBS_PER_CHILD", 3)
    idle = []
    for _ in range(7):
        await inspect_photo(pool, QUICK)
        idle.append(len(living_children() - before))
    assert idle == [1, 1, 0, 1, 1, 0, 1]


async def test_a_photo_that_takes_too_long_is_refused_and_its_child_killed(before: set[int]) -> None:
    pool = PhotoChildren(timeout_s=0.2)
    began = time.perf_counter()
    with pytest.raises(PhotoRefused) as refused:
        await inspect_photo(pool, SLOW)
    assert refused.value.code == Refusal.TIMEOUT
    assert time.perf_counter() - began < 2
    assert living_children() <= before
    assert (await inspect_photo(pool, QUICK)).width == 40
    await pool.close()


async def test_a_child_out_of_processor_time_is_refused_as_too_late(pool: PhotoChildren, before: set[int]) -> None:
    job = asyncio.create_task(inspect_photo(pool, SLOW))
    pid = await busy_child(before)
    os.kill(pid, signal.SIGXCPU)  # what the kernel sends when RLIMIT_CPU is reached
    with pytest.raises(PhotoRefused) as refused:
        await job
    assert refused.value.code == Refusal.TIMEOUT


async def test_a_child_killed_in_the_middle_costs_nothing_but_time(pool: PhotoChildren, before: set[int]) -> None:
    job = asyncio.create_task(inspect_photo(pool, SLOW))
    os.kill(await busy_child(before), signal.SIGKILL)
    assert (await job).width == 7000
    assert (await inspect_photo(pool, QUICK)).width == 40


async def test_a_photo_that_kills_two_children_is_damaged(pool: PhotoChildren, before: set[int]) -> None:
    job = asyncio.create_task(inspect_photo(pool, SLOW))
    first = await busy_child(before)
    os.kill(first, signal.SIGSEGV)
    os.kill(await busy_child(before | {first}), signal.SIGSEGV)
    with pytest.raises(PhotoRefused) as refused:
        await job
    assert refused.value.code == Refusal.DAMAGED
    assert (await inspect_photo(pool, QUICK)).width == 40


async def test_a_child_that_died_while_idle_is_replaced(pool: PhotoChildren, before: set[int]) -> None:
    await inspect_photo(pool, QUICK)
    (pid,) = living_children() - before
    os.kill(pid, signal.SIGKILL)
    assert (await inspect_photo(pool, QUICK)).width == 40


async def test_a_request_that_goes_away_takes_its_child_with_it(pool: PhotoChildren, before: set[int]) -> None:
    job = asyncio.create_task(inspect_photo(pool, SLOW))
    await busy_child(before)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert living_children() <= before
    assert (await inspect_photo(pool, QUICK)).width == 40


async def test_closing_leaves_no_process(pool: PhotoChildren, before: set[int]) -> None:
    busy = asyncio.create_task(inspect_photo(pool, SLOW))
    await inspect_photo(pool, QUICK)
    await pool.close()
    assert (await busy).width == 7000
    assert living_children() <= before


async def test_a_child_is_limited_and_knows_no_secrets(
    pool: PhotoChildren, before: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUOZI_DATABASE_URL", "postgresql://secret")
    await inspect_photo(pool, QUICK)
    (pid,) = living_children() - before
    assert resource.prlimit(pid, resource.RLIMIT_AS) == (2**30, 2**30)
    assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)
    assert resource.prlimit(pid, resource.RLIMIT_FSIZE) == (0, 0)
    assert 10 <= resource.prlimit(pid, resource.RLIMIT_CPU)[0] <= 20
    assert "secret" not in about(pid, "environ")


async def test_the_largest_photo_fits_into_400_mb_and_leaves_the_child_small(
    pool: PhotoChildren, before: set[int]
) -> None:
    for _ in range(2):
        await inspect_photo(pool, SLOW)
    (pid,) = living_children() - before
    peak_kb = int(about(pid, "status").split("VmHWM:")[1].split()[0])
    assert peak_kb < 400 * 1024
    assert resident_mb(pid) < 100


async def test_a_decoder_that_does_not_start_is_our_fault_not_the_photos(
    pool: PhotoChildren, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "child.py"
    broken.write_text("raise SystemExit(1)")
    monkeypatch.setattr(intake, "_CHILD", broken)
    with pytest.raises(RuntimeError, match="does not start"):
        await inspect_photo(pool, QUICK)


@pytest.mark.parametrize(
    "answer",
    [
        "not json",
        '{"part_lengths": [99999999999]}',
        '{"part_lengths": [-1]}',
        '{"refused": "because"}',
        '{"part_lengths": [1, 1, 1]}',
    ],
)
async def test_a_child_that_talks_nonsense_is_not_believed(
    pool: PhotoChildren, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    liar = tmp_path / "child.py"
    lines = ["import sys", "print('ready', flush=True)", "sys.stdin.readline()", f"print({answer!r}, flush=True)"]
    liar.write_text("\n".join(lines))
    monkeypatch.setattr(intake, "_CHILD", liar)
    with pytest.raises(PhotoRefused) as refused:
        await inspect_photo(pool, QUICK)
    assert refused.value.code == Refusal.DAMAGED
