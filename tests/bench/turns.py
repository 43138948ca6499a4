"""Measuring in turn: ours, the floor, ours, the floor … so that a machine that slows down slows both."""

import json
import os
import platform
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from statistics import median

import psycopg

Round = Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class Figures:
    """`ours` and `floor` are medians of operations per second; `ratio` is ours by floor, 1 being as good as it gets."""

    what: str
    against: str
    where: str
    how_often: str
    ours_per_s: float
    floor_per_s: float
    ratio: float


async def in_turn(ours: Round, floor: Round, *, rounds: int, what: str, against: str, where: str, each: int) -> Figures:
    """Run both `rounds` times by turns after one round each to warm up. A round returns how many operations it did."""
    speeds: dict[Round, list[float]] = {ours: [], floor: []}
    for number in range(rounds + 1):
        for run, measured in speeds.items():
            started_at = time.perf_counter()
            done = await run()
            if number:
                measured.append(done / (time.perf_counter() - started_at))
    ours_per_s, floor_per_s = median(speeds[ours]), median(speeds[floor])
    return Figures(
        what=what,
        against=against,
        where=where,
        how_often=f"{rounds} rounds of {each} each, in turn, after one to warm up; medians",
        ours_per_s=round(ours_per_s, 1),
        floor_per_s=round(floor_per_s, 1),
        ratio=round(ours_per_s / floor_per_s, 3),
    )


def machine(conninfo: str) -> str:
    """The machine and the database's settings that decide how fast a commit can be."""
    with psycopg.connect(conninfo) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("server_version", "fsync", "synchronous_commit")
        }
    settings = ", ".join(f"{name} {value[0] if value else '?'}" for name, value in shown.items())
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {settings}"


def as_json(name: str, figures: Figures) -> str:
    return json.dumps({"bench": name} | asdict(figures), ensure_ascii=False)


def as_text(name: str, figures: Figures) -> str:
    return (
        f"{name}\n"
        f"  ours   {figures.ours_per_s:>10,.1f}/s  {figures.what}\n"
        f"  floor  {figures.floor_per_s:>10,.1f}/s  {figures.against}\n"
        f"  ratio  {figures.ratio:>10.3f}\n"
        f"  {figures.how_often}; {figures.where}"
    )
